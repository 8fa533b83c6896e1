//! Step 2: search, read, and keep what the pages say about the person.
//!
//! Pages are hostile. What leaves this step is a list of short statements, each with its page and each checked by code:
//! no address, no order, nothing the page does not say. The pages themselves go no further.
use std::{
    collections::HashSet,
    time::{Duration, Instant},
};

use super::{
    Error,
    error::bad_answer,
    reading::{self, CHUNK},
    sources::{Outage, Sources},
};
use crate::{
    condition::{Condition, SEARCH_INCOMPLETE, SEARCH_KEY_REFUSED, SEARCH_QUOTA_SPENT, SEARCH_UNAVAILABLE},
    model::{Builtin, Fact, Model, Person, SelectTask},
    text::{name::PersonName, words::fold},
    web::{Found, Hit, MOST_PAGE_BYTES, Page, Query, WebError},
};

/// Most pages that are read per item, and most that are tried where some cannot be read.
const MAX_PAGES: usize = 5;
const MAX_TRIES: usize = 8;
/// Most bytes that searches and pages may give together, after decompression; no page is begun that could exceed them.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// After that time since the search began, no further page is begun. The step may take ten minutes.
const MOST_TIME: Duration = Duration::from_secs(4 * 60);
/// Most facts that are kept of all pages before the best are chosen, so that a model can be given them at once.
const MAX_NOTED: usize = 100;
/// Most facts that go on: of a little text, and of more than a model is given at once.
const MAX_FACTS: usize = 40;
const MAX_OF_MUCH: usize = 20;

/// What the web says about the person: the second step's result.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The pages that were read and are about the person.
    pub urls: Vec<String>,
    /// What they say; `page` is an index into `urls`.
    pub facts: Vec<Fact>,
    /// The universities where pages say that the person works.
    pub universities: Vec<(usize, String)>,
    /// The pages that may be about somebody else, and why.
    pub uncertain: Vec<(usize, &'static str)>,
    /// What could not be read or was left out.
    pub warnings: Vec<String>,
    /// Why nobody should be sure of an e-mail to this person.
    pub doubts: Vec<String>,
    /// Whether a search provider is configured.
    pub searched: bool,
    /// A part of the search that did not answer, else the first page that could not be read although it may be readable
    /// later.
    pub outage: Option<Outage>,
}

/// Searches for the terms and reads what is found.
pub(crate) fn run(
    sources: &dyn Sources,
    parser: &dyn Model,
    person: Person<'_>,
    terms: &[String],
) -> Result<Findings, Error> {
    let mut findings = Findings { searched: sources.can_search(), ..Findings::default() };
    if !findings.searched {
        findings.warnings.push("no search provider is configured, so no page was read".to_owned());
        return Ok(findings);
    }
    let cost = Cost { until: Instant::now() + MOST_TIME, bytes_before: sources.bytes_read() };
    let name = PersonName::parse(person.name).full;
    let query = Query { name: &name, interest: person.interest, terms };
    let found = match sources.search(&query) {
        // About this person's words alone, so no reason to keep anybody else waiting.
        Err(refusal @ WebError::QuestionRefused(_)) => Found { failures: vec![refusal], ..Found::default() },
        outcome => outcome.map_err(search_error)?,
    };
    for error in &found.failures {
        findings.warnings.push(format!("not everything could be searched: {error}"));
        findings.outage = Outage::behind(error, Some(&SEARCH_INCOMPLETE)).or(findings.outage.take());
    }
    if found.hits.is_empty() {
        findings.warnings.push("the search found no page".to_owned());
    }
    let characters = findings.read(&cost, distinct(found.hits), sources, parser, person)?;
    findings.choose(if characters > CHUNK { MAX_OF_MUCH } else { MAX_FACTS }, parser, person)?;
    Ok(findings)
}

/// “Could not search” is not “found nothing”: without the provider no item can do better.
fn search_error(error: WebError) -> Error {
    let (condition, retry_after) = (search_condition(&error), error.retry_after());
    Error::Surroundings { condition, detail: error.to_string(), retry_after }
}

/// What holds while a search fails so.
pub fn search_condition(error: &WebError) -> &'static Condition {
    match error {
        WebError::KeyRefused(_) => &SEARCH_KEY_REFUSED,
        WebError::QuotaSpent(_) => &SEARCH_QUOTA_SPENT,
        _ => &SEARCH_UNAVAILABLE,
    }
}

/// The hits in the order found, without fragments and repetitions.
fn distinct(hits: Vec<Hit>) -> Vec<Hit> {
    let mut seen = HashSet::new();
    hits.into_iter()
        .map(|hit| match hit {
            Hit::Address(mut url) => {
                url.set_fragment(None);
                Hit::Address(url)
            }
            record @ Hit::Record(_) => record,
        })
        .filter(|hit| seen.insert(address(hit).to_owned()))
        .collect()
}

