//! A page sentence by sentence, with whom each is about: what facts are judged by. A fact must stand in one sentence, in
//! two that follow each other, in a list, or in a sentence under the page's title; words from all over a page prove
//! nothing.
use std::collections::HashMap;

use crate::{
    model::Builtin,
    text::{
        claim::{KeyWord, Said, have_in_order, key_words},
        name::{Mention, PersonName, people::others},
        one_line,
        sentences::{is_first_person, sentences, starts_with, starts_with_pronoun},
        words::fold,
    },
};

/// For how many lines “she”, or a line without a name, can go back to who was named last.
const NEAR: usize = 3;
/// Longest line of a list, in words, and the most lines of one that are read together, its heading included.
const MAX_ENTRY: usize = 8;
const MAX_LIST: usize = 6;
/// Most words before the name of a subject: “In the summer of 2015 Bo Sample …”.
const MAX_LEAD: usize = 6;

/// Whom a sentence is about.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Who {
    /// The person.
    Person,
    /// Somebody else.
    Other,
    /// Nobody that it names.
    Nobody,
}

/// A page that facts are judged by.
#[derive(Debug)]
pub(crate) struct Passages<'p> {
    name: &'p PersonName,
    title: Said,
    sentences: Vec<Sentence>,
    /// Where a text stands as a whole sentence.
    places: HashMap<String, Vec<usize>>,
}

#[derive(Debug)]
struct Sentence {
    said: Said,
    who: Who,
    /// A line of a list, by its shape.
    is_entry: bool,
    /// It names the person itself.
    is_named: bool,
    /// The others that it names, folded.
    others: Vec<String>,
}

impl<'p> Passages<'p> {
    /// The passages of a page.
    pub fn of(title: &str, text: &str, name: &'p PersonName) -> Passages<'p> {
        let mut teller = Teller::of(title, text, name);
        let mut passages =
            Passages { name, title: Said::of(title), sentences: Vec::new(), places: HashMap::new() };
        for line in text.lines() {
            teller.begin_line();
            for sentence in sentences(line) {
                let text = one_line(sentence);
                passages.sentences.push(teller.tell(&text));
                passages.places.entry(text).or_default().push(passages.sentences.len() - 1);
            }
        }
        passages
    }

    /// True if a sentence is that text, whoever it is about.
    pub fn hold(&self, text: &str) -> bool {
        self.places.contains_key(text)
    }

    /// True if a passage says what the fact says, and says it of the person.
    pub fn say(&self, fact: &str) -> bool {
        if let Some(places) = self.places.get(fact) {
            return places.iter().any(|&at| self.sentences[at].may_be_about_person());
        }
        let fact = Fact {
            keys: key_words(fact),
            said: Said::of(fact),
            folded: format!(" {} ", fold(fact)),
            name: self.name,
        };
        let title = Some(&self.title);
        (0..self.sentences.len()).any(|at| {
            let rest = &self.sentences[at..];
            let lines = rest.iter().take(MAX_LIST).take_while(|line| line.is_entry).count();
            (1..=lines.max(2).min(rest.len())).any(|count| fact.is_in(None, &rest[..count]))
                || fact.is_in(title, &rest[..1])
        })
    }
}

/// A fact, taken apart.
struct Fact<'p> {
    keys: Vec<KeyWord>,
    said: Said,
    folded: String,
    name: &'p PersonName,
}

impl Fact<'_> {
    /// True if these sentences, under the title if there is one, say it: every word, in that order, nothing turned round,
    /// nobody left out, and none of it about somebody else. The person's name may stand for “she”.
    fn is_in(&self, title: Option<&Said>, sentences: &[Sentence]) -> bool {
        let is_all_own = sentences.iter().all(|sentence| sentence.who != Who::Other);
        let is_own = sentences.iter().any(Sentence::may_be_about_person)
            && sentences.iter().all(|sentence| sentence.who != Who::Other || sentence.is_named);
        let is_needed = |key: &&KeyWord| !is_all_own || !self.name.holds_word(&key.text);
        let keeps = |other: &String| self.folded.contains(&format!(" {other} "));
        let said = || title.into_iter().chain(sentences.iter().map(|sentence| &sentence.said));
        // a “not” belongs to its own sentence, so one that stands in another proves nothing
        let is_single = said().count() == 1;
        !self.keys.is_empty()
            && is_own
            && have_in_order(said(), self.keys.iter().filter(is_needed))
            && said().all(|said| said.agrees_with(&self.said) && (is_single || said.is_straight()))
            && sentences.iter().flat_map(|sentence| &sentence.others).all(keeps)
    }
}

impl Sentence {
    fn may_be_about_person(&self) -> bool {
        self.who == Who::Person || self.is_named
    }
}

