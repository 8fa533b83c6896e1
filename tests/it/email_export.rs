//! `scribe email export`: drafts that mail programs open. What they make of them is asked of Python's package `email`.
use std::{
    fs,
    io::{self, Write},
    os::unix::fs::MetadataExt,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;

use crate::support::{Program, Run, SampleWeb, TestDatabase};

const TEMPLATE: &str = "Subject: Your {{interest}} – a question\n\nDear {{name}},\n\nI read {{paper|your work}} – really.\n\n\
                        From far away,\n[Your Name]\n";
const PEOPLE: &str = "name,interest,email\nJosé Quintarrelo Ibarzábal,soil carbon in vineyards,jose@example.org\n\
                      Zhou Minglan,solid-state battery electrolytes,\n\
                      Ada Marlowe,tidal energy,ada@example.org\n";

/// Reads a file as a mail program does, and says what it sees.
const READER: &str = "
import email, email.policy, json, sys
seen = []
for path in sys.argv[1:]:
    with open(path, 'rb') as file:
        message = email.message_from_binary_file(file, policy=email.policy.default)
    seen.append({
        'to': [[a.display_name, a.addr_spec] for a in message['to'].addresses] if message['to'] else [],
        'from': [[a.display_name, a.addr_spec] for a in message['from'].addresses],
        'subject': message['subject'], 'unsent': message['x-unsent'], 'text': message.get_content(),
        'is_dated': message['date'].datetime is not None, 'headers': message.keys(),
        'defects': [str(d) for d in message.defects] + [str(d) for v in message.values() for d in v.defects],
    })
print(json.dumps(seen))
";

fn written() -> (TestDatabase, Program) {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let program = Program::new().database(&database).web(&web);
    program.ok(&["user", "add", "sam@example.org", "--name", "Sam Stüdent, \"the\" one"]);
    program.file("mail.txt", TEMPLATE);
    program.file("people.csv", PEOPLE);
    program.ok(&["queue", "import", "people.csv", "--user", "sam@example.org", "--template", "mail.txt"]);
    program.ok(&["run", "--until-empty"]);
    database.assert_one_email_per_finished_item(3);
    (database, program)
}

fn directory(program: &Program, name: &str) -> PathBuf {
    program.file("x", "").parent().unwrap().join(name)
}

fn files(directory: &Path) -> Vec<PathBuf> {
    let mut files: Vec<_> = fs::read_dir(directory).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    files
}

/// `None` where there is no Python.
fn read_as_mail(files: &[PathBuf]) -> Option<Vec<Value>> {
    let python = match Command::new("python3").args(["-c", READER]).args(files).output() {
        Err(error) if error.kind() == io::ErrorKind::NotFound => {
            // Not by a macro, whose output the test runner would keep for itself.
            io::stderr().write_all(b"skipped: no python3, which reads the drafts\n").unwrap();
            return None;
        }
        python => python.unwrap(),
    };
    assert!(python.status.success(), "{}", String::from_utf8_lossy(&python.stderr));
    Some(serde_json::from_slice(&python.stdout).unwrap())
}

#[test]
fn a_mail_program_sees_who_what_and_every_letter_of_the_text() {
    let (database, program) = written();
    let said = program.ok(&["email", "export", "drafts"]);
    assert!(
        said.contains("Wrote 3 e-mail(s) to drafts\n1 of them without an address, which is not known: "),
        "{said}"
    );
    let files = files(&directory(&program, "drafts"));
    let names: Vec<_> = files.iter().map(|file| file.file_name().unwrap().to_str().unwrap()).collect();
    assert!(names[0].starts_with("ada-marlowe-") && names[2].starts_with("zhou-minglan-"), "{names:?}");
    let Some(seen) = read_as_mail(&files) else { return };
    let message = |name: &str| -> String {
        database.query("SELECT email_message FROM emails WHERE recipient_name = $1", &[&name])[0].get(0)
    };
    for (mail, name, to) in [
        (&seen[0], "Ada Marlowe", vec![["Ada Marlowe", "ada@example.org"]]),
        (&seen[1], "José Quintarrelo Ibarzábal", vec![["José Quintarrelo Ibarzábal", "jose@example.org"]]),
        (&seen[2], "Zhou Minglan", vec![]),
    ] {
        assert_eq!(mail["to"], serde_json::json!(to));
        assert_eq!(mail["from"], serde_json::json!([["Sam Stüdent, \"the\" one", "sam@example.org"]]));
        assert_eq!((&mail["unsent"], &mail["is_dated"]), (&"1".into(), &true.into()));
        assert_eq!(mail["defects"], serde_json::json!([]), "{mail}");
        let message = message(name);
        let (subject, text) = message.split_once("\n\n").unwrap();
        assert_eq!(mail["subject"], subject.strip_prefix("Subject: ").unwrap());
        assert_eq!(mail["text"].as_str().unwrap().trim_end(), text.trim_end());
    }
}

#[test]
fn nothing_that_is_there_is_written_over_and_hidden_emails_stay_out_of_sight() {
    let (database, program) = written();
    let id: String = database
        .query("SELECT left(id::text, 8) FROM emails WHERE recipient_name LIKE 'Ada%'", &[])[0]
        .get(0);
    program.ok(&["email", "hide", &id]);
    program.ok(&["email", "export", "drafts"]);
    let path = directory(&program, "drafts");
    assert_eq!(files(&path).len(), 2, "the hidden one is left out");
    let edited = &files(&path)[0];
    fs::write(edited, "edited").unwrap();
    program.ok(&["email", "hide", &id, "--undo"]);
    let json: Value = serde_json::from_str(&program.ok(&["email", "export", "drafts", "--json"])).unwrap();
    assert_eq!(json["written"], serde_json::json!([format!("ada-marlowe-{id}.eml")]));
    assert_eq!(json["kept"].as_array().unwrap().len(), 2);
    assert_eq!(fs::read_to_string(edited).unwrap(), "edited");
    let said = program.ok(&["email", "export", "drafts"]);
    assert!(
        said.contains("Wrote 0 e-mail(s)") && said.contains("3 were there already and stay as they are"),
        "{said}"
    );
    let said = program.ok(&[
        "email",
        "export",
        "recent",
        "--since",
        "1h",
        "--limit",
        "2",
        "--user",
        "sam@example.org",
    ]);
    assert!(said.contains("Wrote 2 e-mail(s)"), "{said}");
}

#[test]
fn an_export_that_is_killed_leaves_no_half_of_an_email_that_would_pass_for_a_whole_one() {
    let (_database, program) = written();
    // Whoever writes a longer file is killed there.
    let killed = program.clone().behind(["prlimit", "--fsize=300"].map(String::from).into());
    let run = killed.run(&["email", "export", "drafts"]);
    assert_eq!(run.code, -1, "{}{}", run.stdout, run.stderr);
    let said = program.ok(&["email", "export", "drafts"]);
    assert!(said.contains("Wrote 3 e-mail(s)"), "{said}");
    assert_eq!(files(&directory(&program, "drafts")).len(), 3);
}

#[test]
fn markdown_has_the_text_and_its_sources() {
    let (_database, program) = written();
    program.ok(&["email", "export", "notes", "--format", "markdown"]);
    let ada = fs::read_to_string(&files(&directory(&program, "notes"))[0]).unwrap();
    assert!(ada.starts_with("# Ada Marlowe\n") && ada.contains("- To: ada\\@example\\.org"), "{ada}");
    assert!(ada.contains("\n```text\nDear Ada Marlowe,\n\nI read ") && ada.contains("## Sources"), "{ada}");
    assert!(ada.contains("<https://arxiv.org/abs/"), "{ada}");
}

#[test]
fn under_sudo_the_drafts_are_whose_who_called_it() {
    const CALLER: u32 = 65_534;
    let (_database, program) = written();
    let id = CALLER.to_string();
    let called = program.clone().env("SUDO_UID", &id).env("SUDO_GID", &id);
    called.ok(&["email", "export", "new/drafts"]);
    let new = directory(&program, "new");
    let made = [new.clone(), new.join("drafts"), files(&new.join("drafts"))[0].clone()];
    // Only root can, and nobody else needs to.
    let own = fs::metadata("/proc/self").unwrap().uid();
    let owner = if own == 0 { CALLER } else { own };
    for path in made {
        let there = fs::metadata(&path).unwrap();
        assert_eq!((there.uid(), there.mode() & 0o077), (owner, 0), "{}", path.display());
    }
}

#[test]
fn a_place_that_cannot_be_written_to_is_named() {
    let (_database, program) = written();
    program.file("taken", "a file");
    let Run { code, stderr, .. } = program.run(&["email", "export", "taken"]);
    assert!(code == 1 && stderr.contains("cannot export to taken") && stderr.contains("fix: "), "{stderr}");
}
