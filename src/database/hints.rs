//! From an error to the condition that explains it.
//!
//! Supavisor wraps almost everything as SQLSTATE XX000, so its own `(ECODE)` in the text is looked at first.
use std::time::Duration;

use super::{Cause, DatabaseError, Phase, error::TlsNotOffered};
use crate::{
    clock,
    condition::{self, Condition},
};

/// Texts of poolers and servers, and what each means; the first that fits counts. Sources: Supavisor (its codes since
/// 2.9, and the older wording), PgBouncer 1.18, PostgreSQL 15.
const TEXTS: &[(&str, &Condition)] = &[
    ("(ENOTFOUND)", &condition::DATABASE_TENANT_UNKNOWN),
    ("Tenant or user not found", &condition::DATABASE_TENANT_UNKNOWN),
    ("(ENOIDENTIFIER)", &condition::DATABASE_TENANT_UNKNOWN),
    ("(ECIRCUITBREAKER)", &condition::DATABASE_BLOCKED),
    ("(EMAXCONNSESSION)", &condition::DATABASE_SESSION_MODE),
    ("(EMAXCONN)", &condition::DATABASE_BUSY),
    ("(ECHECKOUTTIMEOUT)", &condition::DATABASE_BUSY),
    ("no more connections allowed", &condition::DATABASE_BUSY),
    ("query_wait_timeout", &condition::DATABASE_BUSY),
    ("remaining connection slots", &condition::DATABASE_BUSY),
    ("(ESSLREQUIRED)", &condition::DATABASE_TLS_REQUIRED),
    ("SSL required", &condition::DATABASE_TLS_REQUIRED),
    // How a line of pg_hba.conf that is missing for plain text only ends, before and since PostgreSQL 14.
    ("SSL off", &condition::DATABASE_TLS_REQUIRED),
    ("no encryption", &condition::DATABASE_TLS_REQUIRED),
    ("(EADDRNOTALLOWED)", &condition::DATABASE_ADDRESS_REFUSED),
    ("no pg_hba.conf entry", &condition::DATABASE_ADDRESS_REFUSED),
    ("pg_hba.conf rejects", &condition::DATABASE_ADDRESS_REFUSED),
    ("SASL authentication failed", &condition::DATABASE_LOGIN_REFUSED),
    ("password authentication failed", &condition::DATABASE_LOGIN_REFUSED),
    ("no such user", &condition::DATABASE_LOGIN_REFUSED),
    ("no such database", &condition::DATABASE_UNKNOWN),
    ("(EDBHANDLEREXITED)", &condition::DATABASE_NOT_READY),
    ("(EAUTHQUERY)", &condition::DATABASE_NOT_READY),
    ("(EAUTHSECRETS)", &condition::DATABASE_NOT_READY),
    ("server login has been failing", &condition::DATABASE_NOT_READY),
    ("server conn crashed", &condition::DATABASE_NOT_READY),
    ("cannot connect to server", &condition::DATABASE_NOT_READY),
    ("(EAUTHTIMEOUT)", &condition::DATABASE_SILENT),
    ("client_login_timeout", &condition::DATABASE_SILENT),
    ("bouncer config error", &condition::DATABASE_POOLER),
    ("only supports prepared statements", &condition::DATABASE_PROTOCOL),
    ("bind message supplies", &condition::DATABASE_PROTOCOL),
    ("unsupported startup parameter", &condition::DATABASE_PROTOCOL),
    ("permission denied for schema public", &condition::DATABASE_SCHEMA_CLOSED),
    // The first comes up only where row_security is off, as it is in every unit of work; the second is an INSERT's.
    ("would be affected by row-level security policy", &condition::DATABASE_ROWS_HIDDEN),
    ("violates row-level security policy", &condition::DATABASE_ROWS_HIDDEN),
];

