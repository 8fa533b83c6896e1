//! Runs one part of scribe by itself, for `scripts/bench --parts`: `parts "extraction: a profile" 100` does it a hundred
//! times, prints the median in nanoseconds, and can be watched by a profiler. Without arguments it lists the parts.
use std::{env, hint::black_box, time::Instant};

use scribe::parts::PARTS;

fn main() {
    let arguments: Vec<String> = env::args().skip(1).collect();
    let Some(name) = arguments.first() else {
        return PARTS.iter().for_each(|(name, _)| println!("{name}"));
    };
    let (_, run) = PARTS.iter().find(|(known, _)| known == name).expect("the name of a part");
    let times: usize = arguments.get(1).map_or(1, |times| times.parse().expect("how often"));
    let mut nanoseconds: Vec<u128> = (0..times)
        .map(|_| {
            let started = Instant::now();
            black_box(run());
            started.elapsed().as_nanos()
        })
        .collect();
    nanoseconds.sort_unstable();
    println!("{}", nanoseconds[times / 2]);
}
