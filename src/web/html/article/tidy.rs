//! What inside an article is none of it: boxes of links, pictures, forms, and what offers to pass the page on.
use super::{Page, names, tree::Content};

/// With so many commas it is prose.
const PROSE: usize = 10;
/// The longest text of a box that offers to pass the page on, in characters.
const SHARING: usize = 500;
/// The shortest text that may stand alone, in characters.
const ALONE: usize = 25;
/// A list's share of the text of an element that is a list.
const LIST: f32 = 0.9;

impl Page<'_> {
    /// Drops what is no part of an article from what is inside an element; what does not look like prose only if
    /// `strictly`.
    pub(super) fn tidy(&mut self, within: usize, strictly: bool) {
        // What is inside an element comes after it, and is judged before it.
        for at in (within + 1..self.elements[within].end).rev().filter(|at| *at > 0) {
            if !self.dropped[at] && (self.is_beside(at) || (strictly && self.is_no_prose(at))) {
                self.drop_at(at, within);
            }
        }
    }

    fn drop_at(&mut self, at: usize, within: usize) {
        let lost = self.contents[at];
        let parent = |at: &usize| Some(self.elements[*at].parent).filter(|_| *at > within);
        std::iter::successors(parent(&at), parent).for_each(|around| self.contents[around].lose(lost));
        (at..self.elements[at].end).for_each(|inside| self.dropped[inside] = true);
    }

    /// Never part of an article.
    fn is_beside(&self, at: usize) -> bool {
        let element = &self.elements[at];
        match element.tag {
            "footer" | "aside" => true,
            "h1" | "h2" => self.worth(at) < 0.0,
            _ => names::is_sharing(element) && self.contents[at].chars < SHARING,
        }
    }

    fn is_no_prose(&self, at: usize) -> bool {
        let element = &self.elements[at];
        let content = self.contents[at];
        match element.tag {
            "form" | "fieldset" | "ol" | "table" | "ul" => {}
            "div" if !element.is_paragraph() && !element.is_wrapper => {}
            _ => return false,
        }
        let is_data = |table: &usize| {
            (at..element.end).contains(table) || (*table..self.elements[*table].end).contains(&at)
        };
        if self.tables.iter().any(is_data) {
            return false;
        }
        let worth = self.worth(at);
        if worth < 0.0 {
            return true;
        }
        let is_list =
            matches!(element.tag, "ul" | "ol") || content.listed as f32 > LIST * content.chars.max(1) as f32;
        let is_in_figure = self.around(at).any(|around| self.elements[around].tag == "figure");
        content.commas < PROSE
            && is_odd(content, worth, is_list, is_in_figure)
            && !(is_list && self.is_gallery(at))
    }

    /// A list of pictures, one an item.
    fn is_gallery(&self, at: usize) -> bool {
        let content = self.contents[at];
        let is_plain = self.inside(at).all(|item| self.inside(item).count() <= 1);
        is_plain && content.items > 0 && content.items == content.images
    }
}

/// Whether the parts of something stand to one another as they do in prose.
fn is_odd(content: Content, worth: f32, is_list: bool, is_in_figure: bool) -> bool {
    let links = content.share_of_links();
    let headed = content.headed as f32 / content.chars.max(1) as f32;
    let pictures = content.images > 1 && content.paragraphs * 2 < content.images && !is_in_figure;
    // Some lists of an article are long.
    let items = !is_list && content.items > content.paragraphs + 100;
    let inputs = content.inputs > content.paragraphs / 3;
    let is_short = content.chars < ALONE && matches!(content.images, 0 | 3..) && links > 0.0;
    let alone = !is_list && !is_in_figure && headed < 0.9 && is_short;
    let linked = if worth < 25.0 { !is_list && links > 0.2 } else { links > 0.5 };
    pictures || items || inputs || alone || linked
}
