//! Small questions to services that failed: when they are asked, and what their answers mean.
use super::*;
use crate::{
    condition::{MODEL_FAILING, MODEL_KEY_REFUSED},
    model::{Builtin, ModelError},
    pipeline::{
        Fields,
        fakes::{FakeModel, FakeWeb},
    },
    web::WebError,
};

fn request(template: &str) -> Request {
    Request {
        recipient_name: "Ada Example".into(),
        recipient_interest: "ocean eddies".into(),
        template: template.into(),
        sender_name: None,
        fields: Fields::default(),
    }
}

fn failing(condition: &'static Condition) -> Error {
    Error::Transient { message: "busy".into(), retry_after: None, service: Some(condition.into()) }
}

fn model(probe: Result<String, ModelError>) -> FakeModel {
    FakeModel { probe: Some(probe), ..FakeModel::default() }
}

fn away() -> FakeWeb {
    FakeWeb { papers: Some(Err(WebError::Unreachable("arXiv: nobody".into()))), ..FakeWeb::default() }
}

/// Looks again after such a failure.
fn look(failed: Error, web: &FakeWeb, composer: &FakeModel, template: &str) -> Result<Answered, Error> {
    let suspects = Suspects::new(Duration::MAX);
    suspects.note(&Err(failed));
    // What was seen of arXiv is a minute old.
    suspects.arxiv.borrow_mut().iter_mut().for_each(|(at, _)| *at -= ARXIV_STAYS_AWAY);
    suspects.look_again(web, Models { parser: &Builtin, reader: &Builtin, composer }, &request(template))
}

#[test]
fn a_model_that_fails_a_small_question_is_of_the_surroundings() {
    let busy = ModelError::Transient { message: "529".into(), retry_after: Some(Duration::from_secs(7)) };
    let error = look(failing(&MODEL_FAILING), &FakeWeb::default(), &model(Err(busy)), "Hi").unwrap_err();
    assert!(
        matches!(&error, Error::Surroundings { condition, retry_after: Some(wish), .. }
            if **condition == MODEL_FAILING && wish.as_secs() == 7),
        "{error:?}"
    );
}

#[test]
fn after_an_answer_what_was_of_all_is_of_the_item_but_a_key_or_a_quota_is_not() {
    for answer in [Ok("ready".to_owned()), Err(ModelError::BadAnswer("prose".into()))] {
        let answered = look(failing(&MODEL_FAILING), &FakeWeb::default(), &model(answer), "Hi").unwrap();
        let service = |error| match answered.judge(error) {
            Error::Transient { service, .. } => service.map(|it| (it.condition.code, it.has_just_answered)),
            _ => None,
        };
        assert_eq!(service(failing(&MODEL_FAILING)), Some(("model-failing", true)));
        assert_eq!(
            service(surroundings(&MODEL_UNUSABLE, "400".into(), None)),
            Some(("model-unusable", true))
        );
        assert_eq!(service(surroundings(&MODEL_KEY_REFUSED, "402".into(), None)), None);
        assert_eq!(service(failing(&ARXIV_AWAY)), Some(("arxiv-away", false)));
    }
    let unasked = Answered::default();
    assert!(matches!(
        unasked.judge(surroundings(&MODEL_UNUSABLE, "400".into(), None)),
        Error::Surroundings { .. }
    ));
}

#[test]
fn arxiv_is_asked_for_those_who_need_a_paper_and_not_again_within_a_minute() {
    let composer = FakeModel::default();
    let error = look(failing(&ARXIV_AWAY), &away(), &composer, "I read {{paper}}").unwrap_err();
    assert!(matches!(error, Error::Surroundings { condition, .. } if *condition == ARXIV_AWAY));
    for other in ["Hello {{name}}", "I read {{paper|your work}}"] {
        assert!(look(failing(&ARXIV_AWAY), &away(), &composer, other).is_ok(), "{other}");
    }
    assert!(look(failing(&ARXIV_AWAY), &FakeWeb::default(), &composer, "{{paper}}").unwrap().arxiv);

    let suspects = Suspects::new(Duration::MAX);
    suspects.note(&Err(failing(&ARXIV_AWAY)));
    let models = Models { parser: &Builtin, reader: &Builtin, composer: &composer };
    let error = suspects.look_again(&FakeWeb::default(), models, &request("{{paper}}")).unwrap_err();
    assert!(matches!(error, Error::Surroundings { .. }), "it was seen a moment ago");
}

#[test]
fn nobody_is_asked_while_nothing_fails() {
    let suspects = Suspects::new(Duration::MAX);
    let composer = model(Err(ModelError::BadAnswer("was asked".into())));
    let models = Models { parser: &Builtin, reader: &Builtin, composer: &composer };
    let answered = suspects.look_again(&away(), models, &request("{{paper}}")).unwrap();
    assert!(!answered.models && !answered.arxiv);
}
