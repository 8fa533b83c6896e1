//! What must hold whatever a model's service sends.
use super::{answers, remote};
use crate::fuzz::Target;

/// All of them.
pub(crate) const TARGETS: &[Target] = &[
    Target {
        name: "model-analysis",
        check: |input| reads_alike(input, answers::analysis, |answer| answer.search_terms.len() <= 100),
    },
    Target {
        name: "model-facts",
        check: |input| {
            reads_alike(input, answers::page_facts, |answer| {
                answer.facts.len() <= 100 && (0.0..=1.0).contains(&answer.about_person)
            });
        },
    },
    Target {
        name: "model-selection",
        check: |input| {
            reads_alike(input, answers::selection, |best| {
                best.len() <= 100 && best.iter().all(|index| i64::try_from(*index).is_ok())
            });
        },
    },
    Target {
        name: "model-values",
        check: |input| {
            reads_alike(input, answers::values, |values| {
                values.len() <= 100 && values.iter().all(|value| !value.text.trim().is_empty())
            });
        },
    },
    Target { name: "model-probe", check: |input| reads_alike(input, answers::probe, |_| true) },
    Target { name: "model-anthropic", check: remote::fuzz_targets::anthropic },
    Target { name: "model-openai", check: remote::fuzz_targets::openai },
    Target { name: "model-fault", check: remote::fuzz_targets::fault },
];

/// An answer is the same with words around it, and an error says nothing of what was sent.
fn reads_alike<T: PartialEq + std::fmt::Debug>(
    input: &[u8],
    read: fn(&str) -> Result<T, String>,
    is_bounded: fn(&T) -> bool,
) {
    let text = String::from_utf8_lossy(input);
    let answer = read(&text);
    match &answer {
        Ok(answer) => {
            assert!(is_bounded(answer), "{answer:?}");
            let wrapped = format!("Here you are:\n```json\n{text}\n```\nI hope this helps.");
            assert_eq!(read(&wrapped).as_ref(), Ok(answer));
            assert_eq!(read(&format!("<think>{{}}</think>{text}")).as_ref(), Ok(answer));
        }
        Err(error) => {
            let known =
                ["the answer's JSON is cut off", "the answer is not of the form", "the answer holds no JSON"];
            assert!(known.iter().any(|known| error.starts_with(known)) && error.len() < 120, "{error}");
        }
    }
}
