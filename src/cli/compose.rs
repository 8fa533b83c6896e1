//! `scribe compose`: the pipeline once, without a database.
use super::{args::ComposeRequest, email::evidence, failure::Failure, files::read_text, output::Output};
use crate::{
    config::Settings,
    pipeline::{self, Pipeline, Request},
};

/// Writes one e-mail and shows it with its evidence.
pub fn run(request: &ComposeRequest, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let request = Request {
        recipient_name: request.name.trim().into(),
        recipient_interest: request.interest.trim().into(),
        template: read_text(&request.template)?,
        sender_name: request.sender.clone(),
    };
    let draft = Pipeline::new(settings, None).run(&request, &mut |_| Ok(())).map_err(explain)?;
    if output.json {
        return Ok(output.value(&draft)?);
    }
    output.lines(&draft.message)?;
    Ok(evidence(&draft.metadata, output)?)
}

fn explain(error: pipeline::Error) -> Failure {
    let what = "no e-mail was written";
    match error {
        pipeline::Error::Item(why) => Failure::because(what, why, "change the template or the recipient"),
        pipeline::Error::Transient { message, .. } => Failure::because(what, message, "try again later"),
        pipeline::Error::Surroundings { condition, detail } => {
            Failure::because(condition.title, detail, condition.remedy)
        }
        pipeline::Error::Stopped => Failure::new(what, "try again"),
    }
}
