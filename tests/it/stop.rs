//! A stop, in whatever the worker hangs, and the start after it: in time, and nothing is lost or charged.
use std::{
    fs,
    path::PathBuf,
    thread,
    time::{Duration, Instant},
};

use crate::support::{
    Daemon, Gate, ModelServer, Mood, Program, SampleWeb, TempDir, TestDatabase, eventually,
};

const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}}. {{detail|Hello}} [Your Name]";
const ADA: (&str, &str) = ("Ada Marlowe", "tidal energy");
const ZHOU: (&str, &str) = ("Zhou Minglan", "solid-state batteries");

/// What a stop may take beyond the grace, on a busy machine too.
const AT_MOST: Duration = Duration::from_secs(5);

/// A scribe behind a gate to its database, at work on a web whose arXiv waits for the file `hold` to go.
struct Scene {
    database: TestDatabase,
    gate: Gate,
    program: Program,
    hold: PathBuf,
    _web: SampleWeb,
    _directory: TempDir,
}

impl Scene {
    fn new() -> Scene {
        let (database, gate, directory) = (TestDatabase::migrated(), Gate::closed(), TempDir::new());
        gate.open();
        let hold = directory.file("hold", "");
        let web = SampleWeb::start(&["--hold-while", hold.to_str().unwrap()]);
        database.queue(database.user(), TEMPLATE, &[ADA, ZHOU]);
        let program = Program::new().database(&database).web(&web).env("DB_PORT", &gate.port.to_string());
        Scene { database, gate, program, hold, _web: web, _directory: directory }
    }

    fn with_grace(self, seconds: &str) -> Scene {
        Scene { program: self.program.env("STOP_GRACE", seconds), ..self }
    }

    /// A scribe that offers a finished e-mail to a database that says neither yes nor no.
    fn finished_in_silence(&self) -> Daemon {
        let daemon = self.program.start(&[]);
        daemon.wait_for("arxiv_helper");
        fs::remove_file(&self.hold).unwrap();
        eventually("the e-mail is on its way", || {
            let sql = "SELECT count(*) FROM pg_stat_activity
                       WHERE wait_event_type = 'Lock' AND datname = current_database()";
            self.database.number(sql) > 0
        });
        self.gate.silence();
        daemon
    }

    fn spool(&self) -> PathBuf {
        self.program.state_directory().join("spool")
    }

    /// All is done in the end, the first row with that e-mail, each at the cost of one attempt.
    fn assert_finishes_with(&self, kept: Option<&str>) {
        let _ = fs::remove_file(&self.hold);
        self.gate.open();
        self.program.ok(&["run", "--until-empty"]);
        self.database.assert_one_email_per_finished_item(2);
        assert!(self.database.items().iter().all(|item| item.2 == 1), "{:?}", self.database.items());
        if let Some(kept) = kept {
            let sql = "SELECT email_id::text FROM queue_items ORDER BY seq LIMIT 1";
            assert_eq!(self.database.query(sql, &[])[0].get::<_, String>(0), kept, "made anew");
        }
        assert!(!self.spool().exists());
    }

    fn kept(&self) -> String {
        let kept: serde_json::Value = serde_json::from_slice(&fs::read(self.spool()).unwrap()).unwrap();
        kept["email"]["id"].as_str().unwrap().to_owned()
    }
}

/// Stops it, and sees to it that this takes no longer than it may.
fn stop(mut daemon: Daemon, signals: &[&str]) -> String {
    let started = Instant::now();
    for signal in signals {
        daemon.signal(signal);
        daemon.wait_for("stopping");
    }
    assert_eq!(daemon.wait(), 0, "{}", daemon.log());
    let took = started.elapsed();
    println!("stopped after {:.1} s", took.as_secs_f64());
    assert!(took < AT_MOST, "{took:?}: {}", daemon.log());
    daemon.log()
}

/// No e-mail can be stored as long as this is held.
fn lock(database: &TestDatabase) -> postgres::Client {
    let mut client = database.admin();
    client.batch_execute("BEGIN; LOCK TABLE emails IN ACCESS EXCLUSIVE MODE").unwrap();
    client
}

#[test]
fn a_finished_email_is_on_disk_before_a_stop_ends_although_the_database_is_silent() {
    let scene = Scene::new().with_grace("0.2");
    let lock = lock(&scene.database);
    let daemon = scene.finished_in_silence();
    let log = stop(daemon, &["TERM"]);
    assert!(!log.contains("put back"), "{log}");
    let kept = scene.kept();
    drop(lock);
    scene.assert_finishes_with(Some(&kept));
}

