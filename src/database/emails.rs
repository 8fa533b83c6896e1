//! The table `emails`, as people look at it. Written by [`super::queue_items::settle`] alone.
use postgres::{Row, types::Type};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Database, DatabaseError};

/// A stored e-mail.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Email {
    /// The row.
    pub id: Uuid,
    /// Whom it is for.
    pub recipient_name: String,
    /// What they work on.
    pub recipient_interest: String,
    /// The text.
    pub email_message: String,
    /// RESEARCH, BOOK or GENERAL.
    pub template_type: Option<String>,
    /// Whether every value has evidence.
    pub is_confident: Option<bool>,
    /// When it was stored, UTC, ISO 8601.
    pub created_at: Option<String>,
    /// The evidence; see [`crate::pipeline::Metadata`]. Any JSON where another program wrote it.
    pub metadata: Option<Value>,
}

const COLUMNS: &str = "id, recipient_name::text, recipient_interest::text, email_message::text, template_type::text, is_confident, \
     to_char(created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), metadata::jsonb";

/// All e-mails, oldest first.
pub fn list(database: &Database) -> Result<Vec<Email>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM emails ORDER BY created_at, id");
    database.transaction("list e-mails", |tx| tx.read(&sql, &[], email))
}

/// The e-mails whose id begins so, at most two: one is the answer, two are an ambiguity.
pub fn find(database: &Database, id_prefix: &str) -> Result<Vec<Email>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM emails WHERE starts_with(id::text, lower($1)) LIMIT 2");
    database.transaction("find e-mail", |tx| tx.read(&sql, &[(&id_prefix, Type::TEXT)], email))
}

fn email(row: &Row) -> Result<Email, postgres::Error> {
    Ok(Email {
        id: row.try_get(0)?,
        recipient_name: row.try_get(1)?,
        recipient_interest: row.try_get(2)?,
        email_message: row.try_get(3)?,
        template_type: row.try_get(4)?,
        is_confident: row.try_get(5)?,
        created_at: row.try_get(6)?,
        metadata: row.try_get(7)?,
    })
}
