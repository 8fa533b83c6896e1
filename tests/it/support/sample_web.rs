//! The examples as processes of a test's own; they end with their standard input.
use std::{
    fs,
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

use serde_json::Value;

use super::repository;

/// One of the examples that listen.
struct Example {
    url: String,
    process: Child,
}

impl Example {
    fn start(name: &str, arguments: &[&str]) -> Example {
        let mut process = Command::new(binary(name))
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the example starts; scripts/test builds it first");
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url =
            line.trim().strip_prefix("listening on ").expect("the example says where it listens").into();
        Example { url, process }
    }
}

impl Drop for Example {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// The recorder of models as a process of a test's own.
pub struct ModelTape {
    pub url: String,
    _process: Example,
}

impl ModelTape {
    pub fn start(arguments: &[&str]) -> ModelTape {
        let process = Example::start("model_tape", arguments);
        ModelTape { url: process.url.clone(), _process: process }
    }
}

pub struct SampleWeb {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    _process: Example,
}

impl SampleWeb {
    pub fn start(arguments: &[&str]) -> SampleWeb {
        let process = Example::start("sample_web", arguments);
        SampleWeb { url: process.url.clone(), _process: process }
    }

    /// The environment that makes this the whole internet.
    pub fn environment(&self) -> Vec<(String, String)> {
        [
            ("SEARCH_PROVIDER", "searxng"),
            ("SEARXNG_URL", self.url.as_str()),
            ("OPENALEX_BASE_URL", &format!("{}/openalex", self.url)),
            ("CROSSREF_BASE_URL", &format!("{}/crossref", self.url)),
            ("WIKIPEDIA_BASE_URL", &format!("{}/wikipedia", self.url)),
            ("EXA_BASE_URL", &format!("{}/exa", self.url)),
            ("BRAVE_BASE_URL", &format!("{}/brave", self.url)),
            ("HOST_INTERVAL", "0"),
            ("ARXIV_BASE_URL", &self.url),
            ("ARXIV_INTERVAL", "0"),
            ("ALLOW_PRIVATE_HOSTS", "127.0.0.1"),
        ]
        .map(|(name, value)| (name.to_string(), value.to_string()))
        .to_vec()
    }
}

/// Everybody of the sample web who can be written to, with what is true of them and what is not.
pub fn expected_people() -> Vec<Value> {
    let text = fs::read_to_string(repository("examples/sample_web/expected.json")).unwrap();
    serde_json::from_str(&text).unwrap()
}

/// Cargo puts examples beside the folder of the tests.
fn binary(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("examples").join(name)
}
