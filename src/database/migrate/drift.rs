//! Drift: how the live schema differs from what the migrations make.
use super::{Foreign, SchemaVersion, applied_version, catalog, foreign, head};
use crate::database::{Database, DatabaseError};

/// How a database differs from what the migrations make, one sentence for each difference. Only a database at head has
/// differences: below it migrations are pending, above it this binary knows nothing.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Drift {
    /// Where the schema stands.
    #[serde(flatten)]
    pub schema: SchemaVersion,
    /// What is missing, or not as it should be.
    pub missing: Vec<String>,
    /// What somebody added to scribe's tables, which scribe can live with.
    pub additional: Vec<String>,
    /// Whose tables these are, where they have no history of scribe's.
    pub foreign: Option<Foreign>,
}

/// Holds the live catalog against that of the migrations, in one unit of work that can change nothing. Everything in
/// `public` that is not on scribe's tables is passed over.
pub fn drift(database: &Database) -> Result<Drift, DatabaseError> {
    database.transaction("drift", |tx| {
        tx.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
        let schema = SchemaVersion { applied: applied_version(tx)?, head: head() };
        let foreign = foreign::look(tx, schema.applied)?;
        let mut drift = Drift { schema, missing: Vec::new(), additional: Vec::new(), foreign };
        if drift.schema.applied == drift.schema.head {
            let live = catalog::read(tx)?;
            let found = catalog::at(drift.schema.head, &live).compare(&live.catalog);
            (drift.missing, drift.additional) = (found.missing, found.additional);
        }
        Ok(drift)
    })
}
