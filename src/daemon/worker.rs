//! The worker thread: flush → take back → claim → work → settle, one item at a time, for ever.
//!
//! Nothing about the database or the web ends it. What stands in its way becomes a condition, which pauses claiming
//! until a slow retry succeeds; only the item it has in hand decides what happens to that item.
use std::{
    fmt,
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, Instant},
};

use log::{debug, error, info, warn};
use uuid::Uuid;

use super::{
    day_budget::DayBudget,
    finish::{Ending, Outstanding},
    state_directory::{EarlierRun, StateDirectory, StateError},
    status::{Over, Status},
    stop::Stop,
};
use crate::{
    clock,
    condition::{
        CLOCK_NOT_SET, Condition, DATABASE_BANNED, DATABASE_DRIFT, DATABASE_LOGIN_REFUSED,
        DATABASE_UNREACHABLE, STATE_NOT_WRITABLE,
    },
    database::{
        Database, DatabaseError, hints,
        migrate::{self, Misfit},
        queue_items::{self, Claimed, TooLong},
    },
    model::STEP_TIME,
    pipeline::{self, Draft, LONGEST_ARXIV_STEP, MAX_TEMPLATE_BYTES, Pipeline, Request, Step},
    queue::{
        Claim, RunId,
        failure::{self, Next, after_failure, poisonous},
        life::LEASE,
    },
};

/// No step begins when less than this is left of the lease.
const LONGEST_STEP: Duration = Duration::from_secs(10 * 60);
const _: () =
    assert!(STEP_TIME.as_secs() + 180 <= LONGEST_STEP.as_secs(), "reading pages takes its time, too");
const _: () = assert!(LONGEST_ARXIV_STEP.as_secs() <= LONGEST_STEP.as_secs());

/// The first pause when the queue is empty; it doubles up to the setting.
const FIRST_POLL: Duration = Duration::from_secs(1);

/// Why the worker ended.
#[derive(Debug)]
pub enum End {
    /// It was asked to.
    Stopped,
    /// Nothing was left to do, and it was to run until then.
    Empty,
    /// It was to run until nothing is left, and claiming is held on this machine.
    Paused,
    /// It was to run until nothing is left, and something stands in the way.
    GaveUp(Obstacle),
}

/// A condition that was met, with what exactly was seen.
#[derive(Debug)]
pub struct Obstacle {
    /// The row of the table.
    pub condition: &'static Condition,
    /// What was seen.
    pub detail: String,
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.condition.title, self.detail, self.condition.remedy)
    }
}

impl From<DatabaseError> for Obstacle {
    fn from(error: DatabaseError) -> Self {
        Obstacle { condition: hints::condition(&error), detail: format!("{error} ({})", error.unit) }
    }
}

impl From<Misfit> for Obstacle {
    fn from(misfit: Misfit) -> Self {
        Obstacle { condition: misfit.condition(), detail: misfit.to_string() }
    }
}

/// Everything the worker needs.
pub struct Worker {
    /// The way to the queue.
    pub database: Database,
    /// The way from a request to a draft.
    pub pipeline: Pipeline,
    /// What models may cost a day, where that is bounded; the pipeline's purse.
    pub day_budget: Option<Arc<DayBudget>>,
    /// What is remembered across restarts.
    pub state: Arc<StateDirectory>,
    /// What `/health` shows.
    pub status: Arc<Status>,
    /// The request to stop.
    pub stop: Arc<Stop>,
    /// The item in hand, for the main thread to put back at a hurried stop.
    pub in_hand: InHand,
    /// This run.
    pub run: RunId,
    /// Whether the tables were found to be this scribe's.
    pub has_right_schema: bool,
    /// The run before, until its items are taken back.
    pub earlier: Option<EarlierRun>,
    /// The run before, when nothing is left of it.
    pub on_disk: Option<RunId>,
    /// Whether this run is remembered on disk.
    pub is_remembered: bool,
    /// What is still to be written about an item; nothing is claimed before.
    pub outstanding: Option<Outstanding>,
    /// Whether that is an e-mail that is kept on disk.
    pub is_kept: bool,
    /// The longest pause when the queue is empty.
    pub poll_interval: Duration,
    /// Whether to end when nothing is left.
    pub until_empty: bool,
}

