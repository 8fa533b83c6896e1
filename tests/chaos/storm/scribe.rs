//! One of the storm's scribes: a machine with a state directory, on which the program starts and ends.
use std::{
    fs,
    path::{Path, PathBuf},
    thread,
    time::{Duration, Instant},
};

use uuid::Uuid;

use crate::{
    network::Network,
    shim::{self, Strike},
    support::{Daemon, Program, SampleWeb, TempDir, TestDatabase},
};

/// How long a stop may take: its grace period, the put back, and a margin for a busy machine.
const STOP: Duration = Duration::from_secs(25);

pub struct Scribe {
    number: usize,
    program: Program,
    state: TempDir,
    boots: usize,
    daemon: Option<Daemon>,
    /// What earlier runs logged.
    log: String,
}

impl Scribe {
    pub fn new(number: usize, database: &TestDatabase, web: &SampleWeb, network: &Network) -> Scribe {
        let program = Program::new()
            .database(database)
            .web(web)
            .env("DB_PORT", &network.port.to_string())
            .env("POLL_INTERVAL", "0.2")
            // Shorter than outages are, so that units of work do run out of time.
            .env("DB_CONNECT_TIMEOUT", "2")
            .env("DB_STATEMENT_TIMEOUT", "1000");
        Scribe { number, program, state: TempDir::new(), boots: 0, daemon: None, log: String::new() }
    }

    /// As it is started on this machine now.
    fn program(&self) -> Program {
        self.program
            .clone()
            .env("STATE_DIRECTORY", self.state.path().to_str().unwrap())
            .env("SCRIBE_MACHINE_ID", &format!("machine{}", self.number))
            .env("SCRIBE_BOOT_ID", &format!("machine-{}-boot-{}", self.number, self.boots))
    }

    pub fn start(&mut self) {
        self.daemon = Some(self.program().start(&[]));
    }

    pub fn signal(&self, name: &str) {
        self.daemon.as_ref().unwrap().signal(name);
    }

    /// Waits for its end, and kills it where it does not come.
    fn wait(&mut self, patience: Duration) -> Option<i32> {
        let mut daemon = self.daemon.take().unwrap();
        let started = Instant::now();
        let mut code = daemon.ended();
        while code.is_none() && started.elapsed() < patience {
            thread::sleep(Duration::from_millis(5));
            code = daemon.ended();
        }
        if code.is_none() {
            daemon.signal("KILL");
            daemon.wait();
        }
        self.log += &daemon.log();
        self.log +=
            &format!("-- ended with {code:?} after {:.1} s of waiting\n", started.elapsed().as_secs_f64());
        code
    }

    pub fn kill(&mut self) {
        self.signal("KILL");
        self.wait(STOP);
    }

    /// Asks it to stop, which it must do in time.
    pub fn stop(&mut self) {
        self.signal("TERM");
        self.must_end();
    }

    /// Asks it twice, so that it does not wait for the item in hand.
    pub fn stop_at_once(&mut self) {
        self.signal("TERM");
        self.daemon.as_ref().unwrap().wait_for("stopping");
        self.signal("TERM");
        self.must_end();
    }

    fn must_end(&mut self) {
        let code = self.wait(STOP);
        if code != Some(0) {
            self.log += &format!("WRONG: a stop ended with {code:?}\n");
        }
    }

    /// The machine starts anew.
    pub fn boot(&mut self) {
        self.boots += 1;
        self.start();
    }

    /// Starts with a fault inside, and waits until it has struck. False: it did not in time.
    pub fn suffer(&mut self, strike: &Strike, patience: Duration) -> bool {
        let daemon = self.daemon.insert(strike.arm(self.program()).spawn(&[]));
        let started = Instant::now();
        let mut is_over = false;
        while !is_over && started.elapsed() < patience {
            thread::sleep(Duration::from_millis(5));
            is_over = daemon.ended().is_some() || shim::struck(&daemon.log()).is_some();
        }
        shim::struck(&daemon.log()).is_some()
    }

    /// Waits for an end that is sure to come or has come.
    pub fn buried(&mut self) {
        self.wait(STOP);
    }

    /// Whether it ended by itself.
    pub fn has_ended(&mut self) -> bool {
        self.daemon.as_mut().unwrap().ended().is_some()
    }

    /// The machine never comes back; a new one takes its place. Returns the runs that are gone.
    pub fn replace(&mut self) -> Vec<String> {
        self.kill();
        let runs = self.runs();
        self.state = TempDir::new();
        self.boot();
        runs
    }

    /// Another machine starts with a copy of this one's state directory, lives for a while and is stopped.
    pub fn clone_for(&mut self, life: Duration) {
        let copy = TempDir::new();
        for file in fs::read_dir(self.state.path()).unwrap().map(Result::unwrap) {
            // A file may be renamed away under our hands.
            let _ = fs::copy(file.path(), copy.path().join(file.file_name()));
        }
        let (number, program) = (100 + self.number, self.program.clone());
        let mut clone = Scribe { number, program, state: copy, boots: 0, daemon: None, log: String::new() };
        clone.start();
        thread::sleep(life);
        clone.stop();
        self.log += &format!("-- a clone said:\n{}-- so far the clone\n", clone.log);
    }

    /// The run ids that its state directory remembers.
    pub fn runs(&self) -> Vec<String> {
        let text = fs::read_to_string(self.state.path().join("run")).unwrap_or_default();
        let is_id = |word: &&str| word.len() == 36 && Uuid::try_parse(word).is_ok();
        text.split_whitespace().filter(is_id).map(String::from).collect()
    }

    /// How many of its units of work ran out of time. Only the first of an outage is logged.
    pub fn timeouts(&self) -> usize {
        let now = self.daemon.as_ref().map(Daemon::log).unwrap_or_default();
        [&self.log, &now].iter().map(|log| log.matches("no answer within").count()).sum()
    }

    /// What no scribe should ever log.
    pub fn panics(&self) -> Vec<String> {
        let is_wrong = |line: &&str| line.contains("panicked") || line.starts_with("WRONG");
        self.log.lines().filter(is_wrong).map(|line| format!("scribe {}: {line}", self.number)).collect()
    }
}

/// Keeps what everybody logged, and says where.
pub fn keep_logs(part: &str, seed: u64, scribes: &[Scribe], rows: &str) -> String {
    let directory = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("chaos-{seed}-{part}"));
    fs::create_dir_all(&directory).unwrap();
    let write = |name: String, text: &str| fs::write::<PathBuf, _>(directory.join(name), text).unwrap();
    scribes.iter().for_each(|scribe| write(format!("scribe-{}.log", scribe.number), &scribe.log));
    write("unfinished.txt".into(), rows);
    format!("the logs are in {}", directory.display())
}
