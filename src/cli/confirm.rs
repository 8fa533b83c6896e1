//! Asking before something is lost.
use std::io::{self, IsTerminal, Write};

use super::{failure::Failure, tell_wrapped};

/// Says what will be lost, and asks whether that is meant, unless that was said with `--yes`.
pub fn confirm(loss: &str, yes: bool) -> Result<(), Failure> {
    tell_wrapped(&crate::text::printable(loss));
    if yes {
        return Ok(());
    }
    let answer = ask("Type yes to go on: ", "--yes")?;
    match answer.eq_ignore_ascii_case("yes") {
        true => Ok(()),
        false => Err(Failure::new("nothing was deleted", "type yes in full to agree to the loss")),
    }
}

/// Asks whoever sits at the terminal; where nobody does, names the flag that takes the answer.
pub fn ask(question: &str, flag: &str) -> Result<String, Failure> {
    if !io::stdin().is_terminal() {
        return Err(Failure::new(
            "nobody is there to agree to the loss; nothing was changed",
            format!("add `{flag}`"),
        ));
    }
    // Who cannot read the question cannot answer it either.
    let _ = write!(io::stderr(), "{question}");
    let mut answer = String::new();
    io::stdin()
        .read_line(&mut answer)
        .map_err(|e| Failure::because("your answer cannot be read", e, format!("use `{flag}`")))?;
    Ok(answer.trim().to_owned())
}
