//! What the documents name exists: files, headings that are linked to, modules, functions and tests.
use std::{
    collections::BTreeSet,
    fs,
    path::{Component, Path, PathBuf},
};

/// Folders of what is made, or is not ours.
const PASSED_OVER: &[&str] = &["target", ".git"];

/// Written like files of the repository, and none of it.
const ELSEWHERE: &[&str] = &[
    // Beside the settings of whoever runs scribe.
    "secrets/",
    "secrets/anthropic_api_key",
    "secrets/database_url",
    "secrets/db_password",
    // In a corpus that somebody brings.
    "articles/truth.json",
    "articles/name.html.gz",
    // An example.
    "V6__add_a_column.down.sql",
];

/// Not declared by a word of their own.
const VARIANTS: &[&str] = &["Phase::Committing"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

/// Every file and folder of the checkout, from its root, folders with a slash at the end.
fn checkout() -> BTreeSet<String> {
    fn look(folder: &Path, found: &mut BTreeSet<String>) {
        for path in fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            let name = path.strip_prefix(root()).unwrap().to_str().unwrap().to_owned();
            if PASSED_OVER.contains(&name.as_str()) {
                continue;
            }
            if path.is_dir() {
                look(&path, found);
                found.insert(name + "/");
            } else {
                found.insert(name);
            }
        }
    }
    let mut found = BTreeSet::new();
    look(root(), &mut found);
    found
}

/// Each document that people read, by its path.
fn documents() -> Vec<(String, String)> {
    let is_document = |path: &String| {
        let (folder, name) = path.rsplit_once('/').unwrap_or(("", path));
        ["", "docs"].contains(&folder) && name.ends_with(".md") && name != "CHANGELOG.md"
    };
    let found = checkout().into_iter().filter(is_document);
    found.map(|path| (path.clone(), fs::read_to_string(root().join(&path)).unwrap())).collect()
}

/// The text without its blocks of code.
fn prose(text: &str) -> String {
    text.split("```").step_by(2).collect()
}

/// What stands between single back quotes.
fn quoted(text: &str) -> Vec<String> {
    prose(text).split('`').skip(1).step_by(2).map(str::to_owned).collect()
}

/// What a heading is called in links.
fn anchor(heading: &str) -> String {
    let kept = |c: &char| c.is_alphanumeric() || [' ', '-', '_'].contains(c);
    heading.to_lowercase().chars().filter(kept).map(|c| if c == ' ' { '-' } else { c }).collect()
}

fn has_heading(text: &str, wanted: &str) -> bool {
    let headings = text.lines().filter(|line| line.starts_with('#'));
    headings.map(|line| anchor(line.trim_start_matches('#').trim())).any(|it| it == wanted)
}

