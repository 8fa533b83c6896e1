//! The only way to the database.
//!
//! Behind a transaction pooler every transaction may run on another server connection, on which strangers have left
//! their settings behind. So there is one way to work, [`Database::batch`] and [`Database::transaction`]: a fresh
//! connection, `BEGIN` with every setting that matters made local, the unit of work, `COMMIT`, and the connection is
//! dropped. Only unnamed statements are sent, and nothing of a session is ever set.
//!
//! The queries live in one file per table; what an error means to people is in [`hints`]. For `scribe doctor` there is
//! [`inspect`], which alone opens connections without a unit of work, to see what a pooler does with them, and [`probe`].
mod backlog;
mod deadline;
pub mod emails;
mod error;
mod filter;
pub mod glance;
pub mod hints;
pub mod inspect;
mod login;
pub mod migrate;
pub mod model_days;
pub mod probe;
pub mod queue_items;
pub mod queue_orders;
mod resolve;
mod session;
mod tls;
pub mod users;

use std::{
    net::IpAddr,
    sync::Arc,
    time::{Duration, Instant},
};

use postgres::{
    Client, Config, SimpleQueryMessage, SimpleQueryRow,
    config::{SslMode, SslNegotiation},
};
use postgres_native_tls::MakeTlsConnector;

pub use self::{
    backlog::{Backlog, MOST_COUNTED},
    error::{Cause, DatabaseError, Phase},
    filter::{Filter, Since},
    session::{Parameter, Transaction},
};
use self::{
    deadline::{MakeWatched, Progress},
    error::cause_of,
    resolve::Resolver,
    session::{GOODBYE, Session},
};
use crate::{
    config::{DatabaseSettings, Secret},
    liveness,
};

/// How much longer than connection and statement may take scribe waits for a whole unit of work, so that the server
/// gives up first and says why; at most, and no more than a statement may take.
const MARGIN: Duration = Duration::from_secs(2);

/// A Pi that loses power inside a transaction must not keep its row locks: so long while nothing is said.
const IDLE_IN_TRANSACTION: Duration = Duration::from_secs(5);

/// The longest wait for another transaction's row locks. What is waited for may come free in the last moment, and then
/// the other pause begins: the two together are less than ten seconds.
const LOCK_TIMEOUT: Duration = Duration::from_secs(4);
const _: () = assert!(IDLE_IN_TRANSACTION.as_secs() + LOCK_TIMEOUT.as_secs() < 10);

/// What a server may send in one unit of work, in bytes; the driver needs several times as much memory for it. The
/// daemon's units read some hundred thousand at most, lists that people ask for more: see [`Database::for_lists`].
const MOST_BYTES: usize = 4 << 20;

/// The same for lists: a hundred thousand items of a queue, or some thousands of e-mails.
const MOST_BYTES_OF_LISTS: usize = 32 << 20;

/// A database and how to reach it. Holds no connection.
pub struct Database {
    config: Config,
    host: String,
    resolver: Resolver,
    tls: Option<MakeTlsConnector>,
    /// Whether nobody in between can read what is sent.
    is_private: bool,
    password: Secret,
    connect_timeout: Duration,
    statement_timeout: Duration,
    most_bytes: usize,
}

impl Database {
    /// Prepares the TLS connector, once for the life of the process: a new one costs tens of milliseconds.
    pub fn new(settings: &DatabaseSettings) -> Result<Database, DatabaseError> {
        let tls = tls::connector(settings).map_err(|text| DatabaseError {
            unit: "start",
            phase: Phase::Preparing,
            cause: Cause::Tls(text),
        })?;
        let mut config = Config::new();
        config
            .user(&settings.user)
            .password(settings.password.expose())
            .dbname(&settings.name)
            .port(settings.port)
            .application_name("scribe")
            // See deadline.rs: it makes the driver hand over the stream right after TCP.
            .ssl_mode(SslMode::Require)
            .ssl_negotiation(SslNegotiation::Direct)
            .keepalives(true)
            .notice_callback(|_| ());
        Ok(Database {
            config,
            host: settings.host.clone(),
            resolver: Resolver::new(&settings.host),
            tls,
            is_private: tls::is_private(settings),
            password: settings.password.clone(),
            connect_timeout: settings.connect_timeout,
            statement_timeout: settings.statement_timeout,
            most_bytes: MOST_BYTES,
        })
    }

