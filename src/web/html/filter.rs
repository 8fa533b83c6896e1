//! A page, in one pass, as markup that is small, sound and shown: every element closed where it ends, and no scripts,
//! styles, comments, hidden elements, or attributes beyond the few that tell what an element is for.
//!
//! The page is never held whole and no tree is built, so a page that nests without end or never closes a quote costs
//! no more than a good one; whoever reads the markup afterwards meets no surprises.
use std::{cell::RefCell, io, io::Read, ops::ControlFlow, rc::Rc};

use lol_html::{
    AsciiCompatibleEncoding, HtmlRewriter, MemorySettings, Settings, doc_text, element,
    html_content::{Element, TextChunk},
};

use super::{
    super::charset::read_as_utf8,
    apart::{is_apart, is_mark},
    cuts::{has_text, without},
    hidden::{Visibility, visibility},
    signs::{self, Claim},
    tags::{self, Kind, tag},
};

/// The most memory the parser may take: for one tag with its attributes, and for the elements that are open.
const PARSER_MEMORY: usize = 1024 * 1024;
/// The most markup that is kept of a page, in bytes.
const MOST_MARKUP: usize = 1024 * 1024;
/// The most bytes of a title, before it is decoded.
const MOST_TITLE: usize = 16 * 1024;
/// The most bytes of data about the page that are looked at.
const MOST_DATA: usize = 64 * 1024;
/// The longest attribute that is kept, in bytes.
const MOST_ATTRIBUTE: usize = 200;
/// How many open elements are asked whether they end where another begins.
const ASKED: usize = 64;
/// What is left out in silence although its end is missing, in bytes of text.
const SMALL_LOSS: usize = 200;

/// A page as sound markup.
#[derive(Debug, Default)]
pub(super) struct Filtered {
    /// The title, not yet decoded.
    pub title: String,
    /// What is within the body; text still holds character references.
    pub markup: String,
    /// Elements in it.
    pub elements: usize,
    /// Elements inside one another, at most.
    pub depth: usize,
    /// What it says that it is.
    pub claim: Claim,
    /// What was cut or odd, for people.
    pub warnings: Vec<String>,
}

/// Filters a body.
///
/// # Errors
/// Only those of the reader.
pub(super) fn filter(body: impl Read, content_type: Option<&str>) -> io::Result<Filtered> {
    let shared = Rc::new(RefCell::new(Filter::default()));
    let mut parser = parser(&shared);
    let mut gave_up = false;
    let mut warnings = read_as_utf8(body, content_type, |piece| {
        gave_up = parser.write(piece.as_bytes()).is_err();
        if gave_up || shared.borrow().is_full() {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    })?;
    // After a failure the parser may not be used again, not even to end it.
    if !gave_up {
        gave_up = parser.end().is_err();
    }
    if gave_up {
        warnings.push(
            "the page is too deeply nested or has too long a tag; only its beginning was read".to_owned(),
        );
    }
    let mut filtered = shared.take().end();
    filtered.warnings.splice(0..0, warnings);
    Ok(filtered)
}

fn parser(shared: &Rc<RefCell<Filter>>) -> HtmlRewriter<'static, impl FnMut(&[u8]) + use<>> {
    let (for_elements, for_text) = (Rc::clone(shared), Rc::clone(shared));
    let settings = Settings::new()
        .with_encoding(AsciiCompatibleEncoding::utf_8())
        .with_strict(false)
        .with_memory_settings(MemorySettings::new().with_max_allowed_memory_usage(PARSER_MEMORY))
        .append_element_content_handler(element!("*", move |element| {
            begin(&for_elements, element);
            Ok(())
        }))
        .append_document_content_handler(doc_text!(move |chunk| {
            for_text.borrow_mut().text(chunk);
            Ok(())
        }));
    HtmlRewriter::new(settings, |_: &[u8]| ())
}

/// Notes the start of an element, and asks to be told of its end.
fn begin(shared: &Rc<RefCell<Filter>>, element: &mut Element<'_, '_>) {
    let Some(id) = shared.borrow_mut().begin(element) else { return };
    if let Some(at_end) = element.end_tag_handlers() {
        let shared = Rc::clone(shared);
        at_end.push(Box::new(move |_| {
            shared.borrow_mut().end_of(id);
            Ok(())
        }));
    }
}

/// An element that is open.
#[derive(Debug)]
struct Open {
    /// Grows from the outer to the inner.
    id: u32,
    tag: &'static str,
    /// Its end must be written.
    written: bool,
    role: Role,
}

/// What an open element does to what is inside.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Role {
    Shown,
    LeftOut,
    /// Not shown until a script fades it in; from where on.
    Faded(usize),
    /// Not part of what the page says; from where on.
    Apart(usize),
    Title,
    /// Data about the page.
    Data,
}

