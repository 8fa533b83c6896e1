//! Names to addresses, within a deadline.
//!
//! The system's resolver cannot be told to hurry, so it works in a thread of its own. At most one such thread is ever
//! alive: while one is stuck, the next unit of work waits for that same answer instead of starting another.
use std::{
    io,
    net::{IpAddr, SocketAddr, ToSocketAddrs},
    sync::{
        Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

use super::error::Cause;

/// More addresses than this are not tried: each has its share of the time.
const MOST_ADDRESSES: usize = 4;

type Answer = io::Result<Vec<IpAddr>>;

/// Resolves one host, again and again.
pub struct Resolver {
    host: String,
    pending: Mutex<Option<Receiver<Answer>>>,
}

impl Resolver {
    /// For this host.
    pub fn new(host: &str) -> Resolver {
        Resolver { host: host.to_string(), pending: Mutex::new(None) }
    }

    /// The host's addresses, at least one.
    pub fn resolve(&self, deadline: Instant) -> Result<Vec<IpAddr>, Cause> {
        if let Ok(address) = self.host.parse() {
            return Ok(vec![address]);
        }
        let started = Instant::now();
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        let answer = match pending.take() {
            Some(answer) => answer,
            None => self.ask().map_err(|e| Cause::Broken(format!("no thread for the name look-up: {e}")))?,
        };
        match answer.recv_timeout(deadline.saturating_duration_since(Instant::now())) {
            Ok(Ok(addresses)) if !addresses.is_empty() => Ok(addresses),
            Ok(Ok(_)) => Err(self.unknown("it has no address")),
            Ok(Err(e)) => Err(self.unknown(&e.to_string())),
            Err(RecvTimeoutError::Timeout) => {
                *pending = Some(answer);
                Err(Cause::Timeout(started.elapsed()))
            }
            Err(RecvTimeoutError::Disconnected) => Err(self.unknown("the look-up broke off")),
        }
    }

    fn unknown(&self, why: &str) -> Cause {
        Cause::UnknownHost(format!("{}: {why}", self.host))
    }

    fn ask(&self) -> io::Result<Receiver<Answer>> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let host = self.host.clone();
        thread::Builder::new().name("resolve".into()).spawn(move || {
            let answer = (host.as_str(), 0)
                .to_socket_addrs()
                .map(|found| found.map(|a: SocketAddr| a.ip()).take(MOST_ADDRESSES).collect());
            // Nobody may be waiting any more, which is fine.
            let _ = sender.send(answer);
        })?;
        Ok(receiver)
    }
}

/// The share of the remaining time that one of several addresses gets.
pub fn share(remaining: Duration, addresses: usize) -> Duration {
    remaining / u32::try_from(addresses.max(1)).unwrap_or(u32::MAX)
}
