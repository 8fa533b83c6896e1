//! What a service's refusal means: one table of statuses and words for all providers, because servers borrow each
//! other's formats and statuses more than they keep them.
use std::time::Duration;

use serde_json::Value;

use crate::{
    condition::{Condition, MODEL_KEY_REFUSED, MODEL_QUOTA_USED_UP, MODEL_UNKNOWN, MODEL_UNUSABLE},
    text::one_short_line,
};

/// Why one call gave nothing.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Fault {
    /// May work in a moment.
    Passing {
        message: String,
        retry_after: Option<Duration>,
        /// Whether to try again within this question.
        again: bool,
    },
    /// Will not work before somebody mends something.
    Lasting { condition: &'static Condition, detail: String },
    /// The request has a part that the server does not take.
    Misfit(String),
    /// It is about this very question.
    Bad(String),
}

/// What a service says about a refusal, in whichever shape.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Complaint {
    kind: String,
    code: String,
    message: String,
}

impl Complaint {
    /// From a body that came with an error's status; what is no JSON is quoted.
    pub fn read(body: &[u8]) -> Complaint {
        let parsed = serde_json::from_slice::<Value>(body).ok();
        parsed.as_ref().and_then(Complaint::find).unwrap_or_else(|| Complaint {
            message: one_short_line(&String::from_utf8_lossy(&body[..body.len().min(2000)]), 200),
            ..Complaint::default()
        })
    }

    /// From JSON, if it complains: `{"error": {…}}`, `{"error": "…"}`, or a bare text beside the error's status.
    pub fn find(answer: &Value) -> Option<Complaint> {
        let error = &answer["error"];
        match error {
            Value::Null => {
                ["message", "detail"].iter().find_map(|key| answer[*key].as_str()).map(Complaint::saying)
            }
            Value::String(message) => Some(Complaint::saying(message)),
            _ => {
                let code = [&error["details"]["error_code"], &error["code"]].map(text);
                Some(Complaint {
                    kind: text(&error["type"]),
                    code: code.into_iter().find(|code| !code.is_empty()).unwrap_or_default(),
                    message: text(&error["message"]),
                })
            }
        }
    }

    fn saying(message: &str) -> Complaint {
        Complaint { message: message.to_owned(), ..Complaint::default() }
    }

    /// The status that an error inside a success stands for.
    pub fn status(&self) -> u16 {
        self.code.parse().ok().filter(|code| (400..=599).contains(code)).unwrap_or(500)
    }

    /// In one line.
    pub fn line(&self) -> String {
        let parts = [&self.kind, &self.code, &self.message];
        let parts: Vec<&str> =
            parts.into_iter().map(String::as_str).filter(|part| !part.is_empty()).collect();
        one_short_line(&parts.join(": "), 240)
    }
}

fn text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Number(number) => number.to_string(),
        _ => String::new(),
    }
}

/// Words for a quota that waiting does not bring back.
const QUOTA: &[&str] = &[
    "enforced_spend_limit_reached",
    "insufficient_quota",
    "exceeded your current quota",
    "credit balance",
    "insufficient credit",
    "more credits",
    "spend limit",
    "spending limit",
    "usage limit",
    "billing",
];
const KEY: &[&str] = &["api key", "api_key", "authentication", "unauthorized"];
const MODEL: &[&str] =
    &["not found", "does not exist", "not a valid model", "unknown model", "no such model", "not loaded"];
const TOO_LONG: &[&str] = &[
    "too long",
    "too large",
    "context length",
    "context size",
    "context window",
    "maximum context",
    "too many tokens",
];
const MODERATION: &[&str] = &[
    "moderation",
    "flagged",
    "content_filter",
    "content filter",
    "content policy",
    "content management policy",
    "guardrail",
    "safety",
];

