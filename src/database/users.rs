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

const COLUMNS: &str =
    "id, email::text, display_name::text, coalesce(generation_count, 0)::int, email_template::text";

/// An address as text: a function of somebody's own for `varchar` would be preferred to PostgreSQL's for `text`.
const SAME_EMAIL: &str = "lower(email::text) = lower($1)";

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

/// Adds a user. Addresses are compared without case. A lost answer to COMMIT is found out about.
pub fn add(database: &Database, id: Uuid, email: &str, name: Option<&str>) -> Result<Added, DatabaseError> {
    let update = format!(
        "UPDATE users SET display_name = coalesce($2, display_name) WHERE {SAME_EMAIL} RETURNING {COLUMNS}"
    );
    let insert = format!(
        "INSERT INTO users (id, email, display_name) VALUES ($3, $1, $2) ON CONFLICT (id) DO NOTHING RETURNING {COLUMNS}"
    );
    let by_id = format!("SELECT {COLUMNS} FROM users WHERE id = $1");
    // Whether an earlier try inserted the row, and only its answer was lost.
    let mut inserted = false;
    database.repeatable("add user", |tx| {
        let given = [(&email as _, Type::TEXT), (&name as _, Type::TEXT), (&id as _, Type::UUID)];
        let known =
            |user: User| if inserted && user.id == id { Added::New(user) } else { Added::Known(user) };
        if let Some(user) = tx.read(&update, &given[..2], user)?.pop() {
            return Ok(known(user));
        }
        if let Some(user) = tx.read(&insert, &given, user)?.pop() {
            inserted = true;
            return Ok(Added::New(user));
        }
        // The INSERT met exactly this row, or it would have returned one; it may have waited for our own earlier try.
        let there = tx.read_one(&by_id, &given[2..], user)?;
        Ok(if inserted { Added::New(there) } else { Added::IdTaken(there) })
    })
}

/// The user with this address, compared without case.
pub fn find(database: &Database, email: &str) -> Result<Option<User>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM users WHERE {SAME_EMAIL}");
    let found = database.transaction("find user", |tx| tx.read(&sql, &[(&email, Type::TEXT)], user))?;
    Ok(found.into_iter().next())
}

/// Gives a user a template of their own.
pub fn set_template(database: &Database, id: Uuid, template: &str) -> Result<(), DatabaseError> {
    const SET: &str = "UPDATE users SET email_template = $2 WHERE id = $1";
    database.repeatable("set template", |tx| {
        tx.query_typed(SET, &[(&id, Type::UUID), (&template, Type::TEXT)]).map(drop)
    })
}

/// All users, by address.
pub fn list(database: &Database) -> Result<Vec<User>, DatabaseError> {
    let sql = format!("SELECT {COLUMNS} FROM users ORDER BY email::text, id");
    database.transaction("list users", |tx| tx.read(&sql, &[], user))
}

/// Who can send already, before anything is written.
#[derive(Debug, Default)]
pub struct Known {
    /// Those of the table `users`, if there is one, and those who would come from `auth.users`.
    pub users: Vec<User>,
    /// Whether there is a table `auth.users`.
    pub has_accounts: bool,
}

/// Looks who can send, in whatever tables there are, and changes nothing.
pub fn look(database: &Database) -> Result<Known, DatabaseError> {
    const TABLES: &str = "SELECT to_regclass('users') IS NOT NULL, to_regclass('auth.users') IS NOT NULL";
    let users = format!("SELECT {COLUMNS} FROM users ORDER BY email::text, id");
    let accounts = format!(
        "SELECT a.id, a.email::text, {ACCOUNT_NAME}, 0, NULL::text FROM auth.users a
         WHERE length(a.email::text) BETWEEN 1 AND 255 ORDER BY a.email::text, a.id"
    );
    database.transaction("look at users", |tx| {
        let (has_users, has_accounts) =
            tx.read_one(TABLES, &[], |row| Ok((row.try_get::<_, bool>(0)?, row.try_get(1)?)))?;
        let mut known = Known { users: Vec::new(), has_accounts };
        if has_users {
            known.users = tx.read(&users, &[], user)?;
        }
        if has_accounts {
            for account in tx.read(&accounts, &[], user)? {
                let is_same =
                    |it: &User| it.id == account.id || it.email.eq_ignore_ascii_case(&account.email);
                if !known.users.iter().any(is_same) {
                    known.users.push(account);
                }
            }
        }
        Ok(known)
    })
}