/// The item that is being worked on, shared with the main thread.
#[derive(Debug, Clone, Default)]
pub struct InHand(Arc<Mutex<Option<Claim>>>);

impl InHand {
    pub(super) fn set(&self, item: Option<Claim>) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = item;
    }

    /// The item, if there is one.
    pub fn get(&self) -> Option<Claim> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }
}

/// What a round of the loop came to.
pub(super) enum Round {
    /// An item was worked on.
    Worked,
    /// Nothing waits.
    Idle,
    /// Nothing is left at all.
    Empty,
    /// Claiming is held on this machine.
    Paused,
}

impl Worker {
    /// Works until the end.
    pub fn run(mut self) -> End {
        let mut idle_pause = FIRST_POLL;
        while !self.stop.is_requested() {
            match self.round() {
                Ok(Round::Worked) => idle_pause = FIRST_POLL,
                Ok(Round::Empty) => return End::Empty,
                Ok(Round::Paused) if self.until_empty => return End::Paused,
                Ok(Round::Paused) => idle_pause = FIRST_POLL,
                Ok(Round::Idle) => {
                    let pause = idle_pause.min(self.poll_interval);
                    debug!("idle for {} s at most", pause.as_secs_f64());
                    self.stop.sleep(jittered(pause));
                    idle_pause = pause * 2;
                }
                Err(obstacle) => {
                    let obstacle = self.look_closer(obstacle);
                    self.report(&obstacle);
                    // A person waits for this run to end, so it ends with the reason.
                    if self.until_empty {
                        return End::GaveUp(obstacle);
                    }
                    self.stop.sleep(jittered(obstacle.condition.retry.pause()));
                }
            }
        }
        End::Stopped
    }

    fn round(&mut self) -> Result<Round, Obstacle> {
        let is_paused = self.is_paused();
        self.check_schema()?;
        self.finish()?;
        self.take_back()?;
        self.remember();
        if is_paused {
            return self.sit_out();
        }
        check_clock(clock::now())?;
        self.check_day_budget()?;
        let Some(item) = self.seen(queue_items::claim(&self.database, self.run))? else {
            self.all_clear(|_| true);
            let is_empty = self.until_empty && self.seen(queue_items::unfinished(&self.database))? == 0;
            return Ok(if is_empty { Round::Empty } else { Round::Idle });
        };
        self.in_hand.set(Some(item.claim.clone()));
        let trouble = self.work(item);
        self.status.working(None);
        self.finish()?;
        if let Some(obstacle) = trouble {
            return Err(obstacle);
        }
        self.all_clear(|_| true);
        Ok(Round::Worked)
    }

    /// Where tables or columns are missing: why. Where connections are refused: whether that may be a ban.
    fn look_closer(&self, obstacle: Obstacle) -> Obstacle {
        let obstacle = or_banned(obstacle, &self.status);
        if obstacle.condition != &DATABASE_DRIFT {
            return obstacle;
        }
        match migrate::current(&self.database) {
            Ok(schema) => schema.misfit.map_or(obstacle, Obstacle::from),
            Err(_) => obstacle,
        }
    }

    /// Whether the tables are this scribe's, once. A database that answers is no reason to call a misfit over.
    fn check_schema(&mut self) -> Result<(), Obstacle> {
        if !self.has_right_schema {
            let schema = migrate::current(&self.database);
            self.answered(&schema);
            schema?.misfit.map_or(Ok(()), |misfit| Err(Obstacle::from(misfit)))?;
            self.has_right_schema = true;
        }
        Ok(())
    }

    /// Takes back what the run before left behind, once.
    fn take_back(&mut self) -> Result<(), Obstacle> {
        if let Some(EarlierRun { run, crashed }) = self.earlier {
            let count = self.seen(queue_items::take_back(&self.database, run, !crashed))?;
            if count > 0 {
                info!("took back {count} item(s) that an earlier run left behind");
            }
            (self.earlier, self.on_disk) = (None, Some(run));
        }
        Ok(())
    }

