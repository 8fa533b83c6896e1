//! The day's budget for models, kept in the database, where it survives a crash and all scribes share it.
use std::{
    sync::atomic::{AtomicU64, Ordering::Relaxed},
    time::Duration,
};

use log::warn;

use super::worker::Worker;
use crate::{
    condition::{BUDGET_SPENT, Obstacle},
    config::MicroUsd,
    database::{Database, hints, model_days},
    model::{Day, ModelError, Purse},
};

/// How long a connection, and a statement, may take while a model's question waits for it.
const HURRY: Duration = Duration::from_secs(10);

/// The purse of a daemon.
pub struct DayBudget {
    database: Database,
    cap: MicroUsd,
    /// What has to fit into the day before anything is claimed again; 0 where nothing is known to be in the way.
    wanted: AtomicU64,
}

impl DayBudget {
    /// With a look at the day before the first claim: an earlier run may have spent it.
    pub fn new(database: &Database, cap: MicroUsd) -> DayBudget {
        DayBudget { database: database.hurried(HURRY, HURRY), cap, wanted: AtomicU64::new(1) }
    }
}

impl Purse for DayBudget {
    fn reserve(&self, amount: MicroUsd) -> Result<Day, ModelError> {
        let refused = match model_days::reserve(&self.database, amount, self.cap) {
            Ok(Some(day)) => return Ok(day),
            Ok(None) => {
                self.wanted.store(amount.0, Relaxed);
                let fits = if amount > self.cap { "is more than" } else { "no longer fits into" };
                let detail = format!("the next call may cost {amount}, which {fits} {} a day", self.cap);
                Obstacle::new(&BUDGET_SPENT, detail)
            }
            // A call that cannot be put down is not made.
            Err(error) => Obstacle::from(error),
        };
        Err(ModelError::Unusable { condition: refused.condition, detail: refused.detail })
    }

    fn correct(&self, day: Day, reserved: MicroUsd, spent: MicroUsd) {
        if reserved == spent {
            return;
        }
        if let Err(error) = model_days::correct(&self.database, day, reserved, spent) {
            let title = hints::condition(&error).title;
            warn!(
                "of the day's budget {reserved} stays set aside for a call that cost {spent}: {title}: {error}"
            );
        }
    }
}

impl Worker {
    /// Whether the day has something left for models, as far as is known. Asks the database only where it had nothing
    /// left the last time.
    pub(super) fn check_day_budget(&self) -> Result<(), Obstacle> {
        let Some(budget) = &self.day_budget else { return Ok(()) };
        let wanted = MicroUsd(budget.wanted.load(Relaxed));
        if wanted == MicroUsd::default() {
            return Ok(());
        }
        let spent = self.seen_raw(model_days::spent_today(&self.database)).map_err(Obstacle::from)?;
        if spent.plus(wanted) > budget.cap {
            let detail = format!("{spent} of {} are spent or set aside", budget.cap);
            return Err(Obstacle::new(&BUDGET_SPENT, detail));
        }
        budget.wanted.store(0, Relaxed);
        self.all_clear(|condition| condition == &BUDGET_SPENT);
        Ok(())
    }
}
