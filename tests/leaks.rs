//! Two hundred units of work that are broken at each place leave nothing behind. A process of its own, because it counts
//! this process's threads, descriptors and memory.
use std::{
    fs,
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use scribe::{
    config::DatabaseSettings,
    database::{Database, DatabaseError, Phase},
};

use self::support::{Fault, Plan, Proxy, TestDatabase, sweep::flights_of_a_connection};

#[allow(dead_code, unused_imports, reason = "the other tests use the rest")]
#[path = "it/support/mod.rs"]
mod support;

const REPETITIONS: usize = 200;

/// So many at the same time.
const LANES: usize = 20;

/// Where units are broken.
struct Place {
    phase: Phase,
    /// The way that breaks there.
    way: Database,
}

impl Place {
    fn new(database: &TestDatabase, port: u16, phase: Phase) -> Place {
        let settings = DatabaseSettings { port, ..database.settings() };
        let way = Database::new(&settings).unwrap();
        Place { phase, way: way.hurried(Duration::from_millis(200), Duration::from_millis(10)) }
    }

    fn at(database: &TestDatabase, fault: Fault, flight: usize, phase: Phase) -> Place {
        Place::new(database, Proxy::start(Plan { fault, flight }).port, phase)
    }

    /// Breaks so many units, and asserts that most break where they should: on a busy machine some end before.
    fn repeat(&self, times: usize) {
        let is_as_planned = |_: &usize| {
            let work = |tx: &mut scribe::database::Transaction<'_>| tx.batch_execute("SELECT 1");
            let error: DatabaseError = self.way.transaction("settle", work).unwrap_err();
            error.phase == self.phase
        };
        let lane = || (0..times / LANES).filter(is_as_planned).count();
        let as_planned: usize = thread::scope(|scope| {
            let lanes = [(); LANES].map(|()| scope.spawn(lane));
            lanes.into_iter().map(|lane| lane.join().unwrap()).sum()
        });
        assert!(as_planned * 2 > times, "{as_planned} of {times} at {:?}", self.phase);
    }
}

/// The places by stalls, and those behind the login by cuts too.
fn places(database: &TestDatabase) -> Vec<Place> {
    let connected = flights_of_a_connection();
    let flights = [
        (1, Phase::AskingForTls),
        (2, Phase::Handshaking),
        (connected, Phase::LoggingIn),
        // BEGIN comes first.
        (connected + 2, Phase::Working),
        (connected + 3, Phase::Committing),
    ];
    let faults = [Fault::StallBefore, Fault::CutAfter];
    let each = |fault| flights.map(|(flight, phase)| Place::at(database, fault, flight, phase));
    faults.into_iter().flat_map(each).collect()
}

#[test]
fn two_hundred_units_broken_at_each_place_leave_no_thread_no_descriptor_and_no_memory_behind() {
    let database = TestDatabase::empty();
    let mut places = places(&database);
    // A queue of connections that nobody accepts, filled to the brim: the next SYN is dropped.
    let full = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = full.local_addr().unwrap();
    let knock = || TcpStream::connect_timeout(&address, Duration::from_millis(100)).ok();
    let _waiting: Vec<TcpStream> = std::iter::from_fn(knock).take(10_000).collect();
    places.push(Place::new(&database, address.port(), Phase::Connecting));
    // The first ones fill caches and arenas.
    places.iter().for_each(|place| place.repeat(REPETITIONS / 5));
    let before = Usage::settled();
    places.iter().for_each(|place| place.repeat(REPETITIONS));
    let after = Usage::settled();
    println!("{before:?} became {after:?}");
    assert_eq!((after.threads, after.descriptors), (before.threads, before.descriptors));
    assert!(after.resident_kb < before.resident_kb + 1024, "{before:?} became {after:?}");
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
