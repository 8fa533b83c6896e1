//! Items as people look at them.
use postgres::{Row, types::Type};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    database::{Database, DatabaseError, filter::Filter},
    pipeline::Fields,
};

/// An item in a list. The member names are what programs rely on.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Listed {
    /// The row.
    pub id: Uuid,
    /// PENDING, PROCESSING, COMPLETED or FAILED.
    pub status: String,
    /// Whom to write to.
    pub recipient_name: String,
    /// What they work on.
    pub recipient_interest: String,
    /// Where to write to, if the sender gave it.
    pub recipient_email: Option<String>,
    /// The step it is in, or failed in.
    pub current_step: Option<String>,
    /// How often it was tried.
    pub attempts: i32,
    /// What its owner can do.
    pub error_message: Option<String>,
    /// The finished e-mail.
    pub email_id: Option<Uuid>,
    /// When it was queued, UTC, ISO 8601.
    pub created_at: Option<String>,
}

/// An item with everything that is known of it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Whole {
    /// What a list shows.
    #[serde(flatten)]
    pub listed: Listed,
    /// Whose it is.
    pub user_email: Option<String>,
    /// Values for placeholders.
    pub fields: Fields,
    /// When it was last begun, UTC, ISO 8601.
    pub started_at: Option<String>,
    /// When it was finished or given up.
    pub completed_at: Option<String>,
    /// From when on it may be taken, where that is still to come.
    pub waits_until: Option<String>,
    /// The e-mail with its placeholders.
    pub email_template_text: String,
}

const COLUMNS: &str = "q.id, status::text, recipient_name::text, recipient_interest::text, recipient_email::text, \
     current_step::text, attempts, error_message::text, email_id, \
     to_char(q.created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')";

/// The items of the queue in claim order.
pub fn list(database: &Database, filter: Filter, only_failed: bool) -> Result<Vec<Listed>, DatabaseError> {
    let failed = if only_failed { "status::text = 'FAILED'" } else { "TRUE" };
    let (condition, limit) = (filter.condition(), filter.limit());
    let sql = format!(
        "SELECT {COLUMNS} FROM (
             SELECT * FROM queue_items WHERE {condition} AND {failed} ORDER BY created_at DESC, seq DESC LIMIT {limit}
         ) AS q ORDER BY q.created_at, seq"
    );
    database.transaction("list queue", |tx| tx.read(&sql, &[], listed))
}

/// The items whose id begins so, at most two: one is the answer, two are an ambiguity.
pub fn find(database: &Database, id_prefix: &str) -> Result<Vec<Whole>, DatabaseError> {
    let iso = |column: &str| format!("to_char({column}, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')");
    let sql = format!(
        "SELECT {COLUMNS}, u.email::text, fields::text, {}, {},
                CASE WHEN status::text = 'PENDING' AND available_at > now() THEN {} END, email_template_text::text
         FROM queue_items q LEFT JOIN users u ON u.id = user_id WHERE starts_with(q.id::text, lower($1)) LIMIT 2",
        iso("started_at"),
        iso("completed_at"),
        iso("available_at AT TIME ZONE 'UTC'"),
    );
    database.transaction("find item", |tx| tx.read(&sql, &[(&id_prefix, Type::TEXT)], whole))
}

fn listed(row: &Row) -> Result<Listed, postgres::Error> {
    Ok(Listed {
        id: row.try_get(0)?,
        status: row.try_get(1)?,
        recipient_name: row.try_get(2)?,
        recipient_interest: row.try_get(3)?,
        recipient_email: row.try_get(4)?,
        current_step: row.try_get(5)?,
        attempts: row.try_get(6)?,
        error_message: row.try_get(7)?,
        email_id: row.try_get(8)?,
        created_at: row.try_get(9)?,
    })
}

fn whole(row: &Row) -> Result<Whole, postgres::Error> {
    let fields: Option<&str> = row.try_get(11)?;
    Ok(Whole {
        listed: listed(row)?,
        user_email: row.try_get(10)?,
        fields: fields.map(Fields::from_json).unwrap_or_default(),
        started_at: row.try_get(12)?,
        completed_at: row.try_get(13)?,
        waits_until: row.try_get(14)?,
        email_template_text: row.try_get(15)?,
    })
}
