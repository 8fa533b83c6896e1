//! What is left after a death in the middle: every item with exactly one e-mail, none stuck.
use std::{fs, path::Path};

use crate::support::{Gate, Program, SampleWeb, TempDir, TestDatabase, eventually, pair};

const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}}. {{detail|Hello}} [Your Name]";

/// A sample web whose arXiv answers only when the returned file is gone: stops the world in the middle of an item.
fn held_web() -> (SampleWeb, TempDir, std::path::PathBuf) {
    let directory = TempDir::new();
    let hold = directory.file("hold", "");
    let web = SampleWeb::start(&["--hold-while", hold.to_str().unwrap()]);
    (web, directory, hold)
}

fn release(hold: &Path) {
    fs::remove_file(hold).unwrap();
}

#[test]
fn kill_9_in_the_middle_of_an_item_leaves_each_item_with_exactly_one_email() {
    let (database, (web, _directory, hold)) = (TestDatabase::migrated(), held_web());
    database.queue(
        database.user(),
        TEMPLATE,
        &[("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "solid-state batteries")],
    );
    let program = Program::new().database(&database).web(&web);
    for death in 1..=3 {
        let daemon = program.start(&[]);
        eventually("the first item is in arXiv's hands", || {
            let first = &database.items()[0];
            (first.0.as_str(), first.1.as_deref(), first.2) == ("PROCESSING", Some("arxiv_helper"), death)
        });
        daemon.kill_9();
    }
    assert_eq!(database.number("SELECT count(*) FROM emails"), 0);
    release(&hold);
    let run = program.run(&["run", "--until-empty"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("took back 1 item(s)"), "{}", run.stderr);
    database.assert_one_email_per_finished_item(2);
    assert_eq!(database.items()[0].2, 4, "every death of scribe counts as an attempt");
}

#[test]
fn an_item_that_kills_scribe_again_and_again_ends_failed() {
    let (database, (web, _directory, hold)) = (TestDatabase::migrated(), held_web());
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tidal energy")]);
    let program = Program::new().database(&database).web(&web);
    for death in 1..=5 {
        let daemon = program.start(&[]);
        eventually("the item is being worked on", || {
            let first = &database.items()[0];
            (first.1.as_deref(), first.2) == (Some("arxiv_helper"), death)
        });
        daemon.kill_9();
    }
    program.ok(&["run", "--until-empty"]);
    release(&hold);
    let (status, _, attempts, message) = database.items().remove(0);
    assert_eq!((&*status, attempts), ("FAILED", 5));
    assert!(message.unwrap().contains("5 times"));
}

#[test]
fn a_power_cut_costs_no_attempt() {
    let (database, (web, _directory, hold)) = (TestDatabase::migrated(), held_web());
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tidal energy")]);
    let program = Program::new().database(&database).web(&web).env("SCRIBE_BOOT_ID", "before");
    let daemon = program.start(&[]);
    daemon.wait_for("arxiv_helper");
    daemon.kill_9();
    release(&hold);
    program.env("SCRIBE_BOOT_ID", "after").ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(1);
    assert_eq!(database.items()[0].2, 1);
}

/// A machine without a serial number is known by its network's hardware, which may come up after scribe.
#[test]
fn what_an_earlier_run_left_is_looked_up_when_the_database_answers_and_not_before() {
    let (database, (web, _directory, hold)) = (TestDatabase::migrated(), held_web());
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tidal energy")]);
    let program = Program::new().database(&database).web(&web);
    let daemon = program.start(&[]);
    daemon.wait_for("arxiv_helper");
    daemon.kill_9();
    release(&hold);
    let (run, later) = (program.state_directory().join("run"), program.file("run-later", ""));
    fs::rename(&run, &later).unwrap();
    let gate = Gate::closed();
    let daemon = program.env("DB_PORT", &gate.port.to_string()).start(&[]);
    daemon.wait_for_health("database-unreachable");
    fs::rename(&later, &run).unwrap();
    gate.open();
    eventually("the item is done", || database.items()[0].0 == "COMPLETED");
    database.assert_one_email_per_finished_item(1);
}

#[test]
fn another_scribes_items_are_left_alone_until_their_lease_is_over() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tidal energy")]);
    database.query(
        "UPDATE queue_items SET status = 'PROCESSING', celery_task_id = 'scribe:somebody:else', attempts = 1,
                lease_expires_at = now() + interval '10 minutes'",
        &[],
    );
    let program = Program::new().database(&database).web(&web).env("POLL_INTERVAL", "0.05");
    let mut daemon = program.start(&[]);
    daemon.wait_for_health("\"status\":\"healthy\"");
    assert_eq!(database.items()[0].0, "PROCESSING");
    database.query("UPDATE queue_items SET lease_expires_at = now() - interval '1 second'", &[]);
    eventually("the item is taken over", || database.items()[0].0 == "COMPLETED");
    database.assert_one_email_per_finished_item(1);
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0);
}

#[test]
fn who_has_lost_an_item_cannot_complete_it() {
    let (database, (web, _directory, hold)) = (TestDatabase::migrated(), held_web());
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tidal energy")]);
    let program = Program::new().database(&database).web(&web);
    let daemon = program.start(&[]);
    daemon.wait_for("arxiv_helper");
    database.query(
        "UPDATE queue_items SET celery_task_id = 'scribe:somebody:else', lease_expires_at = now() + interval '10 minutes'",
        &[],
    );
    release(&hold);
    daemon.wait_for("no longer ours");
    assert_eq!(database.number("SELECT count(*) FROM emails"), 0);
    assert_eq!(database.number("SELECT sum(generation_count)::bigint FROM users"), 0);
    assert_eq!(database.items()[0].0, "PROCESSING", "it belongs to somebody else");
}

#[test]
fn a_user_who_vanishes_while_the_item_runs_is_no_trouble() {
    let (database, (web, _directory, hold)) = (TestDatabase::migrated(), held_web());
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tidal energy")]);
    let program = Program::new().database(&database).web(&web);
    let mut daemon = program.start(&["--until-empty"]);
    daemon.wait_for("arxiv_helper");
    database.query("DELETE FROM users", &[]);
    release(&hold);
    assert_eq!(daemon.wait(), 0, "{}", daemon.log());
    assert_eq!(database.number("SELECT count(*) FROM emails"), 0);
}

#[test]
fn a_stop_puts_the_unfinished_item_back_as_it_was() {
    let (database, (web, _directory, _hold)) = (TestDatabase::migrated(), held_web());
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tidal energy")]);
    let program = Program::new().database(&database).web(&web);
    let mut daemon = program.start(&[]);
    daemon.wait_for("arxiv_helper");
    daemon.signal("TERM");
    daemon.wait_for("stopping");
    assert!(daemon.http("GET", "/health").contains("\"status\":\"stopping\""));
    // The second signal spares us the grace period.
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0, "{}", daemon.log());
    assert_eq!(database.items(), [("PENDING".to_string(), None, 0, None)]);
}

