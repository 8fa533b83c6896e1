//! The main job: rows go in, e-mails with evidence come out.
use std::fs;

use serde_json::Value;

use crate::support::{Program, SampleWeb, TestDatabase, expected_people, pair, repository};

/// The ten invented researchers of the demo, with what is planted on their pages.
fn expected() -> Vec<Value> {
    let demo = fs::read_to_string(repository("examples/recipients.csv")).unwrap();
    let mut people = expected_people();
    people.retain(|person| demo.contains(&format!("\n{},", person["name"].as_str().unwrap())));
    people
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|v| v.as_str().unwrap()).collect()
}

/// A sentence as it may be quoted: without its full stop.
fn quoted(fact: &str) -> &str {
    fact.trim_end_matches('.')
}

#[test]
fn ten_items_of_one_insert_become_ten_emails_in_order_with_facts_and_papers() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let expected = expected();
    let recipients: Vec<(&str, &str)> =
        expected.iter().map(|p| (p["name"].as_str().unwrap(), p["interest"].as_str().unwrap())).collect();
    let template = fs::read_to_string(repository("examples/templates/research.txt")).unwrap();
    database.queue(database.user(), &template, &recipients);

    let program = Program::new().database(&database).web(&web);
    let run = program.run(&["run", "--until-empty"]);
    assert_eq!(run.code, 0, "{}", run.stderr);

    database.assert_one_email_per_finished_item(10);
    let rows = database.query(
        "SELECT e.recipient_name, e.email_message, e.template_type, e.metadata, e.is_confident
         FROM queue_items q JOIN emails e ON e.id = q.email_id ORDER BY q.completed_at",
        &[],
    );
    let order: Vec<String> = rows.iter().map(|row| row.get(0)).collect();
    assert_eq!(order, recipients.iter().map(|r| r.0).collect::<Vec<_>>(), "first in, first out");
    let mut quotes = 0;
    for (row, person) in rows.iter().zip(&expected) {
        let (message, kind, metadata): (String, String, Value) = (row.get(1), row.get(2), row.get(3));
        assert_eq!(kind, "RESEARCH");
        let place = person["institution"].as_str().unwrap();
        assert!(message.contains(place), "no planted institution in:\n{message}");
        quotes += usize::from(texts(&person["facts"]).iter().any(|fact| message.contains(quoted(fact))));
        assert!(texts(&person["papers"]).iter().any(|t| message.contains(t)), "no paper in:\n{message}");
        assert!(row.get::<_, bool>(4), "not confident:\n{message}\n{metadata:#}");
        assert!(!message.contains("{{") && !message.contains("[Your"), "left over in:\n{message}");
        assert!(message.ends_with("Sam Student\n"), "{message}");
        assert_metadata(&metadata, person);
    }
    // A recipient whose pages only say “Zhou” for “Zhou Minglan” gets no quotation rather than perhaps a wrong one, and
    // two get none because what is planted shares no word with their interest: they get their paper.
    assert!(quotes >= 7, "planted sentences in {quotes} of 10 e-mails");
}

/// The members of the contract, and nothing in them that was not fetched.
fn assert_metadata(metadata: &Value, person: &Value) {
    let mut members: Vec<&str> = metadata.as_object().unwrap().keys().map(String::as_str).collect();
    members.sort_unstable();
    assert_eq!(
        members,
        [
            "arxiv_papers",
            "doubts",
            "model",
            "scraped_urls",
            "search_terms",
            "sources",
            "step_timings",
            "temperature",
            "usage",
            "warnings"
        ]
    );
    let terms = texts(&metadata["search_terms"]);
    assert!((1..=3).contains(&terms.len()), "{terms:?}");
    assert!(texts(&metadata["scraped_urls"]).iter().all(|url| url.starts_with("http://127.0.0.1:")));
    let papers = metadata["arxiv_papers"].as_array().unwrap();
    assert!((1..=5).contains(&papers.len()));
    for paper in papers {
        let title = paper["title"].as_str().unwrap();
        assert!(texts(&person["papers"]).contains(&title), "somebody else's paper: {title}");
        assert!(paper["arxiv_url"].as_str().unwrap().starts_with("https://arxiv.org/abs/"));
        assert!(paper["year"].as_u64().unwrap() >= 2022);
        assert!(texts(&paper["matched_by"])[0].starts_with("author "), "{paper}");
    }
    for step in ["template_parser", "web_scraper", "arxiv_helper", "email_composer"] {
        assert!(metadata["step_timings"][step].as_f64().unwrap() >= 0.0);
    }
    assert_eq!(metadata["model"], "builtin");
}

