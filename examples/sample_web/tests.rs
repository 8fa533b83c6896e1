//! What the demo and the tests rely on: the data hold together, and the answers keep the true wire formats.
use std::io::{Read, Write};

use quick_xml::{Reader, events::Event};
use serde::Deserialize;
use serde_json::Value;
use url::Url;

use super::*;

/// What research should find about one person, and what it must not take for theirs.
#[derive(Deserialize)]
struct Expected {
    name: String,
    interest: String,
    /// None where nothing at all can be known for sure.
    institution: Option<String>,
    facts: Vec<String>,
    papers: Vec<String>,
    book: Option<String>,
    wrong: Vec<String>,
}

fn web() -> SampleWeb {
    SampleWeb::load(Arguments::default()).unwrap()
}

fn expected() -> Vec<Expected> {
    serde_json::from_str(&fs::read_to_string(Path::new(DATA).join("expected.json")).unwrap()).unwrap()
}

/// Those with a page of their own, each with the institution.
fn with_a_page() -> Vec<(Expected, String)> {
    expected()
        .into_iter()
        .filter_map(|mut person| person.institution.take().map(|institution| (person, institution)))
        .collect()
}

fn get(web: &SampleWeb, path: &str, parameters: &[(&str, &str)]) -> Response {
    let mut url = Url::parse("http://localhost:8080").unwrap().join(path).unwrap();
    if !parameters.is_empty() {
        url.query_pairs_mut().extend_pairs(parameters);
    }
    web.answer(&Request { method: "GET".to_owned(), url, headers: Vec::new(), body: String::new() })
}

fn search(web: &SampleWeb, query: &str) -> Vec<Value> {
    let response = get(web, "/search", &[("q", query), ("format", "json")]);
    assert_eq!(response.status, 200);
    serde_json::from_str::<Value>(&response.body).unwrap()["results"].as_array().unwrap().clone()
}

fn papers_by(web: &SampleWeb, author: &str, parameters: &[(&str, &str)]) -> Response {
    let author = format!("au:\"{author}\"");
    get(web, "/api/query", &[&[("search_query", author.as_str())], parameters].concat())
}

/// The texts of all elements of one name, each on one line.
fn texts(xml: &str, element: &str) -> Vec<String> {
    let mut reader = Reader::from_str(xml);
    let mut found = Vec::new();
    loop {
        match reader.read_event().unwrap() {
            Event::Start(start) if start.name().as_ref() == element => {
                let text = reader.read_text(start.name()).unwrap();
                let text = quick_xml::escape::unescape(&text).unwrap();
                found.push(text.split_whitespace().collect::<Vec<_>>().join(" "));
            }
            Event::Eof => return found,
            _ => (),
        }
    }
}

#[test]
fn a_search_for_name_and_interest_finds_the_profile_of_that_person_first() {
    let web = web();
    for (Expected { name, interest, .. }, institution) in with_a_page() {
        let results = search(&web, &format!("{name} {interest}"));
        let url = Url::parse(results[0]["url"].as_str().unwrap()).unwrap();
        assert_eq!((url.host_str(), url.port()), (Some("localhost"), Some(8080)));
        let text = &web.site.pages[url.path()].text;
        assert!(["/people/", "/labs/"].iter().any(|folder| url.path().starts_with(folder)), "{name}: {url}");
        assert!(text.contains(&name) && text.contains(&institution), "{name}: {url}");
    }
}

#[test]
fn every_planted_fact_and_book_stands_word_for_word_on_a_page_that_answers() {
    let web = web();
    let on_a_page = |text: &str| {
        web.site.pages.iter().any(|(path, page)| page.text.contains(text) && web.site.html(path).is_some())
    };
    for (person, institution) in with_a_page() {
        let book = person.book.map(|book| format!("“{book}”"));
        for text in person.facts.iter().chain(&book) {
            assert!(on_a_page(text), "{text}");
        }
        assert!(person.facts[0].contains(&person.name) && person.facts[0].contains(&institution));
    }
}

#[test]
fn what_must_not_be_taken_for_theirs_is_really_there_to_be_taken() {
    let web = web();
    let titles: Vec<&str> = web.papers.iter().map(|paper| paper.title.as_str()).collect();
    for person in expected() {
        for trap in &person.wrong {
            let in_text = web.site.pages.values().any(|page| page.text.contains(trap.as_str()));
            let in_title = titles.iter().any(|title| title.contains(trap.as_str()));
            assert!(in_text || in_title, "{}: {trap}", person.name);
            assert!(!person.facts.iter().chain(&person.papers).any(|truth| truth.contains(trap)), "{trap}");
        }
    }
}

