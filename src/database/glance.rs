//! The queue at a glance, for somebody who watches it: one statement in one message, by indexes, and bounded whatever
//! the queue's length: only finished items are counted one by one, in an index.
use postgres::SimpleQueryRow;
use serde::Serialize;
use uuid::Uuid;

use super::{
    Database, DatabaseError, hints,
    queue_items::{claimable_from, lease_end},
};
use crate::queue::life::LEASE;

/// More items in work, or that are finished, are not listed.
const MOST_LISTED: usize = 8;

/// The pace is that of so many e-mails.
const MOST_PACED: usize = 20;

/// What is seen.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Glance {
    /// Can be claimed.
    pub waiting: u64,
    /// Can be claimed later.
    pub later: u64,
    /// Somebody works on them.
    pub working: u64,
    /// Somebody had them, and the lease is over.
    pub abandoned: u64,
    /// Their e-mails are stored.
    pub completed: u64,
    /// Were given up.
    pub failed: u64,
    /// Between two e-mails of late, the median: pauses do not count.
    pub milliseconds_each: Option<u64>,
    /// What is worked on, the oldest first.
    pub in_work: Vec<InWork>,
    /// What was finished last, the newest first.
    pub last: Vec<Finished>,
}

/// An item that somebody works on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct InWork {
    /// The row.
    pub id: Uuid,
    /// `None` where the database cannot hand it out.
    pub recipient_name: Option<String>,
    /// The step that was noted last.
    pub step: Option<String>,
    /// How long ago that was.
    pub step_seconds: u64,
    /// How often it was tried, this time included.
    pub attempts: u64,
}

/// An item that is finished.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finished {
    /// The e-mail, or the item that failed.
    pub id: Uuid,
    /// `None` where the database cannot hand it out.
    pub recipient_name: Option<String>,
    /// How it ended.
    pub outcome: Outcome,
    /// How long ago.
    pub seconds_ago: u64,
    /// Why it failed.
    pub error_message: Option<String>,
}

/// How an item ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Outcome {
    /// With an e-mail.
    Written,
    /// With one to look at more closely.
    Unsure,
    /// Without.
    Failed,
}

/// Looks.
pub fn glance(database: &Database) -> Result<Glance, DatabaseError> {
    const TEXTS: [&str; 3] =
        ["left(recipient_name::text, 200)", "left(current_step::text, 40)", "left(error_message::text, 400)"];
    // What cannot be read hides nothing but itself.
    let with = |texts| database.batch("watch", &sql(texts));
    let rows = with(TEXTS)
        .or_else(|error| if hints::is_unreadable(&error) { with(["NULL::text"; 3]) } else { Err(error) })?;
    read(&rows).ok_or_else(|| DatabaseError::unexpected("watch", "no numbers"))
}

/// Seconds since a time of any kind, however far it lies in the past or ahead.
fn since(time: &str) -> String {
    format!("extract(epoch FROM now() - greatest(least(({time})::timestamptz, now()), 'epoch'))::bigint")
}

fn sql([name, step, error]: [&str; 3]) -> String {
    let (lease, lease_end, claimable_from) = (LEASE.as_secs(), lease_end(), claimable_from());
    // Each step begins with a lease.
    let step_seconds =
        since(&format!("coalesce(lease_expires_at - interval '{lease} seconds', started_at, created_at)"));
    let [ended, stored] = ["completed_at", "created_at"].map(since);
    format!(
        "WITH paced AS (
            SELECT extract(epoch FROM created_at - lead(created_at) OVER (ORDER BY created_at DESC)) AS gap
            FROM (SELECT created_at FROM emails
                  WHERE created_at <= now()::timestamp AND created_at > now()::timestamp - interval '1 day'
                  ORDER BY created_at DESC LIMIT {MOST_PACED}) AS recent
         ), working AS (
            SELECT id, {name} AS name, {step} AS step, {step_seconds} AS seconds, attempts
            FROM queue_items WHERE status::text = 'PROCESSING' ORDER BY created_at, seq LIMIT {MOST_LISTED}
         ), failed AS (
            SELECT id, {name} AS name, {error} AS error, {ended} AS seconds
            FROM queue_items WHERE status::text = 'FAILED' ORDER BY completed_at DESC NULLS LAST LIMIT {MOST_LISTED}
         ), written AS (
            SELECT id, {name} AS name, is_confident IS FALSE AS is_unsure, {stored} AS seconds
            FROM emails WHERE created_at <= now()::timestamp ORDER BY created_at DESC LIMIT {MOST_LISTED}
         )
         SELECT 'unfinished' AS kind, NULL::uuid AS id, NULL::text AS name, NULL::text AS word,
                count(*) FILTER (WHERE status::text = 'PENDING' AND {claimable_from} <= now()) AS a,
                count(*) FILTER (WHERE status::text = 'PENDING' AND {claimable_from} > now()) AS b,
                count(*) FILTER (WHERE status::text = 'PROCESSING' AND {lease_end} >= now()) AS c,
                count(*) FILTER (WHERE status::text = 'PROCESSING' AND {lease_end} < now()) AS d
         FROM queue_items WHERE status::text IN ('PENDING', 'PROCESSING')
         UNION ALL
         SELECT 'finished', NULL, NULL, NULL,
                (SELECT count(*) FROM queue_items WHERE status::text = 'COMPLETED'),
                (SELECT count(*) FROM queue_items WHERE status::text = 'FAILED'),
                (SELECT (percentile_cont(0.5) WITHIN GROUP (ORDER BY gap) * 1000)::bigint FROM paced WHERE gap IS NOT NULL),
                NULL
         UNION ALL SELECT 'working', id, name, step, seconds, attempts, NULL, NULL FROM working
         UNION ALL SELECT 'failed', id, name, error, seconds, NULL, NULL, NULL FROM failed
         UNION ALL SELECT 'written', id, name, NULL, seconds, is_unsure::int, NULL, NULL FROM written"
    )
}

/// `None` only if the server sent something other than what was asked for.
fn read(rows: &[SimpleQueryRow]) -> Option<Glance> {
    let mut glance = Glance::default();
    for row in rows {
        let text = |column: &str| row.try_get(column).ok().flatten().map(String::from);
        let number = |column: &str| row.try_get(column).ok().flatten().and_then(|it| it.parse::<u64>().ok());
        let id = || text("id").and_then(|id| id.parse().ok());
        let finished = |outcome| {
            let (recipient_name, error_message) = (text("name"), text("word"));
            Some(Finished { id: id()?, recipient_name, outcome, seconds_ago: number("a")?, error_message })
        };
        match text("kind")?.as_str() {
            "unfinished" => {
                (glance.waiting, glance.later) = (number("a")?, number("b")?);
                (glance.working, glance.abandoned) = (number("c")?, number("d")?);
            }
            "finished" => {
                (glance.completed, glance.failed) = (number("a")?, number("b")?);
                glance.milliseconds_each = number("c");
            }
            "working" => glance.in_work.push(InWork {
                id: id()?,
                recipient_name: text("name"),
                step: text("word"),
                step_seconds: number("a")?,
                attempts: number("b")?,
            }),
            "failed" => glance.last.push(finished(Outcome::Failed)?),
            _ if number("b") == Some(1) => glance.last.push(finished(Outcome::Unsure)?),
            _ => glance.last.push(finished(Outcome::Written)?),
        }
    }
    glance.last.sort_by_key(|it| it.seconds_ago);
    glance.last.truncate(MOST_LISTED);
    Some(glance)
}
