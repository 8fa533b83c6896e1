//! The sender's template: fixed text, which is never changed, and placeholders, which are never left in.
//!
//! `{{name}}` and `{{name|fall-back}}` are placeholders always; `[a recent paper]` is one if its words are known. Other
//! text in square brackets is the sender's, unless it plainly was meant to be replaced: then the template is refused.
use std::fmt;

use super::{
    Fields,
    lookalike::lookalikes,
    slot::{self, KNOWN, Kind},
};
use crate::text::words::shorten;

/// Longest name of a placeholder, in characters.
const MAX_NAME: usize = 60;
/// Longest target of a link that is looked for, in bytes.
const MAX_TARGET: usize = 2_000;
/// How much of a placeholder an error shows, in characters.
const MAX_SHOWN: usize = 100;

/// A template in its parts; together they are the template, byte for byte.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Template<'a> {
    /// The parts in order.
    pub segments: Vec<Segment<'a>>,
}

/// A part of a template.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Segment<'a> {
    /// The sender's text.
    Fixed(&'a str),
    /// Something to fill in.
    Placeholder(Placeholder<'a>),
}

/// A placeholder, understood.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Placeholder<'a> {
    /// As it stands in the template, brackets and all.
    pub raw: &'a str,
    /// The name in it.
    pub name: &'a str,
    /// The text to use where nothing is found; may be empty.
    pub fallback: Option<&'a str>,
    /// What it asks for.
    pub kind: Kind,
}

/// Why a template cannot be used.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum TemplateError {
    /// `{{` without `}}`.
    Unterminated(usize),
    /// `}}` without `{{`.
    Unopened(usize),
    /// No name in the placeholder.
    Empty(usize),
    /// A placeholder inside a placeholder.
    Nested(usize),
    /// A known name in single braces.
    SingleBraces(usize, String),
    /// Nobody knows what to put there.
    Unknown(usize, String),
}

impl<'a> Template<'a> {
    /// Finds the placeholders. Lines in errors count from 1.
    pub fn parse(text: &'a str) -> Result<Self, TemplateError> {
        Template::parse_with(text, &Fields::default())
    }

    /// The same for a sender whose file has columns for placeholders.
    pub fn parse_with(text: &'a str, fields: &Fields) -> Result<Self, TemplateError> {
        let mut segments = Vec::new();
        let (mut fixed_from, mut at, mut line, mut counted) = (0, 0, 1, 0);
        while let Some(offset) = text[at..].find(['{', '}', '[']) {
            at += offset;
            line += text[counted..at].matches('\n').count();
            counted = at;
            let Some(placeholder) = placeholder_at(&text[at..], line, fields)? else {
                at += 1;
                continue;
            };
            if fixed_from < at {
                segments.push(Segment::Fixed(&text[fixed_from..at]));
            }
            at += placeholder.raw.len();
            fixed_from = at;
            segments.push(Segment::Placeholder(placeholder));
        }
        if fixed_from < text.len() {
            segments.push(Segment::Fixed(&text[fixed_from..]));
        }
        Ok(Template { segments })
    }

    /// The placeholders in order, repeated ones too.
    pub fn placeholders(&self) -> impl Iterator<Item = &Placeholder<'a>> {
        self.segments.iter().filter_map(|segment| match segment {
            Segment::Placeholder(placeholder) => Some(placeholder),
            Segment::Fixed(_) => None,
        })
    }

    /// What stands between the placeholders.
    pub fn fixed_text(&self) -> String {
        self.segments
            .iter()
            .filter_map(|segment| match segment {
                Segment::Fixed(text) => Some(*text),
                Segment::Placeholder(_) => None,
            })
            .collect()
    }

    /// What looks as if it were to be filled in, and stays: texts of several words in square brackets, and
    /// placeholders of other programs.
    pub fn kept_brackets(&self) -> impl Iterator<Item = &'a str> {
        self.segments
            .iter()
            .filter_map(|segment| match segment {
                Segment::Fixed(text) => Some(*text),
                Segment::Placeholder(_) => None,
            })
            .flat_map(|text| {
                text.match_indices('[')
                    .filter_map(|(at, _)| kept_bracket(&text[at..]))
                    .chain(lookalikes(text))
            })
    }

    /// The text with a value in place of each placeholder. Values are not looked at again: a placeholder inside a
    /// value stays what it is.
    pub fn fill<'v>(&self, value: impl Fn(&Placeholder<'a>) -> &'v str) -> String {
        self.segments
            .iter()
            .map(|segment| match segment {
                Segment::Fixed(text) => text,
                Segment::Placeholder(placeholder) => value(placeholder),
            })
            .collect()
    }
}

fn kept_bracket(rest: &str) -> Option<&str> {
    let (content, after) = bracketed(rest)?;
    let is_phrase = content.starts_with(char::is_alphabetic) && content.contains(' ');
    (is_phrase && !is_link_target(after)).then(|| &rest[..content.len() + 2])
}

/// True if somebody who reads the text would see something that was left to fill in.
pub(crate) fn holds_placeholder(text: &str) -> bool {
    Template::parse(text).map_or(true, |template| template.placeholders().next().is_some())
}

