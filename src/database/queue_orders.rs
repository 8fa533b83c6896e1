//! What people order about one item of the queue: that it is tried again, or that it goes.
//!
//! Each order is one transaction: the row is locked, its state decides, and the change is made under the same lock. A
//! scribe that claims or settles the row at that moment comes wholly before or wholly after. Doing an order again after
//! a lost answer finds what the first one did: the item waits, or is gone.
use postgres::{Row, types::Type};
use uuid::Uuid;

use super::{
    Database, DatabaseError, Transaction, hints,
    queue_items::{claimable_from, lease_end, lock_user_of},
};

/// An item as an order met it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// The row.
    pub id: Uuid,
    /// Whom to write to; `None` where the database cannot hand it out.
    pub recipient_name: Option<String>,
    /// How it stood before the order.
    pub state: State,
    /// Another item of the same recipient waits, is worked on, or is finished, or an e-mail to them was stored since this
    /// one ended. False where texts cannot be read.
    pub is_elsewhere: bool,
}

/// How an item stands, as far as orders are concerned.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum State {
    /// It can be claimed.
    Waiting,
    /// It can be claimed later.
    Postponed,
    /// Somebody works on it.
    Working(Holder),
    /// Somebody had it, and the lease is over.
    Abandoned,
    /// Its e-mail is stored.
    Completed,
    /// It was given up.
    Failed,
    /// A status that scribe does not know.
    Odd(String),
}

/// Who works on an item.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Holder {
    /// The claim token; another program's may be any text.
    pub token: String,
    /// The step that was noted last.
    pub step: Option<String>,
    /// How long the lease still runs, if it is not renewed.
    pub lease_seconds: i64,
}

/// The items that an abbreviated id means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Found {
    /// There is none.
    None,
    /// It is ambiguous; nothing was done.
    Several,
    /// This one.
    One(Item),
}

/// What other people wrote, for display only, and whether the recipient, as `enqueue` tells them apart, has another item
/// that brings or brought an e-mail, or an e-mail whose item is gone.
const TEXTS: &str = "recipient_name::text, celery_task_id::text, current_step::text,
                EXISTS (SELECT FROM (
                            SELECT recipient_email, recipient_name FROM queue_items other
                            WHERE other.user_id = queue_items.user_id AND other.id <> queue_items.id
                              AND other.status::text IN ('PENDING', 'PROCESSING', 'COMPLETED')
                            UNION ALL
                            SELECT recipient_email, recipient_name FROM emails
                            WHERE emails.user_id = queue_items.user_id AND emails.created_at >= completed_at
                        ) AS elsewhere
                        WHERE coalesce(lower(elsewhere.recipient_email::text) = lower(queue_items.recipient_email::text),
                                       lower(elsewhere.recipient_name::text) = lower(queue_items.recipient_name::text)))";

/// The same where the database cannot hand that out.
const NO_TEXTS: &str = "NULL::text, NULL::text, NULL::text, FALSE";

fn find(texts: &str) -> String {
    let (claimable_from, lease_end) = (claimable_from(), lease_end());
    format!(
        "SELECT id, {texts}, status::text, {claimable_from} > now(),
                CASE WHEN lease_end >= now() THEN ceil(extract(epoch FROM lease_end - now()))::bigint END
         FROM queue_items, LATERAL (SELECT {lease_end}) AS lease (lease_end)
         WHERE starts_with(id::text, lower($1)) LIMIT 2 FOR UPDATE OF queue_items"
    )
}

/// A new life. The e-mail of an earlier one stays its owner's; only the item no longer points to it.
const RENEW: &str = "
    UPDATE queue_items
    SET status = 'PENDING', attempts = 0, available_at = now(), error_message = NULL, current_step = NULL,
        started_at = NULL, completed_at = NULL, celery_task_id = NULL, lease_expires_at = NULL, email_id = NULL
    WHERE id = $1";

const HASTEN: &str = "UPDATE queue_items SET available_at = now() WHERE id = $1";

const REMOVE: &str = "DELETE FROM queue_items WHERE id = $1";

/// Gives an item that failed, is finished, or was abandoned a new life, and makes one that was postponed claimable at
/// once. Nothing happens to one that waits or is being worked on, nor to a failed one whose recipient has or had
/// another ([`Item::is_elsewhere`]), unless `anyway`. Whoever queues or orders for the same user at the same time waits, so
/// that no two see the other's recipient as free.
pub fn retry(database: &Database, id_prefix: &str, anyway: bool) -> Result<Found, DatabaseError> {
    order(database, "retry item", id_prefix, lock_user_of, |item| match item.state {
        State::Failed if item.is_elsewhere && !anyway => None,
        State::Completed | State::Failed | State::Abandoned => Some(RENEW),
        State::Postponed => Some(HASTEN),
        State::Waiting | State::Working(_) | State::Odd(_) => None,
    })
}

/// Removes an item that waits. Nothing happens to any other.
pub fn cancel(database: &Database, id_prefix: &str) -> Result<Found, DatabaseError> {
    order(
        database,
        "cancel item",
        id_prefix,
        |_, _| Ok(()),
        |item| match item.state {
            State::Waiting | State::Postponed => Some(REMOVE),
            State::Working(_) | State::Abandoned | State::Completed | State::Failed | State::Odd(_) => None,
        },
    )
}

fn order(
    database: &Database,
    unit: &'static str,
    id_prefix: &str,
    lock: impl Fn(&mut Transaction<'_>, &str) -> Result<(), DatabaseError>,
    change: impl Fn(&Item) -> Option<&'static str>,
) -> Result<Found, DatabaseError> {
    let with = |texts: &str| {
        database.transaction(unit, |tx| {
            // A statement of its own: the next one sees what was done by whom it waited for.
            lock(tx, id_prefix)?;
            let mut items = tx.read(&find(texts), &[(&id_prefix, Type::TEXT)], item)?;
            let Some(item) = items.pop() else { return Ok(Found::None) };
            if !items.is_empty() {
                return Ok(Found::Several);
            }
            if let Some(sql) = change(&item) {
                tx.query_typed(sql, &[(&item.id, Type::UUID)])?;
            }
            Ok(Found::One(item))
        })
    };
    // An order needs no texts, and one that cannot be read is a reason to give it.
    with(TEXTS).or_else(|error| if hints::is_unreadable(&error) { with(NO_TEXTS) } else { Err(error) })
}

fn item(row: &Row) -> Result<Item, postgres::Error> {
    Ok(Item {
        id: row.try_get(0)?,
        recipient_name: row.try_get(1)?,
        state: state(row)?,
        is_elsewhere: row.try_get(4)?,
    })
}

fn state(row: &Row) -> Result<State, postgres::Error> {
    let status: String = row.try_get(5)?;
    let is_postponed: bool = row.try_get(6)?;
    let lease_seconds: Option<i64> = row.try_get(7)?;
    Ok(match (status.as_str(), lease_seconds) {
        ("PENDING", _) if is_postponed => State::Postponed,
        ("PENDING", _) => State::Waiting,
        ("PROCESSING", Some(lease_seconds)) => {
            let token: Option<String> = row.try_get(2)?;
            State::Working(Holder { token: token.unwrap_or_default(), step: row.try_get(3)?, lease_seconds })
        }
        ("PROCESSING", None) => State::Abandoned,
        ("COMPLETED", _) => State::Completed,
        ("FAILED", _) => State::Failed,
        _ => State::Odd(status),
    })
}
