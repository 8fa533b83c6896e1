//! The table of everything in the surroundings that can keep scribe from working.
//!
//! A condition is not an error of an item: while one holds, claiming pauses and no item loses an attempt. The same
//! row feeds `/health`, the journal and the command line, so that an owner reads the same words everywhere.

/// One thing that can be wrong around scribe, and what its owner can do about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Condition {
    /// Stable name for machines, kebab-case; shown in `/health`.
    pub code: &'static str,
    /// What is wrong, in one clause.
    pub title: &'static str,
    /// What to do about it, in one sentence.
    pub remedy: &'static str,
    /// Seconds to wait before trying again; longer where trying again does harm.
    pub retry_seconds: u64,
}

impl Condition {
    /// Whether it is over as soon as the database answers.
    pub fn is_about_database(&self) -> bool {
        self.code.starts_with("database-")
    }
}

macro_rules! conditions {
    ($($(#[$doc:meta])* $name:ident = $code:literal, retry $seconds:literal, $title:literal, $remedy:literal;)*) => {
        $($(#[$doc])* pub static $name: Condition =
            Condition { code: $code, title: $title, remedy: $remedy, retry_seconds: $seconds };)*
        /// Every condition there is.
        pub static ALL: &[&Condition] = &[$(&$name),*];
    };
}

conditions! {
    /// No connection, or it broke.
    DATABASE_UNREACHABLE = "database-unreachable", retry 5,
        "the database cannot be reached",
        "check DB_HOST and DB_PORT, the network, and that the database is running (a paused Supabase project must be restored)";
    /// The name of the database host does not resolve.
    DATABASE_NAME_UNKNOWN = "database-name-unknown", retry 30,
        "the name of the database host cannot be resolved",
        "check the spelling of DB_HOST and that this machine's name server answers";
    /// No answer within the deadline.
    DATABASE_SILENT = "database-silent", retry 10,
        "the database did not answer in time",
        "if this lasts, check the network; DB_CONNECT_TIMEOUT and DB_STATEMENT_TIMEOUT set how long scribe waits";
    /// The server answers the request for TLS with no.
    DATABASE_TLS_NOT_OFFERED = "database-tls-not-offered", retry 60,
        "the database server offers no TLS",
        "switch TLS on at the server, or check that DB_HOST and DB_PORT lead to the right one; nothing was sent to it";
    /// The certificate leads to no authority that is trusted.
    DATABASE_TLS_UNTRUSTED = "database-tls-untrusted", retry 60,
        "the certificate of the database server comes from an authority that is not trusted",
        "set DB_SSLROOTCERT to the file with the certificate of the server's authority (Supabase: from the dashboard, \
         under the database's settings)";
    /// The certificate is somebody else's.
    DATABASE_TLS_WRONG_NAME = "database-tls-wrong-name", retry 60,
        "the certificate of the database server was issued for another host name",
        "set DB_HOST to the name that the certificate was issued for (Supabase: the host from the Connect dialog, \
         never an address)";
    /// The certificate was valid once.
    DATABASE_TLS_EXPIRED = "database-tls-expired", retry 60,
        "the certificate of the database server, or of its authority, has expired",
        "renew the certificate at the server, or the file of DB_SSLROOTCERT; if neither has expired, this machine's \
         clock is ahead";
    /// A Raspberry Pi has no battery-backed clock: until it has asked a time server, it lives in the past.
    DATABASE_TLS_NOT_YET_VALID = "database-tls-not-yet-valid", retry 10,
        "this machine's clock is behind: the certificate of the database server is not valid yet",
        "set this machine's clock (`timedatectl` shows whether it is synchronised); the server is not at fault";
    /// TLS cannot be agreed on, for another reason.
    DATABASE_TLS = "database-tls", retry 60,
        "a TLS connection to the database cannot be set up",
        "see the text; check DB_SSLMODE and DB_SSLROOTCERT";
    /// Wrong user or password. Retrying quickly makes Supavisor block the address.
    DATABASE_LOGIN_REFUSED = "database-login-refused", retry 300,
        "the database refused the user name or password",
        "check DB_USER and DB_PASSWORD (on Supabase's pooler the user is postgres.<project>)";
    /// Supavisor does not know the tenant: wrong host, wrong user, or a paused project.
    DATABASE_TENANT_UNKNOWN = "database-tenant-unknown", retry 60,
        "the pooler does not know this project",
        "copy host and user again from the project's Connect dialog, and restore the project if it is paused";
    /// Supavisor's breaker after too many refused logins.
    DATABASE_BLOCKED = "database-blocked", retry 300,
        "the pooler blocks this address after too many refused logins",
        "correct DB_USER and DB_PASSWORD, then wait: the block ends by itself after about two minutes";
    /// Too many connections, or none free.
    DATABASE_BUSY = "database-busy", retry 15,
        "the database or its pooler has no free connection",
        "wait, or stop other programs that use the same pooler";
    /// The database that was named does not exist.
    DATABASE_UNKNOWN = "database-unknown", retry 60,
        "the database named by DB_NAME does not exist",
        "check DB_NAME, or create the database";
    /// Tables or columns are missing.
    DATABASE_NOT_MIGRATED = "database-not-migrated", retry 30,
        "the database has pending migrations",
        "run `scribe db upgrade`";
    /// The role may not do what scribe does.
    DATABASE_PERMISSION = "database-permission", retry 60,
        "the database role lacks a permission that scribe needs",
        "use the role that ran `scribe db upgrade`, or grant this one the same rights";
    /// Row level security hides the rows from the role, so that a claim would find nothing for ever.
    DATABASE_ROWS_HIDDEN = "database-rows-hidden", retry 60,
        "row level security hides the queue from the database role",
        "use the role that ran `scribe db upgrade`, or give this one BYPASSRLS (ALTER ROLE … BYPASSRLS)";
    /// The server said something this table has no row for.
    DATABASE_ERROR = "database-error", retry 30,
        "the database answered with an error",
        "see the text; `scribe db check` tries again";
    /// The search provider is away or refuses.
    SEARCH_UNAVAILABLE = "search-unavailable", retry 30,
        "the search provider cannot be used",
        "check SEARXNG_URL, and that its settings.yml lists json under search: formats";
    /// The language model refuses: key, quota or name.
    MODEL_UNUSABLE = "model-unusable", retry 300,
        "the language model cannot be used",
        "check the model's name, its key and its quota (TEMPLATE_PARSER_MODEL, EMAIL_COMPOSER_MODEL; `builtin` needs none)";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_unique_and_kebab_case() {
        let mut codes: Vec<_> = ALL.iter().map(|c| c.code).collect();
        assert!(codes.iter().all(|c| c.chars().all(|c| c.is_ascii_lowercase() || c == '-')));
        codes.sort_unstable();
        codes.dedup();
        assert_eq!(codes.len(), ALL.len());
    }
}
