//! `scribe email`, and how a draft with its evidence is shown.
use std::io;

use super::{args::EmailCommand, database, failure::Failure, output::Output};
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
    output.lines(&email.email_message)?;
    let metadata: Metadata = email.metadata.and_then(|m| serde_json::from_value(m).ok()).unwrap_or_default();
    Ok(evidence(&metadata, output)?)
}

/// Prints where each value of an e-mail comes from.
pub fn evidence(metadata: &Metadata, output: &mut Output<'_>) -> io::Result<()> {
    output.line("")?;
    if !metadata.sources.is_empty() {
        output.line("Sources")?;
    }
    for source in &metadata.sources {
        output.line(format!("  {} = {}  [{}]", source.placeholder, source.value, source.from.as_str()))?;
        for url in &source.urls {
            output.line(format!("      {url}"))?;
        }
    }
    if !metadata.arxiv_papers.is_empty() {
        output.line("Papers")?;
    }
    for paper in &metadata.arxiv_papers {
        output.line(format!("  {} ({}) {}", paper.title, paper.year, paper.arxiv_url))?;
        if !paper.matched_by.is_empty() {
            output.line(format!("      {}", paper.matched_by.join("; ")))?;
        }
    }
    if !metadata.warnings.is_empty() {
        output.line("Warnings")?;
    }
    for warning in &metadata.warnings {
        output.line(format!("  {warning}"))?;
    }
    if metadata.usage.total.calls > 0 {
        output.line("Models")?;
        output.line(format!("  {}", metadata.usage))?;
    }
    Ok(())
}
