//! From a claimed item to what is to be written about it.
use std::time::{Duration, Instant};

use log::{info, warn};

use super::{
    event::{self, CLAIMED, CONDITION_BEGUN, LOST, STEP_BEGUN},
    finish::{Ending, Outstanding},
    spool::Finished,
    worker::{Short, Worker},
};
use crate::{
    condition::{ARXIV_AWAY, Obstacle, SEARCH_INCOMPLETE, Severity},
    database::queue_items::{self, Claimed, Email},
    model::STEP_TIME,
    pipeline::{self, Draft, LONGEST_ARXIV_STEP, Step},
    queue::{
        failure::{self, Next, poisonous},
        life::LEASE,
    },
};

/// No step begins when less than this is left of the lease.
const LONGEST_STEP: Duration = Duration::from_secs(10 * 60);
const _: () =
    assert!(STEP_TIME.as_secs() + 180 <= LONGEST_STEP.as_secs(), "reading pages takes its time, too");
const _: () = assert!(LONGEST_STEP.as_secs() < LEASE.as_secs(), "no step could begin");
const _: () = assert!(LONGEST_ARXIV_STEP.as_secs() <= LONGEST_STEP.as_secs());

impl Worker {
    /// Works on an item, and returns what stood in the way of it and of all others. `asked` is when the claim was sent:
    /// the lease runs at least from then.
    pub(super) fn work(&mut self, item: Claimed, asked: Instant) -> Option<Obstacle> {
        let started = Instant::now();
        event::attempt(item.claim.item, item.attempts);
        info!(MESSAGE_ID = CLAIMED; "item {}: attempt {}", Short(item.claim.item), item.attempts);
        let (end, obstacle) = match self.draft(&item, asked) {
            Ok(draft) => {
                event::step(None);
                self.got_through(&item, &draft);
                let email = Email::from(draft);
                self.in_hand.finished(Finished { claim: item.claim.clone(), email: email.clone() });
                (Ending::Email(Box::new(email)), None)
            }
            Err(error) => {
                let (next, shown) = self.blame.after_failure(item.claim.item, &error, item.attempts);
                let end = Ending::Next(self.with_usage(&item, next), error.kind());
                (end, shown.and_then(|shown| self.show(shown)))
            }
        };
        self.outstanding = Some(Outstanding { claim: item.claim, end, started: Some(started) });
        obstacle
    }

    /// What an attempt without an e-mail used stands in the log, and where it was the last one, behind its reason.
    fn with_usage(&self, item: &Claimed, next: Next) -> Next {
        let usage = self.pipeline.take_usage();
        if usage.total.calls == 0 {
            return next;
        }
        info!("item {}: without an e-mail, the models used {usage}", Short(item.claim.item));
        match next {
            Next::Fail(message) => Next::Fail(failure::shortened(&format!("{message} (models: {usage})"))),
            next => next,
        }
    }

    /// A draft proves that the services behind it work.
    fn got_through(&mut self, item: &Claimed, draft: &Draft) {
        let has_papers = !draft.metadata.arxiv_papers.is_empty();
        let proves = |subject: &str| match subject {
            "model" | "search" => true,
            "arxiv" => has_papers,
            _ => false,
        };
        // Nothing is begun while one of the two is in the way.
        let lets_work = |subject: &str| matches!(subject, "budget" | "clock");
        self.blame.succeeded(item.claim.item, |subject| proves(subject) || lets_work(subject));
        self.all_clear(|condition| proves(condition.subject()));
        self.warning_over(&SEARCH_INCOMPLETE);
        if has_papers {
            self.warning_over(&ARXIV_AWAY);
        }
    }

    /// What stops the work is for the loop; a warning is only told.
    fn show(&self, obstacle: Obstacle) -> Option<Obstacle> {
        if obstacle.condition.severity == Severity::Error {
            return Some(obstacle);
        }
        if self.status.warn(obstacle.condition) {
            warn!(MESSAGE_ID = CONDITION_BEGUN, ERROR_KIND = obstacle.condition.code; "{obstacle}");
        }
        None
    }

    fn draft(&self, item: &Claimed, asked: Instant) -> Result<Draft, pipeline::Error> {
        if let Some(message) = poisonous(item.attempts) {
            return Err(pipeline::Error::Item(message));
        }
        let request = item.request.as_ref().map_err(|unfit| pipeline::Error::Item(unfit.to_string()))?;
        let mut lease_until = asked + LEASE;
        self.pipeline.run(request, &mut |step| self.begin_step(item, step, &mut lease_until))
    }

    /// Notes a step's start and renews the lease. A note that cannot be written does not hurt the item, as long as
    /// the step cannot outlive the lease.
    fn begin_step(
        &self,
        item: &Claimed,
        step: Step,
        lease_until: &mut Instant,
    ) -> Result<(), pipeline::Error> {
        self.status.working(Some(step));
        event::step(Some(step));
        info!(MESSAGE_ID = STEP_BEGUN; "item {}: {}", Short(item.claim.item), step.as_str());
        if step == Step::TemplateParser {
            return Ok(()); // The claim itself said so.
        }
        let asked = Instant::now();
        match self.seen(queue_items::note_step(&self.database, &item.claim, step)) {
            Ok(true) => {
                *lease_until = asked + LEASE;
                Ok(())
            }
            Ok(false) => {
                warn!(MESSAGE_ID = LOST; "item {}: no longer ours, given up", Short(item.claim.item));
                Err(pipeline::Error::Stopped)
            }
            Err(obstacle) => {
                self.report(&obstacle);
                let fits = Instant::now() + LONGEST_STEP < *lease_until;
                if fits { Ok(()) } else { Err(pipeline::Error::Stopped) }
            }
        }
    }
}
