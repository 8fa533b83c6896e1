//! What was applied to a database, and how that compares with the migrations in this binary.
use refinery_core::Target;

use super::{HISTORY, KNOWN, Known, MigrateError, Misfit, adapter, head, known, what};
use crate::database::{DatabaseError, Transaction};

/// A row of refinery's history table.
pub(super) struct Applied {
    version: i32,
    name: String,
    applied_on: String,
    checksum: String,
}

/// How a version stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    /// In the database, as this binary has it.
    Applied,
    /// Not in the database yet.
    Pending,
    /// In the database with another name or text than here.
    Divergent,
    /// In the database and not in this binary.
    Unknown,
}

impl State {
    /// The word for people.
    pub fn as_str(self) -> &'static str {
        match self {
            State::Applied => "applied",
            State::Pending => "pending",
            State::Divergent => "divergent",
            State::Unknown => "unknown",
        }
    }
}

/// A version, in this binary, in the database, or in both.
#[derive(Debug, Clone, PartialEq, Eq, serde::Serialize)]
pub struct Version {
    /// Its number.
    pub version: i32,
    /// What it does, in words.
    pub what: String,
    /// Whether it is the newest in this binary.
    pub head: bool,
    /// How it stands.
    pub state: State,
    /// When it was applied or stamped, by the database's clock, as the history has it (RFC 3339, UTC).
    pub applied_on: Option<String>,
}

/// The rows of the history table, oldest first; none where the table does not exist.
pub(super) fn read(tx: &mut Transaction<'_>) -> Result<Vec<Applied>, DatabaseError> {
    if !super::history_exists(tx)? {
        return Ok(Vec::new());
    }
    // refinery lets every column but the version be null. A table of that name with other columns is a history too, and
    // none of ours.
    let sql = format!(
        "SELECT coalesce((row ->> 'version')::int, 0), coalesce(row ->> 'name', ''),
                coalesce(row ->> 'applied_on', ''), coalesce(row ->> 'checksum', '')
         FROM {HISTORY} h, to_jsonb(h) row ORDER BY 1"
    );
    tx.read(&sql, &[], |row| {
        Ok(Applied {
            version: row.try_get(0)?,
            name: row.try_get(1)?,
            applied_on: row.try_get(2)?,
            checksum: row.try_get(3)?,
        })
    })
}

impl Applied {
    fn state(&self) -> State {
        match known(self.version) {
            None => State::Unknown,
            Some(m) if m.name == self.name && m.checksum.to_string() == self.checksum => State::Applied,
            Some(_) => State::Divergent,
        }
    }
}

/// The version that a history has reached, when all of it is of this binary and nothing is left out.
pub(super) fn verify(applied: &[Applied]) -> Result<i32, Misfit> {
    let mut reached = 0;
    for row in applied {
        let version = row.version;
        match row.state() {
            // Only behind a beginning of ours: others count their versions too.
            State::Unknown if version > head() => return Err(Misfit::Ahead { version: newest(applied) }),
            State::Applied if version > reached + 1 => return Err(Misfit::Gap { version: reached + 1 }),
            State::Applied => reached = version,
            _ => return Err(Misfit::Divergent { version }),
        }
    }
    Ok(reached)
}

/// The newest version of a history, 0 for none.
pub(super) fn newest(applied: &[Applied]) -> i32 {
    applied.last().map_or(0, |row| row.version)
}

/// Every version here or there, newest first.
pub(super) fn compare(applied: &[Applied]) -> Vec<Version> {
    let head = head();
    let mut versions: Vec<Version> = applied
        .iter()
        .map(|row| Version {
            version: row.version,
            what: what(&row.name),
            head: row.version == head,
            state: row.state(),
            applied_on: Some(row.applied_on.clone()),
        })
        .collect();
    let is_applied = |m: &&Known| applied.iter().any(|row| row.version == m.version);
    versions.extend(KNOWN.iter().filter(|m| !is_applied(m)).map(|m| Version {
        version: m.version,
        what: what(m.name),
        head: m.version == head,
        state: State::Pending,
        applied_on: None,
    }));
    versions.sort_by_key(|version| std::cmp::Reverse(version.version));
    versions
}

/// Records versions up to the target without running them, or forgets those above it.
pub(super) fn stamp(tx: &mut Transaction<'_>, before: i32, target: i32) -> Result<(), MigrateError> {
    if target < before {
        return Ok(tx.batch_execute(&format!("DELETE FROM {HISTORY} WHERE version > {target}"))?);
    }
    adapter::run(tx, Target::FakeVersion(target))?;
    // Where V5 is never run, nothing else closes the table to strangers.
    tx.batch_execute(&format!("ALTER TABLE {HISTORY} ENABLE ROW LEVEL SECURITY"))?;
    Ok(note_time(tx, before)?)
}

/// refinery writes this machine's time, and a Pi has no clock that survives a power cut.
pub(super) fn note_time(tx: &mut Transaction<'_>, before: i32) -> Result<(), DatabaseError> {
    tx.batch_execute(&format!(
        "UPDATE {HISTORY} SET applied_on = to_char(now() AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS\"Z\"')
         WHERE version > {before}"
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn applied(versions: &[i32]) -> Vec<Applied> {
        let row = |version: &i32| {
            let migration = known(*version);
            Applied {
                version: *version,
                name: migration.map_or("future".into(), |m| m.name.into()),
                applied_on: "2026-01-02T03:04:05Z".into(),
                checksum: migration.map_or("1".into(), |m| m.checksum.to_string()),
            }
        };
        versions.iter().map(row).collect()
    }

    #[test]
    fn a_history_is_accepted_only_when_it_is_a_beginning_of_ours() {
        assert!(matches!(verify(&[]), Ok(0)));
        assert!(matches!(verify(&applied(&[1, 2, 3])), Ok(3)));
        assert!(matches!(verify(&applied(&[1, 3])), Err(Misfit::Gap { version: 2 })));
        assert!(matches!(verify(&applied(&[1, 2, 99])), Err(Misfit::Ahead { version: 99 })));
        assert!(matches!(verify(&applied(&[0, 1])), Err(Misfit::Divergent { version: 0 })));
        let mut other_text = applied(&[1, 2]);
        other_text[1].checksum = "1".into();
        assert!(matches!(verify(&other_text), Err(Misfit::Divergent { version: 2 })));
    }

    #[test]
    fn a_comparison_names_every_version_once_and_the_newest_first() {
        let mut rows = applied(&[1, 2, 99]);
        rows[1].name = "something_else".into();
        let shown: Vec<_> = compare(&rows).into_iter().map(|v| (v.version, v.state)).collect();
        assert_eq!(shown.first(), Some(&(99, State::Unknown)));
        assert_eq!(shown.len(), 1 + usize::try_from(head()).unwrap());
        assert_eq!(shown[1], (head(), State::Pending));
        assert_eq!(shown[shown.len() - 2..], [(2, State::Divergent), (1, State::Applied)]);
    }
}
