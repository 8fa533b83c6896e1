//! What scribe remembers across restarts, in a directory that only one scribe may use at a time: which run it was, and
//! (in [`super::spool`]) an e-mail that could not be stored yet.
use std::{
    fmt,
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use log::{error, warn};
use rustix::fs::{Access, OFlags, access};

use crate::queue::RunId;

/// The file that names the run.
const RUN: &str = "run";

/// The word behind a run that came to an orderly end.
const ENDED: &str = "ended";

/// So many runs are remembered. A claim of an older one cannot be on its way any more.
const MOST_RUNS: usize = 3;

/// Where this start, or this machine, has no name of its own. It is like no other, not even like itself.
const UNKNOWN: &str = "unknown";

/// Longest file that is read, in bytes. An e-mail is shorter: the database gives no template of more than 4 MB, and JSON
/// makes of a character six at most.
const MOST_BYTES: u64 = 32 << 20;

/// The directory, locked for as long as this value lives.
#[derive(Debug)]
pub struct StateDirectory {
    path: PathBuf,
    _lock: File,
}

/// What a start would find.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outlook {
    /// Nothing: the directory would be made.
    New,
    /// One that no scribe uses.
    Free,
    /// The same, on a disk that is read-only.
    ReadOnly,
    /// One that another scribe uses.
    InUse,
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
    /// Makes the directory if need be, and locks it. The lock is on the directory itself, for which nothing is written: a
    /// card that has turned read-only keeps no scribe from working. A directory that is another user's does. Whoever can
    /// open the directory can lock it, so it is made for its owner alone.
    pub fn open(path: &Path) -> Result<StateDirectory, StateError> {
        let trouble = |error| StateError::Io(path.into(), error);
        DirBuilder::new().recursive(true).mode(0o700).create(path).map_err(trouble)?;
        is_writable(path).map_err(trouble)?;
        let lock = File::open(path).map_err(trouble)?;
        if lock.metadata().map_err(trouble)?.mode() & 0o077 != 0 {
            let path = path.display();
            warn!("{path} is open to other users, who can keep scribe from starting: `chmod 700 {path}`");
        }
        match lock.try_lock() {
            Ok(()) => Ok(StateDirectory { path: path.into(), _lock: lock }),
            Err(TryLockError::WouldBlock) => Err(StateError::InUse(path.into())),
            Err(TryLockError::Error(error)) => Err(trouble(error)),
        }
    }

    /// What [`StateDirectory::open`] would find, for this user. Changes nothing; the lock is asked for together with
    /// others who only look, and let go at once.
    pub fn examine(path: &Path) -> Result<Outlook, StateError> {
        let trouble = |path: &Path| {
            let path = path.to_owned();
            |error| StateError::Io(path, error)
        };
        let existing = path.ancestors().find(|path| path.exists()).unwrap_or(Path::new("/"));
        let is_writable = is_writable(existing).map_err(trouble(existing))?;
        if existing != path {
            let refused = ErrorKind::ReadOnlyFilesystem.into();
            return if is_writable { Ok(Outlook::New) } else { Err(trouble(existing)(refused)) };
        }
        let run = path.join(RUN);
        if run.exists() {
            open_file(&run).map_err(trouble(&run))?;
        }
        match File::open(path).map_err(trouble(path))?.try_lock_shared() {
            Ok(()) => Ok(if is_writable { Outlook::Free } else { Outlook::ReadOnly }),
            Err(TryLockError::WouldBlock) => Ok(Outlook::InUse),
            Err(TryLockError::Error(error)) => Err(trouble(path)(error)),
        }
    }

    /// Where it is.
    pub fn path(&self) -> &Path {
        &self.path
    }

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

    /// One of its files, if it is there. A card that fails once may answer the next time.
    pub(super) fn read(&self, name: &str) -> Result<Option<Vec<u8>>, StateError> {
        let read = || match read_file(&self.path.join(name)) {
            Ok(content) => Ok(Some(content)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(self.trouble(name, error)),
        };
        read().or_else(|_| read()).or_else(|_| read())
    }

    /// What went wrong with one of its files.
    pub(super) fn trouble(&self, name: &str, error: io::Error) -> StateError {
        StateError::Io(self.path.join(name), error)
    }

    /// Writes a file so that after a power cut either the old or the new one is there, whole.
    pub(super) fn replace(&self, name: &str, content: &[u8]) -> Result<(), StateError> {
        let target = self.path.join(name);
        let write = || -> io::Result<()> {
            let fresh = self.path.join(format!("{name}.new"));
            let mut file = private_file(&fresh)?;
            file.write_all(content)?;
            file.sync_all()?;
            fs::rename(&fresh, &target)?;
            File::open(&self.path)?.sync_all()
        };
        write().map_err(|error| StateError::Io(target.clone(), error))
    }
}

/// Whether files can be made in a directory: false where its disk is read-only, an error where this user may not.
fn is_writable(directory: &Path) -> io::Result<bool> {
    if !directory.is_dir() {
        return Err(ErrorKind::NotADirectory.into());
    }
    match access(directory, Access::WRITE_OK | Access::EXEC_OK).map_err(io::Error::from) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::ReadOnlyFilesystem => Ok(false),
        Err(error) => Err(error),
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

/// A new one in place of whatever is there: a link may lead to a file of somebody's.
fn private_file(path: &Path) -> io::Result<File> {
    match fs::remove_file(path) {
        Err(error) if error.kind() != ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)
}

/// Opens a file that is one: a pipe would keep its reader waiting, and others have no end.
fn open_file(path: &Path) -> io::Result<File> {
    let flags = (OFlags::NONBLOCK | OFlags::NOFOLLOW).bits().cast_signed();
    let file = OpenOptions::new().read(true).custom_flags(flags).open(path)?;
    if file.metadata()?.is_file() { Ok(file) } else { Err(io::Error::other("not a file")) }
}

fn read_file(path: &Path) -> io::Result<Vec<u8>> {
    let mut content = Vec::new();
    open_file(path)?.take(MOST_BYTES + 1).read_to_end(&mut content)?;
    if content.len() as u64 > MOST_BYTES {
        return Err(io::Error::other(format!("longer than {MOST_BYTES} bytes")));
    }
    Ok(content)
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
pub(super) mod tests {
    use std::ops::Deref;

    use rustix::fs::{CWD, FileType, Mode, mknodat};

    use super::*;

    fn directory() -> PathBuf {
        std::env::temp_dir().join(format!("scribe-state-{}", uuid::Uuid::new_v4()))
    }

    /// One that is removed at the end.
    pub struct TempState(StateDirectory);

    impl TempState {
        pub fn new() -> TempState {
            TempState(StateDirectory::open(&directory()).unwrap())
        }
    }

    impl Deref for TempState {
        type Target = StateDirectory;

        fn deref(&self) -> &StateDirectory {
            &self.0
        }
    }

    impl Drop for TempState {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(self.path());
        }
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
    fn a_look_finds_what_a_start_would_find_and_changes_nothing() {
        let path = directory();
        let below = path.join("below");
        assert_eq!(StateDirectory::examine(&below).unwrap(), Outlook::New);
        assert!(!path.exists());
        let state = StateDirectory::open(&path).unwrap();
        assert_eq!(StateDirectory::examine(&path).unwrap(), Outlook::InUse);
        drop(state);
        assert_eq!(StateDirectory::examine(&path).unwrap(), Outlook::Free);
        fs::write(&below, "").unwrap();
        for path in [below.clone(), below.join("deeper")] {
            let (look, start) = (StateDirectory::examine(&path), StateDirectory::open(&path));
            assert!(
                matches!(look, Err(StateError::Io(_, error)) if error.kind() == ErrorKind::NotADirectory)
            );
            assert!(start.is_err());
        }
        fs::remove_dir_all(path).unwrap();
    }

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

    #[test]
    fn nobody_else_can_open_the_directory_and_hold_its_lock() {
        let state = TempState::new();
        assert_eq!(fs::metadata(state.path()).unwrap().mode() & 0o777, 0o700);
    }
}