/// Why TLS did not come about. Source: OpenSSL 3.0, crypto/x509/x509_txt.c; 1.1 wrote "self signed".
const TLS_TEXTS: &[(&str, &Condition)] = &[
    (TlsNotOffered::TEXT, &condition::DATABASE_TLS_NOT_OFFERED),
    (TlsNotOffered::OTHER_TEXT, &condition::DATABASE_NOT_POSTGRESQL),
    // SSH begins with the S that means yes; what follows is no TLS.
    ("wrong version number", &condition::DATABASE_NOT_POSTGRESQL),
    ("packet length too long", &condition::DATABASE_NOT_POSTGRESQL),
    ("self-signed certificate", &condition::DATABASE_TLS_UNTRUSTED),
    ("self signed certificate", &condition::DATABASE_TLS_UNTRUSTED),
    ("unable to get issuer certificate", &condition::DATABASE_TLS_UNTRUSTED),
    ("unable to get local issuer certificate", &condition::DATABASE_TLS_UNTRUSTED),
    ("unable to verify the first certificate", &condition::DATABASE_TLS_UNTRUSTED),
    ("certificate not trusted", &condition::DATABASE_TLS_UNTRUSTED),
    // The authority's name is right and its key another: it was made anew.
    ("certificate signature failure", &condition::DATABASE_TLS_UNTRUSTED),
    ("hostname mismatch", &condition::DATABASE_TLS_WRONG_NAME),
    ("IP address mismatch", &condition::DATABASE_TLS_WRONG_NAME),
    ("certificate has expired", &condition::DATABASE_TLS_EXPIRED),
    ("certificate is not yet valid", &condition::DATABASE_TLS_NOT_YET_VALID),
];

/// SQLSTATEs, or classes of them, and what each means. Source: PostgreSQL documentation, appendix A.
const SQLSTATES: &[(&str, &Condition)] = &[
    ("28P01", &condition::DATABASE_LOGIN_REFUSED),
    ("28000", &condition::DATABASE_LOGIN_REFUSED),
    ("3D000", &condition::DATABASE_UNKNOWN),
    ("42P01", &condition::DATABASE_DRIFT),
    ("42703", &condition::DATABASE_DRIFT),
    ("42501", &condition::DATABASE_PERMISSION),
    // Class 22 as far as it comes up in reading: a date out of range, a text in another encoding.
    ("22008", &condition::DATABASE_UNREADABLE),
    ("22021", &condition::DATABASE_UNREADABLE),
    ("25006", &condition::DATABASE_READ_ONLY),
    // A transaction that was idle for too long: it was our side that stalled, or the way to us.
    ("25P", &condition::DATABASE_SILENT),
    ("26000", &condition::DATABASE_PROTOCOL),
    ("42P05", &condition::DATABASE_PROTOCOL),
    ("53100", &condition::DATABASE_READ_ONLY),
    ("53", &condition::DATABASE_BUSY),
    ("55P03", &condition::DATABASE_LOCKED),
    ("57014", &condition::DATABASE_SILENT),
    ("57P", &condition::DATABASE_NOT_READY),
    ("XX001", &condition::DATABASE_UNREADABLE),
    ("XX002", &condition::DATABASE_UNREADABLE),
    ("08", &condition::DATABASE_UNREACHABLE),
];

/// The condition that an error shows.
pub fn condition(error: &DatabaseError) -> &'static Condition {
    match &error.cause {
        _ if error.phase == Phase::Preparing => &condition::DATABASE_CA_FILE,
        Cause::Timeout(_) if error.phase == Phase::Connecting => &condition::DATABASE_UNREACHABLE,
        Cause::Timeout(_) => &condition::DATABASE_SILENT,
        Cause::UnknownHost(_) => &condition::DATABASE_NAME_UNKNOWN,
        Cause::Tls(text) => of_tls(text),
        Cause::Closed(_) => &condition::DATABASE_UNREACHABLE,
        Cause::Broken(text) => by_text(TEXTS, text).unwrap_or(match error.phase {
            // The driver checks the server's side of SCRAM itself, and reports it as an error of its own.
            Phase::LoggingIn if text.contains("SCRAM") => &condition::DATABASE_LOGIN_REFUSED,
            _ => &condition::DATABASE_UNREACHABLE,
        }),
        // PgBouncer passes this on under a SQLSTATE of its own.
        Cause::Server { message, .. }
            if error.phase == Phase::LoggingIn
                && message.starts_with("database ")
                && message.ends_with("does not exist") =>
        {
            &condition::DATABASE_UNKNOWN
        }
        Cause::Server { sqlstate, message } => by_text(TEXTS, message)
            .or_else(|| SQLSTATES.iter().find(|(code, _)| sqlstate.starts_with(code)).map(|(_, c)| *c))
            .unwrap_or(&condition::DATABASE_ERROR),
        Cause::Spoilt => &condition::DATABASE_ERROR,
        Cause::TooMuch(_) => &condition::DATABASE_TOO_MUCH,
        Cause::Unexpected(_) => &condition::DATABASE_UNEXPECTED,
        Cause::Improper(_) => &condition::DATABASE_PASSWORD_ASKED,
    }
}