fn address(hit: &Hit) -> &str {
    match hit {
        Hit::Address(url) => url.as_str(),
        Hit::Record(page) => &page.url,
    }
}

/// What an item may cost: until when, and how many bytes had been read before it.
struct Cost {
    until: Instant,
    bytes_before: u64,
}

impl Cost {
    /// Which limit forbids to begin this one, if any does, after so many that were read and tried.
    fn limit(&self, hit: &Hit, read: usize, tried: usize, sources: &dyn Sources) -> Option<&'static str> {
        let bytes = sources.bytes_read() - self.bytes_before;
        let is_too_large = bytes + MOST_PAGE_BYTES > MOST_BYTES && matches!(hit, Hit::Address(_));
        if read == MAX_PAGES {
            Some("these were enough")
        } else if tried == MAX_TRIES {
            Some("eight were tried")
        } else if Instant::now() >= self.until {
            Some("the others took four minutes")
        } else {
            is_too_large.then_some("one recipient may cost 8 MB, and the others had too much of it")
        }
    }
}

impl Findings {
    /// Reads pages until there are enough, or they have cost enough. Returns how much text it was, in characters.
    fn read(
        &mut self,
        cost: &Cost,
        hits: Vec<Hit>,
        sources: &dyn Sources,
        parser: &dyn Model,
        person: Person<'_>,
    ) -> Result<usize, Error> {
        let mut characters = 0;
        let mut read = HashSet::new();
        let mut left_out = 0;
        let mut limit = "";
        for (tried, hit) in hits.into_iter().enumerate() {
            if read.contains(address(&hit)) {
                continue;
            }
            if let Some(reached) = cost.limit(&hit, read.len(), tried - left_out, sources) {
                (left_out, limit) = (left_out + 1, reached);
                continue;
            }
            let outcome = match hit {
                Hit::Record(page) => Ok(page),
                Hit::Address(url) => sources.read(url.as_str()).map_err(|error| (url, error)),
            };
            match outcome {
                // two addresses may lead to one page
                Ok(page) if !read.insert(page.url.clone()) => {}
                Ok(page) => characters += self.add(&page, parser, person)?,
                Err((url, error)) => self.miss(url.as_str(), &error),
            }
        }
        if left_out > 0 {
            self.warnings.push(format!("{left_out} further addresses were not read: {limit}"));
        }
        Ok(characters)
    }

    fn miss(&mut self, url: &str, error: &WebError) {
        self.warnings.push(format!("could not read {url}: {error}"));
        // What all items share weighs more than one page's server.
        self.outage = self.outage.take().or(Outage::behind(error, None));
    }

    /// Takes the facts of a page that is about the person. Returns how much text it was, in characters.
    fn add(&mut self, page: &Page, parser: &dyn Model, person: Person<'_>) -> Result<usize, Error> {
        let reading = reading::read(page, parser, person)?;
        self.warnings.extend(reading.warnings);
        if reading.characters == 0 {
            return Ok(0);
        }
        if !reading.is_about_person {
            self.warnings.push(format!("{} seems to be about somebody else", page.url));
            return Ok(reading.characters);
        }
        self.doubts.extend(reading.doubts);
        let at = self.urls.len();
        self.urls.push(page.url.clone());
        self.universities.extend(reading.university.map(|university| (at, university)));
        self.uncertain.extend(reading.uncertainty.map(|reason| (at, reason)));
        for text in reading.facts {
            let known = self.facts.iter().any(|fact| fold(&fact.text) == fold(&text));
            if !known && self.facts.len() < MAX_NOTED {
                self.facts.push(Fact { text, page: at });
            }
        }
        Ok(reading.characters)
    }

    /// Keeps the best facts where there are too many. A model only says which, so what it was given cannot change here.
    fn choose(&mut self, most: usize, parser: &dyn Model, person: Person<'_>) -> Result<(), Error> {
        if self.facts.len() <= most {
            return Ok(());
        }
        let task = SelectTask { person, facts: &self.facts, most };
        let mut best: Vec<usize> = match parser.select(&task) {
            Ok(best) => best.into_iter().filter(|&at| at < self.facts.len()).collect(),
            Err(error) => {
                let message = bad_answer(error)?;
                self.warnings.push(format!("the best facts were chosen without the model: {message}"));
                Vec::new()
            }
        };
        if best.is_empty() {
            best = Builtin.selection(&task);
        }
        let mut seen = HashSet::new();
        best.retain(|at| seen.insert(*at));
        best.truncate(most);
        best.sort_unstable();
        self.facts = best.into_iter().map(|at| self.facts[at].clone()).collect();
        Ok(())
    }
}

#[cfg(test)]
#[path = "web_scraper_tests.rs"]
mod tests;
