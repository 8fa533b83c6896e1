//! Brave Search (<https://api-dashboard.search.brave.com/documentation>): an index of its own, with a key.
use serde::{Deserialize, de::IgnoredAny};

use super::{
    Client, Found, Hit, Provider, Query, address, client::Answer, each_term, lenient, list, web_address,
};
use crate::{config::KeyedService, web::WebError};

/// Brave, with its key.
#[derive(Debug)]
pub(super) struct Brave {
    pub service: KeyedService,
}

impl Provider for Brave {
    fn name(&self) -> String {
        format!("Brave Search at {}", self.service.base)
    }

    fn search(&self, client: &Client, query: &Query<'_>) -> Result<Found, WebError> {
        let headers = [("X-Subscription-Token", self.service.key.expose())];
        each_term(query, |term| {
            let url = address(&self.service.base, "/res/v1/web/search", &[("q", term), ("count", "10")]);
            hits(&client.get(&url, &headers, judge)?)
        })
    }
}

/// A key that is wrong is a 422 like a question that is; a spent month is a 429 like a second that was.
pub(super) fn judge(answer: &Answer) -> Option<WebError> {
    if answer.status.is_success() {
        return None;
    }
    let Complaint { code, meta } = answer.json::<Refusal>().unwrap_or_default().error;
    match answer.status.as_u16() {
        401 | 403 => Some(answer.key_refused("BRAVE_API_KEY")),
        422 if code == "SUBSCRIPTION_TOKEN_INVALID" => Some(answer.key_refused("BRAVE_API_KEY")),
        402 => Some(answer.quota_spent("the plan's searches are used up")),
        429 => {
            let is_spent = meta.quota_limit > 0 && meta.quota_current >= meta.quota_limit;
            match is_spent {
                true => Some(answer.quota_spent("the plan's searches are used up")),
                false => answer.refusal(),
            }
        }
        _ => answer.refusal(),
    }
}

/// The addresses that were found.
pub(super) fn hits(answer: &Answer) -> Result<Vec<Hit>, WebError> {
    let found: Results = answer.json()?;
    let results = found.web.map(|web| web.results).unwrap_or_default();
    Ok(results.iter().filter_map(|result| web_address(&result.url)).map(Hit::Address).collect())
}

#[derive(Deserialize, Default)]
struct Refusal {
    #[serde(default, deserialize_with = "lenient")]
    error: Complaint,
}

#[derive(Deserialize, Default)]
#[serde(default)]
struct Complaint {
    #[serde(deserialize_with = "lenient")]
    code: String,
    #[serde(deserialize_with = "lenient")]
    meta: Plan,
}

/// What the plan allows, and what was used; 0 where it is not told.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Plan {
    #[serde(deserialize_with = "lenient")]
    quota_current: u64,
    #[serde(deserialize_with = "lenient")]
    quota_limit: u64,
}

/// Without a find, `web` is missing or null; `query` is there in any case.
#[derive(Deserialize)]
struct Results {
    #[serde(rename = "query")]
    _query: IgnoredAny,
    web: Option<Web>,
}

#[derive(Deserialize)]
struct Web {
    #[serde(deserialize_with = "list")]
    results: Vec<WebResult>,
}

/// Only the address: title and excerpt are Brave's words, not the page's.
#[derive(Deserialize)]
struct WebResult {
    url: String,
}
