//! Who else may be meant where no whole name stands: “Kim won a prize”, “Tides: Kim”, “with Kim”, “a friend who sails”.
use std::ops::Range;

use super::{
    PersonName,
    mention::{Mention, Token, tokens},
    people::{MAX_TEXT, begins, is_no_name, others},
};

/// What somebody does, as a verb that no noun is spelt like.
const ACTS: &[&str] = &[
    "became",
    "built",
    "discovered",
    "founded",
    "gave",
    "got",
    "had",
    "has",
    "held",
    "holds",
    "invented",
    "is",
    "led",
    "made",
    "received",
    "said",
    "took",
    "was",
    "wins",
    "won",
    "wrote",
];
/// After these, a large word is a place or a thing rather than somebody.
const BEFORE_THINGS: &[&str] =
    &["a", "an", "at", "each", "every", "from", "in", "into", "near", "of", "on", "the", "this", "to"];
/// What stands for the person, or for what was said before.
const PRONOUNS: &[&str] = &[
    "he", "her", "his", "i", "it", "its", "my", "our", "she", "that", "their", "these", "they", "this", "we",
    "which",
];
/// A large word after these is somebody, even a single one.
const COMPANY: &[&str] = &["alongside", "beside", "by", "like", "married", "met", "than", "unlike", "with"];
/// What somebody is whom a comma brings in: “…, winner of a prize”.
const APPOSITIONS: &[&str] = &[
    "author",
    "champion",
    "founder",
    "head",
    "holder",
    "home",
    "inventor",
    "laureate",
    "recipient",
    "winner",
];
/// Headings and labels of one word, besides plurals.
const HEADINGS: &[&str] = &[
    "address",
    "background",
    "bio",
    "born",
    "career",
    "cv",
    "download",
    "employer",
    "experience",
    "fax",
    "login",
    "mail",
    "menu",
    "more",
    "name",
    "overview",
    "phone",
    "rank",
    "role",
    "search",
    "skip",
    "summary",
    "tel",
    "title",
    "today",
    "topic",
    "welcome",
];
/// Between “is a” and “who”, these bring in somebody else.
const BRINGS: &[&str] = &["at", "by", "for", "from", "in", "of", "to", "with"];

/// Where the text names somebody else who does something: whole names, and single ones before a verb.
pub(crate) fn actors(text: &str, person: &PersonName) -> Vec<Range<usize>> {
    let others = others(text, person);
    let words = Words::of(text, person);
    with_singles(others, &words, |at| words.is_actor(at))
}

/// Where the text may name somebody else: whole names, and single ones that act, keep company or stand for a person.
pub(crate) fn suspects(text: &str, person: &PersonName) -> Vec<Range<usize>> {
    let others = others(text, person);
    let words = Words::of(text, person);
    let last = words.tokens.len().wrapping_sub(1);
    with_singles(others, &words, |at| {
        words.is_actor(at) || words.is_beside(at) || (at == last && words.is_apart(at))
    })
}

/// True if the text ends with a single name that gives it to somebody: “Won a prize: Kim.”
pub(crate) fn ends_with_owner(text: &str, person: &PersonName) -> bool {
    let words = Words::of(text, person);
    let last = words.tokens.len().checked_sub(1).filter(|last| *last > 0);
    last.is_some_and(|last| words.is_beside(last) || words.is_apart(last))
}

/// True for one large word that may be a name and is no heading or label: “Kim”.
pub(crate) fn is_single_name(text: &str, person: &PersonName) -> bool {
    let words = Words::of(text, person);
    words.tokens.len() == 1
        && words.is_single(0)
        && !words.word(0).ends_with('s')
        && !HEADINGS.contains(&words.word(0))
}

/// True if a part of the text is about somebody else: “…, who won a prize” of another, “…; Kim won a prize”, “…, home of a
/// champion”, or a namesake: nobody writes the same name twice in one sentence.
pub(crate) fn has_part_of_another(text: &str, person: &PersonName) -> bool {
    // what is longer than a sentence may be about anybody
    if text.len() > MAX_TEXT {
        return true;
    }
    let words = Words::of(text, person);
    let whole = person.places(text).into_iter().filter(|place| place.mention == Mention::Full).count();
    let is_anothers = |at| {
        words.is_relative_of_another(at)
            || words.begins_clause_of_another(at)
            || words.is_apposition_of_another(at)
    };
    whole > 1 || (1..words.tokens.len()).any(is_anothers)
}

