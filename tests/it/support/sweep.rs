//! Breaks each flight of a unit of work, with each fault, and holds what comes of it against what was promised.
use std::{
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use scribe::{
    config::DatabaseSettings,
    database::{Cause, Database, DatabaseError, Phase},
};

use super::{
    Fault, Plan, Proxy, TestDatabase, eventually,
    matrix::{self, Outcome, kind_and_phase},
    route,
    trial::{MOST_LATE, OnTime, Trial, on_time},
};

pub const CONNECT: Duration = Duration::from_millis(700);
const STATEMENT: Duration = Duration::from_millis(400);

/// Connection, statement, and scribe's own margin.
pub const DEADLINE: Duration = Duration::from_millis(700 + 400 + 400);

/// Anything that can happen to a flight or its answer.
pub const ALL: &[Fault] = &[
    Fault::StallBefore,
    Fault::StallWithin(50),
    Fault::StallAfter,
    Fault::StallWithinAnswer(50),
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

/// A stall takes its time: so many are waited for one after the other, the others at the same time.
const STALLS_IN_A_ROW: usize = 9;

/// The database as seen through the proxy.
pub fn through(proxy: &Proxy, database: &TestDatabase) -> Database {
    Database::new(&DatabaseSettings { port: proxy.port, ..database.settings() }).unwrap()
}

/// The same with little patience, or several times as much, for what ends by the deadline.
pub fn hurried(proxy: &Proxy, database: &TestDatabase, patience: u32) -> Database {
    through(proxy, database).hurried(CONNECT * patience, STATEMENT * patience)
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
pub struct Sweep<S, T> {
    pub name: &'static str,
    pub faults: &'static [Fault],
    /// How many messages with statements it sends; `None` for as many as it does.
    pub statements: Option<usize>,
    /// Whether COMMIT is a message of its own.
    pub commits: bool,
    pub database: fn() -> TestDatabase,
    /// Makes something to work on.
    pub prepare: fn(&TestDatabase) -> S,
    /// The unit, over the way that breaks.
    pub work: fn(&Database, &S) -> Result<T, DatabaseError>,
    /// Tells whether the server had applied it, does it again, and asserts that it was done once.
    pub applied: fn(&TestDatabase, &S) -> bool,
}

impl<S: Send + Sync + 'static, T: 'static> Sweep<S, T> {
    /// Breaks all of it, and prints a matrix.
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
        let outcomes: Vec<Outcome> = thread::scope(|scope| {
            let stalls: Vec<_> = stalls.iter().map(|fault| scope.spawn(|| column(fault))).collect();
            let cuts: Vec<_> = cuts.iter().flat_map(column).collect();
            stalls.into_iter().flat_map(|column| column.join().unwrap()).chain(cuts).collect()
        });
        matrix::print(self.name, &outcomes);
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
    fn lane(&self, fault: Fault, flights: &[usize], phases: &[Phase]) -> Vec<Outcome> {
        let database = (self.database)();
        let outcome =
            |flight: &usize| self.outcome(Plan { fault, flight: *flight }, &database, phases.get(flight - 1));
        flights.iter().map(outcome).collect()
    }

    /// Breaks a flight of this phase, or the goodbye.
    fn outcome(&self, plan: Plan, database: &TestDatabase, phase: Option<&Phase>) -> Outcome {
        let case = format!("{}, {plan:?}", self.name);
        let OnTime { value: (answer, is_applied), took, late } =
            on_time(&case, |patience| self.attempt(plan, database, phase, patience, &case));
        let (kind, says) = kind_and_phase(&answer);
        let applied = if is_applied { "applied" } else { "not applied" };
        Outcome {
            phase: phase.map_or("Goodbye".into(), |phase| format!("{phase:?}")),
            fault: format!("{:?}", plan.fault),
            outcome: format!("{kind}, {applied}"),
            took,
            says,
            late,
        }
    }

    /// What came of the unit, and whether the server had applied it; `None` where the fault did not strike as planned.
    fn attempt(
        &self,
        plan: Plan,
        database: &TestDatabase,
        phase: Option<&Phase>,
        patience: u32,
        case: &str,
    ) -> Option<Trial<(Result<(), DatabaseError>, bool)>> {
        let is_stall = plan.fault.is_stall();
        let is_connected = matches!(phase, Some(Phase::Working | Phase::Committing) | None);
        let (work, prepared) = (self.work, Arc::new((self.prepare)(database)));
        let proxy = Proxy::once(plan);
        let way = Arc::new(if is_stall {
            hurried(&proxy, database, patience)
        } else {
            // What is cut ends at once, and not by a deadline.
            through(&proxy, database)
        });
        let deadline = if is_stall && !is_connected { CONNECT } else { DEADLINE } * patience;
        let started = Instant::now();
        let Trial { value: answer, took, deadline } = Trial::of(case, deadline, {
            let (way, prepared) = (way.clone(), prepared.clone());
            move || work(&way, &prepared).map(|_| ())
        });
        if phase.is_none() && answer.is_ok() {
            // Nobody waits for what becomes of a goodbye.
            eventually("the goodbye is broken", || proxy.has_struck());
        }
        // The next one comes the same way, and is not disturbed. A busy machine may make it late.
        let works = |_| way.batch("next", "SELECT 1").is_ok();
        assert!((0..=MOST_LATE).any(works), "{case}: the next unit does not work");
        let is_applied = (self.applied)(database, &prepared);
        // A unit that took so long to connect shortens the server's timeout first, in a flight of its own.
        let as_planned = |at: Instant| !is_stall || at < started + CONNECT * patience;
        if !proxy.struck_at().is_some_and(as_planned) {
            return None;
        }
        // A unit that has lost the answer to COMMIT may have asked again, and know.
        let knows = is_applied && phase == Some(&Phase::Committing) && answer.is_ok();
        if !knows {
            judge(is_stall, phase, &answer, case);
        }
        Some(Trial { value: (answer, is_applied), took, deadline })
    }
}

/// Holds an outcome against what was promised.
fn judge(is_stall: bool, phase: Option<&Phase>, answer: &Result<(), DatabaseError>, case: &str) {
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
