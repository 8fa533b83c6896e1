//! From an error to the condition that explains it.
//!
//! Supavisor wraps almost everything as SQLSTATE XX000, so its own `(ECODE)` in the text is looked at first.
use super::{Cause, DatabaseError, Phase, error::TlsNotOffered};
use crate::condition::{self, Condition};

/// Texts of poolers, and what each means. Sources: Supavisor (its codes since 2.9, and the older wording), PgBouncer 1.18.
const TEXTS: &[(&str, &Condition)] = &[
    ("(ENOTFOUND)", &condition::DATABASE_TENANT_UNKNOWN),
    ("Tenant or user not found", &condition::DATABASE_TENANT_UNKNOWN),
    ("(ENOIDENTIFIER)", &condition::DATABASE_TENANT_UNKNOWN),
    ("(ECIRCUITBREAKER)", &condition::DATABASE_BLOCKED),
    ("(EMAXCONN", &condition::DATABASE_BUSY),
    ("(ECHECKOUTTIMEOUT)", &condition::DATABASE_BUSY),
    ("no more connections allowed", &condition::DATABASE_BUSY),
    ("query_wait_timeout", &condition::DATABASE_BUSY),
    ("remaining connection slots", &condition::DATABASE_BUSY),
    ("(ESSLREQUIRED)", &condition::DATABASE_TLS),
    ("SSL required", &condition::DATABASE_TLS),
    // The first comes up only where row_security is off, as it is in every unit of work; the second is an INSERT's.
    ("would be affected by row-level security policy", &condition::DATABASE_ROWS_HIDDEN),
    ("violates row-level security policy", &condition::DATABASE_ROWS_HIDDEN),
    ("(EADDRNOTALLOWED)", &condition::DATABASE_PERMISSION),
    ("SASL authentication failed", &condition::DATABASE_LOGIN_REFUSED),
    ("password authentication failed", &condition::DATABASE_LOGIN_REFUSED),
    ("no such user", &condition::DATABASE_LOGIN_REFUSED),
    ("server login has been failing", &condition::DATABASE_UNREACHABLE),
    ("(EDBHANDLEREXITED)", &condition::DATABASE_UNREACHABLE),
    ("(EAUTHQUERY)", &condition::DATABASE_UNREACHABLE),
    ("(EAUTHSECRETS)", &condition::DATABASE_UNREACHABLE),
];

/// Why TLS did not come about. Source: OpenSSL 3.0, crypto/x509/x509_txt.c; 1.1 wrote "self signed".
const TLS_TEXTS: &[(&str, &Condition)] = &[
    (TlsNotOffered::TEXT, &condition::DATABASE_TLS_NOT_OFFERED),
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
    ("42P01", &condition::DATABASE_NOT_MIGRATED),
    ("42703", &condition::DATABASE_NOT_MIGRATED),
    ("42501", &condition::DATABASE_PERMISSION),
    ("25006", &condition::DATABASE_PERMISSION),
    ("53", &condition::DATABASE_BUSY),
    ("55P03", &condition::DATABASE_BUSY),
    ("57014", &condition::DATABASE_SILENT),
    ("57P", &condition::DATABASE_UNREACHABLE),
    ("08", &condition::DATABASE_UNREACHABLE),
];

/// The condition that an error shows.
pub fn condition(error: &DatabaseError) -> &'static Condition {
    match &error.cause {
        Cause::Timeout(_) => &condition::DATABASE_SILENT,
        Cause::UnknownHost(_) => &condition::DATABASE_NAME_UNKNOWN,
        Cause::Tls(text) => by_text(TLS_TEXTS, text).unwrap_or(&condition::DATABASE_TLS),
        Cause::Broken(text) => by_text(TEXTS, text).unwrap_or(match error.phase {
            // The driver checks the server's side of SCRAM itself, and reports it as an error of its own.
            Phase::LoggingIn if text.contains("SCRAM") => &condition::DATABASE_LOGIN_REFUSED,
            _ => &condition::DATABASE_UNREACHABLE,
        }),
        // PgBouncer passes this on under a SQLSTATE of its own.
        Cause::Server { message, .. }
            if error.phase == Phase::LoggingIn && message.ends_with("does not exist") =>
        {
            &condition::DATABASE_UNKNOWN
        }
        Cause::Server { sqlstate, message } => by_text(TEXTS, message)
            .or_else(|| SQLSTATES.iter().find(|(code, _)| sqlstate.starts_with(code)).map(|(_, c)| *c))
            .unwrap_or(&condition::DATABASE_ERROR),
        Cause::Spoilt => &condition::DATABASE_ERROR,
    }
}