    /// The same database for work that takes longer than the daily round, such as a migration.
    pub fn with_statement_timeout(mut self, statement_timeout: Duration) -> Database {
        self.statement_timeout = statement_timeout;
        self
    }

    /// The same database for commands that list whole tables.
    pub fn for_lists(mut self) -> Database {
        self.most_bytes = MOST_BYTES_OF_LISTS;
        self
    }

    /// The same database by the same TLS connector, for work that may take so long at most.
    pub fn hurried(&self, connect: Duration, statement: Duration) -> Database {
        Database {
            config: self.config.clone(),
            host: self.host.clone(),
            resolver: Resolver::new(&self.host),
            tls: self.tls.clone(),
            is_private: self.is_private,
            password: self.password.clone(),
            connect_timeout: self.connect_timeout.min(connect),
            statement_timeout: self.statement_timeout.min(statement),
            most_bytes: self.most_bytes,
        }
    }

    /// Runs one statement without parameters in one round trip after the login: `BEGIN …; statement; COMMIT` go out
    /// as a single message. Into `sql` nothing may be put but identifiers of ours, integers, UUIDs and our own words.
    pub fn batch(&self, unit: &'static str, sql: &str) -> Result<Vec<SimpleQueryRow>, DatabaseError> {
        self.unit(unit, |session| {
            let messages =
                session.run(|client| client.simple_query(&format!("{};{sql};COMMIT", self.begin())))?;
            Ok(messages.into_iter().filter_map(row).collect())
        })
    }

