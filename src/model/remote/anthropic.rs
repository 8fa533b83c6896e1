//! Anthropic's Messages API, without its SDK: <https://platform.claude.com/docs/en/api/messages>.
use serde_json::{Value, json};
use url::Url;

use super::{
    Api, End, Reply,
    abilities::{Abilities, Format},
    fault::Fault,
    with_path, with_schema,
};
use crate::{
    config::{RemoteModel, Secret},
    model::{prompts::Question, used::Tokens},
};

pub(super) struct Anthropic;

impl Api for Anthropic {
    /// The vendor's SDKs take the address without `/v1`; people give it with it, too.
    fn url(&self, base: &Url) -> Url {
        let has_version = base.path().trim_end_matches('/').ends_with("/v1");
        with_path(base, if has_version { "messages" } else { "v1/messages" })
    }

    /// The version of the API that still knows a temperature; 2026-10-21 refuses it for every model.
    fn headers(&self, key: Option<&Secret>) -> Vec<(&'static str, String)> {
        let key = key.map(|key| ("x-api-key", key.expose().to_owned()));
        key.into_iter().chain([("anthropic-version", "2023-06-01".to_owned())]).collect()
    }

    fn body(&self, model: &RemoteModel, abilities: Abilities, question: &Question, tokens: u32) -> Value {
        let is_enforced = abilities.format == Format::Schema;
        let mut body = json!({
            "model": model.model,
            "max_tokens": abilities.limit(tokens),
            "system": if is_enforced { question.system.to_owned() } else { with_schema(question) },
            "messages": [{"role": "user", "content": question.user}],
        });
        if is_enforced {
            body["output_config"] = json!({"format": {"type": "json_schema", "schema": question.schema}});
        }
        if let Some(kind) = abilities.no_thinking {
            body["thinking"] = json!({"type": kind});
        }
        if let Some(temperature) = model.temperature.filter(|_| abilities.temperature) {
            body["temperature"] = temperature.into();
        }
        body
    }

    fn read(&self, answer: &Value) -> Result<Reply, Fault> {
        let blocks =
            answer["content"].as_array().ok_or_else(|| Fault::Bad("the answer has no content".into()))?;
        let texts = blocks.iter().filter(|block| block["type"] == "text");
        let text: String = texts.filter_map(|block| block["text"].as_str()).collect();
        let end = match answer["stop_reason"].as_str() {
            None | Some("end_turn" | "stop_sequence") => End::Done,
            Some("max_tokens") => End::Cut,
            Some("model_context_window_exceeded") => End::Full,
            Some("refusal") => End::Refused,
            // Only server tools pause, and none is ever offered; the same question would pause again.
            Some(other) => End::Odd(other.to_owned()),
        };
        Ok(Reply { text, end })
    }

    fn tokens(&self, answer: &Value) -> Option<Tokens> {
        let usage = &answer["usage"];
        let cached = |name: &str| usage[name].as_u64().unwrap_or(0);
        let input = usage["input_tokens"].as_u64()?;
        let cached = cached("cache_creation_input_tokens").saturating_add(cached("cache_read_input_tokens"));
        Some(Tokens { input: input.saturating_add(cached), output: usage["output_tokens"].as_u64()? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Provider,
        model::{prompts::probe, remote::testing::model},
    };

    fn body(name: &str) -> Value {
        let model = model(Provider::Anthropic, name, "https://api.anthropic.com");
        Anthropic.body(&model, Abilities::of(&model), &probe(), 100)
    }

    #[test]
    fn the_address_is_that_of_the_sdks_with_or_without_version() {
        let url = |base: &str| Anthropic.url(&base.parse().unwrap()).to_string();
        assert_eq!(url("https://api.anthropic.com"), "https://api.anthropic.com/v1/messages");
        assert_eq!(url("https://api.anthropic.com/v1/"), "https://api.anthropic.com/v1/messages");
        assert_eq!(url("http://proxy:1/claude"), "http://proxy:1/claude/v1/messages");
    }

    #[test]
    fn a_request_has_what_the_model_takes_and_nothing_else() {
        let older = body("claude-haiku-4-5");
        assert_eq!(older["temperature"], 0.5);
        assert_eq!((older.get("thinking"), &older["max_tokens"]), (None, &100.into()));
        assert_eq!(older["output_config"]["format"]["type"], "json_schema");
        let newer = body("claude-haiku-5-5");
        assert_eq!((newer.get("temperature"), &newer["thinking"]["type"]), (None, &"disabled".into()));
        let unknown = body("claude-next");
        assert_eq!((unknown.get("temperature"), unknown.get("thinking")), (None, None));
        assert!(unknown["max_tokens"].as_u64() > Some(8000));
        let mut abilities = Abilities::of(&model(Provider::Anthropic, "x", "https://proxy.example"));
        abilities.format = Format::Words;
        let words = Anthropic.body(
            &model(Provider::Anthropic, "x", "https://proxy.example"),
            abilities,
            &probe(),
            100,
        );
        assert_eq!(words.get("output_config"), None);
        assert!(words["system"].as_str().unwrap().contains("\"additionalProperties\":false"));
        // An assistant's turn put into its mouth is refused by all newer models.
        assert!(
            [older, newer, unknown, words].iter().all(|body| body["messages"].as_array().unwrap().len() == 1)
        );
    }

    #[test]
    fn text_is_picked_by_its_blocks_type() {
        let answer = json!({
            "content": [
                {"type": "thinking", "thinking": "{\"facts\": []}", "signature": "x"},
                {"type": "redacted_thinking", "data": "x"},
                {"type": "text", "text": "{\"a\":"},
                {"type": "something_new", "text": "no"},
                {"type": "text", "text": "1}"}
            ],
            "stop_reason": "end_turn",
            "usage": {"input_tokens": 10, "cache_creation_input_tokens": null, "cache_read_input_tokens": 5, "output_tokens": 7}
        });
        let reply = Anthropic.read(&answer).unwrap();
        assert_eq!((reply.text.as_str(), reply.end), ("{\"a\":1}", End::Done));
        assert_eq!(Anthropic.tokens(&answer), Some(Tokens { input: 15, output: 7 }));
    }

    #[test]
    fn each_reason_to_stop_is_told_apart() {
        let end = |reason: &str| Anthropic.read(&json!({"content": [], "stop_reason": reason})).unwrap().end;
        assert_eq!((end("end_turn"), end("stop_sequence")), (End::Done, End::Done));
        assert_eq!((end("max_tokens"), end("model_context_window_exceeded")), (End::Cut, End::Full));
        assert_eq!((end("refusal"), end("pause_turn")), (End::Refused, End::Odd("pause_turn".into())));
        assert!(matches!(Anthropic.read(&json!({"hello": 1})), Err(Fault::Bad(_))));
    }
}
