//! Lines for people, broken between words where the terminal is narrower.
use crate::text::width::{columns, wrap};

/// What stands in columns does so within so many.
const MOST_OF_COLUMNS: usize = 40;

/// Breaks a line between words. Further lines stand as far in as the first, below `why: ` and `fix: ` behind these, and
/// below what stands in columns behind the last gap between them.
fn wrapped(line: &str, wide: usize) -> String {
    if columns(line) <= wide {
        return line.to_owned();
    }
    let text = line.trim_start();
    let lead = line.len() - text.len();
    let indent = Some(indent(line, text, lead)).filter(|indent| *indent <= wide / 2).unwrap_or(lead);
    wrap(&line[..lead], text, indent, wide).join("\n")
}

fn indent(line: &str, text: &str, lead: usize) -> usize {
    if text.starts_with("why: ") || text.starts_with("fix: ") {
        return lead + 5;
    }
    let gap = line.match_indices("  ").map(|(at, gap)| at + gap.len()).filter(|end| *end > lead);
    let is_column = |end: &usize| columns(&line[..*end]) <= MOST_OF_COLUMNS && !line[*end..].starts_with(' ');
    gap.filter(is_column).last().map_or(lead, |end| columns(&line[..end]))
}

/// The same for each of several lines.
pub fn all_wrapped(text: &str, wide: Option<usize>) -> String {
    let Some(wide) = wide else { return text.to_owned() };
    text.split('\n').map(|line| wrapped(line, wide)).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn further_lines_stand_below_the_first_and_behind_why_and_fix() {
        assert_eq!(wrapped("  one two three", 10), "  one two\n  three");
        assert_eq!(wrapped("   fix: set one or two", 16), "   fix: set one\n        or two");
    }

    #[test]
    fn what_stands_in_columns_stays_in_them() {
        let line = "ok    search      it answers and found ten";
        assert_eq!(wrapped(line, 36), "ok    search      it answers and\n                  found ten");
        assert_eq!(
            wrapped("ok    search      it answers", 20),
            "ok    search      it\nanswers",
            "too narrow"
        );
        assert_eq!(wrapped("      --json  Print it all", 20), "      --json  Print\n      it all");
    }

    #[test]
    fn nothing_is_broken_where_there_is_no_terminal() {
        assert_eq!(all_wrapped("one two\n  three", None), "one two\n  three");
        assert_eq!(all_wrapped("one two\n  three four", Some(8)), "one two\n  three\n  four");
    }
}
