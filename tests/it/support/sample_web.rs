//! The sample web as a process of a test's own; it ends with its standard input.
use std::{
    io::{BufRead, BufReader},
    path::PathBuf,
    process::{Child, Command, Stdio},
};

pub struct SampleWeb {
    /// `http://127.0.0.1:PORT`
    pub url: String,
    process: Child,
}

impl SampleWeb {
    pub fn start(arguments: &[&str]) -> SampleWeb {
        let mut process = Command::new(binary())
            .args(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("the sample web starts; cargo builds it with the tests");
        let mut line = String::new();
        BufReader::new(process.stdout.take().unwrap()).read_line(&mut line).unwrap();
        let url =
            line.trim().strip_prefix("listening on ").expect("the sample web says where it listens").into();
        SampleWeb { url, process }
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

impl Drop for SampleWeb {
    fn drop(&mut self) {
        drop(self.process.stdin.take());
        let _ = self.process.wait();
    }
}

/// Cargo puts examples beside the folder of the tests.
fn binary() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    test.parent().unwrap().parent().unwrap().join("examples/sample_web")
}
