//! What the daemon knows of itself: written by the worker, read by `/health`. The lock is never held across I/O.
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;

use crate::{
    condition::{Condition, Severity},
    config::Stage,
    pipeline::Step,
};

/// The daemon's own state.
#[derive(Debug)]
pub struct Status {
    stage: Stage,
    started: Instant,
    /// What holds from the start to the end, and stops nothing.
    warnings: Vec<&'static Condition>,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    stopping: bool,
    database: Option<DatabaseSeen>,
    condition: Option<(&'static Condition, Instant)>,
    step: Option<Step>,
    counts: Counts,
}

#[derive(Debug, Clone, Copy)]
struct DatabaseSeen {
    at: Instant,
    connected: bool,
}

/// What became of items since the start.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, Serialize)]
pub struct Counts {
    /// E-mails stored.
    pub completed: u64,
    /// Items marked FAILED.
    pub failed: u64,
    /// Attempts that will be repeated.
    pub retried: u64,
}

/// How an attempt ended, for the counts.
#[derive(Debug, Clone, Copy)]
pub enum Outcome {
    /// The e-mail is stored.
    Completed,
    /// The item is FAILED.
    Failed,
    /// The item waits for another try.
    Retried,
}

/// The answer of `/health`. The first five members, in this order, are the contract.
#[derive(Debug, Serialize)]
pub struct Health {
    status: &'static str,
    service: &'static str,
    version: &'static str,
    database: &'static str,
    environment: &'static str,
    database_checked_seconds_ago: Option<u64>,
    conditions: Vec<HealthCondition>,
    worker: HealthWorker,
    queue: Counts,
    uptime_seconds: u64,
}

#[derive(Debug, Serialize)]
struct HealthCondition {
    code: &'static str,
    severity: Severity,
    title: &'static str,
    remedy: &'static str,
    since_seconds: u64,
}

impl HealthCondition {
    fn new(condition: &Condition, since: Instant) -> HealthCondition {
        let &Condition { code, severity, title, remedy, .. } = condition;
        HealthCondition { code, severity, title, remedy, since_seconds: since.elapsed().as_secs() }
    }
}

#[derive(Debug, Serialize)]
struct HealthWorker {
    state: &'static str,
    step: Option<&'static str>,
}

impl Health {
    /// Whether all is well: decides between 200 and 503.
    pub fn is_healthy(&self) -> bool {
        self.status == "healthy"
    }
}

impl Status {
    /// At the start of the daemon, with what will hold until its end.
    pub fn new(stage: Stage, warnings: Vec<&'static Condition>) -> Status {
        Status { stage, started: Instant::now(), warnings, inner: Mutex::default() }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stop was requested.
    pub fn stopping(&self) {
        self.inner().stopping = true;
    }

    /// A unit of work ended, well or not.
    pub fn database_seen(&self, connected: bool) {
        self.inner().database = Some(DatabaseSeen { at: Instant::now(), connected });
    }

    /// The worker begins a step of an item, or has none.
    pub fn working(&self, step: Option<Step>) {
        self.inner().step = step;
    }

    /// An attempt ended.
    pub fn count(&self, outcome: Outcome) {
        let counts = &mut self.inner().counts;
        match outcome {
            Outcome::Completed => counts.completed += 1,
            Outcome::Failed => counts.failed += 1,
            Outcome::Retried => counts.retried += 1,
        }
    }

    /// A condition holds from now on. True: that is news. An outage that shows another face is none.
    pub fn raise(&self, condition: &'static Condition) -> bool {
        let mut inner = self.inner();
        let held = inner.condition.replace((condition, Instant::now()));
        let Some((before, since)) = held else { return true };
        let is_news = !condition.is_same_outage(before);
        if !is_news {
            inner.condition = Some((condition, since));
        }
        is_news
    }

    /// No condition of such a kind holds any more. Returns the one that did, and for how long.
    pub fn clear(&self, of_kind: impl Fn(&Condition) -> bool) -> Option<(&'static Condition, Duration)> {
        let held = self.inner().condition.take_if(|(condition, _)| of_kind(condition));
        held.map(|(condition, since)| (condition, since.elapsed()))
    }

    /// What `/health` says at this moment.
    pub fn health(&self) -> Health {
        let inner = self.inner();
        let status = match (&inner.database, inner.condition) {
            _ if inner.stopping => "stopping",
            (_, Some(_)) => "degraded",
            (None, None) => "starting",
            (Some(_), None) => "healthy",
        };
        let connected = inner.database.is_some_and(|seen| seen.connected);
        Health {
            status,
            service: "scribe-api",
            version: env!("CARGO_PKG_VERSION"),
            database: if connected { "connected" } else { "disconnected" },
            environment: self.stage.as_str(),
            database_checked_seconds_ago: inner.database.map(|seen| seen.at.elapsed().as_secs()),
            conditions: inner
                .condition
                .into_iter()
                .chain(self.warnings.iter().map(|warning| (*warning, self.started)))
                .map(|(condition, since)| HealthCondition::new(condition, since))
                .collect(),
            worker: HealthWorker {
                state: if inner.step.is_some() { "working" } else { "idle" },
                step: inner.step.map(Step::as_str),
            },
            queue: inner.counts,
            uptime_seconds: self.started.elapsed().as_secs(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition;

    fn json(status: &Status) -> String {
        serde_json::to_string(&status.health()).unwrap()
    }

    #[test]
    fn the_answer_begins_with_exactly_the_members_of_the_contract() {
        let status = Status::new(Stage::Production, Vec::new());
        status.database_seen(true);
        let expected = format!(
            "{{\"status\":\"healthy\",\"service\":\"scribe-api\",\"version\":\"{}\",\"database\":\"connected\",\
             \"environment\":\"production\",",
            env!("CARGO_PKG_VERSION")
        );
        assert!(json(&status).starts_with(&expected), "{}", json(&status));
    }

    #[test]
    fn status_goes_from_starting_over_healthy_and_degraded_to_stopping() {
        let status = Status::new(Stage::Development, Vec::new());
        assert_eq!(status.health().status, "starting");
        assert!(!status.health().is_healthy());
        status.database_seen(true);
        assert!(status.health().is_healthy());
        assert!(status.raise(&condition::DATABASE_SILENT));
        assert_eq!(status.health().status, "degraded");
        assert!(json(&status).contains("database-silent"));
        status.clear(|_| true);
        assert!(status.health().is_healthy());
        status.stopping();
        assert_eq!(status.health().status, "stopping");
    }

    #[test]
    fn an_outage_is_news_only_at_its_edges_whatever_faces_it_shows() {
        let status = Status::new(Stage::Development, Vec::new());
        assert!(status.raise(&condition::DATABASE_SILENT));
        for face in
            [&condition::DATABASE_SILENT, &condition::DATABASE_UNREACHABLE, &condition::DATABASE_NAME_UNKNOWN]
        {
            assert!(!status.raise(face), "{}", face.code);
            assert!(json(&status).contains(face.code));
        }
        assert!(status.raise(&condition::DATABASE_LOGIN_REFUSED));
        assert!(status.clear(|_| true).is_some());
        assert!(status.clear(|_| true).is_none());
    }

    #[test]
    fn a_warning_is_shown_and_leaves_scribe_healthy() {
        let status = Status::new(Stage::Development, vec![&condition::DATABASE_TLS_UNVERIFIED]);
        status.database_seen(true);
        assert!(status.health().is_healthy());
        let shown = r#""code":"database-tls-unverified","severity":"warning""#;
        assert!(json(&status).contains(shown), "{}", json(&status));
    }
}
