//! Which runs used a state directory last, and how they ended: a file with a line for each.
use std::fs;

use log::error;

use super::state_directory::{RUN, StateDirectory, StateError};
use crate::queue::RunId;

/// The word behind a run that came to an orderly end.
const ENDED: &str = "ended";

/// So many runs are remembered. A claim of an older one cannot be on its way any more.
const MOST_RUNS: usize = 3;

/// Where this start, or this machine, has no name of its own. It is like no other, not even like itself.
const UNKNOWN: &str = "unknown";

/// A run whose items may still stand in PROCESSING.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierRun {
    /// Which.
    pub run: RunId,
    /// Whether it neither came to an orderly end nor lost its power with the machine: then the item in its hand may be
    /// what ended it, and the attempt counts.
    pub crashed: bool,
}

impl StateDirectory {
    /// The runs that used this directory last, newest first, as far as they were on this machine: the directory may be a
    /// copy, and the original at work. A line that makes no sense is as good as none: what that run left behind then
    /// comes back when its lease is over.
    pub fn earlier_runs(&self) -> Vec<EarlierRun> {
        self.lines().iter().filter_map(|line| earlier_run(line)).collect()
    }

    /// Remembers the run that is about to claim, and those before it; survives a power cut from here on.
    pub fn save_run(&self, run: RunId) -> Result<(), StateError> {
        self.save(run, "")
    }

    /// Remembers that the run came to an orderly end, so that nothing it left behind counts as an attempt. A run that
    /// was never saved claimed nothing, and must not hide the one before it.
    pub fn save_end(&self, run: RunId) -> Result<(), StateError> {
        if self.earlier_runs().first().is_none_or(|saved| saved.run != run) {
            return Ok(());
        }
        self.save(run, ENDED)
    }

    fn save(&self, run: RunId, end: &str) -> Result<(), StateError> {
        let first = format!("{run} {} {} {end}", boot_id(), machine_id());
        let id = run.to_string();
        let before = self.lines().into_iter().filter(|line| !line.starts_with(&id));
        let lines = [first.trim_end().to_owned()].into_iter().chain(before).take(MOST_RUNS);
        self.replace(RUN, lines.map(|line| line + "\n").collect::<String>().as_bytes())
    }

    /// One per run, as they were written.
    fn lines(&self) -> Vec<String> {
        let text = self.read(RUN).unwrap_or_else(|error| {
            error!("{error}");
            None
        });
        let text = String::from_utf8_lossy(text.as_deref().unwrap_or_default()).into_owned();
        let is_run = |line: &&str| line.split_whitespace().next().and_then(RunId::parse).is_some();
        text.lines().filter(is_run).map(str::to_owned).take(MOST_RUNS).collect()
    }
}

fn earlier_run(line: &str) -> Option<EarlierRun> {
    let mut words = line.split_whitespace();
    let run = words.next().and_then(RunId::parse)?;
    let is_same = |word: Option<&str>, id: &str| word == Some(id) && id != UNKNOWN;
    let same_boot = is_same(words.next(), &boot_id());
    let same_machine = is_same(words.next(), &machine_id());
    let ended = words.next() == Some(ENDED);
    (same_boot || same_machine).then_some(EarlierRun { run, crashed: same_boot && !ended })
}

/// Names this start of the machine. The unit hands it over where `/proc/sys` is hidden from the service.
fn boot_id() -> String {
    std::env::var("SCRIBE_BOOT_ID")
        .or_else(|_| fs::read_to_string("/proc/sys/kernel/random/boot_id"))
        .map(|id| id.trim().replace('-', ""))
        .ok()
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| UNKNOWN.into())
}

/// Tells this machine from one that runs on a copy of its card: a Raspberry Pi's serial number, else the hardware
/// addresses of its network interfaces.
fn machine_id() -> String {
    let given = std::env::var("SCRIBE_MACHINE_ID").ok();
    let serial = || fs::read_to_string("/sys/firmware/devicetree/base/serial-number").ok();
    let addresses = || {
        let mut addresses: Vec<String> = fs::read_dir("/sys/class/net")
            .ok()?
            .filter_map(|entry| Some(entry.ok()?.path()))
            .filter(|interface| interface.join("device").exists()) // others get an address by chance
            .filter_map(|interface| fs::read_to_string(interface.join("address")).ok())
            .collect();
        addresses.sort_unstable();
        addresses.into_iter().next()
    };
    given
        .or_else(serial)
        .or_else(addresses)
        .map(|id| id.chars().filter(char::is_ascii_alphanumeric).collect())
        .filter(|id: &String| !id.is_empty())
        .unwrap_or_else(|| UNKNOWN.into())
}

