//! Sound markup as a tree, in one list: elements in the order of their starts.
use std::ops::Range;

use super::super::tags::is_heading;

/// What a link within the page counts, beside one that leads elsewhere.
const WITHIN: f32 = 0.3;

#[derive(Debug)]
pub(super) struct Element<'a> {
    pub tag: &'a str,
    /// The whole start tag but for its brackets.
    start_tag: &'a str,
    /// In lower case.
    pub class: String,
    pub id: String,
    /// The element that it is in; the root is in itself.
    pub parent: usize,
    /// The first element of the list that is not inside it.
    pub end: usize,
    /// From its start tag to its end tag, in bytes of the markup.
    pub place: Range<usize>,
    /// A block stands directly in it.
    pub has_block: bool,
    /// It only holds one paragraph, and stands for that.
    pub is_wrapper: bool,
    /// Text that stands directly in it.
    text: Content,
}

impl Element<'_> {
    /// A value, or nothing.
    pub(super) fn attribute(&self, name: &str) -> &str {
        let found = self.start_tag.split_once(&[" ", name, "=\""].concat());
        found.and_then(|(_, rest)| rest.split_once('"')).map_or("", |(value, _)| value)
    }

    fn is_inline(&self) -> bool {
        matches!(self.tag, "a" | "span") || self.is_void()
    }

    fn is_void(&self) -> bool {
        matches!(self.tag, "br" | "hr" | "img" | "input")
    }

    /// A paragraph by its content, whatever it is called.
    pub(super) fn is_paragraph(&self) -> bool {
        self.tag == "p" || (self.tag == "div" && !self.has_block)
    }
}

/// What is inside an element, all in all.
#[derive(Debug, Default, Clone, Copy)]
pub(super) struct Content {
    /// Characters of text, and those that stand in no block further inside; the commas among each.
    pub chars: usize,
    pub own_chars: usize,
    pub commas: usize,
    pub own_commas: usize,
    /// Characters in links, in headings, in lists.
    pub linked: f32,
    pub headed: usize,
    pub listed: usize,
    /// Ends of sentences that something follows.
    pub sentences: usize,
    pub paragraphs: usize,
    pub images: usize,
    pub items: usize,
    pub inputs: usize,
}

impl Content {
    /// How much of the text is links, from 0 to 1.
    pub(super) fn share_of_links(&self) -> f32 {
        self.linked / self.chars.max(1) as f32
    }

    fn of(text: &str) -> Content {
        let words = text.split_whitespace().filter(|word| *word != "&nbsp;");
        let chars = words.map(|word| word.chars().count() + 1).sum::<usize>().saturating_sub(1);
        let sentences = text.matches(". ").count();
        let commas = text.chars().filter(|c| matches!(c, ',' | '،' | '、' | '，')).count();
        Content { chars, own_chars: chars, commas, own_commas: commas, sentences, ..Content::default() }
    }

    /// The element around these gains them; what is its own, too, where they stand in its lines.
    fn add(&mut self, inner: Content, is_inline: bool) {
        self.chars += inner.chars;
        self.commas += inner.commas;
        self.linked += inner.linked;
        self.headed += inner.headed;
        self.listed += inner.listed;
        self.sentences += inner.sentences;
        self.paragraphs += inner.paragraphs;
        self.images += inner.images;
        self.items += inner.items;
        self.inputs += inner.inputs;
        if is_inline {
            self.own_chars += inner.own_chars;
            self.own_commas += inner.own_commas;
        }
    }

    /// The element around these is without them from now on.
    pub(super) fn lose(&mut self, inner: Content) {
        self.chars -= inner.chars;
        self.commas -= inner.commas;
        self.linked -= inner.linked;
        self.headed = self.headed.saturating_sub(inner.headed);
        self.listed = self.listed.saturating_sub(inner.listed);
        self.sentences -= inner.sentences;
        self.paragraphs -= inner.paragraphs;
        self.images -= inner.images;
        self.items -= inner.items;
        self.inputs -= inner.inputs;
    }
}

/// The elements of the markup, the first of them a root around all.
pub(super) fn tree(markup: &str) -> Vec<Element<'_>> {
    let (text, tags) = markup.split_once('<').unwrap_or((markup, ""));
    let mut elements = vec![element("body", 0, 0)];
    elements[0].text.add(Content::of(text), true);
    let (mut open, mut at) = (0, text.len());
    for piece in tags.split('<').take_while(|piece| !piece.is_empty()) {
        let (tag, text) = piece.split_once('>').unwrap_or((piece, ""));
        let after = at + tag.len() + 2;
        if tag.starts_with('/') {
            elements[open].place.end = after;
            elements[open].end = elements.len();
            open = elements[open].parent;
        } else {
            let new = element(tag, open, at);
            elements[open].has_block |= !new.is_inline();
            let is_void = new.is_void();
            elements.push(Element { end: elements.len() + 1, place: at..after, ..new });
            open = if is_void { open } else { elements.len() - 1 };
        }
        elements[open].text.add(Content::of(text), true);
        at += piece.len() + 1;
    }
    elements[0].place.end = markup.len();
    elements[0].end = elements.len();
    for at in 1..elements.len() {
        elements[at].is_wrapper = elements[at].tag == "div"
            && elements[at].text.chars == 0
            && elements.get(at + 1).is_some_and(|inner| inner.tag == "p" && inner.end == elements[at].end);
    }
    elements
}

fn element(start_tag: &str, parent: usize, at: usize) -> Element<'_> {
    let tag = start_tag.split(' ').next().unwrap_or_default();
    let mut element = Element {
        tag,
        start_tag,
        class: String::new(),
        id: String::new(),
        parent,
        end: 0,
        place: at..at,
        has_block: false,
        is_wrapper: false,
        text: Content::default(),
    };
    element.class = element.attribute("class").to_lowercase();
    element.id = element.attribute("id").to_lowercase();
    element
}

/// What is inside each element, but for what is dropped.
pub(super) fn contents(elements: &[Element<'_>], dropped: &[bool]) -> Vec<Content> {
    let mut contents: Vec<_> = elements.iter().map(|element| element.text).collect();
    // What is inside an element comes after it.
    for (at, element) in elements.iter().enumerate().rev() {
        if dropped[at] {
            contents[at] = Content::default();
            continue;
        }
        let mut content = contents[at];
        match element.tag {
            "a" if element.attribute("href") == "#" => content.linked = WITHIN * content.chars as f32,
            "a" => content.linked = content.chars as f32,
            "ul" | "ol" => content.listed = content.chars,
            "img" => content.images += 1,
            "li" => content.items += 1,
            "input" => content.inputs += 1,
            tag if is_heading(tag) => content.headed = content.chars,
            _ => {}
        }
        let is_mixed = element.tag == "div" && element.has_block && content.own_chars > 0;
        content.paragraphs += usize::from(element.is_paragraph() || is_mixed);
        contents[at] = content;
        if at > 0 {
            contents[element.parent].add(content, element.is_inline());
        }
    }
    contents
}
