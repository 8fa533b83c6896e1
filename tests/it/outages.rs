//! A service that all items share is away in the middle of many: none of them fails, and the same scribe goes on by itself
//! when it is back. And one item that a service will never take holds up nobody.
use crate::support::{Daemon, Gate, ModelServer, Mood, Program, SampleWeb, TestDatabase, eventually};

const MODEL: &str = "anthropic:claude-haiku-4-5";
const FEW: usize = 12;
const MANY: usize = 80;

/// Rows that nobody knows anything about, so that they are quickly done.
fn queue(database: &TestDatabase, rows: usize, template: &str) {
    let names: Vec<String> = (0..rows).map(|i| format!("Nobody Number{i}")).collect();
    let recipients: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "nothing")).collect();
    database.queue(database.user(), template, &recipients);
}

/// A scribe that tries again soon.
fn impatient(database: &TestDatabase, web: &SampleWeb) -> Program {
    Program::new().database(database).web(web).env("RETRY_INTERVAL", "1")
}

fn program(database: &TestDatabase, web: &SampleWeb, server: &ModelServer) -> Program {
    let program = impatient(database, web).env("MODEL_TIMEOUT", "1");
    server.environment(MODEL).iter().fold(program, |program, (name, value)| program.env(name, value))
}

fn count(database: &TestDatabase, status: &str) -> i64 {
    database.number(&format!("SELECT count(*) FROM queue_items WHERE status = '{status}'"))
}

/// What is put off is back at once: its pauses are not the test's.
fn hasten(database: &TestDatabase) {
    database.query("UPDATE queue_items SET available_at = now() WHERE available_at > now()", &[]);
}

/// All are done, and the outage cost no more attempts altogether than it may.
fn assert_all_done(database: &TestDatabase, rows: usize, daemon: &Daemon, charges: i64) {
    let rows = rows as i64;
    let mut done = 0;
    eventually("work goes on by itself", || {
        let before = std::mem::replace(&mut done, count(database, "COMPLETED"));
        hasten(database);
        done > before || done == rows
    });
    eventually("all are done", || {
        hasten(database);
        count(database, "COMPLETED") == rows
    });
    database.assert_one_email_per_finished_item(rows);
    let attempts = database.number("SELECT sum(attempts)::bigint FROM queue_items");
    assert!(attempts <= rows + charges, "{attempts} attempts\n{}", daemon.log());
}

/// The model fails in such a way from the middle of the work on, until it was asked that often in vain.
fn dead_model(rows: usize, fail: impl Fn(&ModelServer, &Gate), mend: impl Fn(&ModelServer, &Gate)) {
    let (database, web, server) =
        (TestDatabase::migrated(), SampleWeb::start(&[]), ModelServer::start(Mood::Obeys));
    let gate = Gate::before_url(&server.url);
    queue(&database, rows, "Dear {{name}}, {{detail|hello}} [Your Name]");
    let daemon = program(&database, &web, &server).env("ANTHROPIC_BASE_URL", &gate.url()).start(&[]);
    eventually("the first are done", || count(&database, "COMPLETED") >= 2);
    fail(&server, &gate);
    let health = daemon.wait_for_health("\"code\":\"model-");
    assert!(health.starts_with("HTTP/1.1 503 "), "{health}");
    // Every row gets its chance to fail, again and again.
    let knocks = gate.knocks();
    eventually("it is asked now and then", || {
        hasten(&database);
        gate.knocks() >= knocks + 3
    });
    assert_eq!(count(&database, "FAILED"), 0, "{}", daemon.log());
    mend(&server, &gate);
    assert_all_done(&database, rows, &daemon, 2);
    daemon.wait_for_health("\"status\":\"healthy\"");
}

#[test]
fn a_model_that_is_overloaded_fails_no_row() {
    dead_model(FEW, |server, _| server.becomes(Mood::Overloaded), |server, _| server.becomes(Mood::Obeys));
}

#[test]
fn a_model_that_says_nothing_fails_no_row() {
    dead_model(FEW, |server, _| server.becomes(Mood::Stalls), |server, _| server.becomes(Mood::Obeys));
}

