//! What the daemon knows of itself: written by the worker, read by `/health` and `/metrics`. The lock is never held across
//! I/O.
use std::{
    sync::{Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::Serialize;

use super::tally::{Counts, Outcome, Tally};
use crate::{
    condition::{Condition, Severity},
    config::Stage,
    database::Backlog,
    pipeline::Step,
};

/// What it calls itself; part of the contract.
pub(super) const SERVICE: &str = "scribe-api";

/// The daemon's own state.
#[derive(Debug)]
pub struct Status {
    stage: Stage,
    started: Instant,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    stopping: bool,
    paused: bool,
    database: Option<DatabaseSeen>,
    /// Errors, one for each subject at most.
    errors: Vec<Held>,
    warnings: Vec<Held>,
    /// The step at hand, and since when.
    step: Option<(Step, Instant)>,
    tally: Tally,
}

/// A condition that holds.
#[derive(Debug, Clone, Copy)]
struct Held {
    condition: &'static Condition,
    since: Instant,
    /// When it was met, or looked for, the last time.
    seen: Instant,
}

impl Held {
    fn from_now(condition: &'static Condition) -> Held {
        let now = Instant::now();
        Held { condition, since: now, seen: now }
    }
}

/// A condition that is over, and how long it held.
pub type Over = (&'static Condition, Duration);

#[derive(Debug, Clone, Copy)]
struct DatabaseSeen {
    at: Instant,
    connected: bool,
}

/// What `/metrics` tells, at one moment.
#[derive(Debug)]
pub struct Snapshot {
    /// Since the start, by a clock that only goes forward.
    pub uptime: Duration,
    /// Whether the database answered the last time, and how long ago that was.
    pub database: Option<(bool, Duration)>,
    /// What holds.
    pub conditions: Vec<&'static Condition>,
    /// What was counted.
    pub tally: Tally,
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
    fn new(&Held { condition, since, .. }: &Held) -> HealthCondition {
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
    pub fn new(stage: Stage, warnings: &[&'static Condition]) -> Status {
        let started = Instant::now();
        let warnings = warnings.iter().copied().map(Held::from_now).collect();
        Status { stage, started, inner: Mutex::new(Inner { warnings, ..Inner::default() }) }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A stop was requested.
    pub fn stopping(&self) {
        self.inner().stopping = true;
    }

    /// Claiming is held on this machine, or not. True: that is news.
    pub fn pause(&self, paused: bool) -> bool {
        std::mem::replace(&mut self.inner().paused, paused) != paused
    }

    /// A unit of work ended, well or not.
    pub fn database_seen(&self, connected: bool) {
        self.inner().database = Some(DatabaseSeen { at: Instant::now(), connected });
    }

    /// The worker begins a step of an item, or has none.
    pub fn working(&self, step: Option<Step>) {
        let mut inner = self.inner();
        let begun = step.map(|step| (step, Instant::now()));
        if let Some((step, since)) = std::mem::replace(&mut inner.step, begun) {
            inner.tally.step_ended(step, since.elapsed());
        }
    }

    /// An attempt ended.
    pub fn count(&self, outcome: Outcome) {
        self.inner().tally.count(outcome);
    }

    /// An item was taken in hand; it had waited so long, if it had waited.
    pub fn attempt(&self, waited: Option<Duration>) {
        self.inner().tally.attempt(waited);
    }

    /// What waits, as it was seen last.
    pub fn backlog(&self, backlog: Backlog) {
        self.inner().tally.backlog = Some(backlog);
    }

    /// A unit of work failed, which shows this.
    pub fn database_failed(&self, shows: &'static Condition) {
        self.inner().tally.database_failed(shows);
    }

    /// An error holds from now on. `None`: that is no news, for it held before, or it is the same outage with another
    /// face. Else what it was that held before, of the same subject.
    pub fn raise(&self, error: &'static Condition) -> Option<Vec<Over>> {
        let mut inner = self.inner();
        if let Some(held) = inner.errors.iter_mut().find(|held| held.condition.is_same_outage(error)) {
            (held.condition, held.seen) = (error, Instant::now());
            return None;
        }
        let over = take(&mut inner.errors, |held| held.subject() == error.subject());
        inner.errors.push(Held::from_now(error));
        Some(over)
    }

    /// Whether such an error holds.
    pub fn holds(&self, is_meant: impl Fn(&Condition) -> bool) -> bool {
        self.inner().errors.iter().any(|held| is_meant(held.condition))
    }

    /// Whether an error of such a kind holds that has not been looked for during its pause, `longest` at most. It counts
    /// as looked for now.
    pub fn is_due(&self, of_kind: impl Fn(&Condition) -> bool, longest: Duration) -> bool {
        let mut inner = self.inner();
        let is_due = |held: &&mut Held| {
            of_kind(held.condition) && held.seen.elapsed() >= held.condition.pause(longest)
        };
        inner.errors.iter_mut().find(is_due).map(|held| held.seen = Instant::now()).is_some()
    }

    /// A warning holds from now on. True: that is news.
    pub fn warn(&self, warning: &'static Condition) -> bool {
        let mut inner = self.inner();
        let is_news = inner.warnings.iter().all(|held| held.condition != warning);
        if is_news {
            inner.warnings.push(Held::from_now(warning));
        }
        is_news
    }

    /// A warning holds no more. Returns it, if it did.
    pub fn unwarn(&self, warning: &Condition) -> Vec<Over> {
        take(&mut self.inner().warnings, |condition| condition == warning)
    }

    /// No error of such a kind holds any more. Returns those that did.
    pub fn clear(&self, of_kind: impl Fn(&Condition) -> bool) -> Vec<Over> {
        take(&mut self.inner().errors, of_kind)
    }

    /// What `/health` says at this moment.
    pub fn health(&self) -> Health {
        let inner = self.inner();
        let status = match inner.database {
            _ if inner.stopping => "stopping",
            _ if !inner.errors.is_empty() => "degraded",
            None => "starting",
            Some(_) => "healthy",
        };
        let connected = inner.database.is_some_and(|seen| seen.connected);
        Health {
            status,
            service: SERVICE,
            version: env!("CARGO_PKG_VERSION"),
            database: if connected { "connected" } else { "disconnected" },
            environment: self.stage.as_str(),
            database_checked_seconds_ago: inner.database.map(|seen| seen.at.elapsed().as_secs()),
            conditions: inner.errors.iter().chain(&inner.warnings).map(HealthCondition::new).collect(),
            worker: HealthWorker {
                state: match inner.step {
                    Some(_) => "working",
                    None if inner.paused => "paused",
                    None => "idle",
                },
                step: inner.step.map(|(step, _)| step.as_str()),
            },
            queue: inner.tally.counts,
            uptime_seconds: self.started.elapsed().as_secs(),
        }
    }

    /// What `/metrics` tells at this moment.
    pub fn snapshot(&self) -> Snapshot {
        let inner = self.inner();
        Snapshot {
            uptime: self.started.elapsed(),
            database: inner.database.map(|seen| (seen.connected, seen.at.elapsed())),
            conditions: inner.errors.iter().chain(&inner.warnings).map(|held| held.condition).collect(),
            tally: inner.tally.clone(),
        }
    }
}

fn take(held: &mut Vec<Held>, of_kind: impl Fn(&Condition) -> bool) -> Vec<Over> {
    held.extract_if(.., |it| of_kind(it.condition)).map(|it| (it.condition, it.since.elapsed())).collect()
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
        let status = Status::new(Stage::Production, &[]);
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
        let status = Status::new(Stage::Development, &[]);
        assert_eq!(status.health().status, "starting");
        assert!(!status.health().is_healthy());
        status.database_seen(true);
        assert!(status.health().is_healthy());
        assert!(status.raise(&condition::DATABASE_SILENT).is_some());
        assert_eq!(status.health().status, "degraded");
        assert!(json(&status).contains("database-silent"));
        status.clear(|_| true);
        assert!(status.health().is_healthy());
        status.stopping();
        assert_eq!(status.health().status, "stopping");
    }

    #[test]
    fn a_pause_is_shown_leaves_scribe_healthy_and_is_news_only_at_its_edges() {
        let status = Status::new(Stage::Development, &[]);
        status.database_seen(true);
        assert!(!status.pause(false) && status.pause(true) && !status.pause(true));
        assert!(status.health().is_healthy());
        assert_eq!(status.health().worker.state, "paused");
        status.working(Some(Step::WebScraper));
        assert_eq!(status.health().worker.state, "working");
        status.working(None);
        assert!(status.pause(false));
        assert_eq!(status.health().worker.state, "idle");
    }

    #[test]
    fn an_outage_is_news_only_at_its_edges_whatever_faces_it_shows() {
        let status = Status::new(Stage::Development, &[]);
        assert!(status.raise(&condition::DATABASE_SILENT).is_some());
        for face in [
            &condition::DATABASE_SILENT,
            &condition::DATABASE_BUSY,
            &condition::DATABASE_NOT_READY,
            &condition::DATABASE_NAME_UNKNOWN,
        ] {
            assert!(status.raise(face).is_none(), "{}", face.code);
            assert!(json(&status).contains(face.code));
        }
        assert_eq!(status.clear(|_| true).len(), 1);
        assert!(status.clear(|_| true).is_empty());
    }

    #[test]
    fn another_trouble_with_the_same_subject_ends_the_one_before_and_other_subjects_stay() {
        let status = Status::new(Stage::Development, &[]);
        let codes = |over: Vec<Over>| over.iter().map(|(condition, _)| condition.code).collect::<Vec<_>>();
        let raise = |condition| status.raise(condition).map(codes);
        assert_eq!(raise(&condition::SEARCH_UNAVAILABLE), Some(vec![]));
        assert_eq!(raise(&condition::DATABASE_UNREACHABLE), Some(vec![]));
        assert_eq!(raise(&condition::SEARCH_UNAVAILABLE), None);
        assert_eq!(raise(&condition::DATABASE_TLS_NOT_YET_VALID), Some(vec!["database-unreachable"]));
        assert!(json(&status).contains("search-unavailable"));
        assert_eq!(codes(status.clear(|c| c.subject() == "database")), ["database-tls-not-yet-valid"]);
        assert_eq!(codes(status.clear(|_| true)), ["search-unavailable"]);
    }

    #[test]
    fn a_warning_is_shown_and_leaves_scribe_healthy() {
        let status = Status::new(Stage::Development, &[&condition::DATABASE_TLS_UNVERIFIED]);
        status.database_seen(true);
        assert!(status.health().is_healthy());
        let shown = r#""code":"database-tls-unverified","severity":"warning""#;
        assert!(json(&status).contains(shown), "{}", json(&status));
        assert!(status.warn(&condition::STATE_NOT_WRITABLE));
        assert!(!status.warn(&condition::STATE_NOT_WRITABLE));
        assert!(json(&status).contains("state-not-writable"));
        status.unwarn(&condition::STATE_NOT_WRITABLE);
        assert!(!json(&status).contains("state-not-writable"));
    }
}
