//! `docs/troubleshooting.md`, made from the table; `RENEW_GOLDEN=1 cargo test --lib condition::page` writes it anew.
use std::fmt::Write;

use super::{ALL, Condition, Retry, Severity};
use crate::database::hints;

const HEAD: &str = "# Troubleshooting

`scribe doctor` makes every check and says what to do; `scribe db check` only tries the database. The daemon writes one
line to its log (`journalctl -u scribe`) when one of these conditions begins and one when it is over, and lists those
that hold under `conditions` in `/health`. While an error holds, nothing new is begun and no recipient loses an attempt:
mend what it names, and scribe goes on by itself. A warning stops nothing.

This page is made from the table that the program itself uses (`src/condition/table.rs`).
";

fn page() -> String {
    let mut page = HEAD.to_owned();
    for condition in ALL {
        // Writing to a String cannot fail.
        let _ = write_section(&mut page, condition);
    }
    page
}

fn write_section(page: &mut String, condition: &Condition) -> std::fmt::Result {
    let Condition { code, severity, retry, title, text, remedy, hides } = condition;
    let (title, text, remedy) = (capital(title), plain(text), plain(remedy));
    write!(page, "\n## {code}\n\n**{title}.** {text}\n\n- To do: {remedy}.\n")?;
    let signs: Vec<String> = hints::signs_of(condition).map(sign).collect();
    if !signs.is_empty() {
        writeln!(page, "- Known by: {}.", signs.join(", "))?;
    }
    if let Some(hides) = hides {
        writeln!(page, "- Not known while it holds: {hides}.")?;
    }
    match (severity, retry) {
        (Severity::Warning, _) | (_, Retry::Never) => writeln!(page, "- A warning: work goes on."),
        (_, retry) => {
            writeln!(page, "- An error: work pauses, and is tried again every {} s.", retry.pause().as_secs())
        }
    }
}

/// `<` would begin a tag.
fn plain(text: &str) -> String {
    text.replace('<', "\\<")
}

fn sign(text: &str) -> String {
    match text.len() {
        5 if text.bytes().all(|b| b.is_ascii_alphanumeric()) => format!("SQLSTATE `{text}`"),
        ..5 => format!("SQLSTATE `{text}…`"),
        _ => format!("`{text}`"),
    }
}

fn capital(text: &str) -> String {
    let mut chars = text.chars();
    chars.next().map_or_else(String::new, |first| first.to_uppercase().chain(chars).collect())
}

#[test]
fn the_page_on_troubleshooting_says_what_the_table_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/troubleshooting.md");
    let page = page();
    if std::env::var_os("RENEW_GOLDEN").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "{path} is out of date: RENEW_GOLDEN=1 cargo test --lib condition::page");
}
