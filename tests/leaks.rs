//! Two hundred units of work that are broken at each phase leave nothing behind. A process of its own, because it counts
//! this process's threads, descriptors and memory.
use std::{
    env, fs,
    net::{TcpListener, TcpStream},
    process::Command,
    sync::atomic::{AtomicUsize, Ordering::Relaxed},
    thread,
    time::{Duration, Instant},
};

use scribe::{
    config::{DatabaseSettings, Secret, TlsMode},
    database::{Database, DatabaseError, Phase, Transaction},
};

use self::support::{Fault, Plan, Proxy, SilentNameServer, TestDatabase, sweep::flights_of_a_connection};

#[allow(dead_code, unused_imports, reason = "the other tests use the rest")]
#[path = "it/support/mod.rs"]
mod support;

const REPETITIONS: usize = 200;

/// So many databases at the same time, and so many units on each, as the pooler has back ends for it.
const DATABASES: usize = 4;
const BACK_ENDS: usize = 5;

/// Where units are broken.
struct Place {
    /// The phase that their errors name; the goodbye has none, and no error.
    phase: Option<Phase>,
    /// What breaks them; `None` where nothing is sent.
    proxy: Option<Proxy>,
    /// The ways that break there, one to each database.
    ways: Vec<Database>,
}

impl Place {
    fn new(databases: &[TestDatabase], port: u16, phase: Option<Phase>, proxy: Option<Proxy>) -> Place {
        let way = |database: &TestDatabase| {
            let settings = DatabaseSettings { port, ..database.settings() };
            Database::new(&settings).unwrap().hurried(Duration::from_millis(200), Duration::from_millis(10))
        };
        Place { phase, proxy, ways: databases.iter().map(way).collect() }
    }

    /// Breaks so many units where they should break. On a busy machine some break before, and do not count.
    fn repeat(&self, times: usize) {
        let strikes = || self.proxy.as_ref().map_or(0, Proxy::strikes);
        let before = strikes();
        let (tried, broken) = (AtomicUsize::new(0), AtomicUsize::new(0));
        let is_enough = || {
            broken.load(Relaxed).min(if self.proxy.is_some() { strikes() - before } else { times }) >= times
        };
        let lane = |way: &Database| {
            while !is_enough() {
                let unit = |tx: &mut Transaction<'_>| tx.batch_execute("SELECT 1");
                let answer: Result<(), DatabaseError> = way.transaction("settle", unit);
                let is_as_planned = answer.err().map(|error| error.phase) == self.phase;
                broken.fetch_add(usize::from(is_as_planned), Relaxed);
                let tried = tried.fetch_add(1, Relaxed);
                assert!(tried < times * 10, "{} of {tried} units at {:?}", broken.load(Relaxed), self.phase);
            }
        };
        thread::scope(|scope| {
            for way in self.ways.iter().flat_map(|way| [way; BACK_ENDS]) {
                scope.spawn(move || lane(way));
            }
        });
    }
}

/// Each phase, stalled and cut, and last the one before anything is sent.
fn places(databases: &[TestDatabase], full: u16) -> Vec<Place> {
    let connected = flights_of_a_connection();
    let flights = [
        (1, Some(Phase::AskingForTls)),
        (2, Some(Phase::Handshaking)),
        (connected, Some(Phase::LoggingIn)),
        // BEGIN comes first.
        (connected + 2, Some(Phase::Working)),
        (connected + 3, Some(Phase::Committing)),
        // The goodbye.
        (connected + 4, None),
    ];
    let mut places = vec![Place::new(databases, full, Some(Phase::Connecting), None)];
    for fault in [Fault::StallBefore, Fault::CutAfter] {
        let place = |(flight, phase)| {
            let proxy = Proxy::start(Plan { fault, flight });
            Place::new(databases, proxy.port, phase, Some(proxy))
        };
        places.extend(flights.map(place));
    }
    places
}

#[test]
fn two_hundred_units_broken_at_each_phase_leave_no_thread_no_descriptor_and_no_memory_behind() {
    let databases = [(); DATABASES].map(|()| TestDatabase::empty());
    // A queue of connections that nobody accepts, filled to the brim: the next SYN is dropped.
    let full = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = full.local_addr().unwrap();
    let knock = || TcpStream::connect_timeout(&address, Duration::from_millis(100)).ok();
    let _waiting: Vec<TcpStream> = std::iter::from_fn(knock).take(10_000).collect();
    let places = places(&databases, address.port());
    // The first ones fill caches and arenas.
    places.iter().for_each(|place| place.repeat(REPETITIONS / 5));
    let before = Usage::settled();
    places.iter().for_each(|place| place.repeat(REPETITIONS));
    let after = Usage::settled();
    after.assert_no_more_than(before, places.len());
    run_alone_without_names("two_hundred_names_that_nobody_answers");
}

/// Runs a test of this file in a process of its own, whose name server is silent.
fn run_alone_without_names(test: &str) {
    let Some(server) = SilentNameServer::start() else { return };
    let before = server.before();
    let mut command = Command::new(&before[0]);
    command.args(&before[1..]).arg(env::current_exe().unwrap()).args(["--exact", test, "--ignored"]);
    let output = command.output().unwrap();
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success() && told.contains("1 passed"), "{told}");
}

#[test]
#[ignore = "the other test runs it where no name server answers"]
fn two_hundred_names_that_nobody_answers() {
    let settings = DatabaseSettings {
        host: "db.example".into(),
        port: 5432,
        name: "any".into(),
        user: "any".into(),
        password: Secret::new("any"),
        tls: TlsMode::VerifyFull,
        root_certificates: None,
        connect_timeout: Duration::from_millis(10),
        statement_timeout: Duration::from_millis(10),
    };
    let way = Database::new(&settings).unwrap();
    let repeat = |times| {
        for _ in 0..times {
            let error = way.batch("poll", "SELECT 1").map(|_| ()).unwrap_err();
            assert_eq!(error.phase, Phase::Resolving, "{error}");
        }
    };
    // The one thread that waits, and what it opens, stay for all of them.
    repeat(REPETITIONS / 5);
    let before = Usage::settled();
    repeat(REPETITIONS);
    Usage::settled().assert_no_more_than(before, 1);
}

/// What this process has.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
struct Usage {
    threads: usize,
    descriptors: usize,
    resident_kb: usize,
}

impl Usage {
    fn now() -> Usage {
        let count = |path| fs::read_dir(path).unwrap().count();
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        Usage {
            threads: count("/proc/self/task"),
            descriptors: count("/proc/self/fd"),
            resident_kb: resident.trim().trim_end_matches(" kB").parse().unwrap(),
        }
    }

    /// As many threads and descriptors, and not so much more memory that so many places could have left connections.
    fn assert_no_more_than(self, before: Usage, places: usize) {
        assert_eq!((self.threads, self.descriptors), (before.threads, before.descriptors));
        // Kilobytes: the arenas of so many threads fill unevenly. A connection that is left behind takes more.
        let noise_kb = 2 * REPETITIONS * places;
        assert!(self.resident_kb < before.resident_kb + noise_kb, "{before:?} became {self:?}");
    }

    /// The server's side needs a moment to notice that a client is gone: the least of what is seen for a while.
    fn settled() -> Usage {
        let started = Instant::now();
        let mut least = Usage::now();
        while started.elapsed() < Duration::from_secs(2) {
            thread::sleep(Duration::from_millis(20));
            let now = Usage::now();
            least.threads = least.threads.min(now.threads);
            least.descriptors = least.descriptors.min(now.descriptors);
            least.resident_kb = now.resident_kb;
        }
        least
    }
}
