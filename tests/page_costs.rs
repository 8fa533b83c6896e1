//! What a page of the largest size that is read costs: at most 8 MB of memory, and an end in time. Each page is read
//! in a process of its own, because the most memory that a process ever had is measured.
mod peak;

use std::{
    io::{Cursor, Read},
    process::Command,
    time::{Duration, Instant},
};

use peak::{grown_since, peak};
use scribe::web::page_of;

/// In KiB: what a page may add.
const MOST_MEMORY: usize = 8 << 10;
/// What it may take; a second is usual without optimisation.
const DEADLINE: Duration = Duration::from_secs(60);
/// More than is read of a page.
const SIZE: usize = 3 << 20;
/// Names the page to a process that is to read one.
const PAGE: &str = "PAGE_COST";

/// The beginning of an article, for which most is done.
const ARTICLE: &str =
    "<!doctype html><meta property='article:published_time' content='2024'><title>t</title><body>";
const SENTENCE: &str = "The tide came in at six, and with it, as ever, the first numbers of the day. ";

/// A page: its beginning, and what is repeated so many times.
struct Hostile {
    what: &'static str,
    head: String,
    unit: String,
    times: usize,
}

impl Hostile {
    fn body(&self) -> impl Read {
        let unit = self.unit.clone().into_bytes();
        let mut left = self.times;
        let mut at = 0;
        let rest = std::iter::from_fn(move || {
            if at == unit.len() {
                (at, left) = (0, left - 1);
            }
            at += 1;
            (left > 0).then(|| unit[at - 1])
        });
        Cursor::new(self.head.clone().into_bytes()).chain(Bytes(rest))
    }

    fn bytes(&self) -> usize {
        (self.head.len() + self.unit.len() * self.times).min(2 << 20)
    }
}

/// Bytes that are made while they are read, so that the page itself takes no memory.
struct Bytes<I>(I);

impl<I: Iterator<Item = u8>> Read for Bytes<I> {
    fn read(&mut self, to: &mut [u8]) -> std::io::Result<usize> {
        Ok(to.iter_mut().zip(&mut self.0).map(|(to, byte)| *to = byte).count())
    }
}

fn pages() -> Vec<Hostile> {
    let page = |what, head: &str, unit: &str, times: usize| Hostile {
        what,
        head: format!("{ARTICLE}{head}"),
        unit: unit.to_owned(),
        times,
    };
    let titled = |what, title: &str, head: &str, unit: &str, times: usize| Hostile {
        what,
        head: format!("{}{head}", ARTICLE.replace("<title>t<", &format!("<title>{title}<"))),
        unit: unit.to_owned(),
        times,
    };
    let words = |count: usize| "ab ".repeat(count);
    let full = |what, head: &str, unit: &str| page(what, head, unit, SIZE / unit.len());
    let attributes: String = (0..200).map(|i| format!(" a{i}=b")).collect();
    vec![
        full("paragraphs", "", &format!("<p>{SENTENCE}{SENTENCE}</p>\n")),
        full("paragraphs without ends", "", &format!("<p>{SENTENCE}")),
        page("12,000 elements", "", "<p>The tide came in at six, and went.</p>", 12_000),
        // As much as is made into a tree.
        page("4,000 elements", "", &format!("<p>{}</p>", &SENTENCE[..60]), 3_998),
        page("4,000 elements without sentences", "", "<div class='comment sidebar'>a</div>", 3_998),
        page(
            "4,000 elements with names",
            "",
            "<div class='comment sidebar widget related menu extra' id=a>a,</div>",
            3_998,
        ),
        page("4,000 inline elements", "<p>", &format!("<span>{}</span>", &SENTENCE[..60]), 3_990),
        page("deep and wide", &"<div>".repeat(120), &format!("<p>{}</p>", &SENTENCE[..60]), 3_860),
        titled(
            "headings under a long title",
            &words(5_000),
            "",
            "<h1>a b c d e f g h i j k l m n o p q r</h1>",
            3_990,
        ),
        titled("a long heading under a long title", &words(5_000), "<h1>", "zz ", 100_000),
        titled("headings in headings", &words(5_000), &"<h1><table><tr><td>".repeat(31), "zz ", 90_000),
        page("links", "", "<div><a href='/a'>tide, tables</a></div>", 1_990),
        page("lists of pictures", "", "<ul><li><img src=a>a, b<li><img src=a></ul>", 900),
        full("one text", "", SENTENCE),
        full("one Japanese text", "", "潮は六時に満ち、"),
        full("references", "", "&amp;&#8212;"),
        full("line breaks", "", "a<br><br>"),
        full("tables in tables", "", "<table><tr><td>a"),
        full("misnested formatting", "", "<b><p><i>a</b></p><a href=b>"),
        full("nested without end", "", "<div>"),
        full("nested lists", "", "<ul><li>a"),
        full("one attribute", "<p class=\"", "abcdefgh"),
        full("many attributes", "", &format!("<p{attributes}>a</p>")),
        full("hidden elements", "", "<p hidden>a<p style='opacity:0'>b"),
        full("faded elements", "", "<div style='opacity:0'><h2>a</h2><p>b</div>"),
        full("comments", "", "<!-- a --><p>b"),
        full("forms", "", "<form><button aria-controls=a>b</button><label>c</label>"),
        full("stray ends", "", "</p></div></table>"),
        full("data", "<script type='application/ld+json'>", "{\"@type\":[\"A\"]}"),
    ]
}

/// Reads the page and prints its cost in KiB and microseconds.
fn read(page: &Hostile) {
    let body = page.body();
    let (before, started) = (peak(), Instant::now());
    let read = page_of(body, "text/html", String::new()).unwrap();
    println!("cost {} {} {}", grown_since(before), started.elapsed().as_micros(), read.text.len());
}

#[test]
fn any_page_at_the_limit_ends_in_time_and_takes_little_memory() {
    let pages = pages();
    if let Ok(what) = std::env::var(PAGE) {
        return read(pages.iter().find(|page| page.what == what).unwrap());
    }
    let mut worst = 0;
    for page in &pages {
        let started = Instant::now();
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--nocapture", "--test-threads", "1"])
            .env(PAGE, page.what)
            .output()
            .unwrap();
        let output = String::from_utf8_lossy(&child.stdout);
        let cost = output.lines().find_map(|line| line.split_once("cost ")).map(|(_, cost)| cost);
        let numbers: Vec<usize> = cost.unwrap().split(' ').map(|number| number.parse().unwrap()).collect();
        let per_mb = numbers[1] as f64 / 1e6 / (page.bytes() as f64 / f64::from(1 << 20));
        println!("{}: {} KiB, {per_mb:.2} s per MB, {} bytes of text", page.what, numbers[0], numbers[2]);
        assert!(started.elapsed() < DEADLINE, "{}: {:?}", page.what, started.elapsed());
        assert!(numbers[0] < MOST_MEMORY, "{}: {} KiB", page.what, numbers[0]);
        worst = worst.max(numbers[0]);
    }
    println!("the most: {worst} KiB, {} pages", pages.len());
}
