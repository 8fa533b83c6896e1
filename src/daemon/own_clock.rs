//! This machine's clock, by which certificates are judged: without a plausible one nothing is connected to, and the start
//! waits a while for a time server. What decides anything about items is the database's time.
use std::time::{Duration, Instant};

use log::warn;

use super::{event::CONDITION_BEGUN, worker::Worker};
use crate::{
    clock::{self, Synchronised},
    condition::{CLOCK_NOT_SET, CLOCK_NOT_SYNCHRONISED, Obstacle},
};

/// So long the start waits for a time server, where the clock could be right as it is.
const PATIENCE: Duration = Duration::from_secs(90);

/// How often it looks.
const LOOK: Duration = Duration::from_secs(1);

impl Worker {
    /// At the start: waits for a time server, for a while. The main thread serves meanwhile.
    pub(super) fn wait_for_time_server(&self) {
        if check_plausible(clock::now()).is_err() {
            return; // Met again, and told, by the first round.
        }
        let begun = Instant::now();
        while is_waited_for(clock::synchronised(), begun.elapsed()) {
            if self.status.warn(&CLOCK_NOT_SYNCHRONISED) {
                let (title, seconds) = (CLOCK_NOT_SYNCHRONISED.title, PATIENCE.as_secs());
                warn!(
                    MESSAGE_ID = CONDITION_BEGUN, ERROR_KIND = CLOCK_NOT_SYNCHRONISED.code;
                    "{title}: work waits for that, for {seconds} s at most"
                );
            }
            if self.stop.sleep(LOOK) {
                return;
            }
        }
    }

    /// Before anything is connected to: whether the clock can be right.
    pub(super) fn check_clock(&self) -> Result<(), Obstacle> {
        check_plausible(clock::now())?;
        self.all_clear(|condition| *condition == CLOCK_NOT_SET);
        if clock::synchronised() != Synchronised::NotYet {
            self.warning_over(&CLOCK_NOT_SYNCHRONISED);
        }
        Ok(())
    }
}

fn is_waited_for(synchronised: Synchronised, waited: Duration) -> bool {
    synchronised == Synchronised::NotYet && waited < PATIENCE
}

fn check_plausible(now: Duration) -> Result<(), Obstacle> {
    if now >= clock::WRITTEN {
        return Ok(());
    }
    let days = clock::WRITTEN.saturating_sub(now).as_secs() / 86_400;
    Err(Obstacle::new(&CLOCK_NOT_SET, format!("by it, this scribe is not written yet for {days} days")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_clock_that_is_behind_this_release_holds_all_work() {
        for then in [Duration::ZERO, clock::WRITTEN - Duration::from_secs(1)] {
            assert_eq!(check_plausible(then).unwrap_err().condition, &CLOCK_NOT_SET);
        }
        assert!(check_plausible(clock::now()).is_ok());
    }

    #[test]
    fn a_time_server_is_waited_for_90_seconds_and_only_where_one_may_come() {
        let [start, late, over] = [0, 89, 90].map(Duration::from_secs);
        assert!([start, late].into_iter().all(|waited| is_waited_for(Synchronised::NotYet, waited)));
        assert!(!is_waited_for(Synchronised::NotYet, over));
        assert!(!is_waited_for(Synchronised::Yes, start) && !is_waited_for(Synchronised::Unknown, start));
    }
}
