//! A small HTTP server for tests: one thread, one answer per connection, any free port.
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpListener,
    sync::{Arc, Mutex},
    thread,
    time::Instant,
};

use url::Url;

/// A server that runs until the test process ends.
pub(super) struct Server {
    /// `http://127.0.0.1:<port>/`
    pub(super) base: Url,
    requests: Arc<Mutex<Vec<Request>>>,
}

/// What was asked.
#[derive(Clone)]
pub(super) struct Request {
    /// When.
    pub(super) at: Instant,
    /// The path and query.
    pub(super) target: String,
    /// The whole head and the body.
    pub(super) text: String,
}

impl Server {
    /// What was asked so far, in order.
    pub(super) fn requests(&self) -> Vec<Request> {
        self.requests.lock().unwrap().clone()
    }
}

/// Starts a server that answers a path and query with what the function makes of it. It has no robots.txt, and takes
/// no note of who asks for it.
pub(super) fn serve(respond: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Server {
    serve_with_robots(answer("404 Not Found", "text/plain", b""), respond)
}

/// The same with this answer for `/robots.txt`.
pub(super) fn serve_with_robots(
    robots: Vec<u8>,
    respond: impl Fn(&str) -> Vec<u8> + Send + 'static,
) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&requests);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let Some(request) = read_request(BufReader::new(&stream)) else { continue };
            let answer = match request.target.as_str() {
                "/robots.txt" => robots.clone(),
                target => respond(target),
            };
            if request.target != "/robots.txt" {
                log.lock().unwrap().push(request);
            }
            // A client that has read enough hangs up; that is its right.
            let _ = stream.write_all(&answer);
        }
    });
    Server { base, requests }
}

fn read_request(mut reader: impl BufRead) -> Option<Request> {
    let mut text = String::new();
    while !text.ends_with("\r\n\r\n") {
        reader.read_line(&mut text).ok().filter(|read| *read > 0)?;
    }
    let length = text
        .lines()
        .find_map(|line| line.to_lowercase().strip_prefix("content-length:")?.trim().parse().ok());
    reader.take(length.unwrap_or(0)).read_to_string(&mut text).ok()?;
    let target = text.split(' ').nth(1)?.to_owned();
    Some(Request { at: Instant::now(), target, text })
}

/// An answer: a status line's end (which may carry further headers behind CRLF), a content type, a body.
pub(super) fn answer(status: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}
