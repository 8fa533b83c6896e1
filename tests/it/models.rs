//! Models behind services: each provider end to end, and what becomes of items when one fails.
use std::process::Command;

use serde_json::Value;

use crate::support::{
    KEY, ModelServer, Mood, Program, SampleWeb, TempDir, TestDatabase, eventually, others_clients, repository,
};

const ANTHROPIC: &str = "anthropic:claude-haiku-4-5";
const OPENAI: &str = "openai:some-model:3b";
const ADA: (&str, &str) = ("Ada Marlowe", "tidal energy");
const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}} and learned: {{detail}}. How is {{university|life}}? [Your Name]";

/// A program whose parser and composer are that model of the server.
fn program(database: &TestDatabase, web: &SampleWeb, server: &ModelServer, model: &str) -> Program {
    let program = Program::new().database(database).web(web).env("LOG_LEVEL", "trace");
    server.environment(model).iter().fold(program, |program, (name, value)| program.env(name, value))
}

fn keeps_the_key(text: &str) {
    assert!(!text.contains("hunter2") && !text.contains(KEY), "{text}");
}

#[test]
fn each_provider_writes_emails_with_sources_and_says_what_they_cost() {
    let web = SampleWeb::start(&[]);
    // The last two refuse the temperature, and one of them the name of the limit: it is learnt.
    for model in [ANTHROPIC, OPENAI, "anthropic:claude-haiku-5-5", "openai:thinker"] {
        let (database, server) = (TestDatabase::migrated(), ModelServer::start(Mood::Obeys));
        database.queue(database.user(), TEMPLATE, &[ADA, ("Zhou Minglan", "solid-state batteries")]);
        let program = program(&database, &web, &server, model)
            .env("EMAIL_COMPOSER_TEMPERATURE", "0.25")
            .env("MODEL_PRICES", &format!("{model}=1/5"));
        let run = program.run(&["run", "--until-empty"]);
        assert_eq!(run.code, 0, "{model}: {}", run.stderr);
        keeps_the_key(&run.stderr);
        assert!(run.stderr.contains("request req_standin"), "{}", run.stderr);
        database.assert_one_email_per_finished_item(2);
        let row =
            &database.query("SELECT email_message, metadata FROM emails ORDER BY recipient_name", &[])[0];
        let (message, metadata): (String, Value) = (row.get(0), row.get(1));
        assert!(message.contains("University of Northmoor") && message.contains('“'), "{message}");
        assert_eq!(metadata["model"], model);
        let takes_temperature = [ANTHROPIC, OPENAI].contains(&model);
        assert_eq!(metadata["temperature"], if takes_temperature { 0.25.into() } else { Value::Null });
        let usage = &metadata["usage"];
        let number = |name: &str| usage[name].as_f64().unwrap_or_else(|| panic!("{name} in {usage}"));
        assert!(number("calls") >= 3.0 && number("uncounted_calls") == 0.0, "{usage}");
        let expected = (number("input_tokens") + 5.0 * number("output_tokens")) / 1e6;
        assert!((number("cost_usd") - expected).abs() < 2e-6 && expected > 0.0, "{usage}");
        assert!(
            metadata["warnings"].as_array().unwrap().iter().all(|w| !w.as_str().unwrap().contains("model"))
        );
        keeps_the_key(&metadata.to_string());
    }
}

