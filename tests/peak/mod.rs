//! The most memory that a process ever had, in KiB, by `proc(5)`; for tests that are a process of their own.
use std::fs;

/// Of this process; since it was set back, where it was (`/proc/self/clear_refs`).
pub fn peak() -> u64 {
    peak_of("self").unwrap()
}

/// How much higher it is than `before`. The kernel adds it up from counters of each processor, so that it may read lower.
pub fn grown_since(before: u64) -> u64 {
    peak().saturating_sub(before)
}

/// Of another process; `None` when it has ended.
pub fn peak_of(process: &str) -> Option<u64> {
    let status = fs::read_to_string(format!("/proc/{process}/status")).ok()?;
    let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    peak.trim().trim_end_matches(" kB").parse().ok()
}
