//! Whose fault a failure is: the item's own, or that of its surroundings. No I/O.
//!
//! One failure does not tell. A service that is away must cost no item an attempt, and an item that a service will never
//! take must not hold up all those behind it. Both come out by comparing items:
//!
//! * What may pass by itself costs the item an attempt, until so many different items in a row have failed by the same
//!   service that it cannot be the items. The last attempt needs a witness that the service takes other work.
//! * What will not pass costs nothing. But an item that fails so again and again is put aside for a while, so that the
//!   next ones are tried; and whenever another item has got through meanwhile, its next failure is its own.
//!
//! Before all that comes a cheaper witness where there is one: see `pipeline::witness`, which asks a service that has just
//! failed a small question.
use std::{collections::VecDeque, time::Duration};

use uuid::Uuid;

use super::failure::{self, LONGEST_WISH, MOST_ATTEMPTS, Next, shortened};
use crate::{
    condition::{Obstacle, Severity},
    pipeline::Error,
};

/// So many different items that fail alike, one after the other, do not do so by themselves.
const ALIKE: usize = 3;

/// An item that is alone may fail so often by itself.
const ALIKE_ALONE: u32 = 2;

/// After so many failures that cost it nothing an item is put aside.
const PATIENCE: u32 = 3;

/// How long an item is put aside, in pauses of the condition: about so many others have their turn meanwhile.
const TURNS: u32 = 20;
const SHORTEST_ASIDE: Duration = Duration::from_secs(2 * 60);
const LONGEST_ASIDE: Duration = Duration::from_secs(3600);

/// More items than these are not remembered; the one that is forgotten starts anew.
const MOST_TRACES: usize = 256;

/// What is remembered of failures, for as long as the process lives.
#[derive(Debug, Default)]
pub struct Blame {
    traces: VecDeque<Trace>,
}

/// What an item's failures have shown so far.
#[derive(Debug)]
struct Trace {
    item: Uuid,
    /// By which service it failed the last time.
    subject: &'static str,
    /// Whether no item has got through that service since.
    is_open: bool,
    /// How often in a row it failed so.
    failures: u32,
    /// How many failures in a row cost it nothing, by whichever services.
    spared: u32,
    /// Whether another item has got through since, and none failed.
    is_suspect: bool,
}

impl Blame {
    /// What the failure of an item leads to, and the condition that it shows. `attempts` counts this one.
    pub fn after_failure(&mut self, item: Uuid, error: &Error, attempts: i32) -> (Next, Option<Obstacle>) {
        let (condition, detail, retry_after, passes) = match error {
            Error::Transient { message, retry_after, service: Some(service) } => {
                (service.condition, message, retry_after, Some(service.has_just_answered))
            }
            Error::Surroundings { condition, detail, retry_after } => (*condition, detail, retry_after, None),
            Error::Transient { message, retry_after, service: None } => {
                return (failure::own(message, *retry_after, attempts), None);
            }
            Error::Item(message) => return (Next::Fail(shortened(message)), None),
            Error::Stopped => return (Next::PutBack, None),
        };
        let shown = Obstacle { condition, detail: detail.clone(), retry_after: *retry_after };
        let are_many = self.note(item, condition.subject()) >= ALIKE;
        let trace = self.trace(item);
        // Without a witness, one item often is as good as many; and none is given up: scribe may have been started anew
        // again and again in one outage, or others may have tried the item, and each knows only its own failures.
        let needs_witness = trace.failures > ALIKE_ALONE || attempts >= MOST_ATTEMPTS;
        let is_own = passes.is_some_and(|has_just_answered| has_just_answered || !needs_witness);
        if !are_many && (is_own || trace.is_suspect) {
            // Each time needs a witness of its own.
            (trace.spared, trace.is_suspect) = (0, false);
            return (failure::own(&told(&shown, passes.is_some()), shown.retry_after, attempts), None);
        }
        trace.spared += 1;
        let next = self.around(item, &shown);
        (next, Some(shown))
    }

    /// An item got through the services that `proves` names.
    pub fn succeeded(&mut self, item: Uuid, proves: impl Fn(&str) -> bool) {
        self.traces.retain(|trace| trace.item != item);
        for trace in self.traces.iter_mut().filter(|trace| proves(trace.subject)) {
            (trace.is_open, trace.is_suspect, trace.failures, trace.spared) = (false, true, 0, 0);
        }
    }

