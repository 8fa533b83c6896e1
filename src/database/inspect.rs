//! What a support person would ask of a database. Nothing is changed.
use std::time::{Instant, SystemTime, UNIX_EPOCH};

use postgres::{Row, SimpleQueryMessage};

use super::{
    Cause, Database, DatabaseError, Session, migrate,
    queue_items::{claimable_from, lease_end},
};

/// The server as it presents itself.
#[derive(Debug, Clone, PartialEq)]
pub struct Server {
    /// `server_version`, e.g. `15.18 (Debian 15.18-0+deb12u1)`.
    pub version: String,
    /// `server_version_num`, e.g. 150018.
    pub version_number: i32,
    /// `server_encoding`, e.g. `UTF8`.
    pub encoding: String,
    /// The role that scribe is.
    pub role: String,
    /// The database that scribe is in.
    pub database: String,
    /// By how many seconds the server's clock is ahead of this machine's.
    pub clock_ahead: f64,
    /// Half the round trip in seconds: by so much `clock_ahead` may be wrong.
    pub clock_doubt: f64,
}

/// Logs in and asks who is there.
pub fn server(database: &Database) -> Result<Server, DatabaseError> {
    const SERVER: &str = "
        SELECT current_setting('server_version'), current_setting('server_version_num')::int, current_user::text,
               current_database()::text, extract(epoch FROM clock_timestamp())::float8,
               current_setting('server_encoding')";
    database.transaction("doctor", |tx| {
        let (clock, started) = (SystemTime::now(), Instant::now());
        tx.read_one(SERVER, &[], |row| {
            let doubt = started.elapsed().as_secs_f64() / 2.0;
            // A clock before 1970 is shown as 1970: wrong by decades either way.
            let here = clock.duration_since(UNIX_EPOCH).unwrap_or_default().as_secs_f64() + doubt;
            Ok(Server {
                version: row.try_get(0)?,
                version_number: row.try_get(1)?,
                role: row.try_get(2)?,
                database: row.try_get(3)?,
                clock_ahead: row.try_get::<_, f64>(4)? - here,
                clock_doubt: doubt,
                encoding: row.try_get(5)?,
            })
        })
    })
}

/// What stands between scribe and the server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pooling {
    /// Nothing: a server process for each connection.
    Direct,
    /// A pooler that hands out a server process for a transaction.
    Transaction,
    /// A pooler that hands out a server process for as long as a connection lasts.
    Session,
    /// The server does not tell enough.
    Unclear,
}

/// How often two connections are asked for their server process. In transaction mode the first time usually tells.
const ROUNDS: usize = 3;

/// How often a new connection is looked at, for one that a pooler had used before.
const RETURNS: usize = 2;

/// Two connections on which nothing is under way get the same server process, or one of them gets another than before:
/// only a pooler in transaction mode does that. Otherwise, a new connection on a server process that is older than
/// itself: only a pooler in session mode does that. The port that the server sees proves nothing, since routers
/// change it.
pub fn pooling(database: &Database) -> Result<Pooling, DatabaseError> {
    let (mut one, mut other) = (database.open("doctor")?, database.open("doctor")?);
    let mut seen = Vec::new();
    let mut clock = 0.0;
    for _ in 0..ROUNDS {
        let (first, second) = (back_end(&mut one)?, back_end(&mut other)?);
        clock = second.clock;
        seen.push((first.pid, second.pid));
    }
    one.close();
    other.close();
    if seen.iter().any(|pids| pids.0 == pids.1 || *pids != seen[0]) {
        return Ok(Pooling::Transaction);
    }
    for _ in 0..RETURNS {
        let mut session = database.open("doctor")?;
        let third = back_end(&mut session)?;
        session.close();
        match third.started {
            None => return Ok(Pooling::Unclear),
            Some(started) if started < clock => return Ok(Pooling::Session),
            Some(_) => clock = third.clock,
        }
    }
    Ok(Pooling::Direct)
}

/// A server process. Times are seconds since 1970 by the server's clock.
struct BackEnd {
    pid: i64,
    started: Option<f64>,
    clock: f64,
}