    /// Runs a unit of work of several statements: `BEGIN …`, whatever `work` does, `COMMIT`. When `work` returns an
    /// error everything is rolled back.
    pub fn transaction<T, E: From<DatabaseError>>(
        &self,
        unit: &'static str,
        work: impl FnOnce(&mut Transaction<'_>) -> Result<T, E>,
    ) -> Result<T, E> {
        self.unit(unit, |session| {
            session.run(|client| client.batch_execute(&self.begin()))?;
            let mut transaction = Transaction::new(session);
            let value = work(&mut transaction)?;
            // The server answers COMMIT with success even when it rolls back a failed transaction.
            if transaction.is_spoilt() {
                return Err(session.error(Cause::Spoilt).into());
            }
            session.shorten_limit()?;
            session.progress.enter(Phase::Committing);
            session.run(|client| client.batch_execute("COMMIT"))?;
            Ok(value)
        })
    }

    /// A transaction that may be done twice with the outcome of once, since the ids of its rows are made here. When the
    /// answer to COMMIT is lost it is done again, which waits for the first COMMIT if that is still under way. An error
    /// that still [leaves open](DatabaseError::leaves_open) what happened is that of the first time.
    pub fn repeatable<T>(
        &self,
        unit: &'static str,
        mut work: impl FnMut(&mut Transaction<'_>) -> Result<T, DatabaseError>,
    ) -> Result<T, DatabaseError> {
        match self.transaction(unit, &mut work) {
            Err(lost) if lost.leaves_open() => self.transaction(unit, work).map_err(|_| lost),
            answer => answer,
        }
    }

    /// Connects, works, and says goodbye.
    fn unit<T, E: From<DatabaseError>>(
        &self,
        unit: &'static str,
        work: impl FnOnce(&mut Session) -> Result<T, E>,
    ) -> Result<T, E> {
        let _wait = liveness::waits(self.longest_unit());
        let mut session = self.open(unit)?;
        let result = work(&mut session);
        if result.is_err() && !session.client.is_closed() {
            // Hands the server connection back to the pooler instead of letting it be thrown away.
            session.progress.set_deadline((Instant::now() + GOODBYE).into());
            let _ = session.client.batch_execute("ROLLBACK");
        }
        session.close();
        result
    }

    fn margin(&self) -> Duration {
        self.statement_timeout.min(MARGIN)
    }

    /// What a unit may take, with a goodbye after its failure and one at its end.
    fn longest_unit(&self) -> Duration {
        self.connect_timeout + self.statement_timeout + self.margin() + GOODBYE * 2
    }

    /// The one place where connections are made; its deadline covers everything that is done on it.
    fn open(&self, unit: &'static str) -> Result<Session, DatabaseError> {
        let started = Instant::now();
        let progress = Progress::new((started + self.connect_timeout).into());
        let failed = |cause| DatabaseError { unit, phase: progress.phase(), cause };
        let client = self.connect(&progress, started).map_err(failed)?;
        progress.enter(Phase::Working);
        progress
            .set_deadline((started + self.connect_timeout + self.statement_timeout + self.margin()).into());
        progress.allow(self.most_bytes);
        let (limit, password) = (self.statement_timeout, self.password.clone());
        Ok(Session { unit, client, progress, limit, margin: self.margin(), password })
    }

    fn connect(&self, progress: &Arc<Progress>, started: Instant) -> Result<Client, Cause> {
        let deadline = started + self.connect_timeout;
        progress.enter(Phase::Resolving);
        let addresses = self.resolver.resolve(deadline)?;
        progress.enter(Phase::Connecting);
        let config = self.config_for(&addresses, deadline.saturating_duration_since(Instant::now()));
        let connector =
            MakeWatched { tls: self.tls.clone(), is_private: self.is_private, progress: progress.clone() };
        let port = self.config.get_ports().first().unwrap_or(&0);
        let at = |text| format!("{}, port {port}: {text}", self.host);
        config.connect(connector).map_err(|e| match cause_of(&e, started.elapsed(), &self.password) {
            Cause::Closed(text) => Cause::Closed(at(text)),
            Cause::Broken(text) if progress.phase() == Phase::Connecting => Cause::Broken(at(text)),
            cause => cause,
        })
    }

    /// What one statement may take.
    pub(crate) fn statement_timeout(&self) -> Duration {
        self.statement_timeout
    }

    /// The driver gets name and address together: it asks no resolver, and still checks the certificate's name.
    fn config_for(&self, addresses: &[IpAddr], remaining: Duration) -> Config {
        let mut config = self.config.clone();
        for address in addresses {
            config.host(&self.host).hostaddr(*address);
        }
        config.connect_timeout(resolve::share(remaining, addresses.len()).max(Duration::from_millis(1)));
        config
    }

    /// Everything a stranger may have left behind on a pooled connection, and that changes what our statements do, is
    /// overridden for this transaction. Row level security must not hide rows: to a role it applies to, the queue would
    /// look empty for ever; off means an error. Temporary tables come last, or a stranger's would stand before ours;
    /// `pg_catalog`, unnamed, still comes first, and new tables go to `public`. A COMMIT that was answered is durable.
    fn begin(&self) -> String {
        let statement = self.statement_timeout.as_millis();
        let lock = self.statement_timeout.min(LOCK_TIMEOUT).as_millis();
        let idle = IDLE_IN_TRANSACTION.as_millis();
        format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL ROLE NONE; SET LOCAL quote_all_identifiers = off; \
             SET LOCAL statement_timeout = {statement}; SET LOCAL lock_timeout = {lock}; \
             SET LOCAL idle_in_transaction_session_timeout = {idle}; \
             SET LOCAL search_path = public, pg_temp; SET LOCAL TimeZone = 'UTC'; \
             SET LOCAL client_encoding = 'UTF8'; SET LOCAL standard_conforming_strings = on; \
             SET LOCAL client_min_messages = warning; \
             SET LOCAL synchronous_commit = on; SET LOCAL row_security = off"
        )
    }
}

fn row(message: SimpleQueryMessage) -> Option<SimpleQueryRow> {
    match message {
        SimpleQueryMessage::Row(row) => Some(row),
        _ => None,
    }
}
