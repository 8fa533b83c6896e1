//! The chaos suite: faults around the unmodified program, and whether each item still ends with exactly one e-mail.
//!
//! ```text
//! scripts/test                     a bounded slice, among the other tests
//! scripts/test --chaos [SEED [FAULTS [MINUTES]]]
//!                                  everything: all calls swept, and a storm of so many faults; or no more of the calls
//!                                  than these minutes allow, and it is told what is left
//! cargo test --test chaos -- storm parts whose name contains a word
//! ```
//!
//! * [`sweep`]: the first, second, third … call of a class is the last, or fails, until a run passes untouched.
//! * [`predecessor`]: the faults under which the Python Scribe was measured, one by one.
//! * [`storm`]: several scribes, many items, and an adversary who picks faults by the seed; or each harm alone.
//!
//! The same seed makes the same choices; what they meet depends on the machine's timing.
mod books;
mod kills;
mod network;
mod predecessor;
#[path = "../../src/fuzz/random.rs"]
mod random;
mod shim;
mod storm;
#[path = "../it/support/mod.rs"]
#[allow(dead_code, unused_imports, reason = "shared with tests/it, which uses all of it")]
mod support;
mod sweep;

use std::{
    env,
    panic::{self, AssertUnwindSafe},
    process::ExitCode,
    str::FromStr,
    thread,
    time::{Duration, Instant},
};

use books::Tally;

/// How much is done, and the seed of all choices.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub seed: u64,
    /// The faults of the storm.
    pub faults: usize,
    /// The time that sweeping every call may take, where somebody has bounded it.
    pub longest_sweep: Option<Duration>,
    /// Whether every call is swept, and outages last as long as the predecessor's.
    pub thorough: bool,
}

impl Plan {
    fn from_environment() -> Plan {
        let faults = variable("SCRIBE_CHAOS_FAULTS");
        let any =
            || u64::from(std::process::id()) ^ (std::time::UNIX_EPOCH.elapsed().unwrap().as_secs() << 16);
        Plan {
            seed: variable("SCRIBE_CHAOS_SEED").unwrap_or_else(any),
            faults: faults.unwrap_or(25),
            longest_sweep: variable("SCRIBE_CHAOS_MINUTES")
                .map(|minutes: u64| Duration::from_secs(minutes * 60)),
            thorough: faults.is_some(),
        }
    }
}

fn variable<T: FromStr>(name: &str) -> Option<T> {
    let value = env::var(name).ok()?;
    Some(value.parse().unwrap_or_else(|_| panic!("{name} is a number, not {value}")))
}

/// A part of the suite: its name, and what it came to.
type Part = (&'static str, fn(Plan) -> Tally);

/// Parts that hurt nobody but their own scribes: all at the same time.
const GENTLE: &[Part] = &[
    ("sweep", sweep::run),
    ("predecessor: kill -9 in mid-item", predecessor::kill_in_mid_item),
    ("predecessor: kill -9 after the commit", predecessor::kill_after_the_commit),
    ("predecessor: pooler refuses", predecessor::pooler_refuses),
    ("predecessor: pooler and internet away", predecessor::pooler_and_internet_away),
    ("predecessor: pooler away after a commit", predecessor::pooler_away_after_a_commit),
    ("predecessor: SIGTERM", predecessor::sigterm),
    ("alone: on the way to the back ends", storm::alone_on_the_way),
];

/// Parts that harm the servers that all share: one after the other.
const ROUGH: &[Part] = &[
    ("predecessor: PostgreSQL stopped", predecessor::postgresql_stopped),
    ("predecessor: pooler frozen", predecessor::pooler_frozen),
    ("alone: the servers", storm::alone_at_the_servers),
    ("storm", storm::run),
];

fn main() -> ExitCode {
    let plan = Plan::from_environment();
    // Options are the test runner's, which this is not.
    let words: Vec<String> = env::args().skip(1).filter(|word| !word.starts_with('-')).collect();
    let wanted =
        |(name, _): &&Part| words.is_empty() || words.iter().any(|word| name.contains(word.as_str()));
    println!("{}", books::head(plan));
    let mut tallies = thread::scope(|scope| {
        let parts: Vec<_> =
            GENTLE.iter().filter(wanted).map(|part| scope.spawn(move || attempt(part, plan))).collect();
        parts.into_iter().map(|part| part.join().unwrap()).collect::<Vec<_>>()
    });
    tallies.extend(ROUGH.iter().filter(wanted).map(|part| attempt(part, plan)));
    if books::print(plan, tallies) { ExitCode::SUCCESS } else { ExitCode::FAILURE }
}

/// Does one part; a panic is its own failure and nobody else's.
fn attempt((name, part): &Part, plan: Plan) -> Tally {
    let started = Instant::now();
    let mut tally = panic::catch_unwind(AssertUnwindSafe(|| part(plan))).unwrap_or_else(|cause| {
        let text = cause.downcast_ref::<String>().cloned();
        let text = text.or_else(|| cause.downcast_ref::<&str>().map(ToString::to_string));
        Tally::wrong(format!("panicked: {}", text.unwrap_or_default()))
    });
    tally.name = name;
    tally.seconds = started.elapsed().as_secs();
    println!("{}", tally.row());
    tally
}
