//! `scribe queue list` and `scribe queue show`.
use super::super::{
    args::Narrow,
    database,
    failure::Failure,
    filter::filter,
    ids::{ITEM, short},
    output::Output,
};
use crate::{
    config::Settings,
    database::queue_items::{self, Whole},
    text::one_short_line,
};

/// How much of a template is shown of an item, in characters.
const MOST_OF_TEMPLATE: usize = 60;

/// Lists the queue.
pub fn list(
    settings: &Settings,
    only_failed: bool,
    narrow: &Narrow,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let database = database(settings)?.for_lists();
    let items = queue_items::list(&database, filter(&database, narrow)?, only_failed)?;
    if output.json {
        return Ok(output.value(&items)?);
    }
    let rows: Vec<Vec<String>> = items
        .into_iter()
        .map(|item| {
            let note = item.error_message.or(item.current_step).unwrap_or_default();
            vec![short(item.id), item.status, item.recipient_name, note]
        })
        .collect();
    if rows.is_empty() && output.is_terminal() {
        return Ok(output.line(if only_failed { "Nobody failed" } else { "Nothing is queued" })?);
    }
    Ok(output.table(&["ID", "STATUS", "RECIPIENT", "NOTE"], &rows)?)
}

/// Shows one item.
pub fn show(settings: &Settings, id: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let id = ITEM.to_show(id)?;
    let item = ITEM.only(id, queue_items::find(&database(settings)?, id)?)?;
    if output.json {
        return Ok(output.value(&item)?);
    }
    print(&item, output)
}

fn print(whole: &Whole, output: &mut Output<'_>) -> Result<(), Failure> {
    let item = &whole.listed;
    let address = item.recipient_email.as_ref().map(|address| format!(" <{address}>")).unwrap_or_default();
    let mut line = |name: &str, value: &str| match value {
        "" => Ok(()),
        value => output.line(format!("{:13}{value}", format!("{name}:"))),
    };
    let text = |value: &Option<String>| value.clone().unwrap_or_default();
    line("id", &item.id.to_string())?;
    line("recipient", &format!("{}{address}", item.recipient_name))?;
    line("interest", &item.recipient_interest)?;
    for (name, value) in whole.fields.iter() {
        line(name, value)?;
    }
    line("user", &text(&whole.user_email))?;
    line("template", &one_short_line(&whole.email_template_text, MOST_OF_TEMPLATE))?;
    line("status", &item.status)?;
    line("step", &text(&item.current_step))?;
    line("attempts", &item.attempts.to_string())?;
    line("queued", &text(&item.created_at))?;
    line("begun", &text(&whole.started_at))?;
    line("ended", &text(&whole.completed_at))?;
    line("waits until", &text(&whole.waits_until))?;
    line("note", &text(&item.error_message))?;
    let email = item.email_id.map(|id| format!("`scribe email show {}`", short(id)));
    Ok(line("e-mail", &text(&email))?)
}
