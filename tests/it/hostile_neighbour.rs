//! What somebody else may do in scribe's own database without meaning harm, or meaning it: temporary tables, functions
//! and operators of their own, settings, locks.
use std::{
    thread,
    time::{Duration, Instant},
};

use postgres::Client;
use scribe::database::{
    Database, Filter,
    emails::{self, Wanted},
    migrate::{self, MigrateError, UpgradeTarget},
    queue_items::{self, Again, NewItem},
    users,
};
use uuid::Uuid;

use crate::support::{Program, TestDatabase, eventually};

#[test]
fn temporary_tables_of_others_do_not_stand_before_scribes() {
    let database = TestDatabase::migrated();
    let mut neighbour = database.pooled();
    neighbour
        .batch_execute(
            "CREATE TEMPORARY TABLE users (LIKE public.users); CREATE TEMPORARY TABLE emails (LIKE public.emails);
             CREATE TEMPORARY TABLE queue_items (LIKE public.queue_items);
             CREATE TEMPORARY TABLE refinery_schema_history (LIKE public.refinery_schema_history)",
        )
        .unwrap();
    let open = database.open();
    users::add(&open, Uuid::new_v4(), "ada@example.org", None).unwrap();
    let user = users::find(&open, "ada@example.org").unwrap().unwrap();
    let item = NewItem { name: "Ada Marlowe".into(), interest: "tides".into(), ..NewItem::default() };
    queue_items::enqueue(&open, user.id, "Dear {{name}}", &[item], Again::Queue, &mut |_| ()).unwrap();
    assert_eq!(database.items().len(), 1, "it went into the neighbour's table");
    assert_eq!(migrate::current(&open).unwrap().applied, migrate::head());
}

#[test]
fn functions_and_operators_of_others_are_not_called() {
    let database = TestDatabase::migrated();
    database.user();
    let mut admin = database.admin();
    let fail =
        |result: &str| format!("RETURNS {result} LANGUAGE plpgsql AS $$ BEGIN RAISE 'hijacked'; END $$");
    for (function, result) in [
        ("lower(varchar)", "text"),
        ("length(varchar)", "int"),
        ("btrim(varchar)", "text"),
        ("octet_length(varchar)", "int"),
        ("same(varchar, varchar)", "bool"),
        ("same(varchar, text)", "bool"),
        ("same(oid, regnamespace)", "bool"),
        ("same(name, varchar)", "bool"),
    ] {
        admin.batch_execute(&format!("CREATE FUNCTION public.{function} {}", fail(result))).unwrap();
    }
    for (left, right) in
        [("varchar", "varchar"), ("varchar", "text"), ("oid", "regnamespace"), ("name", "varchar")]
    {
        for name in ["=", "<>"] {
            let arguments = format!("LEFTARG = {left}, RIGHTARG = {right}");
            admin
                .batch_execute(&format!(
                    "CREATE OPERATOR public.{name} (FUNCTION = public.same, {arguments})"
                ))
                .unwrap();
        }
    }
    let open = database.open();
    users::add(&open, Uuid::new_v4(), "Ada@example.org", None).unwrap();
    assert!(users::find(&open, "ada@example.org").unwrap().is_some());
    users::list(&open).unwrap();
    emails::list(&open, Wanted::default()).unwrap();
    emails::find(&open, "a").unwrap();
    queue_items::list(&open, Filter::default(), false).unwrap();
    queue_items::unfinished(&open).unwrap();
    scribe::database::inspect::rows(&open).unwrap();
    scribe::database::inspect::access(&open).unwrap();
    let drift = migrate::drift(&open).unwrap();
    assert_eq!(drift.missing, Vec::<String>::new());
}

