//! `scribe email`.
use super::{args::EmailCommand, database, draft::Shown, failure::Failure, output::Output};
use crate::{config::Settings, database::emails, pipeline::Metadata};

/// Dispatches.
pub fn run(command: &EmailCommand, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    match command {
        EmailCommand::List => list(settings, output),
        EmailCommand::Show { id } => show(settings, id, output),
    }
}

fn list(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let emails = emails::list(&database(settings)?.for_lists())?;
    if output.json {
        return Ok(output.value(&emails)?);
    }
    let rows: Vec<Vec<String>> = emails
        .into_iter()
        .map(|email| {
            let sure = if email.is_confident.unwrap_or(true) { "sure" } else { "unsure" };
            let kind = email.template_type.unwrap_or_default();
            vec![email.id.to_string()[..8].into(), email.recipient_name, kind, sure.into()]
        })
        .collect();
    Ok(output.table(&["ID", "RECIPIENT", "TYPE", "EVIDENCE"], &rows)?)
}

fn show(settings: &Settings, id: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut found = emails::find(&database(settings)?, id.trim())?;
    let email = match (found.pop(), found.len()) {
        (Some(email), 0) => email,
        _ if id.trim().is_empty() => {
            return Err(Failure::new("the id is empty", "`scribe email list` shows all"));
        }
        (Some(_), _) => {
            return Err(Failure::new(format!("several e-mails begin with {id}"), "give more digits"));
        }
        (None, _) => {
            return Err(Failure::new(format!("there is no e-mail {id}"), "`scribe email list` shows all"));
        }
    };
    if output.json {
        return Ok(output.value(&email)?);
    }
    let metadata: Metadata = email.metadata.and_then(|m| serde_json::from_value(m).ok()).unwrap_or_default();
    let is_confident = email.is_confident.unwrap_or(true);
    Ok(Shown { message: &email.email_message, is_confident, metadata: &metadata }.print(output)?)
}
