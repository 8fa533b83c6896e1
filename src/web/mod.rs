//! Everything outbound over HTTP: the search provider, the pages it names, and arXiv.
//!
//! [`Web`] is the only client. Configured services (the search provider, arXiv) may stand anywhere; a page may not:
//! its address is judged before anything is sent.
mod arxiv;
mod atom;
mod charset;
mod client;
mod guard;
mod html;
mod lines;
mod pages;
mod searxng;
#[cfg(test)]
mod testing;

use std::{fmt, time::Duration};

use ureq::{Agent, unversioned::resolver::DefaultResolver};
use url::Url;

use crate::config::{SearchProvider, WebSettings};
use arxiv::Arxiv;
use guard::Guard;
use pages::Pages;

/// The most a request to a configured service may take. arXiv needs half a minute when it is busy; searches have
/// their own, shorter limit.
const SERVICE_CALL: Duration = Duration::from_secs(60);

/// The only way out: search, pages, papers. Blocking; lives on one thread.
#[derive(Debug)]
pub struct Web {
    services: Agent,
    search: Option<SearchProvider>,
    arxiv: Arxiv,
    pages: Pages,
}

impl Web {
    /// A client for these settings. Nothing is sent; the first question to arXiv waits until the interval since now
    /// is over.
    pub fn new(settings: &WebSettings) -> Web {
        Web {
            services: client::agent(DefaultResolver::default(), SERVICE_CALL),
            search: settings.search.clone(),
            arxiv: Arxiv::new(settings.arxiv_base_url.clone(), settings.arxiv_interval),
            pages: Pages::new(Guard::new(settings.allow_private_hosts.clone())),
        }
    }

    /// Whether there is a search provider.
    pub fn can_search(&self) -> bool {
        self.search.is_some()
    }

    /// Searches for pages: ten addresses at most, http or https, best first; none without a provider.
    ///
    /// # Errors
    /// Every kind but `Forbidden`. That nothing was found is no error.
    pub fn search(&self, query: &str) -> Result<Vec<Url>, WebError> {
        match &self.search {
            Some(SearchProvider::Searxng(base)) => searxng::search(&self.services, base, query),
            None => Ok(Vec::new()),
        }
    }

    /// Reads one page, following at most five redirects, each to an address that may be read.
    ///
    /// # Errors
    /// Every kind of [`WebError`].
    pub fn read(&self, url: &str) -> Result<Page, WebError> {
        self.pages.read(url)
    }

    /// The papers of everybody with this name, newest first, 25 at most. Waits until arXiv may be asked again.
    ///
    /// # Errors
    /// Every kind of [`WebError`].
    pub fn papers_by(&self, author: &str) -> Result<Vec<Paper>, WebError> {
        self.arxiv.papers_by(&self.services, author)
    }
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
    /// The authors' names as the submitter typed them.
    pub authors: Vec<String>,
    /// The abstract in one line.
    pub summary: String,
    /// The categories, primary first, e.g. `physics.flu-dyn`.
    pub categories: Vec<String>,
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
    /// Not asked at all: the address guard or the kind of address forbids it.
    Forbidden(String),
}

impl fmt::Display for WebError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            WebError::Busy { message, .. } => f.write_str(message),
            WebError::Unreachable(m)
            | WebError::Failed(m)
            | WebError::Unreadable(m)
            | WebError::Forbidden(m) => f.write_str(m),
        }
    }
}

impl std::error::Error for WebError {}

#[cfg(test)]
mod tests {
    use super::*;

    fn settings(arxiv: &str) -> WebSettings {
        WebSettings {
            search: None,
            arxiv_base_url: arxiv.parse().unwrap(),
            arxiv_interval: Duration::ZERO,
            allow_private_hosts: Vec::new(),
        }
    }

    #[test]
    fn the_client_can_move_to_the_worker_thread() {
        fn assert_send<T: Send>(_: &T) {}
        assert_send(&Web::new(&settings("https://arxiv.example")));
    }

    #[test]
    fn without_a_provider_nothing_is_searched() {
        let web = Web::new(&settings("https://arxiv.example"));
        assert!(!web.can_search());
        assert_eq!(web.search("Ada Example"), Ok(vec![]));
    }

    #[test]
    fn services_may_stand_in_a_private_network_and_pages_may_not() {
        let server = testing::serve(|_| testing::answer("200 OK", "application/json", br#"{"results": []}"#));
        let search = Some(SearchProvider::Searxng(server.base.clone()));
        let web = Web::new(&WebSettings { search, ..settings("https://arxiv.example") });
        assert_eq!(web.search("Ada Example"), Ok(vec![]));
        assert!(matches!(web.read(server.base.as_str()), Err(WebError::Forbidden(_))));
        assert_eq!(server.requests().len(), 1);
    }
}