#[test]
fn a_signal_that_was_ignored_when_it_started_stops_nothing() {
    let scene = Scene::new().with_grace("0.1");
    let nohup = ["sh", "-c", "trap '' HUP INT; exec \"$@\"", "sh"].map(String::from).to_vec();
    let daemon = scene.program.clone().behind(nohup).start(&[]);
    daemon.wait_for("arxiv_helper");
    daemon.signal("HUP");
    daemon.signal("INT");
    fs::remove_file(&scene.hold).unwrap();
    eventually("it works on", || scene.database.items().iter().all(|item| item.0 == "COMPLETED"));
    assert!(!daemon.log().contains("stopping"), "{}", daemon.log());
    stop(daemon, &["TERM"]);
    scene.assert_finishes_with(None);
}

#[test]
fn a_finished_email_survives_a_power_cut_although_the_database_is_silent() {
    let scene = Scene::new();
    let lock = lock(&scene.database);
    let daemon = scene.finished_in_silence();
    let offered = Instant::now();
    daemon.wait_for("kept on disk");
    daemon.kill_9();
    assert!(offered.elapsed() < Duration::from_secs(20), "only when the settle had failed");
    let kept = scene.kept();
    drop(lock);
    let scene = Scene { program: scene.program.env("SCRIBE_BOOT_ID", "another"), ..scene };
    scene.assert_finishes_with(Some(&kept));
}

#[test]
fn a_stop_ends_in_time_while_the_web_a_model_or_the_database_is_silent() {
    let scene = Scene::new().with_grace("0.2");
    let daemon = scene.program.start(&[]);
    daemon.wait_for("arxiv_helper");
    let log = stop(daemon, &["TERM"]);
    assert!(log.contains("put back"), "{log}");
    assert_untouched(&scene);

    let server = ModelServer::start(Mood::Stalls);
    let with_model = server
        .environment("anthropic:claude-haiku-4-5")
        .iter()
        .fold(scene.program.clone(), |program, (name, value)| program.env(name, value));
    let daemon = with_model.start(&[]);
    daemon.wait_for("template_parser");
    eventually("the model is asked", || !server.requests().is_empty());
    assert!(stop(daemon, &["TERM"]).contains("put back"));
    assert_untouched(&scene);

    let daemon = scene.program.start(&[]);
    daemon.wait_for("arxiv_helper");
    scene.gate.silence();
    stop(daemon, &["TERM"]);
    scene.assert_finishes_with(None);
}

#[test]
fn a_second_signal_ends_it_at_once_whatever_is_silent() {
    let scene = Scene::new();
    let daemon = scene.program.start(&[]);
    daemon.wait_for("arxiv_helper");
    scene.gate.silence();
    let started = Instant::now();
    stop(daemon, &["TERM", "TERM"]);
    // Two seconds for the connection that would put the item back, and a busy machine.
    assert!(started.elapsed() < Duration::from_secs(4), "{:?}", started.elapsed());
    scene.assert_finishes_with(None);
}

#[test]
fn a_terminal_that_goes_away_is_a_stop() {
    let scene = Scene::new().with_grace("0.2");
    let daemon = scene.program.start(&[]);
    daemon.wait_for("arxiv_helper");
    assert!(stop(daemon, &["HUP"]).contains("put back"));
    scene.assert_finishes_with(None);
}

/// A scribe whose claim waits for the lock that the connection holds.
fn claiming(scene: &Scene) -> (Daemon, postgres::Client) {
    let mut admin = scene.database.admin();
    admin
        .batch_execute(
            "CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql AS $$
             BEGIN PERFORM pg_advisory_xact_lock(4711); RETURN NEW; END $$;
             CREATE TRIGGER wait BEFORE UPDATE ON queue_items FOR EACH ROW WHEN (OLD.status = 'PENDING')
             EXECUTE FUNCTION wait();
             SELECT pg_advisory_lock(4711)",
        )
        .unwrap();
    let daemon = scene.program.start(&[]);
    eventually("a claim waits", || {
        let sql = "SELECT count(*) FROM pg_stat_activity
                   WHERE wait_event = 'advisory' AND datname = current_database()";
        scene.database.number(sql) > 0
    });
    (daemon, admin)
}

