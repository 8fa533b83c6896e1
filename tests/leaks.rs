//! Two hundred units of work against a server that stays silent leave nothing behind. A process of its own, because it
//! counts this process's threads, descriptors and memory.
use std::{
    fs,
    io::Read,
    net::{TcpListener, TcpStream},
    thread,
    time::{Duration, Instant},
};

use scribe::{
    config::{DatabaseSettings, Secret, TlsMode},
    database::{Cause, Database, Phase},
};

#[test]
fn two_hundred_silent_servers_leave_no_thread_no_descriptor_and_no_memory_behind() {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(stay_silent));
    let database = Database::new(&DatabaseSettings {
        host: "localhost".into(),
        port,
        name: "any".into(),
        user: "any".into(),
        password: Secret::new("any"),
        tls: TlsMode::Require,
        root_certificates: None,
        connect_timeout: Duration::from_millis(30),
        statement_timeout: Duration::from_millis(30),
    })
    .unwrap();
    let unit = || {
        let error = database.batch("poll", "SELECT 1").map(|_| ()).unwrap_err();
        assert!(matches!(error.cause, Cause::Timeout(_)), "{error}");
        assert_eq!(error.phase, Phase::AskingForTls, "{error}");
    };
    // The first ones fill caches and arenas.
    (0..20).for_each(|_| unit());
    let before = Usage::settled();
    (0..200).for_each(|_| unit());
    let after = Usage::settled();
    assert_eq!((after.threads, after.descriptors), (before.threads, before.descriptors));
    assert!(after.resident_kb < before.resident_kb + 1024, "{before:?} became {after:?}");
}

/// Takes whatever comes and answers nothing, until the client is gone.
fn stay_silent(mut client: TcpStream) {
    thread::spawn(move || {
        let mut bytes = [0; 1024];
        while let Ok(1..) = client.read(&mut bytes) {}
    });
}

/// What this process has.
#[derive(Debug, PartialEq, Eq, Clone, Copy)]
struct Usage {
    threads: usize,
    descriptors: usize,
    resident_kb: usize,
}

impl Usage {
    fn now() -> Usage {
        let count = |path| fs::read_dir(path).unwrap().count();
        let status = fs::read_to_string("/proc/self/status").unwrap();
        let resident = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
        Usage {
            threads: count("/proc/self/task"),
            descriptors: count("/proc/self/fd"),
            resident_kb: resident.trim().trim_end_matches(" kB").parse().unwrap(),
        }
    }

    /// The server's side needs a moment to notice that a client is gone: the least of what is seen for a while.
    fn settled() -> Usage {
        let started = Instant::now();
        let mut least = Usage::now();
        while started.elapsed() < Duration::from_secs(2) {
            thread::sleep(Duration::from_millis(20));
            let now = Usage::now();
            least.threads = least.threads.min(now.threads);
            least.descriptors = least.descriptors.min(now.descriptors);
            least.resident_kb = now.resident_kb;
        }
        least
    }
}
