//! How an item leaves the worker's hands: its e-mail is stored, or what was decided instead is written down.
//!
//! The database may be away just then. What is to be written stays outstanding, nothing new is claimed before it is
//! done, and every round tries again. An e-mail is work done, so it is also kept on disk until it is stored.
use std::time::{Duration, Instant};

use log::{Level, debug, error, info, log, warn};
use uuid::Uuid;

use super::{
    event::{self, FAILED, KEPT, LOST, PUT_BACK, RETRIED, STORED, Since},
    spool::Finished,
    tally::Outcome,
    worker::{Short, Worker},
};
use crate::{
    condition::{EMAILS_REFUSED, Obstacle, STATE_NOT_WRITABLE},
    database::{
        DatabaseError, hints,
        queue_items::{self, Email, Settled},
    },
    queue::{Claim, blame::Refused, failure::Next},
};

/// How long an item is put aside whose e-mail, like all others, was refused again and again.
const REFUSED_PAUSE: Duration = Duration::from_secs(3600);

/// What is to be written about an item that was worked on.
#[derive(Debug)]
pub struct Outstanding {
    /// The item.
    pub claim: Claim,
    /// What is to be written.
    pub end: Ending,
    /// When the work began, if this process did it.
    pub started: Option<Instant>,
}

impl From<Finished> for Outstanding {
    fn from(Finished { claim, email }: Finished) -> Outstanding {
        Outstanding { claim, end: Ending::Email(Box::new(email)), started: None }
    }
}

/// How an item ends, for now.
#[derive(Debug)]
pub enum Ending {
    /// With an e-mail.
    Email(Box<Email>),
    /// Without, by this [kind](crate::pipeline::Error::kind) of failure.
    Next(Next, &'static str),
}

impl Worker {
    /// Writes down what is outstanding, if anything is. An error leaves it outstanding.
    pub(super) fn finish(&mut self) -> Result<(), Obstacle> {
        while let Some(outstanding) = self.outstanding.take() {
            let Outstanding { claim, end, started } = outstanding;
            event::item(claim.item);
            // The database may be silent, and time or power too short to find out.
            if self.stop.is_requested() || self.seen.has_failed.get() {
                self.keep();
            }
            if let Ending::Next(Next::Aside { .. }, _) = &end {
                self.turns.put_aside(Instant::now());
            }
            match self.write_down(&claim, &end) {
                Ok(is_done) => {
                    if is_done {
                        self.tell(&claim, &end, started);
                    } else {
                        self.status.count(Outcome::Dropped);
                        warn!(
                            MESSAGE_ID = LOST, DURATION_MS:% = Since(started);
                            "item {}: deleted or taken over meanwhile, so its result is dropped",
                            Short(claim.item)
                        );
                    }
                    self.let_go();
                }
                Err(error) if hints::concerns_the_item(&error) => match end {
                    Ending::Email(_) => self.refused(claim, end, started, error)?,
                    // Not even that can be written. Another run takes the item up when its lease is over; to this one it
                    // would look like a claim that was never answered.
                    Ending::Next(..) => {
                        self.let_go();
                        self.rename();
                        return Err(error.into());
                    }
                },
                Err(error) => {
                    self.keep();
                    self.outstanding = Some(Outstanding { claim, end, started });
                    return Err(error.into());
                }
            }
        }
        Ok(())
    }

    /// The database says no to an e-mail. One item fails for it; when all do, they cannot be at fault.
    fn refused(
        &mut self,
        claim: Claim,
        end: Ending,
        started: Option<Instant>,
        error: DatabaseError,
    ) -> Result<(), Obstacle> {
        let message = format!("the database refused the e-mail: {error}");
        let verdict = self.refusals.refused(claim.item);
        let end = match verdict {
            Refused::Item => Ending::Next(Next::Fail(message), hints::condition(&error).code),
            Refused::AllForLong => {
                Ending::Next(Next::Aside { pause: REFUSED_PAUSE, message }, EMAILS_REFUSED.code)
            }
            Refused::All => {
                self.keep();
                end
            }
        };
        self.outstanding = Some(Outstanding { claim, end, started });
        match verdict {
            Refused::All => Err(Obstacle::new(&EMAILS_REFUSED, format!("{error} ({})", error.unit))),
            Refused::Item | Refused::AllForLong => Ok(()),
        }
    }

