//! What must hold whatever a service sends in the place of an answer.
use super::{
    Api, End, Json, Reply,
    anthropic::Anthropic,
    fault::{Complaint, Fault, classify},
    line::Line,
    openai::OpenAi,
};
use crate::{config::Secret, text::is_deceptive};

const KEY: &str = "hunter2-key";

pub(in crate::model) fn anthropic(input: &[u8]) {
    read(&Anthropic, input);
}

pub(in crate::model) fn openai(input: &[u8]) {
    read(&OpenAi, input);
}

/// No text but what was sent, and no refusal but a bad answer: nobody's row waits for it.
fn read(api: &dyn Api, input: &[u8]) {
    let Ok(answer) = serde_json::from_slice::<Json>(input) else { return };
    match api.read(&answer) {
        Ok(Reply { text, end, .. }) => {
            assert!(text.len() <= input.len(), "{text}");
            assert!(!matches!(end, End::Odd(reason) if reason.len() > input.len()));
        }
        Err(fault) => assert!(matches!(fault, Fault::Bad(_)), "{fault:?}"),
    }
    if let Some(complaint) = Complaint::find(&answer) {
        assert!((400..=599).contains(&complaint.status()));
        is_told(&complaint.line());
    }
}

/// Every status with any body is a fault that can be told in a line, without the key.
pub(in crate::model) fn fault(input: &[u8]) {
    let line = Line::new(Some(Secret::new(KEY)));
    let echoing = [input, KEY.as_bytes(), input].concat();
    for body in [input, &echoing] {
        let complaint = Complaint::read(body);
        for status in [400, 401, 402, 403, 404, 413, 418, 422, 429, 500, 529] {
            let text = match classify(status, &complaint, "a.example answered", None, None) {
                Fault::Passing { message, .. } => message,
                Fault::Lasting { detail, .. } => detail,
                Fault::Misfit(text) | Fault::Bad(text) => text,
            };
            is_told(&text);
            assert!(!line.without_key(&text).contains(KEY), "{text}");
        }
    }
}

fn is_told(text: &str) {
    assert!(text.chars().count() <= 300 && !text.contains(is_deceptive), "{text:?}");
}
