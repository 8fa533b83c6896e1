//! Holds what is tried against the clock, on a machine that may be busy with other things.
use std::{
    panic,
    sync::mpsc::{self, RecvTimeoutError},
    thread,
    time::{Duration, Instant},
};

/// How much later than at its deadline something may end.
const GRACE: Duration = Duration::from_secs(1);

/// So much later it counts as hanging, however busy the machine is.
const HANGING: Duration = Duration::from_secs(5);

/// How often it may be late before it is in time.
pub const MOST_LATE: usize = 2;

/// How often the machine may be too slow for what was planned to happen at all.
const MOST_UNREACHED: u32 = 6;

/// What was tried, and how long it took.
pub struct Trial<T> {
    pub value: T,
    pub took: Duration,
    pub deadline: Duration,
}

impl<T> Trial<T> {
    /// Tries it on a thread of its own, so that what hangs fails by its name.
    pub fn of(case: &str, deadline: Duration, work: impl FnOnce() -> T + Send + 'static) -> Trial<T>
    where
        T: Send + 'static,
    {
        let (sender, receiver) = mpsc::channel();
        let thread = thread::spawn(move || {
            let started = Instant::now();
            let value = work();
            // Whoever waited may have given up.
            let _ = sender.send((value, started.elapsed()));
        });
        match receiver.recv_timeout(deadline + HANGING) {
            Ok((value, took)) => Trial { value, took, deadline },
            Err(RecvTimeoutError::Timeout) => {
                panic!("{case}: hangs; not over {HANGING:?} after its deadline of {deadline:?}")
            }
            Err(RecvTimeoutError::Disconnected) => panic::resume_unwind(thread.join().unwrap_err()),
        }
    }
}

/// A trial that was in time, and how many came too late before.
pub struct OnTime<T> {
    pub value: T,
    pub took: Duration,
    pub late: usize,
}

/// Asserts that what is tried ends by its deadline. An attempt is told how much more patience than usual it should
/// have, as a factor; it is `None` where what was planned did not come about.
pub fn on_time<T>(case: &str, mut attempt: impl FnMut(u32) -> Option<Trial<T>>) -> OnTime<T> {
    let mut late = Vec::new();
    for patience in 0..MOST_UNREACHED {
        while let Some(Trial { value, took, deadline }) = attempt(1 << patience) {
            if took < deadline + GRACE {
                return OnTime { value, took, late: late.len() };
            }
            late.push(took);
            assert!(late.len() <= MOST_LATE, "{case}: took {late:?} instead of {deadline:?} at most");
        }
    }
    panic!("{case}: what was planned did not come about");
}

/// The same for what always comes about. Returns what it came to.
pub fn ends_by<T: Send + 'static>(
    case: &str,
    deadline: Duration,
    work: impl Fn() -> T + Clone + Send + 'static,
) -> OnTime<T> {
    on_time(case, |_| Some(Trial::of(case, deadline, work.clone())))
}
