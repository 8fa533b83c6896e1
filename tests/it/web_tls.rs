//! TLS to the web and to models: who is trusted is read once, for all of it.
use std::{
    fs,
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::PathBuf,
    sync::{Arc, Mutex},
};

use native_tls::TlsAcceptor;
use serde_json::{Value, json};

use crate::support::{Certified, Flaw, Program, listen};

/// What is asked for, in which order it first is.
const PATHS: [&str; 5] = ["/v1/chat/completions", "/search", "/robots.txt", "/ada", "/api/query"];

/// A whole internet behind TLS, a connection for each request. It takes the file of authorities away when the first
/// has come in.
fn serve(server: &Certified, authorities: PathBuf, asked: Arc<Mutex<Vec<String>>>) -> u16 {
    let acceptor = TlsAcceptor::new(server.identity(None)).unwrap();
    let answer = move |stream: TcpStream| -> Option<()> {
        let own = stream.local_addr().ok()?.port();
        let mut stream = BufReader::new(acceptor.accept(stream).ok()?);
        let _ = fs::remove_file(&authorities);
        let path = request(&mut stream)?;
        let (kind, body) = match path.as_str() {
            "/search" => (
                "application/json",
                format!("{{\"results\": [{{\"url\": \"https://localhost:{own}/ada\"}}]}}"),
            ),
            "/ada" => (
                "text/html",
                "<title>Ada Example</title><p>Ada Example studies tides in Nordland.</p>".into(),
            ),
            // No answer to any question, so that the rules of the builtin model take its place.
            "/v1/chat/completions" => ("application/json", completion()),
            "/api/query" => ("application/atom+xml", FEED.into()),
            _ => ("text/plain", "User-agent: *".into()),
        };
        asked.lock().unwrap().push(path);
        let head = format!("HTTP/1.1 200 OK\r\nContent-Type: {kind}\r\nConnection: close\r\n");
        write!(stream.get_mut(), "{head}Content-Length: {}\r\n\r\n{body}", body.len()).ok()
    };
    // Whoever goes away before the end is missed by the assertions.
    listen(move |stream| answer(stream).unwrap_or_default())
}

const FEED: &str = "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:o='http://a9.com/-/spec/opensearch/1.1/'>\
    <o:totalResults>0</o:totalResults></feed>";

fn completion() -> String {
    let choice = json!({"message": {"content": "I would rather not."}, "finish_reason": "stop"});
    json!({"choices": [choice], "usage": {"prompt_tokens": 1, "completion_tokens": 1}}).to_string()
}

/// Reads a request. Returns its path without the query.
fn request(stream: &mut impl BufRead) -> Option<String> {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") {
        stream.read_line(&mut head).ok().filter(|read| *read > 0)?;
    }
    let length = head
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    stream.take(length.unwrap_or(0)).read_to_end(&mut Vec::new()).ok()?;
    Some(head.split([' ', '?']).nth(1)?.to_owned())
}

#[test]
fn the_systems_authorities_are_read_once_for_pages_services_and_every_model() {
    let authority = Certified::authority();
    let program = Program::new();
    let authorities = program.file("ca.crt", authority.pem());
    let asked = Arc::new(Mutex::new(Vec::new()));
    let port = serve(&Certified::server(Some(&authority), Flaw::None), authorities.clone(), asked.clone());
    let base = format!("https://localhost:{port}");
    let template = program
        .file("mail.txt", "Dear {{name}}, about your research: {{detail|hello}}")
        .display()
        .to_string();
    let program = [
        ("SSL_CERT_FILE", authorities.to_str().unwrap()),
        ("SSL_CERT_DIR", "/nonexistent"),
        ("SEARCH_PROVIDER", "searxng"),
        ("SEARXNG_URL", &base),
        ("ARXIV_BASE_URL", &base),
        ("ARXIV_INTERVAL", "0"),
        ("HOST_INTERVAL", "0"),
        ("ALLOW_PRIVATE_HOSTS", "127.0.0.1, ::1"),
        ("OPENAI_BASE_URL", &format!("{base}/v1")),
        ("TEMPLATE_PARSER_MODEL", "openai:one"),
        ("WEB_SCRAPER_MODEL", "openai:two"),
        ("EMAIL_COMPOSER_MODEL", "openai:three"),
    ]
    .iter()
    .fold(program, |program, (name, value)| program.env(name, value));
    let told = program.ok(&[
        "compose",
        "--json",
        "--name",
        "Ada Example",
        "--interest",
        "tides",
        "--template",
        &template,
    ]);
    assert!(!authorities.exists());
    let draft: Value = serde_json::from_str(&told).unwrap();
    let warnings = draft["metadata"]["warnings"].to_string();
    assert!(!warnings.contains("TLS"), "{warnings}");
    let asked = asked.lock().unwrap();
    for path in PATHS {
        assert!(asked.iter().any(|other| other == path), "{path} in {asked:?}: {told}");
    }
    let questions = asked.iter().filter(|path| *path == PATHS[0]).count();
    assert!(questions >= 3, "{asked:?}");
}
