//! Backup and restore with PostgreSQL's own programs, by the README's commands.
use std::{env, fs, process::Command};

use scribe::{
    database::queue_items::{self, Settled},
    pipeline::{Draft, Metadata, Step, TemplateType},
    queue::RunId,
};

use crate::support::{Program, SampleWeb, TempDir, TestDatabase, pair, repository, session_state};

/// Text as people and pages have it, which a dump must carry over as it is.
const ODD: &str = "Dear {{name}},\n\t\"O'Brien\" \\N \\. \\x00\r\n\\.\n{{detail|é 漢字 😀}} [Your Name]";

/// The README's command that begins with a program's name, word for word.
fn documented(program: &str) -> String {
    let readme = fs::read_to_string(repository("README.md")).unwrap();
    let mut commands = readme.lines().filter(|line| line.starts_with(&format!("{program} --")));
    let command = commands.next().unwrap_or_else(|| panic!("no {program} in the README")).to_string();
    assert_eq!(commands.next(), None, "one way to do it");
    command
}

/// Where Debian has the programs that are of the server's own version, see scripts/pair.
fn path() -> String {
    let versions =
        fs::read_dir("/usr/lib/postgresql").unwrap().map(|entry| entry.unwrap().path().join("bin"));
    let version =
        |path: &std::path::PathBuf| -> Option<u32> { path.parent()?.file_name()?.to_str()?.parse().ok() };
    let newest = versions.filter(|path| path.is_dir()).max_by_key(version).unwrap();
    format!("{}:{}", newest.display(), env::var("PATH").unwrap())
}

/// Runs a command in a directory, with PostgreSQL's variables for a database at the port of this fact.
fn shell(command: &str, directory: &TempDir, database: &TestDatabase, port: &str) -> String {
    let pair = pair();
    let output = Command::new("bash")
        .args(["-ec", command])
        .current_dir(directory.path())
        .env_clear()
        .env("PATH", path())
        .envs([("PGHOST", "localhost"), ("PGPORT", pair.fact(port)), ("PGDATABASE", &database.name)])
        .envs([("PGUSER", pair.fact("USER")), ("PGPASSWORD", pair.fact("PASSWORD"))])
        .envs([("PGSSLMODE", "verify-full"), ("PGSSLROOTCERT", pair.fact("CA"))])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.success() && said.is_empty(), "{command}: {said}");
    String::from_utf8(output.stdout).unwrap()
}

/// A database with rows of all kinds: two finished, one failed, one in the hands of a scribe that is gone, two waiting.
fn with_rows_of_all_kinds(web: &SampleWeb) -> TestDatabase {
    let database = TestDatabase::migrated();
    let user = database.user();
    database.user();
    let queue = |template, name| database.queue(user, template, &[(name, "tidal energy")]);
    queue("Dear {{name}}, {{paper|hello}} [Your Name]", "Ada Marlowe");
    queue(ODD, "Zhou Minglan");
    queue("{{paper}}", "Nobody Atall");
    Program::new().database(&database).web(web).ok(&["run", "--until-empty"]);
    queue(ODD, "Ben Taken");
    database.query(
        "UPDATE queue_items SET status = 'PROCESSING', celery_task_id = 'scribe:gone:gone', attempts = 1,
                current_step = 'arxiv_helper', started_at = now(), lease_expires_at = now()
         WHERE status = 'PENDING'",
        &[],
    );
    queue(ODD, "Cy Waiting");
    queue("Dear {{name}}, {{institution|hello}}", "Di Waiting");
    database
}

/// The statuses in claim order.
fn statuses(database: &TestDatabase) -> Vec<String> {
    database.items().into_iter().map(|item| item.0).collect()
}

/// Every row of every table but the history, and where the sequences stand.
fn content(database: &TestDatabase) -> Vec<String> {
    let one_column =
        |sql: &str| -> Vec<String> { database.query(sql, &[]).iter().map(|row| row.get(0)).collect() };
    let tables = one_column(
        "SELECT oid::regclass::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
         AND relname <> 'refinery_schema_history' ORDER BY 1",
    );
    let rows =
        tables.iter().flat_map(|t| one_column(&format!("SELECT to_jsonb({t})::text FROM {t} ORDER BY 1")));
    let sequences = one_column("SELECT sequencename || ' ' || last_value FROM pg_sequences ORDER BY 1");
    rows.chain(sequences).collect()
}

