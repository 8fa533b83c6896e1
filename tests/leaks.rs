//! Two hundred units of work that are broken at each phase leave nothing behind. A process of its own, because it counts
//! this process's threads, descriptors and memory.
use std::{
    fs,
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use scribe::{
    config::DatabaseSettings,
    database::{Database, DatabaseError, Phase, Transaction},
};

use self::support::{Fault, Plan, Proxy, TestDatabase, sweep::flights_of_a_connection};

#[allow(dead_code, unused_imports, reason = "the other tests use the rest")]
#[path = "it/support/mod.rs"]
mod support;

const REPETITIONS: usize = 200;

/// So many databases at the same time, and so many units on each, as the pooler has back ends for it.
const DATABASES: usize = 4;
const BACK_ENDS: usize = 5;

/// Where units are broken.
struct Place {
    phase: Phase,
    /// The ways that break there, one to each database.
    ways: Vec<Database>,
}

impl Place {
    fn new(databases: &[TestDatabase], port: u16, phase: Phase) -> Place {
        let way = |database: &TestDatabase| {
            let settings = DatabaseSettings { port, ..database.settings() };
            Database::new(&settings).unwrap().hurried(Duration::from_millis(200), Duration::from_millis(10))
        };
        Place { phase, ways: databases.iter().map(way).collect() }
    }

    /// Breaks so many units, and asserts that most break where they should: on a busy machine some end before.
    fn repeat(&self, times: usize) {
        let is_as_planned = |way: &Database| {
            let unit = |tx: &mut Transaction<'_>| tx.batch_execute("SELECT 1");
            let error: DatabaseError = way.transaction("settle", unit).unwrap_err();
            error.phase == self.phase
        };
        let times_each = times / DATABASES / BACK_ENDS;
        let as_planned: usize = thread::scope(|scope| {
            let lane = |way| scope.spawn(move || (0..times_each).filter(|_| is_as_planned(way)).count());
            let lanes = self.ways.iter().flat_map(|way| [way; BACK_ENDS]).map(lane);
            lanes.collect::<Vec<_>>().into_iter().map(|lane| lane.join().unwrap()).sum()
        });
        assert!(as_planned * 2 > times, "{as_planned} of {times} at {:?}", self.phase);
    }
}

/// Each phase, stalled and cut, and last the one before anything is sent.
fn places(databases: &[TestDatabase], full: u16) -> Vec<Place> {
    let connected = flights_of_a_connection();
    let flights = [
        (1, Phase::AskingForTls),
        (2, Phase::Handshaking),
        (connected, Phase::LoggingIn),
        // BEGIN comes first.
        (connected + 2, Phase::Working),
        (connected + 3, Phase::Committing),
    ];
    let mut places = vec![Place::new(databases, full, Phase::Connecting)];
    for fault in [Fault::StallBefore, Fault::CutAfter] {
        let place = |(flight, phase)| Place::new(databases, Proxy::start(Plan { fault, flight }).port, phase);
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
    assert_eq!((after.threads, after.descriptors), (before.threads, before.descriptors));
    // Kilobytes: the arenas of so many threads fill unevenly. A connection that is left behind takes more.
    let noise_kb = 2 * REPETITIONS * places.len();
    assert!(after.resident_kb < before.resident_kb + noise_kb, "{before:?} became {after:?}");
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
