//! Names to addresses, within a deadline.
//!
//! The system's resolver cannot be told to hurry, so it works in a thread of its own. At most one such thread is ever
//! alive: while one is stuck, the next unit of work waits for that same answer instead of starting another.
use std::{
    io,
    net::{IpAddr, ToSocketAddrs},
    sync::{
        Arc, Mutex, PoisonError,
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
    look_up: Arc<dyn Fn(&str) -> Answer + Send + Sync>,
    pending: Mutex<Option<Receiver<Answer>>>,
}

impl Resolver {
    /// For this host, by the system's resolver.
    pub fn new(host: &str) -> Resolver {
        Resolver::with(host, |host| Ok((host, 0).to_socket_addrs()?.map(|found| found.ip()).collect()))
    }

    fn with(host: &str, look_up: impl Fn(&str) -> Answer + Send + Sync + 'static) -> Resolver {
        Resolver { host: host.to_string(), look_up: Arc::new(look_up), pending: Mutex::new(None) }
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
            Ok(Ok(mut addresses)) if !addresses.is_empty() => {
                addresses.truncate(MOST_ADDRESSES);
                Ok(addresses)
            }
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
        let (host, look_up) = (self.host.clone(), self.look_up.clone());
        thread::Builder::new().name("resolve".into()).spawn(move || {
            // Nobody may be waiting any more, which is fine.
            let _ = sender.send(look_up(&host));
        })?;
        Ok(receiver)
    }
}

/// The share of the remaining time that one of several addresses gets.
pub fn share(remaining: Duration, addresses: usize) -> Duration {
    remaining / u32::try_from(addresses.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{Read, Write},
        net::TcpListener,
        sync::{
            atomic::{AtomicUsize, Ordering},
            mpsc::channel,
        },
    };

    use super::*;
    use crate::{
        config::{DatabaseSettings, Secret, TlsMode},
        database::{Database, Phase},
    };

    fn soon() -> Instant {
        Instant::now() + Duration::from_millis(2)
    }

    #[test]
    fn an_address_needs_no_look_up() {
        let resolver = Resolver::with("::1", |_| panic!("nobody was to be asked"));
        assert_eq!(resolver.resolve(soon()), Ok(vec!["::1".parse().unwrap()]));
    }

    #[test]
    fn a_resolver_that_does_not_answer_costs_one_thread_however_often_it_is_asked() {
        let (release, released) = channel::<()>();
        let released = Mutex::new(released);
        let asked = Arc::new(AtomicUsize::new(0));
        let resolver = Resolver::with("db.example", {
            let asked = asked.clone();
            move |_| {
                asked.fetch_add(1, Ordering::SeqCst);
                let _ = released.lock().unwrap().recv();
                Ok(vec!["192.0.2.1".parse().unwrap()])
            }
        });
        for _ in 0..200 {
            assert!(matches!(resolver.resolve(soon()), Err(Cause::Timeout(_))));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        drop(release);
        let patient = Instant::now() + Duration::from_secs(60);
        assert_eq!(resolver.resolve(patient), Ok(vec!["192.0.2.1".parse().unwrap()]));
    }

    #[test]
    fn a_name_without_an_address_is_told_apart() {
        for answer in [|_: &str| Ok(Vec::new()), |_: &str| Err(io::ErrorKind::NotFound.into())] {
            let resolver = Resolver::with("db.example", answer);
            let patient = Instant::now() + Duration::from_secs(60);
            assert!(
                matches!(resolver.resolve(patient), Err(Cause::UnknownHost(text)) if text.contains("db.example"))
            );
        }
    }
    /// Lets its first client in, and answers whatever it says as if it were `COMMIT`. Returns the port.
    fn server() -> u16 {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        thread::spawn(move || {
            let (mut client, _) = listener.accept().unwrap();
            let mut answer = &b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I"[..];
            while let Ok(1..) = client.read(&mut [0; 8192]) {
                // A client that has said goodbye reads no more.
                let _ = client.write_all(answer);
                answer = b"C\0\0\0\x0bCOMMIT\0Z\0\0\0\x05I";
            }
        });
        port
    }

    #[test]
    fn a_unit_whose_look_up_is_not_answered_ends_at_its_deadline_and_the_next_one_works() {
        let mut database = Database::new(&DatabaseSettings {
            host: "db.example".into(),
            port: server(),
            name: "any".into(),
            user: "any".into(),
            password: Secret::new("any"),
            tls: TlsMode::Disable,
            root_certificates: None,
            connect_timeout: Duration::from_millis(50),
            statement_timeout: Duration::from_secs(60),
        })
        .unwrap();
        let (release, released) = channel::<()>();
        let released = Mutex::new(released);
        database.resolver = Resolver::with("db.example", move |_| {
            let _ = released.lock().unwrap().recv();
            Ok(vec!["127.0.0.1".parse().unwrap()])
        });
        let started = Instant::now();
        let error = database.batch("poll", "SELECT 1").map(|_| ()).unwrap_err();
        assert_eq!(error.phase, Phase::Resolving, "{error}");
        assert!(matches!(error.cause, Cause::Timeout(_)), "{error}");
        assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
        drop(release);
        database.connect_timeout = Duration::from_secs(60);
        assert_eq!(database.batch("poll", "SELECT 1").map(|_| ()), Ok(()));
    }
}
