//! What asking for values promises: only for what is open, each time with what was wrong, and never in vain.
use super::*;
use crate::{
    model::{Fact, ModelError, PaperRef, Person},
    pipeline::fakes::{FakeModel, unusable},
};

fn slot(name: &str, kind: SlotKind) -> Slot {
    Slot { name: name.to_owned(), kind }
}

fn value(slot: usize, text: &str, facts: &[usize], papers: &[usize]) -> Value {
    Value { slot, text: text.to_owned(), facts: facts.to_vec(), papers: papers.to_vec() }
}

fn ask(model: &dyn Model, slots: &[Slot]) -> Result<Choice, Error> {
    let facts = [
        "Ada Example is professor at the University of Nordland.",
        "Ada Example tracked ocean eddies in the Baltic Sea.",
    ];
    let facts = facts.map(|text| Fact { text: text.to_owned(), page: 0 });
    let papers = [
        PaperRef { title: "Ocean eddies".into(), year: 2024 },
        PaperRef { title: "Old eddies".into(), year: 2001 },
    ];
    let person = Person { name: "Ada Example", interest: "ocean eddies" };
    let evidence = Evidence { person, fixed_text: "", facts: &facts, papers: &papers };
    choose(model, "a template", slots, evidence)
}

fn answering(answers: Vec<Result<Vec<Value>, ModelError>>) -> FakeModel {
    FakeModel { values: answers, ..FakeModel::default() }
}

fn texts(choice: &Choice) -> Vec<&str> {
    choice.values.iter().map(|value| value.as_ref().map_or("", |value| value.text.as_str())).collect()
}

fn three() -> [Slot; 3] {
    [
        slot("university", SlotKind::Institution),
        slot("paper", SlotKind::PaperTitle),
        slot("detail", SlotKind::Detail),
    ]
}

#[test]
fn the_model_is_asked_again_for_what_broke_a_rule_and_for_nothing_else() {
    let model = answering(vec![
        Ok(vec![
            value(0, "University of Nordland", &[0], &[]),
            value(1, "Invented title", &[], &[0]),
            value(2, "your eddies of Mars", &[1], &[]),
        ]),
        Ok(vec![
            value(0, "Old eddies", &[], &[1]),
            value(1, "your track", &[1], &[]),
            value(9, "x", &[], &[]),
        ]),
    ]);
    let choice = ask(&model, &three()).unwrap();
    assert_eq!(texts(&choice), ["University of Nordland", "Old eddies", "your track"]);
    let asked: Vec<Vec<String>> = model
        .asked
        .borrow()
        .iter()
        .map(|slots| slots.iter().map(|slot| slot.name.clone()).collect())
        .collect();
    assert_eq!(asked, [vec!["university", "paper", "detail"], vec!["paper", "detail"]]);
    let complaints = model.complaints.borrow();
    assert_eq!(complaints.len(), 2);
    assert!(complaints[0].contains("“paper”") && complaints[0].contains("(rule paper-title)"));
    assert!(complaints[1].contains("“mars” (rule supported)"));
    assert!(choice.warnings.is_empty() && choice.doubts.is_empty(), "{choice:?}");
}

#[test]
fn a_slot_whose_value_breaks_one_rule_twice_is_not_asked_for_again() {
    let bad = value(0, "Invented title", &[], &[0]);
    let model = answering(vec![Ok(vec![bad])]);
    let choice = ask(&model, &[slot("paper", SlotKind::PaperTitle)]).unwrap();
    assert_eq!(model.attempts.get(), 2);
    assert_eq!(texts(&choice), ["Ocean eddies"]);
    assert!(choice.warnings[0].contains("rule paper-title"), "{:?}", choice.warnings);
    assert_eq!(choice.warnings[1], "chosen without the model: “paper”");
    assert_eq!(choice.doubts, ["what the model gave for “paper” could not be used (rule paper-title)"]);
}

#[test]
fn different_faults_are_told_three_times_at_most() {
    let model = answering(vec![
        Ok(vec![value(0, "Invented title", &[], &[0])]),
        Ok(vec![value(0, "see https://a.example", &[], &[0])]),
        Ok(vec![value(0, "Invented title", &[], &[])]),
    ]);
    ask(&model, &[slot("paper", SlotKind::PaperTitle)]).unwrap();
    assert_eq!(model.attempts.get(), 3);
}

#[test]
fn an_unusable_answer_is_asked_for_again_whole() {
    let model = answering(vec![
        Err(ModelError::BadAnswer("no JSON".into())),
        Ok(vec![value(1, "Old eddies", &[], &[1])]),
    ]);
    let choice = ask(&model, &three()[..2]).unwrap();
    assert_eq!(model.asked.borrow()[1].len(), 2);
    assert!(model.complaints.borrow()[0].contains("no JSON"));
    assert_eq!(texts(&choice), ["University of Nordland", "Old eddies"]);
    assert_eq!(choice.warnings, ["chosen without the model: “university”"]);
    let failing = ask(&answering(vec![Err(unusable())]), &three());
    assert!(matches!(failing, Err(Error::Surroundings { .. })));
}

#[test]
fn a_model_that_never_answers_is_replaced_and_it_says_why() {
    let model = answering(vec![Err(ModelError::BadAnswer("prose".into()))]);
    let choice = ask(&model, &three()).unwrap();
    assert_eq!(model.attempts.get(), 3);
    assert_eq!(
        texts(&choice),
        ["University of Nordland", "Ocean eddies", "“Ada Example tracked ocean eddies in the Baltic Sea”"]
    );
    assert!(choice.warnings[0].contains("prose"));
    assert_eq!(choice.warnings[1], "chosen without the model: “university”, “paper”, “detail”");
}

#[test]
fn a_year_that_is_filled_in_is_that_of_the_title_the_model_chose() {
    let model = answering(vec![Ok(vec![value(0, "Old eddies", &[], &[1])])]);
    let slots = [slot("paper", SlotKind::PaperTitle), slot("year", SlotKind::PaperYear)];
    assert_eq!(texts(&ask(&model, &slots).unwrap()), ["Old eddies", "2001"]);
}

#[test]
fn a_detail_is_not_filled_in_twice() {
    let quote = "“Ada Example tracked ocean eddies in the Baltic Sea”";
    let model = answering(vec![Ok(vec![value(1, quote, &[1], &[])])]);
    let slots = [slot("detail", SlotKind::Detail), slot("fact", SlotKind::Detail)];
    assert_eq!(texts(&ask(&model, &slots).unwrap()), ["", quote]);
}

#[test]
fn without_slots_nobody_is_asked() {
    let model = answering(vec![Err(unusable())]);
    assert!(ask(&model, &[]).unwrap().values.is_empty());
}
