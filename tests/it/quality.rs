//! How good the e-mails are: the twenty people of the sample web, through `builtin` and through both kinds of service,
//! which obey, disobey, stall and fail. A wrong fact is worse than none, so there may be none at all.
//! `cargo test --test it quality:: -- --nocapture` prints the table.
use std::{env, fmt, fs, thread};

use serde_json::Value;

use crate::support::{
    KEY, ModelServer, ModelTape, Mood, Program, Run, SampleWeb, expected_people, model_environment,
};

const TEMPLATE: &str = "Dear {{name}},\n\nat {{institution|your institution}} you know more about {{interest}} than I do. \
    I have {{paper|your work}} on my desk, {{book|and much else}}. What brought me here: {{detail|my curiosity}}.\n\n[Your Name]\n";

/// What became of twenty requests.
#[derive(Debug, Default, Clone, Copy, PartialEq, Eq)]
struct Outcomes {
    /// Everything that can be found out about the person is there.
    filled: usize,
    /// Some of it is, and the sender's own fall-back text stands for the rest.
    partly: usize,
    /// Only the sender's own words.
    fallback: usize,
    /// No e-mail.
    failed: usize,
    /// E-mails with a paper, a book or a detail that is true of the person.
    specific: usize,
    /// Values that are not true of the person.
    wrong: usize,
    /// E-mails that say of themselves that somebody should look.
    unsure: usize,
}

impl fmt::Display for Outcomes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Outcomes { filled, partly, fallback, failed, specific, wrong, unsure } = self;
        write!(f, "{filled:>6} {partly:>6} {fallback:>9} {failed:>6} {specific:>8} {wrong:>5} {unsure:>6}")
    }
}

/// One person's e-mail held against what is true.
struct Judge<'a> {
    person: &'a Value,
    wrong: Vec<String>,
    specific: bool,
    /// The placeholders that evidence stands in for.
    filled: Vec<String>,
}

impl Judge<'_> {
    fn of<'a>(person: &'a Value, draft: &Value) -> Judge<'a> {
        let mut judge = Judge { person, wrong: Vec::new(), specific: false, filled: Vec::new() };
        let message = draft["message"].as_str().unwrap();
        for trap in texts(&person["wrong"]).filter(|trap| message.contains(trap)) {
            judge.wrong.push(trap.to_owned());
        }
        for source in draft["metadata"]["sources"].as_array().unwrap() {
            if ["page", "paper"].contains(&source["from"].as_str().unwrap()) {
                judge.value(source);
            }
        }
        judge
    }

    fn value(&mut self, source: &Value) {
        let (placeholder, value) =
            (source["placeholder"].as_str().unwrap(), source["value"].as_str().unwrap());
        let person = self.person;
        let is = |truth: &Value| truth.as_str().is_some_and(|truth| value.contains(truth));
        let name = placeholder.trim_start_matches("{{").split('|').next().unwrap();
        let is_true = match name {
            "institution" => is(&person["institution"]),
            "paper" => person["papers"].as_array().unwrap().iter().any(is),
            "book" => is(&person["book"]),
            _ => texts(&person["facts"]).any(|fact| says(fact, value)),
        };
        self.filled.push(name.to_owned());
        self.specific |= is_true && name != "institution";
        if !is_true {
            self.wrong.push(format!("{placeholder} = {value}"));
        }
    }

    /// Whether everything is there that could be found out.
    fn is_filled(&self) -> bool {
        let wanted =
            [("institution", "institution"), ("papers", "paper"), ("book", "book"), ("facts", "detail")];
        let is_known = |truth: &Value| match truth {
            Value::Array(list) => !list.is_empty(),
            truth => truth.is_string(),
        };
        wanted
            .iter()
            .all(|(truth, slot)| !is_known(&self.person[*truth]) || self.filled.iter().any(|it| it == slot))
    }
}

/// Whether a statement that is written down as true says all that a detail says, in the same order.
fn says(fact: &str, detail: &str) -> bool {
    let words = |text: &str| -> Vec<String> {
        let words = text.split(|c: char| !c.is_alphanumeric()).filter(|word| word.chars().count() > 3);
        words.map(str::to_lowercase).collect()
    };
    let mut rest = words(fact).into_iter();
    words(detail).iter().all(|word| rest.any(|told| told == *word))
}

fn texts(value: &Value) -> impl Iterator<Item = &str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap())
}

fn compose(program: &Program, template: &str, person: &Value) -> Run {
    let (name, interest) = (person["name"].as_str().unwrap(), person["interest"].as_str().unwrap());
    let sender = ["--sender", "Sam Student", "--template", template, "--json"];
    program.run(&[&["compose", "--name", name, "--interest", interest], &sender[..]].concat())
}

