//! “Could not search” is not “found nothing”: every way to say no, what each one means, and what is found all the same.
use super::*;

#[test]
fn an_answer_that_is_no_result_list_is_unreadable() {
    for provider in ["searxng", "exa", "brave", "open"] {
        for body in [
            "",
            "<html>",
            "[]",
            "{}",
            r#"{"results": 3}"#,
            "null",
            r#"{"error": "no"}"#,
            r#"{"query": 1, "web": 2}"#,
        ] {
            let outcome = ask(provider, "200 OK", body);
            assert!(matches!(outcome, Err(WebError::Unreadable(_))), "{provider} {body}: {outcome:?}");
        }
    }
    let found = open_with("/wikipedia", "200 OK", "{}").unwrap();
    assert_eq!(found.failures.iter().map(kind).collect::<Vec<_>>(), ["failed"]);
}

const BRAVE_SPENT: &str = r#"{"type": "ErrorResponse", "error": {"status": 429, "code": "RATE_LIMITED",
    "meta": {"plan": "Free", "rate_limit": 1, "rate_current": 1, "quota_limit": 2000, "quota_current": 2000}}}"#;
const BRAVE_FAST: &str = r#"{"type": "ErrorResponse", "error": {"status": 429, "code": "RATE_LIMITED",
    "meta": {"plan": "Free", "rate_limit": 1, "rate_current": 1, "quota_limit": 2000, "quota_current": 15}}}"#;
const BRAVE_KEY: &str =
    r#"{"type": "ErrorResponse", "error": {"status": 422, "code": "SUBSCRIPTION_TOKEN_INVALID"}}"#;
const BRAVE_QUESTION: &str = r#"{"type": "ErrorResponse", "error": {"status": 422, "code": "VALIDATION"}}"#;