    /// Remembers this run before it claims. Where the disk refuses, it goes by the name of the run that is remembered
    /// there. Without one, what it leaves behind comes back when its lease is over.
    fn remember(&mut self) {
        if self.is_remembered {
            return;
        }
        match self.state.save_run(self.run) {
            Ok(()) => {
                info!("run {}", self.run);
                self.is_remembered = true;
                self.status.unwarn(&STATE_NOT_WRITABLE);
            }
            Err(error) => {
                self.run = self.on_disk.take().unwrap_or(self.run);
                self.disk_refused(&error);
            }
        }
    }

    pub(super) fn disk_refused(&self, error: &StateError) {
        if self.status.warn(&STATE_NOT_WRITABLE) {
            warn!("{}: {error}; {}", STATE_NOT_WRITABLE.title, STATE_NOT_WRITABLE.remedy);
        }
    }

    /// From a claimed item to what is to be written about it, and what stood in the way.
    fn work(&mut self, item: Claimed) -> Option<Obstacle> {
        let started = Instant::now();
        info!("item {}: attempt {}", Short(item.claim.item), item.attempts);
        let (end, obstacle) = match self.draft(&item) {
            Ok(draft) => (Ending::Email(Box::new(draft.into())), None),
            Err(error) => {
                let next = self.with_usage(&item, after_failure(&error, item.attempts));
                let obstacle = match error {
                    pipeline::Error::Surroundings { condition, detail } => {
                        Some(Obstacle { condition, detail })
                    }
                    _ => None,
                };
                (Ending::Next(next), obstacle)
            }
        };
        self.outstanding = Some(Outstanding { claim: item.claim, end, started: Some(started) });
        obstacle
    }

    /// What an attempt without an e-mail used stands in the log, and where it was the last one, behind its reason.
    fn with_usage(&self, item: &Claimed, next: Next) -> Next {
        let usage = self.pipeline.take_usage();
        if usage.total.calls == 0 {
            return next;
        }
        info!("item {}: without an e-mail, the models used {usage}", Short(item.claim.item));
        match next {
            Next::Fail(message) => Next::Fail(failure::shortened(&format!("{message} (models: {usage})"))),
            next => next,
        }
    }

    fn draft(&self, item: &Claimed) -> Result<Draft, pipeline::Error> {
        if let Some(message) = poisonous(item.attempts) {
            return Err(pipeline::Error::Item(message));
        }
        let template = match &item.template {
            Ok(template) => template.clone(),
            Err(TooLong(bytes)) => {
                return Err(pipeline::Error::Item(format!(
                    "the template has {bytes} bytes; at most {MAX_TEMPLATE_BYTES} are allowed, so shorten it and queue \
                     the recipient again"
                )));
            }
        };
        let request = Request {
            recipient_name: item.recipient_name.clone(),
            recipient_interest: item.recipient_interest.clone(),
            template,
            sender_name: item.sender_name.clone(),
        };
        let mut lease_until = Instant::now() + LEASE;
        self.pipeline.run(&request, &mut |step| self.begin_step(item, step, &mut lease_until))
    }

    /// Notes a step's start and renews the lease. A note that cannot be written does not hurt the item, as long as
    /// the step cannot outlive the lease.
    fn begin_step(
        &self,
        item: &Claimed,
        step: Step,
        lease_until: &mut Instant,
    ) -> Result<(), pipeline::Error> {
        self.status.working(Some(step));
        info!("item {}: {}", Short(item.claim.item), step.as_str());
        if step == Step::TemplateParser {
            return Ok(()); // The claim itself said so.
        }
        let asked = Instant::now();
        match self.seen(queue_items::note_step(&self.database, &item.claim, step)) {
            Ok(true) => {
                *lease_until = asked + LEASE;
                Ok(())
            }
            Ok(false) => {
                warn!("item {}: no longer ours, given up", Short(item.claim.item));
                Err(pipeline::Error::Stopped)
            }
            Err(obstacle) => {
                self.report(&obstacle);
                let fits = Instant::now() + LONGEST_STEP < *lease_until;
                if fits { Ok(()) } else { Err(pipeline::Error::Stopped) }
            }
        }
    }

    /// Logs an obstacle when it is news.
    pub(super) fn report(&self, obstacle: &Obstacle) {
        if let Some(over) = self.status.raise(obstacle.condition) {
            tell_over(&over);
            error!("{obstacle}");
        }
    }

    /// Logs the end of an outage of such a kind.
    pub(super) fn all_clear(&self, of_kind: impl Fn(&Condition) -> bool) {
        tell_over(&self.status.clear(of_kind));
    }

