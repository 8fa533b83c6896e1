//! The examples of the help, the README and `docs/` are run as they stand, against the real database and the sample web.
use std::{collections::BTreeSet, fs};

use crate::support::{Program, SampleWeb, TestDatabase, repository};

/// Examples that cannot be run here, and why.
const NOT_RUN: &[(&str, &str)] = &[
    ("scribe run", "only with --until-empty it ends"),
    ("scribe setup", "asks"),
    ("scribe queue watch", "watches until it is stopped"),
    ("scribe read https://www.example.org", "the internet"),
    ("scribe email show 1f0c2d3e | ", "a pipe"),
];

/// Examples that must fail here, with these words.
const REFUSED: &[(&str, &str)] = &[
    ("scribe user sync", "no table auth.users"),
    ("scribe db revision", "a checkout of scribe's source"),
    ("scribe db reset --yes scribe", "is not called \"scribe\""),
    ("scribe db reset", "nobody is there"),
    ("scribe user delete sam@example.org", "nobody is there"),
    ("scribe email delete 1f0c2d3e", "nobody is there"),
    ("scribe queue cancel 1f0c2d3e", "is finished"),
    ("scribe db upgrade +1", "there is no version"),
];

/// The words of a line as a shell parts them: quotes, and what follows a # or < is no argument.
fn words(line: &str) -> Vec<String> {
    let (mut words, mut word, mut quote) = (Vec::new(), String::new(), None);
    for c in line.chars() {
        match (c, quote) {
            (c, Some(q)) if c == q => quote = None,
            (c, Some(_)) => word.push(c),
            ('\'' | '"', None) => quote = Some(c),
            ('#' | '<' | '>', None) if word.is_empty() => break,
            (' ', None) => {
                if !word.is_empty() {
                    words.push(std::mem::take(&mut word));
                }
            }
            (c, None) => word.push(c),
        }
    }
    words.extend(Some(word).filter(|word| !word.is_empty()));
    words
}

/// The help of a command and of all below it.
fn helps(program: &Program, command: &[&str], all: &mut Vec<String>) {
    let help = program.ok(&[command, &["--help"]].concat());
    let below = help.split_once("Commands:\n").map(|(_, rest)| rest.split_once("\n\n").unwrap().0);
    for line in below.unwrap_or_default().lines() {
        // A description may go on in a line of its own, further in.
        let is_name = line.starts_with("  ") && !line.starts_with("   ");
        let name = line.split_whitespace().next().filter(|name| is_name && *name != "help");
        if let Some(name) = name {
            helps(program, &[command, &[name]].concat(), all);
        }
    }
    all.push(help);
}

/// Every example once.
fn examples() -> BTreeSet<String> {
    let mut all = Vec::new();
    helps(&Program::new(), &[], &mut all);
    let help = all.join("\n");
    let of_help = help.lines().filter_map(|line| line.trim().strip_prefix("Example: "));
    let pages = fs::read_dir(repository("docs")).unwrap().map(|entry| entry.unwrap().path());
    let pages = pages.filter(|path| path.extension().is_some_and(|end| end == "md"));
    let pages = pages.chain([repository("README.md")]).map(|path| fs::read_to_string(path).unwrap());
    let pages = pages.collect::<String>();
    let blocks = pages.split("```sh\n").skip(1).map(|block| block.split_once("```").unwrap().0);
    let of_pages = blocks.flat_map(str::lines).map(|line| line.trim_start_matches("sudo "));
    let of_pages = of_pages.filter(|line| line.starts_with("scribe "));
    of_help.chain(of_pages).map(|line| line.trim().to_owned()).collect()
}

/// A place where every example finds what it speaks of.
fn scene(web: &SampleWeb) -> (TestDatabase, Program) {
    let database = TestDatabase::migrated();
    let program = Program::new().database(&database).web(web);
    program.ok(&["user", "add", "sam@example.org", "--name", "Sam Student"]);
    fs::create_dir(program.state_directory()).unwrap();
    for (name, file) in
        [("mail.txt", "examples/templates/research.txt"), ("recipients.csv", "examples/recipients.csv")]
    {
        program.file(name, fs::read(repository(file)).unwrap());
    }
    database.query(
        "WITH written AS (
             INSERT INTO emails (id, user_id, recipient_name, recipient_interest, email_message)
             SELECT '1f0c2d3e-0000-4000-8000-000000000000', id, 'Ada Marlowe', 'tides', 'Dear Ada' FROM users RETURNING *
         )
         INSERT INTO queue_items (id, user_id, recipient_name, recipient_interest, email_template_text, status, email_id)
         SELECT id, user_id, recipient_name, recipient_interest, 'Dear {{name}}', 'COMPLETED', id FROM written",
        &[],
    );
    (database, program)
}

#[test]
fn every_documented_command_does_what_it_is_documented_for() {
    let web = SampleWeb::start(&[]);
    let (mut run, mut wrong) = (0, Vec::new());
    for example in examples() {
        let line = words(&example).join(" ");
        if NOT_RUN.iter().any(|(begin, _)| line.starts_with(begin) && !line.contains("--until-empty")) {
            continue;
        }
        let (_database, program) = scene(&web);
        let words = words(&example);
        let arguments: Vec<&str> = words[1..].iter().map(String::as_str).collect();
        let input = fs::read(repository("examples/recipients.csv")).unwrap();
        let seen = program.run_with_input(&arguments, &input);
        let refusal = REFUSED
            .iter()
            .find(|(refused, _)| line == *refused || line.starts_with(&format!("{refused} -m")));
        let is_right = match refusal {
            Some((_, words)) => seen.code == 1 && seen.stderr.contains(words),
            None => seen.code == 0,
        };
        run += 1;
        if !is_right {
            wrong.push(format!("{example}\n{}: {}{}", seen.code, seen.stdout, seen.stderr));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    assert!(run > 40, "only {run} examples were found");
}
