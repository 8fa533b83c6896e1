//! The table `queue_items`: every statement that moves an item along its life; see [`crate::queue::life`].
//!
//! All writes to a claimed item carry its claim token, so that whoever lost the item cannot touch it any more.
mod claim;
mod enqueue;
mod listing;

use std::time::Duration;

use postgres::types::Type;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::{Database, DatabaseError, Parameter, Transaction};
use crate::{
    pipeline::{Draft, Step},
    queue::{Claim, RunId, failure::MOST_ATTEMPTS, life::LEASE},
};

pub use self::{
    claim::{Claimed, Polled, Reach, Unfit, claim, claim_within, next_unreadable},
    enqueue::{Again, Known, KnownState, NewItem, Queued, enqueue, known},
    listing::{Listed, Whole, find, list},
};
pub(super) use self::{
    claim::{IN_INDEX_ORDER, claimable_from, lease_end},
    enqueue::lock_user_of,
};

/// Lets a write through to an item that is still ours: its id is `$1`, the claim token `$2`.
const IS_OURS: &str = "id = $1 AND status::text = 'PROCESSING' AND celery_task_id::text = $2";

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
    let set = waiting_at_once(1);
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
        waiting_at_once(i32::from(refund)),
        earlier.token_prefix()
    );
    Ok(database.batch("take back", &sql)?.len())
}

/// What an item looks like that nobody has claimed, but for when it may be claimed.
fn untouched(attempts_returned: i32) -> String {
    format!(
        "status = 'PENDING', current_step = NULL, started_at = NULL, celery_task_id = NULL, lease_expires_at = NULL, \
         attempts = greatest(attempts - {attempts_returned}, 0)"
    )
}

/// The same for one that is nobody's again and waits: its time had come when it was claimed, whatever the clock says now.
fn waiting_at_once(attempts_returned: i32) -> String {
    format!("{}, available_at = least(available_at, now())", untouched(attempts_returned))
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
            RETURNING user_id, recipient_name, recipient_interest, recipient_email
        ), stored AS (
            INSERT INTO emails (id, user_id, recipient_name, recipient_interest, email_message, template_type, metadata,
                                is_confident, recipient_email)
            SELECT $3, user_id, recipient_name, recipient_interest, $4, $5, $6, $7, recipient_email FROM done
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
        "UPDATE queue_items SET status = 'FAILED', completed_at = now(), error_message = $3, lease_expires_at = NULL,
                                attempts = least(attempts, {MOST_ATTEMPTS})
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
