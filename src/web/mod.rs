//! Everything outbound over HTTP: the search provider, the pages it names, and arXiv; and how requests leave, for the
//! services of models as well (`client`, `resolve`).
//!
//! [`Web`] is the only way to the first three. Configured services (the search provider, arXiv) may stand anywhere; a page may not:
//! its address is judged before anything is sent.
mod arxiv;
mod atom;
mod charset;
pub(crate) mod client;
#[cfg(test)]
mod fuzz_targets;
mod guard;
mod html;
mod lines;
mod on_link;
mod pages;
pub(crate) mod resolve;
mod robots;
mod search;
#[cfg(test)]
mod testing;
mod turns;

use std::{
    fmt,
    io::{self, Read},
    time::Duration,
};

use arxiv::Arxiv;
pub use arxiv::PaperQuery;
#[cfg(test)]
pub(crate) use fuzz_targets::TARGETS as FUZZ_TARGETS;
use guard::Guard;
use html::PageText;
use pages::Pages;
use resolve::SystemNames;
pub use search::{Found, Hit, Probe, Query};
use ureq::Agent;

use crate::config::{MOST_ARXIV_INTERVAL, WebSettings};

/// The most bytes of one page that are read, after decompression.
pub const MOST_PAGE_BYTES: u64 = charset::MOST_BYTES;
/// The most a request to a configured service may take. arXiv needs half a minute when it is busy; searches have
/// their own, shorter limit.
const SERVICE_CALL: Duration = Duration::from_secs(60);

/// The most a question to arXiv takes: its requests, each with the longest interval there may be before it.
pub(crate) const LONGEST_PAPER_SEARCH: Duration = Duration::from_secs(
    arxiv::MOST_REQUESTS as u64 * (MOST_ARXIV_INTERVAL.as_secs() + SERVICE_CALL.as_secs()),
);

/// The only way out: search, pages, papers. Blocking; lives on one thread.
#[derive(Debug)]
pub struct Web {
    services: Agent,
    provider: Option<Box<dyn search::Provider>>,
    searches: search::Client,
    arxiv: Arxiv,
    pages: Pages,
}

impl Web {
    /// A client for these settings. Nothing is sent; the first question to arXiv waits until the interval since now
    /// is over.
    pub fn new(settings: &WebSettings) -> Web {
        Web::hurried(settings, pages::WHOLE_CALL)
    }

    /// The same where the call for a page may take so long at most.
    pub fn hurried(settings: &WebSettings, page_call: Duration) -> Web {
        let user_agent = client::user_agent(settings.contact.as_deref());
        let guard = Guard::new(settings.allow_private_hosts.clone());
        let services = client::agent(SystemNames, SERVICE_CALL, &user_agent);
        Web {
            provider: search::provider(settings),
            searches: search::Client::new(services.clone(), settings.host_interval),
            arxiv: Arxiv::new(settings.arxiv_base_url.clone(), settings.arxiv_interval),
            pages: Pages::new(guard, settings.host_interval, page_call, &user_agent),
            services,
        }
    }

    /// Who is searched with, for people; `None` where nothing is searched.
    pub fn provider(&self) -> Option<String> {
        self.provider.as_ref().map(|provider| provider.name())
    }

    /// Searches for a person; finds nothing without a provider.
    ///
    /// # Errors
    /// Every kind but `Forbidden` and `QuestionRefused`, which is among the failures of what was found. That nothing
    /// was found is no error.
    pub fn search(&self, query: &Query<'_>) -> Result<Found, WebError> {
        let ask = |provider: &dyn search::Provider| search::search(provider, &self.searches, query);
        self.provider.as_deref().map_or(Ok(Found::default()), ask)
    }

    /// Asks everybody whom a search would ask one small question each.
    pub fn probe_search(&self) -> Vec<Probe> {
        self.provider.as_ref().map_or(Vec::new(), |provider| provider.probe(&self.searches))
    }

    /// Reads one page, following at most five redirects, each to an address that may be read.
    ///
    /// # Errors
    /// Every kind of [`WebError`].
    pub fn read(&self, url: &str) -> Result<Page, WebError> {
        self.pages.read(url)
    }

    /// How many bytes searches and pages gave so far, after decompression.
    pub fn bytes_read(&self) -> u64 {
        self.searches.bytes_read() + self.pages.bytes_read()
    }

    /// The papers of everybody with this name, 25 at most. Waits until the interval since the last request to arXiv is
    /// over; not longer, where arXiv wants to be left alone. Takes four minutes at most.
    ///
    /// # Errors
    /// Every kind of [`WebError`].
    pub fn papers(&self, query: PaperQuery<'_>) -> Result<Vec<Paper>, WebError> {
        self.arxiv.papers(&self.services, query)
    }
}