#[test]
fn a_scribe_that_is_started_anew_again_and_again_while_the_model_is_away_fails_no_row() {
    let (database, web, server) =
        (TestDatabase::migrated(), SampleWeb::start(&[]), ModelServer::start(Mood::Overloaded));
    queue(&database, 1, "Dear {{name}}, {{detail|hello}} [Your Name]");
    let program = program(&database, &web, &server);
    for _ in 0..8 {
        let mut daemon = program.start(&[]);
        eventually("it is seen that the model is away", || {
            hasten(&database);
            daemon.http("GET", "/health").contains("\"code\":\"model-")
        });
        daemon.signal("TERM");
        assert_eq!(daemon.wait(), 0);
    }
    assert_eq!(count(&database, "FAILED"), 0);
    server.becomes(Mood::Obeys);
    let _daemon = program.start(&[]);
    eventually("it is done", || count(&database, "COMPLETED") == 1);
}

#[test]
fn a_model_whose_connections_break_in_the_middle_of_eighty_rows_fails_none() {
    dead_model(MANY, |_, gate| gate.close(), |_, gate| gate.open());
}

#[test]
fn a_quota_that_is_used_up_in_the_middle_of_eighty_rows_fails_none_and_work_goes_on_by_itself() {
    let (database, web, server) =
        (TestDatabase::migrated(), SampleWeb::start(&[]), ModelServer::start(Mood::Obeys));
    queue(&database, MANY, "Dear {{name}}, {{detail|hello}} [Your Name]");
    let daemon = program(&database, &web, &server).start(&[]);
    eventually("the first are done", || count(&database, "COMPLETED") >= 2);
    server.becomes(Mood::QuotaUsedUp);
    let health = daemon.wait_for_health("model-quota-used-up");
    assert!(health.starts_with("HTTP/1.1 503 "), "{health}");
    let asked = server.requests().len();
    eventually("it is asked now and then", || server.requests().len() >= asked + 3);
    let done = count(&database, "COMPLETED");
    assert!((2..MANY as i64).contains(&done), "{done} done");
    assert_eq!(count(&database, "FAILED"), 0, "{}", daemon.log());
    server.becomes(Mood::Obeys);
    assert_all_done(&database, MANY, &daemon, 0);
    daemon.wait_for_health("\"status\":\"healthy\"");
}

#[test]
fn what_is_wrong_with_a_model_is_known_as_long_as_it_is_wrong_also_while_nothing_waits() {
    let (database, web, server) =
        (TestDatabase::migrated(), SampleWeb::start(&[]), ModelServer::start(Mood::KeyExpired));
    queue(&database, FEW, "Dear {{name}}, {{detail|hello}} [Your Name]");
    let program = program(&database, &web, &server).env("LOG_LEVEL", "debug").env("POLL_INTERVAL", "1");
    let daemon = program.start(&[]);
    daemon.wait_for_health("model-key-refused");
    daemon.wait_for("put back");
    database.query("DELETE FROM queue_items", &[]);
    daemon.wait_for("idle for");
    assert!(daemon.http("GET", "/health").contains("model-key-refused"));
    server.becomes(Mood::Obeys);
    daemon.wait_for_health("\"status\":\"healthy\"");
}

#[test]
fn a_search_that_breaks_in_the_middle_fails_no_row() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let gate = Gate::before_url(&web.url);
    queue(&database, FEW, "Dear {{name}}, {{detail|hello}} [Your Name]");
    let daemon = impatient(&database, &web).env("SEARXNG_URL", &gate.url()).start(&[]);
    eventually("the first are done", || count(&database, "COMPLETED") >= 1);
    gate.close();
    daemon.wait_for_health("search-unavailable");
    daemon.wait_for("put back");
    assert_eq!(count(&database, "FAILED"), 0, "{}", daemon.log());
    gate.open();
    assert_all_done(&database, FEW, &daemon, 0);
}

#[test]
fn without_arxiv_rows_that_need_a_paper_wait_at_no_cost_and_the_others_are_done() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let gate = Gate::before_url(&web.url);
    gate.close();
    let user = database.user();
    for recipient in [("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "solid-state batteries")] {
        database.queue(user, "Dear {{name}}, I read {{paper}}. [Your Name]", &[recipient]);
    }
    database.queue(user, "I read {{paper|your work}}. [Your Name]", &[("Nobody Number1", "nothing")]);
    let program = impatient(&database, &web).env("ARXIV_BASE_URL", &gate.url());
    let daemon = program.env("POLL_INTERVAL", "0.2").start(&[]);
    eventually("the one that needs no paper is done", || count(&database, "COMPLETED") == 1);
    for _ in 0..6 {
        let line = daemon.log().matches("put aside").count();
        eventually("one is put aside", || {
            hasten(&database);
            daemon.log().matches("put aside").count() > line
        });
    }
    let health = daemon.http("GET", "/health");
    assert!(health.starts_with("HTTP/1.1 200 ") && health.contains("arxiv-away"), "{health}");
    assert!(database.items()[..2].iter().all(|item| item.0 != "FAILED" && item.2 <= 2), "{}", daemon.log());
    gate.open();
    eventually("all are done", || {
        hasten(&database);
        count(&database, "COMPLETED") == 3
    });
    database.assert_one_email_per_finished_item(3);
    assert!(!daemon.http("GET", "/health").contains("arxiv-away"));
}

