//! Example Search (<https://search.example/docs>): why somebody would want it.
use serde::Deserialize;

use super::{Client, Found, Hit, Provider, Query, address, client::Answer, each_term, list, web_address};
use crate::{config::KeyedService, web::WebError};

/// Example Search, with its key.
#[derive(Debug)]
pub(super) struct Example {
    pub service: KeyedService,
}

impl Provider for Example {
    fn name(&self) -> String {
        format!("Example Search at {}", self.service.base)
    }

    fn search(&self, client: &Client, query: &Query<'_>) -> Result<Found, WebError> {
        let headers = [("x-key", self.service.key.expose())];
        each_term(query, |term| {
            let url = address(&self.service.base, "/v1/search", &[("q", term)]);
            hits(&client.get(&url, &headers, judge)?)
        })
    }
}

/// What an answer means that is no success. The rest is the same for everybody: 400, 413, 414, 422 and 431 are about the
/// words, 429 and 5xx are busy, others fail.
pub(super) fn judge(answer: &Answer) -> Option<WebError> {
    match answer.status.as_u16() {
        401 => Some(answer.key_refused("EXAMPLE_API_KEY")),
        402 => Some(answer.quota_spent("the month's searches are used up")),
        _ => answer.refusal(),
    }
}

/// What a success says.
pub(super) fn hits(answer: &Answer) -> Result<Vec<Hit>, WebError> {
    let found: Results = answer.json()?;
    Ok(found.hits.iter().filter_map(|hit| web_address(&hit.link)).map(Hit::Address).collect())
}

#[derive(Deserialize)]
struct Results {
    #[serde(deserialize_with = "list")]
    hits: Vec<Link>,
}

#[derive(Deserialize)]
struct Link {
    link: String,
}
