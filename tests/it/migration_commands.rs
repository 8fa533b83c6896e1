//! The commands that change the schema: what they say, what they refuse, and that nothing is lost by a slip.
use std::fs;

use scribe::database::migrate::{self, DowngradeTarget, State, revision};

use crate::support::{Program, TempDir, TestDatabase, golden};

/// What makes a history another one than ours, the words for it, and the condition.
const STRANGE: [(&str, &str, &str); 3] = [
    (
        "INSERT INTO refinery_schema_history SELECT 99, 'future', applied_on, '1' FROM refinery_schema_history LIMIT 1",
        "at version 99, newer",
        "database-ahead",
    ),
    (
        "UPDATE refinery_schema_history SET checksum = NULL WHERE version = 2",
        "version 2 in",
        "database-history",
    ),
    ("DELETE FROM refinery_schema_history WHERE version = 3", "not version 3", "database-history"),
];

#[test]
fn a_history_that_is_not_ours_is_told_by_every_command_and_not_worked_on() {
    for (sql, words, code) in STRANGE {
        let database = TestDatabase::migrated();
        database.queue(database.user(), "Dear {{name}}", &[("Ada Marlowe", "tides")]);
        database.query(sql, &[]);
        let program = Program::new().database(&database).env("ARXIV_BASE_URL", "http://127.0.0.1:1");
        for (arguments, exit_code) in [
            (&["check"][..], 1),
            (&["check", "--schema"], 1),
            (&["check", "--json"], 1),
            (&["info"], 0),
            (&["current"], 0),
            (&["history"], 0),
        ] {
            let run = program.run(&[&["db"], arguments].concat());
            let told = run.stdout + &run.stderr;
            assert!(run.code == exit_code && told.contains(words), "{arguments:?}: {}: {told}", run.code);
            assert!(!told.contains("nothing was changed") && !told.contains("as the migrations"), "{told}");
        }
        let doctor = program.run(&["doctor"]);
        assert!(doctor.stdout.contains("FAIL  migrations") && doctor.stdout.contains(words), "{words}");

        let daemon = program.start(&[]);
        daemon.wait_for_health(&format!("\"code\":\"{code}\""));
        daemon.wait_for(words);
        let items = database.items();
        assert_eq!((items[0].0.as_str(), items[0].2), ("PENDING", 0), "{words}");
    }
}

#[test]
fn a_history_that_stops_being_ours_is_named_when_a_column_is_missed_and_drift_at_head_is_not_called_pending()
{
    let database = TestDatabase::migrated();
    database.query("ALTER TABLE queue_items RENAME COLUMN recipient_name TO whom", &[]);
    let program = Program::new().database(&database);
    for command in [&["queue", "list"][..], &["run", "--until-empty"]] {
        let run = program.run(command);
        assert_eq!(run.code, 1);
        let remedy = run.stderr.contains("`scribe db check --schema`") && !run.stderr.contains("upgrade");
        assert!(remedy, "{command:?}: {}", run.stderr);
    }
    database.query(STRANGE[0].0, &[]);
    let run = program.run(&["run", "--until-empty"]);
    assert!(run.stderr.contains("install a newer scribe"), "{}", run.stderr);
    // The check that all this leads to must not lead back to itself.
    database.query("ALTER TABLE refinery_schema_history DROP COLUMN checksum", &[]);
    let run = program.run(&["db", "check", "--schema"]);
    assert!(run.stderr.contains("version 1 in the database is not"), "{}", run.stderr);
}

#[test]
fn a_database_that_is_not_ours_is_changed_by_no_command() {
    for (sql, words, _) in STRANGE {
        let database = TestDatabase::migrated();
        database.query(sql, &[]);
        let before = database.schema();
        let name = database.name.clone();
        let program = Program::new().database(&database);
        for command in [&["upgrade"][..], &["downgrade", "-1"], &["stamp", "4"], &["reset", "--yes", &name]] {
            let run = program.run(&[&["db"], command].concat());
            assert_eq!(run.code, 1, "{command:?}");
            assert!(
                run.stderr.contains(words) && run.stderr.contains("nothing was changed"),
                "{}",
                run.stderr
            );
        }
        assert_eq!(database.schema(), before);
    }
}

