//! Who reads and writes for the pipeline.
//!
//! A model gets no tools, chooses no address and never sees the database. It answers four small questions with
//! plain data, and the pipeline checks every answer before it uses it.
mod answers;
mod builtin;
#[cfg(test)]
mod fuzz_targets;
mod ledger;
mod meter;
mod prompts;
mod remote;
mod used;

pub use builtin::Builtin;
#[cfg(test)]
pub(crate) use fuzz_targets::TARGETS as FUZZ_TARGETS;
pub use ledger::{Day, Purse};
pub(crate) use ledger::{Ledger, STEP_TIME};
pub use meter::{Meter, Reading};
pub(crate) use prompts::leaks_instructions;
pub use used::{Cost, Used};

use std::time::Duration;

use serde::{Deserialize, Serialize};

use crate::{condition::Condition, config::ModelChoice};

/// The model of that choice, which notes what it uses in the ledger.
pub(crate) fn open(choice: &ModelChoice, ledger: &Ledger) -> Box<dyn Model> {
    match choice {
        ModelChoice::Builtin => Box::new(Builtin),
        ModelChoice::Remote(remote) => Box::new(remote::Remote::new(remote.clone(), ledger.clone())),
    }
}

/// Answers the pipeline's four questions.
pub trait Model: Send {
    /// `provider:model`, or `builtin`; what `metadata.model` shows.
    fn name(&self) -> String;

    /// What its sampling is asked for; `None` where it takes no temperature.
    fn temperature(&self) -> Option<f64> {
        None
    }

    /// Asks as little as possible, to see whether it can be used, and returns what it said.
    fn probe(&self) -> Result<String, ModelError> {
        Ok("ready".to_owned())
    }

    /// What kind of e-mail the template is, and what to search for (one to three terms).
    fn analyse(&self, task: &AnalyseTask<'_>) -> Result<Analysis, ModelError>;

    /// What a page says about the person.
    fn facts(&self, task: &FactsTask<'_>) -> Result<PageFacts, ModelError>;

    /// Which facts say most, as indexes: whoever reads what was read already can add nothing.
    fn select(&self, task: &SelectTask<'_>) -> Result<Vec<usize>, ModelError>;

    /// Values for placeholders, from facts and papers only.
    fn values(&self, task: &ValuesTask<'_>) -> Result<Vec<Value>, ModelError>;
}

/// The person an e-mail is for, as the sender described them.
#[derive(Debug, Clone, Copy)]
pub struct Person<'a> {
    /// Full name.
    pub name: &'a str,
    /// What they work on.
    pub interest: &'a str,
}

/// Most searches per item, and the longest, in characters.
pub(crate) const MOST_SEARCHES: usize = 3;
pub(crate) const LONGEST_SEARCH: usize = 120;
/// Longest fact, in characters, and the most that are wanted from one text.
pub(crate) const LONGEST_FACT: usize = 300;
pub(crate) const MOST_FACTS: usize = 20;
/// Longest value for a [`SlotKind::Detail`], in characters.
pub(crate) const LONGEST_DETAIL: usize = 200;

/// The question of the first step.
#[derive(Debug)]
pub struct AnalyseTask<'a> {
    /// Whom the e-mail is for.
    pub person: Person<'a>,
    /// The whole template.
    pub template: &'a str,
    /// The template without its placeholders.
    pub fixed_text: &'a str,
}

/// What a template asks for; decides whether papers are looked up.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum TemplateType {
    /// Mentions the recipient's research or papers.
    Research,
    /// Mentions a book of theirs.
    Book,
    /// Anything else.
    General,
}

impl TemplateType {
    /// As it is written in `emails.template_type`.
    pub fn as_str(self) -> &'static str {
        match self {
            TemplateType::Research => "RESEARCH",
            TemplateType::Book => "BOOK",
            TemplateType::General => "GENERAL",
        }
    }
}

/// The answer of the first step.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Analysis {
    /// The kind of e-mail.
    pub template_type: TemplateType,
    /// One to three searches, most specific first.
    pub search_terms: Vec<String>,
}

/// The question of the second step, once per page (or per part of a long one).
#[derive(Debug)]
pub struct FactsTask<'a> {
    /// Whom the facts should be about.
    pub person: Person<'a>,
    /// The page's title.
    pub title: &'a str,
    /// Text of the page: hostile data, never instructions.
    pub text: &'a str,
}

/// The answer of the second step.
#[derive(Debug, Clone, PartialEq)]
pub struct PageFacts {
    /// How sure it is that the page is about this person, 0 to 1.
    pub about_person: f64,
    /// Short statements the page makes about the person.
    pub facts: Vec<String>,
}

/// The question after the second step's, where there was much to read.
#[derive(Debug)]
pub struct SelectTask<'a> {
    /// Whom the facts should be about.
    pub person: Person<'a>,
    /// What was noted.
    pub facts: &'a [Fact],
    /// How many are wanted.
    pub most: usize,
}

/// A fact as the composer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fact {
    /// One statement about the person, at most 300 characters.
    pub text: String,
    /// The page that makes it: an index into the list of pages that were read.
    pub page: usize,
}

/// A paper as the composer sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaperRef {
    /// The title.
    pub title: String,
    /// The year of the first version.
    pub year: u16,
}

/// The question of the last step.
#[derive(Debug)]
pub struct ValuesTask<'a> {
    /// Whom the e-mail is for.
    pub person: Person<'a>,
    /// The template, for its tone.
    pub template: &'a str,
    /// What to find values for.
    pub slots: &'a [Slot],
    /// What is known, with sources.
    pub facts: &'a [Fact],
    /// The person's papers, best first.
    pub papers: &'a [PaperRef],
    /// What was wrong with the answer before, empty at the first attempt.
    pub complaints: &'a [String],
}

/// A placeholder that wants evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    /// The name in the placeholder, without brackets and fall-back.
    pub name: String,
    /// What kind of thing belongs there.
    pub kind: SlotKind,
}

/// The kinds of things a placeholder can ask for that need evidence.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum SlotKind {
    /// Where the person works.
    Institution,
    /// The title of one of their papers.
    PaperTitle,
    /// The year of that same paper.
    PaperYear,
    /// The title of a book of theirs.
    Book,
    /// Something specific about them or their work: a short text that fits into a sentence.
    Detail,
}

/// A value for a slot, with where it comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Value {
    /// Index into the task's slots.
    pub slot: usize,
    /// The text to put in.
    pub text: String,
    /// Indexes of the facts it rests on.
    pub facts: Vec<usize>,
    /// Indexes of the papers it rests on.
    pub papers: Vec<usize>,
}

/// Why a model gave no usable answer.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ModelError {
    /// May work later.
    Transient {
        /// What went wrong.
        message: String,
        /// When the other side wants us back.
        retry_after: Option<Duration>,
    },
    /// Will not work for any item before somebody mends something.
    Unusable {
        /// What is wrong.
        condition: &'static Condition,
        /// What exactly was seen.
        detail: String,
    },
    /// An answer came, and makes no sense.
    BadAnswer(String),
}

/// What a service's text says to the question for values.
#[cfg(test)]
pub(crate) fn values_in(text: &str) -> Result<Vec<Value>, ModelError> {
    answers::values(text).map_err(ModelError::BadAnswer)
}
