//! HTML to text in one pass: what a reader of the page sees, one block per line.
//!
//! The page is never held whole and no tree is built, so a page that nests without end or never closes a quote costs
//! no more than a good one. What is marked as hidden is left out (hidden text is how pages carry instructions to
//! machines); that is best effort, since style sheets and scripts are not run.
mod hidden;

use std::{
    cell::RefCell,
    io::{self, Read},
    ops::ControlFlow,
    rc::Rc,
};

use lol_html::{
    AsciiCompatibleEncoding, HtmlRewriter, MemorySettings, Settings, doc_text, element,
    html_content::{Element, TextChunk},
};

use super::{charset::read_as_utf8, lines::Lines};
use crate::text::one_short_line;

/// The most memory the parser may take: for one tag with its attributes, and for the elements that are open.
const PARSER_MEMORY: usize = 1024 * 1024;
/// The most bytes of markup kept of one block, or of the title, before it is decoded.
const MOST_BLOCK_BYTES: usize = 1024 * 1024;
/// The most characters of a title.
const MOST_TITLE_CHARS: usize = 500;

/// What was read from a body.
#[derive(Debug, Default, Clone, PartialEq, Eq)]
pub struct PageText {
    /// The title, in one line; may be empty.
    pub title: String,
    /// The text, one block (paragraph, heading, list item, table row) per line.
    pub text: String,
    /// What was cut or odd, for people.
    pub warnings: Vec<String>,
}

/// The text of a page, or of plain text where the content type says so. At most 2 MB of it are read.
///
/// # Errors
/// Only those of the reader: there is no page that cannot be read, only one without text.
pub fn text_of(body: impl Read, content_type: Option<&str>) -> io::Result<PageText> {
    let mut page = if content_type.is_some_and(is_plain) {
        text_of_plain(body, content_type)?
    } else {
        text_of_html(body, content_type)?
    };
    if page.text.is_empty() {
        page.warnings.push("no readable text was found; the page may need a browser to show it".to_owned());
    }
    Ok(page)
}

/// The type without its parameters, in lower case.
pub(super) fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

fn is_plain(content_type: &str) -> bool {
    essence(content_type) == "text/plain"
}

fn text_of_plain(body: impl Read, content_type: Option<&str>) -> io::Result<PageText> {
    let mut lines = Lines::default();
    let mut rest = String::new();
    let mut warnings = read_as_utf8(body, content_type, |piece| {
        rest.push_str(piece);
        let end = rest.rfind('\n').map_or(0, |at| at + 1);
        rest.drain(..end).as_str().lines().for_each(|line| lines.push(line));
        if lines.is_full() { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    })?;
    lines.push(&rest);
    warn_of_cut(&lines, &mut warnings);
    Ok(PageText { title: String::new(), text: lines.into_text(), warnings })
}

fn warn_of_cut(lines: &Lines, warnings: &mut Vec<String>) {
    if lines.is_full() {
        warnings.push(format!("only the first {} characters of text were kept", Lines::MOST_CHARS));
    }
}

fn text_of_html(body: impl Read, content_type: Option<&str>) -> io::Result<PageText> {
    let shared = Rc::new(RefCell::new(Extractor::default()));
    let mut parser = parser(&shared);
    let mut gave_up = false;
    let mut warnings = read_as_utf8(body, content_type, |piece| {
        gave_up = parser.write(piece.as_bytes()).is_err();
        if gave_up || shared.borrow().lines.is_full() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    // After a failure the parser may not be used again, not even to end it.
    if !gave_up {
        gave_up = parser.end().is_err();
    }
    if gave_up {
        warnings.push(
            "the page is too deeply nested or has too long a tag; only its beginning was read".to_owned(),
        );
    }
    let mut extractor = shared.take();
    extractor.end_block();
    warn_of_cut(&extractor.lines, &mut warnings);
    let title = one_short_line(&htmlize::unescape(extractor.title.as_str()), MOST_TITLE_CHARS);
    Ok(PageText { title, text: extractor.lines.into_text(), warnings })
}

fn parser(shared: &Rc<RefCell<Extractor>>) -> HtmlRewriter<'static, impl FnMut(&[u8]) + use<>> {
    let (for_elements, for_text) = (Rc::clone(shared), Rc::clone(shared));
    let settings = Settings::new()
        .with_encoding(AsciiCompatibleEncoding::utf_8())
        .with_strict(false)
        .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY))
        .append_element_content_handler(element!("*", move |element| {
            begin(&for_elements, element);
            Ok(())
        }))
        .append_document_content_handler(doc_text!(move |chunk| {
            for_text.borrow_mut().text(chunk);
            Ok(())
        }));
    HtmlRewriter::new(settings, |_: &[u8]| ())
}

