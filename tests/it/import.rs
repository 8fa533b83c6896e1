//! `scribe queue import`: what spreadsheets write becomes the queue, whole and in its order, and nobody twice unawares.
use std::{fmt::Write as _, thread};

use scribe::text::is_deceptive;
use serde_json::Value;

use crate::support::{Program, Run, SampleWeb, TestDatabase};

const TEMPLATE: &str = "Dear {{name}}, I follow your {{interest}}. [Your Name]";

/// A program with a user and a template.
fn scene() -> (TestDatabase, Program) {
    let database = TestDatabase::migrated();
    let program = Program::new().database(&database);
    program.ok(&["user", "add", "sam@example.org", "--name", "Sam Student"]);
    program.file("mail.txt", TEMPLATE);
    (database, program)
}

fn import(program: &Program, csv: impl AsRef<[u8]>, more: &[&str]) -> Run {
    program.file("people.csv", csv);
    let words = ["queue", "import", "people.csv", "--user", "sam@example.org", "--template", "mail.txt"];
    program.run(&[&words, more].concat())
}

fn imported(program: &Program, csv: impl AsRef<[u8]>, more: &[&str]) -> String {
    let run = import(program, csv, more);
    assert_eq!(run.code, 0, "{}{}", run.stdout, run.stderr);
    run.stdout
}

/// Name, interest and address of every item in claim order.
fn queued(database: &TestDatabase) -> Vec<(String, String, Option<String>)> {
    let sql = "SELECT recipient_name, recipient_interest, recipient_email FROM queue_items ORDER BY created_at, seq";
    database.query(sql, &[]).iter().map(|row| (row.get(0), row.get(1), row.get(2))).collect()
}

#[test]
fn a_table_is_queued_whole_and_in_its_order_whatever_wrote_it() {
    let text = "Professor;Research Interests;E-mail\r\n\"Zoë Ångström\";\"tides; waves\";zoe@example.org\r\n\
                José Quintarrelo;soil carbon;\r\n;;\r\n";
    let western: Vec<u8> = text.chars().map(|c| u8::try_from(u32::from(c)).unwrap()).collect();
    let utf_16: Vec<u8> = text.encode_utf16().flat_map(u16::to_le_bytes).collect();
    for (bytes, is_told) in [
        (text.as_bytes().to_vec(), false),
        ([b"\xef\xbb\xbf", text.as_bytes()].concat(), false),
        ([b"\xff\xfe", &utf_16[..]].concat(), false),
        (western, true),
        (text.replace("tides; waves", "tides, waves").replace(';', "\t").into_bytes(), false),
    ] {
        let (database, program) = scene();
        let run = import(&program, bytes, &[]);
        assert_eq!(run.code, 0, "{}", run.stderr);
        assert!(run.stdout.contains("name from “Professor”") && run.stdout.contains("Queued 2 recipient(s)"));
        assert_eq!(run.stderr.contains("read as windows-1252: line 2 says “Zoë”"), is_told, "{}", run.stderr);
        let items = queued(&database);
        assert_eq!((items[0].0.as_str(), items[0].2.as_deref()), ("Zoë Ångström", Some("zoe@example.org")));
        assert_eq!(items[1], ("José Quintarrelo".into(), "soil carbon".into(), None));
    }
}

#[test]
fn standard_input_is_read_too() {
    let (database, program) = scene();
    let words = ["queue", "import", "-", "--user", "sam@example.org", "--template", "mail.txt"];
    let run = program.run_with_input(&words, b"name,interest\nAda Marlowe,tides\n");
    assert_eq!((run.code, queued(&database).len()), (0, 1), "{}", run.stderr);
    let run = program.run_with_input(&words, b"who,what\n");
    assert!(run.code == 1 && run.stderr.contains("standard input"), "{}", run.stderr);
}

#[test]
fn every_row_that_is_wrong_is_named_and_nothing_is_queued() {
    let (database, program) = scene();
    let csv = "name,interest,email\nAda Marlowe,tides,ada@example.org\n,kites,\nBo Lind,,\nCy Young,x,cy at home\n\
               Di Ray,x\n\"Ed\u{200b} Roe\",y,\n";
    let run = import(&program, csv, &[]);
    assert_eq!((run.code, run.stdout.contains("Queued")), (1, false), "{}", run.stderr);
    for wrong in [
        "line 3: the recipient's name is empty",
        "line 4: the recipient's interest is empty",
        "line 5: \"cy at home\" is no e-mail address",
        "line 6: it has 2 fields, and the first line 3",
        "line 7: the recipient's name holds a character that does not show",
    ] {
        assert!(run.stderr.contains(wrong), "{wrong:?} is not in: {}", run.stderr);
    }
    assert_eq!(run.stderr.matches("why: ").count(), 5, "and no other: {}", run.stderr);
    let many = format!("name,interest\n{}", ",x\n".repeat(500));
    let run = import(&program, many, &[]);
    assert!(run.stderr.contains("and 480 more") && run.stderr.lines().count() < 30, "{}", run.stderr);
    assert_eq!(queued(&database), []);
}

