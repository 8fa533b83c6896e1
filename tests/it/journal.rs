//! What `journalctl` finds: the story of one item by its id, an outage by its two lines, and nothing where nothing happens.
use std::time::Duration;

use crate::support::{Entry, Gate, Journal, Program, SampleWeb, TestDatabase, eventually, pair};

const LISTENING: &str = "2049a882e93c4807b3b33be0c7b65ae3";
const CLAIMED: &str = "10233f11f3a84e51b9e04fdc92bbff93";
const STEP_BEGUN: &str = "0b5f1bdd53da410ab03b70c6e20fe7d1";
const STORED: &str = "058892b9ee0d4258aecd3a9b101d18e2";
const FAILED: &str = "ee6fc4ded95c430a8b1b2a8c0401c838";
const PUT_BACK: &str = "f9187f06c10e4313a97d4d162540b5db";
const CONDITION_BEGUN: &str = "d37ae147fb934abf8744e3e4181dae42";
const CONDITION_OVER: &str = "bd0128976d2b49d7ad615d3628a558c3";
const STOPPING: &str = "337d877b1fb34ee19776db22931de3ae";

const PERSON: (&str, &str) = ("Ada Marlowe", "tidal energy");
const TEMPLATE: &str = "Dear {{name}}, I learned: {{detail|hello}}, {{paper|hello}}. [Your Name]";

fn ids(database: &TestDatabase) -> Vec<String> {
    let rows = database.query("SELECT id::text FROM queue_items ORDER BY created_at, seq", &[]);
    rows.iter().map(|row| row.get(0)).collect()
}

#[test]
fn the_story_of_one_item_is_found_by_its_id() {
    let Some(journal) = Journal::new() else { return };
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let user = database.user();
    database.queue(user, TEMPLATE, &[PERSON]);
    database.queue(user, "Dear {{name}}, I know of {{Elspeth's secret wish}}. [Your Name]", &[PERSON]);
    database.queue(user, "Dear {{name}}, I read {{paper}}. [Your Name]", &[("Nobody Marlowe", "tidal")]);
    let [done, refused, empty] = ids(&database).try_into().unwrap();
    let mut daemon = Program::new().database(&database).web(&web).start_in(&journal, &["--until-empty"]);
    assert_eq!(daemon.wait(), 0);
    eventually("the journal has it all", || journal.with("MESSAGE_ID", FAILED).len() == 2);

    let story = journal.with("QUEUE_ITEM_ID", &done);
    let kind = |entry: &Entry| entry.get("MESSAGE_ID").cloned().unwrap_or_default();
    let kinds: Vec<String> = story.iter().map(kind).collect();
    assert_eq!(kinds, [CLAIMED, STEP_BEGUN, STEP_BEGUN, STEP_BEGUN, STEP_BEGUN, STORED], "{story:#?}");
    assert!(story.iter().all(|entry| entry["ATTEMPT"] == "1" && entry["PRIORITY"] == "5"), "{story:#?}");
    let steps: Vec<&str> = story.iter().filter_map(|entry| Some(entry.get("STEP")?.as_str())).collect();
    assert_eq!(steps, ["template_parser", "web_scraper", "arxiv_helper", "email_composer"]);
    let took = |entry: &Entry| entry["DURATION_MS"].parse::<u64>().unwrap();
    assert!((1..60_000).contains(&took(&story[5])), "{story:#?}");

    let ends = [(&refused, None), (&empty, Some("email_composer"))];
    for (item, step) in ends {
        let [.., last] = &journal.with("QUEUE_ITEM_ID", item)[..] else { panic!("no story") };
        let of = |field: &str| last.get(field).map(String::as_str);
        assert_eq!([of("MESSAGE_ID"), of("STEP"), of("ERROR_KIND")], [Some(FAILED), step, Some("item")]);
        assert_eq!([of("ATTEMPT"), of("PRIORITY")], [Some("1"), Some("4")]);
        assert!(took(last) < 60_000 && last["MESSAGE"].contains(&format!("scribe queue show {item}")));
    }

    // The row says why, and the journal nothing about anybody.
    for (item, quoted) in [(1, "secret wish"), (2, "{{paper}}")] {
        assert!(database.items()[item].3.as_ref().unwrap().contains(quoted));
    }
    let email = database.query("SELECT email, id::text FROM users", &[]);
    let sender: [String; 2] = [email[0].get(0), email[0].get(1)];
    for personal in
        ["Marlowe", "tidal", "Elspeth", "secret wish", "{{paper}}", "Dear", &sender[0], &sender[1]]
    {
        let told = format!("{:#?}", journal.entries());
        assert!(!told.contains(personal), "{personal} in {told}");
    }
}

