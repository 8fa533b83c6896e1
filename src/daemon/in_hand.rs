//! What this run holds at the moment, shared by the worker and the main thread: whatever the worker hangs in, the main
//! thread can put an item back, and write a finished e-mail to disk.
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use tokio::sync::Notify;
use uuid::Uuid;

use super::{
    spool::Finished,
    state_directory::{StateDirectory, StateError},
};
use crate::queue::{Claim, RunId};

/// The shared value.
#[derive(Debug, Clone)]
pub struct InHand {
    inner: Arc<Mutex<Inner>>,
    /// Whoever holds it writes to disk. Never taken by who holds `inner`: a card may stall, and `/health` may not.
    disk: Arc<Mutex<()>>,
    /// Told of every e-mail that is finished, so that nobody has to look for one.
    has_finished: Arc<Notify>,
}

#[derive(Debug)]
struct Inner {
    /// Under which name the worker claims.
    run: RunId,
    hand: Hand,
}

/// What is held.
#[derive(Debug, Clone)]
pub enum Hand {
    /// Nothing.
    Empty,
    /// A claim was sent and not answered, so perhaps an item.
    Claiming,
    /// An item that is being worked on.
    Item(Claim),
    /// An e-mail that is not stored yet.
    Finished {
        /// It, and the right to store it.
        finished: Box<Finished>,
        /// Since when.
        since: Instant,
        /// Whether it is on disk.
        is_kept: bool,
    },
}

impl InHand {
    /// Nothing yet, by a run of that name; or what an earlier run left on disk.
    pub fn new(run: RunId, kept: Option<Finished>) -> InHand {
        let hand = kept.map_or(Hand::Empty, |finished| finished_now(finished, true));
        InHand {
            inner: Arc::new(Mutex::new(Inner { run, hand })),
            disk: Arc::default(),
            has_finished: Arc::default(),
        }
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Under which name the worker claims.
    pub fn run(&self) -> RunId {
        self.inner().run
    }

    /// From now on it claims under another one.
    pub fn set_run(&self, run: RunId) {
        self.inner().run = run;
    }

    /// A claim is about to be sent.
    pub fn claiming(&self) {
        self.inner().hand = Hand::Claiming;
    }

    /// An item was claimed.
    pub fn holds(&self, claim: Claim) {
        self.inner().hand = Hand::Item(claim);
    }

    /// Its e-mail is finished.
    pub fn finished(&self, finished: Finished) {
        self.inner().hand = finished_now(finished, false);
        self.has_finished.notify_one();
    }

    /// Waits until there is an e-mail that is not on disk; at once if there is one.
    pub async fn holds_an_email(&self) {
        while !self.waits_for_disk(Duration::ZERO) {
            self.has_finished.notified().await;
        }
    }

    /// Nothing is held any more. True: there is an e-mail on disk that nobody needs.
    pub fn nothing(&self) -> bool {
        let before = std::mem::replace(&mut self.inner().hand, Hand::Empty);
        matches!(before, Hand::Finished { is_kept: true, .. })
    }

    /// What is held at the end.
    pub fn take(&self) -> Hand {
        std::mem::replace(&mut self.inner().hand, Hand::Empty)
    }

    /// Whether an e-mail has waited so long and is not on disk.
    pub fn waits_for_disk(&self, age: Duration) -> bool {
        self.inner().unkept(age).is_some()
    }

    /// Writes to disk an e-mail that has waited so long, and returns its item; `None`: there is none, or it is there
    /// already.
    pub fn keep(&self, state: &StateDirectory, age: Duration) -> Option<Result<Uuid, StateError>> {
        self.keep_by(state, age, StateDirectory::keep)
    }

    fn keep_by(
        &self,
        state: &StateDirectory,
        age: Duration,
        write: impl FnOnce(&StateDirectory, &Finished) -> Result<(), StateError>,
    ) -> Option<Result<Uuid, StateError>> {
        let _disk = self.disk.lock().unwrap_or_else(PoisonError::into_inner);
        let written = self.inner().unkept(age)?.clone();
        if let Err(error) = write(state, &written) {
            return Some(Err(error));
        }
        match &mut self.inner().hand {
            Hand::Finished { finished, is_kept, .. } if **finished == written => *is_kept = true,
            // The database took it meanwhile.
            _ => return state.forget().err().map(Err),
        }
        Some(Ok(written.claim.item))
    }
}

impl Inner {
    fn unkept(&self, age: Duration) -> Option<&Finished> {
        match &self.hand {
            Hand::Finished { finished, since, is_kept: false } if since.elapsed() >= age => Some(finished),
            _ => None,
        }
    }
}

fn finished_now(finished: Finished, is_kept: bool) -> Hand {
    Hand::Finished { finished: Box::new(finished), since: Instant::now(), is_kept }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::daemon::{spool::tests::finished, state_directory::tests::TempState};

    #[test]
    fn nobody_waits_for_a_disk_that_is_slow_to_keep_an_email() {
        let (state, run, email) = (TempState::new(), RunId::fresh(), finished());
        let in_hand = InHand::new(run, None);
        in_hand.finished(email.clone());
        assert!(in_hand.waits_for_disk(Duration::ZERO) && !in_hand.waits_for_disk(Duration::from_secs(600)));
        let kept = in_hand.keep_by(&state, Duration::ZERO, |state, email| {
            assert!(in_hand.inner.try_lock().is_ok(), "others wait for the disk");
            state.keep(email)
        });
        assert!(kept.unwrap().is_ok());
        assert_eq!(state.kept(), Some(email));
        assert!(in_hand.keep(&state, Duration::ZERO).is_none(), "it is there");
        assert!(in_hand.nothing());
    }

    #[tokio::test]
    async fn whoever_waits_for_an_email_is_told_of_it_whenever_it_comes() {
        let in_hand = InHand::new(RunId::fresh(), None);
        in_hand.finished(finished());
        in_hand.holds_an_email().await;
        in_hand.nothing();
        // The word about the first is still on its way and means nothing any more.
        let waiting = tokio::spawn({
            let in_hand = in_hand.clone();
            async move { in_hand.holds_an_email().await }
        });
        tokio::task::yield_now().await;
        assert!(!waiting.is_finished());
        in_hand.finished(finished());
        waiting.await.unwrap();
    }

    #[test]
    fn an_email_that_is_stored_while_it_is_written_to_disk_does_not_stay_there() {
        let (state, in_hand) = (TempState::new(), InHand::new(RunId::fresh(), None));
        in_hand.finished(finished());
        let kept = in_hand.keep_by(&state, Duration::ZERO, |state, email| {
            assert!(!in_hand.nothing(), "the worker removes no file that is not there yet");
            state.keep(email)
        });
        assert!(kept.is_none());
        assert_eq!(state.kept(), None);
    }

    #[test]
    fn of_two_emails_the_second_is_the_one_on_disk() {
        let (state, in_hand, second) = (TempState::new(), InHand::new(RunId::fresh(), None), finished());
        in_hand.finished(finished());
        let started = std::sync::Barrier::new(2);
        std::thread::scope(|scope| {
            scope.spawn(|| {
                in_hand.keep_by(&state, Duration::ZERO, |state, email| {
                    in_hand.finished(second.clone());
                    started.wait();
                    state.keep(email)
                })
            });
            started.wait();
            assert!(in_hand.keep(&state, Duration::ZERO).unwrap().is_ok());
        });
        assert_eq!(state.kept(), Some(second));
    }
}
