//! Names of institutions in a text, found by their shape: “University of Nordland”, “Nordland Institute of
//! Technology”, “ETH Zürich”.
use crate::text::words::{fold, is_call, is_stop_word};

/// Words around which a name is built, best first: an e-mail rather names the university than the institute in it.
const HEADS: &[&[&str]] = &[
    &["university", "universitat", "universite", "universidad", "universita", "universiteit"],
    &["institute", "institut", "college", "academy", "observatory", "laboratory", "laboratories"],
];
/// Heads that may be followed by a name directly: “Universität Wien”, “King's College London”.
const OPEN_HEADS: &[&str] =
    &["universitat", "universite", "universidad", "universita", "universiteit", "institut", "college"];
/// Words of organisations that are no heads of a name where a page only mentions them.
const ORGANISATIONS: &[&str] = &[
    "agency",
    "bank",
    "center",
    "centre",
    "clinic",
    "commission",
    "company",
    "corporation",
    "council",
    "foundation",
    "gmbh",
    "group",
    "hospital",
    "inc",
    "labs",
    "library",
    "ltd",
    "ministry",
    "museum",
    "organisation",
    "organization",
    "research",
    "school",
    "society",
    "survey",
    "trust",
];
/// Names that stand alone.
const WHOLE: &[&str] = &["CERN", "EPFL", "MIT", "Caltech"];
const CONNECTORS: &[&str] =
    &["of", "for", "the", "de", "del", "della", "la", "du", "der", "des", "von", "van", "fur"];
/// Capital words that end a name.
const ROLES: &[&str] = &[
    "professor",
    "prof",
    "dr",
    "lecturer",
    "reader",
    "director",
    "head",
    "chair",
    "fellow",
    "researcher",
    "department",
    "faculty",
    "school",
    "division",
    "assistant",
    "associate",
    "senior",
    "phd",
    "home",
    "welcome",
    "contact",
    "email",
];
/// Between two of these, “and” belongs to the name.
const SUBJECTS: &[&str] = &[
    "science",
    "sciences",
    "technology",
    "technologies",
    "arts",
    "engineering",
    "mathematics",
    "physics",
    "economics",
    "medicine",
    "design",
    "political",
    "politics",
    "social",
    "natural",
    "applied",
    "computer",
    "informatics",
    "health",
    "mechanical",
    "astronomy",
    "chemistry",
    "biology",
    "humanities",
];

/// A word with its place in the text.
struct Word<'a> {
    text: &'a str,
    folded: String,
    start: usize,
    end: usize,
    /// Punctuation parts it from its neighbour.
    broken_before: bool,
    broken_after: bool,
}

impl Word<'_> {
    fn is_capital(&self) -> bool {
        self.text.starts_with(char::is_uppercase)
            && !is_stop_word(&self.folded)
            && !ROLES.contains(&self.folded.as_str())
    }
}

/// An institution's name and where it begins.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Found<'a> {
    pub name: &'a str,
    pub start: usize,
    /// 0 for universities, 1 for the rest.
    pub rank: usize,
}

/// The institutions that a text names, universities first, else in the order of the text.
pub(super) fn institutions(text: &str) -> Vec<Found<'_>> {
    let words = words(text);
    let mut found: Vec<Found<'_>> = (0..words.len())
        .filter_map(|at| named_around(&words, at))
        .map(|(first, last, rank)| {
            let start = words[first].start;
            Found { name: &text[start..words[last].end], start, rank }
        })
        .collect();
    found.sort_by_key(|found| (found.rank, found.start));
    found
}

/// True for other names of places to work at: “Nordland Marine Laboratories”, “Acme Research”, “NASA”.
pub(super) fn is_organisation(name: &str) -> bool {
    let words = words(name);
    let is_acronym =
        |text: &str| (2..=6).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_uppercase());
    let is_name = |word: &Word<'_>| word.is_capital() || CONNECTORS.contains(&word.folded.as_str());
    let is_head = |word: &Word<'_>| ORGANISATIONS.contains(&word.folded.as_str());
    match &words[..] {
        [word] => is_acronym(word.text),
        [_, ..] => words.iter().all(is_name) && words.iter().any(is_head),
        [] => false,
    }
}

