//! How good the text of pages is: tight on articles, whole on profiles. With `SCRIBE_CORPUS` naming a folder with
//! `articles/truth.json` (`{"name": {"text": "…"}}`) and `articles/name.html.gz`, on those pages too.
use std::{
    collections::HashMap,
    fs::{self, File},
    io::{self, Read, Write},
    path::{Path, PathBuf},
};

use flate2::read::GzDecoder;
use scribe::web::page_of;
use serde_json::Value;

/// The least F1 of articles, and the least share of the facts of profiles.
const LEAST_F1: f64 = 0.95;
const LEAST_FACTS: f64 = 0.95;

fn folder(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests").join(name)
}

/// The pages of a folder, sorted.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let files = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut pages: Vec<_> = files.filter(|path| path.extension().is_some_and(|end| end == "html")).collect();
    pages.sort();
    pages
}

fn text(body: impl Read) -> String {
    page_of(body, "text/html", String::new()).unwrap().text
}

/// How often each four words stand beside each other.
fn grams(text: &str) -> HashMap<Vec<&str>, usize> {
    let words: Vec<_> =
        text.split(|c: char| !c.is_alphanumeric() && c != '_').filter(|w| !w.is_empty()).collect();
    let mut grams = HashMap::new();
    if (1..4).contains(&words.len()) {
        grams.insert(words, 1);
        return grams;
    }
    words.windows(4).for_each(|gram| *grams.entry(gram.to_vec()).or_default() += 1);
    grams
}

/// Precision, recall and F1 of the two, averaged over pages given as truth and extracted text.
fn score(pages: &[(String, String)]) -> (f64, f64, f64) {
    let (mut precision, mut recall) = (0.0, 0.0);
    for (truth, extracted) in pages {
        let (want, got) = (grams(truth), grams(extracted));
        let both: usize = want.iter().map(|(gram, n)| *n.min(got.get(gram).unwrap_or(&0))).sum();
        let share = |all: &HashMap<_, usize>| both as f64 / all.values().sum::<usize>().max(1) as f64;
        precision += share(&got) / pages.len() as f64;
        recall += share(&want) / pages.len() as f64;
    }
    (precision, recall, 2.0 * precision * recall / (precision + recall))
}

fn assert_good(what: &str, pages: &[(String, String)]) {
    let (precision, recall, f1) = score(pages);
    println!("{what}: {} pages, precision {precision:.3}, recall {recall:.3}, F1 {f1:.3}", pages.len());
    assert!(f1 >= LEAST_F1, "{what}: F1 is {f1:.3}");
}

#[test]
fn the_main_text_of_articles_is_found_and_little_else() {
    let read = |path: &PathBuf| {
        (fs::read_to_string(path.with_extension("txt")).unwrap(), text(File::open(path).unwrap()))
    };
    let pages: Vec<_> = pages(&folder("articles")).iter().map(read).collect();
    assert!(pages.len() >= 4);
    assert_good("articles of our own", &pages);
}

#[test]
fn the_main_text_of_the_corpus_is_found_and_little_else() {
    let Some(folder) = std::env::var_os("SCRIBE_CORPUS").map(|corpus| Path::new(&corpus).join("articles"))
    else {
        // Not by a macro, whose output the test runner would keep for itself.
        io::stderr().write_all(b"skipped: SCRIBE_CORPUS names no corpus\n").unwrap();
        return;
    };
    let truth: HashMap<String, Value> =
        serde_json::from_reader(File::open(folder.join("truth.json")).unwrap()).unwrap();
    let read = |(name, page): (&String, &Value)| {
        let body = GzDecoder::new(File::open(folder.join(format!("{name}.html.gz"))).unwrap());
        (page["text"].as_str().unwrap().to_owned(), text(body))
    };
    assert_good("corpus", &truth.iter().map(read).collect::<Vec<_>>());
}

/// A page without its marks, `data-fact="…"`, and what these say: facts that a reader finds on the page.
fn unmarked(page: &[u8]) -> (Vec<u8>, Vec<String>) {
    const MARK: &[u8] = b" data-fact=\"";
    let (mut plain, mut facts) = (Vec::new(), Vec::new());
    let mut rest = page;
    while let Some(at) = rest.windows(MARK.len()).position(|window| window == MARK) {
        plain.extend(&rest[..at]);
        rest = &rest[at + MARK.len()..];
        let end = rest.iter().position(|byte| *byte == b'"').unwrap();
        facts.push(htmlize::unescape(std::str::from_utf8(&rest[..end]).unwrap()).into_owned());
        rest = &rest[end + 1..];
    }
    plain.extend(rest);
    (plain, facts)
}

#[test]
fn nearly_all_facts_of_profiles_are_in_their_text() {
    let (mut found, mut all) = (0, 0);
    let pages = pages(&folder("profiles"));
    assert!(pages.len() >= 20);
    for path in &pages {
        let (page, facts) = unmarked(&fs::read(path).unwrap());
        assert!(!facts.is_empty(), "{}", path.display());
        let text = text(page.as_slice()).replace(" | ", " ").replace('\n', " ");
        all += facts.len();
        for fact in facts {
            match text.contains(&fact) {
                true => found += 1,
                false => println!("{}: missing: {fact}", path.file_name().unwrap().display()),
            }
        }
    }
    println!("profiles: {found} of {all} facts on {} pages", pages.len());
    assert!(f64::from(found) >= LEAST_FACTS * all as f64, "{found} of {all} facts");
}

#[test]
fn the_scorer_knows_good_from_bad() {
    let page = |truth: &str, text: &str| score(&[(truth.to_owned(), text.to_owned())]);
    assert_eq!(page("a b c d e", "a, b. c d e"), (1.0, 1.0, 1.0));
    assert_eq!(page("a b c d e", "a b c d e x y"), (0.5, 1.0, 2.0 / 3.0));
    assert_eq!(page("a b c d e", "a b c d").1, 0.5);
    assert!(page("a b c d e", "").2.is_nan());
}

#[test]
fn a_reader_that_fails_is_an_error_and_no_page() {
    struct Broken;
    impl Read for Broken {
        fn read(&mut self, _: &mut [u8]) -> io::Result<usize> {
            Err(io::ErrorKind::ConnectionReset.into())
        }
    }
    assert!(page_of(Broken, "text/html", String::new()).is_err());
}
