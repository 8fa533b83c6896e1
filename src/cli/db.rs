//! `scribe db`.
use std::io;

use serde::Serialize;

use super::{
    args::DbCommand,
    ask::{agreement, say},
    database,
    failure::Failure,
    output::Output,
};
use crate::{
    config::{Settings, Stage},
    database::{
        Database, DatabaseError, hints, inspect,
        migrate::{self, DowngradeTarget, Drift, Misfit, SchemaStep, UpgradeTarget, revision},
    },
};

const CONNECTED: &str = "connected";
const DISCONNECTED: &str = "disconnected";

/// Dispatches.
pub fn run(command: &DbCommand, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    match command {
        DbCommand::Check { schema: false } => check(settings, output),
        DbCommand::Check { schema: true } => check_schema(settings, output),
        DbCommand::Info => show_info(settings, output),
        DbCommand::Upgrade { target } => upgrade(settings, *target, output),
        DbCommand::Downgrade { target, yes } => downgrade(settings, *target, yes.as_deref(), output),
        DbCommand::Current => current(settings, output),
        DbCommand::History { verbose } => history(settings, *verbose, output),
        DbCommand::Stamp { target } => stamp(settings, *target, output),
        DbCommand::Revision { message } => write_revision(message, output),
        DbCommand::Reset { yes } => reset(settings, yes.as_deref(), output),
    }
}

/// What programs are told of a database that cannot be used.
#[derive(Serialize)]
struct Disconnected {
    status: &'static str,
    condition: &'static str,
    error: String,
}

/// What programs are told of one that can.
#[derive(Serialize)]
struct Connected<T> {
    status: &'static str,
    #[serde(flatten)]
    seen: T,
}

/// Prints what was seen, or why nothing was.
fn connected<T: Serialize>(seen: Result<T, DatabaseError>, output: &mut Output<'_>) -> Result<T, Failure> {
    match seen {
        Ok(seen) if output.json => {
            let connected = Connected { status: CONNECTED, seen };
            output.value(&connected)?;
            Ok(connected.seen)
        }
        Ok(seen) => {
            output.line("Connected!")?;
            Ok(seen)
        }
        Err(error) => {
            let condition = hints::condition(&error);
            if output.json {
                let (condition, error) = (condition.code, error.to_string());
                output.value(&Disconnected { status: DISCONNECTED, condition, error })?;
            }
            let hidden = condition.hides.map(|hidden| format!("not known as long as this holds: {hidden}"));
            let why = [Some(error.to_string()), hidden].into_iter().flatten().collect();
            Err(Failure::listing(format!("Failed: {}", condition.title), why, condition.remedy))
        }
    }
}

/// What a command of scribe's puts right is told and no failure.
fn check(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    match connected(migrate::current(&database(settings)?), output)?.misfit {
        Some(misfit) if !misfit.is_open() => Err(misfit.into()),
        Some(misfit) if !output.json => Ok(print_misfit(&misfit, output)?),
        _ => Ok(()),
    }
}

fn print_misfit(misfit: &Misfit, output: &mut Output<'_>) -> io::Result<()> {
    output.line(misfit.to_string())?;
    misfit.signs().iter().try_for_each(|sign| output.line(format!("   why: {sign}")))?;
    output.line(format!("   fix: {}", misfit.remedy()))
}

/// What the versions alone do not show.
fn print_strange(misfit: Option<&Misfit>, output: &mut Output<'_>) -> io::Result<()> {
    let strange = misfit.filter(|misfit| !matches!(misfit, Misfit::Pending { .. }));
    strange.map_or(Ok(()), |misfit| print_misfit(misfit, output))
}

fn check_schema(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let drift = connected(migrate::drift(&database(settings)?), output)?;
    if let Some(misfit) = drift.schema.misfit {
        return Err(misfit.into());
    }
    if !output.json {
        print_drift(&drift, output)?;
    }
    match drift.missing.is_empty() {
        true => Ok(()),
        false => Err(Failure::new("the schema is not as the migrations make it", Drift::REMEDY)),
    }
}

fn print_drift(drift: &Drift, output: &mut Output<'_>) -> io::Result<()> {
    if drift.missing.is_empty() {
        output.line("The schema is as the migrations make it")?;
    }
    drift.missing.iter().try_for_each(|line| output.line(format!("missing or different: {line}")))?;
    drift.additional.iter().try_for_each(|line| output.line(format!("additional: {line}")))
}

#[derive(Serialize)]
struct ConnectionInfo {
    status: &'static str,
    url: String,
    environment: &'static str,
    server_version: Option<String>,
    role: Option<String>,
    schema_version: Option<i32>,
    head_version: i32,
    misfit: Option<Misfit>,
    error: Option<String>,
}

fn show_info(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let url = settings.database()?.to_string();
    let database = database(settings)?;
    let answer = inspect::server(&database).and_then(|server| Ok((server, migrate::current(&database)?)));
    let seen = answer.as_ref().ok();
    let is_connected = answer.as_ref().err().is_none_or(DatabaseError::was_logged_in);
    let shown = ConnectionInfo {
        status: if is_connected { CONNECTED } else { DISCONNECTED },
        url,
        environment: settings.stage.as_str(),
        server_version: seen.map(|(server, _)| server.version.clone()),
        role: seen.map(|(server, _)| server.role.clone()),
        schema_version: seen.map(|(_, schema)| schema.applied),
        head_version: migrate::head(),
        misfit: seen.and_then(|(_, schema)| schema.misfit.clone()),
        error: answer.as_ref().err().map(ToString::to_string),
    };
    if output.json {
        output.value(&shown)?;
    } else {
        print_info(&shown, output)?;
    }
    answer?;
    Ok(())
}

