//! New migrations: the next pair of files in a checkout of the source.
use std::{
    fmt, fs,
    io::{self, Write},
    path::{Path, PathBuf},
};

/// The longest name of a migration, in bytes; the history table holds 255.
const LONGEST_NAME: usize = 100;

/// The two files of a new migration.
#[derive(Debug, PartialEq, Eq)]
pub struct Revision {
    /// Leads to the new version.
    pub up: PathBuf,
    /// Leads back.
    pub down: PathBuf,
}

/// Why no migration was written.
#[derive(Debug)]
pub enum RevisionError {
    /// Neither this directory nor one above it holds scribe's migrations.
    NotACheckout(PathBuf),
    /// A file name cannot be made of the message: no letters or digits of ASCII, or too many.
    Unnameable,
    /// A file or directory cannot be read or written.
    Unusable(PathBuf, io::Error),
}

impl fmt::Display for RevisionError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            RevisionError::NotACheckout(from) => {
                write!(f, "neither {} nor a directory above it holds scribe's migrations", from.display())
            }
            RevisionError::Unnameable => {
                write!(f, "the message must hold letters or digits of ASCII, {LONGEST_NAME} at most")
            }
            RevisionError::Unusable(path, error) => write!(f, "{}: {error}", path.display()),
        }
    }
}

impl std::error::Error for RevisionError {}

/// Writes the files of the next version in the checkout that `from` lies in. Both or none; none is overwritten.
pub fn write(from: &Path, message: &str) -> Result<Revision, RevisionError> {
    let name = name(message).ok_or(RevisionError::Unnameable)?;
    let (folder, newest) = migrations_above(from)?;
    let version = newest + 1;
    let message = message.split_whitespace().collect::<Vec<_>>().join(" ");
    let up = folder.join(format!("V{version}__{name}.sql"));
    let down = folder.join(format!("V{version}__{name}.down.sql"));
    create(&up, &format!("-- {message}.\n"))?;
    create(&down, &format!("-- The way back: as version {newest} left it.\n")).inspect_err(|_| {
        // The first error is the one to tell.
        let _ = fs::remove_file(&up);
    })?;
    Ok(Revision { up, down })
}

fn create(path: &Path, text: &str) -> Result<(), RevisionError> {
    fs::File::create_new(path)
        .and_then(|mut file| file.write_all(text.as_bytes()))
        .map_err(|e| RevisionError::Unusable(path.into(), e))
}

/// The nearest folder of migrations from `from` upwards, and the newest version in it.
fn migrations_above(from: &Path) -> Result<(PathBuf, i32), RevisionError> {
    for directory in from.ancestors() {
        let folder = directory.join("migrations");
        let newest = match newest(&folder) {
            Ok(newest) => newest,
            Err(e) if matches!(e.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => continue,
            Err(e) => return Err(RevisionError::Unusable(folder, e)),
        };
        if let Some(newest) = newest {
            return Ok((folder, newest));
        }
    }
    Err(RevisionError::NotACheckout(from.into()))
}

/// The newest version in a folder; `None` where it does not begin with a V1.
fn newest(folder: &Path) -> io::Result<Option<i32>> {
    let mut versions = Vec::new();
    for entry in fs::read_dir(folder)? {
        versions.extend(version(&entry?.file_name().to_string_lossy()));
    }
    Ok(versions.iter().max().copied().filter(|_| versions.contains(&1)))
}

fn version(file: &str) -> Option<i32> {
    file.strip_suffix(".sql")?.strip_prefix('V')?.split_once("__")?.0.parse().ok()
}

/// `Add a column` → `add_a_column`.
fn name(message: &str) -> Option<String> {
    let words = message.split(|c: char| !c.is_ascii_alphanumeric()).filter(|word| !word.is_empty());
    let name = words.map(str::to_ascii_lowercase).collect::<Vec<_>>().join("_");
    Some(name).filter(|name| !name.is_empty() && name.len() <= LONGEST_NAME)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_made_of_the_words_of_the_message() {
        assert_eq!(name("Add a column").as_deref(), Some("add_a_column"));
        assert_eq!(name(" users: e-mail's case! ").as_deref(), Some("users_e_mail_s_case"));
        assert_eq!(name("../../etc"), Some("etc".into()));
        assert_eq!(name("…"), None);
        assert_eq!(name(&"x".repeat(101)), None);
    }

    #[test]
    fn the_version_of_a_file_is_the_number_after_v() {
        assert_eq!(version("V7__add_a_column.sql"), Some(7));
        assert_eq!(version("V12__add_a_column.down.sql"), Some(12));
        for other in ["V7__x.txt", "W7__x.sql", "V__x.sql", "V7_x.sql"] {
            assert_eq!(version(other), None, "{other}");
        }
    }
}
