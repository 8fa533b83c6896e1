//! Names to addresses, within a deadline: the one place where a name is looked up.
//!
//! The system's resolver cannot be told to hurry, so it works in a thread of its own. Of each [`LookUps`] at most one
//! such thread is ever alive: while one is stuck, whoever comes next waits for its end instead of starting another.
use std::{
    fmt, io,
    net::{IpAddr, ToSocketAddrs},
    sync::{
        Arc, Mutex, PoisonError,
        mpsc::{self, Receiver, RecvTimeoutError},
    },
    thread,
    time::{Duration, Instant},
};

type Answer = io::Result<Vec<IpAddr>>;
type LookUp = dyn Fn(&str) -> Answer + Send + Sync;

/// Looks names up, one after the other.
pub(crate) struct LookUps {
    look_up: Arc<LookUp>,
    /// The name that is being looked up, and where its answer will come.
    pending: Mutex<Option<(String, Receiver<Answer>)>>,
}

/// Why there is no address.
#[derive(Debug)]
pub(crate) enum Failure {
    /// The deadline came first, after so long.
    Timeout(Duration),
    /// The system gives no thread.
    NoThread(io::Error),
    /// The system's resolver knows none, for this reason.
    Unknown(io::Error),
}

impl LookUps {
    /// By the system's resolver.
    #[expect(clippy::disallowed_methods, reason = "nobody waits for its thread")]
    pub fn system() -> LookUps {
        LookUps::with(|host| Ok((host, 0).to_socket_addrs()?.map(|found| found.ip()).collect()))
    }

    /// By something else.
    pub fn with(look_up: impl Fn(&str) -> Answer + Send + Sync + 'static) -> LookUps {
        LookUps { look_up: Arc::new(look_up), pending: Mutex::default() }
    }

    /// The host's addresses, at least one. An address is its own.
    ///
    /// # Errors
    /// Every kind of [`Failure`].
    pub fn resolve(&self, host: &str, deadline: Instant) -> Result<Vec<IpAddr>, Failure> {
        if let Ok(address) = host.parse() {
            return Ok(vec![address]);
        }
        let started = Instant::now();
        let mut pending = self.pending.lock().unwrap_or_else(PoisonError::into_inner);
        loop {
            let (asked, answer) = match pending.take() {
                Some(pending) => pending,
                None => (host.to_owned(), self.ask(host).map_err(Failure::NoThread)?),
            };
            let outcome = answer.recv_timeout(deadline.saturating_duration_since(Instant::now()));
            if matches!(outcome, Err(RecvTimeoutError::Timeout)) {
                *pending = Some((asked, answer));
                return Err(Failure::Timeout(started.elapsed()));
            }
            // The end of what somebody before waited for in vain makes room.
            if asked == host {
                return known(outcome.unwrap_or_else(|_| Err(io::Error::other("the look-up broke off"))));
            }
        }
    }

    fn ask(&self, host: &str) -> io::Result<Receiver<Answer>> {
        let (sender, receiver) = mpsc::sync_channel(1);
        let (host, look_up) = (host.to_owned(), self.look_up.clone());
        thread::Builder::new().name("resolve".into()).spawn(move || {
            // Nobody may be waiting any more, which is fine.
            let _ = sender.send(look_up(&host));
        })?;
        Ok(receiver)
    }
}

fn known(answer: Answer) -> Result<Vec<IpAddr>, Failure> {
    match answer {
        Ok(addresses) if addresses.is_empty() => {
            Err(Failure::Unknown(io::Error::new(io::ErrorKind::NotFound, "it has no address")))
        }
        Ok(addresses) => Ok(addresses),
        Err(e) => Err(Failure::Unknown(e)),
    }
}

impl fmt::Debug for LookUps {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("LookUps")
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        atomic::{AtomicUsize, Ordering},
        mpsc::channel,
    };

    use super::*;

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(2)
    }

    fn patiently() -> Instant {
        Instant::now() + Duration::from_secs(60)
    }

    fn ip(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn an_address_needs_no_look_up() {
        let names = LookUps::with(|_| panic!("nobody was to be asked"));
        assert_eq!(names.resolve("::1", soon()).unwrap(), [ip("::1")]);
    }

    #[test]
    fn a_resolver_that_does_not_answer_costs_one_thread_whatever_it_is_asked() {
        let (release, released) = channel::<()>();
        let released = Mutex::new(released);
        let asked = Arc::new(AtomicUsize::new(0));
        let names = LookUps::with({
            let asked = asked.clone();
            move |host| {
                asked.fetch_add(1, Ordering::SeqCst);
                let _ = released.lock().unwrap().recv();
                Ok(vec![ip(if host == "a.example" { "192.0.2.1" } else { "192.0.2.2" })])
            }
        });
        for host in ["a.example", "b.example", "c.example"].repeat(70) {
            assert!(matches!(names.resolve(host, soon()), Err(Failure::Timeout(_))));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        drop(release);
        // nobody gets the answer to another's question
        assert_eq!(names.resolve("b.example", patiently()).unwrap(), [ip("192.0.2.2")]);
        assert_eq!(names.resolve("a.example", patiently()).unwrap(), [ip("192.0.2.1")]);
        assert_eq!(asked.load(Ordering::SeqCst), 3);
    }

    #[test]
    fn a_name_without_an_address_and_a_look_up_that_breaks_off_are_no_answer() {
        for answer in [|_: &str| Ok(Vec::new()), |_: &str| Err(io::ErrorKind::NotFound.into())] {
            let outcome = LookUps::with(answer).resolve("a.example", patiently());
            assert!(matches!(outcome, Err(Failure::Unknown(_))));
        }
    }
}
