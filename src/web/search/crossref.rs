//! Crossref (<https://api.crossref.org/swagger-ui/index.html>): what publishers registered under a DOI, books among it.
use serde::Deserialize;
use url::Url;

use super::{
    Client, Query, address, client::Answer, lenient, lenient_list, list, plain, record, words, work_kind,
};
use crate::{
    text::name::{Agreement, PersonName},
    web::{Page, WebError},
};

/// The most characters of the name, and of the interest: together they make an address that every server takes.
const MOST_CHARS: usize = 200;
/// The most works that are told.
const MOST_WORKS: usize = 2;

/// Crossref at its address; with an e-mail address for a contact it answers from its polite pool.
#[derive(Debug)]
pub(super) struct Crossref {
    pub base: Url,
    pub contact: Option<String>,
}

impl Crossref {
    /// A page for each work of somebody of that name that fits the interest best.
    pub(super) fn records(&self, client: &Client, query: &Query<'_>) -> Result<Vec<Page>, WebError> {
        let (author, interest) = (words(query.name, MOST_CHARS), words(query.interest, MOST_CHARS));
        let mut parameters = vec![
            ("query.author", author.as_str()),
            ("query.bibliographic", interest.as_str()),
            ("rows", "10"),
            ("select", "DOI,title,author,published,container-title,type"),
        ];
        parameters.extend(self.contact.as_deref().filter(|c| c.contains('@')).map(|c| ("mailto", c)));
        let answer = client.get(&address(&self.base, "/works", &parameters), &[], Answer::refusal)?;
        pages(&answer, &PersonName::parse(query.name))
    }
}

/// The works of somebody of that name.
pub(super) fn pages(answer: &Answer, name: &PersonName) -> Result<Vec<Page>, WebError> {
    let list: List = answer.json()?;
    Ok(list.message.items.iter().filter_map(|work| work.page(name)).take(MOST_WORKS).collect())
}

#[derive(Deserialize)]
struct List {
    message: Message,
}

#[derive(Deserialize)]
struct Message {
    #[serde(deserialize_with = "list")]
    items: Vec<Work>,
}

#[derive(Deserialize)]
struct Work {
    #[serde(rename = "DOI")]
    doi: String,
    #[serde(default, deserialize_with = "lenient_list")]
    title: Vec<String>,
    #[serde(default, deserialize_with = "lenient_list")]
    author: Vec<Author>,
    #[serde(default, deserialize_with = "lenient")]
    published: Published,
    #[serde(default, rename = "container-title", deserialize_with = "lenient_list")]
    container: Vec<String>,
    #[serde(default, deserialize_with = "lenient")]
    r#type: String,
}

#[derive(Deserialize)]
struct Author {
    #[serde(default, deserialize_with = "lenient")]
    given: String,
    #[serde(default, deserialize_with = "lenient")]
    family: String,
}

/// Year, month, day, of which any may be missing.
#[derive(Deserialize, Default)]
#[serde(rename_all = "kebab-case", default)]
struct Published {
    date_parts: Vec<Vec<Option<u16>>>,
}

impl Work {
    fn page(&self, name: &PersonName) -> Option<Page> {
        let author = self.author.iter().map(|a| plain(&format!("{} {}", a.given, a.family)));
        let author =
            author.into_iter().find(|own| name.agreement(&PersonName::parse(own)) == Agreement::Full)?;
        let title = self.title.first().map(|title| plain(title)).filter(|title| !title.is_empty())?;
        let mut url = Url::parse("https://doi.org/").ok()?;
        url.set_path(&self.doi);
        let year = self.published.date_parts.first().and_then(|parts| parts.first().copied().flatten());
        let container =
            self.container.first().map(|container| plain(container)).filter(|text| !text.is_empty());
        let place = container.map(|container| format!(" in {container}")).unwrap_or_default();
        let time = year.map(|year| format!(" in {year}")).unwrap_or_default();
        let line = format!("{author} published the {} “{title}”{place}{time}.", work_kind(&self.r#type));
        Some(record(url, title, vec![line], "Crossref"))
    }
}
