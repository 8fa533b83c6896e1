//! What scribe does with each page, feed, template and value, each by itself, to be measured: `examples/parts.rs` runs
//! them, `scripts/bench --parts` counts their instructions. Not in the program.
use crate::{pipeline, web};

/// A part, and what it came to: a number of characters, papers or refusals.
pub type Part = (&'static str, fn() -> usize);

/// All of them.
pub const PARTS: [Part; 7] = [
    ("extraction: an article", || text(include_bytes!("../tests/articles/feature.html"))),
    ("extraction: a profile", || text(include_bytes!("../tests/profiles/01-faculty-table.html"))),
    ("extraction: 2 MB, one list", || text(&long("<ul>", "<li>The tide came in at six, and went.</li>\n"))),
    ("extraction: 2 MB, one article", || {
        let head = "<meta property='article:published_time' content='2024'><title>t</title><body>";
        text(&long(
            head,
            "<p>The tide came in at six, and with it, as ever, the first numbers of the day.</p>\n",
        ))
    }),
    ("feed: ten papers", || web::papers_in(include_bytes!("web/arxiv/feeds/ten-entries.xml"))),
    ("template: read and filled", pipeline::fill_a_template),
    ("validation: three values", pipeline::judge_values),
];

/// The length of a page's text.
fn text(page: &[u8]) -> usize {
    web::page_of(page, "text/html; charset=utf-8", String::new()).map_or(0, |page| page.text.len())
}

/// A page of the most bytes that are read.
fn long(head: &str, unit: &str) -> Vec<u8> {
    let times = usize::try_from(web::MOST_PAGE_BYTES).unwrap_or(0) / unit.len();
    format!("<!doctype html><html lang=en>{head}{}", unit.repeat(times)).into_bytes()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_part_does_what_it_is_measured_for() {
        let came_to: Vec<usize> = PARTS.iter().map(|(_, run)| run()).collect();
        // Four texts, ten papers, an e-mail, and no refusal.
        assert!(came_to[..4].iter().all(|length| *length > 300), "{came_to:?}");
        assert_eq!((came_to[4], came_to[6]), (10, 0));
        assert!(came_to[5] > 100, "{came_to:?}");
    }
}
