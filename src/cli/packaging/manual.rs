//! The manual pages: scribe(1) from the table of arguments, scribe.toml(5) from that of settings.
use clap::{Arg, Command, CommandFactory};
use roff::{Inline, Roff, bold, italic, roman};

use crate::{
    cli::{args::Arguments, exit},
    config::SETTINGS,
};

const FILES: [(&str, &str); 4] = [
    ("/etc/scribe/scribe.toml", "the settings: scribe.toml(5)"),
    ("/etc/scribe/secrets/", "passwords and keys, a file each; root's alone"),
    (
        "/var/lib/scribe/",
        "what the service remembers across restarts, and an e-mail that could not be stored yet",
    ),
    ("/usr/share/doc/scribe/examples/", "a first template, and how to be told when the service has stopped"),
];

/// scribe(1): what the program is, and every command with its arguments.
pub fn command_line() -> String {
    let mut command = Arguments::command();
    command.build();
    let about = command.get_about().map(ToString::to_string).unwrap_or_default();
    let mut page = beginning("SCRIBE", "1", &format!("scribe - {about}"));
    page.control("SH", ["SYNOPSIS"]);
    page.text([bold("scribe"), roman(" [--config FILE] [--json] COMMAND")]);
    page.control("SH", ["OPTIONS"]);
    for option in command.get_arguments() {
        argument(option, &mut page);
    }
    page.control("SH", ["COMMANDS"]);
    commands(&command, &mut page);
    page.control("SH", ["FILES"]);
    table(&mut page, &FILES);
    page.control("SH", ["EXIT STATUS"]);
    for (code, meaning) in exit::CODES {
        entry(&mut page, vec![italic(code.to_string())], meaning);
    }
    page.control("SH", ["SEE ALSO"]);
    page.text([roman("scribe.toml(5), journalctl(1), systemctl(1)")]);
    page.render()
}

/// scribe.toml(5): how settings are found, and each of them.
pub fn settings_file() -> String {
    let mut page = beginning("SCRIBE.TOML", "5", "scribe.toml - settings of scribe");
    page.control("SH", ["DESCRIPTION"]);
    paragraph(
        &mut page,
        "/etc/scribe/scribe.toml holds a setting per line, name = value, in TOML. A setting is looked for in the environment \
         first, under its name in capitals, then (secrets) in a file of its own, then here; else its default holds. A key that \
         does not exist, or a value that does not fit, is an error that names line and column.",
    );
    paragraph(
        &mut page,
        "\"scribe config show\" prints what is in force and where it came from. The service reads its settings when it starts: \
         \"systemctl restart scribe\" after a change.",
    );
    page.control("SH", ["SETTINGS"]);
    for setting in SETTINGS.iter().filter(|it| !it.secret) {
        let default = setting.default.map(|it| format!(" [default: {it}]")).unwrap_or_default();
        let heading = [bold(setting.name.to_lowercase()), roman(default)];
        entry(&mut page, heading.into(), setting.help);
    }
    page.control("SH", ["SECRETS"]);
    paragraph(
        &mut page,
        "They never stand in scribe.toml, which everybody may read. Each is the content of a file of this name in \
         /etc/scribe/secrets, a directory that only root may open; the service is handed them by systemd.",
    );
    for setting in SETTINGS.iter().filter(|it| it.secret) {
        entry(&mut page, vec![bold(setting.name.to_lowercase())], setting.help);
    }
    page.control("SH", ["EXAMPLE"]);
    page.control("EX", []);
    for line in [
        "environment = \"production\"",
        "db_host = \"db.example.org\"",
        "db_user = \"scribe\"",
        "contact = \"sam@example.org\"",
    ] {
        page.text([roman(line)]);
    }
    page.control("EE", []);
    page.control("SH", ["SEE ALSO"]);
    page.text([roman("scribe(1)")]);
    page.render()
}

/// Title and name.
fn beginning(title: &str, section: &str, name: &str) -> Roff {
    let mut page = Roff::new();
    let version = format!("scribe {}", env!("CARGO_PKG_VERSION"));
    // No date, which would be another at every renewal: a space, since nothing would not count as an argument.
    page.control("TH", [title, section, " ", &version, "Scribe"]);
    page.control("SH", ["NAME"]);
    page.text([roman(name)]);
    page
}

/// Every command that does something, depth first.
fn commands(command: &Command, page: &mut Roff) {
    for command in command.get_subcommands().filter(|it| it.get_name() != "help") {
        if command.has_subcommands() {
            commands(command, page);
            continue;
        }
        page.control("SS", [usage(command).as_str()]);
        page.text([roman(command.get_about().map(ToString::to_string).unwrap_or_default())]);
        for own in command.get_arguments().filter(|it| is_its_own(it)) {
            argument(own, page);
        }
        for line in command.get_after_help().map(ToString::to_string).unwrap_or_default().lines() {
            paragraph(page, line);
        }
    }
}

/// `scribe db upgrade [TARGET]`; options are only named where the command has some of its own.
pub fn usage(command: &Command) -> String {
    let usage = command.clone().render_usage().to_string();
    let usage = usage.trim_start_matches("Usage: ");
    let has_options =
        command.get_arguments().any(|it| is_its_own(it) && !it.is_positional() && !it.is_required_set());
    if has_options { usage.into() } else { usage.replace(" [OPTIONS]", "") }
}

fn is_its_own(argument: &Arg) -> bool {
    !argument.is_global_set() && !["help", "version"].contains(&argument.get_id().as_str())
}

/// As it is typed, `-m, --message <MESSAGE>`, and what it does.
fn argument(argument: &Arg, page: &mut Roff) {
    let short = argument.get_short().map(|it| format!("-{it}, ")).unwrap_or_default();
    let meaning = argument.get_help().map(ToString::to_string).unwrap_or_default();
    entry(page, vec![bold(format!("{short}{argument}"))], &meaning);
}

fn table(page: &mut Roff, rows: &[(&str, &str)]) {
    for (name, meaning) in rows {
        entry(page, vec![italic(*name)], meaning);
    }
}

fn entry(page: &mut Roff, heading: Vec<Inline>, meaning: &str) {
    page.control("TP", []);
    page.text(heading);
    page.text([roman(meaning)]);
}

fn paragraph(page: &mut Roff, text: &str) {
    page.control("PP", []);
    page.text([roman(text)]);
}

#[test]
fn every_command_and_every_setting_has_its_place_in_the_manual() {
    fn leaves(command: &Command, path: &str, found: &mut Vec<String>) {
        for command in command.get_subcommands() {
            let path = format!("{path} {}", command.get_name());
            if command.has_subcommands() { leaves(command, &path, found) } else { found.push(path) }
        }
    }
    let mut paths = Vec::new();
    leaves(&Arguments::command(), "scribe", &mut paths);
    let page = command_line().replace("\\-", "-");
    let missing: Vec<_> = paths
        .iter()
        .filter(|path| !page.contains(&format!(".SS \"{path}")) && !page.contains(&format!(".SS {path}")))
        .collect();
    assert!(missing.is_empty(), "{missing:?}");
    let page = settings_file();
    let missing: Vec<_> =
        SETTINGS.iter().filter(|it| !page.contains(&format!("\\fB{}\\fR", it.name.to_lowercase()))).collect();
    assert!(missing.is_empty(), "{missing:?}");
}
