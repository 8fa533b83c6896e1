//! Where log lines go: to the journal when it listens, else to stderr as plain lines. Text from elsewhere in them is
//! made harmless for both.
//!
//! Whoever reads them may stop reading: a pipe that is full, a terminal that is held, a journal that hangs. So a thread
//! of its own writes them, and whoever logs never waits: what finds the queue full is left out, counted, and told of.
//! That thread ends when all is written, so a daemon that is idle and silent has none.
use std::{
    collections::VecDeque,
    io::{self, IsTerminal, Write},
    mem,
    sync::{Arc, Condvar, Mutex, MutexGuard, OnceLock, PoisonError},
    thread,
    time::Duration,
};

use log::{Level, LevelFilter, Log, Metadata, Record};
use systemd_journal_logger::{JournalLog, connected_to_journal};

use super::event::{self, Fields};
use crate::text::printable;

/// So many lines wait to be written; that is some minutes of a scribe that has much to say.
const MOST_WAITING: usize = 256;

/// How long the end waits for the last lines to be written.
const LAST_LINES: Duration = Duration::from_millis(500);

/// Starts logging, until the value that comes back is dropped. Lines of libraries are kept from `warn` up only: an owner
/// reads about scribe.
pub fn init(level: LevelFilter) -> Logging {
    let queue = Arc::new(Queue::new(output));
    // Fails only if a logger is already set, which is then as good.
    let _ = log::set_boxed_logger(Box::new(Filtered { queue: queue.clone(), level }));
    log::set_max_level(level);
    Logging(queue)
}

fn output() -> Box<dyn Log> {
    let journal = connected_to_journal().then(JournalLog::new).and_then(Result::ok);
    match journal {
        Some(journal) => Box::new(journal.with_syslog_identifier("scribe".into())),
        None => Box::new(Stderr { colours: io::stderr().is_terminal() }),
    }
}

/// Dropped at the end, it waits a moment for the last lines.
pub struct Logging(Arc<Queue>);

impl Drop for Logging {
    fn drop(&mut self) {
        self.0.wait_until_written(LAST_LINES);
    }
}

struct Filtered {
    queue: Arc<Queue>,
    level: LevelFilter,
}

impl Log for Filtered {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let ours = metadata.target().starts_with("scribe");
        metadata.level() <= if ours { self.level } else { self.level.min(LevelFilter::Warn) }
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            self.queue.push(Line {
                level: record.level(),
                target: record.target().to_owned(),
                message: printable(&record.args().to_string()).into_owned(),
                fields: event::fields(record),
                module: record.module_path_static(),
                file: record.file_static(),
                line: record.line(),
            });
        }
    }

    fn flush(&self) {}
}

/// What is kept of a record, harmless.
#[derive(Debug)]
struct Line {
    level: Level,
    target: String,
    message: String,
    fields: Fields,
    module: Option<&'static str>,
    file: Option<&'static str>,
    line: Option<u32>,
}

impl Line {
    fn left_out(count: usize) -> Line {
        let message = format!("{count} line(s) were left out here: whoever reads the log did not keep up");
        let (target, module, file, line) = (module_path!().into(), Some(module_path!()), Some(file!()), None);
        Line { level: Level::Warn, target, message, fields: Fields::new(), module, file, line }
    }

    fn write_to(&self, output: &dyn Log) {
        output.log(
            &Record::builder()
                .level(self.level)
                .target(&self.target)
                .module_path_static(self.module)
                .file_static(self.file)
                .line(self.line)
                .key_values(&self.fields)
                .args(format_args!("{}", self.message))
                .build(),
        );
    }
}

/// The lines that wait.
struct Queue {
    waiting: Mutex<Waiting>,
    /// All that waited is written.
    done: Condvar,
    output: OnceLock<Output>,
    /// Opens the output.
    open: fn() -> Output,
}

type Output = Box<dyn Log>;

#[derive(Debug, Default)]
struct Waiting {
    lines: VecDeque<Line>,
    left_out: usize,
    /// A thread writes them.
    is_writing: bool,
}

impl Queue {
    fn new(open: fn() -> Output) -> Queue {
        Queue { waiting: Mutex::default(), done: Condvar::new(), output: OnceLock::new(), open }
    }

