//! OpenAlex (<https://developers.openalex.org>): people told apart, with institution, topics and works.
//!
//! Two or three questions for each recipient, $0.0012 at most: one search by name, and a list of works for the one or
//! two who fit best. A day has $0.10 without a key (one of its pages says $0.01) and $1 with a free one.
use std::cmp::Reverse;

use serde::Deserialize;
use url::Url;

use super::{
    Client, Query, address, client::Answer, lenient, lenient_list, list, plain, record, words, work_kind,
};
use crate::{
    config::Secret,
    text::{
        name::{Agreement, PersonName},
        words::{field_words, overlap},
    },
    web::{Page, WebError},
};

/// The most characters of a name.
const MOST_CHARS: usize = 200;
/// Most people of one name, and what is told of each.
const MOST_PEOPLE: usize = 2;
const MOST_INSTITUTIONS: usize = 2;
const MOST_TOPICS: usize = 3;
const MOST_WORKS: usize = 5;

/// OpenAlex at its address.
#[derive(Debug)]
pub(super) struct OpenAlex {
    pub base: Url,
    pub key: Option<Secret>,
}

impl OpenAlex {
    /// A page for each person of that name, those who fit the interest best.
    pub(super) fn records(&self, client: &Client, query: &Query<'_>) -> Result<Vec<Page>, WebError> {
        let select = "id,display_name,display_name_alternatives,last_known_institutions,topics";
        let name = words(query.name, MOST_CHARS);
        let parameters = [("search", name.as_str()), ("per_page", "10"), ("select", select)];
        let mut pages = Vec::new();
        for person in people(&self.get(client, "/authors", &parameters)?, query)? {
            pages.push(person.page(works(&self.works(client, &person.id)?)?, query));
        }
        Ok(pages)
    }

    /// The newest first.
    fn works(&self, client: &Client, author: &str) -> Result<Answer, WebError> {
        let filter = format!("author.id:{author}");
        let parameters = [
            ("filter", filter.as_str()),
            ("sort", "-publication_date"),
            ("per_page", "25"),
            ("select", "id,title,publication_year,type"),
        ];
        self.get(client, "/works", &parameters)
    }

    fn get(&self, client: &Client, path: &str, parameters: &[(&str, &str)]) -> Result<Answer, WebError> {
        let mut url = address(&self.base, path, parameters);
        if let Some(key) = &self.key {
            url.query_pairs_mut().append_pair("api_key", key.expose());
        }
        client.get(&url, &[], judge)
    }
}

/// The people of that name whom the answer to a search for authors knows, those who fit the interest best.
pub(super) fn people(answer: &Answer, query: &Query<'_>) -> Result<Vec<Person>, WebError> {
    let (name, field) = (PersonName::parse(query.name), field_words(query.interest));
    let authors = answer.json::<List<Author>>()?.results.into_iter();
    let mut authors: Vec<Author> = authors.filter(|author| author.is_called(&name)).collect();
    authors.sort_by_cached_key(|author| Reverse(overlap(&field, &author.subjects())));
    Ok(authors.into_iter().take(MOST_PEOPLE).filter_map(Person::of).collect())
}

/// The works of the answer to a search for works.
pub(super) fn works(answer: &Answer) -> Result<Vec<Work>, WebError> {
    Ok(answer.json::<List<Work>>()?.results)
}

/// 429 is the day's money, since nobody here asks a hundred times a second; 403 is haste, unless it speaks of the key.
pub(super) fn judge(answer: &Answer) -> Option<WebError> {
    let beginning = &answer.body[..answer.body.len().min(2_000)];
    let text = String::from_utf8_lossy(beginning).to_lowercase();
    let is_about_key = ["api key", "api_key", "apikey"].iter().any(|key| text.contains(key));
    match (answer.status.as_u16(), answer.refusal()) {
        (401, _) => Some(answer.key_refused("OPENALEX_API_KEY")),
        (400 | 403, _) if is_about_key => Some(answer.key_refused("OPENALEX_API_KEY")),
        (403, _) => Some(WebError::Busy {
            message: format!("{} asks for fewer questions (403)", answer.host),
            retry_after: answer.retry_after,
        }),
        (429, _) => Some(answer.quota_spent("the day's use is spent; it is renewed at midnight UTC")),
        (_, refusal) => refusal,
    }
}

#[derive(Deserialize)]
struct List<T: serde::de::DeserializeOwned> {
    #[serde(deserialize_with = "list")]
    results: Vec<T>,
}

#[derive(Deserialize)]
struct Author {
    id: String,
    display_name: String,
    #[serde(default, deserialize_with = "lenient_list")]
    display_name_alternatives: Vec<String>,
    #[serde(default, deserialize_with = "lenient_list")]
    last_known_institutions: Vec<Named>,
    #[serde(default, deserialize_with = "lenient_list")]
    topics: Vec<Named>,
}

#[derive(Deserialize)]
struct Named {
    display_name: String,
}

/// A work, as far as it is told.
#[derive(Deserialize)]
pub(super) struct Work {
    title: String,
    #[serde(default, deserialize_with = "lenient")]
    publication_year: u16,
    #[serde(default, deserialize_with = "lenient")]
    r#type: String,
}

/// An author who has a page.
pub(super) struct Person {
    author: Author,
    /// The page that shows them.
    url: Url,
    /// Their identifier.
    pub id: String,
}

impl Person {
    fn of(author: Author) -> Option<Person> {
        let id = author.id.rsplit('/').next().filter(|id| {
            id.starts_with('A') && id.len() > 1 && id[1..].bytes().all(|b| b.is_ascii_digit())
        })?;
        let url = Url::parse(&format!("https://openalex.org/{id}")).ok()?;
        Some(Person { id: id.to_owned(), url, author })
    }

    /// What is known about them, with the works that fit the interest best.
    pub fn page(&self, mut works: Vec<Work>, query: &Query<'_>) -> Page {
        let field = field_words(query.interest);
        works.sort_by_cached_key(|work| Reverse(overlap(&field, &work.title)));
        let title = plain(&self.author.display_name);
        record(self.url.clone(), title, self.author.lines(&works), "OpenAlex")
    }
}

impl Author {
    fn is_called(&self, name: &PersonName) -> bool {
        let names = self.display_name_alternatives.iter().chain([&self.display_name]);
        names.into_iter().any(|own| name.agreement(&PersonName::parse(own)) == Agreement::Full)
    }

    fn subjects(&self) -> String {
        self.topics.iter().map(|topic| topic.display_name.as_str()).collect::<Vec<_>>().join(" ")
    }

    fn lines(&self, works: &[Work]) -> Vec<String> {
        let name = plain(&self.display_name);
        let mut lines = vec![name.clone()];
        lines.extend(
            self.last_known_institutions.iter().take(MOST_INSTITUTIONS).map(|i| plain(&i.display_name)),
        );
        let topics: Vec<_> = self.topics.iter().take(MOST_TOPICS).map(|t| plain(&t.display_name)).collect();
        if !topics.is_empty() {
            lines.push(format!("{name} publishes on {}.", topics.join("; ")));
        }
        lines.extend(works.iter().take(MOST_WORKS).map(|work| work.line(&name)));
        lines
    }
}

impl Work {
    fn line(&self, name: &str) -> String {
        let title = plain(&self.title);
        let kind = work_kind(&self.r#type);
        match self.publication_year {
            0 => format!("{name} published the {kind} “{title}”."),
            year => format!("{name} published the {kind} “{title}” in {year}."),
        }
    }
}
