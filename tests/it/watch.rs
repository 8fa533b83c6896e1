//! `scribe queue watch`: at a terminal, in a pipe, for programs, and while the database is away.
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use scribe::database::{Database, glance::glance};
use serde_json::Value;

use crate::{
    faults::round_trips,
    support::{Gate, Program, SampleWeb, Terminal, TestDatabase, eventually},
};

const TEMPLATE: &str = "Dear {{name}}, hello. [Your Name]";
const WATCH: [&str; 4] = ["queue", "watch", "--interval", "1"];

/// Two wait, one is in work since 20 s, one is written and unsure, one has failed.
fn queued() -> TestDatabase {
    let database = TestDatabase::migrated();
    let user = database.user();
    let people = ["Ada Marlowe", "Zhou Minglan", "Ivo Brandt", "Grace Example", "Bob Failing"]
        .map(|name| (name, "tides"));
    database.queue(user, TEMPLATE, &people);
    database.admin().batch_execute(
        "UPDATE queue_items SET status = 'PROCESSING', current_step = 'web_scraper', attempts = 2, started_at = now(),
             celery_task_id = 'scribe:x:y', lease_expires_at = now() + interval '880 seconds'
         WHERE recipient_name = 'Ada Marlowe';
         UPDATE queue_items SET status = 'FAILED', completed_at = now() - interval '1 hour', error_message = 'no paper'
         WHERE recipient_name = 'Bob Failing';
         WITH email AS (
             INSERT INTO emails (user_id, recipient_name, recipient_interest, email_message, is_confident, created_at)
             SELECT user_id, 'Grace Example', 'tides', 'x', n > 1, now() - n * interval '30 seconds'
             FROM queue_items, generate_series(1, 3) n WHERE recipient_name = 'Grace Example' RETURNING id
         )
         UPDATE queue_items SET status = 'COMPLETED', email_id = (SELECT id FROM email LIMIT 1)
         WHERE recipient_name = 'Grace Example'",
    ).unwrap();
    database
}

fn is_as_it_was(terminal: &Terminal) {
    assert!(terminal.has_cursor() && terminal.echoes() && terminal.has_lines(), "{:?}", terminal.all());
}

#[test]
fn a_view_shows_everything_and_q_leaves_the_terminal_as_it_was() {
    let database = queued();
    let program = Program::new().database(&database);
    program.ok(&["db", "check"]);
    let mut terminal = program.at_a_terminal(&WATCH);
    let view = terminal.see("q or Ctrl-C ends");
    for told in [
        "2 waiting   1 in work   1 finished   1 failed",
        "every 30 s, about 1 min 30 s left",
        "Ada Marlowe",
        "web_scraper",
        "attempt 2",
        "unsure",
        "Grace Example",
        "no paper",
        "SEARCH_PROVIDER is none",
    ] {
        assert!(view.contains(told), "{told}: {view}");
    }
    assert!(!terminal.has_cursor() && !terminal.echoes() && !terminal.has_lines());
    // It is redrawn in place, with what has changed.
    database.query("DELETE FROM queue_items WHERE recipient_name = 'Ivo Brandt'", &[]);
    terminal.see("1 waiting");
    terminal.see("q or Ctrl-C ends");
    assert!(terminal.all().contains("\x1b[J\r\x1b["), "{:?}", terminal.all());
    assert!(!terminal.all().contains("\x1b[?1049h"));
    terminal.press("xq");
    assert_eq!(terminal.code(), 0);
    is_as_it_was(&terminal);
}

#[test]
fn nothing_is_coloured_where_nobody_wants_colours() {
    let database = queued();
    for (value, is_coloured) in [("1", false), ("", true)] {
        let program = Program::new().database(&database).env("NO_COLOR", value);
        let mut terminal = program.at_a_terminal(&WATCH);
        terminal.see("q or Ctrl-C ends");
        assert_eq!(terminal.all().contains("\x1b[31mFAILED"), is_coloured, "{:?}", terminal.all());
        terminal.press("q");
        assert_eq!(terminal.code(), 0);
    }
}

