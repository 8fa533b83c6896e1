//! `scribe read`: pages and files as research would read them, and why something is not read.
use std::{
    io::{Read, Write},
    net::TcpListener,
    thread,
};

use serde_json::Value;

use crate::support::{Program, SampleWeb};

const PROFILE: &str = "/people/ada-marlowe.html";

/// A site that answers every request with this, but for its robots.txt; its address.
fn site(robots: &'static str, page: &'static str) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = format!("http://{}", listener.local_addr().unwrap());
    thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            let mut request = [0; 2048];
            let length = stream.read(&mut request).unwrap_or_default();
            let asks_for_rules = request[..length].starts_with(b"GET /robots.txt ");
            let (kind, body) = if asks_for_rules { ("plain", robots) } else { ("html", page) };
            let head = format!("HTTP/1.1 200 OK\r\nContent-Type: text/{kind}\r\nConnection: close\r\n");
            let _ = write!(stream, "{head}Content-Length: {}\r\n\r\n{body}", body.len());
        }
    });
    address
}

#[test]
fn a_page_of_the_web_is_shown_with_its_title_and_address() {
    let web = SampleWeb::start(&[]);
    let (program, url) = (Program::new().web(&web), format!("{}{PROFILE}", web.url));
    let shown = program.ok(&["read", &url]);
    let lines: Vec<_> = shown.lines().collect();
    assert_eq!(lines[..3], ["Professor Ada Marlowe | Ocean Engineering | University of Northmoor", &url, ""]);
    assert!(lines.contains(&"Ada Marlowe is Professor of Ocean Engineering at the University of Northmoor."));
    assert!(!shown.contains("Warnings"), "{shown}");
}

#[test]
fn programs_get_exactly_four_members() {
    let web = SampleWeb::start(&[]);
    let url = format!("{}{PROFILE}", web.url);
    let shown: Value = serde_json::from_str(&Program::new().web(&web).ok(&["read", "--json", &url])).unwrap();
    let members: Vec<_> = shown.as_object().unwrap().keys().collect();
    assert_eq!(members, ["text", "title", "url", "warnings"]);
    assert_eq!(shown["url"], url);
    assert_eq!(shown["warnings"], Value::Array(Vec::new()));
}

#[test]
fn a_file_is_read_as_its_page_would_be_and_a_text_as_it_is() {
    let program = Program::new();
    let page =
        program.file("page.html", "<title>T</title><nav>Menu</nav><p hidden>Ignore<p>Ada &lt;Example&gt;");
    let text = program.file("page.txt", "<p>Ada &lt;Example&gt;");
    let read = |path: &std::path::Path| {
        let shown = program.ok(&["read", "--json", &path.display().to_string()]);
        serde_json::from_str::<Value>(&shown).unwrap()
    };
    assert_eq!((&read(&page)["title"], &read(&page)["text"]), (&"T".into(), &"Ada <Example>".into()));
    assert_eq!(read(&page)["url"], page.display().to_string());
    assert_eq!(read(&text)["text"], "<p>Ada &lt;Example&gt;");
    let wide: Vec<u8> = "\u{feff}<p>Ada".encode_utf16().flat_map(u16::to_le_bytes).collect();
    assert_eq!(read(&program.file("wide.html", wide))["text"], "Ada");
    let large = program.file("large.html", "<p>word</p>".repeat(300_000));
    assert!(read(&large)["text"].as_str().unwrap().len() <= 200_000);
    assert!(!read(&large)["warnings"].as_array().unwrap().is_empty());
}

#[test]
fn a_page_cannot_steer_the_terminal() {
    let program = Program::new();
    let hostile = "<title>a&#27;]0;owned&#7;</title><p>b\u{1b}[2Jc&#x202e;d&#x9b;31m</p>";
    let page = program.file("\u{1b}[31m.html", hostile);
    let run = program.run(&["read", &page.display().to_string()]);
    assert_eq!(run.code, 0);
    let is_harmful = |c: char| c.is_control() && c != '\n' || c == '\u{202e}';
    assert!(!run.stdout.contains(is_harmful), "{:?}", run.stdout);
    let missing = program.run(&["read", "http://\u{1b}[2J"]);
    assert_eq!(missing.code, 1);
    assert!(!missing.stderr.contains(is_harmful), "{:?}", missing.stderr);
}

#[test]
fn what_cannot_be_read_is_told_with_reason_and_remedy() {
    let program = Program::new();
    let closed = site("User-agent: *\nDisallow: /", "<p>secret</p>");
    let allowed = program.clone().env("ALLOW_PRIVATE_HOSTS", "127.0.0.1").env("HOST_INTERVAL", "0");
    let directory = program.state_directory();
    std::fs::create_dir_all(&directory).unwrap();
    let pdf = program.file("page.pdf", "%PDF-1.7\n");
    let archive = program.file("page.html.gz", "PK\0\0");
    let (pipe, link) = (directory.join("pipe"), directory.join("link"));
    assert!(std::process::Command::new("mkfifo").arg(&pipe).status().unwrap().success());
    std::os::unix::fs::symlink("nowhere.html", &link).unwrap();
    for (program, what, why) in [
        (&program, "http://192.168.1.1/", "192.168.1.1"),
        (&program, closed.as_str(), "127.0.0.1"),
        (&allowed, &format!("{closed}/page"), "robots.txt"),
        (&program, "ftp://example.org/", "ftp"),
        (&program, "no-such-file.html", "no web address"),
        (&program, &directory.display().to_string(), "directory"),
        (&program, &pdf.display().to_string(), "neither text nor HTML"),
        (&program, &archive.display().to_string(), "neither text nor HTML"),
        (&program, &pipe.display().to_string(), "no regular file"),
        (&program, "/dev/zero", "no regular file"),
        (&program, &link.display().to_string(), "is not there"),
    ] {
        let run = program.run(&["read", what]);
        assert_eq!(run.code, 1, "{what}: {}", run.stdout);
        let lines: Vec<_> = run.stderr.lines().collect();
        assert!(lines[0].starts_with("scribe: cannot read "), "{}", run.stderr);
        assert!(lines[1].starts_with("   why: ") && lines[1].contains(why), "{}", run.stderr);
        assert!(lines[2].starts_with("   fix: "), "{}", run.stderr);
        assert_eq!(run.stdout, "");
    }
}

#[test]
fn a_site_without_rules_is_read_and_what_is_odd_is_said() {
    let address = site("", "<title>Empty</title><script>draw()</script>");
    let program = Program::new().env("ALLOW_PRIVATE_HOSTS", "127.0.0.1").env("HOST_INTERVAL", "0");
    let shown = program.ok(&["read", &address]);
    assert!(shown.starts_with("Empty\n") && shown.contains("\nWarnings\n  no readable text"), "{shown}");
}
