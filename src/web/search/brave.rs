//! Brave Search (<https://api-dashboard.search.brave.com/documentation>): an index of its own, with a key.
use serde::{Deserialize, de::IgnoredAny};

use super::{Client, Found, Hit, Provider, Query, address, client::Answer, each_term, list, web_address};
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
            let found: Results = client.get(&url, &headers, judge)?.json()?;
            let results = found.web.map(|web| web.results).unwrap_or_default();
            Ok(results.iter().filter_map(|result| web_address(&result.url)).map(Hit::Address).collect())
        })
    }
}

/// A key that is wrong is a 422 like a question that is; a spent month is a 429 like a second that was.
fn judge(answer: &Answer) -> Option<WebError> {
    let error = &answer.value()["error"];
    let code = error["code"].as_str().unwrap_or_default();
    match answer.status.as_u16() {
        401 | 403 => Some(answer.key_refused("BRAVE_API_KEY")),
        422 if code == "SUBSCRIPTION_TOKEN_INVALID" => Some(answer.key_refused("BRAVE_API_KEY")),
        402 => Some(answer.quota_spent("the plan's searches are used up")),
        429 => {
            let number = |name: &str| error["meta"][name].as_u64();
            match (number("quota_current"), number("quota_limit")) {
                (Some(current), Some(limit)) if current >= limit && limit > 0 => {
                    Some(answer.quota_spent("the plan's searches are used up"))
                }
                _ => answer.refusal(),
            }
        }
        _ => answer.refusal(),
    }
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