/// The name of an account. What people write into their own metadata is only ever used as a name.
const ACCOUNT_NAME: &str = "left(coalesce(nullif(trim(a.raw_user_meta_data ->> 'full_name'), ''),
    nullif(trim(a.raw_user_meta_data ->> 'name'), '')), 255)";

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
    let sync = format!(
        "
        WITH missing AS (
            SELECT a.id, CASE WHEN length(a.email::text) BETWEEN 1 AND 255 THEN a.email::text END AS email,
                   EXISTS (SELECT FROM users u WHERE lower(u.email::text) = lower(a.email::text)) AS is_taken,
                   {ACCOUNT_NAME} AS name
            FROM auth.users a
            WHERE NOT EXISTS (SELECT FROM users u WHERE u.id = a.id)
        ), added AS (
            INSERT INTO users (id, email, display_name)
            SELECT id, email, name FROM missing WHERE email IS NOT NULL AND NOT is_taken ORDER BY id
            ON CONFLICT DO NOTHING RETURNING id
        )
        SELECT (SELECT count(*) FROM added), count(*) FILTER (WHERE email IS NULL),
               count(*) FILTER (WHERE email IS NOT NULL AND id NOT IN (SELECT id FROM added))
        FROM missing"
    );
    database.transaction("sync users", |tx| {
        if !tx.read_one("SELECT to_regclass('auth.users') IS NOT NULL", &[], |row| row.try_get(0))? {
            return Ok(None);
        }
        let synced = |row: &Row| {
            Ok(Synced {
                added: row.try_get(0)?,
                without_email: row.try_get(1)?,
                address_taken: row.try_get(2)?,
            })
        };
        tx.read_one(&sync, &[], synced).map(Some)
    })
}

/// What belongs to a user, and goes with them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Belongings {
    /// E-mails, hidden ones too.
    pub emails: i64,
    /// Recipients who wait, or whose e-mail is being written.
    pub unfinished: i64,
    /// Recipients who are finished or were given up.
    pub finished: i64,
}

const BELONGINGS: &str = "
    SELECT (SELECT count(*) FROM emails WHERE user_id = $1),
           count(*) FILTER (WHERE status::text IN ('PENDING', 'PROCESSING')),
           count(*) FILTER (WHERE status::text NOT IN ('PENDING', 'PROCESSING'))
    FROM queue_items WHERE user_id = $1";

/// What would go with a user.
pub fn belongings(database: &Database, id: Uuid) -> Result<Belongings, DatabaseError> {
    database.transaction("look at user", |tx| tx.read_one(BELONGINGS, &[(&id, Type::UUID)], belonging))
}

/// Deletes a user and all that is theirs, and tells what that was. `None`: they are not there any more. The items are
/// locked before the user, as a settle does it, so that neither waits for the other. A lost answer to COMMIT is found out
/// about.
pub fn delete(database: &Database, id: Uuid) -> Result<Option<Belongings>, DatabaseError> {
    const LOCK: &str =
        "SELECT count(*) FROM (SELECT FROM queue_items WHERE user_id = $1 ORDER BY id FOR UPDATE) AS held";
    let mut gone = None;
    database.repeatable("delete user", |tx| {
        let given = [(&id as _, Type::UUID)];
        tx.query_typed(LOCK, &given)?;
        let found = tx.read_one(BELONGINGS, &given, belonging)?;
        if !tx.query_typed("DELETE FROM users WHERE id = $1 RETURNING 1", &given)?.is_empty() {
            gone = Some(found);
        }
        Ok(gone)
    })
}

fn belonging(row: &Row) -> Result<Belongings, postgres::Error> {
    Ok(Belongings { emails: row.try_get(0)?, unfinished: row.try_get(1)?, finished: row.try_get(2)? })
}

fn user(row: &Row) -> Result<User, postgres::Error> {
    Ok(User {
        id: row.try_get(0)?,
        email: row.try_get(1)?,
        display_name: row.try_get(2)?,
        generation_count: row.try_get(3)?,
        email_template: row.try_get(4)?,
    })
}
