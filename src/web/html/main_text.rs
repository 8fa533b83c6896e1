//! The main text of an article. To find it costs the more the deeper a page nests and the more elements it has: only in
//! pages that keep within bounds it is looked for.
use super::{
    article::article,
    filter::Filtered,
    outline::{Extent, Outline, outline},
    signs::Claim,
};

/// The largest page in which an article is looked for: bytes of filtered markup, elements, and elements inside one another.
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
    article(&page.title, &page.markup).map(|article| outline(&article, Extent::Article))
}
