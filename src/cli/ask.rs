//! Questions at a terminal. They go to standard error; nothing that is typed as a secret is shown.
use std::io::{self, BufRead, Write};

use super::{
    failure::{Failure, Report},
    hold, tell_wrapped, terminal,
};
use crate::text::{printable, width::fit};

/// So much of a default is shown.
const MOST_SHOWN: usize = 40;

/// Says what will be lost, and asks whether that is meant, unless that was said with `--yes`.
pub fn confirm(loss: &str, yes: bool) -> Result<(), Failure> {
    say(loss);
    if yes {
        return Ok(());
    }
    match agreement("Type yes to go on", "--yes")?.eq_ignore_ascii_case("yes") {
        true => Ok(()),
        false => Err(Failure::new("nothing was deleted", "type yes in full to agree to the loss")),
    }
}

/// What somebody types to agree to a loss; where nobody is there to type, the flag that takes it is named.
pub fn agreement(label: &str, flag: &str) -> Result<String, Failure> {
    let remedy = format!("add `{flag}`");
    if !terminal::is_somebody_there() {
        return Err(Failure::new("nobody is there to agree to the loss; nothing was changed", remedy));
    }
    prompt(&format!("{label}: "));
    Ok(line("nothing was changed", &remedy)?.unwrap_or_default())
}

/// A text of its own, broken between words where the terminal is narrower, and whole in a pipe.
pub fn say(text: &str) {
    tell_wrapped(&printable(text));
}

/// What is wrong with an answer, before it is asked for again.
pub fn say_failed(report: &Report) {
    tell_wrapped(&report.to_string());
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

/// Asks for a text. An empty answer means the default, which is shown; `None` where there is none.
pub fn text(label: &str, default: Option<&str>) -> Result<Option<String>, Failure> {
    let shown = default.map(|default| fit(&printable(default), MOST_SHOWN).into_owned());
    prompt(&shown.map_or(format!("{label}: "), |shown| format!("{label} [{shown}]: ")));
    Ok(answer()?.or(default.map(String::from)))
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
    answer()
}

/// Asks for a yes or a no.
pub fn agree(label: &str, default: bool) -> Result<bool, Failure> {
    let hint = if default { "Y/n" } else { "y/N" };
    loop {
        prompt(&format!("{label} [{hint}]: "));
        match answer()?.map(|answer| answer.to_lowercase()).as_deref() {
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

/// What is typed at one of setup's questions.
fn answer() -> Result<Option<String>, Failure> {
    line("setup is not finished", "run `scribe setup` again")
}

/// What is typed, without the space around it; `None` for nothing. Where nothing more can be, `state` says how things
/// stand.
fn line(state: &str, remedy: &str) -> Result<Option<String>, Failure> {
    let mut line = String::new();
    match io::stdin().lock().read_line(&mut line) {
        Ok(0) => {
            // Off the line of the question.
            say("");
            Err(Failure::because(state, "there are no more answers", remedy))
        }
        Ok(_) => Ok(Some(line.trim()).filter(|line| !line.is_empty()).map(String::from)),
        Err(error) => Err(Failure::because(format!("{state}: your answer cannot be read"), error, remedy)),
    }
}
