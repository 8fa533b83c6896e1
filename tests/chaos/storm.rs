use crate::{Plan, books::Tally};
pub fn run(_: Plan) -> Tally { Tally::default() }
