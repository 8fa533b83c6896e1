//! Queueing recipients: in their order, all or none, and nobody twice unawares.
use postgres::{Row, types::Type};
use serde::Serialize;
use uuid::Uuid;

use crate::{
    database::{Database, DatabaseError, Transaction},
    pipeline::Fields,
};

/// How many rows go out in one statement.
const AT_ONCE: usize = 1_000;

/// A recipient to queue.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct NewItem {
    /// Full name.
    #[serde(rename = "recipient_name")]
    pub name: String,
    /// What they work on.
    #[serde(rename = "recipient_interest")]
    pub interest: String,
    /// Where to write to, if the sender knows it.
    #[serde(rename = "recipient_email")]
    pub email: Option<String>,
    /// Values for placeholders.
    pub fields: Fields,
}

/// A recipient whom this sender queued before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Known {
    /// The recipient's place among those that are to be queued.
    pub place: usize,
    /// What became of it.
    pub state: KnownState,
    /// The day on which that was queued or written, if there is one.
    pub day: Option<String>,
}

/// What became of an earlier queueing. A failed one is none: that recipient was not written to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum KnownState {
    /// It waits.
    Waiting,
    /// Somebody works on it.
    InWork,
    /// There is, or was, an e-mail.
    Written,
}

/// What is done with recipients who are known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Again {
    /// They are left out.
    LeaveOut,
    /// They are queued once more.
    Queue,
}

/// What came of queueing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Queued {
    /// How many were queued.
    pub count: usize,
    /// Who was known, in the order of their places.
    pub known: Vec<Known>,
}

/// Two rows are of one recipient if their addresses are the same, or their names are and not both have an address.
const KNOWN: &str = "
    WITH given AS (
        SELECT place, lower(name) AS name, lower(email) AS email
        FROM unnest($2::text[], $3::text[]) WITH ORDINALITY AS item (name, email, place)
    ), before AS (
        SELECT recipient_name, recipient_email, created_at,
               CASE status::text WHEN 'PENDING' THEN 1 WHEN 'PROCESSING' THEN 2 ELSE 3 END AS state
        FROM queue_items WHERE user_id = $1 AND status::text IN ('PENDING', 'PROCESSING', 'COMPLETED')
        UNION ALL
        SELECT recipient_name, recipient_email, created_at, 3 FROM emails WHERE user_id = $1
    ), there AS (
        SELECT lower(recipient_name::text) AS name, lower(recipient_email::text) AS email, min(state) AS state,
               max(created_at) AS at
        FROM before GROUP BY 1, 2
    ), met AS (
        SELECT place, state, at FROM given JOIN there USING (name)
        WHERE coalesce(given.email = there.email, TRUE)
        UNION ALL
        SELECT place, state, at FROM given JOIN there USING (email)
    )
    SELECT DISTINCT ON (place) place, state, to_char(at, 'YYYY-MM-DD') FROM met ORDER BY place, state, at DESC";

/// One INSERT gives all its rows one time, and so do several of one transaction: their order is that of `seq`.
const ENQUEUE: &str = "
    INSERT INTO queue_items (id, user_id, recipient_name, recipient_interest, recipient_email, fields,
                             email_template_text, status)
    SELECT id, $1, name, interest, email, fields::jsonb, $2, 'PENDING'
    FROM unnest($3::uuid[], $4::text[], $5::text[], $6::text[], $7::text[])
         WITH ORDINALITY AS item (id, name, interest, email, fields, place)
    ORDER BY place
    ON CONFLICT (id) DO NOTHING";

/// Queues recipients in their order, all or none. `progress` is told how many are sent. Whoever queues for the same
/// user at the same time waits, so that nobody is queued by both. A lost answer to COMMIT is found out about: the rows'
/// ids are made here, so the same INSERT once more adds none that is there.
pub fn enqueue(
    database: &Database,
    user: Uuid,
    template: &str,
    items: &[NewItem],
    again: Again,
    progress: &mut dyn FnMut(usize),
) -> Result<Queued, DatabaseError> {
    let ids: Vec<Uuid> = items.iter().map(|_| Uuid::new_v4()).collect();
    let mut first_try: Option<Vec<Known>> = None;
    database.repeatable("enqueue", |tx| {
        lock(tx, user)?;
        let known = match first_try.take() {
            // To a second try, the rows of the first would be known.
            Some(known) if is_any_there(tx, &ids)? => known,
            // The first came to nothing, and whoever waited for it may have queued the same since.
            _ => find_known(tx, user, items)?,
        };
        first_try = Some(known.clone());
        let mut is_wanted = vec![true; items.len()];
        for known in known.iter().filter(|_| again == Again::LeaveOut) {
            is_wanted[known.place] = false;
        }
        let places: Vec<usize> = (0..items.len()).filter(|&place| is_wanted[place]).collect();
        let mut sent = 0;
        for places in places.chunks(AT_ONCE) {
            insert(tx, user, template, places.iter().map(|&place| (ids[place], &items[place])))?;
            sent += places.len();
            progress(sent);
        }
        Ok(Queued { count: places.len(), known })
    })
}

