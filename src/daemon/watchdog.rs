//! Feeds systemd's watchdog as long as the worker keeps the times that it sets itself (`crate::liveness`).
//!
//! The main thread does it, so that it is watched as well. Who is not fed is ended by SIGABRT and started again; the item in
//! hand is then taken back like after any other crash.
//!
//! Systemd's socket may keep this thread waiting, but only when some hundred messages lie there unread: then process 1 has
//! hung for hours, and nobody is left to start us again.
use std::{convert::Infallible, io, os::fd::OwnedFd, sync::Arc, time::Duration};

use log::{error, info};
use rustix::time::{
    Itimerspec, TimerfdClockId, TimerfdFlags, TimerfdTimerFlags, Timespec, timerfd_create, timerfd_settime,
};
use sd_notify::NotifyState;
use tokio::io::{Interest, unix::AsyncFd};

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

    /// Twice in a period, for ever, but where the system has no clock for it: then it is told, and systemd starts again.
    pub async fn feed(self) {
        let Err(error) = self.feed_unless_broken().await;
        error!("the watchdog is no longer fed: {error}");
    }

    async fn feed_unless_broken(self) -> io::Result<Infallible> {
        let ticks = ticks(self.period / 2)?;
        let mut was_late = false;
        loop {
            next(&ticks).await?;
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

/// Becomes readable at once, and then once in every period. The kernel's own timer wakes the process once for each; those of
/// the runtime, which sorts its timers by hand, do so up to three times.
fn ticks(period: Duration) -> io::Result<AsyncFd<OwnedFd>> {
    let timer = timerfd_create(TimerfdClockId::Monotonic, TimerfdFlags::NONBLOCK | TimerfdFlags::CLOEXEC)?;
    let it_interval = Timespec::try_from(period).map_err(io::Error::other)?;
    let it_value = Timespec { tv_sec: 0, tv_nsec: 1 };
    timerfd_settime(&timer, TimerfdTimerFlags::empty(), &Itimerspec { it_interval, it_value })?;
    #[expect(deprecated, reason = "unsound for types that let go of their descriptor; an OwnedFd is sound")]
    AsyncFd::new(timer)
}

/// Waits for a tick; those that were missed meanwhile are over with it.
async fn next(ticks: &AsyncFd<OwnedFd>) -> io::Result<()> {
    let read = |timer: &OwnedFd| Ok(rustix::io::read(timer, &mut [0; 8])?);
    ticks.async_io(Interest::READABLE, read).await.map(drop)
}