fn placeholder_at<'a>(
    rest: &'a str,
    line: usize,
    fields: &Fields,
) -> Result<Option<Placeholder<'a>>, TemplateError> {
    if rest.starts_with("{{") {
        return in_braces(rest, line, fields).map(Some);
    }
    if rest.starts_with("}}") {
        return Err(TemplateError::Unopened(line));
    }
    if let Some(inner) = rest.strip_prefix('{') {
        return match beginning(inner, MAX_SHOWN).split_once('}') {
            Some((name, _)) if fields.kind_of(name).is_some() => {
                Err(TemplateError::SingleBraces(line, name.to_owned()))
            }
            _ => Ok(None),
        };
    }
    if rest.starts_with('[') { in_brackets(rest, line, fields) } else { Ok(None) }
}

fn in_braces<'a>(rest: &'a str, line: usize, fields: &Fields) -> Result<Placeholder<'a>, TemplateError> {
    let length = rest.find("}}").ok_or(TemplateError::Unterminated(line))?;
    let content = &rest[2..length];
    let (name, fallback) = split_fallback(content);
    // “{{name}, {{paper}}”: the first one lacks a brace.
    if content.split_once("{{").is_some_and(|(before, _)| before.contains(['}', '\n'])) {
        return Err(TemplateError::Unterminated(line));
    }
    if content.contains("{{")
        || name.contains(['{', '}', '[', ']'])
        || fallback.is_some_and(holds_placeholder)
    {
        return Err(TemplateError::Nested(line));
    }
    if name.contains('\n') {
        return Err(TemplateError::Unterminated(line));
    }
    if name.is_empty() {
        return Err(TemplateError::Empty(line));
    }
    let raw = &rest[..length + 2];
    let kind = Some(name)
        .filter(|name| name.chars().count() <= MAX_NAME)
        .and_then(|name| fields.kind_of(name))
        .ok_or_else(|| TemplateError::Unknown(line, shorten(raw, MAX_SHOWN).to_owned()))?;
    Ok(Placeholder { raw, name, fallback, kind })
}

fn in_brackets<'a>(
    rest: &'a str,
    line: usize,
    fields: &Fields,
) -> Result<Option<Placeholder<'a>>, TemplateError> {
    let Some((content, after)) = bracketed(rest) else { return Ok(None) };
    if is_link_target(after) || !content.trim_start().starts_with(char::is_alphabetic) {
        return Ok(None);
    }
    let (name, fallback) = split_fallback(content);
    let raw = &rest[..content.len() + 2];
    if name.chars().count() <= MAX_NAME
        && let Some(kind) = fields.kind_of(name)
    {
        return match fallback {
            Some(text) if holds_placeholder(text) => Err(TemplateError::Nested(line)),
            _ => Ok(Some(Placeholder { raw, name, fallback, kind })),
        };
    }
    if slot::asks_for_something(name) {
        Err(TemplateError::Unknown(line, shorten(raw, MAX_SHOWN).to_owned()))
    } else {
        Ok(None)
    }
}

impl TemplateError {
    /// The name of a placeholder in braces that nobody knows.
    pub fn unknown_name(&self) -> Option<&str> {
        let TemplateError::Unknown(_, raw) = self else { return None };
        Some(split_fallback(raw.strip_prefix("{{")?.trim_end_matches('}')).0)
    }
}

/// What stands inside the square brackets at the beginning, on one line, and what follows them.
fn bracketed(rest: &str) -> Option<(&str, &str)> {
    let inner = rest.strip_prefix('[')?;
    let end = inner.find(['[', ']', '\n']).filter(|&end| inner[end..].starts_with(']'))?;
    Some((&inner[..end], &inner[end + 1..]))
}

/// What follows the text of a Markdown link: “(`https://example.org/`)”, but not “(2024)”.
fn is_link_target(after: &str) -> bool {
    let target = after
        .strip_prefix('(')
        .and_then(|inner| beginning(inner, MAX_TARGET).split_once([')', '\n', ' ', '[']));
    target.is_some_and(|(target, _)| target.contains([':', '/', '#', '.']))
}

/// At most so many bytes of the text, so that what is never closed is not searched for to the end again and again.
fn beginning(text: &str, bytes: usize) -> &str {
    &text[..text.floor_char_boundary(bytes)]
}

fn split_fallback(content: &str) -> (&str, Option<&str>) {
    match content.split_once('|') {
        Some((name, fallback)) => (name.trim(), Some(fallback.trim())),
        None => (content.trim(), None),
    }
}

impl fmt::Display for TemplateError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Unterminated(line) => {
                write!(
                    f,
                    "line {line} of the template: a placeholder begins with {{{{ and is not closed; add }}}}"
                )
            }
            Self::Unopened(line) => {
                write!(
                    f,
                    "line {line} of the template: }}}} closes nothing; add the missing {{{{ or take it out"
                )
            }
            Self::Empty(line) => {
                write!(f, "line {line} of the template: a placeholder has no name; write one of {KNOWN}")
            }
            Self::Nested(line) => {
                write!(
                    f,
                    "line {line} of the template: a placeholder holds another; fall-back text must be plain text"
                )
            }
            Self::SingleBraces(line, name) => {
                write!(f, "line {line} of the template: {{{name}}} has single braces; write {{{{{name}}}}}")
            }
            Self::Unknown(line, raw) => write!(
                f,
                "line {line} of the template: nobody knows what belongs in {raw}; give it in a column of that name \
                 (`scribe compose --field`), write it out, or use one of {KNOWN}"
            ),
        }
    }
}

#[cfg(test)]
#[path = "template_tests.rs"]
mod tests;
