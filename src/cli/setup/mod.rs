//! `scribe setup`: from nothing to a scribe that works, each answer tried as it is given. Run again, it offers what is
//! there, and changes only what is answered.
mod account;
mod answers;
mod database;
mod env_file;
mod next;
mod services;
mod settings_file;
mod start;
mod store;

use std::path::Path;

use self::{
    answers::{Answers, DATABASE, MODELS, SEARCH, TRUST},
    env_file::EnvFile,
};
use super::{
    args::SetupRequest, ask, database as database_of, db, failure::Failure, files, output::Output, terminal,
};
use crate::{
    config::{
        Environment,
        sources::{self, DEFAULT_FILE},
    },
    database::migrate::UpgradeTarget,
};

/// Asks where somebody is there to answer, else does with what it is given or says what is missing.
pub fn run(
    request: &SetupRequest,
    file: Option<&Path>,
    environment: Environment<'_>,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    if output.json {
        return Err(Failure::because(
            "nothing was changed",
            "setup prints no JSON",
            "leave --json out; `scribe config show --json` shows what it wrote",
        ));
    }
    let file = file.unwrap_or(Path::new(DEFAULT_FILE));
    let directory = answers::directory_of(file);
    store::is_writable(directory).map_err(|error| answers::unwritable(directory, error))?;
    let mut answers = Answers::open(file, environment)?;
    let from_environment = answers.of_environment();
    if !from_environment.is_empty() {
        output.line(format!("Taken from the environment: {}", from_environment.join(", ")))?;
    }
    take_env(request, &mut answers, output)?;
    // Mistakes in what is not asked about cannot be answered away.
    answers.settings(&[DATABASE, TRUST, MODELS, SEARCH])?;
    let asks = terminal::is_somebody_there();
    match asks {
        true => ask_for_everything(&mut answers, file, output)?,
        false => check_everything(&answers, output)?,
    }
    let settings = answers.settings(&[])?;
    let sender = account::decide(request, asks, &database_of(&settings)?)?;
    save(&mut answers, output)?;
    let settings = answers.settings(&[])?;
    db::upgrade(&settings, UpgradeTarget::Head, output)?;
    let (user, stored) = account::provide(sender, &database_of(&settings)?, output)?;
    start::offer(request, asks, file, output)?;
    Ok(next::tell(file, &user, stored.as_deref(), output)?)
}

/// What a file of the environment's, or standard input, says.
fn take_env(request: &SetupRequest, answers: &mut Answers, output: &mut Output<'_>) -> Result<(), Failure> {
    let Some(path) = &request.env else { return Ok(()) };
    let EnvFile { values, unknown } = env_file::parse(&files::read_text_or_input(path)?)
        .map_err(|why| files::unusable(path, why, "give one NAME=value a line, comments behind #"))?;
    if !unknown.is_empty() {
        output.line(format!("Not a setting of scribe's, left out: {}", unknown.join(", ")))?;
    }
    answers.take(values);
    Ok(())
}

fn ask_for_everything(answers: &mut Answers, file: &Path, output: &mut Output<'_>) -> Result<(), Failure> {
    let secrets = sources::secrets_beside(file);
    ask::say("This sets scribe up. Each answer is tried at once; Enter takes what is in [brackets].");
    ask::say(&format!(
        "Settings go to {}, secrets to {}/ when all is answered; until then Ctrl-C leaves everything as it is.",
        file.display(),
        secrets.display()
    ));
    ask::say("");
    database::ask(answers, output)?;
    ask::say("");
    services::MODELS.ask(answers, output)?;
    ask::say("");
    services::SEARCHES.ask(answers, output)
}

/// Nobody is there to answer: it works, or it is said what is missing.
fn check_everything(answers: &Answers, output: &mut Output<'_>) -> Result<(), Failure> {
    if let Err(missing) = answers.settings(&[])?.database() {
        return Err(Failure::configuration(
            "setup has nobody to ask, and nothing was changed",
            missing,
            "run `scribe setup` again: give settings as NAME=value lines, in a file with --env FILE or on standard input with --env -, or run it \
             at a terminal",
        ));
    }
    database::check(answers, output)?;
    services::MODELS.check(answers, output)?;
    services::SEARCHES.check(answers, output)
}

fn save(answers: &mut Answers, output: &mut Output<'_>) -> Result<(), Failure> {
    let written = answers.save()?;
    if written.is_empty() {
        output.line(format!("{} and its secrets stay as they are", answers.file.display()))?;
    }
    Ok(written.iter().try_for_each(|path| output.line(format!("Wrote {}", path.display())))?)
}
