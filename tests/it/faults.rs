//! Faults swept by number: each flight of a unit of work is stalled or cut, before it arrives, in its middle, while the
//! server works on it, in its answer, or after it. Every unit ends in time and says how far it was, and what it did or
//! did not do is found out by doing it again. With `--nocapture` the outcomes are printed as a matrix.
use std::{
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use postgres::Client;
use scribe::{
    config::{DatabaseSettings, MicroUsd},
    database::{
        Cause, Database, DatabaseError, Phase,
        migrate::{self, DowngradeTarget, MigrateError, UpgradeTarget},
        model_days,
        queue_items::{self, Email, Settled},
    },
    model::Day,
    pipeline::Step,
    queue::{Claim, RunId},
};
use uuid::Uuid;

use crate::support::{
    Fault, Plan, Program, Proxy, SilentNameServer, TestDatabase, eventually, hold_commits,
    matrix::{self, Outcome, kind_and_phase},
    sweep::{ALL, CONNECT, DEADLINE, SOME, Sweep, flights, flights_of_a_connection, hurried, through},
    trial::{OnTime, Trial, ends_by, on_time},
    waiting,
};

pub fn email() -> Email {
    Email {
        id: Uuid::new_v4(),
        message: "Dear Ada".into(),
        template_type: "GENERAL".into(),
        metadata: serde_json::json!({}),
        is_confident: true,
    }
}

fn poll(way: &Database) -> Result<(), DatabaseError> {
    way.batch("poll", "SELECT 1").map(|_| ())
}

fn is_timeout(answer: &Result<(), DatabaseError>, phase: Phase) -> bool {
    matches!(answer, Err(error) if error.phase == phase && matches!(error.cause, Cause::Timeout(_)))
}

/// Puts what came of a poll into the matrix.
pub fn print_poll(phase: Phase, fault: &str, end: &OnTime<Result<(), DatabaseError>>) {
    let (kind, says) = kind_and_phase(&end.value);
    let (phase, fault, outcome) = (format!("{phase:?}"), fault.into(), kind.into());
    matrix::print("poll", &[Outcome { phase, fault, outcome, took: end.took, says, late: end.late }]);
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
    let way = Arc::new(Database::new(&settings).unwrap());
    let end = ends_by("a SYN that is dropped", CONNECT, move || poll(&way));
    assert!(waiting.len() < 10_000);
    assert!(is_timeout(&end.value, Phase::Connecting), "{:?}", end.value);
    print_poll(Phase::Connecting, "SYN dropped", &end);
}

#[test]
fn a_name_server_that_never_answers_ends_the_unit_at_the_deadline() {
    let Some(server) = SilentNameServer::start() else { return };
    let connect = Duration::from_millis(500);
    let program = Program::new().database(&TestDatabase::empty()).behind(server.before());
    let program = program.env("DB_HOST", "db.example").env("DB_CONNECT_TIMEOUT", "0.5");
    let end = ends_by("no name server", connect, move || program.run(&["db", "check"]).stderr);
    assert!(end.value.contains("no answer within 0.5 s while resolving the host name"), "{}", end.value);
    let (phase, says) = ("Resolving".into(), "Resolving".into());
    let (fault, outcome) = ("no name server answers".into(), "timeout".into());
    matrix::print("poll", &[Outcome { phase, fault, outcome, took: end.took, says, late: end.late }]);
}

/// Queues one item, and makes all others go.
fn queue_one(database: &TestDatabase) {
    database.query("DELETE FROM queue_items", &[]);
    database.queue(database.user(), "Dear {{name}}", &[("A", "anything")]);
}

fn claim(database: &TestDatabase) -> Claim {
    queue_items::claim(&database.open(), RunId::fresh()).unwrap().item.unwrap().claim
}

fn queue_and_claim(database: &TestDatabase) -> Claim {
    database.queue(database.user(), "Dear {{name}}", &[("A", "anything")]);
    claim(database)
}

/// Claims again, as the run that may have claimed before.
fn claim_again(database: &TestDatabase, run: RunId) {
    let mut again = None;
    // A claim that is still under way is passed over.
    eventually("the item is there again", || {
        again = queue_items::claim(&database.open(), run).unwrap().item;
        again.is_some()
    });
    assert_eq!(again.unwrap().attempts, 1);
}

#[test]
fn a_claim_broken_anywhere_ends_in_time_and_is_never_lost_or_counted_twice() {
    Sweep {
        name: "claim",
        faults: ALL,
        statements: Some(1),
        commits: false,
        database: TestDatabase::migrated,
        prepare: |database| {
            queue_one(database);
            RunId::fresh()
        },
        work: |way, run| queue_items::claim(way, *run),
        applied: |database, run| {
            let applied = database.items()[0].0 == "PROCESSING";
            claim_again(database, *run);
            applied
        },
    }
    .run();
}

#[test]
fn a_settle_broken_anywhere_ends_in_time_and_stores_exactly_one_email() {
    Sweep {
        name: "settle",
        faults: ALL,
        statements: Some(2),
        commits: true,
        database: TestDatabase::migrated,
        prepare: |database| (queue_and_claim(database), email()),
        work: |way: &Database, (item, email): &(Claim, Email)| queue_items::settle(way, item, email),
        applied: |database: &TestDatabase, (item, email): &(Claim, Email)| {
            let finished = "SELECT count(*) FROM queue_items WHERE status = 'COMPLETED'";
            let is_stored = !database.query("SELECT 1 FROM emails WHERE id = $1", &[&email.id]).is_empty();
            assert_eq!(queue_items::settle(&database.open(), item, email), Ok(Settled::Stored));
            database.assert_one_email_per_finished_item(database.number(finished));
            assert_eq!(database.number("SELECT count(*) FROM queue_items WHERE status <> 'COMPLETED'"), 0);
            is_stored
        },
    }
    .run();
}

#[test]
fn a_reservation_broken_anywhere_ends_in_time_and_is_made_once_or_not_at_all() {
    const AMOUNT: i64 = 30;
    fn spent(database: &TestDatabase) -> i64 {
        database.number("SELECT coalesce(sum(spent_micro_usd), 0)::bigint FROM model_days")
    }
    fn reserve(way: &Database) -> Result<Option<Day>, DatabaseError> {
        model_days::reserve(way, MicroUsd(30), MicroUsd(1_000_000))
    }
    Sweep {
        name: "reserve",
        faults: ALL,
        statements: Some(1),
        commits: false,
        database: TestDatabase::migrated,
        prepare: |database: &TestDatabase| spent(database),
        work: |way: &Database, _: &i64| reserve(way),
        applied: |database: &TestDatabase, before: &i64| {
            // What was cut off while the server was at work may be written a little later, and holds the row until then.
            assert!(reserve(&database.open()).unwrap().is_some());
            let more = spent(database) - before;
            assert!(more == AMOUNT || more == 2 * AMOUNT, "{more} more are spent");
            more == 2 * AMOUNT
        },
    }
    .run();
}

/// To head; how many steps it took.
pub fn upgrade(way: &Database) -> Result<usize, DatabaseError> {
    match migrate::upgrade(way, UpgradeTarget::Head) {
        Ok(steps) => Ok(steps.len()),
        Err(MigrateError::Database(error) | MigrateError::Unknown(error)) => Err(error),
        Err(other) => panic!("{other}"),
    }
}

#[test]
fn an_upgrade_broken_anywhere_ends_in_time_and_is_done_whole_or_not_at_all() {
    Sweep {
        name: "upgrade",
        faults: SOME,
        statements: None,
        commits: true,
        database: TestDatabase::empty,
        prepare: |database| {
            migrate::downgrade(&database.open(), DowngradeTarget::Version(0)).unwrap();
            database.query("DROP TABLE IF EXISTS refinery_schema_history", &[]);
        },
        work: |way: &Database, (): &()| upgrade(way),
        applied: |database: &TestDatabase, (): &()| {
            let before = database.version();
            assert!(before == 0 || before == migrate::head(), "half an upgrade: {before}");
            upgrade(&database.open()).unwrap();
            assert_eq!(database.version(), migrate::head());
            before == migrate::head()
        },
    }
    .run();
}

/// A unit of work that was cut off while the server commits it, and the server has not ended yet.
struct CutOff<S> {
    database: TestDatabase,
    /// What the unit was given.
    ready: S,
    /// While it lives, the server goes on committing.
    held: Client,
}

/// `change` is what the unit does, as a trigger's event.
fn cut_off_while_it_commits<S, T>(
    prepare: impl Fn(&TestDatabase) -> S,
    change: &str,
    unit: impl Fn(&Database, &S) -> Result<T, DatabaseError>,
) -> CutOff<S> {
    let (twin, database) = (TestDatabase::migrated(), TestDatabase::migrated());
    let ready = prepare(&twin);
    let flights = flights(&twin, |way| unit(way, &ready));
    let ready = prepare(&database);
    // The pooler then has a back end: it drops what a client has said that goes before there is one.
    poll(&database.open()).unwrap();
    let held = hold_commits(&database, change, false);
    // The last flight but the goodbye.
    let proxy = Proxy::start(Plan { fault: Fault::CutWhile, flight: flights - 1 });
    let error = unit(&through(&proxy, &database), &ready).map(|_| ()).unwrap_err();
    assert!(matches!(error.cause, Cause::Broken(_)), "{error}");
    eventually("the server commits", || waiting(&database) == 1);
    CutOff { database, ready, held }
}

impl<S: Sync> CutOff<S> {
    /// Does the unit again, which has to wait until the server has ended, and asserts that the first one stands.
    fn again<T: Send>(self, unit: impl FnOnce(&TestDatabase, &S) -> T + Send) -> (TestDatabase, T) {
        let CutOff { database, ready, held } = self;
        let result = thread::scope(|scope| {
            let again = scope.spawn(|| unit(&database, &ready));
            eventually("the second one waits for the first", || waiting(&database) == 2);
            drop(held);
            again.join().unwrap()
        });
        assert_eq!(database.number("SELECT last_value FROM commits"), 1, "the first one stands");
        (database, result)
    }
}

#[test]
fn a_settle_whose_commit_outlives_the_connection_is_found_stored_and_not_stored_again() {
    let prepare = |database: &TestDatabase| (queue_and_claim(database), email());
    let settle = |way: &Database, (item, email): &(Claim, Email)| queue_items::settle(way, item, email);
    let cut_off = cut_off_while_it_commits(prepare, "INSERT ON emails", settle);
    let (database, answer) = cut_off.again(|database, ready| settle(&database.open(), ready));
    assert_eq!(answer, Ok(Settled::Stored));
    database.assert_one_email_per_finished_item(1);
}

#[test]
fn a_claim_whose_commit_outlives_the_connection_is_found_and_costs_one_attempt() {
    let prepare = |database: &TestDatabase| {
        queue_one(database);
        RunId::fresh()
    };
    let claim = |way: &Database, run: &RunId| queue_items::claim(way, *run);
    let CutOff { database, ready, held } = cut_off_while_it_commits(prepare, "UPDATE ON queue_items", claim);
    assert!(claim(&database.open(), &ready).unwrap().item.is_none(), "nobody waits for a row that is locked");
    drop(held);
    claim_again(&database, ready);
}

/// Opening the TCP connection is a round trip, and each flight is one but the goodbye: nobody waits for its answer.
pub fn round_trips<T>(unit: impl Fn(&Database, &TestDatabase) -> Result<T, DatabaseError>) -> usize {
    let database = TestDatabase::migrated();
    database.queue(database.user(), "Dear {{name}}", &[("A", "anything")]);
    let begun_again = flights_of_a_connection() - 5;
    flights(&database, |way| unit(way, &database)) - begun_again
}

#[test]
fn units_of_work_need_no_more_round_trips_than_they_must() {
    let poll = |way: &Database, database: &TestDatabase| {
        claim(database);
        queue_items::claim(way, RunId::fresh())
    };
    let note = |way: &Database, database: &TestDatabase| {
        queue_items::note_step(way, &claim(database), Step::WebScraper)
    };
    let amount = MicroUsd(5);
    let reserve = |way: &Database, _: &TestDatabase| model_days::reserve(way, amount, MicroUsd(9));
    assert_eq!(round_trips(reserve), 7, "a reservation");
    let correct =
        |way: &Database, _: &TestDatabase| model_days::correct(way, Day(20_000), amount, MicroUsd(1));
    assert_eq!(round_trips(correct), 7, "its correction");
    let look = |way: &Database, _: &TestDatabase| model_days::spent_today(way);
    assert_eq!(round_trips(look), 7, "a look at the day");
    let settle =
        |way: &Database, database: &TestDatabase| queue_items::settle(way, &claim(database), &email());
    let counts = [round_trips(poll), round_trips(note), round_trips(settle)];
    println!(
        "\n| round trips, connection included | empty poll | progress note | settle |\n|---|---|---|---|\n\
         | | {} | {} | {} |",
        counts[0], counts[1], counts[2]
    );
    assert_eq!(counts, [7, 7, 9]);
}

#[test]
fn a_slow_line_is_no_fault_as_long_as_the_deadline_holds() {
    let database = TestDatabase::empty();
    for fault in [Fault::Delay(Duration::from_millis(50)), Fault::Drip(Duration::ZERO)] {
        let proxy = Proxy::start(Plan { fault, flight: 1 });
        assert_eq!(poll(&through(&proxy, &database)), Ok(()), "{fault:?}");
        assert!(proxy.has_struck(), "{fault:?}");
    }
}

#[test]
fn a_server_that_drips_byte_by_byte_does_not_stretch_the_deadline() {
    let database = TestDatabase::empty();
    let fault = Fault::Drip(Duration::from_millis(40));
    let statement = flights_of_a_connection() + 1;
    // Each byte comes long before the deadline, and what they are part of does not.
    for (flight, phase, deadline) in [(2, Phase::Handshaking, CONNECT), (statement, Phase::Working, DEADLINE)]
    {
        let end = on_time("a drip", |patience| {
            let proxy = Proxy::start(Plan { fault, flight });
            let way = hurried(&proxy, &database, patience);
            let trial = Trial::of("a drip", deadline * patience, move || poll(&way));
            // On a busy machine the deadline may come before the flight does.
            let is_reached = proxy.has_struck();
            is_reached.then(|| assert!(is_timeout(&trial.value, phase), "{:?}", trial.value)).map(|()| trial)
        });
        print_poll(phase, "a byte every 40 ms", &end);
    }
}

#[test]
fn the_server_gives_up_before_scribe_does_even_when_connecting_took_long() {
    let database = TestDatabase::empty();
    let (connect, statement) = (Duration::from_secs(2), Duration::from_secs(1));
    // The end of the login, BEGIN and the statement each come so late, which is more than the time to connect in all.
    let late = Duration::from_millis(750);
    let proxy = Proxy::start(Plan { fault: Fault::Delay(late), flight: flights_of_a_connection() });
    let settings = DatabaseSettings {
        port: proxy.port,
        connect_timeout: connect,
        statement_timeout: statement,
        ..database.settings()
    };
    let started = Instant::now();
    let error: DatabaseError = Database::new(&settings)
        .unwrap()
        .transaction("sleep", |tx| tx.query_typed("SELECT pg_sleep(30)::text", &[]).map(|_| ()))
        .unwrap_err();
    assert!(matches!(&error.cause, Cause::Server { sqlstate, .. } if sqlstate == "57014"), "{error}");
    assert!(
        started.elapsed() > connect + statement,
        "{:?}: scribe's own margin was not needed",
        started.elapsed()
    );
}
