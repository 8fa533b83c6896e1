//! Search through a SearXNG server (<https://docs.searxng.org/dev/search_api.html>).
//!
//! Answers differ between its versions, so only what is needed is looked at. An empty answer is believed only where
//! no engine says that it failed: "could not search" is not "found nothing".
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::{
    Client, Found, Hit, Provider, Query, address, client::Answer, each_term, lenient_list, list, web_address,
};
use crate::web::{WebError, client};

/// The most engines that are named in an error.
const MOST_ENGINES: usize = 8;

/// A server, by its base address.
#[derive(Debug)]
pub(super) struct Searxng {
    pub base: Url,
}

impl Provider for Searxng {
    fn name(&self) -> String {
        format!("SearXNG at {}", self.base)
    }

    fn search(&self, client: &Client, query: &Query<'_>) -> Result<Found, WebError> {
        each_term(query, |term| {
            let parameters = [("q", term), ("format", "json"), ("language", "en"), ("categories", "general")];
            hits(&client.get(&address(&self.base, "/search", &parameters), &[], judge)?)
        })
    }
}

pub(super) fn judge(answer: &Answer) -> Option<WebError> {
    match answer.status.as_u16() {
        403 => {
            let why =
                "answered 403 Forbidden: JSON must be enabled under `search: formats` in its settings.yml";
            Some(answer.failed(why))
        }
        _ => answer.refusal(),
    }
}

#[derive(Deserialize)]
struct Results {
    #[serde(deserialize_with = "list")]
    results: Vec<WebResult>,
    #[serde(default, deserialize_with = "lenient_list")]
    unresponsive_engines: Vec<Box<RawValue>>,
}

/// A result, of which only the address is needed: titles and excerpts are the provider's words, not the page's.
#[derive(Deserialize, Default)]
#[serde(default)]
struct WebResult {
    #[serde(deserialize_with = "super::lenient")]
    url: String,
}

/// The addresses that were found.
pub(super) fn hits(answer: &Answer) -> Result<Vec<Hit>, WebError> {
    let found: Results = answer.json()?;
    if found.results.is_empty() && !found.unresponsive_engines.is_empty() {
        let engines = found.unresponsive_engines.iter().take(MOST_ENGINES);
        let engines: Vec<_> = engines.map(|engine| self::engine(engine.get())).collect();
        let text = format!("{} could not search: {}", answer.host, engines.join(", "));
        return Err(WebError::Failed(client::message(&text)));
    }
    Ok(found.results.iter().filter_map(|result| web_address(&result.url)).map(Hit::Address).collect())
}

/// A pair of name and reason; in old versions a name.
fn engine(json: &str) -> String {
    let pair = serde_json::from_str::<(String, String)>(json).map(|(name, why)| format!("{name} ({why})"));
    let name = || serde_json::from_str::<(String,)>(json).map(|(name,)| name);
    pair.or_else(|_| name()).or_else(|_| serde_json::from_str(json)).unwrap_or("an engine".to_owned())
}
