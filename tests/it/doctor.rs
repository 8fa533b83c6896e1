//! `scribe doctor`: what is wrong is found where it is, said with its remedy, and nothing is changed.
use std::{
    fs,
    net::{TcpListener, TcpStream},
    os::unix::fs::{MetadataExt, PermissionsExt},
    path::Path,
    process::{Child, Command, Stdio},
    thread,
};

use scribe::database::migrate::{self, UpgradeTarget};
use serde_json::Value;

use crate::support::{Program, SampleWeb, TempDir, TestDatabase, eventually, pair, route};

/// A program with a database and no internet.
pub fn program(database: &TestDatabase) -> Program {
    Program::new()
        .database(database)
        .env("ARXIV_BASE_URL", &crate::support::nobody())
        .env("ARXIV_INTERVAL", "0")
}

/// What doctor found, and its exit code.
pub struct Report {
    findings: Vec<Value>,
    code: i32,
}

pub fn doctor(program: &Program) -> Report {
    let run = program.run(&["doctor", "--json"]);
    assert_eq!(run.stderr, "");
    Report { findings: serde_json::from_str(&run.stdout).unwrap(), code: run.code }
}

impl Report {
    fn verdicts(&self, check: &str) -> Vec<&str> {
        let of_check = self.findings.iter().filter(|finding| finding["check"] == check);
        of_check.map(|finding| finding["verdict"].as_str().unwrap()).collect()
    }

    /// Asserts that a check came to a verdict with these words in fact and remedy.
    #[track_caller]
    pub fn says(&self, check: &str, verdict: &str, words: &[&str]) {
        let all = format!("{:#?}", self.findings);
        let found = self.findings.iter().any(|finding| {
            let text = format!("{} {}", finding["fact"], finding["remedy"]);
            finding["check"] == check
                && finding["verdict"] == verdict
                && words.iter().all(|w| text.contains(w))
        });
        assert!(found, "{check} is not {verdict} with {words:?} in {all}");
    }

    /// Asserts that exactly one thing failed, and that what needs it was skipped.
    #[track_caller]
    pub fn failed_only(&self, check: &str, skipped: &[&str]) {
        let of = |verdict: &str| -> Vec<&str> {
            let found = self.findings.iter().filter(|finding| finding["verdict"] == verdict);
            found.map(|finding| finding["check"].as_str().unwrap()).collect()
        };
        assert_eq!((of("failed"), of("skipped")), (vec![check], skipped.to_vec()), "{:#?}", self.findings);
        assert_eq!(self.code, 1);
    }
}

pub const BEHIND_LOGIN: [&str; 10] = [
    "version",
    "encoding",
    "clock",
    "pooler",
    "migrations",
    "drift",
    "row security",
    "privileges",
    "queue",
    "budget",
];

#[test]
fn a_healthy_installation_is_ok_in_every_check() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let healthy = program(&database).web(&web);
    let text = healthy.ok(&["doctor"]);
    let lines: Vec<&str> = text.lines().collect();
    let (last, checks) = lines.split_last().unwrap();
    assert_eq!(checks.len(), 23, "{text}");
    assert!(checks.iter().all(|line| line.starts_with("ok    ")), "{text}");
    assert_eq!(*last, "23 ok, 0 warned, 0 failed, 0 skipped");
    let pooler = if route() == "PORT" { "transaction mode" } else { "PostgreSQL itself" };
    let version = format!("{} (head)", migrate::head());
    for words in ["TLSv1.3, certificate of localhost by Throwaway CA", "verify-full", pooler, &version] {
        assert!(text.contains(words), "no {words:?} in {text}");
    }
}

#[test]
fn past_the_pooler_the_connection_is_called_direct() {
    let database = TestDatabase::migrated();
    let report = doctor(&program(&database).env("DB_PORT", pair().fact("DIRECT_PORT")));
    report.says("pooler", "ok", &["none", "PostgreSQL itself"]);
    assert_eq!(report.code, 0);
}

/// A PgBouncer like the pair's, but in session mode.
struct SessionPooler {
    port: u16,
    process: Child,
    _directory: TempDir,
}

impl SessionPooler {
    fn start() -> SessionPooler {
        let pairs = fs::read_to_string(Path::new(pair().fact("DIR")).join("pgbouncer.ini")).unwrap();
        // The port that is free now may be taken a moment later: then PgBouncer ends at once.
        (0..10).find_map(|_| SessionPooler::on_a_free_port(&pairs)).expect("a PgBouncer in session mode")
    }

