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

    /// The shortest line that is a sentence rather than a label, in bytes; and where the first is looked for.
    const LONG_LINE: usize = 60;
    const MOST_PREAMBLE: usize = 8;
    /// The shortest paragraph, in bytes.
    const PARAGRAPH: usize = 150;

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

    /// Drops what stands above the first long line, if that is among the first lines: dates, names, “Share”.
    pub(super) fn drop_preamble(&mut self) {
        let first =
            self.text.lines().take(Self::MOST_PREAMBLE).position(|line| line.len() >= Self::LONG_LINE);
        if let Some(first) = first
            && let Some((end, _)) = self.text.match_indices('\n').take(first).last()
        {
            self.chars -= self.text.drain(..=end).as_str().chars().count();
        }
    }

    /// How much of the text is in lines as long as paragraphs are, from 0 to 1.
    pub(super) fn share_of_paragraphs(&self) -> f64 {
        let long = self.text.lines().map(str::len).filter(|length| *length >= Self::PARAGRAPH);
        long.sum::<usize>() as f64 / self.text.len().max(1) as f64
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

    #[test]
    fn a_preamble_ends_where_sentences_begin() {
        let text = |blocks: &[&str]| {
            let mut lines = Lines::default();
            blocks.iter().for_each(|block| lines.push(block));
            lines.drop_preamble();
            lines.into_text()
        };
        let sentence = "The tide came in at six, and with it the first measurement of the new turbine.";
        assert_eq!(text(&["20 May", "Share", sentence, "End"]), format!("{sentence}\nEnd"));
        assert_eq!(text(&[sentence, "End"]), format!("{sentence}\nEnd"));
        assert_eq!(text(&["one", "two"]), "one\ntwo");
    }
}
