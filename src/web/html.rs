//! HTML to text: of an article its main text, of any other page what a reader sees, one block per line.
//!
//! A page becomes sound, small markup in one pass (`filter`), and that becomes lines (`outline`). Only where it looks
//! like an article and is of bounded size is its main text looked for (`main_text`, `article`), whose markup
//! becomes lines in the same way. What is marked as hidden is left out (hidden text is how pages carry instructions to
//! machines); that is best effort, since style sheets and scripts are not run. So is what others wrote on the page
//! (`apart`).
mod apart;
mod article;
mod cuts;
mod filter;
mod hidden;
mod main_text;
mod outline;
mod signs;
mod tags;

use std::{
    io::{self, Read},
    ops::ControlFlow,
};

use self::{
    filter::filter,
    main_text::main_text,
    outline::{Extent, Outline, outline},
};
use super::{charset::read_as_utf8, lines::Lines};
use crate::text::one_short_line;

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
    let filtered = filter(body, content_type)?;
    let title = one_short_line(&htmlize::unescape(filtered.title.as_str()), MOST_TITLE_CHARS);
    let whole = outline(&filtered.markup, Extent::Whole);
    let Outline { lines, .. } = main_text(&filtered, &whole).unwrap_or(whole);
    let mut warnings = filtered.warnings;
    warn_of_cut(&lines, &mut warnings);
    Ok(PageText { title, text: lines.into_text(), warnings })
}

#[cfg(test)]
#[path = "html_tests.rs"]
mod tests;
