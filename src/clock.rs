//! What can be known about this machine's clock without asking anybody: it does not show less than when this scribe was
//! written. A Raspberry Pi has no battery-backed clock, and lives in the past until a time server has answered.
use std::time::{Duration, SystemTime};

/// When this scribe was written, since the epoch: `SOURCE_DATE_EPOCH` at its build, or the last commit's date; see
/// build.rs.
pub const WRITTEN: Duration = Duration::from_secs(include!(concat!(env!("OUT_DIR"), "/written.rs")));

/// What the clock shows, since the epoch.
pub fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first commit, 2026-11-01: 1,793,491,200 s after the epoch.
    #[test]
    fn scribe_was_written_between_its_first_commit_and_now() {
        assert!((1_793_491_200..=now().as_secs()).contains(&WRITTEN.as_secs()), "{WRITTEN:?}");
    }
}
