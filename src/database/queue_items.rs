//! The table `queue_items`: every statement that moves an item along its life; see [`crate::queue::life`].
//!
//! All writes to a claimed item carry its claim token, so that whoever lost the item cannot touch it any more.
use std::{fmt, time::Duration};

use postgres::{Row, SimpleQueryRow, types::Type};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Backlog, Database, DatabaseError, Parameter, Transaction, backlog::seconds, hints};
use crate::{
    pipeline::{Draft, MAX_TEMPLATE_BYTES, Request, Step},
    queue::{
        Claim, ClaimToken, RunId,
        life::{LEASE, LONGEST_LEASE},
    },
};

/// Lets a write through to an item that is still ours: its id is `$1`, the claim token `$2`.
const IS_OURS: &str = "id = $1 AND status::text = 'PROCESSING' AND celery_task_id::text = $2";

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

/// An e-mail that is ready to be stored.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Email {
    /// Made before the first try, so that no number of tries stores it twice.
    pub id: Uuid,
    /// The text.
    pub message: String,
    /// RESEARCH, BOOK or GENERAL.
    pub template_type: String,
    /// `pipeline::Metadata` as JSON.
    pub metadata: serde_json::Value,
    /// Whether every value has a source and nothing is in doubt.
    pub is_confident: bool,
}

impl From<Draft> for Email {
    fn from(draft: Draft) -> Email {
        Email {
            id: Uuid::new_v4(),
            message: draft.message,
            template_type: draft.template_type.as_str().into(),
            // Plain structs of texts, numbers and lists are always JSON.
            metadata: serde_json::to_value(&draft.metadata).unwrap_or_default(),
            is_confident: draft.is_confident,
        }
    }
}

/// What became of a finished e-mail.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Settled {
    /// It is stored and the item COMPLETED, now or by an earlier try whose answer was lost.
    Stored,
    /// The item is no longer ours; nothing was written.
    NotOurs,
}

/// When a lease ends, for rows from before there were leases too; see [`Item::is_claimable`](crate::queue::life::Item).
/// What lies further ahead than any claim reaches was written by a clock that was wrong, and holds nobody off; nor is a
/// date that cannot be counted on from ever counted on from.
pub(super) fn lease_end() -> String {
    let longest = LONGEST_LEASE.as_secs();
    format!(
        "CASE WHEN coalesce(lease_expires_at, started_at, created_at) <= now() + interval '{longest} seconds'
         THEN coalesce(lease_expires_at, started_at + interval '1 hour', created_at + interval '1 hour')
         ELSE '-infinity' END"
    )
}

/// Claims the oldest item that waits, if there is one. What this very run still has in PROCESSING at this moment is
/// an item whose claim was never answered: it is taken again and costs no further attempt.
pub fn claim(database: &Database, run: RunId) -> Result<Polled, DatabaseError> {
    claim_from(database, run, &format!("{} < now()", lease_end()))
}

/// The same, but leaves alone what others held: they may be back in a moment and store what they finished.
pub fn claim_leaving_others(database: &Database, run: RunId) -> Result<Polled, DatabaseError> {
    claim_from(database, run, "FALSE")
}

