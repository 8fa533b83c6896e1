//! Claiming: the item that is next becomes ours, in one message, and what it asks for is read.
use std::{fmt, time::Duration};

use postgres::SimpleQueryRow;
use uuid::Uuid;

use crate::{
    database::{
        Backlog, Database, DatabaseError,
        backlog::{TURN_FOR, seconds},
        hints,
    },
    pipeline::{Fields, MAX_TEMPLATE_BYTES, Request, Step},
    queue::{
        Claim, ClaimToken, RunId,
        life::{LEASE, LONGEST_LEASE, LONGEST_PUT_OFF},
    },
};

/// An item that is ours until its lease runs out.
#[derive(Debug, Clone)]
pub struct Claimed {
    /// Our right to it.
    pub claim: Claim,
    /// How often it has been tried, this time included.
    pub attempts: i32,
    /// What to write, and to whom.
    pub request: Result<Request, Unfit>,
    /// How long it had been its turn, by the database's clock, unless it was taken from somebody.
    pub waited: Option<Duration>,
}

/// Which of the items that may be claimed a claim takes.
#[derive(Debug, Clone, Copy, Default)]
pub struct Reach {
    /// Leaves alone what others held: they may be back in a moment and store what they finished.
    pub leaves_others: bool,
    /// Leaves alone what began to wait more recently, see [`Turns`](crate::queue::turns::Turns).
    pub least_wait: Duration,
}

/// What a claim found.
#[derive(Debug, Clone)]
pub struct Polled {
    /// The item that is ours from now on; `None`: nothing may be claimed.
    pub item: Option<Claimed>,
    /// What waits besides.
    pub backlog: Backlog,
}

/// Why a row gives no request. Displayed to its owner, with what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unfit {
    /// The template has so many bytes; a longer one than scribe takes is not even transferred.
    TooLong(i64),
    /// The database cannot hand out the row's texts.
    Unreadable(DatabaseError),
}

impl fmt::Display for Unfit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unfit::TooLong(bytes) => write!(
                f,
                "the template has {bytes} bytes; at most {MAX_TEMPLATE_BYTES} are allowed, so shorten it and queue \
                 the recipient again"
            ),
            Unfit::Unreadable(error) => write!(
                f,
                "the database cannot read the texts of this item, or its sender's name: {error}; they are damaged or \
                 not UTF-8, so mend them and `scribe queue retry` it, or queue the recipient again"
            ),
        }
    }
}

/// Keeps the planner from reading the whole queue to sort it, as it does for a table that was filled a moment ago and of
/// which it knows nothing yet: what is asked for stands in the index in its order.
pub(in crate::database) const IN_INDEX_ORDER: &str = "SET LOCAL enable_sort = off";

/// When a lease ends, for rows from before there were leases too; see [`Item::is_claimable`](crate::queue::life::Item).
/// What lies further ahead than any claim reaches was written by a clock that was wrong, and holds nobody off; nor is a
/// date that cannot be counted on from ever counted on from.
pub(in crate::database) fn lease_end() -> String {
    let longest = LONGEST_LEASE.as_secs();
    format!(
        "CASE WHEN coalesce(lease_expires_at, started_at, created_at) <= now() + interval '{longest} seconds'
         THEN coalesce(lease_expires_at, started_at + interval '1 hour', created_at + interval '1 hour')
         ELSE '-infinity' END"
    )
}

/// When an item that waits may be claimed; see [`Item::is_claimable`](crate::queue::life::Item). What scribe itself put off
/// (it says why), and what was queued at a time that is still to come, cannot lie so far ahead unless a clock was wrong;
/// what somebody put off by hand waits for its time.
pub(in crate::database) fn claimable_from() -> String {
    let longest = LONGEST_PUT_OFF.as_secs();
    format!(
        "CASE WHEN available_at > now() + interval '{longest} seconds'
                   AND (error_message IS NOT NULL OR created_at > now()::timestamp + interval '{longest} seconds')
         THEN '-infinity' ELSE available_at END"
    )
}

/// Claims the oldest item that waits, if there is one. What this very run still has in PROCESSING at this moment is
/// an item whose claim was never answered: it is taken again and costs no further attempt.
pub fn claim(database: &Database, run: RunId) -> Result<Polled, DatabaseError> {
    claim_within(database, run, Reach::default())
}

/// The same among fewer. One message does it all. Where a row's texts cannot be read, that would fail for ever and hold up
/// all behind it: then it is claimed by its id alone, and read afterwards.
pub fn claim_within(database: &Database, run: RunId, reach: Reach) -> Result<Polled, DatabaseError> {
    let token = ClaimToken::fresh(run);
    let (claim, backlog) =
        (claim_next(run, &token, reach), Backlog::query("id NOT IN (SELECT id FROM next)"));
    let with = |columns: &str| {
        let sql = format!(
            "{IN_INDEX_ORDER}; WITH {claim}, backlog AS ({backlog})
             SELECT b.waiting, b.oldest_seconds, c.waited, c.id, c.attempts {columns}
             FROM backlog b LEFT JOIN claimed c ON TRUE LEFT JOIN users u ON u.id = c.user_id"
        );
        database.batch("claim", &sql)
    };
    let (rows, is_whole) = match with(&format!(", {}", request_columns())) {
        Err(error) if hints::is_unreadable(&error) => (with("")?, false),
        rows => (rows?, true),
    };
    let unexpected = || DatabaseError::unexpected("claim", "no item");
    let row = rows.first().ok_or_else(unexpected)?;
    let backlog = Backlog::read(row).ok_or_else(unexpected)?;
    if text(row, "id").is_none() {
        return Ok(Polled { item: None, backlog });
    }
    let (claim, attempts) = claimed(row, token).ok_or_else(unexpected)?;
    let request = match is_whole {
        true => request(row).ok_or_else(unexpected)?,
        false => read_request(database, claim.item)?,
    };
    Ok(Polled { item: Some(Claimed { claim, attempts, request, waited: seconds(row, "waited") }), backlog })
}

