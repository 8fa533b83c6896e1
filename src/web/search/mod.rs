//! Search: who is asked, and what all providers share. A provider is one file here and a line in
//! each of two tables; `docs/search-providers.md` has an example.
//!
//! “Could not search” is not “found nothing”: an answer is believed empty only where nothing went wrong.
mod brave;
mod client;
mod crossref;
mod exa;
#[cfg(test)]
mod example;
#[cfg(test)]
pub(super) mod fuzz_targets;
mod lenient;
mod open;
mod openalex;
mod searxng;
#[cfg(test)]
mod tests;
mod wikipedia;

use std::fmt;

pub(super) use client::Client;
use lenient::{lenient, lenient_list, list};
use url::Url;

use super::{Page, WebError, client as http};
use crate::{
    config::{KeyedService, SearchProvider, WebSettings},
    text::one_short_line,
};

/// The most hits of one search.
const MOST_HITS: usize = 10;

/// Whom to search for.
#[derive(Debug, Clone, Copy)]
pub struct Query<'a> {
    /// The person's name without titles.
    pub name: &'a str,
    /// What they work on.
    pub interest: &'a str,
    /// Searches in words, most specific first.
    pub terms: &'a [String],
}

/// Something a search found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Hit {
    /// A page that is still to be read.
    Address(Url),
    /// A text that the provider itself has, with the address that shows it; a warning on it says so.
    Record(Page),
}

/// What a search found.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Found {
    /// Best first.
    pub hits: Vec<Hit>,
    /// What was not answered while something else was, and what was refused because of its words.
    pub failures: Vec<WebError>,
}

/// One way to search.
pub(super) trait Provider: fmt::Debug + Send {
    /// Who answers, for people.
    fn name(&self) -> String;

    /// Asks.
    ///
    /// # Errors
    /// Every kind of [`WebError`] but `Forbidden` and `QuestionRefused`. That nothing was found is no error.
    fn search(&self, client: &Client, query: &Query<'_>) -> Result<Found, WebError>;

    /// Asks everybody who would be asked about somebody whom everybody knows.
    fn probe(&self, client: &Client) -> Vec<Probe> {
        let outcome = known(|query| self.search(client, query)).and_then(|mut found| {
            match (found.hits.len(), found.failures.pop()) {
                (0, Some(error)) => Err(error),
                (hits, _) => Ok(hits),
            }
        });
        vec![Probe { who: self.name(), outcome }]
    }
}

/// What became of one small question.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Probe {
    /// Who was asked, for people.
    pub who: String,
    /// How much was found.
    pub outcome: Result<usize, WebError>,
}

/// The provider that the settings name.
pub(super) fn provider(settings: &WebSettings) -> Option<Box<dyn Provider>> {
    Some(match settings.search.clone() {
        SearchProvider::None => return None,
        SearchProvider::Open { openalex, openalex_key, crossref, wikipedia } => {
            Box::new(open::Open::new(openalex, openalex_key, crossref, wikipedia, settings.contact.clone()))
        }
        SearchProvider::Searxng(base) => Box::new(searxng::Searxng { base }),
        SearchProvider::Keyed(name, service) => {
            let (_, make) = KEYED.iter().find(|(known, _)| *known == name)?;
            make(service)
        }
    })
}

type Make = fn(KeyedService) -> Box<dyn Provider>;

/// The providers that need a key and nothing else, by their names in the settings (`config::KEYED_PROVIDERS`; a test holds
/// the two tables together).
const KEYED: &[(&str, Make)] = &[
    ("exa", |service| Box::new(exa::Exa { service })),
    ("brave", |service| Box::new(brave::Brave { service })),
];

/// Asks the provider. Where it refuses every question about this person, it is asked about somebody whom everybody knows:
/// if it refuses that as well, it can be used for nobody.
///
/// # Errors
/// Every kind of [`WebError`] but `Forbidden` and `QuestionRefused`.
pub(super) fn search(provider: &dyn Provider, client: &Client, query: &Query<'_>) -> Result<Found, WebError> {
    let found = provider.search(client, query)?;
    if found.is_refused() {
        let known = known(|query| provider.search(client, query))?;
        if let (true, Some(refusal)) = (known.is_refused(), known.failures.first()) {
            let text = format!("{refusal}, as it does with every other question");
            return Err(WebError::Failed(http::message(&text)));
        }
    }
    Ok(found)
}