#[derive(Debug, Default)]
struct Filter {
    out: Filtered,
    open: Vec<Open>,
    last_id: u32,
    /// How many open elements are left out, and how much text was in them.
    left_out: usize,
    lost: usize,
    unclosed: bool,
    /// Ids of elements that something shown opens on a click.
    opened: Vec<String>,
    /// A button has ended, and nothing has begun since.
    after_button: bool,
    /// What is faded: where, its text, and whether it has headings. Then the text that is shown, both in bytes.
    faded: Vec<std::ops::Range<usize>>,
    faded_text: usize,
    faded_heading: bool,
    text: usize,
    /// What stands apart, and where the page's own heading or main part began last.
    apart: Vec<std::ops::Range<usize>>,
    own: Option<usize>,
    /// The data about the page that were read last.
    data: String,
}

impl Filter {
    fn is_full(&self) -> bool {
        self.out.markup.len() >= MOST_MARKUP
    }

    /// The number of the element, where its end matters.
    fn begin(&mut self, element: &Element<'_, '_>) -> Option<u32> {
        let (tag, kind) = tag(&element.tag_name());
        self.end_implied(tag, kind);
        self.out.claim = self.out.claim.max(signs::claim(&element.tag_name(), element));
        let left_out = self.left_out > 0 || self.is_full();
        if left_out && kind == Kind::Transparent {
            return None;
        }
        if kind == Kind::Void && !left_out {
            self.write_void(tag, element);
        }
        if kind == Kind::Void || !element.can_have_content() {
            return None;
        }
        let role = if left_out { Role::Shown } else { self.role(tag, kind, element) };
        self.after_button = false;
        let kind = if kind == Kind::LeftOut { Kind::Block } else { kind };
        if kind == Kind::Transparent && role == Role::Shown {
            return None;
        }
        let written = !left_out
            && matches!(kind, Kind::Block | Kind::Inline)
            && matches!(role, Role::Shown | Role::Faded(_) | Role::Apart(_));
        if written {
            if matches!(tag, "h1" | "main") {
                self.own = Some(self.out.markup.len());
            }
            self.write_start(tag, element);
            self.faded_heading |= tags::is_heading(tag) && self.is_faded();
            self.out.depth = self.out.depth.max(self.open.len());
        }
        self.left_out += usize::from(role == Role::LeftOut);
        self.last_id += 1;
        self.open.push(Open { id: self.last_id, tag, written, role });
        Some(self.last_id)
    }

    fn role(&mut self, tag: &'static str, kind: Kind, element: &Element<'_, '_>) -> Role {
        if tag == "title" && self.out.title.is_empty() {
            return Role::Title;
        }
        if signs::is_data(tag, element) {
            return Role::Data;
        }
        let opener = opens(element);
        let is_heading = tag == "button" && (opener.is_some() || !self.submits(element));
        if (kind == Kind::LeftOut && !is_heading) || is_mark(tag, element) {
            return Role::LeftOut;
        }
        let visibility = match tag {
            // hidden only until everything is loaded
            "html" | "body" => Visibility::Shown,
            _ => visibility(tag, element, &self.opened, self.after_button),
        };
        let is_opened =
            self.after_button || element.get_attribute("id").is_some_and(|id| self.opened.contains(&id));
        match visibility {
            Visibility::Shown if is_apart(tag, kind, element, is_opened) => {
                return Role::Apart(self.out.markup.len());
            }
            Visibility::Hidden => return Role::LeftOut,
            Visibility::Faded if kind == Kind::Block => return Role::Faded(self.out.markup.len()),
            Visibility::Faded => return Role::LeftOut,
            Visibility::Shown => {}
        }
        self.opened.extend(opener.filter(|id| !id.is_empty() && self.opened.len() < 200));
        Role::Shown
    }

