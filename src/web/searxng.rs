//! Search through a SearXNG server (<https://docs.searxng.org/dev/search_api.html>).
//!
//! Answers differ between its versions, so only what is needed is looked at. An empty answer is believed only where
//! no engine says that it failed: "could not search" is not "found nothing".
use std::{io::Read, time::Duration};

use serde::{Deserialize, Deserializer};
use serde_json::Value;
use ureq::{
    Agent,
    http::{StatusCode, header},
};
use url::Url;

use super::{WebError, client};

const WHOLE_CALL: Duration = Duration::from_secs(20);
const MOST_HITS: usize = 10;
const MOST_BYTES: u64 = 1024 * 1024;

/// Asks the server.
///
/// # Errors
/// Every kind but `Forbidden`.
pub(super) fn search(agent: &Agent, base: &Url, query: &str) -> Result<Vec<Url>, WebError> {
    let host = base.host_str().unwrap_or_default();
    let request = agent
        .get(search_url(base, query).as_str())
        .header(header::ACCEPT, "application/json")
        .config()
        .timeout_global(Some(WHOLE_CALL))
        .build();
    let response = request.call().map_err(|error| client::failure(host, error))?;
    if response.status() == StatusCode::FORBIDDEN {
        return Err(WebError::Failed(client::message(&format!(
            "{host} answered 403 Forbidden: JSON must be enabled under `search: formats` in its settings.yml"
        ))));
    }
    if let Some(refusal) = client::refusal(host, &response) {
        return Err(refusal);
    }
    let mut body = Vec::new();
    let mut reader = response.into_body().into_reader().take(MOST_BYTES);
    reader.read_to_end(&mut body).map_err(|error| client::failure(host, error.into()))?;
    hits(host, &body)
}

fn search_url(base: &Url, query: &str) -> Url {
    let mut url = base.clone();
    url.set_path(&format!("{}/search", base.path().trim_end_matches('/')));
    url.set_query(None);
    url.query_pairs_mut()
        .append_pair("q", query)
        .append_pair("format", "json")
        .append_pair("language", "en")
        .append_pair("categories", "general");
    url
}

#[derive(Deserialize)]
struct Answer {
    results: Vec<Found>,
    #[serde(default)]
    unresponsive_engines: Vec<Value>,
}

/// A result, of which only the address is needed: titles and excerpts are the provider's words, not the page's.
#[derive(Deserialize, Default)]
#[serde(default)]
struct Found {
    #[serde(deserialize_with = "text")]
    url: String,
}

/// What is no text counts as empty.
fn text<'de, D: Deserializer<'de>>(value: D) -> Result<String, D::Error> {
    Ok(match Value::deserialize(value)? {
        Value::String(text) => text,
        _ => String::new(),
    })
}

fn hits(host: &str, body: &[u8]) -> Result<Vec<Url>, WebError> {
    let answer: Answer = serde_json::from_slice(body)
        .map_err(|e| WebError::Unreadable(client::message(&format!("{host} sent no search results: {e}"))))?;
    if answer.results.is_empty() && !answer.unresponsive_engines.is_empty() {
        let engines: Vec<_> = answer.unresponsive_engines.iter().map(engine).collect();
        let text = format!("{host} could not search: {}", engines.join(", "));
        return Err(WebError::Failed(client::message(&text)));
    }
    Ok(answer.results.iter().filter_map(address).take(MOST_HITS).collect())
}

/// A pair of name and reason; in old versions a name.
fn engine(engine: &Value) -> String {
    let text = |at: usize| engine.get(at).and_then(Value::as_str);
    match (engine.as_str().or(text(0)), text(1)) {
        (Some(name), Some(reason)) => format!("{name} ({reason})"),
        (Some(name), None) => name.to_owned(),
        (None, _) => "an engine".to_owned(),
    }
}

