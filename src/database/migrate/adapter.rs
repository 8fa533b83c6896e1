//! refinery inside our unit of work: its own driver uses named statements and commits in pieces.
use postgres::Row;
use refinery_core::{
    Migration, Target,
    error::Kind,
    traits::sync::{Migrate, Query, Transaction as RefineryTransaction},
};
use time::{OffsetDateTime, format_description::well_known::Rfc3339};

use super::{MigrateError, embedded};
use crate::database::{DatabaseError, Transaction};

/// Runs or records what is pending up to the target.
pub(super) fn run(tx: &mut Transaction<'_>, target: Target) -> Result<(), MigrateError> {
    let runner = embedded::migrations::runner().set_grouped(true).set_target(target);
    runner.run(&mut Refinery(tx)).map(|_| ()).map_err(|error| match error.kind() {
        Kind::Connection(_, cause) => match cause.downcast_ref::<DatabaseError>() {
            Some(error) => MigrateError::Database(error.clone()),
            None => MigrateError::Other(cause.to_string()),
        },
        other => MigrateError::Other(other.to_string()),
    })
}

/// Lets refinery work with unnamed statements only.
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
        self.0.read(query, &[], migration)
    }
}

impl Migrate for Refinery<'_, '_> {}

/// A row of the history table. A text that refinery did not write counts as divergent, never as a panic.
fn migration(row: &Row) -> Result<Migration, postgres::Error> {
    let text = |column| Ok(row.try_get::<_, Option<String>>(column)?.unwrap_or_default());
    let applied_on = OffsetDateTime::parse(&text(2)?, &Rfc3339).unwrap_or(OffsetDateTime::UNIX_EPOCH);
    Ok(Migration::applied(row.try_get(0)?, text(1)?, applied_on, text(3)?.parse().unwrap_or_default()))
}
