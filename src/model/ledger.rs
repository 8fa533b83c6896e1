//! What models used for one item, and how long the step at hand may still ask them.
//!
//! Every question passes [`Ledger::admit`] before it is sent and [`Ledger::record`] when its answer is there: whoever
//! wants to bound what an item or a day may cost does it here.
use std::{
    fmt,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::ModelError;
use crate::config::Prices;

/// How long after its begin a step may still wait for a model. What a step does besides must fit into the rest of the
/// daemon's longest step.
pub(crate) const STEP_TIME: Duration = Duration::from_secs(7 * 60);

/// With less than this left no question is asked.
const LEAST_TIME: Duration = Duration::from_secs(2);

/// What models used, as `emails.metadata.usage` shows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// Answers that were paid for, or may have been.
    pub calls: u32,
    /// How many of them came without a count of their tokens; with any, the counts below are too low.
    pub uncounted_calls: u32,
    /// Tokens sent, cached ones among them.
    pub input_tokens: u64,
    /// Tokens that came back, those of thinking among them.
    pub output_tokens: u64,
    /// What it cost.
    pub cost_usd: Cost,
}

/// An amount of money, or the admission that nobody knows it. In JSON a number, or "unknown".
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
#[serde(from = "Value", into = "Value")]
pub enum Cost {
    /// USD, by the prices in the settings.
    Usd(f64),
    /// A price is not set, or an answer came without a count.
    Unknown,
}

impl Default for Cost {
    fn default() -> Cost {
        Cost::Usd(0.0)
    }
}

impl From<Value> for Cost {
    fn from(value: Value) -> Cost {
        value.as_f64().map_or(Cost::Unknown, Cost::Usd)
    }
}

impl From<Cost> for Value {
    fn from(cost: Cost) -> Value {
        match cost {
            // To the millionth: a sum of floats shows digits that mean nothing.
            Cost::Usd(usd) => Value::from((usd * 1e6).round() / 1e6),
            Cost::Unknown => Value::from("unknown"),
        }
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Usage { calls, uncounted_calls, input_tokens, output_tokens, cost_usd } = self;
        let least = if *uncounted_calls > 0 { "at least " } else { "" };
        write!(f, "{calls} calls, {least}{input_tokens} tokens in and {output_tokens} out, ")?;
        match cost_usd {
            Cost::Usd(usd) => write!(f, "{usd:.4} USD"),
            Cost::Unknown => f.write_str("cost unknown"),
        }
    }
}

/// The tokens of one answer, as the service counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub input: u64,
    pub output: u64,
}

/// Shared by the models of one pipeline and the pipeline itself.
#[derive(Debug, Clone)]
pub(crate) struct Ledger(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    usage: Usage,
    step_until: Instant,
}

impl Ledger {
    /// Empty, with a step that begins now.
    pub fn new() -> Ledger {
        Ledger(Arc::new(Mutex::new(Inner {
            usage: Usage::default(),
            step_until: Instant::now() + STEP_TIME,
        })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// An item begins.
    pub fn begin_item(&self) {
        self.inner().usage = Usage::default();
        self.begin_step();
    }

    /// A step of it begins.
    pub fn begin_step(&self) {
        self.inner().step_until = Instant::now() + STEP_TIME;
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

    /// An answer came, or an answer was given up that may have to be paid for all the same.
    pub fn record(&self, tokens: Option<Tokens>, prices: Option<Prices>) {
        let usage = &mut self.inner().usage;
        usage.calls += 1;
        let Some(Tokens { input, output }) = tokens else {
            usage.uncounted_calls += 1;
            usage.cost_usd = Cost::Unknown;
            return;
        };
        usage.input_tokens = usage.input_tokens.saturating_add(input);
        usage.output_tokens = usage.output_tokens.saturating_add(output);
        usage.cost_usd = match (usage.cost_usd, prices) {
            #[expect(clippy::cast_precision_loss, reason = "nobody uses 2^53 tokens")]
            (Cost::Usd(usd), Some(prices)) => {
                Cost::Usd(usd + (input as f64 * prices.input + output as f64 * prices.output) / 1e6)
            }
            _ => Cost::Unknown,
        };
    }

    /// The step's time is over.
    #[cfg(test)]
    pub fn end_step(&self) {
        self.inner().step_until = Instant::now();
    }

    /// What the item used so far.
    pub fn usage(&self) -> Usage {
        self.inner().usage.clone()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICES: Option<Prices> = Some(Prices { input: 1.0, output: 5.0 });
    const TOKENS: Option<Tokens> = Some(Tokens { input: 1_000_000, output: 100_000 });

    fn usage(calls: &[(Option<Tokens>, Option<Prices>)]) -> Value {
        let ledger = Ledger::new();
        ledger.record(TOKENS, None);
        ledger.begin_item();
        calls.iter().for_each(|(tokens, prices)| ledger.record(*tokens, *prices));
        serde_json::to_value(ledger.usage()).unwrap()
    }

    #[test]
    fn an_item_that_asked_nobody_cost_nothing() {
        assert_eq!(usage(&[])["cost_usd"], 0.0);
    }

    #[test]
    fn tokens_and_cost_are_summed_per_item() {
        let usage = usage(&[(TOKENS, PRICES), (TOKENS, PRICES)]);
        assert_eq!(usage["calls"], 2);
        assert_eq!((&usage["input_tokens"], &usage["output_tokens"]), (&2_000_000.into(), &200_000.into()));
        assert_eq!(usage["cost_usd"], 3.0);
    }

    #[test]
    fn a_cost_that_is_not_known_is_said_and_is_not_zero() {
        assert_eq!(usage(&[(TOKENS, None)])["cost_usd"], "unknown");
        let uncounted = usage(&[(None, PRICES), (TOKENS, PRICES)]);
        assert_eq!((&uncounted["cost_usd"], &uncounted["uncounted_calls"]), (&"unknown".into(), &1.into()));
        let read: Usage = serde_json::from_value(uncounted).unwrap();
        assert_eq!(read.cost_usd, Cost::Unknown);
    }

    #[test]
    fn no_question_outlives_its_step() {
        let ledger = Ledger::new();
        let until = ledger.admit(Duration::from_secs(3600)).unwrap();
        assert!(until <= Instant::now() + STEP_TIME);
        ledger.end_step();
        assert!(matches!(ledger.admit(Duration::from_secs(60)), Err(ModelError::BadAnswer(_))));
        ledger.begin_step();
        assert!(ledger.admit(Duration::from_secs(60)).is_ok());
    }
}
