//! Questions at a terminal. They go to standard error; nothing that is typed as a secret is shown.
use std::io::{self, BufRead, Write};

use super::super::{
    failure::{Failure, Report},
    hold, tell, terminal,
};
use crate::text::{
    printable,
    width::{columns, fit},
};

/// So much of a default is shown.
const MOST_SHOWN: usize = 40;

/// A text of its own, broken between words where the terminal is narrower.
pub fn say(text: &str) {
    tell(&wrapped(&printable(text), width()));
}

/// What is wrong with an answer, before it is asked for again.
pub fn say_failed(report: &Report) {
    let lines: Vec<String> = report.to_string().lines().map(|line| wrapped(line, width())).collect();
    tell(&lines.join("\n"));
}

/// Whether an answer is right; what is wrong with it is told.
pub fn is_right(checked: Result<(), Failure>) -> Result<bool, Failure> {
    match checked {
        Ok(()) => Ok(true),
        Err(Failure::Told(report)) => {
            say_failed(&report);
            Ok(false)
        }
        Err(broken) => Err(broken),
    }
}

fn width() -> usize {
    terminal::size().unwrap_or(terminal::USUAL).columns
}

/// Further lines stand as far in as the first, and so do those below `why: ` and `fix: `.
fn wrapped(line: &str, wide: usize) -> String {
    let text = line.trim_start();
    let mut indent = line.len() - text.len();
    if text.starts_with("why: ") || text.starts_with("fix: ") {
        indent += 5;
    }
    let mut done = line[..line.len() - text.len()].to_owned();
    let mut column = done.len();
    for (number, word) in text.split(' ').enumerate() {
        let needs = columns(word);
        if number > 0 && column + 1 + needs > wide {
            done.push('\n');
            done.push_str(&" ".repeat(indent));
            column = indent;
        } else if number > 0 {
            done.push(' ');
            column += 1;
        }
        done.push_str(word);
        column += needs;
    }
    done
}

/// Asks for a text. An empty answer means the default, which is shown; `None` where there is none.
pub fn text(label: &str, default: Option<&str>) -> Result<Option<String>, Failure> {
    let shown = default.map(|default| fit(&printable(default), MOST_SHOWN).into_owned());
    prompt(&shown.map_or(format!("{label}: "), |shown| format!("{label} [{shown}]: ")));
    Ok(line()?.or(default.map(String::from)))
}

/// Asks for a secret. `None`: nothing was typed, and what is there stays.
pub fn secret(label: &str, is_there: bool) -> Result<Option<String>, Failure> {
    let hint = if is_there { "not shown; Enter keeps it" } else { "not shown" };
    let label = format!("{label} ({hint}): ");
    let unhidden = |error| {
        Failure::because(
            "this terminal cannot hide what is typed",
            error,
            "give it in a file, with --env FILE",
        )
    };
    prompt(&label);
    let _hidden = hold::hide_input(&label).map_err(unhidden)?;
    line()
}

/// Asks for a yes or a no.
pub fn agree(label: &str, default: bool) -> Result<bool, Failure> {
    let hint = if default { "Y/n" } else { "y/N" };
    loop {
        prompt(&format!("{label} [{hint}]: "));
        match line()?.map(|answer| answer.to_lowercase()).as_deref() {
            None => return Ok(default),
            Some("y" | "yes") => return Ok(true),
            Some("n" | "no") => return Ok(false),
            Some(_) => say("  y or n, please"),
        }
    }
}

fn prompt(text: &str) {
    // Who cannot read the question cannot answer it either.
    let _ = write!(io::stderr(), "{text}");
}

/// What is typed, without the space around it; `None` for nothing.
fn line() -> Result<Option<String>, Failure> {
    let mut line = String::new();
    let remedy = "run `scribe setup` again";
    match io::stdin().lock().read_line(&mut line) {
        Ok(0) => {
            // Off the line of the question.
            say("");
            Err(Failure::because("setup is not finished", "there are no more answers", remedy))
        }
        Ok(_) => Ok(Some(line.trim()).filter(|line| !line.is_empty()).map(String::from)),
        Err(error) => Err(Failure::because("your answer cannot be read", error, remedy)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_broken_between_words_and_stays_below_itself() {
        assert_eq!(wrapped("  one two three", 10), "  one two\n  three");
        assert_eq!(wrapped("   fix: set one or two", 14), "   fix: set\n        one or\n        two");
        assert_eq!(wrapped("a-word-that-is-longer b", 10), "a-word-that-is-longer\nb");
        assert_eq!(wrapped("", 10), "");
    }
}
