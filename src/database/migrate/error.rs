//! Why the schema was not changed.
use std::fmt;

use super::Foreign;
use crate::database::DatabaseError;

/// Why a change of the schema did not happen. Nothing was changed.
#[derive(Debug)]
pub enum MigrateError {
    /// The database, or a statement of a migration.
    Database(DatabaseError),
    /// The database holds a version that this binary does not know.
    Ahead(i32),
    /// The database holds another text of a version than this binary.
    Divergent(i32),
    /// The history holds a later version, but not this one.
    Gap(i32),
    /// Somebody else was changing the schema all the while.
    Locked,
    /// Without a history of scribe's, tables stand under the names of scribe's.
    Foreign(Foreign),
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
            MigrateError::Gap(version) => {
                write!(f, "the database's history holds later versions, but not version {version}")
            }
            MigrateError::Locked => f.write_str("another command is changing the schema of this database"),
            MigrateError::Foreign(foreign) => foreign.fmt(f),
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
