//! Answers like the arXiv API: Atom in the shape of 2026, for papers that nobody wrote.
//!
//! As at arXiv, upper and lower case are alike and accents are not: `Jose` does not find `José`.
mod query;

use std::cmp::Reverse;

use query::Search;
use serde::Deserialize;
use url::Url;

use crate::http::Response;

/// Most papers that one request may ask for (arXiv API manual, section 3.1.1.2).
const MAX_RESULTS: usize = 2000;

/// One paper, as `papers.json` holds it.
#[derive(Deserialize)]
pub struct Paper {
    /// The identifier without version, e.g. `2609.01234`.
    pub id: String,
    version: u32,
    /// As the submitter typed it: may hold LaTeX and line breaks.
    pub title: String,
    summary: String,
    authors: Vec<String>,
    /// The primary one first.
    categories: Vec<String>,
    /// When the first version appeared (RFC 3339, UTC, so that it sorts as text).
    published: String,
    /// When the newest version appeared.
    updated: String,
    comment: Option<String>,
}

/// The parameters of a request; what is absent has arXiv's default.
struct Query {
    search_query: String,
    id_list: String,
    start: usize,
    max_results: usize,
    sort_by: String,
    ascending: bool,
}

/// Answers a request to `/api/query`; a mistake in it gives arXiv's error feed and HTTP 400.
pub fn answer(papers: &[Paper], url: &Url) -> Response {
    let found = Query::parse(url).and_then(|query| Ok((select(papers, &query)?, query)));
    let (status, body) = match found {
        Ok((found, query)) => (200, feed(papers, &found, &query)),
        Err(message) => (400, error_feed(papers, &message)),
    };
    Response::new(status, "application/atom+xml; charset=utf-8", body)
}

impl Query {
    fn parse(url: &Url) -> Result<Self, String> {
        let parameter = |name: &str| {
            url.query_pairs()
                .find(|(key, _)| key == name)
                .map_or_else(String::new, |(_, value)| value.into_owned())
        };
        let number = |name: &str, default| match parameter(name).as_str() {
            "" => Ok(default),
            value => value.parse().map_err(|_| format!("{name} must be an integer")),
        };
        let query = Query {
            search_query: parameter("search_query"),
            id_list: parameter("id_list"),
            start: number("start", 0)?,
            max_results: number("max_results", 10)?,
            sort_by: parameter("sortBy"),
            ascending: parameter("sortOrder") == "ascending",
        };
        if query.max_results > MAX_RESULTS {
            return Err(format!("max_results must not exceed {MAX_RESULTS}"));
        }
        Ok(query)
    }
}

/// The papers that a query names, in its order, before it is cut into pages.
fn select<'a>(papers: &'a [Paper], query: &Query) -> Result<Vec<&'a Paper>, String> {
    let ids: Vec<&str> = query.id_list.split(',').map(str::trim).filter(|id| !id.is_empty()).collect();
    if let Some(bad) = ids.iter().find(|id| !is_identifier(id)) {
        return Err(format!("incorrect id format for {bad}"));
    }
    if ids.is_empty() && query.search_query.is_empty() {
        return Err("search_query and id_list are both empty".to_owned());
    }
    let listed =
        |paper: &&Paper| ids.is_empty() || ids.iter().any(|id| id.split('v').next() == Some(&paper.id));
    let mut found: Vec<&Paper> = papers.iter().filter(listed).collect();
    let mut score: Box<dyn Fn(&&Paper) -> usize> = Box::new(|_| 1);
    if !query.search_query.is_empty() {
        let search = Search::parse(&query.search_query)?;
        score = Box::new(move |paper| search.score(paper));
        found.retain(|paper| score(paper) > 0);
    }
    match query.sort_by.as_str() {
        "" | "relevance" => found.sort_by_key(|paper| Reverse(score(paper))),
        "submittedDate" => found.sort_by_key(|paper| Reverse(&paper.published)),
        "lastUpdatedDate" => found.sort_by_key(|paper| Reverse(&paper.updated)),
        _ => return Err("sortBy must be in: relevance, lastUpdatedDate, submittedDate".to_owned()),
    }
    if query.ascending {
        found.reverse();
    }
    Ok(found)
}

