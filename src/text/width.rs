//! How many columns of a terminal a text takes: letters of East Asia take two, accents none.
use unicode_width::UnicodeWidthStr;

use super::cut;

/// The columns that a text takes.
pub fn columns(text: &str) -> usize {
    text.width()
}

/// As much of a text as fits into so many columns, with an ellipsis at its end where it was longer.
pub fn cut_to_columns(text: &str, most: usize) -> String {
    // Marks that take no column must not make a cell endless.
    let text = cut(text.to_owned(), most.saturating_mul(4).max(1));
    if columns(&text) <= most {
        return text;
    }
    let room = most.saturating_sub(1);
    let fits = |(at, _): &(usize, char)| columns(&text[..*at]) <= room;
    let end = text.char_indices().take_while(fits).last().map_or(0, |(at, _)| at);
    let mut short = text[..end].to_owned();
    if most > 0 {
        short.push('…');
    }
    short
}

/// The text and as many spaces as fill up so many columns.
pub fn padded(text: &str, width: usize) -> String {
    let mut padded = text.to_owned();
    padded.extend(std::iter::repeat_n(' ', width.saturating_sub(columns(text))));
    padded
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn letters_of_east_asia_take_two_columns_and_accents_none() {
        assert_eq!(["Ada", "李明", "Zoë", "e\u{301}", "ｗ", "…"].map(columns), [3, 4, 3, 1, 2, 1]);
        assert_eq!(padded("李", 4), "李  ");
        assert_eq!(padded("long", 2), "long");
    }

    #[test]
    fn what_is_cut_fits_and_what_fits_is_not_cut() {
        assert_eq!(cut_to_columns("李明華", 6), "李明華");
        assert_eq!(cut_to_columns("李明華", 5), "李明…");
        assert_eq!(cut_to_columns("李明華", 4), "李…");
        assert_eq!(cut_to_columns("abc", 3), "abc");
        assert_eq!(cut_to_columns("abcd", 3), "ab…");
        assert_eq!(["", "a", "ab"].map(|text| cut_to_columns(text, 1)), ["", "a", "…"]);
        assert_eq!(cut_to_columns("a", 0), "");
        let marks = format!("a{}", "\u{301}".repeat(10_000));
        assert!(cut_to_columns(&marks, 10).chars().count() <= 41);
    }
}
