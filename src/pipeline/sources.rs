//! The outside as the steps see it: five questions. A trait, so that the steps are tested without a network.
use std::time::Duration;

use crate::{
    condition::Condition,
    web::{Found, Page, Paper, PaperQuery, Query, Web, WebError},
};

/// What the steps ask of the outside; [`Web`] answers in earnest.
pub(crate) trait Sources {
    /// Whether a search provider is configured.
    fn can_search(&self) -> bool;
    /// Searches for a person.
    fn search(&self, query: &Query<'_>) -> Result<Found, WebError>;
    /// Reads one page.
    fn read(&self, url: &str) -> Result<Page, WebError>;
    /// How many bytes searches and pages gave so far.
    fn bytes_read(&self) -> u64;
    /// Looks up papers by author.
    fn papers(&self, query: PaperQuery<'_>) -> Result<Vec<Paper>, WebError>;
}

impl Sources for Web {
    fn can_search(&self) -> bool {
        self.provider().is_some()
    }
    fn search(&self, query: &Query<'_>) -> Result<Found, WebError> {
        Web::search(self, query)
    }
    fn read(&self, url: &str) -> Result<Page, WebError> {
        Web::read(self, url)
    }
    fn bytes_read(&self) -> u64 {
        Web::bytes_read(self)
    }
    fn papers(&self, query: PaperQuery<'_>) -> Result<Vec<Paper>, WebError> {
        Web::papers(self, query)
    }
}

/// A source that did not answer, remembered in case something is missing because of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Outage {
    /// What was seen.
    pub message: String,
    /// The other side's wish for when to come back.
    pub retry_after: Option<Duration>,
    /// Where all items share that source: what holds if it fails them all.
    pub service: Option<&'static Condition>,
}

impl Outage {
    /// The outage behind an error, if it is one: a refusal will be the same tomorrow. `service` if all items share it.
    pub fn behind(error: &WebError, service: Option<&'static Condition>) -> Option<Outage> {
        let is_outage = matches!(error, WebError::Unreachable(_) | WebError::Busy { .. });
        let message = error.to_string();
        is_outage.then_some(Outage { message, retry_after: error.retry_after(), service })
    }
}
