//! `scribe doctor`: every check that a support person would make, in their order, each with its remedy. It changes
//! nothing, neither here nor in the database.
mod connection;
mod schema;
mod server;
mod services;
mod settings;

use std::path::Path;

use serde::Serialize;

use crate::{
    config::Environment,
    database::{DatabaseError, hints},
};

/// Every check, in the order in which they are made. A check may find several things, or be skipped.
const CHECKS: [&str; 19] = [
    "settings",
    "secrets",
    "port",
    "DNS",
    "TCP",
    "TLS",
    "login",
    "version",
    "clock",
    "pooler",
    "migrations",
    "drift",
    "row security",
    "privileges",
    "queue",
    "state directory",
    "models",
    "search",
    "arXiv",
];

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and could be better.
    Warning,
    /// It keeps scribe from working.
    Failed,
    /// It could not be looked at.
    Skipped,
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What the check came to.
    pub verdict: Verdict,
    /// What was looked at, in a word or two.
    pub check: &'static str,
    /// What was found.
    pub fact: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// Makes all checks, and tells each finding as soon as it is there.
pub fn examine(file: Option<&Path>, environment: Environment<'_>, tell: &mut dyn FnMut(Finding)) {
    let mut report = Report { tell, next: 0, failed: None };
    if let Some(settings) = settings::examine(file, environment, &mut report) {
        let database = settings.database.as_ref().and_then(|it| connection::examine(it, &mut report));
        if let Some(database) = database {
            schema::examine(&database, &mut report);
        }
        services::examine(&settings, &mut report);
    }
    report.skip_to(CHECKS.len());
}

/// Where the checks tell what they found. A check that was passed over is told as skipped, so that none is ever
/// missing from a report.
struct Report<'a> {
    tell: &'a mut dyn FnMut(Finding),
    /// The place in [`CHECKS`] that was not reached yet.
    next: usize,
    /// The check that failed last.
    failed: Option<&'static str>,
}

impl Report<'_> {
    fn ok(&mut self, check: &'static str, fact: impl Into<String>) {
        self.find(Verdict::Ok, check, fact.into(), None);
    }

    fn warning(&mut self, check: &'static str, fact: impl Into<String>, remedy: impl Into<String>) {
        self.find(Verdict::Warning, check, fact.into(), Some(remedy.into()));
    }

    fn failed(&mut self, check: &'static str, fact: impl Into<String>, remedy: impl Into<String>) {
        self.find(Verdict::Failed, check, fact.into(), Some(remedy.into()));
        self.failed = Some(check);
    }

    /// In the words that `db check` and `/health` have for it.
    fn refused(&mut self, check: &'static str, error: &DatabaseError) {
        let condition = hints::condition(error);
        self.failed(check, format!("{}: {error}", condition.title), condition.remedy);
    }

    fn find(&mut self, verdict: Verdict, check: &'static str, fact: String, remedy: Option<String>) {
        if let Some(place) = CHECKS.iter().position(|c| *c == check) {
            self.skip_to(place);
            self.next = place + 1;
        }
        (self.tell)(Finding { verdict, check, fact, remedy });
    }

    fn skip_to(&mut self, place: usize) {
        for check in CHECKS.iter().take(place).skip(self.next) {
            let fact = match self.failed {
                Some(failed) => format!("not made, because of: {failed}"),
                None => "not made".into(),
            };
            (self.tell)(Finding { verdict: Verdict::Skipped, check, fact, remedy: None });
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_passed_over_is_told_in_its_place_and_nothing_twice() {
        let mut told = Vec::new();
        let mut tell = |finding: Finding| told.push((finding.verdict, finding.check, finding.fact));
        let mut report = Report { tell: &mut tell, next: 0, failed: None };
        report.ok("settings", "fine");
        report.warning("secrets", "one", "mend it");
        report.warning("secrets", "two", "mend it");
        report.failed("DNS", "gone", "mend it");
        report.ok("login", "fine");
        report.skip_to(8);
        let checks: Vec<_> = told.iter().map(|(_, check, _)| *check).collect();
        assert_eq!(
            checks,
            ["settings", "secrets", "secrets", "port", "DNS", "TCP", "TLS", "login", "version"]
        );
        assert_eq!(told[3], (Verdict::Skipped, "port", "not made".into()));
        assert_eq!(told[5], (Verdict::Skipped, "TCP", "not made, because of: DNS".into()));
    }
}
