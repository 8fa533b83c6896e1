//! A proxy that loses the answer to COMMIT. It must see the statements, so it speaks plain text, and with the server
//! itself: the pooler takes TLS only.
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::{
        Arc,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread,
    time::Duration,
};

use postgres::Client;
use scribe::{
    config::{DatabaseSettings, TlsMode},
    database::Database,
};

use super::{Program, TestDatabase, listen, pair};

/// What becomes of a COMMIT. Its client is cut off in any case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    /// It never arrives.
    Lost,
    /// The server has answered it.
    Done,
    /// It arrives some time after the client was cut off.
    Late,
}

/// How late a late COMMIT is: longer than a client needs to come back.
const LATE: Duration = Duration::from_millis(700);

pub struct LostCommit {
    port: u16,
}

impl LostCommit {
    /// The fate of the first COMMIT.
    pub fn first(fate: Fate) -> LostCommit {
        LostCommit::start(fate, 1, true)
    }

    /// The fate of the COMMIT of that number; afterwards the proxy takes no connection any more.
    pub fn last(fate: Fate, number: usize) -> LostCommit {
        LostCommit::start(fate, number, false)
    }

    fn start(fate: Fate, number: usize, comes_back: bool) -> LostCommit {
        let seen = Arc::new(AtomicUsize::new(0));
        let port = listen(move |client| {
            if seen.load(Ordering::SeqCst) >= number && !comes_back {
                return;
            }
            let server = TcpStream::connect(format!("127.0.0.1:{}", pair().fact("DIRECT_PORT"))).unwrap();
            let (mut from, mut to) = (server.try_clone().unwrap(), client.try_clone().unwrap());
            let muted = Arc::new(AtomicBool::new(false));
            let hush = muted.clone();
            let way = Way { client, server, fate, number, seen: seen.clone(), muted };
            thread::spawn(move || way.run());
            thread::spawn(move || {
                let mut bytes = [0; 64 * 1024];
                while let Ok(length @ 1..) = from.read(&mut bytes) {
                    if hush.load(Ordering::SeqCst) || to.write_all(&bytes[..length]).is_err() {
                        break;
                    }
                }
                let _ = to.shutdown(Shutdown::Both);
            });
        });
        LostCommit { port }
    }

    /// The settings that lead through it.
    pub fn settings(&self, database: &TestDatabase) -> DatabaseSettings {
        let mut settings = database.settings();
        (settings.tls, settings.root_certificates, settings.port) = (TlsMode::Disable, None, self.port);
        settings
    }

    /// The way to a database through it.
    pub fn open(&self, database: &TestDatabase) -> Database {
        Database::new(&self.settings(database)).unwrap()
    }

    /// The program whose way to a database leads through it.
    pub fn program(&self, database: &TestDatabase) -> Program {
        let program = Program::new().database(database).env("ENVIRONMENT", "development");
        program.env("DB_PORT", &self.port.to_string()).env("DB_SSLMODE", "disable").env("DB_SSLROOTCERT", "")
    }
}

/// While the client that is returned lives, no transaction commits that has made such a change, which is a trigger's
/// event; `commits` counts those that try. The server looks whether their clients are still there, or does not.
pub fn hold_commits(database: &TestDatabase, change: &str, looks: bool) -> Client {
    let mut held = database.admin();
    let slow = format!(
        "CREATE SEQUENCE commits;
         CREATE FUNCTION wait() RETURNS trigger LANGUAGE plpgsql SECURITY DEFINER AS
             $$ BEGIN
                 PERFORM set_config(name, '0', true) FROM pg_settings
                     WHERE name = 'client_connection_check_interval' AND NOT {looks};
                 PERFORM nextval('commits'), pg_advisory_xact_lock_shared(1);
                 RETURN NULL;
             END $$;
         CREATE CONSTRAINT TRIGGER slow AFTER {change} DEFERRABLE INITIALLY DEFERRED
             FOR EACH ROW EXECUTE FUNCTION wait();
         SELECT pg_advisory_lock(1)"
    );
    held.batch_execute(&slow).unwrap();
    held
}

/// How many wait for a lock.
pub fn waiting(database: &TestDatabase) -> i64 {
    database.number(
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'",
    )
}

/// From the client to the server.
struct Way {
    client: TcpStream,
    server: TcpStream,
    fate: Fate,
    number: usize,
    /// How many COMMITs there were, on all connections.
    seen: Arc<AtomicUsize>,
    muted: Arc<AtomicBool>,
}

impl Way {
    fn run(mut self) {
        let mut bytes = [0; 64 * 1024];
        while let Ok(length @ 1..) = self.client.read(&mut bytes) {
            let flight = &bytes[..length];
            // Nothing but COMMIT, in a message of its own.
            let is_commit = flight == b"Q\0\0\0\x0bCOMMIT\0";
            if is_commit && self.seen.fetch_add(1, Ordering::SeqCst) + 1 == self.number {
                return self.strike(flight);
            }
            if self.server.write_all(flight).is_err() {
                break;
            }
        }
        let _ = self.server.shutdown(Shutdown::Write);
    }

    fn strike(mut self, commit: &[u8]) {
        self.muted.store(true, Ordering::SeqCst);
        match self.fate {
            Fate::Lost => (),
            Fate::Done => {
                // The other thread ends, and cuts the client off, when the answer has come.
                let _ = self.server.write_all(commit);
                let mut rest = [0; 1024];
                while let Ok(1..) = self.client.read(&mut rest) {}
            }
            Fate::Late => {
                let _ = self.client.shutdown(Shutdown::Both);
                thread::sleep(LATE);
                let _ = self.server.write_all(commit);
                let mut rest = [0; 1024];
                while let Ok(1..) = self.server.read(&mut rest) {}
            }
        }
        let _ = self.client.shutdown(Shutdown::Both);
        let _ = self.server.shutdown(Shutdown::Both);
    }
}
