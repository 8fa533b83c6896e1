//! Servers that mean harm, or were never finished: each ends within a stated time, with a reason, and costs little memory.
//! `cargo test --test hostile -- --nocapture` prints the table. Each is met by a process of its own, whose memory is
//! measured from after a first, harmless page.
#[path = "../peak/mod.rs"]
mod peak;
mod servers;

use std::{
    env, fs,
    io::{Read, Write},
    path::Path,
    process::{Command, Output, Stdio},
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use peak::{grown_since, peak, peak_of};
use scribe::{
    config::{SearchProvider, WebSettings},
    web::{MOST_PAGE_BYTES, Page, PaperQuery, Query, Web, WebError},
};
use servers::{Asked, CASES, Case, SHORT_CALL, forever, listen, serve};

/// By when each must have ended; most take milliseconds, but nothing is optimised here and the machine may be busy.
const ENDED: Duration = Duration::from_secs(30);
/// What a page, a search or a feed may add to the resident memory, in KiB.
const MOST_MEMORY: u64 = 8 << 10;
/// What the whole program may have with one recipient in hand, in KiB; not optimised, it is large itself.
const MOST_IN_ALL: u64 = if cfg!(debug_assertions) { 32 << 10 } else { 20 << 10 };
/// Tells the process that meets a server which one, and where; and where a harmless one is.
const ROW: &str = "SCRIBE_HOSTILE_ROW";

#[test]
fn every_hostile_server_ends_in_time_with_a_reason_and_in_little_memory() {
    let harmless = listen(|to| to.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n<p>text"));
    let mut wrong = Vec::new();
    println!("{:<42} {:<12} {:>7} {:>6}  reason", "server", "outcome", "seconds", "KiB");
    for (row, case) in CASES.iter().enumerate() {
        let met = meet(row, serve(case), harmless);
        println!("{:<42} {met}", case.what);
        let fields: Vec<&str> = met.split_whitespace().collect();
        let [kind, seconds, memory] = fields[..3] else { panic!("{}: {met}", case.what) };
        let is_right = kind == case.outcome && met.contains(case.says);
        let is_in_time = seconds.parse::<f64>().unwrap() < ENDED.as_secs_f64();
        if !(is_right && is_in_time && memory.parse::<u64>().unwrap() <= MOST_MEMORY) {
            wrong.push(format!("{}, which should be {} {}: {met}", case.what, case.outcome, case.says));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(CASES.len() >= 90, "{}", CASES.len());
}

/// Has another process meet the server. Returns its line: outcome, seconds, memory, reason.
fn meet(row: usize, port: u16, harmless: u16) -> String {
    let child = Command::new(env::current_exe().unwrap())
        .args(["--exact", "meeting_one_of_them", "--nocapture"])
        .env(ROW, format!("{row} {port} {harmless}"))
        // Else the connector reads all authorities of the system.
        .envs([("SSL_CERT_FILE", "/dev/null"), ("SSL_CERT_DIR", "/etc/ssl/certs")])
        .stderr(Stdio::inherit())
        .output()
        .unwrap();
    let told = String::from_utf8(child.stdout).unwrap();
    let met = told.lines().find_map(|line| line.split_once("MET ")).map(|(_, met)| met.trim_end().to_owned());
    met.unwrap_or_else(|| format!("died {} {told}", child.status))
}

/// Eight pages that go on for ever, and a search that finds them; with the program as it is.
#[test]
fn one_recipient_costs_eight_megabytes_at_most_and_says_what_was_left_out() {
    let (asked, answered) = (Arc::new(AtomicUsize::new(0)), Arc::new(AtomicUsize::new(0)));
    let (pages, port) = (asked.clone(), answered.clone());
    let server = listen(move |to| {
        let mut request = [0; 4096];
        let read = to.read(&mut request)?;
        let own = format!("http://127.0.0.1:{}", port.load(Ordering::SeqCst));
        match request[..read].split(|byte| *byte == b' ').nth(1) {
            Some(path) if path.starts_with(b"/search") => {
                let found: Vec<_> = (0..8).map(|n| format!("{{\"url\": \"{own}/page{n}\"}}")).collect();
                let body = format!("{{\"results\": [{}]}}", found.join(","));
                write!(to, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len())
            }
            Some(path) if path.starts_with(b"/page") => {
                to.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n\r\n")?;
                match pages.fetch_add(1, Ordering::SeqCst) {
                    // The one of which most is made.
                    0 => forever(to, b"<p>Ada Example counts the eddies of ocean tides.</p>"),
                    _ => forever(to, b"<script>no text</script>"),
                }
            }
            _ => to.write_all(b"HTTP/1.1 404 No\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"),
        }
    });
    answered.store(server.into(), Ordering::SeqCst);
    let directory = env::temp_dir().join(format!("scribe-hostile-{}", std::process::id()));
    fs::create_dir_all(&directory).unwrap();
    let template = directory.join("template.txt");
    fs::write(&template, "Dear {{name}}, hello").unwrap();
    // It is over in a moment, and a look may come too early to see all of it.
    let idle = (0..8).map(|_| compose(&template, &[("SEARCH_PROVIDER", "none")]).1).max().unwrap();
    let searxng = format!("http://127.0.0.1:{server}/");
    let (run, peak) = compose(
        &template,
        &[
            ("SEARCH_PROVIDER", "searxng"),
            ("SEARXNG_URL", &searxng),
            ("ALLOW_PRIVATE_HOSTS", "127.0.0.1"),
            ("HOST_INTERVAL", "0"),
        ],
    );
    fs::remove_dir_all(&directory).unwrap();
    println!("one recipient: {peak} KiB at most, {idle} KiB without pages");
    assert!(peak <= idle + MOST_MEMORY && peak <= MOST_IN_ALL, "{peak} KiB, {idle} KiB without pages");
    let told = String::from_utf8_lossy(&run.stdout);
    assert!(run.status.success(), "{told}\n{}", String::from_utf8_lossy(&run.stderr));
    let left_out = "further addresses were not read: one recipient may cost 8 MB";
    assert!(told.contains(left_out), "{told}");
    let pages = asked.load(Ordering::SeqCst) as u64;
    assert!((1..=(8 << 20) / MOST_PAGE_BYTES).contains(&pages), "{pages}");
}

/// Runs the program with nothing else in its environment. Returns the most memory that it ever had, in KiB, too.
fn compose(template: &Path, environment: &[(&str, &str)]) -> (Output, u64) {
    let mut run = Command::new(env!("CARGO_BIN_EXE_scribe"))
        .args(["compose", "--json", "--name", "Ada Example", "--interest", "ocean tides", "--template"])
        .arg(template)
        .env_clear()
        .envs(environment.iter().copied())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut most = 0;
    // When it has ended nobody can tell any more; what it prints fits into its pipes.
    while run.try_wait().unwrap().is_none() {
        most = peak_of(&run.id().to_string()).unwrap_or(0).max(most);
        thread::sleep(Duration::from_millis(1));
    }
    (run.wait_with_output().unwrap(), most)
}

/// The other process; nothing where no row is given.
#[test]
fn meeting_one_of_them() {
    let Ok(row) = env::var(ROW) else { return };
    let numbers: Vec<usize> = row.split(' ').map(|number| number.parse().unwrap()).collect();
    let [row, port, harmless] = numbers[..] else { panic!("{row}") };
    let case = &CASES[row];
    web(case, port).read(&format!("http://127.0.0.1:{harmless}/")).unwrap();
    let web = web(case, port);
    // Sets the peak back to what is resident now (proc_pid_clear_refs(5)).
    fs::write("/proc/self/clear_refs", "5").unwrap();
    let (before, started) = (peak(), Instant::now());
    let (kind, reason) = outcome(case, &web, port);
    let (took, memory) = (started.elapsed().as_secs_f64(), grown_since(before));
    let reason: String = reason.chars().take(120).collect();
    println!("MET {kind:<12} {took:>7.3} {memory:>6}  {}", reason.escape_debug());
}

fn web(case: &Case, port: usize) -> Web {
    let base = format!("http://127.0.0.1:{port}/").parse().unwrap();
    let settings = WebSettings {
        search: SearchProvider::Searxng(base),
        contact: None,
        host_interval: Duration::ZERO,
        arxiv_base_url: format!("http://127.0.0.1:{port}/").parse().unwrap(),
        arxiv_interval: Duration::ZERO,
        allow_private_hosts: vec!["127.0.0.1".parse().unwrap()],
    };
    match case.says {
        "in time" => Web::hurried(&settings, SHORT_CALL),
        _ => Web::new(&settings),
    }
}

fn outcome(case: &Case, web: &Web, port: usize) -> (&'static str, String) {
    let page = |scheme| web.read(&format!("{scheme}://127.0.0.1:{port}/page")).map(|page| shown(&page));
    let result = match case.asked {
        Asked::Page | Asked::Rules => page("http"),
        Asked::PageByTls => page("https"),
        Asked::Search => {
            let query = Query { name: "Ada Example", interest: "tides", terms: &["Ada Example".to_owned()] };
            web.search(&query).map(|found| format!("{} hits", found.hits.len()))
        }
        Asked::Papers => {
            let query = PaperQuery { spellings: &["Ada Example".to_owned()], about: &[] };
            web.papers(query).map(|papers| format!("{} papers", papers.len()))
        }
    };
    match result {
        Ok(what) => ("page", what),
        Err(error) => {
            let kind = match error {
                WebError::Unreachable(_) => "unreachable",
                WebError::Busy { .. } => "busy",
                WebError::Failed(_) => "failed",
                WebError::Unreadable(_) => "unreadable",
                WebError::Forbidden(_) => "forbidden",
                WebError::QuestionRefused(_) => "question",
                WebError::KeyRefused(_) | WebError::QuotaSpent(_) => "key or quota",
            };
            let text = error.to_string();
            assert!(!text.is_empty() && text.chars().count() <= 300 && is_harmless(&text), "{text:?}");
            (kind, text)
        }
    }
}

/// The beginning of a page and its warnings; what a terminal would obey may stand nowhere.
fn shown(page: &Page) -> String {
    for text in [&page.title, &page.url].into_iter().chain(&page.warnings) {
        assert!(is_harmless(text), "{text:?}");
    }
    assert!(page.text.lines().all(is_harmless), "{:?}", page.text);
    let beginning: String = page.text.chars().take(40).collect();
    format!("{beginning} [{}]", page.warnings.join("; "))
}

fn is_harmless(text: &str) -> bool {
    !text.contains(|c: char| c.is_control() || ('\u{202a}'..='\u{202e}').contains(&c))
}
