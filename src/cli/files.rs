//! Files that people name on the command line, and what is wrong with them, line by line.
use std::path::Path;

use super::failure::Failure;
use crate::database::queue_items::NewItem;

/// A recipient, and the line of the file that names it.
pub struct Row {
    /// From 1; `None` where there is no file.
    pub line: Option<u64>,
    /// The recipient.
    pub item: NewItem,
}

/// Reads a text file. The error names the file and, where it is the text's fault, the line.
pub fn read_text(path: &Path) -> Result<String, Failure> {
    let bytes = std::fs::read(path).map_err(|e| unusable(path, e, "check the path"))?;
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
    fn the_delimiter_is_the_one_that_the_first_line_uses() {
        assert_eq!(delimiter("name,interest\nA;B,c;d"), b',');
        assert_eq!(delimiter("name;interest\n"), b';');
        assert_eq!(delimiter("name\tinterest, exactly\tmore"), b'\t');
        assert_eq!(delimiter(""), b',');
    }
}
