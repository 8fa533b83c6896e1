//! The most memory that scribe takes: pages as long as they are read, long feeds, and a model with long prompts.
use std::{
    io::{BufRead, BufReader, Write},
    net::TcpStream,
    thread,
};

use crate::{
    Bench,
    figures::{Figure, Unit},
    support::{ModelServer, Mood, Process, TestDatabase, listen},
    wait_for_emails,
};

const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}} and liked {{detail|what you do}} at {{institution|work}}. [Your Name]";
/// More than is read of a page.
const PAGE_BYTES: usize = 3 << 20;
/// As many entries as arXiv is asked for, with all that a long one has.
const ENTRIES: usize = 25;
const AUTHORS: usize = 300;

pub fn figures(bench: &Bench) -> Vec<Figure> {
    let web = HeavyWeb::start();
    let mut figures = Vec::new();
    for (name, model) in [
        ("busy: peak resident memory, builtin", None),
        ("busy: peak resident memory, a model's prompts", Some(ModelServer::start(Mood::Obeys))),
    ] {
        let database = TestDatabase::migrated();
        let program = web
            .environment()
            .into_iter()
            .fold(bench.program(&database), |program, (name, value)| program.env(name, &value));
        let environment =
            model.as_ref().map_or(Vec::new(), |model| model.environment("anthropic:claude-haiku-4-5"));
        let daemon =
            environment.iter().fold(program, |program, (name, value)| program.env(name, value)).start(&[]);
        let items = bench.times(12, 4);
        let names: Vec<String> = (0..items).map(|n| format!("Ada Example{n}")).collect();
        let rows: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "ocean tides")).collect();
        database.queue(database.user(), TEMPLATE, &rows);
        wait_for_emails(&database, items);
        figures.push(Figure::new(name, Process(daemon.id()).peak_kib(), Unit::Kib).at_most(20_000.0));
        if let Some(model) = model {
            let longest = model.requests().iter().map(|asked| asked.body.to_string().len()).max();
            figures.push(Figure::new("busy: longest prompt sent", longest.unwrap() as f64, Unit::Count));
        }
    }
    figures
}

/// A whole internet: a search that finds five pages, the pages, and arXiv.
struct HeavyWeb {
    url: String,
}

impl HeavyWeb {
    fn start() -> HeavyWeb {
        let port = listen(|client| drop(thread::spawn(move || serve(&client))));
        HeavyWeb { url: format!("http://127.0.0.1:{port}") }
    }

    fn environment(&self) -> [(&'static str, String); 6] {
        [
            ("SEARCH_PROVIDER", "searxng".into()),
            ("SEARXNG_URL", self.url.clone()),
            ("ARXIV_BASE_URL", self.url.clone()),
            ("ARXIV_INTERVAL", "0".into()),
            ("HOST_INTERVAL", "0".into()),
            ("ALLOW_PRIVATE_HOSTS", "127.0.0.1".into()),
        ]
    }
}

/// Answers one request. A client that has had enough hangs up.
fn serve(client: &TcpStream) -> Option<()> {
    let mut lines = BufReader::new(client).lines().map_while(Result::ok);
    let request = lines.next()?;
    let host = lines
        .find_map(|line| line.strip_prefix("host: ").or(line.strip_prefix("Host: ")).map(str::to_owned))?;
    let path = request.split(' ').nth(1)?;
    // The person's number is part of every address.
    let number = digits_after(
        path,
        if path.starts_with("/search") || path.starts_with("/api") { "Example" } else { "/of/" },
    );
    let (kind, body) = match path.split(['?', '/']).nth(1)? {
        "search" => {
            let url = |kind: &str| format!("{{\"url\": \"http://{host}/{kind}/of/{number}\"}}");
            let found = ["article", "list", "scripts", "article2", "list2"].map(url).join(",");
            ("application/json", format!("{{\"results\": [{found}]}}"))
        }
        "article" | "article2" => ("text/html", page(&number, |n| format!("<p>{}</p>\n", sentence(n)))),
        "list" | "list2" => {
            ("text/html", page(&number, |n| format!("<ul><li><a href='/p{n}'>{}</a></ul>", sentence(n))))
        }
        "scripts" => {
            ("text/html", page(&number, |n| format!("<script>var a{n} = '{}';</script>", sentence(n))))
        }
        "api" => ("application/atom+xml", feed(&number)),
        _ => return send(client, "404 No", "text/plain", ""),
    };
    send(client, "200 OK", kind, &body)
}

fn digits_after(text: &str, word: &str) -> String {
    let after = text.split(word).nth(1).unwrap_or_default();
    after.chars().take_while(char::is_ascii_digit).collect()
}

fn send(mut client: &TcpStream, status: &str, kind: &str, body: &str) -> Option<()> {
    let length = body.len();
    let head = format!(
        "HTTP/1.1 {status}\r\nContent-Type: {kind}\r\nContent-Length: {length}\r\nConnection: close\r\n\r\n"
    );
    client.write_all(head.as_bytes()).ok()?;
    client.write_all(body.as_bytes()).ok()
}

fn sentence(n: usize) -> String {
    format!(
        "In the year {} the group measured tides at {n} places with {} buoys, and found that the models of the \
         coast were wrong by a tenth of a metre or more.",
        1900 + n % 120,
        n % 37 + 2
    )
}

/// A person's page: what it says of them first, and then as much as there is room for.
fn page(number: &str, part: impl Fn(usize) -> String) -> String {
    let mut page = format!(
        "<!doctype html><html lang=en><title>Ada Example{number}, ocean tides</title><body><main>\
         <h1>Ada Example{number}</h1><p>Ada Example{number} is professor of ocean tides at the University of \
         Nordland and leads a group of twelve people.</p>"
    );
    for n in 0.. {
        page.push_str(&part(n));
        if page.len() > PAGE_BYTES {
            break;
        }
    }
    page
}

fn feed(number: &str) -> String {
    let authors: String =
        (0..AUTHORS).map(|n| format!("<author><name>Coauthor Number {n}</name></author>")).collect();
    let summary = (0..12).map(sentence).collect::<String>();
    let entry = |n: usize| {
        format!(
            "<entry><id>http://arxiv.org/abs/2401.{n:05}v1</id><published>2024-01-{:02}T00:00:00Z</published>\
             <title>Ocean tides in {n} basins</title><summary>{summary}</summary>\
             <author><name>Ada Example{number}</name></author>{authors}\
             <category term='physics.ao-ph' scheme='http://arxiv.org/schemas/atom'/></entry>",
            n % 28 + 1
        )
    };
    let entries: String = (0..ENTRIES).map(entry).collect();
    format!(
        "<feed xmlns='http://www.w3.org/2005/Atom' xmlns:opensearch='http://a9.com/-/spec/opensearch/1.1/'>\
         <opensearch:totalResults>{ENTRIES}</opensearch:totalResults>{entries}</feed>"
    )
}
