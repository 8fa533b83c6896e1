//! The signals that ask scribe to stop. One that was ignored when scribe was started stays ignored: that is how `nohup`,
//! and a shell with a job in the background, say that it does not concern the program.
use std::{fs, future::pending, io};

use tokio::signal::unix::{Signal, SignalKind, signal};

/// The requests to stop.
pub struct Signals {
    terminate: Option<Signal>,
    interrupt: Option<Signal>,
    /// The terminal is gone.
    hangup: Option<Signal>,
}

impl Signals {
    /// Listens from here on.
    pub fn new() -> io::Result<Signals> {
        let ignored = ignored();
        let unless_ignored = |kind: SignalKind| match ignored & (1 << (kind.as_raw_value() - 1)) {
            0 => signal(kind).map(Some),
            _ => Ok(None),
        };
        Ok(Signals {
            // Without this one a service could not be stopped.
            terminate: Some(signal(SignalKind::terminate())?),
            interrupt: unless_ignored(SignalKind::interrupt())?,
            hangup: unless_ignored(SignalKind::hangup())?,
        })
    }

    /// Waits for the next one.
    pub async fn next(&mut self) {
        tokio::select! {
            () = next(&mut self.terminate) => {}
            () = next(&mut self.interrupt) => {}
            () = next(&mut self.hangup) => {}
        }
    }
}

async fn next(signal: &mut Option<Signal>) {
    match signal {
        Some(signal) => _ = signal.recv().await,
        None => pending().await,
    }
}

/// The signals that are ignored, a bit each from 1 on (proc(5), `SigIgn`). None where `/proc` is missing.
pub fn ignored() -> u64 {
    let status = fs::read_to_string("/proc/self/status").unwrap_or_default();
    let mask = status.lines().find_map(|line| line.strip_prefix("SigIgn:"));
    mask.and_then(|mask| u64::from_str_radix(mask.trim(), 16).ok()).unwrap_or(0)
}
