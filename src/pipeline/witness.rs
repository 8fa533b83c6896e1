//! A service that has just failed is asked a small question before the next work that needs it, which would be in vain.
//! Its answer also tells whose fault the next failure is.
use std::{
    cell::{Cell, RefCell},
    time::{Duration, Instant},
};

use super::{
    Draft, Error, Request, Service,
    error::bad_answer,
    models::Models,
    sources::{Outage, Sources},
    template::Template,
};
use crate::{
    condition::{ARXIV_AWAY, Condition, MODEL_UNUSABLE},
    text::name::PersonName,
    web::PaperQuery,
};

/// What was said of arXiv holds so long, so that many items in a row do not ask one after the other.
const ARXIV_STAYS_AWAY: Duration = Duration::from_secs(60);

/// The services that failed the last time they were needed.
#[derive(Debug)]
pub(crate) struct Suspects {
    models: Cell<bool>,
    /// How long what was said of arXiv holds.
    arxiv_stays_away: Duration,
    /// When it was seen, and what.
    arxiv: RefCell<Option<(Instant, String)>>,
}

/// The services that have just answered a small question.
#[derive(Debug, Default, Clone, Copy)]
pub(crate) struct Answered {
    models: bool,
    arxiv: bool,
}

impl Suspects {
    /// Nobody, so far. What is suspected is asked again after `longest` at the latest.
    pub fn new(longest: Duration) -> Suspects {
        let arxiv_stays_away = ARXIV_STAYS_AWAY.min(longest);
        Suspects { models: Cell::default(), arxiv_stays_away, arxiv: RefCell::default() }
    }

    /// Asks those that are suspected, as far as the request needs them.
    pub fn look_again(
        &self,
        sources: &dyn Sources,
        models: Models<'_>,
        request: &Request,
    ) -> Result<Answered, Error> {
        let mut answered = Answered::default();
        if self.models.get() {
            ask(models)?;
            answered.models = true;
        }
        if needs_paper(request) && self.arxiv.borrow().is_some() {
            self.ask_arxiv(sources, request)?;
            answered.arxiv = true;
        }
        Ok(answered)
    }

    /// Whether the models answer.
    pub fn models_answer(&self, models: Models<'_>) -> bool {
        let answer = ask(models).is_ok();
        self.models.set(!answer);
        answer
    }

    /// Asks what the item will ask: the answer is kept, so it is no request more.
    fn ask_arxiv(&self, sources: &dyn Sources, request: &Request) -> Result<(), Error> {
        let mut arxiv = self.arxiv.borrow_mut();
        if let Some((_, detail)) = arxiv.as_ref().filter(|(at, _)| at.elapsed() < self.arxiv_stays_away) {
            return Err(surroundings(&ARXIV_AWAY, detail.clone(), None));
        }
        *arxiv = None;
        let spellings = PersonName::parse(&request.recipient_name).spellings();
        let answer = sources.papers(PaperQuery { spellings: &spellings, about: &[] });
        let Some(outage) = answer.err().and_then(|error| Outage::behind(&error, None)) else { return Ok(()) };
        *arxiv = Some((Instant::now(), outage.message.clone()));
        Err(surroundings(&ARXIV_AWAY, outage.message, outage.retry_after))
    }

    /// Notes what a piece of work has shown.
    pub fn note(&self, drafted: &Result<Draft, Error>) {
        let failed = match drafted {
            Err(Error::Transient { message, service: Some(service), .. }) => {
                Some((service.condition, message))
            }
            Err(Error::Surroundings { condition, detail, .. }) => Some((*condition, detail)),
            _ => None,
        };
        self.models.set(failed.is_some_and(|(condition, _)| condition.is_about_model()));
        if let Some((condition, detail)) = failed
            && *condition == ARXIV_AWAY
        {
            self.arxiv.borrow_mut().get_or_insert_with(|| (Instant::now(), detail.clone()));
        }
    }
}

impl Answered {
    /// An error after a small question was answered is more likely about the item. But a key or a quota may do for a
    /// small question and not for a large one.
    pub fn judge(self, error: Error) -> Error {
        match error {
            Error::Transient { message, retry_after, service: Some(service) } => {
                let condition = service.condition;
                let has_just_answered =
                    self.models && condition.is_about_model() || self.arxiv && *condition == ARXIV_AWAY;
                let service = Some(Service { condition, has_just_answered });
                Error::Transient { message, retry_after, service }
            }
            Error::Surroundings { condition, detail, retry_after }
                if self.models && *condition == MODEL_UNUSABLE =>
            {
                let message = format!("{}: {detail}", condition.title);
                let service = Some(Service { condition, has_just_answered: true });
                Error::Transient { message, retry_after, service }
            }
            error => error,
        }
    }
}

/// An answer that makes no sense is one.
fn ask(models: Models<'_>) -> Result<(), Error> {
    for model in models.each() {
        model.probe().map(drop).or_else(|error| bad_answer(error).map(drop)).map_err(lasting)?;
    }
    Ok(())
}

/// What fails a question as small as that is no item's fault.
fn lasting(error: Error) -> Error {
    match error {
        Error::Transient { message, retry_after, service: Some(service) } => {
            surroundings(service.condition, message, retry_after)
        }
        error => error,
    }
}

fn surroundings(condition: &'static Condition, detail: String, retry_after: Option<Duration>) -> Error {
    Error::Surroundings { condition, detail, retry_after }
}

/// Whether there is no e-mail without a paper.
fn needs_paper(request: &Request) -> bool {
    Template::parse_with(&request.template, &request.fields).is_ok_and(|template| {
        template
            .placeholders()
            .any(|placeholder| placeholder.kind.asks_for_paper() && placeholder.fallback.is_none())
    })
}

#[cfg(test)]
#[path = "witness_tests.rs"]
mod tests;
