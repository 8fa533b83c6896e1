//! Rows that the database cannot hand out: damaged on its disk, in another encoding, dates out of range. None of them
//! holds up the others, and each is told.
use scribe::{
    database::{
        DatabaseError,
        queue_items::{self, Claimed, Unfit},
        queue_orders::{self, Found, State},
    },
    queue::RunId,
};

use crate::{
    doctor::{doctor, program},
    support::{Program, SampleWeb, TestDatabase},
};

const TEMPLATE: &str = "Dear {{name}}, hello. [Your Name]";
const PEOPLE: [(&str, &str); 3] =
    [("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "batteries"), ("Ivo Brandt", "glaciers")];

fn queued(database: TestDatabase) -> TestDatabase {
    database.queue(database.user(), TEMPLATE, &PEOPLE);
    database
}

/// The first item's name is in Latin-1.
fn with_a_latin_1_name() -> TestDatabase {
    let database = queued(TestDatabase::sql_ascii());
    let latin_1 = "UPDATE queue_items SET recipient_name = convert_from('\\x52656ee9'::bytea, 'SQL_ASCII')
                   WHERE recipient_name = 'Ada Marlowe'";
    database.query(latin_1, &[]);
    database
}

fn damaged() -> TestDatabase {
    let database = queued(TestDatabase::migrated());
    database.damage_first_template();
    database
}

fn claim(database: &TestDatabase, run: RunId) -> Result<Option<Claimed>, DatabaseError> {
    queue_items::claim(&database.open(), run).map(|polled| polled.item)
}

fn first_id(database: &TestDatabase) -> String {
    database.query("SELECT id::text FROM queue_items ORDER BY created_at, seq LIMIT 1", &[])[0].get(0)
}

#[test]
fn a_row_that_cannot_be_read_is_claimed_all_the_same_and_those_behind_it_come_next() {
    for (database, words) in [(damaged(), "XX001"), (with_a_latin_1_name(), "22021")] {
        let run = RunId::fresh();
        let first = claim(&database, run).unwrap().unwrap();
        assert_eq!((first.claim.item.to_string(), first.attempts), (first_id(&database), 1));
        let unfit = first.request.unwrap_err();
        assert!(matches!(unfit, Unfit::Unreadable(_)) && unfit.to_string().contains(words), "{unfit}");

        // A claim whose answer was lost is made again, and costs nothing.
        let again = claim(&database, run).unwrap().unwrap();
        assert_eq!((again.claim.item, again.attempts), (first.claim.item, 1));
        assert!(queue_items::fail(&database.open(), &again.claim, &unfit.to_string()).unwrap());
        let next = claim(&database, run).unwrap().unwrap();
        assert_eq!(next.request.unwrap().recipient_name, "Zhou Minglan");
    }
}

#[test]
fn a_row_that_cannot_be_read_fails_with_the_reason_and_the_queue_goes_on() {
    let web = SampleWeb::start(&[]);
    for (database, words) in [(damaged(), "XX001"), (with_a_latin_1_name(), "22021")] {
        Program::new().database(&database).web(&web).ok(&["run", "--until-empty"]);
        let items = database.items();
        let (status, _, attempts, message) = &items[0];
        let message = message.as_deref().unwrap();
        assert_eq!((status.as_str(), *attempts), ("FAILED", 1));
        assert!(message.contains(words) && message.contains("queue the recipient again"), "{message}");
        assert!(items[1..].iter().all(|item| item.0 == "COMPLETED"), "{items:?}");
        database.assert_one_email_per_finished_item(2);
    }
}

#[test]
fn no_date_is_too_far_away_for_a_claim_an_order_or_doctor() {
    for set in [
        "started_at = '294276-12-31 23:59:59'",
        "started_at = '4713-01-01 BC'",
        "started_at = 'infinity'",
        "started_at = NULL, created_at = '294276-12-31 23:59:59'",
        "lease_expires_at = '294276-12-31 23:59:59'",
        "lease_expires_at = 'infinity'",
        "lease_expires_at = '-infinity'",
        "lease_expires_at = now() + interval '1 year'",
    ] {
        let database = TestDatabase::migrated();
        database.queue(database.user(), TEMPLATE, &PEOPLE[..1]);
        database.query(&format!("UPDATE queue_items SET status = 'PROCESSING', {set}"), &[]);
        doctor(&program(&database)).says("queue", "warning", &["1 stuck"]);
        match queue_orders::cancel(&database.open(), &first_id(&database)).unwrap() {
            Found::One(item) => assert_eq!(item.state, State::Abandoned, "{set}"),
            other => panic!("{set}: {other:?}"),
        }
        assert!(claim(&database, RunId::fresh()).unwrap().is_some(), "{set}");
    }
    let database = TestDatabase::migrated();
    database.queue(database.user(), TEMPLATE, &PEOPLE[..2]);
    database.query("UPDATE queue_items SET available_at = '-infinity'", &[]);
    assert!(claim(&database, RunId::fresh()).unwrap().is_some(), "nothing is subtracted from infinity");
}

#[test]
fn a_row_that_cannot_be_read_takes_orders_and_a_list_says_what_to_do() {
    let database = with_a_latin_1_name();
    let (program, id) = (Program::new().database(&database), first_id(&database));
    let list = program.run(&["queue", "list"]);
    assert_eq!(list.code, 1);
    for words in ["a row of the database cannot be read", "22021", "`scribe queue cancel`", "`scribe doctor`"]
    {
        assert!(list.stderr.contains(words), "no {words:?} in {}", list.stderr);
    }
    let waits = program.ok(&["queue", "retry", &id]);
    assert!(
        waits.contains("an item whose name cannot be read") && waits.contains("waits already"),
        "{waits}"
    );
    assert!(program.ok(&["queue", "cancel", &id]).contains("is cancelled"));
    assert!(program.ok(&["queue", "list"]).contains("Zhou Minglan"));

    let database = damaged();
    database.query("UPDATE queue_items SET status = 'FAILED'", &[]);
    let (program, id) = (Program::new().database(&database), first_id(&database));
    assert!(program.ok(&["queue", "retry", &id]).contains("is queued again"));
    assert!(program.ok(&["queue", "cancel", &id]).contains("is cancelled"));
}

#[test]
fn somebody_elses_lock_is_told_as_what_it_is() {
    let database = queued(TestDatabase::migrated());
    let mut other = database.admin();
    let mut held = other.transaction().unwrap();
    held.execute("SELECT FROM queue_items FOR UPDATE", &[]).unwrap();
    let refused = Program::new().database(&database).run(&["queue", "cancel", &first_id(&database)]);
    assert_eq!(refused.code, 1);
    for words in ["another transaction holds a lock", "55P03", "pg_terminate_backend"] {
        assert!(refused.stderr.contains(words), "no {words:?} in {}", refused.stderr);
    }
}

#[test]
fn doctor_names_the_item_that_is_next_and_cannot_be_read_and_an_encoding_that_is_not_utf_8() {
    let database = with_a_latin_1_name();
    let (id, before) = (first_id(&database), database.items());
    let report = doctor(&program(&database));
    report.says("encoding", "warning", &["SQL_ASCII", "ENCODING 'UTF8'"]);
    report.says("queue", "warning", &[&id, "22021", &format!("`scribe queue cancel {id}`")]);
    assert_eq!(database.items(), before, "nothing is changed");

    let database = damaged();
    let report = doctor(&program(&database));
    report.says("encoding", "ok", &["UTF-8"]);
    report.says("queue", "warning", &[&first_id(&database), "XX001"]);
}
