//! A journal of a test's own, at the place where journald's socket is: the daemon sees it in a mount namespace of its own.
use std::{
    collections::BTreeMap,
    io::{self, PipeReader, PipeWriter, Write},
    os::unix::net::UnixDatagram,
    process::Command,
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicBool, Ordering::SeqCst},
    },
    thread,
};

use super::{TempDir, eventually};

/// What stands in an entry, by the fields' names.
pub type Entry = BTreeMap<String, String>;

/// The journal.
pub struct Journal {
    /// What stands at /run.
    run: TempDir,
    kept: Arc<Kept>,
    /// Where stderr would go: journald is told apart from it by this file's number.
    stderr: (PipeReader, PipeWriter),
}

#[derive(Default)]
struct Kept {
    entries: Mutex<Vec<Entry>>,
    /// The messages alone, as lines.
    text: Arc<Mutex<String>>,
    hangs: AtomicBool,
}

impl Journal {
    /// `None`, and says so: this machine gives nobody a mount namespace.
    pub fn new() -> Option<Journal> {
        namespace()?;
        let (run, kept) = (TempDir::new(), Arc::<Kept>::default());
        std::fs::create_dir_all(run.path().join("systemd/journal")).unwrap();
        let socket = UnixDatagram::bind(run.path().join("systemd/journal/socket")).unwrap();
        thread::spawn({
            let kept = kept.clone();
            move || kept.read(&socket)
        });
        Some(Journal { run, kept, stderr: io::pipe().unwrap() })
    }

    /// A place below the daemon's /run.
    pub fn run(&self) -> &std::path::Path {
        self.run.path()
    }

    /// What stands before the daemon's command, so that it sees this journal.
    pub fn before(&self) -> Vec<String> {
        let mut words: Vec<String> = namespace().unwrap().iter().map(ToString::to_string).collect();
        words.extend(["sh", "-c", "mount --bind \"$0\" /run && exec \"$@\""].map(String::from));
        words.push(self.run.path().to_str().unwrap().to_owned());
        words
    }

    /// How systemd names the stderr that leads to it.
    pub fn stream(&self) -> String {
        let file = rustix::fs::fstat(&self.stderr.1).unwrap();
        format!("{}:{}", file.st_dev, file.st_ino)
    }

    /// That stderr.
    pub fn stderr(&self) -> PipeWriter {
        self.stderr.1.try_clone().unwrap()
    }

    /// The messages so far, as lines.
    pub fn text(&self) -> Arc<Mutex<String>> {
        self.kept.text.clone()
    }

    /// From now on it takes nothing: who writes to it hangs, once its queue is full.
    pub fn hang(&self) {
        self.kept.hangs.store(true, SeqCst);
    }

    /// The entries whose field has this value.
    pub fn with(&self, field: &str, value: &str) -> Vec<Entry> {
        self.entries().into_iter().filter(|entry| entry.get(field).is_some_and(|it| it == value)).collect()
    }

    /// All entries.
    pub fn entries(&self) -> Vec<Entry> {
        self.kept.entries.lock().unwrap().clone()
    }

    /// Waits for an entry whose field has this value.
    pub fn wait_for(&self, field: &str, value: &str) -> Entry {
        let mut found = None;
        eventually(&format!("the journal has {field}={value}"), || {
            found = self.with(field, value).pop();
            found.is_some()
        });
        found.unwrap()
    }
}

impl Kept {
    fn read(&self, socket: &UnixDatagram) {
        let mut datagram = vec![0; 1 << 16];
        while !self.hangs.load(SeqCst) {
            let length = socket.recv(&mut datagram).unwrap();
            // The client's greeting is empty.
            if length > 0 {
                let entry = entry(&datagram[..length]);
                let mut text = self.text.lock().unwrap();
                text.push_str(&entry["MESSAGE"]);
                text.push('\n');
                self.entries.lock().unwrap().push(entry);
            }
        }
        // Kept open: a socket that is gone refuses instead.
        thread::park();
    }
}

/// What makes a mount namespace: root may, elsewhere it may take one of users as well.
fn namespace() -> Option<&'static [&'static str]> {
    const WAYS: [&[&str]; 2] = [&["unshare", "--mount"], &["unshare", "--mount", "--map-root-user"]];
    static WAY: OnceLock<Option<&'static [&'static str]>> = OnceLock::new();
    let works = |way: &&&[&str]| {
        let mut command = Command::new(way[0]);
        command.args(&way[1..]).args(["mount", "--bind", "/tmp", "/run"]);
        command.output().is_ok_and(|output| output.status.success())
    };
    *WAY.get_or_init(|| {
        let way = WAYS.iter().find(works).copied();
        if way.is_none() {
            // Not by a macro, whose output the test runner would keep for itself.
            io::stderr()
                .write_all(b"skipped: no mount namespace, for a journal of the test's own\n")
                .unwrap();
        }
        way
    })
}

/// Reads an entry in journald's native protocol: `NAME=value`, or `NAME`, a length in 64 bits, and so many bytes.
fn entry(mut bytes: &[u8]) -> Entry {
    let mut entry = Entry::new();
    while !bytes.is_empty() {
        let end = bytes.iter().position(|byte| *byte == b'\n').expect("a line ends");
        let line = std::str::from_utf8(&bytes[..end]).unwrap();
        bytes = &bytes[end + 1..];
        let (name, value) = match line.split_once('=') {
            Some((name, value)) => (name, value.to_owned()),
            None => {
                let (length, rest) = bytes.split_first_chunk().expect("a length");
                let length = usize::try_from(u64::from_le_bytes(*length)).unwrap();
                assert_eq!(rest[length], b'\n', "{line}");
                bytes = &rest[length + 1..];
                (line, String::from_utf8(rest[..length].to_vec()).unwrap())
            }
        };
        assert_eq!(entry.insert(name.to_owned(), value), None, "{name} stands twice in {entry:?}");
    }
    entry
}