/// Goes through a page and tells whom each sentence is about.
struct Teller<'p> {
    name: &'p PersonName,
    is_own_page: bool,
    /// Where two people share the surname, only the whole name tells which.
    needed: Mention,
    last: Who,
    lines_since: usize,
}

impl<'p> Teller<'p> {
    fn of(title: &str, text: &str, name: &'p PersonName) -> Teller<'p> {
        let has_namesake = text.lines().any(|line| name.has_namesake(line));
        let in_title = name.mention(title) == Mention::Full;
        Teller {
            name,
            is_own_page: Builtin.is_own_page(title, name),
            needed: if has_namesake { Mention::Full } else { Mention::Surname },
            last: if in_title { Who::Person } else { Who::Nobody },
            lines_since: 0,
        }
    }

    fn begin_line(&mut self) {
        self.lines_since += 1;
        if self.lines_since > NEAR {
            self.last = if self.is_own_page { Who::Person } else { Who::Nobody };
        }
    }

    fn tell(&mut self, text: &str) -> Sentence {
        let found = who_first(text, self.name, self.needed);
        let is_named = self.name.mention(text) >= self.needed;
        let who = match found {
            // a surname that may be the namesake's
            Who::Nobody if !is_named && self.name.mention(text) > Mention::None => Who::Other,
            Who::Nobody if self.is_own_page && is_first_person(text) => Who::Person,
            Who::Nobody => self.last,
            found => found,
        };
        let goes_on = starts_with_pronoun(text) || is_first_person(text);
        if found != Who::Nobody || who != self.last || goes_on {
            self.lines_since = 0;
        }
        self.last = who;
        let others = others(text, self.name).into_iter().map(|place| fold(&text[place])).collect();
        let is_entry = !text.ends_with(['.', '!', '?', ':']) && text.split_whitespace().count() <= MAX_ENTRY;
        Sentence { said: Said::of(text), is_entry, who, is_named, others }
    }
}

/// Whom a statement is about by the names in it: whoever is its subject, and of several whoever comes first, unless
/// they stand side by side.
pub(crate) fn subject(text: &str, name: &PersonName) -> Who {
    who_first(text, name, Mention::Surname)
}

fn who_first(text: &str, name: &PersonName, needed: Mention) -> Who {
    let own = name.places(text).into_iter().find(|place| place.mention >= needed).map(|place| place.start);
    let others = others(text, name);
    match (own, others.first()) {
        (None, None) => Who::Nobody,
        (Some(_), None) => Who::Person,
        (None, Some(other)) => {
            let has_subject = |word: &str| matches!(word, "he" | "i" | "she" | "they" | "we");
            let follows = starts_with_pronoun(text)
                || is_first_person(text)
                || fold(&text[..other.start]).split(' ').any(has_subject);
            if follows { Who::Nobody } else { Who::Other }
        }
        (Some(own), Some(other)) if own < other.start => Who::Person,
        (Some(own), Some(other)) => {
            let is_lead = text[..other.start].split_whitespace().count() <= MAX_LEAD
                && !starts_with(text, &["with", "like", "unlike", "together"]);
            let mut between = text[other.start..own].to_owned();
            for other in others.iter().filter(|other| other.end <= own) {
                between = between.replace(&text[other.clone()], " ");
            }
            let binds = |word: &str| matches!(word, "" | "and" | "with") || PersonName::is_title(word);
            let is_beside = fold(&between).split(' ').all(binds);
            if is_beside || !is_lead { Who::Person } else { Who::Other }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn say(title: &str, text: &str, fact: &str) -> bool {
        let name = PersonName::parse("Dr. Ada Example");
        Passages::of(title, text, &name).say(fact)
    }

    #[test]
    fn a_fact_stands_in_one_sentence_or_in_two_or_under_the_title() {
        let text = "Ada Example is professor of oceanography.\nUniversity of Nordland\n\
                    She measured 12 eddies in the Baltic Sea. It took 4 years. Bo Sample sailed.";
        for fact in [
            "Ada Example is professor of oceanography.",
            "Ada Example is professor of oceanography at the University of Nordland.",
            "Ada Example measured 12 eddies in the Baltic Sea.",
            "Ada Example measures eddies.",
            "Measured 12 eddies in the Baltic Sea; it took 4 years.",
        ] {
            assert!(say("News", text, fact), "{fact}");
        }
        let titled = "Ada Example – University of Nordland";
        assert!(say(
            titled,
            "Professor of oceanography",
            "University of Nordland, Professor of oceanography"
        ));
    }

    #[test]
    fn an_honest_model_that_shortens_is_believed() {
        let title = "Professor Ada Example | Ocean Engineering | University of Nordland";
        let text = "Skip to content\nHome\nAda Example\n\
            Ada Example is Professor of Ocean Engineering at the University of Nordland.\n\
            She studies how fast water gives up its energy and what that does to the machines that take it. Example \
            leads the Eddy Array Laboratory, which has kept instruments in the Skerry Sound since 2019.\n\
            Research interests\nOcean eddies\nWakes in dense arrays\nMoorings in short, steep seas\n\
            Teaching\nThird-year Hydrodynamics and the field course “A Week on the Pier”.\n\
            Since 2021 I have measured tides with my students and with Bo Sample.\nBooks\n“Tides for Everyone” (2003)";
        for fact in [
            "Ada Example studies how fast water gives up its energy.",
            "She leads the Eddy Array Laboratory.",
            "Ada Example leads the Eddy Array Laboratory, which has kept instruments in the Skerry Sound since 2019.",
            "Ada Example’s research interests include ocean eddies.",
            "Ada Example's research interests include ocean eddies, wakes in dense arrays and moorings in short seas.",
            "Ada Example teaches third-year Hydrodynamics.",
            "Ada Example has measured tides with her students and with Bo Sample.",
            "Since 2021 Ada Example has measured tides with Bo Sample.",
            "Ada Example is a professor of Ocean Engineering.",
            "Ada Example, University of Nordland",
        ] {
            assert!(say(title, text, fact), "{fact}");
        }
    }

    #[test]
    fn words_from_all_over_a_page_make_no_fact() {
        let text = "Ada Example tracks eddies.\nIt rains.\nIt snows.\nThe Golden Spoon of 2011 is made of wood.\n\
                    It hails.\nIt thaws.\nAda Example won a race.";
        for fact in [
            "Ada Example won the Golden Spoon.",
            "Ada Example tracks 2011 eddies.",
            "Ada Example won a race of eddies.",
        ] {
            assert!(!say("Ada Example", text, fact), "{fact}");
        }
    }

    #[test]
    fn what_others_did_is_no_fact_about_the_person() {
        for text in [
            "Bo Sample won the Nobel Prize. Ada Example tracks eddies.",
            "Ada Example tracks eddies. Bo Sample won the Nobel Prize.",
            "Ada Example met Bo Sample, who won the Nobel Prize.",
            "Bo Sample won the Nobel Prize, as Ada Example had hoped.",
            "Bo Sample sailed with Ada Example. She won the Nobel Prize.",
            "Ada Example\nReader\nBo Sample\nShe won the Nobel Prize.",
            "Ada Example's student won the Nobel Prize.",
            "Ada Example tracks eddies. Bo Example won the Nobel Prize.",
            "Bo Example came. Ada Example came. Example won the Nobel Prize.",
            "Ada Example never won the Nobel Prize.",
        ] {
            for title in ["News", "Ada Example"] {
                assert!(!say(title, text, "Ada Example won the Nobel Prize."), "{title}: {text}");
            }
        }
    }

    #[test]
    fn what_the_person_did_with_others_is_one() {
        let text = "Ada Example and Bo Sample won the Nobel Prize. Kim Muster and Ada Example sailed.";
        assert!(say("News", text, "Ada Example and Bo Sample won the Nobel Prize."));
        assert!(say("News", text, "Kim Muster and Ada Example sailed"));
    }

    #[test]
    fn a_line_without_a_name_is_hers_only_near_her_name_or_on_her_own_page() {
        let fact = "Won the Nobel Prize in 2011";
        assert!(say("News", &format!("Ada Example\n{fact}"), fact));
        assert!(!say("News", &format!("Ada Example\n1\n2\n3\n{fact}"), fact));
        assert!(say("Ada Example", &format!("Home\n1\n2\n3\n{fact}"), fact));
        assert!(!say("News", fact, fact));
    }

    #[test]
    fn the_subject_is_who_comes_first_unless_two_stand_side_by_side() {
        let name = PersonName::parse("Ada Example");
        for (text, who) in [
            ("Ada Example met Bo Sample.", Who::Person),
            ("Bo Sample and Ada Example sail.", Who::Person),
            ("Kim Muster, Bo Sample and Prof. Example sail.", Who::Person),
            ("With Bo Sample, Ada Example sails.", Who::Person),
            ("In 2015 Bo Sample praised Ada Example.", Who::Other),
            ("Bo Sample won a prize.", Who::Other),
            ("She met Bo Sample.", Who::Nobody),
            ("Since 2021 she has met Bo Sample.", Who::Nobody),
            ("University of Nordland", Who::Nobody),
        ] {
            assert_eq!(subject(text, &name), who, "{text}");
        }
    }
}
