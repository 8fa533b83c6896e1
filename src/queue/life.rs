//! The life of an item: a state machine, without I/O.
//!
//! ```text
//!                claim, token given                 settle
//!    PENDING ─────────────────────────▶ PROCESSING ────────▶ COMPLETED, with its e-mail ──┐
//!    │ ▲  ▲                             │ │ │ ▲  │                                        │
//!    │ │  │ put back, aside, by its     │ │ │ └──┘ note: the lease is renewed             │
//!    │ │  │ token                       │ │ │      claim: the lease is over, or the       │
//!    │ │  └─────────────────────────────┘ │ │             claim was never answered        │
//!    │ │    later, by its token; take     │ └─ fail ───▶ FAILED, with a message ──────────┤
//!    │ │    back, by an earlier run's id  │                                               │
//!    │ ├──────────────────────────────────┘                                               │
//!    │ └─────────────── retry: a user's order, also for what nobody holds any more ───────┘
//!    └─ cancel: a user's order; the row is gone
//! ```
//!
//! [`Item`] is the specification: `database::queue_items` does to a row what the method of the same name does here, and
//! `tests/it/life.rs` holds the two against each other. Every arrow out of PROCESSING is fenced with the claim token,
//! so whoever has lost an item cannot touch it. The orders of users are `database::queue_orders`.
use std::time::Duration;

use uuid::Uuid;

use super::{
    ClaimToken, RunId,
    failure::{LONGEST_WISH, MOST_ATTEMPTS},
};

/// How long a claim, or the start of a step, keeps others away from an item. Longer than any single step can take.
pub const LEASE: Duration = Duration::from_secs(15 * 60);

/// What ends later than this from now is no lease of anybody's: the database's clock was ahead when it was written. Longer
/// than a lease, so that a clock that is put right by a little, or a look from a transaction that began before the claim,
/// frees nothing that is held.
pub const LONGEST_LEASE: Duration = LEASE.saturating_mul(2);

/// What scribe put off for longer than this from now, it put off while the database's clock was ahead: the longest pause
/// that anybody may ask for, stretched by chance, is shorter.
pub const LONGEST_PUT_OFF: Duration = LONGEST_WISH.saturating_mul(2);

/// The states, as `status` spells them in capitals.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Status {
    /// It waits.
    Pending,
    /// Somebody has it.
    Processing,
    /// Its e-mail is stored.
    Completed,
    /// There will be no e-mail; `error_message` says why.
    Failed,
}

/// A row, as far as its life is concerned. Times are the database's, since its epoch.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Item {
    /// Where it stands.
    pub status: Status,
    /// How often it was tried, the present time included.
    pub attempts: i32,
    /// Who may write to it.
    pub token: Option<ClaimToken>,
    /// Until when others keep away.
    pub lease_until: Option<Duration>,
    /// Before then nobody claims it.
    pub available_at: Duration,
    /// That time was set by scribe, after a try, and not by whoever queued it.
    pub is_put_off: bool,
    /// Its e-mail.
    pub email: Option<Uuid>,
}

impl Item {
    /// As it is queued.
    pub fn queued(now: Duration) -> Item {
        Item {
            status: Status::Pending,
            attempts: 0,
            token: None,
            lease_until: None,
            available_at: now,
            is_put_off: false,
            email: None,
        }
    }

    /// Whether a run may claim it: it waits and its time has come, nobody holds it any more, or this very run claimed
    /// it and never heard of it, since a run claims only with empty hands.
    pub fn is_claimable(&self, run: RunId, now: Duration) -> bool {
        self.is_claimable_leaving_others(run, now) || self.is_abandoned(now)
    }

    /// The same for a run that leaves to others what they may still come back for.
    pub fn is_claimable_leaving_others(&self, run: RunId, now: Duration) -> bool {
        match self.status {
            Status::Pending => {
                self.available_at <= now || self.is_put_off && self.available_at > now + LONGEST_PUT_OFF
            }
            Status::Processing => self.is_of(run),
            Status::Completed | Status::Failed => false,
        }
    }

    fn is_abandoned(&self, now: Duration) -> bool {
        self.status == Status::Processing
            && self.lease_until.is_none_or(|until| until < now || until > now + LONGEST_LEASE)
    }

    fn is_of(&self, run: RunId) -> bool {
        self.token.as_ref().is_some_and(|token| token.as_str().starts_with(&run.token_prefix()))
    }

