//! A terminal with somebody at it: types, reads the screen, looks at the terminal's modes.
use std::{
    fs::{self, File},
    io::{Read, Write},
    os::unix::process::ExitStatusExt,
    process::{Child, Command, ExitStatus, Stdio},
    sync::{Arc, Mutex},
    thread::{self, JoinHandle},
    time::{Duration, Instant},
};

use rustix::{
    fs::{Mode, OFlags},
    pty::{OpenptFlags, grantpt, openpt, ptsname, unlockpt},
    termios::{LocalModes, Winsize, tcgetattr, tcsetwinsize},
};

use super::{PATIENCE, eventually};

/// A command at a terminal of its own, which controls it; killed with the test.
pub struct Terminal {
    keyboard: File,
    screen: Arc<Mutex<Vec<u8>>>,
    reader: Option<JoinHandle<()>>,
    child: Child,
    /// What the screen had when somebody last looked.
    seen: usize,
}

impl Terminal {
    /// Starts a command at a new terminal of that size. The command must make the terminal its own: `setsid --ctty`.
    pub fn start(command: &mut Command, columns: u16, rows: u16) -> Terminal {
        let ours = openpt(OpenptFlags::RDWR | OpenptFlags::NOCTTY | OpenptFlags::CLOEXEC).unwrap();
        grantpt(&ours).unwrap();
        unlockpt(&ours).unwrap();
        let path = ptsname(&ours, Vec::new()).unwrap();
        let flags = OFlags::RDWR | OFlags::NOCTTY | OFlags::CLOEXEC;
        let theirs = File::from(rustix::fs::open(path, flags, Mode::empty()).unwrap());
        let keyboard = File::from(ours);
        let terminal_of = || Stdio::from(theirs.try_clone().unwrap());
        let screen = Arc::new(Mutex::new(Vec::new()));
        resize(&keyboard, columns, rows);
        let child = command.stdin(terminal_of()).stdout(terminal_of()).stderr(terminal_of()).spawn().unwrap();
        let (mut output, collected) = (keyboard.try_clone().unwrap(), screen.clone());
        let reader = thread::spawn(move || {
            let mut bytes = [0; 4096];
            // An error: nobody has it open any more.
            while let Ok(read @ 1..) = output.read(&mut bytes) {
                collected.lock().unwrap().extend_from_slice(&bytes[..read]);
            }
        });
        // Ours alone must not keep the terminal open.
        drop(theirs);
        command.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        Terminal { keyboard, screen, reader: Some(reader), child, seen: 0 }
    }

    /// Everything that was ever written on it.
    pub fn all(&self) -> String {
        String::from_utf8_lossy(&self.screen.lock().unwrap()).into_owned()
    }

    /// Waits until a text comes that was not seen before, and returns all up to its end.
    pub fn see(&mut self, text: &str) -> String {
        let started = Instant::now();
        let mut end = None;
        while end.is_none() {
            assert!(started.elapsed() < PATIENCE, "never saw {text:?}: {}", self.all());
            let screen = self.screen.lock().unwrap();
            let fresh = &screen[self.seen..];
            end = fresh
                .windows(text.len())
                .position(|it| it == text.as_bytes())
                .map(|at| self.seen + at + text.len());
            drop(screen);
            thread::sleep(Duration::from_millis(20));
        }
        let start = std::mem::replace(&mut self.seen, end.unwrap());
        String::from_utf8_lossy(&self.screen.lock().unwrap()[start..self.seen]).into_owned()
    }

    /// Presses keys.
    pub fn press(&mut self, keys: &str) {
        self.keyboard.write_all(keys.as_bytes()).unwrap();
    }

    /// Waits for a question, and answers it.
    pub fn answer(&mut self, question: &str, answer: &str) {
        self.see(question);
        self.press(&format!("{answer}\n"));
    }

    /// The same where the answer must not be seen: waits until it would not.
    pub fn answer_hidden(&mut self, question: &str, answer: &str) {
        self.see(question);
        self.wait_for_echo(false);
        self.press(&format!("{answer}\n"));
    }

    /// Whether what is typed is to be seen.
    pub fn echoes(&self) -> bool {
        tcgetattr(&self.keyboard).unwrap().local_modes.contains(LocalModes::ECHO)
    }

    pub fn wait_for_echo(&self, on: bool) {
        eventually(&format!("echo {on}: {}", self.all()), || self.echoes() == on);
    }

    /// Whether keys come in whole lines, as a shell finds it.
    pub fn has_lines(&self) -> bool {
        tcgetattr(&self.keyboard).unwrap().local_modes.contains(LocalModes::ICANON)
    }

    /// Whether its cursor is to be seen.
    pub fn has_cursor(&self) -> bool {
        let all = self.all();
        all.rfind("\x1b[?25l").is_none_or(|hidden| all.rfind("\x1b[?25h").is_some_and(|shown| shown > hidden))
    }

    pub fn resize(&self, columns: u16, rows: u16) {
        resize(&self.keyboard, columns, rows);
    }

    /// Sends a signal by name.
    pub fn signal(&self, name: &str) {
        let status = Command::new("kill").args(["-s", name, &self.child.id().to_string()]).status().unwrap();
        assert!(status.success());
    }

    /// Waits until it sleeps as after Ctrl-Z.
    pub fn wait_until_stopped(&self) {
        let path = format!("/proc/{}/stat", self.child.id());
        eventually("it sleeps", || {
            fs::read_to_string(&path).unwrap().rsplit_once(") ").unwrap().1.starts_with('T')
        });
    }

    /// Waits for its end. All that it wrote is on the screen then.
    pub fn wait(&mut self) -> ExitStatus {
        let mut status = None;
        eventually(&format!("it ends: {}", self.all()), || {
            status = self.child.try_wait().unwrap();
            status.is_some()
        });
        self.reader.take().into_iter().for_each(|reader| reader.join().unwrap());
        status.unwrap()
    }

    /// Waits for its end and returns the exit code, as a shell would tell it.
    pub fn code(&mut self) -> i32 {
        let status = self.wait();
        status.code().unwrap_or_else(|| 128 + status.signal().unwrap())
    }
}

fn resize(terminal: &File, columns: u16, rows: u16) {
    let size = Winsize { ws_row: rows, ws_col: columns, ws_xpixel: 0, ws_ypixel: 0 };
    tcsetwinsize(terminal, size).unwrap();
}

impl Drop for Terminal {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