/// Asks outside any transaction: a pooler is free to choose.
fn back_end(session: &mut Session) -> Result<BackEnd, DatabaseError> {
    const BACK_END: &str = "
        SELECT pg_catalog.pg_backend_pid(), extract(epoch FROM pg_catalog.clock_timestamp()),
               (SELECT extract(epoch FROM backend_start) FROM pg_catalog.pg_stat_activity
                WHERE pid = pg_catalog.pg_backend_pid())";
    let messages = session.run(|client| client.simple_query(BACK_END))?;
    let row = messages.into_iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    });
    let number = |column: usize| row.as_ref()?.try_get(column).ok()??.parse::<f64>().ok();
    match (number(0), number(1)) {
        #[expect(clippy::cast_possible_truncation, reason = "a process number is a whole number of 32 bits")]
        (Some(pid), Some(clock)) => Ok(BackEnd { pid: pid as i64, started: number(2), clock }),
        _ => Err(session.error(Cause::Unexpected("no answer to a plain question".into()))),
    }
}

/// Scribe's tables, as SQL.
const TABLES: &str = "ARRAY['users', 'emails', 'queue_items', 'model_days', 'refinery_schema_history']";

/// One of scribe's tables, as the role sees it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Table {
    /// Its name.
    pub name: String,
    /// Whether row level security is on.
    pub row_security: bool,
    /// Whether it hides rows from scribe's own role.
    pub hidden: bool,
    /// What the role may not do, e.g. `INSERT, UPDATE`; empty where it may do all that scribe does.
    pub missing: String,
}

/// A privilege that somebody holds beyond what the migrations leave them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Excess {
    /// `anon`, `authenticated` or `public`.
    pub role: String,
    /// E.g. `TABLE users`.
    pub object: String,
    /// E.g. `INSERT, UPDATE` or `SELECT (attempts)`.
    pub privileges: String,
}

/// Scribe's tables that exist, and who may do too much with them.
pub fn access(database: &Database) -> Result<(Vec<Table>, Vec<Excess>), DatabaseError> {
    let own = format!(
        "
        SELECT t.name, c.relrowsecurity, row_security_active(c.oid),
               (SELECT coalesce(string_agg(p, ', ' ORDER BY place), '')
                FROM unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE']) WITH ORDINALITY AS p (p, place)
                WHERE NOT has_table_privilege(c.oid, p))
        FROM unnest({TABLES}) WITH ORDINALITY AS t (name, place)
        JOIN pg_class c ON c.oid = to_regclass(t.name) ORDER BY t.place"
    );
    let table = |row: &Row| {
        Ok(Table {
            name: row.try_get(0)?,
            row_security: row.try_get(1)?,
            hidden: row.try_get(2)?,
            missing: row.try_get(3)?,
        })
    };
    let beyond = |row: &Row| {
        Ok(Excess { role: row.try_get(0)?, object: row.try_get(1)?, privileges: row.try_get(2)? })
    };
    database.transaction("doctor", |tx| Ok((tx.read(&own, &[], table)?, tx.read(&excess(), &[], beyond)?)))
}

