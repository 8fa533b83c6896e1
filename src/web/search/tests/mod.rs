//! Every provider over a real socket: what it sends, what it makes of true answers, and of every way to say no.
mod refusals;

use std::time::Duration;

use proptest::prelude::*;

use super::*;
use crate::{
    config::{KEYED_PROVIDERS, KeyedProvider, KeyedService, SETTINGS, Secret},
    model::{Builtin, Fact, FactsTask, Model, Person, Slot, SlotKind, ValuesTask},
    web::{
        client as http,
        resolve::SystemNames,
        testing::{Server, answer, serve},
    },
};

const KEY: &str = "key-4711";

fn settings(base: &Url, provider: &str) -> WebSettings {
    let keyed = || KeyedService { base: base.clone(), key: Secret::new(KEY) };
    let open = |key: Option<&str>| SearchProvider::Open {
        openalex: base.join("/openalex").unwrap(),
        openalex_key: key.map(Secret::new),
        crossref: base.join("/crossref").unwrap(),
        wikipedia: base.join("/wikipedia").unwrap(),
    };
    WebSettings {
        search: match provider {
            "searxng" => SearchProvider::Searxng(base.clone()),
            "exa" => SearchProvider::Keyed("exa", keyed()),
            "brave" => SearchProvider::Keyed("brave", keyed()),
            "open with a key" => open(Some(KEY)),
            "open" => open(None),
            other => panic!("no provider {other}"),
        },
        contact: Some("me@a.example".to_owned()),
        host_interval: Duration::ZERO,
        arxiv_base_url: base.clone(),
        arxiv_interval: Duration::ZERO,
        allow_private_hosts: Vec::new(),
    }
}

fn search(server: &Server, name: &str) -> Result<Found, WebError> {
    search_for(server, name, &["Ada Example \"tidal\" R&D"])
}

fn search_for(server: &Server, name: &str, terms: &[&str]) -> Result<Found, WebError> {
    let settings = settings(&server.base, name);
    let agent = http::agent(SystemNames, Duration::from_secs(20), "scribe/test (me@a.example)");
    let client = Client::new(agent, Duration::ZERO);
    let terms: Vec<_> = terms.iter().map(|term| (*term).to_owned()).collect();
    let query = Query { name: "Ada Example", interest: "tidal energy", terms: &terms };
    super::search(&*provider(&settings).unwrap(), &client, &query)
}

/// What the provider makes of one answer to everything.
fn ask(provider: &str, status: &'static str, body: &'static str) -> Result<Found, WebError> {
    search(&serve(move |_| answer(status, "application/json", body.as_bytes())), provider)
}

fn addresses(found: &Found) -> Vec<&str> {
    found.hits.iter().map(|hit| if let Hit::Address(url) = hit { url.as_str() } else { "a record" }).collect()
}

fn records(found: &Found) -> Vec<&Page> {
    found.hits.iter().filter_map(|hit| if let Hit::Record(page) = hit { Some(page) } else { None }).collect()
}

const SEARXNG: &str = r#"{"query": "Ada Example tidal", "number_of_results": 0, "results": [
    {"url": "https://www.example.edu/~ada", "title": "Ada\n Example", "content": "Professor of\tocean engineering",
     "engine": "wikipedia", "engines": ["wikipedia"], "score": 1.0, "publishedDate": null},
    {"title": "an answer without an address", "content": "x"},
    {"url": "ftp://example.org/x", "title": "y"},
    {"url": "https://example.org/2", "title": null, "content": 7}],
    "answers": [{"answer": "new form"}], "corrections": [], "infoboxes": [], "suggestions": [],
    "unresponsive_engines": [["other", "timeout"]]}"#;

const BRAVE: &str = r#"{"type": "search", "query": {"original": "x"}, "web": {"type": "search", "results": [
    {"type": "search_result", "title": "Ada Example", "url": "https://www.example.edu/~ada",
     "description": "Professor of <strong>tidal</strong> energy", "age": "March 2, 2026"},
    {"title": "without an address"}, {"url": "javascript:alert(1)"}]}}"#;

const EXA: &str = r#"{"requestId": "b5", "resolvedSearchType": "neural", "results": [
    {"id": "x", "url": "https://www.example.edu/~ada", "title": "Ada Example", "publishedDate": null,
     "author": null, "score": 0.42, "text": "I study tidal turbines.\nAda Example"},
    {"id": "y", "url": "https://example.org/2", "title": null, "text": null}, {"url": 7}],
    "costDollars": {"total": 0.005}}"#;

