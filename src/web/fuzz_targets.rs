//! What must hold whatever a site, a search provider, arXiv or a redirect sends.
use std::net::IpAddr;

use url::{Host, Url};

use super::{Page, WebError, atom, guard::Guard, html::text_of, lines::Lines, robots, search};
use crate::{fuzz::Target, text::is_deceptive};

/// All of them.
pub(crate) const TARGETS: &[Target] = &[
    Target { name: "html", check: html },
    Target { name: "atom", check: feed },
    Target { name: "robots", check: rules },
    Target { name: "url", check: address },
    Target { name: "search-brave", check: |input| search::fuzz_targets::brave(input) },
    Target { name: "search-exa", check: |input| search::fuzz_targets::exa(input) },
    Target { name: "search-searxng", check: |input| search::fuzz_targets::searxng(input) },
    Target { name: "search-crossref", check: |input| search::fuzz_targets::crossref(input) },
    Target { name: "search-wikipedia", check: |input| search::fuzz_targets::wikipedia(input) },
    Target { name: "search-openalex-authors", check: |input| search::fuzz_targets::openalex_authors(input) },
    Target { name: "search-openalex-works", check: |input| search::fuzz_targets::openalex_works(input) },
];

/// One line that a terminal may be shown.
pub(super) fn is_line(text: &str) -> bool {
    !text.contains(is_deceptive)
}

/// An error is one short line, whatever was sent.
pub(super) fn is_told(error: &WebError) {
    let text = error.to_string();
    assert!(!text.is_empty() && text.chars().count() <= 300 && is_line(&text), "{text:?}");
}

/// A page can be quoted, kept and shown.
pub(super) fn is_page(page: &Page) {
    let url = Url::parse(&page.url).unwrap();
    assert!(matches!(url.scheme(), "http" | "https"), "{url}");
    assert!(is_line(&page.title) && page.title.chars().count() <= 500, "{:?}", page.title);
    assert!(page.warnings.iter().all(|warning| is_line(warning)), "{:?}", page.warnings);
}

/// Any bytes are a page; as plain text, as HTML, and as whatever they say they are.
fn html(input: &[u8]) {
    for kind in [
        None,
        Some("text/html; charset=windows-1252"),
        Some("text/plain"),
        Some("text/html; charset=gb18030"),
    ] {
        let page = text_of(input, kind).unwrap();
        assert!(is_line(&page.title) && page.title.chars().count() <= 500, "{:?}", page.title);
        assert!(page.text.lines().all(|line| is_line(line) && !line.trim().is_empty()), "{:?}", page.text);
        assert!(page.text.chars().count() <= Lines::MOST_CHARS);
        assert!(page.warnings.iter().all(|warning| is_line(warning)), "{:?}", page.warnings);
        assert_eq!(page, text_of(Crumbs(input), kind).unwrap(), "it matters how the bytes arrive");
    }
}

/// A body that arrives in pieces of seven bytes.
struct Crumbs<'a>(&'a [u8]);

impl std::io::Read for Crumbs<'_> {
    fn read(&mut self, buffer: &mut [u8]) -> std::io::Result<usize> {
        let most = buffer.len().min(7);
        self.0.read(&mut buffer[..most])
    }
}

/// A paper is one of arXiv's; everything else is an error.
fn feed(input: &[u8]) {
    match atom::parse("arxiv.example", input) {
        Ok(feed) => {
            for paper in feed.papers {
                assert!(
                    paper.url.starts_with("https://arxiv.org/abs/") && is_line(&paper.url),
                    "{}",
                    paper.url
                );
                assert!(
                    !paper.title.is_empty() && is_line(&paper.title) && is_line(&paper.summary),
                    "{paper:?}"
                );
                assert!((1985..=2100).contains(&paper.year) && is_line(&paper.published), "{paper:?}");
                assert!(
                    paper.authors.iter().all(|author| !author.name.is_empty() && is_line(&author.name)),
                    "{paper:?}"
                );
            }
        }
        Err(error) => is_told(&error),
    }
}

/// Comments and ends of lines change nothing.
fn rules(input: &[u8]) {
    let verdicts = |rules: &[u8]| {
        let robots = robots::parse(rules).unwrap();
        ["/", "/a", "/a/b?c=d", "/%7euser/", "/index.html", "/ä"]
            .map(|path| robots.is_url_allowed(&Url::parse("https://a.example").unwrap().join(path).unwrap()))
    };
    let plain = verdicts(input);
    assert_eq!(plain, verdicts(&[input, b"\n# the end\n"].concat()), "a comment matters");
    assert_eq!(plain, verdicts(&[b"\n# the begin\n", input].concat()), "a comment matters");
    let lines: Vec<&[u8]> = input.split(|byte| *byte == b'\n').collect();
    assert_eq!(plain, verdicts(&lines.join(&b"\r\n"[..])), "the end of a line matters");
}

/// What passes leads to a public host, by itself and as a redirect, and the client goes to that same host.
fn address(input: &[u8]) {
    let text = String::from_utf8_lossy(input);
    let base = Url::parse("https://example.org/people/ada").unwrap();
    let guard = Guard::new(Vec::new());
    for url in [Url::parse(&text), base.join(&text)].into_iter().flatten() {
        if let Err(refused) = guard.judge_url(&url) {
            assert!(!refused.to_string().is_empty());
            continue;
        }
        assert!(matches!(url.scheme(), "http" | "https"), "{url}");
        assert!(url.username().is_empty() && url.password().is_none(), "{url}");
        assert!(matches!(url.port_or_known_default(), Some(80 | 443)), "{url}");
        match url.host().unwrap() {
            Host::Domain(name) => assert!(name.contains('.') && name.parse::<IpAddr>().is_err(), "{url}"),
            Host::Ipv4(ip) => assert!(
                !(ip.is_private() || ip.is_loopback() || ip.is_link_local() || ip.is_multicast())
                    && !(ip.is_unspecified() || ip.is_broadcast() || ip.is_documentation()),
                "{url}"
            ),
            Host::Ipv6(ip) => assert!(
                ip.segments()[0] & 0xe000 == 0x2000
                    || ip.to_ipv4_mapped().is_some_and(|ip| !ip.is_private() && !ip.is_loopback())
                    || ip.segments()[..2] == [0x64, 0xff9b],
                "{url}"
            ),
        }
        if let Ok(uri) = url.as_str().parse::<ureq::http::Uri>() {
            assert_eq!((uri.host(), uri.port_u16()), (url.host_str(), url.port()), "{url}");
        }
    }
}
