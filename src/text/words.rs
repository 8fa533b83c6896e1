//! Words: how texts from different hands are compared. People type names and topics with and without accents,
//! hyphens and endings, so everything that compares goes through here.
use std::collections::HashSet;

use super::one_line;

/// Words that say nothing about a topic.
const STOP_WORDS: &[&str] = &[
    "a", "about", "after", "all", "also", "am", "an", "and", "any", "are", "as", "at", "be", "been",
    "before", "but", "by", "can", "do", "during", "for", "from", "had", "has", "have", "he", "her", "his",
    "how", "i", "if", "in", "into", "is", "it", "its", "later", "many", "me", "more", "most", "my", "no",
    "not", "of", "on", "or", "other", "our", "she", "since", "so", "some", "such", "than", "that", "the",
    "their", "these", "they", "this", "those", "to", "today", "under", "up", "us", "was", "we", "were",
    "what", "when", "where", "which", "while", "who", "with", "you", "your",
];

/// People of somebody's: what they did is not what somebody did.
pub(crate) const PEOPLE_OF_SOMEBODY: &[&str] = &[
    "advisor",
    "assistant",
    "assistants",
    "aunt",
    "boss",
    "boyfriend",
    "brother",
    "club",
    "colleague",
    "colleagues",
    "cousin",
    "cousins",
    "critic",
    "critics",
    "daughter",
    "father",
    "flatmate",
    "friend",
    "friends",
    "girlfriend",
    "grandfather",
    "grandmother",
    "husband",
    "mate",
    "mates",
    "mentor",
    "mother",
    "namesake",
    "neighbor",
    "neighbour",
    "nephew",
    "niece",
    "opponent",
    "opponents",
    "parents",
    "partner",
    "postdoc",
    "postdocs",
    "predecessor",
    "rival",
    "roommate",
    "sister",
    "son",
    "student",
    "students",
    "successor",
    "supervisor",
    "teammate",
    "teammates",
    "twin",
    "uncle",
    "widow",
    "widower",
    "wife",
];

/// What wants something of the reader; in large words, it is no part of a name.
const CALLS: &[&str] = &[
    "buy",
    "call",
    "choose",
    "click",
    "donate",
    "enroll",
    "follow",
    "hire",
    "join",
    "pay",
    "please",
    "send",
    "subscribe",
    "try",
    "visit",
    "vote",
];

/// Words that any researcher's page holds, so that sharing them means nothing.
const GENERIC_WORDS: &[&str] = &[
    "analysis",
    "application",
    "applications",
    "applied",
    "approach",
    "approaches",
    "area",
    "article",
    "based",
    "field",
    "general",
    "interest",
    "interests",
    "method",
    "methods",
    "modern",
    "new",
    "novel",
    "paper",
    "papers",
    "problem",
    "problems",
    "research",
    "science",
    "sciences",
    "studies",
    "study",
    "system",
    "systems",
    "theory",
    "topic",
    "using",
    "work",
    "works",
];

/// Endings that turn a word's sense, as English has them.
const TURNING_ENDINGS: &[&str] =
    &["less", "lessly", "ful", "fully", "ist", "istic", "ism", "ible", "ibly", "ish", "ee"];

/// The text in lower case without accents and punctuation, its words parted by single spaces.
pub(crate) fn fold(text: &str) -> String {
    fold_letters(text, false)
}

/// Like [`fold`], with `ü` spelt `ue` and so on, as people do whose keyboard lacks the letter.
pub(crate) fn fold_umlauts(text: &str) -> String {
    fold_letters(text, true)
}

fn fold_letters(text: &str, umlauts: bool) -> String {
    let mut folded = String::with_capacity(text.len());
    for c in text.chars().flat_map(char::to_lowercase) {
        match c {
            '\'' | '’' | '‘' | 'ʼ' | '`' | '´' | '\u{300}'..='\u{36f}' => {}
            // “C++” and “C#” are languages; “c” is any letter
            '+' | '#' if is_letter_of_language(&folded) => {
                folded.push_str(if c == '+' { "plus" } else { "sharp" });
            }
            c if c.is_alphanumeric() => push_folded(&mut folded, c, umlauts),
            _ if folded.ends_with(' ') || folded.is_empty() => {}
            _ => folded.push(' '),
        }
    }
    folded.truncate(folded.trim_end().len());
    folded
}

