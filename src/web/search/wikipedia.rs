//! Wikipedia's search with the beginnings of its articles (<https://www.mediawiki.org/wiki/API:Main_page>).
//!
//! Asking needs a contact in the User-Agent, and one question at a time
//! (<https://www.mediawiki.org/wiki/Wikimedia_APIs/Access_policy>).
use serde::Deserialize;
use serde_json::value::RawValue;
use url::Url;

use super::{Client, Query, address, client::Answer, lenient, list, plain, record, web_address, words};
use crate::web::{Page, WebError};

/// The most characters of a name. The search takes 300 bytes (CirrusSearch, `cirrussearch-query-too-long`), and letters
/// may have several.
const MOST_CHARS: usize = 100;

/// Wikipedia of one language, by its address.
#[derive(Debug)]
pub(super) struct Wikipedia {
    pub base: Url,
}

impl Wikipedia {
    /// The beginnings of the articles that hold the name word for word, best first.
    pub(super) fn records(&self, client: &Client, query: &Query<'_>) -> Result<Vec<Page>, WebError> {
        let phrase = format!("\"{}\"", words(query.name, MOST_CHARS));
        let parameters = [
            ("action", "query"),
            ("format", "json"),
            ("formatversion", "2"),
            ("generator", "search"),
            ("gsrsearch", phrase.as_str()),
            ("gsrlimit", "3"),
            ("prop", "extracts|info"),
            ("exintro", "1"),
            ("explaintext", "1"),
            ("exlimit", "max"),
            ("inprop", "url"),
            ("redirects", "1"),
            ("maxlag", "5"),
        ];
        let answer = client.get(&address(&self.base, "/w/api.php", &parameters), &[], judge)?;
        articles(&answer)
    }
}

/// What the answer says, best first.
pub(super) fn articles(answer: &Answer) -> Result<Vec<Page>, WebError> {
    let results: Results = answer.json()?;
    let mut articles = match (results.query, results.batchcomplete) {
        (Some(query), _) => query.pages,
        (None, true) => Vec::new(),
        (None, false) => {
            return Err(answer.failed("says neither what it found nor that it found nothing"));
        }
    };
    articles.sort_by_key(|article| article.index);
    Ok(articles.into_iter().filter_map(Article::page).collect())
}

/// Errors come with status 200.
pub(super) fn judge(answer: &Answer) -> Option<WebError> {
    let said = answer.json::<Said>().unwrap_or_default();
    let code = said.error.as_deref().map(|error| serde_json::from_str::<Complaint>(error.get()));
    let code = code.as_ref().map(|complaint| complaint.as_ref().map_or("", |complaint| &complaint.code));
    match (answer.refusal(), code) {
        (Some(_), _) if answer.status.as_u16() == 403 => {
            Some(answer.failed("answered 403 Forbidden: it may dislike the contact in CONTACT"))
        }
        (Some(refusal), _) => Some(refusal),
        (None, Some("maxlag" | "ratelimited" | "readonly")) => Some(WebError::Busy {
            message: format!("{} is too busy to search", answer.host),
            retry_after: answer.retry_after,
        }),
        (None, Some("")) => Some(answer.failed("could not search")),
        (None, Some(code)) if code.starts_with("cirrussearch-") => {
            Some(answer.refused(&format!("does not take the words: {code}")))
        }
        (None, Some(code)) => Some(answer.failed(&format!("could not search: {code}"))),
        (None, None) => None,
    }
}

/// An error, if it is one.
#[derive(Deserialize, Default)]
struct Said {
    error: Option<Box<RawValue>>,
}

#[derive(Deserialize)]
struct Complaint {
    code: String,
}

/// Without a find, `query` is missing.
#[derive(Deserialize)]
struct Results {
    query: Option<Pages>,
    #[serde(default, deserialize_with = "lenient")]
    batchcomplete: bool,
}

#[derive(Deserialize)]
struct Pages {
    #[serde(deserialize_with = "list")]
    pages: Vec<Article>,
}

#[derive(Deserialize)]
struct Article {
    title: String,
    fullurl: String,
    #[serde(default, deserialize_with = "lenient")]
    index: i64,
    #[serde(default, deserialize_with = "lenient")]
    extract: String,
}

impl Article {
    fn page(self) -> Option<Page> {
        let text = self.extract.trim().to_owned();
        Some(record(web_address(&self.fullurl)?, plain(&self.title), vec![text], "Wikipedia"))
    }
}