/// What an answer without success means. `said` names host and status for people.
pub(super) fn classify(
    status: u16,
    complaint: &Complaint,
    said: &str,
    retry_after: Option<Duration>,
    should_retry: Option<bool>,
) -> Fault {
    let words = format!("{} {} {}", complaint.kind, complaint.code, complaint.message).to_lowercase();
    let says = |list: &[&str]| list.iter().any(|word| words.contains(word));
    let detail = match complaint.line() {
        line if line.is_empty() => said.to_owned(),
        line => format!("{said}: {line}"),
    };
    let lasting = |condition| Fault::Lasting { condition, detail: detail.clone() };
    match status {
        401 => lasting(&MODEL_KEY_REFUSED),
        402 => lasting(&MODEL_QUOTA_USED_UP),
        403 if says(MODERATION) => Fault::Bad(detail),
        403 if says(QUOTA) => lasting(&MODEL_QUOTA_USED_UP),
        403 => lasting(&MODEL_KEY_REFUSED),
        404 => lasting(&MODEL_UNKNOWN),
        413 => Fault::Bad(detail),
        429 if says(QUOTA) => lasting(&MODEL_QUOTA_USED_UP),
        408 | 409 | 425 | 429 | 500.. => {
            Fault::Passing { message: detail, retry_after, again: should_retry.unwrap_or(true) }
        }
        400 | 422 if says(QUOTA) => lasting(&MODEL_QUOTA_USED_UP),
        400 | 422 if says(KEY) => lasting(&MODEL_KEY_REFUSED),
        400 | 422 if words.contains("model") && says(MODEL) => lasting(&MODEL_UNKNOWN),
        400 | 422 if says(TOO_LONG) && !words.contains("max_tokens") => Fault::Bad(detail),
        400 | 422 if says(MODERATION) => Fault::Bad(detail),
        400 | 422 => Fault::Misfit(detail),
        _ => lasting(&MODEL_UNUSABLE),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn meaning(status: u16, body: &str, retry_after: Option<u64>) -> Fault {
        let wish = retry_after.map(Duration::from_secs);
        classify(status, &Complaint::read(body.as_bytes()), &format!("h answered {status}"), wish, None)
    }

    /// The condition's code, or the kind of fault.
    fn code(status: u16, body: &str) -> &'static str {
        match meaning(status, body, None) {
            Fault::Lasting { condition, .. } => condition.code,
            Fault::Passing { .. } => "passing",
            Fault::Misfit(_) => "misfit",
            Fault::Bad(_) => "bad",
        }
    }

    #[test]
    #[expect(clippy::too_many_lines, reason = "a table")]
    fn each_error_of_the_vendors_is_what_it_is() {
        let cases = [
            // Anthropic
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"`temperature` is deprecated for this model."}}"#,
                "misfit",
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"Your credit balance is too low to access the Anthropic API."}}"#,
                "model-quota-used-up",
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"You have reached your specified API usage limits."}}"#,
                "model-quota-used-up",
            ),
            (
                400,
                r#"{"type":"error","error":{"type":"invalid_request_error","message":"prompt is too long: 210000 tokens > 200000 maximum"}}"#,
                "bad",
            ),
            (
                401,
                r#"{"type":"error","error":{"type":"authentication_error","message":"invalid x-api-key"}}"#,
                "model-key-refused",
            ),
            (
                402,
                r#"{"type":"error","error":{"type":"billing_error","message":"Payment required"}}"#,
                "model-quota-used-up",
            ),
            (
                403,
                r#"{"type":"error","error":{"type":"permission_error","message":"Your API key may not use this resource."}}"#,
                "model-key-refused",
            ),
            (
                404,
                r#"{"type":"error","error":{"type":"not_found_error","message":"model: claude-x"}}"#,
                "model-unknown",
            ),
            (413, "<html><center>cloudflare</center></html>", "bad"),
            (429, r#"{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"}}"#, "passing"),
            (
                429,
                r#"{"type":"error","error":{"type":"rate_limit_error","message":"Paused","details":{"error_code":"enforced_spend_limit_reached"}}}"#,
                "model-quota-used-up",
            ),
            (
                500,
                r#"{"type":"error","error":{"type":"api_error","message":"Internal server error"}}"#,
                "passing",
            ),
            (504, r#"{"type":"error","error":{"type":"timeout_error","message":"Timed out"}}"#, "passing"),
            (
                529,
                r#"{"type":"error","error":{"type":"overloaded_error","message":"Overloaded"}}"#,
                "passing",
            ),
            // OpenAI
            (
                401,
                r#"{"error":{"message":"Incorrect API key provided.","type":"invalid_request_error","param":null,"code":"invalid_api_key"}}"#,
                "model-key-refused",
            ),
            (
                404,
                r#"{"error":{"message":"The model `gpt-x` does not exist","type":"invalid_request_error","code":"model_not_found"}}"#,
                "model-unknown",
            ),
            (
                429,
                r#"{"error":{"message":"You exceeded your current quota","type":"insufficient_quota","code":"insufficient_quota"}}"#,
                "model-quota-used-up",
            ),
            (
                429,
                r#"{"error":{"message":"Rate limit reached","type":"requests","code":"rate_limit_exceeded"}}"#,
                "passing",
            ),
            (
                400,
                r#"{"error":{"message":"Unsupported parameter: 'max_tokens'","type":"invalid_request_error","param":"max_tokens","code":"unsupported_parameter"}}"#,
                "misfit",
            ),
            (
                400,
                r#"{"error":{"message":"This model's maximum context length is 8192 tokens","type":"invalid_request_error","code":"context_length_exceeded"}}"#,
                "bad",
            ),
            // Others
            (
                404,
                r#"{"error":{"message":"model \"x\" not found, try pulling it first","type":"api_error","param":null,"code":null}}"#,
                "model-unknown",
            ),
            (400, r#"{"error":"model 'x' not found"}"#, "model-unknown"),
            (
                400,
                r#"{"error":{"code":400,"message":"Either \"json_schema\" or \"grammar\" can be specified, but not both","type":"invalid_request_error"}}"#,
                "misfit",
            ),
            (
                503,
                r#"{"error":{"code":503,"message":"Loading model","type":"unavailable_error"}}"#,
                "passing",
            ),
            (
                400,
                r#"{"error":{"message":"some/model is not a valid model ID","code":400}}"#,
                "model-unknown",
            ),
            (
                402,
                r#"{"error":{"message":"This request requires more credits","code":402}}"#,
                "model-quota-used-up",
            ),
            (403, r#"{"error":{"message":"Input was flagged by moderation","code":403}}"#, "bad"),
            (422, r#"{"detail":"response_format is not supported"}"#, "misfit"),
            (302, "", "model-unusable"),
            (405, "<h1>Not allowed</h1>", "model-unusable"),
            (502, "<h1>Bad Gateway</h1>", "passing"),
        ];
        for (status, body, expected) in cases {
            assert_eq!(code(status, body), expected, "{status} {body}");
        }
    }

    #[test]
    fn a_complaint_is_told_in_one_short_line_whatever_its_shape() {
        let line = |body: &str| Complaint::read(body.as_bytes()).line();
        assert_eq!(line(r#"{"error":{"type":"a","code":7,"message":"b\nc"}}"#), "a: 7: b c");
        assert_eq!(line(r#"{"error":"plain"}"#), "plain");
        assert_eq!(line("<h1>\u{1b}[2JBad Gateway</h1>"), "<h1>[2JBad Gateway</h1>");
        assert_eq!(line(""), "");
        assert!(line(&"x".repeat(10_000)).chars().count() <= 240);
        assert_eq!(line("{}"), "{}");
    }

    #[test]
    fn an_error_inside_a_success_has_the_status_it_names() {
        let status = |body: &str| Complaint::read(body.as_bytes()).status();
        assert_eq!(status(r#"{"error":{"code":429,"message":"x"}}"#), 429);
        assert_eq!(status(r#"{"error":{"code":"402","message":"x"}}"#), 402);
        assert_eq!(status(r#"{"error":{"code":"server_error","message":"x"}}"#), 500);
        assert_eq!(status(r#"{"error":"x"}"#), 500);
        assert_eq!(Complaint::find(&serde_json::json!({"error": null, "choices": []})), None);
    }

    #[test]
    fn a_wish_for_when_to_come_back_is_passed_on() {
        let expected = Some(Duration::from_secs(7));
        assert!(
            matches!(meaning(429, "{}", Some(7)), Fault::Passing { retry_after, .. } if retry_after == expected)
        );
    }
}
