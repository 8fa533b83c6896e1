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

/// The shortest main text, in bytes outside links; and that of a page which does not say that it is an article.
const SHORT: usize = 250;
const LONG: usize = 2000;

/// The main text of a page, given all of its text, where the page is an article: where it says so, or where the main
/// text is long paragraphs and nearly everything. Profiles, lists of publications and prizes are none, whatever they say: there,
/// what is left out may be what is looked for.
pub(super) fn main_text(page: &Filtered, whole: &Outline) -> Option<Outline> {
    let headings = whole.announced.count_ones();
    let may_be = match page.claim {
        Claim::Strong => headings < 2,
        Claim::Weak => headings == 0,
        Claim::None => headings == 0 && whole.prose >= LONG,
    };
    if !may_be || page.markup.len() > MOST_MARKUP || page.elements > MOST_ELEMENTS || page.depth > MOST_DEPTH
    {
        return None;
    }
    let mut main = outline(&extract(page)?, Extent::Article);
    main.lines.drop_preamble();
    let covers = |percent: usize| main.prose * 100 >= whole.prose * percent;
    let is_article = match page.claim {
        Claim::Strong => main.prose >= SHORT,
        Claim::Weak => main.prose >= SHORT && covers(20),
        Claim::None => main.prose >= LONG && covers(85) && main.lines.share_of_paragraphs() >= 0.8,
    };
    is_article.then_some(main)
}

fn extract(page: &Filtered) -> Option<String> {
    let title = page.title.replace('<', "&lt;");
    let document = ["<!doctype html><title>", &title, "</title><body>", &page.markup, "</body>"].concat();
    let config = Config { disable_json_ld: true, ..Config::default() };
    let mut reader = Readability::new(document, None, Some(config)).ok()?;
    reader.parse().ok().map(|article| article.content.to_string())
}
