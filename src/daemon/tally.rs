//! What the daemon has counted since its start. Plain numbers: [`super::status`] keeps them behind its lock.
use std::{collections::BTreeMap, time::Duration};

use serde::Serialize;

use crate::{condition::Condition, database::Backlog, pipeline::Step};

/// The numbers.
#[derive(Debug, Default, Clone)]
pub struct Tally {
    /// What became of items.
    pub counts: Counts,
    /// How often an item was taken in hand.
    pub attempts: u64,
    /// How long the last of those that had waited had been due.
    pub claim_lag: Option<Duration>,
    /// What waits, as the last claim left it.
    pub backlog: Option<Backlog>,
    /// What the steps took; one that was never begun is missing.
    pub steps: BTreeMap<Step, StepTime>,
    /// Units of work that failed, by the code of the condition that they show: as many entries as the table has at most.
    pub database_errors: BTreeMap<&'static str, u64>,
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
    /// Attempts that will be repeated, and were not counted.
    pub put_back: u64,
    /// Attempts on what was deleted or taken over meanwhile.
    pub dropped: u64,
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
    /// The item waits as if it had not been claimed.
    PutBack,
    /// The item is no longer ours; nothing was written.
    Dropped,
}

/// How often a step ended, and how long it took in all.
#[derive(Debug, Default, Clone, Copy)]
pub struct StepTime {
    /// How often.
    pub count: u64,
    /// How long.
    pub sum: Duration,
}

impl Tally {
    /// An item was taken in hand.
    pub fn attempt(&mut self, waited: Option<Duration>) {
        self.attempts += 1;
        self.claim_lag = waited.or(self.claim_lag);
    }

    /// An attempt ended.
    pub fn count(&mut self, outcome: Outcome) {
        let Counts { completed, failed, retried, put_back, dropped } = &mut self.counts;
        *match outcome {
            Outcome::Completed => completed,
            Outcome::Failed => failed,
            Outcome::Retried => retried,
            Outcome::PutBack => put_back,
            Outcome::Dropped => dropped,
        } += 1;
    }

    /// A step ended, well or not.
    pub fn step_ended(&mut self, step: Step, after: Duration) {
        let time = self.steps.entry(step).or_default();
        time.count += 1;
        time.sum += after;
    }

    /// A unit of work failed.
    pub fn database_failed(&mut self, shows: &'static Condition) {
        *self.database_errors.entry(shows.code).or_default() += 1;
    }
}
