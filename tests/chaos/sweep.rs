//! Faults swept by number: the first, second, third … call of a class is scribe's last, or fails, until a run passes
//! untouched. Then scribe is started once more, with nothing in its way, and the books must be right.
//!
//! Two items go through each trial: one that gives an e-mail and one that cannot and ends FAILED.
use std::{
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use crate::{
    Plan,
    books::Tally,
    random::Random,
    shim::{
        Class, Errno,
        Fault::{self, Fail, FailOn, KillAfter, KillBefore, Pass, Stall},
        Strike,
    },
    support::{Daemon, PATIENCE, Program, SampleWeb, TempDir, TestDatabase},
};

/// What a trial begins with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Scene {
    /// A new state directory, both items PENDING.
    FirstStart,
    /// The run before was killed and left the first item in PROCESSING.
    AfterACrash,
    /// A hurried stop in the middle of the first item; calls before it do not count.
    Stop,
}

/// Every class of calls in every scene, and what happens to them.
const SWEEPS: &[(Scene, Class, &[Fault])] = &[
    (Scene::FirstStart, Class::Database, &[KillBefore, Fail(Errno::Econnreset), Stall]),
    (Scene::AfterACrash, Class::Database, &[KillBefore, Fail(Errno::Etimedout)]),
    (Scene::Stop, Class::Database, &[KillBefore, Fail(Errno::Econnreset), Stall]),
    (Scene::FirstStart, Class::Web, &[KillBefore, Fail(Errno::Econnreset), Stall]),
    (Scene::FirstStart, Class::Disk, DISK),
    (Scene::AfterACrash, Class::Disk, DISK),
    (Scene::Stop, Class::Disk, DISK),
];
const DISK: &[Fault] = &[KillBefore, KillAfter, Fail(Errno::Eio), FailOn(Errno::Enospc)];

/// Trials at the same time: most of each is waiting.
const LANES: usize = 6;

/// How many calls of each sweep the slice takes.
const SAMPLE: usize = 2;

/// What is added to the log of a daemon that a fault has crippled.
const STAYED: &str = "WRONG: a daemon did not finish by itself";

/// So many different points × states are met at least.
const LEAST_POINTS: usize = 20;

const POSSIBLE: &str = "Dear {{name}}, I read {{paper|your work}}. {{detail|Hello}} [Your Name]";
const IMPOSSIBLE: &str = "Dear {{name}}, I read {{paper}}. [Your Name]";

/// Sweeps everything, or a sample of it.
pub fn run(plan: Plan) -> Tally {
    let mut random = Random::new(plan.seed, "sweep");
    let lane = Lane::new();
    let mut tally = Tally::default();
    let mut jobs = Vec::new();
    for (scene, class, faults) in SWEEPS {
        let calls = lane.trial(*scene, Strike::new(*scene, *class, Pass, 0), &mut tally);
        tally.remarks.push(format!("{calls:>7}  calls: {class:?}, {scene:?}"));
        if calls == 0 {
            tally.wrong.push(format!("nothing to sweep: {class:?}, {scene:?}"));
        }
        for fault in *faults {
            let swept: Vec<usize> = match plan.thorough {
                true => (1..=calls).collect(),
                false => (0..SAMPLE.min(calls)).map(|_| 1 + random.below(calls)).collect(),
            };
            jobs.extend(swept.into_iter().map(|call| (*scene, Strike::new(*scene, *class, *fault, call))));
        }
    }
    drop(lane);
    let tally = Mutex::new(tally);
    let next = AtomicUsize::new(0);
    thread::scope(|scope| {
        for _ in 0..LANES {
            scope.spawn(|| {
                let lane = Lane::new();
                while let Some((scene, strike)) = jobs.get(next.fetch_add(1, Ordering::Relaxed)) {
                    let mut found = Tally::default();
                    lane.trial(*scene, *strike, &mut found);
                    // At once too: a long run may be ended before its table.
                    found.wrong.iter().for_each(|what| println!("WRONG: {what}"));
                    tally.lock().unwrap().add(found);
                }
            });
        }
    });
    let mut tally = tally.into_inner().unwrap();
    if tally.points.len() < LEAST_POINTS {
        tally.wrong.push("the strikes came at too few points".into());
    }
    tally
}

impl Strike {
    fn new(scene: Scene, class: Class, fault: Fault, call: usize) -> Strike {
        Strike { class, fault, call, after: (scene == Scene::Stop).then_some("stopping") }
    }
}

/// What one trial after the other takes place in.
struct Lane {
    database: TestDatabase,
    web: SampleWeb,
    directory: TempDir,
}

impl Lane {
    fn new() -> Lane {
        let directory = TempDir::new();
        let hold = directory.path().join("hold");
        let web = SampleWeb::start(&["--hold-while", hold.to_str().unwrap()]);
        Lane { database: TestDatabase::migrated(), web, directory }
    }

