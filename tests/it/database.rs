//! Units of work against a real pooler: statements, fences, migrations, deadlines, strangers.
use std::{
    net::TcpListener,
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

use postgres::{Client, Config, NoTls, types::Type};
use scribe::{
    config::{DatabaseSettings, TlsMode},
    database::{
        Cause, Database, DatabaseError, Phase, Transaction, glance, hints,
        migrate::{self, MigrateError, Misfit, UpgradeTarget},
        queue_items::{self, Email, Reach, Settled},
    },
    pipeline::Step,
    queue::RunId,
};
use uuid::Uuid;

use crate::support::{
    Fault, Plan, Program, Proxy, TestDatabase, careless_pooler, eventually, leave_everything_behind,
    session_state,
    sweep::{flights_of_a_connection, through},
    trial::ends_by,
    waiting,
};

fn email() -> Email {
    Email {
        id: Uuid::new_v4(),
        message: "Dear Ada,\nhello".into(),
        template_type: "GENERAL".into(),
        metadata: serde_json::json!({}),
        is_confident: true,
    }
}

fn with_items(names: &[&str]) -> TestDatabase {
    let database = TestDatabase::migrated();
    let recipients: Vec<(&str, &str)> = names.iter().map(|name| (*name, "anything")).collect();
    database.queue(database.user(), "Dear {{name}}", &recipients);
    database
}

#[test]
fn four_upgrades_at_once_all_succeed_and_one_does_the_work() {
    let database = TestDatabase::empty();
    let steps: Vec<usize> = thread::scope(|scope| {
        let upgrades: Vec<_> = (0..4)
            .map(|_| scope.spawn(|| migrate::upgrade(&database.open(), UpgradeTarget::Head).unwrap().len()))
            .collect();
        upgrades.into_iter().map(|upgrade| upgrade.join().unwrap()).collect()
    });
    let all = usize::try_from(migrate::head()).unwrap();
    assert_eq!(steps.iter().sum::<usize>(), all, "{steps:?}");
    assert_eq!(steps.iter().filter(|n| **n == all).count(), 1, "{steps:?}");
}

#[test]
fn an_upgrade_goes_as_far_as_it_is_told() {
    let database = TestDatabase::empty();
    let upgrade = |target| migrate::upgrade(&database.open(), target).unwrap().len();
    assert_eq!(upgrade(UpgradeTarget::Version(2)), 2);
    assert_eq!(upgrade(UpgradeTarget::Steps(1)), 1);
    assert_eq!(migrate::current(&database.open()).unwrap().applied, 3);
    assert_eq!(upgrade(UpgradeTarget::Head), usize::try_from(migrate::head() - 3).unwrap());
    let beyond = |target| migrate::upgrade(&database.open(), target);
    assert!(matches!(beyond(UpgradeTarget::Version(99)), Err(MigrateError::NoSuchTarget(99))));
    let next = migrate::head() + 1;
    assert!(matches!(beyond(UpgradeTarget::Steps(1)), Err(MigrateError::NoSuchTarget(v)) if v == next));
}

#[test]
fn a_database_that_is_ahead_or_divergent_is_left_alone() {
    let database = TestDatabase::migrated();
    database.query(
        "INSERT INTO refinery_schema_history SELECT 99, 'future', applied_on, '1' FROM refinery_schema_history LIMIT 1",
        &[],
    );
    assert!(matches!(
        migrate::upgrade(&database.open(), UpgradeTarget::Head),
        Err(MigrateError::Misfit(Misfit::Ahead { version: 99 }))
    ));
    database.query("DELETE FROM refinery_schema_history WHERE version = 99", &[]);
    database.query("UPDATE refinery_schema_history SET checksum = 'nonsense' WHERE version = 2", &[]);
    assert!(matches!(
        migrate::upgrade(&database.open(), UpgradeTarget::Head),
        Err(MigrateError::Misfit(Misfit::Divergent { version: 2 }))
    ));
}

#[test]
fn every_table_is_closed_to_strangers() {
    let database = TestDatabase::migrated();
    let open = database.query(
        "SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
         AND NOT relrowsecurity",
        &[],
    );
    assert!(open.is_empty());
    let closed = "SELECT count(*) FROM pg_class WHERE relrowsecurity";
    assert_eq!(database.number(closed), database.tables() + 1, "each of scribe's tables, and the history");
}

#[test]
fn items_are_claimed_in_the_order_of_their_insert_and_by_one_only() {
    let database = with_items(&["A", "B", "C", "D"]);
    let claim = |run| {
        let item = queue_items::claim(&database.open(), run).unwrap().item;
        item.map(|item| item.request.unwrap().recipient_name)
    };
    let runs = [RunId::fresh(), RunId::fresh(), RunId::fresh()];
    assert_eq!(runs.map(claim), ["A", "B", "C"].map(|name| Some(name.to_string())));
    // A claim under way elsewhere is passed over, not waited for.
    let mut admin = database.admin();
    let mut other = admin.transaction().unwrap();
    other.query("SELECT 1 FROM queue_items WHERE recipient_name = 'D' FOR UPDATE", &[]).unwrap();
    assert_eq!(claim(RunId::fresh()), None);
}

#[test]
fn a_claim_leaves_alone_what_began_to_wait_more_recently_than_it_wants() {
    let database = with_items(&["A", "B"]);
    database.query("UPDATE queue_items SET available_at = now() - interval '1 hour'", &[]);
    let (open, run) = (database.open(), RunId::fresh());
    let claim = |minutes: u64| {
        let reach = Reach { least_wait: Duration::from_secs(60 * minutes), ..Reach::default() };
        queue_items::claim_within(&open, run, reach).unwrap().item
    };
    let first = claim(30).unwrap();
    assert!(queue_items::put_aside(&open, &first.claim, Duration::ZERO, "away").unwrap());
    let second = claim(30).unwrap();
    assert_ne!(second.claim.item, first.claim.item, "it is back, but not yet its turn");
    assert!(queue_items::put_back(&open, &second.claim).unwrap());
    assert!(claim(90).is_none());
    assert_eq!(claim(0).unwrap().claim.item, first.claim.item);
}

#[test]
fn what_a_clock_that_was_ahead_put_off_or_queued_is_claimed_and_what_somebody_scheduled_is_not() {
    for (set, may) in [
        ("available_at = now() + interval '1 year', error_message = 'busy'", true),
        ("available_at = 'infinity', error_message = 'busy'", true),
        ("available_at = now() + interval '36 hours', error_message = 'busy'", false),
        ("available_at = now() + interval '1 year', created_at = now() + interval '1 year'", true),
        ("available_at = now() + interval '1 year'", false),
    ] {
        let database = with_items(&["A"]);
        database.query(&format!("UPDATE queue_items SET {set}"), &[]);
        let seen = glance::glance(&database.open()).unwrap();
        assert_eq!((seen.waiting, seen.later), (u64::from(may), u64::from(!may)), "{set}");
        let claimed = queue_items::claim(&database.open(), RunId::fresh()).unwrap().item;
        assert_eq!(claimed.as_ref().map(|it| it.waited), may.then_some(Some(Duration::ZERO)), "{set}");
    }
}

#[test]
fn a_claim_whose_answer_was_lost_is_repeated_and_costs_no_attempt() {
    let database = with_items(&["A", "B"]);
    let run = RunId::fresh();
    let lost = queue_items::claim(&database.open(), run).unwrap().item.unwrap();
    let again = queue_items::claim(&database.open(), run).unwrap().item.unwrap();
    assert_eq!((again.claim.item, again.attempts), (lost.claim.item, 1));
    assert!(
        !queue_items::note_step(&database.open(), &lost.claim, Step::WebScraper).unwrap(),
        "the old token is void"
    );
}

#[test]
fn settling_twice_with_the_same_email_stores_it_once() {
    let database = with_items(&["A"]);
    database.query("UPDATE users SET generation_count = NULL", &[]);
    let open = database.open();
    let item = queue_items::claim(&open, RunId::fresh()).unwrap().item.unwrap();
    let first = email();
    for _ in 0..2 {
        assert_eq!(queue_items::settle(&open, &item.claim, &first), Ok(Settled::Stored));
    }
    database.assert_one_email_per_finished_item(1);
    assert_eq!(queue_items::settle(&open, &item.claim, &email()), Ok(Settled::NotOurs));
    assert!(!queue_items::put_back(&open, &item.claim).unwrap());
    assert!(!queue_items::fail(&open, &item.claim, "too late").unwrap());
    database.assert_one_email_per_finished_item(1);
}

#[test]
fn a_text_that_the_database_refuses_is_told_apart_from_an_outage() {
    let database = with_items(&["A"]);
    let open = database.open();
    let item = queue_items::claim(&open, RunId::fresh()).unwrap().item.unwrap();
    let bad = Email { message: "NUL: \0".into(), ..email() };
    let error = queue_items::settle(&open, &item.claim, &bad).unwrap_err();
    assert!(hints::concerns_the_item(&error), "{error}");
}

#[test]
fn what_strangers_leave_on_a_pooled_connection_does_not_matter() {
    let database = with_items(&["A"]);
    leave_everything_behind(&mut database.pooled());
    let seen = database.pooled().simple_query("SHOW search_path").unwrap();
    assert!(format!("{seen:?}").contains("pg_catalog"), "the next client gets the same back end: {seen:?}");
    let open = database.open();
    let item = queue_items::claim(&open, RunId::fresh()).unwrap().item.unwrap();
    assert!(queue_items::note_step(&open, &item.claim, Step::WebScraper).unwrap());
    assert_eq!(queue_items::settle(&open, &item.claim, &email()), Ok(Settled::Stored));
    let off_by =
        "SELECT abs(extract(epoch FROM completed_at - (now() AT TIME ZONE 'UTC')))::bigint FROM queue_items";
    assert!(database.number(off_by) < 600, "stored times are UTC");
}

/// Another client of the careless pooler.
fn stranger(settings: &DatabaseSettings) -> Client {
    Config::new()
        .host("localhost")
        .port(settings.port)
        .user(&settings.user)
        .password(settings.password.expose())
        .dbname(&settings.name)
        .connect(NoTls)
        .unwrap()
}

#[test]
fn every_setting_that_matters_is_scribes_own_on_a_back_end_as_strangers_left_it() {
    let database = TestDatabase::empty();
    let settings = DatabaseSettings {
        port: careless_pooler(),
        tls: TlsMode::Disable,
        statement_timeout: Duration::from_secs(20),
        ..database.settings()
    };
    let mut first = stranger(&settings);
    leave_everything_behind(&mut first);
    let state = "SELECT concat_ws(' | ', current_setting('client_encoding'), current_setting('TimeZone'),
        current_setting('search_path'), current_setting('role'), current_setting('row_security'),
        current_setting('statement_timeout'), current_setting('lock_timeout'),
        current_setting('idle_in_transaction_session_timeout'), current_setting('transaction_isolation'),
        'read-only ' || current_setting('transaction_read_only'))";
    let of_stranger = first.simple_query(state).unwrap();
    let lefts = "LATIN1 | Asia/Tokyo | pg_catalog | pg_read_all_data | on | 2s | 1ms | 0 | serializable | read-only on";
    assert!(format!("{of_stranger:?}").contains(lefts), "{of_stranger:?}");
    drop(first);
    let scribes =
        "UTF8 | UTC | public, pg_temp | none | off | 20s | 4s | 5s | read committed | read-only off";
    let way = Database::new(&settings).unwrap();
    let batch = way.batch("look", state).unwrap();
    assert_eq!(batch[0].get(0), Some(scribes));
    let rows =
        way.transaction("look", |tx| tx.query_typed(state, &[])).map_err(|e: DatabaseError| e).unwrap();
    assert_eq!(rows[0].get::<_, &str>(0), scribes);
    // And of scribe's settings none outlives its unit, those included that PgBouncer would put right.
    let of_the_next = stranger(&settings).simple_query(state).unwrap();
    assert!(format!("{of_the_next:?}").contains(lefts), "{of_the_next:?}");
}

