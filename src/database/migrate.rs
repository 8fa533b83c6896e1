//! Migrations: embedded in the binary, applied together or not at all.
//!
//! refinery takes no lock and commits in pieces by default. Here everything happens in one unit of work under an
//! advisory lock that ends with the transaction, so that any number of `scribe db upgrade` may start at once.
use std::{fmt, time::Duration};

use postgres::types::Type;
use refinery_core::{
    Migration, Target,
    error::Kind,
    traits::sync::{Migrate, Query, Transaction as RefineryTransaction},
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{Database, DatabaseError, Transaction};

mod embedded {
    refinery::embed_migrations!("migrations");
}

/// What a statement of a migration may take, since it may rewrite a table.
pub const STATEMENT_TIMEOUT: Duration = Duration::from_secs(300);

/// Names our advisory lock; any number will do that nobody else uses.
const LOCK: i64 = i64::from_be_bytes(*b"\0\0scribe");

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

/// One migration that was applied.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct AppliedStep {
    /// The version before, 0 for none.
    pub from: i32,
    /// The version after.
    pub to: i32,
    /// What it does, in words.
    pub what: String,
}

/// Where the schema stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct SchemaVersion {
    /// The newest applied version, 0 for none.
    pub applied: i32,
    /// The newest version this binary knows.
    pub head: i32,
}

/// Why an upgrade did not happen. Nothing was changed.
#[derive(Debug)]
pub enum MigrateError {
    /// The database, or a statement of a migration.
    Database(DatabaseError),
    /// The database holds a version that this binary does not know.
    Ahead(i32),
    /// The database holds another text of a version than this binary.
    Divergent(i32),
    /// The target does not exist.
    NoSuchTarget(i32),
    /// refinery refused for another reason.
    Other(String),
}

impl fmt::Display for MigrateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MigrateError::Database(error) => error.fmt(f),
            MigrateError::Ahead(version) => {
                write!(f, "the database is at version {version}, newer than this scribe")
            }
            MigrateError::Divergent(version) => {
                write!(f, "version {version} in the database is not the one that this scribe contains")
            }
            MigrateError::NoSuchTarget(version) => write!(f, "there is no version {version}"),
            MigrateError::Other(text) => f.write_str(text),
        }
    }
}

impl std::error::Error for MigrateError {}

impl From<DatabaseError> for MigrateError {
    fn from(error: DatabaseError) -> Self {
        MigrateError::Database(error)
    }
}

/// The newest version this binary knows.
pub fn head() -> i32 {
    embedded::migrations::runner().get_migrations().iter().map(Migration::version).max().unwrap_or(0)
}

/// Where the schema stands, without changing anything.
pub fn current(database: &Database) -> Result<SchemaVersion, DatabaseError> {
    let applied = database.transaction("schema version", applied_version)?;
    Ok(SchemaVersion { applied, head: head() })
}

/// 0 where the history table does not exist: nothing was ever applied.
pub(super) fn applied_version(tx: &mut Transaction<'_>) -> Result<i32, DatabaseError> {
    let exists = tx.query_typed("SELECT to_regclass($1) IS NOT NULL", &[(&HISTORY, Type::TEXT)])?;
    if !exists.first().is_some_and(|row| row.get::<_, bool>(0)) {
        return Ok(0);
    }
    let version = tx.query_typed(&format!("SELECT coalesce(max(version), 0) FROM {HISTORY}"), &[])?;
    Ok(version.first().map_or(0, |row| row.get(0)))
}

/// Applies what is pending up to the target, all of it or nothing, and tells each step. The database should be given
/// [`STATEMENT_TIMEOUT`].
pub fn upgrade(database: &Database, target: UpgradeTarget) -> Result<Vec<AppliedStep>, MigrateError> {
    database.transaction("upgrade", |tx| {
        tx.batch_execute(&format!("SET LOCAL lock_timeout = 0; SELECT pg_advisory_xact_lock({LOCK})"))?;
        let before = applied_version(tx)?;
        run(tx, before, target)
    })
}

fn run(
    tx: &mut Transaction<'_>,
    before: i32,
    target: UpgradeTarget,
) -> Result<Vec<AppliedStep>, MigrateError> {
    let version = match target {
        UpgradeTarget::Head => head(),
        UpgradeTarget::Steps(steps) => before.saturating_add(steps).min(head()),
        UpgradeTarget::Version(version) => version,
    };
    if !(0..=head()).contains(&version) {
        return Err(MigrateError::NoSuchTarget(version));
    }
    let runner = embedded::migrations::runner().set_grouped(true).set_target(Target::Version(version));
    let report = runner.run(&mut Refinery(tx)).map_err(explain)?;
    let mut from = before;
    Ok(report
        .applied_migrations()
        .iter()
        .map(|migration| AppliedStep {
            from: std::mem::replace(&mut from, migration.version()),
            to: migration.version(),
            what: migration.name().replace('_', " "),
        })
        .collect())
}

fn explain(error: refinery_core::Error) -> MigrateError {
    match error.kind() {
        Kind::MissingVersion(migration) => MigrateError::Ahead(migration.version()),
        Kind::DivergentVersion(migration, _) => MigrateError::Divergent(migration.version()),
        Kind::Connection(_, cause) => match cause.downcast_ref::<DatabaseError>() {
            Some(error) => MigrateError::Database(error.clone()),
            None => MigrateError::Other(cause.to_string()),
        },
        other => MigrateError::Other(other.to_string()),
    }
}

/// Lets refinery work inside our unit of work, with unnamed statements only.
struct Refinery<'a, 'b>(&'a mut Transaction<'b>);

impl RefineryTransaction for Refinery<'_, '_> {
    type Error = DatabaseError;

    fn execute<'a, T: Iterator<Item = &'a str>>(&mut self, queries: T) -> Result<usize, DatabaseError> {
        let mut count = 0;
        for query in queries {
            self.0.batch_execute(query)?;
            count += 1;
        }
        Ok(count)
    }
}

impl Query<Vec<Migration>> for Refinery<'_, '_> {
    fn query(&mut self, query: &str) -> Result<Vec<Migration>, DatabaseError> {
        let rows = self.0.query_typed(query, &[])?;
        Ok(rows.iter().map(migration).collect())
    }
}

impl Migrate for Refinery<'_, '_> {}

/// A row of the history table. A text that refinery did not write counts as divergent, never as a panic.
fn migration(row: &postgres::Row) -> Migration {
    let applied_on = OffsetDateTime::parse(row.get(2), &Rfc3339).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    let checksum = row.get::<_, String>(3).parse().unwrap_or_default();
    Migration::applied(row.get(0), row.get(1), applied_on, checksum)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_in_the_folder_is_in_the_binary() {
        // refinery leaves out names that it does not understand, without a word.
        let files = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/migrations"))
            .unwrap()
            .filter(|f| !f.as_ref().unwrap().file_name().to_string_lossy().ends_with(".down.sql"))
            .count();
        assert_eq!(embedded::migrations::runner().get_migrations().len(), files);
        assert_eq!(usize::try_from(head()), Ok(files));
    }
}
