//! Breaks each flight of a unit of work, with each fault, and holds what comes of it against what was promised.
use std::{
    thread,
    time::{Duration, Instant},
};

use scribe::{
    config::DatabaseSettings,
    database::{Cause, Database, DatabaseError, Phase},
};

use super::{Fault, PATIENCE, Plan, Proxy, TestDatabase, route};

pub const CONNECT: Duration = Duration::from_millis(700);
const STATEMENT: Duration = Duration::from_millis(400);

/// Connection, statement, and scribe's own margin.
pub const DEADLINE: Duration = Duration::from_millis(700 + 400 + 400);

/// How much later than at its deadline a unit may end.
const GRACE: Duration = Duration::from_secs(1);

/// Anything that can happen to a flight or its answer.
pub const ALL: &[Fault] = &[
    Fault::StallBefore,
    Fault::StallWithin(50),
    Fault::StallAfter,
    Fault::CutBefore,
    Fault::CutWithin(1),
    Fault::CutWithin(50),
    Fault::CutWithin(99),
    Fault::CutWhile,
    Fault::CutWithinAnswer(1),
    Fault::CutWithinAnswer(50),
    Fault::CutWithinAnswer(99),
    Fault::CutAfter,
];

/// For units of many flights.
pub const SOME: &[Fault] =
    &[Fault::StallBefore, Fault::StallAfter, Fault::CutBefore, Fault::CutWhile, Fault::CutAfter];

/// How often something is tried that comes too late: a machine may be busy with other things.
const ATTEMPTS: usize = 10;

/// A stall takes its time: so many are waited for one after the other, the others at the same time.
const STALLS_IN_A_ROW: usize = 9;

/// The database as seen through the proxy.
pub fn through(proxy: &Proxy, database: &TestDatabase) -> Database {
    Database::new(&DatabaseSettings { port: proxy.port, ..database.settings() }).unwrap()
}

/// The same with little patience, for what ends by the deadline.
pub fn hurried(proxy: &Proxy, database: &TestDatabase) -> Database {
    through(proxy, database).hurried(CONNECT, STATEMENT)
}

/// How many flights a unit has when nothing disturbs it.
pub fn flights<T>(
    database: &TestDatabase,
    unit: impl FnOnce(&Database) -> Result<T, DatabaseError>,
) -> usize {
    let proxy = Proxy::start(Plan { fault: Fault::None, flight: 0 });
    unit(&through(&proxy, database)).map(|_| ()).unwrap();
    proxy.flights()
}

/// The flights until a statement can be sent: the request for TLS, the handshake, and three for the login.
pub fn flights_of_a_connection() -> usize {
    // The statement and the goodbye are two more.
    let seen = flights(&TestDatabase::empty(), |way| way.batch("poll", "SELECT 1")) - 2;
    // PostgreSQL itself knows one curve before 18, and lets a client that began TLS with another begin again.
    assert!(seen == 5 || seen == 6 && route() == "DIRECT_PORT", "{seen} flights to connect");
    seen
}

/// A unit of work that is broken at each of its flights.
pub struct Sweep<Prepare, Work, Applied> {
    pub name: &'static str,
    pub faults: &'static [Fault],
    /// How many messages with statements it sends; `None` for as many as it does.
    pub statements: Option<usize>,
    /// Whether COMMIT is a message of its own.
    pub commits: bool,
    pub database: fn() -> TestDatabase,
    /// Makes something to work on.
    pub prepare: Prepare,
    /// The unit, over the way that breaks.
    pub work: Work,
    /// Tells whether the server had applied it, does it again, and asserts that it was done once.
    pub applied: Applied,
}

