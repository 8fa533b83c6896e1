//! `scribe run`.
use super::failure::Failure;
use crate::{config::Settings, daemon};

/// Runs the daemon until it is told to stop, or with `until_empty` until nothing is left to do.
pub fn run(settings: &Settings, until_empty: bool) -> Result<(), Failure> {
    Ok(daemon::run(settings, until_empty)?)
}