    /// False: the item is no longer ours.
    fn write_down(&self, claim: &Claim, end: &Ending) -> Result<bool, DatabaseError> {
        self.seen_raw(match end {
            Ending::Email(email) => {
                queue_items::settle(&self.database, claim, email).map(|settled| settled == Settled::Stored)
            }
            Ending::Next(Next::Fail(message), _) => queue_items::fail(&self.database, claim, message),
            Ending::Next(Next::Later { pause, message }, _) => {
                queue_items::retry_later(&self.database, claim, *pause, message)
            }
            Ending::Next(Next::Aside { pause, message }, _) => {
                queue_items::put_aside(&self.database, claim, *pause, message)
            }
            Ending::Next(Next::PutBack, _) => queue_items::put_back(&self.database, claim),
        })
    }

    /// The message stands in the row: it may quote the template.
    fn tell(&mut self, claim: &Claim, end: &Ending, started: Option<Instant>) {
        let (id, took) = (Short(claim.item), Since(started));
        match end {
            Ending::Email(_) => {
                self.refusals.accepted();
                if self.blame.is_clear() {
                    self.turns.end();
                }
                self.all_clear(|condition| *condition == EMAILS_REFUSED);
                self.status.count(Outcome::Completed);
                let how = match started {
                    Some(started) => format!("done in {:.1} s", started.elapsed().as_secs_f64()),
                    None => "its e-mail, finished by an earlier run, is stored".into(),
                };
                info!(MESSAGE_ID = STORED, DURATION_MS:% = took; "item {id}: {how}");
            }
            Ending::Next(next, kind) => self.tell_next(claim, next, kind, &took),
        }
    }

    fn tell_next(&self, claim: &Claim, next: &Next, kind: &'static str, took: &Since) {
        let id = Short(claim.item);
        let (event, outcome, level, what, message) = match next {
            Next::Fail(message) => (&FAILED, Outcome::Failed, Level::Warn, "failed".into(), Some(message)),
            Next::Later { pause, message } => {
                let what = format!("again in about {} s", pause.as_secs());
                (&RETRIED, Outcome::Retried, Level::Warn, what, Some(message))
            }
            Next::Aside { pause, message } => {
                let what = format!("put aside for about {} s, at no cost", pause.as_secs());
                (&PUT_BACK, Outcome::PutBack, Level::Warn, what, Some(message))
            }
            Next::PutBack => (&PUT_BACK, Outcome::PutBack, Level::Info, "put back".into(), None),
        };
        self.status.count(outcome);
        let why = message.map_or_else(String::new, |_| format!("; see `scribe queue show {}`", claim.item));
        log!(
            level, MESSAGE_ID = event, ERROR_KIND = kind, DURATION_MS:% = took;
            "item {id}: {what} ({kind}){why}"
        );
        message.into_iter().for_each(|message| debug!("item {id}: {message}"));
    }

    /// An e-mail survives this process from here on, if the disk takes it; then a stop need not put the item back.
    fn keep(&mut self) {
        if !self.may_use_disk() {
            return;
        }
        match self.in_hand.keep(&self.state, Duration::ZERO) {
            None => {}
            Some(Ok(item)) => {
                self.warning_over(&STATE_NOT_WRITABLE);
                tell_kept(item);
            }
            Some(Err(error)) => self.disk_refused(&error),
        }
    }

    /// The item is nobody's business any more.
    fn let_go(&mut self) {
        // What cannot be removed is found again at the next start, and found to be stored.
        if self.in_hand.nothing()
            && let Err(error) = self.state.forget()
        {
            error!("{error}");
        }
        event::no_item();
    }
}

/// Says that an item's e-mail is on disk.
pub fn tell_kept(item: Uuid) {
    info!(
        MESSAGE_ID = KEPT, QUEUE_ITEM_ID:% = item;
        "item {}: its e-mail is kept on disk until the database takes it", Short(item)
    );
}
