//! What scribe remembers across restarts, in a directory that only one scribe may use at a time: which run it was
//! ([`super::run_file`]), and an e-mail that could not be stored yet ([`super::spool`]).
use std::{
    fmt,
    fs::{self, DirBuilder, File, OpenOptions, TryLockError},
    io::{self, ErrorKind, Read, Write},
    os::unix::fs::{DirBuilderExt, MetadataExt, OpenOptionsExt},
    path::{Path, PathBuf},
};

use log::warn;
use rustix::fs::{Access, OFlags, access};

/// The file of `run_file`.
pub(super) const RUN: &str = "run";

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

#[cfg(test)]
pub(super) mod tests {
    use std::ops::Deref;

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
    fn nobody_else_can_open_the_directory_and_hold_its_lock() {
        let state = TempState::new();
        assert_eq!(fs::metadata(state.path()).unwrap().mode() & 0o777, 0o700);
    }
}
