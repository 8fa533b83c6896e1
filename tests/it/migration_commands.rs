//! The commands that change the schema: what they say, what they refuse, and that nothing is lost by a slip.
use std::fs;

use scribe::database::migrate::{self, State, revision};

use crate::support::{Program, TempDir, TestDatabase, golden};

#[test]
fn a_database_that_is_not_ours_is_changed_by_no_command() {
    let ahead = "INSERT INTO refinery_schema_history SELECT 99, 'future', applied_on, '1'
                 FROM refinery_schema_history LIMIT 1";
    let divergent = "UPDATE refinery_schema_history SET checksum = NULL WHERE version = 2";
    let gap = "DELETE FROM refinery_schema_history WHERE version = 3";
    for (sql, words) in [(ahead, "at version 99, newer"), (divergent, "version 2 in"), (gap, "not version 3")]
    {
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
        migrate::versions(&database.open()).unwrap().into_iter().map(|version| version.state).collect()
    };
    assert_eq!(states(), [State::Pending; 5], "without a history table");
    program.ok(&["db", "upgrade", "4"]);
    assert_eq!(
        program.ok(&["db", "history"]),
        "VERSION   STATE    WHAT\n\
         5 (head)  pending  enable row level security\n\
         4         applied  add what claiming needs\n\
         3         applied  create queue items table\n\
         2         applied  create emails table\n\
         1         applied  create users table\n"
    );
    database.query("UPDATE refinery_schema_history SET applied_on = '2026-01-02T03:04:05Z'", &[]);
    let verbose = program.ok(&["db", "history", "--verbose"]);
    assert!(verbose.contains("\n4         applied  2026-01-02T03:04:05Z  add what"), "{verbose}");
    let json = program.ok(&["db", "history", "--json"]);
    let json: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(
        json[0],
        serde_json::json!({"version": 5, "what": "enable row level security", "head": true,
                           "state": "pending", "applied_on": null})
    );
    assert_eq!(json[1]["applied_on"], "2026-01-02T03:04:05Z");
    database.query("INSERT INTO refinery_schema_history (version) VALUES (99)", &[]);
    database.query("UPDATE refinery_schema_history SET name = NULL WHERE version = 1", &[]);
    use State::{Applied, Divergent, Pending, Unknown};
    assert_eq!(states(), [Unknown, Pending, Applied, Applied, Applied, Divergent]);
}

#[test]
fn a_schema_that_exists_is_adopted_by_a_stamp() {
    let database = TestDatabase::migrated();
    database.query("DROP TABLE refinery_schema_history", &[]);
    let program = Program::new().database(&database);
    assert_eq!(program.run(&["db", "upgrade"]).code, 1, "the tables are in the way");
    assert_eq!(program.ok(&["db", "stamp", "head"]), "Stamped 0 -> 5; nothing was run\n");
    assert_eq!(database.catalog(), golden(5).text(), "closed history included");
    assert_eq!(program.ok(&["db", "current"]), "5 (head)\n");
    assert_eq!(program.ok(&["db", "upgrade"]), "Nothing to upgrade\n");
    assert_eq!(program.ok(&["db", "stamp", "base"]), "Stamped 5 -> 0; nothing was run\n");
    assert_eq!(program.ok(&["db", "current"]), "base\n");
    assert_eq!(database.tables(), 3, "a stamp touches no table");
    assert_eq!(program.run(&["db", "stamp", "99"]).code, 1);
}

#[test]
fn the_command_line_tells_each_step_down_and_up() {
    let database = TestDatabase::migrated();
    let program = Program::new().database(&database);
    let down = program.ok(&["db", "downgrade", "-1"]);
    assert_eq!(down, "Running downgrade 5 -> 4, enable row level security\n");
    assert_eq!(program.ok(&["db", "current"]), "4\n");
    let rest = program.ok(&["db", "downgrade", "base"]);
    assert_eq!(rest.lines().count(), 4);
    assert!(rest.ends_with("Running downgrade 1 -> 0, create users table\n"), "{rest}");
    assert_eq!(program.ok(&["db", "downgrade", "base"]), "Nothing to downgrade\n");
    let reset = program.ok(&["db", "reset", "--yes", &database.name]);
    assert_eq!(reset.lines().count(), 5);
    assert!(reset.starts_with("Running upgrade 0 -> 1, create users table\n"), "{reset}");
    let again = program.ok(&["db", "reset", "--yes", &database.name]);
    assert_eq!(again.lines().count(), 10, "{again}");
    let run = program.run(&["db", "downgrade", "-9"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("there is no version -4"), "{}", run.stderr);
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
    for words in ["refused a step; nothing was changed", "cannot drop table users", "see the text"] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
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
    assert_eq!(database.version(), 4);
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
