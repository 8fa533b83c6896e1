//! Whether an element says of itself that it is not shown. Style sheets are not read, so this is what pages do that
//! hide text in passing: for screen readers, for search engines, or for machines that write e-mails.
use lol_html::html_content::Element;

/// Class names that frameworks agree on for text that only screen readers see.
const CLASSES: &[&str] = &["sr-only", "visually-hidden", "screen-reader-text"];
/// Text smaller than this is not meant to be read, in CSS pixels.
const SMALLEST_FONT: f64 = 4.0;
/// Text that is moved so far is off every screen, in CSS pixels.
const FAR_AWAY: f64 = -999.0;

/// What a visitor sees of an element.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Visibility {
    Shown,
    /// Transparent: for good, or until a script fades it in.
    Faded,
    Hidden,
}

/// What a visitor sees of the element, where a click on something that is shown opens the elements with these ids, and
/// buttons open what stands behind them.
pub(super) fn visibility(
    tag: &str,
    element: &Element<'_, '_>,
    opened: &[String],
    after_button: bool,
) -> Visibility {
    let attribute = |name| element.get_attribute(name);
    let style =
        attribute("style").map(|style| htmlize::unescape_attribute(style.as_str()).to_ascii_lowercase());
    let style = style.as_deref().unwrap_or_default();
    let is_folded = element.has_attribute("hidden")
        || attribute("aria-hidden").is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
        || declares(style, folds);
    let is_removed = (tag == "dialog" && !element.has_attribute("open"))
        || attribute("class")
            .is_some_and(|names| names.split_whitespace().any(|name| CLASSES.contains(&name)))
        || declares(style, hides);
    let is_tab = attribute("class").is_some_and(|names| names.split_whitespace().any(is_name_of_tab))
        || attribute("role").is_some_and(|role| role.trim().eq_ignore_ascii_case("tabpanel"));
    let is_opened = || after_button || attribute("id").is_some_and(|id| opened.contains(&id));
    match declares(style, fades) {
        _ if is_removed || (is_folded && !is_tab && !is_opened()) => Visibility::Hidden,
        true if !is_tab => Visibility::Faded,
        _ => Visibility::Shown,
    }
}

/// Names that frameworks and tutorials give to what a click unfolds.
fn is_name_of_tab(class: &str) -> bool {
    let class = class.to_ascii_lowercase();
    (class.starts_with("tab") && !class.starts_with("table"))
        || ["accordion", "collaps", "toggle", "expand"].iter().any(|part| class.contains(part))
        || matches!(class.as_str(), "panel" | "pane")
}

fn declares(style: &str, test: fn(&str, &str) -> bool) -> bool {
    style
        .split(';')
        .filter_map(|declaration| declaration.split_once(':'))
        .any(|(property, value)| test(property.trim(), value.split('!').next().unwrap_or_default().trim()))
}

/// How tabs and accordions keep the part that was not chosen.
fn folds(property: &str, value: &str) -> bool {
    match property {
        "display" => value == "none",
        "visibility" => matches!(value, "hidden" | "collapse"),
        "content-visibility" => value == "hidden",
        "height" | "max-height" => pixels(value) == Some(0.0),
        _ => false,
    }
}

fn fades(property: &str, value: &str) -> bool {
    property == "opacity" && value.trim_end_matches('%').parse().is_ok_and(|opacity: f64| opacity < 0.05)
}

fn hides(property: &str, value: &str) -> bool {
    match property {
        "color" => value == "transparent",
        "font-size" => pixels(value).is_some_and(|size| size < SMALLEST_FONT),
        "width" | "max-width" => pixels(value) == Some(0.0),
        "left" | "top" | "right" | "bottom" | "text-indent" | "margin-left" | "margin-top" => {
            pixels(value).is_some_and(|offset| offset <= FAR_AWAY)
        }
        "transform" => is_moved_or_shrunk(value),
        "clip" => value.starts_with("rect("),
        // “inset(0 round 9px)” only rounds the corners
        "clip-path" => ["inset(100", "inset(50", "circle(0"].iter().any(|start| value.starts_with(start)),
        _ => false,
    }
}

fn is_moved_or_shrunk(value: &str) -> bool {
    let Some((function, arguments)) = value.split_once('(') else { return false };
    let first = arguments.split([',', ')', ' ']).next().unwrap_or_default();
    match function.trim() {
        "scale" | "scalex" | "scaley" => pixels(first) == Some(0.0),
        "translate" | "translatex" | "translatey" => pixels(first).is_some_and(|offset| offset <= FAR_AWAY),
        _ => false,
    }
}

/// A length in CSS pixels, roughly: for units that depend on something, what they usually amount to.
fn pixels(value: &str) -> Option<f64> {
    let number = value.trim_end_matches(|c: char| c.is_ascii_alphabetic() || c == '%');
    let scale = match &value[number.len()..] {
        "" | "px" => 1.0,
        "pt" => 4.0 / 3.0,
        "em" | "rem" => 16.0,
        "%" => 0.16,
        "vw" | "vh" => 10.0,
        _ => return None,
    };
    Some(number.parse::<f64>().ok()? * scale)
}
