//! People's names: taking them apart. [`agreement`] compares two, [`spellings`] lists the forms of one, [`mention`] finds
//! one in a text, [`people`] and [`company`] tell whether a text names or means somebody else.
//!
//! A wrong match puts somebody else's work into the e-mail, so every doubt counts against a match.
mod agreement;
pub(crate) mod company;
mod mention;
pub(crate) mod people;
mod spellings;

pub(crate) use agreement::Agreement;
pub(crate) use mention::{Mention, Place};

use super::words::fold;

const TITLES: &[&str] = &[
    "prof",
    "professor",
    "dr",
    "dra",
    "doctor",
    "mr",
    "mrs",
    "ms",
    "miss",
    "sir",
    "dame",
    "lord",
    "lady",
    "rev",
    "hon",
    "frau",
    "herr",
    "pd",
    "habil",
    "hc",
    "mult",
    "univ",
    "dipl",
    "emeritus",
    "emerita",
    "assistant",
    "associate",
    "assoc",
    "asst",
];
/// Titles that are somebody's name, too: they count with a full stop or after another title.
const SHORT_TITLES: &[&str] = &["em", "ing", "ir", "mag", "h", "c"];
const SUFFIXES: &[&str] = &["phd", "md", "msc", "bsc", "mba", "dphil", "dsc", "frs", "esq"];
/// What tells a child from a parent of the same name.
const GENERATIONS: &[&str] = &["jr", "sr", "ii", "iii", "iv"];

/// Words that begin a surname when they stand inside a name in lower case.
const PARTICLES: &[&str] = &[
    "af", "al", "av", "bin", "da", "das", "de", "del", "della", "den", "der", "di", "dos", "du", "el", "ibn",
    "la", "le", "ten", "ter", "van", "von", "zu", "zum", "zur",
];
/// Those that begin one in upper case, too; the others are given names somewhere.
const CAPITAL_PARTICLES: &[&str] = &["Van", "Von", "De", "Del", "Della", "Der", "Den"];

/// A name without its titles, and its parts.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct PersonName {
    /// The name without titles: “Ada von Example”.
    pub full: String,
    /// The first given name, or the only name.
    pub first: String,
    /// The surname with its particles, or the only name.
    pub last: String,
    given: Vec<String>,
    surname: Vec<String>,
    /// “jr”, “iii”, as the sender gave it.
    generation: Option<String>,
}

impl PersonName {
    /// Takes a name apart: “Prof. Dr. Ada von Example, PhD”, “Example, Ada”, “Ada Example, Sample University” and
    /// “Plato” all work.
    pub fn parse(name: &str) -> PersonName {
        let outside = without_brackets(name);
        let mut generation = None;
        let mut parts: Vec<Vec<&str>> = Vec::new();
        for part in outside.split(',') {
            let words: Vec<&str> = part.split_whitespace().collect();
            let bare = bare_words(&words, &mut generation);
            // a part of nothing but titles or degrees says nothing about the name
            if !bare.is_empty() {
                parts.push(bare.to_vec());
            }
        }
        let words = match &parts[..] {
            [] => name.split_whitespace().collect(),
            [surname, given, ..] if is_reversed(surname, given) => [&given[..], &surname[..]].concat(),
            [whole, ..] => whole.clone(),
        };
        PersonName { generation, ..Self::from_words(&words) }
    }

    /// True for “Prof.”, “Dr.-Ing.” and the like.
    pub fn is_title(word: &str) -> bool {
        is_all(word, TITLES) || is_short_title(word)
    }

    fn from_words(words: &[&str]) -> PersonName {
        let (given, surname) = words.split_at(surname_start(words));
        let last = surname.join(" ");
        PersonName {
            full: words.join(" "),
            first: given.first().map_or_else(|| last.clone(), |first| (*first).to_owned()),
            given: folded_words(&given.join(" ")),
            surname: folded_words(&last),
            last,
            generation: None,
        }
    }

    /// True if the folded word is a part of the name.
    pub fn holds_word(&self, word: &str) -> bool {
        let parts = [&self.given, &self.surname];
        parts.into_iter().flatten().any(|part| part == word)
    }
}

/// The name without what stands in brackets, such as “(she/her)”.
fn without_brackets(name: &str) -> String {
    let mut depth = 0usize;
    let mut outside = String::with_capacity(name.len());
    for c in name.chars() {
        match c {
            '(' | '[' => depth += 1,
            ')' | ']' => depth = depth.saturating_sub(1),
            _ if depth == 0 => outside.push(c),
            _ => {}
        }
    }
    outside
}

/// The words without the titles before and the degrees behind. A title is kept where it is all there is: “Doctor”
/// after a comma is none, but somebody may be called “Em”.
fn bare_words<'w, 'a>(words: &'w [&'a str], generation: &mut Option<String>) -> &'w [&'a str] {
    let mut rest = words;
    while let [first, tail @ ..] = rest
        && (is_all(first, TITLES)
            || (is_short_title(first) && (first.contains('.') || rest.len() < words.len())))
    {
        rest = tail;
    }
    while let [head @ .., last] = rest {
        let is_honour = head.len() >= 2 && is_acronym(last) && head.iter().any(|word| is_mixed_case(word));
        let is_generation = head.len() >= 2 && is_all(last, GENERATIONS);
        if is_generation {
            *generation = Some(fold(last));
        }
        if !(is_all(last, SUFFIXES) || is_generation || is_honour) {
            break;
        }
        rest = head;
    }
    rest
}

