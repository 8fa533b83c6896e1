//! The real binary with an environment of its own: once, or as a daemon.
use std::{
    io::{BufRead, BufReader, Read, Write},
    net::TcpStream,
    path::{Path, PathBuf},
    process::{Child, ChildStderr, Command, Output, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::Instant,
};

use super::{Journal, PATIENCE, SampleWeb, TempDir, Terminal, TestDatabase, eventually, unit_environment};

/// How to start scribe. Nothing of the caller's environment or of this machine's settings gets in.
#[derive(Clone)]
pub struct Program {
    binary: PathBuf,
    directory: Arc<TempDir>,
    environment: Vec<(String, String)>,
    /// What stands before the command.
    before: Vec<String>,
}

/// A command that has ended.
pub struct Run {
    pub code: i32,
    pub stdout: String,
    pub stderr: String,
}

impl Program {
    pub fn new() -> Program {
        let directory = Arc::new(TempDir::new());
        directory.file("scribe.toml", "");
        let binary = env!("CARGO_BIN_EXE_scribe").into();
        let program = Program { binary, directory, environment: Vec::new(), before: Vec::new() };
        let state = program.state_directory().display().to_string();
        let program = program.env("STATE_DIRECTORY", &state).env("HOST", "127.0.0.1").env("PORT", "0");
        // The default would ask the true indexes.
        let program = program.env("SEARCH_PROVIDER", "none");
        // `scripts/test --coverage` counts in it.
        match std::env::var("LLVM_PROFILE_FILE") {
            Ok(file) => program.env("LLVM_PROFILE_FILE", &file),
            Err(_) => program,
        }
    }

    pub fn env(mut self, name: &str, value: &str) -> Self {
        self.environment.retain(|(n, _)| n != name);
        self.environment.push((name.into(), value.into()));
        self
    }

    /// As systemd runs it, as far as that matters to what it costs.
    pub fn like_the_unit(self) -> Self {
        unit_environment().iter().fold(self, |program, (name, value)| program.env(name, value))
    }

    /// Another build of it.
    #[allow(dead_code, reason = "of use in benches")]
    pub fn binary(self, binary: &Path) -> Self {
        Program { binary: binary.to_owned(), ..self }
    }

    pub fn database(self, database: &TestDatabase) -> Self {
        database.environment().iter().fold(self, |program, (name, value)| program.env(name, value))
    }

    pub fn web(self, web: &SampleWeb) -> Self {
        web.environment().iter().fold(self, |program, (name, value)| program.env(name, value))
    }

    /// As a part of this command, which becomes the program.
    pub fn behind(mut self, before: Vec<String>) -> Self {
        self.before = before;
        self
    }

    /// A file in the program's own directory.
    pub fn file(&self, name: &str, content: impl AsRef<[u8]>) -> PathBuf {
        self.directory.file(name, content)
    }

    /// Where its daemon remembers things.
    pub fn state_directory(&self) -> PathBuf {
        self.directory.path().join("state")
    }

    fn command(&self, arguments: &[&str]) -> Command {
        // It dies with the thread that started it, however that ends.
        let words = ["setpriv", "--pdeathsig", "KILL", "--", self.binary.to_str().unwrap()];
        let mut words = self.before.iter().map(String::as_str).chain(words);
        let mut command = Command::new(words.next().unwrap());
        command
            .args(words)
            .arg("--config")
            .arg(self.directory.path().join("scribe.toml"))
            .args(arguments)
            .current_dir(self.directory.path())
            .env_clear()
            .envs(self.environment.iter().map(|(n, v)| (n, v)))
            .stdin(Stdio::null());
        command
    }

    /// Runs a command to its end.
    pub fn run(&self, arguments: &[&str]) -> Run {
        let Output { status, stdout, stderr } = self.command(arguments).output().unwrap();
        Run {
            code: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Runs a command to its end, with something on its standard input.
    pub fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let file = self.file("standard-input", input);
        let mut command = self.command(arguments);
        let Output { status, stdout, stderr } =
            command.stdin(std::fs::File::open(file).unwrap()).output().unwrap();
        Run {
            code: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Runs a command at a terminal, types something, and returns what is to be seen there.
    pub fn run_at_a_terminal(&self, arguments: &[&str], typed: &str) -> Run {
        let command = self.command(arguments);
        let words = std::iter::once(command.get_program()).chain(command.get_args());
        let quoted: Vec<String> = words.map(|word| format!("'{}'", word.to_str().unwrap())).collect();
        let mut terminal = Command::new("script")
            .args(["--quiet", "--return", "--command", &quoted.join(" "), "/dev/null"])
            .env_clear()
            .envs(self.environment.iter().map(|(n, v)| (n, v)))
            .current_dir(self.directory.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        // Kept open: its end would be the end of the terminal.
        let mut keyboard = terminal.stdin.take().unwrap();
        keyboard.write_all(typed.as_bytes()).unwrap();
        let mut screen = String::new();
        terminal.stdout.take().unwrap().read_to_string(&mut screen).unwrap();
        let code = terminal.wait().unwrap().code().unwrap_or(-1);
        Run { code, stdout: screen, stderr: String::new() }
    }

    /// Starts a command at a terminal of 80×24, for somebody to sit at.
    pub fn at_a_terminal(&self, arguments: &[&str]) -> Terminal {
        let own = self.clone().behind(vec!["setsid".into(), "--ctty".into()]).env("TERM", "xterm");
        Terminal::start(&mut own.command(arguments), 80, 24)
    }

    /// Runs a command that reads this on standard input.
    pub fn run_reading(&self, arguments: &[&str], input: &str) -> Run {
        let mut child = self
            .command(arguments)
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        // It may end without reading.
        let _ = child.stdin.take().unwrap().write_all(input.as_bytes());
        let Output { status, stdout, stderr } = child.wait_with_output().unwrap();
        Run {
            code: status.code().unwrap_or(-1),
            stdout: String::from_utf8(stdout).unwrap(),
            stderr: String::from_utf8(stderr).unwrap(),
        }
    }

    /// Runs a command that must succeed, and returns what it printed.
    pub fn ok(&self, arguments: &[&str]) -> String {
        let run = self.run(arguments);
        assert_eq!(run.code, 0, "{arguments:?}: {}{}", run.stdout, run.stderr);
        run.stdout
    }

    /// Starts a command, for the test to end it.
    pub fn spawn_command(&self, arguments: &[&str]) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(Stdio::null()).spawn().unwrap()
    }

    /// The same, with stderr wherever the test wants it.
    pub fn spawn_saying_to(&self, arguments: &[&str], stderr: impl Into<Stdio>) -> Child {
        self.command(arguments).stdout(Stdio::null()).stderr(stderr).spawn().unwrap()
    }

    /// The same, with stdout wherever the test wants it.
    pub fn spawn_telling(&self, arguments: &[&str], stdout: impl Into<Stdio>) -> Child {
        self.command(arguments).stdout(stdout).stderr(Stdio::null()).spawn().unwrap()
    }

    /// Starts `scribe run` and waits until it listens.
    pub fn start(&self, arguments: &[&str]) -> Daemon {
        let mut daemon = self.spawn(arguments);
        daemon.await_listening();
        daemon
    }

    /// The same with its log in the journal.
    pub fn start_in(&self, journal: &Journal, arguments: &[&str]) -> Daemon {
        let program = self.clone().behind(journal.before()).env("JOURNAL_STREAM", &journal.stream());
        let child = program.spawn_saying_to(&[&["run"], arguments].concat(), journal.stderr());
        let directory = self.directory.clone();
        let mut daemon = Daemon {
            child,
            log: journal.text(),
            reader: None,
            address: String::new(),
            _directory: directory,
        };
        daemon.await_listening();
        daemon
    }

    /// Starts `scribe run`, which may end at any moment.
    pub fn spawn(&self, arguments: &[&str]) -> Daemon {
        let mut child = self
            .command(&[&["run"], arguments].concat())
            .stdout(Stdio::null())
            .stderr(Stdio::piped())
            .spawn()
            .unwrap();
        let log = Arc::new(Mutex::new(String::new()));
        let reader = Some(collect(child.stderr.take().unwrap(), log.clone()));
        Daemon { child, log, reader, address: String::new(), _directory: self.directory.clone() }
    }
}

fn collect(stderr: ChildStderr, log: Arc<Mutex<String>>) -> JoinHandle<()> {
    thread::spawn(move || {
        for line in BufReader::new(stderr).lines().map_while(Result::ok) {
            let mut log = log.lock().unwrap();
            log.push_str(&line);
            log.push('\n');
        }
    })
}

/// A running `scribe run`; killed with the test.
pub struct Daemon {
    child: Child,
    log: Arc<Mutex<String>>,
    reader: Option<JoinHandle<()>>,
    /// Where it listens; empty where nobody waited for that.
    pub address: String,
    /// The daemon's state stands in it.
    _directory: Arc<TempDir>,
}

impl Daemon {
    /// Everything it has logged.
    pub fn log(&self) -> String {
        self.log.lock().unwrap().clone()
    }

    /// The number of its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    fn await_listening(&mut self) {
        let line = self.wait_for("/health");
        self.address = line.split_once("http://").unwrap().1.split('/').next().unwrap().to_string();
    }

    /// Waits until it logs a text, and returns the line.
    pub fn wait_for(&self, text: &str) -> String {
        let mut found = None;
        let started = Instant::now();
        while found.is_none() {
            found = self.log().lines().find(|line| line.contains(text)).map(String::from);
            assert!(started.elapsed() < PATIENCE, "never logged {text:?}:\n{}", self.log());
            thread::sleep(std::time::Duration::from_millis(10));
        }
        found.unwrap()
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// The same to one that may have ended already.
    #[allow(dead_code, reason = "of use in tests/chaos")]
    pub fn signal_if_alive(&mut self, name: &str) {
        if self.ended().is_none() {
            self.signal(name);
        }
    }

    /// The most memory that it has had so far, in KiB.
    pub fn peak_kb(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap();
        let peak = status.lines().find_map(|line| line.strip_prefix("VmHWM:")).unwrap();
        peak.trim().trim_end_matches(" kB").parse().unwrap()
    }

    /// Kills it as a power cut would.
    pub fn kill_9(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// Waits for its end and returns the exit code.
    pub fn wait(&mut self) -> i32 {
        let mut code = None;
        eventually("the daemon ends", || {
            code = self.ended();
            code.is_some()
        });
        code.unwrap()
    }

    /// The exit code, -1 after a signal, if it has ended. Its last words are in the log then.
    pub fn ended(&mut self) -> Option<i32> {
        let status = self.child.try_wait().unwrap()?;
        self.reader.take().into_iter().for_each(|reader| reader.join().unwrap());
        Some(status.code().unwrap_or(-1))
    }

    /// Sends a request line and returns the whole answer.
    pub fn http(&self, method: &str, path: &str) -> String {
        let mut stream = TcpStream::connect(&self.address).unwrap();
        write!(stream, "{method} {path} HTTP/1.1\r\nHost: {}\r\nConnection: close\r\n\r\n", self.address)
            .unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        answer
    }

    /// Waits until `/health` answers with a text.
    pub fn wait_for_health(&self, text: &str) -> String {
        let mut answer = String::new();
        eventually(&format!("/health says {text:?}"), || {
            answer = self.http("GET", "/health");
            answer.contains(text)
        });
        answer
    }
}

impl Drop for Daemon {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