    fn on_a_free_port(pairs: &str) -> Option<SessionPooler> {
        let port = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
        let own = pairs
            .replace("pool_mode = transaction", "pool_mode = session")
            .replace(&format!("listen_port = {}", pair().fact("PORT")), &format!("listen_port = {port}"));
        assert!(own.contains("session") && own.contains(&format!("listen_port = {port}\n")), "{own}");
        let directory = TempDir::new();
        let file = directory.file("session.ini", own);
        let mut command = Command::new("setpriv");
        // PgBouncer refuses to run as root.
        if fs::metadata("/proc/self").unwrap().uid() == 0 {
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups"]);
        }
        let path = format!("{}:/usr/sbin", std::env::var("PATH").unwrap());
        command.args(["--pdeathsig", "TERM", "--", "pgbouncer"]).arg(file).env("PATH", path);
        let process = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap();
        let mut pooler = SessionPooler { port, process, _directory: directory };
        let mut ended = false;
        eventually("PgBouncer listens, or has ended", || {
            ended = pooler.process.try_wait().unwrap().is_some();
            ended || TcpStream::connect(("127.0.0.1", port)).is_ok()
        });
        (!ended).then_some(pooler)
    }
}

impl Drop for SessionPooler {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

#[test]
fn a_pooler_in_session_mode_is_seen_and_advised_against() {
    let (database, pooler) = (TestDatabase::migrated(), SessionPooler::start());
    let report = doctor(&program(&database).env("DB_PORT", &pooler.port.to_string()));
    report.says("pooler", "warning", &["session mode", "transaction mode", "6543"]);
}

#[test]
fn warnings_alone_are_no_failure_and_each_has_a_remedy() {
    let database = TestDatabase::migrated();
    let report = doctor(&program(&database).env("DB_SSLROOTCERT", "system").env("DB_SSLMODE", "require"));
    report.says("TLS", "warning", &["open to an interceptor", "DB_SSLMODE=verify-full"]);
    report.says("search", "warning", &["SEARCH_PROVIDER is none", "open indexes"]);
    report.says("arXiv", "warning", &["refused", "ARXIV_BASE_URL"]);
    assert_eq!(report.code, 0);
    let bare: Vec<_> =
        report.findings.iter().filter(|f| f["verdict"] == "warning" && f["remedy"].is_null()).collect();
    assert!(bare.is_empty(), "{bare:?}");
}

#[test]
fn a_wrong_password_fails_the_login_alone_and_is_in_no_output() {
    let program = program(&TestDatabase::migrated()).env("DB_PASSWORD", "hunter2-Geheim");
    let report = doctor(&program);
    report.says("login", "failed", &["refused the user name or password", "DB_PASSWORD"]);
    report.failed_only("login", &BEHIND_LOGIN);
    for arguments in [&["doctor"][..], &["doctor", "--json"]] {
        let run = program.run(arguments);
        assert!(!run.stdout.contains("hunter2") && !run.stderr.contains("hunter2"), "{}", run.stdout);
    }
}

#[test]
fn a_password_that_is_right_is_in_no_output_either() {
    let database = TestDatabase::migrated();
    let (port, user, password) = (pair().fact("PORT"), pair().fact("USER"), pair().fact("PASSWORD"));
    let url = format!("postgresql://{user}:{password}@localhost:{port}/{}?pgbouncer=true", database.name);
    let report = doctor(&program(&database).env("DATABASE_URL", &url));
    report.says("settings", "warning", &["DATABASE_URL", "skipped: pgbouncer"]);
    report.says("login", "ok", &[&database.name]);
    assert!(!format!("{:?}", report.findings).contains(password));
}

#[test]
fn pending_migrations_are_counted() {
    let database = TestDatabase::empty();
    let report = doctor(&program(&database));
    let head = migrate::head();
    let pending = format!("{head} pending migration(s): at 0 of {head}");
    report.says("migrations", "failed", &[&pending, "`scribe db upgrade`"]);
    report.failed_only("migrations", &["drift", "row security", "privileges", "queue", "budget"]);
}

#[test]
fn what_the_migrations_grant_on_supabase_is_no_excess_and_anything_more_is() {
    let database = TestDatabase::supabase();
    migrate::upgrade(&database.open(), UpgradeTarget::Head).unwrap();
    let program = program(&database);
    let report = doctor(&program);
    assert_eq!((report.verdicts("row security"), report.verdicts("privileges")), (vec!["ok"], vec!["ok"]));

    database
        .admin()
        .batch_execute(
            "GRANT ALL ON queue_items TO anon; GRANT SELECT (celery_task_id) ON queue_items TO authenticated;
             GRANT DELETE ON users TO PUBLIC; GRANT USAGE ON SEQUENCE queue_items_seq_seq TO authenticated;
             ALTER TABLE emails DISABLE ROW LEVEL SECURITY",
        )
        .unwrap();
    let report = doctor(&program);
    let everything = "DELETE, INSERT, REFERENCES, SELECT, TRIGGER, TRUNCATE, UPDATE";
    for remedy in [
        &*format!("REVOKE {everything} ON TABLE queue_items FROM anon"),
        "REVOKE SELECT (celery_task_id) ON TABLE queue_items FROM authenticated",
        "REVOKE DELETE ON TABLE users FROM public",
        "REVOKE USAGE ON SEQUENCE queue_items_seq_seq FROM authenticated",
    ] {
        report.says("privileges", "warning", &[remedy]);
        let statement = remedy.split(';').next().unwrap();
        database.admin().batch_execute(statement).unwrap();
    }
    report.says(
        "row security",
        "warning",
        &["off for emails", "ALTER TABLE emails ENABLE ROW LEVEL SECURITY"],
    );
    report.says("drift", "failed", &["emails", "row"]);
    assert_eq!(report.code, 1);
    assert_eq!(doctor(&program).verdicts("privileges"), ["ok"], "the remedies are remedies");
}

#[test]
fn a_role_that_may_not_work_or_sees_no_rows_fails() {
    let database = TestDatabase::migrated();
    let owner = pair().fact("USER");
    let mut admin = database.admin();
    admin
        .batch_execute(&format!(
            "ALTER TABLE queue_items OWNER TO CURRENT_USER; GRANT ALL ON queue_items TO {owner};
             ALTER TABLE emails OWNER TO CURRENT_USER; GRANT SELECT ON emails TO {owner}"
        ))
        .unwrap();
    let report = doctor(&program(&database));
    report.says("row security", "failed", &["hides emails, queue_items", "BYPASSRLS"]);
    report.says("privileges", "failed", &["lacks INSERT, UPDATE, DELETE on emails"]);
    assert_eq!(report.verdicts("queue"), ["skipped"]);
}

#[test]
fn rows_that_nobody_takes_are_counted_and_explained() {
    let database = TestDatabase::migrated();
    let user = database.user();
    let names: Vec<String> = (0..7).map(|i| format!("Name {i}")).collect();
    let recipients: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "tides")).collect();
    database.queue(user, "Dear {{name}}", &recipients);
    let set = |row: usize, set: &str| {
        database.query(&format!("UPDATE queue_items SET {set} WHERE recipient_name = 'Name {row}'"), &[]);
    };
    set(0, "created_at = now() - interval '3 hours'");
    let report = doctor(&program(&database));
    report.says("queue", "warning", &["7 waiting (the oldest for 3 h)", "nobody works on it", "scribe run"]);

    set(1, "status = 'PROCESSING', lease_expires_at = now() - interval '1 second'");
    set(2, "status = 'PROCESSING', started_at = now() - interval '2 hours'");
    set(3, "status = 'PROCESSING', lease_expires_at = now() + interval '10 minutes'");
    set(4, "status = 'FAILED'");
    set(5, "status = 'pending'");
    set(6, "available_at = now() + interval '1 hour', created_at = now() - interval '1 year'");
    let report = doctor(&program(&database));
    report.says(
        "queue",
        "ok",
        &["2 waiting (the oldest for 3 h), 1 in work, 0 completed, 1 failed (`scribe queue list`"],
    );
    report.says("queue", "warning", &["2 stuck", "takes them again"]);
    report.says("queue", "warning", &["1 with a status that nobody claims: pending"]);
    assert_eq!(report.code, 0);
}

