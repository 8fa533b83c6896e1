//! The fault matrix, printed in one form: which unit was broken where and how, what came of it and after how long, and
//! in which phase scribe says it was.
use std::time::Duration;

use scribe::database::{Cause, DatabaseError};

/// One fault and what came of it.
#[derive(Debug, Clone)]
pub struct Outcome {
    /// Where it was broken.
    pub phase: String,
    /// How it was broken.
    pub fault: String,
    /// What came of it.
    pub outcome: String,
    /// How long the unit took.
    pub took: Duration,
    /// The phase that scribe names.
    pub says: String,
    /// How many attempts before came too late.
    pub late: usize,
}

/// The kind of an answer, and the phase that it names.
pub fn kind_and_phase(answer: &Result<(), DatabaseError>) -> (&'static str, String) {
    let Err(error) = answer else { return ("done", "-".into()) };
    let kind = match &error.cause {
        Cause::Timeout(_) => "timeout",
        Cause::Closed(_) | Cause::Broken(_) => "broken",
        Cause::Tls(_) => "TLS broken",
        Cause::Server { .. } => "refused by the server",
        _ => "other error",
    };
    (kind, format!("{:?}", error.phase))
}

/// Prints the outcomes of one unit; those of the same phase and fault share a row, with the longest time.
pub fn print(unit: &str, outcomes: &[Outcome]) {
    let mut rows: Vec<Outcome> = Vec::new();
    for new in outcomes {
        match rows.iter_mut().find(|row| row.phase == new.phase && row.fault == new.fault) {
            Some(row) => {
                row.took = row.took.max(new.took);
                row.late += new.late;
                for (text, added) in [(&mut row.outcome, &new.outcome), (&mut row.says, &new.says)] {
                    if !text.split(" / ").any(|part| part == added) {
                        *text += &format!(" / {added}");
                    }
                }
            }
            None => rows.push(new.clone()),
        }
    }
    let mut table = String::new();
    for Outcome { phase, fault, outcome, took, says, late } in rows {
        let late = if late == 0 { String::new() } else { format!(" ({late} late)") };
        table += &format!(
            "| {unit} | {phase} | {fault} | {outcome} | {:.1}{late} | {says} |\n",
            took.as_secs_f64()
        );
    }
    // One write, so that tests at the same time do not tear it.
    print!("\n| unit | phase | fault | outcome | s | says |\n|---|---|---|---|---|---|\n{table}");
}
