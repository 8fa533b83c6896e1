//! Whom a sentence is about: the person, somebody who met them, or somebody of theirs.
use crate::text::{
    name::{PersonName, Place, people::names_other},
    sentences::{starts_with, starts_with_pronoun},
    words::{PEOPLE_OF_SOMEBODY, fold, is_stop_word},
};

/// Most words before the name of a subject: “With colleagues in computing Ada Example maps …”.
const MAX_LEAD: usize = 5;

/// Words after which a name is no subject.
const OBLIQUE: &[&str] = &[
    "about", "and", "at", "by", "for", "from", "in", "like", "met", "of", "on", "or", "than", "that", "to",
    "what", "which", "who", "whom", "with",
];
/// Things of somebody's that stand for their work.
const OWN_WORK: &[&str] = &[
    "approach",
    "book",
    "books",
    "experiment",
    "experiments",
    "findings",
    "group",
    "interests",
    "lab",
    "laboratory",
    "measurements",
    "method",
    "methods",
    "model",
    "models",
    "project",
    "projects",
    "research",
    "results",
    "team",
    "work",
];

/// Who a sentence begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Subject {
    /// The person by name.
    Name,
    /// “She” and the like.
    Pronoun,
    /// Somebody who speaks of themselves.
    I,
}

/// The subject that a sentence begins with, and where it ends. Only a title or “since 2015” may come before.
pub(super) fn subject_of(sentence: &str, name: &PersonName) -> Option<(Subject, usize)> {
    if let Some(place) = name.places(sentence).first()
        && sentence[..place.start].split_whitespace().all(may_lead)
    {
        return (!place.is_owner).then_some((Subject::Name, place.end));
    }
    let mut from = 0;
    for word in sentence.split_whitespace() {
        let at = from + sentence[from..].find(word)?;
        from = at + word.len();
        match fold(word).as_str() {
            "he" | "she" | "they" => return Some((Subject::Pronoun, from)),
            "i" => return Some((Subject::I, from)),
            // “I'm”: the verb is what follows the apostrophe
            _ if !may_lead(word) => return None,
            _ => {}
        }
    }
    None
}

fn may_lead(word: &str) -> bool {
    let folded = fold(word);
    let is_year = folded.len() == 4 && folded.bytes().all(|b| b.is_ascii_digit());
    is_year || matches!(&*folded, "since" | "today" | "currently" | "now") || PersonName::is_title(word)
}

/// True if the sentence is about the person or their work first of all.
pub(super) fn is_about(sentence: &str, name: &PersonName) -> bool {
    match name.places(sentence).first() {
        Some(place) => is_subject(sentence, *place, name),
        None if starts_with_pronoun(sentence) => {
            let owner = starts_with(sentence, &["his", "her", "their"]);
            let after = sentence.trim_start().split_once(' ').map_or("", |(_, after)| after);
            !owner || is_own_work(after)
        }
        None => false,
    }
}

fn is_subject(sentence: &str, place: Place, name: &PersonName) -> bool {
    let before = &sentence[..place.start];
    let words: Vec<&str> = before.split_whitespace().collect();
    let last = words.iter().rev().find(|word| !PersonName::is_title(word));
    words.len() <= MAX_LEAD
        && words.first().is_none_or(|word| leads_in(word))
        && last.is_none_or(|word| !OBLIQUE.contains(&fold(word).as_str()))
        && !names_other(before, name)
        && (!place.is_owner || is_own_work(&sentence[place.end..]))
}

/// True for a word with which a sentence begins whose subject is still to come.
fn leads_in(word: &str) -> bool {
    let folded = fold(word);
    PersonName::is_title(word)
        || is_stop_word(&folded)
        || folded.ends_with("ly")
        || folded.ends_with("ist")
        || folded.ends_with("grapher")
        || word.starts_with(char::is_lowercase)
}

/// True if what follows an owner is their work: “research”, “new ocean model”, but not “student”.
fn is_own_work(after: &str) -> bool {
    // the ending of the owner itself is no word
    let words: Vec<String> =
        after.split_whitespace().map(fold).filter(|word| !matches!(&**word, "" | "s")).take(4).collect();
    let holds = |table: &[&str]| words.iter().any(|word| table.contains(&word.as_str()));
    holds(OWN_WORK) && !holds(PEOPLE_OF_SOMEBODY)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn about(sentence: &str) -> bool {
        is_about(sentence, &PersonName::parse("Ada Example"))
    }

    #[test]
    fn a_sentence_is_about_its_subject() {
        for sentence in [
            "Ada Example tracks eddies.",
            "In spring Prof. Example tracked eddies.",
            "Ada Example's group tracks eddies.",
            "She tracks eddies.",
            "Her new research changed the Baltic.",
        ] {
            assert!(about(sentence), "{sentence}");
        }
    }

    #[test]
    fn what_belongs_to_the_person_or_met_them_is_another_subject() {
        for sentence in [
            "Ada Example's student Bo Sample tracks eddies.",
            "Her students work on eddies.",
            "Ada Example’s critics track eddies.",
            "Her husband was a sailor.",
            "Her mentor leads a project.",
            "Bo Sample and Ada Example track eddies.",
            "Bo Sample praised Ada Example.",
            "Eddies by Ada Example are on show.",
        ] {
            assert!(!about(sentence), "{sentence}");
        }
    }
}
