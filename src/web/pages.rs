//! Reads one page: every hop judged by the guard and by the site's own rules, types and sizes bounded.
use std::{
    cell::Cell,
    io::{self, Read},
    time::{Duration, Instant},
};

use robotxt::Robots;
use ureq::{
    Agent, Body,
    http::{Response, StatusCode, header},
};
use url::Url;

use super::{
    Page, WebError, client,
    guard::{Guard, GuardedResolver, Refused},
    html::{essence, text_of},
    robots::{self, Rulebook},
    turns::{LONGEST_WAIT, Turns},
};
use crate::liveness;

/// The most redirects that are followed.
const MOST_REDIRECTS: usize = 5;
/// The most one request may take; after that time no further redirect is followed either.
pub(super) const WHOLE_CALL: Duration = Duration::from_secs(20);

/// The client for pages.
#[derive(Debug)]
pub(super) struct Pages {
    agent: Agent,
    guard: Guard,
    whole_call: Duration,
    turns: Turns,
    rulebook: Rulebook,
    bytes_read: Cell<u64>,
}

impl Pages {
    /// A client that goes nowhere the guard forbids, asks a host once in an interval, and waits for each answer so
    /// long at most.
    pub(super) fn new(guard: Guard, interval: Duration, whole_call: Duration, user_agent: &str) -> Pages {
        Pages {
            agent: client::agent(GuardedResolver::new(guard.clone()), whole_call, user_agent),
            guard,
            whole_call,
            turns: Turns::new(interval),
            rulebook: Rulebook::default(),
            bytes_read: Cell::new(0),
        }
    }

    /// How many bytes of pages and rules were read so far, after decompression.
    pub(super) fn bytes_read(&self) -> u64 {
        self.bytes_read.get()
    }

    /// Reads the page at the address; once more where its host asks for a moment of patience.
    ///
    /// # Errors
    /// Every kind of [`WebError`] but those about keys and quotas.
    pub(super) fn read(&self, address: &str) -> Result<Page, WebError> {
        let no_url =
            |e| WebError::Forbidden(client::message(&format!("\"{address}\" is no web address: {e}")));
        let url = Url::parse(address).map_err(no_url)?;
        match self.page_at(&url) {
            Err(WebError::Busy { retry_after: Some(wait), .. }) if wait <= LONGEST_WAIT => self.page_at(&url),
            outcome => outcome,
        }
    }

    fn page_at(&self, url: &Url) -> Result<Page, WebError> {
        let mut url = url.clone();
        let started = Instant::now();
        for _ in 0..=MOST_REDIRECTS {
            let response = self.get_if_allowed(&url)?;
            let Some(next) = redirect(&url, &response)? else { return self.page(url, response) };
            stays_safe(&url, &next)?;
            self.check_time(started, &url)?;
            url = next;
        }
        Err(WebError::Failed(format!("{} redirects more than {MOST_REDIRECTS} times", host(&url))))
    }

    fn get_if_allowed(&self, url: &Url) -> Result<Response<Body>, WebError> {
        // First: a site that must not be asked for a page must not be asked for its rules either.
        self.judge(url)?;
        let delay = self.rulebook.judge(url, |address| self.robots(address))?;
        let response = self.get(url);
        self.turns.put_off(host(url), delay);
        response
    }

    /// The rules of a site; whatever redirects lead to, they are those of this site (RFC 9309 § 2.3.1.2).
    fn robots(&self, mut url: Url) -> Result<Robots, WebError> {
        let started = Instant::now();
        for _ in 0..=MOST_REDIRECTS {
            let response = self.get(&url)?;
            match redirect(&url, &response) {
                Ok(None) => return self.rules(host(&url), response),
                Ok(Some(next)) => {
                    self.check_time(started, &url)?;
                    url = next;
                }
                Err(_) => break,
            }
        }
        Ok(Robots::allow_all())
    }

    fn get(&self, url: &Url) -> Result<Response<Body>, WebError> {
        self.judge(url)?;
        let host = host(url);
        self.turns.take(host).map_err(|wait| client::not_its_turn(host, wait))?;
        let request = self
            .agent
            .get(url.as_str())
            .header(header::ACCEPT, "text/html, application/xhtml+xml, text/plain;q=0.8");
        let _wait = liveness::waits(self.whole_call);
        let response = request.call().map_err(|error| client::failure(host, error))?;
        if let Some(WebError::Busy { retry_after: Some(wait), .. }) = client::refusal(host, &response) {
            self.turns.put_off(host, wait);
        }
        Ok(response)
    }

    fn judge(&self, url: &Url) -> Result<(), WebError> {
        let forbidden = |refused: Refused| WebError::Forbidden(client::message(&refused.to_string()));
        self.guard.judge_url(url).map_err(forbidden)
    }

    /// No such file means no rules (RFC 9309 § 2.3.1.3).
    fn rules(&self, host: &str, response: Response<Body>) -> Result<Robots, WebError> {
        match client::refusal(host, &response) {
            None => {
                robots::parse(self.metered(response)).map_err(|error| client::failure(host, error.into()))
            }
            Some(WebError::Failed(_)) => Ok(Robots::allow_all()),
            Some(busy) => Err(busy),
        }
    }

    fn page(&self, url: Url, response: Response<Body>) -> Result<Page, WebError> {
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
        let text = text_of(self.metered(response), content_type.as_deref())
            .map_err(|error| client::failure(host(&url), error.into()))?;
        Ok(Page { url: url.into(), title: text.title, text: text.text, warnings: text.warnings })
    }

    fn metered(&self, response: Response<Body>) -> impl Read {
        Metered { body: response.into_body().into_reader(), bytes: &self.bytes_read }
    }

    fn check_time(&self, started: Instant, url: &Url) -> Result<(), WebError> {
        match started.elapsed() > self.whole_call {
            true => Err(WebError::Unreachable(format!("{} did not answer in time", host(url)))),
            false => Ok(()),
        }
    }
}

/// A body that counts what is read of it.
struct Metered<'a, R> {
    body: R,
    bytes: &'a Cell<u64>,
}

impl<R: Read> Read for Metered<'_, R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.body.read(buffer)?;
        self.bytes.set(self.bytes.get() + read as u64);
        Ok(read)
    }
}

fn host(url: &Url) -> &str {
    url.host_str().unwrap_or_default()
}

/// Refuses to leave TLS. Browsers follow (RFC 9110 has nothing against it), but before them sits somebody who sees it.
fn stays_safe(from: &Url, to: &Url) -> Result<(), WebError> {
    if (from.scheme(), to.scheme()) == ("https", "http") {
        let text = format!("{} leads from https to http, where anybody could answer", host(from));
        return Err(WebError::Forbidden(client::message(&text)));
    }
    Ok(())
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

#[cfg(test)]
#[path = "pages_tests.rs"]
mod tests;
