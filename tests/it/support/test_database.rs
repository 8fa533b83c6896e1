//! A database of a test's own, seen by scribe through the pooler (or as the route says) and by the test directly.
use std::{
    fs,
    mem::ManuallyDrop,
    sync::{Mutex, Once, OnceLock},
};

use native_tls::TlsConnector;
use postgres::{Client, Config, Row, config::SslMode, types::ToSql};
use postgres_native_tls::MakeTlsConnector;
use scribe::{
    config::{DatabaseSettings, Settings},
    database::{Database, migrate, migrate::UpgradeTarget},
};
use uuid::Uuid;

use super::{TempDir, eventually, pair, route};

pub struct TestDatabase {
    pub name: String,
    /// Lives with the database: `config_file` stands in it.
    pub directory: TempDir,
}

impl TestDatabase {
    /// An empty database.
    pub fn empty() -> TestDatabase {
        TestDatabase::copy_of("template1")
    }

    /// An empty database as Supabase gives it: roles, schema `auth`, and the default grants that it had for years, which
    /// give everything in `public` to everybody. The roles belong to all databases and so to all tests: made once, never
    /// dropped.
    pub fn supabase() -> TestDatabase {
        static ROLES: Once = Once::new();
        ROLES.call_once(|| {
            for role in ["anon", "authenticated", "supabase_auth_admin"] {
                admin("postgres").batch_execute(&format!("CREATE ROLE {role} NOLOGIN NOINHERIT")).unwrap();
            }
        });
        let database = TestDatabase::empty();
        let owner = pair().fact("USER");
        database
            .admin()
            .batch_execute(&format!(
                "CREATE SCHEMA auth;
                 CREATE TABLE auth.users (id UUID PRIMARY KEY, email VARCHAR(255), raw_user_meta_data JSONB);
                 CREATE FUNCTION auth.uid() RETURNS UUID LANGUAGE sql STABLE
                     AS $$ SELECT nullif(current_setting('request.jwt.claim.sub', true), '')::uuid $$;
                 GRANT USAGE ON SCHEMA auth TO anon, authenticated, supabase_auth_admin, {owner};
                 GRANT SELECT, TRIGGER ON auth.users TO {owner};
                 GRANT SELECT, INSERT ON auth.users TO supabase_auth_admin;
                 ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT ALL ON TABLES TO anon, authenticated;
                 ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT ALL ON SEQUENCES TO anon, authenticated;
                 ALTER DEFAULT PRIVILEGES FOR ROLE {owner} IN SCHEMA public GRANT ALL ON FUNCTIONS TO anon, authenticated"
            ))
            .unwrap();
        database
    }

    /// A database with every migration applied: a copy of one that was migrated for all tests.
    pub fn migrated() -> TestDatabase {
        static TEMPLATE: OnceLock<String> = OnceLock::new();
        let template = TEMPLATE.get_or_init(|| {
            let database = ManuallyDrop::new(TestDatabase::empty());
            let mut settings = database.settings();
            // Past the pooler, which would keep a connection: a database in use cannot be copied.
            settings.port = pair().fact("DIRECT_PORT").parse().unwrap();
            migrate::upgrade(&Database::new(&settings).unwrap(), UpgradeTarget::Head).unwrap();
            database.name.clone()
        });
        TestDatabase::copy_of(template)
    }

    /// A database that keeps the bytes of a text as they come, migrated.
    pub fn sql_ascii() -> TestDatabase {
        let database = TestDatabase::copy_of("template0 ENCODING SQL_ASCII LOCALE 'C'");
        migrate::upgrade(&database.open(), UpgradeTarget::Head).unwrap();
        database
    }

    /// Loses from the server's disk where the first item's template stands that is too long for its row.
    pub fn damage_first_template(&self) {
        let long = "UPDATE queue_items SET email_template_text =
                        (SELECT 'Dear {{name}}, ' || string_agg(md5(n::text), ' ') FROM generate_series(1, 400) n)
                    WHERE id = (SELECT id FROM queue_items ORDER BY created_at, seq LIMIT 1)";
        let mut admin = self.admin();
        admin.batch_execute(&format!("CREATE EXTENSION pg_surgery; {long}")).unwrap();
        let toast = "SELECT reltoastrelid::regclass::text FROM pg_class WHERE oid = 'queue_items'::regclass";
        let toast: String = admin.query_one(toast, &[]).unwrap().get(0);
        let lose = format!("SELECT heap_force_kill('{toast}', ARRAY(SELECT ctid FROM {toast}))");
        admin.batch_execute(&lose).unwrap();
    }

