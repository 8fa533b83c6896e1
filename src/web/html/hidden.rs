//! Whether an element says of itself that it is not shown. Style sheets are not read, so this is what pages do that
//! hide text in passing: for screen readers, for search engines, or for machines that write e-mails.
use lol_html::html_content::Element;

/// Class names that frameworks agree on for text that only screen readers see.
const CLASSES: &[&str] = &["sr-only", "visually-hidden", "screen-reader-text"];
/// Text smaller than this is not meant to be read, in CSS pixels.
const SMALLEST_FONT: f64 = 4.0;
/// Text that is moved so far is off every screen, in CSS pixels.
const FAR_AWAY: f64 = -999.0;

pub(super) fn is_hidden(tag: &str, element: &Element<'_, '_>) -> bool {
    let attribute = |name| element.get_attribute(name);
    element.has_attribute("hidden")
        || (tag == "dialog" && !element.has_attribute("open"))
        || attribute("aria-hidden").is_some_and(|value| value.trim().eq_ignore_ascii_case("true"))
        || attribute("class")
            .is_some_and(|names| names.split_whitespace().any(|name| CLASSES.contains(&name)))
        || attribute("style").is_some_and(|style| hides(&style))
}

fn hides(style: &str) -> bool {
    let style = htmlize::unescape_attribute(style).to_ascii_lowercase();
    style.split(';').filter_map(|declaration| declaration.split_once(':')).any(|(property, value)| {
        let value = value.split('!').next().unwrap_or_default().trim();
        match property.trim() {
            "display" => value == "none",
            "visibility" => matches!(value, "hidden" | "collapse"),
            "content-visibility" => value == "hidden",
            "opacity" => value.trim_end_matches('%').parse().is_ok_and(|opacity: f64| opacity < 0.05),
            "color" => value == "transparent",
            "font-size" => pixels(value).is_some_and(|size| size < SMALLEST_FONT),
            "height" | "width" | "max-height" | "max-width" => pixels(value) == Some(0.0),
            "left" | "top" | "right" | "bottom" | "text-indent" | "margin-left" | "margin-top" => {
                pixels(value).is_some_and(|offset| offset <= FAR_AWAY)
            }
            "transform" => is_moved_or_shrunk(value),
            "clip" => value.starts_with("rect("),
            // “inset(0 round 9px)” only rounds the corners
            "clip-path" => ["inset(100", "inset(50", "circle(0"].iter().any(|start| value.starts_with(start)),
            _ => false,
        }
    })
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