/// Who of these recipients is known. Changes nothing.
pub fn known(database: &Database, user: Uuid, items: &[NewItem]) -> Result<Vec<Known>, DatabaseError> {
    database.transaction("look for recipients", |tx| {
        lock(tx, user)?;
        find_known(tx, user, items)
    })
}

/// Waits for whoever queues for the same user.
fn lock(tx: &mut Transaction<'_>, user: Uuid) -> Result<(), DatabaseError> {
    const LOCK: &str = "SELECT pg_advisory_xact_lock(hashtext('scribe enqueue'), hashtext($1::text))";
    tx.query_typed(LOCK, &[(&user.to_string(), Type::TEXT)]).map(drop)
}

/// The same for the user of the one item that an abbreviated id means.
pub(in crate::database) fn lock_user_of(
    tx: &mut Transaction<'_>,
    id_prefix: &str,
) -> Result<(), DatabaseError> {
    const LOCK: &str = "
        SELECT pg_advisory_xact_lock(hashtext('scribe enqueue'), hashtext(min(user_id::text)))
        FROM queue_items WHERE starts_with(id::text, lower($1)) HAVING count(*) = 1";
    tx.query_typed(LOCK, &[(&id_prefix, Type::TEXT)]).map(drop)
}

fn is_any_there(tx: &mut Transaction<'_>, ids: &[Uuid]) -> Result<bool, DatabaseError> {
    const THERE: &str = "SELECT EXISTS (SELECT FROM queue_items WHERE id = ANY($1))";
    tx.read_one(THERE, &[(&ids, Type::UUID_ARRAY)], |row| row.try_get(0))
}

fn find_known(tx: &mut Transaction<'_>, user: Uuid, items: &[NewItem]) -> Result<Vec<Known>, DatabaseError> {
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    let emails: Vec<Option<&str>> = items.iter().map(|item| item.email.as_deref()).collect();
    let parameters =
        [(&user as _, Type::UUID), (&names as _, Type::TEXT_ARRAY), (&emails as _, Type::TEXT_ARRAY)];
    tx.read(KNOWN, &parameters, |row: &Row| {
        let place: i64 = row.try_get(0)?;
        let state = match row.try_get(1)? {
            1 => KnownState::Waiting,
            2 => KnownState::InWork,
            _ => KnownState::Written,
        };
        // Places count from 1 in SQL.
        Ok(Known { place: usize::try_from(place - 1).unwrap_or_default(), state, day: row.try_get(2)? })
    })
}

fn insert<'a>(
    tx: &mut Transaction<'_>,
    user: Uuid,
    template: &str,
    rows: impl Iterator<Item = (Uuid, &'a NewItem)>,
) -> Result<(), DatabaseError> {
    let (ids, items): (Vec<Uuid>, Vec<&NewItem>) = rows.unzip();
    let names: Vec<&str> = items.iter().map(|item| item.name.as_str()).collect();
    let interests: Vec<&str> = items.iter().map(|item| item.interest.as_str()).collect();
    let emails: Vec<Option<&str>> = items.iter().map(|item| item.email.as_deref()).collect();
    // Texts by name are always JSON.
    let json =
        |fields: &Fields| (!fields.is_empty()).then(|| serde_json::to_string(fields).unwrap_or_default());
    let fields: Vec<Option<String>> = items.iter().map(|item| json(&item.fields)).collect();
    let parameters = [
        (&user as _, Type::UUID),
        (&template as _, Type::TEXT),
        (&ids as _, Type::UUID_ARRAY),
        (&names as _, Type::TEXT_ARRAY),
        (&interests as _, Type::TEXT_ARRAY),
        (&emails as _, Type::TEXT_ARRAY),
        (&fields as _, Type::TEXT_ARRAY),
    ];
    tx.query_typed(ENQUEUE, &parameters).map(drop)
}
