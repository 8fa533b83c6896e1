//! Everything in the surroundings that can keep scribe from working, or from working well: one table, in `table.rs`.
//!
//! A condition is not an error of an item: while one holds that stops the work, claiming pauses and no item loses an
//! attempt. The same row feeds the journal, `/health`, the command line, `scribe doctor` and `docs/troubleshooting.md`,
//! so that an owner reads the same words everywhere.
mod obstacle;
mod table;

use std::time::Duration;

use crate::config::{SearchProvider, Settings, TlsMode};

pub use self::{obstacle::Obstacle, table::*};

/// One thing that can be wrong around scribe, and what its owner can do about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Condition {
    /// Stable name for machines, kebab-case; shown in `/health`. It begins with its [subject](Condition::subject).
    pub code: &'static str,
    /// Whether work goes on meanwhile.
    pub severity: Severity,
    /// When it is tried again.
    pub retry: Retry,
    /// What is wrong, in one clause.
    pub title: &'static str,
    /// How it comes about, for the page on troubleshooting.
    pub text: &'static str,
    /// What to do about it, in one sentence.
    pub remedy: &'static str,
    /// What cannot be known while it holds: it may be wrong as well, and shows itself only afterwards.
    pub hides: Option<&'static str>,
}

/// Whether work goes on while a condition holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, serde::Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    /// Claiming pauses, and `/health` answers 503.
    Error,
    /// Work goes on, with less than it could have.
    Warning,
}

/// When something that went wrong is tried again.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Retry {
    /// Away, and back by itself: soon.
    Away,
    /// Too busy: a little later, so as not to add to the crowd.
    Crowded,
    /// Somebody has to mend something: now and then.
    Mended,
    /// Trying itself does harm (an address is blocked, a quota is spent): rarely.
    Guarded,
    /// No work waits for it.
    Never,
}

impl Retry {
    /// How long to wait before the next try.
    pub fn pause(self) -> Duration {
        Duration::from_secs(match self {
            Retry::Away => 5,
            Retry::Crowded => 15,
            Retry::Mended | Retry::Never => 30,
            Retry::Guarded => 300,
        })
    }
}

impl Condition {
    /// What it is about, e.g. `database`: the first word of its code. Of one subject only one error is known at a time.
    pub fn subject(&self) -> &'static str {
        self.code.split('-').next().unwrap_or(self.code)
    }

    /// How long to wait before the next try, `longest` at most. A database is left alone as long as it takes: who knocks
    /// too often there is shut out.
    pub fn pause(&self, longest: Duration) -> Duration {
        let usual = self.retry.pause();
        if self.subject() == "database" { usual } else { usual.min(longest) }
    }

    /// Whether a model's service is behind it.
    pub fn is_about_model(&self) -> bool {
        self.code.starts_with("model-")
    }

    /// Whether the two are faces of the same outage: what is away shows itself now as silence, now as a refusal.
    pub fn is_same_outage(&self, other: &Condition) -> bool {
        let is_outage = |c: &Condition| matches!(c.retry, Retry::Away | Retry::Crowded);
        self == other || self.subject() == other.subject() && is_outage(self) && is_outage(other)
    }
}

/// What holds as long as these settings do.
pub fn standing(settings: &Settings) -> Vec<&'static Condition> {
    let is_unverified = settings.database.as_ref().is_some_and(|database| database.tls == TlsMode::Require);
    let web = &settings.web;
    let holds = [
        (is_unverified, &DATABASE_TLS_UNVERIFIED),
        (matches!(web.search, SearchProvider::None), &SEARCH_NOT_CONFIGURED),
        (matches!(web.search, SearchProvider::Open { .. }) && web.contact.is_none(), &CONTACT_MISSING),
    ];
    holds.into_iter().filter(|(holds, _)| *holds).map(|(_, condition)| condition).collect()
}

#[cfg(test)]
mod page;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let mut codes: Vec<_> = ALL.iter().map(|c| c.code).collect();
        assert!(codes.iter().all(|c| c.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ALL.len());
        let subjects =
            ["arxiv", "budget", "clock", "contact", "database", "emails", "model", "search", "state"];
        assert!(ALL.iter().all(|c| subjects.contains(&c.subject())));
    }

    #[test]
    fn a_refused_login_is_retried_minutes_later_and_not_at_once() {
        // Supavisor blocks an address for two minutes after ten refused logins in two and a half.
        for condition in [&DATABASE_LOGIN_REFUSED, &DATABASE_BLOCKED] {
            assert!(condition.retry.pause() >= Duration::from_secs(120), "{}", condition.code);
        }
    }

    #[test]
    fn only_what_stops_the_work_is_tried_again() {
        for condition in ALL {
            assert_eq!(
                condition.severity == Severity::Warning,
                condition.retry == Retry::Never,
                "{}",
                condition.code
            );
        }
    }
}
