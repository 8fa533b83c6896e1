//! Migrations: embedded in the binary, applied together or not at all, and each with its way back.
//!
//! refinery takes no lock, commits in pieces by default and knows no way back. Here everything happens in one unit of
//! work under an advisory lock that ends with the transaction, so that any number of `scribe db upgrade` may start at
//! once. `V6__add_a_column.sql` leads to version 6, and `V6__add_a_column.down.sql` back to 5.
mod adapter;
mod catalog;
mod drift;
mod error;
mod history;
pub mod revision;
mod schema;
mod unrecorded;

use std::time::Duration;

use postgres::types::Type;
use refinery_core::Target;

pub use self::{
    drift::{Drift, drift},
    error::MigrateError,
    history::{State, Version},
    schema::{Misfit, Schema, current},
    unrecorded::Unrecorded,
};
pub(super) use catalog::column_grants;

use super::{Cause, Database, DatabaseError, Transaction};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// What there is to know of a migration without running it.
#[derive(Debug)]
struct Known {
    version: i32,
    /// As in its file's name.
    name: &'static str,
    /// As refinery notes it in the history.
    checksum: u64,
    /// The statements that take it back.
    way_back: &'static str,
}

/// Every migration, oldest first; see build.rs.
const KNOWN: &[Known] = include!(concat!(env!("OUT_DIR"), "/known_migrations.rs"));

/// What a statement of a migration may take, since it may rewrite a table.
pub const STATEMENT_TIMEOUT: Duration = Duration::from_secs(300);

/// Names our advisory lock; any number will do that nobody else uses.
const LOCK: i64 = i64::from_be_bytes(*b"\0\0scribe");

/// How long a command waits for another one that changes the schema.
const PATIENCE: Duration = Duration::from_secs(60);

/// How long a statement of a migration waits for a table that somebody else holds. Meanwhile everybody else who wants
/// that table waits behind it.
const LOCK_PATIENCE: Duration = Duration::from_secs(10);

/// SQLSTATE `lock_not_available`.
const LOCK_NOT_AVAILABLE: &str = "55P03";

/// Where refinery keeps what was applied.
const HISTORY: &str = "refinery_schema_history";

/// How far to upgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UpgradeTarget {
    /// Everything this binary knows.
    Head,
    /// That many steps.
    Steps(i32),
    /// Up to and including a version.
    Version(i32),
}

/// How far to downgrade.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DowngradeTarget {
    /// That many steps.
    Steps(i32),
    /// Down to a version, which stays; 0 for an empty database.
    Version(i32),
}

/// One step that was taken, up or down.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SchemaStep {
    /// The version before, 0 for none.
    pub from: i32,
    /// The version after, 0 for none.
    pub to: i32,
    /// What the migration does or did, in words.
    pub what: String,
}

/// The newest version this binary knows.
pub fn head() -> i32 {
    KNOWN.last().map_or(0, |known| known.version)
}

/// The migration that leads to this version.
fn known(version: i32) -> Option<&'static Known> {
    KNOWN.iter().find(|known| known.version == version)
}

/// A migration's name in words.
fn what(name: &str) -> String {
    name.replace('_', " ")
}

/// Every version that this binary or the database knows, newest first, and what is wrong with that, without changing
/// anything.
pub fn history(database: &Database) -> Result<(Vec<Version>, Option<Misfit>), DatabaseError> {
    database.transaction("history", |tx| {
        let versions = history::compare(&history::read(tx)?);
        Ok((versions, schema::look(tx)?.misfit))
    })
}

fn history_exists(tx: &mut Transaction<'_>) -> Result<bool, DatabaseError> {
    tx.read_one("SELECT to_regclass($1) IS NOT NULL", &[(&HISTORY, Type::TEXT)], |row| row.try_get(0))
}

/// Applies what is pending up to the target, all of it or nothing, and tells each step. The database should be given
/// [`STATEMENT_TIMEOUT`], here and for every other change.
pub fn upgrade(database: &Database, target: UpgradeTarget) -> Result<Vec<SchemaStep>, MigrateError> {
    alone(database, "upgrade", None, |tx, before| {
        let version = match target {
            UpgradeTarget::Head => head(),
            UpgradeTarget::Steps(steps) => before.saturating_add(steps),
            UpgradeTarget::Version(version) => version,
        };
        up(tx, before, existing(version)?)
    })
}

/// Takes back what was applied above the target, newest first, all of it or nothing, and tells each step. What stood
/// in dropped tables and columns is lost. A target that is not below the present version changes nothing.
pub fn downgrade(database: &Database, target: DowngradeTarget) -> Result<Vec<SchemaStep>, MigrateError> {
    alone(database, "downgrade", None, |tx, before| {
        let version = match target {
            DowngradeTarget::Steps(steps) => before.saturating_sub(steps),
            DowngradeTarget::Version(version) => version,
        };
        down(tx, before, existing(version)?)
    })
}

/// Takes everything back and applies everything anew, or does nothing. All data is lost.
pub fn reset(database: &Database) -> Result<Vec<SchemaStep>, MigrateError> {
    alone(database, "reset", None, |tx, before| {
        let mut steps = down(tx, before, 0)?;
        steps.extend(up(tx, 0, head())?);
        Ok(steps)
    })
}

/// Makes the history say that the database is at a version (0 for none), and changes nothing else. Returns the
/// version before.
pub fn stamp(database: &Database, version: i32) -> Result<i32, MigrateError> {
    alone(database, "stamp", Some(version), |tx, before| {
        let version = existing(version)?;
        if version != before {
            history::stamp(tx, before, version)?;
        }
        Ok(before)
    })
}