fn with_singles(
    mut names: Vec<Range<usize>>,
    words: &Words<'_>,
    is_wanted: impl Fn(usize) -> bool,
) -> Vec<Range<usize>> {
    let singles = (0..words.tokens.len()).filter(|&at| is_wanted(at));
    let singles = singles.map(|at| words.tokens[at].start..words.tokens[at].end);
    let is_new = |single: &Range<usize>| !names.iter().any(|name| name.contains(&single.start));
    let singles: Vec<Range<usize>> = singles.filter(is_new).collect();
    names.extend(singles);
    names.sort_by_key(|name| name.start);
    names
}

struct Words<'t> {
    tokens: Vec<Token<'t>>,
    own: Vec<Range<usize>>,
}

impl<'t> Words<'t> {
    fn of(text: &'t str, person: &PersonName) -> Words<'t> {
        let text = if text.len() > MAX_TEXT { "" } else { text };
        let own = person.places(text).into_iter().map(|place| place.start..place.end).collect();
        Words { tokens: tokens(text), own }
    }

    fn word(&self, at: usize) -> &str {
        &self.tokens[at].word
    }

    fn is_own(&self, at: usize) -> bool {
        self.own.iter().any(|place| place.contains(&self.tokens[at].start))
    }

    /// A large word that stands alone, or a word in letters that have no large ones.
    fn is_single(&self, at: usize) -> bool {
        let token = &self.tokens[at];
        let next = self.tokens.get(at + 1).is_some_and(|next| begins(next) && next.is_joined());
        let before = at.checked_sub(1).map(|before| &self.tokens[before]);
        let follows = token.is_joined() && before.is_some_and(|before| begins(before) && at > 1);
        let is_name = (begins(token) || is_caseless(&token.word))
            && token.word.chars().nth(1).is_some()
            && !token.is_acronym
            && !is_no_name(token);
        is_name && !self.is_own(at) && !next && !follows
    }

    /// “Kim won”, “Kim's group” where a sentence begins.
    fn is_actor(&self, at: usize) -> bool {
        let is_placed = at > 0 && BEFORE_THINGS.contains(&self.word(at - 1));
        let owns = at == 0 && self.tokens[at].is_owner;
        !is_placed && (owns || self.acts(at + 1)) && self.is_single(at)
    }

    /// “with Kim”, “by Kim”, “: Kim”.
    fn is_beside(&self, at: usize) -> bool {
        let is_led_to = at > 0 && (self.tokens[at].gap.contains(':') || COMPANY.contains(&self.word(at - 1)));
        (is_led_to || is_caseless(self.word(at)) && !self.is_other_spelling(at)) && self.is_single(at)
    }

    /// “Won a prize – Kim”, “(Kim)”.
    fn is_apart(&self, at: usize) -> bool {
        self.tokens[at].gap.contains(['(', '–', '—', '|'])
            && self.is_single(at)
            && !self.is_other_spelling(at)
    }

    /// “Ada Example (李明)”.
    fn is_other_spelling(&self, at: usize) -> bool {
        at > 0 && self.is_own(at - 1) && self.tokens[at].gap.trim_matches([' ', '(']).is_empty()
    }

    fn acts(&self, at: usize) -> bool {
        self.tokens.get(at).is_some_and(|token| {
            token.gap.chars().all(char::is_whitespace) && ACTS.contains(&token.word.as_str())
        })
    }

    /// “who” of somebody who is neither the subject nor what the subject is.
    fn is_relative_of_another(&self, at: usize) -> bool {
        if !matches!(self.word(at), "who" | "whom" | "whose") || self.is_in_title(at) {
            return false;
        }
        let own = (0..at).find(|&at| self.is_own(at) || matches!(self.word(at), "he" | "i" | "she"));
        let Some(subject) = own else { return true };
        let end = (subject..at).take_while(|&at| self.is_own(at) || at == subject).last().unwrap_or(subject);
        let between = end + 1..at;
        let is_complement =
            matches!(between.clone().next().map(|at| self.word(at)), Some("am" | "is" | "was"))
                && !between.clone().any(|at| BRINGS.contains(&self.word(at)) || self.is_own(at));
        !(between.is_empty() || is_complement)
    }

    /// “The Scribes Who Wandered”.
    fn is_in_title(&self, at: usize) -> bool {
        let is_large = |at: usize| self.tokens.get(at).is_some_and(|token| token.is_large);
        at > 0 && (at - 1..=at + 1).all(is_large)
    }

    /// “…, home of a champion”, unless it stands beside the name or says what the subject is.
    fn is_apposition_of_another(&self, at: usize) -> bool {
        let has_article = matches!(self.word(at - 1), "a" | "an" | "the");
        let first = if has_article { at - 1 } else { at };
        let is_beside = first > 0 && self.is_own(first - 1);
        let is_complement = || (0..first).any(|at| matches!(self.word(at), "am" | "are" | "is" | "was"));
        APPOSITIONS.contains(&self.word(at))
            && self.tokens[first].gap.contains([',', '–', '—', '('])
            && !(is_beside || is_complement() && !self.is_led_by_another(first))
    }

    /// What stands before is led to by “by” or “with”: “is taught by Kim, holder of …”.
    fn is_led_by_another(&self, before: usize) -> bool {
        (0..before).any(|at| matches!(self.word(at), "by" | "than" | "unlike" | "with"))
    }

    /// “; Kim won”, “, and bo won”, “(Kim won”, “while bo won”: a part that does not go on with the subject. What looks
    /// like a new sentence in small letters is one, too.
    fn begins_clause_of_another(&self, at: usize) -> bool {
        let after_and = matches!(self.word(at - 1), "and" | "but");
        let gap = self.tokens[at].gap;
        let begins = gap.contains([';', '(', '–', '—', '!', '?'])
            || (gap.contains('.') && self.word(at - 1).chars().count() > 2)
            || (after_and && self.tokens[at - 1].gap.contains([',', ';']))
            || matches!(self.word(at - 1), "whereas" | "while");
        let is_subject =
            |at: usize| self.is_own(at) || PRONOUNS.contains(&self.word(at)) || ACTS.contains(&self.word(at));
        let verb = (at + 1..self.tokens.len().min(at + 4)).find(|&verb| self.acts(verb));
        begins && verb.is_some_and(|verb| !(at..verb).any(is_subject))
    }
}

/// True for a word in letters of a script that has no large ones, or in another than Latin.
fn is_caseless(word: &str) -> bool {
    word.chars().any(|c| c.is_alphabetic() && u32::from(c) >= 0x400)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names(find: fn(&str, &PersonName) -> Vec<Range<usize>>, text: &str) -> Vec<&str> {
        find(text, &PersonName::parse("Ada Example")).into_iter().map(|name| &text[name]).collect()
    }

    #[test]
    fn a_single_name_is_somebody_before_a_verb_and_in_company() {
        for text in ["Kim won a prize.", "Ada Example sails; Kim has won a prize.", "Kim’s group sails."] {
            assert_eq!(names(actors, text), ["Kim"], "{text}");
        }
        for text in ["Won a prize: Kim", "Ada Example sails with Kim.", "A prize, won by Kim."] {
            assert_eq!(names(suspects, text), ["Kim"], "{text}");
        }
        assert_eq!(names(suspects, "Ada Example and 李明 sail."), ["李明"]);
        for text in [
            "Ada Example was born in Nordland and is head of the Skerry Laboratory.",
            "The Institute of Nordland has 12 buoys.",
            "Ada Example (李明) is Professor of Tides.",
            "Physics is her field.",
        ] {
            assert!(names(suspects, text).is_empty(), "{text}");
        }
    }

    #[test]
    fn a_part_with_a_subject_of_its_own_is_about_another() {
        let person = PersonName::parse("Ada Example");
        for text in [
            "Ada Example sails with bo, who won a prize.",
            "Ada Example works at Nordland, whose rowing club won a prize.",
            "Ada Example is a friend of bo, who won a prize.",
            "Ada Example is no relation of the actress Ada Example, who won a prize.",
            "Ada Example sails; bo sample won a prize.",
            "Ada Example sails, and bo won a prize.",
            "Ada Example sails while bo has won a prize.",
            "Ada Example sails (Kim won a prize).",
            "Ada Example sails. kim won a prize.",
            "Ada Example works at Nordland, home of the champion.",
            "Ada Example is taught by Kim, winner of a prize.",
            "Ada Example is no sailor like Ada Example.",
        ] {
            assert!(has_part_of_another(text, &person), "{text}");
        }
        for text in [
            "Ada Example, who won a prize, sails.",
            "Ada Example, winner of a prize, sails.",
            "Ada Example is professor at Nordland, founder of the Skerry Laboratory and a sailor.",
            "Ada Example is a biologist who won a prize.",
            "She is an engineer whose buoys drift.",
            "Ada Example published the book “The Scribes Who Wandered” in 2019.",
            "Ada Example sails; she won a prize.",
            "Ada Example sails, and has won a prize.",
            "Her interests are tides; waves; and currents.",
        ] {
            assert!(!has_part_of_another(text, &person), "{text}");
        }
    }
}
