//! The text of a page as it grows, with its bound.
use crate::text::one_line;

/// The text of a page as it grows: one block per line, up to a limit.
#[derive(Debug, Default)]
pub(super) struct Lines {
    text: String,
    chars: usize,
    full: bool,
}

impl Lines {
    /// The most characters that are kept of one page.
    pub(super) const MOST_CHARS: usize = 200_000;

    /// Adds a block as one line; nothing where it shows nothing. What goes over the limit is lost.
    pub(super) fn push(&mut self, block: &str) {
        let line = one_line(block);
        if line.is_empty() || self.full {
            return;
        }
        let separator = usize::from(!self.text.is_empty());
        let room = Self::MOST_CHARS.saturating_sub(self.chars + separator);
        if room == 0 {
            self.full = true;
            return;
        }
        if separator > 0 {
            self.text.push('\n');
            self.chars += separator;
        }
        match line.char_indices().nth(room) {
            Some((end, _)) => {
                self.text.push_str(&line[..end]);
                self.full = true;
            }
            None => {
                self.chars += line.chars().count();
                self.text.push_str(&line);
            }
        }
    }

    /// Whether something was lost.
    pub(super) fn is_full(&self) -> bool {
        self.full
    }

    /// The lines.
    pub(super) fn into_text(self) -> String {
        self.text
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_stops_at_its_limit_and_says_so() {
        let mut lines = Lines::default();
        lines.push(&"ä".repeat(Lines::MOST_CHARS - 2));
        lines.push("b");
        assert!(!lines.is_full());
        lines.push("c");
        assert!(lines.is_full());
        assert_eq!(lines.into_text().chars().count(), Lines::MOST_CHARS);
    }
}
