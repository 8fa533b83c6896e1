//! The two wire formats: what the real services demand of a request, how they answer, and how they refuse.
use serde_json::{Value, json};

use super::Asked;

/// Models that are served, and whether they take a temperature.
const MODELS: [(&str, bool); 4] =
    [("claude-haiku-4-5", true), ("claude-haiku-5-5", false), ("some-model:3b", true), ("thinker", false)];

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Api {
    Anthropic,
    OpenAi,
}

pub struct Refusal {
    pub status: u16,
    pub headers: String,
    pub body: Value,
}

/// A request that a real service would have taken.
pub struct Request {
    pub model: String,
    pub user: String,
    /// Roughly, as the real ones count: four characters a token.
    pub tokens: usize,
    thinks: bool,
}

impl Api {
    fn refusal(self, status: u16, kind: &str, code: &str, message: &str) -> Refusal {
        let body = match self {
            Api::Anthropic => {
                json!({"type": "error", "error": {"type": kind, "message": message}, "request_id": "req_standin"})
            }
            Api::OpenAi => json!({"error": {"message": message, "type": kind, "param": null, "code": code}}),
        };
        Refusal { status, headers: String::new(), body }
    }

    pub fn invalid(self, message: &str) -> Refusal {
        self.refusal(400, "invalid_request_error", "unsupported_parameter", message)
    }

    pub fn quota_used_up(self) -> Refusal {
        match self {
            Api::Anthropic => self.invalid("Your credit balance is too low to access the Anthropic API."),
            Api::OpenAi => self.refusal(
                429,
                "insufficient_quota",
                "insufficient_quota",
                "You exceeded your current quota.",
            ),
        }
    }

    pub fn rate_limited(self, seconds: u32) -> Refusal {
        let refusal = self.refusal(429, "rate_limit_error", "rate_limit_exceeded", "Too many requests.");
        Refusal { headers: format!("retry-after: {seconds}\r\n"), ..refusal }
    }

    pub fn overloaded(self) -> Refusal {
        match self {
            Api::Anthropic => self.refusal(529, "overloaded_error", "", "Overloaded"),
            Api::OpenAi => self.refusal(503, "server_error", "", "The engine is currently overloaded."),
        }
    }

    /// Refuses as the real service would.
    pub fn check(self, asked: &Asked, key: &str) -> Result<Request, Refusal> {
        self.check_headers(asked, key)?;
        let body = &asked.body;
        let model = body["model"].as_str().ok_or_else(|| self.invalid("model: Field required"))?;
        let (_, takes_temperature) =
            MODELS.into_iter().find(|(known, _)| *known == model).ok_or_else(|| {
                self.refusal(404, "not_found_error", "model_not_found", &format!("model: {model}"))
            })?;
        if !takes_temperature && !body["temperature"].is_null() {
            return Err(self.invalid("`temperature` is deprecated for this model."));
        }
        let limit = match self {
            Api::OpenAi if !takes_temperature => {
                if !body["max_tokens"].is_null() {
                    let text = "Unsupported parameter: 'max_tokens' is not supported with this model. Use \
                                'max_completion_tokens' instead.";
                    return Err(self.invalid(text));
                }
                &body["max_completion_tokens"]
            }
            _ => &body["max_tokens"],
        };
        if limit.as_u64().is_none_or(|limit| limit == 0) {
            return Err(self.invalid("max_tokens: Field required"));
        }
        self.check_form(body)?;
        let messages = body["messages"].as_array().ok_or_else(|| self.invalid("messages: Field required"))?;
        let user = match messages.last() {
            Some(last) if last["role"] == "user" => last["content"].as_str().unwrap_or_default().to_owned(),
            _ => return Err(self.invalid("This model does not support assistant message prefill.")),
        };
        if self == Api::Anthropic && messages.iter().any(|message| message["role"] == "system") {
            return Err(self.invalid("messages: Unexpected role \"system\"."));
        }
        let thinks = model == "claude-haiku-5-5" && body["thinking"]["type"] != "disabled";
        Ok(Request { model: model.to_owned(), tokens: body.to_string().len() / 4, user, thinks })
    }

