//! Papers with the whole program: why each counts, and what arXiv's other clients make of the sample web.
use std::process::Command;

use crate::support::{Program, SampleWeb, others_clients, repository};

#[test]
fn the_evidence_says_why_a_paper_was_taken_for_the_recipients() {
    let web = SampleWeb::start(&[]);
    let program = Program::new().web(&web);
    let template = repository("examples/templates/research.txt").display().to_string();
    let recipient = ["--name", "Pieter Wolkenveld", "--interest", "medieval manuscripts"];
    let shown =
        program.ok(&[&["compose", "--template", &template, "--sender", "Sam"], &recipient[..]].concat());
    let reason = "author Pieter van der Wolkenveld (part of the name); medieval, manuscripts in the title";
    // It is wrapped for a terminal.
    let words: Vec<&str> = shown.split_whitespace().collect();
    assert!(words.join(" ").contains(reason), "{shown}");
}

/// The package `arxiv` reads the sample web without complaint.
#[test]
fn the_arxiv_package_reads_the_sample_web() {
    let Some(python) = others_clients() else { return };
    let web = SampleWeb::start(&[]);
    let script = repository("tests/it/support/arxiv_client.py");
    // Neither the certificates that make the tests fast nor anybody's proxy.
    let output = Command::new(python).env_clear().arg(script).arg(&web.url).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}
