//! Recipients in a table that a spreadsheet exported: whatever its encoding, its signs between columns and their order.
mod columns;
mod encoding;

use std::path::Path;

pub use self::columns::Columns;
use super::{failure::Failure, files};
use crate::text::{address::is_address, composed};

const FIX: &str = "the first line names the columns, such as name,interest; a text that holds a comma stands in double quotes";

/// A table of recipients.
#[derive(Debug)]
pub struct Sheet {
    /// The names of the columns, as they stand there.
    pub head: Vec<String>,
    /// Which is what.
    pub columns: Columns,
    /// The recipients.
    pub rows: Vec<Row>,
    /// What is wrong with other rows.
    pub wrong: Vec<Wrong>,
    /// What is odd and not wrong.
    pub notes: Vec<String>,
}

/// A recipient.
#[derive(Debug, PartialEq, Eq)]
pub struct Row {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// Full name, in one line.
    pub name: String,
    /// What they work on, in one line.
    pub interest: String,
    /// Where to write to.
    pub email: Option<String>,
    /// What stands in the other columns, in their order.
    pub others: Vec<String>,
}

/// A row that cannot be used.
#[derive(Debug, PartialEq, Eq)]
pub struct Wrong {
    /// The line on which it begins, from 1.
    pub line: u64,
    /// What is wrong and what to do.
    pub why: String,
}

/// Reads a file, or standard input where the path is `-`. Rows in which nothing stands are skipped, since spreadsheets
/// leave such at the end.
pub fn read(path: &Path) -> Result<Sheet, Failure> {
    let bytes = files::read_bytes(path)?;
    let unusable = |why: String, fix: &str| files::unusable(path, why, fix);
    let decoded = encoding::decode(&bytes).map_err(|why| unusable(why, "save it as CSV UTF-8"))?;
    drop(bytes);
    let mut sheet = parse(&decoded.text).map_err(|why| unusable(why, FIX))?;
    sheet.notes.extend(decoded.note);
    Ok(sheet)
}

fn parse(text: &str) -> Result<Sheet, String> {
    let (text, told, first) = match told_delimiter(text) {
        Some((sign, rest)) => (rest, Some(sign), 2),
        None => (text, None, 1),
    };
    let sign = if text.contains('\n') { '\n' } else { '\r' };
    let mut lines = Lines { text, sign, at: 0, line: first };
    let mut reader = csv::ReaderBuilder::new()
        .trim(csv::Trim::All)
        .flexible(true)
        .has_headers(false)
        .delimiter(told.unwrap_or_else(|| delimiter(text)))
        .from_reader(text.as_bytes());
    let mut records = reader
        .records()
        .filter(|record| record.as_ref().map_or(true, |record| !record.iter().all(str::is_empty)));
    let told = |error: csv::Error| error.to_string();
    let head = records.next().ok_or("it is empty")?.map_err(told)?;
    let mut head: Vec<String> = head.iter().map(one_line).collect();
    while head.last().is_some_and(String::is_empty) {
        head.pop();
    }
    let columns = columns::find(&head)?;
    let (mut rows, mut wrong) = (Vec::new(), Vec::new());
    for record in records {
        let record = record.map_err(told)?;
        let line = lines.of(&record);
        match row(&record, line, head.len(), &columns) {
            Ok(row) => rows.push(row),
            Err(why) => wrong.push(Wrong { line, why }),
        }
    }
    if rows.is_empty() && wrong.is_empty() {
        return Err("it names no recipient".to_owned());
    }
    Ok(Sheet { head, columns, rows, wrong, notes: Vec::new() })
}

/// Counts lines as an editor does, also those without anything, which the reader of records passes over.
struct Lines<'a> {
    text: &'a str,
    /// What ends a line.
    sign: char,
    /// What was counted up to.
    at: usize,
    /// The line that this is on.
    line: u64,
}

impl Lines<'_> {
    /// The line on which a record begins; records in their order.
    fn of(&mut self, record: &csv::StringRecord) -> u64 {
        let begin = record.position().and_then(|at| usize::try_from(at.byte()).ok()).unwrap_or(self.at);
        // Of what is passed over, the record before has its end, and this one has the rest.
        let empty = self.text[begin..].bytes().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
        let count = self.text[self.at..begin + empty].matches(self.sign).count();
        self.at = begin + empty;
        self.line += u64::try_from(count).unwrap_or(u64::MAX);
        self.line
    }
}

fn row(record: &csv::StringRecord, line: u64, width: usize, columns: &Columns) -> Result<Row, String> {
    let beyond = record.iter().skip(width).any(|field| !field.is_empty());
    if record.len() < width || beyond {
        return Err(format!("it has {} fields, and the first line {width}", record.len()));
    }
    let field = |at: usize| record.get(at).unwrap_or_default();
    let email = columns.email.map(|at| address(field(at))).transpose()?.flatten();
    let name = columns.name.places().map(field).collect::<Vec<_>>().join(" ");
    let others = columns.others.iter().map(|&at| field(at).replace("\r\n", "\n")).collect();
    Ok(Row { line, name: one_line(&name), interest: one_line(field(columns.interest)), email, others })
}

/// An address, also where it stands behind a name.
fn address(text: &str) -> Result<Option<String>, String> {
    let bare = match text.split_once('<') {
        Some((_, rest)) => rest.strip_suffix('>').unwrap_or(rest).trim(),
        None => text.strip_prefix("mailto:").unwrap_or(text),
    };
    match bare {
        "" => Ok(None),
        bare if is_address(bare) => Ok(Some(bare.to_owned())),
        _ => Err(format!("{text:?} is no e-mail address; give one as name@example.org, or none")),
    }
}

/// Cells may hold line breaks and the wide spaces of web pages; what does not show is left for the check to find.
fn one_line(text: &str) -> String {
    composed(&text.split_whitespace().collect::<Vec<_>>().join(" "))
}

/// The sign between columns: spreadsheets write commas, semicolons or tabs, depending on their country.
fn delimiter(text: &str) -> u8 {
    let head = text.trim_start().split(['\r', '\n']).next().unwrap_or_default();
    // What stands between quotes separates nothing.
    let bare = || head.split('"').step_by(2);
    let count = |sign: u8| bare().flat_map(str::bytes).filter(|b| *b == sign).count();
    // The last of equals wins, so that a head without any sign counts as separated by commas.
    [b'\t', b';', b','].into_iter().max_by_key(|sign| count(*sign)).unwrap_or(b',')
}

/// A first line `sep=;`, with which Excel is told the sign, and what follows it.
fn told_delimiter(text: &str) -> Option<(u8, &str)> {
    let (line, rest) = text.split_once('\n')?;
    let sign = line.trim_end_matches('\r').strip_prefix("sep=")?;
    match sign.as_bytes() {
        [sign] => Some((*sign, rest)),
        _ => None,
    }
}

#[cfg(test)]
#[path = "tests.rs"]
mod tests;