#[test]
fn the_history_tells_applied_pending_and_foreign_versions_apart() {
    let database = TestDatabase::empty();
    let program = Program::new().database(&database);
    let states = || -> Vec<State> {
        migrate::history(&database.open()).unwrap().0.into_iter().map(|version| version.state).collect()
    };
    let head = migrate::head();
    let steps = usize::try_from(head).unwrap();
    assert_eq!(states(), vec![State::Pending; steps], "without a history table");
    program.ok(&["db", "upgrade", "4"]);
    let told = program.ok(&["db", "history"]);
    let newest = format!("VERSION   STATE    WHAT\n{head} (head)  pending  ");
    assert!(told.starts_with(&newest) && told.lines().count() == 1 + steps, "{told}");
    let below = "\n\
         6         pending  create model days table\n\
         5         pending  enable row level security\n\
         4         applied  add what claiming needs\n\
         3         applied  create queue items table\n\
         2         applied  create emails table\n\
         1         applied  create users table\n";
    assert!(told.ends_with(below), "{told}");
    database.query("UPDATE refinery_schema_history SET applied_on = '2026-01-02T03:04:05Z'", &[]);
    let verbose = program.ok(&["db", "history", "--verbose"]);
    assert!(verbose.contains("\n4         applied  2026-01-02T03:04:05Z  add what"), "{verbose}");
    let json = program.ok(&["db", "history", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let what = &migrate::history(&database.open()).unwrap().0[0].what;
    assert_eq!(
        json[0],
        serde_json::json!({"version": head, "what": what, "head": true, "state": "pending", "applied_on": null})
    );
    assert_eq!(json[steps - 4]["applied_on"], "2026-01-02T03:04:05Z");
    database.query("INSERT INTO refinery_schema_history (version) VALUES (99)", &[]);
    database.query("UPDATE refinery_schema_history SET name = NULL WHERE version = 1", &[]);
    use State::{Applied, Divergent, Pending, Unknown};
    let expected =
        [&[Unknown][..], &vec![Pending; steps - 4], &[Applied, Applied, Applied, Divergent]].concat();
    assert_eq!(states(), expected);
}

#[test]
fn a_schema_that_exists_is_adopted_by_a_stamp() {
    let database = TestDatabase::migrated();
    database.query("DROP TABLE refinery_schema_history", &[]);
    let program = Program::new().database(&database);
    let head = migrate::head();
    assert_eq!(program.run(&["db", "upgrade"]).code, 1, "the tables are in the way");
    assert_eq!(program.ok(&["db", "stamp", "head"]), format!("Stamped 0 -> {head}; nothing was run\n"));
    assert_eq!(database.catalog(), golden(head).text(), "closed history included");
    assert_eq!(program.ok(&["db", "current"]), format!("{head} (head)\n"));
    assert_eq!(program.ok(&["db", "upgrade"]), "Nothing to upgrade\n");
    assert_eq!(program.ok(&["db", "stamp", "base"]), format!("Stamped {head} -> 0; nothing was run\n"));
    assert!(program.ok(&["db", "current"]).starts_with("base\n"));
    assert_eq!(database.tables(), 4, "a stamp touches no table");
    assert_eq!(program.run(&["db", "stamp", "99"]).code, 1);
}

#[test]
fn the_command_line_tells_each_step_down_and_up() {
    let database = TestDatabase::migrated();
    let program = Program::new().database(&database);
    let head = migrate::head();
    let steps = usize::try_from(head).unwrap();
    let down = program.ok(&["db", "downgrade", "-1"]);
    assert!(down.starts_with(&format!("Running downgrade {head} -> {}, ", head - 1)), "{down}");
    assert_eq!(program.ok(&["db", "current"]), format!("{}\n", head - 1));
    let rest = program.ok(&["db", "downgrade", "base"]);
    assert_eq!(rest.lines().count(), steps - 1);
    assert!(rest.ends_with("Running downgrade 1 -> 0, create users table\n"), "{rest}");
    assert_eq!(program.ok(&["db", "downgrade", "base"]), "Nothing to downgrade\n");
    let reset = program.ok(&["db", "reset", "--yes", &database.name]);
    assert_eq!(reset.lines().count(), steps);
    assert!(reset.starts_with("Running upgrade 0 -> 1, create users table\n"), "{reset}");
    let again = program.ok(&["db", "reset", "--yes", &database.name]);
    assert_eq!(again.lines().count(), 2 * steps, "{again}");
    let run = program.run(&["db", "downgrade", &format!("-{}", head + 2)]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("there is no version -2"), "{}", run.stderr);
    let run = program.run(&["db", "upgrade", "+9"]);
    assert!(
        run.code == 1 && run.stderr.contains(&format!("there is no version {}", head + 9)),
        "{}",
        run.stderr
    );
    for wrong in
        [&["downgrade"][..], &["downgrade", "head"], &["downgrade", "+1"], &["stamp", "-1"], &["revision"]]
    {
        assert_eq!(program.run(&[&["db"], wrong].concat()).code, 2, "{wrong:?}");
    }
}

#[test]
fn a_step_that_the_database_refuses_is_explained() {
    let database = TestDatabase::migrated();
    database.query("CREATE VIEW mine AS SELECT email FROM users", &[]);
    let program = Program::new().database(&database);
    let run = program.run(&["db", "downgrade", "base"]);
    assert_eq!((run.code, run.stdout.as_str()), (1, ""));
    for words in [
        "refused a step; nothing was changed",
        "cannot drop table users",
        "view mine depends",
        "see the text",
    ] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
    assert!(!run.stderr.contains("stamp"), "{}", run.stderr);
}

#[test]
fn an_upgrade_by_a_role_that_may_make_no_tables_says_what_to_grant() {
    let database = TestDatabase::empty();
    let owner = crate::support::pair().fact("USER");
    let close = format!(
        "ALTER SCHEMA public OWNER TO CURRENT_USER; REVOKE ALL ON SCHEMA public FROM {owner}, PUBLIC; GRANT USAGE ON SCHEMA public TO {owner}"
    );
    database.admin().batch_execute(&close).unwrap();
    let run = Program::new().database(&database).run(&["db", "upgrade"]);
    let says = |words: &str| run.stderr.contains(words);
    assert!(
        run.code == 1 && says("CREATE ON SCHEMA public") && !says("`scribe db upgrade`"),
        "{}",
        run.stderr
    );
}

#[test]
fn nothing_is_lost_before_somebody_names_the_database() {
    let database = TestDatabase::migrated();
    let before = database.schema();
    let development = Program::new().database(&database);
    let production = Program::new().database(&database).env("ENVIRONMENT", "production");
    let refused = |program: &Program, arguments: &[&str], words: &str| {
        let run = program.run(&[&["db"], arguments].concat());
        assert_eq!(run.code, 1, "{arguments:?}");
        assert!(run.stderr.contains(words), "{arguments:?}: {}", run.stderr);
        assert_eq!(database.schema(), before, "{arguments:?}");
    };
    let name = database.name.as_str();
    refused(&production, &["downgrade", "-1"], &format!("--yes {name}"));
    refused(&production, &["downgrade", "-1", "--yes", "postgres"], "not called \"postgres\"");
    refused(&production, &["reset", "--yes", name], "this is production");
    refused(&development, &["downgrade", "-1", "--yes", "postgres"], "not called \"postgres\"");
    refused(&development, &["reset"], "nobody is there to agree");
    refused(&development, &["reset", "--yes", "postgres"], "not called \"postgres\"");
    production.ok(&["db", "downgrade", "-1", "--yes", name]);
    assert_eq!(database.version(), migrate::head() - 1);
}

#[test]
fn a_reset_at_a_terminal_asks_for_the_databases_name() {
    let database = TestDatabase::migrated();
    database.user();
    let program = Program::new().database(&database);
    for typed in ["postgres\n", "\n", "yes\n"] {
        let run = program.run_at_a_terminal(&["db", "reset"], typed);
        assert_eq!(run.code, 1, "{typed:?}: {}", run.stdout);
        assert!(run.stdout.contains("This deletes everything") && run.stdout.contains("nothing was changed"));
        assert_eq!(database.number("SELECT count(*) FROM users"), 1, "{typed:?}");
    }
    let run = program.run_at_a_terminal(&["db", "reset"], &format!("{}\n", database.name));
    assert_eq!(run.code, 0, "{}", run.stdout);
    assert!(run.stdout.contains("Running upgrade 4 -> 5"), "{}", run.stdout);
    assert_eq!((database.number("SELECT count(*) FROM users"), database.version()), (0, migrate::head()));
}

#[test]
fn the_command_line_upgrades_by_steps_to_a_version_and_to_head() {
    let database = TestDatabase::empty();
    let program = Program::new().database(&database);
    for (target, to) in [("+2", 2), ("+1", 3), ("4", 4), ("head", migrate::head())] {
        let before = database.version();
        let told = program.ok(&["db", "upgrade", target]);
        let steps: Vec<String> = told.lines().map(|line| line.split(',').next().unwrap().into()).collect();
        let expected: Vec<String> =
            (before..to).map(|from| format!("Running upgrade {from} -> {}", from + 1)).collect();
        assert_eq!((steps, database.version()), (expected, to), "{target}");
    }
    assert_eq!(program.ok(&["db", "upgrade", "head"]), "Nothing to upgrade\n");
}

/// What `db check --schema` prints of a database after these statements, and its exit code.
fn schema_check(database: &TestDatabase, sql: &str) -> (i32, String) {
    database.admin().batch_execute(sql).unwrap();
    let run = Program::new().database(database).run(&["db", "check", "--schema"]);
    (run.code, run.stdout + &run.stderr)
}

#[test]
fn drift_is_told_with_its_table_and_fails_the_check() {
    let clean = (0, "Connected!\nThe schema is as the migrations make it\n".to_string());
    assert_eq!(schema_check(&TestDatabase::migrated(), ""), clean);
    for (sql, words) in [
        ("DROP INDEX ix_queue_items_claim", "queue_items lacks the index ix_queue_items_claim: CREATE INDEX"),
        (
            "ALTER TABLE users ALTER email TYPE VARCHAR(100)",
            "users.email is character varying(100) NOT NULL, and should be character varying(255) NOT NULL",
        ),
        ("ALTER TABLE emails DROP COLUMN metadata", "emails lacks the column metadata: jsonb"),
        (
            "ALTER TABLE emails DISABLE ROW LEVEL SECURITY",
            "emails: the row level security is off, and should be on",
        ),
        (
            "ALTER TABLE users DROP CONSTRAINT users_email_key",
            "lacks the constraint users_email_key: UNIQUE (email)",
        ),
        (
            "ALTER TABLE queue_items ALTER attempts DROP DEFAULT",
            "is integer NOT NULL, and should be integer NOT NULL DEFAULT 0",
        ),
        ("DROP TABLE queue_items", "the table queue_items is missing"),
        ("ALTER TABLE emails ADD tenant INT NOT NULL", "emails.tenant (integer NOT NULL) is not scribe's"),
    ] {
        let (code, told) = schema_check(&TestDatabase::migrated(), sql);
        assert_eq!(code, 1, "{sql}: {told}");
        assert!(
            told.starts_with("Connected!\nmissing or different: ") && told.contains(words),
            "{sql}: {told}"
        );
        assert!(told.contains("scribe: the schema is not as the migrations make it"), "{told}");
    }
}

#[test]
fn what_is_not_on_scribes_tables_is_no_drift_and_what_an_owner_added_there_is_harmless() {
    let database = TestDatabase::migrated();
    let strangers = "
        CREATE TABLE profiles (id UUID PRIMARY KEY, user_id UUID REFERENCES users (id));
        CREATE INDEX ON profiles (user_id);
        ALTER TABLE profiles ENABLE ROW LEVEL SECURITY;
        CREATE POLICY everybody ON profiles USING (true);
        CREATE VIEW a_report AS SELECT id FROM emails;
        CREATE MATERIALIZED VIEW counts AS SELECT count(*) FROM users;
        CREATE FUNCTION users(text) RETURNS text LANGUAGE sql AS 'SELECT $1';
        CREATE TYPE mood AS ENUM ('fine'); CREATE SEQUENCE numbers;
        CREATE TABLE \"users, row level security off\" (id INT)";
    let (code, told) = schema_check(&database, strangers);
    assert_eq!((code, told.as_str()), (0, "Connected!\nThe schema is as the migrations make it\n"));
    let added = "
        CREATE INDEX by_name ON emails (recipient_name);
        ALTER TABLE users ADD note TEXT;
        CREATE FUNCTION t() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN NEW; END';
        CREATE TRIGGER watch AFTER INSERT ON emails FOR EACH ROW EXECUTE FUNCTION t()";
    let (code, told) = schema_check(&database, added);
    assert_eq!(code, 0, "{told}");
    for words in [
        "emails also has the index by_name",
        "users also has the column note: text",
        "emails also has the trigger watch",
    ] {
        assert!(told.contains(&format!("additional: {words}")), "{told}");
    }
    let drift = migrate::drift(&database.open()).unwrap();
    assert_eq!((drift.missing.len(), drift.additional.len()), (0, 3), "{drift:?}");
    let json = Program::new().database(&database).ok(&["db", "check", "--schema", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["applied"], &json["missing"]), (&migrate::head().into(), &serde_json::json!([])));
    assert_eq!(json["additional"].as_array().map(Vec::len), Some(3));
}

#[test]
fn a_schema_below_or_above_head_is_not_compared() {
    let database = TestDatabase::migrated();
    migrate::downgrade(&database.open(), DowngradeTarget::Version(4)).unwrap();
    let head = migrate::head();
    let pending = |applied: i32| {
        let count = head - applied;
        let told = format!(
            "{count} pending migration(s): at {applied} of {head}\n   fix: run `scribe db upgrade`\n"
        );
        (1, format!("Connected!\nscribe: {told}"))
    };
    assert_eq!(schema_check(&database, "DROP INDEX ix_users_email"), pending(4));
    assert_eq!(schema_check(&TestDatabase::empty(), ""), pending(0));
    let json = Program::new().database(&database).ok(&["db", "check", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    let misfit = serde_json::json!({"kind": "pending", "applied": 4});
    assert_eq!(
        json,
        serde_json::json!({"status": "connected", "applied": 4, "head": head, "misfit": misfit})
    );
    let ahead = "INSERT INTO refinery_schema_history VALUES (99, 'future', '', '1')";
    let (code, told) = schema_check(&TestDatabase::migrated(), ahead);
    assert!(
        code == 1 && told.contains("at version 99, newer") && !told.contains("as the migrations"),
        "{told}"
    );
}

/// A checkout as far as `revision` cares.
fn checkout() -> TempDir {
    let directory = TempDir::new();
    fs::create_dir_all(directory.path().join("migrations")).unwrap();
    fs::create_dir_all(directory.path().join("src/deep")).unwrap();
    directory.file("migrations/V1__create_users_table.sql", "");
    directory.file("migrations/V7__add_something.down.sql", "");
    directory
}

#[test]
fn a_revision_is_the_next_pair_of_files_of_the_checkout_around() {
    let directory = checkout();
    let deep = directory.path().join("src/deep");
    let written = revision::write(&deep, "Add a\ncolumn;").unwrap();
    let migrations = directory.path().join("migrations");
    assert_eq!(written.up, migrations.join("V8__add_a_column.sql"));
    assert_eq!(written.down, migrations.join("V8__add_a_column.down.sql"));
    assert_eq!(fs::read_to_string(&written.up).unwrap(), "-- Add a column;.\n");
    assert!(fs::read_to_string(&written.down).unwrap().starts_with("-- "));
    assert_eq!(revision::write(&deep, "more").unwrap().up, migrations.join("V9__more.sql"));
}

#[test]
fn a_revision_outside_of_a_checkout_or_without_words_says_so_and_writes_nothing() {
    let program = Program::new();
    let refused = |message: &str, words: &str| {
        let run = program.run(&["db", "revision", "-m", message]);
        assert_eq!(run.code, 1);
        assert!(run.stderr.contains(words), "{}", run.stderr);
    };
    refused("Add a column", "in a checkout of scribe's source");
    refused("…", "letters or digits");
    let elsewhere = TempDir::new();
    fs::create_dir(elsewhere.path().join("migrations")).unwrap();
    elsewhere.file("migrations/0001_initial.py", "");
    let found = revision::write(elsewhere.path(), "Add a column");
    assert!(matches!(found, Err(revision::RevisionError::NotACheckout(from)) if from == elsewhere.path()));
    assert_eq!(fs::read_dir(elsewhere.path().join("migrations")).unwrap().count(), 1);
}
