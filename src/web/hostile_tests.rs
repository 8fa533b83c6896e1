//! Servers that mean harm, or were never finished: each ends within a stated time, with a reason.
//! `cargo test --lib web::hostile -- --nocapture` prints the table.
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::atomic::{AtomicUsize, Ordering},
    thread,
    time::{Duration, Instant},
};

use super::{
    Page, WebError,
    guard::Guard,
    pages::{Pages, WHOLE_CALL},
};

/// What a whole call may take where nothing else ends it. All others are given what they would have in earnest, so that
/// it is not the clock that ends them.
const SHORT_CALL: Duration = Duration::from_millis(400);
/// By when each must have ended; most take milliseconds, but the machine may be busy.
const ENDED: Duration = Duration::from_secs(8);
/// How many are met at once.
const AT_ONCE: usize = 4;
/// The pace of the slow ones.
const DRIP: Duration = Duration::from_millis(20);

const OK: &str = "HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n";

/// What a server does with a connection whose request it has read. Whoever hangs up ends it by the error.
type Play = fn(&mut TcpStream) -> std::io::Result<()>;

struct Case {
    what: &'static str,
    /// `page`, or the kind of error.
    outcome: &'static str,
    /// Part of the text, the warnings or the message.
    says: &'static str,
    path: &'static str,
    play: Play,
}

const fn case(what: &'static str, outcome: &'static str, says: &'static str, play: Play) -> Case {
    Case { what, outcome, says, path: "http:/page", play }
}

const fn at(path: &'static str, case: Case) -> Case {
    Case { path, ..case }
}

fn forever(to: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    let bytes = bytes.repeat(4096 / bytes.len() + 1);
    loop {
        to.write_all(&bytes)?;
    }
}

fn drip(to: &mut TcpStream, bytes: &[u8]) -> std::io::Result<()> {
    for byte in bytes.iter().cycle() {
        to.write_all(&[*byte])?;
        thread::sleep(DRIP);
    }
    Ok(())
}

/// Says nothing more and waits until the client goes.
fn silence(to: &mut TcpStream) -> std::io::Result<()> {
    to.read_to_end(&mut Vec::new()).map(drop)
}

fn head(to: &mut TcpStream, rest: &str) -> std::io::Result<()> {
    write!(to, "{OK}{rest}")
}

