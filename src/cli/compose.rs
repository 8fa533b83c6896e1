//! `scribe compose`: the pipeline once, without a database.
use serde::Serialize;

use super::{args::ComposeRequest, draft::Shown, failure::Failure, files::read_text, output::Output};
use crate::{
    config::Settings,
    pipeline::{self, Draft, Fields, Pipeline, Request, Usage},
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
    let request = Request {
        recipient_name: request.name.trim().into(),
        recipient_interest: request.interest.trim().into(),
        template: read_text(&request.template)?,
        sender_name: request.sender.clone(),
        fields: Fields::default(),
    };
    // What a day may cost is kept in the database, which this does without.
    let pipeline = Pipeline::new(settings, None);
    let draft =
        pipeline.run(&request, &mut |_| Ok(())).map_err(|error| explain(error, &pipeline.take_usage()))?;
    let Draft { message, is_confident, metadata, .. } = &draft;
    let shown = Shown { message, is_confident: *is_confident, metadata };
    if output.json {
        return Ok(output.value(&Composed { reasons: shown.reasons(), draft: &draft })?);
    }
    Ok(shown.print(output)?)
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