/// First and last word of the name whose head stands at `at`.
fn named_around(words: &[Word<'_>], at: usize) -> Option<(usize, usize, usize)> {
    let head = &words[at];
    if WHOLE.contains(&head.text) {
        return Some((at, at, 0));
    }
    let next = words.get(at + 1).filter(|next| !head.broken_after && !next.broken_before);
    if head.text == "ETH" {
        return next.filter(|next| next.is_capital()).map(|_| (at, at + 1, 0));
    }
    let rank = HEADS.iter().position(|heads| heads.contains(&head.folded.as_str()))?;
    let is_publisher = next.is_some_and(|next| next.folded == "press");
    if !head.is_capital() || is_publisher {
        return None;
    }
    let (first, last) = (leftmost(words, at), rightmost(words, at));
    let is_order = |word: &Word<'_>| is_call(&word.folded);
    (first < last && !words[first..=last].iter().any(is_order)).then_some((first, last, rank))
}

fn leftmost(words: &[Word<'_>], head: usize) -> usize {
    let mut first = head;
    while first > 0 {
        let (before, word) = (&words[first - 1], &words[first]);
        if before.broken_after || word.broken_before || !before.is_capital() {
            break;
        }
        first -= 1;
    }
    first
}

fn rightmost(words: &[Word<'_>], head: usize) -> usize {
    let mut last = head;
    let mut open = OPEN_HEADS.contains(&words[head].folded.as_str());
    for at in head + 1..words.len() {
        let word = &words[at];
        if words[at - 1].broken_after || word.broken_before {
            break;
        }
        let is_subject = |word: &Word<'_>| SUBJECTS.contains(&word.folded.as_str());
        if CONNECTORS.contains(&word.folded.as_str()) {
            open = true;
        } else if word.is_capital() && open {
            last = at;
        } else {
            let joins = matches!(word.text, "and" | "&")
                && is_subject(&words[at - 1])
                && words.get(at + 1).is_some_and(|next| is_subject(next) && next.is_capital());
            if !joins {
                break;
            }
        }
    }
    last
}

fn words(text: &str) -> Vec<Word<'_>> {
    let mut words = Vec::new();
    let mut from = 0;
    for raw in text.split_whitespace() {
        // found again, because splitting does not tell where
        let start = from + text[from..].find(raw).unwrap_or(0);
        from = start + raw.len();
        let (lead, core) = match raw.find(|c: char| c.is_alphanumeric() || c == '&') {
            Some(lead) => (lead, raw[lead..].trim_end_matches(|c: char| !c.is_alphanumeric() && c != '&')),
            None => (0, ""),
        };
        let trail = raw.len() - lead - core.len();
        let core = core
            .strip_suffix("'s")
            .or_else(|| core.strip_suffix("’s"))
            .filter(|_| !is_inside(core))
            .unwrap_or(core);
        words.push(Word {
            text: core,
            folded: fold(core),
            start: start + lead,
            end: start + lead + core.len(),
            broken_before: lead > 0 || core.is_empty(),
            broken_after: (trail > 0 && core != "St") || core.is_empty(),
        });
    }
    words
}

/// “King's” belongs to a name, “Nordland's” does not; only few colleges are named after an owner.
fn is_inside(word: &str) -> bool {
    ["King", "Queen", "Christ", "Jesus", "St"].iter().any(|owner| word.starts_with(owner))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(text: &str) -> Vec<&str> {
        institutions(text).into_iter().map(|found| found.name).collect()
    }

    #[test]
    fn names_are_found_in_their_whole_length() {
        for (text, name) in [
            ("She is professor at the University of Nordland, Norway.", "University of Nordland"),
            ("At Nordland University she teaches.", "Nordland University"),
            ("the Nordland Institute of Technology's fleet", "Nordland Institute of Technology"),
            ("the Technical University of Nordland in winter", "Technical University of Nordland"),
            ("(ETH Zürich)", "ETH Zürich"),
            ("Universität Nordland", "Universität Nordland"),
            (
                "the Southern University of Science and Technology",
                "Southern University of Science and Technology",
            ),
            ("Max Muster Institute for Marine Ecology", "Max Muster Institute for Marine Ecology"),
            ("King's College Nordland", "King's College Nordland"),
            ("University of Nordland and Bo Sample", "University of Nordland"),
            ("University of the Islands Professor Ada", "University of the Islands"),
        ] {
            assert_eq!(names(text), [name], "{text}");
        }
    }

    #[test]
    fn the_university_comes_before_the_institute() {
        let text = "Institute of Ocean Physics, University of Nordland";
        assert_eq!(names(text), ["University of Nordland", "Institute of Ocean Physics"]);
    }

    #[test]
    fn bare_words_and_publishers_are_no_institution() {
        for text in
            ["The University is old.", "a university of life", "Nordland University Press", "College", ""]
        {
            assert!(names(text).is_empty(), "{text}");
        }
    }
}