#[test]
fn the_feed_of_every_person_is_xml_and_holds_all_their_papers() {
    let web = web();
    for person in expected() {
        let response = papers_by(&web, &person.name.to_uppercase(), &[]);
        assert_eq!(response.status, 200);
        // Submitters write LaTeX, and e-mails do not.
        let plain = |title: String| title.replace("$k$-$\\epsilon$", "k-ε");
        let found: Vec<String> = texts(&response.body, "title").into_iter().map(plain).collect();
        for title in &person.papers {
            assert!(found.contains(title), "{title}");
        }
    }
}

#[test]
fn a_namesake_shares_the_name_and_nothing_else() {
    let web = web();
    let ada = &expected()[0];
    let found = texts(&papers_by(&web, &ada.name, &[]).body, "title").len() - 1;
    assert!(found > ada.papers.len());
    let results = search(&web, &ada.name);
    assert!(
        results.iter().any(|hit| hit["url"].as_str().unwrap().ends_with("/people/ada-marlowe-topology.html"))
    );
}

#[test]
fn a_search_can_lead_to_a_dead_link_and_to_a_page_without_text() {
    let web = web();
    let dead = search(&web, "Pieter van der Wolkenveld medieval manuscripts")
        .iter()
        .any(|hit| get(&web, hit["url"].as_str().unwrap(), &[]).status == 404);
    assert!(dead);
    let script_only = search(&web, "Zhou Minglan solid-state battery electrolytes")
        .iter()
        .any(|hit| hit["url"].as_str().unwrap().ends_with("/labs/linghai-electrolytes.html"));
    assert!(script_only);
}

#[test]
fn feeds_are_cut_and_sorted_as_asked() {
    let web = web();
    let sort = ("sortBy", "submittedDate");
    let newest =
        papers_by(&web, "R. K. Thandavelu", &[sort, ("sortOrder", "descending"), ("max_results", "2")]);
    assert_eq!(texts(&newest.body, "published"), ["2026-08-05T05:58:12Z", "2025-06-11T14:14:14Z"]);
    assert_eq!(texts(&newest.body, "opensearch:totalResults"), ["5"]);
    let oldest = papers_by(&web, "R. K. Thandavelu", &[sort, ("sortOrder", "ascending"), ("start", "4")]);
    assert_eq!(texts(&oldest.body, "published"), ["2026-08-05T05:58:12Z"]);
}

#[test]
fn part_of_a_name_does_not_find_a_longer_word() {
    let web = web();
    assert_eq!(texts(&papers_by(&web, "Marlow", &[]).body, "opensearch:totalResults"), ["0"]);
    assert_eq!(texts(&papers_by(&web, "Jose Quintarrelo", &[]).body, "opensearch:totalResults"), ["0"]);
}

#[test]
fn papers_can_be_asked_for_by_identifier() {
    let response = get(&web(), "/api/query", &[("id_list", "2609.01234v1,2503.04417")]);
    assert_eq!(texts(&response.body, "opensearch:totalResults"), ["2"]);
    let old = get(&web(), "/api/query", &[("id_list", "hep-th/9901001v2")]);
    assert_eq!((old.status, texts(&old.body, "opensearch:totalResults")), (200, vec!["0".to_owned()]));
}

#[test]
fn arxiv_understands_fields_operators_and_parentheses() {
    let web = web();
    for (search, total) in [
        ("au:\"Ada Marlowe\"", "6"),
        ("au:ada_marlowe", "6"),
        ("au:\"Ada Marlowe\" AND cat:math.GT", "2"),
        ("au:\"Ada Marlowe\" ANDNOT cat:math.GT", "4"),
        ("(au:\"Ada Marlowe\" OR au:\"Marlowe Ada\") AND (all:tidal OR all:torus)", "5"),
        ("au:\"Ada Marlowe\" AND ti:wake AND abs:tidal", "1"),
        ("ti:tidal OR au:\"Ada Marlowe\" AND cat:math.GT", "6"),
        ("au:Zhou Marlowe", "9"),
        ("Marlowe", "6"),
        ("jr:tidal", "0"),
    ] {
        let response = get(&web, "/api/query", &[("search_query", search)]);
        assert_eq!(response.status, 200, "{search}");
        assert_eq!(texts(&response.body, "opensearch:totalResults"), [total], "{search}");
    }
}

