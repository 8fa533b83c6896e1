//! `scribe compose`: the pipeline once, without a database.
use serde::Serialize;

use super::{
    args::ComposeRequest, draft::DraftView, failure::Failure, files::read_text, note, output::Output,
};
use crate::{
    config::Settings,
    pipeline::{self, Draft, Fields, Pipeline, Request, Usage},
    text::words::fold,
};

/// For programs: the draft, and what a person would be told first.
#[derive(Debug, Serialize)]
struct Composed<'a> {
    /// Why to look at it; empty where scribe is sure.
    reasons: Vec<String>,
    #[serde(flatten)]
    draft: &'a Draft,
}

/// Writes one e-mail and shows it with its evidence.
pub fn run(request: &ComposeRequest, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let template = read_text(&request.template)?;
    let fields = fields(&request.fields, &template)?;
    let request = Request {
        recipient_name: request.name.trim().into(),
        recipient_interest: request.interest.trim().into(),
        template,
        sender_name: request.sender.clone(),
        fields,
    };
    // What a day may cost is kept in the database, which this does without.
    let pipeline = Pipeline::new(settings, None);
    let draft =
        pipeline.run(&request, &mut |_| Ok(())).map_err(|error| explain(error, &pipeline.take_usage()))?;
    let Draft { message, is_confident, metadata, .. } = &draft;
    let shown = DraftView { message, is_confident: *is_confident, metadata };
    if output.json {
        return Ok(output.value(&Composed { reasons: shown.reasons(), draft: &draft })?);
    }
    Ok(shown.print(output)?)
}

/// What is given in place of a spreadsheet's columns.
fn fields(given: &[(String, String)], template: &str) -> Result<Fields, Failure> {
    let refused = |why: String| {
        Failure::because("no e-mail was written", why, "give each --field once, under another name")
    };
    for (place, (name, _)) in given.iter().enumerate() {
        if let Some(flag) = ["name", "interest"].iter().find(|flag| fold(name) == **flag) {
            return Err(refused(format!("--{flag} gives the {flag} already")));
        }
        if given[..place].iter().any(|(other, _)| fold(other) == fold(name)) {
            return Err(refused(format!("{name:?} is given twice")));
        }
    }
    let names: Vec<&str> = given.iter().map(|(name, _)| name.as_str()).collect();
    // What is wrong with the template is told with all else that is.
    let wanted = pipeline::wanted_columns(template, &names).unwrap_or_default();
    for (place, name) in names.iter().enumerate() {
        if !wanted.iter().any(|wanted| wanted.column == place) {
            note(&format!("no placeholder asks for the field {name:?}"));
        }
    }
    Ok(given.iter().cloned().collect())
}

/// Why there is none, and what it cost all the same.
fn explain(error: pipeline::Error, usage: &Usage) -> Failure {
    let nothing = "no e-mail was written";
    let (what, why, remedy) = match error {
        pipeline::Error::Item(why) => (nothing, why, "change the template or the recipient"),
        pipeline::Error::Transient { message, .. } => (nothing, message, "try again later"),
        pipeline::Error::Surroundings { condition, detail, .. } => {
            (condition.title, detail, condition.remedy)
        }
        pipeline::Error::Stopped => (nothing, "it was stopped".into(), "try again"),
    };
    let mut why = vec![why];
    for (step, part) in usage.steps.iter().filter(|(_, part)| part.used.calls > 0) {
        why.push(format!("{} used {}: {}", step.as_str(), part.model, part.used));
    }
    Failure::listing(what, why, remedy)
}
