//! Just enough HTTP/1.1 for one request per connection: reads a request's head, writes a whole answer.
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use url::Url;

/// Longest request head that is read, in bytes.
const HEAD_LIMIT: u64 = 16 * 1024;
/// How long a client may take to send its request.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// What a client asks for.
pub struct Request {
    /// The method, as sent.
    pub method: String,
    /// The address as the client sees it: the `Host` header joined with the request's target.
    pub url: Url,
}

/// Reads the head of a request; `None` if it is not one. A body is left unread.
pub fn read_request(stream: &TcpStream) -> Option<Request> {
    stream.set_read_timeout(Some(READ_TIMEOUT)).ok()?;
    let mut lines = BufReader::new(stream.take(HEAD_LIMIT)).lines().map_while(Result::ok);
    let request_line = lines.next()?;
    let mut parts = request_line.split(' ');
    let (method, target) = (parts.next()?.to_owned(), parts.next()?);
    let mut host = None;
    for line in lines.take_while(|line| !line.is_empty()) {
        if let Some((name, value)) = line.split_once(':')
            && name.eq_ignore_ascii_case("host")
        {
            host = Some(value.trim().to_owned());
        }
    }
    let url = Url::parse(&format!("http://{}{target}", host?)).ok()?;
    target.starts_with('/').then_some(Request { method, url })
}

/// A whole answer.
pub struct Response {
    /// The HTTP status.
    pub status: u16,
    /// The media type of the body.
    pub content_type: &'static str,
    /// The body.
    pub body: String,
}

impl Response {
    /// An answer with a body of the given type.
    pub fn new(status: u16, content_type: &'static str, body: String) -> Self {
        Response { status, content_type, body }
    }

    /// A small HTML page that says no more than the status.
    pub fn status_page(status: u16) -> Self {
        let reason = reason(status);
        let body = format!("<!doctype html><title>{status} {reason}</title><h1>{reason}</h1>\n");
        Response::new(status, "text/html; charset=utf-8", body)
    }

    /// Sends the answer; the connection is for one request only.
    pub fn write_to(&self, mut stream: impl Write) -> io::Result<()> {
        let Response { status, content_type, body } = self;
        let allow = if *status == 405 { "Allow: GET\r\n" } else { "" };
        write!(
            stream,
            "HTTP/1.1 {status} {}\r\nContent-Type: {content_type}\r\nContent-Length: {}\r\n{allow}\
             Connection: close\r\n\r\n{body}",
            reason(*status),
            body.len(),
        )?;
        stream.flush()
    }
}

/// The reason phrase (RFC 9110, section 15) of the statuses that are used here or asked for in tests.
fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Other",
    }
}