/// Whole tables, then columns, then the sequence, but for the columns that V5 grants.
fn excess() -> String {
    let granted: Vec<String> = migrate::column_grants()
        .map(|(table, privilege, column)| format!("('{table}', '{privilege}', '{column}')"))
        .collect();
    let granted = granted.join(", ");
    format!(
        "
    WITH stranger (role) AS (
        SELECT 'public'::name UNION ALL SELECT rolname FROM pg_roles WHERE rolname IN ('anon', 'authenticated')
    ), ours (name, oid) AS (
        SELECT t, to_regclass(t)::oid FROM unnest({TABLES}) t
        WHERE to_regclass(t) IS NOT NULL
    ), whole AS (
        SELECT role, name, oid, p FROM stranger, ours,
            unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'DELETE', 'TRUNCATE', 'REFERENCES', 'TRIGGER']) p
        WHERE has_table_privilege(role, oid, p)
    ), granted (name, p, attname) AS (VALUES {granted}
    ), single AS (
        SELECT role, o.name, p, a.attname FROM stranger, ours o, pg_attribute a,
            unnest(ARRAY['SELECT', 'INSERT', 'UPDATE', 'REFERENCES']) AS wanted (p)
        WHERE a.attrelid = o.oid AND a.attnum > 0 AND NOT a.attisdropped
          AND has_column_privilege(role, o.oid, a.attnum, p) AND NOT has_table_privilege(role, o.oid, p)
          AND NOT (role = 'authenticated' AND EXISTS (
              SELECT FROM granted g WHERE (g.name, g.p, g.attname) = (o.name, wanted.p, a.attname)))
    ), sequence AS (
        -- Not by its name: another sequence may have taken that before.
        SELECT role, s.relname AS name, p FROM stranger, ours o, pg_depend d, pg_class s,
            unnest(ARRAY['SELECT', 'UPDATE', 'USAGE']) p
        WHERE d.refclassid = 'pg_class'::regclass::oid AND d.refobjid = o.oid AND d.classid = d.refclassid
          AND d.objid = s.oid AND s.relkind = 'S' AND has_sequence_privilege(role, s.oid, p)
    )
    SELECT role::text, 'TABLE ' || name, string_agg(p, ', ' ORDER BY p) FROM whole GROUP BY role, name
    UNION ALL
    SELECT role::text, 'TABLE ' || name, p || ' (' || string_agg(attname::text, ', ' ORDER BY attname) || ')'
    FROM single GROUP BY role, name, p
    UNION ALL
    SELECT role::text, 'SEQUENCE ' || name::text, string_agg(p, ', ' ORDER BY p) FROM sequence GROUP BY role, name
    ORDER BY 1, 2, 3"
    )
}

/// The queue in numbers.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rows {
    /// PENDING.
    pub waiting: i64,
    /// How many seconds ago the oldest item was queued that could be claimed now.
    pub oldest_seconds: Option<i64>,
    /// PROCESSING, under a lease.
    pub working: i64,
    /// PROCESSING, with a lease that is over.
    pub stuck: i64,
    /// COMPLETED.
    pub completed: i64,
    /// FAILED.
    pub failed: i64,
    /// Items with another status, which nobody ever claims.
    pub odd: i64,
    /// Those statuses, a few of them.
    pub odd_statuses: String,
}

/// Counts the queue.
pub fn rows(database: &Database) -> Result<Rows, DatabaseError> {
    let (claimable_from, lease_end) = (claimable_from(), lease_end());
    let rows = format!(
        "
        WITH item AS (
            SELECT status::text, created_at AT TIME ZONE 'UTC' AS created_at,
                   {claimable_from} AS claimable_from,
                   status::text NOT IN ('PENDING', 'PROCESSING', 'COMPLETED', 'FAILED') AS odd,
                   {lease_end} < now() AS over
            FROM queue_items
        )
        SELECT count(*) FILTER (WHERE status = 'PENDING'),
               extract(epoch FROM now() - min(created_at) FILTER (WHERE status = 'PENDING' AND claimable_from <= now()))::bigint,
               count(*) FILTER (WHERE status = 'PROCESSING' AND NOT over),
               count(*) FILTER (WHERE status = 'PROCESSING' AND over),
               count(*) FILTER (WHERE status = 'COMPLETED'),
               count(*) FILTER (WHERE status = 'FAILED'),
               count(*) FILTER (WHERE odd),
               coalesce((SELECT string_agg(status, ', ') FROM (
                   SELECT DISTINCT status FROM item WHERE odd ORDER BY 1 LIMIT 5) few), '')
        FROM item"
    );
    let counts = |row: &Row| {
        Ok(Rows {
            waiting: row.try_get(0)?,
            oldest_seconds: row.try_get(1)?,
            working: row.try_get(2)?,
            stuck: row.try_get(3)?,
            completed: row.try_get(4)?,
            failed: row.try_get(5)?,
            odd: row.try_get(6)?,
            odd_statuses: row.try_get(7)?,
        })
    };
    database.transaction("doctor", |tx| tx.read_one(&rows, &[], counts))
}
