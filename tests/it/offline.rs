//! The database away while e-mails are finished: each is kept on disk, survives what may happen meanwhile, and is stored
//! as it was.
use std::{fs, path::PathBuf, process::Command};

use crate::support::{Daemon, Gate, Program, SampleWeb, TempDir, TestDatabase, eventually};

const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}}. {{detail|Hello}} [Your Name]";

/// A scribe with one item, whose database goes away while arXiv is being asked.
struct Offline {
    database: TestDatabase,
    gate: Gate,
    program: Program,
    web: SampleWeb,
    _directory: TempDir,
    hold: PathBuf,
}

impl Offline {
    fn new() -> Offline {
        let (database, gate, directory) = (TestDatabase::migrated(), Gate::closed(), TempDir::new());
        gate.open();
        let hold = directory.file("hold", "");
        let web = SampleWeb::start(&["--hold-while", hold.to_str().unwrap()]);
        database.queue(
            database.user(),
            TEMPLATE,
            &[("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "batteries")],
        );
        let program = Program::new().database(&database).web(&web).env("DB_PORT", &gate.port.to_string());
        Offline { database, gate, program, web, _directory: directory, hold }
    }

    /// A daemon that has finished an e-mail and cannot store it.
    fn finished(&self) -> Daemon {
        let daemon = self.finishing();
        daemon.wait_for("kept on disk");
        daemon
    }

    fn finishing(&self) -> Daemon {
        let daemon = self.program.start(&[]);
        daemon.wait_for("arxiv_helper");
        self.gate.close();
        fs::remove_file(&self.hold).unwrap();
        daemon.wait_for("the database cannot be reached");
        daemon
    }

    fn end_lease(&self) {
        self.database.query(
            "UPDATE queue_items SET lease_expires_at = now() - interval '1 second' WHERE status = 'PROCESSING'",
            &[],
        );
    }

    fn spool(&self) -> PathBuf {
        self.program.state_directory().join("spool")
    }

    /// The id of the e-mail that is kept.
    fn kept(&self) -> String {
        let text = fs::read_to_string(self.spool()).unwrap();
        let kept: serde_json::Value = serde_json::from_str(&text).unwrap();
        kept["email"]["id"].as_str().unwrap().to_owned()
    }

    fn first_email(&self) -> Option<String> {
        let rows = self.database.query("SELECT email_id::text FROM queue_items ORDER BY seq LIMIT 1", &[]);
        rows[0].get(0)
    }

    fn assert_finishes_with(&self, kept: &str) {
        self.gate.open();
        self.program.ok(&["run", "--until-empty"]);
        assert_eq!(self.first_email().as_deref(), Some(kept), "the e-mail was made anew");
        self.database.assert_one_email_per_finished_item(2);
        assert_eq!(self.database.items()[0].2, 1, "attempts");
        assert!(!self.spool().exists());
    }
}

#[test]
fn an_email_finished_offline_is_stored_when_the_database_is_back_and_then_work_goes_on() {
    let offline = Offline::new();
    let daemon = offline.finished();
    let kept = offline.kept();
    offline.gate.open();
    eventually("both are done", || offline.database.items().iter().all(|item| item.0 == "COMPLETED"));
    assert_eq!(offline.first_email(), Some(kept));
    offline.database.assert_one_email_per_finished_item(2);
    eventually("the spool is empty", || !offline.spool().exists());
    assert_eq!(daemon.log().matches("the database cannot be reached: ").count(), 1, "{}", daemon.log());
}

#[test]
fn an_email_finished_offline_survives_kill_9_and_a_power_cut() {
    let offline = Offline::new();
    offline.finished().kill_9();
    let kept = offline.kept();
    let again = offline.program.start(&[]);
    again.wait_for("the database cannot be reached");
    again.kill_9();
    let after_a_power_cut = Offline { program: offline.program.env("SCRIBE_BOOT_ID", "another"), ..offline };
    after_a_power_cut.assert_finishes_with(&kept);
}

#[test]
fn a_stop_leaves_a_finished_email_in_the_spool_and_its_item_untouched() {
    let offline = Offline::new();
    let mut daemon = offline.finished();
    let kept = offline.kept();
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0, "{}", daemon.log());
    assert_eq!(offline.database.items()[0].0, "PROCESSING");
    offline.assert_finishes_with(&kept);
}

#[test]
fn an_email_that_was_stored_although_its_answer_was_lost_is_found_to_be_stored() {
    let offline = Offline::new();
    offline.finished().kill_9();
    let (kept, spool) = (offline.kept(), fs::read(offline.spool()).unwrap());
    offline.gate.open();
    offline.program.ok(&["run", "--until-empty"]);
    // As if the power had gone between the COMMIT and the removal of the file.
    fs::write(offline.spool(), spool).unwrap();
    offline.assert_finishes_with(&kept);
}

#[test]
fn an_email_whose_item_was_given_to_another_scribe_is_dropped() {
    let offline = Offline::new();
    offline.finished().kill_9();
    let kept = offline.kept();
    offline.end_lease();
    let other = Program::new().database(&offline.database).web(&offline.web);
    other.ok(&["run", "--until-empty"]);
    offline.gate.open();
    let run = offline.program.run(&["run", "--until-empty"]);
    assert!(run.stderr.contains("its result is dropped"), "{}", run.stderr);
    assert_ne!(offline.first_email(), Some(kept));
    offline.database.assert_one_email_per_finished_item(2);
    assert!(!offline.spool().exists());
}

#[test]
fn an_email_that_the_database_refuses_fails_its_item_instead_of_blocking_the_spool() {
    let long = format!("\"template_type\":\"{}", "R".repeat(300));
    for (text, instead) in [
        ("Dear Ada", "Dear \\u0000Ada"),
        ("\"search_terms\":[", "\"search_terms\":[\"\\u0000\","),
        ("\"template_type\":\"", long.as_str()),
    ] {
        let offline = Offline::new();
        offline.finished().kill_9();
        let spool = fs::read_to_string(offline.spool()).unwrap();
        assert!(spool.contains(text), "{text} in {spool}");
        fs::write(offline.spool(), spool.replace(text, instead)).unwrap();
        offline.gate.open();
        offline.program.ok(&["run", "--until-empty"]);
        let items = offline.database.items();
        assert_eq!((items[0].0.as_str(), items[1].0.as_str()), ("FAILED", "COMPLETED"), "{text}");
        assert!(items[0].3.as_ref().unwrap().contains("the database refused the e-mail"), "{:?}", items[0]);
    }
}

#[test]
fn an_email_is_stored_after_its_lease_is_over_if_nobody_else_has_the_item() {
    let offline = Offline::new();
    let _daemon = offline.finished();
    let kept = offline.kept();
    offline.end_lease();
    offline.gate.open();
    eventually("both are done", || offline.database.items().iter().all(|item| item.0 == "COMPLETED"));
    assert_eq!(offline.first_email(), Some(kept));
    offline.database.assert_one_email_per_finished_item(2);
}

#[test]
fn who_is_back_first_after_an_outage_leaves_the_others_their_items() {
    let offline = Offline::new();
    // Cut off as long as the first one, and back before it.
    let gate = Gate::closed();
    let other = Program::new().database(&offline.database).web(&offline.web);
    let other = other.env("DB_PORT", &gate.port.to_string()).env("POLL_INTERVAL", "0.1").start(&[]);
    other.wait_for("the database cannot be reached");
    let _first = offline.finished();
    let kept = offline.kept();
    offline.end_lease();
    gate.open();
    eventually("the other one does what waits", || offline.database.items()[1].0 == "COMPLETED");
    offline.gate.open();
    eventually("the first one is back", || offline.database.items()[0].0 == "COMPLETED");
    assert_eq!(offline.first_email(), Some(kept), "{}", other.log());
    offline.database.assert_one_email_per_finished_item(2);
    assert!(offline.database.items().iter().all(|item| item.2 == 1));
}

#[test]
fn a_copied_state_directory_on_another_machine_takes_nothing() {
    let offline = Offline::new();
    let original = offline.program.clone().env("SCRIBE_MACHINE_ID", "one").env("SCRIBE_BOOT_ID", "first");
    let daemon = original.start(&[]);
    daemon.wait_for("arxiv_helper");
    for (machine, boot) in [("two", "second"), ("unknown", "unknown")] {
        let copy = Program::new().database(&offline.database).env("POLL_INTERVAL", "0.1");
        fs::create_dir_all(copy.state_directory()).unwrap();
        fs::copy(original.state_directory().join("run"), copy.state_directory().join("run")).unwrap();
        // Only the row in the original's hands is left for it.
        offline.database.query("DELETE FROM queue_items WHERE status = 'PENDING'", &[]);
        let copy =
            copy.env("SCRIBE_MACHINE_ID", machine).env("SCRIBE_BOOT_ID", boot).env("LOG_LEVEL", "debug");
        let copy = copy.start(&[]);
        copy.wait_for("idle for");
        assert!(!copy.log().contains("took back"), "{machine}: {}", copy.log());
    }
    fs::remove_file(&offline.hold).unwrap();
    eventually("the original finishes", || offline.database.items()[0].0 == "COMPLETED");
    offline.database.assert_one_email_per_finished_item(1);
    assert_eq!(offline.database.items()[0].2, 1);
}

#[test]
fn a_card_that_is_read_only_keeps_no_scribe_from_working() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tidal energy")]);
    let program = Program::new().database(&database).web(&web);
    let state = program.state_directory();
    fs::create_dir_all(&state).unwrap();
    let mount = |what: &[&str]| {
        Command::new(what[0]).args(&what[1..]).arg(&state).status().is_ok_and(|it| it.success())
    };
    if !mount(&["mount", "-t", "tmpfs", "-o", "ro", "tmpfs"]) {
        eprintln!("skipped: only root may mount something that is read-only");
        return;
    }
    let _unmount = Finally(|| _ = mount(&["umount", "--lazy"]));
    let mut daemon = program.start(&[]);
    daemon.wait_for_health("\"state-not-writable\",\"severity\":\"warning\"");
    eventually("its row is done", || database.items()[0].0 == "COMPLETED");
    let second = program.run(&["run", "--until-empty"]);
    assert!(second.code == 1 && second.stderr.contains("another scribe uses"), "{}", second.stderr);
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0, "{}", daemon.log());
    let doctor = program.run(&["doctor"]).stdout;
    assert!(doctor.contains("nothing can be written to the state directory: the disk with"), "{doctor}");
}

