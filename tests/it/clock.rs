//! A Pi without a battery-backed clock: nothing is connected to by a clock that cannot be right, no item pays for it, and
//! `/health` tells.
use std::{
    fs, io,
    io::Write,
    os::unix::net::UnixDatagram,
    path::{Path, PathBuf},
};

use crate::{
    doctor::doctor,
    support::{Journal, PATIENCE, Program, SampleWeb, TempDir, TestDatabase, pair},
};

const CONDITION_BEGUN: &str = "d37ae147fb934abf8744e3e4181dae42";
const CONDITION_OVER: &str = "bd0128976d2b49d7ad615d3628a558c3";

fn with_an_item() -> (TestDatabase, SampleWeb) {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    database.queue(database.user(), "Dear {{name}} [Your Name]", &[("Ada Marlowe", "tidal energy")]);
    (database, web)
}

/// How many units of work scribe had so far: only its own begin so.
fn units(database: &TestDatabase) -> usize {
    let log = fs::read_to_string(pair().fact("LOG")).unwrap();
    log.lines().filter(|line| line.contains(&database.name) && line.contains("BEGIN ISOLATION")).count()
}

#[test]
fn a_time_server_is_waited_for_while_health_answers_and_no_item_pays() {
    let Some(journal) = Journal::new() else { return };
    let (database, web) = with_an_item();
    let (directory, before) = (TempDir::new(), units(&database));
    let timesync = journal.run().join("systemd/timesync");
    fs::create_dir(&timesync).unwrap();
    let notify = directory.path().join("notify");
    let systemd = UnixDatagram::bind(&notify).unwrap();
    systemd.set_read_timeout(Some(PATIENCE)).unwrap();
    let program = Program::new().database(&database).web(&web);
    let daemon = program.env("NOTIFY_SOCKET", notify.to_str().unwrap()).start_in(&journal, &[]);
    let answer = daemon.wait_for_health("clock-not-synchronised");
    assert!(answer.contains("\"status\":\"starting\"") && answer.contains("timesyncd"), "{answer}");
    let mut message = [0; 200];
    let length = systemd.recv(&mut message).expect("READY does not wait");
    assert!(String::from_utf8_lossy(&message[..length]).contains("READY=1"));
    assert_eq!(units(&database), before, "nothing is connected to");
    assert_eq!((database.items()[0].0.as_str(), database.items()[0].2), ("PENDING", 0));

    fs::write(timesync.join("synchronized"), "").unwrap();
    daemon.wait_for("done in");
    database.assert_one_email_per_finished_item(1);
    assert_eq!(database.items()[0].2, 1);
    assert!(!daemon.http("GET", "/health").contains("clock-not"));
    let entries = journal.with("ERROR_KIND", "clock-not-synchronised");
    let kinds: Vec<&str> = entries.iter().map(|entry| entry["MESSAGE_ID"].as_str()).collect();
    assert_eq!(kinds, [CONDITION_BEGUN, CONDITION_OVER]);
}

#[test]
fn who_waits_for_a_time_server_stops_at_once() {
    let Some(journal) = Journal::new() else { return };
    fs::create_dir(journal.run().join("systemd/timesync")).unwrap();
    let mut daemon = Program::new().database(&TestDatabase::empty()).start_in(&journal, &[]);
    daemon.wait_for_health("clock-not-synchronised");
    let asked = std::time::Instant::now();
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0);
    assert!(asked.elapsed().as_secs() < 20, "{:?}", asked.elapsed());
}

/// Debian's libfaketime; where it is missing, says that the test is skipped.
fn faketime() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").unwrap().flatten();
    let library = folders.map(|it| it.path().join("faketime/libfaketime.so.1")).find(|it| it.exists());
    if library.is_none() {
        // Not by a macro, whose output the test runner would keep for itself.
        io::stderr().write_all(b"skipped: no libfaketime, which the package faketime has\n").unwrap();
    }
    library
}

/// Lives at the time that a file gives.
fn in_time_of(program: Program, library: &Path, time: &Path) -> Program {
    program
        .env("LD_PRELOAD", library.to_str().unwrap())
        .env("FAKETIME_TIMESTAMP_FILE", time.to_str().unwrap())
        .env("FAKETIME_NO_CACHE", "1")
        .env("FAKETIME_DONT_FAKE_MONOTONIC", "1")
}

#[test]
fn a_clock_that_is_before_this_release_holds_everything_until_it_is_set() {
    let Some(library) = faketime() else { return };
    let (database, web) = with_an_item();
    let (directory, before) = (TempDir::new(), units(&database));
    let time = directory.file("time", "@2020-02-02 02:02:02\n");
    let program = in_time_of(Program::new().database(&database).web(&web), &library, &time);
    let report = doctor(&program);
    report.says("time", "failed", &["2020-02-02", "no item loses an attempt", "timedatectl"]);
    let before = units(&database).max(before);

    let daemon = program.start(&[]);
    let answer = daemon.wait_for_health("clock-not-set");
    assert!(answer.starts_with("HTTP/1.1 503 "), "{answer}");
    assert_eq!(units(&database), before, "nothing is connected to");
    assert_eq!((database.items()[0].0.as_str(), database.items()[0].2), ("PENDING", 0));

    directory.file("time", "+0\n");
    daemon.wait_for("done in");
    assert_eq!(database.items()[0].2, 1);
    assert_eq!(daemon.log().matches("clock is not set").count(), 2, "{}", daemon.log());
}
