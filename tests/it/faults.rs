//! Faults swept by number: the first, second, third … flight of a unit of work is stalled or cut, before it arrives or
//! after the server has applied it, until the unit passes untouched. Every unit ends in time, and what it did or did not
//! do is found out by doing it again.
use std::{
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use scribe::{
    database::{
        Cause, Database, DatabaseError, Phase,
        migrate::{self, MigrateError, UpgradeTarget},
        queue_items::{self, Claimed, Settled},
    },
    pipeline::{Draft, Metadata, Step, TemplateType},
    queue::RunId,
};
use uuid::Uuid;

use crate::support::{Fault, Plan, Proxy, TestDatabase, route};

const ALL: &[Fault] = &[Fault::StallBefore, Fault::StallAfter, Fault::CutBefore, Fault::CutAfter];
const CUTS: &[Fault] = &[Fault::CutBefore, Fault::CutAfter];
const CONNECT: Duration = Duration::from_millis(700);
const STATEMENT: Duration = Duration::from_millis(400);

/// Connection, statement, scribe's own margin, and a second for a busy machine.
const DEADLINE: Duration = Duration::from_millis(700 + 400 + 400 + 1000);

/// More flights than any unit has.
const MOST_FLIGHTS: usize = 40;

fn draft() -> Draft {
    Draft {
        message: "Dear Ada".into(),
        template_type: TemplateType::General,
        is_confident: true,
        metadata: Metadata::default(),
    }
}

/// The database as seen through the proxy, with little patience.
fn through(proxy: &Proxy, database: &TestDatabase) -> Database {
    let mut settings = database.settings();
    settings.port = proxy.port;
    settings.connect_timeout = CONNECT;
    settings.statement_timeout = STATEMENT;
    Database::new(&settings).unwrap()
}

/// Sweeps one kind of fault over the flights of a unit and returns how many there were. `unit` gets the broken way
/// to the database; `check` finds out what happened, with the unit's answer.
fn sweep<T>(
    fault: Fault,
    database: impl Fn() -> TestDatabase,
    unit: impl Fn(Database, &TestDatabase) -> Result<T, DatabaseError>,
    check: impl Fn(&TestDatabase, Result<T, DatabaseError>),
) -> usize {
    for flight in 1..MOST_FLIGHTS {
        let database = database();
        let proxy = Proxy::start(Plan { fault, flight });
        let broken_way = through(&proxy, &database);
        let started = Instant::now();
        let answer = unit(broken_way, &database);
        let took = started.elapsed();
        // Whoever has lost the answer to COMMIT asks in a second unit.
        let units = 1 + u32::from(answer.as_ref().is_err_and(DatabaseError::leaves_open));
        assert!(took < units * DEADLINE, "{fault:?} at flight {flight} took {took:?}");
        let has_struck = proxy.has_struck();
        if let Err(error) = &answer {
            println!("{fault:?} at flight {flight}: {:?} after {:.1} s", error.phase, took.as_secs_f64());
        }
        check(&database, answer);
        if !has_struck {
            return flight - 1;
        }
    }
    panic!("{fault:?}: no end of flights");
}

/// Sweeps several kinds of fault at the same time.
fn sweep_all<T>(
    faults: &[Fault],
    database: impl Fn() -> TestDatabase + Sync,
    unit: impl Fn(Database, &TestDatabase) -> Result<T, DatabaseError> + Sync,
    check: impl Fn(&TestDatabase, Result<T, DatabaseError>) + Sync,
) {
    thread::scope(|scope| {
        for fault in faults.iter().copied() {
            let (database, unit, check) = (&database, &unit, &check);
            // TCP, TLS and login have five flights; a unit has at least one more.
            scope.spawn(move || assert!(sweep(fault, database, unit, check) >= 6));
        }
    });
}

#[test]
fn a_server_that_does_not_even_take_the_connection_ends_the_unit_at_the_deadline() {
    // A queue of connections that nobody accepts, filled to the brim: the next SYN is dropped.
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = listener.local_addr().unwrap();
    let knock = || TcpStream::connect_timeout(&address, Duration::from_millis(100)).ok();
    let waiting: Vec<TcpStream> = std::iter::from_fn(knock).take(10_000).collect();
    let database = TestDatabase::empty();
    let mut settings = database.settings();
    settings.port = address.port();
    settings.connect_timeout = CONNECT;
    let started = Instant::now();
    let error = Database::new(&settings).unwrap().batch("poll", "SELECT 1").map(|_| ()).unwrap_err();
    assert_eq!(error.phase, Phase::Connecting, "{error}");
    assert!(matches!(error.cause, Cause::Timeout(_)), "{error}");
    assert!(started.elapsed() < DEADLINE, "{:?}", started.elapsed());
    assert!(waiting.len() < 10_000);
}

fn with_an_item() -> TestDatabase {
    let database = TestDatabase::migrated();
    database.queue(database.user(), "Dear {{name}}", &[("A", "anything")]);
    database
}

#[test]
fn a_claim_broken_anywhere_ends_in_time_and_is_never_lost_or_counted_twice() {
    let run = RunId::fresh();
    sweep_all(
        ALL,
        with_an_item,
        |broken, _| queue_items::claim(&broken, run),
        |database, _| {
            let item = queue_items::claim(&database.open(), run).unwrap().expect("the item is there again");
            assert_eq!(item.attempts, 1);
        },
    );
}

#[test]
fn a_settle_broken_anywhere_ends_in_time_and_stores_exactly_one_email() {
    let email = Uuid::new_v4();
    sweep_all(
        ALL,
        with_an_item,
        |broken, database| {
            let item = claim(database);
            let first = queue_items::settle(&broken, &item, email, &draft());
            assert_eq!(queue_items::settle(&database.open(), &item, email, &draft()), Ok(Settled::Stored));
            first
        },
        |database, _| database.assert_one_email_per_finished_item(1),
    );
}

#[test]
fn an_upgrade_broken_anywhere_ends_in_time_and_is_done_whole_or_not_at_all() {
    // Stalls are swept above; an upgrade has many flights, and each stall takes its time.
    sweep_all(
        CUTS,
        TestDatabase::empty,
        |broken, _| match migrate::upgrade(&broken, UpgradeTarget::Head) {
            Ok(steps) => Ok(steps.len()),
            Err(MigrateError::Database(error) | MigrateError::Unknown(error)) => Err(error),
            Err(other) => panic!("{other}"),
        },
        |database, answer| {
            let applied = migrate::current(&database.open()).unwrap().applied;
            assert!(applied == 0 || applied == migrate::head(), "half an upgrade: {applied}");
            if answer.is_ok() {
                assert_eq!(applied, migrate::head());
            }
            migrate::upgrade(&database.open(), UpgradeTarget::Head).unwrap();
            assert_eq!(migrate::current(&database.open()).unwrap().applied, migrate::head());
        },
    );
}

/// How many round trips a unit needs: as many as there are flights without which it fails, and one for opening the
/// TCP connection. The goodbye is none of them, since nobody waits for it.
fn round_trips<T>(unit: impl Fn(Database, &TestDatabase) -> Result<T, DatabaseError>) -> usize {
    let database = TestDatabase::migrated();
    let user = database.user();
    let fails = |flight: &usize| {
        database.queue(user, "Dear {{name}}", &[("A", "anything")]);
        let proxy = Proxy::start(Plan { fault: Fault::CutBefore, flight: *flight });
        unit(through(&proxy, &database), &database).is_err()
    };
    // On a busy machine what belongs together may arrive apart, and looks like one flight more, never like one less.
    let counts = (0..3).map(|_| (1..MOST_FLIGHTS).take_while(fails).count() + 1);
    counts.min().unwrap()
}

fn claim(database: &TestDatabase) -> Claimed {
    queue_items::claim(&database.open(), RunId::fresh()).unwrap().unwrap()
}

fn assert_round_trips<T>(
    unit: impl Fn(Database, &TestDatabase) -> Result<T, DatabaseError>,
    needed: usize,
    what: &str,
) {
    let seen = round_trips(unit);
    // PostgreSQL itself knows one curve before 18, and lets a client that began TLS with another begin again.
    let begun_again = usize::from(route() == "DIRECT_PORT" && seen > needed);
    assert_eq!(seen, needed + begun_again, "{what}");
}

#[test]
fn units_of_work_need_no_more_round_trips_than_they_must() {
    let poll = |way: Database, database: &TestDatabase| {
        claim(database);
        queue_items::claim(&way, RunId::fresh())
    };
    assert_round_trips(poll, 7, "an empty poll");
    let note = |way: Database, database: &TestDatabase| {
        queue_items::note_step(&way, &claim(database), Step::WebScraper)
    };
    assert_round_trips(note, 7, "a progress note");
    let settle = |way: Database, database: &TestDatabase| {
        queue_items::settle(&way, &claim(database), Uuid::new_v4(), &draft())
    };
    assert_round_trips(settle, 9, "a settle");
}