const AUTHORS: &str = r#"{"meta": {"count": 3, "page": 1, "per_page": 5}, "results": [
    {"id": "https://openalex.org/A1", "display_name": "Bo Example", "topics": [{"display_name": "Tidal energy"}]},
    {"id": "https://openalex.org/A2", "orcid": null, "display_name": "Ada Example", "display_name_alternatives": null,
     "last_known_institutions": null, "topics": [{"display_name": "Baking"}]},
    {"id": "https://openalex.org/A3", "orcid": "https://orcid.org/0", "display_name": "A. Example",
     "display_name_alternatives": ["Ada Example"], "works_count": 84,
     "last_known_institutions": [{"id": "https://openalex.org/I1", "display_name": "Example University", "country_code": "GB"}],
     "topics": [{"display_name": "Tidal and Wave Energy"}, {"display_name": "Moorings"}]}]}"#;

const WORKS: &str = r#"{"meta": {"count": 2}, "results": [
    {"id": "https://openalex.org/W1", "title": "Notes on <i>rowing</i>", "publication_year": 2026, "type": "article"},
    {"id": "https://openalex.org/W2", "title": "Tidal &amp; Wave", "publication_year": 2020, "type": "book"},
    {"id": "https://openalex.org/W3", "title": null, "publication_year": null}]}"#;

const CROSSREF: &str = r#"{"status": "ok", "message-type": "work-list", "message": {"total-results": 3, "items": [
    {"DOI": "10.0000/none", "type": "journal-article", "title": ["By somebody else"], "author": [{"given": "Bo", "family": "Example"}]},
    {"DOI": "10.0000/handwritten.1", "type": "journal-article", "title": ["Wake recovery in tidal arrays"],
     "container-title": ["Journal of Examples"], "author": [{"name": "A Consortium"}, {"given": "Ada", "family": "Example", "affiliation": []}],
     "published": {"date-parts": [[2026, 3, 2]]}},
    {"DOI": "10.0000/a?b#c", "type": "monograph", "title": ["Tides"], "author": [{"given": "Ada", "family": "Example"}],
     "published": {"date-parts": [[null]]}}]}}"#;

const WIKIPEDIA: &str = r#"{"batchcomplete": true, "query": {"pages": [
    {"pageid": 2, "ns": 0, "title": "Tidal power", "index": 2, "extract": "Tidal power is harnessed.", "fullurl": "https://en.wikipedia.org/wiki/Tidal_power"},
    {"pageid": 1, "ns": 0, "title": "Ada Example", "index": 1, "extract": "Ada Example is an engineer.", "fullurl": "https://en.wikipedia.org/wiki/Ada_Example"}]}}"#;

fn open_answer(path: &str) -> Vec<u8> {
    let body = match path.split('?').next().unwrap_or_default() {
        "/openalex/authors" => AUTHORS,
        "/openalex/works" => WORKS,
        "/crossref/works" => CROSSREF,
        "/wikipedia/w/api.php" => WIKIPEDIA,
        other => panic!("no such path {other}"),
    };
    answer("200 OK", "application/json", body.as_bytes())
}

#[test]
fn results_with_a_web_address_are_hits() {
    let found = ask("searxng", "200 OK", SEARXNG).unwrap();
    assert_eq!(addresses(&found), ["https://www.example.edu/~ada", "https://example.org/2"]);
    assert_eq!(addresses(&ask("brave", "200 OK", BRAVE).unwrap()), ["https://www.example.edu/~ada"]);
}

#[test]
fn what_exa_has_read_is_not_asked_for_again() {
    let found = ask("exa", "200 OK", EXA).unwrap();
    assert_eq!(addresses(&found), ["a record", "https://example.org/2"]);
    let page = records(&found)[0];
    assert_eq!((page.url.as_str(), page.title.as_str()), ("https://www.example.edu/~ada", "Ada Example"));
    assert_eq!(page.text, "I study tidal turbines.\nAda Example");
    assert_eq!(page.warnings, ["this is what Exa says; the page itself was not opened"]);
}

