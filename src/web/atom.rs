//! arXiv's Atom feeds to papers, in one pass.
//!
//! Elements are known by namespace and local name, never by prefix. An entry that lacks what a paper needs is left
//! out; a feed that is no XML is an error. What is kept is bounded, whatever the feed holds.
use std::io::{self, BufRead, Read};

use quick_xml::{
    NsReader, XmlVersion,
    escape::resolve_predefined_entity,
    events::{BytesRef, BytesStart, Event},
    name::{Namespace, ResolveResult},
};

use super::{Author, Paper, WebError, arxiv::latex, client};
use crate::text::{one_short_line, words::fold};

const ATOM: &str = "http://www.w3.org/2005/Atom";
const OPENSEARCH: &str = "http://a9.com/-/spec/opensearch/1.1/";
const ARXIV: &str = "http://arxiv.org/schemas/atom";
/// Years in which a paper can have appeared: some were added that are older than arXiv itself (1991).
const YEARS: std::ops::RangeInclusive<u16> = 1985..=2100;

/// The deepest nesting; that of a true feed is four.
const DEEPEST: usize = 32;
/// The longest tag, or text between two tags, in bytes.
const LONGEST_PIECE: usize = 64 * 1024;
/// From here on, in bytes, the text of an element is dropped.
const LONGEST_TEXT: usize = 16 * 1024;
/// The most papers that are kept: as many as are asked for.
pub(super) const MOST_PAPERS: usize = 25;
/// What is kept of one paper: characters of its title (one that long is quoted nowhere), its summary, an author's name or
/// affiliation, a category; and how many authors and categories.
const LONGEST_TITLE: usize = 500;
const LONGEST_SUMMARY: usize = 2000;
const LONGEST_NAME: usize = 100;
/// What is looked at of the authors' comment; that a paper is withdrawn stands at its beginning.
const LONGEST_COMMENT: usize = 500;
const LONGEST_CATEGORY: usize = 40;
const MOST_AUTHORS: usize = 200;
const MOST_CATEGORIES: usize = 20;

/// What a feed holds.
#[derive(Debug, Default)]
pub(super) struct Feed {
    /// The papers in the feed's order.
    pub(super) papers: Vec<Paper>,
    total: u64,
    entries: usize,
}

impl Feed {
    /// Whether the feed speaks of results and holds none, as arXiv's sometimes do.
    pub(super) fn is_hollow(&self) -> bool {
        self.entries == 0 && self.total > 0
    }
}

/// Reads a feed.
///
/// # Errors
/// `Failed` for arXiv's error feed, `Unreadable` for what is no whole feed or has no sane shape, `Unreachable` where the
/// reader fails.
pub(super) fn parse(host: &str, body: impl BufRead) -> Result<Feed, WebError> {
    let unreadable = |cause: String| {
        WebError::Unreadable(client::message(&format!("{host} sent no readable feed: {cause}")))
    };
    let mut reader = NsReader::from_reader(Pieces { inner: body, left: LONGEST_PIECE });
    let mut state = State::default();
    let mut buffer = Vec::new();
    loop {
        buffer.clear();
        reader.get_mut().left = LONGEST_PIECE;
        let (namespace, event) =
            reader.read_resolved_event_into(&mut buffer).map_err(|error| match error {
                quick_xml::Error::Io(cause) if cause.kind() != io::ErrorKind::FileTooLarge => {
                    WebError::Unreachable(client::message(&format!(
                        "the answer of {host} broke off: {cause}"
                    )))
                }
                error => unreadable(error.to_string()),
            })?;
        match event {
            Event::Start(tag) => state.start(element(&namespace, &tag), &tag),
            Event::Empty(tag) => {
                state.start(element(&namespace, &tag), &tag);
                state.end(host)?;
            }
            Event::End(_) => state.end(host)?,
            Event::Text(text) => state.text(&text.xml10_content()),
            Event::CData(text) => state.text(&text.xml10_content()),
            Event::GeneralRef(name) => {
                let text = referent(&name).ok_or_else(|| unreadable(format!("what is &{};?", &*name)))?;
                state.text(&text);
            }
            Event::Eof => break,
            Event::Comment(_) | Event::Decl(_) | Event::PI(_) | Event::DocType(_) => {}
        }
        if state.path.len() > DEEPEST {
            return Err(unreadable(format!("its elements are nested deeper than {DEEPEST}")));
        }
    }
    if !state.is_feed || !state.path.is_empty() {
        return Err(unreadable("it is no Atom feed, or breaks off".to_owned()));
    }
    Ok(state.feed)
}

