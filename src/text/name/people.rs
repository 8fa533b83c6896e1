//! Whether a text names somebody else. Nobody has a list of all names, so the shape decides: two large words in a row
//! that are no place, no field and no part of an institution.
use std::ops::Range;

use super::{
    PARTICLES, PersonName,
    mention::{Token, is_title, tokens},
};
use crate::text::words::{PEOPLE_OF_SOMEBODY, is_stop_word};

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

/// Somebody without a name; with those of [`PEOPLE_OF_SOMEBODY`].
const SOMEBODY: &[&str] = &[
    "actor",
    "artist",
    "aunt",
    "boss",
    "boy",
    "cousin",
    "doctor",
    "engineer",
    "girl",
    "laureate",
    "man",
    "mayor",
    "minister",
    "mate",
    "nephew",
    "niece",
    "president",
    "professor",
    "queen",
    "researcher",
    "scientist",
    "singer",
    "sponsor",
    "teacher",
    "twin",
    "uncle",
    "visitor",
    "winner",
    "woman",
];
/// What stands before somebody who comes into a sentence.
const ARTICLES: &[&str] = &["a", "an", "another", "her", "his", "my", "one", "the", "their"];
/// A large word after these is somebody, even a single one.
const COMPANY: &[&str] = &["alongside", "beside", "like", "married", "met", "than", "unlike", "with"];

/// Longest text that is looked at, in bytes.
pub(super) const MAX_TEXT: usize = 2_000;

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

/// True if the text brings in somebody else, named in whatever way or not at all, whom “she” in the next sentence may
/// mean.
pub(crate) fn brings_another(text: &str, person: &PersonName) -> bool {
    let own = person.places(text);
    let tokens = tokens(text);
    let is_own = |at: usize| own.iter().any(|place| (place.start..place.end).contains(&tokens[at].start));
    let word = |at: usize| tokens[at].word.as_str();
    let has_article = |at: usize| (at.saturating_sub(3)..at).any(|before| ARTICLES.contains(&word(before)));
    // “is a student”, “is head and professor”: the person's own
    let is_complement = |at: usize| {
        let to_be = |before: &usize| matches!(word(*before), "is" | "was" | "am" | "became" | "been" | "as");
        (0..at)
            .rev()
            .take_while(|&before| {
                !matches!(
                    word(before),
                    "by" | "for" | "like" | "of" | "than" | "to" | "unlike" | "who" | "with"
                )
            })
            .any(|before| to_be(&before))
    };
    let is_somebody = |at: usize| SOMEBODY.contains(&word(at)) || PEOPLE_OF_SOMEBODY.contains(&word(at));
    let is_single = |at: usize| {
        let next = tokens.get(at + 1).is_some_and(|next| next.is_large && next.is_joined());
        begins(&tokens[at]) && !tokens[at].is_acronym && !next && !NO_NAMES.contains(&word(at))
    };
    let is_foreign = |at: usize| {
        let is_other_spelling = own.iter().any(|place| {
            tokens[at].start >= place.end
                && text[place.end..tokens[at].start].trim_matches([' ', '(']).is_empty()
        });
        !is_other_spelling && word(at).chars().any(|c| c.is_alphabetic() && u32::from(c) >= 0x400)
    };
    (0..tokens.len()).filter(|&at| !is_own(at)).any(|at| {
        is_foreign(at)
            || is_somebody(at) && !word(at).ends_with('s') && has_article(at) && !is_complement(at)
            || at > 0 && COMPANY.contains(&word(at - 1)) && is_single(at)
    })
}

pub(super) fn begins(token: &Token<'_>) -> bool {
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
    let needed = if titles > 0 { 1 } else { 2 };
    (needed..=5).contains(&names.len()) && !names.iter().any(is_no_name)
}

/// True for a word that gives away an institution, a post, a field or a heading.
pub(super) fn is_no_name(token: &Token<'_>) -> bool {
    let word = token.word.as_str();
    NO_NAMES.contains(&word)
        || NO_NAME_ENDINGS.iter().any(|ending| word.len() > ending.len() + 1 && word.ends_with(ending))
        || (word.len() > 7 && word.ends_with("ing"))
        || (token.is_acronym && word.len() <= 5)
        || word.contains(|c: char| c.is_ascii_digit())
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
    fn whoever_else_comes_in_may_be_she() {
        let person = PersonName::parse("Ada Example");
        for text in [
            "Ada Example met the mayor.",
            "Ada Example supervised a PhD student.",
            "Ada Example has a sister in Leeds.",
            "Ada Example teaches with Kim.",
            "Ada Example works with 李明.",
            "Ada Example works with Beyoncé.",
            "Ada Example is a sailor, unlike her twin.",
            "Ada Example works on tides with a Nobel laureate.",
        ] {
            assert!(brings_another(text, &person), "{text}");
        }
        for text in [
            "Ada Example is a PhD student at the University of Nordland.",
            "Ada Example (李明) is Professor of Tides.",
            "Ada Example and her students sail in Nordland.",
            "Ada Example works with the Nordland Institute.",
        ] {
            assert!(!brings_another(text, &person), "{text}");
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