#[test]
fn a_model_without_a_price_costs_something_unknown_and_an_email_shows_it() {
    let (web, server) = (SampleWeb::start(&[]), ModelServer::start(Mood::Obeys));
    let environment = server.environment(ANTHROPIC);
    let program =
        environment.iter().fold(Program::new().web(&web), |program, (name, value)| program.env(name, value));
    let template = repository("examples/templates/research.txt").display().to_string();
    let words =
        ["compose", "--name", ADA.0, "--interest", ADA.1, "--sender", "Sam", "--template", template.as_str()];
    let shown = program.ok(&words);
    assert!(shown.contains("\nSure: ") || shown.contains("\nUnsure:"), "{shown}");
    assert!(shown.contains("TOKENS IN") && shown.contains(" unknown "), "{shown}");
    let (_, evidence) = shown.rsplit_once("-----\n").unwrap();
    assert!(evidence.lines().all(|line| line.chars().count() <= 80 || line.contains("http")), "{shown}");
    let json: Value = serde_json::from_str(&program.ok(&[&words[..], &["--json"]].concat())).unwrap();
    assert_eq!(json["metadata"]["usage"]["cost_usd"], "unknown");
    assert_eq!(json["is_confident"], json["reasons"].as_array().unwrap().is_empty());
    assert!(json["message"].as_str().unwrap().contains("Dear Ada Marlowe"), "{json}");
    for member in ["sources", "arxiv_papers", "warnings", "doubts", "step_timings"] {
        assert!(!json["metadata"][member].is_null(), "no {member} in {json}");
    }
    assert_eq!(json["metadata"]["usage"]["steps"]["email_composer"]["model"], ANTHROPIC);
}

#[test]
fn an_email_that_was_not_written_is_told_with_what_it_used() {
    let (web, server) = (SampleWeb::start(&[]), ModelServer::start(Mood::Obeys));
    let program = server
        .environment(ANTHROPIC)
        .iter()
        .fold(Program::new().web(&web), |program, (name, value)| program.env(name, value))
        .env("MODEL_PRICES", &format!("{ANTHROPIC}=1/5"));
    let template = program.file("mail.txt", "I read {{paper}}. [Your Name]").display().to_string();
    let run = program.run(&[
        "compose",
        "--name",
        "Nobody Atall",
        "--interest",
        "nothing",
        "--sender",
        "Sam",
        "--template",
        &template,
    ]);
    assert_eq!(run.code, 1);
    for words in ["{{paper}}", "template_parser used anthropic:claude-haiku-4-5: 1 call, ", " USD", "fix:"] {
        assert!(run.stderr.contains(words), "no {words:?} in {}", run.stderr);
    }
}

#[test]
fn templates_pages_and_emails_may_be_three_different_models_work() {
    let (database, web, server) =
        (TestDatabase::migrated(), SampleWeb::start(&[]), ModelServer::start(Mood::Obeys));
    database.queue(database.user(), TEMPLATE, &[ADA]);
    let program = program(&database, &web, &server, ANTHROPIC)
        .env("WEB_SCRAPER_MODEL", OPENAI)
        .env("EMAIL_COMPOSER_MODEL", "anthropic:claude-haiku-5-5")
        .env("MODEL_PRICES", &format!("{ANTHROPIC}=1/5,anthropic:claude-haiku-5-5=0.1/0.5"));
    program.ok(&["run", "--until-empty"]);
    let metadata: Value = database.query("SELECT metadata FROM emails", &[])[0].get(0);
    let steps = &metadata["usage"]["steps"];
    for (step, model, data) in [
        ("template_parser", ANTHROPIC, "\"template\":"),
        ("web_scraper", OPENAI, "\"page\":{"),
        ("email_composer", "anthropic:claude-haiku-5-5", "\"slots\":"),
    ] {
        assert_eq!(steps[step]["model"], model);
        let name = model.split_once(':').unwrap().1;
        let asked: Vec<_> = server.requests().into_iter().filter(|it| it.body["model"] == name).collect();
        let is_its_own = |body: &Value| {
            body["messages"]
                .as_array()
                .unwrap()
                .iter()
                .any(|it| it["content"].as_str().unwrap().contains(data))
        };
        assert!(asked.iter().any(|asked| is_its_own(&asked.body)), "{step} is not {model}'s");
        assert_eq!(steps[step]["calls"].as_u64(), u64::try_from(asked.len()).ok(), "{step}");
        assert_eq!(steps[step]["cost_usd"] == "unknown", step == "web_scraper", "{steps}");
    }
    assert_eq!(metadata["usage"]["cost_usd"], "unknown", "a part of it is");
    assert_eq!(metadata["model"], "anthropic:claude-haiku-5-5");
}

