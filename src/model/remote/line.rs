//! One exchange over HTTP with a model's service. What leaves here for a log or an error holds no key.
use std::{
    io::{ErrorKind, Read},
    time::{Duration, Instant},
};

use serde_json::Value;
use ureq::{
    Agent, Body,
    http::{Response, header},
};
use url::Url;

use super::fault::Fault;
use crate::{
    condition::MODEL_AWAY,
    config::Secret,
    liveness,
    text::one_short_line,
    web::{client, resolve::SystemNames},
};

/// Far more than any answer has.
const MOST_BYTES: u64 = 4 * 1024 * 1024;

/// The way to one service.
#[derive(Debug)]
pub(super) struct Line {
    agent: Agent,
    key: Option<Secret>,
}

/// What is sent.
pub(super) struct Sent {
    pub url: Url,
    pub headers: Vec<(&'static str, String)>,
    pub body: Value,
}

/// What came back.
#[derive(Debug)]
pub(super) struct Received {
    pub status: u16,
    pub body: Vec<u8>,
    /// The service's name for the exchange, with which its support finds it again; may be empty.
    pub request_id: String,
    pub retry_after: Option<Duration>,
    /// Whether the service itself says that trying again makes sense.
    pub should_retry: Option<bool>,
}

impl Line {
    pub fn new(key: Option<Secret>) -> Line {
        // Every exchange has a limit of its own, which is shorter.
        let agent = client::agent(SystemNames, Duration::from_secs(600), &client::user_agent(None));
        Line { agent, key }
    }

    /// Sends, and reads the whole answer, until the deadline.
    pub fn exchange(&self, sent: &Sent, until: Instant) -> Result<Received, Fault> {
        let Sent { url, headers, body } = sent;
        let host = host(url);
        let mut request = self.agent.post(url.as_str()).header(header::CONTENT_TYPE, "application/json");
        for (name, value) in headers {
            request = request.header(*name, value);
        }
        let left = until.saturating_duration_since(Instant::now()).max(Duration::from_millis(1));
        let _wait = liveness::waits(left);
        let request = request.config().timeout_global(Some(left)).build();
        let response = request.send(body.to_string()).map_err(|error| self.failure(url, &host, error))?;
        let mut received = Received {
            status: response.status().as_u16(),
            request_id: self.without_key(&request_id(&response)),
            retry_after: client::retry_after(&response),
            should_retry: text(&response, "x-should-retry").and_then(|value| value.parse().ok()),
            body: Vec::new(),
        };
        let mut reader = response.into_body().into_reader().take(MOST_BYTES);
        reader.read_to_end(&mut received.body).map_err(|error| self.failure(url, &host, error.into()))?;
        Ok(received)
    }

    /// Who cannot be reached is away; whoever breaks off may answer the next time.
    fn failure(&self, url: &Url, host: &str, error: ureq::Error) -> Fault {
        use ureq::{Error as E, Timeout as T};
        let is_away = match &error {
            E::Timeout(T::Resolve | T::Connect) | E::HostNotFound | E::NativeTls(_) | E::ConnectionFailed => {
                true
            }
            E::Io(error) => matches!(
                error.kind(),
                ErrorKind::ConnectionRefused | ErrorKind::HostUnreachable | ErrorKind::NetworkUnreachable
            ),
            _ => false,
        };
        let again = !matches!(&error, E::Timeout(_));
        let message = self.without_key(&client::failure(host, error).to_string());
        match is_away {
            true => Fault::Lasting { condition: &MODEL_AWAY, detail: format!("{message} ({url})") },
            false => Fault::Passing { message, retry_after: None, again },
        }
    }

    /// A text that may come from elsewhere, without the key or anything that looks like one: services quote keys, some
    /// in part.
    pub fn without_key(&self, text: &str) -> String {
        let text = self.key.as_ref().map_or_else(|| text.to_owned(), |key| key.mask(text));
        let mut shown = String::with_capacity(text.len());
        let mut rest = text.as_str();
        while let Some(start) = rest.find(is_of_keys) {
            let (before, from_run) = rest.split_at(start);
            let (run, after) = from_run.split_at(from_run.find(|c| !is_of_keys(c)).unwrap_or(from_run.len()));
            shown.push_str(before);
            match key_in(run) {
                Some(at) => shown.extend([&run[..at], "***"]),
                None => shown.push_str(run),
            }
            rest = after;
        }
        shown + rest
    }
}

/// What keys, whole or masked by others, are made of.
fn is_of_keys(c: char) -> bool {
    c.is_ascii_alphanumeric() || "-_*".contains(c)
}

/// Where something that looks like a key begins: at `sk-` that does not end another word, or, masked, with the run.
fn key_in(run: &str) -> Option<usize> {
    if run.contains("**") {
        return Some(0);
    }
    let begins = |at: &usize| !run[..*at].ends_with(|c: char| c.is_ascii_alphanumeric());
    run.match_indices("sk-").map(|(at, _)| at).find(begins)
}

/// Host and, where it is not the usual one, port.
pub(super) fn host(url: &Url) -> String {
    let host = url.host_str().unwrap_or_default();
    url.port().map_or_else(|| host.to_owned(), |port| format!("{host}:{port}"))
}

fn text<'r>(response: &'r Response<Body>, name: &'static str) -> Option<&'r str> {
    client::header_text(response, header::HeaderName::from_static(name)).map(str::trim)
}

fn request_id(response: &Response<Body>) -> String {
    let id = text(response, "request-id").or_else(|| text(response, "x-request-id"));
    one_short_line(id.unwrap_or_default(), 80)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_key_is_shown_wherever_it_stands() {
        let line = Line::new(Some(Secret::new("hunter2+key/=")));
        let shown = |text: &str| line.without_key(text);
        assert_eq!(shown("a hunter2+key/= b"), "a *** b");
        assert_eq!(shown("url?key=hunter2+key/=&x=1"), "url?key=***&x=1");
        assert_eq!(shown("Bearerhunter2+key/=."), "***.");
        for (text, expected) in [
            ("sk-ant-api03-Ab_c", "***"),
            ("{\"key\":\"sk-ant-api03-Ab_c\"}", "{\"key\":\"***\"}"),
            ("x-api-key:sk-proj-Abc, next", "x-api-key:***, next"),
            ("Bearer_sk-Abc\nnext line", "Bearer_***\nnext line"),
            ("provided: AIza******Xy9z.", "provided: ***."),
            ("(sk-ab…wxyz)", "(***…wxyz)"),
        ] {
            assert_eq!(shown(text), expected, "{text}");
        }
    }

    #[test]
    fn what_is_no_key_is_shown_as_it_is() {
        let line = Line::new(None);
        for text in ["the task-force asks, 2 * 3 = 6\n\tÄ risk-free model: claude-haiku-5-5", "", "** "] {
            let expected = text.replace("**", "***");
            assert_eq!(line.without_key(text), expected);
        }
    }
}
