//! Everybody's turn, while some are put aside. No I/O.
//!
//! The oldest item is claimed first, and one that was put aside comes back as the oldest. However many there are of
//! those, and however soon they are back, nobody behind them may wait for ever: so a round begins when an item is put
//! aside, and whoever waits then is tried before anybody is tried again.
use std::time::{Duration, Instant};

/// The round that is on, if one is.
#[derive(Debug, Default)]
pub struct Turns {
    since: Option<Instant>,
}

impl Turns {
    /// An item is put aside. A round that is on goes on.
    pub fn put_aside(&mut self, now: Instant) {
        self.since.get_or_insert(now);
    }

    /// So long an item must have been claimable to have its turn; it has had it where it is back from being put aside.
    pub fn least_wait(&self, now: Instant) -> Duration {
        self.since.map_or(Duration::ZERO, |since| now.duration_since(since))
    }

    /// The round is over. False: none was on.
    pub fn end(&mut self) -> bool {
        self.since.take().is_some()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_round_counts_from_the_first_that_is_put_aside_until_it_ends() {
        let (mut turns, start) = (Turns::default(), Instant::now());
        let after = |seconds| start + Duration::from_secs(seconds);
        assert_eq!((turns.least_wait(after(5)), turns.end()), (Duration::ZERO, false));
        turns.put_aside(start);
        turns.put_aside(after(3));
        assert_eq!((turns.least_wait(after(5)).as_secs(), turns.end()), (5, true));
        assert_eq!((turns.least_wait(after(5)), turns.end()), (Duration::ZERO, false));
    }
}
