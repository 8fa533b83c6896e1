//! `scribe doctor` on the way to the database: name, port, certificate, clock. What fails is where it ends.
use std::time::{Duration, UNIX_EPOCH};

use crate::{
    doctor::{BEHIND_LOGIN, doctor, program},
    support::{
        Certified, Flaw, SilentNameServer, TempDir, TestDatabase, TlsServer,
        fake_server::{Client, description, done, fake_server, message, row},
        listen,
        trial::ends_by,
    },
};

#[test]
fn a_name_that_does_not_resolve_is_where_it_ends() {
    let report = doctor(&program(&TestDatabase::empty()).env("DB_HOST", "no-such-host.invalid"));
    report.says("DNS", "failed", &["no-such-host.invalid", "DB_HOST"]);
    report.failed_only("DNS", &[&["TCP", "TLS", "login"], &BEHIND_LOGIN[..]].concat());
}

#[test]
fn a_closed_port_is_where_it_ends() {
    let port = crate::support::closed_port().to_string();
    let report = doctor(&program(&TestDatabase::empty()).env("DB_PORT", &port));
    report.says(
        "TCP",
        "failed",
        &["cannot be reached", &format!("localhost, port {port}"), "refused", "DB_PORT"],
    );
    report.failed_only("TCP", &[&["TLS", "login"], &BEHIND_LOGIN[..]].concat());
}

#[test]
fn a_certificate_that_is_refused_is_shown_and_the_password_is_not_sent() {
    let (ours, theirs) = (Certified::authority(), Certified::authority());
    let directory = TempDir::new();
    let trusted = directory.file("ca.crt", ours.pem()).display().to_string();
    let skipped = [&["login"], &BEHIND_LOGIN[..]].concat();
    for (certificate, authority, words) in [
        (
            Certified::server(Some(&ours), Flaw::WrongName),
            &ours,
            ["another host name", "certificate of elsewhere.example.org"],
        ),
        (
            Certified::server(Some(&theirs), Flaw::None),
            &theirs,
            ["authority that is not trusted", "DB_SSLROOTCERT"],
        ),
        (Certified::server(Some(&ours), Flaw::Expired), &ours, ["has expired", "expired 10 days ago"]),
        (Certified::server(Some(&ours), Flaw::NotYetValid), &ours, ["is not valid yet", "timedatectl"]),
    ] {
        let server = TlsServer::showing(&certificate, Some(authority));
        let program = program(&TestDatabase::empty());
        let report =
            doctor(&program.env("DB_PORT", &server.port.to_string()).env("DB_SSLROOTCERT", &trusted));
        report.says("TLS", "failed", &words);
        report.failed_only("TLS", &skipped);
        assert!(!server.seen().inside.windows(6).any(|bytes| bytes == b"scribe"), "{words:?}");
    }
}

#[test]
fn a_server_without_tls_or_without_a_word_is_told_apart_and_hangs_nothing() {
    let program = || program(&TestDatabase::empty()).env("DB_CONNECT_TIMEOUT", "0.5");
    let server = TlsServer::answering(b"N");
    let report = doctor(&program().env("DB_PORT", &server.port.to_string()));
    report.says("TLS", "failed", &["offers no TLS"]);

    for answer in [&b"HTTP/1.1 400 Bad Request\r\n\r\n"[..], b"SSH-2.0-OpenSSH_9.2p1 Debian-2\r\n"] {
        let server = || TlsServer::answering(answer).port.to_string();
        let report = doctor(&program().env("DB_PORT", &server()));
        report.says("TLS", "failed", &["no PostgreSQL", "DB_PORT"]);
        let run = program().env("DB_PORT", &server()).run(&["db", "check"]);
        assert!(
            run.stderr.contains("what answers at the database's address is no PostgreSQL"),
            "{}",
            run.stderr
        );
    }

    let mut held = Vec::new();
    let silent = listen(move |stream| held.push(stream));
    let report = doctor(&program().env("DB_PORT", &silent.to_string()));
    report.says("TLS", "failed", &["did not answer in time"]);
}

#[test]
fn a_name_that_nobody_answers_is_where_it_ends_in_time() {
    let Some(server) = SilentNameServer::start() else { return };
    let program =
        program(&TestDatabase::empty()).env("DB_HOST", "db.example").env("DB_CONNECT_TIMEOUT", "0.5");
    let program = program.behind(server.before());
    let end = ends_by("doctor without a name server", Duration::from_millis(500), move || doctor(&program));
    end.value.says("DNS", "failed", &["no answer within 0.5 s", "resolving the host name"]);
    end.value.failed_only("DNS", &[&["TCP", "TLS", "login"], &BEHIND_LOGIN[..]].concat());
}

#[test]
fn a_chain_is_named_up_to_its_root() {
    let root = Certified::authority();
    let between = Certified::intermediate(&root);
    let directory = TempDir::new();
    let trusted = directory.file("ca.crt", root.pem()).display().to_string();
    let server = TlsServer::showing(&Certified::server(Some(&between), Flaw::None), Some(&between));
    let program = program(&TestDatabase::empty()).env("DB_SSLROOTCERT", &trusted);
    let report = doctor(&program.env("DB_PORT", &server.port.to_string()));
    let chain = "certificate of localhost by Test Intermediate, by Test Authority, ";
    report.says("TLS", "ok", &[chain, " days left", "verify-full"]);
}

/// PostgreSQL's numbers for types. Source: its pg_type.dat.
const TEXT: u32 = 25;
const INT4: u32 = 23;
const FLOAT8: u32 = 701;

#[test]
fn a_clock_that_differs_from_the_servers_is_told_by_how_much() {
    for (ahead, verdict, words) in [
        (3600.0, "warning", "s behind the server's"),
        (-3600.0, "warning", "s ahead of"),
        (0.0, "ok", "give or take"),
    ] {
        let now = UNIX_EPOCH.elapsed().unwrap().as_secs_f64() + ahead;
        let values = [&b"15.0"[..], &150_000_i32.to_be_bytes(), b"any", b"any", &now.to_be_bytes(), b"UTF8"]
            .map(<[u8]>::to_vec);
        let port = fake_server(move |mut client: Client| {
            client.let_in();
            let rows = row(&values.each_ref().map(|value| Some(value.as_slice())));
            let types = description(&[TEXT, INT4, TEXT, TEXT, FLOAT8, TEXT]);
            let answer = [message(b'1', b""), message(b'2', b""), types, rows, done()].concat();
            while let Some(kind) = client.next() {
                match kind {
                    b'Q' => client.say(&done()),
                    b'S' => client.say(&answer),
                    _ => (),
                }
            }
        });
        let program = program(&TestDatabase::empty()).env("DB_PORT", &port.to_string());
        let report = doctor(&program.env("DB_SSLMODE", "disable").env("DB_SSLROOTCERT", ""));
        report.says("clock", verdict, &[words]);
        let hour = if ahead == 0.0 { " 0." } else { " 3" };
        report.says("clock", verdict, &[hour]);
    }
}
