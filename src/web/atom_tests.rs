//! Feeds in the shapes that arXiv sends, and in shapes that it should not.
use proptest::prelude::*;

use super::*;

const FEED: &str = r#"<?xml version='1.0' encoding='UTF-8'?>
<feed xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/" xmlns:arxiv="http://arxiv.org/schemas/atom" xmlns="http://www.w3.org/2005/Atom">
  <id>https://arxiv.org/api/handwritten</id>
  <title>arXiv Query: search_query=au:"Ada Example"&amp;start=0&amp;max_results=25</title>
  <updated>2026-11-20T00:00:00Z</updated>
  <link href="https://arxiv.org/api/query?search_query=au:%22Ada+Example%22&amp;start=0" type="application/atom+xml"/>
  <opensearch:itemsPerPage>25</opensearch:itemsPerPage>
  <opensearch:totalResults>2</opensearch:totalResults>
  <opensearch:startIndex>0</opensearch:startIndex>
  <entry>
    <id>http://arxiv.org/abs/2610.01234v2</id>
    <title>Wake recovery in dense tidal arrays: a
  $k$-$\epsilon$ study of x &lt; y &#233; <![CDATA[& more]]></title>
    <updated>2026-10-12T09:00:00Z</updated>
    <link href="https://arxiv.org/abs/2610.01234v2" rel="alternate" type="text/html"/>
    <summary>  We study wake recovery &amp; array
layout.
</summary>
    <category term="76-10" scheme="http://arxiv.org/schemas/atom"/>
    <category term="physics.flu-dyn" scheme="http://arxiv.org/schemas/atom"/>
    <published>2026-10-02T17:58:06Z</published>
    <arxiv:comment>12 pages</arxiv:comment>
    <arxiv:primary_category term="physics.flu-dyn"/>
    <author><name>Ada  Example</name><arxiv:affiliation>Example University</arxiv:affiliation></author>
    <author><name>B. K. Writer</name></author>
  </entry>
  <entry>
    <id>https://arxiv.org/abs/hep-ex/0307015v1</id>
    <title>An old paper</title>
    <published>2003-07-10T12:00:00Z</published>
    <author><name>Ada Example</name></author>
  </entry>
</feed>"#;

fn parsed(feed: &str) -> Result<Feed, WebError> {
    parse("arxiv.example", feed.as_bytes())
}

/// A feed with other prefixes, declared where they are used.
fn feed_of(inside: &str) -> String {
    format!("<a:feed xmlns:a='{ATOM}'><t xmlns='{OPENSEARCH}'/>{inside}</a:feed>")
}

fn entry(id: &str, published: &str, title: &str) -> String {
    feed_of(&format!(
        "<entry xmlns='{ATOM}'><id>{id}</id><published>{published}</published><title>{title}</title></entry>"
    ))
}

fn author(name: &str, affiliation: &str) -> Author {
    Author { name: name.to_owned(), affiliation: affiliation.to_owned() }
}

#[test]
fn an_entry_becomes_a_paper() {
    let feed = parsed(FEED).unwrap();
    assert!(!feed.is_hollow());
    assert_eq!(
        feed.papers[0],
        Paper {
            title: "Wake recovery in dense tidal arrays: a k-ε study of x < y é & more".to_owned(),
            url: "https://arxiv.org/abs/2610.01234".to_owned(),
            year: 2026,
            published: "2026-10-02T17:58:06Z".to_owned(),
            authors: vec![author("Ada Example", "Example University"), author("B. K. Writer", "")],
            summary: "We study wake recovery & array layout.".to_owned(),
            categories: vec!["physics.flu-dyn".to_owned(), "76-10".to_owned()],
            is_withdrawn: false,
        }
    );
    assert_eq!(feed.papers[1].url, "https://arxiv.org/abs/hep-ex/0307015");
    assert_eq!(feed.papers.len(), 2);
}

#[test]
fn prefixes_mean_nothing_and_namespaces_everything() {
    let good = entry("https://arxiv.org/abs/2001.00001", "2020-01-01T00:00:00Z", "T");
    assert_eq!(parsed(&good).unwrap().papers.len(), 1);
    let foreign = feed_of("<entry xmlns='urn:other'><id>http://arxiv.org/abs/2001.00001</id></entry>");
    assert_eq!(parsed(&foreign).unwrap().papers, []);
}

