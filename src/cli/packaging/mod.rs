//! What the package holds besides the program and is said in its code already: manual pages, completions, and
//! `scribe.toml`, in `packaging/generated`; and `docs/reference.md`. `RENEW_GOLDEN=1 cargo test --lib cli::packaging` writes
//! them anew.
use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use clap::CommandFactory;
use clap_complete::{Generator, Shell};

use super::args::Arguments;

mod manual;
mod reference;
mod settings;

const FOLDER: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/packaging/generated");

/// Every file with what belongs into it.
fn files() -> [(&'static str, String); 6] {
    [
        ("scribe.1", manual::command_line()),
        ("scribe.toml.5", manual::settings_file()),
        ("scribe.toml", settings::file()),
        ("scribe.bash", completion(Shell::Bash)),
        ("scribe.zsh", completion(Shell::Zsh)),
        ("scribe.fish", completion(Shell::Fish)),
    ]
}

fn completion(shell: Shell) -> String {
    let mut command = Arguments::command();
    command.set_bin_name("scribe");
    command.build();
    let mut script = Vec::new();
    shell.generate(&command, &mut script);
    String::from_utf8(script).expect("completions are text")
}

#[test]
fn the_packages_files_say_what_the_code_says_and_there_are_no_others() {
    let wanted: BTreeMap<String, String> = files().map(|(name, text)| (name.to_owned(), text)).into();
    if std::env::var_os("RENEW_GOLDEN").is_some() {
        fs::create_dir_all(FOLDER).unwrap();
        wanted.iter().for_each(|(name, text)| fs::write(Path::new(FOLDER).join(name), text).unwrap());
    }
    let there: BTreeMap<String, String> = fs::read_dir(FOLDER)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into(), fs::read_to_string(path).unwrap()))
        .collect();
    assert!(
        there == wanted,
        "{:?} in packaging/generated; write them anew with RENEW_GOLDEN=1 cargo test --lib cli::packaging",
        different(&there, &wanted)
    );
}

/// The names of files that are missing, too many, or stale.
fn different<'a>(
    there: &'a BTreeMap<String, String>,
    wanted: &'a BTreeMap<String, String>,
) -> BTreeSet<&'a str> {
    there
        .keys()
        .chain(wanted.keys())
        .filter(|&name| there.get(name) != wanted.get(name))
        .map(String::as_str)
        .collect()
}