#[test]
fn a_composer_sees_no_page_and_a_stranger_no_instructions() {
    let (database, web, server) =
        (TestDatabase::migrated(), SampleWeb::start(&[]), ModelServer::start(Mood::Obeys));
    database.queue(database.user(), TEMPLATE, &[ADA]);
    program(&database, &web, &server, ANTHROPIC).ok(&["run", "--until-empty"]);
    let requests = server.requests();
    let user = |body: &Value| body["messages"][0]["content"].as_str().unwrap().to_owned();
    let pages: Vec<_> = requests.iter().filter(|asked| user(&asked.body).contains("\"page\":{")).collect();
    let composed: Vec<_> = requests.iter().filter(|asked| user(&asked.body).contains("\"slots\":")).collect();
    assert!(
        !pages.is_empty() && composed.len() == 1,
        "{} pages, {} compositions",
        pages.len(),
        composed.len()
    );
    let (mut seen, composer) = (0, data_of(&user(&composed[0].body)));
    let facts: Vec<&str> =
        composer["facts"].as_array().unwrap().iter().map(|fact| fact["text"].as_str().unwrap()).collect();
    let all_of_it = composer.to_string();
    for asked in pages {
        let page = data_of(&user(&asked.body));
        let lines = page["page"]["text"].as_str().unwrap().lines().chain(page["page"]["title"].as_str());
        // A line that is no fact, nor part of one, nor so short that it stands anywhere.
        for line in lines.filter(|line| line.split_whitespace().count() >= 4) {
            let is_fact = facts.iter().any(|fact| fact.contains(line) || line.contains(fact));
            let quoted = serde_json::to_string(line).unwrap();
            assert!(is_fact || !all_of_it.contains(quoted.trim_matches('"')), "reached the composer: {line}");
            seen += usize::from(!is_fact);
        }
    }
    assert!(seen >= 10 && !facts.is_empty(), "{seen} lines and {} facts", facts.len());
    for asked in &requests {
        assert_eq!(asked.body.get("tools"), None);
        assert!(!asked.body["system"].as_str().unwrap().contains("Marlowe"), "data among the instructions");
    }
}

#[test]
fn what_a_model_makes_of_its_answer_never_fails_an_item_and_never_reaches_the_recipient() {
    let web = SampleWeb::start(&[]);
    for model in [ANTHROPIC, OPENAI] {
        for mood in [Mood::Babbles, Mood::Refuses, Mood::CutShort, Mood::Steered] {
            let (database, server) = (TestDatabase::migrated(), ModelServer::start(mood));
            database.queue(database.user(), TEMPLATE, &[ADA]);
            let run = program(&database, &web, &server, model).run(&["run", "--until-empty"]);
            assert_eq!(run.code, 0, "{model} {mood:?}: {}", run.stderr);
            database.assert_one_email_per_finished_item(1);
            let row = &database.query("SELECT email_message, metadata FROM emails", &[])[0];
            let (message, metadata): (String, Value) = (row.get(0), row.get(1));
            let lower = message.to_lowercase();
            assert!(
                !lower.contains("evil") && !lower.contains("http") && !lower.contains("{{"),
                "{mood:?}: {message}"
            );
            let warnings = metadata["warnings"].to_string();
            if mood == Mood::Steered {
                assert!(warnings.contains("(rule "), "{warnings}");
            } else {
                // The builtin took over.
                assert!(message.contains("University of Northmoor"), "{mood:?}: {message}");
                assert!(warnings.contains("without the model"), "{mood:?}: {warnings}");
            }
        }
    }
}

/// The data of a question: its first JSON value.
fn data_of(user: &str) -> Value {
    let start = user.find('{').unwrap();
    serde_json::Deserializer::from_str(&user[start..]).into_iter().next().unwrap().unwrap()
}

/// The error of a run that gives up, with the item as it was.
fn gives_up(program: &Program, database: &TestDatabase, title: &str) {
    let run = program.run(&["run", "--until-empty"]);
    assert_eq!(run.code, 1, "{}", run.stderr);
    assert!(run.stderr.contains(title), "no {title:?} in {}", run.stderr);
    keeps_the_key(&run.stderr);
    let items = database.items();
    assert!(
        items.iter().all(|item| (item.0.as_str(), item.2, &item.3) == ("PENDING", 0, &None)),
        "{items:?}"
    );
}

