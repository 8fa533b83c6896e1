//! What this run holds at the moment, shared by the worker and the main thread: whatever the worker hangs in, the main
//! thread can put an item back, and write a finished e-mail to disk.
use std::{
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    time::{Duration, Instant},
};

use super::{
    spool::Finished,
    state_directory::{StateDirectory, StateError},
};
use crate::queue::{Claim, RunId};

/// The shared value.
#[derive(Debug, Clone)]
pub struct InHand(Arc<Mutex<Inner>>);

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
        InHand(Arc::new(Mutex::new(Inner { run, hand })))
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
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

    /// Writes to disk an e-mail that has waited so long; `None`: there is none, or it is there already. Nobody lets go
    /// of it meanwhile.
    pub fn keep(&self, state: &StateDirectory, age: Duration) -> Option<Result<(), StateError>> {
        let mut inner = self.inner();
        let Hand::Finished { finished, since, is_kept: is_kept @ false } = &mut inner.hand else {
            return None;
        };
        if since.elapsed() < age {
            return None;
        }
        let kept = state.keep(finished);
        *is_kept = kept.is_ok();
        Some(kept)
    }
}

fn finished_now(finished: Finished, is_kept: bool) -> Hand {
    Hand::Finished { finished: Box::new(finished), since: Instant::now(), is_kept }
}
