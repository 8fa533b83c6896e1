//! What the models of one pipeline used since its start, for `/metrics`: counted call by call, read without a lock.
use std::sync::atomic::{AtomicU64, Ordering::Relaxed};

use super::used::Tokens;
use crate::config::{MicroUsd, Prices};

/// Sums that only grow.
#[derive(Debug, Default)]
pub struct Meter {
    calls: AtomicU64,
    uncosted_calls: AtomicU64,
    input_tokens: AtomicU64,
    output_tokens: AtomicU64,
    micro_usd: AtomicU64,
}

/// What a meter shows at one moment.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Reading {
    /// Answers that were paid for, or may have been.
    pub calls: u64,
    /// How many of them cost nobody knows how much.
    pub uncosted_calls: u64,
    /// Tokens sent, where they were counted.
    pub input_tokens: u64,
    /// Tokens that came back, where they were counted.
    pub output_tokens: u64,
    /// What the other calls cost.
    pub cost: MicroUsd,
}

impl Meter {
    /// One more call, with its tokens where they were counted.
    pub(super) fn count(&self, tokens: Option<Tokens>, prices: Option<Prices>) {
        let cost =
            tokens.and_then(|Tokens { input, output }| prices.map(|prices| prices.cost(input, output)));
        let Tokens { input, output } = tokens.unwrap_or(Tokens { input: 0, output: 0 });
        self.calls.fetch_add(1, Relaxed);
        self.uncosted_calls.fetch_add(u64::from(cost.is_none()), Relaxed);
        self.input_tokens.fetch_add(input, Relaxed);
        self.output_tokens.fetch_add(output, Relaxed);
        self.micro_usd.fetch_add(cost.unwrap_or_default().0, Relaxed);
    }

    /// The sums.
    pub fn read(&self) -> Reading {
        Reading {
            calls: self.calls.load(Relaxed),
            uncosted_calls: self.uncosted_calls.load(Relaxed),
            input_tokens: self.input_tokens.load(Relaxed),
            output_tokens: self.output_tokens.load(Relaxed),
            cost: MicroUsd(self.micro_usd.load(Relaxed)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_call_without_a_known_cost_takes_nothing_from_what_the_others_cost() {
        let meter = Meter::default();
        let (tokens, prices) =
            (Some(Tokens { input: 100, output: 10 }), Some(Prices { input: 1.0, output: 5.0 }));
        for (tokens, prices) in [(tokens, prices), (None, prices), (tokens, None), (tokens, prices)] {
            meter.count(tokens, prices);
        }
        let expected = Reading {
            calls: 4,
            uncosted_calls: 2,
            input_tokens: 300,
            output_tokens: 30,
            cost: MicroUsd(300),
        };
        assert_eq!(meter.read(), expected);
    }
}