#[test]
fn the_most_relevant_paper_comes_first_where_that_is_asked_for() {
    let search = ("search_query", "au:\"Ada Marlowe\" AND (all:torus OR all:crossing)");
    let response = get(&web(), "/api/query", &[search, ("sortBy", "relevance")]);
    assert_eq!(texts(&response.body, "title")[1], "Unknotting by crossing changes in a thickened torus");
}

#[test]
fn a_mistaken_query_gives_the_error_feed_and_400() {
    let web = web();
    let mistakes = [
        ("search_query", "au:\"Ada Marlowe"),
        ("search_query", "(au:\"Ada Marlowe\" OR au:Halsegrave"),
        ("search_query", "au:\"Ada Marlowe\" AND"),
        ("search_query", "OR au:Marlowe"),
        ("search_query", "who:Marlowe"),
        ("search_query", "au:\"\""),
        ("id_list", "abc"),
        ("start", "x"),
        ("max_results", "2001"),
    ];
    for mistake in mistakes {
        let response = get(&web, "/api/query", &[mistake]);
        assert_eq!(response.status, 400, "{mistake:?}");
        assert_eq!(texts(&response.body, "name"), ["arXiv api core"]);
        assert!(texts(&response.body, "id")[1].contains("/api/errors#"));
    }
}

#[test]
fn only_json_searches_are_answered() {
    let web = web();
    assert_eq!(get(&web, "/search", &[("q", "Ada")]).status, 403);
    assert_eq!(get(&web, "/search", &[("q", "Ada"), ("format", "csv")]).status, 403);
    assert_eq!(get(&web, "/search", &[("q", ""), ("format", "json")]).status, 400);
}

/// A question with headers, and a body where there is one.
fn ask(web: &SampleWeb, target: &str, headers: &[(&str, &str)], body: &str) -> (u16, Value) {
    let request = Request {
        method: if body.is_empty() { "GET" } else { "POST" }.to_owned(),
        url: Url::parse("http://localhost:8080").unwrap().join(target).unwrap(),
        headers: headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect(),
        body: body.to_owned(),
    };
    let response = web.answer(&request);
    (response.status, serde_json::from_str(&response.body).unwrap_or_default())
}

#[test]
fn the_open_indexes_know_everybody_and_their_works() {
    let web = web();
    for (person, institution) in with_a_page() {
        let query = url::form_urlencoded::byte_serialize(person.name.as_bytes()).collect::<String>();
        let (_, authors) = ask(&web, &format!("/openalex/authors?search={query}"), &[], "");
        let author = &authors["results"][0];
        assert_eq!(author["last_known_institutions"][0]["display_name"], institution);
        let id = author["id"].as_str().unwrap().rsplit('/').next().unwrap();
        let list = format!("/openalex/works?filter=author.id:{id}&sort=-publication_date&select=title,type");
        let (_, works) = ask(&web, &list, &[], "");
        let titles: Vec<_> =
            works["results"].as_array().unwrap().iter().map(|w| w["title"].as_str().unwrap()).collect();
        assert!(person.papers.iter().all(|paper| titles.contains(&paper.as_str())), "{titles:?}");
        assert!(works["results"][0].get("id").is_none(), "not selected");
        let (_, crossref) = ask(&web, &format!("/crossref/works?query.author={query}&rows=3"), &[], "");
        assert!(!crossref["message"]["items"].as_array().unwrap().is_empty(), "{}", person.name);
    }
}

#[test]
fn mistaken_questions_to_the_indexes_are_refused_as_the_true_ones_do() {
    let web = web();
    let contact = [("user-agent", "x/1 (a@b.example)")];
    assert_eq!(ask(&web, "/openalex/works?filter=who:A1", &[], "").0, 400);
    assert_eq!(ask(&web, "/openalex/authors?search=Ada&select=shoe_size", &[], "").0, 400);
    assert_eq!(ask(&web, "/wikipedia/w/api.php?action=query", &[], "").0, 403);
    let (status, body) = ask(&web, "/wikipedia/w/api.php?action=query", &contact, "");
    assert_eq!((status, body["error"]["code"].as_str()), (200, Some("badvalue")));
    let search = "/wikipedia/w/api.php?action=query&format=json&formatversion=2&generator=search&gsrsearch=";
    let (_, found) = ask(&web, &format!("{search}%22Elowen%20Tregarrick-Bose%22"), &contact, "");
    assert_eq!(found["query"]["pages"][0]["title"], "Elowen Tregarrick-Bose");
    let (_, nothing) = ask(&web, &format!("{search}Nobody"), &contact, "");
    assert_eq!(nothing, serde_json::json!({"batchcomplete": true}));
}

