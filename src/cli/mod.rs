//! The command line: raw arguments to calls, results to text, errors to exit codes. One file per command group; no
//! SQL and no HTTP here.
mod args;
mod ask;
mod compose;
mod config;
mod db;
mod doctor;
mod draft;
mod email;
mod exit;
mod failure;
mod files;
mod filter;
mod hold;
mod ids;
mod output;
#[cfg(test)]
mod packaging;
mod progress;
mod queue;
mod read;
mod run;
mod setup;
mod spreadsheet;
mod terminal;
mod user;
mod watch;
mod wrap;

use std::{
    fmt::Display,
    io::{self, Write},
    process::ExitCode,
    sync::mpsc,
    thread,
    time::Duration,
};

use clap::Parser;

use self::{
    args::{Arguments, Command},
    failure::Failure,
    output::Output,
};
use crate::{
    config::{Settings, keep_out_of_core_dumps},
    database::Database,
    text::printable,
};

/// How long a daemon that ends waits for whoever reads why.
const LAST_WORDS: Duration = Duration::from_millis(500);

/// The whole program.
pub fn main() -> ExitCode {
    keep_out_of_core_dumps();
    let arguments = match Arguments::try_parse() {
        Ok(arguments) => arguments,
        Err(told) => return help(&told),
    };
    let mut stdout = io::stdout().lock();
    let mut output = Output::new(&mut stdout, arguments.json, terminal::width(&io::stdout()));
    let result = dispatch(&arguments, &mut output).and_then(|code| {
        stdout.flush()?;
        Ok(code)
    });
    match result {
        Ok(code) => code,
        // Whoever read our output has seen enough.
        Err(Failure::BrokenPipe) => ExitCode::SUCCESS,
        Err(Failure::Told(report)) => {
            match arguments.command {
                Command::Run { .. } => tell_in_passing(report.to_string()),
                _ => tell_wrapped(&report.to_string()),
            }
            ExitCode::from(report.exit_code)
        }
    }
}

/// Help, the version, or what is wrong with the arguments.
fn help(told: &clap::Error) -> ExitCode {
    let text = told.render().to_string();
    let text = text.trim_end();
    match told.use_stderr() {
        true => tell_wrapped(text),
        // Whoever read it has seen enough.
        false => drop(writeln!(io::stdout(), "{}", wrap::all_wrapped(text, terminal::width(&io::stdout())))),
    }
    ExitCode::from(u8::try_from(told.exit_code()).unwrap_or(exit::USAGE))
}

/// One line or more to stderr. Nobody is left to tell when that is gone.
fn tell(text: &impl Display) {
    let _ = writeln!(io::stderr(), "{text}");
}

/// The same, broken between words at a terminal.
fn tell_wrapped(text: &str) {
    tell(&wrap::all_wrapped(text, terminal::width(&io::stderr())));
}

/// The same where the reader may have stopped reading, which must not keep the program from ending.
fn tell_in_passing(text: String) {
    let (told, is_told) = mpsc::channel::<()>();
    let told = thread::Builder::new().spawn(move || {
        tell(&text);
        drop(told);
    });
    if told.is_ok() {
        // Told, or over: either way it ends.
        let _ = is_told.recv_timeout(LAST_WORDS);
    }
}

fn dispatch(arguments: &Arguments, output: &mut Output<'_>) -> Result<ExitCode, Failure> {
    let environment = |name: &str| std::env::var_os(name);
    let file = arguments.config.as_deref();
    match &arguments.command {
        // These look at settings that may be wrong.
        Command::Doctor => return doctor::run(file, &environment, output),
        Command::Setup(request) => setup::run(request, file, &environment, output),
        Command::Config { command: args::ConfigCommand::Show } => config::show(file, &environment, output),
        command => work(command, &Settings::load(file, &environment)?, output),
    }?;
    Ok(ExitCode::SUCCESS)
}

/// What is odd and not wrong.
fn note(warning: &str) {
    tell_wrapped(&format!("Note: {}", printable(warning)));
}

fn work(command: &Command, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    if !matches!(command, Command::Run { .. }) {
        // The daemon logs them.
        settings.warnings.iter().for_each(|warning| note(warning));
    }
    match command {
        Command::Run { until_empty } => run::run(settings, *until_empty),
        Command::Config { .. } | Command::Doctor | Command::Setup(_) => Ok(()), // answered above, before the settings had to be right
        Command::Db { command } => db::run(command, settings, output),
        Command::User { command } => user::run(command, settings, output),
        Command::Queue { command } => queue::run(command, settings, output),
        Command::Email { command } => email::run(command, settings, output),
        Command::Compose(request) => compose::run(request, settings, output),
        Command::Read { what } => read::run(what, settings, output),
    }
}

/// The database of the settings.
fn database(settings: &Settings) -> Result<Database, Failure> {
    Ok(Database::new(settings.database()?)?)
}