    fn copy_of(template: &str) -> TestDatabase {
        // PostgreSQL copies a database for one client at a time.
        static COPYING: Mutex<()> = Mutex::new(());
        let name = format!("t_{}", Uuid::new_v4().simple());
        let owner = pair().fact("USER");
        let sql = format!("CREATE DATABASE {name} OWNER {owner} TEMPLATE {template}");
        {
            let _copying = COPYING.lock().unwrap();
            admin("postgres").batch_execute(&sql).unwrap();
        }
        let directory = TempDir::new();
        directory.file("scribe.toml", "");
        TestDatabase { name, directory }
    }

    /// The environment that leads a program to this database, by the route.
    pub fn environment(&self) -> Vec<(String, String)> {
        let pair = pair();
        [
            ("DB_HOST", "localhost"),
            ("DB_PORT", pair.fact(route())),
            ("DB_USER", pair.fact("USER")),
            ("DB_PASSWORD", pair.fact("PASSWORD")),
            ("DB_NAME", &self.name),
            ("DB_SSLMODE", "verify-full"),
            ("DB_SSLROOTCERT", pair.fact("CA")),
        ]
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .to_vec()
    }

    /// The settings that a program would have with that environment.
    pub fn settings(&self) -> DatabaseSettings {
        let environment = self.environment();
        let look_up = |name: &str| environment.iter().find(|(n, _)| n == name).map(|(_, v)| v.into());
        Settings::load(Some(&self.directory.path().join("scribe.toml")), &look_up).unwrap().database.unwrap()
    }

    /// Scribe's own way to it.
    pub fn open(&self) -> Database {
        Database::new(&self.settings()).unwrap()
    }

    /// The administrator's direct way to it, past the pooler.
    pub fn admin(&self) -> Client {
        admin(&self.name)
    }

    /// The same where the server may be down.
    #[allow(dead_code, reason = "of use in tests/chaos")]
    pub fn admin_if_up(&self) -> Option<Client> {
        try_client(&self.name, "DIRECT_PORT", "ADMIN_USER", "ADMIN_PASSWORD").ok()
    }

    /// Some other client's way to it, through the pooler, as scribe's own role.
    pub fn pooled(&self) -> Client {
        pooled(&self.name)
    }

    /// What its owner's clients, scribe among them, have said to it: PostgreSQL's log.
    pub fn log(&self) -> Vec<String> {
        let log = fs::read_to_string(pair().fact("LOG")).unwrap();
        let of_ours = format!(" {} {} ", self.name, pair().fact("USER"));
        log.lines().filter(|line| line.contains(&of_ours)).map(String::from).collect()
    }

    /// Units of work, each of which is a connection, that clients have had here.
    pub fn units(&self) -> usize {
        self.log().iter().filter(|line| line.contains("BEGIN ISOLATION")).count()
    }

    /// Waits until there were so many, and returns how many there were then.
    pub fn wait_for_units(&self, least: usize) -> usize {
        let mut seen = 0;
        eventually("units of work", || {
            seen = self.units();
            seen >= least
        });
        seen
    }

    /// Lets [`TestDatabase::log`] say what PostgreSQL parses, whether it is executed or not.
    pub fn log_parses(&self) {
        self.query(&format!("ALTER DATABASE {} SET log_min_duration_statement = 0", self.name), &[]);
    }

    /// Asserts that so many statements were parsed at least, since the log says so, and that none had a name.
    pub fn assert_no_statement_had_a_name(&self, at_least: usize) {
        let log = self.log();
        // "duration: 0.1 ms  parse <unnamed>: SELECT …", or "parse s0: …".
        let parsed: Vec<&String> = log.iter().filter(|line| line.contains(" ms  parse ")).collect();
        assert!(parsed.len() >= at_least, "{} were parsed", parsed.len());
        let named: Vec<_> = parsed.iter().filter(|line| !line.contains(" ms  parse <unnamed>: ")).collect();
        assert!(named.is_empty(), "{named:#?}");
    }