fn print_info(shown: &ConnectionInfo, output: &mut Output<'_>) -> io::Result<()> {
    output.line(format!("status:      {}", shown.status))?;
    output.line(format!("url:         {}", shown.url))?;
    output.line(format!("environment: {}", shown.environment))?;
    if let (Some(version), Some(role), Some(schema)) =
        (&shown.server_version, &shown.role, shown.schema_version)
    {
        output.line(format!("server:      PostgreSQL {version}, as {role}"))?;
        output.line(format!("schema:      version {schema} of {}", shown.head_version))?;
    }
    print_strange(shown.misfit.as_ref(), output)
}

/// The database, with time enough for a migration.
fn patient(settings: &Settings) -> Result<Database, Failure> {
    Ok(database(settings)?.with_statement_timeout(migrate::STATEMENT_TIMEOUT))
}

/// Applies pending migrations and tells each.
pub fn upgrade(settings: &Settings, target: UpgradeTarget, output: &mut Output<'_>) -> Result<(), Failure> {
    let steps = migrate::upgrade(&patient(settings)?, target)?;
    if steps.is_empty() {
        output.line("Nothing to upgrade")?;
    }
    Ok(print_steps(&steps, output)?)
}

fn print_steps(steps: &[SchemaStep], output: &mut Output<'_>) -> io::Result<()> {
    steps.iter().try_for_each(|SchemaStep { from, to, what }| {
        let direction = if from < to { "upgrade" } else { "downgrade" };
        output.line(format!("Running {direction} {from} -> {to}, {what}"))
    })
}

fn downgrade(
    settings: &Settings,
    target: DowngradeTarget,
    yes: Option<&str>,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    match yes {
        None if settings.stage == Stage::Production => {
            let name = &settings.database()?.name;
            return Err(Failure::new(
                "a downgrade deletes data, and this is production; nothing was changed",
                format!("make a backup, then add `--yes {name}`, the name of this database"),
            ));
        }
        None => (),
        Some(name) => agree(settings, name)?,
    }
    let steps = migrate::downgrade(&patient(settings)?, target)?;
    if steps.is_empty() {
        output.line("Nothing to downgrade")?;
    }
    Ok(print_steps(&steps, output)?)
}

/// Whoever agrees to a loss must know where it happens.
fn agree(settings: &Settings, name: &str) -> Result<(), Failure> {
    let database = settings.database()?;
    if name == database.name {
        return Ok(());
    }
    Err(Failure::new(
        format!("this database is not called {name:?}; nothing was changed"),
        format!("give the name of the database that the settings lead to, {database}"),
    ))
}

fn reset(settings: &Settings, yes: Option<&str>, output: &mut Output<'_>) -> Result<(), Failure> {
    let shown = settings.database()?.to_string();
    if settings.stage == Stage::Production {
        return Err(Failure::new(
            "a reset deletes everything, and this is production; nothing was changed",
            "a reset is for development (ENVIRONMENT); `scribe db downgrade` takes single versions back",
        ));
    }
    match yes {
        Some(name) => agree(settings, name)?,
        None => {
            say(&format!("This deletes everything that scribe has in {shown}"));
            let flag = format!("--yes {}", settings.database()?.name);
            agree(settings, &agreement("The name of the database, to go on", &flag)?)?;
        }
    }
    Ok(print_steps(&migrate::reset(&patient(settings)?)?, output)?)
}

fn stamp(settings: &Settings, version: i32, output: &mut Output<'_>) -> Result<(), Failure> {
    let before = migrate::stamp(&patient(settings)?, version)?;
    Ok(output.line(format!("Stamped {before} -> {version}; nothing was run"))?)
}

fn write_revision(message: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let here = std::env::current_dir()
        .map_err(|e| Failure::because("this directory cannot be used", e, "change to a checkout"))?;
    let files = revision::write(&here, message)?;
    output.line(format!("Wrote {}", files.up.display()))?;
    output.line(format!("Wrote {}", files.down.display()))?;
    Ok(output.line("Put SQL into both and build scribe: it does not compile without a way back")?)
}

fn history(settings: &Settings, verbose: bool, output: &mut Output<'_>) -> Result<(), Failure> {
    let (versions, misfit) = migrate::history(&database(settings)?)?;
    if output.json {
        return Ok(output.value(&versions)?);
    }
    let mut head = vec!["VERSION", "STATE", "WHAT"];
    if verbose {
        head.insert(2, "APPLIED ON");
    }
    let rows: Vec<Vec<String>> = versions
        .into_iter()
        .map(|version| {
            let mark = if version.head { " (head)" } else { "" };
            let mut row =
                vec![format!("{}{mark}", version.version), version.state.as_str().into(), version.what];
            if verbose {
                row.insert(2, version.applied_on.unwrap_or_default());
            }
            row
        })
        .collect();
    output.table(&head, &rows)?;
    Ok(print_strange(misfit.as_ref(), output)?)
}

fn current(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let schema = migrate::current(&database(settings)?)?;
    if output.json {
        return Ok(output.value(&schema)?);
    }
    output.line(match schema.applied {
        0 => "base".to_string(),
        version if version == schema.head => format!("{version} (head)"),
        version => version.to_string(),
    })?;
    Ok(print_strange(schema.misfit.as_ref(), output)?)
}
