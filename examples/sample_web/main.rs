//! A sample web on this machine: SearXNG, arXiv, the pages of invented researchers, and, each below a path of its
//! own, `/openalex`, `/crossref`, `/wikipedia`, `/exa` and `/brave`, in their true formats; so that the demo and the
//! tests run the whole program without the internet.
//!
//! ```text
//! sample_web [--port 0] [--hold-while FILE] [--pages FOLDER] [--fail search|arxiv|pages|openalex|…=STATUS]...
//! ```
//!
//! It listens on 127.0.0.1 only, says where in one line on stdout, and ends when its stdin does, so that it never
//! outlives the script or test that started it. While the file of `--hold-while` exists, requests to arXiv wait:
//! so a test can stop the world in the middle of an item. `--pages` takes other pages than those beside this
//! file. `--fail` makes a service answer with nothing but a status.
mod arxiv;
mod engines;
mod http;
mod indexes;
mod search;
#[cfg(test)]
mod tests;

use std::{
    collections::HashMap,
    error::Error,
    fs,
    io::{self, Write},
    net::{Ipv4Addr, TcpListener, TcpStream},
    path::{Path, PathBuf},
    process::ExitCode,
    sync::Arc,
    thread,
    time::Duration,
};

use crate::{
    arxiv::Paper,
    http::{Request, Response, read_request},
    indexes::Person,
    search::Site,
};

const USAGE: &str =
    "usage: sample_web [--port PORT] [--hold-while FILE] [--pages FOLDER] [--fail SERVICE=STATUS]...";
/// The parts of the sample web that can be made to fail.
const SERVICES: [&str; 8] = ["search", "arxiv", "pages", "openalex", "crossref", "wikipedia", "exa", "brave"];
/// Where pages and papers are, beside this file.
const DATA: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/examples/sample_web");
/// How often a request that is held looks whether it may go on.
const HOLD_POLL: Duration = Duration::from_millis(20);

fn main() -> ExitCode {
    let Some(arguments) = Arguments::parse(std::env::args().skip(1)) else {
        eprintln!("{USAGE}");
        return ExitCode::from(2);
    };
    match run(arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("sample_web: {error}");
            ExitCode::FAILURE
        }
    }
}

#[derive(Default)]
struct Arguments {
    port: u16,
    hold_while: Option<PathBuf>,
    pages: Option<PathBuf>,
    /// The status that a service answers with instead of working.
    failures: HashMap<&'static str, u16>,
}

impl Arguments {
    fn parse(mut arguments: impl Iterator<Item = String>) -> Option<Self> {
        let mut parsed = Arguments::default();
        while let Some(option) = arguments.next() {
            let value = arguments.next()?;
            match option.as_str() {
                "--port" => parsed.port = value.parse().ok()?,
                "--hold-while" => parsed.hold_while = Some(value.into()),
                "--pages" => parsed.pages = Some(value.into()),
                "--fail" => {
                    let (service, status) = value.split_once('=')?;
                    let service = SERVICES.iter().find(|known| **known == service)?;
                    parsed.failures.insert(service, status.parse().ok()?);
                }
                _ => return None,
            }
        }
        Some(parsed)
    }
}

/// Which of [`SERVICES`] answers at a path.
fn service_at(path: &str) -> &'static str {
    match path {
        "/search" => "search",
        "/api/query" => "arxiv",
        _ => {
            let folder = path.split('/').nth(1).unwrap_or_default();
            SERVICES[3..].iter().find(|service| **service == folder).unwrap_or(&"pages")
        }
    }
}

/// Everything that is needed to answer a request.
struct SampleWeb {
    arguments: Arguments,
    site: Site,
    papers: Vec<Paper>,
    people: Vec<Person>,
}

impl SampleWeb {
    fn load(arguments: Arguments) -> Result<Self, Box<dyn Error>> {
        let own_pages = Path::new(DATA).join("pages");
        let site = Site::load(arguments.pages.as_deref().unwrap_or(&own_pages))?;
        let read = |name: &str| fs::read_to_string(Path::new(DATA).join(name));
        let papers = serde_json::from_str(&read("papers.json")?)?;
        let people = serde_json::from_str(&read("people.json")?)?;
        Ok(SampleWeb { arguments, site, papers, people })
    }

    fn answer(&self, request: &Request) -> Response {
        let path = request.url.path();
        if request.method != "GET" && !path.starts_with("/exa/") {
            return Response::status_page(405);
        }
        if path == "/robots.txt" {
            return Response::new(200, "text/plain", "User-agent: *\nDisallow:\n".to_owned());
        }
        let service = service_at(path);
        if service == "arxiv" {
            self.hold();
        }
        if let Some(&status) = self.arguments.failures.get(service) {
            return failure(service, status);
        }
        match service {
            "search" => self.search(request),
            "arxiv" => arxiv::answer(&self.papers, &request.url),
            "openalex" | "crossref" | "wikipedia" => indexes::answer(&self.people, request),
            "exa" | "brave" => engines::answer(&self.site, request),
            _ => self.site.html(path).map_or_else(
                || Response::status_page(404),
                |html| Response::new(200, "text/html; charset=utf-8", html.to_owned()),
            ),
        }
    }

    fn search(&self, request: &Request) -> Response {
        let parameter =
            |name: &str| request.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value);
        // SearXNG answers 403 for every format that its settings do not list; here json is the only one.
        if parameter("format").is_none_or(|format| format != "json") {
            return Response::status_page(403);
        }
        match parameter("q").filter(|query| !query.trim().is_empty()) {
            Some(query) => {
                let found = self.site.search(&query, &request.url);
                Response::new(200, "application/json", found.to_string())
            }
            None => Response::new(400, "application/json", r#"{"error": "No query"}"#.to_owned()),
        }
    }

    /// Waits as long as the file of `--hold-while` exists.
    fn hold(&self) {
        while self.arguments.hold_while.as_ref().is_some_and(|file| file.exists()) {
            thread::sleep(HOLD_POLL);
        }
    }
}

/// How a service fails: arXiv's own plain text when it wants patience, else a page that names the status.
fn failure(service: &str, status: u16) -> Response {
    match (service, status) {
        ("arxiv", 429) => Response::new(429, "text/plain", "Rate exceeded.".to_owned()),
        _ => Response::status_page(status),
    }
}

/// Serves until stdin ends.
fn run(arguments: Arguments) -> Result<(), Box<dyn Error>> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, arguments.port))?;
    let web = Arc::new(SampleWeb::load(arguments)?);
    println!("listening on http://{}", listener.local_addr()?);
    io::stdout().flush()?;
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let web = Arc::clone(&web);
            thread::spawn(move || serve(&web, &stream));
        }
    });
    io::copy(&mut io::stdin().lock(), &mut io::sink())?;
    Ok(())
}

/// Answers one connection. A client that went away is its own affair.
fn serve(web: &SampleWeb, stream: &TcpStream) {
    let response = match read_request(stream) {
        Some(request) => web.answer(&request),
        None => Response::status_page(400),
    };
    let _ = response.write_to(stream);
}
