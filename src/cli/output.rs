//! What commands print: JSON for programs, aligned text for people. Text from elsewhere is made harmless here.
use std::io::{self, Write};

use serde::Serialize;

use crate::text::{cut, printable, printable_lines};

/// The longest cell of a table, in characters.
const WIDEST_CELL: usize = 40;

/// Standard output, and whether JSON is wanted there.
pub struct Output<'a> {
    to: &'a mut dyn Write,
    /// The reader is a program.
    pub json: bool,
}

impl<'a> Output<'a> {
    /// Prints to `to`.
    pub fn new(to: &'a mut dyn Write, json: bool) -> Output<'a> {
        Output { to, json }
    }

    /// One line for people.
    pub fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(self.to, "{}", printable(text.as_ref()))
    }

    /// A text of several lines for people.
    pub fn lines(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.to, "{}", printable_lines(text.trim_end()))
    }

    /// One value for programs.
    pub fn value(&mut self, value: &impl Serialize) -> io::Result<()> {
        serde_json::to_writer_pretty(&mut *self.to, value)?;
        writeln!(self.to)
    }

    /// Rows for people, in columns as wide as their widest cell. Long cells are cut, but for the last of a row, which
    /// pushes nothing aside.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let head: Vec<String> = head.iter().map(|cell| (*cell).to_string()).collect();
        let last = head.len().saturating_sub(1);
        let shown = |(i, cell): (usize, &String)| match i {
            _ if i == last => printable(cell).into_owned(),
            _ => cut(printable(cell).into_owned(), WIDEST_CELL),
        };
        let rows: Vec<Vec<String>> = std::iter::once(&head)
            .chain(rows)
            .map(|row| row.iter().enumerate().map(shown).collect())
            .collect();
        let widths: Vec<usize> = (0..last)
            .map(|i| {
                rows.iter().filter_map(|row| row.get(i)).map(|cell| cell.chars().count()).max().unwrap_or(0)
            })
            .collect();
        for row in &rows {
            let (padded, rest) = row.split_at(last);
            let mut line: String =
                padded.iter().zip(&widths).map(|(cell, width)| format!("{cell:width$}  ")).collect();
            line.extend(rest.iter().map(String::as_str));
            writeln!(self.to, "{}", line.trim_end())?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_table_is_aligned_and_harmless() {
        let mut bytes = Vec::new();
        let long = "x".repeat(60);
        let rows = [vec![long.clone(), long.clone()], vec!["\u{1b}[2J".into(), "y".into()]];
        Output::new(&mut bytes, false).table(&["NAME", "TEXT"], &rows).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], format!("{:40}  TEXT", "NAME"));
        assert_eq!(lines[1], format!("{}…  {long}", "x".repeat(39)));
        assert_eq!(lines[2], format!("{:40}  y", "\\u{1b}[2J"));
    }
}
