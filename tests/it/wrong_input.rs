//! Wrong input is met kindly: each message names cause and remedy, and no secret is ever in one.
use std::{fs, net::TcpListener, os::unix::fs::PermissionsExt};

use crate::support::{Program, SampleWeb, TestDatabase};

/// Runs a command that must fail with this exit code and these words on stderr.
fn fails(program: &Program, arguments: &[&str], code: i32, words: &[&str]) {
    let run = program.run(arguments);
    assert_eq!(run.code, code, "{arguments:?}: {}{}", run.stdout, run.stderr);
    for word in words {
        assert!(run.stderr.contains(word), "{arguments:?}: no {word:?} in:\n{}", run.stderr);
    }
}

#[test]
fn no_database_is_configured() {
    fails(
        &Program::new(),
        &["db", "check"],
        78,
        &["no database is configured", "scribe setup", "DATABASE_URL"],
    );
    fails(&Program::new(), &["run"], 78, &["no database is configured"]);
}

#[test]
fn a_wrong_setting_is_reported_at_its_place() {
    let program = Program::new();
    program.file("scribe.toml", "# mine\nprot = 1\n");
    fails(&program, &["run"], 78, &["scribe.toml:2:1", "did you mean port?"]);
}

#[test]
fn config_show_tells_what_is_in_force_and_every_mistake_behind_it() {
    let program = Program::new().env("DATABASE_URL", "postgresql://me:hunter2@db.example:5433/mine");
    let ca = program.file("ca.pem", "").display().to_string();
    let program = program.env("DB_SSLROOTCERT", &ca).env("DB_NAME", "other");
    let shown = program.ok(&["config", "show"]);
    for words in [
        "in force instead of 6543 (default)",
        "in force instead of other (environment)",
        "DB_HOST                db.example  DATABASE_URL",
        "verify-ca",
        "in force instead of require (default)",
    ] {
        let squeezed = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
        assert!(squeezed(&shown).contains(&squeezed(words)), "no {words:?} in\n{shown}");
    }
    let program = program.env("PORT", "x").env("DB_PASSWORD", "").env("POLL_INTERVAL", "99");
    let run = program.run(&["config", "show"]);
    assert!(run.code == 78 && run.stdout.contains("POLL_INTERVAL"), "{}", run.stdout);
    for words in ["2 mistakes in the settings", "PORT (environment)", "99 is not between"] {
        assert!(run.stderr.contains(words), "{}", run.stderr);
    }
}

#[test]
fn the_database_refuses_connections() {
    let port = crate::support::closed_port().to_string();
    let program = Program::new().database(&TestDatabase::empty()).env("DB_PORT", &port);
    let words = ["Failed: the database cannot be reached", &format!("localhost, port {port}"), "DB_HOST"];
    fails(&program, &["db", "check"], 1, &words);
    assert!(!program.run(&["db", "info"]).stderr.contains("(info)"));
}

#[test]
fn the_host_name_does_not_exist() {
    let program = Program::new().database(&TestDatabase::empty()).env("DB_HOST", "no-such-host.invalid");
    fails(&program, &["db", "check"], 1, &["name of the database host", "no-such-host.invalid"]);
}

#[test]
fn a_wrong_password_is_told_apart_and_never_shown() {
    let program = Program::new()
        .database(&TestDatabase::empty())
        .env("DB_PASSWORD", "hunter2")
        .env("LOG_LEVEL", "trace");
    for command in [&["db", "check"][..], &["db", "info"], &["run", "--until-empty"], &["config", "show"]] {
        let run = program.run(command);
        assert!(!run.stdout.contains("hunter2") && !run.stderr.contains("hunter2"), "{command:?}");
    }
    let words = ["refused the user name or password", "DB_PASSWORD", "DATABASE_URL", "percent-encoded"];
    fails(&program, &["db", "check"], 1, &words);
    // In one meaning for all: nobody is in.
    let info = program.run(&["db", "info", "--json"]);
    assert!(info.code == 1 && info.stdout.contains("\"disconnected\""), "{}", info.stdout);
    let daemon = program.start(&[]);
    let health = daemon.wait_for_health("database-login-refused");
    assert!(health.contains("\"database\":\"disconnected\""), "{health}");
}

#[test]
fn a_ca_file_that_is_none_is_a_wrong_setting() {
    let program = Program::new();
    let file = program.file("ca.pem", "no certificate").display().to_string();
    let program = program.database(&TestDatabase::empty()).env("DB_SSLROOTCERT", &file);
    fails(&program, &["db", "check"], 78, &["holds no PEM certificate", "BEGIN CERTIFICATE"]);
}

#[test]
fn a_certificate_of_another_authority_is_refused() {
    let program = Program::new().database(&TestDatabase::empty()).env("DB_SSLROOTCERT", "system");
    fails(&program, &["db", "check"], 1, &["authority that is not trusted", "DB_SSLROOTCERT"]);
}

