//! What scribe costs, as far as it can be counted: `scripts/bench` measures the rest.
use std::thread;

use scribe::{database::queue_items, queue::RunId};

use crate::support::{Daemon, Fault, Plan, Process, Program, Proxy, SampleWeb, TestDatabase, eventually};

const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}} and liked {{detail|it}}. [Your Name]";

/// A daemon as systemd runs it, and its process.
fn start(program: Program) -> (Daemon, Process) {
    let daemon = program.like_the_unit().start(&[]);
    let process = Process(daemon.id());
    (daemon, process)
}

/// Queues so many, of whom the sample web knows every second, and waits until all are done.
fn work_off(database: &TestDatabase, process: Process, count: usize) {
    let names: Vec<String> = (0..count / 2).map(|n| format!("Nobody Number{n}")).collect();
    let strangers = names.iter().map(|name| (name.as_str(), "nothing"));
    let known =
        [("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "solid-state batteries")].into_iter().cycle();
    let recipients: Vec<(&str, &str)> =
        known.zip(strangers).flat_map(|(known, stranger)| [known, stranger]).collect();
    database.queue(database.user(), TEMPLATE, &recipients);
    eventually("the items are done", || {
        database.number("SELECT count(*) FROM queue_items WHERE status <> 'COMPLETED'") == 0
    });
    process.wait_until_quiet();
}

#[test]
fn an_idle_scribe_is_woken_by_its_polls_alone_and_writes_nothing() {
    let database = TestDatabase::migrated();
    let (_daemon, process) = start(Program::new().database(&database).env("POLL_INTERVAL", "0.1"));
    let begun = database.wait_for_units(10);
    // The worker polls; the thread that answers `/health` has nothing to do, and there is none for the log.
    eventually("the lines of its start are written", || process.threads() == ["scribe", "worker"]);
    let others = ["scribe"];
    let (waits, written) = (process.waits(&others), process.written());
    database.wait_for_units(begun + 40);
    assert_eq!((process.waits(&others), process.written()), (waits, written));
    assert_eq!(process.threads(), ["scribe", "worker"]);
}

#[test]
fn an_idle_scribe_keeps_little_on_its_heap() {
    let database = TestDatabase::migrated();
    let (_daemon, process) = start(Program::new().database(&database).env("POLL_INTERVAL", "0.1"));
    database.wait_for_units(10);
    // In KiB. Of what is optimised the stacks are smaller. A single regular expression takes half a megabyte.
    let most = if cfg!(debug_assertions) { 1400 } else { 1100 };
    let heap = process.heap_kib();
    assert!(heap <= most, "{heap} KiB");
}

#[test]
fn many_items_leave_no_memory_no_descriptor_and_no_thread_behind() {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let (_daemon, process) = start(Program::new().database(&database).web(&web));
    work_off(&database, process, 10);
    let (memory, descriptors, threads) = (process.anonymous_kib(), process.descriptors(), process.threads());
    work_off(&database, process, 60);
    // A poll may be under way at any moment.
    eventually("descriptors and threads are as many as before", || {
        process.descriptors() <= descriptors && process.threads().len() <= threads.len()
    });
    let more = process.anonymous_kib() - memory;
    assert!(more <= 512.0, "{more} KiB more");
}

#[test]
fn a_hundred_pollers_add_less_than_a_megabyte() {
    let database = TestDatabase::migrated();
    let (daemon, process) = start(Program::new().database(&database));
    daemon.wait_for_health("\"status\":\"healthy\"");
    process.forget_peak();
    let before = process.peak_kib();
    let poll = || {
        for path in ["/health", "/metrics"].repeat(3) {
            assert!(daemon.http("GET", path).starts_with("HTTP/1.1 200 "));
        }
    };
    thread::scope(|scope| (0..100).for_each(|_| drop(scope.spawn(poll))));
    let more = process.peak_kib() - before;
    assert!(more <= 1024.0, "{more} KiB more");
}

#[test]
fn an_item_takes_no_more_connections_and_round_trips_than_it_must() {
    let web = SampleWeb::start(&[]);
    let traffic = |items| {
        let database = TestDatabase::migrated();
        let proxy = Proxy::start(Plan { fault: Fault::None, flight: 0 });
        database.queue(database.user(), TEMPLATE, &vec![("Ada Marlowe", "tidal energy"); items]);
        let program = Program::new().database(&database).web(&web).env("DB_PORT", &proxy.port.to_string());
        program.ok(&["run", "--until-empty"]);
        database.assert_one_email_per_finished_item(items as i64);
        proxy.traffic()
    };
    let (one, three) = (traffic(1), traffic(3));
    let connections = (three.0 - one.0) / 2;
    // A server that begins TLS again, as PostgreSQL itself may, costs a round trip for each.
    let begun_again = connections * (crate::support::sweep::flights_of_a_connection() - 5);
    // Opening a TCP connection is a round trip, and each flight is one but the goodbye. Claim, three notes, settle.
    assert_eq!((connections, (three.1 - one.1) / 2 - begun_again), (5, 37));
}

#[test]
fn a_claim_follows_its_index_and_sorts_nothing_however_long_the_queue_is() {
    let claimed = |waiting: usize, is_analysed: bool| {
        let database = TestDatabase::migrated();
        database.log_plans();
        database.queue_many(waiting);
        if is_analysed {
            database.query("ANALYZE queue_items", &[]);
        }
        let item = queue_items::claim(&database.open(), RunId::fresh()).unwrap().item.expect("an item");
        let oldest = "SELECT recipient_name FROM queue_items WHERE status <> 'COMPLETED' ORDER BY created_at, seq LIMIT 1";
        let oldest: String = database.query(oldest, &[])[0].get(0);
        assert_eq!(item.request.unwrap().recipient_name, oldest);
        database.last_plan("WITH next AS")
    };
    for is_analysed in [false, true] {
        let (short, long) = (claimed(1000, is_analysed), claimed(100_000, is_analysed));
        for plan in [&short, &long] {
            let nodes = plan.nodes();
            let is_there = |what: &str| nodes.iter().any(|node| node.contains(what));
            assert!(is_there("Index Scan ix_queue_items_claim queue_items"), "{nodes:#?}");
            assert!(!is_there("Sort") && !is_there("Seq Scan queue_items"), "{nodes:#?}");
        }
        // A hundred times as long a queue, and one or two pages of its index more.
        assert!(long.pages() <= short.pages() + 8, "{} pages, {} before", long.pages(), short.pages());
    }
}