#[test]
fn what_is_wrong_around_the_model_costs_no_attempt_and_is_named() {
    let web = SampleWeb::start(&[]);
    for (model, unknown) in [(ANTHROPIC, "anthropic:claude-gone"), (OPENAI, "openai:gone")] {
        let (database, server) = (TestDatabase::migrated(), ModelServer::start(Mood::KeyExpired));
        database.queue(database.user(), TEMPLATE, &[ADA, ("Zhou Minglan", "solid-state batteries")]);
        let program_of = |model| program(&database, &web, &server, model);
        gives_up(&program_of(model), &database, "refuses the key");
        server.becomes(Mood::QuotaUsedUp);
        gives_up(&program_of(model), &database, "quota");
        server.becomes(Mood::Obeys);
        gives_up(&program_of(unknown), &database, "does not know the model");
        let away = program_of(model)
            .env("ANTHROPIC_BASE_URL", "http://127.0.0.1:1")
            .env("OPENAI_BASE_URL", "http://127.0.0.1:1");
        gives_up(&away, &database, "cannot be reached");
        program_of(model).ok(&["run", "--until-empty"]);
        database.assert_one_email_per_finished_item(2);
    }
}

#[test]
fn what_passes_costs_an_attempt_and_is_tried_again_later() {
    let web = SampleWeb::start(&[]);
    for mood in [Mood::Overloaded, Mood::Stalls, Mood::RateLimited(3600)] {
        let (database, server) = (TestDatabase::migrated(), ModelServer::start(mood));
        database.queue(database.user(), TEMPLATE, &[ADA]);
        let program = program(&database, &web, &server, ANTHROPIC).env("MODEL_TIMEOUT", "2");
        let daemon = program.start(&[]);
        let line = daemon.wait_for("again in about");
        eventually("the item waits", || database.items()[0].0 == "PENDING");
        let (_, _, attempts, message) = database.items().remove(0);
        assert_eq!(attempts, 1, "{mood:?}");
        assert!(message.unwrap().contains("127.0.0.1"), "{mood:?}");
        let honours = line.contains("about 3600 s");
        assert_eq!(honours, mood == Mood::RateLimited(3600), "{line}");
        keeps_the_key(&daemon.log());
    }
}

#[test]
fn a_key_that_expires_in_the_middle_of_eighty_rows_fails_none_and_work_goes_on_by_itself() {
    let (database, web, server) =
        (TestDatabase::migrated(), SampleWeb::start(&[]), ModelServer::start(Mood::Obeys));
    let names: Vec<String> = (0..80).map(|i| format!("Nobody Number{i}")).collect();
    let recipients: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "nothing")).collect();
    database.queue(database.user(), "Dear {{name}}, {{detail|hello}} [Your Name]", &recipients);
    server.becomes_after(25, Mood::KeyExpired);
    let daemon = program(&database, &web, &server, ANTHROPIC).env("RETRY_INTERVAL", "4").start(&[]);
    let answer = daemon.wait_for_health("model-key-refused");
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("secrets/anthropic_api_key"), "{answer}");
    daemon.wait_for("put back");
    let items = database.items();
    let done = items.iter().filter(|item| item.0 == "COMPLETED").count();
    assert!((1..80).contains(&done), "{done} done");
    assert!(items[done..].iter().all(|item| (item.0.as_str(), item.2) == ("PENDING", 0)), "{items:?}");

    let asked = server.requests().len();
    server.becomes(Mood::Obeys);
    daemon.wait_for("over after");
    // The first question after the pause was the small one.
    assert!(server.requests()[asked].body["messages"][0]["content"].as_str().unwrap().contains("ready"));
    for part in 1..=8 {
        eventually("the next ten are done", || {
            database.number("SELECT count(*) FROM queue_items WHERE status = 'COMPLETED'") >= part * 10
        });
    }
    database.assert_one_email_per_finished_item(80);
    assert!(database.items().iter().all(|item| item.2 == 1), "every row took one attempt");
    keeps_the_key(&daemon.log());
    keeps_the_key(&daemon.http("GET", "/health"));
}

