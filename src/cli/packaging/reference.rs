//! `docs/reference.md`: everything that has a name, from the tables in which the program itself looks it up.
use std::fmt::Write;

use clap::{Command, CommandFactory};

use super::manual::usage;
use crate::{
    cli::{args::Arguments, exit},
    condition::{self, Condition, Severity},
    config::{SETTINGS, Setting},
    daemon::{event, metrics},
};

const HEAD: &str = "# Reference

Made from the code: `RENEW_GOLDEN=1 cargo test --lib cli::packaging` writes it anew. [Settings](#settings),
[commands](#commands), [exit codes](#exit-codes), [metrics](#metrics), [the journal](#the-journal),
[conditions](#conditions). What `--json` prints is in [json.md](json.md).

## Settings

From the environment, from secret files, or from `/etc/scribe/scribe.toml` (names in lower case; `--config` names another
file), in this order. What is secret never stands in that file: each is a file of its own in `secrets/` beside it, with the
name in lower case (`secrets/database_url`) and mode 0600; no link, since systemd, which hands them to the service, takes
none. `scribe config show` lists all settings, what is in force, where each came from, and everything that is wrong with
them. The service reads them when it starts.
";

const ABOUT_SETTINGS: &str = "
* `DATABASE_URL` takes `sslmode` and `sslrootcert` as parameters. The `DB_` parts are not in force beside it, but for a
  password that it lacks; of `DB_SSLMODE` and its own `sslmode` the stricter is. Without a port it means 5432, as everywhere.
* `DB_SSLMODE=require` encrypts but verifies nothing, so somebody between you and the database could listen in; scribe says
  so once at start. With `DB_SSLROOTCERT`, `require` verifies like `verify-ca`, as in libpq. Prefer `verify-full` with the CA
  file. A server that is not verified gets the password by SCRAM only, which does not give it away; clear text and MD5 are
  for one that has proved who it is. A certificate that is refused is told apart: an authority that is not trusted, another
  host name, expired, or a clock of this machine that is behind.
* `ANTHROPIC_BASE_URL` and `OPENAI_BASE_URL` may be on a private network; with a key elsewhere only https. The time of
  `MODEL_TIMEOUT` includes further tries. `EMAIL_COMPOSER_TEMPERATURE`: Anthropic's newer models take none.
* `MODEL_PRICES` are `provider:model=INPUT/OUTPUT`, separated by commas. A budget needs the price of each model (0/0: free).
* `STATE_DIRECTORY`: one per running scribe.
";

const COMMANDS: &str = "
## Commands

`--config FILE` and `--json` go with each. `scribe COMMAND --help` and `man scribe` have the arguments.
";

const EXIT_CODES: &str = "
## Exit codes

Errors say what happened, why, and what to do. systemd starts the service again after any code but 2 and 78.
";

const METRICS: &str = "
## Metrics

`GET /metrics` on `PORT` answers from memory in Prometheus' text format. What is counted is counted since the start of this
scribe, of what it did itself.
";

const JOURNAL: &str = "
## The journal

One line when an item is taken, one for each step, one when it leaves scribe's hands; an outage is a line when it begins
and one when it ends; an empty queue is silent. At `info` and above no line says more of a person than the item's id: why
an item failed stands in its row (`scribe queue show ID`), and in the log only at `LOG_LEVEL=debug`. The story of one
item, all that failed today, one kind of outage:

```
journalctl -u scribe QUEUE_ITEM_ID=3f0c9a52-6c1e-4d2a-9b7e-0d5a1c2e8f44
journalctl -u scribe --since today MESSAGE_ID=ee6fc4ded95c430a8b1b2a8c0401c838
journalctl -u scribe ERROR_KIND=database-unreachable
```
";

const CONDITIONS: &str = "
## Conditions

What can be wrong around scribe, by the code that log, `/health`, `/metrics` and `--json` use. While an error holds, claiming
pauses and no recipient loses an attempt; it is tried again after the pause, which `RETRY_INTERVAL` bounds for all but the
database. A warning stops nothing. Each links to its cause and remedy.
";

/// The whole page.
pub fn page() -> String {
    let mut commands = Arguments::command();
    commands.build();
    let page = [
        HEAD.into(),
        table(["setting", "default", "unit", "secret", "meaning"], SETTINGS.iter().map(setting)),
        ABOUT_SETTINGS.into(),
        COMMANDS.into(),
        table(["command", ""], leaves(&commands).into_iter().map(command)),
        EXIT_CODES.into(),
        table(["code", ""], exit::CODES.into_iter().map(|(code, text)| [code.to_string(), text.into()])),
        METRICS.into(),
        table(
            ["metric", "type", ""],
            metrics::families().map(|[name, kind, text]| [quoted(&name), kind, text]),
        ),
        JOURNAL.into(),
        table(["field", ""], event::FIELDS.into_iter().map(named)),
        table(["`MESSAGE_ID`", ""], event::ALL.iter().copied().map(named)),
        CONDITIONS.into(),
        table(["code", "severity", "pause", ""], condition::ALL.iter().map(|it| of_condition(it))),
    ];
    page.concat()
}

/// A blank line, the heading, and a line for each row.
fn table<const N: usize>(heading: [&str; N], rows: impl Iterator<Item = [String; N]>) -> String {
    let mut table = format!("\n| {} |\n|{}\n", heading.join(" | "), "---|".repeat(N));
    for cells in rows {
        // A bar would begin the next cell. Writing to a String cannot fail.
        let _ = writeln!(table, "| {} |", cells.map(|cell| cell.replace('|', "\\|")).join(" | "));
    }
    table
}

fn quoted(text: &str) -> String {
    format!("`{text}`")
}

fn named((name, text): (&str, &str)) -> [String; 2] {
    [quoted(name), text.into()]
}

fn setting(setting: &Setting) -> [String; 5] {
    let default = setting.default.map(quoted).unwrap_or_default();
    let secret = if setting.secret { "secret" } else { "" };
    // `<` would begin a tag.
    let meaning = setting.help.replace('<', "\\<");
    [quoted(setting.name), default, setting.unit().unwrap_or_default().into(), secret.into(), meaning]
}

/// Every command that does something, depth first.
fn leaves(command: &Command) -> Vec<&Command> {
    let below = command.get_subcommands().filter(|it| it.get_name() != "help");
    below.flat_map(|it| if it.has_subcommands() { leaves(it) } else { vec![it] }).collect()
}

fn command(command: &Command) -> [String; 2] {
    [quoted(&usage(command)), command.get_about().map(ToString::to_string).unwrap_or_default()]
}

fn of_condition(condition: &Condition) -> [String; 4] {
    let Condition { code, severity, retry, title, .. } = condition;
    let anchor = anchor(&format!("{title} ({code})"));
    let (severity, pause) = match severity {
        Severity::Error => ("error", format!("{} s", retry.pause().as_secs())),
        Severity::Warning => ("warning", String::new()),
    };
    [format!("[`{code}`](troubleshooting.md#{anchor})"), severity.into(), pause, (*title).into()]
}

/// What a heading is called in links.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn the_reference_says_what_the_code_says() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/docs/reference.md");
    let page = page();
    if std::env::var_os("RENEW_GOLDEN").is_some() {
        std::fs::write(path, &page).unwrap();
    }
    let written = std::fs::read_to_string(path).unwrap_or_default();
    assert!(written == page, "{path} is out of date: RENEW_GOLDEN=1 cargo test --lib cli::packaging");
}

#[test]
fn every_setting_that_is_a_quantity_has_its_unit() {
    for setting in SETTINGS {
        let is_quantity = ["_INTERVAL", "_TIMEOUT", "_GRACE", "_BUDGET", "_PRICES"];
        let is_quantity = is_quantity.iter().any(|end| setting.name.ends_with(end));
        assert_eq!(setting.unit().is_some(), is_quantity, "{}", setting.name);
    }
}

#[test]
fn the_help_has_every_exit_code_and_the_unit_those_that_want_a_person() {
    let help = Arguments::command().render_help().to_string();
    let codes = help.lines().find_map(|line| line.strip_prefix("Exit codes: ")).unwrap();
    let told: Vec<&str> = codes.split(", ").map(|code| code.split(' ').next().unwrap()).collect();
    assert_eq!(told, exit::CODES.map(|(code, _)| code.to_string()));
    let unit = std::fs::read_to_string(concat!(env!("CARGO_MANIFEST_DIR"), "/scribe.service")).unwrap();
    let wanted = format!("RestartPreventExitStatus={} {}", exit::USAGE, exit::CONFIGURATION);
    assert!(unit.contains(&wanted), "{wanted}");
}
