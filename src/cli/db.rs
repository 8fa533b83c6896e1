//! `scribe db`.
use serde::Serialize;

use super::{args::DbCommand, database, failure::Failure, output::Output};
use crate::{
    config::Settings,
    database::{
        hints,
        info::{Info, info},
        migrate::{self, SchemaVersion, UpgradeTarget},
    },
};

/// Dispatches.
pub fn run(command: &DbCommand, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    match command {
        DbCommand::Check => check(settings, output),
        DbCommand::Info => show_info(settings, output),
        DbCommand::Upgrade { target } => upgrade(settings, *target, output),
        DbCommand::Current => current(settings, output),
    }
}

fn check(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    match info(&database(settings)?) {
        Ok(info) => {
            output.line("Connected!")?;
            Ok(pending_hint(&info.schema, output)?)
        }
        Err(error) => {
            let condition = hints::condition(&error);
            Err(Failure::because(format!("Failed: {}", condition.title), &error, condition.remedy))
        }
    }
}

fn pending_hint(schema: &SchemaVersion, output: &mut Output<'_>) -> std::io::Result<()> {
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
        error: answer.as_ref().err().map(ToString::to_string),
    };
    if output.json {
        output.value(&shown)?;
    } else {
        print_info(&shown, output)?;
    }
    let Info { .. } = answer?;
    Ok(())
}

fn print_info(shown: &Shown, output: &mut Output<'_>) -> std::io::Result<()> {
    output.line(format!("status:      {}", shown.status))?;
    output.line(format!("url:         {}", shown.url))?;
    output.line(format!("environment: {}", shown.environment))?;
    if let (Some(version), Some(role), Some(schema)) =
        (&shown.server_version, &shown.role, shown.schema_version)
    {
        output.line(format!("server:      PostgreSQL {version}, as {role}"))?;
        output.line(format!("schema:      version {schema} of {}", shown.head_version))?;
    }
    Ok(())
}

fn upgrade(settings: &Settings, target: UpgradeTarget, output: &mut Output<'_>) -> Result<(), Failure> {
    let patient = database(settings)?.with_statement_timeout(migrate::STATEMENT_TIMEOUT);
    let steps = migrate::upgrade(&patient, target)?;
    if steps.is_empty() {
        output.line("Nothing to upgrade")?;
    }
    for step in steps {
        output.line(format!("Running upgrade {} -> {}, {}", step.from, step.to, step.what))?;
    }
    Ok(())
}

fn current(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let schema = migrate::current(&database(settings)?)?;
    if output.json {
        return Ok(output.value(&schema)?);
    }
    let SchemaVersion { applied, head } = schema;
    let place = match applied {
        0 => "base".to_string(),
        version if version == head => format!("{version} (head)"),
        version => version.to_string(),
    };
    Ok(output.line(place)?)
}