/// Is done at the end of the test, however that comes.
struct Finally<F: FnMut()>(F);

impl<F: FnMut()> Drop for Finally<F> {
    fn drop(&mut self) {
        (self.0)();
    }
}

#[test]
fn a_spool_that_makes_no_sense_is_put_aside_and_its_item_done_anew() {
    let offline = Offline::new();
    offline.finished().kill_9();
    let spool = fs::read(offline.spool()).unwrap();
    fs::write(offline.spool(), &spool[..spool.len() / 2]).unwrap();
    offline.gate.open();
    let run = offline.program.run(&["run", "--until-empty"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    assert!(run.stderr.contains("put aside as spool.unreadable"), "{}", run.stderr);
    offline.database.assert_one_email_per_finished_item(2);
}

/// A scribe whose disk takes nothing finishes an e-mail while the database is away, and stores it when that is back.
fn assert_works_without_disk(offline: &Offline, reason: &str) {
    let mut daemon = offline.finishing();
    let health = daemon.http("GET", "/health");
    assert!(health.contains("\"state-not-writable\",\"severity\":\"warning\""), "{health}");
    assert!(daemon.log().contains(reason), "{}", daemon.log());
    offline.gate.open();
    eventually("both are done", || offline.database.items().iter().all(|item| item.0 == "COMPLETED"));
    offline.database.assert_one_email_per_finished_item(2);
    assert!(!daemon.log().contains("kept on disk"), "{}", daemon.log());
    daemon.signal("TERM");
    assert_eq!(daemon.wait(), 0, "{}", daemon.log());
}

#[test]
fn a_disk_that_takes_nothing_is_a_warning_and_every_email_is_stored_all_the_same() {
    let offline = Offline::new();
    // Neither file can be written anew: a directory stands in the way of each.
    let directory = offline.program.state_directory();
    for name in ["run.new", "spool.new"] {
        fs::create_dir_all(directory.join(name)).unwrap();
    }
    assert_works_without_disk(&offline, "Is a directory");
}

#[test]
fn a_disk_that_is_full_is_a_warning_and_every_email_is_stored_all_the_same() {
    // A small disk that only this scribe sees, and that is filled before it starts.
    const FULL: &str = "mount -t tmpfs -o size=64k tmpfs \"$STATE_DIRECTORY\" || exit 42
         head -c 1000000 /dev/zero >\"$STATE_DIRECTORY/others\" 2>&-
         exec \"$@\"";
    let offline = Offline::new();
    fs::create_dir_all(offline.program.state_directory()).unwrap();
    let words = ["unshare", "--mount", "sh", "-c", FULL, "sh"];
    let program = offline.program.clone().behind(words.map(String::from).into());
    let has_disk = program.run(&["--version"]).code == 0;
    if !has_disk {
        eprintln!("skipped: only root may mount a disk of its own");
        return;
    }
    assert_works_without_disk(&Offline { program, ..offline }, "No space left on device");
}

#[test]
fn a_disk_that_has_refused_is_left_alone_for_a_while() {
    let database = TestDatabase::migrated();
    let program = Program::new().database(&database).env("POLL_INTERVAL", "0.05").env("LOG_LEVEL", "debug");
    let obstacle = program.state_directory().join("run.new");
    fs::create_dir_all(&obstacle).unwrap();
    let daemon = program.start(&[]);
    daemon.wait_for_health("state-not-writable");
    fs::remove_dir(obstacle).unwrap();
    let rounds = || daemon.log().matches("idle for").count();
    let before = rounds();
    eventually("some rounds pass", || rounds() > before + 5);
    assert!(!program.state_directory().join("run").exists(), "tried again at once");
}

/// The bytes that a process has had written to a disk so far, by the kernel's count.
fn written(daemon: &Daemon) -> u64 {
    let counts = fs::read_to_string(format!("/proc/{}/io", daemon.id())).unwrap();
    counts.lines().find_map(|line| line.strip_prefix("write_bytes: ")).unwrap().parse().unwrap()
}

#[test]
fn nothing_is_written_to_disk_while_the_database_is_there() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let user = database.user();
    let program = Program::new().database(&database).web(&web);
    let program = program.env("POLL_INTERVAL", "0.05").env("LOG_LEVEL", "debug");
    let daemon = program.start(&[]);
    let polls = || daemon.log().matches("idle for").count();
    eventually("it is idle", || polls() >= 1);
    let files = || {
        let mut files: Vec<_> = fs::read_dir(program.state_directory())
            .unwrap()
            .map(|entry| entry.unwrap())
            .map(|entry| (entry.file_name(), entry.metadata().unwrap().modified().unwrap()))
            .collect();
        files.sort();
        files
    };
    let before = (files(), written(&daemon));
    if before.1 == 0 {
        // It has written its run, so this is no disk.
        eprintln!("in part: a file system in memory is not counted");
    }
    let idle = polls();
    eventually("some idle polls pass", || polls() >= idle + 5);
    assert_eq!((files(), written(&daemon)), before, "while idle");
    database.queue(user, TEMPLATE, &[("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "batteries")]);
    eventually("both are done", || database.items().iter().all(|item| item.0 == "COMPLETED"));
    let idle = polls();
    eventually("it is idle again", || polls() > idle);
    assert_eq!((files(), written(&daemon)), before, "at work");
}