    /// One strike and one clean run after it. Returns how many calls there were if nothing struck.
    fn trial(&self, scene: Scene, strike: Strike, tally: &mut Tally) -> usize {
        let program = self.prepare(scene);
        let log = self.struck(scene, strike, &program);
        let name = format!("{:?} call {}: {:?}, {scene:?}", strike.class, strike.call, strike.fault);
        if let Some(point) = point(&log) {
            tally.fault(&format!("{:?} call: {:?}", strike.class, strike.fault));
            tally.points.insert(format!("{point}; items {}", self.statuses()));
        }
        self.database.query("UPDATE queue_items SET available_at = now() WHERE status = 'PENDING'", &[]);
        let (code, last) = to_its_end(&program, PATIENCE);
        let mut books = Tally::audit(&self.database, 2);
        if log.contains(STAYED) {
            books.wrong.push(STAYED.into());
        }
        if code != Some(0) {
            books.wrong.push(format!("the clean run ended with {code:?}"));
        }
        if (books.completed, books.failed) != (1, 1) {
            books.wrong.push(format!("{} COMPLETED, {} FAILED", books.completed, books.failed));
        }
        if !books.wrong.is_empty() {
            let wrong = books.wrong.join("; ");
            books.wrong = vec![format!("{name}: {wrong}\n-- struck:\n{log}-- then:\n{last}")];
        }
        tally.add(books);
        calls(&log)
    }

    /// The queue and the state directory as the scene wants them.
    fn prepare(&self, scene: Scene) -> Program {
        self.database.query("DELETE FROM users", &[]);
        let user = self.database.user();
        self.database.queue(user, POSSIBLE, &[("Ada Marlowe", "tidal energy")]);
        self.database.queue(user, IMPOSSIBLE, &[("Nobody Number1", "nothing")]);
        let program = Program::new()
            .database(&self.database)
            .web(&self.web)
            .env("POLL_INTERVAL", "0.2")
            .env("DB_CONNECT_TIMEOUT", "2")
            .env("DB_STATEMENT_TIMEOUT", "1500");
        if scene == Scene::AfterACrash {
            let death = Strike { class: Class::Web, fault: KillBefore, call: 1, after: Some("arxiv_helper") };
            let run = death.arm(program.clone()).run(&["run"]);
            assert!(run.code == -1 && self.statuses() == "PROCESSING PENDING", "{}", run.stderr);
        }
        program
    }

    /// Runs scribe with the strike waiting for it, and returns its log.
    fn struck(&self, scene: Scene, strike: Strike, program: &Program) -> String {
        let armed = strike.arm(program.clone());
        match (scene, strike.class, strike.fault) {
            (Scene::Stop, ..) => self.stopped(&armed),
            // A daemon, so that it tries again by itself.
            (_, Class::Database, Fail(_) | Stall) => self.recovered(&armed),
            _ => to_its_end(&armed, PATIENCE).1,
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
        std::fs::remove_file(hold).unwrap();
        daemon.log()
    }

    /// A daemon that must overcome the fault by itself; it is stopped when all is done.
    fn recovered(&self, armed: &Program) -> String {
        let mut daemon = armed.spawn(&[]);
        let recovers = self.finishes(&mut daemon);
        if recovers {
            daemon.signal("TERM");
        } else {
            daemon.signal("KILL");
        }
        daemon.wait();
        let log = daemon.log();
        if recovers { log } else { log + STAYED + "\n" }
    }

    /// Whether a daemon finishes both items, however long it may pause.
    fn finishes(&self, daemon: &mut Daemon) -> bool {
        let unfinished = "SELECT count(*) FROM queue_items WHERE status IN ('PENDING', 'PROCESSING')";
        let mut admin = self.database.admin();
        let started = Instant::now();
        while daemon.ended().is_none() && started.elapsed() < PATIENCE {
            if admin.query_one(unfinished, &[]).unwrap().get::<_, i64>(0) == 0 {
                return true;
            }
            thread::sleep(Duration::from_millis(100));
        }
        false
    }

    fn statuses(&self) -> String {
        self.database.items().into_iter().map(|item| item.0).collect::<Vec<_>>().join(" ")
    }
}

/// Runs until nothing is left to do, and returns the exit code and the log. No code: it had to be killed.
fn to_its_end(program: &Program, patience: Duration) -> (Option<i32>, String) {
    let mut daemon = program.spawn(&["--until-empty"]);
    let started = Instant::now();
    loop {
        let code = daemon.ended();
        if code.is_some() || started.elapsed() > patience {
            return (code, daemon.log());
        }
        thread::sleep(Duration::from_millis(10));
    }
}

/// The name of the point at which the strike came: the call, and what scribe had said last.
fn point(log: &str) -> Option<String> {
    let is_ours = |line: &&str| line.starts_with("chaos: ");
    let (_, strike) =
        log.lines().find(|line| is_ours(line) && !line.ends_with(" calls"))?.split_once(": ")?;
    let before = log.lines().take_while(|line| !is_ours(line)).last().unwrap_or("nothing");
    let said = before.split_once(": ").map_or(before, |(_, said)| said);
    let stage = match said.split_once(": ") {
        Some((item, stage)) if item.starts_with("item ") => stage,
        _ => said,
    };
    let stage: Vec<&str> = stage.split_whitespace().take(2).collect();
    Some(format!("{strike}, after \"{}\"", stage.join(" ")))
}

/// How many calls an unharmed run says that it made.
fn calls(log: &str) -> usize {
    let count = |line: &str| line.strip_prefix("chaos: ")?.strip_suffix(" calls")?.parse().ok();
    log.lines().find_map(count).unwrap_or(0)
}
