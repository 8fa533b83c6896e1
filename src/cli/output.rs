//! What commands print: JSON for programs, aligned text for people. Text from elsewhere is made harmless here.
use std::io::{self, Write};

use serde::Serialize;

use super::wrap::all_wrapped;
use crate::text::{
    is_deceptive, printable, printable_lines,
    width::{columns, fit, pad},
};

/// The widest cell of a table, in columns of the terminal, but for the last of a row.
const WIDEST_CELL: usize = 40;
/// What is left of a column that is cut: an abbreviated id, and most names.
const NARROWEST: usize = 10;
/// What stands between two cells.
const GAP: &str = "  ";

/// Standard output, and whether JSON is wanted there.
pub struct Output<'a> {
    to: &'a mut dyn Write,
    /// The reader is a program.
    pub json: bool,
    /// The columns that there is room for, if that is bounded.
    width: Option<usize>,
}

impl<'a> Output<'a> {
    /// Prints to `to`, tables in so many columns.
    pub fn new(to: &'a mut dyn Write, json: bool, width: Option<usize>) -> Output<'a> {
        Output { to, json, width }
    }

    /// Whether people look on: what is empty has a sentence there, and its head alone elsewhere.
    pub fn is_terminal(&self) -> bool {
        self.width.is_some()
    }

    /// One line for people, broken between words where the terminal is narrower.
    pub fn line(&mut self, text: impl AsRef<str>) -> io::Result<()> {
        writeln!(self.to, "{}", all_wrapped(&printable(text.as_ref()), self.width))
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

    /// Rows for people, in columns as wide as their widest cell. Long cells are cut: so that a row fits into the
    /// terminal, or, where there is none, to some width but for the last of a row, which pushes nothing aside.
    pub fn table(&mut self, head: &[&str], rows: &[Vec<String>]) -> io::Result<()> {
        let head: Vec<String> = head.iter().map(|cell| (*cell).to_string()).collect();
        let last = head.len().saturating_sub(1);
        let mut widths = vec![0; head.len()];
        for row in std::iter::once(&head).chain(rows) {
            for (i, (width, cell)) in widths.iter_mut().zip(row).enumerate() {
                let most = if i == last { usize::MAX } else { WIDEST_CELL };
                *width = columns(&printable(cell)).min(most).max(*width);
            }
        }
        if let Some(room) = self.width {
            squeeze(&mut widths, room);
        }
        for row in std::iter::once(&head).chain(rows) {
            let cells = row.iter().zip(&widths).map(|(cell, width)| pad(&printable(cell), *width));
            let line = cells.collect::<Vec<_>>().join(GAP);
            let line = line.trim_end();
            match self.width {
                Some(room) => writeln!(self.to, "{}", fit(line, room))?,
                None => writeln!(self.to, "{line}")?,
            }
        }
        Ok(())
    }
}

/// Takes from the widest columns what does not fit, but leaves each so much that it says something.
fn squeeze(widths: &mut [usize], room: usize) {
    let gaps = GAP.len() * widths.len().saturating_sub(1);
    loop {
        let excess = (widths.iter().sum::<usize>() + gaps).saturating_sub(room);
        let second =
            |widest: usize| widths.iter().copied().filter(|width| *width < widest).max().unwrap_or(0);
        let Some(widest) = widths.iter().copied().max().filter(|widest| excess > 0 && *widest > NARROWEST)
        else {
            return;
        };
        let step = (widest - second(widest).max(NARROWEST)).clamp(1, excess);
        if let Some(width) = widths.iter_mut().rev().find(|width| **width == widest) {
            *width -= step;
        }
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
        Output::new(&mut bytes, true, None).value(&value).unwrap();
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
        Output::new(&mut bytes, false, None).table(&["NAME", "TEXT"], &rows).unwrap();
        let text = String::from_utf8(bytes).unwrap();
        let lines: Vec<_> = text.lines().collect();
        assert_eq!(lines[0], format!("{:40}  TEXT", "NAME"));
        assert_eq!(lines[1], format!("{}…  {long}", "x".repeat(39)));
        assert_eq!(lines[2], format!("{:40}  y", "\\u{1b}[2J"));
    }

    fn table(width: Option<usize>, rows: &[[&str; 3]]) -> Vec<String> {
        let mut bytes = Vec::new();
        let rows: Vec<Vec<String>> = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        Output::new(&mut bytes, false, width).table(&["ID", "RECIPIENT", "NOTE"], &rows).unwrap();
        String::from_utf8(bytes).unwrap().lines().map(str::to_owned).collect()
    }

    #[test]
    fn a_table_fits_into_the_terminal_and_is_whole_elsewhere() {
        let (name, note) = ("n".repeat(60), "w".repeat(300));
        let rows = [["1f0c2d3e", &name, &note], ["2", "李明華", "x"]];
        for room in [40, 60, 80, 200] {
            let lines = table(Some(room), &rows);
            assert!(lines.iter().all(|line| columns(line) <= room), "{room}: {lines:?}");
            assert!(lines[1].starts_with("1f0c2d3e  nnn") && lines[1].contains("…  www"), "{lines:?}");
            assert_eq!(
                columns(lines[1].split_once('w').unwrap().0),
                columns(lines[2].split_once('x').unwrap().0)
            );
        }
        assert!(
            table(Some(5), &rows).iter().all(|line| columns(line) <= 5),
            "narrower than anything fits into"
        );
        assert!(table(None, &rows)[1].ends_with(&note));
    }
}
