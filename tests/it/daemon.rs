//! The daemon towards its surroundings: `/health` and `/metrics`, signals, and things that are away.
use std::{thread, time::Duration};

use crate::support::{
    Gate, Program, SampleWeb, Systemd, TempDir, TestDatabase, closed_port, eventually, nobody, pair,
};

#[test]
fn health_tells_the_truth_and_nothing_else_is_served() {
    let database = TestDatabase::migrated();
    let daemon = Program::new().database(&database).env("ENVIRONMENT", "production").start(&[]);
    let answer = daemon.wait_for_health("\"status\":\"healthy\"");
    assert!(answer.starts_with("HTTP/1.1 200 OK"), "{answer}");
    let body = answer.split_once("\r\n\r\n").unwrap().1;
    let version = env!("CARGO_PKG_VERSION");
    assert!(
        body.starts_with(&format!(
            "{{\"status\":\"healthy\",\"service\":\"scribe-api\",\"version\":\"{version}\",\
             \"database\":\"connected\",\"environment\":\"production\""
        )),
        "{body}"
    );
    for path in ["/health", "/metrics"] {
        assert!(daemon.http("POST", path).starts_with("HTTP/1.1 405 "));
        let head = daemon.http("HEAD", path);
        assert!(head.starts_with("HTTP/1.1 200 ") && head.ends_with("\r\n\r\n"), "{head}");
    }
    assert!(daemon.http("GET", "/metrics/").starts_with("HTTP/1.1 404 "));
    assert!(daemon.http("GET", "/").starts_with("HTTP/1.1 404 "));
    assert!(daemon.http("GET", "/health/../etc/passwd").starts_with("HTTP/1.1 404 "));
}

#[test]
fn a_crowd_of_pollers_opens_no_database_connection_and_fills_no_memory() {
    let database = TestDatabase::migrated();
    let daemon = Program::new().database(&database).env("POLL_INTERVAL", "30").start(&[]);
    daemon.wait_for_health("\"status\":\"healthy\"");
    let connections = || {
        let log = std::fs::read_to_string(pair().fact("LOG")).unwrap();
        log.lines().filter(|line| line.contains(&database.name) && line.contains("BEGIN ISOLATION")).count()
    };
    let (before, memory) = (connections(), daemon.peak_kb());
    let poll = || {
        for _ in 0..3 {
            assert!(daemon.http("GET", "/health").contains("healthy"));
            assert!(daemon.http("GET", "/metrics").contains("scribe_database_connected 1"));
        }
    };
    thread::scope(|scope| (0..100).for_each(|_| drop(scope.spawn(poll))));
    // The worker's own polls go on meanwhile: 1, 2, 4 … seconds apart.
    assert!(connections() - before < 10, "{} units of work for 600 requests", connections() - before);
    let grown = daemon.peak_kb().saturating_sub(memory);
    assert!(grown < 4096, "{grown} KiB more");
}

#[test]
fn systemd_is_told_ready_although_the_database_is_away_and_stopping_at_the_end() {
    let systemd = Systemd::new();
    let program = Program::new().database(&TestDatabase::empty()).env("DB_PORT", &closed_port().to_string());
    let mut daemon = systemd.of(program).start(&[]);
    assert!(systemd.next().contains("READY=1"));
    daemon.signal("TERM");
    assert!(systemd.next().contains("STOPPING=1"));
    assert_eq!(daemon.wait(), 0);
}

#[test]
fn an_idle_daemon_stops_at_once() {
    let database = TestDatabase::migrated();
    let program = Program::new().database(&database).env("POLL_INTERVAL", "30").env("LOG_LEVEL", "debug");
    let mut daemon = program.start(&[]);
    daemon.wait_for("idle for 16 s");
    let started = std::time::Instant::now();
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0);
    assert!(started.elapsed().as_secs() < 9, "it slept through the request");
}

#[test]
fn after_work_the_queue_is_looked_at_as_often_as_at_first() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let user = database.user();
    let program = Program::new().database(&database).web(&web).env("POLL_INTERVAL", "30");
    let daemon = program.env("LOG_LEVEL", "debug").start(&[]);
    daemon.wait_for("idle for 4 s");
    database.queue(user, "Dear {{name}} [Your Name]", &[("Ada Marlowe", "tidal energy")]);
    daemon.wait_for("done in");
    let idle_since = || {
        let log = daemon.log();
        let (_, after) = log.split_once(": done in").unwrap();
        after.lines().find(|line| line.contains("idle for")).map(str::to_owned)
    };
    eventually("it is idle again", || idle_since().is_some());
    assert!(idle_since().unwrap().contains("idle for 1 s"), "{}", daemon.log());
}

