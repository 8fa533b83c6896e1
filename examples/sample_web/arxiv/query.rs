//! arXiv's query language (API manual, 5.1): fields, phrases, `AND`, `OR`, `ANDNOT`, parentheses.
//!
//! As at arXiv, words without an operator between them are alternatives (`au:Ada Marlowe` finds every Marlowe), a word
//! without a field is looked for in all of them, and `_` joins a phrase (`au:del_maestro`).
use super::Paper;
use crate::search::words;

/// A search that was understood.
pub enum Search {
    /// These words in a row, in this field.
    Words(Field, Vec<String>),
    /// All of these.
    All(Vec<Search>),
    /// One of these.
    Any(Vec<Search>),
    /// The first and not the second.
    Without(Box<Search>, Box<Search>),
}

/// The fields that a prefix can name.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Field {
    /// `ti`
    Title,
    /// `au`
    Author,
    /// `abs`
    Abstract,
    /// `co`
    Comment,
    /// `cat`: a whole category, e.g. `physics.flu-dyn`
    Category,
    /// `jr` and `rn`, which no invented paper has
    Unused,
    /// `all`, or no prefix
    All,
}

impl Search {
    /// Reads a search.
    ///
    /// # Errors
    /// Arxiv's words for one that is malformed.
    pub fn parse(text: &str) -> Result<Search, String> {
        let malformed = |rest: &str| format!("malformed query near {}", rest.trim());
        let (search, rest) = alternatives(text).map_err(malformed)?;
        if rest.trim().is_empty() { Ok(search) } else { Err(malformed(rest)) }
    }

    /// How well a paper fits; 0 where it does not.
    pub fn score(&self, paper: &Paper) -> usize {
        match self {
            Search::Words(field, words) => field.texts(paper).iter().map(|text| count(text, words)).sum(),
            Search::Any(parts) => parts.iter().map(|part| part.score(paper)).sum(),
            Search::All(parts) => {
                let scores: Vec<usize> = parts.iter().map(|part| part.score(paper)).collect();
                if scores.contains(&0) { 0 } else { scores.iter().sum() }
            }
            Search::Without(wanted, unwanted) => match unwanted.score(paper) {
                0 => wanted.score(paper),
                _ => 0,
            },
        }
    }
}

impl Field {
    fn named(name: &str) -> Option<Field> {
        Some(match name {
            "ti" => Field::Title,
            "au" => Field::Author,
            "abs" => Field::Abstract,
            "co" => Field::Comment,
            "cat" => Field::Category,
            "jr" | "rn" => Field::Unused,
            "all" => Field::All,
            _ => return None,
        })
    }

    /// What the field of a paper holds, in words; a phrase does not go beyond one of the texts.
    fn texts(self, paper: &Paper) -> Vec<Vec<String>> {
        let in_words = |text: &String| words(text).collect();
        match self {
            Field::Title => vec![in_words(&paper.title)],
            Field::Author => paper.authors.iter().map(in_words).collect(),
            Field::Abstract => vec![in_words(&paper.summary)],
            Field::Comment => paper.comment.iter().map(in_words).collect(),
            Field::Category => {
                paper.categories.iter().map(|category| vec![category.to_lowercase()]).collect()
            }
            Field::Unused => Vec::new(),
            Field::All => [Field::Title, Field::Author, Field::Abstract, Field::Comment, Field::Category]
                .iter()
                .flat_map(|field| field.texts(paper))
                .collect(),
        }
    }
}

fn count(text: &[String], words: &[String]) -> usize {
    text.windows(words.len()).filter(|found| *found == words).count()
}

/// What was read, and what follows; or what could not be read.
type Parsed<'a> = Result<(Search, &'a str), &'a str>;

/// `OR`, or nothing, between parts.
fn alternatives(text: &str) -> Parsed<'_> {
    let (first, mut rest) = conjunction(text)?;
    let mut parts = vec![first];
    while !rest.trim().is_empty() && !rest.trim_start().starts_with(')') {
        let (part, behind) = conjunction(operator(rest, "OR").unwrap_or(rest))?;
        parts.push(part);
        rest = behind;
    }
    Ok((Search::Any(parts), rest))
}

/// `AND` and `ANDNOT` between parts, which bind closer.
fn conjunction(text: &str) -> Parsed<'_> {
    let (mut search, mut rest) = part(text)?;
    loop {
        if let Some(behind) = operator(rest, "ANDNOT") {
            let (unwanted, behind) = part(behind)?;
            search = Search::Without(Box::new(search), Box::new(unwanted));
            rest = behind;
        } else if let Some(behind) = operator(rest, "AND") {
            let (other, behind) = part(behind)?;
            search = Search::All(vec![search, other]);
            rest = behind;
        } else {
            return Ok((search, rest));
        }
    }
}

/// What stands behind an operator.
fn operator<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    let behind = text.trim_start().strip_prefix(name)?;
    (behind.is_empty() || behind.starts_with([' ', '('])).then_some(behind)
}

/// A search in parentheses, or a field with a word or a phrase.
fn part(text: &str) -> Parsed<'_> {
    let text = text.trim_start();
    if let Some(inside) = text.strip_prefix('(') {
        let (search, rest) = alternatives(inside)?;
        let rest = rest.trim_start().strip_prefix(')').ok_or(text)?;
        return Ok((search, rest));
    }
    if ["AND", "OR", "ANDNOT"].iter().any(|name| operator(text, name).is_some()) {
        return Err(text);
    }
    let prefix = text.split_once(':').filter(|(name, _)| name.bytes().all(|byte| byte.is_ascii_alphabetic()));
    let (field, value) = match prefix {
        Some((name, value)) => (Field::named(name).ok_or(text)?, value),
        None => (Field::All, text),
    };
    let (value, rest) = match value.strip_prefix('"') {
        Some(phrase) => phrase.split_once('"').ok_or(text)?,
        None => value.split_at(value.find([' ', '(', ')', '"']).unwrap_or(value.len())),
    };
    let words: Vec<String> = match field {
        Field::Category => vec![value.to_lowercase()],
        _ => words(&value.replace('_', " ")).collect(),
    };
    if words.iter().all(String::is_empty) { Err(text) } else { Ok((Search::Words(field, words), rest)) }
}
