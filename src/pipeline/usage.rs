//! What the models of one item used, in all and step by step.
use std::{collections::BTreeMap, fmt};

use serde::{Deserialize, Serialize};

use super::Step;
use crate::model::Used;

/// What the models used for one item.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Usage {
    /// In all.
    #[serde(flatten)]
    pub total: Used,
    /// By the steps that were reached and may ask a model; e-mails of earlier versions do not say.
    #[serde(default)]
    pub steps: BTreeMap<Step, StepUsage>,
}

/// What one step used.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct StepUsage {
    /// `provider:model`, or `builtin`.
    pub model: String,
    /// How much of it.
    #[serde(flatten)]
    pub used: Used,
}

impl Usage {
    /// What a step used of its model.
    pub(super) fn add(&mut self, step: Step, model: String, used: &Used) {
        self.total.add(used);
        self.steps.entry(step).or_insert(StepUsage { model, used: Used::default() }).used.add(used);
    }
}

impl fmt::Display for Usage {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.total.fmt(f)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Cost;

    #[test]
    fn steps_are_added_up_and_shown_under_their_names() {
        let one = Used {
            calls: 1,
            input_tokens: 10,
            output_tokens: 2,
            cost_usd: Cost::Usd(0.5),
            ..Used::default()
        };
        let mut usage = Usage::default();
        usage.add(Step::TemplateParser, "a:b".into(), &one);
        usage.add(Step::EmailComposer, "c:d".into(), &one);
        let json = serde_json::to_value(&usage).unwrap();
        assert_eq!((&json["calls"], &json["cost_usd"]), (&2.into(), &1.0.into()));
        let step = &json["steps"]["email_composer"];
        assert_eq!((&step["model"], &step["input_tokens"]), (&"c:d".into(), &10.into()));
        assert_eq!(serde_json::from_value::<Usage>(json).unwrap(), usage);
    }

    #[test]
    fn what_earlier_versions_stored_is_read() {
        let old =
            r#"{"calls":1,"uncounted_calls":0,"input_tokens":5,"output_tokens":6,"cost_usd":"unknown"}"#;
        let usage: Usage = serde_json::from_str(old).unwrap();
        assert_eq!((usage.total.output_tokens, usage.steps.len()), (6, 0));
    }
}
