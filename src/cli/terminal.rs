//! The terminal, if there is one.
use std::io::{self, IsTerminal};

use rustix::termios::tcgetwinsize;

/// What a terminal has that says nothing of its size.
const USUAL: usize = 80;

/// The columns that standard output has room for; `None` where it is no terminal: a program or a file cuts nothing.
pub fn width() -> Option<usize> {
    let stdout = io::stdout();
    stdout.is_terminal().then(|| {
        let told = std::env::var("COLUMNS").ok().and_then(|columns| columns.trim().parse().ok());
        let seen = || tcgetwinsize(&stdout).ok().map(|size| usize::from(size.ws_col));
        told.filter(|width| *width > 0).or_else(seen).filter(|width| *width > 0).unwrap_or(USUAL)
    })
}
