//! `scribe db`.
use std::io::{self, IsTerminal};

use serde::Serialize;

use super::{args::DbCommand, database, failure::Failure, output::Output};
use crate::{
    config::{Settings, Stage},
    database::{
        Database, DatabaseError, hints,
        info::{Info, info},
        migrate::{
            self, DowngradeTarget, Drift, Foreign, MigrateError, SchemaStep, SchemaVersion, UpgradeTarget,
            revision,
        },
    },
};

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

fn check(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let info = info(&database(settings)?).map_err(|error| not_connected(&error))?;
    output.line("Connected!")?;
    match &info.foreign {
        Some(foreign) => print_foreign(foreign, output)?,
        None => pending_hint(&info.schema, output)?,
    }
    Ok(())
}

fn not_connected(error: &DatabaseError) -> Failure {
    let condition = hints::condition(error);
    let hidden = condition.hides.map(|hidden| format!("not known as long as this holds: {hidden}"));
    let why = [Some(error.to_string()), hidden].into_iter().flatten().collect();
    Failure::listing(format!("Failed: {}", condition.title), why, condition.remedy)
}

fn print_foreign(foreign: &Foreign, output: &mut Output<'_>) -> io::Result<()> {
    output.line(foreign.to_string())?;
    foreign.signs().iter().try_for_each(|sign| output.line(format!("   why: {sign}")))?;
    output.line(format!("   fix: {}", foreign.remedy()))
}

fn check_schema(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let drift = migrate::drift(&database(settings)?).map_err(|error| not_connected(&error))?;
    if output.json {
        output.value(&drift)?;
    } else {
        print_drift(&drift, output)?;
    }
    let Drift { schema, missing, foreign, .. } = drift;
    match foreign {
        None | Some(Foreign::Adoptable { .. }) => (),
        Some(foreign) => return Err(MigrateError::Foreign(foreign).into()),
    }
    if schema.applied > schema.head {
        return Err(MigrateError::Ahead(schema.applied).into());
    }
    if !missing.is_empty() {
        return Err(Failure::new(
            "the schema is not as the migrations make it",
            "put back what is named, in SQL of your own, or restore a backup",
        ));
    }
    Ok(())
}

fn print_drift(drift: &Drift, output: &mut Output<'_>) -> io::Result<()> {
    let Drift { schema, missing, additional, foreign } = drift;
    output.line("Connected!")?;
    match foreign {
        Some(foreign @ Foreign::Adoptable { .. }) => return print_foreign(foreign, output),
        // Told as the failure that it is.
        Some(_) => return Ok(()),
        None if schema.applied != schema.head => return pending_hint(schema, output),
        None if missing.is_empty() => output.line("The schema is as the migrations make it")?,
        None => missing.iter().try_for_each(|line| output.line(format!("missing or different: {line}")))?,
    }
    additional.iter().try_for_each(|line| output.line(format!("additional: {line}")))
}

fn pending_hint(schema: &SchemaVersion, output: &mut Output<'_>) -> io::Result<()> {
    match schema.head - schema.applied {
        ..=0 => Ok(()),
        pending => output.line(format!("{pending} pending migration(s): run `scribe db upgrade`")),
    }
}

#[derive(Serialize)]
struct Shown {
    status: &'static str,
    url: String,
    environment: &'static str,
    server_version: Option<String>,
    role: Option<String>,
    schema_version: Option<i32>,
    head_version: i32,
    foreign: Option<Foreign>,
    error: Option<String>,
}

fn show_info(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let url = settings.database()?.to_string();
    let answer = info(&database(settings)?);
    let seen = answer.as_ref().ok();
    let shown = Shown {
        status: if seen.is_some() { "connected" } else { "disconnected" },
        url,
        environment: settings.stage.as_str(),
        server_version: seen.map(|info| info.server_version.clone()),
        role: seen.map(|info| info.role.clone()),
        schema_version: seen.map(|info| info.schema.applied),
        head_version: migrate::head(),
        foreign: seen.and_then(|info| info.foreign.clone()),
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

fn print_info(shown: &Shown, output: &mut Output<'_>) -> io::Result<()> {
    output.line(format!("status:      {}", shown.status))?;
    output.line(format!("url:         {}", shown.url))?;
    output.line(format!("environment: {}", shown.environment))?;
    if let (Some(version), Some(role), Some(schema)) =
        (&shown.server_version, &shown.role, shown.schema_version)
    {
        output.line(format!("server:      PostgreSQL {version}, as {role}"))?;
        output.line(format!("schema:      version {schema} of {}", shown.head_version))?;
    }
    shown.foreign.iter().try_for_each(|foreign| print_foreign(foreign, output))
}

/// The database, with time enough for a migration.
fn patient(settings: &Settings) -> Result<Database, Failure> {
    Ok(database(settings)?.with_statement_timeout(migrate::STATEMENT_TIMEOUT))
}

fn upgrade(settings: &Settings, target: UpgradeTarget, output: &mut Output<'_>) -> Result<(), Failure> {
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
        None if io::stdin().is_terminal() => {
            eprint!(
                "This deletes everything that scribe has in {shown}\nThe name of the database, to go on: "
            );
            let mut name = String::new();
            io::stdin()
                .read_line(&mut name)
                .map_err(|e| Failure::because("your answer cannot be read", e, "use `--yes NAME`"))?;
            agree(settings, name.trim())?;
        }
        None => {
            let fix = format!("add `--yes {}`, the name of this database", settings.database()?.name);
            return Err(Failure::new("nobody is there to agree to the loss; nothing was changed", fix));
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
    let versions = migrate::versions(&database(settings)?)?;
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
    Ok(output.table(&head, &rows)?)
}

#[derive(Serialize)]
struct Current {
    #[serde(flatten)]
    schema: SchemaVersion,
    foreign: Option<Foreign>,
}

fn current(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let Info { schema, foreign, .. } = info(&database(settings)?)?;
    if output.json {
        return Ok(output.value(&Current { schema, foreign })?);
    }
    let SchemaVersion { applied, head } = schema;
    output.line(match applied {
        0 => "base".to_string(),
        version if version == head => format!("{version} (head)"),
        version => version.to_string(),
    })?;
    Ok(foreign.iter().try_for_each(|foreign| print_foreign(foreign, output))?)
}