#[test]
fn a_look_at_the_schema_can_write_nothing() {
    let database = TestDatabase::migrated();
    // Where scribe looks, somebody has put what writes when it is looked at.
    database
        .admin()
        .batch_execute(
            "CREATE TABLE trap (seen text);
             CREATE FUNCTION spring() RETURNS bool LANGUAGE plpgsql SECURITY DEFINER AS
                 $$ BEGIN INSERT INTO public.trap VALUES ('written'); RETURN true; END $$;
             ALTER TABLE refinery_schema_history RENAME TO true_history;
             CREATE VIEW refinery_schema_history AS SELECT * FROM true_history WHERE spring();
             GRANT ALL ON refinery_schema_history TO PUBLIC",
        )
        .unwrap();
    let error = migrate::drift(&database.open()).unwrap_err();
    assert!(error.to_string().contains("read-only transaction"), "{error}");
    assert_eq!(database.number("SELECT count(*) FROM trap"), 0);
}

#[test]
fn scribe_leaves_nothing_behind_on_a_pooled_connection() {
    let database = with_items(&["A"]);
    let open = database.open();
    let item = queue_items::claim(&open, RunId::fresh()).unwrap().item.unwrap();
    assert!(queue_items::note_step(&open, &item.claim, Step::WebScraper).unwrap());
    assert_eq!(queue_items::settle(&open, &item.claim, &email()), Ok(Settled::Stored));
    migrate::upgrade(&open, UpgradeTarget::Head).unwrap();
    assert_eq!(session_state(&mut database.pooled()), "none");
}

