//! Stand-ins for the steps' tests: a model and an outside that answer what a test tells them.
use std::{
    cell::{Cell, RefCell},
    collections::HashMap,
};

use super::sources::Sources;
use crate::{
    condition::MODEL_KEY_REFUSED,
    model::{
        AnalyseTask, Analysis, Builtin, FactsTask, Model, ModelError, PageFacts, SelectTask, Slot, Value,
        ValuesTask,
    },
    web::{Author, Found, Hit, Page, Paper, PaperQuery, Query, WebError},
};

/// Answers as told; what it was not told, the builtin answers.
#[derive(Default)]
pub(crate) struct FakeModel {
    pub probe: Option<Result<String, ModelError>>,
    pub analysis: Option<Result<Analysis, ModelError>>,
    pub facts: Option<Result<PageFacts, ModelError>>,
    pub selection: Option<Result<Vec<usize>, ModelError>>,
    /// How many facts there were to select from, and how many were wanted.
    pub selected_from: Cell<Option<(usize, usize)>>,
    /// One per attempt; the last is repeated.
    pub values: Vec<Result<Vec<Value>, ModelError>>,
    pub attempts: Cell<usize>,
    pub complaints: RefCell<Vec<String>>,
    /// The slots of each attempt.
    pub asked: RefCell<Vec<Vec<Slot>>>,
}

impl Model for FakeModel {
    fn name(&self) -> String {
        "fake:one".to_owned()
    }
    fn temperature(&self) -> Option<f64> {
        Some(0.5)
    }
    fn probe(&self) -> Result<String, ModelError> {
        self.probe.clone().unwrap_or_else(|| Builtin.probe())
    }
    fn analyse(&self, task: &AnalyseTask<'_>) -> Result<Analysis, ModelError> {
        self.analysis.clone().unwrap_or_else(|| Builtin.analyse(task))
    }
    fn facts(&self, task: &FactsTask<'_>) -> Result<PageFacts, ModelError> {
        self.facts.clone().unwrap_or_else(|| Builtin.facts(task))
    }
    fn select(&self, task: &SelectTask<'_>) -> Result<Vec<usize>, ModelError> {
        self.selected_from.set(Some((task.facts.len(), task.most)));
        self.selection.clone().unwrap_or_else(|| Builtin.select(task))
    }
    fn values(&self, task: &ValuesTask<'_>) -> Result<Vec<Value>, ModelError> {
        let attempt = self.attempts.replace(self.attempts.get() + 1);
        self.complaints.borrow_mut().extend_from_slice(task.complaints);
        self.asked.borrow_mut().push(task.slots.to_vec());
        match self.values.get(attempt).or(self.values.last()) {
            Some(answer) => answer.clone(),
            None => Builtin.values(task),
        }
    }
}

/// An outside made of a few pages. Every search finds all of them, in the order of their addresses.
#[derive(Default)]
pub(crate) struct FakeWeb {
    pub no_provider: bool,
    pub search_error: Option<WebError>,
    pub failures: Vec<WebError>,
    pub records: Vec<Page>,
    pub pages: Vec<(String, Result<Page, WebError>)>,
    pub papers: Option<Result<Vec<Paper>, WebError>>,
    /// What arXiv answers where the subject is asked for, too.
    pub relevant: Option<Result<Vec<Paper>, WebError>>,
    /// The spellings and the subjects that arXiv was asked for.
    pub asked: RefCell<Vec<(Vec<String>, Vec<String>)>>,
    pub reads: RefCell<HashMap<String, usize>>,
    /// What each page is said to have cost.
    pub page_bytes: u64,
}

impl FakeWeb {
    pub fn page(mut self, url: &str, title: &str, text: &str) -> Self {
        let page = Page {
            url: url.to_owned(),
            title: title.to_owned(),
            text: text.to_owned(),
            warnings: Vec::new(),
        };
        self.pages.push((url.to_owned(), Ok(page)));
        self
    }

    pub fn broken(mut self, url: &str, error: WebError) -> Self {
        self.pages.push((url.to_owned(), Err(error)));
        self
    }

    pub fn papers(mut self, papers: Vec<Paper>) -> Self {
        self.papers = Some(Ok(papers));
        self
    }
}

impl Sources for FakeWeb {
    fn can_search(&self) -> bool {
        !self.no_provider
    }
    fn search(&self, _query: &Query<'_>) -> Result<Found, WebError> {
        if let Some(error) = &self.search_error {
            return Err(error.clone());
        }
        let hits = self.pages.iter().map(|(url, _)| Hit::Address(url.parse().unwrap()));
        let records = self.records.iter().cloned().map(Hit::Record);
        Ok(Found { hits: hits.chain(records).collect(), failures: self.failures.clone() })
    }
    fn read(&self, url: &str) -> Result<Page, WebError> {
        *self.reads.borrow_mut().entry(url.to_owned()).or_default() += 1;
        let found = self.pages.iter().find(|(known, _)| known == url);
        found.map_or_else(|| Err(WebError::Failed(format!("{url}: 404"))), |(_, page)| page.clone())
    }
    fn bytes_read(&self) -> u64 {
        self.page_bytes * self.reads.borrow().len() as u64
    }
    fn papers(&self, query: PaperQuery<'_>) -> Result<Vec<Paper>, WebError> {
        self.asked.borrow_mut().push((query.spellings.to_vec(), query.about.to_vec()));
        let answer = if query.about.is_empty() { &self.papers } else { &self.relevant };
        answer.clone().unwrap_or_else(|| Ok(Vec::new()))
    }
}

/// What a model says whose key is refused.
pub(crate) fn unusable() -> ModelError {
    ModelError::Unusable { condition: &MODEL_KEY_REFUSED, detail: "bad key".to_owned() }
}

/// A paper by one author.
pub(crate) fn paper(title: &str, published: &str, author: &str, summary: &str) -> Paper {
    Paper {
        title: title.to_owned(),
        url: format!("https://arxiv.org/abs/{}", title.len()),
        year: published[..4].parse().expect("the test gives a date"),
        published: published.to_owned(),
        authors: vec![Author { name: author.to_owned(), affiliation: String::new() }],
        summary: summary.to_owned(),
        categories: vec!["physics.ao-ph".to_owned()],
        is_withdrawn: false,
    }
}
