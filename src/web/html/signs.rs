//! What a page says of itself: whether it is an article, and whether it has the headings of a profile.
use lol_html::html_content::Element;

/// What a page says that it is. Of several claims the last in this order holds.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Claim {
    #[default]
    None,
    /// An article, in the terms of the Open Graph protocol, where many publishing systems know nothing else.
    Weak,
    /// Nothing after all: one of those systems says when the page was changed, and not when it was published.
    Page,
    /// An article, in terms that are for articles only.
    Strong,
    /// A profile.
    Profile,
}

/// The types of schema.org for articles. Not `ScholarlyArticle`: lists of publications are made of those.
const TYPES: &[&str] = &[
    "Article",
    "NewsArticle",
    "AnalysisNewsArticle",
    "BackgroundNewsArticle",
    "OpinionNewsArticle",
    "ReportageNewsArticle",
    "ReviewNewsArticle",
    "TechArticle",
    "BlogPosting",
    "LiveBlogPosting",
    "SocialMediaPosting",
];

/// What an element tells of the page.
pub(super) fn claim(tag: &str, element: &Element<'_, '_>) -> Claim {
    let attribute = |name| element.get_attribute(name).unwrap_or_default();
    if tag == "meta" {
        let name = [attribute("property"), attribute("name")].concat().to_ascii_lowercase();
        return match name.as_str() {
            "article:published_time" | "article:author" | "article:section" | "parsely-pub-date" => {
                Claim::Strong
            }
            "article:modified_time" => Claim::Page,
            "og:type" => match attribute("content").to_ascii_lowercase().as_str() {
                "article" => Claim::Weak,
                "profile" => Claim::Profile,
                _ => Claim::None,
            },
            _ => Claim::None,
        };
    }
    if attribute("itemprop") == "articleBody" {
        return Claim::Strong;
    }
    let types = attribute("itemtype");
    let names = types.split_whitespace().map(|name| name.rsplit('/').next().unwrap_or_default());
    names.map(claim_of_type).max().unwrap_or_default()
}

fn claim_of_type(name: &str) -> Claim {
    match name {
        "ProfilePage" => Claim::Profile,
        _ if TYPES.contains(&name) => Claim::Strong,
        _ => Claim::None,
    }
}

/// Whether a script is data about the page (JSON-LD).
pub(super) fn is_data(tag: &str, element: &Element<'_, '_>) -> bool {
    tag == "script"
        && element.get_attribute("type").is_some_and(|kind| kind.eq_ignore_ascii_case("application/ld+json"))
}

/// What the data about a page tell of it: its type, or one of its types.
pub(super) fn claim_of_data(json: &str) -> Claim {
    let types = json.split("\"@type\"").skip(1).filter_map(|rest| {
        let rest = rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, ':' | '[' | '"'));
        rest.split('"').next()
    });
    types.map(claim_of_type).max().unwrap_or_default()
}

/// Words in the headings of profiles, by what they announce.
const ANNOUNCED: &[&[&str]] = &[
    &[
        "publication",
        "publikation",
        "publicacion",
        "publicaç",
        "pubblicazion",
        "publicatie",
        "publikasjon",
        "selected works",
        "selected papers",
        "recent papers",
        "bibliograph",
        "veröffentlichung",
        "論文",
        "论文",
        "著作",
        "発表",
        "논문",
    ],
    &[
        "award",
        "honour",
        "honors",
        "prizes",
        "prix",
        "preise",
        "premios",
        "prêmios",
        "premi ",
        "auszeichnung",
        "distinctions",
        "fellowships",
        "laureates",
        "受賞",
        "獲獎",
        "获奖",
        "奖励",
        "수상",
    ],
    &[
        "curriculum vitae",
        "lebenslauf",
        "appointments",
        "employment",
        "positions",
        "academic career",
        "career history",
        "education",
        "ausbildung",
        "werdegang",
        "parcours",
        "formación",
        "formation",
        "career",
        "degrees",
        "memberships",
        "学歴",
        "職歴",
        "略歴",
        "经历",
        "經歷",
        "教育背景",
        "학력",
        "경력",
    ],
    &[
        "research interest",
        "research area",
        "research group",
        "research focus",
        "forschung",
        "current projects",
        "axes de recherche",
        "teaching",
        "courses",
        "lehre",
        "enseignement",
        "docencia",
        "didattica",
        "grants",
        "supervision",
        "group members",
        "team members",
        "研究方向",
        "研究テーマ",
        "研究分野",
        "연구",
    ],
];
/// The longest heading, in bytes: a longer one is a title.
const LONGEST_HEADING: usize = 80;

/// Which of the [`ANNOUNCED`] a heading announces, as a bit each.
pub(super) fn announced(heading: &str) -> u8 {
    if heading.trim().len() > LONGEST_HEADING {
        return 0;
    }
    let heading = heading.to_lowercase();
    let holds = |words: &&[&str]| words.iter().any(|word| heading.contains(word));
    ANNOUNCED.iter().enumerate().filter(|(_, words)| holds(words)).map(|(at, _)| 1 << at).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_type_of_a_page_is_found_in_its_data() {
        for strong in [
            r#"{"@context":"https://schema.org","@type":"NewsArticle","headline":"x"}"#,
            r#"{"@graph": [{"@type": "WebPage"}, {"@type" : ["BlogPosting", "Thing"]}]}"#,
        ] {
            assert_eq!(claim_of_data(strong), Claim::Strong, "{strong}");
        }
        for none in
            [r#"{"@type":"Person","name":"Article"}"#, r#"{"@type":"ScholarlyArticle"}"#, "", "\"@type\""]
        {
            assert_eq!(claim_of_data(none), Claim::None, "{none}");
        }
    }

    #[test]
    fn headings_of_profiles_are_told_apart_from_titles() {
        assert_eq!(announced("Selected Publications"), 1);
        assert_eq!(announced("Awards and honours"), 2);
        assert_eq!(announced("受賞歴"), 2);
        assert_eq!(announced("Weather"), 0);
        assert_eq!(announced(&format!("Publications {}", "and more ".repeat(20))), 0);
    }
}
