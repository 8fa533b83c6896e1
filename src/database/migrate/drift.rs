//! Drift: how the live schema differs from what the migrations make.
use super::{Schema, catalog, schema};
use crate::database::{Database, DatabaseError};

/// How a database differs from what the migrations make, one sentence for each difference. Only a database at head has
/// differences: elsewhere its misfit says what is wrong.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Drift {
    /// Where the schema stands.
    #[serde(flatten)]
    pub schema: Schema,
    /// What is missing, or not as it should be.
    pub missing: Vec<String>,
    /// What somebody added to scribe's tables, which scribe can live with.
    pub additional: Vec<String>,
}

impl Drift {
    /// What to do about what is missing.
    pub const REMEDY: &str = "put it back in SQL of your own, or restore a backup";
}

/// Holds the live catalog against that of the migrations, in one unit of work that can change nothing. Everything in
/// `public` that is not on scribe's tables is passed over.
pub fn drift(database: &Database) -> Result<Drift, DatabaseError> {
    database.transaction("drift", |tx| {
        tx.batch_execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")?;
        let mut drift = Drift { schema: schema::look(tx)?, missing: Vec::new(), additional: Vec::new() };
        if drift.schema.misfit.is_none() {
            let live = catalog::read(tx)?;
            let found = catalog::at(drift.schema.head, &live).compare(&live.catalog);
            (drift.missing, drift.additional) = (found.missing, found.additional);
        }
        Ok(drift)
    })
}
