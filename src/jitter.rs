//! Pauses that differ by chance: those who were cut off together should not come back together.
use std::time::Duration;

use uuid::Uuid;

/// Somewhat less: at most by a quarter.
pub fn jittered(pause: Duration) -> Duration {
    let [byte, ..] = Uuid::new_v4().into_bytes();
    pause.saturating_sub(pause / 4 * u32::from(byte) / 256)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pause_is_shortened_by_a_quarter_at_most() {
        let pauses: Vec<Duration> = (0..100).map(|_| jittered(Duration::from_secs(4))).collect();
        assert!(pauses.iter().all(|pause| (3.0..=4.0).contains(&pause.as_secs_f64())), "{pauses:?}");
        assert!(pauses.iter().any(|pause| *pause != pauses[0]));
    }
}
