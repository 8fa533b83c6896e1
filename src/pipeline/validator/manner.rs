//! How a value is said: its length, its script, and whether it is a value at all or a model talking.
use crate::{
    model::{LONGEST_DETAIL, SlotKind},
    text::words::fold,
};

/// Longest name or title, in characters.
const LONGEST_NAME: usize = 300;
/// Fewest letters that show a text's script.
const FEW_LETTERS: usize = 20;

/// Folded answers that say that there is none.
const NON_ANSWERS: &[&str] = &[
    "",
    "unknown",
    "none",
    "null",
    "n a",
    "na",
    "not found",
    "not available",
    "not specified",
    "not provided",
    "unspecified",
    "tbd",
    "no information",
    "no evidence",
];
/// Folded beginnings and phrases of a model that talks about its answer, or begins an e-mail of its own.
const CHATTY_BEGINNINGS: &[&str] = &[
    "here is",
    "here are",
    "heres",
    "sure",
    "certainly",
    "of course",
    "im sorry",
    "i am sorry",
    "sorry",
    "i cannot",
    "i cant",
    "i could not",
    "i couldnt",
    "i found",
    "based on the",
    "according to the",
    "as requested",
    "value",
    "answer",
    "output",
    "dear",
    "hello",
    "hi",
];
const CHATTY_PHRASES: &[&str] = &[
    "provided facts",
    "the facts above",
    "the given facts",
    "the placeholder",
    "this placeholder",
    "let me know",
    "hope this",
    "no relevant facts",
    "not mentioned in",
    "as an ai",
    "language model",
    "kind regards",
    "best regards",
    "yours sincerely",
];

/// Not empty, and not longer than was asked for.
pub(super) fn fits(kind: SlotKind, text: &str) -> bool {
    let most = if kind == SlotKind::Detail { LONGEST_DETAIL } else { LONGEST_NAME };
    !text.trim().is_empty() && text.chars().count() <= most
}

/// A model talking about its answer instead of giving it.
pub(super) fn is_chatter(text: &str) -> bool {
    let folded = fold(text);
    let begins = |phrase: &&str| {
        folded.strip_prefix(*phrase).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    NON_ANSWERS.contains(&folded.as_str())
        || CHATTY_BEGINNINGS.iter().any(begins)
        || CHATTY_PHRASES.iter().any(|phrase| format!(" {folded} ").contains(&format!(" {phrase} ")))
        || text.to_lowercase().starts_with("note:")
        || text.contains("<think>")
}

/// True if most of the text's letters are of the script of most of the other's, as far as that shows.
pub(super) fn is_in_script_of(text: &str, other: &str) -> bool {
    let letters = other.chars().filter(|c| c.is_alphabetic()).count();
    let is_short = text.chars().filter(|c| c.is_alphabetic()).count() == 0;
    letters < FEW_LETTERS || is_short || script(text) == script(other)
}

/// True if a text in Latin letters is given no words in others: names are, and signs such as “β” of one letter.
pub(super) fn has_no_foreign_words(text: &str, other: &str, is_name: impl Fn(&str) -> bool) -> bool {
    let letters = other.chars().filter(|c| c.is_alphabetic()).count();
    let is_foreign = |word: &str| {
        let is_sign =
            word.chars().nth(1).is_none() && word.chars().all(|c| ('\u{370}'..'\u{400}').contains(&c));
        !is_sign && script(word) != 0 && !is_name(&fold(word))
    };
    let words = text.split(|c: char| !c.is_alphabetic());
    letters < FEW_LETTERS || script(other) != 0 || !words.filter(|word| !word.is_empty()).any(is_foreign)
}

/// The script of most letters: the block of Unicode, coarsely.
fn script(text: &str) -> u32 {
    let block = |c: char| match u32::from(c) {
        0..0x370 | 0x1e00..0x1f00 => 0,
        code @ 0x370..0x1100 => 1 + code / 0x80,
        0x3040..0xa000 | 0xf900..0xfb00 => 1_000,
        code => 2_000 + code / 0x400,
    };
    let blocks: Vec<u32> = text.chars().filter(|c| c.is_alphabetic()).map(block).collect();
    let count = |wanted: u32| blocks.iter().filter(|block| **block == wanted).count();
    blocks.iter().copied().max_by_key(|&block| count(block)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_is_as_long_as_its_kind_may_be_and_no_longer() {
        for (kind, most) in [(SlotKind::Detail, LONGEST_DETAIL), (SlotKind::PaperTitle, LONGEST_NAME)] {
            assert!(fits(kind, &"ü".repeat(most)) && !fits(kind, &"ü".repeat(most + 1)), "{kind:?}");
        }
    }

    #[test]
    fn each_tell_tale_of_a_model_that_talks_about_its_answer_is_enough() {
        let told = [
            "Unknown",
            "Here is a detail",
            "one, as an AI, cannot say",
            "NOTE: eddies",
            "<think>eddies",
            "eddies <think>",
        ];
        for text in told {
            assert!(is_chatter(text), "{text}");
        }
        for text in ["the unknown sea", "hereis", "a note: eddies", "how you think"] {
            assert!(!is_chatter(text), "{text}");
        }
    }

    #[test]
    fn only_names_may_be_in_other_letters_than_a_latin_template() {
        let template = "Dear , I read with great interest about ";
        let passes = |text| has_no_foreign_words(text, template, |word| word == "周明岚");
        assert!(passes("the β-decay of 周明岚, Müller’s Wellen, 10 μm"));
        for text in ["Ada 卖肥皂", "Ada 卖", "“вихри” of Ada", "κύματα"] {
            assert!(!passes(text), "{text}");
        }
        assert!(has_no_foreign_words("вихри", "Здравствуйте, я прочитал о вашей работе", |_| false));
    }

    #[test]
    fn a_text_of_another_script_is_noticed_where_it_shows() {
        let template = "Dear , I read with great interest about ";
        for text in ["ocean eddies (周明岚)", "Müller’s Wellen", "2024", "Ångström"] {
            assert!(is_in_script_of(text, template), "{text}");
        }
        for text in ["океанские вихри", "海洋涡旋"] {
            assert!(!is_in_script_of(text, template), "{text}");
            assert!(is_in_script_of(text, "Hi "), "{text}");
        }
        assert!(is_in_script_of("океанские вихри", "Здравствуйте, я прочитал о вашей работе"));
        assert!(is_in_script_of("የውቅያኖስ ሞገዶች", "ጤና ይስጥልኝ ስለ ስራዎ በታላቅ ፍላጎት አነበብኩ እና መነጋገር እፈልጋለሁ"));
    }

    #[test]
    fn a_script_shows_in_a_few_letters_and_not_in_fewer() {
        let (few, fewer) = ("a".repeat(FEW_LETTERS), "a".repeat(FEW_LETTERS - 1));
        assert!(!is_in_script_of("вихри", &few) && is_in_script_of("вихри", &fewer));
        assert!(
            !has_no_foreign_words("вихри", &few, |_| false)
                && has_no_foreign_words("вихри", &fewer, |_| false)
        );
    }
}
