//! A connection in a unit of work's hands, and what may be done on it between BEGIN and COMMIT.
use std::{
    error::Error as _,
    sync::Arc,
    time::{Duration, Instant},
};

use postgres::{
    Client, Row,
    types::{ToSql, Type},
};

use super::{
    deadline::Progress,
    error::{Cause, DatabaseError, LONGEST, cause_of},
};
use crate::{config::Secret, text::one_short_line};

/// How long a goodbye may take before the connection is simply dropped.
pub(super) const GOODBYE: Duration = Duration::from_millis(500);

/// A parameter of a typed statement.
pub type Parameter<'a> = (&'a (dyn ToSql + Sync), Type);

/// A connection while a unit of work has it.
pub(super) struct Session {
    pub unit: &'static str,
    pub client: Client,
    pub progress: Arc<Progress>,
    /// The server's limit of one statement.
    pub limit: Duration,
    /// How much earlier than scribe the server should give up.
    pub margin: Duration,
    pub password: Secret,
}

impl Session {
    /// A later statement of a unit that took its time has less than a statement's time left, and so has the server: it
    /// still gives up first. Costs a round trip, in such units only.
    pub fn shorten_limit(&mut self) -> Result<(), DatabaseError> {
        let left = self.progress.deadline().saturating_duration_since(Instant::now().into());
        let fitting = left.saturating_sub(self.margin.min(left / 2)).max(Duration::from_millis(1));
        if fitting < self.limit {
            self.limit = fitting;
            let sql = format!("SET LOCAL statement_timeout = {}", fitting.as_millis());
            self.run(|client| client.batch_execute(&sql))?;
        }
        Ok(())
    }

    /// Runs one statement.
    pub fn run<T>(
        &mut self,
        call: impl FnOnce(&mut Client) -> Result<T, postgres::Error>,
    ) -> Result<T, DatabaseError> {
        let started = Instant::now();
        call(&mut self.client).map_err(|e| self.error(cause_of(&e, started.elapsed(), &self.password)))
    }

    pub fn error(&self, cause: Cause) -> DatabaseError {
        DatabaseError { unit: self.unit, phase: self.progress.phase(), cause }
    }

    /// Says goodbye, and waits no longer than that may take.
    pub fn close(self) {
        self.progress.set_deadline((Instant::now() + GOODBYE).into());
    }
}

/// What a unit of work may do between BEGIN and COMMIT: unnamed statements only.
pub struct Transaction<'a> {
    session: &'a mut Session,
    spoilt: bool,
}

impl<'a> Transaction<'a> {
    /// After BEGIN.
    pub(super) fn new(session: &'a mut Session) -> Transaction<'a> {
        Transaction { session, spoilt: false }
    }

    /// Whether a statement has failed, so that the server will roll all of it back.
    pub(super) fn is_spoilt(&self) -> bool {
        self.spoilt
    }

    /// Runs one statement with parameters. Result columns must be of built-in types (cast others to text), else the
    /// driver would prepare named statements to ask for their types.
    pub fn query_typed(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Vec<Row>, DatabaseError> {
        let result = self.session.shorten_limit();
        let result = result.and_then(|()| self.session.run(|client| client.query_typed(sql, parameters)));
        self.spoilt |= result.is_err();
        result
    }

    /// Runs one statement with parameters, and reads each row. A row of another form than was asked for is an error:
    /// somebody may have given a column another type.
    pub fn read<T>(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
        read: impl Fn(&Row) -> Result<T, postgres::Error>,
    ) -> Result<Vec<T>, DatabaseError> {
        let rows = self.query_typed(sql, parameters)?;
        rows.iter().map(read).collect::<Result<_, _>>().map_err(|error| {
            let why = error.source().map(|why| format!(": {why}")).unwrap_or_default();
            self.unexpected(&format!("{error}{why}"))
        })
    }

    /// The same for a statement that always yields a row.
    pub fn read_one<T>(
        &mut self,
        sql: &str,
        parameters: &[Parameter<'_>],
        read: impl Fn(&Row) -> Result<T, postgres::Error>,
    ) -> Result<T, DatabaseError> {
        let first = self.read(sql, parameters, read)?.into_iter().next();
        first.ok_or_else(|| self.unexpected("no row where there always is one"))
    }

    /// The text may quote a column's name or type, which are the server's.
    fn unexpected(&self, text: &str) -> DatabaseError {
        self.session.error(Cause::Unexpected(one_short_line(text, LONGEST)))
    }

    /// Runs statements without parameters or results.
    pub fn batch_execute(&mut self, sql: &str) -> Result<(), DatabaseError> {
        let result = self.session.shorten_limit();
        let result = result.and_then(|()| self.session.run(|client| client.batch_execute(sql)));
        self.spoilt |= result.is_err();
        result
    }
}
