//! TLS to the database: which certificates each mode takes, what is said about the others, and that nothing of worth
//! is sent before TLS stands.
use std::{fs, time::Duration};

use scribe::{
    config::{DatabaseSettings, TlsMode},
    database::{Database, DatabaseError, Phase, hints},
};

use crate::support::{Certified, Flaw, Program, Seen, TempDir, TestDatabase, TlsServer, eventually, pair};

/// SSLRequest; source: PostgreSQL documentation, "Message Formats".
const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

const MODES: [TlsMode; 3] = [TlsMode::Require, TlsMode::VerifyCa, TlsMode::VerifyFull];

/// A mode trusts the certificate and goes on to the login.
const TAKEN: &str = "";
const UNTRUSTED: &str = "database-tls-untrusted";
const WRONG_NAME: &str = "database-tls-wrong-name";
const EXPIRED: &str = "database-tls-expired";
const NOT_YET_VALID: &str = "database-tls-not-yet-valid";

/// Tries to log in at a server that lets nobody in.
fn attempt(base: &DatabaseSettings, mode: TlsMode, server: TlsServer) -> (DatabaseError, Seen) {
    let settings = DatabaseSettings { port: server.port, tls: mode, ..base.clone() };
    let error = Database::new(&settings).unwrap().batch("poll", "SELECT 1").map(|_| ()).unwrap_err();
    (error, server.seen())
}

/// Settings that trust this authority.
fn trusting(authority: &Certified) -> (DatabaseSettings, TempDir) {
    let directory = TempDir::new();
    let mut settings = TestDatabase::empty().settings();
    settings.root_certificates = Some(directory.file("ca.crt", authority.pem()));
    settings.connect_timeout = Duration::from_secs(30);
    (settings, directory)
}

#[test]
fn each_mode_takes_what_it_may_and_says_what_is_wrong_with_the_rest() {
    let (ours, theirs) = (Certified::authority(), Certified::authority());
    let (settings, _directory) = trusting(&ours);
    let server = |authority, flaw| Certified::server(authority, flaw);
    // Certificate, the authority that the server sends along, and what require, verify-ca and verify-full make of it.
    let table = [
        ("good", server(Some(&ours), Flaw::None), Some(&ours), [TAKEN, TAKEN, TAKEN]),
        ("good, alone", server(Some(&ours), Flaw::None), None, [TAKEN, TAKEN, TAKEN]),
        ("wrong name", server(Some(&ours), Flaw::WrongName), Some(&ours), [TAKEN, TAKEN, WRONG_NAME]),
        ("expired", server(Some(&ours), Flaw::Expired), Some(&ours), [TAKEN, EXPIRED, EXPIRED]),
        ("early", server(Some(&ours), Flaw::NotYetValid), Some(&ours), [TAKEN, NOT_YET_VALID, NOT_YET_VALID]),
        ("foreign", server(Some(&theirs), Flaw::None), Some(&theirs), [TAKEN, UNTRUSTED, UNTRUSTED]),
        ("foreign, alone", server(Some(&theirs), Flaw::None), None, [TAKEN, UNTRUSTED, UNTRUSTED]),
        ("self-signed", server(None, Flaw::None), None, [TAKEN, UNTRUSTED, UNTRUSTED]),
    ];
    for (what, certificate, sent_along, outcomes) in &table {
        for (mode, outcome) in MODES.into_iter().zip(outcomes) {
            let (error, seen) = attempt(&settings, mode, TlsServer::showing(certificate, *sent_along));
            let case = format!("{what}, {mode:?}: {error}");
            assert_eq!(seen.plain, SSL_REQUEST, "{case}");
            if *outcome == TAKEN {
                assert_eq!(error.phase, Phase::LoggingIn, "{case}");
                assert!(!seen.inside.is_empty(), "{case}");
            } else {
                assert_eq!(hints::condition(&error).code, *outcome, "{case}");
                assert_eq!(error.phase, Phase::Handshaking, "{case}");
                assert!(
                    case.contains("the server's certificate was refused (") && !case.contains("error:"),
                    "{case}"
                );
                assert!(seen.inside.is_empty(), "{case}: the server saw {:?}", seen.inside);
            }
        }
    }
}

#[test]
fn an_address_is_a_wrong_name_unless_the_certificate_was_issued_for_it() {
    let authority = Certified::authority();
    let (mut settings, _directory) = trusting(&authority);
    settings.host = "127.0.0.1".into();
    let certificate = Certified::server(Some(&authority), Flaw::None);
    let (error, _) = attempt(&settings, TlsMode::VerifyFull, TlsServer::showing(&certificate, None));
    assert_eq!(hints::condition(&error).code, WRONG_NAME, "{error}");
}