#[test]
fn without_settings_it_says_how_to_set_them_and_looks_at_the_rest() {
    let program = Program::new().env("ARXIV_BASE_URL", &crate::support::nobody());
    let report = doctor(&program);
    report.says("settings", "failed", &["no database is configured", "DATABASE_URL"]);
    let database = [&["port", "DNS", "TCP", "TLS", "login"], &BEHIND_LOGIN[..]].concat();
    report.failed_only("settings", &database);
    report.says("search", "warning", &["SEARCH_PROVIDER"]);
}

#[test]
fn a_wrong_setting_is_reported_at_its_place_and_ends_it() {
    let program = Program::new();
    program.file("scribe.toml", "# mine\nprot = 1\n");
    let report = doctor(&program);
    report.says("settings", "failed", &["scribe.toml:2:1", "did you mean port?"]);
    assert_eq!((report.findings.len(), report.code), (23, 1));
}

#[test]
fn a_secret_that_others_may_read_is_warned_about() {
    let program = program(&TestDatabase::empty());
    let secrets = program.file("here", "").with_file_name("secrets");
    fs::create_dir(&secrets).unwrap();
    let file = secrets.join("db_password");
    fs::write(&file, pair().fact("PASSWORD")).unwrap();
    // An empty variable counts as not set.
    let program = program.env("DB_PASSWORD", "");
    let mode = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).unwrap();
    mode(0o644);
    doctor(&program).says("secrets", "warning", &["mode 0644", "chmod 600"]);
    mode(0o600);
    doctor(&program).says("secrets", "ok", &["DB_PASSWORD from /", "secrets/db_password"]);
}

