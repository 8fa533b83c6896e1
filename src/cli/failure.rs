//! Errors at the edge: what happened, why, what to do, and the exit code. Every error of the library ends here once.
use std::{fmt, io};

use super::exit::{CONFIGURATION, FAILED};
use crate::{
    condition::{DATABASE_DRIFT, DATABASE_ERROR},
    config::ConfigError,
    daemon::DaemonError,
    database::{
        DatabaseError, Phase, hints,
        migrate::{MigrateError, Misfit, revision::RevisionError},
    },
    text::printable,
};

/// The command did not do what it was asked.
#[derive(Debug)]
pub enum Failure {
    /// Our output is no longer read.
    BrokenPipe,
    /// To be told.
    Told(Box<Report>),
}

/// What happened, why, and what to do, for a person.
#[derive(Debug)]
pub struct Report {
    what: String,
    why: Vec<String>,
    remedy: Option<String>,
    /// One of [`super::exit`].
    pub exit_code: u8,
}

/// More reasons than these are only counted.
const MOST_REASONS: usize = 20;

impl Failure {
    /// What happened and what to do.
    pub fn new(what: impl Into<String>, remedy: impl Into<String>) -> Failure {
        Failure::report(what.into(), Vec::new(), Some(remedy.into()), FAILED)
    }

    /// What happened, for each of many reasons, and what to do. Only the first reasons are told.
    pub fn listing(what: impl Into<String>, mut why: Vec<String>, remedy: impl Into<String>) -> Failure {
        let more = why.len().saturating_sub(MOST_REASONS);
        why.truncate(MOST_REASONS);
        if more > 0 {
            why.push(format!("and {more} more"));
        }
        Failure::report(what.into(), why, Some(remedy.into()), FAILED)
    }

    /// What happened, why, and what to do.
    pub fn because(what: impl Into<String>, why: impl fmt::Display, remedy: impl Into<String>) -> Failure {
        Failure::report(what.into(), vec![why.to_string()], Some(remedy.into()), FAILED)
    }

    /// The same where only a setting can be wrong.
    pub fn configuration(
        what: impl Into<String>,
        why: impl fmt::Display,
        remedy: impl Into<String>,
    ) -> Failure {
        Failure::report(what.into(), vec![why.to_string()], Some(remedy.into()), CONFIGURATION)
    }

    fn report(what: String, why: Vec<String>, remedy: Option<String>, exit_code: u8) -> Failure {
        Failure::Told(Box::new(Report { what, why, remedy, exit_code }))
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "scribe: {}", printable(&self.what))?;
        for why in &self.why {
            write!(f, "\n   why: {}", printable(why))?;
        }
        if let Some(remedy) = &self.remedy {
            write!(f, "\n   fix: {}", printable(remedy))?;
        }
        Ok(())
    }
}

impl From<io::Error> for Failure {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::BrokenPipe => Failure::BrokenPipe,
            _ => Failure::report(format!("cannot write the output: {error}"), Vec::new(), None, FAILED),
        }
    }
}

impl From<ConfigError> for Failure {
    fn from(error: ConfigError) -> Self {
        Failure::report(error.to_string(), Vec::new(), Some(error.remedy()), CONFIGURATION)
    }
}

impl From<Vec<ConfigError>> for Failure {
    fn from(mut errors: Vec<ConfigError>) -> Self {
        match errors.pop() {
            Some(only) if errors.is_empty() => only.into(),
            last => {
                errors.extend(last);
                let what = format!("{} mistakes in the settings", errors.len());
                let why = errors.iter().map(|error| format!("{error}; {}", error.remedy())).collect();
                let remedy = "mend each; `scribe config show` shows where every setting comes from".into();
                Failure::report(what, why, Some(remedy), CONFIGURATION)
            }
        }
    }
}

impl From<DatabaseError> for Failure {
    fn from(error: DatabaseError) -> Self {
        let condition = hints::condition(&error);
        if let Some(remedy) = look_first(&error) {
            return Failure::because("it may have been done, or not: the answer is lost", &error, remedy);
        }
        // Nothing was tried yet: only a setting can be wrong.
        let exit_code = if error.phase == Phase::Preparing { CONFIGURATION } else { FAILED };
        let why = vec![error.to_string()];
        Failure::report(condition.title.into(), why, Some(condition.remedy.into()), exit_code)
    }
}

