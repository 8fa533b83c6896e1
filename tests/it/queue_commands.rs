//! What people order of an item: `scribe queue retry` and `cancel`, alone and against a scribe that is at work.
use std::{fs, path::PathBuf, sync::Barrier, thread};

use scribe::{
    database::{
        Database, DatabaseError,
        queue_items::{self, Claimed, Settled},
        queue_orders::{self, Found, State},
    },
    queue::{Claim, ClaimToken, RunId},
};
use uuid::Uuid;

use crate::{
    faults::email,
    support::{
        Program, Run, SampleWeb, TempDir, TestDatabase, eventually,
        sweep::{SOME, Sweep},
    },
};

const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}}. [Your Name]";
pub const ADA: (&str, &str) = ("Ada Marlowe", "tidal energy");
pub const ZHOU: (&str, &str) = ("Zhou Minglan", "solid-state batteries");

/// How often two race against each other.
const ROUNDS: usize = 25;

pub fn with(recipients: &[(&str, &str)]) -> TestDatabase {
    let database = TestDatabase::migrated();
    database.queue(database.user(), TEMPLATE, recipients);
    database
}

/// The items' ids in claim order.
fn ids(database: &TestDatabase) -> Vec<String> {
    let rows = database.query("SELECT id::text FROM queue_items ORDER BY created_at, seq", &[]);
    rows.iter().map(|row| row.get(0)).collect()
}

/// The whole table as text; a row that was written again has another xmin.
fn rows(database: &TestDatabase) -> Vec<String> {
    let sql = "SELECT xmin || to_jsonb(q)::text FROM queue_items q ORDER BY created_at, seq";
    database.query(sql, &[]).iter().map(|row| row.get(0)).collect()
}

fn set(database: &TestDatabase, what: &str) {
    database.admin().batch_execute(&format!("UPDATE queue_items SET {what}")).unwrap();
}

pub fn assert_refused(run: &Run, texts: &[&str]) {
    assert_eq!((run.code, run.stdout.as_str()), (1, ""), "{}", run.stderr);
    assert!(texts.iter().all(|text| run.stderr.contains(text)), "{texts:?} in: {}", run.stderr);
}

/// A web whose arXiv answers only when the file is gone: holds an item in the middle of the work.
pub fn held_web() -> (SampleWeb, TempDir, PathBuf) {
    let directory = TempDir::new();
    let hold = directory.file("hold", "");
    (SampleWeb::start(&["--hold-while", hold.to_str().unwrap()]), directory, hold)
}

#[test]
fn a_finished_item_is_written_again_and_counts_again_and_its_first_email_stays() {
    let (database, web) = (with(&[ADA]), SampleWeb::start(&[]));
    let program = Program::new().database(&database).web(&web);
    program.ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(1);
    let first = database.query("SELECT email_id, completed_at FROM queue_items", &[])[0].get::<_, Uuid>(0);

    let said = program.ok(&["queue", "retry", &ids(&database)[0][..8]]);
    assert!(
        said.contains("Ada Marlowe (") && said.contains("queued again") && said.contains("another"),
        "{said}"
    );
    assert_as_new(&database);
    program.ok(&["run", "--until-empty"]);
    let count = |sql| database.number(sql);
    assert_eq!(count("SELECT count(*) FROM emails"), 2);
    assert_eq!(count("SELECT sum(generation_count)::bigint FROM users"), 2);
    let second = database.query("SELECT email_id FROM queue_items", &[])[0].get::<_, Uuid>(0);
    assert_ne!(first, second);
    assert_eq!(database.query("SELECT 1 FROM emails WHERE id IN ($1, $2)", &[&first, &second]).len(), 2);
}

/// Every column as an INSERT leaves it.
fn assert_as_new(database: &TestDatabase) {
    let sql = "SELECT count(*) FROM queue_items WHERE status = 'PENDING' AND attempts = 0 AND available_at <= now()
                 AND num_nonnulls(celery_task_id, current_step, email_id, error_message, started_at, completed_at,
                                  lease_expires_at) = 0";
    assert_eq!(database.number(sql), 1, "{:?}", rows(database));
}