#[test]
fn the_engines_want_their_key_and_tell_a_spent_one_apart() {
    let web = web();
    for (key, exa_status, brave_status) in
        [(engines::KEY, 200, 200), (engines::SPENT, 402, 429), ("x", 401, 422)]
    {
        let question = r#"{"query": "Ada Marlowe tidal energy", "contents": {"text": {"maxCharacters": 9}}}"#;
        let (status, found) = ask(&web, "/exa/search", &[("x-api-key", key)], question);
        assert_eq!(status, exa_status);
        assert_eq!(status == 200, found["results"][0]["text"].as_str().is_some_and(|text| text.len() == 9));
        let target = "/brave/res/v1/web/search?q=Ada+Marlowe+tidal+energy";
        let (status, found) = ask(&web, target, &[("x-subscription-token", key)], "");
        assert_eq!(status, brave_status);
        assert_eq!(status == 200, found["web"]["results"][0]["url"].is_string());
    }
    let (_, nothing) =
        ask(&web, "/brave/res/v1/web/search?q=xyzzy", &[("x-subscription-token", engines::KEY)], "");
    assert!(nothing.get("web").is_none());
}

#[test]
fn no_path_leads_out_of_the_pages() {
    let web = web();
    assert_eq!(get(&web, "/people/ada-marlowe.html", &[]).status, 200);
    for path in
        ["/../papers.json", "/people/%2e%2e/%2e%2e/papers.json", "/people//../../papers.json", "/people/"]
    {
        assert_eq!(get(&web, path, &[]).status, 404, "{path}");
    }
}

#[test]
fn a_service_that_is_told_to_fail_fails_alone() {
    let options = ["--fail", "arxiv=429", "--fail", "pages=500"].map(String::from).into_iter();
    let web = SampleWeb::load(Arguments::parse(options).unwrap()).unwrap();
    let arxiv = papers_by(&web, "Ada Marlowe", &[]);
    assert_eq!((arxiv.status, arxiv.body.as_str()), (429, "Rate exceeded."));
    assert_eq!(get(&web, "/people/ada-marlowe.html", &[]).status, 500);
    assert_eq!(get(&web, "/robots.txt", &[]).status, 200);
    assert!(!search(&web, "Ada Marlowe").is_empty());
}

#[test]
fn a_request_to_arxiv_waits_while_the_file_exists_and_other_requests_do_not() {
    let file = std::env::temp_dir().join(format!("sample-web-hold-{}", std::process::id()));
    fs::write(&file, "").unwrap();
    let options = ["--hold-while".to_owned(), file.display().to_string()].into_iter();
    let web = SampleWeb::load(Arguments::parse(options).unwrap()).unwrap();
    assert!(!search(&web, "Ada Marlowe").is_empty());
    let (done, answer) = std::sync::mpsc::channel();
    thread::spawn(move || done.send(papers_by(&web, "Ada Marlowe", &[]).status));
    assert!(answer.recv_timeout(5 * HOLD_POLL).is_err(), "answered although the file exists");
    fs::remove_file(&file).unwrap();
    assert_eq!(answer.recv().unwrap(), 200);
}

#[test]
fn unknown_options_services_and_missing_values_are_refused() {
    for line in ["--colour red", "--port", "--port x", "--fail mail=500", "--fail arxiv"] {
        assert!(Arguments::parse(line.split(' ').map(String::from)).is_none(), "{line}");
    }
}

/// What a client on a real connection gets for these bytes.
fn exchange(request: &str) -> String {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let mut client = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
    client.write_all(request.as_bytes()).unwrap();
    serve(&web(), &listener.accept().unwrap().0);
    let mut answer = String::new();
    client.read_to_string(&mut answer).unwrap();
    answer
}

#[test]
fn a_request_over_tcp_is_answered_with_length_and_close() {
    let answer = exchange("GET /robots.txt HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let (head, body) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 OK\r\n") && head.contains("Connection: close"));
    assert!(head.contains(&format!("Content-Length: {}\r\n", body.len())));
}

#[test]
fn other_methods_get_405_and_nonsense_gets_400() {
    let answer = exchange("POST /search HTTP/1.1\r\nHost: localhost\r\n\r\n");
    assert!(answer.starts_with("HTTP/1.1 405 ") && answer.contains("Allow: GET\r\n"));
    assert!(exchange("hello\r\n\r\n").starts_with("HTTP/1.1 400 "));
    assert!(exchange("GET / HTTP/1.1\r\n\r\n").starts_with("HTTP/1.1 400 "));
}