#[test]
fn pending_migrations_are_a_condition_and_not_an_end() {
    let (database, web) = (TestDatabase::empty(), SampleWeb::start(&[]));
    let program = Program::new().database(&database).web(&web);
    let daemon = program.start(&[]);
    let answer = daemon.wait_for_health("database-not-migrated");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert!(answer.contains("scribe db upgrade") && answer.contains("\"status\":\"degraded\""));

    let run = Program::new().database(&database).run(&["run", "--until-empty"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("run `scribe db upgrade`"), "{}", run.stderr);
}

#[test]
fn a_database_that_is_away_is_a_condition_and_over_when_it_is_back() {
    let (database, gate) = (TestDatabase::migrated(), Gate::closed());
    let daemon = Program::new().database(&database).env("DB_PORT", &gate.port.to_string()).start(&[]);
    let answer = daemon.wait_for_health("database-unreachable");
    assert!(answer.contains("\"database\":\"disconnected\""), "{answer}");
    eventually("it is tried again", || gate.knocks() >= 2);
    gate.open();
    daemon.wait_for_health("\"status\":\"healthy\"");
    daemon.wait_for("over after");
    assert_eq!(daemon.log().matches("the database cannot be reached:").count(), 1, "{}", daemon.log());
}

#[test]
fn a_refused_login_is_not_tried_again_every_few_seconds() {
    // Supavisor blocks an address after ten refused logins.
    let (database, gate) = (TestDatabase::migrated(), Gate::closed());
    gate.open();
    let program = Program::new().database(&database).env("DB_PORT", &gate.port.to_string());
    let daemon = program.env("DB_PASSWORD", "wrong").start(&[]);
    daemon.wait_for_health("database-login-refused");
    // A worker that does not wait as the condition says asks several times meanwhile.
    thread::sleep(Duration::from_secs(4));
    assert_eq!(gate.knocks(), 1, "{}", daemon.log());
    assert_eq!(daemon.log().matches("error: ").count(), 1, "{}", daemon.log());
}

#[test]
fn a_search_provider_that_is_away_or_busy_fails_no_item_and_costs_no_attempt() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    database.queue(
        database.user(),
        "Dear {{name}}, {{detail|hello}} [Your Name]",
        &[("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "solid-state batteries")],
    );
    let away = Program::new().database(&database).web(&web).env("SEARXNG_URL", &nobody());
    let busy = SampleWeb::start(&["--fail", "search=503"]);
    for broken in [away, Program::new().database(&database).web(&busy)] {
        let daemon = broken.start(&[]);
        daemon.wait_for_health("search-unavailable");
        daemon.wait_for("put back");
    }
    assert!(database.items().iter().all(|item| (item.0.as_str(), item.2) == ("PENDING", 0)));

    Program::new().database(&database).web(&web).ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(2);
}

#[test]
fn arxiv_failing_never_fails_an_item_that_has_fall_backs() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&["--fail", "arxiv=500"]));
    let template = "Dear {{name}}, I read {{paper|your work}}. [Your Name]";
    database.queue(database.user(), template, &[("Ada Marlowe", "tidal energy")]);
    Program::new().database(&database).web(&web).ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(1);
    let row = &database.query("SELECT email_message, metadata::text FROM emails", &[])[0];
    assert!(row.get::<_, String>(0).contains("I read your work."));
    assert!(row.get::<_, String>(1).to_lowercase().contains("arxiv"), "the metadata warns");
}

#[test]
fn two_daemons_share_the_work_and_no_item_is_done_twice() {
    let (database, directory) = (TestDatabase::migrated(), TempDir::new());
    let hold = directory.file("hold", "");
    let web = SampleWeb::start(&["--hold-while", hold.to_str().unwrap()]);
    let names: Vec<String> = (0..30).map(|i| format!("Nobody Number{i}")).collect();
    let recipients: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "nothing")).collect();
    database.queue(database.user(), "Dear {{name}}, {{paper|hello}} [Your Name]", &recipients);
    let programs: Vec<Program> = (0..2).map(|_| Program::new().database(&database).web(&web)).collect();
    let mut daemons: Vec<_> = programs.iter().map(|program| program.start(&["--until-empty"])).collect();
    eventually("each of them has an item", || {
        database.number("SELECT count(*) FROM queue_items WHERE current_step = 'arxiv_helper'") == 2
    });
    std::fs::remove_file(hold).unwrap();
    for daemon in &mut daemons {
        assert_eq!(daemon.wait(), 0, "{}", daemon.log());
        assert!(daemon.log().contains(": done in"), "{}", daemon.log());
    }
    database.assert_one_email_per_finished_item(30);
    // Oldest first: one that was begun late is behind as many younger ones as there are others, at most.
    let begun =
        "SELECT max(abs(place - turn)) FROM (SELECT row_number() OVER (ORDER BY created_at, seq) AS place,
                 row_number() OVER (ORDER BY started_at) AS turn FROM queue_items) AS q";
    let skew = database.number(begun);
    assert!(skew <= 2, "{skew} places out of turn");
}

#[test]
fn a_second_scribe_on_the_same_state_directory_is_refused() {
    let database = TestDatabase::migrated();
    let program = Program::new().database(&database);
    let _daemon = program.start(&[]);
    let second = program.run(&["run", "--until-empty"]);
    assert_eq!(second.code, 1);
    assert!(second.stderr.contains("another scribe uses"), "{}", second.stderr);
}
