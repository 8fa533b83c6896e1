//! What scribe remembers across restarts: which run it was, in a directory that only one scribe may use at a time.
use std::{
    fmt,
    fs::{self, File, OpenOptions, TryLockError},
    io::{self, Write},
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use crate::queue::RunId;

/// The word behind a run that came to an orderly end.
const ENDED: &str = "ended";

/// The directory, locked for as long as this value lives.
#[derive(Debug)]
pub struct StateDirectory {
    path: PathBuf,
    _lock: File,
}

/// A run whose items may still stand in PROCESSING.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct EarlierRun {
    /// Which.
    pub run: RunId,
    /// Whether it neither came to an orderly end nor lost its power with the machine: then the item in its hand may be
    /// what ended it, and the attempt counts.
    pub crashed: bool,
}

/// Why the directory cannot be used.
#[derive(Debug)]
pub enum StateError {
    /// Another scribe has it.
    InUse(PathBuf),
    /// It cannot be made, read or written.
    Io(PathBuf, io::Error),
}

impl fmt::Display for StateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            StateError::InUse(path) => write!(f, "another scribe uses {}", path.display()),
            StateError::Io(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for StateError {}

impl StateDirectory {
    /// Makes the directory if need be, and locks it.
    pub fn open(path: &Path) -> Result<StateDirectory, StateError> {
        fs::create_dir_all(path).map_err(|e| StateError::Io(path.into(), e))?;
        let lock_file = path.join("lock");
        let lock =
            private_file(&lock_file, false).map_err(|error| StateError::Io(lock_file.clone(), error))?;
        match lock.try_lock() {
            Ok(()) => Ok(StateDirectory { path: path.into(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StateError::InUse(path.into())),
            Err(TryLockError::Error(error)) => Err(StateError::Io(lock_file, error)),
        }
    }

    /// The run that used this directory last, if any. A file that makes no sense is as good as none: what that run
    /// left behind then comes back when its lease is over.
    pub fn earlier_run(&self) -> Result<Option<EarlierRun>, StateError> {
        let path = self.path.join("run");
        let text = match fs::read_to_string(&path) {
            Ok(text) => text,
            Err(e) if e.kind() == io::ErrorKind::NotFound => return Ok(None),
            Err(e) if e.kind() == io::ErrorKind::InvalidData => String::new(),
            Err(e) => return Err(StateError::Io(path, e)),
        };
        let mut words = text.split_whitespace();
        let run = words.next().and_then(RunId::parse);
        let same_boot = words.next() == Some(boot_id().as_str());
        let ended = words.next() == Some(ENDED);
        Ok(run.map(|run| EarlierRun { run, crashed: same_boot && !ended }))
    }

    /// Remembers the run that is about to claim; survives a power cut from here on.
    pub fn save_run(&self, run: RunId) -> Result<(), StateError> {
        self.replace("run", format!("{run} {}\n", boot_id()).as_bytes())
    }

    /// Remembers that the run came to an orderly end, so that nothing it left behind counts as an attempt.
    pub fn save_end(&self, run: RunId) -> Result<(), StateError> {
        self.replace("run", format!("{run} {} {ENDED}\n", boot_id()).as_bytes())
    }

    /// Writes a file so that after a power cut either the old or the new one is there, whole.
    fn replace(&self, name: &str, content: &[u8]) -> Result<(), StateError> {
        let target = self.path.join(name);
        let write = || -> io::Result<()> {
            let fresh = self.path.join(format!("{name}.new"));
            let mut file = private_file(&fresh, true)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&fresh, &target)?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(|error| StateError::Io(target.clone(), error))
    }
}

fn private_file(path: &Path, truncate: bool) -> io::Result<File> {
    OpenOptions::new().write(true).create(true).truncate(truncate).mode(0o600).open(path)
}

/// Names this start of the machine. The unit hands it over where `/proc/sys` is hidden from the service.
fn boot_id() -> String {
    std::env::var("SCRIBE_BOOT_ID")
        .or_else(|_| fs::read_to_string("/proc/sys/kernel/random/boot_id"))
        .map(|id| id.trim().replace('-', ""))
        .ok()
        .filter(|id| !id.is_empty())
        .unwrap_or_else(|| "unknown".into())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> PathBuf {
        std::env::temp_dir().join(format!("scribe-state-{}", uuid::Uuid::new_v4()))
    }

    #[test]
    fn a_second_scribe_on_the_same_directory_is_refused() {
        let path = directory();
        let first = StateDirectory::open(&path).unwrap();
        assert!(matches!(StateDirectory::open(&path), Err(StateError::InUse(_))));
        drop(first);
        assert!(StateDirectory::open(&path).is_ok());
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_run_crashed_if_it_neither_ended_nor_lost_its_power() {
        let path = directory();
        let state = StateDirectory::open(&path).unwrap();
        assert_eq!(state.earlier_run().unwrap(), None);
        let run = RunId::fresh();
        state.save_run(run).unwrap();
        assert_eq!(state.earlier_run().unwrap(), Some(EarlierRun { run, crashed: true }));
        state.save_end(run).unwrap();
        assert_eq!(state.earlier_run().unwrap(), Some(EarlierRun { run, crashed: false }));
        fs::write(path.join("run"), format!("{run} another-boot\n")).unwrap();
        assert_eq!(state.earlier_run().unwrap(), Some(EarlierRun { run, crashed: false }));
        fs::remove_dir_all(path).unwrap();
    }

    #[test]
    fn a_broken_file_counts_as_no_earlier_run() {
        let path = directory();
        let state = StateDirectory::open(&path).unwrap();
        for content in [&b""[..], b"not a run id\n", &[0xff, 0xfe, 0x00]] {
            fs::write(path.join("run"), content).unwrap();
            assert_eq!(state.earlier_run().unwrap(), None);
        }
        fs::remove_dir_all(path).unwrap();
    }
}