    fn is_held_by(&self, token: &ClaimToken) -> bool {
        self.status == Status::Processing && self.token.as_ref() == Some(token)
    }

    /// Claims it; the attempt counts, unless this run claimed it already. False, here and below: nothing was changed.
    pub fn claim(&mut self, run: RunId, token: ClaimToken, now: Duration) -> bool {
        let may = self.is_claimable(run, now);
        if may {
            let is_unanswered = self.status == Status::Processing && self.is_of(run);
            self.status = Status::Processing;
            self.attempts += i32::from(!is_unanswered);
            self.token = Some(token);
            self.lease_until = Some(now + LEASE);
            self.is_put_off = false;
        }
        may
    }

    /// A step begins: the lease is renewed.
    pub fn note_step(&mut self, token: &ClaimToken, now: Duration) -> bool {
        let may = self.is_held_by(token);
        if may {
            self.lease_until = Some(now + LEASE);
        }
        may
    }

    /// Its e-mail is stored. True also where that very e-mail was stored before: the answer had been lost.
    pub fn settle(&mut self, token: &ClaimToken, email: Uuid) -> bool {
        let may = self.is_held_by(token);
        if may {
            (self.status, self.email, self.lease_until) = (Status::Completed, Some(email), None);
        }
        may || self.email == Some(email)
    }

    /// There will be no e-mail. True also where that was written before: the answer had been lost. A claim that only found
    /// the item tried too often already was no attempt.
    pub fn fail(&mut self, token: &ClaimToken) -> bool {
        let may = self.is_held_by(token);
        if may {
            (self.status, self.lease_until) = (Status::Failed, None);
            self.attempts = self.attempts.min(MOST_ATTEMPTS);
        }
        may || self.status == Status::Failed && self.token.as_ref() == Some(token)
    }

    /// It waits for another try; the attempt stays counted. True, here and below, also where it waits already: most
    /// likely the answer had been lost.
    pub fn retry_later(&mut self, token: &ClaimToken, at: Duration) -> bool {
        self.put_off(token, 0, at)
    }

    /// It waits as if it had never been claimed, but not before its time.
    pub fn put_aside(&mut self, token: &ClaimToken, at: Duration) -> bool {
        self.put_off(token, 1, at)
    }

    /// It waits as if it had never been claimed.
    pub fn put_back(&mut self, token: &ClaimToken, now: Duration) -> bool {
        if self.is_held_by(token) {
            self.release_at_once(1, now);
        }
        self.status == Status::Pending
    }

    fn put_off(&mut self, token: &ClaimToken, attempts_returned: i32, at: Duration) -> bool {
        if self.is_held_by(token) {
            self.release(attempts_returned);
            (self.available_at, self.is_put_off) = (at, true);
        }
        self.status == Status::Pending
    }

    /// An earlier run of the same state directory is over and left it behind; `refund` if that was not its crash.
    pub fn take_back(&mut self, earlier: RunId, refund: bool, now: Duration) -> bool {
        let may = self.status == Status::Processing && self.is_of(earlier);
        if may {
            self.release_at_once(i32::from(refund), now);
        }
        may
    }

    /// A user wants it once more: what is over or abandoned is as it was queued, what is put off may be claimed at once.
    pub fn order_retry(&mut self, now: Duration) {
        match self.status {
            Status::Pending => self.available_at = self.available_at.min(now),
            Status::Processing if !self.is_abandoned(now) => {}
            Status::Processing | Status::Completed | Status::Failed => *self = Item::queued(now),
        }
    }

    /// Whether a user may cancel it; the row is then gone.
    pub fn may_be_cancelled(&self) -> bool {
        self.status == Status::Pending
    }

    fn release_at_once(&mut self, attempts_returned: i32, now: Duration) {
        self.release(attempts_returned);
        // Its time had come when it was claimed, whatever the clock says now.
        self.available_at = self.available_at.min(now);
    }

    fn release(&mut self, attempts_returned: i32) {
        self.status = Status::Pending;
        self.attempts = (self.attempts - attempts_returned).max(0);
        (self.token, self.lease_until) = (None, None);
    }
}

#[cfg(test)]
#[path = "life_rules_tests.rs"]
mod rules_tests;
#[cfg(test)]
#[path = "life_tests.rs"]
mod tests;
