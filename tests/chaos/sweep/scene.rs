//! What a trial begins with, and how scribe lives until the strike and after it.
use std::{
    fs, thread,
    time::{Duration, Instant},
};

use crate::{
    network::{Mood, Network},
    shim::{
        Class,
        Fault::{Fail, KillBefore, Stall},
        Strike,
    },
    support::{Daemon, PATIENCE, Program, SampleWeb, TempDir, TestDatabase, pair, route},
};

const POSSIBLE: &str = "Dear {{name}}, I read {{paper|your work}}. {{detail|Hello}} [Your Name]";
const IMPOSSIBLE: &str = "Dear {{name}}, I read {{paper}}. [Your Name]";

/// What is added to the log of a daemon that a fault has crippled.
pub const STAYED: &str = "WRONG: a daemon did not finish by itself";

/// Longer than a run takes that waits for a silent server once: a minute, where that is arXiv.
const LONGEST: Duration = PATIENCE.saturating_mul(3);

/// What a trial begins with: two items, one of which gives an e-mail and one cannot and ends FAILED.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Scene {
    /// A new state directory, both items PENDING.
    FirstStart,
    /// The run before was killed and left the first item in PROCESSING.
    AfterACrash,
    /// A hurried stop in the middle of the first item; calls before it do not count.
    Stop,
    /// An e-mail lies in the spool; the run that made it was killed while the database was away.
    SpoolAtStart,
    /// The first e-mail is finished while the database is away, which then comes back; calls before it do not count.
    SpoolWritten,
    /// Another machine died with the first item in hand, and its lease is over.
    ForeignLease,
    /// A source is away, so that the second item is put off.
    PutOff,
    /// No search can be made, so that the first item is put back and claiming pauses.
    Surroundings,
    /// As after a crash, with claiming held by `scribe queue pause`.
    Paused,
}

pub const SCENES: &[Scene] = &[
    Scene::FirstStart,
    Scene::AfterACrash,
    Scene::Stop,
    Scene::SpoolAtStart,
    Scene::SpoolWritten,
    Scene::ForeignLease,
    Scene::PutOff,
    Scene::Surroundings,
    Scene::Paused,
];

impl Scene {
    /// Calls count from this line of the log on.
    pub fn counts_after(self) -> Option<&'static str> {
        match self {
            Scene::Stop => Some("stopping"),
            Scene::SpoolWritten => Some("email_composer"),
            _ => None,
        }
    }

    /// How many attempts its beginning has cost.
    pub fn charged(self) -> i64 {
        let costs = [Scene::AfterACrash, Scene::ForeignLease, Scene::Paused];
        i64::from(costs.contains(&self))
    }
}

/// The sample webs that lack something, for all lanes.
pub struct Lacking {
    arxiv: SampleWeb,
    search: SampleWeb,
}

impl Lacking {
    pub fn start() -> Lacking {
        Lacking {
            arxiv: SampleWeb::start(&["--fail", "arxiv=503"]),
            search: SampleWeb::start(&["--fail", "search=503"]),
        }
    }
}

/// What one trial after the other takes place in.
pub struct Lane<'a> {
    pub database: TestDatabase,
    network: Network,
    web: SampleWeb,
    lacking: &'a Lacking,
    directory: TempDir,
}