/// Every way to say no: who says it, status, body, which error it is.
const REFUSALS: &[(&str, &str, &str, &str)] = &[
    ("searxng", "403 Forbidden", "<html>", "failed"),
    ("searxng", "429 Too Many Requests\r\nRetry-After: 0", "", "busy"),
    ("searxng", "502 Bad Gateway\r\nRetry-After: 0", "", "busy"),
    ("searxng", "404 Not Found", "", "failed"),
    ("searxng", "301 Moved Permanently\r\nLocation: /", "", "failed"),
    ("brave", "422 Unprocessable Entity", BRAVE_KEY, "key"),
    ("brave", "422 Unprocessable Entity", BRAVE_QUESTION, "failed"),
    ("brave", "401 Unauthorized", "", "key"),
    ("brave", "402 Payment Required", "", "quota"),
    ("brave", "429 Too Many Requests", BRAVE_SPENT, "quota"),
    ("brave", "429 Too Many Requests\r\nRetry-After: 0", BRAVE_FAST, "busy"),
    ("brave", "429 Too Many Requests\r\nRetry-After: 0", "<html>", "busy"),
    ("exa", "400 Bad Request", r#"{"tag": "INVALID_REQUEST_BODY"}"#, "failed"),
    ("exa", "401 Unauthorized", r#"{"error": "x", "tag": "INVALID_API_KEY"}"#, "key"),
    ("exa", "402 Payment Required", r#"{"tag": "NO_MORE_CREDITS"}"#, "quota"),
    ("exa", "402 Payment Required", r#"{"tag": "API_KEY_BUDGET_EXCEEDED"}"#, "quota"),
    ("exa", "429 Too Many Requests\r\nRetry-After: 0", r#"{"error": "rate limit exceeded"}"#, "busy"),
    ("exa", "500 Internal Server Error\r\nRetry-After: 0", "", "busy"),
    ("open", "429 Too Many Requests", r#"{"error": "Rate limit exceeded"}"#, "quota"),
    ("open", "403 Forbidden\r\nRetry-After: 0", r#"{"error": "slow down"}"#, "busy"),
    ("open with a key", "403 Forbidden", r#"{"error": "Invalid API key"}"#, "key"),
    ("open with a key", "401 Unauthorized", "", "key"),
    ("open", "400 Bad Request", r#"{"error": "Invalid filter", "message": "Unknown"}"#, "failed"),
    ("open", "503 Service Unavailable\r\nRetry-After: 0", "", "busy"),
];

fn kind(error: &WebError) -> &'static str {
    match error {
        WebError::Unreachable(_) => "unreachable",
        WebError::Busy { .. } => "busy",
        WebError::Failed(_) => "failed",
        WebError::Unreadable(_) => "unreadable",
        WebError::Forbidden(_) => "forbidden",
        WebError::QuestionRefused(_) => "question",
        WebError::KeyRefused(_) => "key",
        WebError::QuotaSpent(_) => "quota",
    }
}

#[test]
fn every_way_to_say_no_is_told_apart() {
    for (provider, status, body, expected) in REFUSALS {
        let error = ask(provider, status, body).expect_err(status);
        assert_eq!(kind(&error), *expected, "{provider} {status} {body}: {error}");
        assert!(error.to_string().starts_with("127.0.0.1"), "{error}");
    }
}

#[test]
fn a_key_stands_in_no_error_and_no_debug_output() {
    let echoing = |status: &'static str| {
        serve(move |path| {
            answer(status, "application/json", format!("{{\"error\": \"{path} {KEY}\"}}").as_bytes())
        })
    };
    for provider in ["open with a key", "exa", "brave"] {
        for status in [
            "200 OK",
            "400 No",
            "401 No",
            "402 No",
            "403 No",
            "422 No",
            "429 No\r\nRetry-After: 0",
            "500 No\r\nRetry-After: 0",
        ] {
            let server = echoing(status);
            let error = format!("{:?}", search(&server, provider).unwrap_err());
            assert!(!error.contains(KEY), "{provider} {status}: {error}");
            let debug = format!("{:?}", super::provider(&settings(&server.base, provider)));
            assert!(!debug.contains(KEY) && debug.contains("***"), "{debug}");
        }
    }
    let away: Url = "http://127.0.0.1:1".parse().unwrap();
    let agent = http::agent(SystemNames, Duration::from_secs(20), "test");
    let query = Query { name: "Ada Example", interest: "tides", terms: &["x".to_owned()] };
    for name in ["open with a key", "exa", "brave"] {
        let provider = provider(&settings(&away, name)).unwrap();
        let error = provider.search(&Client::new(agent.clone(), Duration::ZERO), &query).unwrap_err();
        assert!(matches!(&error, WebError::Unreachable(text) if !text.contains(KEY)), "{error:?}");
    }
}

#[test]
fn a_moment_of_patience_is_granted_once() {
    let asked = std::cell::Cell::new(0);
    let server = serve(move |_| match asked.replace(asked.get() + 1) {
        0 => answer("429 Too Many Requests\r\nRetry-After: 0", "text/plain", b""),
        _ => answer("200 OK", "application/json", SEARXNG.as_bytes()),
    });
    assert_eq!(search(&server, "searxng").unwrap().hits.len(), 2);
    let server = serve(|_| answer("429 Too Many Requests\r\nRetry-After: 600", "text/plain", b""));
    let Err(WebError::Busy { retry_after, .. }) = search(&server, "searxng") else { panic!("not busy") };
    assert_eq!(retry_after, Some(Duration::from_secs(600)));
    assert_eq!(server.requests().len(), 1);
}

/// The open indexes, of which one answers so.
fn open_with(failing: &'static str, status: &'static str, body: &'static str) -> Result<Found, WebError> {
    let respond = move |path: &str| match path.starts_with(failing) {
        true => answer(status, "application/json", body.as_bytes()),
        false => open_answer(path),
    };
    search(&serve(respond), "open")
}

#[test]
fn one_open_index_that_is_away_is_a_warning_while_another_finds_something() {
    let away = "503 Service Unavailable\r\nRetry-After: 0";
    for index in ["/openalex", "/crossref", "/wikipedia"] {
        let found = open_with(index, away, "").unwrap();
        assert_eq!(found.failures.iter().map(kind).collect::<Vec<_>>(), ["busy"], "{index}");
        assert!(!found.hits.is_empty());
    }
    let maxlag = r#"{"error": {"code": "maxlag", "info": "Waiting"}}"#;
    let found = open_with("/wikipedia", "200 OK\r\nRetry-After: 0", maxlag).unwrap();
    assert_eq!(kind(&found.failures[0]), "busy");
    let wrong = open_with("/wikipedia", "200 OK", r#"{"error": {"code": "badvalue", "info": "x"}}"#).unwrap();
    assert_eq!(wrong.failures, [WebError::Failed("127.0.0.1 could not search: badvalue".into())]);
}

#[test]
fn one_open_index_that_is_away_while_the_others_find_nothing_is_a_failure() {
    let server = serve(|path| match path.starts_with("/wikipedia") {
        true => answer("500 Internal Server Error\r\nRetry-After: 0", "text/plain", b""),
        false => answer("200 OK", "application/json", br#"{"results": [], "message": {"items": []}}"#),
    });
    assert_eq!(kind(&search(&server, "open").unwrap_err()), "busy");
}

#[test]
fn a_spent_quota_is_not_hidden_by_what_the_other_indexes_find() {
    assert_eq!(kind(&open_with("/openalex", "429 Too Many Requests", "").unwrap_err()), "quota");
}

/// Who refuses words how: provider, status, body.
const REFUSED_WORDS: &[(&str, &str, &str)] = &[
    ("brave", "422 Unprocessable Entity", BRAVE_QUESTION),
    ("exa", "400 Bad Request", r#"{"tag": "INVALID_REQUEST_BODY"}"#),
    ("searxng", "414 URI Too Long", "<html>"),
];

fn found_by(provider: &str) -> Vec<u8> {
    let body = match provider {
        "searxng" => SEARXNG,
        "brave" => BRAVE,
        _ => EXA,
    };
    answer("200 OK", "application/json", body.as_bytes())
}

/// Answers every question but those with these numbers, which it answers so.
fn refusing(
    provider: &'static str,
    numbers: &'static [usize],
    status: &'static str,
    body: &'static str,
) -> Server {
    let asked = std::cell::Cell::new(0);
    serve(move |_| match numbers.contains(&asked.replace(asked.get() + 1)) {
        true => answer(status, "application/json", body.as_bytes()),
        false => found_by(provider),
    })
}

#[test]
fn words_that_are_refused_are_a_warning_and_the_other_words_are_asked() {
    for (provider, status, body) in REFUSED_WORDS {
        let found = search_for(&refusing(provider, &[0], status, body), provider, &["a", "b"]).unwrap();
        assert_eq!(found.failures.iter().map(kind).collect::<Vec<_>>(), ["question"], "{provider}");
        assert!(!found.hits.is_empty(), "{provider}");
    }
}

#[test]
fn words_that_are_all_refused_are_a_warning_where_others_are_not_and_else_a_failure() {
    for (provider, status, body) in REFUSED_WORDS {
        let server = refusing(provider, &[0, 1], status, body);
        let found = search_for(&server, provider, &["a", "b"]).unwrap();
        assert_eq!(found.failures.iter().map(kind).collect::<Vec<_>>(), ["question", "question"]);
        assert_eq!((found.hits.len(), server.requests().len()), (0, 3), "{provider}");
        let Err(WebError::Failed(text)) = ask(provider, status, body) else { panic!("no failure") };
        assert!(text.contains("every other question"), "{text}");
    }
    let respond = |path: &str| match path.contains("Einstein") {
        _ if path.starts_with("/wikipedia") => open_answer(path),
        true => open_answer(path),
        false => answer("400 Bad Request", "application/json", b"{}"),
    };
    let found = search(&serve(respond), "open").unwrap();
    assert_eq!(found.failures.iter().map(kind).collect::<Vec<_>>(), ["question", "question"]);
    assert_eq!(found.hits.len(), 1);
}

#[test]
fn what_one_term_found_is_kept_when_the_next_one_fails() {
    for (status, expected, asked) in [
        ("429 Too Many Requests\r\nRetry-After: 600", "busy", 2),
        ("401 Unauthorized", "failed", 3),
        ("200 OK", "unreadable", 3),
    ] {
        let server = refusing("searxng", &[1], status, "<html>");
        let found = search_for(&server, "searxng", &["a", "b", "c"]).unwrap();
        assert_eq!(found.failures.iter().map(kind).collect::<Vec<_>>(), [expected]);
        assert_eq!((found.hits.len(), server.requests().len()), (2 * (asked - 1), asked), "{expected}");
    }
    let server = refusing("brave", &[1], "401 Unauthorized", "");
    assert_eq!(search_for(&server, "brave", &["a", "b"]).unwrap().hits.len(), 1);
}

#[test]
fn an_answer_that_is_too_long_is_about_the_question() {
    let body = |query: &str| match query.contains("university") {
        true => SEARXNG.to_owned(),
        false => format!(r#"{{"results": [{}"#, "0,".repeat(1024 * 1024)),
    };
    let server = serve(move |path| answer("200 OK", "application/json", body(path).as_bytes()));
    let found = search(&server, "searxng").unwrap();
    assert_eq!(found.failures.iter().map(kind).collect::<Vec<_>>(), ["question"]);
}
