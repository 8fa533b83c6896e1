//! The spool: one finished e-mail on disk, while the database is away. One is enough, since nothing is claimed before
//! it is stored.
use std::fs;

use log::error;
use serde::{Deserialize, Serialize};

use super::state_directory::{StateDirectory, StateError};
use crate::{database::queue_items::Email, queue::Claim};

/// The file's name.
const SPOOL: &str = "spool";

/// Where a file is put that makes no sense, for a person to look at.
const UNREADABLE: &str = "spool.unreadable";

/// An e-mail that is not stored yet, and the right to store it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finished {
    /// The item.
    pub claim: Claim,
    /// Its e-mail.
    pub email: Email,
}

impl StateDirectory {
    /// Keeps an e-mail; it survives a power cut from here on.
    pub fn keep(&self, finished: &Finished) -> Result<(), StateError> {
        let text = serde_json::to_vec(finished).map_err(|error| self.trouble(SPOOL, error.into()))?;
        self.replace(SPOOL, &text)
    }

    /// The e-mail that was kept, if there is one. A file that makes no sense is put aside: its item comes back when it
    /// is taken back or its lease is over.
    pub fn kept(&self) -> Option<Finished> {
        let path = self.path().join(SPOOL);
        let finished = self.read(SPOOL).and_then(|text| match text {
            Some(text) => serde_json::from_slice(&text).map_err(|error| self.trouble(SPOOL, error.into())),
            None => Ok(None),
        });
        match finished {
            Ok(finished) => finished,
            Err(error) => {
                error!("{error}; put aside as {UNREADABLE}");
                if let Err(error) = fs::rename(&path, self.path().join(UNREADABLE)) {
                    error!("{}: {error}", path.display());
                }
                None
            }
        }
    }

    /// The e-mail that was kept is stored, or nobody's business any more.
    pub fn forget(&self) -> Result<(), StateError> {
        fs::remove_file(self.path().join(SPOOL)).map_err(|error| self.trouble(SPOOL, error))
    }
}

#[cfg(test)]
pub(super) mod tests {
    use std::time::{Duration, Instant};

    use rustix::fs::{CWD, FileType, Mode, mknodat};
    use uuid::Uuid;

    use super::*;
    use crate::{
        daemon::state_directory::tests::TempState,
        queue::{ClaimToken, RunId},
    };

    pub fn finished() -> Finished {
        Finished {
            claim: Claim { item: Uuid::new_v4(), token: ClaimToken::fresh(RunId::fresh()) },
            email: Email {
                id: Uuid::new_v4(),
                message: "Dear Zoë,\n\"quoted\" \u{1f600}".into(),
                template_type: "GENERAL".into(),
                metadata: serde_json::json!({"warnings": []}),
                is_confident: true,
            },
        }
    }

    #[test]
    fn what_is_kept_is_found_again_until_it_is_forgotten() {
        let state = TempState::new();
        assert_eq!(state.kept(), None);
        let (first, second) = (finished(), finished());
        state.keep(&first).unwrap();
        state.keep(&second).unwrap();
        assert_eq!(state.kept(), Some(second));
        state.forget().unwrap();
        assert_eq!(state.kept(), None);
    }

    #[test]
    fn a_file_that_is_cut_off_at_any_byte_or_foreign_is_put_aside() {
        let state = TempState::new();
        let whole = serde_json::to_vec(&finished()).unwrap();
        let spool = state.path().join(SPOOL);
        let cut = (0..whole.len()).map(|end| whole[..end].to_vec());
        let forged =
            String::from_utf8(whole.clone()).unwrap().replace("scribe:", "scribe:'; DROP TABLE users; --");
        for content in cut.chain([b"{}".to_vec(), vec![0; 4096], vec![0xff; 10], forged.into_bytes()]) {
            fs::write(&spool, &content).unwrap();
            assert_eq!(state.kept(), None);
            assert_eq!(fs::read(state.path().join(UNREADABLE)).unwrap(), content);
            assert!(!spool.exists());
        }
    }
    #[test]
    fn what_is_no_file_or_too_long_for_an_email_is_put_aside_unread() {
        let state = TempState::new();
        let spool = state.path().join(SPOOL);
        let pipe = || mknodat(CWD, &spool, FileType::Fifo, Mode::RWXU, 0).unwrap();
        let endless = || fs::File::create(&spool).unwrap().set_len(1 << 40).unwrap();
        let link = || std::os::unix::fs::symlink("/dev/zero", &spool).unwrap();
        for make in [&pipe as &dyn Fn(), &endless, &link] {
            make();
            let started = Instant::now();
            assert_eq!(state.kept(), None);
            assert!(started.elapsed() < Duration::from_secs(30));
            assert!(fs::symlink_metadata(&spool).is_err());
            fs::remove_file(state.path().join(UNREADABLE)).unwrap();
        }
    }
}
