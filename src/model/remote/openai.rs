//! OpenAI's chat completions, as OpenAI itself, OpenRouter, Fireworks, Ollama, llama.cpp and LM Studio speak it.
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

pub(super) struct OpenAi;

impl Api for OpenAi {
    fn url(&self, base: &Url) -> Url {
        with_path(base, "chat/completions")
    }

    fn headers(&self, key: Option<&Secret>) -> Vec<(&'static str, String)> {
        key.map(|key| ("authorization", format!("Bearer {}", key.expose()))).into_iter().collect()
    }

    fn body(&self, model: &RemoteModel, abilities: Abilities, question: &Question, tokens: u32) -> Value {
        let limit = if abilities.new_limit { "max_completion_tokens" } else { "max_tokens" };
        let mut body = json!({
            "model": model.model,
            "messages": [
                // Servers do not show the schema to the model, and those that know none ignore it.
                {"role": "system", "content": with_schema(question)},
                {"role": "user", "content": question.user},
            ],
            "stream": false,
        });
        body[limit] = abilities.limit(tokens).into();
        match abilities.format {
            Format::Schema => {
                let schema = json!({"name": question.name, "strict": true, "schema": question.schema});
                body["response_format"] = json!({"type": "json_schema", "json_schema": schema});
            }
            Format::Object => body["response_format"] = json!({"type": "json_object"}),
            Format::Words => {}
        }
        if let Some(temperature) = model.temperature.filter(|_| abilities.temperature) {
            body["temperature"] = temperature.into();
        }
        body
    }

    fn read(&self, answer: &Value) -> Result<Reply, Fault> {
        let choice =
            answer["choices"].get(0).ok_or_else(|| Fault::Bad("the answer has no choices".into()))?;
        let message = &choice["message"];
        let end = match choice["finish_reason"].as_str() {
            _ if message["refusal"].as_str().is_some_and(|refusal| !refusal.is_empty()) => End::Refused,
            None | Some("stop" | "eos" | "") => End::Done,
            Some("length") => End::Cut,
            Some("content_filter") => End::Refused,
            Some(other) => End::Odd(other.to_owned()),
        };
        Ok(Reply { text: content(&message["content"]), end })
    }

    fn tokens(&self, answer: &Value) -> Option<Tokens> {
        let usage = &answer["usage"];
        Some(Tokens { input: usage["prompt_tokens"].as_u64()?, output: usage["completion_tokens"].as_u64()? })
    }
}

/// A text, or, from some servers, a list of parts.
fn content(content: &Value) -> String {
    match content {
        Value::String(text) => text.clone(),
        Value::Array(parts) => parts.iter().filter_map(|part| part["text"].as_str()).collect(),
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        config::Provider,
        model::{prompts::probe, remote::testing::model},
    };

    fn body(change: impl FnOnce(&mut Abilities)) -> Value {
        let model = model(Provider::OpenAi, "llama3.2:3b", "http://127.0.0.1:11434/v1");
        let mut abilities = Abilities::of(&model);
        change(&mut abilities);
        OpenAi.body(&model, abilities, &probe(), 100)
    }

    #[test]
    fn the_path_is_put_behind_the_base() {
        let url = |base: &str| OpenAi.url(&base.parse().unwrap()).to_string();
        assert_eq!(url("http://127.0.0.1:11434/v1"), "http://127.0.0.1:11434/v1/chat/completions");
        assert_eq!(url("https://openrouter.ai/api/v1/"), "https://openrouter.ai/api/v1/chat/completions");
    }

    #[test]
    fn the_form_of_the_answer_is_asked_for_in_three_ways_and_always_in_words() {
        let schema = body(|_| {});
        assert_eq!(schema["response_format"]["json_schema"]["schema"]["required"], json!(["answer"]));
        assert_eq!((&schema["max_tokens"], &schema["temperature"]), (&100.into(), &0.5.into()));
        let object = body(|abilities| abilities.format = Format::Object);
        assert_eq!(object["response_format"], json!({"type": "json_object"}));
        let words = body(|abilities| {
            abilities.format = Format::Words;
            abilities.temperature = false;
            abilities.new_limit = true;
        });
        assert_eq!(
            (words.get("response_format"), words.get("temperature"), words.get("max_tokens")),
            (None, None, None)
        );
        assert_eq!(words["max_completion_tokens"], 100);
        for body in [schema, object, words] {
            assert!(body["messages"][0]["content"].as_str().unwrap().contains("JSON"));
        }
    }

    #[test]
    fn answers_of_every_server_are_read() {
        let read = |message: Value, reason: Value| {
            OpenAi.read(&json!({"choices": [{"message": message, "finish_reason": reason}]})).unwrap()
        };
        let plain = read(json!({"content": "{}", "reasoning": "hm"}), json!("stop"));
        assert_eq!((plain.text.as_str(), plain.end), ("{}", End::Done));
        assert_eq!(read(json!({"content": [{"type": "text", "text": "{}"}]}), Value::Null).text, "{}");
        assert_eq!(read(json!({"content": "{"}), json!("length")).end, End::Cut);
        assert_eq!(read(json!({"content": null, "refusal": "No."}), json!("stop")).end, End::Refused);
        assert_eq!(read(json!({"content": ""}), json!("content_filter")).end, End::Refused);
        assert_eq!(read(json!({"content": null}), json!("tool_calls")).end, End::Odd("tool_calls".into()));
        assert!(matches!(OpenAi.read(&json!({"choices": []})), Err(Fault::Bad(_))));
        let tokens = |usage: Value| OpenAi.tokens(&json!({"usage": usage}));
        assert_eq!(
            tokens(json!({"prompt_tokens": 3, "completion_tokens": 4})),
            Some(Tokens { input: 3, output: 4 })
        );
        assert_eq!((tokens(json!({"prompt_tokens": null})), tokens(Value::Null)), (None, None));
    }
}
