//! The main text of an article, found by what browsers' reader views are made of. Its cost grows with the square of a
//! page's depth, and with its elements: only pages that keep within bounds are given to it.
use dom_smoothie::{Config, Readability};

use super::{
    filter::Filtered,
    outline::{Extent, Outline, outline},
    signs::Claim,
};

/// The largest page that is made into a tree: bytes of filtered markup, elements, and elements inside one another.
/// Pages of newspapers have 1,500 elements.
const MOST_MARKUP: usize = 320 * 1024;
const MOST_ELEMENTS: usize = 4_000;
const MOST_DEPTH: usize = 128;

/// The shortest main text of an article, in bytes outside links; and that of a page which does not say that it is one.
const SHORT: usize = 250;
const LONG: usize = 2000;
/// Headings of this kind make a profile of a page that says it is an article: publications, and honours.
const TELLING: u8 = 0b11;

/// What a page says where it is an article, given all of its text. Profiles, lists of publications and prizes are none,
/// whatever they say of themselves: there, what is left out may be what is looked for.
pub(super) fn main_text(page: &Filtered, whole: &Outline) -> Option<Outline> {
    let headings = whole.announced;
    match page.claim {
        Claim::Strong if headings & TELLING == 0 && headings.count_ones() < 2 => {
            let mut main = extract(page).filter(|main| main.prose >= SHORT)?;
            main.lines.drop_preamble();
            Some(main)
        }
        Claim::Weak if headings == 0 => extract(page).filter(|main| {
            let is_much = main.prose >= SHORT && main.prose * 5 >= whole.prose;
            is_much && main.lines.share_of_paragraphs() >= 0.7
        }),
        // no main text is looked for: only what leads elsewhere is left out
        Claim::None | Claim::Page if headings == 0 && whole.prose >= LONG => {
            let prose = outline(&page.markup, Extent::Article);
            (prose.lines.share_of_paragraphs() >= 0.8).then_some(prose)
        }
        _ => None,
    }
}

fn extract(page: &Filtered) -> Option<Outline> {
    if page.markup.len() > MOST_MARKUP || page.elements > MOST_ELEMENTS || page.depth > MOST_DEPTH {
        return None;
    }
    let title = page.title.replace('<', "&lt;");
    let document = ["<!doctype html><title>", &title, "</title><body>", &page.markup, "</body>"].concat();
    let config = Config { disable_json_ld: true, ..Config::default() };
    let mut reader = Readability::new(document, None, Some(config)).ok()?;
    reader.parse().ok().map(|article| outline(&article.content, Extent::Article))
}
