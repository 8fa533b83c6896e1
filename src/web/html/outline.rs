//! Sound markup as lines: what a reader of the page sees, one block per line.
use std::collections::HashSet;

use super::{super::lines::Lines, signs::announced, tags::is_heading};

/// What the walk over the markup found.
#[derive(Debug, Default)]
pub(super) struct Outline {
    pub lines: Lines,
    /// Bytes of text that are no link.
    pub prose: usize,
    /// What headings of a profile were seen, as bits (see [`announced`]).
    pub announced: u8,
}

/// How much of a page is wanted.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
pub(super) enum Extent {
    /// All but what stands around the content, such as menus and the foot.
    #[default]
    Whole,
    /// What an article says: no captions of pictures, no lines that only lead elsewhere, and nothing twice.
    Article,
}

/// The text of sound markup.
pub(super) fn outline(markup: &str, extent: Extent) -> Outline {
    let mut reader = Reader { extent, ..Reader::default() };
    let (text, tags) = markup.split_once('<').unwrap_or((markup, ""));
    reader.text(text);
    for piece in tags.split('<') {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let name = tag.split_ascii_whitespace().next().unwrap_or_default();
        match name.strip_prefix('/') {
            Some(name) => reader.end(name),
            None => reader.start(name),
        }
        reader.text(text);
        if reader.outline.lines.is_full() {
            break;
        }
    }
    reader.end_block();
    reader.outline
}

/// The longest line that may be a heading although it is none by its element, in bytes.
const LABEL: usize = 40;
/// How long the lines of a menu are that is none, on average, in bytes.
const SENTENCE: usize = 30;
/// The most markup of one block, in bytes.
const MOST_BLOCK: usize = 512 * 1024;
/// The least of a line that is not link, in bytes: a bullet is less.
const LEAST: usize = 3;
/// Lines shorter than this may well stand twice in an article, in bytes.
const SHORT: usize = 20;

#[derive(Debug, Default)]
struct Reader {
    extent: Extent,
    /// The lines so far, where none is wanted twice.
    seen: HashSet<String>,
    outline: Outline,
    block: String,
    /// Bytes of it outside links, and whether there are some inside.
    plain: usize,
    linked: bool,
    /// A table cell began, and nothing of it has come yet.
    new_cell: bool,
    /// The lines of the menu that is open, until it is known whether it is one.
    menu: Lines,
    /// How many elements of each kind are open: left out, menus, links, preformatted.
    around: usize,
    menus: usize,
    links: usize,
    preformatted: usize,
    /// How many articles and sections are open, whose foot belongs to the content.
    sections: usize,
    feet: Vec<bool>,
}

impl Reader {
    fn start(&mut self, name: &str) {
        match name {
            "a" => self.links += 1,
            "span" | "img" | "input" | "td" | "th" => {}
            _ => self.end_block(),
        }
        match name {
            "nav" => self.menus += 1,
            "figcaption" if self.extent == Extent::Article => self.around += 1,
            "footer" => {
                let outer = self.sections == 0;
                self.feet.push(outer);
                self.around += usize::from(outer);
            }
            "article" | "section" | "main" | "blockquote" => self.sections += 1,
            "pre" => self.preformatted += 1,
            "td" | "th" => self.new_cell = true,
            _ => {}
        }
    }

    fn end(&mut self, name: &str) {
        let less = |count: &mut usize| *count = count.saturating_sub(1);
        match name {
            "a" => less(&mut self.links),
            "span" | "td" | "th" => {}
            _ => {
                let is_heading = is_heading(name) || matches!(name, "dt" | "summary" | "button");
                let is_label = !self.linked && self.block.trim().len() <= LABEL;
                if self.menus == 0 && (is_heading || is_label) {
                    self.outline.announced |= announced(&self.block);
                }
                self.end_block();
            }
        }
        match name {
            "nav" => {
                less(&mut self.menus);
                if self.menus == 0 {
                    self.end_menu();
                }
            }
            "figcaption" if self.extent == Extent::Article => less(&mut self.around),
            "footer" if self.feet.pop() == Some(true) => less(&mut self.around),
            "article" | "section" | "main" | "blockquote" => less(&mut self.sections),
            "pre" => less(&mut self.preformatted),
            _ => {}
        }
    }

    fn text(&mut self, text: &str) {
        if self.around > 0 || text.is_empty() {
            return;
        }
        match self.links {
            0 => self.plain += text.trim().len(),
            _ => self.linked = true,
        }
        if self.new_cell && !is_blank(text) {
            self.new_cell = false;
            if !is_blank(&self.block) {
                self.block.push_str(" | ");
            }
        }
        if self.preformatted == 0 {
            self.push(text);
            return;
        }
        for (at, line) in text.split('\n').enumerate() {
            if at > 0 {
                self.end_block();
            }
            self.push(line);
        }
    }

    /// Words are a menu; sentences, such as the titles of papers, are content.
    fn end_menu(&mut self) {
        let lines = std::mem::take(&mut self.menu).into_text();
        let count = lines.lines().count();
        if self.extent == Extent::Whole && count > 0 && lines.len() / count >= SENTENCE {
            lines.lines().for_each(|line| self.outline.lines.push(line));
        }
    }

    fn push(&mut self, text: &str) {
        let room = MOST_BLOCK.saturating_sub(self.block.len());
        self.block.push_str(&text[..text.floor_char_boundary(room)]);
    }

    fn end_block(&mut self) {
        let line = htmlize::unescape(self.block.as_str());
        let again = self.extent == Extent::Article
            && line.trim().len() >= SHORT
            && !self.seen.insert(line.trim().to_owned());
        let only_link = self.extent == Extent::Article && self.linked && self.plain < LEAST;
        match self.menus {
            _ if again || only_link => {}
            0 => self.outline.lines.push(&line),
            _ => self.menu.push(&line),
        }
        self.block.clear();
        if self.menus == 0 {
            self.outline.prose += self.plain;
        }
        self.plain = 0;
        self.linked = false;
        self.new_cell = false;
    }
}

/// Layout tables are full of cells that hold nothing but a non-breaking space.
fn is_blank(markup: &str) -> bool {
    let markup = markup.trim();
    markup.is_empty() || markup == "&nbsp;"
}
