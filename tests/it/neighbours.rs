//! Hostile neighbours: clients that share the pooler's back ends with scribe and leave everything behind on them, and
//! what scribe leaves there for others.
use std::{
    collections::BTreeSet,
    time::{Duration, Instant},
};

use postgres::Client;
use scribe::database::{
    Database,
    migrate::{self, MigrateError, UpgradeTarget},
};

use crate::support::{
    LEFT_BEHIND, Program, SampleWeb, Stranger, TestDatabase, leave_everything_behind, route, session_state,
};

/// What a transaction of scribe's begins with, and nobody else's here.
const SCRIBES_BEGIN: &str = "BEGIN ISOLATION LEVEL";

/// The size of the pooler's pool, see scripts/pair.
const BACK_ENDS: usize = 5;

/// Two scribes upgrade the database, queue twelve items, and work until none is left. `between` runs when the tables
/// are there.
fn two_scribes_at_work(database: &TestDatabase, between: impl Fn()) {
    let web = SampleWeb::start(&[]);
    let programs = [(); 2].map(|()| Program::new().database(database).web(&web));
    std::thread::scope(|scope| {
        for program in &programs {
            scope.spawn(|| program.ok(&["db", "upgrade"]));
        }
    });
    let names: Vec<String> = (0..11).map(|i| format!("Nobody Number{i}")).collect();
    let mut recipients: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "nothing")).collect();
    recipients.push(("Ada Marlowe", "tidal energy"));
    database.queue(database.user(), "Dear {{name}}, {{paper|hello}} [Your Name]", &recipients);
    between();
    let mut daemons = programs.each_ref().map(|program| program.start(&["--until-empty"]));
    for daemon in &mut daemons {
        assert_eq!(daemon.wait(), 0, "{}", daemon.log());
    }
    database.assert_one_email_per_finished_item(12);
}

/// The back ends on which a text was said.
fn back_ends(log: &[String], text: &str) -> BTreeSet<String> {
    let said = log.iter().filter(|line| line.contains(text));
    said.map(|line| line.split(['[', ']']).nth(1).unwrap().to_string()).collect()
}

#[test]
fn two_scribes_finish_every_item_among_strangers_who_leave_everything_behind() {
    let database = TestDatabase::empty();
    database.log_parses();
    // PgBouncer puts the time zone right that a stranger leaves, so here it is the database's own.
    database.query(&format!("ALTER DATABASE {} SET TimeZone = 'Asia/Tokyo'", database.name), &[]);
    let stranger = Stranger::of(&database);
    stranger.wait_for_a_visit();
    two_scribes_at_work(&database, || stranger.wait_for_a_visit());
    let visits = stranger.leave();
    assert!(visits > 10, "{visits} visits");
    let off = "SELECT count(*) FROM queue_items
               WHERE completed_at NOT BETWEEN (now() AT TIME ZONE 'UTC') - interval '10 min' AND now() AT TIME ZONE 'UTC'";
    assert_eq!(database.number(off), 0, "stored times are UTC");

    let log = database.log();
    let strangers = back_ends(&log, LEFT_BEHIND);
    let scribes = back_ends(&log, SCRIBES_BEGIN);
    let shared = strangers.intersection(&scribes).count();
    // Past the pooler everybody has back ends of their own.
    assert_eq!(shared > 0, route() == "PORT", "{strangers:?} and {scribes:?}");
    database.assert_no_statement_had_a_name(12);
}

/// What a line of PostgreSQL's log says was set for longer than a transaction, but by the pooler itself.
fn settings_of_a_session(line: &str) -> Vec<&str> {
    let Some((_, said)) = line.split_once("statement: ").or_else(|| line.split_once("execute <unnamed>: "))
    else {
        return Vec::new();
    };
    // The pooler repeats to a back end what its next client reported at its login, in a message of its own.
    let is_poolers = route() == "PORT" && said.starts_with("SET ");
    let is_lasting = |it: &&str| it.starts_with("SET ") && !it.starts_with("SET LOCAL ");
    said.split(';').map(str::trim).filter(|it| !is_poolers && is_lasting(it)).collect()
}

#[test]
fn two_scribes_leave_nothing_behind_on_any_back_end() {
    let database = TestDatabase::empty();
    two_scribes_at_work(&database, || ());
    let log = database.log();
    let set: Vec<&str> = log.iter().flat_map(|line| settings_of_a_session(line)).collect();
    assert!(set.is_empty(), "{set:#?}");
    assert!(log.iter().any(|line| line.contains("; SET LOCAL TimeZone")), "the log tells");
    // Each has a back end to itself while its transaction is open, so that together they see the whole pool.
    let mut clients: Vec<Client> = (0..BACK_ENDS).map(|_| database.pooled()).collect();
    let mut seen = BTreeSet::new();
    for client in &mut clients {
        client.batch_execute("BEGIN").unwrap();
        assert_eq!(session_state(client), "none");
        let answer = client.query_typed("SELECT pg_backend_pid()::text", &[]).unwrap();
        seen.insert(answer[0].get::<_, String>(0));
    }
    assert_eq!(seen.len(), BACK_ENDS);
    if route() == "PORT" {
        let scribes = back_ends(&database.log(), SCRIBES_BEGIN);
        assert!(scribes.is_subset(&seen), "{scribes:?} were scribe's, {seen:?} were looked at");
    }
    // And they would see it if there was something.
    drop(clients.split_off(1));
    clients[0].batch_execute("COMMIT").unwrap();
    leave_everything_behind(&mut clients[0]);
    let left = session_state(&mut database.pooled());
    assert!(left.contains("statement s0") && left.contains("role pg_read_all_data"), "{left}");
    assert!(left.contains("search_path = pg_catalog") && left.contains("advisory lock 9"), "{left}");
}

#[test]
fn an_upgrade_that_somebody_else_holds_up_ends_with_the_reason() {
    let database = TestDatabase::empty();
    let mut settings = database.settings();
    settings.statement_timeout = Duration::from_millis(500);
    let upgrade = || migrate::upgrade(&Database::new(&settings).unwrap(), UpgradeTarget::Head);
    let mut stranger = database.admin();
    // Other numbers are no obstacle; this one is the key by which upgrades exclude each other.
    let key = i64::from_be_bytes(*b"\0\0scribe");
    stranger.batch_execute(&format!("SELECT pg_advisory_lock({key})")).unwrap();
    let started = Instant::now();
    let refused = upgrade();
    assert!(matches!(refused, Err(MigrateError::Locked)), "{refused:?}");
    assert!(started.elapsed() < Duration::from_secs(10), "{:?}", started.elapsed());
    assert_eq!(database.tables(), 0);

    stranger
        .batch_execute(&format!("SELECT pg_advisory_unlock({key}); SELECT pg_advisory_lock({key} + 1)"))
        .unwrap();
    assert_eq!(upgrade().unwrap().len(), usize::try_from(migrate::head()).unwrap());
}
