//! The four steps in a row, timed, with the caller told as each begins.
use std::{cell::RefCell, sync::Arc, time::Instant};

use super::{
    Draft, Error, Metadata, Request, Step, StepTimings, Usage, arxiv_helper,
    doubts::doubts,
    email_composer::{self, Research},
    models::Models,
    request::check_request,
    sources::Sources,
    template_parser, web_scraper,
    witness::Suspects,
};
use crate::{
    config::Settings,
    model::{self, Ledger, Meter, Model, Purse},
    web::Web,
};

/// Everything that turns a request into a draft.
pub struct Pipeline {
    /// The only way out.
    web: Web,
    /// Reads templates.
    parser: Box<dyn Model>,
    /// Reads pages; `None` where that is the parser.
    reader: Option<Box<dyn Model>>,
    /// Chooses the values.
    composer: Box<dyn Model>,
    /// What they use.
    ledger: Ledger,
    /// What they used for the last request.
    usage: RefCell<Usage>,
    /// The services that failed the last time.
    suspects: Suspects,
}

impl Pipeline {
    /// As the settings describe it. The purse has the money of a day; without one, days have no bound.
    pub fn new(settings: &Settings, purse: Option<Arc<dyn Purse>>) -> Pipeline {
        let ledger = Ledger::new(settings.budget.item, purse);
        let (parser, reader) = (&settings.template_parser_model, &settings.web_scraper_model);
        Pipeline {
            web: Web::new(&settings.web),
            parser: model::open(parser, &ledger),
            reader: (reader != parser).then(|| model::open(reader, &ledger)),
            composer: model::open(&settings.email_composer_model, &ledger),
            ledger,
            usage: RefCell::default(),
            suspects: Suspects::new(settings.retry_interval),
        }
    }

    /// Whether the models answer a small question, after one of them could not be used.
    pub fn models_answer(&self) -> bool {
        self.ledger.begin_item();
        self.suspects.models_answer(self.models())
    }

    /// Works on one request. `on_step` is called as each step begins; its error ends the work and is passed through.
    pub fn run(
        &self,
        request: &Request,
        on_step: &mut dyn FnMut(Step) -> Result<(), Error>,
    ) -> Result<Draft, Error> {
        self.ledger.begin_item();
        self.usage.take();
        let mut at = Step::TemplateParser;
        let mut on_step = |step| {
            on_step(step)?;
            // The first step's time began with the item: so did its lease.
            if step != Step::TemplateParser {
                self.end_step(at);
                at = step;
            }
            Ok(())
        };
        let models = self.models();
        let drafted = self.suspects.look_again(&self.web, models, request).and_then(|answered| {
            run_steps(&self.web, models, request, &mut on_step).map_err(|error| answered.judge(error))
        });
        self.end_step(at);
        self.suspects.note(&drafted);
        let draft = drafted?;
        Ok(Draft { metadata: Metadata { usage: self.usage.take(), ..draft.metadata }, ..draft })
    }

    /// What the models used for the last request, if that became no e-mail; told once.
    pub fn take_usage(&self) -> Usage {
        self.usage.take()
    }

    /// What the models used for all requests and questions.
    pub fn meter(&self) -> Arc<Meter> {
        self.ledger.meter()
    }

    fn models(&self) -> Models<'_> {
        let parser = &*self.parser;
        Models { parser, reader: self.reader.as_deref().unwrap_or(parser), composer: &*self.composer }
    }

    /// Notes what a step used; another's time begins.
    fn end_step(&self, step: Step) {
        let used = self.ledger.begin_step();
        if let Some(model) = self.models().of(step) {
            self.usage.borrow_mut().add(step, model.name(), &used);
        }
    }
}

pub(crate) fn run_steps(
    sources: &dyn Sources,
    models: Models<'_>,
    request: &Request,
    on_step: &mut dyn FnMut(Step) -> Result<(), Error>,
) -> Result<Draft, Error> {
    let odd = check_request(request).map_err(Error::Item)?;
    let person = template_parser::person(request);
    let mut timings = StepTimings::default();

    on_step(Step::TemplateParser)?;
    let brief = timed(&mut timings.template_parser, || template_parser::run(request, models.parser))?;

    on_step(Step::WebScraper)?;
    let findings = timed(&mut timings.web_scraper, || {
        web_scraper::run(sources, models.reader, person, &brief.search_terms)
    })?;

    on_step(Step::ArxivHelper)?;
    let papers = timed(&mut timings.arxiv_helper, || {
        arxiv_helper::run(sources, person, brief.template_type, &findings.facts)
    });

    on_step(Step::EmailComposer)?;
    let research = Research { findings: &findings, papers: &papers };
    let letter = timed(&mut timings.email_composer, || {
        email_composer::run(request, &brief, research, models.composer)
    })?;

    let doubts =
        [&findings.doubts[..], &doubts(&letter.sources, person, research), &letter.doubts[..]].concat();
    let arxiv_papers = papers.records();
    Ok(Draft {
        message: letter.message,
        template_type: brief.template_type,
        is_confident: letter.is_confident && doubts.is_empty(),
        metadata: Metadata {
            search_terms: brief.search_terms,
            scraped_urls: findings.urls,
            arxiv_papers,
            step_timings: timings,
            model: models.composer.name(),
            temperature: models.composer.temperature(),
            sources: letter.sources,
            warnings: [
                doubts.clone(),
                odd,
                brief.warnings,
                findings.warnings,
                papers.warnings,
                letter.warnings,
            ]
            .concat(),
            doubts,
            usage: Usage::default(),
        },
    })
}

/// Runs a step and notes its seconds, to the millisecond.
fn timed<T>(seconds: &mut f64, step: impl FnOnce() -> T) -> T {
    let start = Instant::now();
    let result = step();
    *seconds = (start.elapsed().as_secs_f64() * 1000.0).round() / 1000.0;
    result
}

#[cfg(test)]
#[path = "run_tests.rs"]
mod tests;
