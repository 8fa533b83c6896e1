//! Files that people name on the command line, and what is wrong with them.
use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use rustix::fs::OFlags;

use super::failure::Failure;

/// The largest text file that is read: a hundred thousand recipients.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// The path that means standard input.
const STANDARD_INPUT: &str = "-";

/// Opens a file for reading, and nothing else that has a path: a pipe may wait for ever, and a device may have no end.
///
/// # Errors
/// Those of opening, each with words that say what stands at the path.
pub fn open(path: &Path) -> io::Result<File> {
    // without waiting for somebody who writes into a pipe
    let flags = OFlags::NONBLOCK.bits().cast_signed();
    let opened = OpenOptions::new().read(true).custom_flags(flags).open(path);
    let file = opened.map_err(|error| match error.kind() {
        io::ErrorKind::NotFound if path.is_symlink() => {
            io::Error::new(error.kind(), "it is a link, and the file that it leads to is not there")
        }
        _ => error,
    })?;
    let kind = file.metadata()?;
    match kind.is_file() {
        true => Ok(file),
        false if kind.is_dir() => Err(io::Error::new(io::ErrorKind::IsADirectory, "it is a directory")),
        false => Err(io::Error::other("it is no regular file, but a pipe or a device")),
    }
}

/// Reads a file, or standard input to its end where the path is `-`.
pub fn read_bytes(path: &Path) -> Result<Vec<u8>, Failure> {
    match path == Path::new(STANDARD_INPUT) {
        true => read_within(path, Ok(io::stdin().lock())),
        false => read_within(path, open(path)),
    }
}

fn read_within(path: &Path, source: io::Result<impl Read>) -> Result<Vec<u8>, Failure> {
    let mut bytes = Vec::new();
    let read = source.and_then(|source| source.take(MOST_BYTES + 1).read_to_end(&mut bytes));
    read.map_err(|error| unusable(path, error, "check the path, and name a file"))?;
    match bytes.len() as u64 > MOST_BYTES {
        true => Err(unusable(path, "it has more than 16 MB", "check the path, or split the file")),
        false => Ok(bytes),
    }
}

/// Reads a text file. The error names the file and, where it is the text's fault, the line.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    text(path, &read_within(path, open(path))?)
}

/// The same, or standard input where the path is `-`.
pub fn read_text_or_input(path: &Path) -> Result<String, Failure> {
    text(path, &read_bytes(path)?)
}

fn text(path: &Path, bytes: &[u8]) -> Result<String, Failure> {
    let line_of = |offset: usize| 1 + bytes[..offset].iter().filter(|b| **b == b'\n').count();
    let fix = "save it as plain text in UTF-8";
    if let Some(offset) = bytes.iter().position(|b| *b == 0) {
        return Err(unusable(path, format!("line {} holds a NUL byte", line_of(offset)), fix));
    }
    match std::str::from_utf8(bytes) {
        Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_string()),
        Err(e) => Err(unusable(path, format!("line {} is not UTF-8", line_of(e.valid_up_to())), fix)),
    }
}

/// A file that is of no use, why, and what to do.
pub fn unusable(path: &Path, why: impl std::fmt::Display, fix: &str) -> Failure {
    let what = match path == Path::new(STANDARD_INPUT) {
        true => "cannot use what comes from standard input".to_owned(),
        false => format!("cannot use {}", path.display()),
    };
    Failure::because(what, why, fix)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_file_or_too_large_is_refused_without_reading_it() {
        let directory = std::env::temp_dir().join(format!("scribe-files-{}", uuid::Uuid::new_v4()));
        std::fs::create_dir(&directory).unwrap();
        let [pipe, large] = ["pipe", "large"].map(|name| directory.join(name));
        assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
        File::create(&large).unwrap().set_len(MOST_BYTES * 100).unwrap();
        let words = |path: &Path| match read_text(path) {
            Err(Failure::Told(report)) => report.to_string(),
            other => panic!("{other:?}"),
        };
        assert!(words(&pipe).contains("pipe or a device"));
        assert!(words(Path::new("/dev/zero")).contains("pipe or a device"));
        assert!(words(&directory).contains("directory"));
        assert!(words(&large).contains("more than 16 MB"));
        std::fs::remove_dir_all(directory).unwrap();
    }
}