impl Lane<'_> {
    pub fn new(lacking: &Lacking) -> Lane<'_> {
        let directory = TempDir::new();
        let hold = directory.path().join("hold");
        let web = SampleWeb::start(&["--hold-while", hold.to_str().unwrap()]);
        let network = Network::to(pair().fact(route()).parse().unwrap());
        Lane { database: TestDatabase::migrated(), network, web, lacking, directory }
    }

    /// The queue and the state directory as the scene wants them, and a program that nothing is in the way of.
    pub fn prepare(&self, scene: Scene) -> Program {
        self.database.query("DELETE FROM users", &[]);
        let user = self.database.user();
        self.database.queue(user, POSSIBLE, &[("Ada Marlowe", "tidal energy")]);
        self.database.queue(user, IMPOSSIBLE, &[("Nobody Number1", "nothing")]);
        let program = self.program();
        match scene {
            Scene::FirstStart | Scene::Stop | Scene::SpoolWritten | Scene::PutOff | Scene::Surroundings => {}
            Scene::AfterACrash | Scene::Paused => self.crash(&program),
            Scene::ForeignLease => {
                self.crash(&self.program());
                let over = "UPDATE queue_items SET lease_expires_at = now() - interval '1 second'
                            WHERE status = 'PROCESSING'";
                self.database.query(over, &[]);
            }
            Scene::SpoolAtStart => {
                let mut daemon = self.finish_offline(&program);
                daemon.signal("KILL");
                daemon.wait();
                self.network.set(Mood::Open);
                assert!(program.state_directory().join("spool").exists(), "{}", daemon.log());
            }
        }
        program
    }

    /// Scribe as on a machine of its own.
    fn program(&self) -> Program {
        Program::new()
            .database(&self.database)
            .web(&self.web)
            .env("DB_PORT", &self.network.port.to_string())
            .env("POLL_INTERVAL", "0.2")
            .env("DB_CONNECT_TIMEOUT", "2")
            .env("DB_STATEMENT_TIMEOUT", "1500")
    }

    /// It dies in the middle of the first item.
    fn crash(&self, program: &Program) {
        let death = Strike {
            class: Class::Web,
            fault: KillBefore,
            call: 1,
            after: Some("arxiv_helper"),
            point: None,
        };
        let run = death.arm(program.clone()).run(&["run"]);
        assert!(run.code == -1 && self.statuses() == "PROCESSING PENDING", "{}", run.stderr);
    }

    /// Runs scribe with the strike waiting for it, and returns its log.
    pub fn struck(&self, scene: Scene, strike: &Strike, program: &Program) -> String {
        let armed = strike.arm(program.clone());
        match (scene, strike.class, strike.fault) {
            (Scene::Stop, ..) => self.stopped(&armed),
            (Scene::SpoolWritten, ..) => {
                let daemon = self.finish_offline(&armed);
                self.network.set(Mood::Open);
                self.recovers(daemon, UNFINISHED)
            }
            (Scene::PutOff, ..) => self.recovers(armed.web(&self.lacking.arxiv).spawn(&[]), NOT_PUT_OFF),
            (Scene::Surroundings, ..) => to_its_end(&armed.web(&self.lacking.search)).1,
            (Scene::Paused, ..) => {
                let paused = program.state_directory().join("paused");
                fs::write(&paused, "").unwrap();
                let log = to_its_end(&armed).1;
                fs::remove_file(&paused).unwrap();
                log
            }
            // A daemon, so that it tries again by itself.
            (_, Class::Database, Fail(_) | Stall) => self.recovers(armed.spawn(&[]), UNFINISHED),
            _ => to_its_end(&armed).1,
        }
    }

    /// A hurried stop in the middle of the first item.
    fn stopped(&self, armed: &Program) -> String {
        let hold = self.directory.file("hold", "");
        let mut daemon = armed.spawn(&[]);
        daemon.wait_for("arxiv_helper");
        daemon.signal("TERM");
        daemon.wait_for("stopping");
        daemon.signal("TERM");
        daemon.wait();
        fs::remove_file(hold).unwrap();
        daemon.log()
    }

    /// Scribe finishes the first e-mail while the database is away, and keeps it on disk or finds that it cannot.
    fn finish_offline(&self, program: &Program) -> Daemon {
        let hold = self.directory.file("hold", "");
        let mut daemon = program.spawn(&[]);
        daemon.wait_for("arxiv_helper");
        self.network.set(Mood::Refusing);
        fs::remove_file(hold).unwrap();
        wait(&mut daemon, |log| {
            log.contains("is kept on disk") || log.contains("nothing can be written to the state directory")
        });
        daemon
    }

    /// A daemon that must come so far by itself that the query finds nothing more; then it is stopped.
    fn recovers(&self, mut daemon: Daemon, unfinished: &str) -> String {
        let mut admin = self.database.admin();
        let recovers = wait(&mut daemon, |_| admin.query_one(unfinished, &[]).unwrap().get::<_, i64>(0) == 0);
        daemon.signal_if_alive(if recovers { "TERM" } else { "KILL" });
        daemon.wait();
        let log = daemon.log();
        if recovers { log } else { log + STAYED + "\n" }
    }

    /// What the items are.
    pub fn statuses(&self) -> String {
        self.database.items().into_iter().map(|item| item.0).collect::<Vec<_>>().join(" ")
    }

    /// The same with their attempts.
    pub fn ends(&self) -> String {
        let ends = self.database.items().into_iter().map(|item| format!("{} ({})", item.0, item.2));
        ends.collect::<Vec<_>>().join(" ")
    }
}

const UNFINISHED: &str = "SELECT count(*) FROM queue_items WHERE status IN ('PENDING', 'PROCESSING')";

/// Zero when each item is finished, or waits for a later time.
const NOT_PUT_OFF: &str = "SELECT count(*) FROM queue_items
    WHERE status = 'PROCESSING' OR status = 'PENDING' AND available_at <= now()";

/// Waits until a daemon has ended or come so far. False: neither.
fn wait(daemon: &mut Daemon, mut is_so: impl FnMut(&str) -> bool) -> bool {
    let started = Instant::now();
    while started.elapsed() < LONGEST {
        if daemon.ended().is_some() || is_so(&daemon.log()) {
            return true;
        }
        thread::sleep(Duration::from_millis(20));
    }
    false
}

/// Runs until nothing is left to do, and returns the exit code and the log. No code: it had to be killed.
pub fn to_its_end(program: &Program) -> (Option<i32>, String) {
    let mut daemon = program.spawn(&["--until-empty"]);
    wait(&mut daemon, |_| false);
    (daemon.ended(), daemon.log())
}
