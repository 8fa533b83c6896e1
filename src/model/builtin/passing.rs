//! Whether a page suggests that the person has died. Nobody should get an e-mail then without a human having looked,
//! so a false alarm is better than none.
use super::subject::subject_of;
use crate::{
    model::FactsTask,
    text::{
        name::{Mention, PersonName, Place},
        sentences::{sentences, starts_with_pronoun},
        words::fold,
    },
};

/// Folded phrases that speak of a death wherever they stand beside the person's name.
const PHRASES: &[&str] = &[
    "in memoriam",
    "in memory of",
    "is mourned",
    "mourn",
    "mourning",
    "mourns",
    "obituary",
    "passed away",
    "rest in peace",
    "survived by",
];
/// What “died” follows if it was a person who did.
const BEFORE_DIED: &[&str] =
    &["he", "she", "they", "who", "has", "sadly", "suddenly", "peacefully", "unexpectedly"];
/// Most words between “the late” and a name: titles.
const MAX_TITLES: usize = 8;
/// The shortest life between two years in brackets.
const SHORTEST_LIFE: u16 = 20;

/// True if the page suggests that the person has died.
pub(super) fn suggests_death(task: &FactsTask<'_>) -> bool {
    let name = PersonName::parse(task.person.name);
    if speaks_of_death(task.title, &name) {
        return true;
    }
    task.text.lines().any(|line| {
        let mut was_about = false;
        sentences(line).into_iter().any(|sentence| {
            let is_named = name.mention(sentence) > Mention::None;
            let follows = was_about && starts_with_pronoun(sentence);
            was_about = is_named || follows;
            (is_named && speaks_of_death(sentence, &name)) || (follows && says_died(sentence))
        })
    })
}

fn speaks_of_death(sentence: &str, name: &PersonName) -> bool {
    let places = name.places(sentence);
    let Some(first) = places.first() else { return false };
    let padded = format!(" {} ", fold(sentence));
    PHRASES.iter().any(|phrase| padded.contains(&format!(" {phrase} ")))
        || (subject_of(sentence, name).is_some() && says_died(&sentence[first.end..]))
        || places.iter().any(|place| is_late(&sentence[..place.start]) || has_life_dates(sentence, *place))
}

/// “Ada Example died”, “Ada Example, who sailed, died”, “she died”, but not “the fish died”.
fn says_died(text: &str) -> bool {
    text.match_indices("died").any(|(at, _)| {
        let before = text[..at].trim_end();
        let word = fold(before.rsplit(char::is_whitespace).next().unwrap_or_default());
        let is_word = text[at + 4..].chars().next().is_none_or(|c| !c.is_alphabetic());
        is_word && (before.is_empty() || before.ends_with([',', ')']) || BEFORE_DIED.contains(&word.as_str()))
    })
}

/// What stands before the name ends with “the late”, “death of” or “passing of”.
fn is_late(before: &str) -> bool {
    let untitled =
        before.split_whitespace().rev().take(MAX_TITLES).skip_while(|word| PersonName::is_title(word));
    let mut words: Vec<&str> = untitled.take(2).collect();
    words.reverse();
    let folded = fold(&words.join(" "));
    ["the late", "death of", "passing of", "loss of"].contains(&folded.as_str())
}

/// “Ada Example (1940–2021)”, “Ada Example, 1940–2021”.
fn has_life_dates(sentence: &str, place: Place) -> bool {
    let after = sentence[place.end..].trim_start().strip_prefix(['(', ',']).unwrap_or_default();
    let after: String = after.chars().filter(|c| !c.is_whitespace()).take(12).collect();
    let Some((born, rest)) = after.split_once(['-', '–', '—']) else { return false };
    let year = |text: &str| text.parse::<u16>().ok().filter(|year| (1800..=2100).contains(year));
    let died: String = rest.chars().take_while(char::is_ascii_digit).collect();
    let born = born.trim_start_matches(|c: char| !c.is_ascii_digit());
    year(born).zip(year(&died)).is_some_and(|(born, died)| died.saturating_sub(born) >= SHORTEST_LIFE)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Person;

    fn dead(title: &str, text: &str) -> bool {
        let person = Person { name: "Ada Example", interest: "ocean eddies" };
        suggests_death(&FactsTask { person, title, text })
    }

    #[test]
    fn a_page_that_speaks_of_the_persons_death_is_noticed() {
        assert!(dead("Obituary: Ada Example", ""));
        for text in [
            "Ada Example, who studied eddies, died on 3 March 2021.",
            "Ada Example studied eddies. She died in 2021.",
            "Ada Example (1940-2021) was a professor.",
            "Professor Example is survived by her group.",
            "Ada Example passed away after a long illness.",
            "In memoriam: Ada Example, pioneer.",
            "The late Prof. Ada Example studied eddies.",
            "We mourn Ada Example of the eddies group.",
            "The death of Ada Example saddens us.",
        ] {
            assert!(dead("News", text), "{text}");
        }
    }

    #[test]
    fn the_death_of_others_or_of_fish_is_not_the_persons() {
        for text in [
            "Ada Example showed that half of the fish died.",
            "Bo Sample died in 2021. Ada Example sails.",
            "Ada Example was late for the boat.",
            "Ada Example (2001-2005) sailed.",
            "The group of Ada Example sails late.",
        ] {
            assert!(!dead("Ada Example", text), "{text}");
        }
    }
}