/// Why TLS did not come about.
pub fn of_tls(text: &str) -> &'static Condition {
    of_tls_at(text, clock::now())
}

/// A certificate that is not valid yet is the clock's fault only where the clock is wrong for certain.
fn of_tls_at(text: &str, now: Duration) -> &'static Condition {
    match by_text(TLS_TEXTS, text).unwrap_or(&condition::DATABASE_TLS) {
        early if early == &condition::DATABASE_TLS_NOT_YET_VALID && now < clock::WRITTEN => {
            &condition::CLOCK_NOT_SET
        }
        other => other,
    }
}

/// Classes of SQLSTATE that say nothing about one item: connection (08, 28, 3D, 57, 58), a transaction's luck or state
/// (25, 26, 40, 55), what was asked for or where (3F, 42), what the server is out of (53) or how it was set up (F0), and
/// its own faults (XX). Poolers use these, too.
const NOT_OF_THE_ITEM: &[&str] =
    &["08", "25", "26", "28", "3D", "3F", "40", "42", "53", "55", "57", "58", "F0", "XX"];

/// Whether the server refused what one item brought along, so that trying again is no use: a value (SQLSTATE class 22),
/// one that breaks a rule (23, 44) or a limit (54), or whatever a trigger says, in a class of its own choice (P0, 09, 38,
/// 39, 45, PT …). A column that must not be NULL and is not ours (23502) is no item's fault: all would fail.
pub fn concerns_the_item(error: &DatabaseError) -> bool {
    let Cause::Server { sqlstate, .. } = &error.cause else { return false };
    matches!(error.phase, Phase::Working | Phase::Committing)
        && sqlstate != "23502"
        && !NOT_OF_THE_ITEM.iter().any(|class| sqlstate.starts_with(class))
}

/// Whether the server cannot hand out what a row holds: a value (SQLSTATE class 22), such as a text in another encoding or
/// a date out of range, or one that is damaged on its disk (XX001, XX002).
pub fn is_unreadable(error: &DatabaseError) -> bool {
    matches!(&error.cause, Cause::Server { sqlstate, .. }
        if sqlstate.starts_with("22") || ["XX001", "XX002"].contains(&sqlstate.as_str()))
}