impl From<Misfit> for Failure {
    fn from(misfit: Misfit) -> Self {
        Failure::listing(misfit.to_string(), misfit.signs(), misfit.remedy())
    }
}

/// What shows whether a unit of work was done whose answer is lost, if it would have changed anything.
fn look_first(error: &DatabaseError) -> Option<&'static str> {
    let look = match error.unit {
        "enqueue" => "`scribe queue list` shows what is queued; look before you run this again",
        "add user" | "sync users" => "`scribe user list` shows who is there; running this again does no harm",
        _ => return None,
    };
    error.leaves_open().then_some(look)
}

impl From<MigrateError> for Failure {
    fn from(error: MigrateError) -> Self {
        let remedy = match &error {
            MigrateError::Database(error) => return refused_step(error),
            MigrateError::Misfit(misfit) => {
                let what = format!("{misfit}; nothing was changed");
                return Failure::listing(what, misfit.signs(), misfit.remedy());
            }
            MigrateError::Locked => {
                "wait until it is done, and run this again; if nobody runs one, a session lingers on the server \
                 (`SELECT pid FROM pg_locks WHERE locktype = 'advisory'`); nothing was changed"
            }
            MigrateError::TableHeld(_) => {
                "wait until it is done (a long transaction, a backup), and run this again; \
                 `SELECT pid, state, query FROM pg_stat_activity` shows who is at work; nothing was changed"
            }
            MigrateError::Unknown(_) => {
                "`scribe db current` says where the schema stands; look before you run this again"
            }
            MigrateError::NoSuchTarget(_) => "`scribe db history` lists the versions; nothing was changed",
            MigrateError::Other(_) => "nothing was changed",
        };
        Failure::new(error.to_string(), remedy)
    }
}

/// A table that is missing or in the way is nothing that an upgrade cures: somebody else changed the schema.
fn refused_step(error: &DatabaseError) -> Failure {
    let condition = hints::condition(error);
    if ![&DATABASE_ERROR, &DATABASE_DRIFT].contains(&condition) {
        return Failure::because(condition.title, error, condition.remedy);
    }
    Failure::because(
        "the database refused a step; nothing was changed",
        error,
        "see the text for what is in the way or missing; put that right in SQL of your own, and run this again",
    )
}

impl From<RevisionError> for Failure {
    fn from(error: RevisionError) -> Self {
        let remedy = match &error {
            RevisionError::NotACheckout(_) => "run it in a checkout of scribe's source",
            RevisionError::Unnameable => "say in a few words what it does, e.g. -m 'Add a column'",
            RevisionError::Unusable(..) => "see the text; then run it again",
        };
        Failure::new(error.to_string(), remedy)
    }
}

impl From<DaemonError> for Failure {
    fn from(error: DaemonError) -> Self {
        let what = "could not start";
        match error {
            DaemonError::Config(error) => error.into(),
            DaemonError::Database(error) => error.into(),
            DaemonError::Obstacle(obstacle) => {
                Failure::because(obstacle.condition.title, &obstacle.detail, obstacle.condition.remedy)
            }
            DaemonError::Paused => Failure::new(error.to_string(), "`scribe queue resume` releases it"),
            DaemonError::State(error) => Failure::because(
                what,
                error,
                "give every scribe a STATE_DIRECTORY of its own that it may write to",
            ),
            DaemonError::Port(address, error) if error.kind() == io::ErrorKind::AddrInUse => {
                Failure::because(
                    what,
                    format!("another program listens on {address}"),
                    "stop that program (`ss -ltnp` names it), or set another PORT",
                )
            }
            DaemonError::Port(..) => {
                Failure::because(what, error, "set HOST to an address of this machine, and PORT above 1023")
            }
            DaemonError::System(_) => Failure::because(what, error, "see the text; then start it again"),
            DaemonError::WorkerDied => Failure::new(
                error.to_string(),
                "this is a fault in scribe: report the lines above, and start it again",
            ),
        }
    }
}