/// True after “c”, “f” or “cplus”.
fn is_letter_of_language(folded: &str) -> bool {
    matches!(folded.rsplit(' ').next(), Some("c" | "f" | "cplus"))
}

/// The Latin letters that names are commonly written with; anything else stays as it is.
fn push_folded(out: &mut String, c: char, umlauts: bool) {
    out.push_str(match c {
        'ä' if umlauts => "ae",
        'ö' | 'ø' if umlauts => "oe",
        'ü' if umlauts => "ue",
        'å' if umlauts => "aa",
        'à'..='å' | 'ā' | 'ă' | 'ą' | 'ǎ' | 'ạ'..='ặ' => "a",
        'æ' => "ae",
        'ç' | 'ć' | 'ĉ' | 'ċ' | 'č' => "c",
        'ď' | 'đ' | 'ð' => "d",
        'è'..='ë' | 'ē' | 'ĕ' | 'ė' | 'ę' | 'ě' | 'ẹ'..='ệ' => "e",
        'ĝ' | 'ğ' | 'ġ' | 'ģ' => "g",
        'ì'..='ï' | 'ĩ' | 'ī' | 'ĭ' | 'į' | 'ı' | 'ỉ' | 'ị' => "i",
        'ķ' => "k",
        'ĺ' | 'ļ' | 'ľ' | 'ł' => "l",
        'ñ' | 'ń' | 'ņ' | 'ň' => "n",
        'ò'..='ö' | 'ø' | 'ō' | 'ŏ' | 'ő' | 'ơ' | 'ọ'..='ợ' => "o",
        'œ' => "oe",
        'ŕ' | 'ř' => "r",
        'ś' | 'ŝ' | 'ş' | 'š' | 'ș' => "s",
        'ß' => "ss",
        'ţ' | 'ť' | 'ț' => "t",
        'þ' => "th",
        'ù'..='ü' | 'ũ' | 'ū' | 'ŭ' | 'ů' | 'ű' | 'ų' | 'ư' | 'ụ'..='ự' => "u",
        'ý' | 'ÿ' | 'ỳ'..='ỹ' => "y",
        'ź' | 'ż' | 'ž' => "z",
        other => return out.push(other),
    });
}

/// At most `max` characters of the text, cut between words where there is a word to keep.
pub(crate) fn shorten(text: &str, max: usize) -> &str {
    let Some((end, _)) = text.char_indices().nth(max) else { return text };
    let cut = &text[..end];
    match cut.rfind(char::is_whitespace) {
        Some(space) if !text[end..].starts_with(char::is_whitespace) => cut[..space].trim_end(),
        _ => cut.trim_end(),
    }
}

/// True for words such as “the” and “with”; the word is folded.
pub(crate) fn is_stop_word(word: &str) -> bool {
    STOP_WORDS.contains(&word)
}

/// True for words such as “buy” and “visit”; the word is folded.
pub(crate) fn is_call(word: &str) -> bool {
    CALLS.contains(&word)
}

/// True for words such as “theory” and “methods”; the word is folded.
pub(crate) fn is_generic(word: &str) -> bool {
    GENERIC_WORDS.contains(&word)
}

/// The distinct folded words that carry the meaning of a text.
pub(crate) fn content_words(text: &str) -> Vec<String> {
    distinct_words(text, |word| word.len() >= 2 && !is_stop_word(word) && !is_generic(word))
}

/// The words that tell one field from another. Where an interest is made of generic words only, they have to do.
pub(crate) fn field_words(interest: &str) -> Vec<String> {
    let words = content_words(interest);
    if words.is_empty() { distinct_words(interest, |word| !is_stop_word(word)) } else { words }
}

fn distinct_words(text: &str, keep: impl Fn(&str) -> bool) -> Vec<String> {
    let mut seen = HashSet::new();
    fold(text)
        .split(' ')
        .filter(|w| !w.is_empty() && keep(w) && seen.insert(w.to_string()))
        .map(str::to_owned)
        .collect()
}

