//! Where log lines go: to the journal when it listens, else to stderr as plain lines. Text from elsewhere in them is
//! made harmless for both.
use std::io::{IsTerminal, Write};

use log::{LevelFilter, Log, Metadata, Record};

use crate::text::printable;

/// Starts logging. Lines of libraries are kept from `warn` up only: an owner reads about scribe.
pub fn init(level: LevelFilter) {
    let journal = systemd_journal_logger::connected_to_journal()
        .then(systemd_journal_logger::JournalLog::new)
        .and_then(Result::ok)
        .map(|journal| journal.with_syslog_identifier("scribe".into()));
    let output: Box<dyn Log> = match journal {
        Some(journal) => Box::new(journal),
        None => Box::new(Stderr { colours: std::io::stderr().is_terminal() }),
    };
    // Fails only if a logger is already set, which is then as good.
    let _ = log::set_boxed_logger(Box::new(Filtered { output, level }));
    log::set_max_level(level);
}

struct Filtered {
    output: Box<dyn Log>,
    level: LevelFilter,
}

impl Log for Filtered {
    fn enabled(&self, metadata: &Metadata<'_>) -> bool {
        let ours = metadata.target().starts_with("scribe");
        metadata.level() <= if ours { self.level } else { self.level.min(LevelFilter::Warn) }
    }

    fn log(&self, record: &Record<'_>) {
        if self.enabled(record.metadata()) {
            let message = record.args().to_string();
            let message = printable(&message);
            self.output.log(&record.to_builder().args(format_args!("{message}")).build());
        }
    }

    fn flush(&self) {
        self.output.flush();
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
        let (on, off) = match (self.colours && std::env::var_os("NO_COLOR").is_none(), record.level()) {
            (true, log::Level::Error) => ("\x1b[31m", "\x1b[0m"),
            (true, log::Level::Warn) => ("\x1b[33m", "\x1b[0m"),
            _ => ("", ""),
        };
        // Nobody is left to tell when stderr is gone.
        let _ = writeln!(std::io::stderr(), "{on}{level}{off}: {}", record.args());
    }

    fn flush(&self) {}
}