/// One message does it all. Where a row's texts cannot be read, that would fail for ever and hold up all behind it: then
/// it is claimed by its id alone, and read afterwards.
fn claim_from(database: &Database, run: RunId, is_abandoned: &str) -> Result<Polled, DatabaseError> {
    let token = ClaimToken::fresh(run);
    let (claim, backlog) =
        (claim_next(run, &token, is_abandoned), Backlog::query("id NOT IN (SELECT id FROM next)"));
    let with = |columns: &str| {
        let sql = format!(
            "WITH {claim}, backlog AS ({backlog})
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
fn claim_next(run: RunId, token: &ClaimToken, is_abandoned: &str) -> String {
    let (own, lease, token) = (run.token_prefix(), LEASE.as_secs(), token.as_str());
    let first_step = Step::TemplateParser.as_str();
    let claimable = claimable(&format!("{is_abandoned} OR celery_task_id::text LIKE '{own}%'"));
    format!(
        "next AS (
            SELECT id, coalesce(celery_task_id::text LIKE '{own}%', FALSE) AND status::text = 'PROCESSING' AS unanswered,
                   CASE status::text WHEN 'PENDING' THEN extract(epoch FROM now() - greatest(available_at, 'epoch')) END
                       AS waited
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

/// It waits and its time has come, or it is in work and may be taken all the same.
fn claimable(in_work: &str) -> String {
    format!(
        "status::text IN ('PENDING', 'PROCESSING')
         AND CASE status::text WHEN 'PENDING' THEN available_at <= now() ELSE {in_work} END"
    )
}

/// The item that a claim would take next, if it cannot be read, and why. Changes nothing.
pub fn next_unreadable(database: &Database) -> Result<Option<(Uuid, DatabaseError)>, DatabaseError> {
    let claimable = claimable(&format!("{} < now()", lease_end()));
    let sql = format!("SELECT id FROM queue_items WHERE {claimable} ORDER BY created_at, seq LIMIT 1");
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
         CASE WHEN octet_length(c.email_template_text) <= {MAX_TEMPLATE_BYTES} THEN c.email_template_text END AS template"
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
    }))
}

fn text<'a>(row: &'a SimpleQueryRow, column: &str) -> Option<&'a str> {
    row.try_get(column).ok().flatten()
}

/// Notes that a step begins and renews the lease. False: the item is no longer ours.
pub fn note_step(database: &Database, claim: &Claim, step: Step) -> Result<bool, DatabaseError> {
    let set = format!(
        "current_step = '{}', lease_expires_at = now() + interval '{} seconds'",
        step.as_str(),
        LEASE.as_secs()
    );
    update_ours(database, "progress note", claim, &set)
}

/// Puts an item back as if it had never been claimed. False: it neither was ours nor waits already.
pub fn put_back(database: &Database, claim: &Claim) -> Result<bool, DatabaseError> {
    let set = untouched(1);
    let ours = is_ours(claim);
    let sql = format!(
        "WITH done AS (UPDATE queue_items SET {set} WHERE {ours} RETURNING id)
         SELECT id FROM done UNION ALL SELECT id FROM queue_items WHERE id = '{}' AND status::text = 'PENDING'",
        claim.item
    );
    Ok(!database.batch("put back", &sql)?.is_empty())
}

/// [`IS_OURS`] with the claim in it.
fn is_ours(claim: &Claim) -> String {
    IS_OURS.replace("$1", &format!("'{}'", claim.item)).replace("$2", &format!("'{}'", claim.token.as_str()))
}

/// `set` holds nothing but our own words and numbers.
fn update_ours(
    database: &Database,
    unit: &'static str,
    claim: &Claim,
    set: &str,
) -> Result<bool, DatabaseError> {
    let sql = format!("UPDATE queue_items SET {set} WHERE {} RETURNING id", is_ours(claim));
    Ok(!database.batch(unit, &sql)?.is_empty())
}

/// Takes back what an earlier run left in PROCESSING and returns how many items that were. The attempt counts where
/// scribe itself crashed (`refund` is false), and does not where it was stopped or the machine lost its power.
pub fn take_back(database: &Database, earlier: RunId, refund: bool) -> Result<usize, DatabaseError> {
    let sql = format!(
        "UPDATE queue_items SET {} WHERE status::text = 'PROCESSING' AND celery_task_id::text LIKE '{}%' RETURNING id",
        untouched(i32::from(refund)),
        earlier.token_prefix()
    );
    Ok(database.batch("take back", &sql)?.len())
}

/// What an item looks like that nobody has claimed.
fn untouched(attempts_returned: i32) -> String {
    format!(
        "status = 'PENDING', current_step = NULL, started_at = NULL, celery_task_id = NULL, lease_expires_at = NULL, \
         attempts = greatest(attempts - {attempts_returned}, 0)"
    )
}