#[test]
fn a_running_scribe_is_seen_and_not_disturbed() {
    let database = TestDatabase::migrated();
    let program = program(&database);
    let daemon = program.start(&[]);
    daemon.wait_for_health("\"healthy\"");
    doctor(&program).says("state directory", "ok", &["in use by a running scribe"]);
    daemon.wait_for_health("\"healthy\"");
}

#[test]
fn a_state_directory_that_stops_scribe_fails_as_scribe_does() {
    let database = TestDatabase::migrated();
    let program = program(&database);
    let file = program.file("file", "");
    for (directory, words) in [(file.clone(), "not a directory"), (file.join("below"), "not a directory")] {
        let program = self::program(&database).env("STATE_DIRECTORY", directory.to_str().unwrap());
        let report = doctor(&program);
        report.says("state directory", "failed", &[words, "STATE_DIRECTORY"]);
        assert_eq!((report.code, program.run(&["run", "--until-empty"]).code), (1, 1), "{words}");
    }
}

#[test]
fn a_search_provider_that_is_away_fails() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", taken.local_addr().unwrap());
    let away = thread::spawn(move || taken.incoming().take(1).for_each(drop));
    let program = program(&TestDatabase::migrated()).env("SEARCH_PROVIDER", "searxng");
    let report = doctor(&program.env("SEARXNG_URL", &address));
    away.join().unwrap();
    report.says("search", "failed", &["127.0.0.1", "search: formats"]);
}

#[test]
fn of_the_open_indexes_each_is_told_by_itself() {
    let web = SampleWeb::start(&["--fail", "crossref=503"]);
    let program = program(&TestDatabase::migrated()).web(&web).env("SEARCH_PROVIDER", "open");
    let report = doctor(&program.env("CONTACT", "me@a.example"));
    report.says("search", "warning", &["Crossref at 127.0.0.1: 127.0.0.1 answered 503"]);
    // The sample web knows nobody whom everybody knows.
    report.says("search", "warning", &["OpenAlex at 127.0.0.1: answers, and finds nothing"]);
    report.says("search", "warning", &["Wikipedia at 127.0.0.1: answers, and finds nothing"]);
    assert_eq!(report.verdicts("search").len(), 3);
}

#[test]
fn nothing_is_changed() {
    let database = TestDatabase::migrated();
    let user = database.user();
    database.queue(user, "Dear {{name}}", &[("Ada Marlowe", "tides"), ("Zhou Minglan", "batteries")]);
    database.query(
        "UPDATE queue_items SET status = 'PROCESSING', lease_expires_at = now() - interval '1 hour'
         WHERE recipient_name = 'Ada Marlowe'",
        &[],
    );
    // A row that was written again would have another xmin.
    let all = || {
        let rows = "SELECT string_agg(t, E'\n' ORDER BY t) FROM (
                SELECT q.xmin || to_jsonb(q)::text AS t FROM queue_items q
                UNION ALL SELECT u.xmin || to_jsonb(u)::text FROM users u
                UNION ALL SELECT h.xmin || to_jsonb(h)::text FROM refinery_schema_history h) t";
        (database.schema(), database.query(rows, &[])[0].get::<_, String>(0))
    };
    let before = all();
    let program = program(&database);
    let directory = program.file("mark", "").with_file_name("state");
    program.ok(&["doctor"]);
    assert_eq!(all(), before);
    assert!(!directory.exists(), "the state directory was made");
}
