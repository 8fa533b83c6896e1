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
    hygiene::{holds_blame, holds_invisible, is_clean, is_imperative},
    run::bad_answer,
    sources::{Outage, Sources},
};
use crate::{
    condition::{Condition, SEARCH_KEY_REFUSED, SEARCH_QUOTA_SPENT, SEARCH_UNAVAILABLE},
    model::{Builtin, Fact, FactsTask, Model, PageFacts, Person},
    text::{
        name::PersonName,
        one_line,
        words::{Vocabulary, fold},
    },
    web::{Found, Hit, MOST_PAGE_BYTES, Page, Query, WebError},
};

/// Most pages that are read per item, and most that are tried where some cannot be read.
const MAX_PAGES: usize = 5;
const MAX_TRIES: usize = 8;
/// Most bytes that searches and pages may give together, after decompression; no page is begun that could exceed them.
const MOST_BYTES: u64 = 8 * 1024 * 1024;
/// After that time since the search began, no further page is begun. The step may take ten minutes.
const MOST_TIME: Duration = Duration::from_secs(4 * 60);
/// Longest text given to a model at once, in characters, and the most parts of one page.
const CHUNK: usize = 30_000;
const MAX_CHUNKS: usize = 4;
/// Longest fact, in characters, and the most facts.
const MAX_FACT: usize = 300;
const MAX_FACTS: usize = 40;
/// From here on a page counts as being about the person.
const ABOUT_PERSON: f64 = 0.5;

/// What the web says about the person: the second step's result.
#[derive(Debug, Default)]
pub(crate) struct Findings {
    /// The pages that were read and are about the person.
    pub urls: Vec<String>,
    /// What they say; `page` is an index into `urls`.
    pub facts: Vec<Fact>,
    /// What could not be read or was left out.
    pub warnings: Vec<String>,
    /// Why nobody should be sure of an e-mail to this person.
    pub doubts: Vec<String>,
    /// Whether a search provider is configured.
    pub searched: bool,
    /// The last page that could not be read although it may be readable later.
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
        findings.outage = Outage::behind(error).or(findings.outage.take());
    }
    if found.hits.is_empty() {
        findings.warnings.push("the search found no page".to_owned());
    }
    findings.read(&cost, distinct(found.hits), sources, parser, person)?;
    Ok(findings)
}

/// “Could not search” is not “found nothing”: without the provider no item can do better.
fn search_error(error: WebError) -> Error {
    Error::Surroundings { condition: search_condition(&error), detail: error.to_string() }
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
            record => record,
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
    /// Reads pages until there are enough, or they have cost enough.
    fn read(
        &mut self,
        cost: &Cost,
        hits: Vec<Hit>,
        sources: &dyn Sources,
        parser: &dyn Model,
        person: Person<'_>,
    ) -> Result<(), Error> {
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
                Ok(page) => self.add(&page, parser, person)?,
                Err((url, error)) => self.miss(url.as_str(), &error),
            }
        }
        if left_out > 0 {
            self.warnings.push(format!("{left_out} further addresses were not read: {limit}"));
        }
        Ok(())
    }

    fn miss(&mut self, url: &str, error: &WebError) {
        self.warnings.push(format!("could not read {url}: {error}"));
        self.outage = Outage::behind(error).or(self.outage.take());
    }

    /// Takes the facts of a page that is about the person.
    fn add(&mut self, page: &Page, parser: &dyn Model, person: Person<'_>) -> Result<(), Error> {
        self.warnings.extend(page.warnings.iter().map(|warning| format!("{}: {warning}", page.url)));
        let chunks = chunks(&page.text);
        if chunks.is_empty() {
            self.warnings.push(format!("{} holds no text", page.url));
            return Ok(());
        }
        if chunks.len() > MAX_CHUNKS {
            self.warnings.push(format!("only the first part of {} was used: it is very long", page.url));
        }
        let chunks = &chunks[..chunks.len().min(MAX_CHUNKS)];
        let mut about = false;
        let mut facts = Vec::new();
        for text in chunks {
            let task = FactsTask { person, title: &page.title, text };
            let answer = self.ask(&task, parser, &page.url)?;
            if answer.about_person < ABOUT_PERSON {
                continue;
            }
            about = true;
            if Builtin.suggests_death(&task) {
                self.doubts.push(format!("a page suggests that the recipient may have died: {}", page.url));
                facts.clear();
                break;
            }
            let known = Vocabulary::of(&[text, &page.title, person.name]);
            let usable = answer.facts.iter().filter_map(|fact| usable_fact(fact, &known, person));
            facts.extend(usable.take(MAX_FACTS - facts.len().min(MAX_FACTS)));
        }
        if about {
            self.keep(&page.url, facts);
        } else {
            self.warnings.push(format!("{} seems to be about somebody else", page.url));
        }
        Ok(())
    }

    fn ask(&mut self, task: &FactsTask<'_>, parser: &dyn Model, url: &str) -> Result<PageFacts, Error> {
        parser.facts(task).or_else(|error| {
            let message = bad_answer(error)?;
            self.warnings.push(format!("{url} was read without the model: {message}"));
            Ok(Builtin.read(task))
        })
    }

    fn keep(&mut self, url: &str, facts: Vec<String>) {
        let page = self.urls.len();
        self.urls.push(url.to_owned());
        for text in facts {
            let known = self.facts.iter().any(|fact| fold(&fact.text) == fold(&text));
            if !known && self.facts.len() < MAX_FACTS {
                self.facts.push(Fact { text, page });
            }
        }
    }
}

/// The fact in one line, or nothing if it is too long, suspicious, hurtful, or not what the page says.
fn usable_fact(fact: &str, known: &Vocabulary, person: Person<'_>) -> Option<String> {
    // Checked before the line is made, which would drop such characters in silence.
    let hides_something = fact.trim().lines().any(holds_invisible);
    let fact = one_line(fact);
    let fits = !hides_something && !fact.is_empty() && fact.chars().count() <= MAX_FACT;
    let is_sound = fits && is_clean(&fact) && !is_imperative(&fact) && !holds_blame(&fact, person.interest);
    (is_sound && known.supports(&fact)).then_some(fact)
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
#[path = "web_scraper_tests.rs"]
mod tests;
