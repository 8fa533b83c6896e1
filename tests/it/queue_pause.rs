//! `scribe queue pause` and `resume`, and what a paused scribe does and says.
use std::fs;

use crate::{
    queue_commands::{ADA, ZHOU, assert_refused, held_web, with},
    support::{Gate, Program, SampleWeb, TestDatabase, eventually},
};

#[test]
fn a_pause_lets_the_item_in_hand_finish_claims_nothing_through_restarts_and_ends_with_resume() {
    let (database, (web, _directory, hold)) = (with(&[ADA, ZHOU]), held_web());
    let program = Program::new().database(&database).web(&web).env("POLL_INTERVAL", "0.05");
    let mut daemon = program.start(&[]);
    daemon.wait_for("arxiv_helper");
    // The daemon holds the directory's lock.
    assert!(program.ok(&["queue", "pause"]).starts_with("Paused: the item in hand"));
    assert!(program.ok(&["queue", "pause"]).starts_with("Paused already"));
    fs::remove_file(hold).unwrap();
    let answer = daemon.wait_for_health("\"state\":\"paused\"");
    assert!(answer.starts_with("HTTP/1.1 200 ") && answer.contains("\"status\":\"healthy\""), "{answer}");
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0);

    let mut daemon = program.start(&[]);
    let answer = daemon.wait_for_health("\"state\":\"paused\"");
    assert!(
        answer.contains("\"status\":\"healthy\"") || answer.contains("\"status\":\"starting\""),
        "{answer}"
    );
    daemon.wait_for_health("\"status\":\"healthy\"");
    database.assert_one_email_per_finished_item(1);
    assert_eq!(database.items()[1], ("PENDING".into(), None, 0, None));
    assert!(program.ok(&["queue", "resume"]).starts_with("Resumed"));
    assert!(program.ok(&["queue", "resume"]).starts_with("Not paused"));
    eventually("the other item is done", || database.items()[1].0 == "COMPLETED");
    daemon.wait_for_health("\"state\":\"idle\"");
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0);
    for edge in ["paused: nothing is claimed", "resumed: claiming goes on"] {
        assert_eq!(daemon.log().matches(edge).count(), 1, "{}", daemon.log());
    }
    database.assert_one_email_per_finished_item(2);
}

#[test]
fn a_run_until_empty_does_not_wait_for_a_pause_to_end() {
    let (database, web) = (with(&[ADA]), SampleWeb::start(&[]));
    let program = Program::new().database(&database).web(&web);
    fs::create_dir(program.state_directory()).unwrap();
    program.ok(&["queue", "pause"]);
    let run = program.run(&["run", "--until-empty"]);
    assert_refused(&run, &["claiming is paused on this machine", "`scribe queue resume`"]);
    assert_eq!(database.items(), [("PENDING".into(), None, 0, None)]);
    program.ok(&["queue", "resume"]);
    program.ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(1);
}

#[test]
fn a_paused_scribe_still_takes_back_what_its_run_before_left_behind() {
    let (database, (web, _directory, _hold)) = (with(&[ADA]), held_web());
    let program = Program::new().database(&database).web(&web);
    let daemon = program.start(&[]);
    daemon.wait_for("arxiv_helper");
    daemon.kill_9();
    program.ok(&["queue", "pause"]);
    let daemon = program.start(&[]);
    daemon.wait_for("took back 1 item(s)");
    daemon.wait_for("paused: nothing is claimed");
    assert_eq!(database.items(), [("PENDING".into(), None, 1, None)]);
}

#[test]
fn a_paused_scribe_tells_the_truth_about_the_database() {
    let (database, gate) = (TestDatabase::migrated(), Gate::closed());
    let program = Program::new().database(&database).env("DB_PORT", &gate.port.to_string());
    fs::create_dir(program.state_directory()).unwrap();
    program.ok(&["queue", "pause"]);
    let daemon = program.start(&[]);
    let answer = daemon.wait_for_health("database-unreachable");
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("\"state\":\"paused\""), "{answer}");
    gate.open();
    daemon.wait_for_health("\"status\":\"healthy\"");
}

#[test]
fn a_paused_scribe_stops_at_once() {
    let database = TestDatabase::migrated();
    let program = Program::new().database(&database);
    fs::create_dir(program.state_directory()).unwrap();
    program.ok(&["queue", "pause"]);
    let mut daemon = program.start(&[]);
    daemon.wait_for_health("\"status\":\"healthy\"");
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0);
    assert!(!daemon.log().contains("put back"), "{}", daemon.log());
}

#[test]
fn a_state_directory_that_is_not_there_is_told_and_not_made() {
    let program = Program::new();
    for order in ["pause", "resume"] {
        assert_refused(&program.run(&["queue", order]), &["there is no state directory", "STATE_DIRECTORY"]);
        assert!(!program.state_directory().exists());
    }
}

#[test]
fn doctor_tells_of_a_pause() {
    let program = Program::new().database(&TestDatabase::migrated());
    fs::create_dir(program.state_directory()).unwrap();
    program.ok(&["queue", "pause"]);
    let lines = |out: String| out.lines().filter(|line| line.contains("state directory")).count();
    let report = program.run(&["doctor"]).stdout;
    assert!(report.contains("claiming is paused") && report.contains("`scribe queue resume`"), "{report}");
    assert_eq!(lines(report), 2);
    program.ok(&["queue", "resume"]);
    assert_eq!(lines(program.run(&["doctor"]).stdout), 1);
}
