//! The open indexes: OpenAlex below `/openalex`, Crossref below `/crossref`, Wikipedia below `/wikipedia`; strict where
//! the true ones are, so that a question they would refuse is refused here too.
use std::{cmp::Reverse, collections::HashMap};

use serde::Deserialize;
use serde_json::{Map, Value, json};

use crate::{
    http::{Request, Response},
    search::words,
};

/// Somebody whom the indexes know.
#[derive(Deserialize)]
pub struct Person {
    id: u64,
    name: String,
    institution: String,
    topics: Vec<String>,
    works: Vec<Work>,
    wikipedia: Option<String>,
}

#[derive(Deserialize)]
struct Work {
    title: String,
    published: String,
    r#type: String,
}

type Parameters = HashMap<String, String>;

/// Answers for the index at a path, e.g. `/openalex/authors`.
pub fn answer(people: &[Person], request: &Request) -> Response {
    let parameters: Parameters = request.url.query_pairs().into_owned().collect();
    match request.url.path() {
        "/openalex/authors" => openalex(authors(people, &parameters)),
        "/openalex/works" => openalex(works(people, &parameters)),
        "/crossref/works" => json_page(200, &crossref(people, &parameters)),
        "/wikipedia/w/api.php" if !request.header("user-agent").contains(['@', '/']) => {
            Response::status_page(403)
        }
        "/wikipedia/w/api.php" => json_page(200, &wikipedia(people, &parameters, request)),
        _ => Response::status_page(404),
    }
}

fn json_page(status: u16, body: &Value) -> Response {
    Response::new(status, "application/json", body.to_string())
}

fn openalex(found: Result<Vec<Value>, String>) -> Response {
    match found {
        Ok(results) => {
            let meta = json!({"count": results.len(), "page": 1, "per_page": 25, "cost_usd": 0.001});
            json_page(200, &json!({"meta": meta, "results": results, "group_by": []}))
        }
        Err(message) => {
            json_page(400, &json!({"error": "Invalid query parameters error.", "message": message}))
        }
    }
}

fn get<'a>(parameters: &'a Parameters, name: &str) -> &'a str {
    parameters.get(name).map_or("", String::as_str)
}

/// Only the members that were asked for; one that no record has is a mistake.
fn selected(records: Vec<Value>, parameters: &Parameters) -> Result<Vec<Value>, String> {
    let Some(select) = parameters.get("select") else { return Ok(records) };
    let pick = |record: Value| -> Result<Value, String> {
        let mut members = Map::new();
        for name in select.split(',') {
            let value = record.get(name).ok_or(format!("{name} is not a valid select field"))?;
            members.insert(name.to_owned(), value.clone());
        }
        Ok(members.into())
    };
    records.into_iter().map(pick).collect()
}

fn holds(text: &str, asked: &str) -> bool {
    let text: Vec<String> = words(text).collect();
    words(asked).count() > 0 && words(asked).all(|word| text.contains(&word))
}

fn authors(people: &[Person], parameters: &Parameters) -> Result<Vec<Value>, String> {
    let found = people.iter().filter(|person| holds(&person.name, get(parameters, "search")));
    let named =
        |id: String, name: &String| json!({"id": format!("https://openalex.org/{id}"), "display_name": name});
    let record = |person: &Person| {
        let topics: Vec<_> = person.topics.iter().map(|topic| named("T1".to_owned(), topic)).collect();
        json!({
            "id": format!("https://openalex.org/A{}", person.id),
            "orcid": null,
            "display_name": person.name,
            "display_name_alternatives": [],
            "works_count": person.works.len(),
            "cited_by_count": 7 * person.works.len(),
            "last_known_institutions": [named(format!("I{}", person.id), &person.institution)],
            "topics": topics,
        })
    };
    selected(found.map(record).collect(), parameters)
}

fn works(people: &[Person], parameters: &Parameters) -> Result<Vec<Value>, String> {
    let filter = get(parameters, "filter");
    let id = filter.strip_prefix("author.id:A").ok_or(format!("Unknown filter {filter}"))?;
    if !matches!(get(parameters, "sort"), "-publication_date" | "publication_date:desc") {
        return Err("Sort must be by publication_date here".to_owned());
    }
    let person = people.iter().find(|person| person.id.to_string() == id);
    let mut works: Vec<&Work> = person.iter().flat_map(|person| &person.works).collect();
    works.sort_by_key(|work| Reverse(&work.published));
    let record = |(number, work): (usize, &&Work)| {
        json!({
            "id": format!("https://openalex.org/W{id}{number}"),
            "doi": null,
            "title": work.title,
            "display_name": work.title,
            "publication_date": work.published,
            "publication_year": year(work),
            "type": work.r#type,
        })
    };
    selected(works.iter().enumerate().map(record).collect(), parameters)
}

fn year(work: &Work) -> u16 {
    work.published[..4].parse().expect("a work has a date")
}

/// The works of everybody of the name, those that share most with the subject first.
fn crossref(people: &[Person], parameters: &Parameters) -> Value {
    let subject: Vec<String> = words(get(parameters, "query.bibliographic")).collect();
    let shared = |work: &Work| words(&work.title).filter(|word| subject.contains(word)).count();
    let mut found: Vec<(&Person, usize, &Work)> = people
        .iter()
        .filter(|person| holds(&person.name, get(parameters, "query.author")))
        .flat_map(|person| person.works.iter().enumerate().map(move |(number, work)| (person, number, work)))
        .collect();
    found.sort_by_key(|(.., work)| Reverse(shared(work)));
    let item = |(person, number, work): &(&Person, usize, &Work)| {
        let (given, family) = person.name.split_once(' ').unwrap_or(("", &person.name));
        json!({
            "DOI": format!("10.99999/sample.{}.{number}", person.id),
            "type": if work.r#type == "book" { "monograph" } else { "journal-article" },
            "title": [work.title],
            "container-title": ["Transactions of the Sample Society"],
            "author": [{"given": given, "family": family, "sequence": "first", "affiliation": []}],
            "published": {"date-parts": [[year(work)]]},
        })
    };
    let rows = get(parameters, "rows").parse().unwrap_or(20);
    let items: Vec<_> = found.iter().take(rows).map(item).collect();
    let message = json!({"total-results": found.len(), "items-per-page": rows, "items": items});
    json!({"status": "ok", "message-type": "work-list", "message-version": "1.0.0", "message": message})
}

/// Errors come with status 200.
fn wikipedia(people: &[Person], parameters: &Parameters, request: &Request) -> Value {
    let asked = [("action", "query"), ("format", "json"), ("formatversion", "2"), ("generator", "search")];
    if let Some((name, _)) = asked.iter().find(|(name, value)| get(parameters, name) != *value) {
        return json!({"error": {"code": "badvalue", "info": format!("Unrecognized value for parameter \"{name}\"")}});
    }
    let phrase = get(parameters, "gsrsearch").trim_matches('"');
    let found = people.iter().filter_map(|person| Some((person, person.wikipedia.as_ref()?)));
    let pages: Vec<_> = found
        .filter(|(person, _)| holds(&person.name, phrase))
        .enumerate()
        .map(|(at, (person, extract))| {
            let mut address = request.url.clone();
            address.set_query(None);
            address.set_path(&format!("/wiki/{}", person.name.replace(' ', "_")));
            json!({
                "pageid": person.id, "ns": 0, "title": person.name, "index": at + 1,
                "extract": extract, "fullurl": address.as_str(),
            })
        })
        .collect();
    match pages.is_empty() {
        true => json!({"batchcomplete": true}),
        false => json!({"batchcomplete": true, "query": {"pages": pages}}),
    }
}