#[test]
fn an_item_that_failed_or_was_abandoned_gets_a_new_life() {
    let database = with(&[ADA]);
    let (program, id) = (Program::new().database(&database), ids(&database).remove(0));
    for (status, lease) in [("FAILED", "NULL"), ("PROCESSING", "now() - interval '1 second'")] {
        set(
            &database,
            &format!(
                "status = '{status}', lease_expires_at = {lease}, attempts = 5, error_message = 'x', started_at = now(),
                 completed_at = now(), celery_task_id = 'scribe:a:b', current_step = 'web_scraper',
                 available_at = now() + interval '1 day'"
            ),
        );
        assert!(program.ok(&["queue", "retry", &id]).contains("is queued again"));
        assert_as_new(&database);
    }
}

#[test]
fn an_item_that_is_postponed_is_tried_at_once_and_one_that_waits_is_left_alone() {
    let database = with(&[ADA]);
    set(
        &database,
        "attempts = 3, error_message = 'arXiv was away', available_at = now() + interval '1 hour'",
    );
    let (program, id) = (Program::new().database(&database), ids(&database).remove(0));
    assert!(program.ok(&["queue", "retry", &id]).contains("at once"));
    assert_eq!(database.items(), [("PENDING".into(), None, 3, Some("arXiv was away".into()))]);
    assert_eq!(database.number("SELECT count(*) FROM queue_items WHERE available_at <= now()"), 1);
    let before = rows(&database);
    assert!(program.ok(&["queue", "retry", &id]).contains("waits already"));
    assert_eq!(rows(&database), before);
}

#[test]
fn an_item_in_hand_refuses_both_orders_says_who_has_it_and_is_finished() {
    let (database, (web, _directory, hold)) = (with(&[ADA]), held_web());
    let program = Program::new().database(&database).web(&web);
    let mut daemon = program.start(&["--until-empty"]);
    eventually("the item is in arXiv's hands", || database.items()[0].1.as_deref() == Some("arxiv_helper"));
    let token: String = database.query("SELECT celery_task_id FROM queue_items", &[])[0].get(0);
    let run = &token["scribe:".len()..][..8];
    for order in ["retry", "cancel"] {
        let answer = program.run(&["queue", order, &ids(&database)[0]]);
        assert_refused(&answer, &["Ada Marlowe", &format!("scribe's run {run}"), "arxiv_helper", "15 min"]);
    }
    fs::remove_file(hold).unwrap();
    assert_eq!(daemon.wait(), 0, "{}", daemon.log());
    database.assert_one_email_per_finished_item(1);
}

#[test]
fn what_another_program_holds_is_told_harmlessly() {
    let database = with(&[ADA]);
    set(
        &database,
        "status = 'PROCESSING', celery_task_id = E'\\x1b[2Jcelery', lease_expires_at = now() + interval '9 minutes'",
    );
    let answer = Program::new().database(&database).run(&["queue", "retry", &ids(&database)[0]]);
    assert_refused(&answer, &["\\u{1b}[2Jcelery"]);
}

#[test]
fn cancel_removes_a_waiting_item_and_no_other() {
    let database = with(&[ADA, ZHOU]);
    let (program, id) = (Program::new().database(&database), ids(&database).remove(1));
    for (state, text) in [
        (
            "status = 'PROCESSING', lease_expires_at = now() + interval '10 minutes'",
            "is being worked on by somebody",
        ),
        ("status = 'PROCESSING', lease_expires_at = now() - interval '1 hour'", "`scribe queue retry`"),
        ("status = 'COMPLETED'", "is finished"),
        ("status = 'FAILED'", "has failed"),
        ("status = 'pending'", "no scribe claims"),
    ] {
        set(&database, state);
        let before = rows(&database);
        assert_refused(&program.run(&["queue", "cancel", &id]), &["Zhou Minglan", text]);
        assert_eq!(rows(&database), before, "{state}");
    }
    set(&database, "status = 'PENDING', available_at = now() + interval '1 hour'");
    assert!(program.ok(&["queue", "cancel", &id]).contains("is cancelled"));
    assert_eq!(ids(&database).len(), 1);
    assert_refused(&program.run(&["queue", "cancel", &id]), &["there is no item"]);
}

