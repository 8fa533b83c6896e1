//! What is left over of a form, of a mark-up language or of a program's output.
use super::plain;
use crate::{pipeline::template::holds_placeholder, text::words::fold};

/// Marks that stand in no plain sentence.
const MARKS: &[&str] = &[
    "**", "__", "~~", "`", "${", "{%", "%}", "<<", ">>", "\\n", "\\\"", "\":", "&nbsp;", "&amp;", "&lt;",
    "&#", "|",
];
/// Folded first words before a colon that head a mail, and not a sentence.
const HEADERS: &[&str] = &["bcc", "betreff", "cc", "from", "objet", "re", "subject", "to"];

/// Something that was left to fill in, or markup.
pub(crate) fn holds_leftover(text: &str) -> bool {
    let text = plain(text);
    // “0<p<q” is none
    let is_tag = |rest: &str| {
        rest.starts_with('/') || (rest.starts_with(|c: char| c.is_ascii_alphabetic()) && rest.contains('>'))
    };
    let is_blank = |name: &str| name.len() >= 2 && name.bytes().all(|b| b.is_ascii_uppercase() || b == b'_');
    let is_todo = |word: &str| matches!(word, "TODO" | "TBD" | "FIXME" | "XXX");
    holds_placeholder(&text)
        || text.match_indices('<').any(|(at, _)| is_tag(&text[at + 1..]))
        || text.split('%').skip(1).any(is_blank) && text.matches('%').count() > 1
        || text.split(|c: char| !c.is_alphanumeric()).any(is_todo)
}

/// Brackets of a program or a form, Markdown, what is left of JSON, or the head of a mail.
pub(crate) fn holds_markup(text: &str) -> bool {
    let text = plain(text);
    let first = text.trim_start();
    let is_bracket = |c: char| matches!(c, '[' | ']' | '{' | '}' | '<' | '>');
    let is_header = first.split_once(':').is_some_and(|(head, _)| HEADERS.contains(&fold(head).as_str()));
    let is_bullet = ["- ", "* ", "# ", "## ", "> ", "+ "].iter().any(|bullet| first.starts_with(bullet));
    let is_stressed = |word: &str| {
        word.len() > 2
            && word.starts_with(['*', '_'])
            && word.trim_end_matches(['.', ',']).ends_with(['*', '_'])
    };
    text.contains(is_bracket)
        || MARKS.iter().any(|mark| text.contains(mark))
        || text.split_whitespace().any(is_stressed)
        || is_header
        || is_bullet
        || fold(&text).contains("lorem ipsum")
}

/// Pictures, marks in a row, and what stands for a character that was lost.
pub(crate) fn holds_symbols(text: &str) -> bool {
    let is_picture = |c: char| {
        matches!(c, '\u{2300}'..='\u{23ff}' | '\u{25a0}'..='\u{27bf}' | '\u{2b00}'..='\u{2bff}' | '\u{fffd}'
            | '\u{1f000}'..='\u{1faff}')
    };
    let marks: Vec<char> = text.chars().collect();
    let is_shout = |pair: &[char]| pair.iter().all(|c| matches!(c, '!' | '?' | '$' | '#'));
    text.contains(is_picture) || marks.windows(2).any(is_shout)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_left_to_fill_in_is_no_statement() {
        for text in [
            "of <b>soap</b>",
            "<INSERT NAME> sails",
            "</p>",
            "Dear %NAME%",
            "TODO: eddies",
            "the XXX of eddies",
            "{{name}}",
            "｛｛name｝｝",
        ] {
            assert!(holds_leftover(text), "{text}");
        }
        assert!(!holds_leftover("5 % of A and 10 % of B where k < 3 and x<3"));
        assert!(!holds_leftover("bounds for 0<p<q"));
    }

    #[test]
    fn pictures_and_shouts_are_no_plain_text() {
        for text in ["your work 🖕", "eddies ★", "eddies!!", "what?!", "$$$", "the K\u{fffd}ln array"] {
            assert!(holds_symbols(text), "{text}");
        }
        assert!(!holds_symbols("Really? 5 µm × 3 ≤ 20 °C – “yes!” $5 & C#"));
    }

    #[test]
    fn markup_of_every_kind_is_seen() {
        for text in [
            "your **bold** eddies",
            "your *eddies*, too",
            "- ocean eddies",
            "# Eddies",
            "____ eddies",
            "Lorem ipsum dolor",
            "${paper}",
            "{% eddies %}",
            "the [insert] eddies",
            "[x]",
            "\"text\": \"eddies",
            "ocean\\neddies",
            "Subject: eddies",
            "Re: eddies",
            "fish &amp; eddies",
            "![eddy](x)",
            "eddies ｛x｝",
        ] {
            assert!(holds_markup(text), "{text}");
        }
        for text in
            ["C*-algebras and A* search", "5 % of A – and “B”, e.g. at 12:30", "eddies: a study (2019)"]
        {
            assert!(!holds_markup(text), "{text}");
        }
    }
}
