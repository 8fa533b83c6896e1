//! Databases that hold scribe's tables without a history of scribe's: the Python Scribe's, somebody else's, and such
//! as only want adoption. What the commands say, and that nothing is touched.
use scribe::database::migrate::{self, MigrateError, Misfit, Unrecorded, UpgradeTarget};

use crate::support::{Program, Run, TestDatabase, golden};

/// As the Python Scribe's migrations and a few items leave it.
const PYTHON: &str = "
    CREATE TABLE alembic_version (version_num VARCHAR(32) PRIMARY KEY);
    INSERT INTO alembic_version VALUES ('a1b2c3d4e5f6');
    CREATE TYPE template_type AS ENUM ('RESEARCH', 'BOOK', 'GENERAL');
    CREATE TABLE users (
        id UUID PRIMARY KEY, email VARCHAR(255) NOT NULL UNIQUE, display_name VARCHAR(255),
        generation_count INTEGER DEFAULT 0, created_at TIMESTAMPTZ DEFAULT now());
    CREATE TABLE emails (
        id UUID PRIMARY KEY DEFAULT gen_random_uuid(), user_id UUID NOT NULL REFERENCES users (id),
        recipient_name VARCHAR(255) NOT NULL, email_message TEXT NOT NULL, template_type template_type);
    CREATE TABLE queue_items (
        id UUID PRIMARY KEY DEFAULT gen_random_uuid(), user_id UUID NOT NULL REFERENCES users (id),
        recipient_name VARCHAR(255) NOT NULL, recipient_interest VARCHAR(500) NOT NULL,
        email_template TEXT NOT NULL, status VARCHAR(20) NOT NULL, celery_task_id VARCHAR(255));
    INSERT INTO users (id, email) VALUES ('00000000-0000-0000-0000-000000000001', 'sam@example.org');
    INSERT INTO queue_items (user_id, recipient_name, recipient_interest, email_template, status)
        SELECT id, 'Ada Marlowe', 'tides', 'Dear {{name}}', 'pending' FROM users";

/// A database of scribe's own role with these statements run.
fn made_by(sql: &str) -> TestDatabase {
    let database = TestDatabase::empty();
    database.pooled().batch_execute(sql).unwrap();
    database
}

/// Tables as scribe's at a version, made by another hand.
fn without_history(version: i32) -> TestDatabase {
    let database = TestDatabase::empty();
    migrate::upgrade(&database.open(), UpgradeTarget::Version(version)).unwrap();
    database.query("DROP TABLE refinery_schema_history", &[]);
    database
}

/// Catalog and rows.
fn everything(database: &TestDatabase) -> String {
    let rows = |table: &str| {
        let sql = format!("SELECT coalesce(string_agg(t::text, E'\\n' ORDER BY t::text), '') FROM {table} t");
        database.query(&sql, &[])[0].get::<_, String>(0)
    };
    let catalog = database.catalog();
    let tables = catalog.lines().filter_map(|line| line.strip_prefix("table ")?.split(',').next());
    tables.map(rows).fold(catalog.clone(), |text, rows| text + &rows + "\n")
}

/// Runs every command that changes the schema: each must refuse with these words, and touch nothing.
fn assert_refused(database: &TestDatabase, words: &[&str]) {
    let (program, before) = (Program::new().database(database), everything(database));
    let name = database.name.as_str();
    for command in [
        &["upgrade"][..],
        &["upgrade", "+1"],
        &["downgrade", "base"],
        &["stamp", "head"],
        &["stamp", "3"],
        &["reset", "--yes", name],
    ] {
        let Run { code, stdout, stderr } = program.run(&[&["db"], command].concat());
        assert_eq!((code, stdout.as_str()), (1, ""), "{command:?}");
        for words in words.iter().chain(&["nothing was changed"]) {
            assert!(stderr.contains(words), "{command:?}: no {words:?} in\n{stderr}");
        }
        assert_eq!(everything(database), before, "{command:?}");
    }
}

/// Runs every command that looks at the schema: each must say these words, and touch nothing. `db check` ends with the
/// code; with `--schema`, and for doctor, a history that is missing is a failure in any case.
fn assert_told(database: &TestDatabase, check: i32, words: &[&str]) {
    let program = Program::new().database(database).env("ARXIV_BASE_URL", "http://127.0.0.1:1");
    let before = everything(database);
    for (command, code) in [
        (&["db", "check"][..], check),
        (&["db", "check", "--schema"], 1),
        (&["db", "current"], 0),
        (&["db", "info"], 0),
        (&["db", "history"], 0),
        (&["doctor"], 1),
    ] {
        let run = program.run(command);
        let told = run.stdout + &run.stderr;
        assert_eq!(run.code, code, "{command:?}: {told}");
        assert!(words.iter().all(|words| told.contains(words)), "{command:?}: {told}");
        assert!(!told.contains("db upgrade`\n") || told.contains("db stamp"), "{command:?}: {told}");
    }
    assert_eq!(everything(database), before);
}

