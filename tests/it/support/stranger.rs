//! Another client of the pooler, of the worst manners: whatever a session can hold it leaves on the back ends that it
//! shares with scribe.
use std::{
    sync::{
        Arc, Once,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    thread::{self, JoinHandle},
};

use postgres::{Client, SimpleQueryMessage};

use super::{
    TestDatabase, eventually, pair,
    test_database::{admin, pooled},
};

/// A part of what is left behind, as it stands in PostgreSQL's log. The name is that of a driver's first statement.
pub const LEFT_BEHIND: &str = "PREPARE s0 AS SELECT 1";

/// Leaves on the client's back end: a named statement, a foreign search path, read-only mode, a role, an encoding, a
/// time zone, timeouts and advisory locks.
pub fn leave_everything_behind(client: &mut Client) {
    static GRANT: Once = Once::new();
    GRANT.call_once(|| {
        let grant = format!("GRANT pg_read_all_data TO {}", pair().fact("USER"));
        admin("postgres").batch_execute(&grant).unwrap();
    });
    client
        .batch_execute(&format!(
            "DEALLOCATE ALL; {LEFT_BEHIND}; SET search_path = pg_catalog; \
             SET SESSION CHARACTERISTICS AS TRANSACTION READ ONLY; SET ROLE pg_read_all_data; \
             SET TimeZone = 'Asia/Tokyo'; SET statement_timeout = 2000; SET lock_timeout = 1; \
             SET idle_in_transaction_session_timeout = 0; SET client_encoding = 'LATIN1'; \
             SET default_transaction_isolation = 'serializable'; SET row_security = on; \
             DO $$ BEGIN PERFORM pg_try_advisory_lock(key) FROM generate_series(1, 9) key; END $$"
        ))
        .unwrap();
}

/// What a client finds on its back end that somebody else left there; `none` if nothing.
pub fn session_state(client: &mut Client) -> String {
    // The pooler itself sets these five for each of its clients, and no others.
    let state = "SELECT coalesce(string_agg(what, ', '), 'none') FROM (
         SELECT 'statement ' || name FROM pg_prepared_statements
         UNION ALL SELECT 'cursor ' || name FROM pg_cursors WHERE name <> ''
         UNION ALL SELECT 'channel ' || name FROM pg_listening_channels() name
         UNION ALL SELECT 'role ' || current_user WHERE current_user <> session_user
         UNION ALL SELECT 'advisory lock ' || objid FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()
         UNION ALL SELECT 'temporary ' || relname FROM pg_class WHERE relpersistence = 't'
         UNION ALL SELECT name || ' = ' || setting FROM pg_settings WHERE source = 'session' AND name NOT IN
             ('application_name', 'client_encoding', 'DateStyle', 'TimeZone', 'standard_conforming_strings')
     ) AS state (what)";
    let answer = client.simple_query(state).unwrap();
    let text = answer.iter().find_map(|message| match message {
        SimpleQueryMessage::Row(row) => row.get(0).map(String::from),
        _ => None,
    });
    text.unwrap()
}

/// Comes again and again, until it is dropped.
pub struct Stranger {
    gone: Arc<AtomicBool>,
    visits: Arc<AtomicUsize>,
    thread: Option<JoinHandle<()>>,
}

impl Stranger {
    pub fn of(database: &TestDatabase) -> Stranger {
        let (gone, visits) = (Arc::new(AtomicBool::new(false)), Arc::new(AtomicUsize::new(0)));
        let thread = thread::spawn({
            let (gone, visits, name) = (gone.clone(), visits.clone(), database.name.clone());
            move || {
                while !gone.load(Ordering::Relaxed) {
                    leave_everything_behind(&mut pooled(&name));
                    visits.fetch_add(1, Ordering::Relaxed);
                }
            }
        });
        Stranger { gone, visits, thread: Some(thread) }
    }

    /// Waits until it has been there once more.
    pub fn wait_for_a_visit(&self) {
        let before = self.visits.load(Ordering::Relaxed);
        eventually("the stranger comes", || self.visits.load(Ordering::Relaxed) > before);
    }

    /// How often it came. Panics where a visit failed.
    pub fn leave(mut self) -> usize {
        self.gone.store(true, Ordering::Relaxed);
        self.thread.take().into_iter().for_each(|thread| thread.join().unwrap());
        self.visits.load(Ordering::Relaxed)
    }
}

impl Drop for Stranger {
    fn drop(&mut self) {
        self.gone.store(true, Ordering::Relaxed);
        self.thread.take().into_iter().for_each(|thread| drop(thread.join()));
    }
}
