//! The rules for a model's values. A value that breaks one is not put in; the model is told which, and asked again.
//!
//! The rules trust neither the model nor what it read: a value must rest on facts or papers from the lists, and say
//! what they say. [`rules`] is the table; [`grounds`] has those that compare a value with its sources, [`manner`] those
//! about how it is said.
mod grounds;
mod manner;
mod rules;

use crate::{
    model::{Fact, PaperRef, Person, Slot, SlotKind, Value},
    text::name::PersonName,
};
use rules::{RULES, Rule, Severity};

/// What values may rest on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence<'a> {
    /// Whom the e-mail is for.
    pub person: Person<'a>,
    /// The sender's own text.
    pub fixed_text: &'a str,
    /// What pages say.
    pub facts: &'a [Fact],
    /// The person's papers.
    pub papers: &'a [PaperRef],
}

/// A value that was not taken.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Refusal {
    /// The slot it was for.
    pub slot: usize,
    /// The rule that it broke.
    pub rule: &'static str,
    /// What is wrong with it, for the model and for the owner.
    pub complaint: String,
}

/// A value with what it rests on looked up.
struct Claim<'a> {
    kind: SlotKind,
    text: &'a str,
    person: Person<'a>,
    name: PersonName,
    fixed_text: &'a str,
    facts: Vec<&'a str>,
    papers: Vec<&'a PaperRef>,
    /// An index that leads nowhere.
    dangling: bool,
    /// Where the template asks for a title, too: the paper whose title is used, if one is.
    titled: Option<Option<&'a PaperRef>>,
}

impl<'a> Claim<'a> {
    fn new(
        value: &'a Value,
        kind: SlotKind,
        evidence: Evidence<'a>,
        titled: Option<Option<&'a PaperRef>>,
    ) -> Self {
        let facts: Vec<_> =
            value.facts.iter().filter_map(|&i| evidence.facts.get(i)).map(|f| f.text.as_str()).collect();
        let papers: Vec<_> = value.papers.iter().filter_map(|&i| evidence.papers.get(i)).collect();
        Claim {
            kind,
            text: &value.text,
            person: evidence.person,
            name: PersonName::parse(evidence.person.name),
            fixed_text: evidence.fixed_text,
            dangling: facts.len() < value.facts.len() || papers.len() < value.papers.len(),
            facts,
            papers,
            titled,
        }
    }

    fn sources(&self) -> impl Iterator<Item = &'a str> {
        self.facts.iter().copied().chain(self.papers.iter().map(|paper| paper.title.as_str()))
    }

    fn broken_rule(&self) -> Option<&'static Rule> {
        RULES.iter().find(|rule| rule.severity == Severity::Error && !(rule.holds)(self))
    }
}

/// Takes over the values that keep every rule, and returns the others of slots that got none.
pub(crate) fn admit(
    mut values: Vec<Value>,
    slots: &[Slot],
    evidence: Evidence<'_>,
    chosen: &mut [Option<Value>],
) -> Vec<Refusal> {
    // a year is judged by the title it stands beside, so titles come first
    values.sort_by_key(|value| slots.get(value.slot).is_none_or(|slot| slot.kind != SlotKind::PaperTitle));
    let mut refusals = Vec::new();
    for value in values {
        let Some(slot) = slots.get(value.slot) else {
            continue;
        };
        if chosen[value.slot].is_some() {
            continue;
        }
        let claim = Claim::new(&value, slot.kind, evidence, used_title(slots, chosen, evidence.papers));
        match claim.broken_rule() {
            Some(rule) => refusals.push(refusal(rule, slot, &claim, value.slot)),
            None => {
                let slot = value.slot;
                chosen[slot] = Some(value);
            }
        }
    }
    refusals.retain(|refusal: &Refusal| chosen[refusal.slot].is_none());
    refusals
}

fn refusal(rule: &Rule, slot: &Slot, claim: &Claim<'_>, at: usize) -> Refusal {
    let culprits = (rule.culprits)(claim).join(", ");
    let culprits = if culprits.is_empty() { String::new() } else { format!(": {culprits}") };
    Refusal {
        slot: at,
        rule: rule.name,
        complaint: format!("the value for “{}” {}{culprits} (rule {})", slot.name, rule.demand, rule.name),
    }
}

/// What somebody should look at in the values that were taken.
pub(crate) fn remarks(slots: &[Slot], evidence: Evidence<'_>, chosen: &[Option<Value>]) -> Vec<String> {
    let mut remarks = Vec::new();
    for (slot, value) in slots.iter().zip(chosen) {
        let Some(value) = value else { continue };
        let claim = Claim::new(value, slot.kind, evidence, None);
        let broken = RULES.iter().filter(|rule| rule.severity == Severity::Warning && !(rule.holds)(&claim));
        remarks.extend(
            broken.map(|rule| format!("the value for “{}” {} (rule {})", slot.name, rule.demand, rule.name)),
        );
    }
    remarks
}

/// The paper behind the first title slot that has a value; the outer `None` where no slot wants a title.
pub(crate) fn used_title<'a>(
    slots: &[Slot],
    chosen: &[Option<Value>],
    papers: &'a [PaperRef],
) -> Option<Option<&'a PaperRef>> {
    let mut titles =
        slots.iter().zip(chosen).filter(|(slot, _)| slot.kind == SlotKind::PaperTitle).peekable();
    titles.peek()?;
    Some(titles.find_map(|(_, value)| papers.get(*value.as_ref()?.papers.first()?)))
}

#[cfg(test)]
mod tests;
