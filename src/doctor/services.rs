//! What scribe needs besides the database: its directory, its models, search and arXiv.
use std::{fs, os::unix::fs::MetadataExt, path::Path, time::Instant};

use rustix::process::geteuid;

use super::{Check, Report};
use crate::{
    condition::{self, Condition},
    config::{ModelChoice, Settings},
    daemon::{Outlook, StateDirectory, pause},
    model::{self, Ledger, ModelError},
    pipeline,
    text::one_short_line,
    web::{PaperQuery, Probe, Web, WebError},
};

/// Makes the checks.
pub fn examine(settings: &Settings, report: &mut Report<'_>) {
    // Counts the pause that arXiv asks for from here on.
    let web = Web::new(&settings.web);
    state_directory(&settings.state_directory, report);
    models(settings, report);
    search(settings, &web, report);
    arxiv(settings, &web, report);
}

/// As `scribe run` would find it. Whoever runs doctor is taken for the user who runs scribe, unless the directory is
/// another's.
fn state_directory(path: &Path, report: &mut Report<'_>) {
    const CHECK: Check = Check::StateDirectory;
    const REMEDY: &str = "set STATE_DIRECTORY to a directory of its own that scribe may write to; if scribe runs as \
                          another user, run doctor as that one (`sudo -u USER scribe doctor`)";
    let shown = path.display();
    let is_anothers = fs::metadata(path).is_ok_and(|it| it.uid() != geteuid().as_raw());
    match StateDirectory::examine(path) {
        Ok(Outlook::New) => report.ok(CHECK, format!("{shown} is made at the first start")),
        Ok(Outlook::Free) => report.ok(CHECK, format!("{shown} is writable, and no scribe runs with it")),
        Ok(Outlook::InUse) => report.ok(CHECK, format!("{shown} is in use by a running scribe")),
        Ok(Outlook::ReadOnly) => {
            let Condition { title, remedy, .. } = &condition::STATE_NOT_WRITABLE;
            report.warning(CHECK, format!("{title}: the disk with {shown} is read-only"), *remedy);
        }
        Err(error) if is_anothers => report.warning(CHECK, error.to_string(), REMEDY),
        Err(error) => report.failed(CHECK, error.to_string(), REMEDY),
    }
    if pause::is_paused(path).unwrap_or(false) {
        report.warning(CHECK, "claiming is paused on this machine", "`scribe queue resume` releases it");
    }
}

/// One small real question to each model that is configured, once where it does several things; their temperatures do
/// not matter.
pub fn models(settings: &Settings, report: &mut Report<'_>) {
    let tasks = [
        (&settings.template_parser_model, "templates"),
        (&settings.web_scraper_model, "pages"),
        (&settings.email_composer_model, "e-mails"),
    ];
    let mut models: Vec<(&ModelChoice, Vec<&str>)> = Vec::new();
    for (choice, purpose) in tasks {
        match models.iter_mut().find(|(known, _)| known.to_string() == choice.to_string()) {
            Some((_, purposes)) => purposes.push(purpose),
            None => models.push((choice, vec![purpose])),
        }
    }
    for (choice, purposes) in models {
        model(choice, &listed(&purposes), report);
    }
}

/// `a`, `a and b`, `a, b and c`.
fn listed(words: &[&str]) -> String {
    match words {
        [first @ .., last] if !first.is_empty() => format!("{} and {last}", first.join(", ")),
        words => words.concat(),
    }
}

fn model(choice: &ModelChoice, purpose: &str, report: &mut Report<'_>) {
    if *choice == ModelChoice::Builtin {
        return report.ok(Check::Models, format!("builtin for {purpose}; it needs no key"));
    }
    let started = Instant::now();
    let ledger = Ledger::new(None, None);
    match model::open(choice, &ledger).probe() {
        Ok(answer) => {
            let (seconds, answer) = (started.elapsed().as_secs_f64(), one_short_line(&answer, 40));
            let usage = ledger.used();
            report.ok(
                Check::Models,
                format!("{choice} for {purpose} says {answer:?} after {seconds:.1} s: {usage}"),
            );
        }
        Err(ModelError::Unusable { condition, detail }) => {
            report.failed(
                Check::Models,
                format!("{choice} for {purpose}: {}: {detail}", condition.title),
                condition.remedy,
            );
        }
        Err(ModelError::Transient { message, .. }) => {
            let Condition { title, remedy, .. } = &condition::MODEL_FAILING;
            report.warning(Check::Models, format!("{choice} for {purpose}: {title}: {message}"), *remedy);
        }
        Err(ModelError::BadAnswer(message)) => report.warning(
            Check::Models,
            format!("{choice} for {purpose} answers, and not as asked: {message}"),
            "choose a model that can answer in JSON; until then scribe does what this one cannot by rules",
        ),
    }
}

/// One small question to everybody whom a search would ask.
pub fn search(settings: &Settings, web: &Web, report: &mut Report<'_>) {
    if web.provider().is_none() {
        let missing = &condition::SEARCH_NOT_CONFIGURED;
        return report.warning(Check::Search, missing.title, missing.remedy);
    }
    let anonymous = &condition::CONTACT_MISSING;
    if condition::standing(settings).contains(&anonymous) {
        report.warning(Check::Search, anonymous.title, anonymous.remedy);
    }
    let probes = web.probe_search();
    let does_one_answer = probes.iter().any(|probe| probe.outcome.is_ok());
    for Probe { who, outcome } in probes {
        match outcome {
            Ok(0) => report.warning(
                Check::Search,
                format!("{who}: answers, and finds nothing at all"),
                "check its address; SearXNG: see which engines are switched on in its settings.yml",
            ),
            Ok(found) => report.ok(Check::Search, format!("{who}: answers, and found {found} for a test")),
            Err(error) => {
                let needs_mending = matches!(error, WebError::KeyRefused(_) | WebError::QuotaSpent(_));
                let (text, remedy) = (format!("{who}: {error}"), pipeline::search_condition(&error).remedy);
                // The others are searched without it.
                match does_one_answer && !needs_mending {
                    true => report.warning(Check::Search, text, remedy),
                    false => report.failed(Check::Search, text, remedy),
                }
            }
        }
    }
}

/// One question with a small answer. Without arXiv no item fails, so this is never worse than a warning.
fn arxiv(settings: &Settings, web: &Web, report: &mut Report<'_>) {
    match web.papers(PaperQuery { spellings: &["Ada Lovelace".to_owned()], about: &[] }) {
        Ok(_) => report.ok(Check::Arxiv, format!("{} answers", settings.web.arxiv_base_url)),
        Err(error) => {
            let Condition { title, remedy, .. } = &condition::ARXIV_AWAY;
            report.warning(Check::Arxiv, format!("{title}: {error}"), *remedy);
        }
    }
}