/// Changes the schema in one unit of work while nobody else does, and finds out what happened when the answer to COMMIT
/// is lost. `work` gets the version that was reached, after the history was found to be one of ours, and the tables to
/// be nobody else's, or such as the stamp would say.
fn alone<T>(
    database: &Database,
    unit: &'static str,
    stamp: Option<i32>,
    work: impl FnOnce(&mut Transaction<'_>, i32) -> Result<T, MigrateError>,
) -> Result<T, MigrateError> {
    let mut done = None;
    let answer = database.transaction(unit, |tx| {
        lock(tx, database.statement_timeout())?;
        let Schema { applied, misfit, .. } = schema::look(tx)?;
        if let Some(misfit) = misfit.filter(|misfit| !misfit.allows(stamp)) {
            return Err(MigrateError::Misfit(misfit));
        }
        let value = work(tx, applied).map_err(|error| match error {
            MigrateError::Database(error) if is_lock_refused(&error) => MigrateError::TableHeld(error),
            other => other,
        })?;
        let number = tx.read_one("SELECT txid_current()", &[], |row| row.try_get(0))?;
        done = Some((number, value));
        Ok(())
    });
    match (answer, done) {
        (Ok(()), Some((_, value))) => Ok(value),
        (Err(MigrateError::Database(lost)), Some((number, value))) if lost.leaves_open() => {
            match outcome(database, unit, number) {
                Some(true) => Ok(value),
                Some(false) => Err(MigrateError::Database(lost)),
                None => Err(MigrateError::Unknown(lost)),
            }
        }
        (Err(error), _) => Err(error),
        // Work that has ended well has left its value.
        (Ok(()), None) => Err(MigrateError::Other("nothing was done".into())),
    }
}

/// Whether the transaction of this number was committed. Our lock is taken first: it is free as soon as that transaction
/// has ended, one way or the other. `None` if that cannot be found out.
fn outcome(database: &Database, unit: &'static str, number: i64) -> Option<bool> {
    const STATUS: &str = "SELECT txid_status($1)";
    let status: Result<Option<String>, MigrateError> = database.transaction(unit, |tx| {
        lock(tx, database.statement_timeout())?;
        Ok(tx.read_one(STATUS, &[(&number, Type::INT8)], |row| row.try_get(0))?)
    });
    match status.ok()??.as_str() {
        "committed" => Some(true),
        "aborted" => Some(false),
        _ => None,
    }
}

/// Waits until nobody else changes the schema; from here on no lock is waited for as long as that. A server that knows
/// how to (PostgreSQL 14) looks every two seconds whether we are still there: what we wait for, others wait for behind us.
fn lock(tx: &mut Transaction<'_>, statement: Duration) -> Result<(), MigrateError> {
    const NOTICE_OUR_END: &str = "DO $$ BEGIN
        PERFORM set_config('client_connection_check_interval', '2s', true);
        EXCEPTION WHEN OTHERS THEN NULL; END $$";
    let patience = (statement / 2).min(PATIENCE).as_millis();
    let sql = format!(
        "{NOTICE_OUR_END}; SET LOCAL lock_timeout = {patience}; SELECT pg_advisory_xact_lock({LOCK})"
    );
    tx.batch_execute(&sql)
        .map_err(|error| if is_lock_refused(&error) { MigrateError::Locked } else { error.into() })?;
    let patience = (statement / 2).min(LOCK_PATIENCE).as_millis();
    Ok(tx.batch_execute(&format!("SET LOCAL lock_timeout = {patience}"))?)
}

fn is_lock_refused(error: &DatabaseError) -> bool {
    matches!(&error.cause, Cause::Server { sqlstate, .. } if sqlstate == LOCK_NOT_AVAILABLE)
}

fn existing(version: i32) -> Result<i32, MigrateError> {
    if (0..=head()).contains(&version) { Ok(version) } else { Err(MigrateError::NoSuchTarget(version)) }
}

fn up(tx: &mut Transaction<'_>, before: i32, target: i32) -> Result<Vec<SchemaStep>, MigrateError> {
    if target <= before {
        return Ok(Vec::new());
    }
    adapter::run(tx, Target::Version(target))?;
    history::note_time(tx, before)?;
    let step = |m: &Known| SchemaStep { from: m.version - 1, to: m.version, what: what(m.name) };
    Ok(KNOWN.iter().map(step).filter(|step| (before..target).contains(&step.from)).collect())
}

fn down(tx: &mut Transaction<'_>, before: i32, target: i32) -> Result<Vec<SchemaStep>, MigrateError> {
    let mut steps = Vec::new();
    for Known { version, name, way_back, .. } in
        KNOWN.iter().rev().filter(|known| (target..before).contains(&(known.version - 1)))
    {
        tx.batch_execute(way_back)?;
        tx.batch_execute(&format!("DELETE FROM {HISTORY} WHERE version = {version}"))?;
        steps.push(SchemaStep { from: *version, to: version - 1, what: what(name) });
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_migration_in_the_folder_is_known_as_refinery_knows_it() {
        // refinery leaves out names that it does not understand, without a word.
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))
            .unwrap()
            .filter(|f| !f.as_ref().unwrap().file_name().to_string_lossy().ends_with(".down.sql"))
            .count();
        let versions: Vec<_> = KNOWN.iter().map(|known| known.version).collect();
        assert_eq!(versions, (1..=i32::try_from(files).unwrap()).collect::<Vec<_>>());
        let mut refinery: Vec<_> = embedded::migrations::runner()
            .get_migrations()
            .iter()
            .map(|m| (m.version(), m.name().to_owned(), m.checksum()))
            .collect();
        refinery.sort();
        let known: Vec<_> = KNOWN.iter().map(|m| (m.version, m.name.to_owned(), m.checksum)).collect();
        assert_eq!(known, refinery);
    }
}
