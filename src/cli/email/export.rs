//! `scribe email export`: a file for each e-mail. What is there is never written over: it may have been edited.
use std::{
    collections::HashSet,
    env,
    fs::{self, DirBuilder, OpenOptions},
    io::{self, Write as _},
    os::unix::fs::{DirBuilderExt, OpenOptionsExt, fchown, lchown},
    path::Path,
};

use rustix::{
    fs::{CWD, RenameFlags, renameat_with},
    io::Errno,
    process::geteuid,
};
use serde::Serialize;

use super::{
    super::{
        args::{ExportRequest, Format},
        database,
        failure::Failure,
        filter::filter,
        ids,
        output::Output,
        progress::Progress,
    },
    eml::eml,
    letter::Letter,
    markdown::markdown,
};
use crate::{
    config::Settings,
    database::emails::{self, Email, Wanted},
    text::words::fold,
};

/// How many e-mails are held at a time.
const AT_ONCE: usize = 50;
/// How many recipients without an address are named.
const MOST_NAMED: usize = 10;
/// How much of a recipient's name a file's name has, in characters.
const LONGEST_NAME: usize = 60;

/// What came of it, for programs.
#[derive(Default, Serialize)]
struct Exported {
    /// The files that were written, by their names in the directory.
    written: Vec<String>,
    /// Those that were there already.
    kept: Vec<String>,
    /// How many of the written ones have no address to go to.
    without_address: usize,
    /// The first of those whom these are for.
    #[serde(skip)]
    to_nobody: Vec<String>,
}

/// Exports what is wanted and not hidden.
pub fn run(settings: &Settings, request: &ExportRequest, output: &mut Output<'_>) -> Result<(), Failure> {
    let database = database(settings)?.for_lists();
    let wanted = Wanted {
        filter: filter(&database, &request.narrow)?,
        only_unsure: request.unsure,
        hidden_too: false,
    };
    let ids = emails::ids(&database, wanted)?;
    let directory = &request.directory;
    let owner = Owner::of_what_is_written();
    make(directory, owner).map_err(|error| unusable(directory, error))?;
    let (mut exported, mut taken) = (Exported::default(), HashSet::new());
    let mut progress = Progress::new(ids.len());
    for ids in ids.chunks(AT_ONCE) {
        for email in emails::read(&database, ids)? {
            let name = file_name(&email, request.format, &mut taken);
            exported
                .add(directory, name, owner, &email, request.format)
                .map_err(|error| unusable(directory, error))?;
        }
        progress.tell(exported.written.len() + exported.kept.len());
    }
    drop(progress);
    if output.json {
        return Ok(output.value(&exported)?);
    }
    Ok(exported.print(directory, output)?)
}

/// Whose the files are to be, where not simply whoever runs this.
#[derive(Clone, Copy)]
struct Owner {
    user: u32,
    group: u32,
}

impl Owner {
    /// Whoever called sudo: drafts that only root may open are of no use to them.
    fn of_what_is_written() -> Option<Owner> {
        let id = |name| env::var(name).ok()?.parse().ok();
        match geteuid().is_root() {
            true => Some(Owner { user: id("SUDO_UID")?, group: id("SUDO_GID")? }),
            false => None,
        }
    }
}

/// For its owner alone: the e-mails are nobody else's.
fn make(directory: &Path, owner: Option<Owner>) -> io::Result<()> {
    let is_missing = |path: &&Path| !path.as_os_str().is_empty() && !path.exists();
    let fresh: Vec<&Path> = directory.ancestors().take_while(is_missing).collect();
    DirBuilder::new().recursive(true).mode(0o700).create(directory)?;
    if let Some(Owner { user, group }) = owner {
        fresh.iter().try_for_each(|path| lchown(path, Some(user), Some(group)))?;
    }
    Ok(())
}

fn unusable(directory: &Path, error: io::Error) -> Failure {
    Failure::because(
        format!("cannot export to {}", directory.display()),
        error,
        "name a directory that you may write to; what is written there already stays, and is not written again",
    )
}

impl Exported {
    fn add(
        &mut self,
        directory: &Path,
        name: String,
        owner: Option<Owner>,
        email: &Email,
        format: Format,
    ) -> io::Result<()> {
        let letter = Letter::new(email);
        let content = match format {
            Format::Eml => eml(&letter),
            Format::Markdown => markdown(email),
        };
        match write_new(&directory.join(&name), content.as_bytes(), owner)? {
            true => {
                if letter.to.is_none() {
                    self.without_address += 1;
                    if self.to_nobody.len() < MOST_NAMED {
                        self.to_nobody.push(email.recipient_name.clone());
                    }
                }
                self.written.push(name);
            }
            false => self.kept.push(name),
        }
        Ok(())
    }

    fn print(&self, directory: &Path, output: &mut Output<'_>) -> io::Result<()> {
        let directory = directory.display();
        output.line(format!("Wrote {} e-mail(s) to {directory}", self.written.len()))?;
        if self.without_address > 0 {
            let more = self.without_address.saturating_sub(self.to_nobody.len());
            let more = if more > 0 { format!(" and {more} more") } else { String::new() };
            output.line(format!(
                "{} of them without an address, which is not known: {}{more}",
                self.without_address,
                self.to_nobody.join(", ")
            ))?;
        }
        if !self.kept.is_empty() {
            output.line(format!(
                "{} were there already and stay as they are; delete a file to have it written anew",
                self.kept.len()
            ))?;
        }
        Ok(())
    }
}

