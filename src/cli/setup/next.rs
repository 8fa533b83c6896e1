//! What to do once setup is done: commands that work as they stand.
use std::{borrow::Cow, io, path::Path};

use rustix::process::geteuid;

use super::super::{output::Output, terminal};
use crate::{config::sources::DEFAULT_FILE, database::users::User, pipeline};

/// Tells: one professor before eighty.
pub fn tell(file: &Path, user: &User, stored: Option<&Path>, output: &mut Output<'_>) -> io::Result<()> {
    let template = stored.map_or("mail.txt".into(), |file| file.display().to_string());
    let template = format!("--template {}", quoted(&template));
    let mut compose =
        vec!["compose".to_owned(), "--name 'Ada Marlowe'".to_owned(), "--interest 'tidal energy'".to_owned()];
    compose.extend(user.display_name.as_ref().map(|name| format!("--sender {}", quoted(name))));
    let columns = user.email_template.as_deref().map(pipeline::needed_columns);
    for column in columns.and_then(Result::ok).into_iter().flatten() {
        compose.push(format!("--field {}", quoted(&format!("{column}=…"))));
    }
    compose.push(template.clone());
    let mut import =
        vec!["queue import recipients.csv".to_owned(), format!("--user {}", quoted(&user.email))];
    if user.email_template.is_none() {
        import.push(template);
    }
    let dry_run = [&import[..], &["--dry-run".to_owned()]].concat();
    output.line("")?;
    output.line("Set up. Try your template on one professor first, and look at what comes out:")?;
    output.lines(&command(file, &compose))?;
    output.line("Then the others, all checked before any is queued:")?;
    output.lines(&command(file, &dry_run))?;
    output.lines(&command(file, &import))?;
    output.line("The service writes to them, or `scribe run` in a terminal does. Look on with:")?;
    output.lines(&command(file, &["queue watch".to_owned()]))
}

/// A command of scribe's that a shell takes as it stands, in lines that fit.
fn command(file: &Path, arguments: &[String]) -> String {
    let begin = match file == Path::new(DEFAULT_FILE) {
        // Only root reads the service's secrets.
        true if geteuid().is_root() => "sudo scribe".to_owned(),
        true => "scribe".to_owned(),
        false => format!("scribe --config {}", quoted(&file.display().to_string())),
    };
    broken(&begin, arguments, terminal::width(&io::stdout()).unwrap_or(terminal::USUAL.columns))
}

/// Broken between arguments, each with its value.
fn broken(begin: &str, arguments: &[String], wide: usize) -> String {
    const END: &str = " \\";
    let mut done = format!("  {begin}");
    let mut column = done.chars().count();
    for argument in arguments {
        let needs = 1 + argument.chars().count();
        if column + needs + END.len() > wide {
            done += &format!("{END}\n     ");
            column = 5;
        }
        done += &format!(" {argument}");
        column += needs;
    }
    done
}

/// As a shell takes it for one word.
fn quoted(text: &str) -> Cow<'_, str> {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "_-./@:+,%=".contains(c);
    match !text.is_empty() && text.chars().all(is_plain) {
        true => text.into(),
        false => format!("'{}'", text.replace('\'', r"'\''")).into(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_broken_between_its_arguments_and_never_within_one() {
        let arguments = ["compose", "--name 'Ada Marlowe'", "--sender 'Sam Student'", "--template mail.txt"]
            .map(String::from);
        assert_eq!(
            broken("scribe", &arguments, 50),
            "  scribe compose --name 'Ada Marlowe' \\\n      --sender 'Sam Student' --template mail.txt"
        );
        assert_eq!(broken("scribe", &arguments, 200).lines().count(), 1);
    }

    #[test]
    fn a_shell_takes_a_quoted_text_for_one_word() {
        assert_eq!(quoted("c/scribe.toml"), "c/scribe.toml");
        assert_eq!(quoted("Sam O'Neill"), r"'Sam O'\''Neill'");
        assert_eq!(quoted("$(reboot)"), "'$(reboot)'");
        assert_eq!(quoted(""), "''");
    }
}
