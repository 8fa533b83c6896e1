//! The configuration file as a text that somebody wrote: single lines change, all else stays as it is.
use std::ops::Range;

use toml::de::DeTable;

/// What becomes of a setting: a value, or none.
pub type Change<'a> = (&'a str, Option<&'a str>);

/// The text with the changes made; names as they stand in the environment. A value is put in place of the one before;
/// a new one goes below the comment that shows it, or to the end. A setting that goes leaves its line as a comment.
/// `None`: the text is not TOML.
pub fn edit(text: &str, changes: &[Change<'_>]) -> Option<String> {
    let mut text = text.to_owned();
    for (name, value) in changes {
        let key = name.to_lowercase();
        match (find(&text, &key)?, value) {
            (Some(place), Some(value)) => text.replace_range(place.value, &written(value)),
            (Some(place), None) => comment_out(&mut text, &place),
            (None, Some(value)) => insert(&mut text, &key, value)?,
            (None, None) => (),
        }
    }
    Some(text)
}

/// Where a setting stands.
struct Place {
    key: usize,
    value: Range<usize>,
}

/// `None`: the text is not TOML. `Some(None)`: it does not have the key.
fn find(text: &str, key: &str) -> Option<Option<Place>> {
    let document = DeTable::parse(text).ok()?;
    let found = document.get_ref().iter().find(|(known, _)| known.get_ref() == key);
    Some(found.map(|(key, value)| Place { key: key.span().start, value: value.span() }))
}

fn comment_out(text: &mut String, place: &Place) {
    let start = text[..place.key].rfind('\n').map_or(0, |at| at + 1);
    // A list may stand on several lines.
    let lines: Vec<usize> = std::iter::once(start)
        .chain(text[start..place.value.end].match_indices('\n').map(|(at, _)| start + at + 1))
        .collect();
    lines.into_iter().rev().for_each(|at| text.insert_str(at, "# "));
}

fn insert(text: &mut String, key: &str, value: &str) -> Option<()> {
    let line = format!("{key} = {}\n", written(value));
    let at = below_its_comment(text, key).or_else(|| before_tables(text)).unwrap_or(text.len());
    let mut with = text.clone();
    if at > 0 && !with[..at].ends_with('\n') {
        with.insert(at, '\n');
        with.insert_str(at + 1, &line);
    } else {
        with.insert_str(at, &line);
    }
    // A comment may stand inside of a text of several lines, where the new line would be a part of it.
    let stands = |text: &str| Some(find(text, key)?.is_some());
    if !stands(&with)? {
        with = format!("{line}{text}");
    }
    stands(&with)?.then(|| *text = with)
}

/// Behind the last line like `# port = 8000`.
fn below_its_comment(text: &str, key: &str) -> Option<usize> {
    let mut end = 0;
    let mut found = None;
    for line in text.split_inclusive('\n') {
        end += line.len();
        let shown =
            line.trim_start().strip_prefix('#').map(|shown| shown.trim_start_matches(['#', ' ', '\t']));
        let rest = shown.and_then(|shown| shown.strip_prefix(key));
        if rest.is_some_and(|rest| rest.trim_start().starts_with('=')) {
            found = Some(end);
        }
    }
    found
}

/// Behind a table's head a setting would be the table's.
fn before_tables(text: &str) -> Option<usize> {
    let mut start = 0;
    for line in text.split_inclusive('\n') {
        if line.trim_start().starts_with('[') {
            return Some(start);
        }
        start += line.len();
    }
    None
}

/// A whole number as it is, everything else as a text.
fn written(value: &str) -> String {
    let is_number = value.len() < 18 && !value.is_empty() && value.bytes().all(|b| b.is_ascii_digit());
    if is_number && (value == "0" || !value.starts_with('0')) {
        return value.into();
    }
    let mut text = String::from('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => text.extend(['\\', c]),
            c if c.is_control() => text += &format!("\\u{:04X}", u32::from(c)),
            c => text.push(c),
        }
    }
    text.push('"');
    text
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn edited(text: &str, changes: &[Change<'_>]) -> String {
        edit(text, changes).unwrap()
    }

    #[test]
    fn a_value_changes_and_everything_around_it_stays() {
        let text = "# mine\nport = 8000   # the usual\r\n\n  contact='sam@example.org'\nunknown = [1,\n 2]\n";
        let after = edited(text, &[("PORT", Some("8001")), ("CONTACT", Some("https://example.org/\"me\""))]);
        assert_eq!(
            after,
            "# mine\nport = 8001   # the usual\r\n\n  contact=\"https://example.org/\\\"me\\\"\"\nunknown = [1,\n 2]\n"
        );
    }

    #[test]
    fn a_new_setting_goes_below_its_comment_or_to_the_end_and_never_into_a_table() {
        let shipped = "# The port.\n#port = 8000\n# host = \"0.0.0.0\"\n\n#portal = 1\n";
        assert_eq!(
            edited(shipped, &[("PORT", Some("1"))]),
            shipped.replace("#port = 8000\n", "#port = 8000\nport = 1\n")
        );
        assert_eq!(edited("host = \"::\"", &[("PORT", Some("1"))]), "host = \"::\"\nport = 1\n");
        assert_eq!(edited("", &[("PORT", Some("1"))]), "port = 1\n");
        assert_eq!(edited("a = 1\n[b]\nc = 1\n", &[("PORT", Some("1"))]), "a = 1\nport = 1\n[b]\nc = 1\n");
    }

    #[test]
    fn a_comment_within_a_text_is_no_comment() {
        let text = "a = \"\"\"\n# port = 8000\n\"\"\"\n";
        assert_eq!(edited(text, &[("PORT", Some("1"))]), format!("port = 1\n{text}"));
    }

    #[test]
    fn a_setting_that_goes_leaves_its_lines_as_comments() {
        let text = "db_host = \"old\" # here\nmodel_prices = [\n \"a\",\n]\nport = 1\n";
        let after = edited(text, &[("DB_HOST", None), ("MODEL_PRICES", None), ("DB_PORT", None)]);
        assert_eq!(after, "# db_host = \"old\" # here\n# model_prices = [\n#  \"a\",\n# ]\nport = 1\n");
    }

    #[test]
    fn what_is_no_toml_is_not_touched() {
        assert_eq!(edit("port 8000\n", &[("PORT", Some("1"))]), None);
    }

    proptest! {
        #[test]
        fn whatever_the_value_it_is_read_as_it_was_given(value in "\\PC{0,40}", other in "\\PC{0,20}") {
            let text = edited("# contact = \"\"\nport = 1 # x\n", &[("CONTACT", Some(&other)), ("CONTACT", Some(&value))]);
            let table: toml::Table = toml::from_str(&text).unwrap();
            let read = table["contact"].as_str().map_or_else(|| table["contact"].as_integer().unwrap().to_string(), String::from);
            prop_assert_eq!(read, value);
            prop_assert!(text.starts_with("# contact = \"\"\ncontact = ") && text.ends_with("\nport = 1 # x\n"));
        }
    }
}
