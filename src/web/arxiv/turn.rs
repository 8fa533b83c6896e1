//! When arXiv may be asked: not more often than the interval says, and not before it wants to be.
use std::{
    cell::Cell,
    time::{Duration, Instant},
};

/// How long arXiv is left alone after it refused one, two, three, or more times in a row without saying for how long.
const BACKOFF: [Duration; 4] =
    [Duration::from_secs(3), Duration::from_secs(10), Duration::from_secs(30), Duration::from_secs(60)];

/// Remembers the last request and the last refusal, across items.
#[derive(Debug)]
pub(super) struct Turn {
    interval: Duration,
    /// When the last request was sent; at first, when the program began.
    last: Cell<Instant>,
    put_off_until: Cell<Instant>,
    /// How many answers in a row were refusals.
    refusals: Cell<usize>,
}

impl Turn {
    /// The first turn comes when the interval since now is over.
    pub(super) fn new(interval: Duration, now: Instant) -> Turn {
        Turn { interval, last: Cell::new(now), put_off_until: Cell::new(now), refusals: Cell::new(0) }
    }

    /// How long to wait for the next turn: the interval at most.
    ///
    /// # Errors
    /// How long arXiv still wants to be left alone.
    pub(super) fn wait(&self, now: Instant) -> Result<Duration, Duration> {
        match self.put_off_until.get().saturating_duration_since(now) {
            Duration::ZERO => Ok((self.last.get() + self.interval).saturating_duration_since(now)),
            put_off => Err(put_off),
        }
    }

    /// Notes that a request is sent.
    pub(super) fn begin(&self, now: Instant) {
        self.last.set(now);
    }

    /// Notes a refusal (429, 503 and the like), and tells for how long arXiv is left alone: as it says, else longer with
    /// every refusal.
    pub(super) fn refused(&self, now: Instant, retry_after: Option<Duration>) -> Duration {
        let earlier = self.refusals.replace(self.refusals.get() + 1);
        let time = retry_after.unwrap_or(BACKOFF[earlier.min(BACKOFF.len() - 1)]);
        self.put_off_until.set(now + time);
        time
    }

    /// Notes an answer that is no refusal.
    pub(super) fn answered(&self) {
        self.refusals.set(0);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_turn_comes_an_interval_after_the_start_and_after_each_request() {
        let start = Instant::now();
        let turn = Turn::new(3 * SECOND, start);
        assert_eq!(turn.wait(start), Ok(3 * SECOND));
        assert_eq!(turn.wait(start + 2 * SECOND), Ok(SECOND));
        assert_eq!(turn.wait(start + 9 * SECOND), Ok(Duration::ZERO));
        turn.begin(start + 9 * SECOND);
        assert_eq!(turn.wait(start + 10 * SECOND), Ok(2 * SECOND));
    }

    #[test]
    fn refusals_without_a_time_put_off_longer_each_time_until_one_answer() {
        let now = Instant::now();
        let turn = Turn::new(Duration::ZERO, now);
        let seconds = |()| turn.refused(now, None).as_secs();
        assert_eq!([(); 6].map(seconds), [3, 10, 30, 60, 60, 60]);
        assert_eq!(turn.wait(now + 59 * SECOND), Err(SECOND));
        assert_eq!(turn.wait(now + 60 * SECOND), Ok(Duration::ZERO));
        turn.answered();
        assert_eq!(turn.refused(now, None), 3 * SECOND);
    }

    #[test]
    fn a_refusal_that_says_for_how_long_is_kept_to() {
        let now = Instant::now();
        let turn = Turn::new(Duration::ZERO, now);
        assert_eq!(turn.refused(now, Some(3600 * SECOND)), 3600 * SECOND);
        assert_eq!(turn.wait(now + SECOND), Err(3599 * SECOND));
    }
}
