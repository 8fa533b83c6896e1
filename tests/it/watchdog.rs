//! Systemd's watchdog: fed while the worker keeps the times it sets itself, however long they are, and no longer.
use std::{os::unix::process::ExitStatusExt, process::Command, time::Duration};

use crate::support::{
    Daemon, ModelServer, Mood, Process, Program, SampleWeb, Systemd, TempDir, TestDatabase, eventually,
    repository,
};

const FED: &str = "WATCHDOG=1";

/// Under a watchdog of two seconds: a stretch of work about which the worker says nothing may take four.
fn watched(systemd: &Systemd, program: Program) -> Program {
    systemd.of(program).env("WATCHDOG_USEC", "2000000")
}

fn started(systemd: &Systemd, program: &Program) -> Daemon {
    let daemon = program.start(&[]);
    assert!(systemd.next().contains("READY=1"));
    assert!(systemd.next().contains(FED));
    daemon
}

#[test]
fn a_model_that_takes_many_periods_is_waited_for_and_its_item_done() {
    let (systemd, database, web) = (Systemd::new(), TestDatabase::migrated(), SampleWeb::start(&[]));
    let server = ModelServer::start(Mood::Waits);
    database.queue(
        database.user(),
        "Dear {{name}}, I liked {{paper|your work}}. [Your Name]",
        &[("Ada Marlowe", "tidal energy")],
    );
    let environment = server.environment("anthropic:claude-haiku-4-5");
    let program = Program::new().database(&database).web(&web).env("MODEL_TIMEOUT", "60");
    let program = environment.iter().fold(program, |program, (name, value)| program.env(name, value));
    let daemon = started(&systemd, &watched(&systemd, program));
    eventually("the model is asked", || !server.requests().is_empty());
    for _ in 0..8 {
        assert!(systemd.next().contains(FED));
    }
    server.becomes(Mood::Obeys);
    eventually("the item is done", || database.items()[0].0 == "COMPLETED");
    assert!(!daemon.log().contains("hangs"), "{}", daemon.log());
}

#[test]
fn a_worker_that_hangs_is_no_longer_spoken_for_although_health_answers() {
    let (systemd, database, directory) = (Systemd::new(), TestDatabase::migrated(), TempDir::new());
    let library = directory.path().join("hanging_disk.so");
    let compiled = Command::new("cc")
        .args(["-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", "-o"])
        .arg(&library)
        .arg(repository("tests/it/support/hanging_disk.c"))
        .status();
    assert!(compiled.unwrap().success());
    let program = Program::new().database(&database).env("LD_PRELOAD", library.to_str().unwrap());
    let daemon = started(&systemd, &watched(&systemd, program));
    daemon.wait_for("the worker hangs: it should have been done");
    while systemd.next_within(Duration::from_millis(1)).is_some() {}
    let within_two_periods = systemd.next_within(Duration::from_secs(4));
    assert_eq!(within_two_periods, None);
    assert!(daemon.http("GET", "/health").contains("\"service\":\"scribe-api\""));
}

#[test]
fn an_idle_daemon_feeds_twice_in_a_period_with_one_wake_up_each_and_one_that_is_not_watched_never() {
    let (systemd, database) = (Systemd::new(), TestDatabase::migrated());
    let program = Program::new().database(&database).env("POLL_INTERVAL", "30");
    let daemon = started(&systemd, &watched(&systemd, program.clone()));
    let first = std::time::Instant::now();
    (0..2).for_each(|_| assert!(systemd.next().contains(FED)));
    let main_thread = ["scribe"];
    let waits = Process(daemon.id()).waits(&main_thread);
    (0..3).for_each(|_| assert!(systemd.next().contains(FED)));
    assert!(first.elapsed() > Duration::from_secs(3), "{:?}", first.elapsed());
    // One may still be under way.
    let more = Process(daemon.id()).waits(&main_thread) - waits;
    assert!(more <= 4, "{more} wake-ups for three ticks");
    drop(daemon);

    let systemd = Systemd::new();
    let daemon = systemd.of(program.clone()).start(&[]);
    assert!(systemd.next().contains("READY=1"));
    daemon.wait_for_health("\"status\":\"healthy\"");
    daemon.signal("TERM");
    assert!(systemd.next().contains("STOPPING=1"), "nothing in between");
}

#[test]
fn no_core_is_dumped_where_the_system_allows_it() {
    let systemd = Systemd::new();
    let program = Program::new().database(&TestDatabase::empty());
    let program = systemd.of(program).behind(["prlimit", "--core=unlimited", "--"].map(String::from).into());
    let mut scribe = program.spawn_command(&["run"]);
    assert!(systemd.next().contains("READY=1"));
    let sent = Command::new("kill").args(["-s", "ABRT", &scribe.id().to_string()]).status();
    assert!(sent.unwrap().success());
    let end = scribe.wait().unwrap();
    assert_eq!((end.signal(), end.core_dumped()), (Some(6), false));
}
