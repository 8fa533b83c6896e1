//! What the composer promises: the sender's words stay, values have sources, and nothing is invented.
use std::time::Duration;

use super::*;
use crate::{
    model::{Builtin, Fact, ModelError},
    pipeline::{
        Fields,
        fakes::{FakeModel, paper, unusable},
        template_parser,
    },
};

fn request(template: &str) -> Request {
    Request {
        recipient_name: "Dr. Ada Example".into(),
        recipient_interest: "ocean eddies".into(),
        template: template.into(),
        sender_name: Some("Bo Sender".into()),
        fields: Fields::default(),
    }
}

fn findings(facts: &[&str]) -> Findings {
    Findings {
        urls: vec!["https://a.example/".into()],
        facts: facts.iter().map(|text| Fact { text: (*text).to_owned(), page: 0 }).collect(),
        searched: true,
        ..Findings::default()
    }
}

fn one_paper() -> Papers {
    Papers { list: vec![paper("Ocean eddies", "2024-02-03", "Ada Example", "")], ..Papers::default() }
}

fn compose(template: &str, findings: &Findings, papers: &Papers, model: &dyn Model) -> Result<Letter, Error> {
    let request = request(template);
    let brief = template_parser::run(&request, &FakeModel::default())?;
    run(&request, &brief, Research { findings, papers }, model)
}

fn value(slot: usize, text: &str, facts: &[usize], papers: &[usize]) -> Value {
    Value { slot, text: text.to_owned(), facts: facts.to_vec(), papers: papers.to_vec() }
}

fn item_message(result: Result<Letter, Error>) -> String {
    match result {
        Err(Error::Item(message)) => message,
        other => panic!("expected an error of the item, got {other:?}"),
    }
}

#[test]
fn what_the_request_gives_is_put_in_without_a_model() {
    let template = "Dear {{name}} ({{first_name}} {{last_name}}),\n\n{{interest}}! {{name}}\r\n[Your Name]";
    let model = FakeModel { values: vec![Err(unusable())], ..FakeModel::default() };
    let letter = compose(template, &findings(&[]), &Papers::default(), &model).unwrap();
    assert_eq!(
        letter.message,
        "Dear Dr. Ada Example (Ada Example),\n\nocean eddies! Dr. Ada Example\r\nBo Sender"
    );
    assert!(letter.is_confident);
    assert_eq!(letter.sources.len(), 5);
    assert!(letter.sources.iter().all(|source| source.from == ValueOrigin::Sender && source.urls.is_empty()));
}

#[test]
fn what_the_senders_file_says_is_put_in_as_it_stands_and_nobody_is_asked() {
    let values = [("Course", "{{paper}} [Your Name]"), ("University", "Nordland"), ("Room", "")];
    let given = values.map(|(name, value)| (name.to_owned(), value.to_owned()));
    let template = "{{course}}, {{institution}}, {{room|my office}}";
    let request = Request { fields: given.into_iter().collect(), ..request(template) };
    let brief = template_parser::run(&request, &Builtin).unwrap();
    let (findings, papers) = (findings(&[]), one_paper());
    let research = Research { findings: &findings, papers: &papers };
    let model = FakeModel::default();
    let letter = run(&request, &brief, research, &model).unwrap();
    assert_eq!(letter.message, "{{paper}} [Your Name], Nordland, my office");
    let from: Vec<_> = letter.sources.iter().map(|source| source.from).collect();
    assert_eq!(from, [ValueOrigin::File, ValueOrigin::File, ValueOrigin::Fallback]);
    assert_eq!(model.attempts.get(), 0, "nothing is left to ask for");
}

#[test]
fn values_with_evidence_are_put_in_with_their_addresses() {
    let findings = findings(&["Ada Example is professor at the University of Nordland."]);
    let letter =
        compose("{{university}} {{paper}} ({{year}}), {{paper}}", &findings, &one_paper(), &Builtin).unwrap();
    assert_eq!(letter.message, "University of Nordland Ocean eddies (2024), Ocean eddies");
    assert!(letter.is_confident);
    let sources: Vec<_> =
        letter.sources.iter().map(|s| (s.placeholder.as_str(), s.from, s.urls[0].as_str())).collect();
    assert_eq!(
        sources,
        [
            ("{{university}}", ValueOrigin::Page, "https://a.example/"),
            ("{{paper}}", ValueOrigin::Paper, "https://arxiv.org/abs/12"),
            ("{{year}}", ValueOrigin::Paper, "https://arxiv.org/abs/12"),
        ]
    );
}

