//! Pages that want something in the e-mail, models that do all a page asks, and answers that no model should give:
//! `tests/hostile_models/*.toml`. Whatever they do, the sender's text stays as it is and none of it reaches the recipient.
use std::{collections::BTreeSet, fs, thread};

use serde::{Deserialize, de::DeserializeOwned};
use serde_json::Value;

use crate::support::{ModelServer, Mood, Program, Run, SampleWeb, Script, TempDir, repository};

const SERVICES: [&str; 2] = ["anthropic:claude-haiku-4-5", "openai:some-model:3b"];
/// The sender's words around the placeholders, in their order.
const FIXED: [&str; 6] =
    ["Dear ", ",\n\nI read ", " at ", ". What I liked: ", ". And then ", "!\n\nSam Student\n"];
const TEMPLATE: &str = "Dear {{name}},\n\nI read {{paper|your work}} at {{institution|your institution}}. \
    What I liked: {{detail|all of it}}. And then {{book|your books}}!\n\n[Your Name]\n";

#[derive(Deserialize)]
struct Cases<T> {
    case: Vec<T>,
}

#[derive(Deserialize)]
struct HostilePage {
    name: String,
    category: String,
    title: Option<String>,
    #[serde(default)]
    html: String,
    repeat: Option<Repeat>,
    /// Without the true page, whose facts could take the place of this one's.
    #[serde(default)]
    alone: bool,
    obey: Script,
    never: Vec<String>,
}

#[derive(Deserialize)]
struct HostileAnswer {
    name: String,
    category: String,
    content: Option<String>,
    body: Option<String>,
    repeat: Option<Repeat>,
}

#[derive(Deserialize)]
struct Repeat {
    text: String,
    times: usize,
}

fn repeated(start: &str, repeat: Option<&Repeat>) -> String {
    repeat
        .map_or_else(|| start.to_owned(), |Repeat { text, times }| format!("{start}{}", text.repeat(*times)))
}

fn cases<T: DeserializeOwned>(file: &str) -> Vec<T> {
    let text = fs::read_to_string(repository("tests/hostile_models").join(file)).unwrap();
    toml::from_str::<Cases<T>>(&text).unwrap().case
}

fn compose(web: &SampleWeb, environment: &[(String, String)]) -> Run {
    let program = environment.iter().fold(Program::new().web(web), |p, (name, value)| p.env(name, value));
    let template = program.file("template.txt", TEMPLATE).display().to_string();
    let person =
        ["compose", "--name", "Ada Marlowe", "--interest", "tidal energy", "--sender", "Sam Student"];
    program.run(&[&person[..], &["--json", "--template", &template]].concat())
}

/// The message, whose fixed text is checked piece by piece.
fn message(case: &str, run: &Run) -> String {
    assert_eq!(run.code, 0, "{case}: {}", run.stderr);
    let draft: Value = serde_json::from_str(&run.stdout).unwrap();
    let message = draft["message"].as_str().unwrap().to_owned();
    let warnings = draft["metadata"]["warnings"].to_string();
    assert!(
        !warnings.contains("found no page"),
        "{case}: nothing was read, so nothing is proved: {warnings}"
    );
    let mut rest = message.as_str();
    for piece in FIXED {
        rest = rest.split_once(piece).unwrap_or_else(|| panic!("{case}: {piece:?} is not in {message:?}")).1;
    }
    assert!(message.starts_with("Dear Ada Marlowe,") && rest.is_empty(), "{case}: {message:?}");
    message
}

fn assert_never(case: &str, message: &str, never: &[String]) {
    let lower = message.to_lowercase();
    for text in
        never.iter().map(|text| text.to_lowercase()).chain(["http", "www.", "@", "{{"].map(String::from))
    {
        assert!(!lower.contains(&text), "{case}: {text:?} reached the recipient:\n{message}");
    }
}

/// Pages of others: the search counts no word that stands on every page, so without them it finds nothing.
fn fillers(directory: &TempDir) {
    for name in ["mireille-tan", "tobias-lindqvist", "kwame-ashford"] {
        let page = format!("<!doctype html><title>{name}</title><p>A page about beetles.</p>");
        fs::write(directory.path().join("people").join(format!("{name}.html")), page).unwrap();
    }
}