/// Asks about somebody whom everybody knows.
fn known<T>(ask: impl FnOnce(&Query<'_>) -> T) -> T {
    let terms = ["university research".to_owned()];
    ask(&Query { name: "Albert Einstein", interest: "physics", terms: &terms })
}

impl Found {
    /// What was found; where that is nothing, and not because of what was asked, why.
    fn or_failure(mut self) -> Result<Found, WebError> {
        let other = |error: &WebError| !matches!(error, WebError::QuestionRefused(_));
        match self.failures.iter().position(other) {
            Some(at) if self.hits.is_empty() => Err(self.failures.swap_remove(at)),
            _ => Ok(self),
        }
    }

    fn is_refused(&self) -> bool {
        self.hits.is_empty() && !self.failures.is_empty()
    }
}

/// The hits of all terms, for a provider that searches for words. What one term found is kept when another fails.
fn each_term(query: &Query<'_>, ask: impl Fn(&str) -> Result<Vec<Hit>, WebError>) -> Result<Found, WebError> {
    let mut found = Found::default();
    for term in query.terms {
        match ask(term) {
            Ok(hits) => found.hits.extend(hits.into_iter().take(MOST_HITS)),
            Err(error) => {
                // These answers may be about the one term; after all others, the next would be in vain.
                let goes_on = matches!(
                    error,
                    WebError::QuestionRefused(_) | WebError::Failed(_) | WebError::Unreadable(_)
                );
                found.failures.push(error);
                if !goes_on {
                    break;
                }
            }
        }
    }
    found.or_failure()
}

/// The words of a text that anybody typed, without what query languages give a meaning to, as many as fit.
fn words(text: &str, most_chars: usize) -> String {
    let is_plain = |c: char| c.is_alphanumeric() || "'’-.".contains(c);
    let plain: String = text.chars().map(|c| if is_plain(c) { c } else { ' ' }).collect();
    let mut words = String::new();
    for word in plain.split_whitespace() {
        let word = word.trim_matches(['\'', '’', '-']);
        let is_operator = matches!(word, "AND" | "OR" | "NOT" | "NEAR");
        let chars = words.chars().count() + 1 + word.chars().count();
        if word.is_empty() || is_operator {
            continue;
        }
        if chars > most_chars {
            break;
        }
        if !words.is_empty() {
            words.push(' ');
        }
        words.push_str(word);
    }
    words
}

/// The base address with a path behind its own, and a query.
fn address(base: &Url, path: &str, parameters: &[(&str, &str)]) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}{path}", base.path().trim_end_matches('/')));
    url.set_query(None);
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    url
}

fn host(base: &Url) -> &str {
    base.host_str().unwrap_or_default()
}

/// An address that leads to a page.
fn web_address(text: &str) -> Option<Url> {
    Url::parse(text).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

/// A text of an index in one line, without the markup that titles come with (`<i>`, `&amp;`).
fn plain(text: &str) -> String {
    let mut plain = String::new();
    let mut rest = text;
    while let Some((before, tag)) = rest.split_once('<') {
        plain.push_str(before);
        let is_tag = tag.starts_with(|c: char| c.is_ascii_alphabetic() || c == '/');
        rest = match tag.split_once('>') {
            Some((_, after)) if is_tag => after,
            _ => {
                plain.push('<');
                tag
            }
        };
    }
    plain.push_str(rest);
    one_short_line(&htmlize::unescape(&plain), 200)
}

/// The word for a kind of work. Only a whole book is called one: what is called a book is praised as one.
fn work_kind(kind: &str) -> &'static str {
    match kind {
        "book" | "monograph" => "book",
        "journal-article" | "article" => "article",
        "posted-content" | "preprint" => "preprint",
        "dissertation" => "dissertation",
        "dataset" => "data set",
        _ => "work",
    }
}

/// A page made of what an index knows.
fn record(url: Url, title: String, lines: Vec<String>, index: &str) -> Page {
    let warnings = vec![format!("this is what {index} says; the page itself was not opened")];
    Page { url: url.into(), title, text: lines.join("\n"), warnings }
}