#[test]
fn a_pi_that_freezes_inside_a_transaction_keeps_its_locks_for_less_than_ten_seconds() {
    let database = with_items(&["A"]);
    let mut admin = database.admin();
    let started = Instant::now();
    let frozen: Result<(), DatabaseError> = database.open().transaction("freeze", |tx| {
        tx.query_typed("UPDATE queue_items SET attempts = 1", &[])?;
        // Nothing more comes from here until the server has had enough.
        eventually("the row is free again", || {
            admin.query("SELECT 1 FROM queue_items FOR UPDATE NOWAIT", &[]).is_ok()
        });
        assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
        tx.query_typed("SELECT 1", &[]).map(|_| ())
    });
    assert!(frozen.is_err(), "its transaction is gone");
    assert_eq!(database.items()[0].2, 0);
}

/// How long the item's row stays locked by a scribe that is unplugged while its settle waits for the user's row, which
/// another one gives back after so long.
fn locked_by_one_that_waits(give_back: Duration) -> Duration {
    let database = with_items(&["A"]);
    let item = queue_items::claim(&database.open(), RunId::fresh()).unwrap().item.unwrap();
    let mut admin = database.admin();
    let mut other = admin.transaction().unwrap();
    other.query("SELECT 1 FROM users FOR UPDATE", &[]).unwrap();
    // The statement that settles is the second one after the login; nothing is heard of it any more.
    let flight = flights_of_a_connection() + 2;
    let proxy = Proxy::start(Plan { fault: Fault::StallAfter, flight });
    let way = through(&proxy, &database);
    let started = Instant::now();
    // Its connection stays open for a minute.
    thread::spawn(move || queue_items::settle(&way, &item.claim, &email()));
    eventually("it waits for the user's row", || waiting(&database) == 1);
    let mut looking = database.admin();
    let mut is_free = || looking.query("SELECT 1 FROM queue_items FOR UPDATE NOWAIT", &[]).is_ok();
    assert!(!is_free(), "it has locked the item's row");
    let mut other = Some(other);
    eventually("the item's row is free again", || {
        if started.elapsed() >= give_back
            && let Some(other) = other.take()
        {
            assert!(waiting(&database) == 1, "it no longer waits");
            other.rollback().unwrap();
        }
        is_free()
    });
    assert_eq!(database.items()[0].0, "PROCESSING");
    started.elapsed()
}

