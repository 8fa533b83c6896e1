//! What must hold whatever a search provider answers, with whichever status.
use ureq::http::StatusCode;

use super::{Hit, MOST_HITS, Query, brave, client::Answer, crossref, exa, openalex, searxng, wikipedia};
use crate::{
    text::name::PersonName,
    web::{
        Page, WebError,
        fuzz_targets::{is_line, is_page, is_told},
    },
};

const QUERY: Query<'static> = Query { name: "Ada Example", interest: "tidal energy", terms: &[] };
/// A key that some bodies of the corpus repeat.
const KEY: &str = "key-4711";

fn each_status<T>(
    input: &[u8],
    judge: fn(&Answer) -> Option<WebError>,
    read: impl Fn(&Answer) -> Result<T, WebError>,
    check: impl Fn(T),
) {
    for status in [200, 400, 401, 403, 422, 429, 503] {
        let answer = Answer {
            host: "search.example".to_owned(),
            status: StatusCode::from_u16(status).unwrap(),
            retry_after: None,
            body: input.to_vec(),
        };
        let outcome = judge(&answer).map_or_else(|| read(&answer), Err);
        assert!(status == 200 || outcome.is_err(), "{status} passes for a success");
        match outcome {
            Ok(found) => check(found),
            Err(error) => is_told(&error),
        }
    }
}

/// Bodies may repeat a key, and no error does.
fn hushed(judge: fn(&Answer) -> Option<WebError>) -> impl Fn(&Answer) -> Result<(), WebError> {
    move |answer| {
        let error = judge(answer);
        assert!(error.is_none_or(|error| !error.to_string().contains(KEY)));
        Ok(())
    }
}

fn is_hit(hit: &Hit) {
    match hit {
        Hit::Address(url) => assert!(matches!(url.scheme(), "http" | "https"), "{url}"),
        Hit::Record(page) => is_record(page),
    }
}

fn is_record(page: &Page) {
    is_page(page);
    assert!(page.warnings[0].contains("was not opened"), "{page:?}");
}

fn are_hits(hits: Vec<Hit>) {
    hits.iter().for_each(is_hit);
}

fn are_records(pages: Vec<Page>) {
    pages.iter().for_each(is_record);
}

pub(in crate::web) fn brave(input: &[u8]) {
    each_status(input, brave::judge, hushed(brave::judge), drop);
    each_status(input, brave::judge, brave::hits, are_hits);
}

pub(in crate::web) fn exa(input: &[u8]) {
    each_status(input, exa::judge, hushed(exa::judge), drop);
    each_status(input, exa::judge, exa::hits, are_hits);
}

pub(in crate::web) fn searxng(input: &[u8]) {
    each_status(input, searxng::judge, searxng::hits, are_hits);
}

pub(in crate::web) fn crossref(input: &[u8]) {
    let name = PersonName::parse(QUERY.name);
    each_status(
        input,
        Answer::refusal,
        |answer| crossref::pages(answer, &name),
        |pages| {
            assert!(
                pages.len() <= MOST_HITS && pages.iter().all(|page| page.url.starts_with("https://doi.org/"))
            );
            assert!(pages.iter().all(|page| page.text.lines().all(is_line)), "{pages:?}");
            are_records(pages);
        },
    );
}

pub(in crate::web) fn wikipedia(input: &[u8]) {
    each_status(input, wikipedia::judge, wikipedia::articles, are_records);
}

pub(in crate::web) fn openalex_authors(input: &[u8]) {
    each_status(input, openalex::judge, hushed(openalex::judge), drop);
    each_status(
        input,
        openalex::judge,
        |answer| openalex::people(answer, &QUERY),
        |people| {
            assert!(people.len() <= 2);
            for person in people {
                assert!(person.id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{}", person.id);
                are_records(vec![person.page(Vec::new(), &QUERY)]);
            }
        },
    );
}

pub(in crate::web) fn openalex_works(input: &[u8]) {
    let author = br#"{"results": [{"id": "https://openalex.org/A1", "display_name": "Ada Example"}]}"#;
    each_status(input, openalex::judge, openalex::works, |works| {
        let answer =
            Answer { host: String::new(), status: StatusCode::OK, retry_after: None, body: author.to_vec() };
        let ada = openalex::people(&answer, &QUERY).unwrap().remove(0);
        let page = ada.page(works, &QUERY);
        assert!(page.text.lines().all(is_line) && page.text.lines().count() <= 6, "{:?}", page.text);
        is_record(&page);
    });
}

#[test]
fn the_corpus_has_an_answer_of_each_provider_in_which_something_is_found() {
    let answer = |body: &str| Answer {
        host: String::new(),
        status: StatusCode::OK,
        retry_after: None,
        body: body.as_bytes().to_vec(),
    };
    macro_rules! found {
        ($target:literal) => {
            &answer(include_str!(concat!("../../../tests/corpus/search-", $target, "/found")))
        };
    }
    assert!(!brave::hits(found!("brave")).unwrap().is_empty());
    assert!(!exa::hits(found!("exa")).unwrap().is_empty());
    assert!(!searxng::hits(found!("searxng")).unwrap().is_empty());
    assert!(!wikipedia::articles(found!("wikipedia")).unwrap().is_empty());
    assert!(!crossref::pages(found!("crossref"), &PersonName::parse(QUERY.name)).unwrap().is_empty());
    assert!(!openalex::people(found!("openalex-authors"), &QUERY).unwrap().is_empty());
    assert!(!openalex::works(found!("openalex-works")).unwrap().is_empty());
}