#[test]
fn a_database_that_does_not_exist_is_named() {
    let program = Program::new().database(&TestDatabase::empty()).env("DB_NAME", "t_nowhere");
    fails(&program, &["db", "check"], 1, &["the database named by DB_NAME does not exist"]);
}

#[test]
fn the_port_for_health_is_taken() {
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = taken.local_addr().unwrap().port().to_string();
    let program = Program::new().database(&TestDatabase::migrated()).env("PORT", &port);
    fails(&program, &["run"], 1, &["another program listens", &port, "PORT"]);
}

#[test]
fn templates_and_recipients_are_checked_before_anything_is_queued() {
    let database = TestDatabase::migrated();
    let program = Program::new().database(&database);
    program.ok(&["user", "add", "sam@example.org", "--name", "Sam Student"]);
    let import = |csv: &[u8], template: &[u8], words: &[&str]| {
        let csv = program.file("people.csv", csv).display().to_string();
        let template = program.file("mail.txt", template).display().to_string();
        let arguments = ["queue", "import", &csv, "--user", "sam@example.org", "--template", &template];
        fails(&program, &arguments, 1, words);
    };
    let people = b"name,interest\nAda Marlowe,tides\n";
    import(people, b"Dear professor,", &["placeholder", "{{name}}"]);
    import(people, b"Dear {{name, hello", &["line 1"]);
    import(people, b"Dear {{name}}\0", &["NUL", "UTF-8"]);
    import(people, "Dear {{name}} ".repeat(1_000_000).as_bytes(), &["bytes"]);
    import(b"name,interest\nAda,tides\n ,kites\n", b"Dear {{name}}", &["line 3", "name"]);
    import(b"name,interest\nAda\0,tides\n", b"Dear {{name}}", &["line 2", "NUL"]);
    import(b"who,what\nAda,tides\n", b"Dear {{name}}", &["no column \"name\" among: who, what"]);
    import(b"name,interest\n", b"Dear {{name}}", &["no recipient"]);
    import(b"name,interest\nZo\xc3\xab,a\nZo\xff,tides\n", b"Dear {{name}}", &["line 3", "UTF-8"]);
    let csv = program.file("people.csv", people).display().to_string();
    fails(&program, &["queue", "import", &csv, "--user", "nobody@example.org"], 1, &["no user", "user add"]);
    fails(
        &program,
        &["queue", "import", &csv, "--user", "sam@example.org"],
        1,
        &["no template", "--template"],
    );
    assert!(database.items().is_empty());
}

#[test]
fn rows_that_another_program_queued_wrongly_fail_with_a_reason_and_hold_nobody_up() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let user = database.user();
    let ten_megabytes = "Dear {{name}} ".repeat(750_000);
    database.queue(user, "Dear professor", &[("Ada Marlowe", "tides")]);
    database.queue(user, "Dear {{name}}", &[("  ", "tides")]);
    database.queue(user, &ten_megabytes, &[("Ada Marlowe", "tides")]);
    database.queue(user, "About {{book}}", &[("Nobody Atall", "nothing")]);
    database.queue(user, "Dear {{name}} [Your Name]", &[("Ada Marlowe", "tides")]);
    Program::new().database(&database).web(&web).ok(&["run", "--until-empty"]);
    let items = database.items();
    let message = |i: usize| items[i].3.clone().unwrap_or_default();
    assert!(items[..4].iter().all(|item| item.0 == "FAILED"), "{items:?}");
    assert!(message(0).contains("placeholder"), "{}", message(0));
    assert!(message(1).contains("name"), "{}", message(1));
    assert!(message(2).contains("10500000 bytes"), "{}", message(2));
    assert!(message(3).contains("{{book}}") && message(3).contains("{{book|"), "{}", message(3));
    assert_eq!(items[4].0, "COMPLETED");
    database.assert_one_email_per_finished_item(1);
}

#[test]
fn wrong_usage_ends_with_2_and_help_with_0() {
    let program = Program::new();
    fails(&program, &["frobnicate"], 2, &["frobnicate"]);
    fails(&program, &["db", "upgrade", "tail"], 2, &["head, +N, or a version"]);
    assert!(program.ok(&["--help"]).contains("Exit codes"));
    assert!(program.ok(&["--version"]).contains(env!("CARGO_PKG_VERSION")));
}

#[test]
fn a_state_directory_that_others_can_lock_is_pointed_out_and_a_new_one_is_nobody_elses() {
    let database = TestDatabase::migrated();
    let program = Program::new().database(&database);
    let directory = program.state_directory();
    let run = || program.run(&["run", "--until-empty"]).stderr;
    assert!(!run().contains("open to other users"));
    assert_eq!(fs::metadata(&directory).unwrap().permissions().mode() & 0o777, 0o700);
    fs::set_permissions(&directory, PermissionsExt::from_mode(0o755)).unwrap();
    assert!(run().contains(&format!("`chmod 700 {}`", directory.display())));
}
