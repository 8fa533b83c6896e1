//! What scribe costs while nothing waits.
use std::{fs, os::unix::net::UnixDatagram, process::Command, thread};

use crate::{
    Bench,
    figures::{Figure, Unit},
    support::{Daemon, Process, TempDir, TestDatabase},
};

/// LAN clients that ask at the same time, and how often each does.
const POLLERS: usize = 100;
const QUESTIONS: usize = 20;

pub fn figures(bench: &Bench) -> Vec<Figure> {
    let database = TestDatabase::migrated();
    // The pause between two polls costs nothing, so a short one shows the same sooner.
    let daemon = bench.program(&database).env("POLL_INTERVAL", "0.05").start(&[]);
    let scribe = Process(daemon.id());
    database.wait_for_units(20);
    let (units, cpu, written) = (database.units(), scribe.cpu_ms(), scribe.written());
    let now = database.wait_for_units(units + bench.times(300, 100));
    let cpu = (scribe.cpu_ms() - cpu) / (now - units) as f64;
    let mut figures = vec![
        Figure::new("idle: anonymous memory", scribe.anonymous_kib(), Unit::Kib).at_most(2400.0),
        Figure::new("idle: resident memory", scribe.resident_kib(), Unit::Kib).at_most(12_000.0),
        Figure::new("idle: threads", scribe.threads().len() as f64, Unit::Count).at_most(2.0),
        Figure::new("idle: descriptors", scribe.descriptors(), Unit::Count),
        Figure::new("idle: processor per poll", cpu, Unit::CpuMs).at_most(3.0),
        Figure::new("idle: bytes written", (scribe.written() - written) as f64, Unit::Count).at_most(0.0),
    ];
    figures.push(pollers(&daemon));
    figures.push(wake_ups(bench));
    figures
}

/// What a LAN full of clients adds to the memory, all of them at the same time.
fn pollers(daemon: &Daemon) -> Figure {
    let scribe = Process(daemon.id());
    scribe.forget_peak();
    let before = scribe.peak_kib();
    let ask = || {
        for _ in 0..QUESTIONS {
            assert!(daemon.http("GET", "/health").contains("healthy"));
            assert!(daemon.http("GET", "/metrics").contains("scribe_uptime_seconds"));
        }
    };
    thread::scope(|scope| (0..POLLERS).for_each(|_| drop(scope.spawn(ask))));
    Figure::new("idle: added by 100 pollers", scribe.peak_kib() - before, Unit::Kib).at_most(1024.0)
}

/// How often it is woken by a clock for every poll, at the pace of the default settings and with systemd's watchdog.
fn wake_ups(bench: &Bench) -> Figure {
    let (database, directory) = (TestDatabase::migrated(), TempDir::new());
    let path = directory.path().join("notify");
    let _systemd = UnixDatagram::bind(&path).unwrap();
    let program = bench.program(&database).env("NOTIFY_SOCKET", path.to_str().unwrap());
    let daemon = program.env("WATCHDOG_USEC", "60000000").start(&[]);
    // The pauses of 1, 2 and 4 seconds are over.
    let before = database.wait_for_units(5);
    let trace = directory.path().join("trace");
    let calls = "trace=futex,epoll_wait,epoll_pwait,poll,ppoll,read,clock_nanosleep,select,pselect6";
    let mut strace = Command::new("strace")
        .args(["--follow-forks", "--quiet=all", "--attach", &daemon.id().to_string(), "-e", calls])
        .args(["--output", trace.to_str().unwrap()])
        .spawn()
        .expect("strace starts");
    let after = (0..bench.times(4, 1)).fold(before, |seen, _| database.wait_for_units(seen + 6));
    let ended = Command::new("kill").args(["-s", "INT", &strace.id().to_string()]).status().unwrap();
    assert!(ended.success());
    let _ = strace.wait();
    let trace = fs::read_to_string(trace).unwrap();
    let clocks = trace.lines().filter(|line| was_woken_by_a_clock(line, daemon.id())).count();
    Figure::new("idle: timer wake-ups per poll", clocks as f64 / (after - before) as f64, Unit::Count)
        .at_most(1.2)
}

/// Whether a call ended because its time was over, as strace shows it: also where a timer of the kernel's is read, which the
/// watchdog goes by. A time of zero is no wait, and what the worker waits for at an epoll instance of its own is a unit of
/// work.
fn was_woken_by_a_clock(line: &str, main_thread: u32) -> bool {
    let is_main = line.split_whitespace().next() == Some(&main_thread.to_string());
    let line = line.trim_end().replace(", NULL, 8)", ")");
    let is_timed = (line.contains("epoll_") && is_main
        || line.contains("poll") && line.ends_with("(Timeout)"))
        && !line.contains(", 0) =");
    let is_timer = is_main && line.contains("read(") && line.contains(", 8) ") && line.ends_with(" = 8");
    line.contains("ETIMEDOUT")
        || is_timer
        || is_timed && (line.ends_with(" = 0") || line.ends_with("= 0 (Timeout)"))
        || line.contains("clock_nanosleep") && line.ends_with(" = 0")
}
