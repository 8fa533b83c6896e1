//! The worker thread: flush → take back → claim → work → settle, one item at a time, for ever.
//!
//! Nothing about the database or the web ends it. What stands in its way becomes a condition, which pauses claiming
//! until a slow retry succeeds; only the item it has in hand decides what happens to that item.
use std::{
    cell::Cell,
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use log::{debug, error, info};
use uuid::Uuid;

use super::{
    day_budget::DayBudget,
    finish::{Ending, Outstanding},
    in_hand::InHand,
    runs::Runs,
    state_directory::StateDirectory,
    status::{Over, Status},
    stop::Stop,
};
use crate::{
    clock,
    condition::{
        CLOCK_NOT_SET, Condition, DATABASE_BANNED, DATABASE_DRIFT, DATABASE_LOGIN_REFUSED,
        DATABASE_UNREACHABLE,
    },
    database::{
        Database, DatabaseError, hints,
        migrate::{self, Misfit},
        queue_items::{self, Claimed, Polled},
    },
    pipeline::Pipeline,
    queue::{
        blame::{Blame, Refusals, Shown},
        failure::Next,
    },
};

/// The first pause when the queue is empty; it doubles up to the setting.
const FIRST_POLL: Duration = Duration::from_secs(1);

/// The longest pause that a service may ask for while nothing else is done.
const LONGEST_PAUSE: Duration = Duration::from_secs(15 * 60);

/// So long after an outage the items of others are left alone whose lease is over: they were cut off, too, and will store
/// what they finished meanwhile.
const LEAVE_OTHERS: Duration = Duration::from_secs(30);

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
    /// When the other side wants us back.
    pub retry_after: Option<Duration>,
}

impl Obstacle {
    /// A condition without a wish of another side.
    pub fn new(condition: &'static Condition, detail: String) -> Obstacle {
        Obstacle { condition, detail, retry_after: None }
    }

    fn pause(&self) -> Duration {
        jittered(self.condition.retry.pause()).max(self.retry_after.unwrap_or_default().min(LONGEST_PAUSE))
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.condition.title, self.detail, self.condition.remedy)
    }
}

impl From<DatabaseError> for Obstacle {
    fn from(error: DatabaseError) -> Self {
        Obstacle::new(hints::condition(&error), format!("{error} ({})", error.unit))
    }
}

impl From<Shown> for Obstacle {
    fn from(Shown { condition, detail, retry_after }: Shown) -> Self {
        Obstacle { condition, detail, retry_after }
    }
}

impl From<Misfit> for Obstacle {
    fn from(misfit: Misfit) -> Self {
        Obstacle::new(misfit.condition(), misfit.to_string())
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
    /// What this run holds, and its name, for the main thread at a hurried stop.
    pub in_hand: InHand,
    /// Whether the tables were found to be this scribe's.
    pub has_right_schema: bool,
    /// The runs before this one.
    pub runs: Runs,
    /// What is still to be written about an item; nothing is claimed before.
    pub outstanding: Option<Outstanding>,
    /// What failures have shown so far.
    pub blame: Blame,
    /// The e-mails that were refused.
    pub refusals: Refusals,
    /// The database as it was seen last.
    pub seen: Seen,
    /// The longest pause when the queue is empty.
    pub poll_interval: Duration,
    /// Whether to end when nothing is left.
    pub until_empty: bool,
}

/// The database as it was seen last.
#[derive(Debug, Default)]
pub struct Seen {
    /// The last unit of work failed.
    pub(super) has_failed: Cell<bool>,
    /// It was away, and until then others are given the time to come back.
    others_until: Cell<Option<Instant>>,
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
                    self.stop.sleep(obstacle.pause());
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
        self.all_clear(|condition| *condition == CLOCK_NOT_SET);
        self.check_day_budget()?;
        let asked = Instant::now();
        let Some(item) = self.claim()? else { return self.nothing_waits() };
        if self.stop.is_requested() {
            let end = Ending::Next(Next::PutBack);
            self.outstanding = Some(Outstanding { claim: item.claim, end, started: None });
            self.finish()?;
            return Ok(Round::Worked);
        }
        let trouble = self.work(item, asked);
        self.status.working(None);
        self.finish()?;
        trouble.map_or(Ok(Round::Worked), Err)
    }

    fn claim(&self) -> Result<Option<Claimed>, Obstacle> {
        // An error leaves it at that: what was claimed perhaps is taken back at a stop.
        self.in_hand.claiming();
        let leave_others = self.seen.others_until.get().is_some_and(|until| Instant::now() < until);
        let claim = if leave_others { queue_items::claim_leaving_others } else { queue_items::claim };
        let Polled { item, backlog } = self.seen(claim(&self.database, self.in_hand.run()))?;
        self.status.backlog(backlog);
        match &item {
            Some(item) => {
                self.in_hand.holds(item.claim.clone());
                self.status.attempt(item.waited);
            }
            None => _ = self.in_hand.nothing(),
        }
        Ok(item)
    }

    fn nothing_waits(&mut self) -> Result<Round, Obstacle> {
        if self.take_back_late()? {
            return Ok(Round::Worked);
        }
        self.look_at_models();
        let is_empty = self.until_empty && self.seen(queue_items::unfinished(&self.database))? == 0;
        Ok(if is_empty { Round::Empty } else { Round::Idle })
    }

    /// Without an item nobody would notice that a model is back, and `/health` would go on about it.
    fn look_at_models(&self) {
        if self.status.is_due(Condition::is_about_model) && self.pipeline.models_answer() {
            self.all_clear(Condition::is_about_model);
        }
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
        let is_there = result.as_ref().err().is_none_or(DatabaseError::was_logged_in);
        self.status.database_seen(is_there);
        self.seen.has_failed.set(result.is_err());
        if let Err(error) = result {
            self.status.database_failed(hints::condition(error));
        }
        if !is_there {
            self.seen.others_until.set(Some(Instant::now() + LEAVE_OTHERS));
        }
    }

    /// Passes a result on, and tells `/health` whether the database answered.
    pub(super) fn seen_raw<T>(&self, result: Result<T, DatabaseError>) -> Result<T, DatabaseError> {
        self.answered(&result);
        if result.is_ok() {
            self.all_clear(|condition| condition.subject() == "database");
        }
        result
    }

    pub(super) fn seen<T>(&self, result: Result<T, DatabaseError>) -> Result<T, Obstacle> {
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
    Err(Obstacle::new(&CLOCK_NOT_SET, format!("by it, this scribe is not written yet for {days} days")))
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
    fn a_wish_for_when_to_come_back_is_granted_within_reason() {
        let pause = |seconds| {
            let retry_after = Some(Duration::from_secs(seconds));
            let condition = &crate::condition::MODEL_FAILING;
            Obstacle { condition, detail: String::new(), retry_after }.pause().as_secs()
        };
        assert!((11..=15).contains(&pause(1)));
        assert_eq!([pause(60), pause(86_400)], [60, 15 * 60]);
    }

    #[test]
    fn a_pause_is_shortened_by_a_quarter_at_most() {
        let pauses: Vec<Duration> = (0..100).map(|_| jittered(Duration::from_secs(4))).collect();
        assert!(pauses.iter().all(|pause| (3.0..=4.0).contains(&pause.as_secs_f64())), "{pauses:?}");
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }
}