#[test]
fn a_backup_is_restored_whole_and_scribe_goes_on_where_it_was() {
    let (web, directory) = (SampleWeb::start(&[]), TempDir::new());
    let source = with_rows_of_all_kinds(&web);
    let before = ["COMPLETED", "COMPLETED", "FAILED", "PROCESSING", "PENDING", "PENDING"];
    assert_eq!(statuses(&source), before);
    shell(&documented("pg_dump"), &directory, &source, "DIRECT_PORT");
    let parts = shell("pg_restore --list scribe.dump", &directory, &source, "DIRECT_PORT");
    let tables = parts.matches(" TABLE DATA public ").count();
    assert_eq!(i64::try_from(tables), Ok(source.tables()), "every table but the history is in it:\n{parts}");

    let target = TestDatabase::empty();
    let program = Program::new().database(&target).web(&web);
    program.ok(&["db", "upgrade", &source.version().to_string()]);
    shell(&documented("pg_restore"), &directory, &target, "DIRECT_PORT");
    program.ok(&["db", "upgrade"]);
    assert_eq!(content(&target), content(&source));
    assert_eq!(target.catalog(), source.catalog());
    let current = |database| Program::new().database(database).ok(&["db", "current"]);
    assert_eq!(current(&target), current(&source));

    program.ok(&["run", "--until-empty"]);
    assert_eq!(
        statuses(&target),
        ["COMPLETED", "COMPLETED", "FAILED", "COMPLETED", "COMPLETED", "COMPLETED"]
    );
    target.assert_one_email_per_finished_item(5);
    let order =
        target.query("SELECT recipient_name FROM queue_items ORDER BY completed_at DESC LIMIT 3", &[]);
    let order: Vec<String> = order.iter().map(|row| row.get(0)).collect();
    assert_eq!(order, ["Di Waiting", "Cy Waiting", "Ben Taken"], "first in, first out");
    assert_eq!(statuses(&source), before, "the source is as it was");
}

#[test]
fn a_restore_that_fails_in_its_middle_leaves_nothing() {
    let (web, directory) = (SampleWeb::start(&[]), TempDir::new());
    let source = with_rows_of_all_kinds(&web);
    shell(&documented("pg_dump"), &directory, &source, "DIRECT_PORT");
    let target = TestDatabase::migrated();
    // Comes last, since it refers to the others.
    target.query("ALTER TABLE queue_items ADD CHECK (recipient_name <> 'Di Waiting')", &[]);
    let failing =
        format!("! {} 2>said && grep -q 'violates check constraint' said", documented("pg_restore"));
    shell(&failing, &directory, &target, "DIRECT_PORT");
    assert_eq!(target.number("SELECT (SELECT count(*) FROM users) + (SELECT count(*) FROM emails)"), 0);
}

#[test]
fn what_a_dump_and_a_restore_through_the_pooler_leave_behind_does_not_matter_to_scribe() {
    let (web, directory) = (SampleWeb::start(&[]), TempDir::new());
    let (source, target) = (with_rows_of_all_kinds(&web), TestDatabase::migrated());
    shell(&documented("pg_dump"), &directory, &source, "PORT");
    shell(&documented("pg_restore"), &directory, &target, "PORT");
    let left = session_state(&mut target.pooled());
    assert!(left.contains("search_path = ") && left.contains("row_security = off"), "{left}");
    target
        .pooled()
        .simple_query("SELECT count(*) FROM queue_items")
        .expect_err("the reason why 6543 is wrong");

    let open = target.open();
    let item = queue_items::claim(&open, RunId::fresh()).unwrap().item.unwrap();
    assert!(queue_items::note_step(&open, &item.claim, Step::WebScraper).unwrap());
    let draft = Draft {
        message: "Dear Ben".into(),
        template_type: TemplateType::General,
        is_confident: true,
        metadata: Metadata::default(),
    };
    assert_eq!(queue_items::settle(&open, &item.claim, &draft.into()), Ok(Settled::Stored));
    for database in [&source, &target] {
        Program::new().database(database).web(&web).ok(&["run", "--until-empty"]);
        database.assert_one_email_per_finished_item(5);
    }
}