#[test]
fn the_open_indexes_tell_who_works_where_on_what() {
    let server = serve(open_answer);
    let found = search(&server, "open").unwrap();
    assert_eq!(found.failures, []);
    let told: Vec<_> = records(&found).iter().map(|page| (page.url.as_str(), page.text.as_str())).collect();
    assert_eq!(
        told,
        [
            (
                "https://openalex.org/A2",
                "Ada Example\nAda Example publishes on Baking.\n\
                 Ada Example published the book “Tidal & Wave” in 2020.\n\
                 Ada Example published the article “Notes on rowing” in 2026."
            ),
            ("https://en.wikipedia.org/wiki/Ada_Example", "Ada Example is an engineer."),
            (
                "https://doi.org/10.0000/handwritten.1",
                "Ada Example published the article “Wake recovery in tidal arrays” in Journal of Examples in 2026."
            ),
            ("https://doi.org/10.0000/a%3Fb%23c", "Ada Example published the book “Tides”."),
        ]
    );
    assert!(records(&found).iter().all(|page| page.warnings.len() == 1));
}

#[test]
fn each_provider_is_asked_in_its_own_way() {
    for (provider, expected) in [
        (
            "searxng",
            "GET /search?q=Ada+Example+%22tidal%22+R%26D&format=json&language=en&categories=general ",
        ),
        ("brave", "GET /res/v1/web/search?q=Ada+Example+%22tidal%22+R%26D&count=10 "),
        ("brave", "\r\nx-subscription-token: key-4711\r\n"),
        ("exa", "POST /search "),
        ("exa", "\r\nx-api-key: key-4711\r\n"),
        ("exa", r#""contents":{"text":{"maxCharacters":30000}}"#),
        ("exa", r#""query":"Ada Example \"tidal\" R&D""#),
        ("open", "GET /openalex/authors?search=Ada+Example&per_page=10&select=id%2Cdisplay_name"),
        ("open", "GET /openalex/works?filter=author.id%3AA2&sort=-publication_date&per_page=25"),
        ("open with a key", "&api_key=key-4711 "),
        ("open", "GET /crossref/works?query.author=Ada+Example&query.bibliographic=tidal+energy&rows=10"),
        ("open", "&mailto=me%40a.example "),
        (
            "open",
            "GET /wikipedia/w/api.php?action=query&format=json&formatversion=2&generator=search&gsrsearch=%22Ada+Example%22",
        ),
        ("open", "&maxlag=5 "),
        ("open", "\r\nuser-agent: scribe/test (me@a.example)\r\n"),
    ] {
        let server = serve(move |path| match provider {
            "searxng" => answer("200 OK", "application/json", SEARXNG.as_bytes()),
            "brave" => answer("200 OK", "application/json", BRAVE.as_bytes()),
            "exa" => answer("200 OK", "application/json", EXA.as_bytes()),
            _ => open_answer(path),
        });
        search(&server, provider).unwrap();
        let sent: Vec<_> = server.requests().into_iter().map(|request| request.text).collect();
        let is_there = |text: &String| text.contains(expected) || text.to_lowercase().contains(expected);
        assert!(sent.iter().any(is_there), "{provider}: {expected}\n{sent:#?}");
    }
}

#[test]
fn only_books_are_taken_for_books() {
    let read = |kind: &str| {
        let text =
            format!("Ada Example\nAda Example published the {} “Ocean Tides” in 2026.", work_kind(kind));
        let person = Person { name: "Ada Example", interest: "ocean tides" };
        let facts = Builtin.facts(&FactsTask { person, title: "Ada Example", text: &text }).unwrap().facts;
        let facts: Vec<_> = facts.into_iter().map(|text| Fact { text, page: 0 }).collect();
        let slots = [Slot { name: "book".into(), kind: SlotKind::Book }];
        let task =
            ValuesTask { person, template: "", slots: &slots, facts: &facts, papers: &[], complaints: &[] };
        Builtin.values(&task).unwrap().pop().map(|value| value.text)
    };
    for kind in ["book", "monograph"] {
        assert_eq!(read(kind).as_deref(), Some("Ocean Tides"), "{kind}");
    }
    for kind in
        ["article", "journal-article", "book-chapter", "posted-content", "dissertation", "edited-book", ""]
    {
        assert_eq!(read(kind), None, "{kind}");
    }
}

#[test]
fn wikipedia_is_not_asked_without_a_contact() {
    let server = serve(open_answer);
    let settings = WebSettings { contact: None, ..settings(&server.base, "open") };
    let agent = http::agent(SystemNames, Duration::from_secs(20), "test");
    let query = Query { name: "Ada Example", interest: "tides", terms: &[] };
    provider(&settings).unwrap().search(&Client::new(agent, Duration::ZERO), &query).unwrap();
    let asked = server.requests();
    assert!(
        asked
            .iter()
            .all(|request| !request.target.contains("wikipedia") && !request.target.contains("mailto"))
    );
}

#[test]
fn the_base_address_may_have_a_path_and_a_slash() {
    for (base, expected) in [
        ("http://search.example", "http://search.example/search"),
        ("http://search.example:8888/", "http://search.example:8888/search"),
        ("https://search.example/sx", "https://search.example/sx/search"),
        ("https://search.example/sx/?a=b", "https://search.example/sx/search"),
    ] {
        assert_eq!(address(&base.parse().unwrap(), "/search", &[]).as_str(), expected);
    }
}

#[test]
fn at_most_ten_hits_of_a_term_are_kept() {
    let results: Vec<_> = (0..30).map(|i| format!(r#"{{"url":"https://example.org/{i}"}}"#)).collect();
    let body = format!(r#"{{"results":[{}]}}"#, results.join(","));
    let server = serve(move |_| answer("200 OK", "application/json", body.as_bytes()));
    assert_eq!(search(&server, "searxng").unwrap().hits.len(), 10);
}

#[test]
fn nothing_found_is_no_error_and_not_being_able_to_search_is() {
    for (provider, body) in [
        ("searxng", r#"{"results": [], "unresponsive_engines": []}"#),
        ("brave", r#"{"type": "search", "query": {"original": "x"}}"#),
        ("exa", r#"{"results": [], "costDollars": {"total": 0.005}}"#),
        ("open", r#"{"batchcomplete": true, "results": [], "message": {"items": []}}"#),
    ] {
        assert_eq!(ask(provider, "200 OK", body), Ok(Found::default()), "{provider}");
    }
    let engines =
        r#"{"results": [], "unresponsive_engines": [["google", "Suspended: access denied"], "bing"]}"#;
    let Err(WebError::Failed(text)) = ask("searxng", "200 OK", engines) else { panic!("not a failure") };
    assert_eq!(text, "127.0.0.1 could not search: google (Suspended: access denied), bing");
}

#[test]
fn words_have_no_meaning_to_a_query_language_and_fit() {
    for (text, expected) in [
        ("Ada \"Tide\" Example", "Ada Tide Example"),
        ("Example) OR (title:x AND NOT y*", "Example title x y"),
        ("José Álvarez-O'Neil Jr.", "José Álvarez-O'Neil Jr."),
        ("a | b & c ~2 ^3 \\ \0", "a b c 2 3"),
        ("''", ""),
    ] {
        assert_eq!(words(text, 100), expected);
    }
    assert_eq!(words("tidal energy arrays", 12), "tidal energy");
    assert_eq!(words(&"x".repeat(300), 100), "");
    let long = "ä".repeat(99);
    assert_eq!(words(&format!("{long} b"), 100), long);
}

#[test]
fn a_list_is_read_without_a_tree_of_it() {
    let read = |text: &str| list::<_, u8>(&mut serde_json::Deserializer::from_str(text));
    assert_eq!(read(r#"[1, {"a": [2]}, "x", null, 3]"#).unwrap(), [1, 3]);
    assert!(read(&format!("[{}0]", "{},".repeat(10_000))).is_err());
    let deep = format!("[{}{}, 4]", "[".repeat(100_000), "]".repeat(100_000));
    assert_eq!(read(&deep).unwrap(), [4]);
}

#[test]
fn the_tables_of_settings_and_of_providers_name_the_same() {
    let names: Vec<_> = KEYED.iter().map(|(name, _)| *name).collect();
    let known: Vec<_> = KEYED_PROVIDERS.iter().map(|provider| provider.name).collect();
    assert_eq!(names, known);
    for KeyedProvider { base_url, key, .. } in KEYED_PROVIDERS {
        let setting = |name: &str| SETTINGS.iter().find(|setting| setting.name == name).unwrap();
        assert!(setting(key).secret && setting(base_url).default.is_some(), "{key}");
    }
}

#[test]
fn the_example_of_the_documentation_is_a_provider() {
    let page = include_str!("../../../../docs/search-providers.md");
    assert!(page.contains(include_str!("../example.rs")), "the page shows another file than example.rs");
    let ask = |status: &'static str, body: &'static str| {
        let server = serve(move |_| answer(status, "application/json", body.as_bytes()));
        let service = KeyedService { base: server.base.clone(), key: Secret::new(KEY) };
        let client = Client::new(http::agent(SystemNames, Duration::from_secs(20), "test"), Duration::ZERO);
        let query = Query { name: "Ada Example", interest: "tides", terms: &["a b".to_owned()] };
        let outcome = super::search(&example::Example { service }, &client, &query);
        (outcome, server.requests()[0].text.to_lowercase())
    };
    let (found, sent) = ask("200 OK", r#"{"hits": [{"link": "https://a.example/"}, {"link": "x"}, 3]}"#);
    assert_eq!(addresses(&found.unwrap()), ["https://a.example/"]);
    assert!(sent.starts_with("get /v1/search?q=a+b ") && sent.contains("\r\nx-key: key-4711\r\n"), "{sent}");
    assert!(
        matches!(ask("401 No", "").0, Err(WebError::KeyRefused(text)) if text.contains("EXAMPLE_API_KEY"))
    );
    assert!(matches!(ask("402 No", "").0, Err(WebError::QuotaSpent(_))));
    assert!(matches!(ask("200 OK", "{}").0, Err(WebError::Unreadable(_))));
}

#[test]
fn each_open_index_is_probed_by_itself() {
    let server = serve(|path| match path.split('?').next().unwrap() {
        "/wikipedia/w/api.php" => answer("503 No\r\nRetry-After: 0", "text/plain", b""),
        "/crossref/works" => answer("200 OK", "application/json", br#"{"message": {"items": []}}"#),
        _ => open_answer(path),
    });
    let provider = provider(&settings(&server.base, "open")).unwrap();
    let client = Client::new(http::agent(SystemNames, Duration::from_secs(20), "test"), Duration::ZERO);
    let told: Vec<_> = provider.probe(&client);
    let who: Vec<_> = told.iter().map(|probe| probe.who.as_str()).collect();
    assert_eq!(who, ["OpenAlex at 127.0.0.1", "Wikipedia at 127.0.0.1", "Crossref at 127.0.0.1"]);
    assert!(matches!(told[1].outcome, Err(WebError::Busy { .. })), "{told:?}");
    // nobody in these answers is called Albert Einstein
    assert_eq!((&told[0].outcome, &told[2].outcome), (&Ok(0), &Ok(0)));
}

#[test]
fn titles_lose_their_markup_and_nothing_else() {
    for (text, expected) in [
        ("Notes on <i>E. coli</i> &amp; k &lt; 3", "Notes on E. coli & k < 3"),
        ("a < b > c", "a < b > c"),
        ("<sub", "<sub"),
        ("  two\nlines ", "two lines"),
    ] {
        assert_eq!(plain(text), expected);
    }
    assert!(plain(&"x".repeat(1000)).chars().count() <= 200);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_answer_is_taken_without_panic(
        provider in prop::sample::select(vec!["searxng", "brave", "exa", "open"]),
        cut in 0.0..1.0, junk in prop::collection::vec(any::<u8>(), 0..20), skip in 0usize..20,
    ) {
        let server = serve(move |path| {
            let whole = match provider {
                "searxng" => answer("200 OK", "x", SEARXNG.as_bytes()),
                "brave" => answer("200 OK", "x", BRAVE.as_bytes()),
                "exa" => answer("200 OK", "x", EXA.as_bytes()),
                _ => open_answer(path),
            };
            let body = whole.windows(4).position(|w| w == b"\r\n\r\n").unwrap() + 4;
            let at = body + ((whole.len() - body) as f64 * cut) as usize;
            [&whole[..at], &junk, &whole[(at + skip).min(whole.len())..]].concat()
        });
        if let Ok(found) = search(&server, provider) {
            for hit in &found.hits {
                match hit {
                    Hit::Address(url) => prop_assert!(url.scheme().starts_with("http")),
                    Hit::Record(page) => prop_assert!(page.url.starts_with("http") && !page.warnings.is_empty()),
                }
            }
        }
    }
}
