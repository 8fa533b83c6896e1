//! Large feeds of hostile shapes, in place of arXiv's, take little memory. A process of its own, because it measures this
//! process's memory.
mod peak;

use std::{
    io::{BufRead, BufReader, Write},
    net::{TcpListener, TcpStream},
    thread,
    time::Duration,
};

use peak::{grown_since, peak};
use scribe::{
    config::{SearchProvider, WebSettings},
    web::{Paper, PaperQuery, Web, WebError},
};

const HEAD: &str = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:x='http://arxiv.org/schemas/atom'>";
const ENTRY: &str =
    "<entry><id>http://arxiv.org/abs/2001.00001</id><published>2020-01-01</published><title>T</title>";
/// What is sent. Up to 8 MiB are read; less shows the same, and sooner.
const SIZE: usize = 3 * 1024 * 1024;
/// In KiB: what a feed may cost.
const MOST_MEMORY: u64 = 1 << 10;

/// Answers one request with the beginning and then the unit, again and again, and the end.
fn serve(listener: &TcpListener, begin: &str, unit: &str, end: &str) {
    let (mut stream, _) = listener.accept().unwrap();
    let mut request = BufReader::new(stream.try_clone().unwrap()).lines();
    while request.next().is_some_and(|line| !line.unwrap().is_empty()) {}
    let _ = send(&mut stream, begin, unit, end);
}

/// Fails where the client has seen enough.
fn send(stream: &mut TcpStream, begin: &str, unit: &str, end: &str) -> std::io::Result<()> {
    let head = "HTTP/1.1 200 OK\r\nContent-Type: application/atom+xml\r\nConnection: close\r\n\r\n";
    write!(stream, "{head}{HEAD}{begin}")?;
    let block = unit.repeat(1 + 4096 / unit.len());
    for _ in 0..SIZE / block.len() {
        stream.write_all(block.as_bytes())?;
    }
    write!(stream, "{end}")
}

fn papers(begin: &'static str, unit: String, end: &'static str) -> Result<Vec<Paper>, WebError> {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}", listener.local_addr().unwrap()).parse().unwrap();
    let server = thread::spawn(move || serve(&listener, begin, &unit, end));
    let web = Web::new(&WebSettings {
        search: SearchProvider::None,
        contact: None,
        host_interval: Duration::ZERO,
        arxiv_base_url: base,
        arxiv_interval: Duration::ZERO,
        allow_private_hosts: Vec::new(),
    });
    let papers = web.papers(PaperQuery { spellings: &["Ada Example".to_owned()], about: &[] });
    server.join().unwrap();
    papers
}

#[test]
fn no_feed_takes_more_than_a_megabyte() {
    let long = "x".repeat(4000);
    let author = format!("<author><name>{long}</name><x:affiliation>{long}</x:affiliation></author>");
    let whole = format!("{ENTRY}<summary>{long}</summary>{}</entry>", author.repeat(40));
    assert_eq!(papers("", "<a/>".to_owned(), "</feed>"), Ok(vec![]));
    for (name, begin, unit) in [
        ("nested elements", "", "<a>".to_owned()),
        ("empty elements", "", "<a/>".to_owned()),
        ("empty entries", "", "<entry/>".to_owned()),
        ("long entries", "", whole),
        ("authors of one entry", ENTRY, author),
        ("categories of one entry", ENTRY, "<category term='cs.LG'/>".to_owned()),
        ("one title in pieces", "<entry><title>", "long<!-- -->".to_owned()),
        ("one title", "<entry><title>", "x".to_owned()),
        ("one attribute", "<a b='", "x".to_owned()),
        ("declared prefixes", "<a ", "xmlns:y='z' ".to_owned()),
    ] {
        let before = peak();
        let outcome = papers(begin, unit, "");
        let cost = grown_since(before);
        println!("{name}: {cost} KiB, {:?}", outcome.map(|papers| papers.len()));
        assert!(cost < MOST_MEMORY, "{name}: {cost} KiB");
    }
}
