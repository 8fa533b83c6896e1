//! The table `users`.
use postgres::{Row, types::Type};
use serde::Serialize;
use uuid::Uuid;

use super::{Database, DatabaseError};

/// A user: whoever queues recipients.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct User {
    /// The id, on Supabase that of `auth.users`.
    pub id: Uuid,
    /// The address, unique.
    pub email: String,
    /// The name that e-mails are signed with.
    pub display_name: Option<String>,
    /// How many e-mails were written.
    pub generation_count: i32,
    /// The user's own template.
    pub email_template: Option<String>,
}

const COLUMNS: &str = "id, email, display_name, coalesce(generation_count, 0), email_template";

/// What came of adding a user.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Added {
    /// A new one.
    New(User),
    /// One with this address was there; the name was set if one was given.
    Known(User),
    /// The id belongs to a user with another address. Nothing was changed.
    IdTaken(User),
}

/// Adds a user. Addresses are compared without case.
pub fn add(database: &Database, id: Uuid, email: &str, name: Option<&str>) -> Result<Added, DatabaseError> {
    let update = format!(
        "UPDATE users SET display_name = coalesce($2, display_name) WHERE lower(email) = lower($1) RETURNING {COLUMNS}"
    );
    let insert = format!(
        "INSERT INTO users (id, email, display_name) VALUES ($3, $1, $2) ON CONFLICT (id) DO NOTHING RETURNING {COLUMNS}"
    );
    let by_id = format!("SELECT {COLUMNS} FROM users WHERE id = $1");
    database.transaction("add user", |tx| {
        let given = [(&email as _, Type::TEXT), (&name as _, Type::TEXT), (&id as _, Type::UUID)];
        if let Some(row) = tx.query_typed(&update, &given[..2])?.first() {
            return Ok(Added::Known(user(row)));
        }
        if let Some(row) = tx.query_typed(&insert, &given)?.first() {
            return Ok(Added::New(user(row)));
        }
        let rows = tx.query_typed(&by_id, &given[2..])?;
        // The INSERT met exactly this row, or it would have returned one.
        Ok(Added::IdTaken(user(&rows[0])))
    })
}

/// The user with this address, compared without case.
pub fn find(database: &Database, email: &str) -> Result<Option<User>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE lower(email) = lower($1)");
    let rows = database.transaction("find user", |tx| tx.query_typed(&sql, &[(&email, Type::TEXT)]))?;
    Ok(rows.first().map(user))
}

/// All users, by address.
pub fn list(database: &Database) -> Result<Vec<User>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM users ORDER BY email");
    let rows = database.transaction("list users", |tx| tx.query_typed(&sql, &[]))?;
    Ok(rows.iter().map(user).collect())
}

/// What came of copying users from `auth.users`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Synced {
    /// How many were missing, and were added.
    pub added: i64,
    /// How many have no e-mail address (they sign in by telephone, or anonymously), or one too long, and were left out.
    pub without_email: i64,
    /// How many have an address that belongs to a user with another id, and were left out.
    pub address_taken: i64,
}

/// Copies from Supabase's table `auth.users` whoever is missing here, and changes nobody who is there. `None`: there
/// is no such table.
pub fn sync(database: &Database) -> Result<Option<Synced>, DatabaseError> {
    // What people may write into their own metadata is only ever used as a name.
    const SYNC: &str = "
        WITH missing AS (
            SELECT a.id, CASE WHEN length(a.email) BETWEEN 1 AND 255 THEN a.email END AS email,
                   EXISTS (SELECT FROM users u WHERE lower(u.email) = lower(a.email)) AS is_taken,
                   left(coalesce(nullif(trim(a.raw_user_meta_data ->> 'full_name'), ''),
                                 nullif(trim(a.raw_user_meta_data ->> 'name'), '')), 255) AS name
            FROM auth.users a
            WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = a.id)
        ), added AS (
            INSERT INTO users (id, email, display_name)
            SELECT id, email, name FROM missing WHERE email IS NOT NULL AND NOT is_taken ORDER BY id
            ON CONFLICT DO NOTHING RETURNING id
        )
        SELECT (SELECT count(*) FROM added), count(*) FILTER (WHERE email IS NULL),
               count(*) FILTER (WHERE email IS NOT NULL AND id NOT IN (SELECT id FROM added))
        FROM missing";
    database.transaction("sync users", |tx| {
        let exists = tx.query_typed("SELECT to_regclass('auth.users') IS NOT NULL", &[])?;
        if !exists.first().is_some_and(|row| row.get(0)) {
            return Ok(None);
        }
        let rows = tx.query_typed(SYNC, &[])?;
        let count = |column| rows.first().map_or(0, |row| row.get(column));
        Ok(Some(Synced { added: count(0), without_email: count(1), address_taken: count(2) }))
    })
}

fn user(row: &Row) -> User {
    User {
        id: row.get(0),
        email: row.get(1),
        display_name: row.get(2),
        generation_count: row.get(3),
        email_template: row.get(4),
    }
}