#[test]
fn every_link_leads_to_a_file_and_a_heading_that_exist() {
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for (document, text) in documents() {
        for rest in prose(&text).split("](").skip(1) {
            let link = rest.split(')').next().unwrap();
            if link.starts_with("http") {
                continue;
            }
            looked_at += 1;
            let (file, heading) = link.split_once('#').unwrap_or((link, ""));
            let target = match file {
                "" => root().join(&document),
                file => root().join(&document).parent().unwrap().join(file),
            };
            let read = || fs::read_to_string(&target).unwrap_or_default();
            if !target.exists() || !(heading.is_empty() || has_heading(&read(), heading)) {
                wrong.push(format!("{document}: {link}"));
            }
        }
    }
    assert!(looked_at > 100, "{looked_at}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

#[test]
fn every_file_that_a_document_names_exists() {
    let there = checkout();
    let mut wrong = Vec::new();
    for (document, text) in documents() {
        for name in quoted(&text).iter().filter_map(|quoted| file_named(quoted)) {
            // A name may begin anywhere below the root: `web/guard.rs`, `validator/`.
            let is_there = there.iter().any(|path| {
                let path = if name.ends_with('/') { path.as_str() } else { path.trim_end_matches('/') };
                path == name || path.ends_with(&format!("/{name}")) || is_module(path, name)
            });
            if !is_there && !ELSEWHERE.contains(&name) {
                wrong.push(format!("{document}: {name}"));
            }
        }
    }
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// `queue/blame` for `src/queue/blame.rs`.
fn is_module(path: &str, name: &str) -> bool {
    path.strip_prefix("src/").and_then(|path| path.strip_suffix(".rs")) == Some(name)
}

/// The file of the repository that the quoted words name, if they look like one; of a command, the program.
fn file_named(quoted: &str) -> Option<&str> {
    let name = quoted.split(' ').next()?;
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let ends = [".rs", ".md", ".sh", ".sql", ".c", ".toml", ".json", ".service"];
    let is_file = name.contains('/') || ends.iter().any(|end| name.len() > end.len() && name.ends_with(end));
    let is_relative = Path::new(name).components().all(|part| matches!(part, Component::Normal(_)));
    // Four services' words, and MIME types, have a slash, too: a path has a folder of ours or an end.
    let first = name.split('/').next()?;
    if PASSED_OVER.contains(&first) {
        return None; // What a build makes is there in one checkout and not in the next.
    }
    let begins_here = root().join(first).is_dir() || root().join("src").join(first).is_dir();
    let is_ours = begins_here || name.ends_with('/') || ends.iter().any(|end| name.ends_with(end));
    (is_file && is_relative && is_ours && name.chars().all(is_plain)).then_some(name)
}

#[test]
fn every_module_function_and_test_that_a_document_names_exists() {
    let names = names_of_the_code();
    let mut wrong = Vec::new();
    let mut looked_at = 0;
    for (document, text) in documents() {
        for quoted in quoted(&text) {
            let is_name = |c: char| c.is_ascii_alphanumeric() || "_:…".contains(c);
            if !quoted.contains("::") || !quoted.chars().all(is_name) || VARIANTS.contains(&quoted.as_str()) {
                continue;
            }
            looked_at += 1;
            let wanted = quoted.trim_end_matches("::");
            if !names.iter().any(|name| is_called(name, wanted)) {
                wrong.push(format!("{document}: {quoted}"));
            }
        }
    }
    assert!(looked_at > 80, "{looked_at}");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// Whether a path leads to the name: modules in between may be left out, as re-exports do, and … stands for any letters.
fn is_called(name: &str, wanted: &str) -> bool {
    let (modules, last) = name.rsplit_once("::").unwrap_or(("", name));
    let (words, last_word) = wanted.rsplit_once("::").unwrap_or(("", wanted));
    let mut modules = modules.split("::");
    let mut words = words.split("::").filter(|word| !["", "…"].contains(word));
    is_like(last, last_word) && words.all(|word| modules.any(|module| module == word))
}

fn is_like(name: &str, pattern: &str) -> bool {
    let Some((begin, rest)) = pattern.split_once('…') else { return name == pattern };
    let (middle, end) = rest.rsplit_once('…').unwrap_or(("", rest));
    let inner = name.strip_prefix(begin).and_then(|name| name.strip_suffix(end));
    inner.is_some_and(|mut inner| {
        middle.split('…').all(|part| match inner.split_once(part) {
            Some((_, behind)) => {
                inner = behind;
                true
            }
            None => false,
        })
    })
}

#[test]
fn the_map_has_every_module_of_the_program_and_no_other() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    let map = text.split("## The map\n").nth(1).unwrap().split("\n## ").next().unwrap();
    let rows = map.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
    let told: BTreeSet<&str> = rows.map(|(module, _)| module).collect();
    let lib = fs::read_to_string(root().join("src/lib.rs")).unwrap().replace("#[cfg(test)]\nmod ", "");
    let modules = lib.lines().filter_map(|line| line.trim_start_matches("pub ").strip_prefix("mod "));
    assert_eq!(told, modules.map(|module| module.trim_end_matches(';')).collect());
}

/// The modules of the program and its tests, and what is declared in them, with and without a `tests` or its type between.
fn names_of_the_code() -> BTreeSet<String> {
    let mut names = BTreeSet::new();
    for path in checkout().into_iter().filter(|path| path.ends_with(".rs")) {
        let module = module(Path::new(&path));
        let text = fs::read_to_string(root().join(&path)).unwrap();
        let mut of = String::new();
        for line in text.lines() {
            if let Some(head) = line.strip_prefix("impl ") {
                of = identifier(head.split(" for ").last().unwrap_or(head));
            }
            let line = line.trim_start().trim_start_matches("pub ").trim_start_matches("pub(crate) ");
            let declared = ["fn ", "mod ", "struct ", "enum ", "trait ", "type ", "const ", "static "];
            let Some(rest) = declared.iter().find_map(|word| line.strip_prefix(word)) else { continue };
            let name = identifier(rest);
            names.insert(format!("{module}::{of}::{name}"));
            names.insert(format!("{module}::{name}"));
            names.insert(format!("{module}::tests::{name}"));
        }
        names.insert(module);
    }
    names
}

/// The name with which a text begins.
fn identifier(text: &str) -> String {
    text.chars().take_while(|c| c.is_alphanumeric() || *c == '_').collect()
}

/// `src/web/search/tests/refusals.rs` is `web::search::tests::refusals`, `src/web/html_tests.rs` `web::html::tests`.
fn module(path: &Path) -> String {
    let path: PathBuf = path.with_extension("").components().skip(1).collect();
    let module = path.to_str().unwrap().replace('/', "::").replace("_tests", "::tests");
    module.trim_end_matches("::mod").trim_end_matches("::main").to_owned()
}