#[test]
fn whatever_ends_it_gives_the_terminal_back() {
    let database = queued();
    let program = Program::new().database(&database);
    for (end, code) in [("\x03", 130), ("\x1c", 131), ("TERM", 143), ("HUP", 129)] {
        let mut terminal = program.at_a_terminal(&WATCH);
        terminal.see("q or Ctrl-C ends");
        match end {
            name @ ("TERM" | "HUP") => terminal.signal(name),
            key => terminal.press(key),
        }
        assert_eq!(terminal.code(), code, "{end:?}");
        is_as_it_was(&terminal);
    }
}

#[test]
fn a_sleep_gives_the_terminal_back_and_takes_it_again() {
    let database = queued();
    let program = Program::new().database(&database);
    let mut terminal = program.at_a_terminal(&WATCH);
    terminal.see("q or Ctrl-C ends");
    terminal.press("\x1a");
    terminal.wait_until_stopped();
    eventually("the cursor is shown", || terminal.has_cursor());
    is_as_it_was(&terminal);
    terminal.signal("CONT");
    // Anew, since the shell has written below the old view.
    terminal.see("\x1b[?25l");
    let view = terminal.see("q or Ctrl-C ends");
    assert!(!view.contains("A2 waiting") && view.contains("2 waiting"), "{view:?}");
    assert!(!terminal.has_cursor() && !terminal.echoes());
    terminal.press("q");
    assert_eq!(terminal.code(), 0);
    is_as_it_was(&terminal);
}

#[test]
fn a_terminal_of_another_size_is_kept_to() {
    let database = queued();
    let program = Program::new().database(&database);
    let mut terminal = program.at_a_terminal(&WATCH);
    terminal.see("q or Ctrl-C ends");
    terminal.resize(30, 6);
    terminal.see("\x1b[J");
    let view = terminal.see("q or Ctrl-C ends");
    let lines: Vec<&str> =
        view.split("\x1b[K").map(|line| line.rsplit(['\n', 'A']).next().unwrap()).collect();
    assert!(lines.len() <= 6 && lines.iter().all(|line| line.chars().count() <= 29), "{view:?}");
}

#[test]
fn in_a_pipe_each_change_is_a_line_and_nothing_else() {
    let database = queued();
    let program = Program::new().database(&database);
    let mut child = program.spawn_telling(&WATCH, Stdio::piped());
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines().map(Result::unwrap);
    let first = lines.next().unwrap();
    assert!(first.starts_with("2 waiting, 1 in work, 1 finished, 1 failed; in work: Ada Marlowe (web_scraper); last: Grace Example, unsure"), "{first}");
    // Hostile, and harmless in the line.
    database.query(
        "UPDATE queue_items SET recipient_name = E'\\x1b[2JEve\\u202e' WHERE status = 'PROCESSING'",
        &[],
    );
    let second = lines.next().unwrap();
    assert!(second.contains("\\u{1b}[2JEve\\u{202e}") && !second.contains('\x1b'), "{second}");
    // Nobody reads any more.
    drop(lines);
    let mut code = None;
    eventually("it ends", || {
        code = child.try_wait().unwrap();
        code.is_some()
    });
    assert!(code.unwrap().success());
}

#[test]
fn programs_get_a_value_for_each_look() {
    let database = queued();
    let program = Program::new().database(&database);
    let mut child = program.spawn_telling(&[&WATCH[..], &["--json"]].concat(), Stdio::piped());
    let lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let looks: Vec<Value> = lines.take(2).map(|line| serde_json::from_str(&line.unwrap()).unwrap()).collect();
    child.kill().unwrap();
    child.wait().unwrap();
    for look in looks {
        assert_eq!(
            (&look["waiting"], &look["working"], &look["trouble"]),
            (&2.into(), &1.into(), &Value::Null)
        );
        assert_eq!(look["in_work"][0]["step"], "web_scraper");
        assert!((20..60).contains(&look["in_work"][0]["step_seconds"].as_u64().unwrap()), "{look}");
        assert_eq!(look["last"][0]["outcome"], "unsure");
        assert_eq!(look["milliseconds_each"], 30_000);
    }
}