#[test]
fn an_entry_that_is_no_paper_is_left_out() {
    let (id, date) = ("http://arxiv.org/abs/2001.00001v1", "2020-01-01T00:00:00Z");
    for (id, date, title) in [
        ("", date, "T"),
        ("http://arxiv.org/abs/", date, "T"),
        ("http://arxiv.org/abs/v1", date, "T"),
        ("http://arxiv.org/abs/20 01?x=\"1", date, "T"),
        (id, "", "T"),
        (id, "soon", "T"),
        (id, "2020", "T"),
        (id, "1899-01-01T00:00:00Z", "T"),
        (id, "2999-01-01T00:00:00Z", "T"),
        (id, "+202-01-01T00:00:00Z", "T"),
        (id, date, ""),
        (id, date, " \n"),
    ] {
        let feed = parsed(&entry(id, date, title)).unwrap();
        assert_eq!(feed.papers, [], "{id} {date} {title}");
        assert!(!feed.is_hollow());
    }
}

#[test]
fn results_that_are_promised_and_missing_are_noticed() {
    let hollow = feed_of(&format!("<x:totalResults xmlns:x='{OPENSEARCH}'>7</x:totalResults>"));
    assert!(parsed(&hollow).unwrap().is_hollow());
    assert!(!parsed(&feed_of("")).unwrap().is_hollow());
}

#[test]
fn an_error_entry_is_a_failure_with_its_summary() {
    let error = feed_of(&format!(
        "<entry xmlns='{ATOM}'><id>https://arxiv.org/api/errors#bad</id><title>Error</title>\
         <summary>start must be an\ninteger</summary></entry>"
    ));
    assert_eq!(
        parsed(&error).unwrap_err(),
        WebError::Failed("arxiv.example says: start must be an integer".to_owned())
    );
}

#[test]
fn what_is_no_whole_feed_is_unreadable() {
    for broken in [
        "",
        "Rate exceeded.",
        "<html></html>",
        "<feed/>",
        "<feed",
        "</feed>",
        &FEED[..FEED.len() - 8],
        &FEED[..FEED.len() / 2],
        "<a><b></a></b>",
        &feed_of("&nbsp;"),
        &feed_of("&#0;"),
        &feed_of("<x:y/>&bad"),
    ] {
        assert!(matches!(parsed(broken), Err(WebError::Unreadable(_))), "{broken}");
    }
    assert!(matches!(
        parse("h", &b"<feed xmlns='http://www.w3.org/2005/Atom'>\xff</feed>"[..]),
        Err(WebError::Unreadable(_))
    ));
}

#[test]
fn a_connection_that_breaks_is_not_blamed_on_the_feed() {
    struct Broken;
    impl std::io::Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> std::io::Result<usize> {
            Err(std::io::ErrorKind::ConnectionReset.into())
        }
    }
    let body = std::io::BufReader::new(std::io::Read::chain(&FEED.as_bytes()[..200], Broken));
    assert!(matches!(parse("h", body), Err(WebError::Unreachable(_))));
}

#[test]
fn what_was_withdrawn_is_told_by_the_title_or_the_comment() {
    for (title, comment, is_withdrawn) in [
        ("WITHDRAWN: Eddies", "", true),
        ("Retracted: Eddies", "", true),
        ("Retraction: Eddies", "", true),
        ("[Retracted article] Eddies", "", true),
        ("Eddies (withdrawn)", "", true),
        ("Eddies", "This paper has been withdrawn by the author due to an error in (3)", true),
        ("Eddies", "Withdrawn, see the newer one", true),
        ("Eddies", "the paper is withdrawn", true),
        ("Retracts and absolute extensors", "12 pages, supersedes a withdrawn one by others", false),
        ("The withdrawn hand: gestures", "20 pages", false),
        ("Retracted gates of rivers", "", false),
    ] {
        let feed = format!(
            "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:arxiv='http://arxiv.org/schemas/atom'><entry>\
             <id>http://arxiv.org/abs/2610.01234v1</id><title>{title}</title>\
             <published>2026-10-02T17:58:06Z</published><arxiv:comment>{comment}</arxiv:comment></entry></feed>"
        );
        assert_eq!(parsed(&feed).unwrap().papers[0].is_withdrawn, is_withdrawn, "{title} {comment}");
    }
}

