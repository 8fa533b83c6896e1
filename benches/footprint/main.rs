//! What scribe costs: memory, processor time, wake-ups, round trips, of the program as it is shipped, under the unit's
//! environment, against the real pair and stand-ins without latency. `scripts/bench` builds and runs it.
//!
//! Counts and memory are exact; a clock on the wall tells of the machine's other work, too, so the best of several tries
//! stands in the table and is never compared with the last release.
mod busy;
mod figures;
mod idle;
mod items;
mod life;
mod queue;

use std::{
    env,
    path::{Path, PathBuf},
    process::ExitCode,
    thread,
    time::{Duration, Instant},
};

use self::{
    figures::{Figure, Table, Unit},
    support::{PATIENCE, Program, TestDatabase, repository},
};

#[allow(dead_code, unused_imports, reason = "the tests use the rest")]
#[path = "../../tests/it/support/mod.rs"]
mod support;

/// The figures of the last release.
const LAST: &str = "docs/footprint.json";

/// What is measured, and how thoroughly.
struct Bench {
    binary: PathBuf,
    is_quick: bool,
}

impl Bench {
    /// The program, as systemd would run it on that database.
    fn program(&self, database: &TestDatabase) -> Program {
        Program::new().binary(&self.binary).like_the_unit().database(database)
    }

    /// So many, or fewer where it has to be quick.
    fn times(&self, thorough: usize, quick: usize) -> usize {
        if self.is_quick { quick } else { thorough }
    }
}

/// Waits until so many e-mails are stored, which takes its time on a busy machine.
fn wait_for_emails(database: &TestDatabase, count: usize) {
    let started = Instant::now();
    while database.number("SELECT count(*) FROM emails") < count as i64 {
        assert!(started.elapsed() < 10 * PATIENCE, "never finished {count} items");
        thread::sleep(Duration::from_millis(50));
    }
}

/// What a part is called, and what measures it.
type Part = (&'static str, fn(&Bench) -> Vec<Figure>);

fn main() -> ExitCode {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let has = |name: &str| arguments.iter().any(|argument| argument == name);
    let Some(binary) = env::var_os("SCRIBE_BENCH_BINARY") else {
        eprintln!("run scripts/bench, which builds and names the program (SCRIBE_BENCH_BINARY)");
        return ExitCode::from(2);
    };
    let bench = Bench {
        binary: PathBuf::from(binary).canonicalize().expect("the program"),
        is_quick: has("--quick"),
    };
    let mut table = Table::new(&repository(LAST));
    let parts: [Part; 6] = [
        ("sizes", sizes),
        ("start and stop", life::figures),
        ("idle", idle::figures),
        ("items", items::figures),
        ("busy", busy::figures),
        ("queues", queue::figures),
    ];
    for (what, measure) in parts {
        eprintln!("measuring: {what}");
        table.add(measure(&bench));
    }
    if has("--json") {
        println!("{:#}", table.json());
    } else {
        print!("{}", table.text());
    }
    if has("--save") {
        table.save(&repository(LAST)).unwrap();
        eprintln!("written to {LAST}");
        return ExitCode::SUCCESS;
    }
    let complaints = table.complaints();
    complaints.iter().for_each(|complaint| eprintln!("worse: {complaint}"));
    if complaints.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// The binary, and the package where `packaging/` has left one.
fn sizes(bench: &Bench) -> Vec<Figure> {
    let bytes = |path: &Path| path.metadata().map(|metadata| metadata.len() as f64);
    let binary = Figure::new("binary", bytes(&bench.binary).unwrap(), Unit::Bytes).at_most(4e6);
    let packages = env::var_os("SCRIBE_BENCH_PACKAGE").map(PathBuf::from);
    let package = packages.map(|path| Figure::new("package (.deb)", bytes(&path).unwrap(), Unit::Bytes));
    [Some(binary), package.map(|figure| figure.at_most(1.6e6))].into_iter().flatten().collect()
}