#[test]
fn a_server_without_tls_is_refused_in_every_mode_and_learns_nothing() {
    let (settings, _directory) = trusting(&Certified::authority());
    // The second one is a man in the middle who sends a login request along in plain text.
    for (answer, code) in [
        (&b"N"[..], "database-tls-not-offered"),
        (b"NR\0\0\0\x08\0\0\0\x03", "database-tls-not-offered"),
        (b"E", "database-tls-not-offered"),
        (b"HTTP/1.1 400 Bad Request\r\n\r\n", "database-not-postgresql"),
    ] {
        for mode in MODES {
            let (error, seen) = attempt(&settings, mode, TlsServer::answering(answer));
            assert_eq!(hints::condition(&error).code, code, "{mode:?}: {error}");
            assert_eq!(seen.plain, SSL_REQUEST, "{mode:?}");
        }
    }
}

#[test]
fn plain_text_that_pretends_to_be_the_handshake_is_refused() {
    let (settings, _directory) = trusting(&Certified::authority());
    let (error, seen) =
        attempt(&settings, TlsMode::Require, TlsServer::answering(b"SR\0\0\0\x08\0\0\0\x03 no TLS at all"));
    assert_eq!(hints::condition(&error).code, "database-not-postgresql", "{error}");
    let secret = settings.password.expose().as_bytes();
    assert!(!seen.plain.windows(secret.len()).any(|bytes| bytes == secret));
}

#[test]
fn db_check_names_the_cause_and_the_file_to_set() {
    let server = TlsServer::showing(&Certified::server(None, Flaw::None), None);
    let program = Program::new().database(&TestDatabase::empty()).env("DB_PORT", &server.port.to_string());
    let run = program.run(&["db", "check"]);
    assert_eq!(run.code, 1);
    for word in ["Failed: ", "authority that is not trusted", "self-signed certificate", "DB_SSLROOTCERT"] {
        assert!(run.stderr.contains(word), "no {word:?} in: {}", run.stderr);
    }
}

#[test]
fn encryption_without_verification_is_warned_about_once_at_start_and_verification_never() {
    let warnings = |mode: &str, root: &str| {
        let database = TestDatabase::migrated();
        let user = database.user();
        database.queue(user, "Dear {{name}}", &[("Ada Marlowe", "tides"), ("Zhou Minglan", "batteries")]);
        let program = Program::new().database(&database).env("DB_SSLMODE", mode).env("DB_SSLROOTCERT", root);
        // Two items are a dozen connections.
        let mut daemon = program.start(&["--until-empty"]);
        assert_eq!(daemon.wait(), 0, "{}", daemon.log());
        let log = daemon.log();
        log.lines().filter(|line| line.contains("open to an interceptor")).map(String::from).collect()
    };
    let warned: Vec<String> = warnings("require", "system");
    assert_eq!(warned.len(), 1, "{warned:?}");
    let remedy =
        "set DB_SSLROOTCERT to the CA file (Supabase: from the dashboard) and DB_SSLMODE=verify-full";
    assert!(warned[0].contains(remedy), "{warned:?}");
    assert_eq!(warnings("verify-full", pair().fact("CA")), Vec::<String>::new());
}

#[test]
fn the_authorities_are_read_once_in_the_life_of_a_daemon() {
    // The file of the settings, and that of the system's store.
    for (setting, other) in [("DB_SSLROOTCERT", None), ("SSL_CERT_FILE", Some(("DB_SSLROOTCERT", "system")))]
    {
        let database = TestDatabase::migrated();
        let program = Program::new().database(&database);
        let root = program.file("ca.crt", fs::read(pair().fact("CA")).unwrap());
        let program = program.env(setting, root.to_str().unwrap());
        let program = other.iter().fold(program, |program, (name, value)| program.env(name, value));
        let daemon = program.start(&[]);
        daemon.wait_for_health("\"status\":\"healthy\"");
        fs::remove_file(root).unwrap();
        // Claim, notes and settle are a connection each.
        let recipients =
            ["Ada Marlowe", "Zhou Minglan", "Nobody Number", "Sam Student"].map(|name| (name, "tides"));
        database.queue(database.user(), "Dear {{name}}", &recipients);
        eventually("the items are finished", || database.items().iter().all(|item| item.0 == "COMPLETED"));
        assert!(!daemon.log().contains("error: "), "{setting}: {}", daemon.log());
    }
}

#[test]
fn twenty_units_shake_hands_with_the_authorities_that_were_read_before_the_first() {
    let database = TestDatabase::empty();
    let directory = TempDir::new();
    let root = directory.file("ca.crt", fs::read(pair().fact("CA")).unwrap());
    let mut settings = database.settings();
    settings.root_certificates = Some(root.clone());
    assert_eq!(settings.tls, TlsMode::VerifyFull);
    let way = Database::new(&settings).unwrap();
    fs::remove_file(root).unwrap();
    for _ in 0..20 {
        assert_eq!(way.batch("poll", "SELECT 1").map(|_| ()), Ok(()));
    }
    assert_eq!(Database::new(&settings).err().unwrap().phase, Phase::Preparing, "a new one would read them");
}