#[test]
fn true_answers_of_arxiv_are_read() {
    let one = parsed(include_str!("arxiv/feeds/one-entry.xml")).unwrap();
    assert!(one.papers[0].summary.starts_with("Graphs on lattice points are studied"));
    assert_eq!(
        one.papers,
        [Paper {
            title: "Heat-bath random walks with Markov bases".to_owned(),
            url: "https://arxiv.org/abs/1605.08386".to_owned(),
            year: 2016,
            published: "2016-05-26T17:59:46Z".to_owned(),
            authors: vec![author("Caprice Stanley", ""), author("Tobias Windisch", "")],
            summary: one.papers[0].summary.clone(),
            categories: vec!["math.CO".to_owned(), "math.ST".to_owned()],
            is_withdrawn: false,
        }]
    );
    let ten = parsed(include_str!("arxiv/feeds/ten-entries.xml")).unwrap();
    assert_eq!(ten.papers.len(), 10);
    assert!(ten.papers.iter().all(|paper| !paper.authors.is_empty() && paper.year >= 2000));
    let none = parsed(include_str!("arxiv/feeds/no-entry.xml")).unwrap();
    assert!(none.papers.is_empty() && !none.is_hollow());
    let error = parsed(include_str!("arxiv/feeds/bad-id.xml")).unwrap_err();
    assert_eq!(error, WebError::Failed("arxiv.example says: incorrect id format for abc".to_owned()));
}

#[test]
fn of_an_endless_feed_little_is_kept() {
    let author = "<author><name>Ada Example</name></author>";
    let category = "<category term='cs.LG'/>";
    let entry = format!(
        "<entry xmlns='{ATOM}'><id>http://arxiv.org/abs/2001.00001</id><published>2020-01-01</published>\
         <title>{}</title><summary>{}</summary>{}{}</entry>",
        "T".repeat(3000),
        "&amp;wave ".repeat(1000),
        author.repeat(250),
        category.repeat(30),
    );
    let feed = parsed(&feed_of(&entry.repeat(30))).unwrap();
    assert_eq!((feed.papers.len(), feed.entries), (25, 30));
    for Paper { title, summary, authors, categories, .. } in &feed.papers {
        let room = authors.iter().map(|author| author.name.capacity()).sum::<usize>() + summary.capacity();
        assert!(room <= 200 * 11 + 4 * 2000, "{room} bytes for a text that is shorter");
        let lengths = [title.chars().count(), summary.chars().count(), authors.len(), categories.len()];
        assert_eq!(lengths, [500, 2000, 200, 1]);
    }
}

#[test]
fn eight_megabytes_of_nested_or_endless_elements_are_given_up_at_once() {
    let start = format!("<feed xmlns='{ATOM}'>");
    let size = 8 * 1024 * 1024;
    for (body, cause) in [
        ("<a>".repeat(size / 3), "nested deeper than 32"),
        (format!("<a b='{}", "x".repeat(size)), "longer than 65536 bytes"),
        (format!("<entry><title>{}", "x".repeat(size)), "longer than 65536 bytes"),
        (format!("<!--{}", "x".repeat(size)), "longer than 65536 bytes"),
        (format!("<![CDATA[{}", "x".repeat(size)), "longer than 65536 bytes"),
        (format!("&{}", "x".repeat(size)), "longer than 65536 bytes"),
    ] {
        let mut body = start.as_bytes().chain(body.as_bytes());
        let Err(WebError::Unreadable(text)) = parse("h", &mut body) else { panic!("readable") };
        assert!(text.contains(cause), "{text}");
        let left = io::copy(&mut body, &mut io::sink()).unwrap();
        assert!(left > size as u64 - 256 * 1024, "{cause}: only {left} bytes were left unread");
    }
}

proptest! {
    #[test]
    fn any_feed_is_taken_without_panic(cut in 0..FEED.len(), junk in any::<Vec<u8>>(), skip in 0usize..40) {
        let mut body = FEED.as_bytes()[..cut].to_vec();
        body.extend(&junk);
        body.extend(&FEED.as_bytes()[(cut + skip).min(FEED.len())..]);
        if let Ok(feed) = parse("arxiv.example", body.as_slice()) {
            prop_assert!(feed.papers.iter().all(|paper| !paper.title.is_empty() && !paper.title.contains('\n')));
        }
    }
}
