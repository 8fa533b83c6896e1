//! Each search provider with the whole program, on the sample web; keys that are refused and quotas that are spent.
use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use serde_json::Value;

use crate::support::{Program, SampleWeb, TestDatabase};

const TEMPLATE: &str = "Dear {{name}} at {{university|your university}}, {{book|}}";
/// Two of the invented researchers, and where they are.
const PEOPLE: [(&str, &str, &str); 2] = [
    ("Ada Marlowe", "tidal energy", "University of Northmoor"),
    ("Pieter van der Wolkenveld", "medieval manuscripts", "Rijnhaven University"),
];

/// Composes for a person and returns what it is.
fn compose(program: &Program, name: &str, interest: &str) -> Value {
    let template = program.file("template.txt", TEMPLATE).display().to_string();
    let words = ["compose", "--json", "--name", name, "--interest", interest, "--template", &template];
    serde_json::from_str(&program.ok(&words)).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn every_provider_leads_to_the_right_institution() {
    let web = SampleWeb::start(&[]);
    for (provider, key) in
        [("open", "CONTACT"), ("exa", "EXA_API_KEY"), ("brave", "BRAVE_API_KEY"), ("searxng", "CONTACT")]
    {
        let value = if key == "CONTACT" { "me@a.example" } else { "sample-key" };
        let program = Program::new().web(&web).env("SEARCH_PROVIDER", provider).env(key, value);
        for (name, interest, institution) in PEOPLE {
            let draft = compose(&program, name, interest);
            let message = draft["message"].as_str().unwrap();
            assert!(message.starts_with(&format!("Dear {name} at {institution}, ")), "{provider}: {draft:#}");
            assert!(!draft["metadata"]["scraped_urls"].as_array().unwrap().is_empty(), "{provider}");
        }
    }
}

#[test]
fn the_open_indexes_give_a_book_and_say_whose_words_these_are() {
    let web = SampleWeb::start(&[]);
    let program = Program::new().web(&web).env("SEARCH_PROVIDER", "open").env("CONTACT", "me@a.example");
    let (name, interest, _) = PEOPLE[1];
    let draft = compose(&program, name, interest);
    assert!(draft["message"].as_str().unwrap().ends_with("The Scribes Who Wandered"), "{draft:#}");
    let metadata = &draft["metadata"];
    let hosts = ["https://openalex.org/A", "/wiki/Pieter", "https://doi.org/10."];
    let urls = texts(&metadata["scraped_urls"]);
    assert!(hosts.iter().all(|host| urls.iter().any(|url| url.contains(host))), "{urls:?}");
    let warnings = texts(&metadata["warnings"]);
    let marked = warnings.iter().filter(|text| text.contains("the page itself was not opened")).count();
    assert!(marked >= urls.len(), "{warnings:?}");
}

#[test]
fn an_open_index_that_is_away_is_a_warning_and_all_of_them_a_failure() {
    let program = |web: &SampleWeb| {
        Program::new().web(web).env("SEARCH_PROVIDER", "open").env("CONTACT", "me@a.example")
    };
    let (name, interest, institution) = PEOPLE[0];
    let draft = compose(&program(&SampleWeb::start(&["--fail", "crossref=503"])), name, interest);
    assert!(draft["message"].as_str().unwrap().contains(institution));
    let warnings = texts(&draft["metadata"]["warnings"]);
    assert!(warnings.iter().any(|text| text.contains("not everything could be searched")), "{warnings:?}");

    let failing = ["--fail", "openalex=503", "--fail", "crossref=500", "--fail", "wikipedia=503"];
    let web = SampleWeb::start(&failing);
    let program = program(&web);
    let template = program.file("template.txt", TEMPLATE).display().to_string();
    let run = program.run(&["compose", "--name", name, "--interest", interest, "--template", &template]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("the search provider cannot be used"), "{}", run.stderr);
}

#[test]
fn a_refused_key_or_a_spent_quota_pauses_the_queue_and_fails_nobody() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let recipients = PEOPLE.map(|(name, interest, _)| (name, interest));
    database.queue(database.user(), TEMPLATE, &recipients);
    let program = |provider: &str, name: &str, key: &str| {
        Program::new()
            .database(&database)
            .web(&web)
            .env("SEARCH_PROVIDER", provider)
            .env(name, key)
            .env("LOG_LEVEL", "trace")
    };
    for (provider, name, key, condition) in [
        ("exa", "EXA_API_KEY", "wrong-key-4711", "search-key-refused"),
        ("exa", "EXA_API_KEY", "sample-key-spent", "search-quota-spent"),
        ("brave", "BRAVE_API_KEY", "wrong-key-4711", "search-key-refused"),
        ("brave", "BRAVE_API_KEY", "sample-key-spent", "search-quota-spent"),
    ] {
        let program = program(provider, name, key);
        let daemon = program.start(&[]);
        let health = daemon.wait_for_health(condition);
        daemon.wait_for("put back");
        assert!(!health.contains(key) && !daemon.log().contains(key), "{health}\n{}", daemon.log());
        assert!(database.items().iter().all(|item| (item.0.as_str(), item.2) == ("PENDING", 0)));
        let report = program.run(&["doctor"]);
        assert!(report.code == 1 && report.stdout.contains(name), "{}", report.stdout);
        assert!(!report.stdout.contains(key) && !report.stderr.contains(key));
    }
    program("exa", "EXA_API_KEY", "sample-key").ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(2);
}

#[test]
fn a_key_in_an_address_stands_in_no_log() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&["--fail", "openalex=401"]));
    let (name, interest, _) = PEOPLE[0];
    database.queue(database.user(), TEMPLATE, &[(name, interest)]);
    let program = Program::new()
        .database(&database)
        .web(&web)
        .env("SEARCH_PROVIDER", "open")
        .env("OPENALEX_API_KEY", "key-4711")
        .env("LOG_LEVEL", "trace");
    let daemon = program.start(&[]);
    let health = daemon.wait_for_health("search-key-refused");
    assert!(health.contains("OPENALEX_API_KEY") && !health.contains("key-4711"), "{health}");
    assert!(!daemon.log().contains("key-4711"), "{}", daemon.log());
}

/// A SearXNG server that finds nothing, and refuses every question with this word in it. Returns its address.
fn refusing_server(word: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let mut request = [0; 4096];
            let read = stream.read(&mut request).unwrap_or(0);
            let (status, body) = match String::from_utf8_lossy(&request[..read]).contains(word) {
                true => ("400 Bad Request", ""),
                false => ("200 OK", r#"{"results": []}"#),
            };
            let length = body.len();
            // A client that has gone has what it wanted.
            let _ = write!(
                stream,
                "HTTP/1.1 {status}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n{body}"
            );
        }
    });
    address
}

#[test]
fn a_recipient_whose_words_are_refused_holds_up_nobody() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let recipients = PEOPLE.map(|(name, interest, _)| (name, interest));
    database.queue(database.user(), "Dear {{name}}, {{book|}}", &recipients);
    let server = refusing_server("Marlowe");
    let program = Program::new().database(&database).web(&web);
    let program = program.env("SEARCH_PROVIDER", "searxng").env("SEARXNG_URL", &server);
    program.ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(2);
    let refused =
        "SELECT count(*) FROM emails WHERE metadata::text LIKE '%not everything could be searched%400%'";
    assert_eq!(database.query(refused, &[])[0].get::<_, i64>(0), 1);
}
