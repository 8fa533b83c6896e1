//! `/metrics`: sound Prometheus text that agrees with the books, on a port that strangers cannot stop up.
mod exposition;

use std::{
    io::{Read, Write},
    net::TcpStream,
};

use self::exposition::Samples;
use crate::support::{
    Daemon, Gate, ModelServer, Mood, PATIENCE, Program, SampleWeb, TempDir, TestDatabase, eventually,
};

const MODEL: &str = "anthropic:claude-haiku-4-5";
const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}} and learned: {{detail}}. [Your Name]";
const STEPS: [&str; 4] = ["template_parser", "web_scraper", "arxiv_helper", "email_composer"];

fn scrape(daemon: &Daemon) -> Samples {
    let answer = daemon.http("GET", "/metrics");
    let (head, text) = answer.split_once("\r\n\r\n").unwrap();
    assert!(head.starts_with("HTTP/1.1 200 "), "{head}");
    assert!(head.contains("\r\ncontent-type: text/plain; version=0.0.4; charset=utf-8\r\n"), "{head}");
    exposition::read(text).unwrap_or_else(|error| panic!("{error}\n{text}"))
}

/// Exact for what a float can hold.
#[expect(clippy::cast_precision_loss, reason = "small numbers")]
fn number(database: &TestDatabase, sql: &str) -> f64 {
    database.number(sql) as f64
}

