//! Which runs of this state directory there were: what they left behind is taken back, and this one is remembered.
use std::time::{Duration, Instant};

use log::{info, warn};

use super::{
    event::{CONDITION_BEGUN, TAKEN_BACK},
    run_file::EarlierRun,
    state_directory::StateError,
    status::Status,
    worker::Worker,
};
use crate::{
    condition::{Obstacle, STATE_NOT_WRITABLE},
    database::queue_items,
    queue::RunId,
};

/// How long a disk that has refused is left alone.
pub const DISK_PAUSE: Duration = Duration::from_secs(5 * 60);

/// What the worker knows of the runs before it, and of the disk that remembers them.
#[derive(Debug, Default)]
pub struct Runs {
    /// Those whose items are to be taken back, newest first; `None` before they were looked up.
    earlier: Option<Vec<EarlierRun>>,
    /// Those to be looked at once more: a claim that the last of them sent may be committed only after its death.
    late: Vec<RunId>,
    /// The run that the disk knows, when nothing is left of it.
    on_disk: Option<RunId>,
    /// Whether this run is remembered on disk.
    is_remembered: bool,
    /// The disk has refused, and is not tried again before then.
    disk_again: Option<Instant>,
}

impl Worker {
    /// Takes back what the runs before left behind, once. They are not looked up before the database has answered: a machine
    /// is known by its network's hardware where it has no serial number, and that may come up after scribe.
    pub(super) fn take_back(&mut self) -> Result<(), Obstacle> {
        let earlier = self.runs.earlier.get_or_insert_with(|| self.state.earlier_runs()).clone();
        let mut is_newest = true;
        for EarlierRun { run, crashed } in earlier {
            // What older ones left was taken back at an earlier start; what is found now was claimed too late to be
            // worked on.
            let refund = !crashed || !is_newest;
            is_newest = false;
            self.take_back_of(run, refund)?;
        }
        let done = self.runs.earlier.replace(Vec::new()).unwrap_or_default();
        if let Some(newest) = done.first() {
            self.runs.on_disk = Some(newest.run);
            self.runs.late = done.iter().map(|earlier| earlier.run).collect();
        }
        Ok(())
    }

    /// The same once more, before this run is idle for the first time. True: something was found.
    pub(super) fn take_back_late(&mut self) -> Result<bool, Obstacle> {
        let mut count = 0;
        for run in self.runs.late.clone() {
            count += self.take_back_of(run, true)?;
        }
        self.runs.late.clear();
        Ok(count > 0)
    }

    fn take_back_of(&self, run: RunId, refund: bool) -> Result<usize, Obstacle> {
        let count = self.seen(queue_items::take_back(&self.database, run, refund))?;
        if count > 0 {
            info!(MESSAGE_ID = TAKEN_BACK; "took back {count} item(s) that an earlier run left behind");
        }
        Ok(count)
    }

    /// Remembers this run before it claims. Where the disk refuses, it goes by the name of the run that is remembered
    /// there. Without one, what it leaves behind comes back when its lease is over.
    pub(super) fn remember(&mut self) {
        if self.runs.is_remembered || !self.may_use_disk() {
            return;
        }
        match self.state.save_run(self.in_hand.run()) {
            Ok(()) => {
                info!("run {}", self.in_hand.run());
                (self.runs.is_remembered, self.runs.on_disk) = (true, None);
                self.warning_over(&STATE_NOT_WRITABLE);
            }
            Err(error) => {
                if let Some(run) = self.runs.on_disk.take() {
                    self.in_hand.set_run(run);
                }
                self.disk_refused(&error);
            }
        }
    }

    /// What this run still has is not to look like a claim that was never answered: it goes on under another name.
    pub(super) fn rename(&mut self) {
        self.in_hand.set_run(RunId::fresh());
        self.runs.is_remembered = false;
    }

    /// A disk that has refused is left alone for a while, unless it is the last chance.
    pub(super) fn may_use_disk(&self) -> bool {
        self.stop.is_requested() || self.runs.disk_again.is_none_or(|again| Instant::now() >= again)
    }

    pub(super) fn disk_refused(&mut self, error: &StateError) {
        self.runs.disk_again = Some(Instant::now() + DISK_PAUSE);
        tell_disk_refused(&self.status, error);
    }
}

/// Says so, when it is news.
pub fn tell_disk_refused(status: &Status, error: &StateError) {
    if status.warn(&STATE_NOT_WRITABLE) {
        warn!(
            MESSAGE_ID = CONDITION_BEGUN, ERROR_KIND = STATE_NOT_WRITABLE.code;
            "{}: {error}; {}", STATE_NOT_WRITABLE.title, STATE_NOT_WRITABLE.remedy
        );
    }
}
