//! Files that people name on the command line, and what is wrong with them, line by line.
use std::{
    fs::{File, OpenOptions},
    io::{self, Read},
    os::unix::fs::OpenOptionsExt,
    path::Path,
};

use rustix::fs::OFlags;

use super::failure::Failure;
use crate::database::queue_items::NewItem;

/// The largest text file that is read: a hundred thousand recipients.
const MOST_BYTES: u64 = 16 * 1024 * 1024;

/// A recipient, and the line of the file that names it.
pub struct Row {
    /// From 1; `None` where there is no file.
    pub line: Option<u64>,
    /// The recipient.
    pub item: NewItem,
}

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

/// Reads a text file. The error names the file and, where it is the text's fault, the line.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let unreadable = |error| unusable(path, error, "check the path, and name a file");
    let mut bytes = Vec::new();
    open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_end(&mut bytes)).map_err(unreadable)?;
    if bytes.len() as u64 > MOST_BYTES {
        return Err(unusable(path, "it has more than 16 MB", "check the path, or split the file"));
    }
    let line_of = |offset: usize| 1 + bytes[..offset].iter().filter(|b| **b == b'\n').count();
    let fix = "save it as plain text in UTF-8";
    if let Some(offset) = bytes.iter().position(|b| *b == 0) {
        return Err(unusable(path, format!("line {} holds a NUL byte", line_of(offset)), fix));
    }
    match std::str::from_utf8(&bytes) {
        Ok(text) => Ok(text.trim_start_matches('\u{feff}').to_string()),
        Err(e) => Err(unusable(path, format!("line {} is not UTF-8", line_of(e.valid_up_to())), fix)),
    }
}

/// Reads recipients from a CSV file; the columns are found by their names, whatever their order. Rows in which nothing
/// stands are skipped, since spreadsheets leave such at the end.
pub fn read_recipients(path: &Path) -> Result<Vec<Row>, Failure> {
    let text = read_text(path)?;
    let fix = "the first line names the columns, such as name,interest; a text that holds a comma stands in double quotes";
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .delimiter(delimiter(&text))
        .from_reader(text.as_bytes());
    let head = reader.headers().map_err(|e| unusable(path, e, fix))?.clone();
    let column = |names: &[&str]| {
        let found = head.iter().position(|column| names.contains(&column.to_lowercase().as_str()));
        let shown = head.iter().collect::<Vec<_>>().join(", ");
        found.ok_or_else(|| unusable(path, format!("there is no column {:?} among: {shown}", names[0]), fix))
    };
    let name = column(&["name", "recipient_name", "recipient name"])?;
    let interest = column(&["interest", "recipient_interest", "research_interest", "research interest"])?;
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|e| unusable(path, uneven(&e), fix))?;
        if record.iter().all(str::is_empty) {
            continue;
        }
        let field = |column: usize| record.get(column).unwrap_or_default().to_string();
        let item = NewItem { name: field(name), interest: field(interest) };
        rows.push(Row { line: record.position().map(csv::Position::line), item });
    }
    if rows.is_empty() {
        return Err(unusable(path, "it names no recipient", fix));
    }
    Ok(rows)
}

/// The sign between columns: spreadsheets write commas, semicolons or tabs, depending on their country.
fn delimiter(text: &str) -> u8 {
    let head = text.lines().next().unwrap_or_default();
    let count = |sign: u8| head.bytes().filter(|b| *b == sign).count();
    // The first of equals wins, so that a head without any sign counts as separated by commas.
    [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

/// The library's text for a row of another length counts bytes; people count fields.
fn uneven(error: &csv::Error) -> String {
    match error.kind() {
        csv::ErrorKind::UnequalLengths { pos: Some(position), expected_len, len } => {
            format!("line {} has {len} fields, and the first line {expected_len}", position.line())
        }
        _ => error.to_string(),
    }
}

fn unusable(path: &Path, why: impl std::fmt::Display, fix: &str) -> Failure {
    Failure::because(format!("cannot use {}", path.display()), why, fix)
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

    #[test]
    fn the_delimiter_is_the_one_that_the_first_line_uses() {
        assert_eq!(delimiter("name,interest\nA;B,c;d"), b',');
        assert_eq!(delimiter("name;interest\n"), b';');
        assert_eq!(delimiter("name\tinterest, exactly\tmore"), b'\t');
        assert_eq!(delimiter(""), b',');
    }
}
