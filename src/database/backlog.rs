//! What waits in the queue, as a claim finds it: counted in the same statement, so that nobody connects for it.
use std::time::Duration;

use postgres::SimpleQueryRow;

use super::{Cause, Database, DatabaseError, Phase, queue_items::IN_INDEX_ORDER};

/// No more unfinished items are looked at, in the order of a claim: a queue of any length adds only so much to one.
pub const MOST_COUNTED: u64 = 1000;

/// How long it has been an item's turn: not at all before its time, and since 1970 where that lies in the infinite past.
pub(super) const TURN_FOR: &str = "now() - greatest(least(available_at, now()), 'epoch')";

/// What waits.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Backlog {
    /// How many items are PENDING, those that are put off among them; [`MOST_COUNTED`] also stands for more.
    pub waiting: u64,
    /// How long it has been the longest waiting one's turn, by the database's clock; zero where nobody's time has come.
    pub oldest: Duration,
}

impl Backlog {
    /// The query whose row is [read](Backlog::read), over the items for which `is_meant` holds, our own words.
    pub(super) fn query(is_meant: &str) -> String {
        format!(
            "SELECT count(*) AS waiting, coalesce(extract(epoch FROM max({TURN_FOR})), 0) AS oldest_seconds
             FROM (
                SELECT id, status, available_at FROM queue_items WHERE status::text IN ('PENDING', 'PROCESSING')
                ORDER BY created_at, seq LIMIT {MOST_COUNTED}
             ) AS unfinished
             WHERE status::text = 'PENDING' AND {is_meant}"
        )
    }

    /// `None` only if the server sent something other than what was asked for.
    pub(super) fn read(row: &SimpleQueryRow) -> Option<Backlog> {
        let waiting = row.try_get("waiting").ok()??.parse().ok()?;
        Some(Backlog { waiting, oldest: seconds(row, "oldest_seconds")? })
    }

    /// Looks at the queue without a claim.
    pub fn look(database: &Database) -> Result<Backlog, DatabaseError> {
        let rows = database.batch("backlog", &format!("{IN_INDEX_ORDER}; {}", Backlog::query("TRUE")))?;
        rows.first().and_then(Backlog::read).ok_or_else(|| DatabaseError {
            unit: "backlog",
            phase: Phase::Working,
            cause: Cause::Unexpected("no number of items".into()),
        })
    }
}

/// `None` where the column is null, or no time that can be.
pub(super) fn seconds(row: &SimpleQueryRow, column: &str) -> Option<Duration> {
    Duration::try_from_secs_f64(row.try_get(column).ok()??.parse().ok()?).ok()
}
