//! Reading pages over a real socket.
use std::net::TcpListener;

use super::*;
use crate::web::testing::{Server, answer, serve, serve_with_robots};

/// `<title>Ada</title><p>Zipped text`, as gzip makes it.
const ZIPPED: [u8; 47] = [
    0x1f, 0x8b, 0x08, 0x00, 0x00, 0x00, 0x00, 0x00, 0x02, 0x03, 0xb3, 0x29, 0xc9, 0x2c, 0xc9, 0x49, 0xb5,
    0x73, 0x4c, 0x49, 0xb4, 0xd1, 0x87, 0x30, 0x6d, 0x0a, 0xec, 0xa2, 0x32, 0x0b, 0x0a, 0x52, 0x53, 0x14,
    0x4a, 0x52, 0x2b, 0x4a, 0x00, 0x52, 0x54, 0x37, 0x11, 0x20, 0x00, 0x00, 0x00,
];

/// Reads from this machine, asks its one host without a pause.
fn pages() -> Pages {
    pages_at(Duration::ZERO)
}

fn pages_at(interval: Duration) -> Pages {
    Pages::new(
        Guard::new(vec!["127.0.0.1".parse().unwrap()]),
        interval,
        WHOLE_CALL,
        "scribe/test (a@b.example)",
    )
}

/// Reads `/` of a server that answers so.
fn read(answer: Vec<u8>) -> Result<Page, WebError> {
    pages().read(serve(move |_| answer.clone()).base.as_str())
}

/// A server that sends every path to the location, and `/end` to a page.
fn redirecting(location: impl Fn(&str) -> String + Send + 'static) -> Server {
    serve(move |path| match path {
        "/end" => answer("200 OK", "text/html", b"<p>the end"),
        _ => answer(&format!("302 Found\r\nLocation: {}", location(path)), "text/html", b""),
    })
}

#[test]
fn a_page_is_read_with_the_address_it_was_found_at() {
    let server = redirecting(|_| "/end".to_owned());
    let page = pages().read(server.base.as_str()).unwrap();
    assert_eq!(page.url, format!("{}end", server.base));
    assert_eq!(page.text, "the end");
}

#[test]
fn a_redirect_into_a_private_network_is_refused_unasked() {
    let victim = TcpListener::bind("127.0.0.2:0").unwrap();
    victim.set_nonblocking(true).unwrap();
    let target = format!("http://{}/admin", victim.local_addr().unwrap());
    for location in
        [target, "http://192.168.1.1/".to_owned(), "file:///etc/passwd".to_owned(), "http://[::1]/".into()]
    {
        let server = redirecting(move |_| location.clone());
        assert!(matches!(pages().read(server.base.as_str()), Err(WebError::Forbidden(_))));
    }
    assert!(victim.accept().is_err(), "somebody connected");
}

#[test]
fn the_connection_itself_is_judged_too() {
    // Past the first judgement, as a name would be that leads somewhere else by the time of the connection.
    let server = serve(|_| answer("200 OK", "text/html", b"secret"));
    let strict = Pages::new(Guard::new(Vec::new()), Duration::ZERO, WHOLE_CALL, "test");
    let strict = Pages { guard: Guard::new(vec!["127.0.0.1".parse().unwrap()]), ..strict };
    assert!(matches!(strict.read(server.base.as_str()), Err(WebError::Forbidden(_))));
    assert!(server.requests().is_empty());
}

#[test]
fn a_redirect_may_go_to_https_and_not_back() {
    let may = |from: &str, to: &str| stays_safe(&Url::parse(from).unwrap(), &Url::parse(to).unwrap()).is_ok();
    assert!(may("http://a.example/", "https://a.example/"));
    assert!(may("http://a.example/", "http://b.example/"));
    assert!(may("https://a.example/", "https://b.example/"));
    assert!(!may("https://a.example/", "http://a.example/"));
    assert!(!may("https://a.example/", "http://b.example:443/"));
}

#[test]
fn a_circle_of_redirects_ends() {
    let server = redirecting(|path| format!("{path}x"));
    assert!(matches!(pages().read(server.base.as_str()), Err(WebError::Failed(_))));
    assert_eq!(server.requests().len(), 1 + MOST_REDIRECTS);
}