fn address(found: &Found) -> Option<Url> {
    Url::parse(&found.url).ok().filter(|url| matches!(url.scheme(), "http" | "https"))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::web::testing::{answer, serve};

    const ANSWER: &str = r#"{"query": "Ada Example tidal", "number_of_results": 0, "results": [
        {"url": "https://www.example.edu/~ada", "title": "Ada\n Example", "content": "Professor of\tocean engineering",
         "engine": "wikipedia", "engines": ["wikipedia"], "score": 1.0, "publishedDate": null},
        {"title": "an answer without an address", "content": "x"},
        {"url": "ftp://example.org/x", "title": "y"},
        {"url": "https://example.org/2", "title": null, "content": 7}],
        "answers": [{"answer": "new form"}], "corrections": [], "infoboxes": [], "suggestions": [],
        "unresponsive_engines": [["other", "timeout"]]}"#;

    fn found(answer: &str) -> Result<Vec<Url>, WebError> {
        hits("search.example", answer.as_bytes())
    }

    #[test]
    fn results_with_a_web_address_are_hits() {
        let hits: Vec<String> = found(ANSWER).unwrap().into_iter().map(String::from).collect();
        assert_eq!(hits, ["https://www.example.edu/~ada", "https://example.org/2"]);
    }

    #[test]
    fn at_most_ten_hits_are_kept() {
        let results: Vec<_> = (0..30).map(|i| format!(r#"{{"url":"https://example.org/{i}"}}"#)).collect();
        assert_eq!(found(&format!(r#"{{"results":[{}]}}"#, results.join(","))).unwrap().len(), 10);
    }

    #[test]
    fn nothing_found_is_no_error_and_not_being_able_to_search_is() {
        assert_eq!(found(r#"{"results": [], "unresponsive_engines": []}"#), Ok(vec![]));
        let engines =
            r#"{"results": [], "unresponsive_engines": [["google", "Suspended: access denied"], "bing"]}"#;
        let Err(WebError::Failed(text)) = found(engines) else { panic!("not a failure") };
        assert_eq!(text, "search.example could not search: google (Suspended: access denied), bing");
    }

    #[test]
    fn an_answer_that_is_no_result_list_is_unreadable() {
        for body in ["", "<html>", "[]", "{}", r#"{"results": 3}"#] {
            assert!(matches!(found(body), Err(WebError::Unreadable(_))), "{body}");
        }
    }

    #[test]
    fn the_base_address_may_have_a_path_and_a_slash() {
        for (base, expected) in [
            ("http://search.example", "http://search.example/search?"),
            ("http://search.example:8888/", "http://search.example:8888/search?"),
            ("https://search.example/sx", "https://search.example/sx/search?"),
            ("https://search.example/sx/?a=b", "https://search.example/sx/search?"),
        ] {
            let url = search_url(&base.parse().unwrap(), "\"Ada Example\" R&D");
            let query = "q=%22Ada+Example%22+R%26D&format=json&language=en&categories=general";
            assert_eq!(url.as_str(), format!("{expected}{query}"));
        }
    }

    fn ask(status: &'static str) -> WebError {
        let server = serve(move |_| answer(status, "text/html", b"no"));
        let agent = client::agent(ureq::unversioned::resolver::DefaultResolver::default(), WHOLE_CALL);
        search(&agent, &server.base, "x").unwrap_err()
    }

    #[test]
    fn a_server_without_json_says_what_to_change() {
        let error = ask("403 Forbidden");
        assert!(matches!(&error, WebError::Failed(text) if text.contains("search: formats")), "{error:?}");
    }

    #[test]
    fn a_limiter_that_asks_for_patience_is_busy() {
        let busy = ask("429 Too Many Requests\r\nRetry-After: 7");
        let WebError::Busy { retry_after, .. } = busy else { panic!("{busy:?}") };
        assert_eq!(retry_after, Some(Duration::from_secs(7)));
    }

    proptest! {
        #[test]
        fn any_answer_is_taken_without_panic(
            cut in 0..ANSWER.len(), junk in any::<Vec<u8>>(), skip in 0usize..20,
        ) {
            let mut body = ANSWER.as_bytes()[..cut].to_vec();
            body.extend(&junk);
            body.extend(&ANSWER.as_bytes()[(cut + skip).min(ANSWER.len())..]);
            if let Ok(hits) = hits("search.example", &body) {
                prop_assert!(hits.iter().all(|url| url.scheme().starts_with("http")));
            }
        }
    }
}
