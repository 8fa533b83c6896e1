//! Values for the placeholders that need evidence: a model is asked, the validator judges, and for what stays open the
//! builtin is.
use super::{
    Error,
    error::bad_answer,
    validator::{Evidence, Refusal, admit, remarks, used_title},
};
use crate::model::{Builtin, Model, Slot, SlotKind, Value, ValuesTask};

/// How often a model is asked.
const ATTEMPTS: usize = 3;

/// The values, slot by slot.
#[derive(Debug, Default)]
pub(crate) struct Choice {
    /// What holds; nothing where nobody found any.
    pub values: Vec<Option<Value>>,
    /// What went wrong, and what somebody should look at.
    pub warnings: Vec<String>,
    /// Why nobody should be sure of the e-mail.
    pub doubts: Vec<String>,
}

/// Asks for values.
pub(crate) fn choose(
    composer: &dyn Model,
    template: &str,
    slots: &[Slot],
    evidence: Evidence<'_>,
) -> Result<Choice, Error> {
    let mut round = Round {
        template,
        slots,
        evidence,
        open: (0..slots.len()).collect(),
        refused: vec![None; slots.len()],
        choice: Choice { values: vec![None; slots.len()], ..Choice::default() },
        complaints: Vec::new(),
        unusable: None,
    };
    for _ in 0..ATTEMPTS {
        if round.open.is_empty() {
            break;
        }
        round.ask(composer)?;
    }
    Ok(round.finish())
}

/// What is known between two questions.
struct Round<'a> {
    template: &'a str,
    slots: &'a [Slot],
    evidence: Evidence<'a>,
    /// The slots that are asked for next.
    open: Vec<usize>,
    /// The last refused value of each slot.
    refused: Vec<Option<Refusal>>,
    choice: Choice,
    /// What was wrong with the last answer.
    complaints: Vec<String>,
    /// Why the last answer was none.
    unusable: Option<String>,
}

impl Round<'_> {
    /// Asks for the open slots, and keeps those open whose value broke a rule, each rule once.
    fn ask(&mut self, composer: &dyn Model) -> Result<(), Error> {
        let open: Vec<Slot> = self.open.iter().map(|&at| self.slots[at].clone()).collect();
        let values = match composer.values(&self.task(&open, &self.complaints)) {
            Ok(values) => values,
            Err(error) => {
                let complaint = format!("the answer could not be used: {}", bad_answer(error)?);
                self.unusable = Some(complaint.clone());
                self.complaints = vec![complaint];
                return Ok(());
            }
        };
        self.unusable = None;
        let placed = |value: Value| Some(Value { slot: *self.open.get(value.slot)?, ..value });
        let values: Vec<Value> = values.into_iter().filter_map(placed).collect();
        let mut refusals = admit(values, self.slots, self.evidence, &mut self.choice.values);
        refusals.dedup_by_key(|refusal| refusal.slot);
        self.open.clear();
        self.complaints.clear();
        for refusal in refusals {
            let before = self.refused[refusal.slot].replace(refusal.clone());
            if before.is_none_or(|before| before.rule != refusal.rule) && !self.open.contains(&refusal.slot) {
                self.open.push(refusal.slot);
                self.complaints.push(refusal.complaint);
            }
        }
        Ok(())
    }

    fn task<'t>(&'t self, slots: &'t [Slot], complaints: &'t [String]) -> ValuesTask<'t> {
        let Evidence { person, facts, papers, .. } = self.evidence;
        ValuesTask { person, template: self.template, slots, facts, papers, complaints }
    }

    /// Fills what is open with what the builtin finds, and says what happened.
    fn finish(mut self) -> Choice {
        self.choice.warnings.extend(self.unusable.take());
        for (at, refusal) in self.refused.iter().enumerate() {
            if let Some(Refusal { rule, complaint, .. }) =
                refusal.as_ref().filter(|_| self.choice.values[at].is_none())
            {
                self.choice.warnings.push(complaint.clone());
                let name = &self.slots[at].name;
                self.choice
                    .doubts
                    .push(format!("what the model gave for “{name}” could not be used (rule {rule})"));
            }
        }
        self.fill();
        self.choice.warnings.extend(remarks(self.slots, self.evidence, &self.choice.values));
        self.choice
    }

    fn fill(&mut self) {
        let is_open = |choice: &Choice, at: usize| choice.values[at].is_none();
        let open: Vec<usize> = (0..self.slots.len()).filter(|&at| is_open(&self.choice, at)).collect();
        let mut values = Builtin.chosen_values(&self.task(self.slots, &[]));
        let is_new =
            |value: &Value| {
                !self.choice.values.iter().flatten().any(|chosen| {
                    chosen.text == value.text && self.slots[chosen.slot].kind == SlotKind::Detail
                })
            };
        values.retain(|value| open.contains(&value.slot) && is_new(value));
        // first the titles, because a year is that of the title beside it
        let (titles, others): (Vec<Value>, Vec<Value>) =
            values.into_iter().partition(|value| self.slots[value.slot].kind == SlotKind::PaperTitle);
        admit(titles, self.slots, self.evidence, &mut self.choice.values);
        let others = others.into_iter().map(|value| self.of_the_title(value)).collect();
        admit(others, self.slots, self.evidence, &mut self.choice.values);
        let filled: Vec<String> = open
            .into_iter()
            .filter(|&at| !is_open(&self.choice, at))
            .map(|at| format!("“{}”", self.slots[at].name))
            .collect();
        if !filled.is_empty() {
            self.choice.warnings.push(format!("chosen without the model: {}", filled.join(", ")));
        }
    }

    /// A year, changed to that of the paper whose title is used.
    fn of_the_title(&self, value: Value) -> Value {
        let used = used_title(self.slots, &self.choice.values, self.evidence.papers).flatten();
        let place = used.and_then(|used| self.evidence.papers.iter().position(|paper| paper == used));
        match (self.slots[value.slot].kind, place) {
            (SlotKind::PaperYear, Some(at)) => {
                Value { text: self.evidence.papers[at].year.to_string(), papers: vec![at], ..value }
            }
            _ => value,
        }
    }
}

#[cfg(test)]
#[path = "choosing_tests.rs"]
mod tests;