/// Stores the e-mail and completes the item, both or neither. May be repeated with the same `email` after a lost
/// answer: an item that already carries that e-mail counts as stored, and the look at it waits for a COMMIT that is
/// still under way.
pub fn settle(database: &Database, claim: &Claim, email: &Email) -> Result<Settled, DatabaseError> {
    let settle = format!(
        "WITH done AS (
            UPDATE queue_items
            SET status = 'COMPLETED', completed_at = now(), email_id = $3, current_step = NULL, error_message = NULL,
                lease_expires_at = NULL
            WHERE {IS_OURS}
            RETURNING user_id, recipient_name, recipient_interest
        ), stored AS (
            INSERT INTO emails (id, user_id, recipient_name, recipient_interest, email_message, template_type, metadata,
                                is_confident)
            SELECT $3, user_id, recipient_name, recipient_interest, $4, $5, $6, $7 FROM done
        ), counted AS (
            UPDATE users SET generation_count = coalesce(generation_count, 0) + 1
            WHERE id = (SELECT user_id FROM done)
        )
        SELECT 1 FROM done"
    );
    database.transaction("settle", |tx| {
        let mut parameters = ours(claim).to_vec();
        parameters.extend_from_slice(&[
            (&email.id, Type::UUID),
            (&email.message, Type::TEXT),
            (&email.template_type, Type::TEXT),
            (&email.metadata, Type::JSONB),
            (&email.is_confident, Type::BOOL),
        ]);
        if !tx.query_typed(&settle, &parameters)?.is_empty() {
            return Ok(Settled::Stored);
        }
        let stored = tx.query_typed(
            "SELECT 1 FROM queue_items WHERE id = $1 AND email_id = $2 FOR UPDATE",
            &[(&claim.item, Type::UUID), (&email.id, Type::UUID)],
        )?;
        Ok(if stored.is_empty() { Settled::NotOurs } else { Settled::Stored })
    })
}

/// The parameters of [`IS_OURS`].
fn ours(claim: &Claim) -> [Parameter<'_>; 2] {
    [(&claim.item, Type::UUID), (claim.token.as_string(), Type::TEXT)]
}

/// Marks an item FAILED. May be repeated after a lost answer. False: it was no longer ours.
pub fn fail(database: &Database, claim: &Claim, message: &str) -> Result<bool, DatabaseError> {
    let fail = format!(
        "UPDATE queue_items SET status = 'FAILED', completed_at = now(), error_message = $3, lease_expires_at = NULL
         WHERE {IS_OURS} RETURNING 1"
    );
    let [item, token] = ours(claim);
    let parameters = [item, token, (&message, Type::TEXT)];
    database.transaction("fail", |tx| {
        Ok(!tx.query_typed(&fail, &parameters)?.is_empty()
            || is_already(tx, claim, "status::text = 'FAILED' AND celery_task_id::text = $2")?)
    })
}

/// Whether an item that is no longer ours is what it was to become: an earlier try's answer was lost. Locks the row, and
/// so waits for a COMMIT that is still under way.
fn is_already(tx: &mut Transaction<'_>, claim: &Claim, what: &str) -> Result<bool, DatabaseError> {
    let sql =
        format!("SELECT 1 FROM queue_items WHERE id = $1 AND $2::text IS NOT NULL AND {what} FOR UPDATE");
    Ok(!tx.query_typed(&sql, &ours(claim))?.is_empty())
}

/// Puts an item back for later; the pause is stretched by up to half of itself, so that a fleet does not come back in
/// step. May be repeated after a lost answer. False: it neither was ours nor waits already.
pub fn retry_later(
    database: &Database,
    claim: &Claim,
    pause: Duration,
    message: &str,
) -> Result<bool, DatabaseError> {
    postpone(database, "retry later", claim, pause, message, 0)
}

/// The same, but the attempt is not counted.
pub fn put_aside(
    database: &Database,
    claim: &Claim,
    pause: Duration,
    message: &str,
) -> Result<bool, DatabaseError> {
    postpone(database, "put aside", claim, pause, message, 1)
}

