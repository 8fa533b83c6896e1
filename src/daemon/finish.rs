//! How the worker ends its work on an item: an e-mail is stored, or what was decided instead is written down.
//!
//! The database may be away just then. The decision is held until it is back, since the work is done; only a stop ends
//! the wait, and then the next start takes the item back at no cost.
use std::time::Instant;

use log::{info, warn};
use uuid::Uuid;

use super::{
    status::Outcome,
    worker::{Obstacle, Short, Worker},
};
use crate::{
    database::{
        DatabaseError, hints,
        queue_items::{self, Claimed, Settled},
    },
    pipeline::Draft,
    queue::Next,
};

impl Worker {
    /// Stores a finished e-mail. The same id goes out with every try, so that none of them can store it twice.
    pub(super) fn complete(&self, item: &Claimed, draft: &Draft, started: Instant) -> Result<(), Obstacle> {
        let email = Uuid::new_v4();
        loop {
            match self.seen_raw(queue_items::settle(&self.database, item, email, draft)) {
                Ok(Settled::Stored) => {
                    self.status.count(Outcome::Completed);
                    info!("item {}: done in {:.1} s", Short(item.id), started.elapsed().as_secs_f64());
                    return Ok(());
                }
                Ok(Settled::NotOurs) => {
                    warn!("item {}: deleted or taken over meanwhile, its e-mail is dropped", Short(item.id));
                    return Ok(());
                }
                Err(error) if hints::concerns_the_item(&error) => {
                    let message = format!("the database refused the e-mail: {error}");
                    return self.dispose(item, &Next::Fail(message));
                }
                Err(error) => self.hold(item, error)?,
            }
        }
    }

    /// Does what was decided about an item that gave no e-mail.
    pub(super) fn dispose(&self, item: &Claimed, next: &Next) -> Result<(), Obstacle> {
        let was_ours = loop {
            let written = match next {
                Next::Fail(message) => queue_items::fail(&self.database, item, message),
                Next::Later { pause, message } => {
                    queue_items::retry_later(&self.database, item, *pause, message)
                }
                Next::PutBack => queue_items::put_back(&self.database, item),
            };
            match self.seen_raw(written) {
                Ok(was_ours) => break was_ours,
                // Trying again is no use; the pause that follows keeps this from becoming a tight loop.
                Err(error) if hints::concerns_the_item(&error) => return Err(error.into()),
                Err(error) => self.hold(item, error)?,
            }
        };
        let id = Short(item.id);
        match next {
            _ if !was_ours => warn!("item {id}: deleted or taken over meanwhile"),
            Next::Fail(message) => {
                self.status.count(Outcome::Failed);
                warn!("item {id}: failed: {message}");
            }
            Next::Later { pause, message } => {
                self.status.count(Outcome::Retried);
                warn!("item {id}: again in about {} s: {message}", pause.as_secs());
            }
            Next::PutBack => info!("item {id}: put back"),
        }
        Ok(())
    }

    /// Waits until the database may be back. An error means that the wait is over before that.
    fn hold(&self, item: &Claimed, error: DatabaseError) -> Result<(), Obstacle> {
        let obstacle = Obstacle::from(error);
        self.report(&obstacle);
        // Where a person waits for the run to end, it ends with the reason.
        if self.until_empty || self.stop.sleep(obstacle.condition.retry.pause()) {
            warn!("item {}: its result could not be stored and is made anew later", Short(item.id));
            return Err(obstacle);
        }
        Ok(())
    }
}