#[test]
fn an_id_that_is_unknown_or_ambiguous_or_short_is_told() {
    let database = with(&[ADA, ZHOU]);
    database
        .admin()
        .batch_execute(
            "UPDATE queue_items SET id = ('1f0c2d3e' || right(id::text, 28))::uuid, status = 'FAILED'",
        )
        .unwrap();
    let (program, before) = (Program::new().database(&database), rows(&database));
    for order in ["retry", "cancel"] {
        let answer = |id| program.run(&["queue", order, id]);
        assert_refused(&answer("1f0c2d3e"), &["several items", "more digits"]);
        assert_refused(&answer("1f0c2d3"), &["too short", "scribe queue list"]);
        assert_refused(&answer("2f0c2d3e"), &["no item 2f0c2d3e"]);
        assert_refused(&answer("%%%%%%%%%"), &["no item %%%%"]);
        assert_refused(&answer("'; DROP TABLE users"), &["no item"]);
    }
    assert_eq!(rows(&database), before);
    program.ok(&["queue", "retry", &ids(&database)[0].to_uppercase()]);
}

/// The state in which an order met the one item of the queue.
fn met(answer: Result<Found, DatabaseError>) -> State {
    match answer.unwrap() {
        Found::One(item) => item.state,
        other => panic!("{other:?}"),
    }
}

#[test]
fn an_order_waits_for_a_claim_that_is_under_way_and_then_finds_it() {
    let retry = |database: &Database, id: &str| queue_orders::retry(database, id, false);
    for order in [queue_orders::cancel, retry] {
        let database = with(&[ADA]);
        let id = ids(&database).remove(0);
        let mut claimer = database.admin();
        let mut claim = claimer.transaction().unwrap();
        claim
            .batch_execute(
                "UPDATE queue_items SET status = 'PROCESSING', lease_expires_at = now() + interval '10 minutes'",
            )
            .unwrap();
        thread::scope(|scope| {
            let order = scope.spawn(|| met(order(&database.open(), &id)));
            eventually("the order waits for the row", || {
                let waiting = "SELECT count(*) FROM pg_stat_activity
                               WHERE datname = current_database() AND wait_event_type = 'Lock'";
                database.number(waiting) == 1
            });
            claim.commit().unwrap();
            assert!(matches!(order.join().unwrap(), State::Working(_)));
        });
        assert_eq!(database.items()[0].0, "PROCESSING");
    }
}

/// Lets two meet again and again over one item, which `before` puts into its state, and looks at what both came to.
fn race<A: Send, B: Send>(
    before: &str,
    a: impl Fn(&Database, &str) -> A + Sync,
    b: impl Fn(&Database, &str) -> B,
    look: impl Fn(&TestDatabase, A, B),
) {
    let database = TestDatabase::migrated();
    let ways = [database.open(), database.open()];
    for _ in 0..ROUNDS {
        database.admin().batch_execute("TRUNCATE users CASCADE").unwrap();
        database.queue(database.user(), TEMPLATE, &[ADA]);
        set(&database, before);
        let (id, start) = (ids(&database).remove(0), Barrier::new(2));
        let (a, b) = thread::scope(|scope| {
            let first = scope.spawn(|| {
                start.wait();
                a(&ways[0], &id)
            });
            start.wait();
            let second = b(&ways[1], &id);
            (first.join().unwrap(), second)
        });
        look(&database, a, b);
    }
}

fn claim(database: &Database) -> Option<Claimed> {
    queue_items::claim(database, RunId::fresh()).unwrap().item
}

