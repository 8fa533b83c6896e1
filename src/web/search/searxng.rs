//! Search through a SearXNG server (<https://docs.searxng.org/dev/search_api.html>).
//!
//! Answers differ between its versions, so only what is needed is looked at. An empty answer is believed only where
//! no engine says that it failed: "could not search" is not "found nothing".
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::{
    Client, Found, Hit, Provider, Query, address, client::Answer, each_term, lenient_list, web_address,
};
use crate::web::{WebError, client};

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

fn judge(answer: &Answer) -> Option<WebError> {
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
    results: Vec<WebResult>,
    #[serde(default, deserialize_with = "lenient_list")]
    unresponsive_engines: Vec<Value>,
}

/// A result, of which only the address is needed: titles and excerpts are the provider's words, not the page's.
#[derive(Deserialize, Default)]
#[serde(default)]
struct WebResult {
    #[serde(deserialize_with = "super::lenient")]
    url: String,
}

fn hits(answer: &Answer) -> Result<Vec<Hit>, WebError> {
    let found: Results = answer.json()?;
    if found.results.is_empty() && !found.unresponsive_engines.is_empty() {
        let engines: Vec<_> = found.unresponsive_engines.iter().map(engine).collect();
        let text = format!("{} could not search: {}", answer.host, engines.join(", "));
        return Err(WebError::Failed(client::message(&text)));
    }
    Ok(found.results.iter().filter_map(|result| web_address(&result.url)).map(Hit::Address).collect())
}

/// A pair of name and reason; in old versions a name.
fn engine(engine: &Value) -> String {
    let text = |at: usize| engine.get(at).and_then(Value::as_str);
    match (engine.as_str().or(text(0)), text(1)) {
        (Some(name), Some(reason)) => format!("{name} ({reason})"),
        (Some(name), None) => name.to_owned(),
        (None, _) => "an engine".to_owned(),
    }
}