#[test]
fn a_database_that_is_away_is_told_and_watched_again_when_it_is_back() {
    let (database, gate) = (queued(), Gate::closed());
    gate.open();
    let program = Program::new().database(&database).env("DB_PORT", &gate.port.to_string());
    let mut terminal = program.at_a_terminal(&WATCH);
    terminal.see("2 waiting");
    gate.close();
    let told = terminal.see("looked for again every");
    for part in ["2 waiting", "as it was", "Database: ", "why: ", "fix: "] {
        assert!(told.contains(part), "{part}: {told}");
    }
    gate.open();
    terminal.see("about 1 min 30 s left");
    terminal.press("\x03");
    assert_eq!(terminal.code(), 130);
    is_as_it_was(&terminal);
}

#[test]
fn a_pause_and_what_the_daemon_says_are_shown() {
    let (database, web) = (queued(), SampleWeb::start(&[]));
    let program = Program::new().database(&database).web(&web);
    let daemon = program.start(&[]);
    program.ok(&["queue", "pause"]);
    let port = daemon.address.rsplit_once(':').unwrap().1;
    let mut terminal = program
        .clone()
        .env("PORT", port)
        .env("DB_SSLMODE", "require")
        .env("DB_SSLROOTCERT", "")
        .at_a_terminal(&WATCH);
    terminal.see("paused: nothing is begun");
    // Its own settings are not the daemon's, whose certificate is verified.
    let view = terminal.see("q or Ctrl-C ends");
    assert!(!view.contains("verif"), "{view}");
}

#[test]
fn a_look_is_one_message_by_indexes_and_takes_any_row() {
    let look = |way: &Database, _: &TestDatabase| glance(way);
    assert_eq!(round_trips(look), 7);
    let database = queued();
    database
        .admin()
        .batch_execute(
            "UPDATE queue_items SET completed_at = 'infinity' WHERE status = 'FAILED';
             UPDATE queue_items SET started_at = '-infinity', lease_expires_at = 'infinity' WHERE status = 'PROCESSING';
             UPDATE emails SET created_at = '0001-01-01 BC' WHERE NOT is_confident;
             UPDATE queue_items SET available_at = 'infinity' WHERE recipient_name = 'Ivo Brandt'",
        )
        .unwrap();
    let seen = glance(&database.open()).unwrap();
    assert_eq!((seen.waiting, seen.later, seen.working, seen.abandoned), (1, 1, 0, 1));
    assert_eq!((seen.completed, seen.failed, seen.last.len()), (1, 1, 4));
    let database = TestDatabase::sql_ascii();
    database.queue(database.user(), TEMPLATE, &[("Ada Marlowe", "tides")]);
    let latin_1 = "UPDATE queue_items SET recipient_name = convert_from('\\x52656ee9'::bytea, 'SQL_ASCII'), status = 'FAILED'";
    database.query(latin_1, &[]);
    let seen = glance(&database.open()).unwrap();
    assert_eq!((seen.failed, seen.last[0].recipient_name.as_deref()), (1, None));
}

#[test]
fn a_look_at_a_long_queue_counts_all_and_lists_few() {
    let database = TestDatabase::migrated();
    let user = database.user();
    database.query(
        "INSERT INTO queue_items (user_id, recipient_name, recipient_interest, email_template_text, status, completed_at)
         SELECT $1, 'Name ' || n, 'tides', repeat('x', 1000),
                (ARRAY['PENDING', 'COMPLETED', 'COMPLETED', 'FAILED'])[1 + n % 4], now() - n * interval '1 second'
         FROM generate_series(1, 40000) n",
        &[&user],
    );
    database.query("ANALYZE", &[]);
    let seen = glance(&database.open()).unwrap();
    assert_eq!((seen.waiting, seen.completed, seen.failed, seen.last.len()), (10_000, 20_000, 10_000, 8));
}
