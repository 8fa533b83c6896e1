//! What sites allow robots to read: `robots.txt` by RFC 9309, asked for once a day and host.
use std::{
    cell::RefCell,
    io::{self, Read},
    time::{Duration, Instant},
};

use robotxt::{BYTE_LIMIT, Robots};
use url::Url;

use super::{WebError, client};

/// The name that site owners write behind `User-agent:`.
const PRODUCT: &str = "scribe";
/// How long an answer holds (RFC 9309 § 2.4), and how long none does.
const FRESH: Duration = Duration::from_secs(24 * 60 * 60);
const FRESH_FAILURE: Duration = Duration::from_secs(5 * 60);
/// The most sites and the most bytes of rules that are remembered.
const MOST_SITES: usize = 64;
const MOST_BYTES: usize = 1024 * 1024;
/// The longest `Crawl-delay` that is kept to. The RFC does not know it; some sites still ask.
const LONGEST_DELAY: Duration = Duration::from_secs(10);

/// The rules of the sites that were asked lately.
#[derive(Debug, Default)]
pub(super) struct Rulebook {
    /// Oldest first.
    known: RefCell<Vec<Known>>,
}

#[derive(Debug)]
struct Known {
    origin: String,
    until: Instant,
    rules: Result<Robots, WebError>,
}

impl Known {
    /// About what it takes in memory.
    fn bytes(&self) -> usize {
        let rules = self.rules.as_ref().map_or(&[][..], |robots| robots.rules());
        rules.iter().map(|rule| rule.pattern().len() + size_of_val(rule)).sum()
    }
}

impl Rulebook {
    /// Whether the page may be read, and how long its host wants to be left alone between two requests. `fetch` gets
    /// the address of the site's `robots.txt` where that is not known yet.
    ///
    /// # Errors
    /// `Forbidden` where the rules say no; what kept the rules from being read, since that means no to everything.
    pub(super) fn judge(
        &self,
        url: &Url,
        fetch: impl FnOnce(Url) -> Result<Robots, WebError>,
    ) -> Result<Duration, WebError> {
        let origin = url.origin().ascii_serialization();
        self.known.borrow_mut().retain(|known| known.until > Instant::now());
        if let Some(known) = self.known.borrow().iter().find(|known| known.origin == origin) {
            return verdict(&known.rules, url);
        }
        let rules = match url.join("/robots.txt") {
            Ok(address) => fetch(address).map_err(|error| closed(url, error)),
            Err(_) => Ok(Robots::allow_all()),
        };
        let verdict = verdict(&rules, url);
        self.remember(origin, rules);
        verdict
    }

    fn remember(&self, origin: String, rules: Result<Robots, WebError>) {
        let until = Instant::now() + if rules.is_ok() { FRESH } else { FRESH_FAILURE };
        let mut known = self.known.borrow_mut();
        known.push(Known { origin, until, rules });
        while known.len() > MOST_SITES || known.iter().map(Known::bytes).sum::<usize>() > MOST_BYTES {
            known.remove(0);
        }
    }
}

/// Reads the rules, 500 KiB at most.
///
/// # Errors
/// Those of the reader: there is no text that is no rules.
pub(super) fn parse(body: impl Read) -> io::Result<Robots> {
    let mut text = Vec::new();
    body.take(BYTE_LIMIT as u64 + 1).read_to_end(&mut text)?;
    let is_end = |byte: &u8| matches!(byte, b'\n' | b'\r' | 0);
    if text.len() > BYTE_LIMIT {
        // half a line would be another rule
        text.truncate(text.iter().rposition(is_end).unwrap_or(0));
    }
    // The parser takes memory for every line and keeps every sitemap.
    let lines: Vec<&[u8]> = text.split(is_end).filter(|line| can_be_rule(line)).collect();
    Ok(Robots::parse(&lines.join(&b'\n'), PRODUCT))
}

/// A line that makes a difference: the shortest is `alow:`, which the parser forgives.
fn can_be_rule(line: &[u8]) -> bool {
    let line = line.trim_ascii();
    line.len() >= "alow:".len() && line[0] != b'#' && !line[..4].eq_ignore_ascii_case(b"site")
}

