//! Papers by an author, from arXiv's API (<https://info.arxiv.org/help/api/user-manual.html>).
//!
//! arXiv asks for at most one request in three seconds and one connection at a time
//! (<https://info.arxiv.org/help/api/tou.html>), counted from the start of the program, so that a restart in a loop
//! does not break the rule.
use std::{
    cell::Cell,
    io::{BufReader, Read},
    thread,
    time::{Duration, Instant},
};

use ureq::{Agent, http::header};
use url::Url;

use super::{
    Paper, WebError,
    atom::{self, Feed},
    client,
};
use crate::text::one_line;

/// Twenty-five papers of a large collaboration, with thousands of authors each, take five.
const MOST_BYTES: u64 = 8 * 1024 * 1024;

/// What is needed to ask arXiv: the address, and when it was asked last.
#[derive(Debug)]
pub(super) struct Arxiv {
    base: Url,
    interval: Duration,
    last_request: Cell<Instant>,
}

impl Arxiv {
    /// The API at the base address, which must not be asked more often than the interval says.
    pub(super) fn new(base: Url, interval: Duration) -> Arxiv {
        Arxiv { base, interval, last_request: Cell::new(Instant::now()) }
    }

    /// The author's papers as arXiv knows them, newest first, 25 at most. A name is only text to arXiv: the papers of
    /// everybody with this name come.
    ///
    /// # Errors
    /// Every kind of [`WebError`]; `Forbidden` for a name without letters.
    pub(super) fn papers_by(&self, agent: &Agent, author: &str) -> Result<Vec<Paper>, WebError> {
        let url = query_url(&self.base, author)
            .ok_or_else(|| WebError::Forbidden("there is no author's name to ask arXiv for".to_owned()))?;
        let mut feed = self.ask(agent, &url)?;
        if feed.is_hollow() {
            feed = self.ask(agent, &url)?;
        }
        if feed.is_hollow() {
            let message = format!("{} has papers and sent none", self.host());
            return Err(WebError::Busy { message: client::message(&message), retry_after: None });
        }
        Ok(feed.papers)
    }

    fn ask(&self, agent: &Agent, url: &Url) -> Result<Feed, WebError> {
        self.wait_for_turn();
        let request = agent.get(url.as_str()).header(header::ACCEPT, "application/atom+xml");
        let response = request.call().map_err(|error| client::failure(self.host(), error))?;
        let refusal = client::refusal(self.host(), &response);
        if let Some(busy @ WebError::Busy { .. }) = refusal {
            return Err(busy);
        }
        // An error comes as a feed too, with status 400, and says more than the status.
        let body = response.into_body().into_reader().take(MOST_BYTES);
        match (atom::parse(self.host(), BufReader::new(body)), refusal) {
            (Ok(_) | Err(WebError::Unreadable(_)), Some(refusal)) => Err(refusal),
            (outcome, _) => outcome,
        }
    }

    /// Sleeps until the interval since the last request is over.
    fn wait_for_turn(&self) {
        thread::sleep(self.interval.saturating_sub(self.last_request.get().elapsed()));
        self.last_request.set(Instant::now());
    }

    fn host(&self) -> &str {
        self.base.host_str().unwrap_or_default()
    }
}

/// The query for an author's papers; `None` for a name with nothing to search for in it.
fn query_url(base: &Url, author: &str) -> Option<Url> {
    let name = searchable(author);
    if !name.contains(char::is_alphanumeric) {
        return None;
    }
    let mut url = base.clone();
    url.set_path(&format!("{}/api/query", base.path().trim_end_matches('/')));
    url.set_query(None);
    url.query_pairs_mut()
        .append_pair("search_query", &format!("au:\"{name}\""))
        .append_pair("start", "0")
        .append_pair("max_results", "25")
        .append_pair("sortBy", "submittedDate")
        .append_pair("sortOrder", "descending");
    Some(url)
}

/// The name without what has a meaning in arXiv's query language.
fn searchable(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_control() || "\"()[]{}:*?\\+&|!^~<>=".contains(c) { ' ' } else { c })
        .collect();
    let words = plain.split_whitespace().filter(|word| !matches!(*word, "AND" | "OR" | "ANDNOT"));
    one_line(&words.collect::<Vec<_>>().join(" "))
}

