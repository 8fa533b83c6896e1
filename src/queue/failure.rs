//! What a failure that is the item's own leads to; whose it is, [`super::blame`] finds out. No I/O.
use std::time::Duration;

/// How often an item is tried before it is FAILED.
pub const MOST_ATTEMPTS: i32 = 5;

/// The first pause after a transient failure; it doubles with each attempt.
const FIRST_PAUSE: Duration = Duration::from_secs(30);

/// The longest pause of our own making.
const LONGEST_PAUSE: Duration = Duration::from_secs(3600);

/// The longest pause that another side may ask for.
pub(super) const LONGEST_WISH: Duration = Duration::from_secs(24 * 3600);

/// The longest `error_message`, in characters.
const LONGEST_MESSAGE: usize = 1000;

/// What happens to an item that gave no e-mail.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Next {
    /// FAILED, with a message for its owner.
    Fail(String),
    /// PENDING again, claimable after the pause; the attempt is spent.
    Later {
        /// The least pause; jitter is added where it is stored.
        pause: Duration,
        /// For its owner to see meanwhile.
        message: String,
    },
    /// PENDING again at once, and as if it had not been claimed.
    PutBack,
    /// As if it had not been claimed, but claimable only after the pause, so that others have their turn.
    Aside {
        /// The least pause; jitter is added where it is stored.
        pause: Duration,
        /// For its owner to see meanwhile.
        message: String,
    },
}

/// What costs the item an attempt: it is tried again later, if it may be. `attempts` counts this one.
pub(super) fn own(message: &str, retry_after: Option<Duration>, attempts: i32) -> Next {
    if attempts >= MOST_ATTEMPTS {
        return Next::Fail(shortened(&format!(
            "given up after {attempts} attempts; the last one: {message}"
        )));
    }
    let wish = retry_after.unwrap_or_default().min(LONGEST_WISH);
    Next::Later { pause: pause(attempts).max(wish), message: shortened(message) }
}

/// The message of an item that was claimed more often than it may be tried: the last time, whoever had it never came
/// back. It cannot be known whether scribe died of it each time, or was away until the lease was over.
pub fn poisonous(attempts: i32) -> Option<String> {
    (attempts > MOST_ATTEMPTS).then(|| {
        format!(
            "this item was begun {MOST_ATTEMPTS} times and did not come to an end, the last time because scribe ended \
             or was cut off while it worked on it, so it is not tried again; look at the journal (journalctl -u \
             scribe), then `scribe queue retry` it"
        )
    })
}

fn pause(attempts: i32) -> Duration {
    let doublings = u32::try_from(attempts.saturating_sub(1)).unwrap_or_default().min(16);
    (FIRST_PAUSE * 2u32.pow(doublings)).min(LONGEST_PAUSE)
}

/// Cut to the longest message that is kept.
pub fn shortened(message: &str) -> String {
    message.chars().take(LONGEST_MESSAGE).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pause_after(wish: Option<u64>, attempts: i32) -> u64 {
        match own("busy", wish.map(Duration::from_secs), attempts) {
            Next::Later { pause, .. } => pause.as_secs(),
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn a_transient_fault_is_retried_with_growing_pauses_and_then_given_up() {
        let pauses: Vec<_> = (1..MOST_ATTEMPTS).map(|attempts| pause_after(None, attempts)).collect();
        assert_eq!(pauses, [30, 60, 120, 240]);
        assert!(matches!(own("busy", None, MOST_ATTEMPTS), Next::Fail(m) if m.contains("busy")));
    }

    #[test]
    fn retry_after_is_honoured_within_reason() {
        let pauses = [1, 7200, u64::MAX].map(|wish| pause_after(Some(wish), 1));
        assert_eq!(pauses, [30, 7200, 24 * 3600]);
    }

    #[test]
    fn an_item_that_ends_scribe_again_and_again_is_given_up() {
        assert_eq!(poisonous(MOST_ATTEMPTS), None);
        assert!(poisonous(MOST_ATTEMPTS + 1).is_some());
    }
}