/// What a condition is known by.
#[cfg(test)]
pub enum Sign {
    /// A piece of a text.
    Text(&'static str),
    /// A SQLSTATE, or the beginning of a class of them.
    SqlState(&'static str),
}

/// All signs of a condition.
#[cfg(test)]
pub fn signs_of(condition: &Condition) -> impl Iterator<Item = Sign> {
    let of = move |(_, leads_to): &&(&str, &Condition)| *leads_to == condition;
    let texts = TEXTS.iter().chain(TLS_TEXTS).filter(of).map(|(sign, _)| Sign::Text(sign));
    texts.chain(SQLSTATES.iter().filter(of).map(|(sign, _)| Sign::SqlState(sign)))
}

fn by_text(texts: &[(&str, &'static Condition)], message: &str) -> Option<&'static Condition> {
    texts.iter().find(|(text, _)| message.contains(text)).map(|(_, condition)| *condition)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::condition::Retry::{Away, Crowded, Guarded, Mended};

    fn condition_of(cause: Cause) -> &'static Condition {
        condition(&DatabaseError { unit: "test", phase: Phase::Working, cause })
    }

    fn said(sqlstate: &str, message: &str) -> Cause {
        Cause::Server { sqlstate: sqlstate.into(), message: message.into() }
    }

    fn of(sqlstate: &str, message: &str) -> &'static str {
        condition_of(said(sqlstate, message)).code
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn what_poolers_and_servers_are_known_to_say_is_understood() {
        for (sqlstate, message, code, retry) in [
            ("XX000", "Tenant or user not found", "tenant-unknown", Mended),
            ("XX000", "(ENOTFOUND) tenant/user postgres.abc not found", "tenant-unknown", Mended),
            ("XX000", "(ENOIDENTIFIER) no tenant identifier provided", "tenant-unknown", Mended),
            ("28P01", "password authentication failed for user \"postgres\"", "login-refused", Guarded),
            ("08P01", "SASL authentication failed", "login-refused", Guarded),
            ("28000", "role \"bob\" does not exist", "login-refused", Guarded),
            (
                "XX000",
                "(ECIRCUITBREAKER) too many authentication failures, new connections …",
                "blocked",
                Guarded,
            ),
            ("XX000", "(EMAXCONN) max client connections reached, limit: 200", "busy", Crowded),
            ("XX000", "(EMAXCONNSESSION) max clients reached in session mode", "session-mode", Mended),
            ("XX000", "(ECHECKOUTTIMEOUT) unable to check out connection from the pool", "busy", Crowded),
            ("XX000", "(EDBHANDLEREXITED) DbHandler exited", "not-ready", Away),
            ("XX000", "(EAUTHQUERY) the database does not answer", "not-ready", Away),
            ("XX000", "(EAUTHSECRETS) cannot be fetched", "not-ready", Away),
            ("XX000", "(ESSLREQUIRED) SSL connection is required", "tls-required", Mended),
            (
                "XX000",
                "(EADDRNOTALLOWED) address not in tenant allow_list: {1, 2, 3, 4}",
                "address-refused",
                Mended,
            ),
            ("08006", "(EAUTHTIMEOUT) timeout while waiting for message", "silent", Away),
            ("42P05", "prepared statement \"s0\" already exists", "protocol", Mended),
            ("26000", "prepared statement \"s1\" does not exist", "protocol", Mended),
            (
                "08P01",
                "bind message supplies 2 parameters, but prepared statement \"\" requires 1",
                "protocol",
                Mended,
            ),
            ("08P01", "unsupported startup parameter: options", "protocol", Mended),
            (
                "28000",
                "no pg_hba.conf entry for host \"1.2.3.4\", user \"a\", database \"b\", SSL off",
                "tls-required",
                Mended,
            ),
            (
                "28000",
                "no pg_hba.conf entry for host \"1.2.3.4\", user \"a\", database \"b\", no encryption",
                "tls-required",
                Mended,
            ),
            (
                "28000",
                "no pg_hba.conf entry for host \"1.2.3.4\", user \"a\", database \"b\", SSL encryption",
                "address-refused",
                Mended,
            ),
            (
                "53300",
                "remaining connection slots are reserved for non-replication superuser connections",
                "busy",
                Crowded,
            ),
            ("55P03", "canceling statement due to lock timeout", "locked", Crowded),
            ("XX001", "missing chunk number 0 for toast value 16500 in pg_toast_16423", "unreadable", Mended),
            ("22021", "invalid byte sequence for encoding \"UTF8\": 0xe9", "unreadable", Mended),
            ("57014", "canceling statement due to statement timeout", "silent", Away),
            ("57P01", "terminating connection due to administrator command", "not-ready", Away),
            ("57P03", "the database system is starting up", "not-ready", Away),
            (
                "08P01",
                "server login has been failing, try again later (server_login_retry)",
                "not-ready",
                Away,
            ),
            ("08P01", "pgbouncer cannot connect to server", "not-ready", Away),
            ("08P01", "query_wait_timeout", "busy", Crowded),
            ("08P01", "no such database: nowhere", "unknown", Mended),
            ("08P01", "bouncer config error", "pooler", Mended),
            (
                "XX000",
                "transaction mode only supports prepared statements using the Extended Query Protocol",
                "protocol",
                Mended,
            ),
            ("25006", "cannot execute UPDATE in a read-only transaction", "read-only", Mended),
            ("53100", "could not extend file: No space left on device", "read-only", Mended),
            ("XX000", "something new", "error", Mended),
        ] {
            let condition = condition_of(said(sqlstate, message));
            assert_eq!((condition.code, condition.retry), (&*format!("database-{code}"), retry), "{message}");
        }
    }

    #[test]
    fn a_connection_that_breaks_is_tried_again_soon() {
        for text in
            ["connection closed", "error communicating with the server", "Connection refused (os error 111)"]
        {
            let condition = condition_of(Cause::Broken(text.into()));
            assert_eq!((condition.code, condition.retry), ("database-unreachable", Away), "{text}");
        }
    }

    #[test]
    fn each_reason_for_no_tls_has_a_condition_of_its_own() {
        for (text, code) in [
            ("the server offers no TLS", "database-tls-not-offered"),
            ("refused (self-signed certificate)", "database-tls-untrusted"),
            ("refused (self-signed certificate in certificate chain)", "database-tls-untrusted"),
            ("refused (self signed certificate in certificate chain)", "database-tls-untrusted"),
            ("refused (unable to get local issuer certificate)", "database-tls-untrusted"),
            ("refused (unable to verify the first certificate)", "database-tls-untrusted"),
            ("refused (hostname mismatch)", "database-tls-wrong-name"),
            ("refused (IP address mismatch)", "database-tls-wrong-name"),
            ("refused (certificate has expired)", "database-tls-expired"),
            ("refused (certificate is not yet valid)", "database-tls-not-yet-valid"),
            ("refused (EE certificate key too weak)", "database-tls"),
            ("error:0A00010B:SSL routines:ssl3_get_record:wrong version number", "database-not-postgresql"),
        ] {
            assert_eq!(of_tls(text).code, code, "{text}");
        }
    }

    #[test]
    fn the_clock_is_blamed_for_a_certificate_only_where_it_is_behind_this_scribe() {
        let early = |now| of_tls_at("refused (certificate is not yet valid)", now).code;
        assert_eq!(early(clock::WRITTEN - Duration::from_secs(1)), "clock-not-set");
        assert_eq!(early(clock::WRITTEN), "database-tls-not-yet-valid");
        assert_eq!(
            of_tls_at("refused (certificate has expired)", Duration::ZERO).code,
            "database-tls-expired"
        );
    }

    #[test]
    fn rows_that_are_hidden_are_told_apart_from_a_missing_permission() {
        let hidden = "query would be affected by row-level security policy for table \"queue_items\"";
        assert_eq!(of("42501", hidden), "database-rows-hidden");
        assert_eq!(of("42501", "permission denied for table queue_items"), "database-permission");
        assert_eq!(of("42501", "permission denied for schema public"), "database-schema-closed");
    }

    #[test]
    fn a_missing_table_or_column_is_left_to_the_check_of_the_schema() {
        assert_eq!(of("42P01", "relation \"queue_items\" does not exist"), "database-drift");
        assert_eq!(of("42703", "column \"seq\" does not exist"), "database-drift");
    }

    #[test]
    fn a_refused_value_or_veto_concerns_the_item_and_an_outage_does_not() {
        let concerns = |sqlstate: &str| {
            let cause = Cause::Server { sqlstate: sqlstate.into(), message: "no".into() };
            concerns_the_item(&DatabaseError { unit: "test", phase: Phase::Working, cause })
        };
        assert!(
            [
                "22021", "23514", "44000", "54000", "21000", "0A000", "09000", "38001", "39004", "45000",
                "P0001", "P0002", "P0004", "PT409", "ZZ123",
            ]
            .iter()
            .all(|code| concerns(code))
        );
        assert!(
            ![
                "40001", "57P01", "53300", "42P01", "XX000", "08006", "25P03", "23502", "42804", "55P03",
                "28P01", "3D000", "3F000", "26000", "58030", "F0000",
            ]
            .iter()
            .any(|code| concerns(code))
        );
        let cause = Cause::Broken("gone".into());
        assert!(!concerns_the_item(&DatabaseError { unit: "test", phase: Phase::Working, cause }));
    }
}
