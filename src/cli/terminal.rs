//! What the terminal is: how large, and whether it takes colours.
use std::{
    borrow::Cow,
    env,
    io::{self, IsTerminal},
    os::fd::AsFd,
};

use rustix::termios::tcgetwinsize;

/// What a terminal has that does not say: the least that there ever was.
pub const USUAL: Size = Size { columns: 80, rows: 24 };

/// How much a terminal shows.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Size {
    /// Across.
    pub columns: usize,
    /// Down.
    pub rows: usize,
}

/// The size of the terminal that a stream is; `None` where it is a file or a pipe. Some terminals, such as serial consoles,
/// know nothing of their size and say zero.
pub fn size(stream: &(impl AsFd + IsTerminal)) -> Option<Size> {
    stream.is_terminal().then(|| match tcgetwinsize(stream) {
        Ok(size) if size.ws_col > 0 && size.ws_row > 0 => {
            Size { columns: size.ws_col.into(), rows: size.ws_row.into() }
        }
        _ => USUAL,
    })
}

/// Its columns, or what `COLUMNS` says of them; `None` where it is a file or a pipe, which have no end.
pub fn width(stream: &(impl AsFd + IsTerminal)) -> Option<usize> {
    let told = || env::var("COLUMNS").ok()?.trim().parse().ok().filter(|columns| *columns > 0);
    size(stream).map(|size| told().unwrap_or(size.columns))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_colour_is_nothing_but_a_frame() {
        assert_eq!(paint("FAILED", Colour::Red, true), "\x1b[31mFAILED\x1b[0m");
        assert_eq!(paint("FAILED", Colour::Red, false), "FAILED");
    }
}
