//! What models used, what they may still cost, and how long the step at hand may still ask them.
//!
//! A question passes [`Ledger::admit`]; each call that it takes passes [`Ledger::reserve`] before it is sent, which sets
//! aside what the call may cost at most, and [`Ledger::settle`] when it is known what it did cost.
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    ModelError,
    meter::Meter,
    used::{Tokens, Used},
};
use crate::config::{MicroUsd, Prices};

/// How long after its begin a step may still wait for a model. What a step does besides must fit into the rest of the
/// daemon's longest step.
pub(crate) const STEP_TIME: Duration = Duration::from_secs(7 * 60);

/// With less than this left no question is asked.
const LEAST_TIME: Duration = Duration::from_secs(2);

/// Where the money of a day is kept, by all who share it. It survives this process, so that what was set aside for a call
/// that never came back stays spent.
pub trait Purse: Send + Sync {
    /// Sets an amount aside before a call. The error is that of the call that is not made: the day has not so much left,
    /// or nobody can be asked.
    fn reserve(&self, amount: MicroUsd) -> Result<Day, ModelError>;

    /// Puts a reservation right: from what was set aside to what it did cost. Where that fails, it stays as it was.
    fn correct(&self, day: Day, reserved: MicroUsd, spent: MicroUsd);
}

/// A day by the purse's clock: the number of days since 1970-01-01, UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Day(pub i32);

/// What was set aside for one call.
#[derive(Debug)]
#[must_use = "a call that is not settled counts as if it had cost the most that it may"]
pub(crate) struct Hold {
    prices: Option<Prices>,
    amount: MicroUsd,
    day: Option<Day>,
}

/// What one call came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Spent {
    /// It was refused, or never sent: nobody charges for that.
    Nothing,
    /// So many tokens.
    Tokens(Tokens),
    /// It may have been charged, and nobody says how much.
    Unknown,
}

/// Shared by the models of one pipeline and the pipeline itself.
#[derive(Clone)]
pub(crate) struct Ledger(Arc<Shared>);

struct Shared {
    /// What an item may cost.
    most: Option<MicroUsd>,
    purse: Option<Arc<dyn Purse>>,
    meter: Arc<Meter>,
    inner: Mutex<Inner>,
}

struct Inner {
    /// By the step at hand.
    used: Used,
    /// By the item, with what is set aside, and what is not known at the most that it may be.
    spent: MicroUsd,
    step_until: Instant,
}

