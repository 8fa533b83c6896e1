//! The code's one direction: a module uses those below it, and never one above.
use std::{
    collections::BTreeSet,
    fs,
    path::{Path, PathBuf},
};

/// The modules of `src/lib.rs`, the lowest first.
const LAYERS: &[&str] = &[
    "text",
    "jitter",
    "liveness",
    "clock",
    "liveness",
    "resolve",
    "config",
    "condition",
    "web",
    "model",
    "pipeline",
    "parts",
    "queue",
    "database",
    "daemon",
    "doctor",
    "cli",
];

#[test]
fn every_module_uses_only_those_below_it() {
    let src = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut wrong = BTreeSet::new();
    let mut seen = BTreeSet::new();
    for file in shipped_files(&src) {
        let inside = file.strip_prefix(&src).expect("it was found there");
        let user = inside.iter().next().and_then(|top| top.to_str()).expect("names here are plain");
        let user = user.trim_end_matches(".rs");
        let Some(own) = LAYERS.iter().position(|layer| *layer == user) else { continue };
        let text = fs::read_to_string(&file).expect("a file of the sources can be read");
        for used in uses(shipped(&text)) {
            let below = LAYERS.iter().position(|layer| *layer == used);
            assert!(below.is_some(), "{used}, used in {}, is in no layer", inside.display());
            seen.insert((user.to_owned(), used.clone()));
            if below > Some(own) {
                wrong.insert(format!("{} uses {used}", inside.display()));
            }
        }
    }
    assert!(seen.contains(&("daemon".into(), "database".into())), "the uses are found at all");
    assert!(wrong.is_empty(), "{wrong:#?}");
}

/// All files but those of tests alone.
fn shipped_files(directory: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(directory).expect("the sources are there");
    let mut files = Vec::new();
    for path in entries.map(|entry| entry.expect("the sources are there").path()) {
        let name = path.file_stem().and_then(|name| name.to_str()).expect("names here are plain");
        // `condition/page.rs` writes the documentation in a test.
        let is_test = ["test", "fuzz", "fakes"].iter().any(|part| name.contains(part))
            || path.ends_with("condition/page.rs");
        match path.is_dir() {
            _ if is_test => {}
            true => files.extend(shipped_files(&path)),
            false => files.extend((path.extension().is_some_and(|end| end == "rs")).then_some(path)),
        }
    }
    files
}

/// What stands before the tests of a file, without comments.
fn shipped(text: &str) -> String {
    let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap_or_default();
    code.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// The modules that `crate::name` and `crate::{name, name::{…}}` name.
fn uses(code: String) -> BTreeSet<String> {
    let is_name = |c: char| c.is_ascii_lowercase() || c == '_';
    let mut found = BTreeSet::new();
    for rest in code.split("crate::").skip(1) {
        let Some(list) = rest.strip_prefix('{') else {
            found.extend(rest.split(|c| !is_name(c)).next().map(str::to_owned));
            continue;
        };
        let mut depth = 0;
        let mut names = String::new();
        for c in list.chars() {
            match c {
                '{' => depth += 1,
                '}' if depth == 0 => break,
                '}' => depth -= 1,
                c if depth == 0 => names.push(c),
                _ => {}
            }
        }
        let first = |item: &str| item.trim().split(|c| !is_name(c)).next().unwrap_or_default().to_owned();
        found.extend(names.split(',').map(first));
    }
    found.retain(|name| !name.is_empty());
    found
}