fn assert_untouched(scene: &Scene) {
    let items = scene.database.items();
    assert!(items.iter().all(|item| (item.0.as_str(), item.2) == ("PENDING", 0)), "{items:?}");
}

#[test]
fn what_is_claimed_while_a_stop_is_under_way_goes_back_at_no_cost() {
    let scene = Scene::new();
    let (daemon, mut lock) = claiming(&scene);
    daemon.signal("TERM");
    daemon.wait_for("stopping");
    lock.batch_execute("SELECT pg_advisory_unlock(4711)").unwrap();
    let log = stop(daemon, &[]);
    assert!(!log.contains("attempt 1") && log.contains("put back"), "{log}");
    assert_untouched(&scene);
}

#[test]
fn what_was_claimed_without_an_answer_goes_back_at_a_stop() {
    let scene = Scene::new().with_grace("0.2");
    let (daemon, mut lock) = claiming(&scene);
    scene.gate.silence();
    lock.batch_execute("SELECT pg_advisory_unlock(4711)").unwrap();
    eventually("it is claimed", || scene.database.items()[0].0 == "PROCESSING");
    scene.gate.open();
    assert!(stop(daemon, &["TERM"]).contains("put back"));
    assert_untouched(&scene);
}

/// A chance that comes again when the seed is given.
struct Chance(u64);

impl Chance {
    fn below(&mut self, most: u64) -> u64 {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (self.0 >> 33) % most
    }
}

#[test]
fn twenty_stops_and_starts_at_random_moments_lose_nothing_and_cost_nothing() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let names: Vec<String> = (0..40).map(|i| format!("Nobody Number{i}")).collect();
    let recipients: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "nothing")).collect();
    database.queue(database.user(), TEMPLATE, &recipients);
    let given = std::env::var("SCRIBE_TEST_SEED").ok().and_then(|seed| seed.parse().ok());
    let seed = given.unwrap_or_else(|| u64::from(uuid::Uuid::new_v4().as_fields().0));
    println!("SCRIBE_TEST_SEED={seed}");
    let mut chance = Chance(seed);
    let program = Program::new().database(&database).web(&web).env("STOP_GRACE", "0.05");
    for _ in 0..20 {
        let mut daemon = program.start(&[]);
        // The moment is what is tested.
        thread::sleep(Duration::from_millis(chance.below(500)));
        daemon.signal("TERM");
        assert_eq!(daemon.wait(), 0, "seed {seed}: {}", daemon.log());
    }
    program.ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(40);
    let attempts = database.number("SELECT sum(attempts)::bigint FROM queue_items");
    assert_eq!(attempts, 40, "seed {seed}");
}

#[test]
fn after_kill_9_the_item_is_at_work_again_within_seconds() {
    let scene = Scene::new();
    let daemon = scene.program.start(&[]);
    daemon.wait_for("arxiv_helper");
    let killed = Instant::now();
    daemon.kill_9();
    let again = scene.program.start(&[]);
    again.wait_for("attempt 2");
    let took = killed.elapsed();
    println!("at work again {:.1} s after kill -9", took.as_secs_f64());
    assert!(took < Duration::from_secs(15), "{took:?}");
    fs::remove_file(&scene.hold).unwrap();
    eventually("both are done", || scene.database.items().iter().all(|item| item.0 == "COMPLETED"));
    scene.database.assert_one_email_per_finished_item(2);
}

#[test]
fn a_claim_that_is_committed_after_the_next_start_is_found_before_that_one_is_idle() {
    let scene = Scene::new();
    let daemon = scene.program.start(&[]);
    daemon.wait_for("arxiv_helper");
    let run = fs::read_to_string(scene.program.state_directory().join("run")).unwrap();
    let run = run.split(' ').next().unwrap().to_owned();
    daemon.kill_9();
    let again = scene.program.start(&[]);
    again.wait_for("attempt 2");
    // As if the dead one's last claim had been on its way until now.
    scene.database.query(
        "UPDATE queue_items SET status = 'PROCESSING', attempts = 1, lease_expires_at = now() + interval '15 minutes',
                celery_task_id = 'scribe:' || $1 || ':' || gen_random_uuid()
         WHERE recipient_name = 'Zhou Minglan'",
        &[&run],
    );
    fs::remove_file(&scene.hold).unwrap();
    eventually("both are done", || scene.database.items().iter().all(|item| item.0 == "COMPLETED"));
    assert_eq!(scene.database.items()[1].2, 1, "it was never worked on before");
}
