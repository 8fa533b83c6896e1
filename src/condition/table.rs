//! The table. A row is a condition; which texts and codes of a server lead to it stands in [`crate::database::hints`].
use super::{Condition, Retry, Severity};

macro_rules! conditions {
    ($($name:ident = $code:literal, $severity:ident, $retry:ident {
        title: $title:literal, text: $text:literal, remedy: $remedy:literal, hides: $hides:expr $(,)?
    })*) => {
        $(
            #[doc = $title]
            pub static $name: Condition = Condition {
                code: $code, severity: Severity::$severity, retry: Retry::$retry,
                title: $title, text: $text, remedy: $remedy, hides: $hides,
            };
        )*
        /// Every condition there is, in the order in which a connection meets them.
        pub static ALL: &[&Condition] = &[$(&$name),*];
    };
}

conditions! {
    DATABASE_CA_FILE = "database-ca-file", Error, Mended {
        title: "the file of DB_SSLROOTCERT cannot be used",
        text: "It cannot be read, or holds no certificate. Scribe does not start with it.",
        remedy: "give DB_SSLROOTCERT a file of CA certificates in PEM form (-----BEGIN CERTIFICATE-----; Supabase: \
                 from the dashboard, under the database's settings)",
        hides: Some("everything about the database"),
    }
    DATABASE_UNREACHABLE = "database-unreachable", Error, Away {
        title: "the database cannot be reached",
        text: "Nothing answers at that address and port, or the connection broke: no network, a router that \
               restarts, a database that is stopped, a wrong port. A host that was reached before and now \
               refuses every connection may have blocked this address after refused logins.",
        remedy: "check host and port (DB_HOST and DB_PORT, or DATABASE_URL), the network, and that the database is running (a paused Supabase \
                 project must be restored)",
        hides: Some("certificate, login, tables"),
    }
    DATABASE_NAME_UNKNOWN = "database-name-unknown", Error, Away {
        title: "the name of the database host cannot be resolved",
        text: "The name server does not know the name, or does not answer. Just after a power cut that is \
               normal: the Pi is up before the router. The direct hosts of Supabase (db.<project>.supabase.co) \
               have IPv6 addresses only.",
        remedy: "check the spelling of DB_HOST and that this machine's name server answers",
        hides: Some("everything behind the name"),
    }
    DATABASE_SILENT = "database-silent", Error, Away {
        title: "the database did not answer in time",
        text: "The connection stands and the answer does not come: bad Wi-Fi, a pooler whose database is away, \
               a statement that waits for somebody else's lock. The error says in which phase it was.",
        remedy: "if this lasts, check the network; DB_CONNECT_TIMEOUT and DB_STATEMENT_TIMEOUT set how long \
                 scribe waits",
        hides: Some("everything after the phase that the error names"),
    }
    DATABASE_NOT_READY = "database-not-ready", Error, Away {
        title: "the database is starting, stopping, or away behind its pooler",
        text: "The pooler answers, or the server itself, but the database behind it takes no work: a restart, \
               an update, a fail-over, a project that is waking up.",
        remedy: "wait; if it lasts, look at the database's own log (Supabase: at the project's dashboard)",
        hides: Some("login, tables"),
    }
    DATABASE_NOT_POSTGRESQL = "database-not-postgresql", Error, Mended {
        title: "what answers at the database's address is no PostgreSQL",
        text: "Something else listens on that host and port: a web server, SSH, a router's own page.",
        remedy: "check host and port (DB_HOST and DB_PORT, or DATABASE_URL); no password was sent",
        hides: Some("certificate, login, tables"),
    }
    DATABASE_TLS_NOT_OFFERED = "database-tls-not-offered", Error, Mended {
        title: "the database server offers no TLS",
        text: "The server answers the request for TLS with no. Scribe then sends nothing more, no password \
               either.",
        remedy: "switch TLS on at the server, or check that DB_HOST and DB_PORT lead to the right one; nothing \
                 was sent to it",
        hides: Some("certificate, login, tables"),
    }
    DATABASE_TLS_REQUIRED = "database-tls-required", Error, Mended {
        title: "the database takes encrypted connections only",
        text: "DB_SSLMODE=disable sends plain text, and this server or its rules refuse it.",
        remedy: "set DB_SSLMODE to require or, with DB_SSLROOTCERT, to verify-full",
        hides: Some("certificate, login, tables"),
    }
    DATABASE_TLS_UNTRUSTED = "database-tls-untrusted", Error, Mended {
        title: "the certificate of the database server comes from an authority that is not trusted",
        text: "The authority is in no file that scribe was given. Supabase signs with an authority of its own \
               that no system knows. It may also be somebody between you and the server.",
        remedy: "set DB_SSLROOTCERT to the file with the certificate of the server's authority (Supabase: from \
                 the dashboard, under the database's settings)",
        hides: Some("login, tables"),
    }
    DATABASE_TLS_WRONG_NAME = "database-tls-wrong-name", Error, Mended {
        title: "the certificate of the database server was issued for another host name",
        text: "DB_HOST is an address, an alias, or another server's name; or somebody between you and the \
               server shows a certificate of their own.",
        remedy: "set DB_HOST to the name that the certificate was issued for (Supabase: the host from the \
                 Connect dialog, never an address)",
        hides: Some("login, tables"),
    }
    DATABASE_TLS_EXPIRED = "database-tls-expired", Error, Mended {
        title: "the certificate of the database server, or of its authority, has expired",
        text: "By this machine's clock the certificate's time is over.",
        remedy: "renew the certificate at the server, or the file of DB_SSLROOTCERT; if neither has expired, \
                 this machine's clock is ahead",
        hides: Some("login, tables"),
    }
    DATABASE_TLS_NOT_YET_VALID = "database-tls-not-yet-valid", Error, Mended {
        title: "the certificate of the database server, or of its authority, is not valid yet",
        text: "Either this machine's clock is behind, though not as far as this scribe's own date (that would be \
               `clock-not-set`), or the certificate was made for a time to come, by a server whose clock is ahead.",
        remedy: "compare this machine's clock with a true one (`timedatectl` shows whether it is synchronised); if it is \
                 right, the server's certificate has to be renewed",
        hides: Some("login, tables"),
    }
    DATABASE_TLS = "database-tls", Error, Mended {
        title: "a TLS connection to the database cannot be set up",
        text: "The two sides find no way to encrypt.",
        remedy: "see the text; check DB_HOST, DB_PORT, DB_SSLMODE and DB_SSLROOTCERT",
        hides: Some("certificate, login, tables"),
    }
    DATABASE_LOGIN_REFUSED = "database-login-refused", Error, Guarded {
        title: "the database refused the user name or password",
        text: "The password is wrong, was changed, or is not percent-encoded inside DATABASE_URL. After a \
               change of the password the pooler may know the old one for some seconds. Scribe tries again only \
               every five minutes, because Supabase's pooler blocks an address after ten refused logins.",
        remedy: "check user and password: DB_USER and DB_PASSWORD, or DATABASE_URL, where @ : / # ? % in a \
                 password must be percent-encoded (on Supabase's pooler the user is postgres.<project>)",
        hides: Some("tables"),
    }
    DATABASE_PASSWORD_ASKED = "database-password-asked", Error, Guarded {
        title: "the database server asks for the password in a way that would give it away",
        text: "In clear text or as an MD5 hash, the password is only for a server that has proved who it is; \
               scribe broke the login off and sent nothing. Every current server and pooler can use SCRAM, which \
               keeps the password from whoever asks. A server that asks for SCRAM with millions of rounds of its \
               hash wants to keep scribe busy. It may be somebody between you and the server.",
        remedy: "set DB_SSLROOTCERT to the CA file and DB_SSLMODE=verify-full, or have the server use SCRAM \
                 (password_encryption = scram-sha-256, and set the password anew)",
        hides: Some("password, tables"),
    }
    DATABASE_TENANT_UNKNOWN = "database-tenant-unknown", Error, Mended {
        title: "the pooler does not know this project",
        text: "Supabase's pooler finds the project by the user's name (postgres.<project>): it is missing or \
               misspelt, the host is another region's (aws-0 and aws-1 differ), or the project is paused or was \
               just restored.",
        remedy: "copy host and user again from the project's Connect dialog, and restore the project if it is \
                 paused",
        hides: Some("password, tables"),
    }
    DATABASE_BLOCKED = "database-blocked", Error, Guarded {
        title: "the pooler blocks this address after too many refused logins",
        text: "Ten refused logins in two and a half minutes block the address for two minutes; another program \
               with a wrong password on the same network is enough.",
        remedy: "correct user and password (DB_USER and DB_PASSWORD, or DATABASE_URL), then wait: the block ends by itself after about two minutes",
        hides: Some("whether the password is right by now"),
    }
    DATABASE_BANNED = "database-banned", Error, Guarded {
        title: "the database refuses connections since it refused logins: this address may be banned",
        text: "A server of its own, or Supabase's direct host, shuts out an address with too many refused logins: its \
               port then looks closed to this address alone. A server that is down looks the same.",
        remedy: "correct user and password (DB_USER and DB_PASSWORD, or DATABASE_URL), then wait half an hour or lift \
                 the ban (Supabase: dashboard, database settings, or `supabase network-bans remove`); check that the \
                 server runs",
        hides: Some("whether the password is right by now"),
    }
    DATABASE_ADDRESS_REFUSED = "database-address-refused", Error, Mended {
        title: "the database takes no connections from this address",
        text: "The project's network restrictions, or the server's pg_hba.conf, do not list this machine's \
               address, this user or this database.",
        remedy: "allow this network's public address (Supabase: database settings, network restrictions; \
                 elsewhere: pg_hba.conf)",
        hides: Some("login, tables"),
    }
    DATABASE_BUSY = "database-busy", Error, Crowded {
        title: "the database or its pooler has no free connection",
        text: "All places are taken: by other programs, or by connections that somebody else left open.",
        remedy: "wait, or stop other programs that use the same pooler",
        hides: Some("tables"),
    }
    DATABASE_LOCKED = "database-locked", Error, Crowded {
        title: "another transaction holds a lock on what scribe needs",
        text: "Somebody else's transaction has locked one of scribe's rows or tables and does not end: an SQL client \
               that was left open inside a transaction, a long migration, a backup. Scribe waits some seconds \
               and then asks again.",
        remedy: "end that transaction: SELECT pid, application_name, state, query FROM pg_stat_activity WHERE pid IN \
                 (SELECT pid FROM pg_locks WHERE granted AND relation = 'queue_items'::regclass) shows who it may be, \
                 and SELECT pg_terminate_backend(pid) ends it",
        hides: None,
    }
    DATABASE_SESSION_MODE = "database-session-mode", Error, Mended {
        title: "the connection goes to the pooler's session mode, and all its places are taken",
        text: "On port 5432 Supabase's pooler gives every client a server connection of its own until it \
               leaves, and there are few. Scribe needs none of its own.",
        remedy: "use the pooler's transaction mode (Supabase: port 6543; PgBouncer: pool_mode = transaction)",
        hides: Some("login, tables"),
    }
    DATABASE_UNKNOWN = "database-unknown", Error, Mended {
        title: "the database named by DB_NAME does not exist",
        text: "On Supabase the database is always called postgres.",
        remedy: "check DB_NAME, or create the database",
        hides: Some("tables"),
    }
    DATABASE_NOT_MIGRATED = "database-not-migrated", Error, Mended {
        title: "the database has pending migrations",
        text: "The database is new, or older than this scribe: some of its tables or columns are not there yet.",
        remedy: "run `scribe db upgrade`",
        hides: Some("rights, rows"),
    }
    DATABASE_AHEAD = "database-ahead", Error, Mended {
        title: "the database is newer than this scribe",
        text: "A newer scribe has upgraded it. What the columns mean by now, this one cannot know, so it leaves \
               them alone.",
        remedy: "install a newer scribe",
        hides: Some("rights, rows"),
    }
    DATABASE_HISTORY = "database-history", Error, Mended {
        title: "the database's history is not one of this scribe's",
        text: "The table refinery_schema_history says which migrations were applied. It holds one that is none of \
               scribe's or has another text, or one is left out: it was written by another program or another \
               build, or changed by hand.",
        remedy: "see `scribe db history`; if another program made this database, give scribe one of its own, else \
                 put refinery_schema_history right or restore a backup",
        hides: Some("rights, rows"),
    }
    DATABASE_UNRECORDED = "database-unrecorded", Error, Mended {
        title: "tables stand under scribe's names without a history of scribe's",
        text: "They are the Python Scribe's, somebody else's, or scribe's own made by another hand. Nothing was \
               changed in them.",
        remedy: "run `scribe db check`, which says whose they are and what to do",
        hides: Some("rights, rows"),
    }
    DATABASE_DRIFT = "database-drift", Error, Mended {
        title: "the database lacks a table or a column that scribe needs",
        text: "Migrations are pending, the tables are another program's, or somebody has changed them by hand.",
        remedy: "run `scribe db check --schema`, which says what is missing, why, and what to do",
        hides: Some("rights, rows"),
    }
    DATABASE_SCHEMA_CLOSED = "database-schema-closed", Error, Mended {
        title: "the database role may not use the schema public",
        text: "Scribe's tables stand in the schema public. Since PostgreSQL 15 only the database's owner may make \
               tables there, unless others are let.",
        remedy: "as the database's owner: GRANT USAGE, CREATE ON SCHEMA public TO the role of DB_USER; or use the \
                 owner's role",
        hides: Some("tables"),
    }
    DATABASE_PERMISSION = "database-permission", Error, Mended {
        title: "the database role lacks a permission that scribe needs",
        text: "The role may not read or write one of scribe's tables; usually because another role made them.",
        remedy: "use the role that owns scribe's tables (whichever made them), or as that one GRANT what the text names",
        hides: Some("rows"),
    }
    DATABASE_ROWS_HIDDEN = "database-rows-hidden", Error, Mended {
        title: "row level security hides the queue from the database role",
        text: "To a role that the policies apply to, the queue would look empty for ever. Scribe asks for an \
               error instead.",
        remedy: "use the role that ran `scribe db upgrade`, or give this one BYPASSRLS (ALTER ROLE … BYPASSRLS)",
        hides: Some("rows"),
    }
    DATABASE_READ_ONLY = "database-read-only", Error, Mended {
        title: "the database takes no writes",
        text: "Its disk is full (Supabase then makes a project read-only), or this is a standby.",
        remedy: "free space or enlarge the disk, or lead DB_HOST to the primary server",
        hides: Some("whether anything else keeps scribe from writing"),
    }
    DATABASE_UNEXPECTED = "database-unexpected", Error, Mended {
        title: "the database's answer has another form than scribe asked for",
        text: "A column has another type than the migrations gave it, a row is missing that always is there, or \
               what answers is no PostgreSQL.",
        remedy: "run `scribe db check --schema`, which says what is not as the migrations make it; if that fails \
                 too, check that DB_HOST and DB_PORT lead to a PostgreSQL",
        hides: None,
    }
    DATABASE_UNREADABLE = "database-unreadable", Error, Mended {
        title: "a row of the database cannot be read",
        text: "What it holds is damaged on the server's disk, is no text in UTF-8 (in a database with the encoding \
               SQL_ASCII), or is a date out of range. Such a row fails alone when it is claimed; a command that lists \
               a table needs every row of it.",
        remedy: "see what `scribe doctor` says of the queue and the encoding; find the row in SQL by reading fewer rows \
                 and columns at a time (SELECT id, status FROM queue_items …), then mend its text with UPDATE, or remove \
                 it by its id (`scribe queue cancel`, or DELETE) and queue the recipient again; if the disk is damaged, \
                 restore a backup",
        hides: Some("what else is in that table"),
    }
    DATABASE_TOO_MUCH = "database-too-much", Error, Mended {
        title: "the database server sent more than scribe takes",
        text: "Before the login a server may send 1 MiB, then 4 MiB for each unit of work, or 32 MiB where a \
               command lists a whole table. More would fill a small machine's memory, and no honest answer to \
               the daemon comes near it.",
        remedy: "check that DB_HOST and DB_PORT lead to your database; if a list is that long, ask for it in SQL",
        hides: Some("everything after the phase that the error names"),
    }
    DATABASE_POOLER = "database-pooler", Error, Mended {
        title: "the pooler is not set up for this user or database",
        text: "PgBouncer finds nothing usable in its own settings for what was asked; the text has no more, its log has.",
        remedy: "look into the pooler's log, and at auth_file, auth_query and the [databases] line of its settings",
        hides: Some("whether the password is right, and the database behind the pooler"),
    }
    DATABASE_PROTOCOL = "database-protocol", Error, Mended {
        title: "the pooler and scribe do not understand each other",
        text: "Scribe names no statement and sets no start-up option but a name and an encoding; a message \
               about either means that something in between is not what it seems.",
        remedy: "report it with the text and the pooler's name and version; a direct connection may help \
                 meanwhile",
        hides: Some("everything else"),
    }
    DATABASE_ERROR = "database-error", Error, Mended {
        title: "the database answered with an error",
        text: "The server said something that this table has no row for.",
        remedy: "see the text; `scribe db check` tries again",
        hides: None,
    }
    DATABASE_TLS_UNVERIFIED = "database-tls-unverified", Warning, Never {
        title: "the connection to the database is encrypted, but open to an interceptor: its certificate is not \
                verified",
        text: "DB_SSLMODE=require encrypts and believes any certificate, as it does for every PostgreSQL \
               client.",
        remedy: "set DB_SSLROOTCERT to the CA file (Supabase: from the dashboard) and DB_SSLMODE=verify-full",
        hides: None,
    }
    CLOCK_NOT_SET = "clock-not-set", Error, Away {
        title: "this machine's clock is not set",
        text: "A Raspberry Pi has no battery-backed clock: until it has asked a time server, it lives in the \
               past, and no certificate can be judged. Nothing is connected to, and no item loses an attempt.",
        remedy: "wait, or look why no time server answers (`timedatectl timesync-status`)",
        hides: Some("everything about the database, search, models"),
    }
    CLOCK_NOT_SYNCHRONISED = "clock-not-synchronised", Warning, Never {
        title: "no time server has set this machine's clock yet",
        text: "Scribe waits for that at its start, for 90 seconds at most: a clock that is behind makes new certificates \
               look as if they were not valid yet. Then it goes on, since the clock is not before this scribe's own date \
               (that would be `clock-not-set`). Only systemd-timesyncd, which Raspberry Pi OS has, is waited for; no item \
               loses an attempt.",
        remedy: "wait, or look why no time server answers (`timedatectl timesync-status`): some networks block NTP, and \
                 then name one of theirs in /etc/systemd/timesyncd.conf",
        hides: None,
    }
    EMAILS_REFUSED = "emails-refused", Error, Mended {
        title: "the database refuses one e-mail after the other",
        text: "A trigger, a rule or a limit on the tables says no to every recipient, so it cannot be about one of \
               them. The finished e-mail is kept and offered again; none of the recipients fails for it.",
        remedy: "read the database's words in the text, and mend the trigger or rule that says them; scribe then goes \
                 on by itself",
        hides: None,
    }
    STATE_NOT_WRITABLE = "state-not-writable", Warning, Never {
        title: "nothing can be written to the state directory",
        text: "Its disk is full or read-only (an SD card at the end of its life turns read-only). E-mails are \
               still written and stored. But one that is finished while the database is away is then only in \
               memory, and what a crash leaves behind is taken up again after its lease of 15 minutes instead of \
               at once.",
        remedy: "free space on the disk that holds STATE_DIRECTORY, or replace the card",
        hides: None,
    }
    SEARCH_UNAVAILABLE = "search-unavailable", Error, Mended {
        title: "the search provider cannot be used",
        text: "It is away, too busy, refuses, or answers in a form that is not its own. That is not the same as \
               finding nothing, so no item goes on without it. Of the open indexes, one may be away while another \
               finds something.",
        remedy: "check this machine's way to the internet, SEARCH_PROVIDER and the provider's address; SearXNG: \
                 SEARXNG_URL, and that its settings.yml lists json under search: formats",
        hides: Some("whether pages can be read"),
    }
    SEARCH_KEY_REFUSED = "search-key-refused", Error, Guarded {
        title: "the search provider refuses the key",
        text: "The key is wrong, was withdrawn, or belongs to another provider.",
        remedy: "check EXA_API_KEY, BRAVE_API_KEY or OPENALEX_API_KEY, whichever the text names",
        hides: Some("whether the quota is used up, and whether pages can be read"),
    }
    SEARCH_QUOTA_SPENT = "search-quota-spent", Error, Guarded {
        title: "what the search provider's plan allows is used up",
        text: "OpenAlex counts by the day and begins anew at midnight UTC; Brave counts by the month; Exa's credit \
               has to be bought. Scribe asks again every five minutes and goes on by itself.",
        remedy: "wait, enlarge the plan, or choose another SEARCH_PROVIDER; OpenAlex answers much more \
                 with a free key in OPENALEX_API_KEY",
        hides: Some("whether pages can be read"),
    }
    SEARCH_INCOMPLETE = "search-incomplete", Warning, Never {
        title: "a part of the search does not answer",
        text: "Of the open indexes one is away while another answers. Recipients for whom that is enough get their \
               e-mails; those for whom nothing was found are put aside for some minutes, again and again, until it is \
               back.",
        remedy: "nothing, if it was busy; if it lasts, see `scribe doctor`, or give the template a fall-back text such as \
                 {{university|your university}}",
        hides: None,
    }
    SEARCH_NOT_CONFIGURED = "search-not-configured", Warning, Never {
        title: "SEARCH_PROVIDER is none, so no page is read",
        text: "E-mails are then written from the recipient's name, the interest and arXiv alone, and say so in \
               their warnings.",
        remedy: "take SEARCH_PROVIDER out of the settings, and the open indexes are searched; no key is needed",
        hides: None,
    }
    CONTACT_MISSING = "contact-missing", Warning, Never {
        title: "CONTACT is not set, so Wikipedia is not asked and Crossref answers from its slower pool",
        text: "Wikipedia wants to know who asks, Crossref prefers it, and site owners can write to you instead of \
               blocking you. The address is sent to every site that scribe asks.",
        remedy: "set CONTACT to an e-mail address of yours, or to a web page that names one",
        hides: None,
    }
    BUDGET_SPENT = "budget-spent", Error, Mended {
        title: "what the language models may cost a day is spent",
        text: "Each call sets aside beforehand what it may cost at most, and what it did cost takes that place when its \
               answer is there; a call that failed or never came back stays at the most. When the next call does not \
               fit into MODEL_DAY_BUDGET, nothing is begun before midnight UTC, by the database's clock. All scribes \
               on one database share the day (table model_days). A budget into which not even one call fits pauses \
               for ever; the text says so.",
        remedy: "wait for the next day, or raise MODEL_DAY_BUDGET and restart scribe; no recipient has lost anything",
        hides: None,
    }
    ARXIV_AWAY = "arxiv-away", Warning, Never {
        title: "arXiv does not answer",
        text: "Recipients whose template can do without a paper get their e-mails; the others are put aside for some \
               minutes, again and again, until arXiv is back. It costs them no attempt.",
        remedy: "wait; if it lasts, check ARXIV_BASE_URL and this machine's way to the internet, or give the template a \
                 fall-back text such as {{paper|your work}}",
        hides: None,
    }
    MODEL_AWAY = "model-away", Error, Away {
        title: "the language model's service cannot be reached",
        text: "Nothing answers at its address, its name cannot be resolved, or no trusted TLS connection can be set \
               up: no network, a server of your own that is not running, a wrong address.",
        remedy: "check the network, that the server runs, and ANTHROPIC_BASE_URL or OPENAI_BASE_URL",
        hides: Some("key, quota, the model's name"),
    }
    MODEL_FAILING = "model-failing", Error, Crowded {
        title: "the language model's service fails or does not answer in time",
        text: "It is overloaded or broken (500, 503, 529), wants fewer requests (429), or takes the question and stays \
               silent. Once costs the recipient in hand an attempt; when a small question fails as well, or recipients \
               fail one after the other, it is an outage, and costs none.",
        remedy: "wait; if it lasts, look at the provider's status page, or set MODEL_TIMEOUT higher for a slow server of \
                 your own",
        hides: Some("key, quota"),
    }
    MODEL_KEY_REFUSED = "model-key-refused", Error, Mended {
        title: "the language model's service refuses the key",
        text: "The key is wrong, has expired or was withdrawn, or it may not use this model.",
        remedy: "put a valid key into the file secrets/anthropic_api_key or secrets/openai_api_key (or the \
                 environment) and restart scribe; if the key was mended at the provider, scribe goes on by itself",
        hides: Some("quota, the model's name"),
    }
    MODEL_QUOTA_USED_UP = "model-quota-used-up", Error, Guarded {
        title: "the quota of the language model's service is used up",
        text: "The prepaid credit is spent, or the limit that was set for a month is reached. Waiting helps only if \
               the provider renews it.",
        remedy: "add credit or raise the limit in the provider's console; scribe then goes on by itself",
        hides: None,
    }
    MODEL_UNKNOWN = "model-unknown", Error, Mended {
        title: "the language model's service does not know the model",
        text: "Its name is misspelt, the provider has retired it, it is not loaded on the server, or the address \
               leads to something else.",
        remedy: "check TEMPLATE_PARSER_MODEL, WEB_SCRAPER_MODEL and EMAIL_COMPOSER_MODEL against the provider's list of models \
                 (Ollama: `ollama pull`), and ANTHROPIC_BASE_URL or OPENAI_BASE_URL",
        hides: Some("quota"),
    }
    MODEL_UNUSABLE = "model-unusable", Error, Mended {
        title: "the language model cannot be used",
        text: "Its service refuses what scribe asks in every form that scribe knows, or something else answers at its \
               address.",
        remedy: "see the text, and try `scribe doctor`; another model (TEMPLATE_PARSER_MODEL, WEB_SCRAPER_MODEL, EMAIL_COMPOSER_MODEL) or \
                 `builtin` may help meanwhile",
        hides: None,
    }
}
