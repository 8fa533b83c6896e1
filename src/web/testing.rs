//! A small HTTP server for tests: one thread, one answer per connection, any free port.
use std::{
    io::{BufRead, BufReader, Write},
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
    requests: Arc<Mutex<Vec<(Instant, String)>>>,
}

impl Server {
    /// When each request came, and the path and query it asked for.
    pub(super) fn requests(&self) -> Vec<(Instant, String)> {
        self.requests.lock().unwrap().clone()
    }
}

/// Starts a server that answers a path and query with what the function makes of it.
pub(super) fn serve(respond: impl Fn(&str) -> Vec<u8> + Send + 'static) -> Server {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let base = format!("http://{}/", listener.local_addr().unwrap()).parse().unwrap();
    let requests = Arc::new(Mutex::new(Vec::new()));
    let log = Arc::clone(&requests);
    thread::spawn(move || {
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut lines = BufReader::new(stream.try_clone().unwrap()).lines();
            let Some(Ok(first)) = lines.next() else { continue };
            let target = first.split(' ').nth(1).unwrap_or_default().to_owned();
            lines.by_ref().take_while(|line| line.as_ref().is_ok_and(|line| !line.is_empty())).for_each(drop);
            log.lock().unwrap().push((Instant::now(), target.clone()));
            // A client that has read enough hangs up; that is its right.
            let _ = stream.write_all(&respond(&target));
        }
    });
    Server { base, requests }
}

/// An answer: a status line's end (which may carry further headers behind CRLF), a content type, a body.
pub(super) fn answer(status: &str, content_type: &str, body: &[u8]) -> Vec<u8> {
    let head = format!("HTTP/1.1 {status}\r\nContent-Type: {content_type}\r\nConnection: close\r\n\r\n");
    [head.as_bytes(), body].concat()
}
