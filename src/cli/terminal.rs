//! What the terminal is: how wide, whether it takes colours, and how many of its columns a text needs.
use std::{
    borrow::Cow,
    env,
    io::{self, IsTerminal},
    os::fd::AsFd,
};

use rustix::termios::tcgetwinsize;
use unicode_width::UnicodeWidthStr;

/// What a terminal has that does not say: the least that there ever was.
pub const USUAL: Size = Size { columns: 80, rows: 24 };

/// A letter may carry so many marks; more stack up over the lines around it.
const MOST_MARKS: usize = 4;

/// How much a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Across.
    pub columns: usize,
    /// Down.
    pub rows: usize,
}

/// The size of the terminal that standard output is; `None` where it is a file or a pipe.
pub fn size() -> Option<Size> {
    let stdout = io::stdout();
    stdout.is_terminal().then(|| size_of(stdout))
}

/// The columns of the terminal that standard output is; `None` where it is a file or a pipe, which have no end.
#[allow(dead_code, reason = "tables are cut to it")]
pub fn width() -> Option<usize> {
    size().map(|size| size.columns)
}

/// Some terminals, such as serial consoles, know nothing of their size and say zero.
fn size_of(terminal: impl AsFd) -> Size {
    match tcgetwinsize(terminal) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
            Size { columns: size.ws_col.into(), rows: size.ws_row.into() }
        }
        _ => USUAL,
    }
}

/// Whether somebody is there to answer: questions go to standard error, answers come from standard input.
pub fn is_somebody_there() -> bool {
    io::stdin().is_terminal() && io::stderr().is_terminal()
}

/// Whether standard output shows colours: a terminal that can, and nobody asked for none (<https://no-color.org>).
pub fn has_colours() -> bool {
    let is_unwanted = env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    io::stdout().is_terminal() && !is_unwanted && !is_dumb()
}

/// Whether the terminal can do nothing but print.
pub fn is_dumb() -> bool {
    env::var_os("TERM").is_none_or(|term| term.is_empty() || term == "dumb")
}

/// How a word is set off. It never says more than the word itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Colour {
    /// Heads.
    Bold,
    /// What matters less.
    Dim,
    /// Done.
    Green,
    /// To be looked at.
    Yellow,
    /// Failed.
    Red,
}

/// The text in a colour where there are any. The text must be harmless already.
pub fn paint(text: &str, colour: Colour, has_colours: bool) -> Cow<'_, str> {
    let code = match colour {
        _ if !has_colours || text.is_empty() => return Cow::Borrowed(text),
        Colour::Bold => 1,
        Colour::Dim => 2,
        Colour::Green => 32,
        Colour::Yellow => 33,
        Colour::Red => 31,
    };
    Cow::Owned(format!("\x1b[{code}m{text}\x1b[0m"))
}

/// The columns that a harmless line takes: none for a combining mark, two for 王.
pub fn columns(line: &str) -> usize {
    line.width()
}

/// At most so many columns of a harmless line, with an ellipsis at its end where it was longer.
pub fn fit(line: &str, most: usize) -> Cow<'_, str> {
    let may_be_short = line.len() <= most || line.chars().nth(most.saturating_mul(MOST_MARKS)).is_none();
    if may_be_short && columns(line) <= most {
        return Cow::Borrowed(line);
    }
    let Some(room) = most.checked_sub(1) else { return Cow::Borrowed("") };
    let mut short: String = line.chars().take(most.saturating_mul(MOST_MARKS)).collect();
    while columns(&short) > room {
        short.pop();
    }
    short.truncate(short.trim_end().len());
    short.push('…');
    Cow::Owned(short)
}

/// A harmless line in exactly so many columns: cut, or filled up with spaces.
pub fn pad(line: &str, wide: usize) -> String {
    let line = fit(line, wide);
    let gap = wide.saturating_sub(columns(&line));
    format!("{line}{:gap$}", "")
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn columns_are_counted_and_not_characters() {
        assert_eq!(columns("Zoë"), 3);
        assert_eq!(columns("Zoe\u{308}"), 3);
        assert_eq!(columns("王小明"), 6);
    }

    #[test]
    fn a_line_is_cut_at_a_column_and_says_so() {
        assert_eq!(fit("Ada Marlowe", 11), "Ada Marlowe");
        assert_eq!(fit("Ada Marlowe", 10), "Ada Marlo…");
        assert_eq!(fit("Ada Marlowe", 5), "Ada…");
        // Half of a wide character cannot be shown.
        assert_eq!(fit("王小明", 5), "王小…");
        assert_eq!(fit("王小明", 4), "王…");
        assert_eq!((fit("Ada", 1), fit("Ada", 0)), ("…".into(), "".into()));
    }

    #[test]
    fn marks_without_end_are_cut_too() {
        let tower = format!("a{}", "\u{301}".repeat(10_000));
        assert!(fit(&tower, 10).chars().count() <= 10 * MOST_MARKS + 1);
    }

    #[test]
    fn a_cell_is_filled_up_by_columns() {
        assert_eq!(pad("王", 4), "王  ");
        assert_eq!(pad("Ada Marlowe", 6), "Ada M…");
    }

    #[test]
    fn a_colour_is_nothing_but_a_frame() {
        assert_eq!(paint("FAILED", Colour::Red, true), "\x1b[31mFAILED\x1b[0m");
        assert_eq!(paint("FAILED", Colour::Red, false), "FAILED");
    }

    proptest! {
        #[test]
        fn whatever_the_line_it_fits(line in "\\PC{0,60}", most in 0_usize..40) {
            prop_assert!(columns(&fit(&line, most)) <= most);
            prop_assert_eq!(columns(&pad(&line, most)), most);
        }
    }
}
