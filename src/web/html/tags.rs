//! What the elements of HTML mean to a reader of text (HTML standard, § 4 and § 13.2.6).

/// What becomes of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// Begins a line and ends it.
    Block,
    /// Stands in a line, and tells something of it: a link, a by-line.
    Inline,
    /// Its tags say nothing; its content stays.
    Transparent,
    /// Has no content.
    Void,
    /// Neither it nor its content is part of what a page says.
    LeftOut,
}

/// The element's name, as one that lives as long as the program, and its kind. Names that nobody knows are those of
/// components, which are containers.
pub(super) fn tag(name: &str) -> (&'static str, Kind) {
    match TAGS.binary_search_by_key(&name, |(known, _)| known) {
        Ok(at) => TAGS[at],
        Err(_) => ("div", Kind::Block),
    }
}

/// Whether the start of `new` ends an open element `open` whose end tag may be left out, or may not hold it.
pub(super) fn ends(new: &'static str, kind: Kind, open: &'static str) -> bool {
    match open {
        "p" => kind == Kind::Block || new == "hr",
        "s" | "strike" => kind == Kind::Block,
        "a" | "button" => new == open,
        "li" => new == "li",
        "dt" | "dd" => matches!(new, "dt" | "dd"),
        "td" | "th" | "caption" => matches!(new, "td" | "th" | "tr" | "tbody" | "thead" | "tfoot"),
        "tr" => matches!(new, "tr" | "tbody" | "thead" | "tfoot"),
        "tbody" | "thead" | "tfoot" => matches!(new, "tbody" | "thead" | "tfoot"),
        "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => is_heading(new),
        _ => false,
    }
}

/// Whether nothing outside an open element `open` ends at the start of `new`.
pub(super) fn shields(new: &'static str, open: &'static str) -> bool {
    match open {
        "table" => true,
        "td" | "th" | "caption" => !matches!(new, "td" | "th" | "tr" | "tbody" | "thead" | "tfoot"),
        "ul" | "ol" | "menu" => new == "li",
        "dl" => matches!(new, "dt" | "dd"),
        _ => false,
    }
}

pub(super) fn is_heading(tag: &str) -> bool {
    matches!(tag, "h1" | "h2" | "h3" | "h4" | "h5" | "h6")
}

use Kind::{Block, Inline, LeftOut, Transparent, Void};

/// Sorted by name. Forms are not left out, since there are servers that put every page whole into one; their controls
/// are. Buttons are headings where they are not part of a form (see the filter).
const TAGS: &[(&str, Kind)] = &[
    ("a", Inline),
    ("abbr", Transparent),
    ("acronym", Transparent),
    ("address", Block),
    ("annotation", LeftOut),
    ("annotation-xml", LeftOut),
    ("applet", LeftOut),
    ("area", Transparent),
    ("article", Block),
    ("aside", Block),
    ("audio", LeftOut),
    ("b", Transparent),
    ("base", Transparent),
    ("bdi", Transparent),
    ("bdo", Transparent),
    ("big", Transparent),
    ("blockquote", Block),
    ("body", Transparent),
    ("br", Void),
    ("button", LeftOut),
    ("canvas", LeftOut),
    ("caption", Block),
    ("center", Block),
    ("cite", Transparent),
    ("code", Transparent),
    ("col", Transparent),
    ("colgroup", Transparent),
    ("data", Transparent),
    ("datalist", LeftOut),
    ("dd", Block),
    ("del", LeftOut),
    ("details", Block),
    ("dfn", Transparent),
    ("dialog", Block),
    ("dir", Block),
    ("div", Block),
    ("dl", Block),
    ("dt", Block),
    ("em", Transparent),
    ("embed", Transparent),
    ("fieldset", Block),
    ("figcaption", Block),
    ("figure", Block),
    ("font", Transparent),
    ("footer", Block),
    ("form", Block),
    ("frame", Transparent),
    ("frameset", Transparent),
    ("h1", Block),
    ("h2", Block),
    ("h3", Block),
    ("h4", Block),
    ("h5", Block),
    ("h6", Block),
    ("head", Transparent),
    ("header", Block),
    ("hgroup", Block),
    ("hr", Void),
    ("html", Transparent),
    ("i", Transparent),
    ("iframe", LeftOut),
    ("img", Void),
    ("input", Void),
    ("ins", Transparent),
    ("kbd", Transparent),
    ("label", Transparent),
    ("legend", Block),
    ("li", Block),
    ("link", Transparent),
    ("main", Block),
    ("map", Transparent),
    ("mark", Transparent),
    ("math", Transparent),
    ("menu", Block),
    ("meta", Transparent),
    ("meter", LeftOut),
    ("nav", Block),
    ("nobr", Transparent),
    ("noembed", LeftOut),
    ("noframes", LeftOut),
    ("noscript", LeftOut),
    ("object", LeftOut),
    ("ol", Block),
    ("optgroup", LeftOut),
    ("option", LeftOut),
    ("output", Transparent),
    ("p", Block),
    ("param", Transparent),
    ("picture", Transparent),
    ("plaintext", Block),
    ("pre", Block),
    ("progress", LeftOut),
    ("q", Transparent),
    ("rb", Transparent),
    ("rp", Transparent),
    ("rt", Transparent),
    ("rtc", Transparent),
    ("ruby", Transparent),
    ("s", LeftOut),
    ("samp", Transparent),
    ("script", LeftOut),
    ("search", Block),
    ("section", Block),
    ("select", LeftOut),
    ("slot", Transparent),
    ("small", Transparent),
    ("source", Transparent),
    ("span", Inline),
    ("strike", LeftOut),
    ("strong", Transparent),
    ("style", LeftOut),
    ("sub", Transparent),
    ("summary", Block),
    ("sup", Transparent),
    ("svg", LeftOut),
    ("table", Block),
    ("tbody", Block),
    ("td", Block),
    ("template", LeftOut),
    ("textarea", LeftOut),
    ("tfoot", Block),
    ("th", Block),
    ("thead", Block),
    ("time", Transparent),
    ("title", LeftOut),
    ("tr", Block),
    ("track", Transparent),
    ("tt", Transparent),
    ("u", Transparent),
    ("ul", Block),
    ("var", Transparent),
    ("video", LeftOut),
    ("wbr", Transparent),
    ("xmp", Block),
];

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_name_of_the_table_is_found() {
        for (name, kind) in TAGS {
            assert_eq!(tag(name), (*name, *kind));
        }
        assert_eq!(tag("app-root"), ("div", Block));
    }
}