impl Ledger {
    /// Empty, with a step that begins now. An item may cost `most`; without a purse, days have no bound.
    pub fn new(most: Option<MicroUsd>, purse: Option<Arc<dyn Purse>>) -> Ledger {
        let inner = Inner {
            used: Used::default(),
            spent: MicroUsd::default(),
            step_until: Instant::now() + STEP_TIME,
        };
        Ledger(Arc::new(Shared { most, purse, meter: Arc::default(), inner: Mutex::new(inner) }))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An item begins.
    pub fn begin_item(&self) {
        self.inner().spent = MicroUsd::default();
        self.begin_step();
    }

    /// A step of it begins. Returns what the one before used.
    pub fn begin_step(&self) -> Used {
        let mut inner = self.inner();
        inner.step_until = Instant::now() + STEP_TIME;
        std::mem::take(&mut inner.used)
    }

    /// What the step used so far.
    pub fn used(&self) -> Used {
        self.inner().used.clone()
    }

    /// What all items and steps used.
    pub fn meter(&self) -> Arc<Meter> {
        self.0.meter.clone()
    }

    /// Until when a question asked now may take, if it may be asked: the step then does without the model.
    pub fn admit(&self, patience: Duration) -> Result<Instant, ModelError> {
        let (now, step_until) = (Instant::now(), self.inner().step_until);
        if now + LEAST_TIME > step_until {
            let minutes = STEP_TIME.as_secs() / 60;
            return Err(ModelError::BadAnswer(format!(
                "the models took more than {minutes} minutes for this step"
            )));
        }
        Ok((now + patience).min(step_until))
    }

    /// Sets aside what a call with so many tokens costs, if the item and the day have so much left. What does not fit
    /// into the item is done without the model.
    pub fn reserve(&self, most: Tokens, prices: Option<Prices>) -> Result<Hold, ModelError> {
        let amount = prices.map(|prices| prices.cost(most.input, most.output)).unwrap_or_default();
        let spent = self.inner().spent.plus(amount);
        if let Some(most) = self.0.most.filter(|most| spent > *most) {
            return Err(ModelError::BadAnswer(format!(
                "a recipient may cost {most} (MODEL_ITEM_BUDGET), and the question would not fit into what is left"
            )));
        }
        let purse = self.0.purse.iter().filter(|_| amount > MicroUsd::default());
        let day = purse.map(|purse| purse.reserve(amount)).next().transpose()?;
        self.inner().spent = spent;
        Ok(Hold { prices, amount, day })
    }

    /// What a call came to. Where that is not known, what was set aside stays spent.
    pub fn settle(&self, hold: Hold, spent: Spent) {
        let Hold { prices, amount, day } = hold;
        let mut inner = self.inner();
        let mut count = |tokens| {
            inner.used.count(tokens, prices);
            self.0.meter.count(tokens, prices);
        };
        let cost = match spent {
            Spent::Nothing => MicroUsd::default(),
            Spent::Unknown => return count(None),
            Spent::Tokens(tokens) => {
                count(Some(tokens));
                prices.map(|prices| prices.cost(tokens.input, tokens.output)).unwrap_or_default()
            }
        };
        inner.spent = MicroUsd(inner.spent.0.saturating_sub(amount.0)).plus(cost);
        drop(inner);
        if let (Some(purse), Some(day)) = (&self.0.purse, day) {
            purse.correct(day, amount, cost);
        }
    }

    /// The step's time is over.
    #[cfg(test)]
    pub fn end_step(&self) {
        self.inner().step_until = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{condition::BUDGET_SPENT, model::used::Cost};

    const PRICES: Option<Prices> = Some(Prices { input: 1.0, output: 5.0 });
    /// For 600 millionths.
    const MOST: Tokens = Tokens { input: 100, output: 100 };

    /// A day with a bound, in memory.
    #[derive(Default)]
    struct Pocket {
        most: u64,
        spent: Mutex<u64>,
    }

    impl Purse for Pocket {
        fn reserve(&self, amount: MicroUsd) -> Result<Day, ModelError> {
            let mut spent = self.spent.lock().unwrap();
            if *spent + amount.0 > self.most {
                return Err(ModelError::Unusable { condition: &BUDGET_SPENT, detail: String::new() });
            }
            *spent += amount.0;
            Ok(Day(1))
        }
        fn correct(&self, _day: Day, reserved: MicroUsd, spent: MicroUsd) {
            let mut sum = self.spent.lock().unwrap();
            *sum = *sum - reserved.0 + spent.0;
        }
    }

    fn bounded(item: Option<u64>, day: u64) -> (Ledger, Arc<Pocket>) {
        let pocket = Arc::new(Pocket { most: day, ..Pocket::default() });
        (Ledger::new(item.map(MicroUsd), Some(pocket.clone())), pocket)
    }

    #[test]
    fn no_question_outlives_its_step() {
        let ledger = Ledger::new(None, None);
        let until = ledger.admit(Duration::from_secs(3600)).unwrap();
        assert!(until <= Instant::now() + STEP_TIME);
        ledger.end_step();
        assert!(matches!(ledger.admit(Duration::from_secs(60)), Err(ModelError::BadAnswer(_))));
        ledger.begin_step();
        assert!(ledger.admit(Duration::from_secs(60)).is_ok());
    }

    #[test]
    fn a_call_is_set_aside_before_and_put_right_after() {
        let (ledger, pocket) = bounded(None, 1000);
        let hold = ledger.reserve(MOST, PRICES).unwrap();
        assert_eq!(*pocket.spent.lock().unwrap(), 600, "before the call");
        ledger.settle(hold, Spent::Tokens(Tokens { input: 90, output: 10 }));
        assert_eq!(*pocket.spent.lock().unwrap(), 140);
        let hold = ledger.reserve(MOST, PRICES).unwrap();
        ledger.settle(hold, Spent::Nothing);
        assert_eq!(*pocket.spent.lock().unwrap(), 140, "what was refused costs nothing");
        let used = ledger.used();
        assert_eq!((used.calls, used.cost_usd), (1, Cost::Usd(140e-6)));
        ledger.begin_item();
        let metered = ledger.meter().read();
        assert_eq!((metered.calls, metered.cost), (1, MicroUsd(140)), "the meter goes on from item to item");
    }

    #[test]
    fn what_nobody_counted_stays_at_the_most_that_it_may_have_cost() {
        let (ledger, pocket) = bounded(Some(1000), 10_000);
        let hold = ledger.reserve(MOST, PRICES).unwrap();
        ledger.settle(hold, Spent::Unknown);
        drop(ledger.reserve(Tokens { input: 100, output: 0 }, PRICES).unwrap());
        assert_eq!(*pocket.spent.lock().unwrap(), 700, "and so does what never came back");
        assert!(
            matches!(ledger.reserve(MOST, PRICES), Err(ModelError::BadAnswer(_))),
            "the item's bound, too"
        );
        assert_eq!(ledger.used().cost_usd, Cost::Unknown);
    }

    #[test]
    fn what_does_not_fit_into_the_item_takes_nothing_from_the_day_and_the_next_item_begins_anew() {
        let (ledger, pocket) = bounded(Some(1000), 10_000);
        let hold = ledger.reserve(MOST, PRICES).unwrap();
        ledger.settle(hold, Spent::Tokens(MOST));
        let Err(ModelError::BadAnswer(why)) = ledger.reserve(MOST, PRICES) else { panic!("it does not fit") };
        assert!(why.contains("0.001 USD (MODEL_ITEM_BUDGET)"), "{why}");
        assert_eq!(*pocket.spent.lock().unwrap(), 600);
        ledger.begin_item();
        assert!(ledger.reserve(MOST, PRICES).is_ok());
    }

    #[test]
    fn a_day_without_so_much_left_is_no_fault_of_the_item() {
        let (ledger, _) = bounded(None, 1000);
        drop(ledger.reserve(MOST, PRICES).unwrap());
        let Err(ModelError::Unusable { condition, .. }) = ledger.reserve(MOST, PRICES) else { panic!() };
        assert_eq!(condition, &BUDGET_SPENT);
        assert!(
            ledger.reserve(MOST, Some(Prices { input: 0.0, output: 0.0 })).is_ok(),
            "what is free is never refused"
        );
    }
}