#[test]
fn of_a_claim_and_a_cancel_exactly_one_wins() {
    race(
        "status = 'PENDING'",
        |way, _| claim(way),
        |way, id| met(queue_orders::cancel(way, id)),
        |database, claimed, state| {
            assert_eq!(claimed.is_none(), state == State::Waiting, "{state:?}");
            assert_eq!(claimed.is_none(), ids(database).is_empty());
        },
    );
}

#[test]
fn who_failed_and_was_queued_again_gets_no_second_email_unawares() {
    for (status, is_elsewhere) in [("PENDING", true), ("COMPLETED", true), ("FAILED", false)] {
        let database = with(&[ADA, ADA, ZHOU]);
        let id = ids(&database).remove(0);
        set(&database, "status = 'FAILED'");
        let second = &ids(&database)[1];
        let update = format!("UPDATE queue_items SET status = '{status}' WHERE id = '{second}'");
        database.admin().batch_execute(&update).unwrap();
        let program = Program::new().database(&database);
        let answer = program.run(&["queue", "retry", &id]);
        assert_eq!(answer.code, if is_elsewhere { 1 } else { 0 }, "{}", answer.stderr);
        if is_elsewhere {
            assert!(
                answer.stderr.contains("two e-mails") && answer.stderr.contains("--again"),
                "{}",
                answer.stderr
            );
            assert_eq!(database.number("SELECT count(*) FROM queue_items WHERE status = 'FAILED'"), 2);
            program.ok(&["queue", "retry", &id, "--again"]);
        }
        let waits = format!("SELECT count(*) FROM queue_items WHERE status = 'PENDING' AND id = '{id}'");
        assert_eq!(database.number(&waits), 1);
    }
}

#[test]
fn who_failed_and_got_an_email_since_gets_no_second_one_unawares_though_its_item_is_gone() {
    let database = with(&[ADA]);
    let id = ids(&database).remove(0);
    for (failed, is_known) in [("now() - interval '1 hour'", true), ("now() + interval '1 hour'", false)] {
        set(&database, &format!("status = 'FAILED', completed_at = {failed}"));
        database.query("DELETE FROM emails", &[]);
        database.query(
            "INSERT INTO emails (id, user_id, recipient_name, recipient_interest, email_message, template_type)
             SELECT gen_random_uuid(), user_id, upper(recipient_name), recipient_interest, 'Dear Ada', 'GENERAL'
             FROM queue_items",
            &[],
        );
        assert_eq!(met(queue_orders::retry(&database.open(), &id, false)), State::Failed);
        // An e-mail of before it failed may be of an earlier life.
        assert_eq!(database.items()[0].0, if is_known { "FAILED" } else { "PENDING" });
    }
}

#[test]
fn of_two_that_failed_for_one_recipient_two_orders_at_once_bring_back_one() {
    let database = with(&[ADA, ADA]);
    let (ids, ways) = (ids(&database), [database.open(), database.open()]);
    for _ in 0..ROUNDS {
        set(&database, "status = 'FAILED'");
        let start = Barrier::new(2);
        thread::scope(|scope| {
            for (way, id) in ways.iter().zip(&ids) {
                let start = &start;
                scope.spawn(move || {
                    start.wait();
                    met(queue_orders::retry(way, id, false))
                });
            }
        });
        assert_eq!(database.number("SELECT count(*) FROM queue_items WHERE status = 'PENDING'"), 1);
    }
}

#[test]
fn a_retry_waits_for_whoever_queues_for_the_same_user() {
    let database = with(&[ADA]);
    set(&database, "status = 'FAILED'");
    let id = ids(&database).remove(0);
    let mut other = database.admin();
    let mut queues = other.transaction().unwrap();
    queues
        .batch_execute(
            "SELECT pg_advisory_xact_lock(hashtext('scribe enqueue'), hashtext(user_id::text)) FROM queue_items;
             INSERT INTO queue_items (user_id, recipient_name, recipient_interest, email_template_text, status)
             SELECT user_id, recipient_name, recipient_interest, email_template_text, 'PENDING' FROM queue_items",
        )
        .unwrap();
    thread::scope(|scope| {
        let order = scope.spawn(|| queue_orders::retry(&database.open(), &id, false));
        eventually("the order waits for who queues, or is done", || {
            order.is_finished()
                || database.number(
                    "SELECT count(*) FROM pg_stat_activity
                     WHERE datname = current_database() AND wait_event_type = 'Lock'",
                ) == 1
        });
        queues.commit().unwrap();
        let Ok(Found::One(item)) = order.join().unwrap() else { panic!("no item") };
        assert!(item.is_elsewhere);
    });
    assert_eq!(database.number("SELECT count(*) FROM queue_items WHERE status = 'PENDING'"), 1);
}