impl<S, T, Prepare, Work, Applied> Sweep<Prepare, Work, Applied>
where
    Prepare: Fn(&TestDatabase) -> S + Sync,
    Work: Fn(&Database, &S) -> Result<T, DatabaseError> + Sync,
    Applied: Fn(&TestDatabase, &S) -> bool + Sync,
{
    /// Breaks all of it, and prints a table.
    pub fn run(&self) {
        let phases = &self.phases();
        let all: Vec<usize> = (1..=phases.len() + 1).collect();
        let column = |fault: &Fault| {
            // A cut takes no time.
            let in_a_row = if fault.is_stall() { STALLS_IN_A_ROW } else { all.len() };
            thread::scope(|scope| {
                let lane = |flights| scope.spawn(move || self.lane(*fault, flights, phases));
                let lanes: Vec<_> = all.chunks(in_a_row).map(lane).collect();
                lanes.into_iter().flat_map(|lane| lane.join().unwrap()).collect::<Vec<_>>()
            })
        };
        let (stalls, cuts): (Vec<Fault>, Vec<Fault>) = self.faults.iter().partition(|fault| fault.is_stall());
        let columns: Vec<Vec<String>> = thread::scope(|scope| {
            let stalls: Vec<_> = stalls.iter().map(|fault| scope.spawn(|| column(fault))).collect();
            let cuts: Vec<_> = cuts.iter().map(column).collect();
            stalls.into_iter().map(|column| column.join().unwrap()).chain(cuts).collect()
        });
        self.print(&[stalls, cuts].concat(), phases, &columns);
    }

    /// The phase of each flight but the goodbye.
    fn phases(&self) -> Vec<Phase> {
        let database = (self.database)();
        let prepared = (self.prepare)(&database);
        let flights = flights(&database, |way| (self.work)(way, &prepared));
        let (connection, commits) = (flights_of_a_connection(), usize::from(self.commits));
        let statements = self.statements.unwrap_or(flights - connection - commits - 1);
        let phases = [
            vec![Phase::AskingForTls],
            vec![Phase::Handshaking; connection - 4],
            vec![Phase::LoggingIn; 3],
            vec![Phase::Working; statements],
            vec![Phase::Committing; commits],
        ]
        .concat();
        assert_eq!(flights, phases.len() + 1, "{}: {phases:?} and the goodbye", self.name);
        phases
    }

    /// Breaks these flights one after the other and tells each outcome.
    fn lane(&self, fault: Fault, flights: &[usize], phases: &[Phase]) -> Vec<String> {
        let database = (self.database)();
        let outcome =
            |flight: &usize| self.outcome(Plan { fault, flight: *flight }, &database, phases.get(flight - 1));
        flights.iter().map(outcome).collect()
    }

    /// Breaks a flight of this phase, or the goodbye.
    fn outcome(&self, plan: Plan, database: &TestDatabase, phase: Option<&Phase>) -> String {
        let is_stall = plan.fault.is_stall();
        let is_connected = matches!(phase, Some(Phase::Working | Phase::Committing) | None);
        // What is cut ends at once, and not by a deadline: its cause says so.
        let deadline = if !is_stall {
            PATIENCE
        } else if is_connected {
            DEADLINE
        } else {
            CONNECT
        };
        for _ in 0..ATTEMPTS {
            let prepared = (self.prepare)(database);
            let proxy = Proxy::start(plan);
            let way = if is_stall { hurried(&proxy, database) } else { through(&proxy, database) };
            let started = Instant::now();
            let answer = (self.work)(&way, &prepared).map(|_| ());
            let took = started.elapsed();
            let applied = if (self.applied)(database, &prepared) { '+' } else { '-' };
            let was_reached = proxy.has_struck() || phase.is_none() && answer.is_ok();
            if was_reached && took < deadline + GRACE {
                // A unit that has lost the answer to COMMIT may have asked again, and know.
                let knows = applied == '+' && phase == Some(&Phase::Committing) && answer.is_ok();
                if !knows {
                    judge(is_stall, phase, answer, &format!("{}, {plan:?}", self.name));
                }
                return format!("{:.1} {applied}", took.as_secs_f64());
            }
        }
        panic!("{}: {plan:?} was never reached in time", self.name);
    }

    fn print(&self, faults: &[Fault], phases: &[Phase], columns: &[Vec<String>]) {
        let faults: Vec<String> = faults.iter().map(|fault| format!(" {fault:?} |")).collect();
        let mut table = format!("\n| {} (s; + applied) |{}\n", self.name, faults.concat());
        table += &format!("|---|{}\n", "---|".repeat(columns.len()));
        for row in 0..=phases.len() {
            let phase = phases.get(row).map_or("goodbye".into(), |phase| format!("{phase:?}"));
            let cells: Vec<String> = columns.iter().map(|column| format!(" {} |", column[row])).collect();
            table += &format!("| {} {phase} |{}\n", row + 1, cells.concat());
        }
        print!("{table}");
    }
}

/// Holds an outcome against what was promised.
fn judge(is_stall: bool, phase: Option<&Phase>, answer: Result<(), DatabaseError>, case: &str) {
    match (phase, answer) {
        (Some(phase), Err(error)) => {
            assert_eq!(error.phase, *phase, "{case}: {error}");
            assert_eq!(matches!(error.cause, Cause::Timeout(_)), is_stall, "{case}: {error}");
        }
        // Nobody waits for the answer to a goodbye.
        (None, Ok(())) => {}
        (_, answer) => panic!("{case}: {answer:?}"),
    }
}

/// Asserts that something ends by a deadline.
pub fn ends_by(deadline: Duration, mut attempt: impl FnMut()) {
    let is_in_time = |_| {
        let started = Instant::now();
        attempt();
        started.elapsed() < deadline + GRACE
    };
    assert!((0..ATTEMPTS).any(is_in_time), "never within {:?}", deadline + GRACE);
}