fn verdict(rules: &Result<Robots, WebError>, url: &Url) -> Result<Duration, WebError> {
    match rules {
        Ok(robots) if robots.is_url_allowed(url) => {
            Ok(robots.crawl_delay().unwrap_or_default().min(LONGEST_DELAY))
        }
        Ok(_) => {
            let host = url.host_str().unwrap_or_default();
            Err(WebError::Forbidden(client::message(&format!("the robots.txt of {host} forbids it"))))
        }
        Err(error) => Err(error.clone()),
    }
}

/// Rules that cannot be read forbid everything (RFC 9309 § 2.3.1.4), for now.
fn closed(url: &Url, error: WebError) -> WebError {
    let host = url.host_str().unwrap_or_default();
    let text = client::message(&format!("the robots.txt of {host} cannot be read: {error}"));
    match error {
        WebError::Busy { retry_after, .. } => WebError::Busy { message: text, retry_after },
        WebError::Unreachable(_) => WebError::Unreachable(text),
        _ => WebError::Forbidden(text),
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn url(text: &str) -> Url {
        text.parse().unwrap()
    }

    fn judge(rules: &str, path: &str) -> bool {
        let page = url("https://a.example").join(path).unwrap();
        Rulebook::default().judge(&page, |_| Ok(parse(rules.as_bytes()).unwrap())).is_ok()
    }

    #[test]
    fn rules_are_read_as_the_rfc_says() {
        for (rules, path, allowed) in [
            ("", "/a", true),
            ("User-agent: *\nDisallow: /", "/a", false),
            ("User-agent: *\nDisallow:", "/a", true),
            ("User-agent: *\nDisallow: /\n\nUser-agent: Scribe\nAllow: /", "/a", true),
            ("User-agent: *\nAllow: /\n\nUser-agent: SCRIBE\nDisallow: /b", "/b/c", false),
            ("User-agent: scriber\nDisallow: /", "/a", true),
            (
                "User-agent: x\nUser-agent: scribe\nDisallow: /b\n\nUser-agent: scribe\nDisallow: /c",
                "/b",
                false,
            ),
            (
                "User-agent: x\nUser-agent: scribe\nDisallow: /b\n\nUser-agent: scribe\nDisallow: /c",
                "/c",
                false,
            ),
            ("User-agent: *\nDisallow: /a\nAllow: /a/b", "/a/b/c", true),
            ("User-agent: *\nAllow: /a\nDisallow: /a", "/a", true),
            ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf", false),
            ("User-agent: *\nDisallow: /*.pdf$", "/x/y.pdf?z", true),
            ("User-agent: *\nDisallow: /%61b", "/ab", false),
            ("User-agent: *\nDisallow: /ä", "/%C3%A4", false),
            ("User-agent: *\nDisallow: /a?q=", "/a?q=1", false),
            ("User-agent: *\r\nDisallow: /a # why", "/a", false),
            ("\u{feff}User-agent: *\nDisallow: /a", "/a", false),
            ("Disallow: /a", "/a", true),
            ("User-agent: *\nDisallow: /", "/robots.txt", true),
            ("<!doctype html><p>no such page", "/a", true),
        ] {
            assert_eq!(judge(rules, path), allowed, "{rules:?} {path}");
        }
    }

    #[test]
    fn a_site_is_asked_once_and_each_port_is_a_site() {
        let rulebook = Rulebook::default();
        let mut asked = Vec::new();
        for page in ["http://a.example/x", "http://a.example/y", "https://a.example/", "http://a.example:81/"]
        {
            let verdict = rulebook.judge(&url(page), |robots| {
                asked.push(robots.to_string());
                Ok(parse(&b"User-agent: *\nDisallow: /y\nCrawl-delay: 99"[..]).unwrap())
            });
            let expected = if page.ends_with('y') { None } else { Some(LONGEST_DELAY) };
            assert_eq!(verdict.ok(), expected, "{page}");
        }
        let expected =
            ["http://a.example/robots.txt", "https://a.example/robots.txt", "http://a.example:81/robots.txt"];
        assert_eq!(asked, expected);
    }

    #[test]
    fn rules_that_cannot_be_read_close_the_site_and_it_is_not_asked_at_once_again() {
        let rulebook = Rulebook::default();
        let away = || Err(WebError::Busy { message: "503".into(), retry_after: None });
        let page = url("https://a.example/");
        for verdict in [rulebook.judge(&page, |_| away()), rulebook.judge(&page, |_| panic!("asked again"))] {
            let Err(WebError::Busy { message, .. }) = verdict else { panic!("{verdict:?}") };
            assert_eq!(message, "the robots.txt of a.example cannot be read: 503");
        }
        let forbidden =
            rulebook.judge(&url("https://b.example/"), |_| Err(WebError::Forbidden("lan".into())));
        assert!(matches!(forbidden, Err(WebError::Forbidden(_))));
    }

    #[test]
    fn what_is_remembered_is_bounded_in_sites_and_bytes() {
        let rulebook = Rulebook::default();
        for i in 0..200 {
            let page = url(&format!("https://h{i}.example/"));
            rulebook.judge(&page, |_| Ok(Robots::allow_all())).unwrap();
        }
        assert_eq!(rulebook.known.borrow().len(), MOST_SITES);
        let huge = format!("User-agent: *\n{}", "Disallow: /a\n".repeat(38_000));
        for i in 0..3 {
            let page = url(&format!("https://huge{i}.example/"));
            rulebook.judge(&page, |_| Ok(parse(huge.as_bytes()).unwrap())).unwrap();
        }
        let known = rulebook.known.borrow();
        assert!(known.iter().map(Known::bytes).sum::<usize>() <= MOST_BYTES);
    }

    #[test]
    fn lines_that_are_no_rules_take_no_memory_and_half_a_line_is_none() {
        let sitemaps = "Sitemap: https://a.example/\n".repeat(10_000) + "User-agent: *\nDisallow: /a";
        let robots = parse(sitemaps.as_bytes()).unwrap();
        assert!(robots.sitemaps().is_empty() && !robots.is_allowed("/a"));
        assert!(!can_be_rule(b"\n") && !can_be_rule(b"a: b") && !can_be_rule(b"# a comment"));
        let start = "User-agent: *\nDisallow: /b\n";
        let cut = format!("{start}{}Disallow: /aaa", "#".repeat(BYTE_LIMIT - start.len() - 14) + "\n");
        assert!(cut.len() > BYTE_LIMIT - 14);
        let longer = format!("{cut}aaaaaaaaaaaaaaaaaaaaaaaa");
        let robots = parse(longer.as_bytes()).unwrap();
        assert!(robots.is_allowed("/aaa") && !robots.is_allowed("/b"));
    }

    #[test]
    fn the_worst_rules_are_judged_in_a_moment() {
        let started = Instant::now();
        let path = format!("/{}", "a".repeat(8_000));
        for rule in ["Disallow: /*a*a*a*a*a*a*a*a*a*a*b\n", "Disallow: /a\n", "Disallow: *\n"] {
            let rules = format!("User-agent: *\nAllow: /$\n{}", rule.repeat(512 * 1024 / rule.len()));
            judge(&rules, &path);
        }
        assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    }

    proptest! {
        #[test]
        fn any_rules_are_taken_without_panic(
            rules in any::<Vec<u8>>(), lines in "((User-agent|Allow|Disallow|Crawl-delay): ?[*/a$%é0-9.]{0,9}\n){0,9}",
            path in "/[a-z%*$]{0,20}",
        ) {
            for rules in [rules, lines.into_bytes()] {
                let page = url("https://a.example").join(&path).unwrap();
                let verdict = Rulebook::default().judge(&page, |_| Ok(parse(&rules[..]).unwrap()));
                prop_assert!(verdict.map_or(true, |delay| delay <= LONGEST_DELAY));
            }
        }
    }
}
