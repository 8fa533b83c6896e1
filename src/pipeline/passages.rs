//! A page sentence by sentence, with whom each is about: what facts are judged by. A fact must stand in one sentence, in
//! two that follow each other, in a list, or in a sentence under the page's title; words from all over a page prove
//! nothing.
mod index;

use std::{cell::RefCell, collections::HashMap, ops::Range};

use self::index::WordIndex;
use crate::{
    model::Builtin,
    text::{
        claim::{KeyWord, Said, have_in_order, key_words},
        name::{
            Mention, PersonName,
            company::{actors, ends_with_owner, has_part_of_another, is_single_name, suspects},
            people::brings_another,
        },
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
/// The most windows of sentences that one statement is compared with, and as many again under the title.
const MOST_WINDOWS: usize = 1000;

/// What a sentence about somebody's work can begin with.
const WORK: &[&str] = &[
    "aim",
    "article",
    "book",
    "centre",
    "center",
    "course",
    "department",
    "focus",
    "goal",
    "group",
    "institute",
    "lab",
    "laboratory",
    "paper",
    "programme",
    "program",
    "project",
    "research",
    "result",
    "results",
    "study",
    "team",
    "work",
];

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
    index: WordIndex,
    /// What was judged before: models repeat themselves from part to part.
    judged: RefCell<HashMap<String, bool>>,
}

/// Sentences that follow each other, under the title if there is one.
type Window<'s> = (Option<&'s Said>, &'s [Sentence]);

#[derive(Debug)]
struct Sentence {
    said: Said,
    who: Who,
    /// A line of a list, by its shape.
    is_entry: bool,
    /// It names the person itself.
    is_named: bool,
    /// It is about something or somebody that it does not name: “The mayor won a prize.”
    is_of_another: bool,
    /// It has the name of somebody else, or is a line that begins with one.
    names_others: bool,
    /// The others that it names or may name, folded.
    others: Vec<String>,
}

impl<'p> Passages<'p> {
    /// The passages of a page.
    pub fn of(title: &str, text: &str, name: &'p PersonName) -> Passages<'p> {
        let mut teller = Teller::of(title, text, name);
        let mut passages = Passages {
            name,
            title: Said::of(title),
            sentences: Vec::new(),
            places: HashMap::new(),
            index: WordIndex::default(),
            judged: RefCell::default(),
        };
        for line in text.lines() {
            teller.begin_line();
            for sentence in sentences(line) {
                let text = one_line(sentence);
                let (at, sentence) = (passages.sentences.len(), teller.tell(&text));
                passages.index.add(&sentence.said, at);
                passages.sentences.push(sentence);
                passages.places.entry(text).or_default().push(at);
            }
        }
        passages.unsettle_lists();
        passages
    }

    /// In a list that names several people, whose the lines around the others are nobody knows: “Golden Spoon, Kim”.
    fn unsettle_lists(&mut self) {
        for list in self.sentences.chunk_by_mut(|line, next| line.is_entry && next.is_entry) {
            let others: Vec<usize> =
                (0..list.len()).filter(|&at| list[at].is_entry && list[at].names_others).collect();
            for other in others {
                let end = list.len().min(other + NEAR);
                for line in list[other.saturating_sub(NEAR)..end].iter_mut().filter(|line| !line.is_named) {
                    line.who = Who::Other;
                }
            }
        }
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
        let known = self.judged.borrow().get(fact).copied();
        known.unwrap_or_else(|| {
            let taken = Fact::of(fact, self.name);
            let is_said = self.windows(&taken).any(|(title, sentences)| taken.is_in(title, sentences));
            self.judged.borrow_mut().insert(fact.to_owned(), is_said);
            is_said
        })
    }

    /// The windows that may say a fact: those about the person that hold its rarest word. Her name is no such word,
    /// since “she” stands for it.
    fn windows<'s>(&'s self, fact: &Fact<'_>) -> impl Iterator<Item = Window<'s>> + use<'s, 'p> {
        let keys = || fact.keys.iter().filter(|key| !self.name.holds_word(&key.text));
        let in_title = |key: &&KeyWord| self.title.lacks(std::slice::from_ref(*key)).is_empty();
        let places =
            |rarest: Option<Vec<usize>>| rarest.unwrap_or_else(|| (0..self.sentences.len()).collect());
        let own = |window: &Window<'_>| window.1.iter().any(Sentence::may_be_about_person);
        let single = places(self.index.places_of_rarest(keys().filter(|key| !in_title(key))));
        let titled = single.into_iter().map(|at| (Some(&self.title), &self.sentences[at..=at]));
        let anchors = places(self.index.places_of_rarest(keys()));
        let mut next = 0;
        let windows = anchors.into_iter().flat_map(move |anchor| {
            // the windows that begin before hold the last anchor, too
            let first = next.max(anchor.saturating_sub(MAX_LIST - 1));
            next = anchor + 1;
            (first..=anchor).flat_map(move |start| self.windows_from(start, anchor))
        });
        let untitled = windows.map(|sentences| (None, sentences));
        untitled.filter(own).take(MOST_WINDOWS).chain(titled.filter(own).take(MOST_WINDOWS))
    }

    /// The windows from one sentence on that reach another: one or two sentences, or lines of a list.
    fn windows_from(&self, start: usize, reached: usize) -> impl Iterator<Item = &[Sentence]> {
        let rest = &self.sentences[start..];
        let lines = rest.iter().take(MAX_LIST).take_while(|line| line.is_entry).count();
        (reached - start + 1..=lines.max(2).min(rest.len())).map(|count| &rest[..count])
    }
}

/// A fact, taken apart.
struct Fact<'p> {
    keys: Vec<KeyWord>,
    said: Said,
    folded: String,
    name: &'p PersonName,
}

impl<'p> Fact<'p> {
    fn of(text: &str, name: &'p PersonName) -> Fact<'p> {
        Fact { keys: key_words(text), said: Said::of(text), folded: format!(" {} ", fold(text)), name }
    }

    /// True if these sentences, under the title if there is one, say it: every word, in that order, nothing turned round,
    /// nobody left out, and none of it about somebody else. The person's name may stand for “she”.
    fn is_in(&self, title: Option<&Said>, sentences: &[Sentence]) -> bool {
        let is_all_own = sentences.iter().all(|sentence| sentence.who != Who::Other);
        let is_own = sentences.iter().any(Sentence::may_be_about_person)
            && sentences.iter().all(|sentence| sentence.who != Who::Other || sentence.is_named);
        let is_needed = |key: &&KeyWord| !is_all_own || !self.name.holds_word(&key.text);
        let keeps = |other: &String| self.folded.contains(&format!(" {other} "));
        let said = || title.into_iter().chain(sentences.iter().map(|sentence| &sentence.said));
        let is_single_key = |said: &Said, key: &&KeyWord| said.lacks(std::slice::from_ref(*key)).is_empty();
        let own_keys = |said: &Said| -> Vec<KeyWord> {
            let keys = self.keys.iter().filter(|key| !self.name.holds_word(&key.text));
            keys.filter(|key| is_single_key(said, key)).cloned().collect()
        };
        let is_whole = |said: &Said| {
            said.tells_of_subject(&own_keys(said), &self.said, |word| self.name.holds_word(word))
        };
        // a “not” belongs to its own sentence, so one that stands in another proves nothing
        let is_single = said().count() == 1;
        let goes_on = sentences.iter().skip(1).all(|sentence| !sentence.is_of_another);
        !self.keys.is_empty()
            && is_own
            && goes_on
            && have_in_order(said(), self.keys.iter().filter(is_needed))
            && said().all(|said| said.agrees_with(&self.said) && (is_single || said.is_straight()))
            && sentences.iter().flat_map(|sentence| &sentence.others).all(keeps)
            && said().all(is_whole)
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
    /// The last sentence brought in somebody whom “she” may mean.
    is_last_doubtful: bool,
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
            is_last_doubtful: false,
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
        let names = Names::of(text, self.name, self.needed);
        let found = names.subject(text);
        let goes_on = starts_with_pronoun(text) || is_first_person(text);
        let who = match found {
            Who::Nobody if names.is_doubtful => Who::Other,
            Who::Nobody if self.is_last_doubtful && starts_with_pronoun(text) => Who::Other,
            Who::Nobody if self.is_own_page && is_first_person(text) => Who::Person,
            Who::Nobody if is_of_another(text) => Who::Nobody,
            Who::Nobody if !goes_on && ends_with_owner(text, self.name) => Who::Nobody,
            Who::Nobody => self.last,
            found => found,
        };
        let is_of_another = who == Who::Nobody && is_of_another(text);
        let has_part_of_another = has_part_of_another(text, self.name);
        if found != Who::Nobody || who != self.last || goes_on {
            self.lines_since = 0;
        }
        if !is_of_another {
            self.last = who;
        }
        self.is_last_doubtful = brings_another(text, self.name) || has_part_of_another || is_of_another;
        let begins_with_other = text.split('|').next().is_some_and(|cell| is_single_name(cell, self.name));
        let names_others = !names.others.is_empty() || begins_with_other;
        Sentence {
            is_of_another,
            said: Said::of(text),
            is_entry: !text.ends_with(['.', '!', '?', ':']) && text.split_whitespace().count() <= MAX_ENTRY,
            // a sentence that is partly about somebody else supports nothing
            who: if has_part_of_another || begins_with_other { Who::Other } else { who },
            is_named: names.own.is_some() && !has_part_of_another,
            names_others,
            others: suspects(text, self.name).into_iter().map(|place| fold(&text[place])).collect(),
        }
    }
}

/// True for a whole sentence with a subject such as “the mayor”, in which nothing speaks of the person. What somebody
/// works at may stand for them: “The group tracks eddies.”
fn is_of_another(text: &str) -> bool {
    let folded = fold(text);
    let words: Vec<&str> = folded.split(' ').collect();
    let is_persons =
        |word: &&str| matches!(*word, "he" | "her" | "his" | "i" | "my" | "our" | "she" | "their" | "we");
    let is_work = |word: &&str| WORK.contains(word);
    text.ends_with(['.', '!', '?'])
        && matches!(words[0], "a" | "an" | "another" | "one" | "the")
        && !words.iter().any(is_persons)
        && !words.iter().take(MAX_LEAD).any(is_work)
}

/// Whom a statement is about by the names in it: whoever is its subject, and of several whoever comes first, unless
/// they stand side by side.
pub(crate) fn subject(text: &str, name: &PersonName) -> Who {
    Names::of(text, name, Mention::Surname).subject(text)
}

/// The names in a text.
struct Names {
    /// Where it first names the person.
    own: Option<usize>,
    others: Vec<Range<usize>>,
    /// There is a surname that may be a namesake's, and no name of the person's.
    is_doubtful: bool,
}

impl Names {
    fn of(text: &str, name: &PersonName, needed: Mention) -> Names {
        let places = name.places(text);
        let own = places.iter().find(|place| place.mention >= needed).map(|place| place.start);
        Names { own, others: actors(text, name), is_doubtful: own.is_none() && !places.is_empty() }
    }

    fn subject(&self, text: &str) -> Who {
        match (self.own, self.others.first()) {
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
                let is_beside = binds(text, other.start..own, &self.others);
                if is_beside || !is_lead { Who::Person } else { Who::Other }
            }
        }
    }
}

/// The others that a statement names, but for those who stand side by side with the person: what is said of such a
/// statement without them may be said of the wrong one.
pub(crate) fn principals<'t>(text: &'t str, name: &PersonName) -> Vec<&'t str> {
    let others = suspects(text, name);
    let places = name.places(text);
    let is_company = |other: &Range<usize>| {
        places.iter().any(|own| {
            let between = if own.end <= other.start { own.end..other.end } else { other.start..own.start };
            binds(text, between, &others)
        })
    };
    others.iter().filter(|other| !is_company(other)).map(|other| &text[other.clone()]).collect()
}

/// True if that part of the text is nothing but names, titles and what joins them.
fn binds(text: &str, part: Range<usize>, others: &[Range<usize>]) -> bool {
    let mut between = text[part.clone()].to_owned();
    for other in others.iter().filter(|other| part.start <= other.start && other.end <= part.end) {
        between = between.replace(&text[other.clone()], " ");
    }
    let binds = |word: &str| matches!(word, "" | "and" | "with") || PersonName::is_title(word);
    fold(&between).split(' ').all(binds)
}

#[cfg(test)]
#[path = "passages_tests.rs"]
mod tests;
