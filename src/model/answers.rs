//! From a model's text to an answer. What does not have the form of an answer is none; what has it is still judged by
//! the pipeline.
use serde::{Deserialize, de::DeserializeOwned};

use super::{Analysis, PageFacts, TemplateType, Value};

/// How many braces are tried as the begin of an answer.
const MOST_TRIES: usize = 40;
/// More than this of anything is no answer but a flood.
const MOST_ENTRIES: usize = 100;

#[derive(Deserialize)]
struct AnalysisAnswer {
    template_type: TemplateType,
    search_terms: Vec<String>,
}

#[derive(Deserialize)]
struct FactsAnswer {
    about_person: About,
    facts: Vec<String>,
}

#[derive(Deserialize)]
#[serde(rename_all = "lowercase")]
enum About {
    Yes,
    Probably,
    Unclear,
    No,
}

#[derive(Deserialize)]
struct SelectAnswer {
    best: Vec<i64>,
}

#[derive(Deserialize)]
struct ValuesAnswer {
    values: Vec<ValueAnswer>,
}

#[derive(Deserialize)]
struct ValueAnswer {
    slot: usize,
    text: String,
    facts: Vec<usize>,
    papers: Vec<usize>,
}

#[derive(Deserialize)]
struct ProbeAnswer {
    answer: String,
}

pub(super) fn analysis(text: &str) -> Result<Analysis, String> {
    let AnalysisAnswer { template_type, mut search_terms } = find(text)?;
    search_terms.truncate(MOST_ENTRIES);
    Ok(Analysis { template_type, search_terms })
}

pub(super) fn page_facts(text: &str) -> Result<PageFacts, String> {
    let FactsAnswer { about_person, mut facts } = find(text)?;
    facts.truncate(MOST_ENTRIES);
    let about_person = match about_person {
        About::Yes => 1.0,
        About::Probably => 0.6,
        About::Unclear => 0.3,
        About::No => 0.0,
    };
    Ok(PageFacts { about_person, facts })
}

/// What is no index at all is dropped here; whether one leads anywhere is seen by whoever asked.
pub(super) fn selection(text: &str) -> Result<Vec<usize>, String> {
    let SelectAnswer { best } = find(text)?;
    Ok(best.into_iter().take(MOST_ENTRIES).filter_map(|index| usize::try_from(index).ok()).collect())
}

pub(super) fn values(text: &str) -> Result<Vec<Value>, String> {
    let ValuesAnswer { mut values } = find(text)?;
    values.truncate(MOST_ENTRIES);
    let value = |ValueAnswer { slot, text, facts, papers }| Value { slot, text, facts, papers };
    // An empty text is how many models leave a slot out.
    Ok(values.into_iter().filter(|value| !value.text.trim().is_empty()).map(value).collect())
}

pub(super) fn probe(text: &str) -> Result<String, String> {
    find(text).map(|ProbeAnswer { answer }| answer)
}

/// The first JSON object in a text that has the wanted form. Models that keep no format put words, fences or their
/// thoughts around it.
fn find<T: DeserializeOwned>(text: &str) -> Result<T, String> {
    let text = without_thoughts(text);
    let mut first_error = None;
    for (at, _) in text.match_indices('{').take(MOST_TRIES) {
        match T::deserialize(&mut serde_json::Deserializer::from_str(&text[at..])) {
            Ok(answer) => return Ok(answer),
            Err(error) => {
                first_error.get_or_insert(error);
            }
        }
    }
    Err(match first_error {
        Some(error) if error.is_eof() => "the answer's JSON is cut off".to_owned(),
        // The text of an error may quote the answer, which may quote a page; where it broke is enough.
        Some(error) => format!(
            "the answer is not of the form that was asked for (line {}, column {})",
            error.line(),
            error.column()
        ),
        None => "the answer holds no JSON object".to_owned(),
    })
}

