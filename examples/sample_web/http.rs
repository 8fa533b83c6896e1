//! Just enough HTTP/1.1 for one request per connection: reads a request, writes a whole answer.
use std::{
    io::{self, BufRead, BufReader, Read, Write},
    net::TcpStream,
    time::Duration,
};

use url::Url;

/// Longest head of a request that is read, in bytes.
const HEAD_LIMIT: u64 = 16 * 1024;
/// Longest body, in bytes: a model is asked about 30,000 characters at once.
const BODY_LIMIT: u64 = 1024 * 1024;
/// How long a client may take to send its request.
const READ_TIMEOUT: Duration = Duration::from_secs(10);

/// What a client asks for.
pub struct Request {
    /// The method, as sent.
    pub method: String,
    /// The address as the client sees it: the `Host` header joined with the request's target.
    pub url: Url,
    /// Name in lower case, and value.
    pub headers: Vec<(String, String)>,
    /// The body.
    pub body: String,
}

impl Request {
    /// A header's value, empty where there is none.
    pub fn header(&self, name: &str) -> &str {
        self.headers.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }
}

/// Reads a request; `None` if it is not one.
pub fn read_request(stream: &TcpStream) -> Option<Request> {
    stream.set_read_timeout(Some(READ_TIMEOUT)).ok()?;
    let mut reader = BufReader::new(stream.take(HEAD_LIMIT));
    let mut lines = reader.by_ref().lines().map_while(Result::ok);
    let request_line = lines.next()?;
    let mut parts = request_line.split(' ');
    let (method, target) = (parts.next()?.to_owned(), parts.next()?);
    let headers: Vec<(String, String)> = lines
        .take_while(|line| !line.is_empty())
        .filter_map(|line| {
            line.split_once(':').map(|(name, value)| (name.to_lowercase(), value.trim().to_owned()))
        })
        .collect();
    let mut request =
        Request { method, url: Url::parse("http://unknown").ok()?, headers, body: String::new() };
    let host = Some(request.header("host")).filter(|host| !host.is_empty())?;
    request.url = Url::parse(&format!("http://{host}{target}")).ok()?;
    let length = request.header("content-length").parse().unwrap_or(0).min(BODY_LIMIT);
    reader.get_mut().set_limit(length);
    reader.take(length).read_to_string(&mut request.body).ok()?;
    target.starts_with('/').then_some(request)
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
        401 => "Unauthorized",
        402 => "Payment Required",
        403 => "Forbidden",
        404 => "Not Found",
        405 => "Method Not Allowed",
        422 => "Unprocessable Content",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Other",
    }
}