#[test]
fn doctor_asks_each_model_once_and_says_what_came_back() {
    let server = ModelServer::start(Mood::Obeys);
    let environment = server.environment(ANTHROPIC);
    let program = environment.iter().fold(Program::new(), |program, (name, value)| program.env(name, value));
    let findings = |program: &Program| -> Vec<Value> {
        let shown = program.run(&["doctor", "--json"]).stdout;
        keeps_the_key(&shown);
        let all: Vec<Value> = serde_json::from_str(&shown).unwrap();
        all.into_iter().filter(|finding| finding["check"] == "models").collect()
    };
    let both = findings(&program);
    assert_eq!((both.len(), &both[0]["verdict"]), (1, &"ok".into()), "{both:?}");
    assert!(both[0]["fact"].as_str().unwrap().contains("says \"ready\""), "{both:?}");
    assert_eq!(server.requests().len(), 1);
    let program = program.env("TEMPLATE_PARSER_MODEL", "openai:gone").env("EMAIL_COMPOSER_MODEL", ANTHROPIC);
    server.becomes_after(1, Mood::KeyExpired);
    let two = findings(&program);
    let facts: Vec<_> = two.iter().map(|finding| finding["fact"].as_str().unwrap()).collect();
    assert!(
        facts[0].contains("does not know the model") && facts[1].contains("refuses the key"),
        "{facts:?}"
    );
    assert!(
        two.iter().all(|finding| finding["verdict"] == "failed" && finding["remedy"].is_string()),
        "{two:?}"
    );
    server.becomes(Mood::Babbles);
    assert_eq!(findings(&program.env("TEMPLATE_PARSER_MODEL", "builtin"))[1]["verdict"], "warning");
}

#[test]
fn a_model_without_its_key_is_a_wrong_setting_and_config_show_masks_keys() {
    let program = Program::new().env("EMAIL_COMPOSER_MODEL", ANTHROPIC);
    let run = program.run(&["run"]);
    assert_eq!(run.code, 78, "{}", run.stderr);
    assert!(
        run.stderr.contains("ANTHROPIC_API_KEY") && run.stderr.contains("secrets/anthropic_api_key"),
        "{}",
        run.stderr
    );
    let program = program.env("ANTHROPIC_API_KEY", KEY);
    keeps_the_key(&program.ok(&["config", "show"]));
    keeps_the_key(&program.ok(&["config", "show", "--json"]));
}

/// The vendors' own client libraries understand the stand-in, its errors too, and find nothing wrong with what scribe
/// sends.
#[test]
fn the_vendors_own_clients_understand_the_stand_in_and_scribe() {
    let Some(python) = others_clients() else { return };
    let (web, server, directory) = (SampleWeb::start(&[]), ModelServer::start(Mood::Obeys), TempDir::new());
    let template = repository("examples/templates/research.txt").display().to_string();
    for model in [ANTHROPIC, "anthropic:claude-haiku-5-5", OPENAI] {
        let environment = server.environment(model);
        let program = environment
            .iter()
            .fold(Program::new().web(&web), |program, (name, value)| program.env(name, value));
        program.ok(&[
            "compose",
            "--name",
            ADA.0,
            "--interest",
            ADA.1,
            "--sender",
            "Sam",
            "--template",
            &template,
        ]);
    }
    let bodies: Vec<Value> = server.requests().iter().map(|asked| asked.body.clone()).collect();
    let bodies = directory.file("bodies.json", serde_json::to_string(&bodies).unwrap());
    for (mood, expected) in [
        (Mood::Obeys, "obeys"),
        (Mood::Refuses, "refuses"),
        (Mood::CutShort, "cut"),
        (Mood::KeyExpired, "key"),
        (Mood::QuotaUsedUp, "quota"),
        (Mood::RateLimited(7), "limited"),
        (Mood::Overloaded, "overloaded"),
    ] {
        server.becomes(mood);
        let script = repository("tests/it/support/model_server/clients.py");
        let mut command = Command::new(&python);
        // Neither the certificates that make the tests fast nor anybody's proxy.
        let output =
            command.env_clear().arg(script).args([&server.url, KEY, expected]).arg(&bodies).output().unwrap();
        assert!(output.status.success(), "{mood:?}: {}", String::from_utf8_lossy(&output.stderr));
    }
}
