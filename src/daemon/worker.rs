//! The worker thread: look at the schema → write down what is outstanding → take back → remember the run → claim → work →
//! settle, one item at a time, for ever.
//!
//! Nothing about the database or the web ends it. What stands in its way becomes a condition, which pauses claiming
//! until a slow retry succeeds; whose fault a failure is, and so what becomes of the item, `queue::blame` decides.
use std::{
    fmt,
    sync::Arc,
    time::{Duration, Instant},
};

use log::debug;
use uuid::Uuid;

use super::{
    day_budget::DayBudget,
    finish::{Ending, Outstanding},
    in_hand::InHand,
    obstacle::Seen,
    runs::Runs,
    state_directory::StateDirectory,
    status::Status,
    stop::Stop,
};
use crate::{
    condition::{Condition, Obstacle},
    database::{
        Database, migrate,
        queue_items::{self, Claimed, Polled, Reach},
    },
    jitter::jittered,
    pipeline::{self, Pipeline},
    queue::{
        blame::{Blame, Refusals},
        failure::Next,
        turns::Turns,
    },
};

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
    /// Whose turn it is while items are put aside.
    pub turns: Turns,
    /// The e-mails that were refused.
    pub refusals: Refusals,
    /// The database as it was seen last.
    pub seen: Seen,
    /// The longest pause when the queue is empty.
    pub poll_interval: Duration,
    /// The longest pause of our own after an obstacle.
    pub retry_interval: Duration,
    /// Whether to end when nothing is left.
    pub until_empty: bool,
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
        self.wait_for_time_server();
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
                    self.stop.sleep(self.pause_after(&obstacle));
                }
            }
        }
        End::Stopped
    }

    fn round(&mut self) -> Result<Round, Obstacle> {
        let is_paused = self.is_paused();
        self.check_clock()?;
        self.check_schema()?;
        self.finish()?;
        self.take_back()?;
        self.remember();
        if is_paused {
            return self.sit_out();
        }
        self.check_day_budget()?;
        let asked = Instant::now();
        let Some(item) = self.claim()? else { return self.nothing_waits() };
        if self.stop.is_requested() {
            let end = Ending::Next(Next::PutBack, pipeline::Error::Stopped.kind());
            self.outstanding = Some(Outstanding { claim: item.claim, end, started: None });
            self.finish()?;
            return Ok(Round::Worked);
        }
        let trouble = self.work(item, asked);
        self.status.working(None);
        self.finish()?;
        trouble.map_or(Ok(Round::Worked), Err)
    }

    fn claim(&mut self) -> Result<Option<Claimed>, Obstacle> {
        let item = self.claim_within(self.turns.least_wait(Instant::now()))?;
        if item.is_none() && self.turns.end() {
            return self.claim_within(Duration::ZERO);
        }
        Ok(item)
    }

    fn claim_within(&self, least_wait: Duration) -> Result<Option<Claimed>, Obstacle> {
        // An error leaves it at that: what was claimed perhaps is taken back at a stop.
        self.in_hand.claiming();
        let reach = Reach { leaves_others: self.seen.leaves_others(), least_wait };
        let polled = queue_items::claim_within(&self.database, self.in_hand.run(), reach);
        let Polled { item, backlog } = self.seen(polled)?;
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
        if self.status.is_due(Condition::is_about_model, self.retry_interval) && self.pipeline.models_answer()
        {
            self.all_clear(Condition::is_about_model);
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
}

/// The first eight digits of an id: enough to tell the items of a day apart in a log.
pub(super) struct Short(pub Uuid);

impl fmt::Display for Short {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:.8}", self.0.simple().to_string())
    }
}