    fn check_headers(self, asked: &Asked, key: &str) -> Result<(), Refusal> {
        let bearer = asked.header("authorization").and_then(|value| value.strip_prefix("Bearer "));
        // Anthropic takes both: its documentation shows the one, its newest client sends the other.
        let given = bearer.or_else(|| asked.header("x-api-key").filter(|_| self == Api::Anthropic));
        if given != Some(key) {
            let kind = if self == Api::Anthropic { "authentication_error" } else { "invalid_request_error" };
            // OpenAI quotes a part of the key.
            let text = format!("Incorrect API key provided: {}.", given.unwrap_or_default());
            return Err(self.refusal(401, kind, "invalid_api_key", &text));
        }
        match asked.header("anthropic-version") {
            _ if self == Api::OpenAi => Ok(()),
            Some("2026-10-21") if !asked.body["temperature"].is_null() => {
                Err(self.invalid("temperature: Extra inputs are not permitted"))
            }
            Some("2023-06-01" | "2026-10-21") => Ok(()),
            _ => Err(self.invalid("anthropic-version: header is required")),
        }
    }

    /// The schema, by the rules of the stricter of the two.
    fn check_form(self, body: &Value) -> Result<(), Refusal> {
        let (format, schema) = match self {
            Api::Anthropic => (&body["output_config"]["format"], &body["output_config"]["format"]["schema"]),
            Api::OpenAi => (&body["response_format"], &body["response_format"]["json_schema"]["schema"]),
        };
        match format["type"].as_str() {
            None if format.is_null() => Ok(()),
            Some("json_object") if self == Api::OpenAi => Ok(()),
            Some("json_schema") if is_strict(schema) => Ok(()),
            _ => Err(self.invalid(
                "Invalid schema: 'additionalProperties' is required to be supplied and to be false.",
            )),
        }
    }

    pub fn says(self, request: &Request, text: &str) -> Value {
        self.answer(request, text, "end_turn", "stop")
    }

    pub fn cut_short(self, request: &Request, text: &str) -> Value {
        self.answer(request, text.split_at(text.len() / 2).0, "max_tokens", "length")
    }

    pub fn refuses(self, request: &Request) -> Value {
        let mut answer = self.answer(request, "", "refusal", "stop");
        if self == Api::OpenAi {
            answer["choices"][0]["message"] =
                json!({"role": "assistant", "content": null, "refusal": "I won't."});
        }
        answer
    }

    fn answer(self, request: &Request, text: &str, stop_reason: &str, finish_reason: &str) -> Value {
        let (input, output) = (request.tokens, text.len() / 4 + 1);
        match self {
            Api::Anthropic => {
                let mut content = vec![json!({"type": "text", "text": text})];
                if request.thinks {
                    content.insert(
                        0,
                        json!({"type": "thinking", "thinking": "{\"facts\": []}", "signature": "c2ln"}),
                    );
                }
                json!({
                    "id": "msg_standin", "type": "message", "role": "assistant", "model": request.model,
                    "content": content, "stop_reason": stop_reason, "stop_sequence": null,
                    "usage": {"input_tokens": input, "cache_creation_input_tokens": 0, "cache_read_input_tokens": 0,
                              "output_tokens": output, "service_tier": "standard"},
                })
            }
            Api::OpenAi => json!({
                "id": "chatcmpl-standin", "object": "chat.completion", "created": 1_763_900_000, "model": request.model,
                "choices": [{"index": 0, "message": {"role": "assistant", "content": text, "refusal": null},
                             "logprobs": null, "finish_reason": finish_reason}],
                "usage": {"prompt_tokens": input, "completion_tokens": output, "total_tokens": input + output},
            }),
        }
    }
}

/// Every object closed, every member required, and none of the keywords that the services refuse.
fn is_strict(schema: &Value) -> bool {
    const REFUSED: [&str; 7] =
        ["minimum", "maximum", "minLength", "maxLength", "minItems", "maxItems", "pattern"];
    let Some(members) = schema.as_object() else { return false };
    let object = match schema["properties"].as_object() {
        Some(properties) => {
            let required: Vec<&str> =
                schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
            schema["additionalProperties"] == false
                && properties.keys().all(|key| required.contains(&key.as_str()))
                && properties.values().all(is_strict)
        }
        None => true,
    };
    object
        && !REFUSED.iter().any(|key| members.contains_key(*key))
        && members.get("items").is_none_or(is_strict)
}
