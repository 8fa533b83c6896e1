//! What `db check` and `db info` ask of a database.
use super::{Database, DatabaseError, migrate};

/// A database as it presents itself.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Info {
    /// `server_version`, e.g. `15.18 (Debian 15.18-0+deb12u1)`.
    pub server_version: String,
    /// The role that scribe is.
    pub role: String,
    /// Where the schema stands.
    pub schema: migrate::Schema,
}

/// Connects and asks.
pub fn info(database: &Database) -> Result<Info, DatabaseError> {
    database.transaction("info", |tx| {
        let rows = tx.query_typed("SELECT current_setting('server_version'), current_user::text", &[])?;
        Ok(Info {
            server_version: rows[0].get(0), // a SELECT without FROM gives exactly one row
            role: rows[0].get(1),
            schema: migrate::look(tx)?,
        })
    })
}