/// A reader that gives only so many bytes at a time: the parser keeps a whole tag or text in memory.
struct Pieces<R> {
    inner: R,
    /// What the piece that is being read may still take.
    left: usize,
}

impl<R: BufRead> Read for Pieces<R> {
    fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
        let read = self.fill_buf()?.read(into)?;
        self.consume(read);
        Ok(read)
    }
}

impl<R: BufRead> BufRead for Pieces<R> {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        if self.left == 0 {
            let text = format!("a tag or a text is longer than {LONGEST_PIECE} bytes");
            return Err(io::Error::new(io::ErrorKind::FileTooLarge, text));
        }
        let available = self.inner.fill_buf()?;
        Ok(&available[..available.len().min(self.left)])
    }

    fn consume(&mut self, bytes: usize) {
        self.left = self.left.saturating_sub(bytes);
        self.inner.consume(bytes);
    }
}

/// What a character reference or one of XML's own entities stands for; a feed declares no others.
fn referent(name: &BytesRef<'_>) -> Option<String> {
    match name.resolve_char_ref() {
        Ok(Some(c)) => Some(c.into()),
        Ok(None) => resolve_predefined_entity(name).map(str::to_owned),
        Err(_) => None,
    }
}

/// The elements that matter.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Element {
    Feed,
    Entry,
    Id,
    Title,
    Summary,
    Published,
    Comment,
    Author,
    Name,
    Affiliation,
    Category,
    PrimaryCategory,
    TotalResults,
    Other,
}

fn element(namespace: &ResolveResult<'_>, tag: &BytesStart<'_>) -> Element {
    let ResolveResult::Bound(Namespace(namespace)) = namespace else { return Element::Other };
    match (*namespace, tag.local_name().as_ref()) {
        (ATOM, "feed") => Element::Feed,
        (ATOM, "entry") => Element::Entry,
        (ATOM, "id") => Element::Id,
        (ATOM, "title") => Element::Title,
        (ATOM, "summary") => Element::Summary,
        (ATOM, "published") => Element::Published,
        (ATOM, "author") => Element::Author,
        (ATOM, "name") => Element::Name,
        (ATOM, "category") => Element::Category,
        (ARXIV, "comment") => Element::Comment,
        (ARXIV, "affiliation") => Element::Affiliation,
        (ARXIV, "primary_category") => Element::PrimaryCategory,
        (OPENSEARCH, "totalResults") => Element::TotalResults,
        _ => Element::Other,
    }
}

/// An entry as it stands in the feed.
#[derive(Debug, Default)]
struct Entry {
    id: String,
    title: String,
    summary: String,
    published: String,
    comment: String,
    authors: Vec<Author>,
    author: Author,
    primary_category: Option<String>,
    categories: Vec<String>,
}

#[derive(Debug, Default)]
struct State {
    feed: Feed,
    is_feed: bool,
    entry: Entry,
    /// The elements that are open.
    path: Vec<Element>,
    /// The text since the last start of an element.
    text: String,
}

impl State {
    fn start(&mut self, element: Element, tag: &BytesStart<'_>) {
        self.text.clear();
        match (self.path.as_slice(), element) {
            ([], Element::Feed) => self.is_feed = true,
            ([Element::Feed], Element::Entry) => self.entry = Entry::default(),
            ([Element::Feed, Element::Entry], Element::Category)
                if self.entry.categories.len() < MOST_CATEGORIES =>
            {
                self.entry.categories.extend(term(tag));
            }
            ([Element::Feed, Element::Entry], Element::PrimaryCategory) => {
                self.entry.primary_category = term(tag);
            }
            _ => {}
        }
        self.path.push(element);
    }

    fn text(&mut self, text: &str) {
        if self.text.len() < LONGEST_TEXT {
            self.text.push_str(text);
        }
    }

