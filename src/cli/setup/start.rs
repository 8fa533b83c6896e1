//! Starting the service, where there is one.
use std::{
    path::Path,
    process::{Command, Stdio},
};

use super::super::{args::SetupRequest, ask, failure::Failure, output::Output};
use crate::config::sources::DEFAULT_FILE;

const UNIT: &str = "scribe.service";

/// Offers to start it, or does as was asked. What cannot be done is told: everything before it is done.
pub fn offer(
    request: &SetupRequest,
    asks: bool,
    file: &Path,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    // The service reads no other file.
    let has_service = file == Path::new(DEFAULT_FILE) && is_run_by_systemd() && is_true(&["cat", UNIT]);
    if !has_service {
        if request.start {
            return Err(Failure::new(
                "there is no service to start",
                "everything else is done; start it in a terminal, with `scribe run`",
            ));
        }
        return Ok(());
    }
    let is_running = is_true(&["is-active", "--quiet", UNIT]);
    let question = match is_running {
        true => "Restart scribe, so that it takes these settings?",
        false => "Start scribe now, and at every boot?",
    };
    let is_wanted = request.start || asks && ask::agree(question, true)?;
    if !is_wanted {
        let command = if is_running { "restart" } else { "enable --now" };
        return Ok(output.line(format!("Not started: `sudo systemctl {command} scribe` does it"))?);
    }
    systemctl(&["enable", "--now", UNIT])?;
    if is_running {
        systemctl(&["restart", UNIT])?;
    }
    Ok(output.line("scribe runs, and starts with the machine; its log: `journalctl -u scribe -f`")?)
}

/// As sd_booted(3) finds out.
fn is_run_by_systemd() -> bool {
    Path::new("/run/systemd/system").is_dir()
}

fn is_true(arguments: &[&str]) -> bool {
    let mut command = Command::new("systemctl");
    let command = command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.status().is_ok_and(|status| status.success())
}

fn systemctl(arguments: &[&str]) -> Result<(), Failure> {
    let failed = |why: String| {
        let what = format!("`systemctl {}` failed; everything before it is done", arguments.join(" "));
        Failure::because(what, why, "`systemctl status scribe` and `journalctl -u scribe` say more")
    };
    let output = Command::new("systemctl").args(arguments).stdin(Stdio::null()).output();
    let output = output.map_err(|error| failed(error.to_string()))?;
    match output.status.success() {
        true => Ok(()),
        false => Err(failed(String::from_utf8_lossy(&output.stderr).trim().replace('\n', "; "))),
    }
}
