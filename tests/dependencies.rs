//! What scribe is made of: the crates in Cargo.lock, as deny.toml wants them.
use std::{
    collections::{BTreeMap, BTreeSet},
    env, fs,
    path::{Path, PathBuf},
    process::Command,
    sync::LazyLock,
};

use serde::Deserialize;

#[derive(Deserialize)]
struct Metadata {
    packages: Vec<Package>,
}

#[derive(Deserialize)]
struct Package {
    name: String,
    version: String,
    license: Option<String>,
    /// `None`: a folder here.
    source: Option<String>,
    rust_version: Option<String>,
    manifest_path: PathBuf,
}

#[derive(Deserialize)]
struct Rules {
    graph: Graph,
    licenses: Licenses,
    sources: Sources,
    bans: Bans,
}

#[derive(Deserialize)]
struct Graph {
    targets: Vec<String>,
}

#[derive(Deserialize)]
struct Licenses {
    allow: BTreeSet<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "kebab-case")]
struct Sources {
    allow_registry: Vec<String>,
}

#[derive(Deserialize)]
struct Bans {
    deny: Vec<Ban>,
    skip: Vec<Ban>,
}

#[derive(Deserialize)]
struct Ban {
    /// `name` or `name@version`, the version to as many places as matter.
    #[serde(rename = "crate")]
    which: String,
    reason: String,
}

impl Ban {
    fn is(&self, package: &Package) -> bool {
        let (name, version) = self.which.split_once('@').unwrap_or((&self.which, ""));
        let rest = package.version.strip_prefix(version);
        name == package.name && rest.is_some_and(|rest| version.is_empty() || rest.starts_with('.'))
    }
}

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

static RULES: LazyLock<Rules> = LazyLock::new(|| {
    toml::from_str(&fs::read_to_string(root().join("deny.toml")).unwrap()).expect("deny.toml can be read")
});

/// All crates that are compiled for one of the targets, for tests too.
static CRATES: LazyLock<Vec<Package>> = LazyLock::new(|| {
    let mut cargo = Command::new(env::var_os("CARGO").unwrap_or("cargo".into()));
    cargo.current_dir(root()).args(["metadata", "--locked", "--format-version", "1"]);
    RULES.graph.targets.iter().for_each(|target| _ = cargo.args(["--filter-platform", target]));
    let output = cargo.output().expect("cargo runs");
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let metadata: Metadata = serde_json::from_slice(&output.stdout).expect("cargo's answer can be read");
    assert!(metadata.packages.len() > 100, "the crates are found at all");
    metadata.packages
});

/// Those crates of which something is wrong.
#[track_caller]
fn assert_of_none(wrong: impl Fn(&Package) -> Option<String>) {
    let told = |package: &Package| Some(format!("{} {}: {}", package.name, package.version, wrong(package)?));
    let all: Vec<String> = CRATES.iter().filter_map(told).collect();
    assert!(all.is_empty(), "{all:#?}");
}

/// Whether an SPDX expression leaves a choice that is allowed. `A OR B AND C` is taken for `(A OR B) AND C`.
fn is_allowed(expression: &str) -> bool {
    let allowed = |one: &str| RULES.licenses.allow.contains(one.trim());
    let chosen = |part: &str| part.trim_matches(['(', ')', ' ']).split(" OR ").any(allowed);
    expression.replace('/', " OR ").split(" AND ").all(chosen)
}

#[test]
fn every_crate_leaves_a_licence_that_is_allowed() {
    assert_of_none(|package| match package.license.as_deref() {
        Some(license) if is_allowed(license) => None,
        other => Some(other.unwrap_or("names none").to_owned()),
    });
    assert!(!is_allowed("GPL-3.0-only") && !is_allowed("MIT AND GPL-3.0-only"));
    assert!(is_allowed("GPL-2.0-only OR MIT") && is_allowed("(MIT OR GPL-2.0-only) AND Zlib"));
}

#[test]
fn every_crate_comes_from_crates_io_or_lies_here() {
    assert_of_none(|package| match package.source.as_deref() {
        None => {
            (!package.manifest_path.starts_with(root())).then(|| package.manifest_path.display().to_string())
        }
        Some(source) => {
            let registry = source.strip_prefix("registry+").unwrap_or(source);
            (!RULES.sources.allow_registry.iter().any(|known| known == registry)).then(|| source.to_owned())
        }
    });
}

#[test]
fn no_crate_is_there_that_is_banned() {
    assert_of_none(|package| {
        RULES.bans.deny.iter().find(|ban| ban.is(package)).map(|ban| ban.reason.clone())
    });
}

#[test]
fn no_crate_is_there_twice_without_a_reason() {
    let mut versions: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for package in CRATES.iter().filter(|package| !RULES.bans.skip.iter().any(|skip| skip.is(package))) {
        versions.entry(&package.name).or_default().push(&package.version);
    }
    versions.retain(|_, versions| versions.len() > 1);
    assert!(versions.is_empty(), "{versions:?}");
}

#[test]
fn no_reason_for_a_second_version_outlives_it() {
    for Ban { which, reason } in &RULES.bans.skip {
        let name = which.split('@').next().unwrap_or_default();
        let count = CRATES.iter().filter(|package| package.name == name).count();
        assert!(count > 1, "{which} ({reason}) is needed no longer");
    }
}

#[test]
fn no_crate_needs_a_later_rust_than_scribe() {
    let places =
        |version: &str| version.split('.').take(2).map(str::parse::<u32>).collect::<Result<Vec<_>, _>>();
    let ours = places(env!("CARGO_PKG_RUST_VERSION")).unwrap();
    assert_of_none(|package| package.rust_version.clone().filter(|theirs| places(theirs).unwrap() > ours));
}

/// Of those for the program, rustc says it: `unused_crate_dependencies` in src/lib.rs.
#[test]
fn every_crate_for_tests_is_used() {
    let manifest: toml::Table = fs::read_to_string(root().join("Cargo.toml")).unwrap().parse().unwrap();
    let code: String =
        ["src", "tests", "benches", "examples"].map(|folder| code(&root().join(folder))).concat();
    for name in manifest["dev-dependencies"].as_table().unwrap().keys() {
        let name = name.replace('-', "_");
        let is_used = code.contains(&format!("{name}::")) || code.contains(&format!("use {name}"));
        assert!(is_used, "{name} is of use to no test");
    }
}

/// The text of all files of Rust in a folder.
fn code(folder: &Path) -> String {
    let paths = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    paths
        .map(|path| match path.is_dir() {
            true => code(&path),
            false if path.extension().is_some_and(|end| end == "rs") => fs::read_to_string(path).unwrap(),
            false => String::new(),
        })
        .collect()
}
