//! From the start to READY, and from SIGTERM to the end.
use std::{
    os::unix::net::UnixDatagram,
    process::Command,
    time::{Duration, Instant},
};

use crate::{
    Bench,
    figures::{Figure, Unit},
    support::{PATIENCE, Process, TempDir, TestDatabase, eventually},
};

pub fn figures(bench: &Bench) -> Vec<Figure> {
    let lives: Vec<Life> = (0..bench.times(20, 7)).map(|_| live(bench)).collect();
    // Other work on the machine can only add to it.
    let best = |time: fn(&Life) -> Duration| lives.iter().map(time).min().unwrap().as_secs_f64() * 1e3;
    vec![
        Figure::new("start to READY, best", best(|life| life.start), Unit::WallMs).at_most(20.0),
        Figure::new("stop when idle, best", best(|life| life.stop), Unit::WallMs).at_most(100.0),
    ]
}

struct Life {
    start: Duration,
    stop: Duration,
}

fn live(bench: &Bench) -> Life {
    let (database, directory) = (TestDatabase::migrated(), TempDir::new());
    let path = directory.path().join("notify");
    let systemd = UnixDatagram::bind(&path).unwrap();
    systemd.set_read_timeout(Some(PATIENCE)).unwrap();
    let program = bench.program(&database).env("NOTIFY_SOCKET", path.to_str().unwrap());
    let started = Instant::now();
    let mut scribe = program.spawn_command(&["run"]);
    let mut message = [0; 200];
    let length = systemd.recv(&mut message).expect("a message to systemd");
    let start = started.elapsed();
    assert!(message[..length].starts_with(b"READY=1"));
    // After its first look at the queue it sleeps.
    let waits = || database.log().iter().any(|line| line.contains("COMMIT"));
    eventually("it has looked at the queue", waits);
    Process(scribe.id()).wait_until_quiet();
    let stopped = Instant::now();
    let killed = Command::new("kill").args(["-s", "TERM", &scribe.id().to_string()]).status().unwrap();
    assert!(killed.success() && scribe.wait().unwrap().success());
    Life { start, stop: stopped.elapsed() }
}
