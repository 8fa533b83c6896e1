//! What pipeline, models and web all need to know about text; in this file: text from elsewhere, made plain and harmless
//! before anything or anybody else looks at it.
//!
//! Characters without a glyph are the usual carrier of hidden instructions, and of names that look equal and are not.
pub(crate) mod address;
pub(crate) mod claim;
pub(crate) mod language;
pub(crate) mod name;
pub(crate) mod sentences;
pub mod width;
pub(crate) mod words;

use std::borrow::Cow;

use unicode_normalization::UnicodeNormalization;

/// Whether a character shows nothing, or could move a cursor, change a colour, hide or reorder text: control
/// characters, Unicode's Default_Ignorable_Code_Point (soft hyphen, zero width, directions, variation selectors, tags),
/// line and paragraph separators, private use.
pub fn is_deceptive(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}' | '\u{1160}' | '\u{17b4}' | '\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{3164}'
            | '\u{e000}'..='\u{f8ff}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff9}'..='\u{fffb}'
            | '\u{e0000}'..='\u{10ffff}')
}

/// The text with each letter in one character where there is one: some programs write `ë` as `e` with a sign above it,
/// which looks the same and is another name to every comparison.
pub(crate) fn composed(text: &str) -> String {
    text.nfc().collect()
}

/// The text in one line: runs of white space become one space, deceptive characters are dropped.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len());
    let mut gap = false;
    for c in text.chars() {
        if c.is_whitespace() {
            gap = true;
        } else if !is_deceptive(c) {
            if gap && !line.is_empty() {
                line.push(' ');
            }
            gap = false;
            line.push(c);
        }
    }
    line
}

/// Like [`one_line`], and cut to so many characters, with an ellipsis in place of the last where it was longer.
pub fn one_short_line(text: &str, most: usize) -> String {
    cut(one_line(text), most)
}

/// At most so many characters of a text, with an ellipsis in place of the last where it was longer.
pub fn cut(mut text: String, most: usize) -> String {
    if let Some((last, _)) = text.char_indices().nth(most.saturating_sub(1))
        && text[last..].chars().nth(1).is_some()
    {
        text.truncate(last);
        text.push('…');
    }
    text
}

/// One line that is safe on a terminal and in the journal: deceptive characters are shown as escapes.
pub fn printable(text: &str) -> Cow<'_, str> {
    escape(text, is_harmless)
}

/// Like [`printable`], but keeps tabs and line breaks, those of Windows too; for texts that are shown as a whole.
pub fn printable_lines(text: &str) -> String {
    escape(&text.replace("\r\n", "\n"), |c| matches!(c, '\n' | '\t') || is_harmless(c)).into_owned()
}

/// The selector that makes a sign an emoji moves and hides nothing.
fn is_harmless(c: char) -> bool {
    c == '\u{fe0f}' || !is_deceptive(c)
}

fn escape(text: &str, harmless: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().all(&harmless) {
        return Cow::Borrowed(text);
    }
    let mut safe = String::with_capacity(text.len() + 16);
    for c in text.chars() {
        if harmless(c) {
            safe.push(c);
        } else {
            safe.extend(c.escape_default());
        }
    }
    Cow::Owned(safe)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn white_space_of_every_kind_becomes_one_space() {
        assert_eq!(one_line(" a \t\r\n b\u{a0}\u{2003}c\u{2028}d\u{85}e "), "a b c d e");
        assert_eq!(one_line(" \n"), "");
    }

    #[test]
    fn characters_that_show_nothing_are_dropped() {
        let hidden =
            "A\u{200b}d\u{ad}a\u{202e} \u{e0041}\u{e007f}E\u{feff}x\0a\u{1b}m\u{fe0f}p\u{2066}l\u{200d}e";
        assert_eq!(one_line(hidden), "Ada Example");
        assert_eq!(one_line("Zoë Ångström 王 λ−µ"), "Zoë Ångström 王 λ−µ");
    }

    #[test]
    fn a_line_that_is_too_long_ends_in_an_ellipsis() {
        assert_eq!(one_short_line("äöüß", 4), "äöüß");
        assert_eq!(one_short_line("äöüßx", 4), "äöü…");
    }

    #[test]
    fn nothing_from_elsewhere_can_steer_a_terminal() {
        assert_eq!(printable("a\u{1b}[2Jb\r\n"), "a\\u{1b}[2Jb\\r\\n");
        assert_eq!(printable("\u{202e}evil\u{200b}"), "\\u{202e}evil\\u{200b}");
        assert_eq!(printable_lines("one\r\ntwo\t\u{7}\r"), "one\ntwo\t\\u{7}\\r");
        assert!(matches!(printable("Zoë — “fine”"), Cow::Borrowed(_)));
    }
}
