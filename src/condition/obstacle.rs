//! A condition as it was met: which row of the table, and what exactly was seen.
use std::{fmt, time::Duration};

use super::Condition;

/// A condition that was met, with what exactly was seen.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Obstacle {
    /// The row of the table.
    pub condition: &'static Condition,
    /// What was seen.
    pub detail: String,
    /// When the other side wants us back.
    pub retry_after: Option<Duration>,
}

impl Obstacle {
    /// A condition without a wish of another side.
    pub fn new(condition: &'static Condition, detail: String) -> Obstacle {
        Obstacle { condition, detail, retry_after: None }
    }
}

impl fmt::Display for Obstacle {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.condition.title, self.detail, self.condition.remedy)
    }
}
