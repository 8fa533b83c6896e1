//! One question to a provider: asked in turn, asked once more where a moment of patience is all it takes, its answer
//! bounded and judged before anybody reads it. Nothing of an answer or an address gets into an error: keys stand in them.
use std::{cell::Cell, io::Read, time::Duration};

use serde::de::DeserializeOwned;
use serde_json::Value;
use ureq::{
    Agent, Body,
    http::{Response, StatusCode, header},
};
use url::Url;

use super::host;
use crate::{
    liveness,
    web::{
        WebError, client,
        turns::{LONGEST_WAIT, Turns},
    },
};

/// The most one request may take.
const WHOLE_CALL: Duration = Duration::from_secs(20);
/// The most bytes of an answer: ten pages of 30,000 characters, which may have three bytes each, and their surroundings.
const MOST_BYTES: usize = 1024 * 1024;
/// What is waited where patience is asked for and no time is named.
const MOMENT: Duration = Duration::from_secs(1);

/// The client that all providers share.
#[derive(Debug)]
pub(in crate::web) struct Client {
    agent: Agent,
    turns: Turns,
    bytes_read: Cell<u64>,
}

/// What a provider said.
#[derive(Debug)]
pub(super) struct Answer {
    /// Who said it.
    pub host: String,
    /// The HTTP status.
    pub status: StatusCode,
    /// `Retry-After`, where it gave one.
    pub retry_after: Option<Duration>,
    /// The body, 1 MiB at most.
    pub body: Vec<u8>,
}

/// Says what an answer means that is no success.
pub(super) type Judge = fn(&Answer) -> Option<WebError>;

impl Client {
    /// A client that asks a host once in an interval.
    pub(in crate::web) fn new(agent: Agent, interval: Duration) -> Client {
        Client { agent, turns: Turns::new(interval), bytes_read: Cell::new(0) }
    }

    /// How many bytes of answers were read so far, after decompression.
    pub(in crate::web) fn bytes_read(&self) -> u64 {
        self.bytes_read.get()
    }

    /// Asks for an address.
    pub(super) fn get(&self, url: &Url, headers: &[(&str, &str)], judge: Judge) -> Result<Answer, WebError> {
        self.ask(host(url), judge, || {
            let mut request = self.agent.get(url.as_str()).header(header::ACCEPT, "application/json");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.config().timeout_global(Some(WHOLE_CALL)).build().call()
        })
    }

    /// Sends a question in JSON.
    pub(super) fn post(
        &self,
        url: &Url,
        headers: &[(&str, &str)],
        question: &Value,
        judge: Judge,
    ) -> Result<Answer, WebError> {
        let body = question.to_string();
        self.ask(host(url), judge, || {
            let mut request = self
                .agent
                .post(url.as_str())
                .header(header::ACCEPT, "application/json")
                .header(header::CONTENT_TYPE, "application/json");
            for (name, value) in headers {
                request = request.header(*name, *value);
            }
            request.config().timeout_global(Some(WHOLE_CALL)).build().send(&body)
        })
    }

    fn ask(
        &self,
        host: &str,
        judge: Judge,
        send: impl Fn() -> Result<Response<Body>, ureq::Error>,
    ) -> Result<Answer, WebError> {
        let mut may_repeat = true;
        loop {
            self.turns.take(host).map_err(|wait| client::not_its_turn(host, wait))?;
            let _wait = liveness::waits(WHOLE_CALL);
            let response = send().map_err(|error| client::failure(host, error))?;
            let answer = Answer::read(host, response, &self.bytes_read)?;
            let Some(error) = judge(&answer) else { return Ok(answer) };
            let WebError::Busy { retry_after, .. } = &error else { return Err(error) };
            let wait = retry_after.unwrap_or(MOMENT);
            self.turns.put_off(host, wait);
            if wait > LONGEST_WAIT || !may_repeat {
                return Err(error);
            }
            may_repeat = false;
        }
    }
}

impl Answer {
    fn read(host: &str, response: Response<Body>, bytes_read: &Cell<u64>) -> Result<Answer, WebError> {
        let (status, retry_after) = (response.status(), client::retry_after(&response));
        let mut body = Vec::new();
        let mut reader = response.into_body().into_reader().take(MOST_BYTES as u64 + 1);
        reader.read_to_end(&mut body).map_err(|error| client::failure(host, error.into()))?;
        bytes_read.set(bytes_read.get() + body.len() as u64);
        let answer = Answer { host: host.to_owned(), status, retry_after, body };
        match status.is_success() && answer.body.len() > MOST_BYTES {
            true => Err(answer.refused("sent a longer answer than any search needs")),
            false => Ok(answer),
        }
    }

    /// What the status alone means. 400, 413, 414, 422 and 431 are about what was sent, as long as nobody knows better.
    pub fn refusal(&self) -> Option<WebError> {
        match self.status.as_u16() {
            400 | 413 | 414 | 422 | 431 => Some(self.refused(&format!("answered {}", self.status))),
            _ => client::status_refusal(&self.host, self.status, self.retry_after),
        }
    }

    /// The error for an answer that says no to this very question.
    pub fn refused(&self, why: &str) -> WebError {
        WebError::QuestionRefused(client::message(&format!("{} {why}", self.host)))
    }

    /// The error for a key that is not taken.
    pub fn key_refused(&self, setting: &str) -> WebError {
        WebError::KeyRefused(client::message(&format!("{} refuses the key of {setting}", self.host)))
    }

    /// The error for a quota that is used up.
    pub fn quota_spent(&self, what: &str) -> WebError {
        WebError::QuotaSpent(client::message(&format!("{}: {what}", self.host)))
    }

    /// The error for an answer that says no for this reason.
    pub fn failed(&self, why: &str) -> WebError {
        WebError::Failed(client::message(&format!("{} {why}", self.host)))
    }

    /// The body in the form that is expected.
    pub fn json<T: DeserializeOwned>(&self) -> Result<T, WebError> {
        serde_json::from_slice(&self.body).map_err(|e| {
            // The place only: serde's text may quote the body.
            let text =
                format!("{} sent no search results (line {}, column {})", self.host, e.line(), e.column());
            WebError::Unreadable(client::message(&text))
        })
    }
}
