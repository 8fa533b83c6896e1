//! Where an article stands on a page: the idea is that of browsers' reader views. Paragraphs give points to what they are
//! in, links take them away, names help; around the element that has most, its like are taken along, and inside it, what
//! is no prose is left out (`tidy`). Where too little is left, it is tried again with less strictness.
mod names;
mod score;
mod tables;
mod tidy;
mod tree;

use std::ops::Range;

use self::{
    tables::tables,
    tree::{Content, Element, contents, tree},
};
use super::cuts::without;

/// An article with less text, in characters, is looked for again.
const LITTLE: usize = 500;
/// The longest heading that may repeat the title, in bytes of markup.
const HEADING: usize = 2048;
/// The longest name of an author, in characters.
const BYLINE: usize = 100;

/// What helps, and may lead astray.
#[derive(Debug, Clone, Copy)]
struct Strictness {
    /// What has the name of something else is none of it.
    drops: bool,
    /// Names give points.
    weighs: bool,
    /// What does not look like prose is left out.
    tidies: bool,
}

/// The strictest first.
const TRIES: [Strictness; 4] = [
    Strictness { drops: true, weighs: true, tidies: true },
    Strictness { drops: false, weighs: true, tidies: true },
    Strictness { drops: false, weighs: false, tidies: true },
    Strictness { drops: false, weighs: false, tidies: false },
];

/// The article in sound markup, as sound markup, without the heading that repeats the page's title. `None` where there is
/// no text.
pub(super) fn article(title: &str, markup: &str) -> Option<String> {
    let elements = tree(markup);
    let mut title = words(title);
    title.sort_unstable();
    let heading = elements.iter().position(|element| {
        matches!(element.tag, "h1" | "h2")
            && element.place.len() <= HEADING
            && repeats(&markup[element.place.clone()], &title)
    });
    let mut best: Option<(usize, Vec<Range<usize>>)> = None;
    for strictness in TRIES {
        let (chars, cuts) = attempt(&elements, heading, strictness);
        let is_enough = chars >= LITTLE;
        if best.as_ref().is_none_or(|(most, _)| chars > *most) {
            best = Some((chars, cuts));
        }
        if is_enough {
            break;
        }
    }
    best.filter(|(chars, _)| *chars > 0).map(|(_, cuts)| without(markup, cuts))
}

/// How many characters an article has, and what of the markup is none of it.
fn attempt(
    elements: &[Element<'_>],
    heading: Option<usize>,
    strictness: Strictness,
) -> (usize, Vec<Range<usize>>) {
    let dropped = dropped(elements, heading, strictness.drops);
    let contents = contents(elements, &dropped);
    let tables = tables(elements);
    let mut page = Page { elements, dropped, contents, tables, weighs: strictness.weighs };
    let chosen = page.chosen();
    chosen.iter().for_each(|at| page.tidy(*at, strictness.tidies));
    let chars = chosen.iter().map(|at| page.contents[*at].chars).sum();
    (chars, page.cuts(&chosen))
}

/// A page, and what is known of its elements, by their places in the list.
#[derive(Debug)]
struct Page<'a> {
    elements: &'a [Element<'a>],
    dropped: Vec<bool>,
    contents: Vec<Content>,
    /// Which are tables of data.
    tables: Vec<usize>,
    weighs: bool,
}

impl Page<'_> {
    /// Points by its names.
    fn worth(&self, at: usize) -> f32 {
        if self.weighs { names::worth(&self.elements[at]) } else { 0.0 }
    }

    /// The elements around one, the innermost first, without the root.
    fn around(&self, at: usize) -> impl Iterator<Item = usize> {
        let parent = |at: &usize| Some(self.elements[*at].parent).filter(|parent| *parent > 0);
        std::iter::successors(parent(&at), parent).filter(|at| !self.elements[*at].is_wrapper)
    }

    /// The elements directly inside one that are not dropped.
    fn inside(&self, at: usize) -> impl Iterator<Item = usize> {
        let end = self.elements[at].end;
        let next = move |child: &usize| Some(self.elements[*child].end).filter(|next| *next < end);
        let first = Some(at + 1).filter(|first| *first < end);
        std::iter::successors(first, next).filter(|child| !self.dropped[*child])
    }

    /// What is not chosen, and what is dropped, as places in the markup.
    fn cuts(&self, chosen: &[usize]) -> Vec<Range<usize>> {
        let mut cuts = Vec::new();
        let mut from = 0;
        for place in chosen.iter().map(|at| &self.elements[*at].place) {
            cuts.push(from..place.start);
            from = place.end;
        }
        cuts.push(from..self.elements[0].place.end);
        let dropped = self.elements.iter().zip(&self.dropped).filter(|(_, dropped)| **dropped);
        cuts.extend(dropped.map(|(element, _)| element.place.clone()));
        cuts
    }
}

fn words(text: &str) -> Vec<String> {
    let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty());
    words.map(str::to_lowercase).collect()
}

/// Whether three quarters of a heading stand in a title, whose words are sorted: there may be thousands of each.
fn repeats(heading: &str, title: &[String]) -> bool {
    let texts = heading.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    let heading = words(&texts.collect::<Vec<_>>().join(" "));
    let length = |words: &mut dyn Iterator<Item = &String>| words.map(|word| word.len() + 1).sum::<usize>();
    let all = length(&mut heading.iter());
    let same = length(&mut heading.iter().filter(|word| title.binary_search(word).is_ok()));
    all > 0 && 4 * same >= 3 * all
}

/// What is not part of an article: a heading, what has the name or role of something else, and of bylines the first.
fn dropped(elements: &[Element<'_>], heading: Option<usize>, by_name: bool) -> Vec<bool> {
    let whole = contents(elements, &vec![false; elements.len()]);
    let mut seen_byline = false;
    let mut dropped = vec![false; elements.len()];
    for (at, element) in elements.iter().enumerate().skip(1) {
        if dropped[element.parent] || heading == Some(at) {
            dropped[at] = true;
        } else if !seen_byline && names::is_byline(element) && (1..BYLINE).contains(&whole[at].chars) {
            seen_byline = true;
            dropped[at] = true;
        } else if by_name && element.tag != "a" {
            dropped[at] = names::is_around(element);
        }
    }
    dropped
}

#[cfg(test)]
mod tests;