#[cfg(test)]
mod tests {
    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;
    use crate::daemon::state_directory::tests::TempState;

    #[test]
    fn a_run_crashed_if_it_neither_ended_nor_lost_its_power() {
        let state = TempState::new();
        assert_eq!(newest(&state), None);
        let run = RunId::fresh();
        state.save_run(run).unwrap();
        assert_eq!(newest(&state), Some(EarlierRun { run, crashed: true }));
        state.save_end(run).unwrap();
        assert_eq!(newest(&state), Some(EarlierRun { run, crashed: false }));
        state.save_end(RunId::fresh()).unwrap();
        assert_eq!(newest(&state).map(|saved| saved.run), Some(run), "hidden by a run that never claimed");
        let written = |boot: &str, machine: &str| {
            fs::write(state.path().join(RUN), format!("{run} {boot} {machine}\n")).unwrap();
            newest(&state)
        };
        assert_eq!(written("another", &machine_id()), Some(EarlierRun { run, crashed: false }));
        assert_eq!(written("another", "another"), None, "this is a copy of its card");
        assert_eq!(written(UNKNOWN, UNKNOWN), None, "two machines without a name are not the same one");
    }

    fn newest(state: &StateDirectory) -> Option<EarlierRun> {
        state.earlier_runs().first().copied()
    }

    #[test]
    fn what_has_no_name_is_not_even_like_itself() {
        let run = RunId::fresh();
        let line = |boot: &str, machine: &str| earlier_run(&format!("{run} {boot} {machine}"));
        assert!(line(&boot_id(), UNKNOWN).is_some());
        assert_eq!(line(UNKNOWN, UNKNOWN), None);
    }

    #[test]
    fn the_last_three_runs_are_remembered_newest_first() {
        let state = TempState::new();
        let runs: Vec<RunId> = (0..5).map(|_| RunId::fresh()).collect();
        for &run in &runs {
            state.save_run(run).unwrap();
            state.save_end(run).unwrap();
        }
        state.save_run(runs[4]).unwrap();
        let seen: Vec<_> = state.earlier_runs().iter().map(|it| (it.run, it.crashed)).collect();
        assert_eq!(seen, [(runs[4], true), (runs[3], false), (runs[2], false)]);
    }

    #[test]
    fn a_broken_file_counts_as_no_earlier_run() {
        let state = TempState::new();
        for content in [&b""[..], b"not a run id\n", &[0xff, 0xfe, 0x00]] {
            fs::write(state.path().join(RUN), content).unwrap();
            assert_eq!(newest(&state), None);
        }
    }

    #[test]
    fn a_link_where_a_file_is_written_costs_no_other_file() {
        let state = TempState::new();
        let precious = state.path().join("precious");
        fs::write(&precious, "precious").unwrap();
        std::os::unix::fs::symlink("precious", state.path().join("run.new")).unwrap();
        let run = RunId::fresh();
        state.save_run(run).unwrap();
        assert_eq!(fs::read_to_string(precious).unwrap(), "precious");
        assert_eq!(newest(&state), Some(EarlierRun { run, crashed: true }));
    }

    #[test]
    fn a_pipe_called_like_the_file_of_runs_is_no_earlier_run_and_makes_way() {
        let state = TempState::new();
        mknodat(CWD, state.path().join(RUN), FileType::Fifo, Mode::RWXU, 0).unwrap();
        assert_eq!(newest(&state), None);
        assert!(StateDirectory::examine(state.path()).is_err(), "doctor tells of it, and does not wait");
        let run = RunId::fresh();
        state.save_run(run).unwrap();
        assert_eq!(newest(&state), Some(EarlierRun { run, crashed: true }));
    }
}
