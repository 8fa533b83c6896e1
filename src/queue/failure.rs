//! What a failure leads to. No I/O.
use std::time::Duration;

use crate::pipeline;

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

/// Decides what a failure leads to that says itself whose it is; for the others see [`super::blame`]. `attempts` counts
/// this one.
pub fn after_failure(error: &pipeline::Error, attempts: i32) -> Next {
    match error {
        pipeline::Error::Item(message) => Next::Fail(shortened(message)),
        pipeline::Error::Transient { message, retry_after, .. } => own(message, *retry_after, attempts),
        pipeline::Error::Surroundings { .. } | pipeline::Error::Stopped => Next::PutBack,
    }
}

/// What costs the item an attempt: it is tried again later, if it may be.
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
    use crate::condition;

    fn transient(retry_after: Option<u64>) -> pipeline::Error {
        pipeline::Error::Transient {
            message: "busy".into(),
            retry_after: retry_after.map(Duration::from_secs),
            service: None,
        }
    }

    #[test]
    fn a_fault_of_the_item_fails_it_at_once() {
        let next = after_failure(&pipeline::Error::Item("no placeholder".into()), 1);
        assert_eq!(next, Next::Fail("no placeholder".into()));
    }

    #[test]
    fn a_transient_fault_is_retried_with_growing_pauses_and_then_given_up() {
        let pauses: Vec<_> = (1..MOST_ATTEMPTS)
            .map(|attempts| match after_failure(&transient(None), attempts) {
                Next::Later { pause, .. } => pause.as_secs(),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(pauses, [30, 60, 120, 240]);
        assert!(
            matches!(after_failure(&transient(None), MOST_ATTEMPTS), Next::Fail(m) if m.contains("busy"))
        );
    }

    #[test]
    fn retry_after_is_honoured_within_reason() {
        let pause = |wish| match after_failure(&transient(Some(wish)), 1) {
            Next::Later { pause, .. } => pause.as_secs(),
            other => panic!("{other:?}"),
        };
        assert_eq!(pause(1), 30);
        assert_eq!(pause(7200), 7200);
        assert_eq!(pause(u64::MAX), 24 * 3600);
    }

    #[test]
    fn a_fault_of_the_surroundings_costs_the_item_nothing() {
        let error = pipeline::Error::Surroundings {
            condition: &condition::SEARCH_UNAVAILABLE,
            detail: String::new(),
            retry_after: None,
        };
        assert_eq!(after_failure(&error, MOST_ATTEMPTS), Next::PutBack);
        assert_eq!(after_failure(&pipeline::Error::Stopped, MOST_ATTEMPTS), Next::PutBack);
    }

    #[test]
    fn an_item_that_ends_scribe_again_and_again_is_given_up() {
        assert_eq!(poisonous(MOST_ATTEMPTS), None);
        assert!(poisonous(MOST_ATTEMPTS + 1).is_some());
    }

    #[test]
    fn a_message_is_at_most_a_thousand_characters() {
        let next = after_failure(&pipeline::Error::Item("é".repeat(2000)), 1);
        assert!(matches!(next, Next::Fail(m) if m.chars().count() == 1000));
    }
}