#[test]
fn of_several_scribes_that_are_killed_none_is_kept_from_the_sound_rows_by_those_that_must_wait() {
    const NEEDY: i64 = 10;
    const SOUND: i64 = 20;
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let gate = Gate::before_url(&web.url);
    gate.close();
    let user = database.user();
    for _ in 0..NEEDY {
        database.queue(
            user,
            "Dear {{name}}, I read {{paper}}. [Your Name]",
            &[("Ada Marlowe", "tidal energy")],
        );
    }
    queue(&database, SOUND as usize, "Dear {{name}}, I read {{paper|your work}}. [Your Name]");
    let program =
        || impatient(&database, &web).env("ARXIV_BASE_URL", &gate.url()).env("POLL_INTERVAL", "0.2");
    let programs = [(); 3].map(|()| program());
    let mut daemons: Vec<Daemon> = programs.iter().map(|program| program.start(&[])).collect();
    // The rows that wait are back at once, and first in the queue.
    let done = || {
        hasten(&database);
        count(&database, "COMPLETED")
    };
    let kills = [(0, 4), (1, 8), (2, 12), (0, 16)];
    for (killed, reached) in kills {
        eventually("they go on", || done() >= reached);
        daemons.remove(killed).kill_9();
        daemons.insert(killed, programs[killed].start(&[]));
    }
    eventually("all that can be done are done", || done() == SOUND);
    database.assert_one_email_per_finished_item(SOUND);
    assert_eq!(count(&database, "FAILED"), 0, "{:?}", database.items());
    gate.open();
    eventually("the others are done", || done() == NEEDY + SOUND);
    database.assert_one_email_per_finished_item(NEEDY + SOUND);
}

#[test]
fn a_row_that_the_model_never_takes_holds_up_nobody_and_pays_for_it_itself() {
    let (database, web, server) =
        (TestDatabase::migrated(), SampleWeb::start(&[]), ModelServer::start(Mood::ChokesOn("Marlowe")));
    database.queue(
        database.user(),
        "Dear {{name}}, {{detail|hello}} [Your Name]",
        &[("Ada Marlowe", "tidal energy"), ("Nobody Number1", "nothing"), ("Nobody Number2", "nothing")],
    );
    let daemon = program(&database, &web, &server).start(&[]);
    daemon.wait_for_health("model-unusable");
    eventually("the others are done", || count(&database, "COMPLETED") == 2);
    daemon.wait_for_health("\"status\":\"healthy\"");
    eventually("it has paid", || {
        hasten(&database);
        database.items()[0].0 == "FAILED"
    });
    assert!(database.items()[0].3.as_ref().unwrap().contains("given up after 5 attempts"));
}

#[test]
fn emails_that_the_database_refuses_one_after_the_other_fail_two_rows_at_most() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    database
        .admin()
        .batch_execute(
            "CREATE FUNCTION veto() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'never'; END $$;
             CREATE TRIGGER veto BEFORE INSERT ON emails FOR EACH ROW EXECUTE FUNCTION veto()",
        )
        .unwrap();
    queue(&database, FEW, "Dear {{name}}, {{detail|hello}} [Your Name]");
    let daemon = impatient(&database, &web).start(&[]);
    let health = daemon.wait_for_health("emails-refused");
    assert!(health.starts_with("HTTP/1.1 503 "), "{health}");
    daemon.wait_for("kept on disk");
    let kept = database.items();
    database.admin().batch_execute("DROP TRIGGER veto ON emails").unwrap();
    eventually("the others are done", || count(&database, "COMPLETED") == FEW as i64 - 2);
    assert_eq!(count(&database, "FAILED"), 2);
    assert_eq!(database.items()[2].2, kept[2].2, "the third e-mail was kept, not made anew");
    daemon.wait_for_health("\"status\":\"healthy\"");
}
