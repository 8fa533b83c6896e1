//! Exa (<https://exa.ai/docs>): search and contents in one question, with a key. Where Exa has a page's text, the page
//! is not asked again.
use serde::Deserialize;
use serde_json::json;

use super::{
    Client, Found, Hit, Provider, Query, address, client::Answer, each_term, lenient, list, plain, record,
    web_address,
};
use crate::{config::KeyedService, web::WebError};

/// The most characters of one page.
const MOST_CHARACTERS: usize = 30_000;

/// Exa, with its key.
#[derive(Debug)]
pub(super) struct Exa {
    pub service: KeyedService,
}

impl Provider for Exa {
    fn name(&self) -> String {
        format!("Exa at {}", self.service.base)
    }

    fn search(&self, client: &Client, query: &Query<'_>) -> Result<Found, WebError> {
        let url = address(&self.service.base, "/search", &[]);
        let headers = [("x-api-key", self.service.key.expose())];
        each_term(query, |term| {
            let question = json!({
                "query": term,
                "type": "auto",
                "numResults": super::MOST_HITS,
                "contents": {"text": {"maxCharacters": MOST_CHARACTERS}},
            });
            hits(&client.post(&url, &headers, &question, judge)?)
        })
    }
}

pub(super) fn judge(answer: &Answer) -> Option<WebError> {
    match answer.status.as_u16() {
        401 => Some(answer.key_refused("EXA_API_KEY")),
        // NO_MORE_CREDITS, API_KEY_BUDGET_EXCEEDED
        402 => Some(answer.quota_spent("the credit, or the budget of the key, is used up")),
        _ => answer.refusal(),
    }
}

/// The pages that were found, with their texts.
pub(super) fn hits(answer: &Answer) -> Result<Vec<Hit>, WebError> {
    Ok(answer.json::<Results>()?.results.into_iter().filter_map(hit).collect())
}

#[derive(Deserialize)]
struct Results {
    #[serde(deserialize_with = "list")]
    results: Vec<Page>,
}

#[derive(Deserialize)]
struct Page {
    url: String,
    #[serde(default, deserialize_with = "lenient")]
    title: String,
    #[serde(default, deserialize_with = "lenient")]
    text: String,
}

fn hit(page: Page) -> Option<Hit> {
    let url = web_address(&page.url)?;
    let text = page.text.trim();
    Some(match text.is_empty() {
        true => Hit::Address(url),
        false => {
            let text = text.chars().take(MOST_CHARACTERS).collect();
            Hit::Record(record(url, plain(&page.title), vec![text], "Exa"))
        }
    })
}