/// A gzip stream without end in which every 13 bits stand for 258 bytes (RFC 1951: length 258 at distance 1, in the
/// fixed code).
fn gzip_bomb(to: &mut TcpStream) -> std::io::Result<()> {
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

#[rustfmt::skip]
const CASES: &[Case] = &[
    // before the answer
    case("says nothing", "unreachable", "in time", silence),
    case("closes at once", "unreachable", "", |_| Ok(())),
    case("closes amid the status line", "unreachable", "", |to| to.write_all(b"HTTP/1.1 20")),
    case("closes amid the head", "unreachable", "", |to| head(to, "X-A: 1\r\n")),
    // the head
    case("drips its head", "unreachable", "in time", |to| drip(to, b"HTTP/1.1 200 OK\r\nX-A: 1\r\n")),
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
    // redirects
    case("to itself without end", "failed", "redirects more than", |to| to.write_all(b"HTTP/1.1 302 Found\r\nLocation: /page\r\n\r\n")),
    case("into the LAN", "forbidden", "192.168.1.1", |to| to.write_all(b"HTTP/1.1 302 Found\r\nLocation: http://192.168.1.1/\r\n\r\n")),
    case("to the metadata service", "forbidden", "169.254.169.254", |to| to.write_all(b"HTTP/1.1 307 No\r\nLocation: http://2852039166/latest/\r\n\r\n")),
    case("to a file", "forbidden", "file", |to| to.write_all(b"HTTP/1.1 301 No\r\nLocation: file:///etc/passwd\r\n\r\n")),
    case("to nowhere", "failed", "nowhere", |to| to.write_all(b"HTTP/1.1 302 Found\r\n\r\n")),
    case("to an address of 1 MB", "unreadable", "", |to| write!(to, "HTTP/1.1 302 Found\r\nLocation: /{}\r\n\r\n", "a".repeat(1_000_000))),
    case("with a body without end", "failed", "redirects more than", |to| { to.write_all(b"HTTP/1.1 302 Found\r\nLocation: /page\r\n\r\n")?; forever(to, b"a") }),
    // rules
    at("http:/robots", case("rules that drip", "unreachable", "in time", |to| { head(to, "\r\n")?; drip(to, b"#") })),
    at("http:/robots", case("rules without end", "page", "text", |to| { head(to, "\r\n")?; forever(to, b"Disallow: /\n") })),
    at("http:/robots", case("rules that redirect without end", "page", "text", |to| to.write_all(b"HTTP/1.1 302 Found\r\nLocation: /robots.txt\r\n\r\n"))),
    at("http:/robots", case("rules in the LAN", "forbidden", "192.168.1.1", |to| to.write_all(b"HTTP/1.1 302 Found\r\nLocation: http://192.168.1.1/\r\n\r\n"))),
    // TLS
    at("https:/page", case("a TLS handshake that never begins", "unreachable", "in time", silence)),
    at("https:/page", case("a TLS handshake that drips", "unreachable", "in time", |to| { to.write_all(b"\x16\x03\x03\x40\x00\x02\x00\x3f\xfc")?; drip(to, b"\0") })),
    at("https:/page", case("noise for TLS", "unreachable", "", |to| forever(to, b"\xff\x00\x1b[2J"))),
    at("https:/page", case("plain HTTP for TLS", "unreachable", "", |to| head(to, "\r\n<p>text"))),
];

/// Starts the server of a case, and returns its port.
fn serve(case: &'static Case) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let has_rules = case.path == "http:/robots";
    thread::spawn(move || {
        for mut stream in listener.incoming().map_while(Result::ok) {
            thread::spawn(move || {
                let mut request = [0; 4096];
                let is_tls = case.path.starts_with("https");
                let read = if is_tls { 0 } else { stream.read(&mut request).unwrap_or(0) };
                let asks_for_rules = request[..read].starts_with(b"GET /robots.txt ");
                let _ = match (asks_for_rules, has_rules) {
                    (true, true) | (false, false) => (case.play)(&mut stream),
                    (true, false) => {
                        stream.write_all(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
                    }
                    (false, true) => head(&mut stream, "Connection: close\r\n\r\n<p>text"),
                };
            });
        }
    });
    port
}

fn read(case: &'static Case) -> (Result<Page, WebError>, Duration) {
    let whole_call = if case.says == "in time" { SHORT_CALL } else { WHOLE_CALL };
    let guard = Guard::new(vec!["127.0.0.1".parse().unwrap()]);
    let pages = Pages::new(guard, Duration::ZERO, whole_call, "test");
    let scheme = case.path.split(':').next().unwrap();
    let address = format!("{scheme}://127.0.0.1:{}/page", serve(case));
    let started = Instant::now();
    (pages.read(&address), started.elapsed())
}

fn outcome(result: &Result<Page, WebError>) -> (&'static str, String) {
    match result {
        Ok(page) => (
            "page",
            format!("{} [{}]", page.text.chars().take(40).collect::<String>(), page.warnings.join("; ")),
        ),
        Err(error) => (
            match error {
                WebError::Unreachable(_) => "unreachable",
                WebError::Busy { .. } => "busy",
                WebError::Failed(_) => "failed",
                WebError::Unreadable(_) => "unreadable",
                WebError::Forbidden(_) => "forbidden",
                WebError::QuestionRefused(_) | WebError::KeyRefused(_) | WebError::QuotaSpent(_) => {
                    "of a search"
                }
            },
            error.to_string(),
        ),
    }
}

#[test]
fn every_hostile_server_ends_in_time_with_a_reason() {
    let next = AtomicUsize::new(0);
    let meet = || {
        let cases = std::iter::from_fn(|| CASES.get(next.fetch_add(1, Ordering::Relaxed)));
        cases.map(|case| (case, read(case))).collect::<Vec<_>>()
    };
    let met: Vec<_> = thread::scope(|scope| {
        let met: Vec<_> = (0..AT_ONCE).map(|_| scope.spawn(meet)).collect();
        met.into_iter().flat_map(|met| met.join().unwrap()).collect()
    });
    let mut wrong = Vec::new();
    println!("{:<36} {:<12} {:>7}  reason", "server", "outcome", "seconds");
    for (case, (result, took)) in met {
        let (kind, text) = outcome(&result);
        println!("{:<36} {kind:<12} {:>7.3}  {}", case.what, took.as_secs_f64(), text.escape_debug());
        if kind != case.outcome || !text.contains(case.says) || text.is_empty() || took > ENDED {
            wrong.push(format!("{}: {kind}, not {} ({text}) in {took:?}", case.what, case.outcome));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(CASES.len() >= 30);
}