#[cfg(test)]
mod tests {
    use ureq::unversioned::resolver::DefaultResolver;

    use super::*;
    use crate::web::testing::{Server, answer, serve};

    const ENTRY: &str = "<entry><id>http://arxiv.org/abs/2610.01234v2</id><published>2026-10-02T17:58:06Z</published>\
                         <title>Wakes</title><author><name>Ada Example</name></author></entry>";

    fn feed(total: u32, entries: &str) -> Vec<u8> {
        format!(
            "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:o='http://a9.com/-/spec/opensearch/1.1/'>\
             <o:totalResults>{total}</o:totalResults>{entries}</feed>"
        )
        .into_bytes()
    }

    fn papers(server: &Server, interval: Duration) -> Result<Vec<Paper>, WebError> {
        let agent = client::agent(DefaultResolver::default(), Duration::from_secs(20), "test");
        Arxiv::new(server.base.clone(), interval).papers_by(&agent, "Ada Example")
    }

    #[test]
    fn the_author_is_asked_for_as_a_quoted_phrase_newest_first() {
        let server = serve(|_| answer("200 OK", "application/atom+xml", &feed(1, ENTRY)));
        assert_eq!(papers(&server, Duration::ZERO).unwrap()[0].title, "Wakes");
        assert_eq!(
            server.requests()[0].target,
            "/api/query?search_query=au%3A%22Ada+Example%22&start=0&max_results=25\
             &sortBy=submittedDate&sortOrder=descending"
        );
    }

    #[test]
    fn a_name_cannot_change_the_query() {
        for (name, phrase) in [
            ("Ada \"Tide\" Example", "Ada Tide Example"),
            ("Example) OR (all:x", "Example all x"),
            ("Ada\0 AND\tExample ANDNOT", "Ada Example"),
            ("José Álvarez-O'Neil Jr.", "José Álvarez-O'Neil Jr."),
            ("Or Example", "Or Example"),
        ] {
            assert_eq!(searchable(name), phrase);
        }
        let base: Url = "https://arxiv.example/".parse().unwrap();
        assert_eq!(query_url(&base, "\" () --"), None);
    }

    #[test]
    fn an_error_feed_says_more_than_its_status() {
        let entry = "<entry><id>https://arxiv.org/api/errors#bad</id><title>Error</title>\
                     <summary>incorrect id format for x</summary></entry>";
        for status in ["200 OK", "400 Bad Request"] {
            let server = serve(move |_| answer(status, "application/atom+xml", &feed(1, entry)));
            let Err(WebError::Failed(text)) = papers(&server, Duration::ZERO) else { panic!("no failure") };
            assert!(text.contains("incorrect id format for x"), "{text}");
        }
        let server = serve(|_| answer("410 Gone", "text/plain", b"oh"));
        assert_eq!(
            papers(&server, Duration::ZERO),
            Err(WebError::Failed("127.0.0.1 answered 410 Gone".into()))
        );
    }

    #[test]
    fn a_request_for_patience_is_passed_on() {
        let server =
            serve(|_| answer("503 Service Unavailable\r\nRetry-After: 30", "text/plain", b"Rate exceeded."));
        let Err(WebError::Busy { retry_after, .. }) = papers(&server, Duration::ZERO) else {
            panic!("not busy")
        };
        assert_eq!(retry_after, Some(Duration::from_secs(30)));
    }

    #[test]
    fn a_hollow_feed_is_asked_for_once_more_after_the_interval_then_arxiv_is_busy() {
        let server = serve(|_| answer("200 OK", "application/atom+xml", &feed(3, "")));
        let interval = Duration::from_millis(100);
        let started = Instant::now();
        assert!(matches!(papers(&server, interval), Err(WebError::Busy { .. })));
        let requests = server.requests();
        assert_eq!(requests.len(), 2);
        assert!(requests[0].at - started >= interval, "the first request did not wait");
        assert!(requests[1].at - started >= 2 * interval, "the second request did not wait");
    }

    #[test]
    fn no_papers_is_no_error() {
        let server = serve(|_| answer("200 OK", "application/atom+xml", &feed(0, "")));
        assert_eq!(papers(&server, Duration::ZERO), Ok(vec![]));
        assert_eq!(server.requests().len(), 1);
    }
}