#[test]
fn settings_of_others_change_no_answer_and_no_promise() {
    let database = TestDatabase::migrated();
    for setting in [
        "search_path = pg_catalog",
        "TimeZone = 'Asia/Tokyo'",
        "synchronous_commit = off",
        "quote_all_identifiers = on",
        "standard_conforming_strings = off",
        "client_min_messages = debug5",
        "default_transaction_isolation = serializable",
        "default_transaction_read_only = on",
        "default_transaction_deferrable = on",
        "DateStyle = 'German'",
        "IntervalStyle = 'sql_standard'",
        "bytea_output = 'escape'",
        "extra_float_digits = -15",
        "transform_null_equals = on",
        "array_nulls = off",
    ] {
        let mut admin = database.admin();
        admin.batch_execute("SET default_transaction_read_only = off").unwrap();
        admin.batch_execute(&format!("ALTER DATABASE {} SET {setting}", database.name)).unwrap();
    }
    let open = database.open();
    let shown = |name: &str| {
        let sql = format!("SELECT current_setting('{name}')");
        let rows = open.transaction("show", |tx| tx.query_typed(&sql, &[])).unwrap();
        rows[0].get::<_, String>(0)
    };
    for (name, value) in [
        ("synchronous_commit", "on"),
        ("quote_all_identifiers", "off"),
        ("standard_conforming_strings", "on"),
        ("transaction_isolation", "read committed"),
        ("transaction_read_only", "off"),
        ("search_path", "public, pg_temp"),
    ] {
        assert_eq!(shown(name), value, "{name}");
    }
    let drift = migrate::drift(&open).unwrap();
    assert_eq!((drift.missing, drift.additional), (Vec::new(), Vec::new()));
    users::add(&open, Uuid::new_v4(), "ada@example.org", Some("Ada")).unwrap();
    let user = users::find(&open, "ada@example.org").unwrap().unwrap();
    let item = NewItem { name: "Ada \\ Marlowe".into(), interest: "NULL".into(), ..NewItem::default() };
    queue_items::enqueue(&open, user.id, "Dear {{name}}", &[item], Again::Queue, &mut |_| ()).unwrap();
    let listed = queue_items::list(&open, Filter::default(), false).unwrap();
    assert_eq!(
        (listed[0].recipient_name.as_str(), listed[0].recipient_interest.as_str()),
        ("Ada \\ Marlowe", "NULL")
    );
    assert!(queue_items::claim(&open, scribe::queue::RunId::fresh()).unwrap().item.is_some());
}

/// How many wait for a lock on the table.
fn waiting(admin: &mut Client) -> i64 {
    let sql = "SELECT count(*) FROM pg_locks WHERE relation = 'users'::regclass AND NOT granted";
    admin.query(sql, &[]).unwrap()[0].get(0)
}

#[test]
fn an_upgrade_that_is_killed_while_it_waits_is_in_nobodys_way() {
    let database = TestDatabase::empty();
    migrate::upgrade(&database.open(), UpgradeTarget::Version(4)).unwrap();
    let mut reader = database.admin();
    let mut reading = reader.transaction().unwrap();
    reading.batch_execute("LOCK TABLE users IN ACCESS SHARE MODE").unwrap();
    let mut admin = database.admin();
    let program = Program::new().database(&database);
    let mut upgrade = program.spawn_command(&["db", "upgrade"]);
    eventually("the upgrade waits for the table", || waiting(&mut admin) == 1);
    upgrade.kill().unwrap();
    upgrade.wait().unwrap();
    let killed = Instant::now();
    eventually("nobody waits any more", || waiting(&mut admin) == 0);
    assert!(killed.elapsed() < Duration::from_secs(6), "{:?}", killed.elapsed());
}

#[test]
fn an_upgrade_waits_for_a_table_that_somebody_holds_and_then_says_so() {
    let database = TestDatabase::empty();
    migrate::upgrade(&database.open(), UpgradeTarget::Version(4)).unwrap();
    let mut reader = database.admin();
    let mut reading = reader.transaction().unwrap();
    reading.batch_execute("LOCK TABLE users IN ACCESS SHARE MODE").unwrap();
    let mut settings = database.settings();
    settings.statement_timeout = Duration::from_secs(1);
    let upgrade = || migrate::upgrade(&Database::new(&settings).unwrap(), UpgradeTarget::Head);
    let held = upgrade();
    assert!(matches!(held, Err(MigrateError::TableHeld(_))), "{held:?}");
    // Who lets go in time is no obstacle.
    let mut admin = database.admin();
    thread::scope(|scope| {
        let upgrade = scope.spawn(|| migrate::upgrade(&database.open(), UpgradeTarget::Head));
        eventually("the upgrade waits for the table", || waiting(&mut admin) == 1);
        reading.commit().unwrap();
        let rest = usize::try_from(migrate::head() - 4).unwrap();
        assert_eq!(upgrade.join().unwrap().unwrap().len(), rest);
    });
}