    /// Whether a button is there for a form: that is what one is where nothing else is said.
    fn submits(&self, button: &Element<'_, '_>) -> bool {
        let is_in_form = self.open.iter().rev().take(ASKED).any(|open| open.tag == "form");
        is_in_form && !button.get_attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("button"))
    }

    /// Ends the elements whose end tags may be left out before this one.
    fn end_implied(&mut self, new: &'static str, kind: Kind) {
        let mut outermost = None;
        for (at, open) in self.open.iter().enumerate().rev().take(ASKED) {
            if tags::ends(new, kind, open.tag) {
                outermost = Some(at);
            }
            if tags::shields(new, open.tag) {
                break;
            }
        }
        if let Some(at) = outermost {
            self.close_from(at);
        }
    }

    fn end_of(&mut self, id: u32) {
        if let Ok(at) = self.open.binary_search_by_key(&id, |open| open.id) {
            self.unclosed |=
                self.open[at + 1..].iter().any(|open| open.role == Role::LeftOut) && self.lost > SMALL_LOSS;
            self.close_from(at);
        }
    }

    fn close_from(&mut self, at: usize) {
        while self.open.len() > at {
            let Some(open) = self.open.pop() else { break };
            if open.written {
                self.out.markup.extend(["</", open.tag, ">"]);
            }
            self.after_button |= open.tag == "button" && open.written;
            match open.role {
                Role::LeftOut => {
                    self.left_out -= 1;
                    if self.left_out == 0 {
                        self.lost = 0;
                    }
                }
                Role::Data => {
                    self.out.claim = self.out.claim.max(signs::claim_of_data(&self.data));
                    self.data.clear();
                }
                Role::Apart(start) => self.end_apart(start),
                Role::Faded(start) if !self.is_faded() => self.faded.push(start..self.out.markup.len()),
                _ => {}
            }
        }
    }

    /// What holds the page's own heading is the page, whatever its name.
    fn end_apart(&mut self, start: usize) {
        if self.own.is_none_or(|own| own < start) {
            while self.apart.last().is_some_and(|inner| inner.start >= start) {
                self.apart.pop();
            }
            self.apart.push(start..self.out.markup.len());
        }
    }

    fn is_faded(&self) -> bool {
        self.open.iter().rev().take(ASKED).any(|open| matches!(open.role, Role::Faded(_)))
    }

    fn write_start(&mut self, tag: &str, element: &Element<'_, '_>) {
        self.out.elements += 1;
        self.out.markup.extend(["<", tag]);
        for name in ["class", "id", "role", "itemprop", "rel"] {
            if let Some(value) = element.get_attribute(name) {
                self.write_attribute(name, &value);
            }
        }
        if tag == "a"
            && let Some(address) = element.get_attribute("href")
        {
            self.write_attribute("href", if address.starts_with('#') { "#" } else { "/" });
        }
        self.out.markup.push('>');
    }

    fn write_void(&mut self, tag: &str, element: &Element<'_, '_>) {
        self.out.elements += 1;
        self.out.markup.extend(["<", tag]);
        if tag == "img" && (element.has_attribute("src") || element.has_attribute("data-src")) {
            self.write_attribute("src", "/");
        }
        self.out.markup.push('>');
    }

    fn write_attribute(&mut self, name: &str, value: &str) {
        if value.len() <= MOST_ATTRIBUTE && !value.is_empty() {
            let harmless = value.chars().filter(|c| !matches!(c, '<' | '>' | '"'));
            self.out.markup.extend([" ", name, "=\""]);
            self.out.markup.extend(harmless);
            self.out.markup.push('"');
        }
    }

    fn text(&mut self, chunk: &TextChunk<'_>) {
        let text = chunk.as_str();
        if self.left_out > 0 {
            self.lost += text.len();
            return;
        }
        match self.open.last().map(|open| open.role) {
            Some(Role::Title) => return push_bounded(&mut self.out.title, text, MOST_TITLE),
            Some(Role::Data) => return push_bounded(&mut self.data, text, MOST_DATA),
            _ => {}
        }
        let room = MOST_MARKUP.saturating_sub(self.out.markup.len());
        let text = &text[..text.floor_char_boundary(room)];
        // in elements whose content is not markup, such as xmp
        for (at, part) in text.split('<').enumerate() {
            self.out.markup.push_str(if at > 0 { "&lt;" } else { "" });
            self.out.markup.push_str(part);
        }
        let seen = text.trim().len();
        self.after_button &= seen == 0;
        match self.is_faded() {
            true => self.faded_text += seen,
            false => self.text += seen,
        }
    }

    fn end(mut self) -> Filtered {
        self.unclosed |= self.left_out > 0 && self.lost > SMALL_LOSS;
        let full = self.is_full();
        self.close_from(0);
        if self.unclosed {
            self.out.warnings.push(
                "a part of the page that is not shown has no end; what follows may be missing".to_owned(),
            );
        }
        if full {
            self.out.warnings.push("the page is very large; only its beginning was read".to_owned());
        }
        self.leave_out();
        self.out
    }

    /// Takes out what is transparent, unless it is most of the page, with headings (then a script fades it in), and what
    /// stands apart, unless nothing is left.
    fn leave_out(&mut self) {
        if self.faded_heading && self.faded_text > self.text {
            self.faded.clear();
        }
        if self.faded.is_empty() && self.apart.is_empty() {
            return;
        }
        let rest = without(&self.out.markup, [&self.faded[..], &self.apart].concat());
        self.out.markup = match has_text(&rest) {
            true => rest,
            false => without(&self.out.markup, std::mem::take(&mut self.faded)),
        };
    }
}

fn push_bounded(to: &mut String, text: &str, most: usize) {
    let room = most.saturating_sub(to.len());
    to.push_str(&text[..text.floor_char_boundary(room)]);
}

/// The id of what an element opens or shows on a click, empty where that is not told; `None` where it does not.
fn opens(element: &Element<'_, '_>) -> Option<String> {
    let attribute = |name| element.get_attribute(name);
    let target = ["aria-controls", "data-target", "data-bs-target", "href"]
        .iter()
        .find_map(|name| attribute(name).filter(|value| *name == "aria-controls" || value.starts_with('#')));
    let opens = target.is_some()
        || element.has_attribute("aria-expanded")
        || attribute("role").is_some_and(|role| role.eq_ignore_ascii_case("tab"))
        || attribute("class").is_some_and(|class| {
            let class = class.to_ascii_lowercase();
            ["accordion", "collaps", "toggle", "tab"].iter().any(|part| class.contains(part))
        });
    opens.then(|| target.unwrap_or_default().trim_start_matches('#').to_owned())
}