/// Whether the server refused what one item brought along, so that trying again is no use: a value (SQLSTATE classes
/// 22 and 23), or a statement, for a reason that no condition explains and that is not passing (a trigger's veto).
pub fn concerns_the_item(error: &DatabaseError) -> bool {
    let Cause::Server { sqlstate, .. } = &error.cause else { return false };
    let is_passing = ["40", "XX", "58"].iter().any(|class| sqlstate.starts_with(class));
    !is_passing && condition(error).code == condition::DATABASE_ERROR.code
}

fn by_text(texts: &[(&str, &'static Condition)], message: &str) -> Option<&'static Condition> {
    texts.iter().find(|(text, _)| message.contains(text)).map(|(_, condition)| *condition)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(sqlstate: &str, message: &str) -> &'static str {
        let cause = Cause::Server { sqlstate: sqlstate.into(), message: message.into() };
        condition(&DatabaseError { unit: "test", phase: Phase::Working, cause }).code
    }

    #[test]
    fn a_poolers_own_code_counts_for_more_than_its_sqlstate() {
        assert_eq!(of("XX000", "(ENOTFOUND) tenant/user postgres.abc not found"), "database-tenant-unknown");
        assert_eq!(of("XX000", "(ECIRCUITBREAKER) too many authentication failures"), "database-blocked");
        assert_eq!(of("08P01", "SASL authentication failed"), "database-login-refused");
        assert_eq!(of("XX000", "something new"), "database-error");
    }

    #[test]
    fn each_reason_for_no_tls_has_a_condition_of_its_own() {
        let of = |text: &str| {
            let cause = Cause::Tls(text.into());
            condition(&DatabaseError { unit: "test", phase: Phase::Handshaking, cause }).code
        };
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
            ("error:0A00010B:SSL routines:ssl3_get_record:wrong version number", "database-tls"),
            ("/etc/scribe/ca.crt holds no PEM certificate", "database-tls"),
        ] {
            assert_eq!(of(text), code, "{text}");
        }
    }

    #[test]
    fn rows_that_are_hidden_are_told_apart_from_a_missing_permission() {
        let hidden = "query would be affected by row-level security policy for table \"queue_items\"";
        assert_eq!(of("42501", hidden), "database-rows-hidden");
        assert_eq!(of("42501", "permission denied for table queue_items"), "database-permission");
    }

    #[test]
    fn a_missing_table_or_column_means_pending_migrations() {
        assert_eq!(of("42P01", "relation \"queue_items\" does not exist"), "database-not-migrated");
        assert_eq!(of("42703", "column \"seq\" does not exist"), "database-not-migrated");
    }

    #[test]
    fn a_refused_value_or_veto_concerns_the_item_and_an_outage_does_not() {
        let concerns = |sqlstate: &str| {
            let cause = Cause::Server { sqlstate: sqlstate.into(), message: "no".into() };
            concerns_the_item(&DatabaseError { unit: "test", phase: Phase::Working, cause })
        };
        assert!(["22021", "23514", "P0001", "54000"].iter().all(|code| concerns(code)));
        assert!(
            !["40001", "40P01", "57P01", "53300", "42P01", "XX000", "08006"]
                .iter()
                .any(|code| concerns(code))
        );
        let cause = Cause::Broken("gone".into());
        assert!(!concerns_the_item(&DatabaseError { unit: "test", phase: Phase::Working, cause }));
    }

    #[test]
    fn a_refused_login_is_retried_minutes_later_and_not_at_once() {
        // Supavisor blocks an address for two minutes after ten refused logins in two and a half.
        assert!(condition::DATABASE_LOGIN_REFUSED.retry_seconds >= 120);
        assert!(condition::DATABASE_BLOCKED.retry_seconds >= 120);
    }
}