/// Whose tables they are.
fn look(database: &TestDatabase) -> Option<Unrecorded> {
    match migrate::current(&database.open()).unwrap().misfit {
        Some(Misfit::Unrecorded(unrecorded)) => Some(unrecorded),
        _ => None,
    }
}

#[test]
fn the_python_scribes_database_is_recognised_explained_and_left_alone() {
    let database = made_by(PYTHON);
    let words = [
        "that of the Python Scribe",
        "alembic_version",
        "a column email_template, and none called email_template_text",
        "an enum type template_type",
        "status values in lower case",
        "a database (on Supabase: a project) of its own",
    ];
    assert_refused(&database, &words);
    assert_told(&database, 1, &words);
    let program = Program::new().database(&database);
    let json: serde_json::Value = serde_json::from_str(&program.ok(&["db", "current", "--json"])).unwrap();
    assert_eq!((&json["applied"], &json["misfit"]["kind"]), (&0.into(), &"python".into()));
    assert_eq!(json["misfit"]["signs"].as_array().map(Vec::len), Some(4), "{json}");
}

#[test]
fn the_daemon_says_whose_tables_they_are_and_waits() {
    let database = made_by(PYTHON);
    let before = everything(&database);
    let daemon = Program::new().database(&database).start(&[]);
    daemon.wait_for_health("\"code\":\"database-unrecorded\"");
    daemon.wait_for("this database is that of the Python Scribe; run `scribe db check`");
    assert_eq!(everything(&database), before);
}

#[test]
fn each_sign_of_the_python_scribe_is_enough() {
    let is_python =
        |found: Option<Unrecorded>| matches!(found, Some(Unrecorded::Python { signs }) if signs.len() == 1);
    for sql in [
        "CREATE TABLE queue_items (id UUID, email_template TEXT)",
        "CREATE TYPE template_type AS ENUM ('BOOK'); CREATE TABLE emails (template_type template_type)",
        "CREATE TABLE queue_items (status TEXT); INSERT INTO queue_items VALUES ('NEW'), ('failed')",
        "CREATE TYPE s AS ENUM ('completed'); CREATE TABLE queue_items (status s); INSERT INTO queue_items VALUES ('completed')",
    ] {
        assert!(is_python(look(&made_by(sql))), "{sql}");
    }
    // Tables that fit but for the words in them: nobody would ever claim those rows.
    let database = without_history(3);
    database.queue(database.user(), "Dear {{name}}", &[("Ada Marlowe", "tides")]);
    assert!(matches!(look(&database), Some(Unrecorded::Adoptable { version: 3, alembic: false })));
    database.query("UPDATE queue_items SET status = 'pending'", &[]);
    assert!(is_python(look(&database)));
    assert_refused(&database, &["Python Scribe", "lower case"]);
}

#[test]
fn tables_of_somebody_elses_are_named_and_left_alone() {
    let database = made_by(
        "CREATE TABLE alembic_version (version_num TEXT);
         CREATE TABLE users (id SERIAL PRIMARY KEY, login TEXT NOT NULL, password TEXT);
         CREATE VIEW emails AS SELECT login FROM users;
         INSERT INTO users (login) VALUES ('sam')",
    );
    let words = [
        "the tables emails, users are there already, and somebody else's",
        "alembic_version",
        "emails is not a table",
        "of its own",
    ];
    assert_refused(&database, &words);
    assert_told(&database, 1, &words);
    let told = Program::new().database(&database).run(&["db", "check"]).stderr;
    assert!(!told.contains("db stamp"), "{told}");
    assert!(told.contains("more differences") && told.lines().count() < 12, "{told}");
    for sql in ["CREATE VIEW users AS SELECT 1 AS id", "CREATE SEQUENCE queue_items"] {
        let told = Program::new().database(&made_by(sql)).run(&["db", "check"]).stderr;
        assert!(told.contains("there already, and somebody else's") && !told.contains("db stamp"), "{told}");
    }
}