/// What stands behind the last thought: some local models think aloud.
fn without_thoughts(text: &str) -> &str {
    text.rsplit_once("</think>").map_or(text, |(_, answer)| answer)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const FACTS: &str = r#"{"about_person": "yes", "facts": ["Ada Example counts {eddies}."]}"#;

    #[test]
    fn an_answer_is_found_whatever_stands_around_it() {
        for text in [
            FACTS.to_owned(),
            format!("Here you are:\n```json\n{FACTS}\n```\nI hope {{this}} helps."),
            format!("<think>{{\"about_person\": \"no\", \"facts\": []}}? No.</think>{FACTS}"),
            format!("For {{name}}: {FACTS}"),
            format!("\u{feff}{FACTS}"),
        ] {
            let answer = page_facts(&text).expect(&text);
            assert_eq!((answer.about_person, answer.facts.len()), (1.0, 1), "{text}");
        }
    }

    #[test]
    fn what_has_another_form_is_no_answer() {
        for text in [
            "",
            "I cannot help with that.",
            "{",
            "[]",
            "null",
            r#"{"about_person": "yes"}"#,
            r#"{"about_person": 1, "facts": []}"#,
            r#"{"about_person": "yes", "facts": "one"}"#,
            r#"{"about_person": "yes", "facts": [{"text": "one"}]}"#,
            r#"{"about_person": "maybe", "facts": []}"#,
            &FACTS[..FACTS.len() - 1],
        ] {
            assert!(page_facts(text).is_err(), "{text}");
        }
        assert!(values(r#"{"values": [{"slot": -1, "text": "x", "facts": [], "papers": []}]}"#).is_err());
        assert!(values(r#"{"values": [{"slot": 1e99, "text": "x", "facts": [], "papers": []}]}"#).is_err());
        assert!(page_facts(&FACTS[..30]).unwrap_err().contains("cut off"));
    }

    #[test]
    fn a_selection_is_indexes_and_nothing_else() {
        assert_eq!(selection(r#"{"best": [3, -1, 99, 3]}"#), Ok(vec![3, 99, 3]));
        for text in [r#"{"best": ["one"]}"#, r#"{"best": [0.5]}"#, r#"{"best": 1}"#, r#"{"facts": ["new"]}"#]
        {
            assert!(selection(text).is_err(), "{text}");
        }
    }

    #[test]
    fn an_error_repeats_nothing_of_the_answer() {
        let error = page_facts(r#"{"about_person": "buy soap", "facts": []}"#).unwrap_err();
        assert!(!error.contains("soap"), "{error}");
    }

    #[test]
    fn floods_and_depths_end() {
        let many = format!(r#"{{"about_person": "yes", "facts": [{}"x"]}}"#, "\"x\",".repeat(100_000));
        assert_eq!(page_facts(&many).unwrap().facts.len(), MOST_ENTRIES);
        assert!(page_facts(&"{\"facts\":".repeat(100_000)).is_err());
        assert!(page_facts(&"{".repeat(1_000_000)).is_err());
        assert!(page_facts(&"[".repeat(1_000_000)).is_err());
    }

    #[test]
    fn an_empty_text_leaves_its_slot_out() {
        let answer = r#"{"values": [{"slot": 0, "text": " ", "facts": [], "papers": []},
                                    {"slot": 1, "text": "Eddies", "facts": [], "papers": [0], "note": "new"}]}"#;
        let expected = Value { slot: 1, text: "Eddies".into(), facts: vec![], papers: vec![0] };
        assert_eq!(values(answer), Ok(vec![expected]));
    }

    proptest! {
        #[test]
        fn no_text_makes_it_panic(pieces in prop::collection::vec(prop::sample::select(vec![
            "{", "}", "[", "]", "\"", "\\", ":", ",", "\"facts\"", "\"values\"", "\"about_person\"", "\"yes\"", "\"slot\"",
            "-1", "1e400", "\\ud800", "</think>", "<think>", "é", "null", "\"text\"", "\"template_type\"", "\"BOOK\"", "\"best\"",
        ]), 0..80)) {
            let text = pieces.concat();
            let _ = (analysis(&text).is_ok(), page_facts(&text).is_ok(), values(&text).is_ok(), selection(&text).is_ok(), probe(&text).is_ok());
        }
    }
}
