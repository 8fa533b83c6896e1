//! Sound markup with parts of it taken out.
use std::ops::Range;

/// The markup without these parts, of which some may lie within others.
pub(super) fn without(markup: &str, mut parts: Vec<Range<usize>>) -> String {
    parts.sort_unstable_by_key(|part| part.start);
    let mut rest = String::new();
    let mut from = 0;
    for part in parts.into_iter().filter(|part| !part.is_empty()) {
        if part.start >= from {
            rest.push_str(&markup[from..part.start]);
        }
        from = from.max(part.end);
    }
    rest.push_str(&markup[from..]);
    rest
}

/// Whether there is anything to read.
pub(super) fn has_text(markup: &str) -> bool {
    let mut texts = markup.split('<').map(|piece| piece.split_once('>').map_or(piece, |(_, text)| text));
    texts.any(|text| !text.trim().is_empty())
}
