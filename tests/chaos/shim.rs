//! Faults inside the process: a library between the unmodified program and libc, see `shim.c`.
use std::{
    path::{Path, PathBuf},
    process::Command,
    sync::OnceLock,
};

use crate::support::{Program, pair, repository};

/// Which calls are counted.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Class {
    /// On connections to the database.
    Database,
    /// On all other connections that scribe makes.
    Web,
    /// On files in the state directory.
    Disk,
}

/// What happens at the call.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing; the calls are only counted.
    Pass,
    /// SIGKILL instead of the call.
    KillBefore,
    /// SIGKILL right after it.
    KillAfter,
    /// From here on, what is sent on this connection vanishes and nothing comes.
    Stall,
    /// This call fails.
    Fail(Errno),
    /// This call fails, and so do all later ones.
    FailOn(Errno),
}

/// Linux's numbers.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[repr(i32)]
pub enum Errno {
    Eio = 5,
    Enospc = 28,
    Econnreset = 104,
    Etimedout = 110,
}

/// The fault at the n-th call of a class.
#[derive(Debug, Clone)]
pub struct Strike {
    pub class: Class,
    pub fault: Fault,
    pub call: usize,
    /// Counting begins when scribe logs this.
    pub after: Option<&'static str>,
    /// Only calls at the point of this name are counted.
    pub point: Option<String>,
}

impl Strike {
    /// Scribe as it is started with this strike waiting for it.
    pub fn arm(&self, program: Program) -> Program {
        let (fault, errno) = match self.fault {
            Fault::Pass => ("pass", None),
            Fault::KillBefore => ("kill-before", None),
            Fault::KillAfter => ("kill-after", None),
            Fault::Stall => ("stall", None),
            Fault::Fail(errno) => ("fail", Some(errno)),
            Fault::FailOn(errno) => ("fail-on", Some(errno)),
        };
        let class = match self.class {
            Class::Database => "database",
            Class::Web => "web",
            Class::Disk => "disk",
        };
        let program = program
            .env("LD_PRELOAD", library().to_str().unwrap())
            .env("CHAOS_CLASS", class)
            .env("CHAOS_FAULT", fault)
            .env("CHAOS_CALL", &self.call.to_string());
        let program = match errno {
            Some(errno) => program.env("CHAOS_ERRNO", &(errno as i32).to_string()),
            None => program,
        };
        let program = match self.after {
            Some(text) => program.env("CHAOS_AFTER", text),
            None => program,
        };
        match &self.point {
            Some(name) => program.env("CHAOS_POINT", name),
            None => program,
        }
    }
}

/// The library, compiled by the first who needs it.
fn library() -> &'static Path {
    static LIBRARY: OnceLock<PathBuf> = OnceLock::new();
    LIBRARY.get_or_init(|| {
        let library = Path::new(pair().fact("DIR")).join("shim.so");
        let status = Command::new("cc")
            .args(["-Wall", "-Wextra", "-Werror", "-O1", "-shared", "-fPIC", "-o"])
            .arg(&library)
            .arg(repository("tests/chaos/shim.c"))
            .status()
            .expect("cc starts");
        assert!(status.success(), "cc does not compile shim.c");
        library
    })
}

/// The name of the point at which the strike came, by the log.
pub fn struck(log: &str) -> Option<String> {
    Some(log.lines().find_map(|line| line.strip_prefix("chaos: struck: "))?.into())
}

/// The names of all points at which a strike could have come, by the log of a run that nothing struck.
pub fn points(log: &str) -> Vec<String> {
    log.lines().filter_map(|line| line.strip_prefix("chaos: ")).map(String::from).collect()
}