#[test]
fn everything_works_without_a_pooler_too() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    database.queue(database.user(), "Dear {{name}}, {{detail|hello}}", &[("Ada Marlowe", "tidal energy")]);
    let direct = Program::new().database(&database).web(&web).env("DB_PORT", pair().fact("DIRECT_PORT"));
    direct.ok(&["db", "upgrade"]);
    direct.ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(1);
}

#[test]
fn every_statement_of_a_full_run_is_unnamed() {
    let (database, web) = (TestDatabase::empty(), SampleWeb::start(&[]));
    database.log_parses();
    let program = Program::new().database(&database).web(&web);
    program.ok(&["db", "upgrade"]);
    program.ok(&["db", "info"]);
    program.ok(&["user", "add", "sam@example.org", "--name", "Sam Student"]);
    let recipients = repository("examples/recipients.csv").display().to_string();
    let template = repository("examples/templates/general.txt").display().to_string();
    program.ok(&["queue", "import", &recipients, "--user", "sam@example.org", "--template", &template]);
    program.ok(&["run", "--until-empty"]);
    program.ok(&["queue", "list"]);
    program.ok(&["email", "list"]);
    database.assert_one_email_per_finished_item(10);

    database.assert_no_statement_had_a_name(10);
    assert!(!database.log().iter().any(|line| line.contains("PREPARE ")), "a statement was prepared in SQL");
}

#[test]
fn a_hostile_page_leaves_no_trace_in_the_email() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let expected = expected();
    let recipients: Vec<(&str, &str)> =
        expected.iter().map(|p| (p["name"].as_str().unwrap(), p["interest"].as_str().unwrap())).collect();
    database.queue(database.user(), "Dear {{name}}, {{detail|hello}} [Your Name]", &recipients);
    Program::new().database(&database).web(&web).ok(&["run", "--until-empty"]);
    for row in database.query("SELECT email_message FROM emails", &[]) {
        let message: String = row.get(0);
        let lower = message.to_lowercase();
        assert!(!lower.contains("ignore") && !lower.contains("evil") && !lower.contains("http"), "{message}");
    }
}

#[test]
fn an_email_is_shown_with_its_sources_and_papers() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let template = fs::read_to_string(repository("examples/templates/research.txt")).unwrap();
    database.queue(database.user(), &template, &[("Ada Marlowe", "tidal energy")]);
    let program = Program::new().database(&database).web(&web);
    program.ok(&["run", "--until-empty"]);
    let list = program.ok(&["email", "list"]);
    let id = list.lines().nth(1).unwrap().split_whitespace().next().unwrap();
    let shown = program.ok(&["email", "show", id]);
    for part in [
        "Dear Ada Marlowe",
        "Values and their sources",
        "{{paper|",
        "/people/ada-marlowe.html",
        "https://arxiv.org/abs/",
    ] {
        assert!(shown.contains(part), "no {part:?} in:\n{shown}");
    }
    let json: Value = serde_json::from_str(&program.ok(&["email", "show", id, "--json"])).unwrap();
    assert_eq!(json["recipient_name"], "Ada Marlowe");
}

#[test]
fn compose_needs_no_database() {
    let web = SampleWeb::start(&[]);
    let program = Program::new().web(&web);
    let template = repository("examples/templates/research.txt").display().to_string();
    let words =
        ["compose", "--name", "Ada Marlowe", "--interest", "tidal energy", "--sender", "Sam", "--template"];
    let shown = program.ok(&[&words[..], &[template.as_str()]].concat());
    assert!(shown.contains("University of Northmoor"), "{shown}");
}
