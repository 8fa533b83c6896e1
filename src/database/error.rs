//! What went wrong on the way to the database and back: in which unit of work, in which phase, and why.
use std::{error::Error as _, fmt, io, time::Duration};

use postgres::error::SqlState;

use super::login::Improper;
use crate::{config::Secret, text::one_short_line};

/// The longest text of a cause, in characters.
pub(super) const LONGEST: usize = 500;

/// How far a unit of work has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Before anything is sent: reading certificates.
    Preparing,
    /// Looking up the host's name.
    Resolving,
    /// Opening the TCP connection.
    Connecting,
    /// Waiting for the answer to the request for TLS.
    AskingForTls,
    /// The TLS handshake.
    Handshaking,
    /// Start-up message and authentication.
    LoggingIn,
    /// A statement.
    Working,
    /// COMMIT: a failure here leaves open whether it happened.
    Committing,
}

impl Phase {
    /// Behind what went wrong.
    fn describe(self) -> &'static str {
        match self {
            Phase::Preparing => "",
            Phase::Resolving => " while resolving the host name",
            Phase::Connecting => " while opening the TCP connection",
            Phase::AskingForTls => " while asking for TLS",
            Phase::Handshaking => " during the TLS handshake",
            Phase::LoggingIn => " while logging in",
            Phase::Working => " during a statement",
            Phase::Committing => " during COMMIT",
        }
    }
}

/// The cause of a failure.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Cause {
    /// The deadline passed.
    Timeout(Duration),
    /// The name of the host does not resolve.
    UnknownHost(String),
    /// TLS was refused or the certificate is not trusted.
    Tls(String),
    /// Nobody listens at the port, or whoever does refuses this address.
    Closed(String),
    /// The connection could not be opened or broke.
    Broken(String),
    /// The server answered with an error.
    Server {
        /// The five characters of SQLSTATE.
        sqlstate: String,
        /// The server's text.
        message: String,
    },
    /// A statement went wrong before COMMIT, and the work went on as if it had not.
    Spoilt,
    /// The server sent more than a unit of work may read.
    TooMuch(usize),
    /// The answer has another form than was asked for: no row, or a column of another type.
    Unexpected(String),
    /// The server asked for the password in a way that gives it away, and got no answer.
    Improper(String),
}

/// A unit of work that failed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DatabaseError {
    /// The unit of work, e.g. `claim`.
    pub unit: &'static str,
    /// How far it had come.
    pub phase: Phase,
    /// Why it failed.
    pub cause: Cause,
}

impl DatabaseError {
    /// The answer of a unit in one message has another form than was asked for.
    pub(super) fn unexpected(unit: &'static str, text: &str) -> DatabaseError {
        DatabaseError { unit, phase: Phase::Working, cause: Cause::Unexpected(text.into()) }
    }

    /// Whether the database is connected all the same: it let scribe in, and said no to a statement.
    pub fn was_logged_in(&self) -> bool {
        matches!(self.phase, Phase::Working | Phase::Committing)
            && matches!(self.cause, Cause::Server { .. } | Cause::Spoilt)
    }

    /// Whether the unit may have been committed all the same: the answer to COMMIT was lost, or comes from a pooler
    /// that has lost it.
    pub fn leaves_open(&self) -> bool {
        self.phase == Phase::Committing
            && match &self.cause {
                Cause::Server { sqlstate, .. } => {
                    ["08", "57", "58", "XX"].iter().any(|class| sqlstate.starts_with(class))
                }
                _ => true,
            }
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.cause {
            Cause::Timeout(after) => write!(f, "no answer within {:.1} s", after.as_secs_f64())?,
            Cause::UnknownHost(text)
            | Cause::Tls(text)
            | Cause::Closed(text)
            | Cause::Broken(text)
            | Cause::Unexpected(text)
            | Cause::Improper(text) => f.write_str(text)?,
            Cause::Server { sqlstate, message } => write!(f, "{message} (SQLSTATE {sqlstate})")?,
            Cause::Spoilt => f.write_str("a statement had failed")?,
            Cause::TooMuch(most) => write!(f, "more than {} MiB came from the server", most >> 20)?,
        }
        f.write_str(self.phase.describe())
    }
}

