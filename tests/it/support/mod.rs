//! What the tests stand on.
mod careless_pooler;
mod catalog;
pub mod fake_server;
mod gate;
mod journal;
mod lost_commit;
pub mod matrix;
mod model_server;
mod pair;
mod plans;
mod process;
mod program;
mod proxy;
mod sample_web;
mod silent_name_server;
mod stranger;
pub mod sweep;
mod systemd;
mod terminal;
mod test_database;
mod tls_server;
pub mod trial;
mod unit;

use std::{
    env,
    ffi::OsString,
    fs,
    io::{self, Write},
    net::{TcpListener, TcpStream},
    path::{Path, PathBuf},
    sync::OnceLock,
    thread,
    time::{Duration, Instant},
};

#[allow(unused_imports, reason = "named in tests/chaos")]
pub use self::program::Daemon;
pub use self::{
    careless_pooler::careless_pooler,
    catalog::golden,
    gate::Gate,
    journal::{Entry, Journal},
    lost_commit::{Fate, LostCommit, hold_commits, waiting},
    model_server::{KEY, ModelServer, Mood, Script, model_environment},
    pair::{pair, route},
    process::Process,
    program::{Program, Run},
    proxy::{Fault, Plan, Proxy},
    sample_web::{ModelTape, SampleWeb, expected_people},
    silent_name_server::SilentNameServer,
    stranger::{LEFT_BEHIND, Stranger, leave_everything_behind, session_state},
    systemd::Systemd,
    terminal::Terminal,
    test_database::TestDatabase,
    tls_server::{Certified, Flaw, Seen, TlsServer},
    unit::unit_environment,
};

/// Longer than anything takes that works.
pub const PATIENCE: Duration = Duration::from_secs(60);

/// A directory that is gone with the test.
pub struct TempDir(PathBuf);

impl TempDir {
    pub fn new() -> TempDir {
        // Inside the pair's directory: it goes when this process ends, however it ends.
        let path = Path::new(pair().fact("DIR")).join(format!("it-{}", uuid::Uuid::new_v4().simple()));
        fs::create_dir_all(&path).unwrap();
        TempDir(path)
    }

    pub fn path(&self) -> &Path {
        &self.0
    }

    /// Writes a file and returns its path.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        let path = self.0.join(name);
        fs::write(&path, content).unwrap();
        path
    }
}

impl Drop for TempDir {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// Waits for something to become true; fails loudly when it does not.
pub fn eventually(what: &str, mut condition: impl FnMut() -> bool) {
    let started = Instant::now();
    while !condition() {
        assert!(started.elapsed() < PATIENCE, "waited in vain: {what}");
        thread::sleep(Duration::from_millis(20));
    }
}

/// Listens on a free port, and hands each client to `meet`, one after the other.
pub fn listen(mut meet: impl FnMut(TcpStream) + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || listener.incoming().map_while(Result::ok).for_each(&mut meet));
    port
}

/// A port where nobody listens, and nobody will: it is one end of a connection that stays open.
pub fn closed_port() -> u16 {
    static CONNECTION: OnceLock<(TcpListener, TcpStream)> = OnceLock::new();
    let (_, end) = CONNECTION.get_or_init(|| {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let end = TcpStream::connect(listener.local_addr().unwrap()).unwrap();
        (listener, end)
    });
    end.local_addr().unwrap().port()
}

/// A service that is away.
pub fn nobody() -> String {
    format!("http://127.0.0.1:{}", closed_port())
}

/// Connects to where scribe would connect to.
pub fn server() -> TcpStream {
    TcpStream::connect(format!("127.0.0.1:{}", pair().fact(route()))).unwrap()
}

/// The Python with the clients of others, which `scripts/check-stand-ins` brings; where there is none, says that the
/// test is skipped.
pub fn others_clients() -> Option<OsString> {
    let python = env::var_os("SCRIBE_TEST_PYTHON");
    if python.is_none() {
        // Not by a macro, whose output the test runner would keep for itself.
        const SKIPPED: &[u8] = b"skipped: no SCRIBE_TEST_PYTHON, which scripts/check-stand-ins brings\n";
        io::stderr().write_all(SKIPPED).unwrap();
    }
    python
}

/// A path in the repository.
pub fn repository(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}
