//! Looking through what was written and tidying up: `queue list | show`, `email list | show | hide | delete` and
//! `user delete`.
use std::{
    io::{BufRead, BufReader},
    process::Stdio,
};

use scribe::text::is_deceptive;
use serde_json::Value;
use uuid::Uuid;

use crate::support::{Program, SampleWeb, TestDatabase, repository};

/// What must not reach a terminal as it is.
const HOSTILE: &str = "\u{1b}[2J\u{1b}]0;x\u{7}\u{9b}31m\u{202e}\u{200b}\r\nID  RECIPIENT";

/// A user with an e-mail and its item, and an item that failed.
fn scene() -> (TestDatabase, Program) {
    let database = TestDatabase::migrated();
    let program = Program::new().database(&database);
    program.ok(&["user", "add", "sam@example.org", "--name", "Sam Student"]);
    add_email(&database, "1f0c2d3e", "Ada Marlowe", true, "1 hour");
    database.query(
        "INSERT INTO queue_items (id, user_id, recipient_name, recipient_interest, email_template_text, status, error_message)
         SELECT '2f0c2d3e-0000-4000-8000-000000000000', id, 'Bo Lind', 'kites', 'Dear {{name}}', 'FAILED', 'no paper was found'
         FROM users",
        &[],
    );
    (database, program)
}

/// A finished item and its e-mail, under ids that begin the same.
fn add_email(database: &TestDatabase, id: &str, name: &str, is_confident: bool, age: &str) {
    let id = Uuid::parse_str(&format!("{id}-0000-4000-8000-000000000000")).unwrap();
    let sql = format!(
        "WITH written AS (
             INSERT INTO emails (id, user_id, recipient_name, recipient_interest, recipient_email, email_message,
                                 template_type, is_confident, created_at)
             SELECT $1, id, $2, 'tides', 'ada@example.org', 'Dear Ada,' || chr(10) || 'hello', 'GENERAL', $3,
                    now() - interval '{age}' FROM users RETURNING *
         )
         INSERT INTO queue_items (id, user_id, recipient_name, recipient_interest, email_template_text, status, email_id,
                                  created_at, fields)
         SELECT id, user_id, recipient_name, recipient_interest, 'Dear {{{{name}}}}', 'COMPLETED', id, created_at,
                '{{\"Course\": \"Fluids\"}}'
         FROM written"
    );
    database.query(&sql, &[&id, &name, &is_confident]);
}

fn lines(text: &str) -> Vec<&str> {
    text.lines().skip(1).collect()
}