/// The hostile page, and the true one unless it stands alone.
fn pages(directory: &TempDir, case: &HostilePage) {
    let people = directory.path().join("people");
    fs::create_dir(&people).unwrap();
    let title = case.title.as_deref().unwrap_or("Ada Marlowe, tidal energy");
    let body = repeated(&case.html, case.repeat.as_ref());
    let page = format!("<!doctype html><meta charset=utf-8><title>{title}</title><h1>Ada Marlowe</h1>{body}");
    fs::write(people.join("ada-marlowe-tidal-energy.html"), page).unwrap();
    if !case.alone {
        let own = repository("examples/sample_web/pages/people/ada-marlowe.html");
        fs::copy(own, people.join("ada-marlowe.html")).unwrap();
    }
    fillers(directory);
}

fn assert_page_is_harmless(case: HostilePage) {
    let directory = TempDir::new();
    pages(&directory, &case);
    let web = SampleWeb::start(&["--pages", &directory.path().display().to_string()]);
    let by_rule = message(&case.name, &compose(&web, &[]));
    assert_never(&case.name, &by_rule, &case.never);
    let (name, never) = (case.name, case.never);
    let script: &'static Script = Box::leak(Box::new(case.obey));
    for model in SERVICES {
        let server = ModelServer::start(Mood::Follows(script));
        let name = format!("{name} ({model})");
        let followed = message(&name, &compose(&web, &server.environment(model)));
        assert_never(&name, &followed, &never);
        assert!(server.requests().len() >= 3, "{name}: the model was not asked");
    }
}

#[test]
fn nothing_that_a_hostile_page_wants_reaches_the_recipient_even_through_a_model_that_obeys_it() {
    let cases: Vec<HostilePage> = cases("pages.toml");
    assert!(cases.len() >= 40);
    let categories: BTreeSet<&str> = cases.iter().map(|case| case.category.as_str()).collect();
    for category in
        ["visible", "hidden", "encoded", "split", "non-Latin", "leak", "link", "fake paper", "name", "size"]
    {
        assert!(categories.contains(category), "no case of {category}");
    }
    in_parallel(cases, assert_page_is_harmless);
}

fn assert_answer_is_harmless(web: &SampleWeb, case: &HostileAnswer) {
    let leak =
        |text: &str| -> &'static str { Box::leak(repeated(text, case.repeat.as_ref()).into_boxed_str()) };
    let mood = match (&case.content, &case.body) {
        (Some(content), None) => Mood::Says(leak(content)),
        (None, Some(body)) => Mood::Sends(leak(body)),
        _ => panic!("{}: either content or body", case.name),
    };
    for model in SERVICES {
        let server = ModelServer::start(mood);
        let name = format!("{} ({model})", case.name);
        let run = compose(web, &server.environment(model));
        if run.code != 0 {
            // An error of the service is no answer: the item waits.
            assert!(case.category == "refused" && run.code == 1, "{name}: {}", run.stderr);
            continue;
        }
        let message = message(&name, &run);
        assert_never(&name, &message, &["quagmire".to_owned()]);
        assert!(
            message.contains("University of Northmoor"),
            "{name}: the builtin did not take over:\n{message}"
        );
    }
}

#[test]
fn whatever_a_model_answers_the_email_is_written_and_holds_nothing_of_it() {
    let cases: Vec<HostileAnswer> = cases("answers.toml");
    let categories: BTreeSet<&str> = cases.iter().map(|case| case.category.as_str()).collect();
    for category in ["huge", "empty", "cyclic", "truncated", "non-JSON", "wrong schema", "refused"] {
        assert!(categories.contains(category), "no case of {category}");
    }
    let web = SampleWeb::start(&[]);
    in_parallel(cases, |case| assert_answer_is_harmless(&web, &case));
}

/// All cases, a few at a time; every case that fails is told.
fn in_parallel<T: Send>(cases: Vec<T>, check: impl Fn(T) + Sync) {
    let waiting = std::sync::Mutex::new(cases);
    let failures: usize = thread::scope(|scope| {
        let worker = || {
            let mut failures = 0;
            loop {
                let Some(case) = waiting.lock().unwrap().pop() else { return failures };
                let outcome = std::panic::catch_unwind(std::panic::AssertUnwindSafe(|| check(case)));
                failures += usize::from(outcome.is_err());
            }
        };
        let workers: Vec<_> = (0..4).map(|_| scope.spawn(worker)).collect();
        workers.into_iter().map(|worker| worker.join().unwrap()).sum()
    });
    assert_eq!(failures, 0, "cases failed; the lines above say which");
}
