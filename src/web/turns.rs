//! When a host may be asked again: not more often than the interval says, and not before it wants to be.
use std::{
    cell::RefCell,
    collections::HashMap,
    time::{Duration, Instant},
};

use crate::liveness;

/// The longest wait for a turn that is worth it; whatever is longer is left for another time.
pub(super) const LONGEST_WAIT: Duration = Duration::from_secs(10);
/// The most hosts that are remembered.
const MOST_HOSTS: usize = 256;

/// The turns of all hosts.
#[derive(Debug)]
pub(super) struct Turns {
    interval: Duration,
    next: RefCell<HashMap<String, Instant>>,
}

impl Turns {
    /// With at least so long between two requests to one host.
    pub(super) fn new(interval: Duration) -> Turns {
        Turns { interval, next: RefCell::default() }
    }

    /// Waits until the host may be asked, and takes the turn.
    ///
    /// # Errors
    /// How long the host still wants to be left alone, where that is longer than [`LONGEST_WAIT`].
    pub(super) fn take(&self, host: &str) -> Result<(), Duration> {
        let next = self.next.borrow().get(host).copied();
        let wait = next.map_or(Duration::ZERO, |next| next.saturating_duration_since(Instant::now()));
        if wait > LONGEST_WAIT {
            return Err(wait);
        }
        liveness::sleep(wait);
        self.put_off(host, self.interval);
        Ok(())
    }

    /// Notes that the host is not to be asked within this time.
    pub(super) fn put_off(&self, host: &str, time: Duration) {
        let now = Instant::now();
        let mut next = self.next.borrow_mut();
        next.retain(|_, next| *next > now);
        if next.len() >= MOST_HOSTS {
            let soonest = next.iter().min_by_key(|(_, next)| **next).map(|(host, _)| host.clone());
            soonest.and_then(|host| next.remove(&host));
        }
        let turn = next.entry(host.to_owned()).or_insert(now);
        *turn = (*turn).max(now + time);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_host_is_asked_once_in_an_interval_and_others_meanwhile() {
        let turns = Turns::new(Duration::from_millis(80));
        let started = Instant::now();
        turns.take("a.example").unwrap();
        turns.take("b.example").unwrap();
        assert!(started.elapsed() < Duration::from_millis(80), "the first turn waited");
        turns.take("a.example").unwrap();
        assert!(started.elapsed() >= Duration::from_millis(80), "the second turn did not wait");
    }

    #[test]
    fn a_host_that_wants_to_be_left_alone_is() {
        let turns = Turns::new(Duration::ZERO);
        turns.put_off("a.example", Duration::from_secs(60));
        turns.put_off("a.example", Duration::from_secs(1));
        assert!(turns.take("a.example").unwrap_err() > Duration::from_secs(50));
        assert_eq!(turns.take("b.example"), Ok(()));
    }

    #[test]
    fn only_so_many_hosts_are_remembered_and_the_ones_with_the_longest_wait() {
        let turns = Turns::new(Duration::ZERO);
        turns.put_off("long.example", Duration::from_secs(600));
        (0..1000).for_each(|i| turns.put_off(&format!("h{i}.example"), Duration::from_secs(60)));
        assert_eq!(turns.next.borrow().len(), MOST_HOSTS);
        assert!(turns.take("long.example").is_err());
    }
}
