//! What answers is no honest PostgreSQL: rows of any shape, and requests for the password.
use std::time::Duration;

use scribe::{
    config::{DatabaseSettings, Secret, TlsMode},
    database::{
        Backlog, Cause, Database, DatabaseError, Filter, Phase,
        emails::{self, Wanted},
        hints, inspect,
        migrate::{self, DowngradeTarget, UpgradeTarget},
        queue_items::{self, Again, NewItem},
        users,
    },
    queue::RunId,
};
use uuid::Uuid;

use crate::support::{
    Certified, Flaw, Program, TempDir, TestDatabase, TlsServer,
    fake_server::{self, Client, authentication, description, done, fake_server, message, row},
};

const PASSWORD: &str = "correct horse battery";

fn settings(port: u16, tls: TlsMode) -> DatabaseSettings {
    DatabaseSettings {
        host: "localhost".into(),
        port,
        name: "any".into(),
        user: "any".into(),
        password: Secret::new(PASSWORD),
        tls,
        root_certificates: None,
        connect_timeout: Duration::from_secs(20),
        statement_timeout: Duration::from_secs(5),
    }
}

/// Lets everybody in, and answers every statement with parameters so, and every other one with nothing.
fn answering(answer: Vec<u8>) -> Database {
    let port = fake_server(move |mut client: Client| {
        client.let_in();
        while let Some(kind) = client.next() {
            match kind {
                b'Q' => client.say(&done()),
                b'S' => {
                    client.say(&[message(b'1', b""), message(b'2', b""), answer.clone(), done()].concat());
                }
                _ => (),
            }
        }
    });
    Database::new(&settings(port, TlsMode::Disable)).unwrap()
}

/// Whatever reads rows, with its name, and what came of it.
fn everything_that_reads(database: &Database) -> Vec<(&'static str, Option<DatabaseError>)> {
    let migrated = |result: Result<(), migrate::MigrateError>| match result {
        Err(migrate::MigrateError::Database(error) | migrate::MigrateError::Unknown(error)) => Some(error),
        Err(other) => panic!("{other:?}"),
        Ok(()) => None,
    };
    let item = NewItem { name: "Ada".into(), interest: "tides".into(), ..NewItem::default() };
    vec![
        ("user list", users::list(database).err()),
        ("user find", users::find(database, "a@example.org").err()),
        ("user add", users::add(database, Uuid::new_v4(), "a@example.org", None).err()),
        ("user sync", users::sync(database).err()),
        ("email list", emails::list(database, Wanted::default()).err()),
        ("email find", emails::find(database, "a").err()),
        ("queue list", queue_items::list(database, Filter::default(), false).err()),
        (
            "enqueue",
            queue_items::enqueue(database, Uuid::new_v4(), "Dear", &[item], Again::Queue, &mut |_| ()).err(),
        ),
        ("claim", queue_items::claim(database, RunId::fresh()).err()),
        ("backlog", Backlog::look(database).err()),
        ("unfinished", queue_items::unfinished(database).err()),
        ("take back", queue_items::take_back(database, RunId::fresh(), true).err()),
        ("server", inspect::server(database).err()),
        ("access", inspect::access(database).err()),
        ("rows", inspect::rows(database).err()),
        ("pooling", inspect::pooling(database).err()),
        ("current", migrate::current(database).err()),
        ("history", migrate::history(database).err()),
        ("drift", migrate::drift(database).err()),
        ("upgrade", migrated(migrate::upgrade(database, UpgradeTarget::Head).map(|_| ()))),
        ("downgrade", migrated(migrate::downgrade(database, DowngradeTarget::Steps(1)).map(|_| ()))),
        ("stamp", migrated(migrate::stamp(database, 1).map(|_| ()))),
    ]
}

/// What reads nothing, or may find nothing, and so can end well.
const CONTENT: &[&str] =
    &["enqueue", "take back", "user list", "user find", "email list", "email find", "queue list", "access"];

#[test]
fn rows_of_another_shape_are_errors_that_say_so() {
    let (boolean, text) = (16, 25);
    let answers = [
        ("no row", [description(&[text, text])].concat()),
        ("nothing but nulls", [description(&[text; 8]), row(&[None; 8])].concat()),
        ("truth values", [description(&[boolean; 8]), row(&[Some(&b"\x01"[..]); 8])].concat()),
        ("one column", [description(&[text]), row(&[Some(b"x")])].concat()),
        ("fewer values than columns", [description(&[text, text]), row(&[])].concat()),
        ("no columns", [description(&[]), row(&[])].concat()),
    ];
    for (what, answer) in answers {
        for (unit, error) in everything_that_reads(&answering(answer)) {
            match error {
                None => assert!(
                    CONTENT.contains(&unit) || what == "truth values",
                    "{unit} is content with {what}"
                ),
                Some(error) => {
                    let code = hints::condition(&error).code;
                    let is_told = matches!(error.cause, Cause::Unexpected(_));
                    assert!(is_told && error.phase == Phase::Working, "{unit}, {what}: {error} ({code})");
                }
            }
        }
    }
}