fn postpone(
    database: &Database,
    unit: &'static str,
    claim: &Claim,
    pause: Duration,
    message: &str,
    attempts_returned: i32,
) -> Result<bool, DatabaseError> {
    let later = format!(
        "UPDATE queue_items
         SET {}, error_message = $3, available_at = now() + make_interval(secs => $4 * (1 + random() / 2.0::float8))
         WHERE {IS_OURS} RETURNING 1",
        untouched(attempts_returned)
    );
    let [item, token] = ours(claim);
    let seconds = pause.as_secs_f64();
    let parameters = [item, token, (&message, Type::TEXT), (&seconds, Type::FLOAT8)];
    database.transaction(unit, |tx| {
        Ok(!tx.query_typed(&later, &parameters)?.is_empty()
            || is_already(tx, claim, "status::text = 'PENDING'")?)
    })
}

/// How many items are not finished: waiting, or in somebody's hands.
pub fn unfinished(database: &Database) -> Result<i64, DatabaseError> {
    let rows = database.batch(
        "count unfinished",
        "SELECT count(*) FROM queue_items WHERE status IN ('PENDING', 'PROCESSING')",
    )?;
    let count = rows.first().and_then(|row| row.try_get(0).ok()??.parse().ok());
    count.ok_or_else(|| DatabaseError::unexpected("count unfinished", "no number of items"))
}

/// A recipient to queue.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewItem {
    /// Full name.
    pub name: String,
    /// What they work on.
    pub interest: String,
}

/// Queues recipients in their order, all or none, and returns how many. A lost answer to COMMIT is found out about: the
/// rows' ids are made here, so the same INSERT once more adds none that is there.
pub fn enqueue(
    database: &Database,
    user: Uuid,
    template: &str,
    items: &[NewItem],
) -> Result<usize, DatabaseError> {
    const ENQUEUE: &str = "
        INSERT INTO queue_items (id, user_id, recipient_name, recipient_interest, email_template_text, status)
        SELECT id, $1, name, interest, $2, 'PENDING'
        FROM unnest($3::uuid[], $4::text[], $5::text[]) WITH ORDINALITY AS item (id, name, interest, place)
        ORDER BY place
        ON CONFLICT (id) DO NOTHING";
    let ids: Vec<Uuid> = items.iter().map(|_| Uuid::new_v4()).collect();
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    let interests: Vec<&str> = items.iter().map(|item| item.interest.as_str()).collect();
    database.repeatable("enqueue", |tx| {
        tx.query_typed(
            ENQUEUE,
            &[
                (&user, Type::UUID),
                (&template, Type::TEXT),
                (&ids, Type::UUID_ARRAY),
                (&names, Type::TEXT_ARRAY),
                (&interests, Type::TEXT_ARRAY),
            ],
        )?;
        Ok(items.len())
    })
}

/// An item as people look at it.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Listed {
    /// The row.
    pub id: Uuid,
    /// PENDING, PROCESSING, COMPLETED or FAILED.
    pub status: String,
    /// Whom to write to.
    pub recipient_name: String,
    /// What they work on.
    pub recipient_interest: String,
    /// The step it is in, or failed in.
    pub current_step: Option<String>,
    /// How often it was tried.
    pub attempts: i32,
    /// What its owner can do.
    pub error_message: Option<String>,
    /// The finished e-mail.
    pub email_id: Option<Uuid>,
}

/// The items of the queue in claim order.
pub fn list(database: &Database) -> Result<Vec<Listed>, DatabaseError> {
    const LIST: &str = "
        SELECT id, status::text, recipient_name::text, recipient_interest::text, current_step::text, attempts,
               error_message::text, email_id
        FROM queue_items ORDER BY created_at, seq";
    let listed = |row: &Row| {
        Ok(Listed {
            id: row.try_get(0)?,
            status: row.try_get(1)?,
            recipient_name: row.try_get(2)?,
            recipient_interest: row.try_get(3)?,
            current_step: row.try_get(4)?,
            attempts: row.try_get(5)?,
            error_message: row.try_get(6)?,
            email_id: row.try_get(7)?,
        })
    };
    database.transaction("list queue", |tx| tx.read(LIST, &[], listed))
}