    /// Runs one statement as the administrator.
    pub fn query(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        self.admin().query(sql, parameters).unwrap()
    }

    /// The one number that a statement yields.
    pub fn number(&self, sql: &str) -> i64 {
        self.query(sql, &[])[0].get(0)
    }

    /// Adds a user and returns the id.
    pub fn user(&self) -> Uuid {
        let id = Uuid::new_v4();
        let email = format!("{}@example.org", id.simple());
        self.query(
            "INSERT INTO users (id, email, display_name) VALUES ($1, $2, 'Sam Student')",
            &[&id, &email],
        );
        id
    }

    /// Queues recipients in one INSERT, which gives them all the same `created_at`.
    pub fn queue(&self, user: Uuid, template: &str, recipients: &[(&str, &str)]) {
        let names: Vec<&str> = recipients.iter().map(|r| r.0).collect();
        let interests: Vec<&str> = recipients.iter().map(|r| r.1).collect();
        self.query(
            "INSERT INTO queue_items (user_id, recipient_name, recipient_interest, email_template_text, status)
             SELECT $1, name, interest, $2, 'PENDING' FROM unnest($3::text[], $4::text[]) AS r (name, interest)",
            &[&user, &template, &names, &interests],
        );
    }

    /// Fills the tables: so many items that wait, and before each one that is done.
    pub fn queue_many(&self, waiting: usize) {
        self.query(
            "INSERT INTO queue_items (user_id, recipient_name, recipient_interest, email_template_text, status, created_at)
             SELECT $1, 'Nobody Number' || n, 'nothing', 'Dear {{name}}', CASE n % 2 WHEN 0 THEN 'COMPLETED' ELSE 'PENDING' END,
                    now() - interval '1 day' + n * interval '1 millisecond'
             FROM generate_series(0, 2 * $2::bigint - 1) AS n",
            &[&self.user(), &i64::try_from(waiting).unwrap()],
        );
    }

    /// Status, step, attempts and message of every item in claim order.
    pub fn items(&self) -> Vec<(String, Option<String>, i32, Option<String>)> {
        let sql =
            "SELECT status, current_step, attempts, error_message FROM queue_items ORDER BY created_at, seq";
        self.query(sql, &[]).iter().map(|row| (row.get(0), row.get(1), row.get(2), row.get(3))).collect()
    }

    /// The invariant of all invariants: as many e-mails as finished items, each item with exactly one of its own, and
    /// counters that agree.
    pub fn assert_one_email_per_finished_item(&self, finished: i64) {
        let count = |sql| self.number(sql);
        assert_eq!(count("SELECT count(*) FROM emails"), finished, "e-mails");
        assert_eq!(
            count(
                "SELECT count(DISTINCT e.id) FROM queue_items q JOIN emails e ON e.id = q.email_id WHERE status = 'COMPLETED'"
            ),
            finished,
            "finished items with an e-mail of their own"
        );
        assert_eq!(
            count("SELECT coalesce(sum(generation_count), 0)::bigint FROM users"),
            finished,
            "counters"
        );
    }
}

impl Drop for TestDatabase {
    fn drop(&mut self) {
        if !std::thread::panicking() {
            let _ = admin("postgres").batch_execute(&format!("DROP DATABASE {} WITH (FORCE)", self.name));
        }
    }
}

pub(super) fn admin(database: &str) -> Client {
    client(database, "DIRECT_PORT", "ADMIN_USER", "ADMIN_PASSWORD")
}

pub(super) fn pooled(database: &str) -> Client {
    client(database, "PORT", "USER", "PASSWORD")
}

/// Connects with the facts of these names.
fn client(database: &str, port: &str, user: &str, password: &str) -> Client {
    try_client(database, port, user, password).unwrap()
}

fn try_client(database: &str, port: &str, user: &str, password: &str) -> Result<Client, postgres::Error> {
    let pair = pair();
    let tls = TlsConnector::builder().danger_accept_invalid_certs(true).build().unwrap();
    Config::new()
        .host("localhost")
        .port(pair.fact(port).parse().unwrap())
        .user(pair.fact(user))
        .password(pair.fact(password))
        .dbname(database)
        .ssl_mode(SslMode::Require)
        .connect(MakeTlsConnector::new(tls))
}
