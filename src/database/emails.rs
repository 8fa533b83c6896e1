//! The table `emails`, as people look at it and tidy it up. Written by [`super::queue_items::settle`] alone.
use postgres::{Row, types::Type};
use serde::Serialize;
use serde_json::Value;
use uuid::Uuid;

use super::{Database, DatabaseError, filter::Filter};

/// A stored e-mail. The member names are what programs rely on.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Email {
    /// The row.
    pub id: Uuid,
    /// Whom it is for.
    pub recipient_name: String,
    /// What they work on.
    pub recipient_interest: String,
    /// The recipient's address, if the sender gave it.
    pub recipient_email: Option<String>,
    /// The text.
    pub email_message: String,
    /// RESEARCH, BOOK or GENERAL.
    pub template_type: Option<String>,
    /// Whether every value has evidence.
    pub is_confident: Option<bool>,
    /// False where it is out of sight.
    pub displayed: bool,
    /// When it was stored, UTC, ISO 8601.
    pub created_at: Option<String>,
    /// Whose it is.
    pub user_email: Option<String>,
    /// The name that it is signed with.
    pub user_name: Option<String>,
    /// The evidence; see [`crate::pipeline::Metadata`]. Any JSON where another program wrote it.
    pub metadata: Option<Value>,
}

/// An e-mail in a list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Line {
    /// The row.
    pub id: Uuid,
    /// Whom it is for.
    pub recipient_name: String,
    /// RESEARCH, BOOK or GENERAL.
    pub template_type: Option<String>,
    /// Whether every value has evidence.
    pub is_confident: Option<bool>,
    /// False where it is out of sight.
    pub displayed: bool,
    /// The day on which it was stored, UTC.
    pub day: Option<String>,
}

/// Which e-mails are wanted.
#[derive(Debug, Clone, Copy, Default)]
pub struct Wanted {
    /// Whose, since when, how many.
    pub filter: Filter,
    /// Only those that somebody should look at.
    pub only_unsure: bool,
    /// Those that were hidden, too.
    pub hidden_too: bool,
}

impl Wanted {
    /// The newest that are wanted, as a table.
    fn table(&self) -> String {
        let unsure = if self.only_unsure { "is_confident = FALSE" } else { "TRUE" };
        let displayed = if self.hidden_too { "TRUE" } else { IS_DISPLAYED };
        format!(
            "(SELECT * FROM emails WHERE {} AND {unsure} AND {displayed} ORDER BY created_at DESC, id DESC LIMIT {})",
            self.filter.condition(),
            self.filter.limit()
        )
    }
}

/// Only a clear no takes an e-mail out of sight.
const IS_DISPLAYED: &str = "coalesce(displayed, TRUE)";

const COLUMNS: &str = "e.id, recipient_name::text, recipient_interest::text, recipient_email::text, email_message::text, \
     template_type::text, is_confident, coalesce(displayed, TRUE), \
     to_char(e.created_at, 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"'), u.email::text, u.display_name::text, metadata::jsonb";

/// The e-mails that are wanted, oldest first, with everything that is known of them.
pub fn list(database: &Database, wanted: Wanted) -> Result<Vec<Email>, DatabaseError> {
    let table = wanted.table();
    let sql = format!(
        "SELECT {COLUMNS} FROM {table} AS e LEFT JOIN users u ON u.id = user_id ORDER BY e.created_at, e.id"
    );
    database.transaction("list e-mails", |tx| tx.read(&sql, &[], email))
}

/// The same, as far as a table shows it.
pub fn lines(database: &Database, wanted: Wanted) -> Result<Vec<Line>, DatabaseError> {
    let sql = format!(
        "SELECT id, recipient_name::text, template_type::text, is_confident, {IS_DISPLAYED}, to_char(created_at, 'YYYY-MM-DD')
         FROM {} AS e ORDER BY e.created_at, e.id",
        wanted.table()
    );
    database.transaction("list e-mails", |tx| {
        tx.read(&sql, &[], |row| {
            Ok(Line {
                id: row.try_get(0)?,
                recipient_name: row.try_get(1)?,
                template_type: row.try_get(2)?,
                is_confident: row.try_get(3)?,
                displayed: row.try_get(4)?,
                day: row.try_get(5)?,
            })
        })
    })
}

/// The ids of those that are wanted, oldest first: a list of any length, to be [`read`] piece by piece.
pub fn ids(database: &Database, wanted: Wanted) -> Result<Vec<Uuid>, DatabaseError> {
    let sql = format!("SELECT id FROM {} AS e ORDER BY e.created_at, e.id", wanted.table());
    database.transaction("list e-mails", |tx| tx.read(&sql, &[], |row| row.try_get(0)))
}

/// Those with these ids that are still there, in this order.
pub fn read(database: &Database, ids: &[Uuid]) -> Result<Vec<Email>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM unnest($1::uuid[]) WITH ORDINALITY AS wanted (id, place)
         JOIN emails e USING (id) LEFT JOIN users u ON u.id = user_id ORDER BY place"
    );
    database.transaction("read e-mails", |tx| tx.read(&sql, &[(&ids, Type::UUID_ARRAY)], email))
}

/// The e-mails whose id begins so, at most two: one is the answer, two are an ambiguity.
pub fn find(database: &Database, id_prefix: &str) -> Result<Vec<Email>, DatabaseError> {
    let sql = format!(
        "SELECT {COLUMNS} FROM emails e LEFT JOIN users u ON u.id = user_id
         WHERE starts_with(e.id::text, lower($1)) LIMIT 2"
    );
    database.transaction("find e-mail", |tx| tx.read(&sql, &[(&id_prefix, Type::TEXT)], email))
}

/// Takes an e-mail out of sight, or shows it again. False: it is not there any more.
pub fn set_displayed(database: &Database, id: Uuid, displayed: bool) -> Result<bool, DatabaseError> {
    let sql = format!("UPDATE emails SET displayed = {displayed} WHERE id = '{id}' RETURNING id");
    Ok(!database.batch("hide e-mail", &sql)?.is_empty())
}

/// Deletes an e-mail. The item that led to it stays, without it. False: it is not there any more.
pub fn delete(database: &Database, id: Uuid) -> Result<bool, DatabaseError> {
    Ok(!database
        .batch("delete e-mail", &format!("DELETE FROM emails WHERE id = '{id}' RETURNING id"))?
        .is_empty())
}

fn email(row: &Row) -> Result<Email, postgres::Error> {
    Ok(Email {
        id: row.try_get(0)?,
        recipient_name: row.try_get(1)?,
        recipient_interest: row.try_get(2)?,
        recipient_email: row.try_get(3)?,
        email_message: row.try_get(4)?,
        template_type: row.try_get(5)?,
        is_confident: row.try_get(6)?,
        displayed: row.try_get(7)?,
        created_at: row.try_get(8)?,
        user_email: row.try_get(9)?,
        user_name: row.try_get(10)?,
        metadata: row.try_get(11)?,
    })
}
