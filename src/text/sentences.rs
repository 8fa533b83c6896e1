//! Where a sentence ends, and how it begins. Wrong cuts make wrong quotations, so a full stop that may belong to an
//! abbreviation or an initial ends nothing.
use super::words::fold;

const ABBREVIATIONS: &[&str] = &[
    "al", "approx", "assoc", "asst", "ca", "cf", "dept", "dipl", "dr", "ed", "eds", "eq", "etc", "fig",
    "habil", "hon", "inc", "jr", "ltd", "mr", "mrs", "ms", "no", "nr", "pp", "prof", "resp", "rev", "sr",
    "st", "univ", "vol", "vs",
];

/// The sentences of one line, trimmed, in order.
pub(crate) fn sentences(line: &str) -> Vec<&str> {
    let mut found = Vec::new();
    let mut start = 0;
    for (at, mark) in line.char_indices().filter(|(_, c)| matches!(c, '.' | '!' | '?' | '…')) {
        let after = line[at + mark.len_utf8()..].trim_start_matches(['”', '"', '’', ')', ']', '»']);
        let next = after.trim_start();
        let begins_anew = after.len() > next.len()
            && next.starts_with(|c: char| c.is_uppercase() || c.is_numeric() || "“„\"«([".contains(c));
        if begins_anew && at >= start && !(mark == '.' && is_abbreviation(&line[start..at])) {
            let end = line.len() - after.len();
            found.push(line[start..end].trim());
            start = end;
        }
    }
    found.push(line[start..].trim());
    found.retain(|sentence| !sentence.is_empty());
    found
}

/// True if the last word before a full stop is usually shortened, an initial, or has full stops inside.
fn is_abbreviation(before: &str) -> bool {
    let word = before.rsplit(char::is_whitespace).next().unwrap_or("");
    let word = word.trim_start_matches(|c: char| !c.is_alphanumeric());
    let is_initial = word.chars().count() == 1 && word.chars().all(char::is_uppercase);
    let is_dotted = word.contains('.') && word.split(['.', '-']).all(|part| part.chars().count() <= 2);
    is_initial || is_dotted || ABBREVIATIONS.contains(&word.to_lowercase().as_str())
}

/// True if the sentence says “she” or the like where its subject stands.
pub(crate) fn starts_with_pronoun(sentence: &str) -> bool {
    starts_with(sentence, &["he", "she", "they", "his", "her", "their"])
}

/// True for a sentence of somebody about themselves.
pub(crate) fn is_first_person(sentence: &str) -> bool {
    starts_with(sentence, &["i", "my", "im", "ive", "we", "our"])
}

/// True if the first word, folded, is one of these.
pub(crate) fn starts_with(sentence: &str, words: &[&str]) -> bool {
    fold(sentence).split(' ').next().is_some_and(|first| words.contains(&first))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn abbreviations_and_initials_end_no_sentence() {
        let line = "Prof. Dr. A. B. Example, Ph.D. in 1999, studies eddies, e.g. Baltic ones. She sails! Does he? “Yes.” Ok";
        let expected = [
            "Prof. Dr. A. B. Example, Ph.D. in 1999, studies eddies, e.g. Baltic ones.",
            "She sails!",
            "Does he?",
            "“Yes.”",
            "Ok",
        ];
        assert_eq!(sentences(line), expected);
    }

    #[test]
    fn a_full_stop_inside_a_number_or_word_ends_nothing() {
        assert_eq!(sentences("It grew by 3.5 m. in Node.js. "), ["It grew by 3.5 m. in Node.js."]);
        assert!(sentences("  ").is_empty());
    }
}