    fn end(&mut self, host: &str) -> Result<(), WebError> {
        use Element as E;
        let text = std::mem::take(&mut self.text);
        match self.path.as_slice() {
            [E::Feed, E::TotalResults] => self.feed.total = text.trim().parse().unwrap_or_default(),
            [E::Feed, E::Entry, E::Id] => self.entry.id = cut(&text, LONGEST_NAME),
            [E::Feed, E::Entry, E::Title] => self.entry.title = latex::plain(&cut(&text, LONGEST_TITLE)),
            [E::Feed, E::Entry, E::Summary] => self.entry.summary = cut(&text, LONGEST_SUMMARY),
            [E::Feed, E::Entry, E::Published] => self.entry.published = cut(&text, LONGEST_NAME),
            [E::Feed, E::Entry, E::Comment] => self.entry.comment = cut(&text, LONGEST_COMMENT),
            [E::Feed, E::Entry, E::Author, E::Name] => {
                self.entry.author.name = latex::plain(&cut(&text, LONGEST_NAME));
            }
            [E::Feed, E::Entry, E::Author, E::Affiliation] => {
                self.entry.author.affiliation = cut(&text, LONGEST_NAME);
            }
            [E::Feed, E::Entry, E::Author] => {
                let author = std::mem::take(&mut self.entry.author);
                if !author.name.is_empty() && self.entry.authors.len() < MOST_AUTHORS {
                    self.entry.authors.push(author);
                }
            }
            [E::Feed, E::Entry] => {
                let entry = std::mem::take(&mut self.entry);
                if entry.id.contains("/api/errors#") {
                    return Err(WebError::Failed(client::message(&format!(
                        "{host} says: {}",
                        entry.summary
                    ))));
                }
                self.feed.entries += 1;
                if self.feed.papers.len() < MOST_PAPERS {
                    self.feed.papers.extend(paper(entry));
                }
            }
            _ => {}
        }
        self.path.pop();
        Ok(())
    }
}

/// One line of so many characters, which takes no more memory than it needs.
fn cut(text: &str, most: usize) -> String {
    let mut line = one_short_line(text, most);
    line.shrink_to_fit();
    line
}

fn term(tag: &BytesStart<'_>) -> Option<String> {
    let mut attributes = tag.attributes();
    let term = attributes.with_checks(false).flatten().find(|a| a.key.as_ref() == "term")?;
    let term = cut(&term.normalized_value(XmlVersion::Implicit1_0).ok()?, LONGEST_CATEGORY);
    (!term.is_empty()).then_some(term)
}

/// The paper of an entry; `None` where the entry has no id of a paper, no title, or no date that can be true.
fn paper(entry: Entry) -> Option<Paper> {
    let id = version_free(entry.id.split_once("/abs/")?.1)?;
    let year = entry.published.get(..4)?.parse().ok().filter(|year| YEARS.contains(year))?;
    if entry.title.is_empty() || entry.published.as_bytes().get(4) != Some(&b'-') {
        return None;
    }
    let mut categories: Vec<_> = entry.primary_category.into_iter().collect();
    for category in entry.categories {
        if !categories.contains(&category) {
            categories.push(category);
        }
    }
    Some(Paper {
        is_withdrawn: is_withdrawn(&entry.title, &entry.comment),
        title: entry.title,
        url: format!("https://arxiv.org/abs/{id}"),
        year,
        published: entry.published,
        authors: entry.authors,
        summary: entry.summary,
        categories,
    })
}

/// True if the title begins or ends with a mark such as “WITHDRAWN:”, or the comment says so of this paper.
fn is_withdrawn(title: &str, comment: &str) -> bool {
    let (title, comment) = (title.to_lowercase(), fold(comment));
    ["withdrawn", "retracted", "retraction"].iter().any(|word| {
        let head = title.trim_start_matches(['[', '(']).strip_prefix(word).unwrap_or_default();
        let is_mark =
            head.trim_start_matches(" article").trim_start_matches(" paper").starts_with([':', ']', ')']);
        let is_said = ["been", "is", "was"]
            .iter()
            .any(|verb| format!(" {comment} ").contains(&format!(" {verb} {word} ")));
        is_mark || title.ends_with(&format!("({word})")) || comment.starts_with(word) || is_said
    })
}

/// `2610.01234v2` → `2610.01234`, `hep-ex/0307015v1` → `hep-ex/0307015`; `None` for what is no id.
fn version_free(id: &str) -> Option<&str> {
    let stem = match id.rsplit_once('v') {
        Some((stem, version)) if !version.is_empty() && version.bytes().all(|b| b.is_ascii_digit()) => stem,
        _ => id,
    };
    let known = |b: u8| b.is_ascii_alphanumeric() || matches!(b, b'.' | b'-' | b'/');
    (stem.bytes().any(|b| b.is_ascii_digit()) && stem.bytes().all(known)).then_some(stem)
}

#[cfg(test)]
#[path = "atom_tests.rs"]
mod tests;
