//! `docs/troubleshooting.md`, made from the table; `RENEW_GOLDEN=1 cargo test --lib condition::page` writes it anew.
use std::fmt::Write;

use super::{ALL, Condition, Retry, Severity};
use crate::database::hints::{self, Sign};

const HEAD: &str = "# Troubleshooting

`scribe doctor` makes every check and says what to do; `scribe db check` only tries the database.

## What stops the start

These end `scribe run` at once, with the reason and the remedy (`journalctl -u scribe`):

- A mistake in the settings (exit code 78): all of them are listed, each with its place. `scribe config show` lists every
  setting, what is in force, and where it came from.
- No database is configured (78): set `DATABASE_URL`, or `DB_HOST`, `DB_USER` and `DB_PASSWORD`. The database itself need
  not answer: scribe waits for it.
- The state directory is not this user's to write to, or another scribe uses it (1): each scribe needs a `STATE_DIRECTORY`
  of its own that its user may write to. (A disk that is full or read-only is a warning.) `scribe doctor` judges it for
  the user who runs doctor (`sudo -u USER scribe doctor`).
- Another program listens on the port for `/health` (1): `ss -ltnp` names it; stop it, or set another `PORT`.

## While it runs

The daemon writes one line to its log when one of these conditions begins and one when it is over, and lists those that
hold, by their codes, under `conditions` in `/health`. While an error holds, nothing new is begun and no recipient loses
an attempt: mend what it names, and scribe goes on by itself. A warning stops nothing.

Log, doctor and `db check` use the words of the headings here. This part is made from the table that the program itself
uses (`src/condition/table.rs`).
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
    write!(page, "\n### {title} (`{code}`)\n\n{text}\n\n- To do: {remedy}.\n")?;
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

fn sign(sign: Sign) -> String {
    match sign {
        Sign::Text(text) => format!("`{text}`"),
        Sign::SqlState(state) if state.len() == 5 => format!("SQLSTATE `{state}`"),
        Sign::SqlState(class) => format!("SQLSTATE `{class}…`"),
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
