//! What commands print: JSON for programs, aligned text for people. Text from elsewhere is made harmless here.
use std::io::{self, Write};

use serde::Serialize;

use crate::text::{cut, is_deceptive, printable, printable_lines};

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

    /// The same for somebody who waits for it.
    pub fn line_at_once(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        self.line(text)?;
        self.to.flush()
    }

    /// A text of several lines for people.
    pub fn lines(&mut self, text: &str) -> io::Result<()> {
        writeln!(self.to, "{}", printable_lines(text.trim_end()))
    }

    /// One value for programs; harmless on a terminal, and the same value to them.
    pub fn value(&mut self, value: &impl Serialize) -> io::Result<()> {
        // Outside of strings JSON has nothing deceptive but its line breaks, and those in strings are escaped already.
        let text = escape_json(&serde_json::to_string_pretty(value)?);
        writeln!(self.to, "{text}")
    }

    /// The same in one line, at once.
    pub fn value_line(&mut self, value: &impl Serialize) -> io::Result<()> {
        let text = escape_json(&serde_json::to_string(value)?);
        writeln!(self.to, "{text}")?;
        self.to.flush()
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

fn escape_json(text: &str) -> String {
    let mut escaped = String::with_capacity(text.len());
    for c in text.chars() {
        if c != '\n' && is_deceptive(c) {
            let units =
                c.encode_utf16(&mut [0; 2]).iter().map(|unit| format!("\\u{unit:04x}")).collect::<String>();
            escaped.push_str(&units);
        } else {
            escaped.push(c);
        }
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn json_is_harmless_and_says_the_same() {
        let value = serde_json::json!({
            "csi\u{9b}2J": "\u{7f}\u{1b}[2J\r\n\t\u{202e}\u{200b}\u{e0041}\u{10ffff}", "plain": ["Zoë \u{1f600} 李"],
        });
        let mut bytes = Vec::new();
        Output::new(&mut bytes, true).value(&value).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        assert!(!text.chars().any(|c| c != '\n' && is_deceptive(c)), "{text:?}");
        assert!(text.contains("Zoë \u{1f600} 李"), "{text:?}");
        assert_eq!(serde_json::from_str::<serde_json::Value>(&text).unwrap(), value);
    }

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