impl std::error::Error for DatabaseError {}

/// Reads the cause out of the driver's error, whose own text is often only "db error". A server may have got to know
/// the password, and its texts go to logs: the password is masked in them.
pub(super) fn cause_of(error: &postgres::Error, waited: Duration, password: &Secret) -> Cause {
    let shown = |text: &str| one_short_line(&password.mask(text), LONGEST);
    if let Some(server) = error.as_db_error() {
        // Other details may hold values; this one says what is in the way.
        let detail = server.detail().filter(|_| server.code() == &SqlState::DEPENDENT_OBJECTS_STILL_EXIST);
        let text = [server.message(), detail.unwrap_or_default()].join(" ");
        return Cause::Server { sqlstate: shown(server.code().code()), message: shown(text.trim_end()) };
    }
    let mut text = error.to_string();
    // The driver has no other sign of these two: what came is no message, or none that belongs there.
    let is_senseless = text.starts_with("unexpected message") || text.starts_with("error parsing response");
    let mut source = error.source();
    let mut is_tls = false;
    let mut is_closed = false;
    let mut refusal = None;
    while let Some(inner) = source {
        if let Some(io) = inner.downcast_ref::<io::Error>() {
            if io.kind() == io::ErrorKind::TimedOut {
                return Cause::Timeout(waited);
            }
            is_closed |= io.kind() == io::ErrorKind::ConnectionRefused;
            if let Some(cause) = io.get_ref().and_then(our_refusal) {
                return cause;
            }
        }
        is_tls |= inner.is::<native_tls::Error>() || inner.is::<TlsNotOffered>();
        refusal = refusal.or_else(|| certificate_refusal(inner.downcast_ref()?));
        text = inner.to_string();
        source = inner.source();
    }
    if is_tls {
        Cause::Tls(shown(refusal.as_ref().unwrap_or(&text)))
    } else if is_senseless {
        Cause::Unexpected(shown(&text))
    } else if is_closed {
        Cause::Closed(shown(&text))
    } else {
        Cause::Broken(shown(&text))
    }
}

/// What our own stream refused to hand on.
fn our_refusal(error: &(dyn std::error::Error + Send + Sync + 'static)) -> Option<Cause> {
    if let Some(TooMuch(most)) = error.downcast_ref() {
        return Some(Cause::TooMuch(*most));
    }
    error.downcast_ref().map(|improper: &Improper| Cause::Improper(improper.to_string()))
}

/// The server has sent more bytes than these.
#[derive(Debug)]
pub(super) struct TooMuch(pub usize);

impl fmt::Display for TooMuch {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "more than {} bytes came from the server", self.0)
    }
}

impl std::error::Error for TooMuch {}

/// Why OpenSSL refused a certificate. Only this error's own text has the reason, in brackets at its end; the errors
/// below it no longer do.
fn certificate_refusal(error: &native_tls::Error) -> Option<String> {
    let text = error.to_string();
    let (head, reason) = text.strip_suffix(')')?.rsplit_once(" (")?;
    head.contains("certificate verify failed")
        .then(|| format!("the server's certificate was refused ({reason})"))
}

/// The server answered the request for TLS with something other than yes.
#[derive(Debug)]
pub(super) struct TlsNotOffered(&'static str);

impl TlsNotOffered {
    /// Its text, by which [`super::hints`] knows it again.
    pub const TEXT: &str = "the server offers no TLS";
    /// The same where no PostgreSQL would answer so.
    pub const OTHER_TEXT: &str = "the answer to the request for TLS is not PostgreSQL's";

    /// Reads the answer. N is no, and E the error of a server that is too busy or too old to answer.
    pub fn judge(answer: u8) -> Result<(), TlsNotOffered> {
        match answer {
            b'S' => Ok(()),
            b'N' | b'E' => Err(TlsNotOffered(Self::TEXT)),
            _ => Err(TlsNotOffered(Self::OTHER_TEXT)),
        }
    }
}

impl fmt::Display for TlsNotOffered {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for TlsNotOffered {}