#[test]
fn lists_are_narrowed_down_by_what_people_ask_for() {
    let (database, program) = scene();
    add_email(&database, "3f0c2d3e", "Cy Young", false, "10 days");
    let emails = |more: &[&str]| {
        let said = program.ok(&[&["email", "list"], more].concat());
        lines(&said).iter().map(|line| line[..8].to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(emails(&[]), ["3f0c2d3e", "1f0c2d3e"], "oldest first");
    assert_eq!(emails(&["--unsure"]), ["3f0c2d3e"]);
    assert_eq!(emails(&["--since", "7d"]), ["1f0c2d3e"]);
    assert_eq!(emails(&["--since", "2000-01-01"]).len(), 2);
    assert_eq!(emails(&["--limit", "1"]), ["1f0c2d3e"], "the newest");
    assert_eq!(emails(&["--user", "SAM@example.org"]).len(), 2);
    let queue = |more: &[&str]| lines(&program.ok(&[&["queue", "list"], more].concat())).len();
    assert_eq!((queue(&[]), queue(&["--failed"]), queue(&["--since", "1d", "--limit", "5"])), (3, 1, 2));
    let failed: Value = serde_json::from_str(&program.ok(&["queue", "list", "--failed", "--json"])).unwrap();
    assert_eq!(failed[0]["error_message"], "no paper was found");
    for (words, code, text) in [
        (["email", "list", "--user", "x@example.org"], 1, "there is no user x@example.org"),
        (["email", "list", "--since", "yesterday"], 2, "neither a day"),
        (["queue", "list", "--limit", "0"], 2, "0 is not in 1.."),
    ] {
        let run = program.run(&words);
        assert!(run.code == code && run.stderr.contains(text), "{words:?}: {}", run.stderr);
    }
}

#[test]
fn tables_fit_into_the_terminal_and_are_whole_in_a_pipe() {
    let (database, program) = scene();
    let (long, note) = ("ながい名前".repeat(10), "why ".repeat(60));
    add_email(&database, "4f0c2d3e", &long, true, "1 hour");
    database.query("UPDATE queue_items SET error_message = $1", &[&note]);
    assert!(program.ok(&["queue", "list"]).contains(note.trim_end()), "a pipe has no width");
    for (columns, width) in [("60", 60), ("", 80)] {
        let narrow = program.clone().env("COLUMNS", columns);
        for command in ["queue", "email"] {
            let screen = narrow.run_at_a_terminal(&[command, "list"], "").stdout;
            assert!(screen.contains("4f0c2d3e") && screen.contains('…'), "{screen}");
            for line in screen.lines() {
                assert!(scribe::text::width::columns(line.trim_end()) <= width, "{columns:?}: {line}");
            }
        }
    }
}

#[test]
fn an_item_is_shown_with_everything_that_is_known_of_it() {
    let (_database, program) = scene();
    let said = program.ok(&["queue", "show", "1f0c"]);
    for part in
        ["Ada Marlowe", "Course:", "Fluids", "COMPLETED", "sam@example.org", "`scribe email show 1f0c2d3e`"]
    {
        assert!(said.contains(part), "{part:?} is not in: {said}");
    }
    let json: Value = serde_json::from_str(&program.ok(&["queue", "show", "2f0c2d3e", "--json"])).unwrap();
    assert_eq!((&json["status"], &json["fields"]), (&"FAILED".into(), &serde_json::json!({})));
    assert_eq!(json["email_template_text"], "Dear {{name}}");
    for (id, text) in [("ff", "there is no item ff"), ("", "the id is empty")] {
        let run = program.run(&["queue", "show", id]);
        assert!(run.code == 1 && run.stderr.contains(text), "{}", run.stderr);
    }
}

/// The first look of `queue watch`, which ends only when it is told to.
fn first_look(program: &Program) -> String {
    let mut child = program.spawn_telling(&["queue", "watch", "--json"], Stdio::piped());
    let mut look = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut look).unwrap();
    child.kill().unwrap();
    child.wait().unwrap();
    look
}

#[test]
fn the_page_on_json_names_every_member_that_is_printed() {
    let web = SampleWeb::start(&[]);
    let (_database, program) = scene();
    let program = program.web(&web);
    program.file("people.csv", "name,interest\nAda Marlowe,tides\nDi Ray,x\n");
    program.file("mail.txt", "Dear {{name}}");
    program.file("page.html", "<title>Ada</title>");
    let page = std::fs::read_to_string(repository("docs/json.md")).unwrap();
    let commands = [
        ("doctor", ""),
        ("config show", ""),
        ("db check", ""),
        ("db check --schema", ""),
        ("db info", ""),
        ("db current", ""),
        ("db history", ""),
        ("user add", " bo@example.org"),
        ("user list", ""),
        ("queue list", ""),
        ("queue show", " 1f0c2d3e"),
        ("queue import", " people.csv --user sam@example.org --template mail.txt --dry-run"),
        ("queue watch", ""),
        ("email list", ""),
        ("email show", " 1f0c2d3e"),
        ("email export", " drafts"),
        ("compose", " --name Ada --interest tides --template mail.txt"),
        ("read", " page.html"),
        ("queue add", " --user sam@example.org --name Cy --interest x --template mail.txt"),
        ("queue retry", " 2f0c2d3e"),
        ("queue cancel", " 2f0c2d3e"),
        ("email hide", " 1f0c2d3e"),
        ("email delete", " 1f0c2d3e --yes"),
        ("user delete", " sam@example.org --yes"),
    ];
    for (name, arguments) in commands {
        let words = format!("{name}{arguments} --json");
        let printed = match name {
            "queue watch" => first_look(&program),
            _ => program.run(&words.split(' ').collect::<Vec<_>>()).stdout,
        };
        let printed: Value = serde_json::from_str(&printed).expect(name);
        let printed = printed.as_array().map_or(&printed, |array| &array[0]);
        let printed: Vec<&str> = printed.as_object().unwrap().keys().map(String::as_str).collect();
        let line = page.lines().find(|line| line.starts_with(&format!("| `{name}` |"))).expect(name);
        let members = line.split('|').nth(3).unwrap().split('`').skip(1).step_by(2);
        let mut told: Vec<&str> = members.collect();
        told.sort_unstable();
        assert_eq!(told, printed, "{name}");
    }
}

#[test]
fn an_email_is_shown_ready_to_copy_with_the_evidence_below() {
    let (_database, program) = scene();
    let said = program.ok(&["email", "show", "1f0c2d3e"]);
    let rule = "-".repeat(80);
    assert!(said.starts_with(&format!("Dear Ada,\nhello\n\n{rule}\nSure: ")), "{said}");
}

#[test]
fn a_hidden_email_is_out_of_sight_until_it_is_shown_again() {
    let (database, program) = scene();
    let count = |more: &[&str]| lines(&program.ok(&[&["email", "list"], more].concat())).len();
    let displayed = || database.query("SELECT displayed FROM emails", &[])[0].get::<_, bool>(0);
    assert!(
        program
            .ok(&["email", "hide", "1f0c2d3e"])
            .starts_with("The e-mail to Ada Marlowe (1f0c2d3e) is hidden")
    );
    assert_eq!((count(&[]), count(&["--hidden"]), displayed()), (0, 1, false));
    assert!(program.ok(&["email", "list", "--hidden"]).contains("sure, hidden"));
    assert!(program.ok(&["email", "hide", "1f0c2d3e"]).contains("was hidden already"));
    assert!(program.ok(&["email", "hide", "1f0c2d3e", "--undo"]).contains("is shown again"));
    assert_eq!((count(&[]), displayed()), (1, true));
    database.query("UPDATE emails SET displayed = NULL", &[]);
    assert_eq!(count(&[]), 1, "what says nothing is in sight");
    let short = program.run(&["email", "hide", "1f0c"]);
    assert!(short.code == 1 && short.stderr.contains("too short"), "{}", short.stderr);
}

#[test]
fn at_a_terminal_no_word_is_broken_and_an_empty_list_has_a_sentence() {
    let (_database, program) = scene();
    let screen = |arguments: &[&str]| {
        let mut terminal = program.at_a_terminal(arguments);
        terminal.wait();
        terminal.all().replace('\r', "")
    };
    for arguments in [
        &["--help"][..],
        &["queue", "import", "--help"],
        &["email", "hide", "1f0c2d3e"],
        &["email", "export", "/proc/nowhere"],
        &["compose", "--name", "Ada", "--interest", "x", "--template", "/nowhere", "--field", "wrong"],
    ] {
        let told = screen(arguments);
        let fits = |line: &str| line.chars().count() <= 80 || !line.trim().contains(' ');
        assert!(told.lines().count() > 1 && told.lines().all(fits), "{told}");
    }
    assert_eq!(screen(&["email", "list"]), "No e-mail is there\n");
    assert!(program.ok(&["email", "list"]).starts_with("ID "), "a program finds its columns");
}

#[test]
fn orders_answer_in_json_too() {
    let (_database, program) = scene();
    let json = |arguments: &[&str]| -> Value {
        serde_json::from_str(&program.ok(&[arguments, &["--json"]].concat())).unwrap()
    };
    let ada = json(&["queue", "retry", "1f0c2d3e"]);
    assert!(ada["queued"] == true && ada["recipient_name"] == "Ada Marlowe", "{ada}");
    assert_eq!(json(&["queue", "cancel", "1f0c2d3e"])["cancelled"], true);
    let add = ["queue", "add", "--user", "sam@example.org", "--name", "Cy Young", "--interest", "tides"];
    let template = program.file("mail.txt", "Dear {{name}}");
    let add = [&add[..], &["--template", template.to_str().unwrap()]].concat();
    assert_eq!(json(&add), serde_json::json!({ "queued": 1 }));
    assert_eq!(json(&["email", "hide", "1f0c2d3e"])["displayed"], false);
    assert_eq!(json(&["email", "delete", "1f0c2d3e", "--yes"])["deleted"], true);
    let setup = program.run(&["setup", "--json"]);
    assert!(setup.code == 1 && setup.stderr.contains("setup prints no JSON"), "{}", setup.stderr);
    let renamed = program.ok(&["user", "add", "sam@example.org", "--name", "Sam O'Neill"]);
    assert!(renamed.starts_with("Changed the name of sam@example.org"), "{renamed}");
}

#[test]
fn whoever_retries_a_finished_recipient_is_told_what_a_cancel_would_do() {
    let (database, program) = scene();
    assert!(program.ok(&["queue", "retry", "1f0c2d3e"]).contains("cancel now would take the recipient out"));
    assert!(program.ok(&["queue", "cancel", "1f0c2d3e"]).contains("an e-mail of before stays"));
    assert_eq!(database.number("SELECT count(*) FROM emails"), 1);
}

#[test]
fn an_email_is_deleted_only_when_that_is_meant_and_its_item_stays() {
    let (database, program) = scene();
    let count = || database.number("SELECT count(*) FROM emails");
    let run = program.run(&["email", "delete", "1f0c2d3e"]);
    assert!(run.code == 1 && run.stderr.contains("This deletes the e-mail to Ada Marlowe"), "{}", run.stderr);
    assert!(run.stderr.contains("nobody is there") && run.stderr.contains("--yes"), "{}", run.stderr);
    let screen = program.run_at_a_terminal(&["email", "delete", "1f0c2d3e"], "no\n");
    assert!(screen.code == 1 && screen.stdout.contains("nothing was deleted"), "{}", screen.stdout);
    assert_eq!(count(), 1);
    let screen = program.run_at_a_terminal(&["email", "delete", "1f0c2d3e"], "yes\n");
    assert!(
        screen.code == 0 && screen.stdout.contains("stays in the queue as finished"),
        "{}",
        screen.stdout
    );
    assert_eq!(count(), 0);
    let left =
        database.number("SELECT count(*) FROM queue_items WHERE status = 'COMPLETED' AND email_id IS NULL");
    assert_eq!(left, 1);
    assert!(program.ok(&["queue", "retry", "1f0c2d3e"]).contains("queued again"), "another can be written");
    assert!(
        program.run(&["email", "delete", "1f0c2d3e", "--yes"]).stderr.contains("there is no e-mail 1f0c2d3e")
    );
}

#[test]
fn a_user_is_deleted_with_everything_that_is_theirs_and_nobody_elses() {
    let (database, program) = scene();
    let other = database.user();
    database.queue(other, "Dear {{name}}", &[("Zhou Minglan", "batteries")]);
    let run = program.run(&["user", "delete", "sam@example.org"]);
    let with =
        "1 e-mail(s), 0 recipient(s) who wait or are being written to, and 2 who are finished or failed";
    assert!(run.code == 1 && run.stderr.contains(with), "{}", run.stderr);
    assert_eq!(database.number("SELECT count(*) FROM users"), 2);
    let said = program.ok(&["user", "delete", "Sam@example.org", "--yes"]);
    assert!(said.contains("Deleted sam@example.org") && said.contains(with), "{said}");
    let left =
        ["users", "emails", "queue_items"].map(|t| database.number(&format!("SELECT count(*) FROM {t}")));
    assert_eq!(left, [1, 0, 1]);
    assert!(program.run(&["user", "delete", "sam@example.org", "--yes"]).stderr.contains("there is no user"));
}

#[test]
fn nothing_from_the_database_steers_the_terminal_whatever_is_shown_or_exported() {
    let (database, program) = scene();
    let hostile = HOSTILE.to_owned();
    let sql = "UPDATE queue_items SET recipient_name = $1::text, recipient_interest = $1::text, error_message = $1::text, current_step = $1::text,
                   recipient_email = $1::text, email_template_text = $1::text, fields = jsonb_build_object($1::text, $1::text)";
    database.query(sql, &[&hostile]);
    let metadata = serde_json::json!({"sources": [{"placeholder": HOSTILE, "value": HOSTILE, "from": "page", "urls": [HOSTILE]}],
        "warnings": [HOSTILE], "doubts": [HOSTILE], "search_terms": [], "scraped_urls": [], "model": HOSTILE,
        "arxiv_papers": [{"title": HOSTILE, "arxiv_url": HOSTILE, "year": 1}],
        "step_timings": {"template_parser": 0.0, "web_scraper": 0.0, "arxiv_helper": 0.0, "email_composer": 0.0}});
    let sql = "UPDATE emails SET recipient_name = $1::text, recipient_interest = $1::text, email_message = $1::text || chr(10) || 'text',
                   recipient_email = $1::text, template_type = left($1::text, 50), metadata = $2::text::jsonb";
    database.query(sql, &[&hostile, &metadata.to_string()]);
    database.query("UPDATE users SET display_name = $1::text", &[&hostile]);
    for words in [
        &["queue", "list"][..],
        &["queue", "show", "1f0c2d3e"],
        &["email", "list"],
        &["email", "show", "1f0c2d3e"],
        &["user", "list"],
        &["email", "hide", "1f0c2d3e"],
        &["email", "hide", "1f0c2d3e", "--undo"],
        &["email", "export", "drafts"],
        &["email", "export", "notes", "--format", "markdown"],
        &["queue", "retry", "1f0c2d3e"],
        &["user", "delete", "sam@example.org"],
        &["email", "delete", "1f0c2d3e"],
    ] {
        for json in [&[][..], &["--json"]] {
            let run = program.run(&[words, json].concat());
            let said = format!("{}{}", run.stdout, run.stderr);
            assert!(!said.chars().any(|c| c != '\n' && is_deceptive(c)), "{words:?}: {said:?}");
            let faked = said.lines().any(|line| line.starts_with("ID  RECIPIENT"));
            assert!(!faked || words[..2] == ["email", "show"], "{words:?} fakes a line: {said}");
        }
    }
    for directory in ["drafts", "notes"] {
        let path = program.file("x", "").parent().unwrap().join(directory);
        let files: Vec<_> = std::fs::read_dir(path).unwrap().map(|entry| entry.unwrap().path()).collect();
        assert_eq!(files.len(), 1);
        let text = std::fs::read_to_string(&files[0]).unwrap().replace("\r\n", "\n");
        assert!(!text.chars().any(|c| c != '\n' && is_deceptive(c)), "{text:?}");
        assert!(!text.contains("\nTo: "), "that is no address: {text}");
    }
}
