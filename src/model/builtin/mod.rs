//! The model that needs no key and no network: rules over words.
//!
//! It understands little, and therefore says little: it copies sentences and names from pages and never words anything
//! of its own. The same question always gets the same answer.
mod book;
mod chooser;
mod institution;
mod passing;
mod post;
mod reader;
mod subject;
mod work;
mod workplace;

use super::{
    AnalyseTask, Analysis, FactsTask, LONGEST_SEARCH, Model, ModelError, PageFacts, SelectTask, TemplateType,
    Value, ValuesTask,
};
use crate::text::{
    name::PersonName,
    words::{fold, shorten},
};

/// The built-in model.
#[derive(Debug, Clone, Copy, Default)]
pub struct Builtin;

impl Builtin {
    /// What the template asks for, and two searches for the person.
    pub(crate) fn analysis(self, task: &AnalyseTask<'_>) -> Analysis {
        let name = PersonName::parse(task.person.name).full;
        let full = format!("{name} {}", task.person.interest);
        let mut search_terms =
            vec![shorten(&full, LONGEST_SEARCH).to_owned(), shorten(&name, LONGEST_SEARCH).to_owned()];
        search_terms.dedup();
        Analysis { template_type: template_type(task.fixed_text), search_terms }
    }

    /// What the page says about the person.
    pub(crate) fn page_facts(self, task: &FactsTask<'_>) -> PageFacts {
        reader::page_facts(task)
    }

    /// How sure it is that the page is about the person, 0 to 1.
    pub(crate) fn certainty(self, task: &FactsTask<'_>) -> f64 {
        reader::certainty(task)
    }

    /// Whether the page suggests that the person has died.
    pub(crate) fn suggests_death(self, task: &FactsTask<'_>) -> bool {
        passing::suggests_death(task)
    }

    /// The university where a sentence says that the person works.
    pub(crate) fn university<'f>(self, fact: &'f str, name: &PersonName) -> Option<&'f str> {
        let stated = workplace::workplace(fact, name).filter(|place| !place.is_line && place.rank == 0);
        stated.map(|place| place.name)
    }

    /// True if the title is of a page of the person's own, and not of one about them.
    pub(crate) fn is_own_page(self, title: &str, name: &PersonName) -> bool {
        reader::is_own_page(title, name)
    }

    /// Whether the text, which stands in the fact, is the name of the institution where the fact may say that the
    /// person works.
    pub(crate) fn may_be_workplace(self, fact: &str, text: &str, name: &PersonName) -> bool {
        workplace::may_be_workplace(fact, text, name)
    }

    /// Whether the text, which stands in the fact, is the title of a book that the fact says is the person's.
    pub(crate) fn is_book(self, fact: &str, text: &str, name: &PersonName) -> bool {
        book::is_book(fact, text, name)
    }

    /// Whether the fact says first of all what the person does or has done at work.
    pub(crate) fn says_work(self, fact: &str, name: &PersonName) -> bool {
        subject::is_about(fact, name) && work::says_work(fact, name)
    }

    /// The facts that say most.
    pub(crate) fn selection(self, task: &SelectTask<'_>) -> Vec<usize> {
        chooser::selection(task)
    }

    /// The values that facts and papers give.
    pub(crate) fn chosen_values(self, task: &ValuesTask<'_>) -> Vec<Value> {
        chooser::chosen_values(task)
    }
}

impl Model for Builtin {
    fn name(&self) -> String {
        "builtin".to_owned()
    }

    fn analyse(&self, task: &AnalyseTask<'_>) -> Result<Analysis, ModelError> {
        Ok(self.analysis(task))
    }

    fn facts(&self, task: &FactsTask<'_>) -> Result<PageFacts, ModelError> {
        Ok(self.page_facts(task))
    }

    fn select(&self, task: &SelectTask<'_>) -> Result<Vec<usize>, ModelError> {
        Ok(self.selection(task))
    }

    fn values(&self, task: &ValuesTask<'_>) -> Result<Vec<Value>, ModelError> {
        Ok(self.chosen_values(task))
    }
}

/// By its words alone: what its placeholders ask for is seen by whoever asks.
fn template_type(fixed_text: &str) -> TemplateType {
    let words = format!(" {} ", fold(fixed_text));
    let says = |phrases: &[&str]| phrases.iter().any(|phrase| words.contains(&format!(" {phrase} ")));
    if says(&["paper", "papers", "research", "publication", "publications", "preprint"]) {
        TemplateType::Research
    // “book” alone would also be booking a call
    } else if says(&["your book", "your books", "the book", "your monograph", "your novel"]) {
        TemplateType::Book
    } else {
        TemplateType::General
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::model::{Fact, Person, Slot, SlotKind};

    /// Pieces of pages, weighted towards what the rules look for.
    fn piece() -> impl Strategy<Value = &'static str> {
        prop::sample::select(vec![
            "Ada",
            "Example",
            "Example’s",
            ". ",
            ", ",
            " ",
            "\n",
            "“",
            "”",
            "\"",
            "(",
            ")",
            "She ",
            "professor ",
            "at ",
            "University",
            " of ",
            "Nördland",
            "ETH ",
            "Institute",
            "and ",
            "book ",
            "by ",
            "PhD ",
            "from ",
            "ocean ",
            "é",
            "\u{301}",
            "İ",
            "ß",
            "…",
            "12",
            "eddies",
            "was ",
        ])
    }

    proptest! {
        #[test]
        fn whatever_it_says_stands_on_the_page(pieces in prop::collection::vec(piece(), 0..60), any in "\\PC{0,40}") {
            let page = format!("{}{any}", pieces.concat());
            let person = Person { name: "Ada Example", interest: "ocean eddies" };
            let facts = Builtin.page_facts(&FactsTask { person, title: "Ada Example", text: &page }).facts;
            prop_assert!(facts.iter().all(|fact| page.contains(fact.as_str())));
            let facts: Vec<_> = facts.into_iter().map(|text| Fact { text, page: 0 }).collect();
            let kinds = [SlotKind::Institution, SlotKind::Book, SlotKind::Detail, SlotKind::PaperTitle];
            let slots = kinds.map(|kind| Slot { name: "x".into(), kind });
            let task = ValuesTask { person, template: "", slots: &slots, facts: &facts, papers: &[], complaints: &[] };
            for value in Builtin.chosen_values(&task) {
                let text = value.text.trim_matches(['“', '”']);
                prop_assert!(facts[value.facts[0]].text.contains(text), "{text}");
            }
        }
    }

    fn analysis(fixed_text: &str) -> Analysis {
        let person = Person { name: "Prof. Ada Example", interest: "ocean eddies" };
        Builtin.analysis(&AnalyseTask { person, template: fixed_text, fixed_text })
    }

    #[test]
    fn the_kind_follows_the_words() {
        let kind = |template: &str| analysis(template).template_type;
        assert_eq!(kind("I admire your research, "), TemplateType::Research);
        assert_eq!(kind("I read your book, "), TemplateType::Book);
        assert_eq!(kind("May I book a call on ?"), TemplateType::General);
    }

    #[test]
    fn searches_name_the_person_without_titles() {
        assert_eq!(analysis("").search_terms, ["Ada Example ocean eddies", "Ada Example"]);
    }

    #[test]
    fn searches_stay_short() {
        let interest = "eddies ".repeat(70);
        let person = Person { name: "Ada Example", interest: interest.trim() };
        let answer = Builtin.analysis(&AnalyseTask { person, template: "", fixed_text: "" });
        assert!(answer.search_terms.iter().all(|term| term.chars().count() <= LONGEST_SEARCH));
    }
}
