//! Whether a text names somebody else. Nobody has a list of all names, so the shape decides: two large words in a row
//! that are no place, no field and no part of an institution.
use std::ops::Range;

use super::{
    PARTICLES, PersonName,
    mention::{Token, is_title, tokens},
};
use crate::text::words::is_stop_word;

/// Words of institutions, posts, places, fields and headings: a run of large words with one of these names no person.
const NO_NAMES: &[&str] = &[
    "about",
    "academy",
    "applied",
    "archive",
    "area",
    "array",
    "art",
    "arts",
    "associate",
    "assistant",
    "award",
    "bay",
    "board",
    "book",
    "books",
    "building",
    "center",
    "centre",
    "chair",
    "co",
    "college",
    "computer",
    "contact",
    "council",
    "data",
    "day",
    "department",
    "director",
    "division",
    "earth",
    "east",
    "email",
    "faculty",
    "fellow",
    "foundation",
    "group",
    "head",
    "home",
    "hours",
    "house",
    "initiative",
    "institute",
    "interests",
    "island",
    "islands",
    "journal",
    "lab",
    "laboratory",
    "lake",
    "law",
    "lecturer",
    "library",
    "life",
    "links",
    "marine",
    "materials",
    "medal",
    "medicine",
    "member",
    "museum",
    "music",
    "national",
    "network",
    "new",
    "news",
    "north",
    "ocean",
    "office",
    "open",
    "page",
    "people",
    "postdoc",
    "press",
    "prize",
    "professor",
    "profile",
    "programme",
    "program",
    "project",
    "reader",
    "recent",
    "report",
    "research",
    "researcher",
    "river",
    "road",
    "room",
    "royal",
    "school",
    "science",
    "sciences",
    "scientist",
    "sea",
    "section",
    "selected",
    "senior",
    "series",
    "service",
    "society",
    "sound",
    "south",
    "staff",
    "state",
    "street",
    "student",
    "students",
    "studies",
    "survey",
    "team",
    "university",
    "unit",
    "vitae",
    "west",
    "work",
];
/// How names of fields and headings end and those of people hardly do.
const NO_NAME_ENDINGS: &[&str] = &[
    "ics", "logy", "graphy", "istry", "tory", "onomy", "metry", "tion", "tions", "ment", "ments", "ness",
    "ship", "sity",
];
/// What stands before a place or a thing, not before a person.
const BEFORE_PLACES: &[&str] = &["the", "in", "at", "near", "across", "around", "this", "each", "every"];

/// Longest text that is looked at, in bytes.
const MAX_TEXT: usize = 2_000;

/// True if the text names a person who is not this one.
pub(crate) fn names_other(text: &str, person: &PersonName) -> bool {
    // what is longer than a sentence may name anybody
    text.len() > MAX_TEXT || !others(text, person).is_empty()
}

/// Where the text names people who are not this one, in bytes and in order; of a text that is no sentence, nothing.
pub(crate) fn others(text: &str, person: &PersonName) -> Vec<Range<usize>> {
    let mut found = Vec::new();
    if text.len() > MAX_TEXT {
        return found;
    }
    let own = person.places(text);
    let tokens = tokens(text);
    let is_own = |token: &Token<'_>| own.iter().any(|place| (place.start..place.end).contains(&token.start));
    let mut at = 0;
    while at < tokens.len() {
        if is_own(&tokens[at]) || !begins(&tokens[at]) {
            at += 1;
            continue;
        }
        let end = run_end(&tokens, at, &is_own);
        let is_placed = at > 0 && BEFORE_PLACES.contains(&tokens[at - 1].word.as_str());
        if !is_placed && is_name(&tokens[at..end]) {
            found.push(tokens[at].start..tokens[end - 1].end);
        }
        at = end;
    }
    found
}

fn begins(token: &Token<'_>) -> bool {
    token.is_large && !is_stop_word(&token.word)
}

/// Where the run of large words ends that begins at `from`; particles may stand inside.
fn run_end(tokens: &[Token<'_>], from: usize, is_own: &impl Fn(&Token<'_>) -> bool) -> usize {
    let mut end = from + 1;
    for at in from + 1..tokens.len() {
        let token = &tokens[at];
        let goes_on = token.is_joined() && !tokens[at - 1].is_owner && !is_own(token);
        // a full stop parts sentences, unless it follows an initial or a title
        let before = &tokens[at - 1];
        let is_cut = token.gap.contains('.') && before.word.chars().count() > 1 && !is_title(&before.word);
        if !goes_on || is_cut {
            break;
        }
        if token.is_large {
            end = at + 1;
        } else if !PARTICLES.contains(&token.word.as_str()) {
            break;
        }
    }
    end
}

/// Two large words, or a title and one, none of which gives away something else.
fn is_name(run: &[Token<'_>]) -> bool {
    let titles = run.iter().take_while(|token| is_title(&token.word)).count();
    let names = &run[titles..];
    let is_word = |token: &Token<'_>| {
        let word = token.word.as_str();
        NO_NAMES.contains(&word)
            || NO_NAME_ENDINGS.iter().any(|ending| word.len() > ending.len() + 1 && word.ends_with(ending))
            || (word.len() > 7 && word.ends_with("ing"))
            || (token.is_acronym && word.len() <= 5)
            || word.contains(|c: char| c.is_ascii_digit())
    };
    let needed = if titles > 0 { 1 } else { 2 };
    (needed..=5).contains(&names.len()) && !names.iter().any(is_word)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_person_is_known_by_the_shape_of_the_name() {
        let person = PersonName::parse("Ada Example");
        for text in [
            "Bo Sample",
            "Dr. Sample",
            "Kim Sample – Nordland University",
            "Collaborators: Bo Sample (University of Nordland)",
            "Ada Example met B. van der Sample.",
            "Mary Ada Example sails.",
        ] {
            assert!(names_other(text, &person), "{text}");
        }
    }

    #[test]
    fn the_person_places_fields_and_institutions_are_nobody_else() {
        let person = PersonName::parse("Ada Example");
        for text in [
            "Prof. Ada Example",
            "Professor of Ocean Physics",
            "Department of Soil Science, Nordland Institute of Technology",
            "Ada Example tracks eddies in New Nordland and the Skerry Sound.",
            "University of Nordland. She sails.",
            "Research Interests",
        ] {
            assert!(!names_other(text, &person), "{text}");
        }
    }
}