/// True if two folded words are forms of one word: “turbulence” and “turbulent”, but not “quantum” and
/// “quantitative”. A shared beginning decides, which is crude and knows no language, unless one has an ending that
/// makes it another word: “powerless” is no form of “powerful”.
pub(crate) fn alike(a: &str, b: &str) -> bool {
    if singular(a) == singular(b) {
        return true;
    }
    if !may_mean_the_same(a, b) {
        return false;
    }
    let shared = a.chars().zip(b.chars()).take_while(|(x, y)| x == y).count();
    let longer = a.chars().count().max(b.chars().count());
    shared >= 5 && shared + 4 >= longer
}

/// False for two folded words of which one has an ending that turns its sense.
pub(crate) fn may_mean_the_same(a: &str, b: &str) -> bool {
    turning(a) == turning(b)
}

/// The ending of a word that says something else than the rest of its family, if it has one.
fn turning(word: &str) -> Option<&'static str> {
    let word = word.strip_suffix('s').filter(|stem| !stem.ends_with('s')).unwrap_or(word);
    TURNING_ENDINGS.iter().find(|ending| word.ends_with(*ending)).copied()
}

/// The stem of an English plural and of its singular: “eddies” and “eddy” share one.
fn singular(word: &str) -> &str {
    let cut = word.strip_suffix("ies").or_else(|| word.strip_suffix('y')).or_else(|| word.strip_suffix('s'));
    cut.filter(|stem| stem.len() >= 2).unwrap_or(word)
}

/// How many of the wanted folded words the text holds in some form.
pub(crate) fn overlap(wanted: &[String], text: &str) -> usize {
    let words: HashSet<String> = fold(text).split(' ').map(str::to_owned).collect();
    wanted.iter().filter(|wanted| holds(&words, wanted)).count()
}

fn holds(words: &HashSet<String>, wanted: &str) -> bool {
    words.contains(wanted) || words.iter().any(|word| alike(wanted, word))
}

/// True if `needle` stands in `hay` word for word, not inside a longer word; white space counts as one space.
pub(crate) fn occurs(hay: &str, needle: &str) -> bool {
    let (hay, needle) = (one_line(hay), one_line(needle));
    !needle.is_empty()
        && hay.match_indices(&needle).any(|(start, _)| {
            let before = hay[..start].chars().next_back();
            let after = hay[start + needle.len()..].chars().next();
            !before.is_some_and(char::is_alphanumeric) && !after.is_some_and(char::is_alphanumeric)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn accents_case_and_punctuation_do_not_matter() {
        assert_eq!(fold("  Łukasz  Jørgen-Müller, O’Brien "), "lukasz jorgen muller obrien");
        assert_eq!(fold("Mu\u{308}ller"), "muller");
        assert_eq!(fold_umlauts("Müller"), fold("Mueller"));
        assert_eq!(fold("C++, C# and vitamin C"), "cplusplus csharp and vitamin c");
    }

    #[test]
    fn forms_of_one_word_are_alike_and_lookalikes_are_not() {
        for (a, b) in [
            ("turbulence", "turbulent"),
            ("biology", "biological"),
            ("computer", "computing"),
            ("gene", "genes"),
            ("eddy", "eddies"),
        ] {
            assert!(alike(a, b), "{a} {b}");
        }
        for (a, b) in [
            ("quantum", "quantitative"),
            ("internet", "international"),
            ("community", "communication"),
            ("powerful", "powerless"),
            ("terrific", "terrible"),
            ("communities", "communist"),
            ("national", "nationalists"),
        ] {
            assert!(!alike(a, b), "{a} {b}");
        }
    }

    #[test]
    fn shared_generic_words_are_no_shared_field() {
        let words = field_words("the theory of coral reef systems");
        assert_eq!(words, ["coral", "reef"]);
        assert_eq!(overlap(&words, "new methods in control theory for power systems"), 0);
        assert_eq!(overlap(&words, "Bleaching of reefs"), 1);
        assert_eq!(field_words("theory of science"), ["theory", "science"]);
    }

    #[test]
    fn occurs_means_whole_words() {
        assert!(occurs("She is at the University of  Nord, since 2009.", "University of Nord"));
        assert!(!occurs("She is at the University of Nordland.", "University of Nord"));
        assert!(!occurs("anything", " "));
    }

    #[test]
    fn shortening_keeps_whole_words_and_counts_characters() {
        assert_eq!(shorten("größere Wellen", 9), "größere");
        assert_eq!(shorten("größere Wellen", 14), "größere Wellen");
        assert_eq!(shorten("wellenlänge", 6), "wellen");
    }
}
