//! Inputs that nobody thought of, for everything that reads what strangers send: a kept corpus (`tests/corpus/<target>/`),
//! inputs made from it by chance, and for each target what must hold, whatever comes in.
//!
//! Two thousand inputs a target are tried with every run of the tests, always the same; `scripts/test --fuzz [SECONDS [SEED]]`
//! goes on for as long as it is told. An input that breaks a promise is put into the corpus, where every run meets it.
mod mutate;
mod random;

use std::{
    env, fs,
    panic::{AssertUnwindSafe, catch_unwind},
    path::PathBuf,
    time::{Duration, Instant},
};

use mutate::Inputs;

/// Something that reads what strangers send.
#[derive(Clone, Copy)]
pub(crate) struct Target {
    /// The name of its folder in the corpus.
    pub name: &'static str,
    /// Has the input read, and panics if that breaks a promise.
    pub check: fn(&[u8]),
}

/// How many inputs of each target a usual run tries.
const USUAL: usize = 2_000;
const USUAL_SEED: u64 = 1;
/// What one input may take: without optimisation, on a busy machine.
const MOST_TIME: Duration = Duration::from_secs(10);

fn targets() -> Vec<Target> {
    [crate::web::FUZZ_TARGETS, crate::model::FUZZ_TARGETS, crate::pipeline::FUZZ_TARGETS].concat()
}

fn folder(target: Target) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus").join(target.name)
}

fn corpus(target: Target) -> Vec<Vec<u8>> {
    let Ok(files) = fs::read_dir(folder(target)) else { return Vec::new() };
    let mut paths: Vec<_> = files.map(|file| file.unwrap().path()).collect();
    paths.sort();
    paths.iter().map(|path| fs::read(path).unwrap()).collect()
}

/// Why the input breaks a promise, if it does.
fn complaint(target: Target, input: &[u8]) -> Option<String> {
    let timed = || {
        let started = Instant::now();
        catch_unwind(AssertUnwindSafe(|| (target.check)(input))).map(|()| started.elapsed())
    };
    match timed() {
        Ok(took) if took <= MOST_TIME => None,
        // What is slow is so twice; once, the machine may have stood still.
        Ok(took) => timed().map_or(true, |again| again > MOST_TIME).then(|| format!("it took {took:?}")),
        Err(_) => Some("it panicked, as told above".to_owned()),
    }
}

/// The first of so many inputs that breaks a promise, and how.
fn failure(target: Target, inputs: &mut Inputs, times: usize) -> Option<(Vec<u8>, String)> {
    (0..times).find_map(|_| {
        let input = inputs.next();
        complaint(target, &input).map(|complaint| (input, complaint))
    })
}

/// Tries so many inputs; one that breaks a promise ends the test and stays in the corpus.
fn try_some(target: Target, inputs: &mut Inputs, times: usize) {
    if let Some((input, complaint)) = failure(target, inputs, times) {
        let path = folder(target).join(format!("failed-{:016x}", mutate::hash(&input)));
        fs::write(&path, &input).unwrap();
        panic!("{}: {complaint}; the input is kept as {}", target.name, path.display());
    }
}

/// The usual run.
fn try_all(targets: &[Target]) {
    for target in targets {
        try_some(*target, &mut Inputs::new(corpus(*target), USUAL_SEED, target.name), USUAL);
    }
}

fn number(variable: &str) -> Option<u64> {
    env::var(variable).ok().map(|text| text.parse().unwrap_or_else(|e| panic!("{variable}={text}: {e}")))
}

#[test]
fn every_input_of_the_corpus_keeps_the_promises() {
    for target in targets() {
        let corpus = corpus(target);
        assert!(!corpus.is_empty(), "{} has no corpus", target.name);
        for input in corpus {
            assert_eq!(complaint(target, &input), None, "{}: {}", target.name, input.escape_ascii());
        }
    }
}

#[test]
fn every_folder_of_the_corpus_has_its_target() {
    let names: Vec<&str> = targets().iter().map(|target| target.name).collect();
    for entry in fs::read_dir(PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/corpus")).unwrap() {
        let name = entry.unwrap().file_name();
        assert!(names.contains(&name.to_str().unwrap()), "{name:?} is no target");
    }
}

#[test]
fn what_sites_and_providers_send_by_chance_keeps_the_promises() {
    try_all(crate::web::FUZZ_TARGETS);
}

#[test]
fn what_models_send_by_chance_keeps_the_promises() {
    try_all(crate::model::FUZZ_TARGETS);
}

#[test]
fn what_senders_pages_and_models_say_by_chance_keeps_the_promises() {
    try_all(crate::pipeline::FUZZ_TARGETS);
}

#[test]
fn a_broken_promise_is_found() {
    let check = |input: &[u8]| assert!(!input.windows(3).any(|part| part == b"a<a"), "on purpose");
    let target = Target { name: "none", check };
    let mut inputs = Inputs::new(vec![b"aaaa".to_vec()], USUAL_SEED, target.name);
    let (input, complaint) = failure(target, &mut inputs, USUAL).unwrap();
    assert!(complaint.contains("panicked") && input.contains(&b'<'));
}

/// `scripts/test --fuzz` runs it.
#[test]
#[ignore = "goes on for as long as SCRIBE_FUZZ_SECONDS says"]
fn inputs_made_by_chance_for_a_long_time() {
    let time = Duration::from_secs(number("SCRIBE_FUZZ_SECONDS").unwrap_or(60));
    let seed = number("SCRIBE_FUZZ_SEED").unwrap_or(USUAL_SEED);
    println!("seed {seed}, {} s", time.as_secs());
    let mut all: Vec<_> = targets()
        .into_iter()
        .map(|target| (target, Inputs::new(corpus(target), seed, target.name), 0))
        .collect();
    let end = Instant::now() + time;
    while Instant::now() < end {
        for (target, inputs, tried) in &mut all {
            let turn = Instant::now() + Duration::from_millis(200);
            while Instant::now() < turn {
                try_some(*target, inputs, 20);
                *tried += 20;
            }
        }
    }
    println!("{:<26} {:>9}", "target", "inputs");
    all.iter().for_each(|(target, _, tried)| println!("{:<26} {tried:>9}", target.name));
}
