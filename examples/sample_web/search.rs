//! The pages, and a search over them that answers like SearXNG.
//!
//! All pages are read at start, so that a request is a look-up among known paths: no request can name another file.
use std::{
    collections::{BTreeMap, HashMap},
    fs, io,
    path::Path,
};

use serde_json::{Value, json};
use url::Url;

/// Pages below this path stand in the search index and nowhere else: the dead links of a real index.
const GONE: &str = "/gone/";
/// Most results of one search.
const MAX_RESULTS: usize = 10;
/// Results that score less than this part of the best one are left out.
const RELEVANCE_CUT: f64 = 0.15;
/// What a word in the title adds to its weight on the page.
const TITLE_WEIGHT: f64 = 2.0;
/// Words in the excerpt that comes with a result.
const EXCERPT_WORDS: usize = 40;
/// Elements whose tags do not separate words.
const INLINE: &[&str] = &["a", "abbr", "b", "cite", "em", "i", "q", "small", "span", "strong", "sub", "sup"];

/// One page of the sample web.
pub struct Page {
    html: String,
    /// The title, on one line.
    pub title: String,
    /// What stands on the page, on one line.
    pub text: String,
    /// The same, one block a line.
    pub lines: String,
    /// How much each word says about the page.
    weights: HashMap<String, f64>,
}

impl Page {
    fn new(html: String) -> Self {
        let title = html.split_once("<title>").and_then(|(_, rest)| rest.split_once("</title>"));
        let title = title.map(|(title, _)| plain_text(title)).unwrap_or_default();
        let lines = block_lines(&html);
        let text = plain_text(&html);
        let mut weights = HashMap::new();
        for word in words(&text) {
            *weights.entry(word).or_insert(0.0) += 1.0;
        }
        weights.values_mut().for_each(|count| *count = 1.0 + f64::ln(*count));
        for word in words(&title) {
            *weights.entry(word).or_insert(0.0) += TITLE_WEIGHT;
        }
        Page { html, title, text, lines, weights }
    }

    /// The words of the page from the first that was asked for.
    fn excerpt(&self, asked: &[String]) -> String {
        let all: Vec<&str> = self.text.split(' ').collect();
        let found = all.iter().position(|shown| words(shown).any(|word| asked.contains(&word)));
        all[found.unwrap_or(0)..].iter().take(EXCERPT_WORDS).copied().collect::<Vec<_>>().join(" ")
    }
}

/// All pages by their path, e.g. `/people/ada-marlowe.html`.
pub struct Site {
    /// The pages, the gone ones included.
    pub pages: BTreeMap<String, Page>,
}

impl Site {
    /// Reads every `.html` file one folder below `root`.
    pub fn load(root: &Path) -> io::Result<Self> {
        let mut pages = BTreeMap::new();
        for folder in fs::read_dir(root)? {
            for file in fs::read_dir(folder?.path())? {
                let file = file?.path();
                let path = file.strip_prefix(root).map_err(io::Error::other)?;
                pages.insert(format!("/{}", path.display()), Page::new(fs::read_to_string(&file)?));
            }
        }
        Ok(Site { pages })
    }

    /// The HTML of a page that is still there.
    pub fn html(&self, path: &str) -> Option<&str> {
        self.pages.get(path).filter(|_| !path.starts_with(GONE)).map(|page| page.html.as_str())
    }

    /// The pages that fit a search, with score and path, best first.
    pub fn find(&self, query: &str) -> Vec<(f64, &String, &Page)> {
        let asked: Vec<String> = words(query).collect();
        let mut scored: Vec<(f64, &String, &Page)> =
            self.pages.iter().map(|(path, page)| (self.score(page, &asked), path, page)).collect();
        scored.sort_by(|a, b| b.0.total_cmp(&a.0));
        let floor = scored.first().map_or(0.0, |best| best.0 * RELEVANCE_CUT);
        scored.retain(|(score, ..)| *score > 0.0 && *score >= floor);
        scored.truncate(MAX_RESULTS);
        scored
    }

    /// Answers a search as SearXNG does with `format=json`; addresses are made absolute with `base`.
    pub fn search(&self, query: &str, base: &Url) -> Value {
        let asked: Vec<String> = words(query).collect();
        let results = self.find(query).into_iter();
        let results: Vec<Value> = results
            .map(|(score, path, page)| {
                json!({
                    "url": base.join(path).map(String::from).unwrap_or_default(),
                    "title": page.title,
                    "content": page.excerpt(&asked),
                    "engine": "sample",
                    "engines": ["sample"],
                    "score": score,
                    "category": "general",
                    "publishedDate": null,
                })
            })
            .collect();
        json!({
            "query": query,
            "number_of_results": 0,
            "results": results,
            "answers": [],
            "corrections": [],
            "infoboxes": [],
            "suggestions": [],
            "unresponsive_engines": [],
        })
    }

    /// Adds up the words that were asked for; a word that stands on every page counts nothing.
    fn score(&self, page: &Page, asked: &[String]) -> f64 {
        let rarity = |word: &String| {
            let pages = self.pages.values().filter(|page| page.weights.contains_key(word)).count();
            (self.pages.len() as f64 / pages.max(1) as f64).ln()
        };
        asked.iter().filter_map(|word| page.weights.get(word).map(|weight| weight * rarity(word))).sum()
    }
}

/// The words of a text in lower case; everything but letters and digits separates them.
pub fn words(text: &str) -> impl Iterator<Item = String> {
    text.split(|c: char| !c.is_alphanumeric()).filter(|word| !word.is_empty()).map(str::to_lowercase)
}

/// The text of an HTML page on one line.
fn plain_text(html: &str) -> String {
    block_lines(html).replace('\n', " ")
}

/// The text of an HTML page: comments, scripts, styles and tags taken out, entities resolved, one block a line.
fn block_lines(html: &str) -> String {
    let mut text = String::new();
    let mut rest = html;
    let one_line = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
    while let Some((before, markup)) = rest.split_once('<') {
        text.push_str(&before.replace('\n', " "));
        let name = markup.split(|c: char| c.is_whitespace() || c == '>').next().unwrap_or_default();
        let end = match name {
            "script" => "</script>",
            "style" => "</style>",
            name if name.starts_with("!--") => "-->",
            _ => ">",
        };
        if !INLINE.contains(&name.trim_start_matches('/')) {
            text.push('\n');
        }
        rest = markup.split_once(end).map_or("", |(_, after)| after);
    }
    text.push_str(&rest.replace('\n', " "));
    let lines = text.lines().map(|line| one_line(&htmlize::unescape(line)));
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}
