//! Why there is no draft, and what that means for the item.
use std::time::Duration;

use crate::{
    condition::{Condition, MODEL_FAILING},
    model::ModelError,
};

/// A service that has failed in passing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Service {
    /// What holds if it fails all items.
    pub condition: &'static Condition,
    /// Whether it had answered a small question a moment before.
    pub has_just_answered: bool,
}

impl From<&'static Condition> for Service {
    fn from(condition: &'static Condition) -> Service {
        Service { condition, has_just_answered: false }
    }
}

/// Why there is no draft, and what should happen to the item: the three kinds of failure, and being told to stop.
#[derive(Debug)]
pub enum Error {
    /// The item itself cannot succeed. The text tells its owner what to change.
    Item(String),
    /// May succeed later. Costs an attempt, unless a service is behind it that fails others as well.
    Transient {
        /// What went wrong.
        message: String,
        /// The other side's wish for when to come back.
        retry_after: Option<Duration>,
        /// Where a service that all items share is behind it: which.
        service: Option<Service>,
    },
    /// Nothing seems wrong with the item: it goes back untouched and claiming pauses, or others have their turn. It costs
    /// an attempt only where these get through.
    Surroundings {
        /// The row of the table of conditions.
        condition: &'static Condition,
        /// What exactly was seen.
        detail: String,
        /// The other side's wish for when to come back.
        retry_after: Option<Duration>,
    },
    /// The caller said stop when a step was about to begin.
    Stopped,
}

impl Error {
    /// Its kind in a word, for the log: the code of the condition behind it, where there is one.
    pub fn kind(&self) -> &'static str {
        match self {
            Error::Item(_) => "item",
            Error::Transient { service: None, .. } => "passing",
            Error::Transient { service: Some(service), .. } => service.condition.code,
            Error::Surroundings { condition, .. } => condition.code,
            Error::Stopped => "stopped",
        }
    }
}

/// What a model's failure means for the item: an answer that makes no sense can be done without, and its text is
/// returned; anything else ends the work.
pub(crate) fn bad_answer(error: ModelError) -> Result<String, Error> {
    match error {
        ModelError::BadAnswer(message) => Ok(message),
        ModelError::Transient { message, retry_after } => {
            Err(Error::Transient { message, retry_after, service: Some((&MODEL_FAILING).into()) })
        }
        ModelError::Unusable { condition, detail } => {
            Err(Error::Surroundings { condition, detail, retry_after: None })
        }
    }
}