/// The text of a page that is at hand, e.g. in a file. At most 2 MB of it are read.
///
/// # Errors
/// Only those of the reader.
pub fn page_of(body: impl Read, content_type: &str, url: String) -> io::Result<Page> {
    let PageText { title, text, warnings } = html::text_of(body, Some(content_type))?;
    Ok(Page { url, title, text, warnings })
}

/// How many papers a feed holds; see [`crate::parts`].
pub(crate) fn papers_in(feed: &[u8]) -> usize {
    atom::parse("arxiv.org", feed).map_or(0, |feed| feed.papers.len())
}

/// What was read from one page: text only, hostile until proven otherwise.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Page {
    /// The address after redirects.
    pub url: String,
    /// The title, in one line; may be empty.
    pub title: String,
    /// The text, one block (paragraph, heading, list item) per line.
    pub text: String,
    /// What was cut or odd, for people.
    pub warnings: Vec<String>,
}

/// One paper, from arXiv's metadata.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Paper {
    /// The title in one line.
    pub title: String,
    /// `https://arxiv.org/abs/<id>` without the version.
    pub url: String,
    /// The year of the first version.
    pub year: u16,
    /// When the first version was published, as in the feed (RFC 3339, UTC), so that it sorts as text.
    pub published: String,
    /// The authors, 200 at most.
    pub authors: Vec<Author>,
    /// The abstract in one line, 2,000 characters at most.
    pub summary: String,
    /// The categories, primary first, e.g. `physics.flu-dyn`.
    pub categories: Vec<String>,
    /// True where its title or the authors' comment says that it was withdrawn or retracted.
    pub is_withdrawn: bool,
}

/// An author of a paper.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Author {
    /// The name as the submitter typed it.
    pub name: String,
    /// Where the author works, as few submitters say; else empty.
    pub affiliation: String,
}

/// Why something outbound gave nothing. The text names host and cause, never a key, at most 300 characters.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum WebError {
    /// No connection, no name, no answer in time, TLS refused.
    Unreachable(String),
    /// The other side cannot answer now (429, 5xx).
    Busy {
        /// What it said.
        message: String,
        /// Its `Retry-After`, where it gave one.
        retry_after: Option<Duration>,
    },
    /// An answer that says no: another HTTP status, or an error in the body.
    Failed(String),
    /// An answer that cannot be read as what was asked for.
    Unreadable(String),
    /// Not asked at all: the address guard, the kind of address or the site's robots.txt forbids it.
    Forbidden(String),
    /// A search that cannot be answered because of its words: others can.
    QuestionRefused(String),
    /// The provider does not take the key.
    KeyRefused(String),
    /// What the provider's plan allows is used up.
    QuotaSpent(String),
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WebError::Busy { message, .. } => f.write_str(message),
            WebError::Unreachable(m)
            | WebError::Failed(m)
            | WebError::Unreadable(m)
            | WebError::Forbidden(m)
            | WebError::QuestionRefused(m)
            | WebError::KeyRefused(m)
            | WebError::QuotaSpent(m) => f.write_str(m),
        }
    }
}

impl std::error::Error for WebError {}

impl WebError {
    /// The other side's wish for when to come back.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        match self {
            WebError::Busy { retry_after, .. } => *retry_after,
            _ => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::SearchProvider;

    fn settings(search: SearchProvider) -> WebSettings {
        WebSettings {
            search,
            contact: None,
            host_interval: Duration::ZERO,
            arxiv_base_url: "https://arxiv.example".parse().unwrap(),
            arxiv_interval: Duration::ZERO,
            allow_private_hosts: Vec::new(),
        }
    }

    fn query(terms: &[String]) -> Query<'_> {
        Query { name: "Ada Example", interest: "tidal energy", terms }
    }

    #[test]
    fn the_client_can_move_to_the_worker_thread() {
        fn assert_send<T: Send>(_: &T) {}
        assert_send(&Web::new(&settings(SearchProvider::None)));
    }

    #[test]
    fn without_a_provider_nothing_is_searched() {
        let web = Web::new(&settings(SearchProvider::None));
        assert_eq!(web.provider(), None);
        assert_eq!(web.search(&query(&["Ada Example".to_owned()])), Ok(Found::default()));
    }

    #[test]
    fn services_may_stand_in_a_private_network_and_pages_may_not() {
        let server = testing::serve(|_| testing::answer("200 OK", "application/json", br#"{"results": []}"#));
        let web = Web::new(&settings(SearchProvider::Searxng(server.base.clone())));
        assert_eq!(web.search(&query(&["Ada Example".to_owned()])), Ok(Found::default()));
        assert!(matches!(web.read(server.base.as_str()), Err(WebError::Forbidden(_))));
        assert_eq!(server.requests().len(), 1);
    }
}