#[test]
fn only_types_that_hold_text_are_read() {
    let error = read(answer("200 OK", "application/pdf", b"%PDF")).unwrap_err();
    assert!(matches!(&error, WebError::Failed(text) if text.contains("application/pdf")), "{error:?}");
    assert_eq!(read(answer("200 OK", "Text/Plain; charset=utf-8", b"a < b")).unwrap().text, "a < b");
    assert_eq!(read(answer("200 OK", "application/xhtml+xml", b"<p>a</p>")).unwrap().text, "a");
    assert_eq!(read(b"HTTP/1.1 200 OK\r\n\r\n<p>untyped</p>".to_vec()).unwrap().text, "untyped");
}

#[test]
fn only_two_megabytes_are_read() {
    let page = read(answer("200 OK", "text/html", &b"<!-- padding -->".repeat(200_000))).unwrap();
    assert!(page.warnings.contains(&"only the first 2 MB were read".to_owned()), "{:?}", page.warnings);
}

#[test]
fn what_is_read_is_counted_after_decompression_rules_and_pages_alike() {
    let zipped = answer("200 OK\r\nContent-Encoding: gzip", "text/html", &ZIPPED);
    let rules = answer("200 OK", "text/plain", b"# none");
    let server = serve_with_robots(rules, move |_| zipped.clone());
    let pages = pages();
    pages.read(server.base.as_str()).unwrap();
    let page = "<title>Ada</title><p>Zipped text".len() as u64;
    assert_eq!(pages.bytes_read(), 6 + page);
    pages.read(server.base.as_str()).unwrap();
    assert_eq!(pages.bytes_read(), 6 + 2 * page);
}

#[test]
fn a_zipped_page_is_read_and_other_encodings_are_refused() {
    let page = read(answer("200 OK\r\nContent-Encoding: gzip", "text/html", &ZIPPED)).unwrap();
    assert_eq!((page.title.as_str(), page.text.as_str()), ("Ada", "Zipped text"));
    for (encoding, body) in [("br", &ZIPPED[..]), ("gzip", &b"no gzip at all"[..])] {
        let head = format!("200 OK\r\nContent-Encoding: {encoding}");
        assert!(matches!(read(answer(&head, "text/html", body)), Err(WebError::Unreadable(_))), "{encoding}");
    }
}

#[test]
fn a_server_that_asks_for_patience_is_busy() {
    for (status, seconds) in [
        ("429 Too Many Requests\r\nRetry-After: 12", Some(12)),
        ("503 Service Unavailable\r\nRetry-After: 99999999999", Some(24 * 60 * 60)),
        ("503 Service Unavailable\r\nRetry-After: Sun, 06 Nov 1994 08:49:37 GMT", None),
        ("429 Too Many Requests", None),
        ("500 Internal Server Error", None),
    ] {
        let Err(WebError::Busy { retry_after, .. }) = read(answer(status, "text/plain", b"")) else {
            panic!("{status}: not busy")
        };
        assert_eq!(retry_after, seconds.map(Duration::from_secs), "{status}");
    }
}

#[test]
fn other_answers_fail_with_host_and_status() {
    for status in ["404 Not Found", "304 Not Modified", "204 No Content"] {
        let error = read(answer(status, "text/html", b"")).unwrap_err();
        assert!(
            matches!(&error, WebError::Failed(text) if text.starts_with("127.0.0.1 answered")),
            "{error:?}"
        );
    }
    assert!(matches!(read(answer("301 Moved Permanently", "text/html", b"")), Err(WebError::Failed(_))));
}

#[test]
fn a_server_that_is_away_or_speaks_no_http_is_told_apart() {
    let address = TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    assert!(matches!(pages().read(&format!("http://{address}/")), Err(WebError::Unreachable(_))));
    assert!(matches!(read(b"SSH-2.0-OpenSSH\r\n\r\n".to_vec()), Err(WebError::Unreadable(_))));
}

#[test]
fn a_page_that_breaks_off_is_an_error_and_no_page() {
    let cut = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 100\r\n\r\n<p>half".to_vec();
    assert!(matches!(read(cut), Err(WebError::Unreachable(_))));
}

