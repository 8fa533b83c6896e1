//! One question against services that work, refuse, stall and babble.
use super::{
    testing::{Service, anthropic, model, openai, refusal, serve},
    *,
};
use crate::{
    condition::{MODEL_AWAY, MODEL_KEY_REFUSED, MODEL_QUOTA_USED_UP},
    model::{Cost, Person, Used},
};

const PERSON: Person<'static> = Person { name: "Ada Example", interest: "ocean eddies" };
const READY: &str = r#"{"answer": "ready"}"#;

fn remote(provider: Provider, name: &str, base: &str) -> Remote {
    let mut remote = Remote::new(model(provider, name, base), Ledger::new(None, None));
    remote.first_pause = Duration::from_millis(1);
    remote
}

fn claude(service: &Service) -> Remote {
    remote(Provider::Anthropic, "claude-haiku-4-5", &service.base)
}

fn local(service: &Service) -> Remote {
    remote(Provider::OpenAi, "some:3b", &format!("{}/v1", service.base))
}

/// What asking a service with this script comes to, and how often it was asked.
fn outcome(script: Vec<(u16, &'static str, String)>) -> (Result<String, ModelError>, usize) {
    let service = serve(script);
    let result = claude(&service).probe();
    (result, service.requests().len())
}

#[test]
fn a_question_is_asked_in_the_wire_format_and_its_use_is_noted() {
    let text = r#"{"about_person": "yes", "facts": ["Ada Example counts eddies."]}"#;
    let service = serve(vec![anthropic(text, "end_turn")]);
    let remote = claude(&service);
    let answer = remote
        .facts(&FactsTask { person: PERSON, title: "Ada", text: "Ada Example counts eddies." })
        .unwrap();
    assert_eq!(answer, PageFacts { about_person: 1.0, facts: vec!["Ada Example counts eddies.".into()] });
    let (head, body) = &service.requests()[0];
    let head = head.to_lowercase();
    assert!(head.starts_with("post /v1/messages http/1.1\r\n"), "{head}");
    for header in [
        "x-api-key: hunter2-key\r\n",
        "anthropic-version: 2023-06-01\r\n",
        "content-type: application/json\r\n",
    ] {
        assert!(head.contains(header), "no {header:?} in {head}");
    }
    assert_eq!((&body["model"], &body["temperature"]), (&"claude-haiku-4-5".into(), &0.5.into()));
    let expected = Used {
        calls: 1,
        uncounted_calls: 0,
        input_tokens: 1000,
        output_tokens: 100,
        cost_usd: Cost::Usd(0.0012),
    };
    assert_eq!(remote.ledger.used(), expected);
}

#[test]
fn a_compatible_server_gets_a_bearer_key_and_its_own_format() {
    let service = serve(vec![openai(READY)]);
    assert_eq!(local(&service).probe(), Ok("ready".into()));
    let (head, body) = &service.requests()[0];
    assert!(head.to_lowercase().contains("authorization: bearer hunter2-key\r\n"), "{head}");
    assert!(head.starts_with("POST /v1/chat/completions "), "{head}");
    assert_eq!(body["response_format"]["type"], "json_schema");
}

#[test]
fn what_passes_is_tried_again_and_what_lasts_is_not() {
    let overloaded = || refusal(529, "", "overloaded_error", "Overloaded");
    let (result, asked) = outcome(vec![overloaded(), overloaded(), anthropic(READY, "end_turn")]);
    assert_eq!((result, asked), (Ok("ready".into()), 3));
    let (result, asked) = outcome(vec![overloaded()]);
    assert!(matches!(result, Err(ModelError::Transient { message, .. }) if message.contains("529")));
    assert_eq!(asked, 3);
    let lasting = [
        (refusal(401, "", "authentication_error", "invalid x-api-key"), &MODEL_KEY_REFUSED),
        (refusal(400, "", "invalid_request_error", "Your credit balance is too low"), &MODEL_QUOTA_USED_UP),
    ];
    for (answer, expected) in lasting {
        let (result, asked) = outcome(vec![answer]);
        assert!(matches!(result, Err(ModelError::Unusable { condition, .. }) if condition == expected));
        assert_eq!(asked, 1, "{}", expected.code);
    }
    let (_, asked) = outcome(vec![refusal(500, "x-should-retry: false\r\n", "api_error", "no")]);
    assert_eq!(asked, 1);
}

#[test]
fn a_short_wish_is_waited_for_and_a_long_one_is_passed_on() {
    let limited = |headers| refusal(429, headers, "rate_limit_error", "Slow down");
    let started = Instant::now();
    let (result, asked) = outcome(vec![limited("retry-after-ms: 300\r\n"), anthropic(READY, "end_turn")]);
    assert_eq!((result, asked), (Ok("ready".into()), 2));
    assert!(started.elapsed() >= Duration::from_millis(300));
    let service = serve(vec![limited("retry-after: 61\r\n")]);
    let mut remote = claude(&service);
    remote.model.timeout = Duration::from_secs(300);
    let result = remote.probe();
    assert!(
        matches!(result, Err(ModelError::Transient { retry_after: Some(wish), .. }) if wish.as_secs() == 61)
    );
    assert_eq!(service.requests().len(), 1);
}

#[test]
fn silence_ends_in_time_and_a_broken_connection_is_tried_again() {
    let service = serve(vec![(1, "", String::new())]);
    let mut remote = claude(&service);
    remote.model.timeout = Duration::from_millis(300);
    let started = Instant::now();
    assert!(
        matches!(remote.probe(), Err(ModelError::Transient { message, .. }) if message.contains("in time"))
    );
    assert!(started.elapsed() < Duration::from_secs(10));
    let usage = remote.ledger.used();
    assert_eq!((usage.uncounted_calls, usage.cost_usd), (1, Cost::Unknown), "it may have been charged");
    let (result, asked) = outcome(vec![(0, "", String::new()), anthropic(READY, "end_turn")]);
    assert_eq!((result, asked), (Ok("ready".into()), 2));
}

#[test]
fn a_service_that_is_not_there_is_away_and_named() {
    let error = remote(Provider::OpenAi, "x", "http://127.0.0.1:1/v1").probe().unwrap_err();
    let ModelError::Unusable { condition, detail } = error else { panic!("{error:?}") };
    assert_eq!(condition, &MODEL_AWAY);
    assert!(
        detail.contains("http://127.0.0.1:1/v1/chat/completions") && detail.contains("refused"),
        "{detail}"
    );
}

#[test]
fn an_answer_that_was_cut_off_is_asked_for_once_with_more_room() {
    let (result, asked) =
        outcome(vec![anthropic("{\"answer\": \"re", "max_tokens"), anthropic(READY, "end_turn")]);
    assert_eq!((result, asked), (Ok("ready".into()), 2));
    let service = serve(vec![anthropic("{", "max_tokens")]);
    assert!(matches!(claude(&service).probe(), Err(ModelError::BadAnswer(why)) if why.contains("longer")));
    let limits: Vec<_> =
        service.requests().iter().map(|(_, body)| body["max_tokens"].as_u64().unwrap()).collect();
    assert_eq!(limits, [100, 400]);
}

#[test]
fn each_call_of_a_question_is_set_aside_by_itself_and_what_does_not_fit_is_not_sent() {
    let service = serve(vec![refusal(529, "", "overloaded_error", "x"), anthropic(READY, "max_tokens")]);
    let mut remote = claude(&service);
    let most = most(&remote.sent(&prompts::probe(), 100, remote.abilities.get()));
    assert!(most.output == 100 && most.input > 100, "{most:?}");
    let cost = |used: Tokens| remote.model.prices.unwrap().cost(used.input, used.output);
    // Room for the call that is refused, which costs nothing, for the second, and not for a third with four times the room.
    let budget = cost(Tokens { input: 1000, output: 100 }).plus(cost(most));
    remote.ledger = Ledger::new(Some(budget), None);
    let Err(ModelError::BadAnswer(why)) = remote.probe() else { panic!("the budget is not kept to") };
    assert!(why.contains("MODEL_ITEM_BUDGET"), "{why}");
    assert_eq!((service.requests().len(), remote.ledger.used().calls), (2, 1));
}

#[test]
fn an_answer_that_does_not_fit_into_the_context_is_not_asked_for_again() {
    let (result, asked) = outcome(vec![anthropic("{", "model_context_window_exceeded")]);
    assert!(matches!(&result, Err(ModelError::BadAnswer(why)) if why.contains("context")), "{result:?}");
    assert_eq!(asked, 1);
}

#[test]
fn refusals_pauses_and_nonsense_are_bad_answers_and_not_repeated() {
    let cases = [
        (anthropic("No.", "refusal"), "refused"),
        (anthropic(READY, "pause_turn"), "pause_turn"),
        (anthropic("I cannot.", "end_turn"), "no JSON object"),
        (anthropic("", "end_turn"), "no JSON object"),
        ((200, "", "<html>Welcome</html>".into()), "not with JSON: <html>Welcome"),
        ((200, "", "{}".into()), "no content"),
        ((200, "", "[1".into()), "not with JSON"),
        ((413, "", "<html>too large</html>".into()), "413"),
    ];
    for (answer, expected) in cases {
        let (result, asked) = outcome(vec![answer]);
        assert!(
            matches!(&result, Err(ModelError::BadAnswer(why)) if why.contains(expected)),
            "{expected}: {result:?}"
        );
        assert_eq!(asked, 1, "{expected}");
    }
}

#[test]
fn a_parameter_that_a_model_refuses_is_left_out_from_then_on() {
    let refused = refusal(400, "", "invalid_request_error", "`temperature` is deprecated for this model.");
    let service = serve(vec![refused, anthropic(READY, "end_turn")]);
    let remote = claude(&service);
    assert_eq!(remote.temperature(), Some(0.5));
    remote.probe().unwrap();
    remote.probe().unwrap();
    let sent: Vec<bool> =
        service.requests().iter().map(|(_, body)| body.get("temperature").is_some()).collect();
    assert_eq!(sent, [true, false, false]);
    assert_eq!(remote.temperature(), None, "the metadata does not claim what was not sent");
}

#[test]
fn a_server_that_knows_no_schema_is_asked_for_an_object_and_then_in_words() {
    let no = |text: &str| (400, "", serde_json::json!({"error": {"code": 400, "message": text}}).to_string());
    let service = serve(vec![
        no("'response_format.type' must be 'json_object'"),
        no("response_format is not supported"),
        openai(&format!("<think>{{}}</think>Sure! ```json\n{READY}\n```")),
    ]);
    let remote = local(&service);
    assert_eq!((remote.probe(), remote.probe()), (Ok("ready".into()), Ok("ready".into())));
    let forms: Vec<_> =
        service.requests().iter().map(|(_, body)| body["response_format"]["type"].clone()).collect();
    assert_eq!(forms, ["json_schema".into(), "json_object".into(), Json::Null, Json::Null]);
}

#[test]
fn a_server_that_wants_the_other_name_of_the_limit_gets_it() {
    let no = serde_json::json!({"error": {"message": "Unsupported parameter: 'max_tokens' is not supported with this model. \
              Use 'max_completion_tokens' instead.", "code": "unsupported_parameter"}});
    let service = serve(vec![(400, "", no.to_string()), openai(READY)]);
    local(&service).probe().unwrap();
    let body = &service.requests()[1].1;
    assert_eq!((body.get("max_tokens"), &body["max_completion_tokens"]), (None, &100.into()));
    assert_eq!(body["response_format"]["type"], "json_schema", "the rest stays");
}

#[test]
fn what_a_server_refuses_in_every_form_is_unusable_and_nothing_is_learnt_from_it() {
    let service = serve(vec![(400, "", r#"{"error": "bad luck"}"#.into())]);
    let remote = local(&service);
    assert!(
        matches!(remote.probe(), Err(ModelError::Unusable { condition, .. }) if condition == &MODEL_UNUSABLE)
    );
    assert_eq!(service.requests().len(), 3);
    assert_eq!(remote.abilities.get(), Abilities::of(&remote.model));
}

#[test]
fn an_error_inside_a_success_is_an_error() {
    let inside =
        |code: u16| (200, "", serde_json::json!({"error": {"code": code, "message": "x"}}).to_string());
    let ask = |script| {
        let service = serve(script);
        (local(&service).probe(), service.requests().len())
    };
    assert_eq!(ask(vec![inside(502), openai(READY)]), (Ok("ready".into()), 2));
    assert!(
        matches!(ask(vec![inside(402)]), (Err(ModelError::Unusable { condition, .. }), 1) if condition == &MODEL_QUOTA_USED_UP)
    );
    // It may have been paid for, in part, and some say how much.
    let used = |body: Json| {
        let service = serve(vec![(200, "", body.to_string())]);
        let remote = local(&service);
        remote.probe().unwrap_err();
        remote.ledger.used()
    };
    let error = serde_json::json!({"code": 402, "message": "x"});
    let uncounted = used(serde_json::json!({"error": error}));
    assert_eq!((uncounted.calls, uncounted.uncounted_calls), (1, 1));
    let usage = serde_json::json!({"prompt_tokens": 7, "completion_tokens": 1});
    let counted = used(serde_json::json!({"error": error, "usage": usage}));
    assert_eq!((counted.calls, counted.uncounted_calls, counted.input_tokens), (1, 0, 7));
    // An error that is null is none.
    let (status, headers, body) = openai(READY);
    assert_eq!(
        ask(vec![(status, headers, body.replacen('{', "{\"error\":null,", 1))]),
        (Ok("ready".into()), 1)
    );
}

#[test]
fn no_error_repeats_the_key_whatever_the_service_says() {
    let echo = "You sent hunter2-key, or sk-ant-hunter2-rest, or sk-hu******ter2.";
    for status in [200, 302, 400, 401, 404, 413, 429, 500] {
        for body in
            [echo.to_owned(), serde_json::json!({"error": {"message": echo, "type": echo}}).to_string()]
        {
            let service = serve(vec![(status, "request-id: hunter2-key\r\nretry-after: 100\r\n", body)]);
            for error in [claude(&service).probe().unwrap_err(), local(&service).probe().unwrap_err()] {
                let shown = format!("{error:?}");
                assert!(!shown.contains("hunter2") && !shown.contains("ter2"), "{status}: {shown}");
            }
        }
    }
}

#[test]
fn a_step_that_has_no_time_left_asks_nobody() {
    let service = serve(vec![anthropic(READY, "end_turn")]);
    let remote = claude(&service);
    remote.ledger.end_step();
    assert!(matches!(remote.probe(), Err(ModelError::BadAnswer(_))));
    assert!(service.requests().is_empty());
}
