//! One page, read: whether it is about the person, and the statements of it that may be used.
//!
//! A page is hostile and a model may be steered by it or mistaken. So each statement is judged against the page, and how
//! sure a model may be is bounded by what the builtin reads.
use std::collections::BTreeMap;

use super::{
    Error,
    error::bad_answer,
    hygiene::{
        holds_appeal, holds_blame, holds_email, holds_encoded, holds_handle, holds_invisible, holds_leftover,
        holds_mixed_scripts, holds_order, holds_phone, holds_request, holds_symbols, holds_url,
        is_imperative, is_in_jest,
    },
    passages::{Passages, Who, subject},
};
use crate::{
    model::{Builtin, Fact, FactsTask, LONGEST_FACT, MOST_FACTS, Model, PageFacts, Person, SelectTask},
    text::{
        name::{Mention, PersonName, company::has_part_of_another},
        one_line,
        words::{field_words, overlap},
    },
    web::Page,
};

/// Longest text given to a model at once, in characters, and the most parts of one page.
pub(crate) const CHUNK: usize = 30_000;
const MAX_CHUNKS: usize = 4;
/// From here on a page counts as being about the person, and from here on surely.
const ABOUT_PERSON: f64 = 0.5;
const SURELY: f64 = 0.7;
/// The most that is believed of a page on which no word of the interest stands.
const UNSURE: f64 = 0.6;
/// What the builtin says of a page that names at least the surname.
const NAMED: f64 = 0.3;
/// The most statements of one part that are looked at.
const MAX_STATEMENTS: usize = 100;
/// The most facts that are taken from a page that may be about somebody else.
const FEW_FACTS: usize = 3;

/// What a page gives.
#[derive(Debug, Default)]
pub(crate) struct Reading {
    /// False if it seems to be about somebody else; then there is nothing else.
    pub is_about_person: bool,
    /// Why it may be about somebody else all the same.
    pub uncertainty: Option<&'static str>,
    /// What it says.
    pub facts: Vec<String>,
    /// The university where it says that the person works, whatever the model noted.
    pub university: Option<String>,
    /// How much of it was read, in characters.
    pub characters: usize,
    /// What was left out.
    pub warnings: Vec<String>,
    /// Why nobody should be sure of an e-mail that rests on it.
    pub doubts: Vec<String>,
}

/// Why a statement is not used. The text is what the warning says; what has none is left out in silence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Flaw {
    Order,
    Address,
    Form,
    Hidden,
    Appeal,
    Blame,
    Invented,
    Length,
    OtherPerson,
}

impl Flaw {
    fn told(self) -> Option<&'static str> {
        match self {
            Flaw::Order => Some("orders"),
            Flaw::Address => Some("addresses"),
            Flaw::Form => Some("placeholders"),
            Flaw::Hidden => Some("hidden characters"),
            Flaw::Appeal => Some("requests and advertisements"),
            Flaw::Blame => Some("accusations"),
            Flaw::Invented => Some("not said there of the person"),
            Flaw::Length | Flaw::OtherPerson => None,
        }
    }
}

/// Reads a page, in parts where it is long.
pub(crate) fn read(page: &Page, parser: &dyn Model, person: Person<'_>) -> Result<Reading, Error> {
    let mut reading = Reading::default();
    reading.warnings.extend(page.warnings.iter().map(|warning| format!("{}: {warning}", page.url)));
    let mut parts = chunks(&page.text);
    if parts.is_empty() {
        reading.warnings.push(format!("{} holds no text", page.url));
        return Ok(reading);
    }
    if parts.len() > MAX_CHUNKS {
        reading.warnings.push(format!("only the first part of {} was used: it is very long", page.url));
        parts.truncate(MAX_CHUNKS);
    }
    let text = parts.join("\n");
    if is_in_jest(&page.title) || is_in_jest(&text) {
        reading.warnings.push(format!("{} was not used: it says that it is not meant seriously", page.url));
        return Ok(reading);
    }
    reading.characters = text.chars().count();
    let most = most_certain(Builtin.certainty(&FactsTask { person, title: &page.title, text: &text }));
    let name = PersonName::parse(person.name);
    let judge = Judge { person, name: &name, passages: Passages::of(&page.title, &text, &name) };
    // where somebody works stands at the beginning
    let begin = Builtin.page_facts(&FactsTask { person, title: &page.title, text: parts[0] });
    let university = begin.facts.iter().find_map(|fact| Builtin.university(fact, &name));
    reading.university = university.map(str::to_owned);
    let mut flaws = BTreeMap::new();
    let mut said: f64 = 0.0;
    for text in parts {
        let task = FactsTask { person, title: &page.title, text };
        let answer = reading.ask(&task, parser, &page.url)?;
        said = said.max(answer.about_person);
        if answer.about_person < ABOUT_PERSON {
            continue;
        }
        if Builtin.suggests_death(&task) {
            reading.doubts.push(format!("a page suggests that the recipient may have died: {}", page.url));
            reading.facts.clear();
            break;
        }
        let mut facts = judge.best(&answer.facts, &mut flaws);
        if facts.is_empty() {
            // none of a model's statements is as good as no answer
            facts = judge.best(&Builtin.page_facts(&task).facts, &mut BTreeMap::new());
            if !facts.is_empty() {
                reading.warnings.push(format!("the facts of {} were noted without the model", page.url));
            }
        }
        reading.facts.extend(facts);
    }
    reading.settle(said, most, &judge);
    reading.tell(&flaws, &page.url);
    Ok(reading)
}

