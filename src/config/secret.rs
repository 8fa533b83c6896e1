//! A text that must never be shown.
use std::fmt;

use rustix::process::{DumpableBehavior, set_dumpable_behavior};

/// A secret: `Debug` shows that it is there and nothing more, and there is no `Display`.
#[derive(Clone, PartialEq, Eq)]
pub struct Secret(String);

impl Secret {
    /// Wraps a text.
    pub fn new(text: impl Into<String>) -> Self {
        Secret(text.into())
    }

    /// A text of somebody else's without the secret in it.
    pub fn mask(&self, text: &str) -> String {
        if self.0.is_empty() { text.into() } else { text.replace(&self.0, "***") }
    }

    /// The text itself, for the one place that sends it.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

/// From here on nothing of this process's memory goes into a core dump, whatever the limits say and wherever the system
/// pipes it, and only root can look into it.
pub fn keep_out_of_core_dumps() {
    // Fails only where a sandbox forbids it. That is no reason not to work: the unit's LimitCORE=0 still holds.
    let _ = set_dumpable_behavior(DumpableBehavior::NotDumpable);
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}
