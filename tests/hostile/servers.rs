//! The servers: what each sends, and how that must end.
use std::{
    io::{Read, Result, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

/// What a whole call may take where nothing else ends it (`in time`). All others are given what they would have in
/// earnest, so that it is not the clock that ends them.
pub const SHORT_CALL: Duration = Duration::from_millis(600);
/// The pace of the slow ones.
const DRIP: Duration = Duration::from_millis(20);

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

/// What a server does with a connection whose request it has read. Whoever hangs up ends it by the error.
type Play = fn(&mut TcpStream) -> Result<()>;

pub struct Case {
    pub what: &'static str,
    /// `page`, or the kind of error.
    pub outcome: &'static str,
    /// Part of the text, the warnings or the message.
    pub says: &'static str,
    /// What is asked for: a page, the rules before it, a search, or papers.
    pub asked: Asked,
    play: Play,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Asked {
    Page,
    PageByTls,
    Rules,
    Search,
    Papers,
}

use Asked::{PageByTls, Papers, Rules, Search};

const fn case(what: &'static str, outcome: &'static str, says: &'static str, play: Play) -> Case {
    Case { what, outcome, says, asked: Asked::Page, play }
}

const fn of(asked: Asked, case: Case) -> Case {
    Case { asked, ..case }
}

/// The same bytes until the client goes.
pub fn forever(to: &mut TcpStream, bytes: &[u8]) -> Result<()> {
    let bytes = bytes.repeat(4096 / bytes.len() + 1);
    loop {
        to.write_all(&bytes)?;
    }
}

/// The same bytes, so often.
fn many(to: &mut TcpStream, times: usize, bytes: &[u8]) -> Result<()> {
    let bunch = bytes.repeat(4096 / bytes.len() + 1);
    let mut left = times * bytes.len();
    while left > 0 {
        let next = left.min(bunch.len());
        to.write_all(&bunch[..next])?;
        left -= next;
    }
    Ok(())
}

fn drip(to: &mut TcpStream, bytes: &[u8]) -> Result<()> {
    for byte in bytes.iter().cycle() {
        to.write_all(&[*byte])?;
        thread::sleep(DRIP);
    }
    Ok(())
}

/// Says nothing more and waits until the client goes.
fn silence(to: &mut TcpStream) -> Result<()> {
    to.read_to_end(&mut Vec::new()).map(drop)
}

fn head(to: &mut TcpStream, rest: &str) -> Result<()> {
    write!(to, "{OK}{rest}")
}

/// A gzip stream without end in which every 13 bits stand for 258 bytes (RFC 1951: length 258 at distance 1, in the
/// fixed code).
fn gzip_bomb(to: &mut TcpStream) -> Result<()> {
    head(to, "Content-Encoding: gzip\r\n\r\n")?;
    to.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3])?;
    // last block no, fixed code; the letter “a” (0x30 + 0x61); then the repetitions, bits in the order they are sent
    let mut bits = format!("010{:08b}", 0x30 + 0x61);
    bits.push_str(&"1100010100000".repeat(8 * 1024));
    let whole = bits.len() / 8 * 8;
    let pack = |bits: &str| -> Vec<u8> {
        let byte = |bits: &[u8]| bits.iter().rev().fold(0, |byte, bit| byte << 1 | (bit - b'0'));
        bits.as_bytes().chunks(8).map(byte).collect()
    };
    to.write_all(&pack(&bits[..whole]))?;
    // 104 bits repeat the pattern at every offset
    let offset = (whole - 11) % 13;
    let pattern: String = "1100010100000".chars().cycle().skip(offset).take(104).collect();
    forever(to, &pack(&pattern))
}

fn forever_slowly(to: &mut TcpStream, pause: Duration) -> Result<()> {
    loop {
        to.write_all(b"a")?;
        thread::sleep(pause);
    }
}

const FEED: &str = "\r\n<feed xmlns='http://www.w3.org/2005/Atom'>";

#[rustfmt::skip]
pub const CASES: &[Case] = &[
    // before the answer
    case("says nothing", "unreachable", "in time", silence),
    case("closes at once", "unreachable", "", |_| Ok(())),
    case("closes amid the status line", "unreachable", "", |to| to.write_all(b"HTTP/1.1 20")),
    case("closes amid the head", "unreachable", "", |to| head(to, "X-A: 1\r\n")),
    // the head
    case("drips its head", "unreachable", "in time", |to| { head(to, "")?; drip(to, b"X-A: 1\r\n") }),
    case("endless header lines", "unreadable", "", |to| { head(to, "")?; forever(to, b"X-A: 1\r\n") }),
    case("one header line without end", "unreadable", "", |to| { head(to, "X-A: ")?; forever(to, b"a") }),
    case("a name without end", "unreadable", "", |to| { head(to, "")?; forever(to, b"a") }),
    case("a status line without end", "unreadable", "", |to| { to.write_all(b"HTTP/1.1 200 ")?; forever(to, b"O") }),
    case("a bomb of 100,000 headers", "unreadable", "", |to| { head(to, &"X-A: 1\r\n".repeat(100_000))?; to.write_all(b"\r\n<p>text") }),
    case("100 Continue without end", "unreadable", "", |to| forever(to, b"HTTP/1.1 100 Continue\r\n\r\n")),
    case("103 Early Hints without end", "unreadable", "", |to| forever(to, b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")),
    case("101 Switching Protocols", "failed", "101", |to| { to.write_all(b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\n\r\n")?; silence(to) }),
    case("HTTP/0.9", "unreadable", "", |to| to.write_all(b"<html><p>text")),
    case("HTTP/2 without asking", "unreadable", "", |to| { to.write_all(b"\0\0\x12\x04\0\0\0\0\0\0\x03\0\0\0\x64")?; silence(to) }),
    case("a status that is no number", "unreadable", "", |to| to.write_all(b"HTTP/1.1 abc OK\r\n\r\n")),
    case("status 000", "unreadable", "", |to| to.write_all(b"HTTP/1.1 000 No\r\n\r\n")),
    case("status 999", "failed", "999", |to| to.write_all(b"HTTP/1.1 999 No\r\n\r\n")),
    case("noise", "unreadable", "", |to| forever(to, b"\xff\x00\x1b[2J\x9f")),
    case("another protocol", "unreadable", "", |to| { to.write_all(b"SSH-2.0-OpenSSH_9.9\r\n")?; silence(to) }),
    case("nul bytes in a header", "unreadable", "", |to| { head(to, "X-A: a\0b\r\n\r\n")?; to.write_all(b"<p>text") }),
    case("a header without a name", "unreadable", "", |to| head(to, ": a\r\n\r\n")),
    // length
    case("less than promised", "unreachable", "", |to| head(to, "Content-Length: 1000\r\n\r\n<p>text")),
    case("more than promised", "page", "text", |to| { head(to, "Content-Length: 7\r\n\r\n<p>text")?; forever(to, b"evil") }),
    case("no length, and no end", "unreachable", "in time", |to| { head(to, "\r\n<p>text")?; silence(to) }),
    case("two lengths", "unreadable", "", |to| head(to, "Content-Length: 7\r\nContent-Length: 9\r\n\r\n<p>text")),
    case("a negative length", "unreadable", "", |to| head(to, "Content-Length: -1\r\n\r\n<p>text")),
    case("a length of 2^80", "unreadable", "", |to| head(to, "Content-Length: 1208925819614629174706176\r\n\r\n<p>text")),
    case("length and chunks", "page", "text", |to| head(to, "Content-Length: 3\r\nTransfer-Encoding: chunked\r\n\r\n7\r\n<p>text\r\n0\r\n\r\n")),
    // body
    case("drips its body", "unreachable", "in time", |to| { head(to, "\r\n")?; drip(to, b"<p>text</p>") }),
    case("closes amid a chunk", "unreachable", "", |to| head(to, "Transfer-Encoding: chunked\r\n\r\nff\r\n<p>text")),
    case("an endless body", "page", "only the first", |to| { head(to, "\r\n")?; forever(to, b"text ") }),
    case("endless chunks", "page", "only the first", |to| { head(to, "Transfer-Encoding: chunked\r\n\r\n")?; forever(to, b"5\r\ntext \r\n") }),
    case("one chunk of 2^63 bytes", "page", "only the first", |to| { head(to, "Transfer-Encoding: chunked\r\n\r\n7fffffffffffffff\r\n")?; forever(to, b"text ") }),
    case("a chunk of 2^80 bytes", "unreadable", "", |to| { head(to, "Transfer-Encoding: chunked\r\n\r\n100000000000000000000\r\n")?; forever(to, b"a") }),
    case("a chunk size that is no number", "unreadable", "", |to| head(to, "Transfer-Encoding: chunked\r\n\r\nzz\r\n<p>text\r\n")),
    case("a chunk size without end", "unreachable", "", |to| { head(to, "Transfer-Encoding: chunked\r\n\r\n1;a=")?; forever(to, b"a") }),
    case("trailers without end", "unreachable", "in time", |to| { head(to, "Transfer-Encoding: chunked\r\n\r\n7\r\n<p>text\r\n0\r\n")?; forever(to, b"X-A: 1\r\n") }),
    case("a gzip bomb", "page", "only the first", gzip_bomb),
    case("gzip that is none", "unreadable", "", |to| head(to, "Content-Encoding: gzip\r\n\r\n<p>text")),
    case("gzip that breaks off", "unreadable", "", |to| { head(to, "Content-Encoding: gzip\r\n\r\n")?; to.write_all(&[0x1f, 0x8b, 8, 0, 0, 0, 0, 0, 0, 3, 0x4b]) }),
    case("a gzip file name without end", "unreadable", "", |to| { head(to, "Content-Encoding: gzip\r\n\r\n")?; to.write_all(&[0x1f, 0x8b, 8, 8, 0, 0, 0, 0, 0, 3])?; forever(to, b"a") }),
    case("gzip in gzip in gzip", "unreadable", "", |to| head(to, "Content-Encoding: gzip, gzip, gzip\r\n\r\n<p>text")),
    case("three charsets at once", "page", "Zoë", |to| { to.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=no-such\r\n\r\n\xef\xbb\xbf<meta charset=shift_jis><p>Zo\xc3\xab \xff\xfe") }),
    case("nul bytes in the body", "page", "text", |to| head(to, "\r\n<p>\0te\0xt text\0")),
    // text
    case("400,000 nested elements", "page", "", |to| { head(to, "\r\n<p>text")?; many(to, 400_000, b"<div>")?; to.write_all(b"deep") }),
    case("400,000 nested tables", "page", "", |to| { head(to, "\r\n<p>text")?; many(to, 400_000, b"<table><td>") }),
    case("400,000 open formatting elements", "page", "", |to| { head(to, "\r\n<p>text")?; many(to, 400_000, b"<b><p>") }),
    case("an attribute of 8 MB", "page", "", |to| { head(to, "\r\n<p>text</p><a title='")?; many(to, 8 << 20, b"a")?; to.write_all(b"'>end") }),
    case("400,000 attributes", "page", "", |to| { head(to, "\r\n<p>text</p><a ")?; many(to, 400_000, b"a=1 ")?; to.write_all(b">end") }),
    case("a comment of 8 MB", "page", "text", |to| { head(to, "\r\n<p>text</p><!--")?; many(to, 8 << 20, b"-") }),
    case("a script of 8 MB", "page", "text", |to| { head(to, "\r\n<p>text</p><script>")?; many(to, 8 << 20, b"a") }),
    case("a title of 8 MB", "page", "", |to| { head(to, "\r\n<title>")?; many(to, 8 << 20, b"a") }),
    case("a tag name of 8 MB", "page", "", |to| { head(to, "\r\n<p>text</p><a")?; many(to, 8 << 20, b"a") }),
    case("a million entities", "page", "", |to| { head(to, "\r\n<p>")?; many(to, 1_000_000, b"&lt;") }),
    case("a word of 2 MB", "page", "aaaa", |to| { head(to, "\r\n<p>")?; many(to, 2 << 20, b"a") }),
    case("a million paragraphs", "page", "", |to| { head(to, "\r\n")?; many(to, 1_000_000, b"<p>a") }),
    case("control characters in title and text", "page", "text", |to| head(to, "\r\n<title>\x1b]0;owned\x07\x1b[2J\u{202e}title\u{9b}31m</title><p>\x1b[31mtext\r\x08\u{9b}2J")),
    case("a charset that lies: UTF-16 that is none", "page", "", |to| to.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-16\r\n\r\n<title>a</title><p>plain text")),
    case("a charset that lies: UTF-8 that is none", "page", "Zo", |to| { to.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=utf-8\r\n\r\n<p>Zo\xeb ")?; many(to, 50_000, b"\xff\xc0\x80") }),
    case("a charset that lies: ISO-2022-JP", "page", "", |to| { to.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html; charset=iso-2022-jp\r\n\r\n<p>")?; many(to, 500_000, b"\x1b$B\x1b(B") }),
    // slowness
    case("a byte just before each time-out", "unreachable", "in time", |to| { head(to, "\r\n")?; forever_slowly(to, SHORT_CALL * 9 / 10) }),
    case("redirects that each take their time", "unreachable", "in time", |to| { thread::sleep(SHORT_CALL * 2 / 5); to.write_all(b"HTTP/1.1 302 Found\r\nLocation: /page\r\nContent-Length: 0\r\nConnection: close\r\n\r\n") }),
    case("asks for a moment, again and again", "busy", "503", |to| to.write_all(b"HTTP/1.1 503 No\r\nRetry-After: 0\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")),
    // redirects
    case("to itself without end", "failed", "redirects more than", |to| to.write_all(b"HTTP/1.1 302 Found\r\nLocation: /page\r\n\r\n")),
    case("into the LAN", "forbidden", "192.168.1.1", |to| to.write_all(b"HTTP/1.1 302 Found\r\nLocation: http://192.168.1.1/\r\n\r\n")),
    case("to the metadata service", "forbidden", "169.254.169.254", |to| to.write_all(b"HTTP/1.1 307 No\r\nLocation: http://2852039166/latest/\r\n\r\n")),
    case("to a file", "forbidden", "file", |to| to.write_all(b"HTTP/1.1 301 No\r\nLocation: file:///etc/passwd\r\n\r\n")),
    case("to nowhere", "failed", "nowhere", |to| to.write_all(b"HTTP/1.1 302 Found\r\n\r\n")),
    case("to an address of 1 MB", "unreadable", "", |to| write!(to, "HTTP/1.1 302 Found\r\nLocation: /{}\r\n\r\n", "a".repeat(1_000_000))),
    case("with a body without end", "failed", "redirects more than", |to| { to.write_all(b"HTTP/1.1 302 Found\r\nLocation: /page\r\n\r\n")?; forever(to, b"a") }),
    // rules
    of(Rules, case("rules that drip", "unreachable", "in time", |to| { head(to, "\r\n")?; drip(to, b"#") })),
    of(Rules, case("rules without end", "page", "text", |to| { head(to, "\r\n")?; forever(to, b"Disallow: /\n") })),
    of(Rules, case("rules that redirect without end", "page", "text", |to| to.write_all(b"HTTP/1.1 302 Found\r\nLocation: /robots.txt\r\n\r\n"))),
    of(Rules, case("rules in the LAN", "forbidden", "192.168.1.1", |to| to.write_all(b"HTTP/1.1 302 Found\r\nLocation: http://192.168.1.1/\r\n\r\n"))),
    of(Rules, case("rules that are one line of 2 MB", "page", "text", |to| { head(to, "\r\nUser-agent: *\nDisallow: /")?; many(to, 2 << 20, b"a*") })),
    of(Rules, case("100,000 groups of rules", "page", "text", |to| { head(to, "\r\n")?; many(to, 100_000, b"User-agent: *\nCrawl-delay: 0\nAllow: /a*b*c*d*e*f$\n") })),
    of(Rules, case("rules in a gzip bomb", "page", "text", gzip_bomb)),
    // TLS
    of(PageByTls, case("a TLS handshake that never begins", "unreachable", "in time", silence)),
    of(PageByTls, case("a TLS handshake that drips", "unreachable", "in time", |to| { to.write_all(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")?; drip(to, b"\0") })),
    of(PageByTls, case("noise for TLS", "unreachable", "", |to| forever(to, b"\xff\x00\x1b[2J"))),
    of(PageByTls, case("plain HTTP for TLS", "unreachable", "", |to| head(to, "\r\n<p>text"))),
    // searches, with SearXNG; where all is refused, a search for somebody else comes after it
    of(Search, case("a million zeros for results", "failed", "longer answer", |to| { head(to, "\r\n{\"results\": [")?; many(to, 1_000_000, b"0,")?; to.write_all(b"0]}") })),
    of(Search, case("100,000 zeros for results", "unreadable", "", |to| { head(to, "\r\n{\"results\": [")?; many(to, 100_000, b"0,")?; to.write_all(b"0]}") })),
    of(Search, case("5,000 results of 200 bytes", "page", "10 hits", |to| { head(to, "\r\n{\"results\": [{}")?; many(to, 5_000, &[&b",{\"url\": \"http://a.example/"[..], &[b'a'; 170], b"\"}"].concat())?; to.write_all(b"]}") })),
    of(Search, case("results nested 500,000 deep", "page", "0 hits", |to| { head(to, "\r\n{\"results\": ")?; many(to, 500_000, b"[")?; many(to, 500_000, b"]")?; to.write_all(b"}") })),
    of(Search, case("members nested 400,000 deep", "unreadable", "", |to| { head(to, "\r\n{\"results\": [")?; many(to, 200_000, b"{\"a\":")?; to.write_all(b"]}") })),
    of(Search, case("one address of 900 KB", "page", "", |to| { head(to, "\r\n{\"results\": [{\"url\": \"http://a.example/")?; many(to, 900_000, b"a")?; to.write_all(b"\"}]}") })),
    of(Search, case("9,000 engines that failed", "failed", "could not search", |to| { head(to, "\r\n{\"results\": [], \"unresponsive_engines\": [[\"a\", \"b\"]")?; many(to, 9_000, b",[\"an engine\", \"why it failed\"]")?; to.write_all(b"]}") })),
    of(Search, case("an answer without end", "failed", "longer answer", |to| { head(to, "\r\n")?; forever(to, b" ") })),
    of(Search, case("an answer in a gzip bomb", "failed", "longer answer", gzip_bomb)),
    of(Search, case("an error page without end", "busy", "503", |to| { to.write_all(b"HTTP/1.1 503 No\r\nRetry-After: 0\r\n\r\n")?; forever(to, b"<p>sorry") })),
    // papers
    of(Papers, case("a feed without end", "unreadable", "", |to| { head(to, FEED)?; forever(to, b"<entry><title>a</title></entry>") })),
    of(Papers, case("authors without end", "unreadable", "", |to| { head(to, FEED)?; to.write_all(b"<entry>")?; forever(to, b"<author><name>Ada Example</name></author>") })),
    of(Papers, case("a feed nested without end", "unreadable", "", |to| { head(to, FEED)?; forever(to, b"<a>") })),
    of(Papers, case("a title without end", "unreadable", "", |to| { head(to, FEED)?; to.write_all(b"<entry><title>")?; forever(to, b"a") })),
    of(Papers, case("a billion laughs", "unreadable", "", |to| head(to, "\r\n<!DOCTYPE feed [<!ENTITY a 'ha'><!ENTITY b '&a;&a;&a;&a;&a;&a;&a;&a;'>]><feed xmlns='http://www.w3.org/2005/Atom'><entry><title>&b;&b;</title>"))),
];

/// Starts the server of a case, and returns its port.
pub fn serve(case: &'static Case) -> u16 {
    listen(move |stream| {
        let mut request = [0; 4096];
        let read = if case.asked == PageByTls { 0 } else { stream.read(&mut request).unwrap_or(0) };
        let asks_for_rules = request[..read].starts_with(b"GET /robots.txt ");
        match (asks_for_rules, case.asked == Rules) {
            (true, true) | (false, false) => (case.play)(stream),
            (true, false) => {
                stream.write_all(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
            }
            (false, true) => head(stream, "Connection: close\r\n\r\n<p>text"),
        }
    })
}

/// Plays to everybody who comes, each in a thread.
pub fn listen(play: impl Fn(&mut TcpStream) -> Result<()> + Clone + Send + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            let play = play.clone();
            thread::spawn(move || play(&mut stream));
        }
    });
    port
}