/// Whether this is an identifier, with or without a version: `2609.01234`, or `hep-th/9901001` as before 2007.
fn is_identifier(id: &str) -> bool {
    let digits = |text: &str, lengths: &[usize]| {
        lengths.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_digit())
    };
    let (id, version) = id.rsplit_once('v').unwrap_or((id, "1"));
    let is_archive = |text: &str| text.starts_with(|c: char| c.is_ascii_lowercase());
    let is_new =
        id.split_once('.').is_some_and(|(month, number)| digits(month, &[4]) && digits(number, &[4, 5]));
    let is_old =
        id.split_once('/').is_some_and(|(archive, number)| is_archive(archive) && digits(number, &[7]));
    (is_new || is_old) && version.parse::<u32>().is_ok()
}

/// The feed of one slice of what was found.
fn feed(papers: &[Paper], found: &[&Paper], query: &Query) -> String {
    let Query { search_query, id_list, start, max_results, .. } = query;
    let asked =
        format!("search_query={search_query}&id_list={id_list}&start={start}&max_results={max_results}");
    let asked = escape(&asked);
    let mut xml = format!(
        "<id>https://arxiv.org/api/sample</id>\n<title>arXiv Query: {asked}</title>\n\
         <updated>{}</updated>\n\
         <link href=\"https://arxiv.org/api/query?{asked}\" type=\"application/atom+xml\"/>\n{}",
        last_change(papers),
        counts(*max_results, found.len(), *start),
    );
    found.iter().skip(*start).take(*max_results).for_each(|paper| xml.push_str(&entry(paper)));
    document(&xml)
}

/// The feed with which arXiv reports a mistake.
fn error_feed(papers: &[Paper], message: &str) -> String {
    let (updated, message) = (last_change(papers), escape(message));
    let id = format!("https://arxiv.org/api/errors#{}", message.replace(' ', "_"));
    document(&format!(
        "<id>https://arxiv.org/</id>\n<title>arXiv Search Results</title>\n<updated>{updated}</updated>\n{}\
         <entry>\n<id>{id}</id>\n<title>Error</title>\n<updated>{updated}</updated>\n\
         <link href=\"{id}\" rel=\"alternate\" type=\"text/html\"/>\n<summary>{message}</summary>\n\
         <author>\n<name>arXiv api core</name>\n</author>\n</entry>\n",
        counts(1, 1, 0),
    ))
}

fn document(content: &str) -> String {
    format!(
        "<?xml version='1.0' encoding='UTF-8'?>\n\
         <feed xmlns:opensearch=\"http://a9.com/-/spec/opensearch/1.1/\" \
         xmlns:arxiv=\"http://arxiv.org/schemas/atom\" xmlns=\"http://www.w3.org/2005/Atom\">\n{content}</feed>\n"
    )
}

fn counts(per_page: usize, total: usize, start: usize) -> String {
    format!(
        "<opensearch:itemsPerPage>{per_page}</opensearch:itemsPerPage>\n\
         <opensearch:totalResults>{total}</opensearch:totalResults>\n\
         <opensearch:startIndex>{start}</opensearch:startIndex>\n"
    )
}

/// When anything changed last: the feeds' time stamp, so that an answer does not depend on the clock.
fn last_change(papers: &[Paper]) -> &str {
    papers.iter().map(|paper| paper.updated.as_str()).max().unwrap_or("1970-01-01T00:00:00Z")
}

fn entry(paper: &Paper) -> String {
    let Paper { id, version, published, updated, categories, .. } = paper;
    let mut xml = format!(
        "<entry>\n<id>http://arxiv.org/abs/{id}v{version}</id>\n<title>{}</title>\n<updated>{updated}</updated>\n\
         <link href=\"https://arxiv.org/abs/{id}v{version}\" rel=\"alternate\" type=\"text/html\"/>\n\
         <link href=\"https://arxiv.org/pdf/{id}v{version}\" rel=\"related\" type=\"application/pdf\" \
         title=\"pdf\"/>\n<summary>{}</summary>\n",
        escape(&paper.title),
        escape(&paper.summary),
    );
    for term in categories {
        xml += &format!("<category term=\"{term}\" scheme=\"http://arxiv.org/schemas/atom\"/>\n");
    }
    xml += &format!("<published>{published}</published>\n");
    if let Some(comment) = &paper.comment {
        xml += &format!("<arxiv:comment>{}</arxiv:comment>\n", escape(comment));
    }
    if let Some(primary) = categories.first() {
        xml += &format!("<arxiv:primary_category term=\"{primary}\"/>\n");
    }
    for author in &paper.authors {
        xml += &format!("<author>\n<name>{}</name>\n</author>\n", escape(author));
    }
    xml + "</entry>\n"
}

/// Text as XML wants it, in content and in attributes.
fn escape(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}
