//! Servers that never stop sending end a unit of work soon and fill no memory. A process of its own, because it measures
//! this process's memory.
#[allow(dead_code, reason = "other tests use the rest")]
#[path = "it/support/fake_server.rs"]
mod fake_server;
mod peak;

use std::time::{Duration, Instant};

use fake_server::{Client, authentication, description, fake_server, message, row};
use peak::{grown_since, peak};
use scribe::{
    config::{DatabaseSettings, Secret, TlsMode},
    database::{Cause, Database, DatabaseError, Phase, hints},
};

/// What a unit may take here: connection, statement, scribe's own margin, and a second for a busy machine.
const DEADLINE: Duration = Duration::from_secs(2 + 2 + 2 + 1);

/// In KiB: what a flood may cost.
const MOST_MEMORY: u64 = 64 << 10;

fn database(port: u16) -> Database {
    Database::new(&DatabaseSettings {
        host: "127.0.0.1".into(),
        port,
        name: "any".into(),
        user: "any".into(),
        password: Secret::new("any password"),
        tls: TlsMode::Disable,
        root_certificates: None,
        connect_timeout: Duration::from_secs(2),
        statement_timeout: Duration::from_secs(2),
    })
    .unwrap()
}

fn before_login(unit: Vec<u8>) -> u16 {
    fake_server(move |mut client: Client| {
        client.start_up();
        client.say(&authentication(0, b""));
        client.flood(&unit);
    })
}

fn in_answer(first: Vec<u8>, unit: Vec<u8>) -> u16 {
    fake_server(move |mut client: Client| {
        client.let_in();
        client.next();
        client.say(&first);
        client.flood(&unit);
    })
}

#[test]
fn a_server_that_floods_ends_the_unit_and_fills_no_memory() {
    let notice = message(b'N', b"SNOTICE\0VNOTICE\0C00000\0Mh\0\0");
    let status = message(b'S', b"parameter\0value\0");
    let notification = message(b'A', b"\0\0\0\x01channel\0payload\0");
    let columns = description(&[25]);
    let small_row = row(&[Some(b"x")]);
    let empty_row = row(&[]);
    // A message that says of itself that it has two gigabytes.
    let huge = [&b"R\x7f\xff\xff\xff"[..], &[b'x'; 1000]].concat();
    let floods = [
        ("notices before the login", before_login(notice.clone()), Phase::LoggingIn),
        ("parameters before the login", before_login(status.clone()), Phase::LoggingIn),
        ("a huge message before the login", before_login(huge.clone()), Phase::LoggingIn),
        ("notices", in_answer(Vec::new(), notice), Phase::Working),
        ("parameters", in_answer(Vec::new(), status), Phase::Working),
        ("notifications", in_answer(Vec::new(), notification), Phase::Working),
        ("rows", in_answer(columns.clone(), small_row), Phase::Working),
        ("rows without columns", in_answer(description(&[]), empty_row), Phase::Working),
        (
            "one endless row",
            in_answer(columns, [&b"D\x7f\xff\xff\xff"[..], &[0; 1000]].concat()),
            Phase::Working,
        ),
        ("copied data", in_answer(message(b'H', b"\0\0\0"), message(b'd', &[b'x'; 500])), Phase::Working),
    ];
    for (what, port, phase) in floods {
        let before = peak();
        let started = Instant::now();
        let error: DatabaseError = database(port).batch("poll", "SELECT 1").map(|_| ()).unwrap_err();
        let (took, cost) = (started.elapsed(), grown_since(before));
        println!("{what}: {error}, after {:.2} s, {cost} KiB more", took.as_secs_f64());
        assert!(took < DEADLINE, "{what}: {took:?}");
        assert_eq!(error.phase, phase, "{what}: {error}");
        match error.cause {
            Cause::TooMuch(_) => assert_eq!(hints::condition(&error).code, "database-too-much"),
            // A machine that reads slowly is at the deadline before; and the driver knows no copying here.
            Cause::Timeout(_) => (),
            other => assert_eq!(what, "copied data", "{other:?}"),
        }
        assert!(cost < MOST_MEMORY, "{what}: {cost} KiB");
    }
}