/// Notes the start of an element, and asks to be told of its end where that matters. An element that is closed only
/// by the end of its parent ends there.
fn begin(shared: &Rc<RefCell<Extractor>>, element: &mut Element<'_, '_>) {
    let mut extractor = shared.borrow_mut();
    if extractor.skipping {
        return;
    }
    let tag = element.tag_name();
    let block = BLOCKS.contains(&tag.as_str());
    if block {
        extractor.end_block();
    }
    let hidden = LEFT_OUT.contains(&tag.as_str()) || hidden::is_hidden(&tag, element);
    let title = tag == "title" && extractor.title.is_empty();
    if matches!(tag.as_str(), "td" | "th") {
        extractor.new_cell = true;
    }
    let Some(at_end) = element.end_tag_handlers() else { return };
    extractor.skipping = hidden;
    extractor.in_title = title && !hidden;
    if hidden || title || block {
        let shared = Rc::clone(shared);
        at_end.push(Box::new(move |_| {
            let mut extractor = shared.borrow_mut();
            extractor.skipping = false;
            extractor.in_title = false;
            if block {
                extractor.end_block();
            }
            Ok(())
        }));
    }
}

/// The text so far. Markup is collected as it stands and decoded per block, because a chunk may end in the middle of
/// a character reference.
#[derive(Debug, Default)]
struct Extractor {
    title: String,
    block: String,
    lines: Lines,
    /// Inside an element that is not shown.
    skipping: bool,
    in_title: bool,
    /// A table cell began, and nothing of it has come yet.
    new_cell: bool,
}

impl Extractor {
    fn text(&mut self, chunk: &TextChunk<'_>) {
        let text = chunk.as_str();
        if self.skipping {
            return;
        }
        if self.in_title {
            push_bounded(&mut self.title, text);
            return;
        }
        if self.new_cell && !is_blank(text) {
            self.new_cell = false;
            if !is_blank(&self.block) {
                self.block.push_str(" | ");
            }
        }
        push_bounded(&mut self.block, text);
    }

    fn end_block(&mut self) {
        self.lines.push(&htmlize::unescape(self.block.as_str()));
        self.block.clear();
        self.new_cell = false;
    }
}

fn push_bounded(to: &mut String, text: &str) {
    if to.len() + text.len() <= MOST_BLOCK_BYTES {
        to.push_str(text);
    }
}

/// Layout tables are full of cells that hold nothing but a non-breaking space.
fn is_blank(markup: &str) -> bool {
    let markup = markup.trim();
    markup.is_empty() || markup == "&nbsp;"
}

/// Elements whose content is no part of what a page says. Forms are not among them, since there are servers that put
/// every page whole into one; their controls are.
const LEFT_OUT: &[&str] = &[
    "script",
    "style",
    "noscript",
    "template",
    "svg",
    "nav",
    "footer",
    "iframe",
    "noframes",
    "noembed",
    "select",
    "textarea",
    "button",
    "label",
    "datalist",
    "object",
    "audio",
    "video",
    "canvas",
    "del",
    "s",
    "annotation",
];

/// Elements that begin a new line and end it.
const BLOCKS: &[&str] = &[
    "address",
    "article",
    "aside",
    "blockquote",
    "body",
    "br",
    "caption",
    "center",
    "dd",
    "details",
    "dialog",
    "div",
    "dl",
    "dt",
    "fieldset",
    "figcaption",
    "figure",
    "footer",
    "form",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "header",
    "hgroup",
    "hr",
    "legend",
    "li",
    "main",
    "menu",
    "nav",
    "ol",
    "p",
    "pre",
    "search",
    "section",
    "summary",
    "table",
    "tbody",
    "tfoot",
    "thead",
    "tr",
    "ul",
];

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
