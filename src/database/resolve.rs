//! The addresses of the database's host, in the words of this module's errors.
use std::{
    net::IpAddr,
    time::{Duration, Instant},
};

use super::error::Cause;
use crate::resolve::{Failure, LookUps};

/// More addresses than this are not tried: each has its share of the time.
const MOST_ADDRESSES: usize = 4;

/// Resolves one host, again and again.
pub struct Resolver {
    host: String,
    names: LookUps,
}

impl Resolver {
    /// For this host, by the system's resolver.
    pub fn new(host: &str) -> Resolver {
        Resolver { host: host.to_string(), names: LookUps::system() }
    }

    /// The host's addresses, at least one.
    pub fn resolve(&self, deadline: Instant) -> Result<Vec<IpAddr>, Cause> {
        let mut addresses = self.names.resolve(&self.host, deadline).map_err(|failure| match failure {
            Failure::Timeout(after) => Cause::Timeout(after),
            Failure::NoThread(e) => Cause::Broken(format!("no thread for the name look-up: {e}")),
            Failure::Unknown(e) => Cause::UnknownHost(format!("{}: {e}", self.host)),
        })?;
        addresses.truncate(MOST_ADDRESSES);
        Ok(addresses)
    }
}

/// The share of the remaining time that one of several addresses gets.
pub fn share(remaining: Duration, addresses: usize) -> Duration {
    remaining / u32::try_from(addresses.max(1)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Read, Write},
        net::TcpListener,
        sync::{Mutex, mpsc::channel},
        thread,
    };

    use super::*;
    use crate::{
        config::{DatabaseSettings, Secret, TlsMode},
        database::{Database, Phase},
    };

    #[test]
    fn a_name_without_an_address_is_told_apart() {
        for answer in [|_: &str| Ok(Vec::new()), |_: &str| Err(io::ErrorKind::NotFound.into())] {
            let resolver = Resolver { host: "db.example".into(), names: LookUps::with(answer) };
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
        let names = LookUps::with(move |_| {
            let _ = released.lock().unwrap().recv();
            Ok(vec!["127.0.0.1".parse().unwrap()])
        });
        database.resolver = Resolver { host: "db.example".into(), names };
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
