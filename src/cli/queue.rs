//! `scribe queue`.
use std::path::Path;

use super::{
    args::QueueCommand,
    database,
    failure::Failure,
    files::{Row, read_recipients, read_text},
    output::Output,
};
use crate::{
    config::Settings,
    database::{
        Database,
        queue_items::{self, NewItem},
        users::{self, User},
    },
    pipeline,
};

/// Dispatches.
pub fn run(command: &QueueCommand, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    match command {
        QueueCommand::Add { user, name, interest, template } => {
            let item = NewItem { name: name.trim().into(), interest: interest.trim().into() };
            enqueue(settings, user, template.as_deref(), vec![Row { line: None, item }], false, output)
        }
        QueueCommand::Import { file, user, template, dry_run } => {
            let rows = read_recipients(file)?;
            enqueue(settings, user, template.as_deref(), rows, *dry_run, output)
        }
        QueueCommand::List => list(settings, output),
    }
}

fn enqueue(
    settings: &Settings,
    user: &str,
    template: Option<&Path>,
    rows: Vec<Row>,
    dry_run: bool,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let database = database(settings)?;
    let user = find_user(&database, user)?;
    let template = match template {
        Some(path) => read_text(path)?,
        None => user.email_template.clone().ok_or_else(|| {
            Failure::new(
                format!("{} has no template of their own", user.email),
                "name one with --template FILE",
            )
        })?,
    };
    check(&rows, &template, &user, output)?;
    let items: Vec<NewItem> = rows.into_iter().map(|row| row.item).collect();
    if dry_run {
        return Ok(output.line(format!("{} recipient(s) are fine; nothing was queued", items.len()))?);
    }
    let count = queue_items::enqueue(&database, user.id, &template, &items)?;
    Ok(output.line(format!("Queued {count} recipient(s)"))?)
}

/// Checks everything before anything is queued, and names every row that is wrong.
fn check(rows: &[Row], template: &str, user: &User, output: &mut Output<'_>) -> Result<(), Failure> {
    let sender = user.display_name.as_deref();
    for odd in pipeline::check_template(template, sender)
        .map_err(|why| Failure::because("nothing was queued", why, "change the template and try again"))?
    {
        output.line(format!("Note: {odd}"))?;
    }
    let wrong: Vec<String> = rows
        .iter()
        .filter_map(|Row { line, item }| {
            let why = pipeline::check_recipient(&item.name, &item.interest).err()?;
            Some(line.map_or(why.clone(), |line| format!("line {line}: {why}")))
        })
        .collect();
    if wrong.is_empty() {
        return Ok(());
    }
    Err(Failure::listing("nothing was queued", wrong, "mend these and try again"))
}

fn find_user(database: &Database, email: &str) -> Result<User, Failure> {
    users::find(database, email.trim())?.ok_or_else(|| {
        Failure::new(
            format!("there is no user {email}"),
            format!("`scribe user add {email}` adds one, `scribe user list` shows all"),
        )
    })
}

fn list(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let items = queue_items::list(&database(settings)?.for_lists())?;
    if output.json {
        return Ok(output.value(&items)?);
    }
    let rows: Vec<Vec<String>> = items
        .into_iter()
        .map(|item| {
            let note = item.error_message.or(item.current_step).unwrap_or_default();
            vec![item.id.to_string()[..8].into(), item.status, item.recipient_name, note]
        })
        .collect();
    Ok(output.table(&["ID", "STATUS", "RECIPIENT", "NOTE"], &rows)?)
}