    /// Whether every service that an item failed by has let one through since.
    pub fn is_clear(&self) -> bool {
        !self.traces.iter().any(|trace| trace.is_open)
    }

    /// Notes a failure, and returns how many items have failed alike since one got through.
    fn note(&mut self, item: Uuid, subject: &'static str) -> usize {
        // That another one fails as well speaks for the others.
        for trace in self.traces.iter_mut().filter(|trace| trace.item != item && trace.subject == subject) {
            trace.is_suspect = false;
        }
        match self.traces.iter_mut().find(|trace| trace.item == item) {
            Some(trace) if trace.subject == subject => {
                (trace.is_open, trace.failures) = (true, trace.failures.saturating_add(1));
            }
            // Its patience is that of all services together, or two that fail in turn would keep it at the head for ever.
            Some(trace) => *trace = Trace { subject, spared: trace.spared, ..Trace::of(item) },
            None => {
                self.traces.truncate(MOST_TRACES - 1);
                self.traces.push_front(Trace { subject, ..Trace::of(item) });
            }
        }
        self.traces.iter().filter(|trace| trace.is_open && trace.subject == subject).count()
    }

    /// The trace that [`Blame::note`] has just made or found; a fresh one could only be missing by a fault there.
    fn trace(&mut self, item: Uuid) -> &mut Trace {
        let at = self.traces.iter().position(|trace| trace.item == item).unwrap_or_else(|| {
            self.traces.push_front(Trace::of(item));
            0
        });
        &mut self.traces[at]
    }

    /// Back as if nothing had been; at once while that is new, else after the others had their turn.
    fn around(&self, item: Uuid, shown: &Obstacle) -> Next {
        let Obstacle { condition, detail, retry_after } = shown;
        let wish = retry_after.unwrap_or_default().min(LONGEST_WISH);
        if condition.severity == Severity::Warning {
            // Others can do without that service, so they are not kept waiting.
            return Next::Aside { pause: SHORTEST_ASIDE.max(wish), message: shortened(detail) };
        }
        let is_tried_enough =
            |trace: &Trace| trace.spared >= PATIENCE && trace.subject == condition.subject();
        // While one is aside, each of the others gets one try: one that gets through is being looked for.
        if !self.traces.iter().any(is_tried_enough) {
            return Next::PutBack;
        }
        log::debug!("item {item}: put aside, so that others are tried");
        let pause = (condition.retry.pause() * TURNS).clamp(SHORTEST_ASIDE, LONGEST_ASIDE);
        Next::Aside { pause: pause.max(wish.min(LONGEST_ASIDE)), message: shortened(&told(shown, false)) }
    }
}

/// E-mails that the database refuses.
#[derive(Debug, Default)]
pub struct Refusals {
    /// Different items in a row.
    items: Vec<Uuid>,
    /// How often the last one's e-mail was refused since they are many.
    tries: u32,
}

/// Whose fault it is that an e-mail is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Refused {
    /// The item's: it fails.
    Item,
    /// All are refused: the e-mail is kept and offered again.
    All,
    /// The same, but it was offered so often that another item is tried.
    AllForLong,
}

impl Refusals {
    /// So often the e-mail of one item is offered.
    const MOST_TRIES: u32 = 20;

    /// An e-mail was refused for what it holds.
    pub fn refused(&mut self, item: Uuid) -> Refused {
        if !self.items.contains(&item) {
            (self.items.len() == ALIKE).then(|| self.items.remove(0));
            self.items.push(item);
            self.tries = 0;
        }
        if self.items.len() < ALIKE {
            return Refused::Item;
        }
        self.tries += 1;
        if self.tries < Self::MOST_TRIES { Refused::All } else { Refused::AllForLong }
    }

    /// An e-mail was stored.
    pub fn accepted(&mut self) {
        *self = Refusals::default();
    }
}

impl Trace {
    fn of(item: Uuid) -> Trace {
        Trace { item, subject: "", is_open: true, failures: 1, spared: 0, is_suspect: false }
    }
}

fn told(shown: &Obstacle, passes: bool) -> String {
    if passes { shown.detail.clone() } else { format!("{}: {}", shown.condition.title, shown.detail) }
}

#[cfg(test)]
#[path = "blame_tests.rs"]
mod tests;
