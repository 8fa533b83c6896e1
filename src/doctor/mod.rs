//! `scribe doctor`: every check that a support person would make, in their order, each with its remedy. It changes
//! nothing, neither here nor in the database.
mod connection;
mod machine;
mod schema;
mod server;
mod services;
mod settings;

use std::path::Path;

use serde::Serialize;

use crate::{
    config::{Environment, Settings},
    database::{DatabaseError, hints},
    web::Web,
};

macro_rules! checks {
    ($($check:ident = $name:literal,)*) => {
        /// Every check, in the order in which they are made. A check may find several things, or be skipped.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub enum Check {
            $(#[doc = $name] $check),*
        }

        impl Check {
            const ALL: &[Check] = &[$(Check::$check),*];

            /// Its name, a word or two.
            pub fn as_str(self) -> &'static str {
                match self {
                    $(Check::$check => $name),*
                }
            }
        }
    };
}

checks! {
    Settings = "settings",
    Secrets = "secrets",
    Port = "port",
    Time = "time",
    Memory = "memory",
    Dns = "DNS",
    Tcp = "TCP",
    Tls = "TLS",
    Login = "login",
    Version = "version",
    Encoding = "encoding",
    Clock = "clock",
    Pooler = "pooler",
    Migrations = "migrations",
    Drift = "drift",
    RowSecurity = "row security",
    Privileges = "privileges",
    Queue = "queue",
    Budget = "budget",
    StateDirectory = "state directory",
    Models = "models",
    Search = "search",
    Arxiv = "arXiv",
}

impl Serialize for Check {
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

/// What a check came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Verdict {
    /// As it should be.
    Ok,
    /// It works, and could be better.
    Warning,
    /// It keeps scribe from working, or the schema is not as the migrations make it.
    Failed,
    /// It could not be looked at.
    Skipped,
}

/// One line of the report.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Finding {
    /// What the check came to.
    pub verdict: Verdict,
    /// What was looked at.
    pub check: Check,
    /// What was found.
    pub fact: String,
    /// What to do about it.
    pub remedy: Option<String>,
}

/// Makes all checks, and tells each finding as soon as it is there.
pub fn examine(file: Option<&Path>, environment: Environment<'_>, tell: &mut dyn FnMut(Finding)) {
    let mut report = Report { tell, next: 0, failed: None };
    let settings = settings::examine(file, environment, &mut report);
    machine::examine(&mut report);
    if let Some(settings) = settings {
        let database = settings.database.as_ref().and_then(|it| connection::examine(it, &mut report));
        if let Some(database) = database {
            schema::examine(&database, settings.budget.day, &mut report);
        }
        services::examine(&settings, &mut report);
    }
    report.skip_to(Check::ALL.len());
}

/// Asks each model of settings that may not be saved yet.
pub fn examine_models(settings: &Settings, tell: &mut dyn FnMut(Finding)) {
    services::models(settings, &mut Report::of_one(Check::Models, tell));
}

/// Asks everybody whom a search by settings that may not be saved yet would ask.
pub fn examine_search(settings: &Settings, tell: &mut dyn FnMut(Finding)) {
    services::search(settings, &Web::new(&settings.web), &mut Report::of_one(Check::Search, tell));
}

/// Where the checks tell what they found. A check that was passed over is told as skipped, so that none is ever
/// missing from a report.
struct Report<'a> {
    tell: &'a mut dyn FnMut(Finding),
    /// The place among all checks that was not reached yet.
    next: usize,
    /// The check that failed last.
    failed: Option<Check>,
}

impl<'a> Report<'a> {
    /// Of one check alone, out of its order.
    fn of_one(check: Check, tell: &'a mut dyn FnMut(Finding)) -> Report<'a> {
        Report { tell, next: check as usize, failed: None }
    }

    fn ok(&mut self, check: Check, fact: impl Into<String>) {
        self.find(Verdict::Ok, check, fact.into(), None);
    }

    fn warning(&mut self, check: Check, fact: impl Into<String>, remedy: impl Into<String>) {
        self.find(Verdict::Warning, check, fact.into(), Some(remedy.into()));
    }

    fn failed(&mut self, check: Check, fact: impl Into<String>, remedy: impl Into<String>) {
        self.find(Verdict::Failed, check, fact.into(), Some(remedy.into()));
        self.failed = Some(check);
    }

    /// In the words that `db check` and `/health` have for it.
    fn refused(&mut self, check: Check, error: &DatabaseError) {
        let condition = hints::condition(error);
        self.failed(check, format!("{}: {error}", condition.title), condition.remedy);
    }

    fn find(&mut self, verdict: Verdict, check: Check, fact: String, remedy: Option<String>) {
        self.skip_to(check as usize);
        self.next = check as usize + 1;
        (self.tell)(Finding { verdict, check, fact, remedy });
    }

    fn skip_to(&mut self, place: usize) {
        for &check in Check::ALL.iter().take(place).skip(self.next) {
            let fact = match self.failed {
                Some(failed) => format!("not made, because of: {}", failed.as_str()),
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
        report.ok(Check::Settings, "fine");
        report.warning(Check::Secrets, "one", "mend it");
        report.warning(Check::Secrets, "two", "mend it");
        report.failed(Check::Dns, "gone", "mend it");
        report.ok(Check::Login, "fine");
        report.skip_to(Check::Encoding as usize);
        let checks: Vec<_> = told.iter().map(|(_, check, _)| check.as_str()).collect();
        assert_eq!(
            checks,
            [
                "settings", "secrets", "secrets", "port", "time", "memory", "DNS", "TCP", "TLS", "login",
                "version"
            ]
        );
        assert_eq!(told[3], (Verdict::Skipped, Check::Port, "not made".into()));
        assert_eq!(told[7], (Verdict::Skipped, Check::Tcp, "not made, because of: DNS".into()));
    }
}
