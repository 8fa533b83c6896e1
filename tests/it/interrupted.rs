//! Ctrl-C in the middle of a command that changes the database.
use crate::support::{Program, TestDatabase, eventually};

#[test]
fn an_import_that_is_interrupted_queues_nobody_and_leaves_nothing_at_work() {
    let database = TestDatabase::migrated();
    let user = database.user();
    let program = Program::new().database(&database);
    program.file("people.csv", "name,interest\nAda Marlowe,tides\nZhou Minglan,batteries\n");
    program.file("mail.txt", "Dear {{name}}, hello. [Your Name]");
    let mut held = database.admin();
    held.batch_execute("BEGIN; LOCK TABLE queue_items IN SHARE MODE").unwrap();
    let email = format!("{}@example.org", user.simple());
    let arguments = ["queue", "import", "people.csv", "--user", &email, "--template", "mail.txt"];
    let mut terminal = program.at_a_terminal(&arguments);
    let at_work = "SELECT count(*) FROM pg_stat_activity
                   WHERE datname = current_database() AND query LIKE '%INSERT INTO queue_items%' AND pid <> pg_backend_pid()
                     AND state <> 'idle'";
    eventually("the import waits", || database.number(at_work) == 1);
    terminal.press("\x03");
    assert_eq!(terminal.code(), 130);
    // The server notices at the end of the statement, which waits four seconds at most.
    eventually("nobody is at work", || database.number(at_work) == 0);
    held.batch_execute("ROLLBACK").unwrap();
    assert_eq!(database.number("SELECT count(*) FROM queue_items"), 0);
    assert!(program.ok(&arguments).contains("Queued 2"));
}
