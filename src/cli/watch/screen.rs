//! Drawing in place, without a screen of its own: what stood on the terminal before stays, and so does the last view.
use std::io::{self, Write};

use super::super::terminal::Size;
use crate::text::width::columns;

/// The lines that are on the terminal, with the cursor below them.
pub struct Screen<W> {
    to: W,
    /// How many columns each of them takes.
    drawn: Vec<usize>,
}

impl<W: Write> Screen<W> {
    /// Nothing is drawn yet.
    pub fn new(to: W) -> Screen<W> {
        Screen { to, drawn: Vec::new() }
    }

    /// What was drawn is somewhere above, and stays there.
    pub fn forget(&mut self) {
        self.drawn.clear();
    }

    /// Draws lines in place of the former ones. They are given how much there is room for: one column is left free,
    /// since a terminal only breaks a line behind its last one, and one row, where the cursor is.
    pub fn draw(&mut self, size: Size, lines: impl FnOnce(Size) -> Vec<String>) -> io::Result<()> {
        let room = Size { columns: size.columns.saturating_sub(1), rows: size.rows.saturating_sub(1) };
        let lines = lines(room);
        // A terminal that became narrower has broken them.
        let rows: usize = self.drawn.iter().map(|wide| wide.div_ceil(size.columns.max(1)).max(1)).sum();
        let up = rows.min(room.rows);
        let mut frame = String::from("\r");
        if up > 0 {
            frame += &format!("\x1b[{up}A");
        }
        for line in &lines {
            // Over what was there, and then the rest of it away: nothing flickers.
            frame += line;
            frame += "\x1b[K\r\n";
        }
        frame += "\x1b[J";
        self.drawn = lines.iter().map(|line| columns(&without_colours(line))).collect();
        self.to.write_all(frame.as_bytes())?;
        self.to.flush()
    }
}

/// What [`super::super::terminal::paint`] adds takes no columns.
fn without_colours(line: &str) -> String {
    let mut plain = String::new();
    let mut rest = line;
    while let Some((before, after)) = rest.split_once("\x1b[") {
        plain += before;
        rest = after.split_once('m').map_or("", |(_, rest)| rest);
    }
    plain + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    const SIZE: Size = Size { columns: 20, rows: 10 };

    fn frames(draw: impl FnOnce(&mut Screen<&mut Vec<u8>>)) -> String {
        let mut bytes = Vec::new();
        draw(&mut Screen::new(&mut bytes));
        String::from_utf8(bytes).unwrap()
    }

    fn two(_: Size) -> Vec<String> {
        vec!["\x1b[1mone\x1b[0m".into(), "x".repeat(19)]
    }

    #[test]
    fn a_view_takes_the_place_of_the_one_before() {
        let frames = frames(|screen| {
            screen.draw(SIZE, two).unwrap();
            screen.draw(SIZE, |_| vec!["three".into()]).unwrap();
            screen.draw(SIZE, |_| vec![]).unwrap();
        });
        let [second, third] = ["\r\x1b[2Athree\x1b[K\r\n\x1b[J", "\r\x1b[1A\x1b[J"];
        assert!(frames.ends_with(&format!("{second}{third}")), "{frames:?}");
    }

    #[test]
    fn lines_that_a_narrower_terminal_has_broken_are_still_found() {
        let frames = frames(|screen| {
            screen.draw(SIZE, two).unwrap();
            screen.draw(Size { columns: 10, ..SIZE }, |_| vec!["three".into()]).unwrap();
        });
        assert!(frames.contains("\r\x1b[3Athree"), "{frames:?}");
    }

    #[test]
    fn the_view_never_reaches_above_the_terminal_and_after_a_sleep_begins_anew() {
        let frames = frames(|screen| {
            screen.draw(SIZE, two).unwrap();
            screen.draw(Size { columns: 20, rows: 2 }, two).unwrap();
            screen.forget();
            screen.draw(SIZE, |size| vec![format!("{} {}", size.columns, size.rows)]).unwrap();
        });
        assert!(
            frames.contains("\r\x1b[1A") && frames.ends_with("\x1b[J\r19 9\x1b[K\r\n\x1b[J"),
            "{frames:?}"
        );
    }
}
