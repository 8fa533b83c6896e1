//! Money in whole millionths of a US dollar, so that sums are exact, here and in the database.
use std::fmt;

/// An amount in millionths of a US dollar (USD). What would be more than the type holds is its greatest amount.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct MicroUsd(pub u64);

/// The largest budget that can be set, in USD.
const MOST_USD: f64 = 1_000_000.0;

impl MicroUsd {
    /// From a setting: at least a millionth of a dollar, at most a million dollars.
    pub(super) fn budget(value: &str) -> Result<MicroUsd, String> {
        let usd: f64 = value.parse().map_err(|_| format!("{value:?} is no amount in USD, like 0.05"))?;
        if !(1e-6..=MOST_USD).contains(&usd) {
            return Err(format!("{value} is not between 0.000001 and {MOST_USD} USD"));
        }
        Ok(MicroUsd::rounded_up(usd * 1e6))
    }

    /// From a fraction of a millionth, always a little more rather than less.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
    pub(super) fn rounded_up(micro_usd: f64) -> MicroUsd {
        // What is a whole number but for the noise of floating point is that number.
        MicroUsd((micro_usd - 1e-6).ceil() as u64)
    }

    /// The sum.
    #[must_use]
    pub fn plus(self, other: MicroUsd) -> MicroUsd {
        MicroUsd(self.0.saturating_add(other.0))
    }
}

impl fmt::Display for MicroUsd {
    /// As many digits as it takes, and two at least: `0.05 USD`, `0.000321 USD`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (whole, rest) = (self.0 / 1_000_000, format!("{:06}", self.0 % 1_000_000));
        let (cents, rest) = rest.split_at(2);
        write!(f, "{whole}.{cents}{} USD", rest.trim_end_matches('0'))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_budget_is_an_amount_of_dollars() {
        let budget = |value| MicroUsd::budget(value).map(|amount| amount.0);
        assert_eq!(budget("0.05"), Ok(50_000));
        assert_eq!(budget("0.07"), Ok(70_000));
        assert_eq!(budget("2"), Ok(2_000_000));
        assert_eq!(budget("0.000001"), Ok(1));
        assert_eq!(budget("1000000"), Ok(1_000_000_000_000));
        for wrong in ["", "0", "-1", "1e9", "NaN", "inf", "$2", "2 USD", "0,05"] {
            assert!(budget(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn no_fraction_is_lost_and_no_amount_runs_over() {
        let up = |amount| MicroUsd::rounded_up(amount).0;
        assert_eq!((up(0.0), up(0.1), up(1.0), up(1.2), up(70_000.000_000_000_01)), (0, 1, 1, 2, 70_000));
        assert_eq!((up(f64::INFINITY), up(-1.0)), (u64::MAX, 0));
        assert_eq!(MicroUsd(u64::MAX).plus(MicroUsd(1)), MicroUsd(u64::MAX));
    }

    #[test]
    fn an_amount_shows_as_many_digits_as_it_has() {
        let shown = |micro| MicroUsd(micro).to_string();
        assert_eq!(
            [0, 1, 321, 50_000, 1_234_500].map(shown),
            ["0.00 USD", "0.000001 USD", "0.000321 USD", "0.05 USD", "1.2345 USD"]
        );
    }
}
