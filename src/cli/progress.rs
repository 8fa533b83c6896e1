//! How far a long command is, in one line that is drawn again and again; on a terminal only.
use std::io::{self, IsTerminal, Write};

/// What is done sooner than anybody could read needs no bar.
const LONG: usize = 2_000;
/// The signs between the brackets.
const SIGNS: usize = 30;

/// A bar on standard error. When it is dropped, its line is empty again.
pub struct Progress {
    total: usize,
    /// What is drawn now.
    line: String,
    is_shown: bool,
}

impl Progress {
    /// For so many things.
    pub fn new(total: usize) -> Progress {
        Progress { total, line: String::new(), is_shown: total > LONG && io::stderr().is_terminal() }
    }

    /// So many are done.
    pub fn tell(&mut self, done: usize) {
        if self.is_shown {
            self.draw(bar(done, self.total));
        }
    }

    /// Only returns and spaces, which every terminal understands.
    fn draw(&mut self, line: String) {
        let rest = self.line.len().saturating_sub(line.len());
        // Nobody is left to tell when that is gone.
        let _ = write!(io::stderr(), "\r{line}{:rest$}", "");
        self.line = line;
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if !self.line.is_empty() {
            self.draw(String::new());
            let _ = write!(io::stderr(), "\r");
        }
    }
}

fn bar(done: usize, total: usize) -> String {
    let full = SIGNS * done.min(total) / total.max(1);
    format!("[{}{}] {done} of {total}", "#".repeat(full), " ".repeat(SIGNS - full))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_bar_fills_and_fits_into_80_columns() {
        assert_eq!(bar(0, 10_000), format!("[{}] 0 of 10000", " ".repeat(30)));
        assert_eq!(bar(5_000, 10_000), format!("[{}{}] 5000 of 10000", "#".repeat(15), " ".repeat(15)));
        assert_eq!(bar(9, 3), format!("[{}] 9 of 3", "#".repeat(30)));
        assert!(bar(1_000_000, 1_000_000).len() < 80 && bar(0, 0).len() < 80);
    }
}
