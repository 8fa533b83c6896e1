//! Reads one page: every hop judged by the guard, types and sizes bounded.
use std::time::{Duration, Instant};

use ureq::{
    Agent, Body,
    http::{Response, StatusCode, header},
};
use url::Url;

use super::{
    Page, WebError, client,
    guard::{Guard, GuardedResolver, Refused},
    html::{essence, text_of},
};

/// The most redirects that are followed.
const MOST_REDIRECTS: usize = 5;
/// The most one request may take; after that time no further redirect is followed either.
const WHOLE_CALL: Duration = Duration::from_secs(20);

/// The client for pages.
#[derive(Debug)]
pub(super) struct Pages {
    agent: Agent,
    guard: Guard,
}

impl Pages {
    /// A client that goes nowhere the guard forbids.
    pub(super) fn new(guard: Guard) -> Pages {
        Pages { agent: client::agent(GuardedResolver::new(guard.clone()), WHOLE_CALL), guard }
    }

    /// Reads the page at the address.
    ///
    /// # Errors
    /// Every kind of [`WebError`].
    pub(super) fn read(&self, address: &str) -> Result<Page, WebError> {
        let no_url =
            |e| WebError::Forbidden(client::message(&format!("\"{address}\" is no web address: {e}")));
        let mut url = Url::parse(address).map_err(no_url)?;
        let started = Instant::now();
        for _ in 0..=MOST_REDIRECTS {
            let response = self.get(&url)?;
            match redirect(&url, &response)? {
                None => return page(url, response),
                Some(next) => url = next,
            }
            if started.elapsed() > WHOLE_CALL {
                return Err(WebError::Unreachable(format!("{} did not answer in time", host(&url))));
            }
        }
        Err(WebError::Failed(format!("{} redirects more than {MOST_REDIRECTS} times", host(&url))))
    }

    fn get(&self, url: &Url) -> Result<Response<Body>, WebError> {
        let forbidden = |refused: Refused| WebError::Forbidden(client::message(&refused.to_string()));
        self.guard.judge_url(url).map_err(forbidden)?;
        self.agent
            .get(url.as_str())
            .header(header::ACCEPT, "text/html, application/xhtml+xml, text/plain;q=0.8")
            .call()
            .map_err(|error| client::failure(host(url), error))
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// Where the answer sends us, if it does.
fn redirect(url: &Url, response: &Response<Body>) -> Result<Option<Url>, WebError> {
    if !matches!(response.status().as_u16(), 301 | 302 | 303 | 307 | 308) {
        return Ok(None);
    }
    let location = client::header_text(response, header::LOCATION);
    match location.and_then(|location| url.join(location).ok()) {
        Some(next) => Ok(Some(next)),
        None => Err(WebError::Failed(format!("{} redirects to nowhere", host(url)))),
    }
}

fn page(url: Url, response: Response<Body>) -> Result<Page, WebError> {
    if let Some(refusal) = client::refusal(host(&url), &response) {
        return Err(refusal);
    }
    if response.status() == StatusCode::NO_CONTENT {
        return Err(WebError::Failed(format!("{} answered without a page", host(&url))));
    }
    let content_type = client::header_text(&response, header::CONTENT_TYPE).map(str::to_owned);
    if let Some(kind) = content_type.as_deref().map(essence)
        && !matches!(kind.as_str(), "text/html" | "application/xhtml+xml" | "text/plain")
    {
        return Err(WebError::Failed(client::message(&format!("a page of type {kind} is not read"))));
    }
    // ureq takes this header away where it decompresses; what remains was not asked for and cannot be read.
    if let Some(encoding) = client::header_text(&response, header::CONTENT_ENCODING)
        && !encoding.trim().eq_ignore_ascii_case("identity")
    {
        return Err(WebError::Unreadable(client::message(&format!("the page is encoded as {encoding}"))));
    }
    let text = text_of(response.into_body().into_reader(), content_type.as_deref())
        .map_err(|error| client::failure(host(&url), error.into()))?;
    Ok(Page { url: url.into(), title: text.title, text: text.text, warnings: text.warnings })
}

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
