//! Feeds systemd's watchdog as long as the worker keeps the times that it sets itself (`crate::liveness`).
//!
//! The main thread does it, so that it is watched as well. Who is not fed is ended by SIGABRT and started again; the item in
//! hand is then taken back like after any other crash.
//!
//! Systemd's socket may keep this thread waiting, but only when some hundred messages lie there unread: then process 1 has
//! hung for hours, and nobody is left to start us again.
use std::{sync::Arc, time::Duration};

use log::{error, info};
use sd_notify::NotifyState;
use tokio::time::{MissedTickBehavior, interval};

use super::tell_systemd;
use crate::liveness::Liveness;

/// The watch that the unit's `WatchdogSec=` asks for.
pub struct Watchdog {
    period: Duration,
    worker: Arc<Liveness>,
}

impl Watchdog {
    /// If systemd wants to hear of this process.
    pub fn wanted() -> Option<Watchdog> {
        let period = sd_notify::watchdog_enabled().filter(|period| !period.is_zero())?;
        Some(Watchdog { period, worker: Arc::new(Liveness::new(period)) })
    }

    /// The worker's part.
    pub fn worker(&self) -> Arc<Liveness> {
        self.worker.clone()
    }

    /// For ever, twice in a period.
    pub async fn feed(self) {
        let mut ticks = interval(self.period / 2);
        ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
        let mut was_late = false;
        loop {
            ticks.tick().await;
            let late = self.worker.overdue();
            match late {
                None => tell_systemd(NotifyState::Watchdog),
                Some(late) if !was_late => error!(
                    "the worker hangs: it should have been done {:.1} s ago; unless it goes on, systemd starts scribe again",
                    late.as_secs_f64()
                ),
                Some(_) => {}
            }
            if was_late && late.is_none() {
                info!("the worker goes on");
            }
            was_late = late.is_some();
        }
    }
}
