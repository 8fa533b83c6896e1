//! Search: who is asked, and what all providers share. A provider is one file here and one line in [`provider`];
//! `docs/search-providers.md` has an example.
//!
//! “Could not search” is not “found nothing”: an answer is believed empty only where nothing went wrong.
mod brave;
mod client;
mod crossref;
mod exa;
mod open;
mod openalex;
mod searxng;
#[cfg(test)]
mod tests;
mod wikipedia;

use std::fmt;

pub(super) use client::Client;
use serde::{Deserialize, Deserializer, de::DeserializeOwned};
use serde_json::Value;
use url::Url;

use super::{Page, WebError};
use crate::{
    config::{SearchProvider, WebSettings},
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
    /// Who of several did not answer, while others did.
    pub failures: Vec<WebError>,
}

/// One way to search.
pub(super) trait Provider: fmt::Debug + Send {
    /// Who answers, for people.
    fn name(&self) -> String;

    /// Asks.
    ///
    /// # Errors
    /// Every kind of [`WebError`] but `Forbidden`. That nothing was found is no error.
    fn search(&self, client: &Client, query: &Query<'_>) -> Result<Found, WebError>;
}

/// The provider that the settings name.
pub(super) fn provider(settings: &WebSettings) -> Option<Box<dyn Provider>> {
    Some(match settings.search.clone() {
        SearchProvider::None => return None,
        SearchProvider::Open { openalex, openalex_key, crossref, wikipedia } => {
            Box::new(open::Open::new(openalex, openalex_key, crossref, wikipedia, settings.contact.clone()))
        }
        SearchProvider::Searxng(base) => Box::new(searxng::Searxng { base }),
        SearchProvider::Exa(service) => Box::new(exa::Exa { service }),
        SearchProvider::Brave(service) => Box::new(brave::Brave { service }),
    })
}

/// The hits of all terms, for a provider that searches for words.
fn each_term(query: &Query<'_>, ask: impl Fn(&str) -> Result<Vec<Hit>, WebError>) -> Result<Found, WebError> {
    let mut found = Found::default();
    for term in query.terms {
        found.hits.extend(ask(term)?.into_iter().take(MOST_HITS));
    }
    Ok(found)
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

/// Takes what has another form than expected, and null, as absent: answers differ between versions.
fn lenient<'de, D: Deserializer<'de>, T: DeserializeOwned + Default>(value: D) -> Result<T, D::Error> {
    Ok(serde_json::from_value(Value::deserialize(value)?).unwrap_or_default())
}

/// The members of a list that have the form that is expected; what is no list is an error.
fn list<'de, D: Deserializer<'de>, T: DeserializeOwned>(value: D) -> Result<Vec<T>, D::Error> {
    let members = Vec::<Value>::deserialize(value)?;
    Ok(members.into_iter().filter_map(|member| serde_json::from_value(member).ok()).collect())
}

/// The same where the list is not what was asked for, and may be missing or null.
fn lenient_list<'de, D: Deserializer<'de>, T: DeserializeOwned>(value: D) -> Result<Vec<T>, D::Error> {
    Ok(list(Value::deserialize(value)?).unwrap_or_default())
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
