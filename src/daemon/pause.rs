//! Holding claiming on this machine: `scribe queue pause` makes a file in the state directory, `scribe queue resume`
//! takes it away. So it lasts through restarts and power cuts, and needs neither the database nor the directory's lock.
//!
//! Whether the file is there is all that counts. The daemon never opens, changes or removes it, so root may pause a
//! scribe that runs as another user.
use std::{
    fs::{self, File, OpenOptions},
    io,
    os::unix::fs::OpenOptionsExt,
    path::Path,
    time::{Duration, Instant},
};

use log::{info, warn};

use super::{
    event::{PAUSED, RESUMED},
    runs::tell_disk_refused,
    worker::{Round, Worker},
};
use crate::{condition::Obstacle, database::Backlog};

const FILE: &str = "paused";

/// How often the worker looks for the end of the pause.
const LOOK: Duration = Duration::from_secs(2);

/// How often it asks the database meanwhile, so that `/health` stays fresh.
const ASK: Duration = Duration::from_secs(30);

/// Holds claiming. False: it was held already.
pub fn pause(state_directory: &Path) -> io::Result<bool> {
    // `create_new` follows no link that somebody else may have put there.
    let made = OpenOptions::new().write(true).create_new(true).mode(0o644).open(state_directory.join(FILE));
    settled(made.map(drop), io::ErrorKind::AlreadyExists, state_directory)
}

/// Releases claiming. False: it was not held.
pub fn resume(state_directory: &Path) -> io::Result<bool> {
    settled(fs::remove_file(state_directory.join(FILE)), io::ErrorKind::NotFound, state_directory)
}

/// Whether claiming is held.
pub fn is_paused(state_directory: &Path) -> io::Result<bool> {
    match fs::symlink_metadata(state_directory.join(FILE)) {
        Ok(_) => Ok(true),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
        Err(error) => Err(error),
    }
}

/// Whether a change was made or `is_so` already; either survives a power cut from here on.
fn settled(change: io::Result<()>, is_so: io::ErrorKind, directory: &Path) -> io::Result<bool> {
    let changed = match change {
        Ok(()) => true,
        Err(error) if error.kind() == is_so => false,
        Err(error) => return Err(error),
    };
    File::open(directory)?.sync_all()?;
    Ok(changed)
}

impl Worker {
    /// Whether claiming is held. Logs when that begins and when it ends.
    pub(super) fn is_paused(&self) -> bool {
        let paused = is_paused(self.state.path()).unwrap_or_else(|error| {
            tell_disk_refused(&self.status, &self.state.trouble(FILE, error));
            false
        });
        match (self.status.pause(paused), paused) {
            (false, _) => {}
            (true, true) => {
                warn!(
                    MESSAGE_ID = PAUSED;
                    "paused: nothing is claimed on this machine until `scribe queue resume`"
                );
            }
            (true, false) => info!(MESSAGE_ID = RESUMED; "resumed: claiming goes on"),
        }
        paused
    }

    /// A round in which nothing is claimed: asks the database once, then waits for a while, or for the end of the pause.
    pub(super) fn sit_out(&self) -> Result<Round, Obstacle> {
        if self.until_empty {
            return Ok(Round::Paused);
        }
        self.status.backlog(self.seen(Backlog::look(&self.database))?);
        let asked = Instant::now();
        // An error of the look is met again, and reported, in the next round.
        while asked.elapsed() < ASK && !self.stop.sleep(LOOK) && is_paused(self.state.path()).unwrap_or(false)
        {
        }
        Ok(Round::Paused)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn claiming_is_held_and_released_once() {
        let directory = std::env::temp_dir().join(format!("scribe-pause-{}", uuid::Uuid::new_v4()));
        assert_eq!(pause(&directory).unwrap_err().kind(), io::ErrorKind::NotFound);
        fs::create_dir(&directory).unwrap();
        let held = || is_paused(&directory).unwrap();
        assert!(!held());
        assert!(pause(&directory).unwrap() && held());
        assert!(!pause(&directory).unwrap() && held());
        assert!(resume(&directory).unwrap() && !held());
        assert!(!resume(&directory).unwrap() && !held());
        fs::remove_dir_all(directory).unwrap();
    }

    #[test]
    fn a_pause_writes_through_no_link() {
        let directory = std::env::temp_dir().join(format!("scribe-pause-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&directory).unwrap();
        let victim = directory.join("victim");
        std::os::unix::fs::symlink(&victim, directory.join(FILE)).unwrap();
        assert!(!pause(&directory).unwrap());
        assert!(!victim.exists());
        assert!(is_paused(&directory).unwrap());
        assert!(resume(&directory).unwrap());
        fs::remove_dir_all(directory).unwrap();
    }
}