/// The statement's head: `next` is the row that is next, `claimed` what it has become.
fn claim_next(run: RunId, token: &ClaimToken, reach: Reach) -> String {
    let (own, lease, token) = (run.token_prefix(), LEASE.as_secs(), token.as_str());
    let first_step = Step::TemplateParser.as_str();
    let is_abandoned = if reach.leaves_others { "FALSE".into() } else { is_abandoned() };
    let in_work = format!("{is_abandoned} OR celery_task_id::text LIKE '{own}%'");
    let claimable = claimable(reach.least_wait, &in_work);
    format!(
        "next AS (
            SELECT id, coalesce(celery_task_id::text LIKE '{own}%', FALSE) AND status::text = 'PROCESSING' AS unanswered,
                   CASE status::text WHEN 'PENDING' THEN extract(epoch FROM {TURN_FOR}) END AS waited
            FROM queue_items WHERE {claimable} ORDER BY created_at, seq LIMIT 1 FOR UPDATE SKIP LOCKED
        ), claimed AS (
            UPDATE queue_items q
            SET status = 'PROCESSING', started_at = now(), completed_at = NULL, error_message = NULL,
                current_step = '{first_step}', celery_task_id = '{token}',
                lease_expires_at = now() + interval '{lease} seconds',
                attempts = least(attempts, 1000000) + CASE WHEN next.unanswered THEN 0 ELSE 1 END
            FROM next WHERE q.id = next.id
            RETURNING q.*, next.waited
        )"
    )
}

/// It waits and its time came so long ago, or it is in work and may be taken all the same.
fn claimable(least_wait: Duration, in_work: &str) -> String {
    let since = format!("now() - interval '{} milliseconds'", least_wait.as_millis());
    let from = claimable_from();
    format!(
        "status::text IN ('PENDING', 'PROCESSING')
         AND CASE status::text WHEN 'PENDING' THEN {from} <= {since} ELSE {in_work} END"
    )
}

fn is_abandoned() -> String {
    format!("{} < now()", lease_end())
}

/// The item that a claim would take next, if it cannot be read, and why. Changes nothing.
pub fn next_unreadable(database: &Database) -> Result<Option<(Uuid, DatabaseError)>, DatabaseError> {
    let claimable = claimable(Duration::ZERO, &is_abandoned());
    let sql = format!(
        "{IN_INDEX_ORDER}; SELECT id FROM queue_items WHERE {claimable} ORDER BY created_at, seq LIMIT 1"
    );
    let rows = database.batch("look at the queue", &sql)?;
    let Some(row) = rows.first() else { return Ok(None) };
    let id = text(row, "id").and_then(|id| id.parse().ok());
    let id = id.ok_or_else(|| DatabaseError::unexpected("look at the queue", "no item"))?;
    Ok(match read_request(database, id)? {
        Err(Unfit::Unreadable(error)) => Some((id, error)),
        Ok(_) | Err(Unfit::TooLong(_)) => None,
    })
}

/// The columns of a request, from where `c` is the item and `u` its user.
fn request_columns() -> String {
    format!(
        "c.recipient_name, c.recipient_interest, u.display_name, octet_length(c.email_template_text) AS template_bytes,
         CASE WHEN octet_length(c.email_template_text) <= {MAX_TEMPLATE_BYTES} THEN c.email_template_text END AS template,
         CASE WHEN octet_length(c.fields::text) <= {MAX_TEMPLATE_BYTES} THEN c.fields::text END AS fields"
    )
}

/// Reads what a claim could not. Nothing but the texts is at fault where that fails as well.
fn read_request(database: &Database, item: Uuid) -> Result<Result<Request, Unfit>, DatabaseError> {
    let columns = request_columns();
    let sql = format!(
        "SELECT {columns} FROM queue_items c LEFT JOIN users u ON u.id = c.user_id WHERE c.id = '{item}'"
    );
    match database.batch("read item", &sql) {
        Ok(rows) => {
            rows.first().and_then(request).ok_or_else(|| DatabaseError::unexpected("read item", "no item"))
        }
        Err(error) if hints::is_unreadable(&error) => Ok(Err(Unfit::Unreadable(error))),
        Err(error) => Err(error),
    }
}

/// `None`, here and below, only if the server sent something other than what was asked for.
fn claimed(row: &SimpleQueryRow, token: ClaimToken) -> Option<(Claim, i32)> {
    let item = text(row, "id")?.parse().ok()?;
    Some((Claim { item, token }, text(row, "attempts")?.parse().ok()?))
}

fn request(row: &SimpleQueryRow) -> Option<Result<Request, Unfit>> {
    let Some(template) = text(row, "template") else {
        return Some(Err(Unfit::TooLong(text(row, "template_bytes")?.parse().ok()?)));
    };
    Some(Ok(Request {
        recipient_name: text(row, "recipient_name")?.into(),
        recipient_interest: text(row, "recipient_interest")?.into(),
        template: template.into(),
        sender_name: text(row, "display_name").map(String::from),
        fields: text(row, "fields").map(Fields::from_json).unwrap_or_default(),
    }))
}

fn text<'a>(row: &'a SimpleQueryRow, column: &str) -> Option<&'a str> {
    row.try_get(column).ok().flatten()
}
