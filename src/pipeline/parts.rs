//! Two small parts of the pipeline, each by itself; see [`crate::parts`].
use super::{
    template::Template,
    validator::{Evidence, admit},
};
use crate::model::{Fact, PaperRef, Person, Slot, SlotKind, Value};

const TEMPLATE: &str = "Dear {{name}},\n\nAt {{institution|your institution}} you wrote {{book|your books}}; I read \
                        {{paper|your work}} ({{paper_year|lately}}) and liked {{detail}}.\n\nYours, [Your Name]";

/// Reads a template and fills it. Returns the length of the e-mail.
pub(crate) fn fill() -> usize {
    // It is a constant that parses.
    Template::parse(TEMPLATE).map_or(0, |template| template.fill(|placeholder| placeholder.name).len())
}

/// Judges three honest values by all rules. Returns how many were refused.
pub(crate) fn judge() -> usize {
    let said = [
        "Ada Example is professor of oceanography at the University of Nordland.",
        "Ada Example wrote the book “Tides for Everyone” with 12 chapters.",
        "Ada Example measured ocean eddies in the Baltic Sea with forty buoys.",
    ];
    let facts = said.map(|text| Fact { text: text.to_owned(), page: 0 });
    let papers = [PaperRef { title: "Note on ocean eddies".into(), year: 2021 }];
    let person = Person { name: "Ada Example", interest: "ocean eddies" };
    let evidence = Evidence { person, fixed_text: TEMPLATE, facts: &facts, papers: &papers };
    let slots =
        [("institution", SlotKind::Institution), ("book", SlotKind::Book), ("paper", SlotKind::PaperTitle)]
            .map(|(name, kind)| Slot { name: name.into(), kind });
    let value = |slot, text: &str, facts: &[usize], papers: &[usize]| Value {
        slot,
        text: text.into(),
        facts: facts.into(),
        papers: papers.into(),
    };
    let values = vec![
        value(0, "University of Nordland", &[0], &[]),
        value(1, "Tides for Everyone", &[1], &[]),
        value(2, "Note on ocean eddies", &[], &[0]),
    ];
    admit(values, &slots, evidence, &mut [const { None }; 3]).len()
}