#[test]
fn a_pi_that_is_unplugged_while_it_waits_for_a_row_keeps_its_own_for_less_than_ten_seconds() {
    let never = Duration::MAX;
    let took = locked_by_one_that_waits(never);
    assert!(took < Duration::from_secs(10), "{took:?}");
}

#[test]
fn a_pi_that_is_unplugged_and_gets_the_row_in_the_last_moment_keeps_both_for_less_than_ten_seconds() {
    let took = locked_by_one_that_waits(Duration::from_millis(3500));
    println!("locked for {:.1} s", took.as_secs_f64());
    assert!((5..10).contains(&took.as_secs()), "{took:?}");
}

/// A way to sleep on the server, in one unit of work.
type Sleep = fn(&Database) -> Result<(), DatabaseError>;

/// As a statement of its own, and in the one message that is a whole unit.
const SLEEPS: [Sleep; 2] = [
    |way| way.transaction("sleep", |tx| tx.query_typed("SELECT pg_sleep(30)::text", &[]).map(|_| ())),
    |way| way.batch("sleep", "SELECT pg_sleep(30)").map(|_| ()),
];

fn is_ended_by_the_server(answer: &Result<(), DatabaseError>) -> bool {
    let cause = answer.as_ref().map_err(|error| &error.cause);
    matches!(cause, Err(Cause::Server { sqlstate, .. }) if sqlstate == "57014")
}

#[test]
fn a_statement_that_sleeps_is_ended_by_the_server_at_the_setting() {
    let database = TestDatabase::empty();
    let limit = Duration::from_millis(200);
    let settings = DatabaseSettings { statement_timeout: limit, ..database.settings() };
    for sleep in SLEEPS {
        let way = Arc::new(Database::new(&settings).unwrap());
        // The connection takes next to nothing.
        let end = ends_by("a statement that sleeps", limit, move || sleep(&way));
        assert!(is_ended_by_the_server(&end.value), "{:?}", end.value);
        assert!(end.took >= limit, "{:?}", end.took);
    }
}

