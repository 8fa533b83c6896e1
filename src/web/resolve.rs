//! Name resolution for the HTTP client: by one helper thread for everything outbound, however long a look-up hangs. The
//! client's own resolver starts a thread for each, and ends the program where the system gives none.
use std::{
    net::SocketAddr,
    sync::LazyLock,
    time::{Duration, Instant},
};

use ureq::{
    Error,
    config::Config,
    http::Uri,
    unversioned::{
        resolver::{ResolvedSocketAddrs, Resolver},
        transport::NextTimeout,
    },
};

use crate::resolve::{Failure, LookUps};

/// For a call without a limit of its own, which there is none of.
const LONGEST: Duration = Duration::from_secs(60);
/// As many addresses as the client has room for.
const MOST_ADDRESSES: usize = 16;

static NAMES: LazyLock<LookUps> = LazyLock::new(LookUps::system);

/// The system's resolver; all of these share one thread.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct SystemNames;

impl Resolver for SystemNames {
    fn resolve(
        &self,
        uri: &Uri,
        config: &Config,
        timeout: NextTimeout,
    ) -> Result<ResolvedSocketAddrs, Error> {
        resolve(&NAMES, self.empty(), uri, config, timeout)
    }
}

fn resolve(
    names: &LookUps,
    mut room: ResolvedSocketAddrs,
    uri: &Uri,
    config: &Config,
    timeout: NextTimeout,
) -> Result<ResolvedSocketAddrs, Error> {
    let usual = if uri.scheme_str() == Some("https") { 443 } else { 80 };
    let port = uri.port_u16().unwrap_or(usual);
    let host = uri.host().ok_or(Error::HostNotFound)?.trim_matches(['[', ']']);
    let deadline = Instant::now() + (*timeout.after).min(LONGEST);
    let found = names.resolve(host, deadline).map_err(|failure| match failure {
        Failure::Timeout(_) => Error::Timeout(timeout.reason),
        Failure::NoThread(e) => {
            Error::Io(std::io::Error::other(format!("no thread for the name look-up: {e}")))
        }
        Failure::Unknown(e) => Error::Io(e),
    })?;
    let found = found.into_iter().map(|ip| SocketAddr::new(ip, port));
    for address in config.ip_family().keep_wanted(found).take(MOST_ADDRESSES) {
        room.push(address);
    }
    if room.is_empty() { Err(Error::HostNotFound) } else { Ok(room) }
}

#[cfg(test)]
mod tests {
    use std::sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
        mpsc::channel,
    };

    use super::*;
    use crate::web::{WebError, client};

    #[test]
    fn addresses_get_the_port_that_is_asked_for_or_the_schemes() {
        let names = LookUps::with(|_| Ok(vec!["192.0.2.1".parse().unwrap(), "2001:db8::1".parse().unwrap()]));
        for (uri, expected) in [
            ("http://a.example/", "192.0.2.1:80"),
            ("https://a.example/", "192.0.2.1:443"),
            ("https://a.example:8443/", "192.0.2.1:8443"),
            ("http://[::1]:99/", "[::1]:99"),
            ("http://127.0.0.1/", "127.0.0.1:80"),
        ] {
            let uri = uri.parse().unwrap();
            let found =
                resolve(&names, SystemNames.empty(), &uri, &Config::default(), NextTimeout::default());
            assert_eq!(found.unwrap()[0], expected.parse().unwrap(), "{uri}");
        }
    }

    /// A resolver that hangs until it is let go.
    #[derive(Debug)]
    struct Hanging(std::sync::Arc<LookUps>);

    impl Resolver for Hanging {
        fn resolve(
            &self,
            uri: &Uri,
            config: &Config,
            timeout: NextTimeout,
        ) -> Result<ResolvedSocketAddrs, Error> {
            resolve(&self.0, self.empty(), uri, config, timeout)
        }
    }

    #[test]
    fn names_that_are_never_answered_end_each_call_in_time_and_take_one_thread() {
        let (release, released) = channel::<()>();
        let (released, asked) = (Mutex::new(released), std::sync::Arc::new(AtomicUsize::new(0)));
        let counted = asked.clone();
        let names = LookUps::with(move |_| {
            counted.fetch_add(1, Ordering::SeqCst);
            let _ = released.lock().unwrap().recv();
            Ok(Vec::new())
        });
        let agent = client::agent(Hanging(names.into()), Duration::from_millis(20), "test");
        for host in 0..20 {
            let started = Instant::now();
            let error = agent.get(format!("http://{host}.example/")).call().unwrap_err();
            let error = client::failure("a.example", error);
            assert_eq!(error, WebError::Unreachable("a.example did not answer in time".into()));
            assert!(started.elapsed() < Duration::from_secs(5));
        }
        assert_eq!(asked.load(Ordering::SeqCst), 1);
        drop(release);
    }
}