    /// The lock is never held while anything is written.
    fn waiting(&self) -> MutexGuard<'_, Waiting> {
        self.waiting.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn push(self: &Arc<Queue>, line: Line) {
        let mut waiting = self.waiting();
        if waiting.lines.len() < MOST_WAITING {
            waiting.lines.push_back(line);
        } else {
            waiting.left_out += 1;
        }
        if !waiting.is_writing {
            let queue = self.clone();
            let writer = thread::Builder::new().name("log".into()).spawn(move || queue.write());
            // Where no thread is to be had, the next line asks again.
            waiting.is_writing = writer.is_ok();
        }
    }

    /// The next line, if one waits. What was left out came after all that wait, and before all that are still to come.
    fn next(&self) -> Option<Line> {
        let mut waiting = self.waiting();
        let line = waiting.lines.pop_front();
        let left_out = mem::take(&mut waiting.left_out);
        if left_out > 0 {
            waiting.lines.push_back(Line::left_out(left_out));
        }
        if line.is_none() {
            waiting.is_writing = false;
            self.done.notify_all();
        }
        line
    }

    /// Writes them until none waits.
    fn write(&self) {
        // Here, since the journal is greeted when it is opened, which can hang as well.
        let output = self.output.get_or_init(self.open);
        while let Some(line) = self.next() {
            line.write_to(&**output);
        }
    }

    /// Waits until nothing waits, or for so long.
    fn wait_until_written(&self, patience: Duration) {
        drop(self.done.wait_timeout_while(self.waiting(), patience, |waiting| waiting.is_writing));
    }
}

struct Stderr {
    colours: bool,
}

impl Log for Stderr {
    fn enabled(&self, _: &Metadata<'_>) -> bool {
        true
    }

    fn log(&self, record: &Record<'_>) {
        let level = record.level().as_str().to_lowercase();
        let is_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
        let (on, off) = match (self.colours && !is_unwanted, record.level()) {
            (true, Level::Error) => ("\x1b[31m", "\x1b[0m"),
            (true, Level::Warn) => ("\x1b[33m", "\x1b[0m"),
            _ => ("", ""),
        };
        let line = format!("{on}{level}{off}: {}\n", record.args());
        // Nobody is left to tell when stderr is gone.
        let _ = io::stderr().write_all(line.as_bytes());
    }

    fn flush(&self) {}
}

#[cfg(test)]
mod tests {
    use std::sync::mpsc::{Receiver, SyncSender, sync_channel};

    use super::*;

    /// A reader that takes a line when it is told to.
    struct Slow {
        takes: Mutex<Receiver<()>>,
        lines: SyncSender<String>,
    }

    impl Log for Slow {
        fn enabled(&self, _: &Metadata<'_>) -> bool {
            true
        }

        fn log(&self, record: &Record<'_>) {
            if self.takes.lock().unwrap().recv().is_ok() {
                self.lines.send(record.args().to_string()).unwrap();
            }
        }

        fn flush(&self) {}
    }

    #[test]
    fn what_a_reader_does_not_keep_up_with_is_left_out_and_told_of_in_its_place() {
        let queue = Arc::new(Queue::new(output));
        let (take, takes) = sync_channel(10 * MOST_WAITING);
        let (lines, read) = sync_channel(10 * MOST_WAITING);
        assert!(queue.output.set(Box::new(Slow { takes: Mutex::new(takes), lines })).is_ok());
        let filtered = Filtered { queue: queue.clone(), level: LevelFilter::Info };
        let log = |n: usize| {
            let mut record = Record::builder();
            filtered.log(&record.target("scribe").level(Level::Info).args(format_args!("{n}")).build());
        };
        log(0);
        // The first is being written from here on, so that it takes no place in the queue.
        while !queue.waiting().lines.is_empty() {
            thread::yield_now();
        }
        (1..=MOST_WAITING + 7).for_each(log);
        queue.wait_until_written(Duration::from_millis(1));
        assert!(queue.waiting().is_writing, "the end waits no longer than it is to");
        for _ in 0..MOST_WAITING + 2 {
            take.send(()).unwrap();
        }
        queue.wait_until_written(Duration::from_secs(60));
        log(1000);
        take.send(()).unwrap();
        let next = || read.recv_timeout(Duration::from_secs(60)).unwrap();
        for n in 0..=MOST_WAITING {
            assert_eq!(next(), n.to_string());
        }
        assert!(next().starts_with("7 line(s) were left out"));
        assert_eq!(next(), "1000");
        queue.wait_until_written(Duration::from_secs(60));
        assert!(!queue.waiting().is_writing, "where nothing waits, no thread does");
    }
}