#[test]
fn tables_of_other_names_are_nobodys_business() {
    let database = made_by(
        "CREATE TABLE alembic_version (version_num TEXT); CREATE TABLE customers (id INT);
         CREATE TYPE template_type AS ENUM ('BOOK'); CREATE TABLE queue_items_of_mine (email_template TEXT)",
    );
    let program = Program::new().database(&database);
    let head = migrate::head();
    let pending =
        format!("Connected!\n{head} pending migration(s): at 0 of {head}\n   fix: run `scribe db upgrade`\n");
    assert_eq!(program.ok(&["db", "check"]), pending);
    assert_eq!(program.ok(&["db", "current"]), "base\n");
    assert_eq!(i32::try_from(program.ok(&["db", "upgrade"]).lines().count()), Ok(head));
    assert!(program.ok(&["db", "check", "--schema"]).ends_with("as the migrations make it\n"));
}

const WITHOUT_ROW_SECURITY: &str = "DO $$ DECLARE name TEXT; BEGIN
    FOR name IN SELECT relname FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r' LOOP
        EXECUTE format('ALTER TABLE %I DISABLE ROW LEVEL SECURITY', name);
    END LOOP; END $$";

#[test]
fn tables_that_are_right_at_a_version_are_adopted_by_a_stamp_with_that_version_only() {
    for version in 1..=migrate::head() {
        let database = without_history(version);
        if version < 5 {
            // As another hand would have made them; with it, those of 4 are those of 5.
            database.pooled().batch_execute(WITHOUT_ROW_SECURITY).unwrap();
        }
        database.query("CREATE TABLE alembic_version (version_num TEXT)", &[]);
        let user = (version < 3).then(|| database.user());
        assert_told(
            &database,
            0,
            &[&format!("are scribe's as at version {version}, without a history"), "alembic_version"],
        );
        let program = Program::new().database(&database);
        let refused = |target| {
            let error = migrate::stamp(&database.open(), target).unwrap_err();
            assert!(matches!(error, MigrateError::Misfit(Misfit::Unrecorded(_))), "{error}");
        };
        (0..=migrate::head()).filter(|other| *other != version).for_each(refused);
        let run = program.run(&["db", "upgrade"]);
        let target = if version == migrate::head() { "head".into() } else { version.to_string() };
        assert_eq!(run.code, 1);
        assert!(
            run.stderr.contains(&format!("adopt them with `scribe db stamp {target}`")),
            "{}",
            run.stderr
        );
        program.ok(&["db", "stamp", &target]);
        program.ok(&["db", "upgrade"]);
        database.query("DROP TABLE alembic_version", &[]);
        assert_eq!(database.catalog(), golden(migrate::head()).text(), "from version {version}");
        assert_eq!(database.number("SELECT count(*) FROM users"), i64::from(user.is_some()));
    }
}

#[test]
fn tables_that_are_nearly_right_are_adopted_after_what_is_named_was_put_right() {
    let database = without_history(3);
    database
        .pooled()
        .batch_execute(
            "ALTER TABLE users ALTER email TYPE VARCHAR(100); DROP INDEX ix_queue_items_status;
             CREATE INDEX mine ON users (display_name)",
        )
        .unwrap();
    let words = [
        "nearly as scribe's at version 3",
        "users.email is character varying(100) NOT NULL, and should be character varying(255) NOT NULL",
        "queue_items lacks the index ix_queue_items_status",
        "put that right, and adopt them with `scribe db stamp 3`",
    ];
    assert_refused(&database, &words);
    assert_told(&database, 1, &words);
    database
        .pooled()
        .batch_execute(
            "ALTER TABLE users ALTER email TYPE VARCHAR(255);
             CREATE INDEX ix_queue_items_status ON queue_items (status)",
        )
        .unwrap();
    let program = Program::new().database(&database);
    program.ok(&["db", "stamp", "3"]);
    program.ok(&["db", "upgrade"]);
    let told = program.ok(&["db", "check", "--schema"]);
    assert!(told.contains("as the migrations make it\nadditional: users also has the index mine"), "{told}");
}

#[test]
fn rows_that_this_role_may_not_read_keep_nobody_from_an_answer() {
    let database = made_by(PYTHON);
    database.query("ALTER TABLE queue_items OWNER TO CURRENT_USER", &[]);
    let signs = || match look(&database) {
        Some(Unrecorded::Python { signs }) => signs.len(),
        other => panic!("{other:?}"),
    };
    // Another test may have given the role, which belongs to all databases, a right to read everything.
    assert!(signs() >= 3, "no permission to see the status");
    database.query("GRANT SELECT ON queue_items TO PUBLIC", &[]);
    assert_eq!(signs(), 4);
    database.query("ALTER TABLE queue_items ENABLE ROW LEVEL SECURITY", &[]);
    assert_eq!(signs(), 3, "row level security in the way");
}
