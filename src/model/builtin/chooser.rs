//! Values from facts and papers, by rule. What is put in stands word for word in a fact or is the title or year of a
//! paper; where no rule finds anything, the slot gets no value.
use std::cmp::Reverse;

use super::{
    book::book,
    subject::is_about,
    work::says_work,
    workplace::{is_affiliation, workplace},
};
use crate::{
    model::{Fact, LONGEST_DETAIL, PaperRef, Person, SelectTask, SlotKind, Value, ValuesTask},
    text::{
        name::{PersonName, people::brings_another},
        words::{field_words, fold, overlap},
    },
};

/// What a place of work or a book of the person's adds to the weight of a fact, of which there are few.
const RARE: usize = 20;

/// Words that stand in lists of publications and hardly in sentences.
const CITATION: &[&str] = &["preprint", "arxiv", "doi", "et al", "pp", "vol"];

/// Finds what there is for each slot.
pub(super) fn chosen_values(task: &ValuesTask<'_>) -> Vec<Value> {
    let chooser = Chooser { task, scale: Scale::of(task.person) };
    let mut quoted = Vec::new();
    let mut values = Vec::new();
    for (slot, wanted) in task.slots.iter().enumerate() {
        let found = match wanted.kind {
            SlotKind::Institution => chooser.institution(),
            SlotKind::PaperTitle => chooser.paper(|paper| paper.title.clone()),
            SlotKind::PaperYear => chooser.paper(|paper| paper.year.to_string()),
            SlotKind::Book => chooser.book(),
            SlotKind::Detail => chooser.detail(&mut quoted).or_else(|| chooser.paper_as_detail(&mut quoted)),
        };
        values.extend(found.map(|found| Value {
            slot,
            text: found.text,
            facts: found.facts,
            papers: found.papers,
        }));
    }
    values
}

/// The facts that say most, in the order they stand in.
pub(super) fn selection(task: &SelectTask<'_>) -> Vec<usize> {
    let scale = Scale::of(task.person);
    let mut best: Vec<usize> = (0..task.facts.len()).collect();
    best.sort_by_cached_key(|&at| Reverse(scale.worth(&task.facts[at].text)));
    best.truncate(task.most);
    best.sort_unstable();
    best
}

/// A text and what it rests on.
struct Choice {
    text: String,
    facts: Vec<usize>,
    papers: Vec<usize>,
}

struct Chooser<'a> {
    task: &'a ValuesTask<'a>,
    scale: Scale,
}

/// What facts weigh.
struct Scale {
    name: PersonName,
    field: Vec<String>,
}

impl Chooser<'_> {
    fn facts(&self) -> impl Iterator<Item = (usize, &str)> {
        self.task.facts.iter().map(|Fact { text, .. }| text.as_str()).enumerate()
    }

    fn paper(&self, text: impl Fn(&PaperRef) -> String) -> Option<Choice> {
        let best = self.task.papers.first()?;
        Some(Choice { text: text(best), facts: Vec::new(), papers: vec![0] })
    }

    /// Where the person works: rather said of them than on a line of its own, rather a university than an institute.
    fn institution(&self) -> Option<Choice> {
        let (at, found) = self
            .facts()
            .filter_map(|(at, fact)| Some((at, workplace(fact, &self.scale.name)?)))
            .min_by_key(|(at, found)| (found.is_line, found.rank, *at))?;
        Some(Choice { text: found.name.to_owned(), facts: vec![at], papers: Vec::new() })
    }

    fn book(&self) -> Option<Choice> {
        let (at, title) = self.facts().find_map(|(at, fact)| Some((at, book(fact, &self.scale.name)?)))?;
        Some(Choice { text: title.to_owned(), facts: vec![at], papers: Vec::new() })
    }

    /// The sentence that says most about the person's work, as a quotation; from the page that names the place of
    /// work if there is one on it, because another page may be a namesake's.
    fn detail(&self, quoted: &mut Vec<String>) -> Option<Choice> {
        let home = self.institution().map(|choice| self.task.facts[choice.facts[0]].page);
        let (at, text, _) = self
            .facts()
            .filter(|(_, fact)| self.scale.is_quotable(fact) && says_work(fact, &self.scale.name))
            .filter(|(_, fact)| !brings_another(fact, &self.scale.name))
            // what has nothing to do with the interest may be a namesake's, or anything
            .filter(|(_, fact)| overlap(&self.scale.field, fact) > 0)
            .map(|(at, fact)| (at, quotation(fact), self.scale.weight(fact)))
            .filter(|(_, text, weight)| *weight > 0 && !quoted.contains(text))
            .map(|(at, text, weight)| (at, text, (home == Some(self.task.facts[at].page), weight)))
            .reduce(|best, next| if next.2 > best.2 { next } else { best })?;
        quoted.push(text.clone());
        Some(Choice { text, facts: vec![at], papers: Vec::new() })
    }

    /// Where no page says anything: a paper, unless the e-mail names one anyway.
    fn paper_as_detail(&self, quoted: &mut Vec<String>) -> Option<Choice> {
        if self.task.slots.iter().any(|slot| slot.kind == SlotKind::PaperTitle) {
            return None;
        }
        let (at, text) = self
            .task
            .papers
            .iter()
            .map(|paper| format!("your paper “{}”", paper.title))
            .enumerate()
            .find(|(_, text)| !quoted.contains(text))?;
        quoted.push(text.clone());
        Some(Choice { text, facts: Vec::new(), papers: vec![at] })
    }
}

impl Scale {
    fn of(person: Person<'_>) -> Scale {
        Scale { name: PersonName::parse(person.name), field: field_words(person.interest) }
    }

    /// For an e-mail whose placeholders are not known.
    fn worth(&self, fact: &str) -> usize {
        let is_rare = workplace(fact, &self.name).is_some() || book(fact, &self.name).is_some();
        let base = if self.is_quotable(fact) { self.weight(fact) } else { 0 };
        base + if is_rare { RARE } else { 0 }
    }

    fn is_quotable(&self, fact: &str) -> bool {
        is_about(fact, &self.name)
            && !is_affiliation(fact, &self.name)
            && !is_citation(fact)
            && fact.ends_with('.')
            && fact.chars().count() < LONGEST_DETAIL - 2
            && !fact.contains(['"', '“', '”', '„', '«', '»'])
    }

    fn weight(&self, fact: &str) -> usize {
        let touched = overlap(&self.field, fact);
        let marks = fact.split_whitespace().skip(1);
        let marks =
            marks.filter(|word| word.starts_with(|c: char| c.is_uppercase() || c.is_ascii_digit())).count();
        // a sentence about the post says little about the work
        let is_post = workplace(fact, &self.name).is_some();
        (touched * 4 + marks.min(3)).saturating_sub(if is_post { 3 } else { 0 })
    }
}

/// True for an entry of a list of publications, which is about a paper and no sentence to quote.
fn is_citation(fact: &str) -> bool {
    let folded = format!(" {} ", fold(fact));
    let is_year = |word: &str| word.len() == 4 && word.bytes().all(|b| b.is_ascii_digit());
    let ends_with_year = fact.trim_end_matches('.').rsplit_once(", ").is_some_and(|(_, last)| is_year(last));
    let has_year_in_brackets = fact.split(['(', ')']).skip(1).step_by(2).any(is_year);
    let says = |word: &&str| folded.contains(&format!(" {word} "));
    ends_with_year || has_year_in_brackets || CITATION.iter().any(says)
}

fn quotation(fact: &str) -> String {
    format!("“{}”", fact.trim_end_matches('.'))
}

#[cfg(test)]
#[path = "chooser_tests.rs"]
mod tests;