#[test]
fn of_a_claim_and_a_retry_neither_undoes_the_other() {
    race(
        "status = 'PROCESSING', attempts = 3, lease_expires_at = now() - interval '1 second'",
        |way, _| claim(way),
        |way, id| met(queue_orders::retry(way, id, false)),
        |database, claimed, state| {
            let expected = match (&claimed, &state) {
                (Some(_), State::Working(_)) => ("PROCESSING", 4),
                (Some(_), State::Abandoned) => ("PROCESSING", 1),
                (None, State::Abandoned) => ("PENDING", 0),
                other => panic!("{other:?}"),
            };
            let row = &database.query("SELECT status, attempts, celery_task_id FROM queue_items", &[])[0];
            assert_eq!((row.get::<_, &str>(0), row.get::<_, i32>(1)), expected);
            assert_eq!(row.get::<_, Option<&str>>(2), claimed.as_ref().map(|item| item.claim.token.as_str()));
        },
    );
}

#[test]
fn of_a_settle_and_a_retry_neither_loses_or_doubles_an_email() {
    let run = RunId::fresh();
    let token = ClaimToken::fresh(run);
    race(
        &format!(
            "status = 'PROCESSING', attempts = 1, celery_task_id = '{}', lease_expires_at = now() + interval '10 minutes'",
            token.as_str()
        ),
        |way, id| {
            let claim = Claim { item: id.parse().unwrap(), token: token.clone() };
            queue_items::settle(way, &claim, &email())
        },
        |way, id| met(queue_orders::retry(way, id, false)),
        |database, settled, state| {
            assert_eq!(settled, Ok(Settled::Stored));
            match state {
                State::Working(_) => database.assert_one_email_per_finished_item(1),
                State::Completed => assert_as_new(database),
                other => panic!("{other:?}"),
            }
            assert_eq!(database.number("SELECT count(*) FROM emails"), 1);
            assert_eq!(database.number("SELECT sum(generation_count)::bigint FROM users"), 1);
        },
    );
}

#[test]
fn a_retry_broken_anywhere_ends_in_time_and_can_be_ordered_again() {
    Sweep {
        name: "retry",
        faults: SOME,
        statements: Some(4),
        commits: true,
        database: || with(&[ADA]),
        prepare: |database: &TestDatabase| set(database, "status = 'FAILED', attempts = 5"),
        work: |way: &Database, (): &()| queue_orders::retry(way, "", false),
        applied: |database: &TestDatabase, (): &()| {
            let state = met(queue_orders::retry(&database.open(), &ids(database)[0], false));
            assert!([State::Failed, State::Waiting].contains(&state), "{state:?}");
            assert_as_new(database);
            state == State::Waiting
        },
    }
    .run();
}

#[test]
fn a_cancel_broken_anywhere_ends_in_time_and_can_be_ordered_again() {
    Sweep {
        name: "cancel",
        faults: SOME,
        statements: Some(3),
        commits: true,
        database: TestDatabase::migrated,
        prepare: |database: &TestDatabase| database.queue(database.user(), TEMPLATE, &[ADA]),
        work: |way: &Database, (): &()| queue_orders::cancel(way, ""),
        applied: |database: &TestDatabase, (): &()| {
            let left = ids(database);
            if let Some(id) = left.first() {
                assert_eq!(met(queue_orders::cancel(&database.open(), id)), State::Waiting);
            }
            assert!(ids(database).is_empty());
            left.is_empty()
        },
    }
    .run();
}
