//! Whether the thread at work still is: before everything that may take long it says until when that is done at the
//! latest, and whoever watches believes it until then.
//!
//! What is said belongs to the thread, like a span of a trace: those who wait, deep in the database, the web or a model,
//! know how long they may, and nobody between them and the watch needs to. On a thread that is not watched, which is
//! every command's, it costs nothing.
use std::{
    cell::OnceCell,
    marker::PhantomData,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

/// How many periods of the watchdog a stretch of work may take about which nothing was said: reading a page, writing to
/// disk. With the unit's 60 s that is two minutes, for what takes seconds on the slowest Raspberry Pi.
const STRETCH: u32 = 2;

thread_local! {
    static OWN: OnceCell<Arc<Liveness>> = const { OnceCell::new() };
}

/// Until when a thread need not be heard of.
#[derive(Debug)]
pub(crate) struct Liveness {
    since: Instant,
    /// In milliseconds since then.
    until: AtomicU64,
    stretch: Duration,
    /// What a wait may take longer than was said, on a machine that is busy or swaps.
    margin: Duration,
}

impl Liveness {
    /// For a watchdog that bites after a period of silence.
    pub fn new(period: Duration) -> Liveness {
        let (since, stretch) = (Instant::now(), period * STRETCH);
        let liveness = Liveness { since, until: AtomicU64::new(0), stretch, margin: period / 2 };
        liveness.set(liveness.now() + stretch);
        liveness
    }

    /// From here on, this is about the thread that calls.
    pub fn watch_this_thread(self: Arc<Liveness>) {
        // A thread is watched once and for all.
        let _ = OWN.with(|own| own.set(self));
    }

    /// How long ago the thread should have been heard of.
    pub fn overdue(&self) -> Option<Duration> {
        self.now().checked_sub(self.until()).filter(|late| !late.is_zero())
    }

    fn now(&self) -> Duration {
        self.since.elapsed()
    }

    fn until(&self) -> Duration {
        Duration::from_millis(self.until.load(Ordering::Relaxed))
    }

    fn set(&self, until: Duration) {
        // 64 bits of milliseconds do not run out.
        self.until.store(u64::try_from(until.as_millis()).unwrap_or(u64::MAX), Ordering::Relaxed);
    }

    /// What the thread was at before goes on, and has a stretch of its own for what comes next.
    fn back_to(&self, before: Duration) {
        self.set(before.max(self.now() + self.stretch));
    }
}

/// This thread waits for something that has an end of its own after so long; until what is returned is dropped.
pub(crate) fn waits(at_most: Duration) -> Wait {
    let before = OWN.with(|own| {
        own.get().map(|liveness| {
            let before = liveness.until();
            liveness.set(liveness.now().saturating_add(at_most).saturating_add(liveness.margin));
            before
        })
    });
    Wait { before, belongs_to_its_thread: PhantomData }
}

/// Sleeps, which is a wait like any other.
pub(crate) fn sleep(time: Duration) {
    let _wait = waits(time);
    #[expect(clippy::disallowed_methods, reason = "here the watchdog knows of it")]
    thread::sleep(time);
}

/// See [`waits`].
#[must_use = "the wait is over when this is dropped"]
pub(crate) struct Wait {
    before: Option<Duration>,
    belongs_to_its_thread: PhantomData<*const ()>,
}

impl Drop for Wait {
    fn drop(&mut self) {
        if let Some(before) = self.before {
            // At a thread's end it may be gone already; then nobody hears any more.
            let _ = OWN.try_with(|own| own.get().map(|liveness| liveness.back_to(before)));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const PERIOD: Duration = Duration::from_secs(60);

    /// Does this on a watched thread.
    fn watched(work: impl FnOnce(&Liveness) + Send) {
        let liveness = Arc::new(Liveness::new(PERIOD));
        thread::scope(|scope| {
            scope.spawn(|| {
                liveness.clone().watch_this_thread();
                work(&liveness);
            });
        });
    }

    /// For how long nothing need be heard: that many half minutes, the last not full.
    fn half_minutes_left(liveness: &Liveness) -> u64 {
        (liveness.until() - liveness.now()).as_secs_f64().div_euclid(30.0) as u64 + 1
    }

    #[test]
    fn a_thread_is_overdue_once_its_time_is_over_and_not_before() {
        let liveness = Liveness::new(PERIOD);
        assert_eq!(liveness.overdue(), None);
        liveness.set(liveness.now() + Duration::from_millis(5));
        thread::sleep(Duration::from_millis(20));
        assert!(liveness.overdue().is_some_and(|late| late >= Duration::from_millis(10)));
        liveness.back_to(Duration::ZERO);
        assert_eq!(liveness.overdue(), None);
    }

    #[test]
    fn a_wait_has_the_time_it_names_and_what_comes_after_it_a_stretch() {
        watched(|liveness| {
            assert_eq!(half_minutes_left(liveness), 4);
            let wait = waits(PERIOD * 7);
            assert_eq!(half_minutes_left(liveness), 15, "seven minutes and half a period");
            drop(wait);
            assert_eq!(half_minutes_left(liveness), 4);
            let short = waits(Duration::from_secs(20));
            assert_eq!(half_minutes_left(liveness), 2, "a short wait is watched more closely");
            drop(short);
            assert_eq!(half_minutes_left(liveness), 4);
        });
    }

    #[test]
    fn a_wait_within_another_leaves_that_its_time() {
        watched(|liveness| {
            let outer = waits(PERIOD * 10);
            let before = liveness.until();
            let inner = waits(Duration::from_secs(1));
            assert!(liveness.until() < before);
            drop(inner);
            assert_eq!(liveness.until(), before);
            drop(outer);
            assert!(liveness.until() < before);
        });
    }

    #[test]
    fn a_thread_that_is_not_watched_says_nothing_and_others_do_not_speak_for_it() {
        watched(|liveness| {
            let before = liveness.until();
            thread::scope(|scope| _ = scope.spawn(|| drop(waits(PERIOD * 100))));
            assert_eq!(liveness.until(), before);
        });
        drop(waits(Duration::MAX));
    }

    #[test]
    fn the_longest_wait_there_is_does_no_harm() {
        watched(|liveness| {
            let wait = waits(Duration::MAX);
            assert_eq!(liveness.overdue(), None);
            drop(wait);
            assert_eq!(half_minutes_left(liveness), 4);
        });
    }
}
