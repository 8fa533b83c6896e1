//! `scribe email`: what people look at and tidy up. The export is in [`export`].
mod eml;
mod export;
mod letter;
mod markdown;

use serde_json::json;

use super::{
    args::{EmailCommand, Narrow},
    ask::confirm,
    database,
    draft::DraftView,
    failure::Failure,
    filter::filter,
    ids::{EMAIL, short},
    output::Output,
};
use crate::{
    config::Settings,
    database::emails::{self, Email, Wanted},
    pipeline::Metadata,
};

/// Dispatches.
pub fn run(command: &EmailCommand, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    match command {
        EmailCommand::List { unsure, hidden, narrow } => list(settings, (*unsure, *hidden), narrow, output),
        EmailCommand::Show { id } => show(settings, id, output),
        EmailCommand::Export(request) => export::run(settings, request, output),
        EmailCommand::Hide { id, undo } => hide(settings, id, *undo, output),
        EmailCommand::Delete { id, yes } => delete(settings, id, *yes, output),
    }
}

fn list(
    settings: &Settings,
    (only_unsure, hidden_too): (bool, bool),
    narrow: &Narrow,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let database = database(settings)?.for_lists();
    let wanted = Wanted { filter: filter(&database, narrow)?, only_unsure, hidden_too };
    if output.json {
        return Ok(output.value(&emails::list(&database, wanted)?)?);
    }
    let rows: Vec<Vec<String>> = emails::lines(&database, wanted)?
        .into_iter()
        .map(|email| {
            let sure = if email.is_confident.unwrap_or(true) { "sure" } else { "unsure" };
            let hidden = if email.displayed { "" } else { ", hidden" };
            vec![
                short(email.id),
                email.day.unwrap_or_default(),
                email.recipient_name,
                email.template_type.unwrap_or_default(),
                format!("{sure}{hidden}"),
            ]
        })
        .collect();
    if rows.is_empty() && output.is_terminal() {
        return Ok(output.line("No e-mail is there")?);
    }
    Ok(output.table(&["ID", "WRITTEN", "RECIPIENT", "TYPE", "EVIDENCE"], &rows)?)
}

fn show(settings: &Settings, id: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let email = find(settings, EMAIL.to_show(id)?)?;
    if output.json {
        return Ok(output.value(&email)?);
    }
    let metadata = metadata(&email);
    let is_confident = email.is_confident.unwrap_or(true);
    Ok(DraftView { message: &email.email_message, is_confident, metadata: &metadata }.print(output)?)
}

/// The one e-mail whose id begins so.
fn find(settings: &Settings, id: &str) -> Result<Email, Failure> {
    EMAIL.only(id, emails::find(&database(settings)?, id)?)
}

/// The evidence; none where another program wrote something else there.
fn metadata(email: &Email) -> Metadata {
    email.metadata.clone().and_then(|metadata| serde_json::from_value(metadata).ok()).unwrap_or_default()
}

fn named(email: &Email) -> String {
    format!("the e-mail to {} ({})", email.recipient_name, short(email.id))
}

fn gone(email: &Email) -> Failure {
    Failure::new(format!("{} is not there any more", named(email)), "nothing: somebody else has deleted it")
}

fn hide(settings: &Settings, id: &str, undo: bool, output: &mut Output<'_>) -> Result<(), Failure> {
    let email = find(settings, EMAIL.to_change(id)?)?;
    if !emails::set_displayed(&database(settings)?, email.id, undo)? {
        return Err(gone(&email));
    }
    if output.json {
        return Ok(output.value(&json!({ "id": email.id, "displayed": undo }))?);
    }
    let done = match (undo, email.displayed) {
        (true, true) => "was not hidden",
        (true, false) => "is shown again",
        (false, false) => "was hidden already",
        (false, true) => "is hidden; `--undo` shows it again, `scribe email list --hidden` lists it",
    };
    Ok(output.line(format!("{} {done}", capital(&named(&email))))?)
}

fn delete(settings: &Settings, id: &str, yes: bool, output: &mut Output<'_>) -> Result<(), Failure> {
    let email = find(settings, EMAIL.to_change(id)?)?;
    let with = "its text and its sources";
    confirm(&format!("This deletes {} for good, with {with}", named(&email)), yes)?;
    if !emails::delete(&database(settings)?, email.id)? {
        return Err(gone(&email));
    }
    if output.json {
        return Ok(output.value(&json!({ "id": email.id, "deleted": true }))?);
    }
    Ok(output.line(format!(
        "Deleted {}, with {with}; the recipient stays in the queue as finished (`scribe queue retry` writes anew)",
        named(&email)
    ))?)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or(String::new(), |first| first.to_uppercase().chain(letters).collect())
}
