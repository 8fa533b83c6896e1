//! What stands on a page and is not what the page says: visitors' comments, questions about cookies, searches, and the
//! apparatus of a wiki. Told by roles and by the names that publishing systems agree on.
use lol_html::html_content::Element;

use super::tags::Kind;

/// What a comment's name begins with where it only tells how many there are, or whether some are allowed.
const STATES: &[&str] = &["closed", "disabled", "enabled", "off", "on", "open"];
/// What asks for consent, by parts of its names.
const CONSENT: &[&str] = &["cookie", "didomi", "gdpr", "onetrust", "usercentrics"];
/// Class names of MediaWiki for what stands around an article.
const WIKI: &[&str] = &["catlinks", "mw-jump-link", "mw-references-wrap", "navbox", "printfooter", "reflist"];

/// True for a mark in a line: `[edit]` or `[1]`.
pub(super) fn is_mark(tag: &str, element: &Element<'_, '_>) -> bool {
    let class = element.get_attribute("class").unwrap_or_default();
    class.split_whitespace().any(|name| match name {
        "mw-editsection" => true,
        "reference" => tag == "sup",
        _ => false,
    })
}

/// True for an element that is no part of what its page says. `is_opened` tells that something else shows it on a click:
/// then a dialog is content.
pub(super) fn is_apart(tag: &str, kind: Kind, element: &Element<'_, '_>, is_opened: bool) -> bool {
    if kind != Kind::Block {
        return false;
    }
    let attribute = |name| element.get_attribute(name).unwrap_or_default().to_ascii_lowercase();
    let by_role = match attribute("role").trim() {
        "alertdialog" | "dialog" => !is_opened,
        "comment" | "search" => true,
        _ => tag == "search",
    };
    let by_property = attribute("itemprop").split_whitespace().any(|name| name == "comment")
        || attribute("itemtype").split_whitespace().any(|name| name.ends_with("schema.org/comment"));
    let (classes, id) = (attribute("class"), attribute("id"));
    let by_name = |name: &str| {
        is_comments(name)
            || CONSENT.iter().any(|part| name.contains(part))
            || name.split(['-', '_']).any(|part| part == "consent")
            || (tag == "form" && name.contains("search"))
            || WIKI.contains(&name)
    };
    by_role || by_property || classes.split_whitespace().chain([id.trim()]).any(by_name)
}

/// “comments”, “comment-12” and “article-comments”, but not “commentary”, “no-comments” and “comments-open”.
fn is_comments(name: &str) -> bool {
    let mut parts = name.split(['-', '_']);
    let is_word = |part: &str| matches!(part, "comment" | "comments" | "commentlist");
    let (first, last) = (parts.next().unwrap_or_default(), parts.next_back().unwrap_or_default());
    let begins = is_word(first) && !STATES.contains(&last);
    let ends = is_word(last) && !matches!(first, "has" | "no" | "with" | "without");
    begins || ends || matches!(name, "disqus_thread" | "guestbook")
}
