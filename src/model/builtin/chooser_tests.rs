//! What the builtin chooser promises: the person's own, of today, word for word, or nothing.
use super::*;
use crate::model::{Person, Slot};

fn values(kinds: &[SlotKind], facts: &[&str], papers: &[(&str, u16)]) -> Vec<Value> {
    let slots: Vec<_> = kinds.iter().map(|&kind| Slot { name: "x".into(), kind }).collect();
    let facts: Vec<_> = facts.iter().map(|text| Fact { text: (*text).to_owned(), page: 0 }).collect();
    let papers: Vec<_> =
        papers.iter().map(|&(title, year)| PaperRef { title: title.to_owned(), year }).collect();
    let person = Person { name: "Ada Example", interest: "ocean eddies" };
    chosen_values(&ValuesTask {
        person,
        template: "",
        slots: &slots,
        facts: &facts,
        papers: &papers,
        complaints: &[],
    })
}

fn text(kind: SlotKind, facts: &[&str]) -> Option<String> {
    values(&[kind], facts, &[]).pop().map(|value| value.text)
}

#[test]
fn a_sentence_about_the_person_beats_a_bare_line_and_a_university_an_institute() {
    let line = "Department of Physics, Sample University";
    let institute = "Ada Example is director of the Nordland Institute.";
    let university = "Ada Example is Professor of Ocean Physics at the University of Nordland.";
    assert_eq!(text(SlotKind::Institution, &[line]).as_deref(), Some("Sample University"));
    assert_eq!(text(SlotKind::Institution, &[line, institute]).as_deref(), Some("Nordland Institute"));
    let facts = [line, institute, university];
    assert_eq!(text(SlotKind::Institution, &facts).as_deref(), Some("University of Nordland"));
}

#[test]
fn the_detail_comes_from_the_page_that_names_the_place_of_work_where_that_has_one() {
    let facts = [
        (0, "Ada Example tracked ocean eddies with 12 buoys in the Baltic Sea."),
        (1, "Ada Example is professor at the University of Nordland."),
        (1, "Ada Example drew ocean maps."),
    ];
    let facts = facts.map(|(page, text)| Fact { text: text.to_owned(), page });
    let slots = [SlotKind::Institution, SlotKind::Detail].map(|kind| Slot { name: "x".into(), kind });
    let person = Person { name: "Ada Example", interest: "ocean eddies" };
    let task =
        ValuesTask { person, template: "", slots: &slots, facts: &facts, papers: &[], complaints: &[] };
    let used: Vec<_> = chosen_values(&task).into_iter().flat_map(|value| value.facts).collect();
    assert_eq!(used, [1, 2]);
}

#[test]
fn title_and_year_are_those_of_the_best_paper() {
    let found = values(&[SlotKind::PaperYear, SlotKind::PaperTitle], &[], &[("Best", 2024), ("Next", 2025)]);
    let found: Vec<_> = found.iter().map(|v| (v.slot, v.text.as_str(), &v.papers[..])).collect();
    assert_eq!(found, [(0, "2024", &[0][..]), (1, "Best", &[0][..])]);
    assert!(values(&[SlotKind::PaperTitle], &["Ada Example wrote “Waves”."], &[]).is_empty());
}

#[test]
fn the_detail_is_the_sentence_closest_to_the_interest_word_for_word() {
    let facts = [
        "Ada Example is professor of ocean physics at the University of Nordland.",
        "Ada Example tracked ocean eddies in the Baltic Sea with 12 buoys.",
        "Ada Example won the Golden Spoon of 2011.",
        "Bo Sample showed the ocean eddies of the Baltic Sea to Ada Example.",
    ];
    let expected = "“Ada Example tracked ocean eddies in the Baltic Sea with 12 buoys”";
    assert_eq!(text(SlotKind::Detail, &facts).as_deref(), Some(expected));
}

#[test]
fn a_long_surname_may_be_the_subject_as_well_as_a_short_one() {
    let fact = "With colleagues in computing Van der Example maps ocean eddies.";
    let slots = [Slot { name: "x".into(), kind: SlotKind::Detail }];
    let facts = [Fact { text: fact.into(), page: 0 }];
    let person = Person { name: "Ada van der Example", interest: "ocean eddies" };
    let task =
        ValuesTask { person, template: "", slots: &slots, facts: &facts, papers: &[], complaints: &[] };
    assert_eq!(
        chosen_values(&task)[0].text,
        "“With colleagues in computing Van der Example maps ocean eddies”"
    );
}

#[test]
fn two_details_are_two_sentences() {
    let facts = ["Ada Example tracked ocean eddies.", "Ada Example drew ocean maps."];
    let found = values(&[SlotKind::Detail, SlotKind::Detail], &facts, &[]);
    let found: Vec<_> = found.into_iter().map(|value| value.text).collect();
    assert_eq!(found, ["“Ada Example tracked ocean eddies”", "“Ada Example drew ocean maps”"]);
}

#[test]
fn what_cannot_be_quoted_cleanly_is_no_detail() {
    let long = format!("Ada Example tracked ocean {}eddies.", "and more ".repeat(20));
    for fact in [
        "Department of Ocean Eddies, University of Nordland",
        "I track ocean eddies every day.",
        "Ada Example tracks “ocean eddies” daily.",
        "A list of what Ada Example wrote about ocean eddies.",
        "Ocean eddies by Ada Example are on show.",
        "A. Example and B. Sample, Ocean eddies of the Baltic Sea, preprint.",
        "Ada Example, Ocean eddies of the Baltic Sea, Journal of Seas, 2024.",
        "Example, A. (2024), Ocean eddies of the Baltic Sea.",
        "Ada Example tracks ocean eddies and",
        long.as_str(),
    ] {
        assert_eq!(text(SlotKind::Detail, &[fact]), None, "{fact}");
    }
}

#[test]
fn without_pages_a_paper_is_the_detail_unless_the_e_mail_names_it_already() {
    let found = values(&[SlotKind::Detail], &[], &[("Ocean eddies", 2024)]);
    assert_eq!((found[0].text.as_str(), &found[0].papers[..]), ("your paper “Ocean eddies”", &[0][..]));
    assert_eq!(values(&[SlotKind::Detail, SlotKind::PaperTitle], &[], &[("Ocean eddies", 2024)]).len(), 1);
}
