//! What models used, in tokens and money, and the admission where nobody knows it.
use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::config::Prices;

/// The tokens of one answer, as the service counts them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Tokens {
    pub input: u64,
    pub output: u64,
}

/// What models used, as `emails.metadata.usage` shows it.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Used {
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

impl Used {
    /// One more call, with its tokens where they were counted.
    pub(super) fn count(&mut self, tokens: Option<Tokens>, prices: Option<Prices>) {
        let Tokens { input, output } = tokens.unwrap_or(Tokens { input: 0, output: 0 });
        let cost = tokens.and(prices).map_or(Cost::Unknown, |prices| {
            #[expect(clippy::cast_precision_loss, reason = "nobody spends 2^53 millionths")]
            Cost::Usd(prices.cost(input, output).0 as f64 / 1e6)
        });
        let uncounted_calls = u32::from(tokens.is_none());
        self.add(&Used {
            calls: 1,
            uncounted_calls,
            input_tokens: input,
            output_tokens: output,
            cost_usd: cost,
        });
    }

    /// And what was used besides.
    pub fn add(&mut self, other: &Used) {
        self.calls = self.calls.saturating_add(other.calls);
        self.uncounted_calls = self.uncounted_calls.saturating_add(other.uncounted_calls);
        self.input_tokens = self.input_tokens.saturating_add(other.input_tokens);
        self.output_tokens = self.output_tokens.saturating_add(other.output_tokens);
        self.cost_usd = match (self.cost_usd, other.cost_usd) {
            (Cost::Usd(one), Cost::Usd(other)) => Cost::Usd(one + other),
            _ => Cost::Unknown,
        };
    }
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

impl fmt::Display for Cost {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Cost::Usd(usd) => write!(f, "{usd:.4} USD"),
            Cost::Unknown => f.write_str("unknown"),
        }
    }
}

impl fmt::Display for Used {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Used { calls, uncounted_calls, input_tokens, output_tokens, cost_usd } = self;
        let least = if *uncounted_calls > 0 { "at least " } else { "" };
        let plural = if *calls == 1 { "" } else { "s" };
        write!(f, "{calls} call{plural}, {least}{input_tokens} tokens in and {output_tokens} out, ")?;
        match cost_usd {
            Cost::Usd(_) => cost_usd.fmt(f),
            Cost::Unknown => f.write_str("cost unknown"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PRICES: Option<Prices> = Some(Prices { input: 1.0, output: 5.0 });
    const TOKENS: Option<Tokens> = Some(Tokens { input: 1_000_000, output: 100_000 });

    fn used(calls: &[(Option<Tokens>, Option<Prices>)]) -> Value {
        let mut used = Used::default();
        calls.iter().for_each(|(tokens, prices)| used.count(*tokens, *prices));
        serde_json::to_value(used).unwrap()
    }

    #[test]
    fn whoever_asked_nobody_paid_nothing() {
        assert_eq!(used(&[])["cost_usd"], 0.0);
    }

    #[test]
    fn tokens_and_cost_are_summed() {
        let used = used(&[(TOKENS, PRICES), (TOKENS, PRICES)]);
        assert_eq!(used["calls"], 2);
        assert_eq!((&used["input_tokens"], &used["output_tokens"]), (&2_000_000.into(), &200_000.into()));
        assert_eq!(used["cost_usd"], 3.0);
    }

    #[test]
    fn a_cost_that_is_not_known_is_said_and_is_not_zero() {
        assert_eq!(used(&[(TOKENS, None)])["cost_usd"], "unknown");
        let uncounted = used(&[(None, PRICES), (TOKENS, PRICES)]);
        assert_eq!((&uncounted["cost_usd"], &uncounted["uncounted_calls"]), (&"unknown".into(), &1.into()));
        let read: Used = serde_json::from_value(uncounted).unwrap();
        assert_eq!(read.cost_usd, Cost::Unknown);
        assert!(read.to_string().ends_with("cost unknown"), "{read}");
    }
}