fn is_short_title(word: &str) -> bool {
    fold(word).split(' ').all(|part| SHORT_TITLES.contains(&part) || TITLES.contains(&part))
}

/// “CBE”, “MIT”, “P.E.”.
fn is_acronym(word: &str) -> bool {
    let mut letters = word.chars().filter(|c| *c != '.');
    letters.all(|c| c.is_ascii_uppercase()) && (2..=4).contains(&word.chars().filter(|c| *c != '.').count())
}

fn is_mixed_case(word: &str) -> bool {
    word.starts_with(char::is_uppercase) && word.contains(char::is_lowercase)
}

/// True for “Example, Ada”; after a whole name, a comma is followed by a degree or a place of work.
fn is_reversed(before: &[&str], after: &[&str]) -> bool {
    let is_initial = |word: &&str| word.chars().filter(|c| c.is_alphabetic()).count() == 1;
    let is_given = |words: &[&str]| match words {
        [first, rest @ ..] => is_mixed_case(first) && rest.iter().all(is_initial),
        [] => false,
    };
    before.len() == 1
        || PARTICLES.contains(&before[0])
        || (before.iter().all(|word| is_mixed_case(word)) && is_given(after))
}

fn surname_start(words: &[&str]) -> usize {
    let last = words.len().saturating_sub(1);
    (1..last)
        .find(|&at| PARTICLES.contains(&words[at]) || CAPITAL_PARTICLES.contains(&words[at]))
        .unwrap_or(last)
}

fn is_all(text: &str, table: &[&str]) -> bool {
    let folded = fold(text);
    // “Ph.D.” folds to “ph d”
    table.contains(&folded.replace(' ', "").as_str()) || folded.split(' ').all(|word| table.contains(&word))
}

fn folded_words(text: &str) -> Vec<String> {
    fold(text).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

/// Equal, or one is the other's initial.
fn names_agree(a: &str, b: &str) -> bool {
    a == b || is_initial_of(a, b) || is_initial_of(b, a)
}

fn is_initial_of(short: &str, long: &str) -> bool {
    short.chars().count() == 1 && long.starts_with(short)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parts(name: &str) -> (String, String) {
        let name = PersonName::parse(name);
        (name.first, name.last)
    }

    #[test]
    fn titles_suffixes_particles_and_single_names_are_understood() {
        for (name, first, last) in [
            ("Prof. Dr. Ada von Example", "Ada", "von Example"),
            ("Dr.-Ing. Ada Example, PhD", "Ada", "Example"),
            ("Ada M. Example Jr.", "Ada", "Example"),
            ("Example, Ada", "Ada", "Example"),
            ("Jan van der Muster", "Jan", "van der Muster"),
            ("Wei Da Li", "Wei", "Li"),
            ("Plato", "Plato", "Plato"),
            ("Professor Plato", "Plato", "Plato"),
            ("Professor", "Professor", "Professor"),
        ] {
            assert_eq!(parts(name), (first.to_owned(), last.to_owned()), "{name}");
        }
    }

    #[test]
    fn titles_of_many_countries_are_no_part_of_a_name() {
        for title in [
            "Assistant Professor",
            "Associate Professor Dr",
            "Assoc. Prof.",
            "Asst. Prof.",
            "Univ.-Prof.",
            "Prof.dr.ir.",
            "Dra.",
            "Mag.",
            "Prof. Dr. h.c. mult.",
            "Prof. em.",
        ] {
            assert_eq!(parts(&format!("{title} Ada Example")), ("Ada".into(), "Example".into()), "{title}");
        }
        assert_eq!(parts("Em Ng"), ("Em".into(), "Ng".into()));
    }

    #[test]
    fn a_comma_turns_a_name_round_only_where_it_parts_a_name() {
        for name in [
            "Ada Example, MIT",
            "Ada Example, University of Nordland",
            "Dr. Ada Example MD, FRCP",
            "Ada Example, Ph.D., P.E.",
            "Ada Example (she/her)",
            "Ada Example CBE",
            "Dr. Example, Ada",
            "Prof., Ada Example",
        ] {
            assert_eq!(parts(name), ("Ada".into(), "Example".into()), "{name}");
        }
        assert_eq!(parts("García Muster, Gabo"), ("Gabo".into(), "Muster".into()));
        assert_eq!(PersonName::parse("García Muster, Gabo").full, "Gabo García Muster");
        assert_eq!(parts("van der Muster, Jan"), ("Jan".into(), "van der Muster".into()));
        assert_eq!(parts("Xia WANG"), ("Xia".into(), "WANG".into()));
    }
}
