//! How many columns of a terminal a text takes: letters of East Asia take two, accents none.
use std::borrow::Cow;

use unicode_width::UnicodeWidthStr;

/// A letter may carry so many marks; more stack up over the lines around it.
const MOST_MARKS: usize = 4;

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

/// A harmless text in lines of so many columns, broken between words: the first line behind `begin`, the others behind so
/// many spaces. A word that is longer, such as an address, stays whole.
pub fn wrap(begin: &str, text: &str, indent: usize, wide: usize) -> Vec<String> {
    let (mut lines, mut line) = (Vec::new(), begin.to_owned());
    for (number, word) in text.split(' ').enumerate() {
        let column = columns(&line);
        if number > 0 && column + 1 + columns(word) > wide && column > indent {
            lines.push(line.trim_end().to_owned());
            line = " ".repeat(indent);
        } else if number > 0 {
            line.push(' ');
        }
        line.push_str(word);
    }
    lines.push(line);
    lines
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
    fn a_text_is_broken_between_words_and_stays_below_itself() {
        assert_eq!(wrap("  ", "one two three", 2, 10), ["  one two", "  three"]);
        assert_eq!(
            wrap("   fix: ", "set one or two", 8, 14),
            ["   fix: set", "        one or", "        two"]
        );
        assert_eq!(wrap("", "a-word-that-is-longer b", 0, 10), ["a-word-that-is-longer", "b"]);
        assert_eq!(wrap("", "李 明 華", 0, 5), ["李 明", "華"]);
        assert_eq!(wrap("", "", 0, 10), [""]);
        assert_eq!(wrap("", "as   it is", 0, 10), ["as   it is"]);
    }

    proptest! {
        #[test]
        fn whatever_the_line_it_fits(line in "\\PC{0,60}", most in 0_usize..40) {
            prop_assert!(columns(&fit(&line, most)) <= most);
            prop_assert_eq!(columns(&pad(&line, most)), most);
        }
    }
}