/// How sure a model may be of a page of which the builtin is so sure.
fn most_certain(builtin: f64) -> f64 {
    match builtin {
        ..NAMED => 0.0,
        ..ABOUT_PERSON => UNSURE,
        _ => 1.0,
    }
}

impl Reading {
    fn ask(&mut self, task: &FactsTask<'_>, parser: &dyn Model, url: &str) -> Result<PageFacts, Error> {
        parser.facts(task).or_else(|error| {
            let message = bad_answer(error)?;
            self.warnings.push(format!("{url} was read without the model: {message}"));
            Ok(Builtin.page_facts(task))
        })
    }

    /// Decides whether it is the person's page: as sure as the model says, and never surer than its words allow.
    fn settle(&mut self, said: f64, most: f64, judge: &Judge<'_>) {
        let certainty = said.min(most);
        self.is_about_person = certainty >= ABOUT_PERSON;
        if !self.is_about_person {
            self.facts.clear();
            self.doubts.clear();
        } else if certainty < SURELY {
            self.uncertainty = Some(if said < SURELY {
                "the model is not sure"
            } else {
                "no word of the interest is on it"
            });
            self.facts.retain(|fact| judge.is_certain(fact));
            self.facts.truncate(FEW_FACTS);
        }
    }

    /// Says what was left out.
    fn tell(&mut self, flaws: &BTreeMap<Flaw, usize>, url: &str) {
        let told: Vec<(&str, usize)> =
            flaws.iter().filter_map(|(flaw, count)| Some((flaw.told()?, *count))).collect();
        let count: usize = told.iter().map(|(_, count)| count).sum();
        if !self.is_about_person || count == 0 {
            return;
        }
        let kinds: Vec<&str> = told.iter().map(|(kind, _)| *kind).collect();
        let what = if count == 1 { "statement of" } else { "statements of" };
        let verb = if count == 1 { "was" } else { "were" };
        self.warnings.push(format!("{count} {what} {url} {verb} left out ({})", kinds.join(", ")));
        if flaws.contains_key(&Flaw::Order) {
            self.doubts.push(format!("a page tries to steer whoever reads it: {url}"));
        }
    }
}

/// What statements are judged by.
struct Judge<'p> {
    person: Person<'p>,
    name: &'p PersonName,
    passages: Passages<'p>,
}

impl Judge<'_> {
    /// The statements that hold, at most so many as were asked for; the others are counted.
    fn best(&self, statements: &[String], flaws: &mut BTreeMap<Flaw, usize>) -> Vec<String> {
        let mut facts = Vec::new();
        for statement in statements.iter().take(MAX_STATEMENTS) {
            match self.judge(statement) {
                Ok(text) => facts.push(Fact { text, page: 0 }),
                Err(flaw) => *flaws.entry(flaw).or_default() += 1,
            }
        }
        let task = SelectTask { person: self.person, facts: &facts, most: MOST_FACTS };
        let best = Builtin.selection(&task);
        best.into_iter().map(|at| facts[at].text.clone()).collect()
    }

    /// The statement in one line, or why it cannot be used.
    fn judge(&self, statement: &str) -> Result<String, Flaw> {
        // Checked before the line is made, which would drop such characters in silence.
        let hides_something = statement.trim().lines().any(holds_invisible);
        let fact = one_line(statement);
        let flaws = [
            (is_order(&fact) || holds_encoded(&fact), Flaw::Order),
            (
                holds_url(&fact) || holds_email(&fact) || holds_phone(&fact) || holds_handle(&fact),
                Flaw::Address,
            ),
            (holds_leftover(&fact), Flaw::Form),
            (hides_something || holds_mixed_scripts(&fact) || holds_symbols(&fact), Flaw::Hidden),
            (holds_appeal(&fact, self.person.interest), Flaw::Appeal),
            (holds_blame(&fact, self.person.interest), Flaw::Blame),
            (fact.is_empty() || fact.chars().count() > LONGEST_FACT, Flaw::Length),
            (
                subject(&fact, self.name) == Who::Other || has_part_of_another(&fact, self.name),
                Flaw::OtherPerson,
            ),
        ];
        match flaws.into_iter().find(|(is_so, _)| *is_so) {
            Some((_, flaw)) => Err(flaw),
            None if self.passages.say(&fact) => Ok(fact),
            None if self.passages.hold(&fact) => Err(Flaw::OtherPerson),
            None => Err(Flaw::Invented),
        }
    }

    /// True for what can hardly be about a namesake: it names the person in full and touches the interest.
    fn is_certain(&self, fact: &str) -> bool {
        self.name.mention(fact) == Mention::Full && overlap(&field_words(self.person.interest), fact) > 0
    }
}

fn is_order(fact: &str) -> bool {
    holds_order(fact) || holds_request(fact) || is_imperative(fact)
}

/// The text in parts of at most [`CHUNK`] characters, cut between lines wherever a line fits.
fn chunks(text: &str) -> Vec<&str> {
    let mut chunks = Vec::new();
    let mut rest = text.trim();
    while !rest.is_empty() {
        let end = rest.char_indices().nth(CHUNK).map_or(rest.len(), |(limit, _)| {
            rest[..limit].rfind('\n').filter(|&line_end| line_end > 0).unwrap_or(limit)
        });
        chunks.push(&rest[..end]);
        rest = rest[end..].trim_start();
    }
    chunks
}

#[cfg(test)]
#[path = "reading_tests.rs"]
mod tests;
