//! What can be known about this machine's clock without asking anybody. A Raspberry Pi has no battery-backed clock, and
//! lives in the past until a time server has answered.
//!
//! A clock that shows less than the date of this scribe is wrong for certain. Whether one that shows more has been set,
//! systemd-timesyncd tells by a file. The kernel would tell of every time service (`adjtimex`), but not to a service
//! that may not set the clock.
use std::{
    path::Path,
    time::{Duration, SystemTime},
};

/// When this scribe was written, since the epoch: `SOURCE_DATE_EPOCH` at its build, or the date of the last commit or
/// release; see build.rs.
pub const WRITTEN: Duration = Duration::from_secs(include!(concat!(env!("OUT_DIR"), "/written.rs")));

/// The directory of systemd-timesyncd: it is there as long as that runs.
const TIMESYNC: &str = "/run/systemd/timesync";

/// What the clock shows, since the epoch.
pub fn now() -> Duration {
    SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default()
}

/// Whether a time server has set the clock since this machine's start.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Synchronised {
    /// It has.
    Yes,
    /// systemd-timesyncd still asks.
    NotYet,
    /// Something else sets the clock, or nothing.
    Unknown,
}

/// Whether a time server has set the clock.
pub fn synchronised() -> Synchronised {
    synchronised_by(Path::new(TIMESYNC))
}

fn synchronised_by(timesync: &Path) -> Synchronised {
    match (timesync.join("synchronized").exists(), timesync.exists()) {
        (true, _) => Synchronised::Yes,
        (false, true) => Synchronised::NotYet,
        (false, false) => Synchronised::Unknown,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The first commit, 2026-11-01: 1,793,491,200 s after the epoch.
    #[test]
    fn scribe_was_written_between_its_first_commit_and_now() {
        assert!((1_793_491_200..=now().as_secs()).contains(&WRITTEN.as_secs()), "{WRITTEN:?}");
    }

    #[test]
    fn a_clock_is_waited_for_only_where_systemd_sets_it_and_has_not_yet() {
        let timesync = std::env::temp_dir().join(format!("scribe-clock-{}", uuid::Uuid::new_v4()));
        assert_eq!(synchronised_by(&timesync), Synchronised::Unknown);
        std::fs::create_dir(&timesync).unwrap();
        assert_eq!(synchronised_by(&timesync), Synchronised::NotYet);
        std::fs::write(timesync.join("synchronized"), "").unwrap();
        assert_eq!(synchronised_by(&timesync), Synchronised::Yes);
        std::fs::remove_dir_all(timesync).unwrap();
    }
}
