//! The request to stop: wakes whoever sleeps, so that nothing waits for a sleep to end.
use std::{
    sync::{Condvar, Mutex, PoisonError},
    time::Duration,
};

use crate::liveness;

/// Set once, seen by all.
#[derive(Debug, Default)]
pub struct Stop {
    requested: Mutex<bool>,
    changed: Condvar,
}

impl Stop {
    /// Asks everybody to stop.
    pub fn request(&self) {
        *self.requested.lock().unwrap_or_else(PoisonError::into_inner) = true;
        self.changed.notify_all();
    }

    /// Whether somebody has asked.
    pub fn is_requested(&self) -> bool {
        *self.requested.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Sleeps, or returns at once when a stop is requested. True: stop.
    pub fn sleep(&self, time: Duration) -> bool {
        let _wait = liveness::waits(time);
        let requested = self.requested.lock().unwrap_or_else(PoisonError::into_inner);
        let (requested, _) = self
            .changed
            .wait_timeout_while(requested, time, |requested| !*requested)
            .unwrap_or_else(PoisonError::into_inner);
        *requested
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::Arc, thread, time::Instant};

    #[test]
    fn a_request_wakes_a_sleeper() {
        let stop = Arc::new(Stop::default());
        let sleeper = thread::spawn({
            let stop = stop.clone();
            move || stop.sleep(Duration::from_secs(600))
        });
        let started = Instant::now();
        stop.request();
        assert!(sleeper.join().unwrap());
        assert!(started.elapsed() < Duration::from_secs(300));
        assert!(stop.is_requested());
    }
}
