//! arXiv's manners, seen by a server.
use std::cell::Cell;

use super::*;
use crate::web::{
    resolve::SystemNames,
    testing::{Server, answer, serve},
};

const ENTRY: &str = "<entry><id>http://arxiv.org/abs/2610.01234v2</id><published>2026-10-02T17:58:06Z</published>\
                     <title>Wakes</title><author><name>Ada Example</name></author></entry>";

thread_local! {
    /// By how much the clock of this test is fast.
    static AHEAD: Cell<Duration> = const { Cell::new(Duration::ZERO) };
}

fn fast_clock() -> Instant {
    Instant::now() + AHEAD.get()
}

fn feed(total: u32, entries: &str) -> Vec<u8> {
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:o='http://a9.com/-/spec/opensearch/1.1/'>\
         <o:totalResults>{total}</o:totalResults>{entries}</feed>"
    )
    .into_bytes()
}

fn atom(status: &str, body: &[u8]) -> Vec<u8> {
    answer(status, "application/atom+xml", body)
}

fn arxiv(server: &Server, interval: Duration) -> Arxiv {
    Arxiv::with_clock(server.base.clone(), interval, fast_clock)
}

fn ask(arxiv: &Arxiv, name: &str) -> Result<Vec<Paper>, WebError> {
    let agent = client::agent(SystemNames, Duration::from_secs(20), "test");
    arxiv.papers(&agent, PaperQuery { spellings: &[name.to_owned()], about: &[] })
}

fn papers(server: &Server, interval: Duration) -> Result<Vec<Paper>, WebError> {
    ask(&arxiv(server, interval), "Ada Example")
}

#[test]
fn the_author_is_asked_for_as_a_quoted_phrase_newest_first() {
    let server = serve(|_| atom("200 OK", &feed(1, ENTRY)));
    assert_eq!(papers(&server, Duration::ZERO).unwrap()[0].title, "Wakes");
    assert_eq!(
        server.requests()[0].target,
        "/api/query?search_query=au%3A%22Ada+Example%22&start=0&max_results=25\
         &sortBy=submittedDate&sortOrder=descending"
    );
}

#[test]
fn an_error_feed_says_more_than_its_status() {
    for status in ["200 OK", "400 Bad Request"] {
        let server = serve(move |_| atom(status, include_bytes!("feeds/bad-id.xml")));
        let Err(WebError::Failed(text)) = papers(&server, Duration::ZERO) else { panic!("no failure") };
        assert!(text.contains("incorrect id format for abc"), "{text}");
    }
    let server = serve(|_| answer("410 Gone", "text/plain", b"oh"));
    assert_eq!(papers(&server, Duration::ZERO), Err(WebError::Failed("127.0.0.1 answered 410 Gone".into())));
}

#[test]
fn a_request_for_patience_is_kept_to_by_every_later_question() {
    for status in ["429 Too Many Requests", "503 Service Unavailable"] {
        let server =
            serve(move |_| answer(&format!("{status}\r\nRetry-After: 30"), "text/plain", b"Rate exceeded."));
        let arxiv = arxiv(&server, Duration::ZERO);
        let wait = |error| match error {
            Err(WebError::Busy { retry_after: Some(wait), .. }) => wait,
            other => panic!("not busy: {other:?}"),
        };
        assert_eq!(wait(ask(&arxiv, "Ada Example")), Duration::from_secs(30));
        let still = wait(ask(&arxiv, "Bo Sample"));
        assert!((Duration::from_secs(20)..=Duration::from_secs(30)).contains(&still), "{still:?}");
        assert_eq!(server.requests().len(), 1, "it was asked although it wants to be left alone");
        AHEAD.set(AHEAD.get() + Duration::from_secs(30));
        wait(ask(&arxiv, "Bo Sample"));
        assert_eq!(server.requests().len(), 2);
    }
}

#[test]
fn refusals_without_a_time_put_off_longer_until_arxiv_answers() {
    let is_well = std::sync::Arc::new(std::sync::atomic::AtomicBool::new(false));
    let well = std::sync::Arc::clone(&is_well);
    let server = serve(move |_| match well.load(std::sync::atomic::Ordering::SeqCst) {
        true => atom("200 OK", &feed(0, "")),
        false => answer("429 Too Many Requests", "text/plain", b"Rate exceeded."),
    });
    let arxiv = arxiv(&server, Duration::ZERO);
    let refused = |name: &str| match ask(&arxiv, name) {
        Err(WebError::Busy { retry_after: Some(wait), .. }) => {
            AHEAD.set(AHEAD.get() + wait);
            wait.as_secs()
        }
        other => panic!("not busy: {other:?}"),
    };
    assert_eq!([(); 5].map(|()| refused("Ada Example")), [3, 10, 30, 60, 60]);
    is_well.store(true, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(ask(&arxiv, "Ada Example"), Ok(vec![]));
    is_well.store(false, std::sync::atomic::Ordering::SeqCst);
    assert_eq!(refused("Bo Sample"), 3);
}

#[test]
fn an_answer_serves_for_a_day_and_an_error_for_no_time() {
    let server = serve(|target| match target.contains("Bo") {
        true => atom("400 Bad Request", include_bytes!("feeds/bad-id.xml")),
        false => atom("200 OK", &feed(1, ENTRY)),
    });
    let arxiv = arxiv(&server, Duration::ZERO);
    let first = ask(&arxiv, "Ada Example");
    assert_eq!(first.as_ref().map(Vec::len), Ok(1));
    assert_eq!(ask(&arxiv, "Ada Example"), first);
    assert_eq!(server.requests().len(), 1);
    assert_eq!(ask(&arxiv, "Ada Other"), first);
    assert!(ask(&arxiv, "Bo Example").is_err() && ask(&arxiv, "Bo Example").is_err());
    assert_eq!(server.requests().len(), 4);
    AHEAD.set(Duration::from_secs(24 * 60 * 60));
    assert_eq!(ask(&arxiv, "Ada Example"), first);
    assert_eq!(server.requests().len(), 5);
}

#[test]
fn a_hollow_feed_is_asked_for_once_more_after_the_interval_then_arxiv_is_busy() {
    let server = serve(|_| atom("200 OK", &feed(3, "")));
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
    let server = serve(|_| atom("200 OK", include_bytes!("feeds/no-entry.xml")));
    assert_eq!(papers(&server, Duration::ZERO), Ok(vec![]));
    assert_eq!(server.requests().len(), 1);
}

#[test]
fn the_true_feeds_come_through_as_papers() {
    let server = serve(|_| atom("200 OK", include_bytes!("feeds/ten-entries.xml")));
    assert_eq!(papers(&server, Duration::ZERO).unwrap().len(), 10);
}
