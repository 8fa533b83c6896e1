//! The table `model_days`: what the language models of a day may have cost, for all scribes on this database together.
//!
//! Only numbers go in, so each unit is one message. When the answer to a reservation is lost, nobody knows whether it was
//! made; the call is then not made, and what may have been set aside stays spent: a little too much rather than too little.
use super::{Database, DatabaseError};
use crate::{config::MicroUsd, model::Day};

/// Today by the database's clock, UTC.
const TODAY: &str = "(now() AT TIME ZONE 'UTC')::date";

/// More than any budget: no row grows further, whatever a service says that it used.
const MOST: u64 = 1_000_000_000_000_000;

/// The row as it counts. People may have edited it, and below nothing it is nothing.
const SPENT: &str = "greatest(spent_micro_usd, 0)";

/// Sets an amount aside in today's row, unless more than the cap would then be spent. `None`: so much is not left.
pub fn reserve(
    database: &Database,
    MicroUsd(amount): MicroUsd,
    MicroUsd(cap): MicroUsd,
) -> Result<Option<Day>, DatabaseError> {
    let (amount, cap) = (amount.min(MOST), cap.min(MOST));
    // One statement: of two that meet at the row, the second sees what the first has written.
    let sql = format!(
        "INSERT INTO model_days AS today (day, spent_micro_usd)
         SELECT {TODAY}, {amount} WHERE {amount}::bigint <= {cap}
         ON CONFLICT (day) DO UPDATE SET spent_micro_usd = greatest(today.spent_micro_usd, 0) + {amount}
         WHERE today.spent_micro_usd <= {cap}::bigint - {amount}
         RETURNING day - DATE '1970-01-01'"
    );
    let rows = database.batch("reserve", &sql)?;
    let day = |row: &postgres::SimpleQueryRow| row.try_get(0).ok()??.parse().ok().map(Day);
    rows.first()
        .map(|row| day(row).ok_or_else(|| DatabaseError::unexpected("reserve", "no number")))
        .transpose()
}

/// Puts a reservation right by the difference between what was set aside and what it did cost. A day whose row is gone
/// stays gone.
pub fn correct(
    database: &Database,
    Day(day): Day,
    MicroUsd(reserved): MicroUsd,
    MicroUsd(spent): MicroUsd,
) -> Result<(), DatabaseError> {
    let (reserved, spent) = (reserved.min(MOST), spent.min(MOST));
    let sql = format!(
        "UPDATE model_days
         SET spent_micro_usd = greatest(least(least({SPENT}, {MOST}) - {reserved} + {spent}, {MOST}), 0)
         WHERE day = DATE '1970-01-01' + ({day})"
    );
    database.batch("correct", &sql).map(drop)
}

/// What is spent or set aside today.
pub fn spent_today(database: &Database) -> Result<MicroUsd, DatabaseError> {
    let sql = format!("SELECT coalesce(sum({SPENT}), 0) FROM model_days WHERE day = {TODAY}");
    let rows = database.batch("budget", &sql)?;
    let spent = rows.first().and_then(|row| row.try_get(0).ok()??.parse().ok().map(MicroUsd));
    spent.ok_or_else(|| DatabaseError::unexpected("budget", "no number"))
}
