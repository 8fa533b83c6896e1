//! Questions in arXiv's query language (<https://info.arxiv.org/help/api/user-manual.html>, 5.1): quoted authors, so
//! that “Ada Example” does not mean everybody called Ada.
use url::Url;

use crate::{text::words::shorten, web::atom::MOST_PAPERS};

/// The most spellings of a name and words of a subject in one question, and the longest of each, in characters.
const MOST_SPELLINGS: usize = 12;
const LONGEST_NAME: usize = 80;
const MOST_WORDS: usize = 8;
const LONGEST_WORD: usize = 40;

/// Whose papers are asked for.
#[derive(Debug, Clone, Copy)]
pub struct PaperQuery<'a> {
    /// Ways to write the author's name; a paper by any of them counts.
    pub spellings: &'a [String],
    /// Words, one of which has to stand somewhere in the paper's record. Without any, the newest papers come first; else
    /// the most relevant.
    pub about: &'a [String],
}

impl PaperQuery<'_> {
    /// The address that asks at a base address; `None` without a name that has something to search for.
    pub(super) fn url(&self, base: &Url) -> Option<Url> {
        let search = self.search()?;
        let sort_by = if self.about.is_empty() { "submittedDate" } else { "relevance" };
        let mut url = base.clone();
        url.set_path(&format!("{}/api/query", base.path().trim_end_matches('/')));
        url.set_query(None);
        url.query_pairs_mut()
            .append_pair("search_query", &search)
            .append_pair("start", "0")
            .append_pair("max_results", &MOST_PAPERS.to_string())
            .append_pair("sortBy", sort_by)
            .append_pair("sortOrder", "descending");
        Some(url)
    }

    fn search(&self) -> Option<String> {
        let mut names: Vec<String> = Vec::new();
        for name in self.spellings.iter().map(|spelling| searchable(spelling)) {
            if name.contains(char::is_alphanumeric) && !names.contains(&name) {
                names.push(name);
            }
        }
        let names: Vec<_> = names.iter().take(MOST_SPELLINGS).map(|name| format!("au:\"{name}\"")).collect();
        let is_plain = |word: &&String| {
            word.chars().all(char::is_alphanumeric) && (1..=LONGEST_WORD).contains(&word.chars().count())
        };
        let words: Vec<_> =
            self.about.iter().filter(is_plain).take(MOST_WORDS).map(|word| format!("all:{word}")).collect();
        match (&names[..], &words[..]) {
            ([], _) => None,
            (_, []) => Some(names.join(" OR ")),
            _ => Some(format!("({}) AND ({})", names.join(" OR "), words.join(" OR "))),
        }
    }
}

/// The name without what has a meaning in arXiv's query language.
fn searchable(name: &str) -> String {
    let plain: String = name
        .chars()
        .map(|c| if c.is_control() || "\"()[]{}:*?\\+&|!^~<>=".contains(c) { ' ' } else { c })
        .collect();
    let words = plain.split_whitespace().filter(|word| !matches!(*word, "AND" | "OR" | "ANDNOT"));
    shorten(&crate::text::one_line(&words.collect::<Vec<_>>().join(" ")), LONGEST_NAME).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn search(spellings: &[&str], about: &[&str]) -> Option<String> {
        let owned = |texts: &[&str]| texts.iter().map(|text| (*text).to_owned()).collect::<Vec<_>>();
        PaperQuery { spellings: &owned(spellings), about: &owned(about) }.search()
    }

    #[test]
    fn a_name_cannot_change_the_question() {
        for (name, phrase) in [
            ("Ada \"Tide\" Example", "Ada Tide Example"),
            ("Example) OR (all:x", "Example all x"),
            ("Ada\0 AND\tExample ANDNOT", "Ada Example"),
            ("José Álvarez-O'Neil Jr.", "José Álvarez-O'Neil Jr."),
            ("Or Example", "Or Example"),
        ] {
            assert_eq!(search(&[name], &[]), Some(format!("au:\"{phrase}\"")));
        }
        assert_eq!(search(&["\" () --"], &["tidal"]), None);
        assert_eq!(search(&["Ada Example"], &["x) OR all:y", ""]), Some("au:\"Ada Example\"".into()));
    }

    #[test]
    fn spellings_and_words_are_alternatives() {
        assert_eq!(
            search(&["José Example", "Jose Example", "Jose Example"], &["tidal", "energy"]).unwrap(),
            "(au:\"José Example\" OR au:\"Jose Example\") AND (all:tidal OR all:energy)"
        );
    }

    #[test]
    fn a_question_has_an_end_whatever_is_asked() {
        let many: Vec<String> = (0..100).map(|n| format!("{n} {}", "ab ".repeat(1000))).collect();
        let words: Vec<String> = (0..100).map(|n| format!("word{n}")).collect();
        let base = "https://arxiv.example/some".parse().unwrap();
        let url = PaperQuery { spellings: &many, about: &words }.url(&base).unwrap();
        assert!(url.as_str().len() < 2000, "{} bytes", url.as_str().len());
        assert!(
            url.as_str().starts_with("https://arxiv.example/some/api/query?search_query=%28au%3A%220+ab+")
        );
        assert!(url.as_str().contains("&sortBy=relevance&"));
    }
}