    /// Tells `/health` whether the database answered.
    fn answered<T>(&self, result: &Result<T, DatabaseError>) {
        self.status.database_seen(result.as_ref().err().is_none_or(DatabaseError::was_logged_in));
    }

    /// Passes a result on, and tells `/health` whether the database answered.
    pub(super) fn seen_raw<T>(&self, result: Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        self.answered(&result);
        if result.is_ok() {
            self.all_clear(|condition| condition.subject() == "database");
        }
        result
    }

    fn seen<T>(&self, result: Result<T, DatabaseError>) -> Result<T, Obstacle> {
        self.seen_raw(result).map_err(Obstacle::from)
    }
}

fn tell_over(over: &[Over]) {
    for (condition, after) in over {
        info!("over after {} s: {}", after.as_secs(), condition.title);
    }
}

/// Somewhat less, by chance, so that a fleet does not come back in step.
fn jittered(pause: Duration) -> Duration {
    let [byte, ..] = Uuid::new_v4().into_bytes();
    pause - pause / 4 * u32::from(byte) / 256
}

/// A ban shows itself as a closed port, after refused logins.
fn or_banned(obstacle: Obstacle, status: &Status) -> Obstacle {
    let is_closed =
        obstacle.condition == &DATABASE_UNREACHABLE && obstacle.detail.contains("Connection refused");
    let was_refused = |it: &Condition| it == &DATABASE_LOGIN_REFUSED || it == &DATABASE_BANNED;
    let condition =
        if is_closed && status.holds(was_refused) { &DATABASE_BANNED } else { obstacle.condition };
    Obstacle { condition, ..obstacle }
}

/// Without a clock no certificate on the web can be judged.
fn check_clock(now: Duration) -> Result<(), Obstacle> {
    if now >= clock::WRITTEN {
        return Ok(());
    }
    let days = (clock::WRITTEN - now).as_secs() / 86_400;
    let detail = format!("by it, this scribe is not written yet for {days} days");
    Err(Obstacle { condition: &CLOCK_NOT_SET, detail })
}

/// The first eight digits of an id: enough to tell the items of a day apart in a log.
pub(super) struct Short(pub Uuid);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.8}", self.0.simple().to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::{DatabaseSettings, Secret, Stage, TlsMode};

    #[test]
    fn a_clock_that_is_behind_this_release_holds_claiming() {
        for then in [Duration::ZERO, clock::WRITTEN - Duration::from_secs(1)] {
            assert_eq!(check_clock(then).unwrap_err().condition, &CLOCK_NOT_SET);
        }
        assert!(check_clock(clock::now()).is_ok());
    }

    #[test]
    fn a_port_that_closes_after_refused_logins_may_be_a_ban_and_is_not_knocked_at_again_soon() {
        let closed = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let settings = DatabaseSettings {
            host: "127.0.0.1".into(),
            port: closed,
            name: "any".into(),
            user: "any".into(),
            password: Secret::new("any"),
            tls: TlsMode::Disable,
            root_certificates: None,
            connect_timeout: Duration::from_secs(30),
            statement_timeout: Duration::from_secs(30),
        };
        let knock = || {
            let refused = Database::new(&settings).unwrap().batch("poll", "SELECT 1").map(|_| ());
            Obstacle::from(refused.unwrap_err())
        };
        let status = Status::new(Stage::Production, &[]);
        assert_eq!(or_banned(knock(), &status).condition, &DATABASE_UNREACHABLE);
        status.raise(&DATABASE_LOGIN_REFUSED);
        let banned = or_banned(knock(), &status);
        assert_eq!(banned.condition, &DATABASE_BANNED);
        assert!(banned.condition.retry.pause() >= Duration::from_secs(120));
        status.raise(banned.condition);
        assert_eq!(or_banned(knock(), &status).condition, &DATABASE_BANNED, "and the next time");
    }

    #[test]
    fn a_pause_is_shortened_by_a_quarter_at_most() {
        let pauses: Vec<Duration> = (0..100).map(|_| jittered(Duration::from_secs(4))).collect();
        assert!(pauses.iter().all(|pause| (3.0..=4.0).contains(&pause.as_secs_f64())), "{pauses:?}");
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }
}