#[test]
fn an_item_that_does_not_finish_within_the_grace_period_is_put_back() {
    let (database, (web, _directory, _hold)) = (TestDatabase::migrated(), held_web());
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tidal energy")]);
    let program = Program::new().database(&database).web(&web);
    let mut daemon = program.start(&[]);
    daemon.wait_for("arxiv_helper");
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0, "{}", daemon.log());
    assert!(daemon.log().contains("put back"), "{}", daemon.log());
    assert_eq!(database.items(), [("PENDING".to_string(), None, 0, None)]);
}

#[test]
fn a_run_until_empty_ends_with_the_reason_when_a_result_cannot_be_stored() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tidal energy")]);
    let owner = pair().fact("USER");
    let insert = |what: &str| database.admin().batch_execute(&format!("{what} {owner}")).unwrap();
    insert("REVOKE INSERT ON emails FROM");
    let program = Program::new().database(&database).web(&web);
    let run = program.run(&["run", "--until-empty"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("lacks a permission"), "{}", run.stderr);
    assert!(run.stderr.contains("kept on disk"), "{}", run.stderr);
    insert("GRANT INSERT ON emails TO");
    let run = program.run(&["run", "--until-empty"]);
    assert!(run.stderr.contains("finished by an earlier run, is stored"), "{}", run.stderr);
    database.assert_one_email_per_finished_item(1);
    assert_eq!(database.items()[0].2, 1);
}