#[test]
fn whoever_waits_or_was_written_to_is_left_out_and_told_unless_it_is_meant() {
    let (database, program) = scene();
    let csv = "name,interest,email\nAda Marlowe,tides,ada@example.org\nBo Lind,kites,\nADA  marlowe,tides,\n\
               Wei Zhang,x,wei@a.example\nWei Zhang,y,wei@b.example\n";
    let said = imported(&program, csv, &[]);
    assert!(said.contains("Left out: line 4, ADA marlowe stands in line 2 already"), "{said}");
    assert!(said.contains("Queued 4 recipient(s)"), "namesakes with other addresses are others: {said}");
    let set = |name: &str, status: &str| {
        let sql = format!("UPDATE queue_items SET status = '{status}' WHERE recipient_name = '{name}'");
        database.query(&sql, &[]);
    };
    set("Ada Marlowe", "COMPLETED");
    set("Wei Zhang", "FAILED");
    let before = queued(&database);
    let second = "name,interest,email\nA. Marlowe,tides,ADA@example.org\nbo lind,other words,bo@example.org\n\
                  Wei Zhang,x,wei@a.example\n";
    let dry = imported(&program, second, &["--dry-run"]);
    assert_eq!(queued(&database), before);
    let said = imported(&program, second, &[]);
    for said in [&dry, &said] {
        assert!(said.contains("Left out: line 2, A. Marlowe was written to already (20"), "{said}");
        assert!(said.contains("Left out: line 3, bo lind waits in the queue already"), "{said}");
        assert!(said.contains("2 left out; `--again`"), "{said}");
    }
    assert!(said.contains("Queued 1 recipient(s)"), "who failed was not written to: {said}");
    let again = imported(&program, second, &["--again"]);
    assert!(again.contains("Once more: line 2") && again.contains("Queued 3 recipient(s)"), "{again}");
    let json: Value = serde_json::from_str(&imported(&program, second, &["--json"])).unwrap();
    assert_eq!((&json["queued"], json["left_out"].as_array().unwrap().len()), (&0.into(), 3));
    assert_eq!(json["left_out"][0]["line"], 2);
    let words = ["queue", "add", "--user", "sam@example.org", "--name", "Ada Marlowe", "--interest", "tides"];
    let run = program.run(&[&words[..], &["--template", "mail.txt"]].concat());
    assert!(
        run.stdout.contains("Queued 1") && run.stderr.contains("Ada Marlowe was written to already"),
        "{}",
        run.stderr
    );
}

#[test]
fn a_name_is_the_same_whichever_way_its_accents_are_written() {
    let (database, program) = scene();
    let (whole, apart) = ("name,interest\nZo\u{eb} Lind,tides\n", "name,interest\nZoe\u{308} Lind,tides\n");
    imported(&program, whole, &[]);
    assert!(imported(&program, apart, &[]).contains("Queued 0 recipient(s)"));
    let words =
        ["queue", "add", "--user", "sam@example.org", "--template", "mail.txt", "--interest", "tides"];
    let run = program.run(&[&words[..], &["--name", "Zoe\u{308} Lind"]].concat());
    assert!(run.stderr.contains("waits in the queue already"), "{}", run.stderr);
    assert_eq!(queued(&database)[1].0, "Zo\u{eb} Lind");
}

#[test]
fn of_two_imports_of_one_file_at_once_one_queues_everybody() {
    let (database, program) = scene();
    let mut csv = "name,interest\n".to_owned();
    (0..300).for_each(|n| writeln!(csv, "Person N{n},tides").unwrap());
    program.file("people.csv", &csv);
    let words = ["queue", "import", "people.csv", "--user", "sam@example.org", "--template", "mail.txt"];
    thread::scope(|scope| {
        for _ in 0..3 {
            scope.spawn(|| program.ok(&words));
        }
    });
    assert_eq!(queued(&database).len(), 300);
}

