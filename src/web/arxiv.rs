//! Papers by an author, from arXiv's API (<https://info.arxiv.org/help/api/user-manual.html>).
//!
//! arXiv asks for at most one request in three seconds and one connection at a time
//! (<https://info.arxiv.org/help/api/tou.html>), counted from the start of the program, so that a restart in a loop
//! does not break the rule. When it refuses, nobody asks again before it may be asked; what it said is kept for a day.
mod cache;
pub(super) mod latex;
mod query;
mod turn;

use std::{
    io::{BufReader, Read},
    time::{Duration, Instant},
};

use cache::Cache;
pub use query::PaperQuery;
use turn::Turn;
use ureq::{Agent, http::header};
use url::Url;

use super::{
    Paper, SERVICE_CALL, WebError,
    atom::{self, Feed},
    client,
};
use crate::liveness;

/// Twenty-five papers of a large collaboration, with thousands of authors each, take five.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// The most requests that one question takes.
pub(super) const MOST_REQUESTS: u32 = 2;

/// What is needed to ask arXiv: the address, when it may be asked, and what it answered.
#[derive(Debug)]
pub(super) struct Arxiv {
    base: Url,
    turn: Turn,
    cache: Cache,
    clock: fn() -> Instant,
}

impl Arxiv {
    /// The API at the base address, which must not be asked more often than the interval says.
    pub(super) fn new(base: Url, interval: Duration) -> Arxiv {
        Arxiv::with_clock(base, interval, Instant::now)
    }

    fn with_clock(base: Url, interval: Duration, clock: fn() -> Instant) -> Arxiv {
        Arxiv { base, turn: Turn::new(interval, clock()), cache: Cache::default(), clock }
    }

    /// The papers as arXiv knows them, 25 at most; those of a question that was answered within a day, as they were then.
    /// A name is only text to arXiv: the papers of everybody with this name come.
    ///
    /// # Errors
    /// Every kind of [`WebError`]; `Forbidden` for a name without letters, `Busy` with the time for which arXiv is left
    /// alone, without a request where it is known.
    pub(super) fn papers(&self, agent: &Agent, query: PaperQuery<'_>) -> Result<Vec<Paper>, WebError> {
        let url = query
            .url(&self.base)
            .ok_or_else(|| WebError::Forbidden("there is no author's name to ask arXiv for".to_owned()))?;
        if let Some(papers) = self.cache.get(url.as_str(), (self.clock)()) {
            return Ok(papers);
        }
        for _ in 0..MOST_REQUESTS {
            let feed = self.ask(agent, &url)?;
            if !feed.is_hollow() {
                self.cache.put(url.as_str(), &feed.papers, (self.clock)());
                return Ok(feed.papers);
            }
        }
        let message = format!("{} has papers and sent none", self.host());
        Err(WebError::Busy { message: client::message(&message), retry_after: None })
    }

    fn ask(&self, agent: &Agent, url: &Url) -> Result<Feed, WebError> {
        self.wait_for_turn()?;
        let request = agent.get(url.as_str()).header(header::ACCEPT, "application/atom+xml");
        let _wait = liveness::waits(SERVICE_CALL);
        let response = request.call().map_err(|error| client::failure(self.host(), error))?;
        let refusal = client::refusal(self.host(), &response);
        if let Some(WebError::Busy { message, retry_after }) = refusal {
            let retry_after = Some(self.turn.refused((self.clock)(), retry_after));
            return Err(WebError::Busy { message, retry_after });
        }
        self.turn.answered();
        // An error comes as a feed too, with status 400, and says more than the status.
        let body = response.into_body().into_reader().take(MOST_BYTES);
        match (atom::parse(self.host(), BufReader::new(body)), refusal) {
            (Ok(_) | Err(WebError::Unreadable(_)), Some(refusal)) => Err(refusal),
            (outcome, _) => outcome,
        }
    }

    /// Sleeps until the interval since the last request is over.
    fn wait_for_turn(&self) -> Result<(), WebError> {
        let wait = self.turn.wait((self.clock)());
        liveness::sleep(wait.map_err(|wait| client::not_its_turn(self.host(), wait))?);
        self.turn.begin((self.clock)());
        Ok(())
    }

    fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }
}

#[cfg(test)]
mod tests;