#[test]
fn an_item_that_is_put_back_says_by_which_condition() {
    let Some(journal) = Journal::new() else { return };
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&["--fail", "search=503"]));
    database.queue(database.user(), TEMPLATE, &[PERSON]);
    let _daemon = Program::new().database(&database).web(&web).start_in(&journal, &[]);
    let put_back = journal.wait_for("MESSAGE_ID", PUT_BACK);
    assert_eq!(put_back["QUEUE_ITEM_ID"], ids(&database)[0]);
    assert_eq!([&put_back["STEP"], &put_back["ERROR_KIND"]], ["web_scraper", "search-unavailable"]);
    let condition = journal.wait_for("MESSAGE_ID", CONDITION_BEGUN);
    assert_eq!([&condition["ERROR_KIND"], &condition["PRIORITY"]], ["search-unavailable", "3"]);
    assert!(!condition.contains_key("QUEUE_ITEM_ID"), "it is about all: {condition:#?}");
}

#[test]
fn an_idle_daemon_writes_nothing() {
    let Some(journal) = Journal::new() else { return };
    let database = TestDatabase::migrated();
    let daemon = Program::new().database(&database).env("POLL_INTERVAL", "1").start_in(&journal, &[]);
    // The last of what it says at its start.
    eventually("its run is told of", || {
        journal.entries().iter().any(|entry| entry["MESSAGE"].starts_with("run "))
    });
    daemon.wait_for_health("\"status\":\"healthy\"");
    let polls = || {
        let log = std::fs::read_to_string(pair().fact("LOG")).unwrap();
        log.lines().filter(|line| line.contains(&database.name) && line.contains("BEGIN ISOLATION")).count()
    };
    let (said, before) = (journal.entries().len(), polls());
    eventually("it has polled some times", || polls() >= before + 4);
    assert_eq!(journal.entries().len(), said, "{:#?}", journal.entries());
    assert_eq!(journal.with("MESSAGE_ID", LISTENING).len(), 1);
    assert!(journal.entries().iter().all(|entry| !entry.contains_key("QUEUE_ITEM_ID")));
    daemon.signal("TERM");
    journal.wait_for("MESSAGE_ID", STOPPING);
}

#[test]
fn an_outage_is_two_entries_by_one_code() {
    let Some(journal) = Journal::new() else { return };
    let (database, gate) = (TestDatabase::migrated(), Gate::closed());
    let program = Program::new().database(&database).env("DB_PORT", &gate.port.to_string());
    let daemon = program.start_in(&journal, &[]);
    eventually("it is tried again", || gate.knocks() >= 3);
    gate.open();
    daemon.wait_for_health("\"status\":\"healthy\"");
    let over = journal.wait_for("MESSAGE_ID", CONDITION_OVER);
    assert!(over["DURATION_MS"].parse::<u64>().unwrap() >= 1000, "{over:#?}");
    let kinds: Vec<String> = journal
        .with("ERROR_KIND", "database-unreachable")
        .into_iter()
        .map(|mut entry| entry.remove("MESSAGE_ID").unwrap())
        .collect();
    assert_eq!(kinds, [CONDITION_BEGUN, CONDITION_OVER]);
}

#[test]
fn a_journal_that_hangs_holds_up_neither_the_work_nor_health_nor_a_stop() {
    let Some(journal) = Journal::new() else { return };
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    // More lines than its queue and ours hold together.
    let names: Vec<String> = (0..20).map(|n| format!("Nobody Number{n}")).collect();
    let recipients: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "nothing")).collect();
    let program = Program::new().database(&database).web(&web);
    let mut daemon = program.start_in(&journal, &[]);
    journal.hang();
    database.queue(database.user(), "Dear {{name}}, {{paper|hello}} [Your Name]", &recipients);
    eventually("all are done", || {
        database.number("SELECT count(*) FROM queue_items WHERE status = 'COMPLETED'") == 20
    });
    daemon.wait_for_health("\"completed\":20");
    let asked = std::time::Instant::now();
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0);
    assert!(asked.elapsed() < Duration::from_secs(5), "{:?}", asked.elapsed());
    assert!(journal.with("MESSAGE_ID", STORED).len() < 20, "it did hang");
}
