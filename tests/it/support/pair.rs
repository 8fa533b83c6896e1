//! One throwaway PostgreSQL and PgBouncer for the whole run of the tests. The script behind it stops both when this
//! process ends, however it ends: it holds the other end of a pipe.
use std::{
    collections::HashMap,
    env,
    io::{BufRead, BufReader, Read, Write},
    process::{Child, ChildStdin, ChildStdout, Command, Stdio},
    sync::{Mutex, OnceLock},
};

use super::repository;

pub struct Pair {
    facts: HashMap<String, String>,
    /// Kept open: the pair lives as long as its standard input.
    #[allow(dead_code, reason = "of use in tests/chaos")]
    ends: Mutex<(ChildStdin, BufReader<ChildStdout>)>,
    _process: Child,
}

impl Pair {
    /// A fact that the script printed, e.g. PORT.
    pub fn fact(&self, name: &str) -> &str {
        self.facts.get(name).unwrap_or_else(|| panic!("scripts/pair printed no {name}"))
    }

    /// Does harm to a server, or starts it again, and returns when that is done: `end KILL pgbouncer`.
    #[allow(dead_code, reason = "of use in tests/chaos")]
    pub fn ask(&self, request: &str) {
        let (requests, answers) = &mut *self.ends.lock().unwrap();
        writeln!(requests, "{request}").unwrap();
        let mut answer = String::new();
        answers.read_line(&mut answer).unwrap();
        assert_eq!(answer, "obeyed\n", "scripts/pair could not {request}; its words are above");
    }
}

/// The name of the fact that is scribe's port: the pooler's, or PostgreSQL's own with `SCRIBE_TEST_ROUTE=direct`.
pub fn route() -> &'static str {
    match env::var("SCRIBE_TEST_ROUTE").as_deref() {
        Ok("direct") => "DIRECT_PORT",
        Ok("pooler") | Err(env::VarError::NotPresent) => "PORT",
        other => panic!("SCRIBE_TEST_ROUTE is direct or pooler, not {other:?}"),
    }
}

/// The pair, started by the first test that needs it.
pub fn pair() -> &'static Pair {
    static PAIR: OnceLock<Pair> = OnceLock::new();
    PAIR.get_or_init(|| {
        let mut process = Command::new(repository("scripts/pair"))
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .expect("scripts/pair starts");
        let requests = process.stdin.take().unwrap();
        let mut answers = BufReader::new(process.stdout.take().unwrap());
        let facts: HashMap<_, _> = answers
            .by_ref()
            .lines()
            .map(Result::unwrap)
            .take_while(|line| line != "ready")
            .filter_map(|line| {
                line.split_once('=').map(|(name, value)| (name.to_string(), value.to_string()))
            })
            .collect();
        assert!(facts.contains_key("DIR"), "scripts/pair gave up; its words are above");
        Pair { facts, ends: Mutex::new((requests, answers)), _process: process }
    })
}