#[test]
fn columns_that_became_enumerations_are_read_all_the_same() {
    let database = TestDatabase::migrated();
    let user = database.user();
    database.queue(user, "Dear {{name}}", &[("Ada Marlowe", "tides")]);
    database
        .admin()
        .batch_execute(
            "CREATE TYPE kind AS ENUM ('GENERAL');
             ALTER TABLE emails ALTER template_type TYPE kind USING template_type::kind;
             CREATE TYPE step AS ENUM ('web_scraper');
             ALTER TABLE queue_items ALTER current_step TYPE step USING current_step::step;
             INSERT INTO emails (user_id, recipient_name, recipient_interest, email_message, template_type)
             SELECT id, 'Ada Marlowe', 'tides', 'Dear Ada', 'GENERAL' FROM users",
        )
        .unwrap();
    let open = database.open();
    assert_eq!(emails::list(&open, Wanted::default()).unwrap()[0].template_type.as_deref(), Some("GENERAL"));
    assert_eq!(queue_items::list(&open, Filter::default(), false).unwrap().len(), 1);
    assert!(
        !database.log().iter().any(|line| line.contains("pg_catalog.pg_type")),
        "the driver asked for a type"
    );
}

#[test]
fn a_column_of_another_type_is_told_with_what_to_do() {
    let database = TestDatabase::migrated();
    let user = database.user();
    database.query("ALTER TABLE emails ALTER is_confident DROP DEFAULT, ALTER is_confident TYPE text", &[]);
    let insert =
        "INSERT INTO emails (user_id, recipient_name, recipient_interest, email_message, is_confident)
                  VALUES ($1, 'Ada', 'tides', 'Dear Ada', 'perhaps')";
    database.query(insert, &[&user]);
    let run = Program::new().database(&database).run(&["email", "list"]);
    assert_eq!(run.code, 1);
    assert!(
        run.stderr.contains("another form") && run.stderr.contains("db check --schema"),
        "{}",
        run.stderr
    );
}

#[test]
fn lists_may_be_longer_than_anything_that_the_daemon_reads() {
    let database = TestDatabase::migrated();
    let user = database.user();
    database.query(
        "INSERT INTO emails (user_id, recipient_name, recipient_interest, email_message)
         SELECT $1, 'Ada', 'tides', repeat('x', 1000000) FROM generate_series(1, 5)",
        &[&user],
    );
    let error = emails::list(&database.open(), Wanted::default()).unwrap_err();
    assert!(matches!(error.cause, Cause::TooMuch(_)), "{error}");
    assert_eq!(Program::new().database(&database).ok(&["email", "list"]).lines().count(), 6);
}

/// A login as the server shapes it: what it asks, and what it says to the answer.
fn log_in(tls: TlsMode, asked: Vec<u8>, said: Vec<u8>) -> (DatabaseError, String) {
    let authority = Certified::authority();
    let directory = TempDir::new();
    let server = TlsServer::saying(&Certified::server(Some(&authority), Flaw::None), vec![asked, said]);
    let mut settings = settings(server.port, tls);
    settings.root_certificates = Some(directory.file("ca.pem", authority.pem()));
    let error = Database::new(&settings).unwrap().batch("poll", "SELECT 1").map(|_| ()).unwrap_err();
    (error, String::from_utf8_lossy(&server.seen().inside).into_owned())
}

#[test]
fn the_password_is_sent_only_to_a_server_that_has_proved_who_it_is() {
    let refused = fake_server::error("28P01", &format!("you said \u{7}{PASSWORD}, {PASSWORD}!"));
    for asked in [authentication(3, b""), authentication(5, b"salt")] {
        let (error, seen) = log_in(TlsMode::Require, asked.clone(), refused.clone());
        assert!(matches!(error.cause, Cause::Improper(_)), "{error}");
        assert_eq!(
            (error.phase, hints::condition(&error).code),
            (Phase::LoggingIn, "database-password-asked")
        );
        assert!(!seen.contains("horse") && !seen.contains("md5"), "{seen:?}");
        for tls in [TlsMode::VerifyCa, TlsMode::VerifyFull] {
            let (error, seen) = log_in(tls, asked.clone(), refused.clone());
            assert!(seen.contains(PASSWORD) || seen.contains("md5"), "{seen:?}");
            assert_eq!(hints::condition(&error).code, "database-login-refused");
            let text = format!("{error} {error:?}");
            assert!(text.contains("you said") && !text.contains("horse"), "{text}");
        }
    }
}

#[test]
fn a_server_cannot_keep_scribe_busy_with_rounds_of_a_hash() {
    let port = fake_server(|mut client: Client| {
        client.start_up();
        client.say(&authentication(10, b"SCRAM-SHA-256\0\0"));
        // The client's nonce is not known here, but the rounds are looked at before.
        client.next();
        client.say(&authentication(11, b"r=x,s=c2FsdA==,i=4294967295"));
        client.next();
    });
    let error =
        Database::new(&settings(port, TlsMode::Disable)).unwrap().batch("poll", "SELECT 1").map(|_| ());
    assert!(matches!(error.unwrap_err().cause, Cause::Improper(_)));
}