#[test]
fn a_timeout_that_a_stranger_left_behind_ends_no_statement_of_scribes() {
    let database = TestDatabase::empty();
    let settings = DatabaseSettings {
        port: careless_pooler(),
        tls: TlsMode::Disable,
        statement_timeout: Duration::from_secs(20),
        ..database.settings()
    };
    leave_everything_behind(&mut stranger(&settings));
    let way = Database::new(&settings).unwrap();
    // The stranger's are two seconds.
    assert_eq!(way.batch("sleep", "SELECT pg_sleep(3)").map(|_| ()), Ok(()));
    let sleep = |tx: &mut Transaction<'_>| tx.query_typed("SELECT pg_sleep(3)::text", &[]).map(|_| ());
    assert_eq!(way.transaction("sleep", sleep), Ok::<(), DatabaseError>(()));
}

#[test]
fn one_deadline_covers_all_statements_of_a_unit_and_the_server_keeps_it_too() {
    let database = TestDatabase::empty();
    let (connect, statement) = (Duration::from_secs(1), Duration::from_secs(1));
    let settings =
        DatabaseSettings { connect_timeout: connect, statement_timeout: statement, ..database.settings() };
    let way = Arc::new(Database::new(&settings).unwrap());
    // Scribe's own margin is as long as a statement.
    let end = ends_by("18 s of statements", connect + statement * 2, move || {
        way.transaction("slow", |tx| {
            (0..20).try_for_each(|_| tx.query_typed("SELECT pg_sleep(0.9)::text", &[]).map(|_| ()))
        })
    });
    // Each of them alone is shorter than the setting.
    assert!(is_ended_by_the_server(&end.value), "{:?}", end.value);
}

#[test]
fn a_server_that_accepts_and_stays_silent_ends_the_unit_at_the_deadline() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let connect = Duration::from_millis(300);
    let settings = DatabaseSettings {
        port: silent.local_addr().unwrap().port(),
        connect_timeout: connect,
        ..TestDatabase::empty().settings()
    };
    let way = Arc::new(Database::new(&settings).unwrap());
    let end = ends_by("a silent server", connect, move || way.batch("poll", "SELECT 1").map(|_| ()));
    let error = end.value.unwrap_err();
    assert!(matches!(error.cause, Cause::Timeout(_)), "{error}");
    assert_eq!(error.phase, Phase::AskingForTls);
}

#[test]
fn the_program_waits_for_a_connection_as_many_seconds_as_the_setting_says() {
    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    let database = TestDatabase::empty();
    let program = Program::new().database(&database).env("DB_CONNECT_TIMEOUT", "1");
    let program = program.env("DB_PORT", &silent.local_addr().unwrap().port().to_string());
    let one = Duration::from_secs(1);
    let end = ends_by("a silent server", one, move || program.run(&["db", "check"]));
    assert!(end.value.stderr.contains("no answer within 1.0 s while asking for TLS"), "{}", end.value.stderr);
    assert!(end.took >= one, "{:?}", end.took);
}

#[test]
fn the_program_gives_a_statement_as_many_milliseconds_as_the_setting_says() {
    let database = TestDatabase::migrated();
    database
        .admin()
        .batch_execute(
            "CREATE FUNCTION sleep() RETURNS trigger LANGUAGE plpgsql AS
                 $$ BEGIN PERFORM pg_sleep(30); RETURN new; END $$;
             CREATE TRIGGER slow BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION sleep()",
        )
        .unwrap();
    let program = Program::new().database(&database).env("DB_STATEMENT_TIMEOUT", "300");
    let limit = Duration::from_millis(300);
    let end =
        ends_by("a trigger that sleeps", limit, move || program.run(&["user", "add", "ada@example.org"]));
    assert!(end.value.stderr.contains("(SQLSTATE 57014)"), "{}", end.value.stderr);
    assert!(end.took >= limit, "{:?}", end.took);
}

#[test]
fn a_failed_unit_leaves_nothing_and_the_next_one_works() {
    let database = with_items(&["A"]);
    let open = database.open();
    let error = open
        .transaction("break", |tx| {
            tx.query_typed("DELETE FROM queue_items", &[])?;
            tx.query_typed("SELECT 1 / $1", &[(&0i32, Type::INT4)])
        })
        .map(|_| ())
        .unwrap_err();
    assert_eq!(error.phase, Phase::Working);
    // Work that swallows the error of a statement is not committed either: the server would answer COMMIT with success.
    let swallowed: Result<(), DatabaseError> = open.transaction("swallow", |tx| {
        let _ = tx.query_typed("SELECT 1 / $1", &[(&0i32, Type::INT4)]);
        Ok(())
    });
    assert!(matches!(swallowed.unwrap_err().cause, Cause::Spoilt));
    assert_eq!(queue_items::unfinished(&open), Ok(1));
}