#[test]
fn what_is_counted_agrees_with_the_books() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let (server, user) = (ModelServer::start(Mood::Obeys), database.user());
    database.queue(user, TEMPLATE, &[("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "batteries")]);
    // Fails before any model is asked.
    database.queue(user, &"x".repeat(70_000), &[("Ada Marlowe", "tides")]);
    let program = Program::new().database(&database).web(&web).env("MODEL_DAY_BUDGET", "5");
    let program = program.env("MODEL_PRICES", "anthropic:claude-haiku-4-5=10/50");
    let environment = server.environment(MODEL);
    let program = environment.iter().fold(program, |program, (name, value)| program.env(name, value));
    let daemon = program.start(&[]);
    daemon.wait_for(": failed (item)");

    let seen = scrape(&daemon);
    let outcome = |outcome| seen[&format!("scribe_items_total{{outcome=\"{outcome}\"}}")];
    assert_eq!(
        ["completed", "failed", "retried", "put_back", "dropped"].map(outcome),
        [2.0, 1.0, 0.0, 0.0, 0.0]
    );
    database.assert_one_email_per_finished_item(2);
    assert_eq!(seen["scribe_attempts_total"], number(&database, "SELECT sum(attempts) FROM queue_items"));
    let usage = |member| {
        let sum = format!("SELECT sum((metadata -> 'usage' ->> '{member}')::bigint)::bigint FROM emails");
        number(&database, &sum)
    };
    assert!(usage("calls") >= 4.0 && usage("output_tokens") > 0.0);
    assert_eq!(seen["scribe_model_calls_total"], usage("calls"));
    assert_eq!(seen["scribe_model_uncosted_calls_total"], 0.0);
    assert_eq!(seen["scribe_model_tokens_total{direction=\"input\"}"], usage("input_tokens"));
    assert_eq!(seen["scribe_model_tokens_total{direction=\"output\"}"], usage("output_tokens"));
    let spent = number(&database, "SELECT sum(spent_micro_usd)::bigint FROM model_days");
    assert_eq!((seen["scribe_model_cost_usd_total"] * 1e6).round(), spent);
    for step in STEPS {
        let of = |suffix| seen[&format!("scribe_step_seconds_{suffix}{{step=\"{step}\"}}")];
        let told = format!(
            "SELECT sum((metadata -> 'step_timings' ->> '{step}')::float8 * 1000)::bigint FROM emails"
        );
        assert_eq!(of("count"), 2.0, "{step}");
        assert!(of("sum") * 1000.0 + 2.0 >= number(&database, &told), "{step}: {}", of("sum"));
    }
    // Whoever did all that has computed some, and has some megabytes.
    assert!((0.01..600.0).contains(&seen["process_cpu_seconds_total"]), "{seen:#?}");
    assert!((1e6..1e9).contains(&seen["process_resident_memory_bytes"]), "{seen:#?}");
    let version = env!("CARGO_PKG_VERSION");
    assert_eq!(seen[&format!("scribe_build_info{{version=\"{version}\"}}")], 1.0);
}

#[test]
fn an_outage_of_the_database_shows_while_it_lasts_and_its_errors_afterwards() {
    let (database, gate) = (TestDatabase::migrated(), Gate::closed());
    let daemon = Program::new().database(&database).env("DB_PORT", &gate.port.to_string()).start(&[]);
    daemon.wait_for_health("database-unreachable");
    let (condition, errors) = (
        "scribe_condition{code=\"database-unreachable\"}",
        "scribe_database_errors_total{kind=\"database-unreachable\"}",
    );
    let seen = scrape(&daemon);
    assert_eq!((seen["scribe_database_connected"], seen[condition]), (0.0, 1.0));
    let before = seen[errors];
    assert!(before >= 1.0);
    gate.open();
    daemon.wait_for_health("\"status\":\"healthy\"");
    let seen = scrape(&daemon);
    assert_eq!((seen["scribe_database_connected"], seen.get(condition)), (1.0, None));
    assert!(seen["scribe_database_checked_seconds_ago"] < 60.0 && seen[errors] >= before);
}

#[test]
fn the_queue_shows_as_the_last_claim_left_it_and_a_pause_does_not_hide_it() {
    let (database, directory) = (TestDatabase::migrated(), TempDir::new());
    let hold = directory.file("hold", "");
    let web = SampleWeb::start(&["--hold-while", hold.to_str().unwrap()]);
    database.queue(
        database.user(),
        "Dear {{name}}, {{paper|hello}} [Your Name]",
        &[("A", "a"), ("B", "b"), ("C", "c")],
    );
    for (name, due) in [("A", "-1000"), ("B", "-500"), ("C", "3600")] {
        let due = format!("available_at = now() + interval '{due} seconds'");
        database.query(&format!("UPDATE queue_items SET {due} WHERE recipient_name = '{name}'"), &[]);
    }
    let program = Program::new().database(&database).web(&web);
    std::fs::create_dir(program.state_directory()).unwrap();
    program.ok(&["queue", "pause"]);
    let daemon = program.start(&[]);
    let queue = || {
        let seen = scrape(&daemon);
        let oldest = seen.get("scribe_queue_oldest_seconds").map(|seconds| (seconds / 500.0).floor());
        (seen.get("scribe_queue_waiting").copied(), oldest, seen.contains_key("scribe_claim_lag_seconds"))
    };
    eventually("it looks while it is paused", || queue() == (Some(3.0), Some(2.0), false));
    program.ok(&["queue", "resume"]);
    eventually("it has the first", || queue() == (Some(2.0), Some(1.0), true));
    assert!((1000.0..1500.0).contains(&scrape(&daemon)["scribe_claim_lag_seconds"]));
    std::fs::remove_file(hold).unwrap();
    eventually("only what is put off is left", || queue() == (Some(1.0), Some(0.0), true));
    assert!((500.0..1000.0).contains(&scrape(&daemon)["scribe_claim_lag_seconds"]));
}

#[test]
fn strangers_on_its_port_neither_stop_nor_swell_it() {
    let database = TestDatabase::migrated();
    let daemon = Program::new().database(&database).start(&[]);
    daemon.wait_for_health("\"status\":\"healthy\"");
    let before = daemon.peak_kb();
    for path in ["/health", "/metrics"] {
        // More than it takes at a time.
        let slow = format!("GET {path} HTTP/1.1\r\nX-Slow: ");
        let strangers: Vec<TcpStream> =
            ["", &slow].repeat(40).iter().map(|text| send(&daemon, text)).collect();
        assert!(daemon.http("GET", path).starts_with("HTTP/1.1 200 "));
        for mut stranger in strangers {
            assert!(!answer(&mut stranger).starts_with("HTTP/1.1 200 "), "nobody asked");
        }
        let long = "x".repeat(9 * 1024);
        let many: String = (0..2000).map(|n| format!("X-{n}: y\r\n")).collect();
        for (request, status) in [
            (format!("GET {path} HTTP/1.1\r\nX-Long: {long}\r\n\r\n"), "431"),
            (format!("GET {path}?{long} HTTP/1.1\r\n\r\n"), "431"),
            (format!("GET {path} HTTP/1.1\r\n{many}\r\n"), "431"),
            (format!("GET {path} HTTP/9.9\r\n\r\n"), "400"),
            (format!("GET {path} HTTP/1.1\r\nno header\r\n\r\n"), "400"),
            (format!("G\0T {path} HTTP/1.1\r\n\r\n"), "400"),
            (format!("POST {path} HTTP/1.1\r\nContent-Length: 1000000000000\r\n\r\n{long}"), "405"),
            (format!("GET {path} HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\nffffffffff\r\n{long}"), "200"),
        ] {
            let said = answer(&mut send(&daemon, &request));
            // What it does not read may cost a client the answer.
            assert!(
                said.is_empty() || said.starts_with(&format!("HTTP/1.1 {status} ")),
                "{request:.60}: {said}"
            );
        }
        eventually("a flood is cut off", || send(&daemon, "").write_all(&vec![b'x'; 64 << 20]).is_err());
        assert!(daemon.http("GET", path).starts_with("HTTP/1.1 200 "));
    }
    let grown = daemon.peak_kb().saturating_sub(before);
    assert!(grown < 4096, "{grown} KiB more");
}

fn send(daemon: &Daemon, text: &str) -> TcpStream {
    let mut stream = TcpStream::connect(&daemon.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    let _ = stream.write_all(text.as_bytes());
    stream
}

/// What comes until the other side hangs up; that it does so is part of the promise.
fn answer(stream: &mut TcpStream) -> String {
    let mut said = Vec::new();
    let timed_out = |error: std::io::Error| error.kind() == std::io::ErrorKind::WouldBlock;
    assert!(!stream.read_to_end(&mut said).is_err_and(timed_out), "it waits for ever");
    String::from_utf8_lossy(&said).into_owned()
}
