//! Why the schema was not changed.
use std::fmt;

use super::Misfit;
use crate::database::DatabaseError;

/// Why a change of the schema did not happen. Nothing was changed, unless it says that this is unknown.
#[derive(Debug)]
pub enum MigrateError {
    /// The database, or a statement of a migration.
    Database(DatabaseError),
    /// The schema is not one that this scribe may change.
    Misfit(Misfit),
    /// Somebody else was changing the schema all the while.
    Locked,
    /// Somebody else holds a table that is to be changed.
    TableHeld(DatabaseError),
    /// The answer to COMMIT was lost, and what came of it cannot be found out.
    Unknown(DatabaseError),
    /// The target does not exist.
    NoSuchTarget(i32),
    /// refinery refused for another reason.
    Other(String),
}

impl fmt::Display for MigrateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            MigrateError::Database(error) => error.fmt(f),
            MigrateError::Misfit(misfit) => misfit.fmt(f),
            MigrateError::Locked => f.write_str("another command is changing the schema of this database"),
            MigrateError::TableHeld(error) => {
                write!(f, "somebody else holds a table that is to be changed: {error}")
            }
            MigrateError::Unknown(error) => {
                write!(f, "the schema may have been changed, or not: the answer is lost: {error}")
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
