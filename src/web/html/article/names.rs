//! What the names of elements (class and id) tell of their part in a page, by the words that publishing systems use.
use super::tree::Element;

/// What stands around an article, by parts of its names.
const AROUND: &[&str] = &[
    "-ad-",
    "agegate",
    "banner",
    "breadcrumb",
    "combx",
    "comment",
    "community",
    "disqus",
    "extra",
    "footer",
    "gdpr",
    "header",
    "legends",
    "menu",
    "pager",
    "pagination",
    "popup",
    "related",
    "remark",
    "replies",
    "rss",
    "shoutbox",
    "sidebar",
    "skyscraper",
    "social",
    "sponsor",
    "supplemental",
];
/// What may be an article all the same.
const PERHAPS: &[&str] = &["and", "article", "body", "column", "content", "main", "shadow"];
/// What raises an element, and what lowers it.
const GOOD: &[&str] = &[
    "article",
    "blog",
    "body",
    "content",
    "entry",
    "hentry",
    "main",
    "page",
    "pagination",
    "post",
    "story",
    "text",
];
const BAD: &[&str] = &[
    "-ad-",
    "banner",
    "com-",
    "combx",
    "comment",
    "contact",
    "footer",
    "gdpr",
    "hidden",
    "masthead",
    "media",
    "meta",
    "outbrain",
    "promo",
    "related",
    "scroll",
    "share",
    "shopping",
    "shoutbox",
    "sidebar",
    "skyscraper",
    "sponsor",
    "tags",
    "widget",
];
const BYLINE: &[&str] = &["author", "byline", "dateline", "writtenby"];
/// Roles of what stands around the content.
const ROLES: &[&str] = &["alert", "alertdialog", "complementary", "dialog", "menu", "menubar", "navigation"];

fn has(name: &str, words: &[&str]) -> bool {
    words.iter().any(|word| name.contains(word))
}

/// Whether it stands around the content, by name or role.
pub(super) fn is_around(element: &Element<'_>) -> bool {
    let (class, id) = (&element.class, &element.id);
    let by_name = (has(class, AROUND) || has(id, AROUND)) && !has(class, PERHAPS) && !has(id, PERHAPS);
    by_name || ROLES.contains(&element.attribute("role"))
}

/// Whether it names who wrote the article.
pub(super) fn is_byline(element: &Element<'_>) -> bool {
    let property = element.attribute("itemprop");
    element.attribute("rel") == "author"
        || property.contains("author")
        || has(&element.class, BYLINE)
        || has(&element.id, BYLINE)
}

/// Whether it offers to pass the page on.
pub(super) fn is_sharing(element: &Element<'_>) -> bool {
    let parts = |name: &str| {
        name.split(|c: char| !c.is_alphanumeric()).any(|part| matches!(part, "share" | "sharedaddy"))
    };
    parts(&element.class) || parts(&element.id)
}

/// How likely it is the article, by its names: points.
pub(super) fn worth(element: &Element<'_>) -> f32 {
    let of = |name: &str| match (has(name, GOOD), has(name, BAD)) {
        (true, false) => 25.0,
        (false, true) => -25.0,
        _ => 0.0,
    };
    of(&element.class) + of(&element.id)
}