#[test]
fn the_model_is_told_what_was_wrong_and_asked_at_most_three_times() {
    let model = FakeModel {
        values: vec![
            Ok(vec![value(0, "Invented title", &[], &[0])]),
            Err(ModelError::BadAnswer("no JSON".into())),
            Ok(vec![value(0, "Ocean eddies", &[], &[0])]),
        ],
        ..FakeModel::default()
    };
    let letter = compose("{{paper}}", &findings(&[]), &one_paper(), &model).unwrap();
    assert_eq!(letter.message, "Ocean eddies");
    assert_eq!(model.attempts.get(), 3);
    let complaints = model.complaints.borrow();
    assert!(complaints[0].contains("“paper” must be the exact title") && complaints[1].contains("no JSON"));
}

#[test]
fn a_value_that_never_holds_gives_way_to_the_fallback_and_leaves_a_doubt() {
    let model =
        FakeModel { values: vec![Ok(vec![value(0, "Invented Book", &[0], &[])])], ..FakeModel::default() };
    let findings = findings(&["Ada Example tracks ocean eddies."]);
    let letter = compose("{{book|your books}}.", &findings, &one_paper(), &model).unwrap();
    assert_eq!(letter.message, "your books.");
    assert_eq!(letter.sources[0].from, ValueOrigin::Fallback);
    assert!(letter.warnings.iter().any(|w| w.contains("{{book|your books}}")), "{:?}", letter.warnings);
    assert_eq!(letter.doubts, ["what the model gave for “book” could not be used (rule book)"]);
}

#[test]
fn a_model_that_gives_no_usable_answer_is_replaced() {
    let model =
        FakeModel { values: vec![Err(ModelError::BadAnswer("prose".into()))], ..FakeModel::default() };
    let letter = compose("{{paper}}", &findings(&[]), &one_paper(), &model).unwrap();
    assert_eq!(letter.message, "Ocean eddies");
    assert!(letter.warnings.iter().any(|w| w.contains("without the model")));
}

#[test]
fn a_detail_without_evidence_claims_nothing_and_is_not_confident() {
    let letter = compose("I admire {{detail}}.", &findings(&[]), &Papers::default(), &Builtin).unwrap();
    assert_eq!(letter.message, "I admire your work on ocean eddies.");
    assert!(!letter.is_confident);
    assert_eq!(letter.sources[0].from, ValueOrigin::Neutral);
}

#[test]
fn what_was_not_found_fails_the_item_and_names_every_placeholder() {
    let message =
        item_message(compose("[a recent paper] {{book}}", &findings(&[]), &Papers::default(), &Builtin));
    assert!(message.contains("[a recent paper], {{book}}"), "{message}");
    assert!(message.contains("{{a recent paper|your recent work}}"), "{message}");
    assert!(!message.contains("SEARCH_PROVIDER"), "{message}");
}

#[test]
fn without_a_search_provider_the_message_says_which_setting_it_is() {
    let unsearched = Findings::default();
    let message = item_message(compose("{{university}}", &unsearched, &Papers::default(), &Builtin));
    assert!(message.contains("SEARCH_PROVIDER"), "{message}");
    let message = item_message(compose("{{paper}}", &unsearched, &Papers::default(), &Builtin));
    assert!(!message.contains("SEARCH_PROVIDER"), "{message}");
}

#[test]
fn what_may_be_behind_an_outage_is_tried_again_later() {
    let wait = Some(Duration::from_secs(9));
    let outage = Some(Outage { message: "arXiv: 503".into(), retry_after: wait, service: None });
    let papers = Papers { outage: outage.clone(), ..Papers::default() };
    let error = compose("{{paper}}", &findings(&[]), &papers, &Builtin).unwrap_err();
    assert!(
        matches!(&error, Error::Transient { message, retry_after, .. } if message.contains("arXiv: 503") && *retry_after == wait)
    );
    let unread = Findings { outage, ..findings(&[]) };
    let error = compose("{{book}}", &unread, &Papers::default(), &Builtin).unwrap_err();
    assert!(matches!(error, Error::Transient { .. }));
    // the book would still be missing when arXiv is back
    item_message(compose("{{book}} {{paper}}", &findings(&[]), &papers, &Builtin));
    assert_eq!(compose("{{paper|it}}", &findings(&[]), &papers, &Builtin).unwrap().message, "it");
}

#[test]
fn a_placeholder_with_two_fallbacks_is_one_question() {
    let letter = compose("{{paper}} {{Paper|x}}", &findings(&[]), &one_paper(), &Builtin).unwrap();
    assert_eq!(letter.message, "Ocean eddies Ocean eddies");
    assert_eq!(letter.sources.len(), 2);
}