#[test]
fn a_stop_lets_the_running_item_finish_within_the_grace_period() {
    let (database, (web, _directory, hold)) = (TestDatabase::migrated(), held_web());
    database.queue(
        database.user(),
        TEMPLATE,
        &[("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "batteries")],
    );
    let program = Program::new().database(&database).web(&web);
    let mut daemon = program.start(&[]);
    daemon.wait_for("arxiv_helper");
    daemon.signal("INT");
    daemon.wait_for("stopping");
    release(&hold);
    assert_eq!(daemon.wait(), 0, "{}", daemon.log());
    let statuses: Vec<String> = database.items().into_iter().map(|item| item.0).collect();
    assert_eq!(statuses, ["COMPLETED", "PENDING"]);
    database.assert_one_email_per_finished_item(1);
}

#[test]
fn a_stop_while_the_database_is_away_costs_no_attempt() {
    let (database, (web, _directory, hold), gate) = (TestDatabase::migrated(), held_web(), Gate::closed());
    gate.open();
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tidal energy")]);
    let program = Program::new().database(&database).web(&web).env("DB_PORT", &gate.port.to_string());
    let mut daemon = program.start(&[]);
    daemon.wait_for("arxiv_helper");
    gate.close();
    release(&hold);
    daemon.wait_for("email_composer");
    daemon.wait_for("the database cannot be reached");
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0, "{}", daemon.log());
    assert_eq!(database.items()[0].0, "PROCESSING", "nobody could put it back");
    gate.open();
    program.ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(1);
    assert_eq!(database.items()[0].2, 1);
}

#[test]
fn an_item_that_the_database_refuses_fails_and_holds_nobody_up() {
    let web = SampleWeb::start(&[]);
    for sqlstate in ["P0001", "P0002", "PT409", "38001", "21000", "0A000", "ZZ123"] {
        let database = TestDatabase::migrated();
        database
            .admin()
            .batch_execute(&format!(
                "CREATE FUNCTION veto() RETURNS trigger LANGUAGE plpgsql AS $$
                 BEGIN RAISE EXCEPTION 'blocked recipient' USING ERRCODE = '{sqlstate}'; END $$;
                 CREATE TRIGGER veto BEFORE INSERT ON emails FOR EACH ROW WHEN (NEW.recipient_name = 'Ada Marlowe')
                 EXECUTE FUNCTION veto()"
            ))
            .unwrap();
        database.queue(
            database.user(),
            TEMPLATE,
            &[("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "batteries")],
        );
        Program::new().database(&database).web(&web).ok(&["run", "--until-empty"]);
        let items = database.items();
        assert_eq!((items[0].0.as_str(), items[1].0.as_str()), ("FAILED", "COMPLETED"), "{sqlstate}");
        assert!(items[0].3.as_ref().unwrap().contains("blocked recipient"), "{sqlstate}");
    }
}

#[test]
fn an_item_whose_failure_the_database_refuses_holds_nobody_up() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    database
        .admin()
        .batch_execute(
            "CREATE FUNCTION veto() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN RAISE EXCEPTION 'no'; END $$;
             CREATE TRIGGER veto BEFORE UPDATE ON queue_items FOR EACH ROW
             WHEN (NEW.recipient_name = 'Ada Marlowe' AND NEW.status IN ('COMPLETED', 'FAILED'))
             EXECUTE FUNCTION veto()",
        )
        .unwrap();
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tides"), ("Zhou Minglan", "batteries")]);
    let program = Program::new().database(&database).web(&web);
    let mut daemon = program.start(&[]);
    eventually("the next item is done", || database.items()[1].0 == "COMPLETED");
    assert_eq!(database.items()[0].0, "PROCESSING", "until its lease is over");
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0, "{}", daemon.log());
    let runs = fs::read_to_string(program.state_directory().join("run")).unwrap();
    let ended: Vec<bool> = runs.lines().map(|line| line.ends_with(" ended")).collect();
    assert_eq!(ended, [true, false], "it went on under another name, and ended under that: {runs}");
}

#[test]
fn a_row_without_its_user_fails_and_holds_nobody_up() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tides"), ("Zhou Minglan", "batteries")]);
    database
        .admin()
        .batch_execute(
            "SET session_replication_role = replica;
             UPDATE queue_items SET user_id = gen_random_uuid() WHERE recipient_name = 'Ada Marlowe'",
        )
        .unwrap();
    Program::new().database(&database).web(&web).ok(&["run", "--until-empty"]);
    let statuses: Vec<String> = database.items().into_iter().map(|item| item.0).collect();
    assert_eq!(statuses, ["FAILED", "COMPLETED"]);
}

#[test]
fn a_schema_that_refuses_every_email_fails_no_item() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    database.admin().batch_execute("ALTER TABLE emails ADD tenant TEXT NOT NULL").unwrap();
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tides"), ("Zhou Minglan", "batteries")]);
    let program = Program::new().database(&database).web(&web);
    let run = program.run(&["run", "--until-empty"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("tenant"), "{}", run.stderr);
    database.admin().batch_execute("ALTER TABLE emails DROP tenant").unwrap();
    program.ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(2);
}

#[test]
fn no_row_is_stuck_for_what_another_program_left_out() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    database.queue(
        database.user(),
        TEMPLATE,
        &[("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "batteries")],
    );
    database.query("UPDATE queue_items SET status = 'PROCESSING', created_at = NULL", &[]);
    database.query("UPDATE queue_items SET attempts = 2147483647 WHERE recipient_name = 'Zhou Minglan'", &[]);
    Program::new().database(&database).web(&web).ok(&["run", "--until-empty"]);
    let statuses: Vec<String> = database.items().into_iter().map(|item| item.0).collect();
    assert_eq!(statuses, ["COMPLETED", "FAILED"]);
}