/// Writes to everybody, a few at a time, and counts.
fn outcomes(program: &Program) -> Outcomes {
    let people = expected_people();
    let template = program.file("template.txt", TEMPLATE).display().to_string();
    let write = |person: &Value| (person.clone(), compose(program, &template, person));
    let written: Vec<(Value, Run)> = thread::scope(|scope| {
        let parts: Vec<_> = people
            .chunks(5)
            .map(|part| scope.spawn(move || part.iter().map(write).collect::<Vec<_>>()))
            .collect();
        parts.into_iter().flat_map(|part| part.join().unwrap()).collect()
    });
    let mut outcomes = Outcomes::default();
    for (person, run) in written {
        if run.code != 0 {
            outcomes.failed += 1;
            continue;
        }
        let draft: Value = serde_json::from_str(&run.stdout).unwrap();
        let judge = Judge::of(&person, &draft);
        if !judge.wrong.is_empty() {
            println!("WRONG for {}: {:?}", person["name"], judge.wrong);
        }
        outcomes.wrong += judge.wrong.len();
        outcomes.specific += usize::from(judge.specific);
        outcomes.unsure += usize::from(draft["is_confident"] == false);
        *match () {
            () if judge.filled.is_empty() => &mut outcomes.fallback,
            () if judge.is_filled() => &mut outcomes.filled,
            () => &mut outcomes.partly,
        } += 1;
    }
    outcomes
}

fn print(model: &str, mood: &str, outcomes: Outcomes) {
    println!("{model:<28} {mood:<12} {outcomes}");
}

#[test]
fn builtin_says_nothing_wrong_about_twenty_people_and_something_specific_about_fifteen() {
    let web = SampleWeb::start(&[]);
    let outcomes = outcomes(&Program::new().web(&web));
    print("builtin", "", outcomes);
    assert_eq!((outcomes.wrong, outcomes.failed), (0, 0), "{outcomes:?}");
    assert!(outcomes.specific >= 15, "{outcomes:?}");
}

#[test]
fn no_service_in_whatever_mood_says_anything_wrong_about_anybody() {
    let web = SampleWeb::start(&[]);
    for model in ["anthropic:claude-haiku-4-5", "openai:some-model:3b"] {
        for mood in [Mood::Obeys, Mood::Steered, Mood::Babbles, Mood::Refuses, Mood::Stalls, Mood::Overloaded]
        {
            let server = ModelServer::start(mood);
            let program = Program::new().web(&web).env("MODEL_TIMEOUT", "2");
            let program =
                server.environment(model).iter().fold(program, |p, (name, value)| p.env(name, value));
            let outcomes = outcomes(&program);
            print(model, &format!("{mood:?}"), outcomes);
            assert_eq!(outcomes.wrong, 0, "{model} {mood:?}: {outcomes:?}");
            match mood {
                Mood::Obeys => assert!(outcomes.specific >= 15 && outcomes.failed == 0, "{outcomes:?}"),
                // Not this person's fault: nothing is written, and nobody is charged.
                Mood::Stalls | Mood::Overloaded => assert_eq!(outcomes.failed, 20, "{outcomes:?}"),
                _ => assert_eq!(outcomes.failed, 0, "{outcomes:?}"),
            }
        }
    }
}

/// What `scripts/record` runs, with a real service or a tape of one at the address.
#[test]
#[ignore = "needs a service: scripts/record"]
fn a_service_or_a_tape_of_one_says_nothing_wrong_about_twenty_people() {
    let model = env::var("SCRIBE_RECORD_MODEL").expect("scripts/record names the model");
    let url = env::var("SCRIBE_RECORD_URL").expect("scripts/record names the address");
    let key = env::var("SCRIBE_RECORD_KEY").unwrap_or_default();
    let web = SampleWeb::start(&[]);
    let program = model_environment(&url, &key, &model)
        .iter()
        .fold(Program::new().web(&web), |program, (name, value)| program.env(name, value));
    let outcomes = outcomes(&program);
    print(&model, "as it is", outcomes);
    assert_eq!(outcomes.wrong, 0, "{outcomes:?}");
}

#[test]
fn a_tape_of_a_model_gives_the_same_emails_again_and_holds_no_key() {
    let (web, directory) = (SampleWeb::start(&[]), crate::support::TempDir::new());
    let tape = directory.path().join("tape.jsonl").display().to_string();
    for model in ["anthropic:claude-haiku-4-5", "openai:some-model:3b"] {
        let server = ModelServer::start(Mood::Obeys);
        let write = |url: &str| -> Vec<Value> {
            let program = Program::new().web(&web);
            let program = model_environment(url, KEY, model)
                .iter()
                .fold(program, |p, (name, value)| p.env(name, value));
            let template = program.file("template.txt", TEMPLATE).display().to_string();
            let drafts = expected_people().into_iter().take(2).map(|person| {
                let run = compose(&program, &template, &person);
                assert_eq!(run.code, 0, "{model}: {}", run.stderr);
                let draft: Value = serde_json::from_str(&run.stdout).unwrap();
                draft["message"].clone()
            });
            drafts.collect()
        };
        let recorded = {
            let recorder = ModelTape::start(&["record", &tape, model, &server.url]);
            write(&recorder.url)
        };
        let asked = server.requests().len();
        let player = ModelTape::start(&["replay", &tape]);
        assert_eq!(write(&player.url), recorded, "{model}");
        assert_eq!(server.requests().len(), asked, "the service was asked again");
        let text = fs::read_to_string(&tape).unwrap();
        assert_eq!(text.lines().count(), asked + 1, "the model, then one exchange a line");
        assert!(!text.contains(KEY), "a key on the tape");

        let stranger = Program::new().web(&web);
        let stranger = model_environment(&player.url, KEY, model)
            .iter()
            .fold(stranger, |program, (name, value)| program.env(name, value));
        let template = stranger.file("template.txt", TEMPLATE).display().to_string();
        let run = compose(&stranger, &template, &expected_people()[2]);
        assert!(run.code == 1 && run.stderr.contains("not on the tape"), "{}", run.stderr);
    }
}
