//! `scribe doctor`.
use std::{io, path::Path, process::ExitCode};

use super::{failure::Failure, output::Output};
use crate::{
    config::Environment,
    doctor::{self, Finding, Verdict},
};

/// Prints each finding as it comes, and fails when one of them keeps scribe from working.
pub fn run(
    file: Option<&Path>,
    environment: Environment<'_>,
    output: &mut Output<'_>,
) -> Result<ExitCode, Failure> {
    let mut findings = Vec::new();
    let mut printed = Ok(());
    doctor::examine(file, environment, &mut |finding| {
        if !output.json && printed.is_ok() {
            printed = print(&finding, output);
        }
        findings.push(finding);
    });
    printed?;
    let count = |verdict| findings.iter().filter(|finding| finding.verdict == verdict).count();
    let failed = count(Verdict::Failed);
    if output.json {
        output.value(&findings)?;
    } else {
        let (ok, warned, skipped) = (count(Verdict::Ok), count(Verdict::Warning), count(Verdict::Skipped));
        output.line(format!("{ok} ok, {warned} warned, {failed} failed, {skipped} skipped"))?;
    }
    Ok(if failed == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// One finding for people.
pub fn print(finding: &Finding, output: &mut Output<'_>) -> io::Result<()> {
    let word = match finding.verdict {
        Verdict::Ok => "ok",
        Verdict::Warning => "warn",
        Verdict::Failed => "FAIL",
        Verdict::Skipped => "skip",
    };
    output.line(format!("{word:5} {:16} {}", finding.check.as_str(), finding.fact))?;
    finding.remedy.iter().try_for_each(|remedy| output.line(format!("      fix: {remedy}")))
}
