//! Tables under scribe's names without a history of scribe's: the Python Scribe's, somebody else's, or scribe's own
//! tables made by another hand.
use std::fmt;

use super::{
    HISTORY,
    catalog::{self, Catalog, Live},
    head,
};
use crate::database::{DatabaseError, Transaction};

/// As many differences make tables that were meant for scribe; with more they are somebody else's.
const NEARLY: usize = 5;

/// The Python Scribe's migrations are Alembic's, like those of many programs.
const ALEMBIC: &str = "alembic_version";

/// Whose tables stand where a database has no history of scribe's.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
#[serde(tag = "kind", rename_all = "lowercase")]
pub enum Unrecorded {
    /// They are as scribe makes them.
    Adoptable {
        /// The version that they are at.
        version: i32,
        /// Whether Alembic keeps a history of its own there.
        alembic: bool,
    },
    /// They are the Python Scribe's.
    Python {
        /// What it is known by, each a clause.
        signs: Vec<String>,
    },
    /// They are somebody else's, or scribe's with differences.
    Taken {
        /// The names of scribe's tables that are taken.
        names: Vec<String>,
        /// Whether Alembic keeps a history of its own there.
        alembic: bool,
        /// The version that they nearly have, if they look as if they were meant for scribe.
        nearly: Option<i32>,
        /// How they differ from the version that they come nearest to, each a sentence.
        differences: Vec<String>,
    },
}

/// Whose tables there are, where there is no history of scribe's. `None` where all names are free.
pub(super) fn look(tx: &mut Transaction<'_>) -> Result<Option<Unrecorded>, DatabaseError> {
    let live = catalog::read(tx)?;
    let ours = catalog::without_history(head(), &live);
    let names: Vec<String> =
        ours.tables().filter(|name| live.catalog.is_taken(name)).map(String::from).collect();
    if names.is_empty() {
        return Ok(None);
    }
    let alembic = live.catalog.has_table(ALEMBIC);
    let lower_case = holds_lower_case(tx, &live)?;
    let (nearest, differences) = nearest(&names, &live);
    if differences.is_empty() && !lower_case {
        return Ok(Some(Unrecorded::Adoptable { version: nearest, alembic }));
    }
    let mut signs = signs(&live.catalog);
    if lower_case {
        signs.push("queue_items holds status values in lower case".into());
    }
    if !signs.is_empty() {
        return Ok(Some(Unrecorded::Python { signs: with_alembic(alembic, signs) }));
    }
    let has_all = catalog::without_history(nearest, &live).tables().all(|name| live.catalog.has_table(name));
    let nearly = (has_all && differences.len() <= NEARLY).then_some(nearest);
    Ok(Some(Unrecorded::Taken { names, alembic, nearly, differences }))
}

/// The version that tables of these names come nearest to, the newest of several, and how they differ from it.
fn nearest(names: &[String], live: &Live) -> (i32, Vec<String>) {
    (1..=head())
        .rev()
        .map(|version| (version, catalog::without_history(version, live)))
        .filter(|(_, expected)| names.iter().all(|name| expected.has_table(name)))
        .map(|(version, expected)| (version, expected.compare(&live.catalog).missing))
        .min_by_key(|(_, missing)| missing.len())
        .unwrap_or_default()
}

/// What only the Python Scribe has.
fn signs(catalog: &Catalog) -> Vec<String> {
    let has = |column| catalog.has_column("queue_items", column);
    let signs = [
        (
            has("email_template") && !has("email_template_text"),
            "queue_items has a column email_template, and none called email_template_text",
        ),
        (
            catalog.has_enum("template_type") && catalog.has_table("emails"),
            "there is an enum type template_type",
        ),
    ];
    signs.into_iter().filter(|(seen, _)| *seen).map(|(_, text)| text.into()).collect()
}

/// Whether a status is one of the Python Scribe's, as far as this role may look.
fn holds_lower_case(tx: &mut Transaction<'_>, live: &Live) -> Result<bool, DatabaseError> {
    if !live.catalog.has_column("queue_items", "status") {
        return Ok(false);
    }
    let mut is = |sql| tx.read_one(sql, &[], |row| row.try_get(0));
    Ok(is("SELECT has_column_privilege('queue_items', 'status', 'SELECT')
             AND NOT row_security_active('queue_items')")?
        && is("SELECT EXISTS (SELECT FROM queue_items
               WHERE status::text IN ('pending', 'processing', 'completed', 'failed'))")?)
}

fn with_alembic(alembic: bool, mut signs: Vec<String>) -> Vec<String> {
    if alembic {
        signs.insert(0, format!("there is a table {ALEMBIC}, another program's history"));
    }
    signs
}

/// Enough of them to see that these are other tables.
fn first(differences: &[String]) -> Vec<String> {
    let more = differences.len().saturating_sub(NEARLY);
    let more = (more > 0).then(|| format!("and {more} more differences"));
    differences.iter().take(NEARLY).cloned().chain(more).collect()
}

impl Unrecorded {
    /// What it is known by, each a clause.
    pub fn signs(&self) -> Vec<String> {
        match self {
            Unrecorded::Adoptable { alembic, .. } => with_alembic(*alembic, Vec::new()),
            Unrecorded::Python { signs } => signs.clone(),
            Unrecorded::Taken { alembic, differences, .. } => with_alembic(*alembic, first(differences)),
        }
    }

    /// What to do, in a sentence or two.
    pub fn remedy(&self) -> String {
        let own = "give scribe a database (on Supabase: a project) of its own";
        match self {
            Unrecorded::Adoptable { version, alembic } => adoption(*version, *alembic),
            Unrecorded::Python { .. } => format!("{own}; `scribe user add` takes the users along"),
            Unrecorded::Taken { alembic, nearly: Some(version), .. } => {
                let adoption = adoption(*version, *alembic);
                format!("{own}; or, if these tables are meant for scribe, put that right, and {adoption}")
            }
            Unrecorded::Taken { .. } => own.into(),
        }
    }

    /// Whether a stamp with that version would say the truth.
    pub(super) fn is_adopted_by(&self, stamp: Option<i32>) -> bool {
        matches!(self, Unrecorded::Adoptable { version, .. } if stamp == Some(*version))
    }
}

fn adoption(version: i32, alembic: bool) -> String {
    let first = if alembic { "stop the other program, then " } else { "" };
    match version == head() {
        true => format!("{first}adopt them with `scribe db stamp head`"),
        false => format!("{first}adopt them with `scribe db stamp {version}`, and run `scribe db upgrade`"),
    }
}

impl fmt::Display for Unrecorded {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Unrecorded::Adoptable { version, .. } => {
                write!(f, "the tables are scribe's as at version {version}, without a history ({HISTORY})")
            }
            Unrecorded::Python { .. } => f.write_str("this database is that of the Python Scribe"),
            Unrecorded::Taken { names, nearly: Some(version), .. } => {
                write!(
                    f,
                    "{} nearly as scribe's at version {version}, without a history ({HISTORY})",
                    are(names)
                )
            }
            Unrecorded::Taken { names, .. } => write!(f, "{} there already, and somebody else's", are(names)),
        }
    }
}

/// `the tables users, emails are`.
fn are(names: &[String]) -> String {
    match names {
        [name] => format!("the table {name} is"),
        names => format!("the tables {} are", names.join(", ")),
    }
}
