//! `scribe.service` as it is shipped, judged by systemd's own tools; no systemd needs to run.
use std::{
    fs,
    path::PathBuf,
    process::{Command, Output},
};

const UNIT: &str = include_str!("../scribe.service");
const SCRIBE: &str = env!("CARGO_BIN_EXE_scribe");

/// The most exposure that is accepted, of 10. What is left above 1 is what scribe is for: to reach the network.
const MOST_EXPOSURE: f64 = 1.2;

/// The unit in a directory of its own, gone with the test, with the program where it is now.
struct Unit(PathBuf);

impl Unit {
    fn new() -> Unit {
        let directory = std::env::temp_dir().join(format!("scribe-unit-{}", uuid::Uuid::new_v4()));
        fs::create_dir(&directory).unwrap();
        assert!(UNIT.contains("\nExecStart=/usr/bin/scribe run\n"));
        let here = UNIT.replace("ExecStart=/usr/bin/scribe", &format!("ExecStart={SCRIBE}"));
        fs::write(directory.join("scribe.service"), here).unwrap();
        Unit(directory)
    }

    /// What `systemd-analyze` says of it.
    fn analyze(&self, words: &[&str]) -> Output {
        let unit = self.0.join("scribe.service");
        Command::new("systemd-analyze").args(words).arg(unit).output().expect("systemd-analyze starts")
    }
}

impl Drop for Unit {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

/// All values of a directive.
fn values(directive: &str) -> Vec<&'static str> {
    let value = |line: &'static str| line.strip_prefix(directive)?.strip_prefix('=');
    UNIT.lines().filter_map(value).collect()
}

#[test]
fn systemd_finds_nothing_wrong_with_the_unit() {
    let Output { status, stdout, stderr } = Unit::new().analyze(&["verify", "--man=no"]);
    let said = [stdout, stderr].concat();
    assert!(status.success() && said.is_empty(), "{}", String::from_utf8_lossy(&said));
}

#[test]
fn the_unit_is_exposed_no_more_than_it_must_be() {
    let Output { stdout, stderr, .. } = Unit::new().analyze(&["security", "--offline=true", "--no-pager"]);
    let table = String::from_utf8(stdout).unwrap();
    let (_, exposure) =
        table.rsplit_once("Overall exposure level for scribe.service: ").unwrap_or_else(|| {
            panic!("no verdict: {table}{}", String::from_utf8_lossy(&stderr));
        });
    let exposure: f64 = exposure.split_whitespace().next().unwrap().parse().unwrap();
    assert!(exposure <= MOST_EXPOSURE, "{table}");
}

#[test]
fn scribe_is_started_again_for_ever_but_not_with_what_only_a_person_can_mend() {
    let directory = Unit::new();
    let settings = directory.0.join("scribe.toml");
    fs::write(&settings, "prot = 1\n").unwrap();
    let code = |words: &[&str]| Command::new(SCRIBE).args(words).env_clear().output().unwrap().status.code();
    let usage = code(&["run", "--nonsense"]).unwrap();
    let configuration = code(&["run", "--config", settings.to_str().unwrap()]).unwrap();
    assert_eq!(values("RestartPreventExitStatus"), [format!("{usage} {configuration}")]);
    assert_eq!((values("Restart"), values("StartLimitIntervalSec")), (vec!["always"], vec!["0"]));
}

#[test]
fn the_start_of_the_machine_waits_for_no_network_and_no_clock() {
    let waits = ["Wants", "Requires", "Requisite", "BindsTo"].map(values).concat();
    assert!(waits.is_empty(), "{waits:?}");
    let after = values("After").join(" ");
    assert!(!after.contains("online") && !after.contains("time-sync"), "{after}");
}
