//! Where the schema of a database stands: the one judgement that `db check`, doctor, the daemon and every change share.
use std::fmt;

use super::{Unrecorded, head, history, unrecorded};
use crate::{
    condition::{self, Condition},
    database::{Database, DatabaseError, Transaction},
};

/// Where the schema stands.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Schema {
    /// The newest version in the database's history, 0 for none.
    pub applied: i32,
    /// The newest version this binary knows.
    pub head: i32,
    /// Why scribe does not work on it; `None` at head.
    pub misfit: Option<Misfit>,
}

/// How a schema does not fit this binary.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Misfit {
    /// Migrations are pending.
    Pending {
        /// The version that was reached, 0 for none.
        applied: i32,
    },
    /// The database holds a version that this binary does not know.
    Ahead {
        /// Which.
        version: i32,
    },
    /// The database holds another text of a version than this binary.
    Divergent {
        /// Which.
        version: i32,
    },
    /// The history holds a later version, but not this one.
    Gap {
        /// Which.
        version: i32,
    },
    /// Without a history of scribe's, tables stand under the names of scribe's.
    #[serde(untagged)]
    Unrecorded(Unrecorded),
}

/// Where the schema stands, without changing anything.
pub fn current(database: &Database) -> Result<Schema, DatabaseError> {
    database.transaction("schema version", look)
}

/// The same inside a unit of work.
pub(super) fn look(tx: &mut Transaction<'_>) -> Result<Schema, DatabaseError> {
    let history = history::read(tx)?;
    let head = head();
    let misfit = match history::verify(&history) {
        Err(misfit) => Some(misfit),
        Ok(applied) => {
            let pending = (applied < head).then_some(Misfit::Pending { applied });
            let unrecorded = if applied == 0 { unrecorded::look(tx)? } else { None };
            unrecorded.map(Misfit::Unrecorded).or(pending)
        }
    };
    Ok(Schema { applied: history::newest(&history), head, misfit })
}

impl Misfit {
    /// The row of the table.
    pub fn condition(&self) -> &'static Condition {
        match self {
            Misfit::Pending { .. } => &condition::DATABASE_NOT_MIGRATED,
            Misfit::Ahead { .. } => &condition::DATABASE_AHEAD,
            Misfit::Divergent { .. } | Misfit::Gap { .. } => &condition::DATABASE_HISTORY,
            Misfit::Unrecorded(_) => &condition::DATABASE_UNRECORDED,
        }
    }

    /// What it is known by, each a clause.
    pub fn signs(&self) -> Vec<String> {
        match self {
            Misfit::Unrecorded(unrecorded) => unrecorded.signs(),
            _ => Vec::new(),
        }
    }

    /// What to do, in a sentence or two.
    pub fn remedy(&self) -> String {
        match self {
            Misfit::Unrecorded(unrecorded) => unrecorded.remedy(),
            other => other.condition().remedy.into(),
        }
    }

    /// Whether one of scribe's own commands puts it right.
    pub fn is_open(&self) -> bool {
        matches!(self, Misfit::Pending { .. } | Misfit::Unrecorded(Unrecorded::Adoptable { .. }))
    }

    /// Whether a change of the schema may begin here, and the stamp would say the truth.
    pub(super) fn allows(&self, stamp: Option<i32>) -> bool {
        match self {
            Misfit::Pending { .. } => true,
            Misfit::Unrecorded(unrecorded) => unrecorded.is_adopted_by(stamp),
            Misfit::Ahead { .. } | Misfit::Divergent { .. } | Misfit::Gap { .. } => false,
        }
    }
}

impl fmt::Display for Misfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let head = head();
        match self {
            Misfit::Pending { applied } => {
                write!(f, "{} pending migration(s): at {applied} of {head}", head - applied)
            }
            Misfit::Ahead { version } => {
                write!(f, "the database is at version {version}, newer than this scribe's {head}")
            }
            Misfit::Divergent { version } => {
                write!(f, "version {version} in the database is not the one that this scribe contains")
            }
            Misfit::Gap { version } => {
                write!(f, "the database's history holds later versions, but not version {version}")
            }
            Misfit::Unrecorded(unrecorded) => unrecorded.fmt(f),
        }
    }
}