#[test]
fn what_is_no_address_is_refused() {
    for address in ["", "example.org", "http://", "/path", "http://exa mple.org/"] {
        assert!(matches!(pages().read(address), Err(WebError::Forbidden(_))), "{address}");
    }
}

#[test]
fn what_robots_txt_forbids_is_not_asked_for_also_behind_a_redirect() {
    let rules = answer("200 OK", "text/plain", b"User-agent: *\nDisallow: /private");
    let server = serve_with_robots(rules, |path| match path {
        "/away" => answer("302 Found\r\nLocation: /private/b", "text/html", b""),
        _ => answer("200 OK", "text/html", b"<p>text"),
    });
    let pages = pages();
    let read = |path: &str| pages.read(server.base.join(path).unwrap().as_str());
    assert_eq!(read("/open").unwrap().text, "text");
    for path in ["/private/a", "/away"] {
        assert_eq!(read(path), Err(WebError::Forbidden("the robots.txt of 127.0.0.1 forbids it".into())));
    }
    assert!(server.requests().iter().all(|request| !request.target.starts_with("/private")));
}

#[test]
fn each_answer_for_robots_txt_means_what_the_rfc_says() {
    let redirected = "302 Found\r\nLocation: /rules";
    for (status, body, allowed) in [
        ("200 OK", "User-agent: scribe\nDisallow: /", false),
        ("200 OK", "User-agent: other\nDisallow: /", true),
        ("204 No Content", "", true),
        ("401 Unauthorized", "", true),
        ("403 Forbidden", "", true),
        ("404 Not Found", "User-agent: *\nDisallow: /", true),
        ("410 Gone", "", true),
        ("429 Too Many Requests", "", false),
        ("500 Internal Server Error", "", false),
        ("503 Service Unavailable\r\nRetry-After: 60", "", false),
        (redirected, "", false),
        ("302 Found\r\nLocation: /robots.txt", "", true),
        ("302 Found\r\nLocation: http://192.168.1.1/robots.txt", "", false),
        ("302 Found", "", true),
    ] {
        let server = serve_with_robots(answer(status, "text/plain", body.as_bytes()), |path| match path {
            "/rules" => answer("200 OK", "text/plain", b"User-agent: *\nDisallow: /page"),
            _ => answer("200 OK", "text/html", b"<p>text"),
        });
        let page = pages().read(server.base.join("/page").unwrap().as_str());
        assert_eq!(page.is_ok(), allowed, "{status}: {page:?}");
        let asked = server.requests().iter().any(|request| request.target == "/page");
        assert_eq!(asked, allowed, "{status}");
    }
}

#[test]
fn a_host_is_asked_once_in_an_interval_and_told_who_asks() {
    let server = serve(|_| answer("200 OK", "text/html", b"<p>text"));
    let pages = pages_at(Duration::from_millis(60));
    let started = Instant::now();
    pages.read(server.base.join("/a").unwrap().as_str()).unwrap();
    pages.read(server.base.join("/b").unwrap().as_str()).unwrap();
    // robots.txt, then the two pages
    assert!(started.elapsed() >= Duration::from_millis(120), "{:?}", started.elapsed());
    let requests = server.requests();
    assert!(
        requests[0].text.to_lowercase().contains("user-agent: scribe/test (a@b.example)\r\n"),
        "{}",
        requests[0].text
    );
}

#[test]
fn a_short_plea_for_patience_is_granted_once_and_a_long_one_is_remembered() {
    let busy = |seconds: u32| answer(&format!("503 Busy\r\nRetry-After: {seconds}"), "text/plain", b"");
    let asked = std::cell::Cell::new(0);
    let server = serve(move |path| match (path, asked.replace(asked.get() + 1)) {
        ("/soon", 0) => busy(0),
        ("/late", _) => busy(600),
        _ => answer("200 OK", "text/html", b"<p>text"),
    });
    let pages = pages();
    let read = |path: &str| pages.read(server.base.join(path).unwrap().as_str());
    assert_eq!(read("/soon").unwrap().text, "text");
    assert!(matches!(read("/late"), Err(WebError::Busy { .. })));
    let Err(WebError::Busy { message, retry_after }) = read("/other") else { panic!("asked again") };
    assert!(message.contains("wants to be left alone") && retry_after > Some(Duration::from_secs(500)));
    assert_eq!(server.requests().len(), 3);
}