/// Writes a file that is not there yet, whole or not at all, whatever ends this program. False: something of that name is
/// there, a link included.
fn write_new(path: &Path, content: &[u8], owner: Option<Owner>) -> io::Result<bool> {
    if path.symlink_metadata().is_ok() {
        return Ok(false);
    }
    // Under its own name, the next export would take half of it for all of it.
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let fresh = path.with_file_name(format!(".{name}.new"));
    // What an export left behind that was killed.
    match fs::remove_file(&fresh) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => (),
    }
    let write = || -> io::Result<bool> {
        let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(&fresh)?;
        if let Some(Owner { user, group }) = owner {
            fchown(&file, Some(user), Some(group))?;
        }
        file.write_all(content)?;
        file.sync_data()?;
        name_new(&fresh, path)
    };
    let written = write();
    if !matches!(written, Ok(true)) {
        let _ = fs::remove_file(&fresh);
    }
    written
}

/// False: something of that name has come up meanwhile.
fn name_new(fresh: &Path, path: &Path) -> io::Result<bool> {
    match renameat_with(CWD, fresh, CWD, path, RenameFlags::NOREPLACE) {
        Err(Errno::EXIST) => Ok(false),
        // NFS knows no such renaming.
        Err(Errno::INVAL | Errno::NOSYS) => fs::rename(fresh, path).map(|()| true),
        renamed => Ok(renamed.map(|()| true)?),
    }
}

/// The recipient's name in letters that every file system takes, and the id, abbreviated where that is enough.
fn file_name(email: &Email, format: Format, taken: &mut HashSet<String>) -> String {
    let letters = fold(&email.recipient_name).replace(|c: char| !c.is_ascii_alphanumeric(), "-");
    let words: Vec<&str> = letters.split('-').filter(|word| !word.is_empty()).collect();
    let mut name = words.join("-");
    name.truncate(LONGEST_NAME);
    if name.is_empty() {
        name.push_str("recipient");
    }
    let extension = match format {
        Format::Eml => "eml",
        Format::Markdown => "md",
    };
    let named = |id: String| format!("{}-{id}.{extension}", name.trim_end_matches('-'));
    let short = named(ids::short(email.id));
    if taken.insert(short.clone()) { short } else { named(email.id.to_string()) }
}

#[cfg(test)]
mod tests {
    use uuid::Uuid;

    use super::*;

    fn named(name: &str, id: &str, taken: &mut HashSet<String>) -> String {
        let email = Email {
            id: Uuid::parse_str(id).unwrap(),
            recipient_name: name.into(),
            recipient_interest: String::new(),
            recipient_email: None,
            email_message: String::new(),
            template_type: None,
            is_confident: None,
            displayed: true,
            created_at: None,
            user_email: None,
            user_name: None,
            metadata: None,
        };
        file_name(&email, Format::Eml, taken)
    }

    #[test]
    fn the_names_of_files_are_plain_and_never_the_same() {
        const ID: &str = "1f0c2d3e-0000-4000-8000-000000000000";
        let long = "x".repeat(300);
        for (name, expected) in [
            ("Søren Krogildahl, PhD", "soren-krogildahl-phd-1f0c2d3e.eml"),
            ("../../etc/passwd\0", "etc-passwd-1f0c2d3e.eml"),
            ("李明", "recipient-1f0c2d3e.eml"),
            ("", "recipient-1f0c2d3e.eml"),
            ("-rf .", "rf-1f0c2d3e.eml"),
            (&long, &format!("{}-1f0c2d3e.eml", "x".repeat(60))),
        ] {
            assert_eq!(named(name, ID, &mut HashSet::new()), expected);
        }
        let mut taken = HashSet::new();
        assert_eq!(named("Ada", ID, &mut taken), "ada-1f0c2d3e.eml");
        let other = "1f0c2d3e-0000-4000-8000-000000000001";
        assert_eq!(named("Ada", other, &mut taken), format!("ada-{other}.eml"));
    }

    #[test]
    fn a_file_that_is_there_stays_and_a_link_is_not_followed() {
        let directory = std::env::temp_dir().join(format!("scribe-export-{}", Uuid::new_v4()));
        make(&directory, None).unwrap();
        let (file, link) = (directory.join("a.eml"), directory.join("b.eml"));
        assert!(write_new(&file, b"one", None).unwrap());
        assert!(!write_new(&file, b"two", None).unwrap());
        std::os::unix::fs::symlink(directory.join("elsewhere"), &link).unwrap();
        assert!(!write_new(&link, b"two", None).unwrap());
        let late = directory.join(".late");
        fs::write(&late, "two").unwrap();
        assert!(!name_new(&late, &file).unwrap(), "it came up meanwhile");
        assert_eq!(std::fs::read(&file).unwrap(), b"one");
        assert!(!directory.join("elsewhere").exists());
        std::fs::remove_dir_all(directory).unwrap();
    }
}