#[test]
fn a_dry_run_shows_the_first_three_as_they_will_be_queued_and_queues_nothing() {
    let (database, program) = scene();
    program.file("mail.txt", "Dear {{name}}, about {{course|your course}}.");
    let csv = "name,interest,mail,Course,Phone\nAda Marlowe,tides,ada@example.org,\u{1b}Fluids,1\n";
    assert!(import(&program, csv, &["--dry-run"]).stderr.contains("“Course” holds a control character"));
    let csv = "name,interest,mail,Course,Phone\nAda Marlowe,tides,ada@example.org,Fluids,1\nBo Lind,kites,,,\n\
               Cy Young,x,,\"{{name}} \u{202e}\",\nDi Ray,y,,,\n";
    let said = imported(&program, csv, &["--dry-run"]);
    let expected = "Columns: name from “name”, interest from “interest”, e-mail from “mail”, {{course|your course}} \
                    from “Course”; not used: “Phone”\n1. Ada Marlowe <ada@example.org>\n   interest: tides\n   \
                    Course: Fluids\n2. Bo Lind\n   interest: kites\n   Course: \n3. Cy Young\n   interest: x\n   \
                    Course: {{name}} \\u{202e}\n4 recipient(s) are fine; nothing was queued\n";
    assert_eq!(said, expected);
    let json = imported(&program, csv, &["--dry-run", "--json"]);
    assert!(!json.chars().any(|c| c != '\n' && is_deceptive(c)), "{json:?}");
    let json: Value = serde_json::from_str(&json).unwrap();
    assert_eq!((&json["queued"], &json["dry_run"]), (&4.into(), &true.into()));
    assert_eq!(json["first"][0]["fields"]["Course"], "Fluids");
    assert_eq!(queued(&database), []);
}

#[test]
fn a_column_fills_its_placeholder_as_it_stands_and_the_address_goes_with_the_email() {
    let (database, program) = scene();
    let web = SampleWeb::start(&[]);
    program.file("mail.txt", "Dear {{first_name}}, about {{course}} at {{university}}: {{paper|your work}}.");
    let needed = "name,interest,Course\nAda Marlowe,tides,\n";
    assert!(
        import(&program, needed, &[])
            .stderr
            .contains("line 2: nothing stands under \"Course\" for {{course}}")
    );
    let twice = "name,interest,Course,course,University\nAda Marlowe,tides,a,b,c\n";
    assert!(
        import(&program, twice, &[]).stderr.contains("asks for the column \"Course\", and there are two")
    );
    let csv = "First name,Last name,Topic,E-mail,Course,University\n\
               Ada,Marlowe,tidal energy,ada@example.org,\"{{paper}} <b>II</b>\",Miskatonic\n";
    imported(&program, csv, &[]);
    program.clone().web(&web).ok(&["run", "--until-empty"]);
    let row = &database.query("SELECT email_message, recipient_email, metadata::text FROM emails", &[])[0];
    let (message, email): (String, String) = (row.get(0), row.get(1));
    assert!(message.starts_with("Dear Ada, about {{paper}} <b>II</b> at Miskatonic: "), "{message}");
    assert_eq!(email, "ada@example.org");
    let metadata: Value = serde_json::from_str(row.get(2)).unwrap();
    let from: Vec<&str> =
        metadata["sources"].as_array().unwrap().iter().map(|s| s["from"].as_str().unwrap()).collect();
    assert_eq!(from[..3], ["file", "file", "file"], "{metadata}");
    let id: String = database.query("SELECT id::text FROM emails", &[])[0].get(0);
    assert!(program.ok(&["email", "show", &id]).contains("{{university}} = Miskatonic (from your file)"));
}

#[test]
fn ten_thousand_rows_are_queued_in_their_order_in_few_round_trips_and_little_memory() {
    let (database, program) = scene();
    let mut csv = "name,interest,email\n".to_owned();
    (0..10_000).for_each(|n| writeln!(csv, "Person N{n},tidal energy {n},p{n}@example.org").unwrap());
    database.log_parses();
    // 64 MB of data, the stacks of threads and the driver's copies of everything included.
    let frugal = program.clone().behind(vec!["prlimit".into(), "--data=64000000".into()]);
    assert!(imported(&frugal, &csv, &[]).contains("Queued 10000 recipient(s)"));
    let items = queued(&database);
    assert!((0..10_000).all(|n| items[n].1 == format!("tidal energy {n}")), "in another order");
    let inserts = database
        .log()
        .iter()
        .filter(|line| line.contains(" parse <unnamed>: ") && line.contains("INSERT INTO queue_items"))
        .count();
    assert!(inserts <= 10, "{inserts}");
    assert!(imported(&frugal, &csv, &[]).contains("Queued 0 recipient(s)"));
}

#[test]
fn a_bar_is_drawn_on_a_terminal_only_and_is_gone_at_the_end() {
    let (_database, program) = scene();
    let mut csv = "name,interest\n".to_owned();
    (0..2_500).for_each(|n| writeln!(csv, "Person N{n},tides").unwrap());
    program.file("people.csv", &csv);
    let words = ["queue", "import", "people.csv", "--user", "sam@example.org", "--template", "mail.txt"];
    let screen = program.run_at_a_terminal(&words, "");
    assert!(
        screen.stdout.contains("\r[####") && screen.stdout.contains("] 2000 of 2500"),
        "{}",
        screen.stdout
    );
    assert!(screen.stdout.trim_end().ends_with(" \rQueued 2500 recipient(s)"), "{:?}", screen.stdout);
    let run = import(&program, &csv, &["--again"]);
    assert!(run.code == 0 && run.stderr.is_empty(), "{}", run.stderr);
}
