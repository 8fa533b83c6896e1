//! `scribe queue`, as it is typed.
use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::Narrow;

#[derive(Debug, Subcommand)]
pub enum QueueCommand {
    /// Queue one recipient
    #[command(
        after_help = "Example: scribe queue add --user sam@example.org --name 'Ada Marlowe' --interest 'tidal energy' --template mail.txt"
    )]
    Add(AddRequest),
    /// Queue every row of a spreadsheet that was saved as CSV, all or none
    #[command(
        after_help = "Its first line names the columns: name (or first and last name) and interest, and if you like e-mail. \
                      Any other column fills the placeholder of its name: Course fills {{course}}.\n\
                      Example: scribe queue import recipients.csv --user sam@example.org --template mail.txt --dry-run"
    )]
    Import(ImportRequest),
    /// List the queue, oldest first
    #[command(after_help = "Example: scribe queue list --failed --since 7d")]
    List {
        /// Only those that failed
        #[arg(long)]
        failed: bool,
        #[command(flatten)]
        narrow: Narrow,
    },
    /// Print everything about one recipient of the queue
    #[command(after_help = "Example: scribe queue show 1f0c2d3e")]
    Show {
        /// The item's id, or its first digits
        id: String,
    },
    /// Try a recipient again: one that failed, waits for its next try, or is finished, which gives another e-mail
    #[command(after_help = "Example: scribe queue retry 1f0c2d3e")]
    Retry {
        /// The item's id, or its first eight digits or more
        id: String,
        /// Also who failed and was queued again since
        #[arg(long)]
        again: bool,
    },
    /// Remove a recipient that waits
    #[command(after_help = "Example: scribe queue cancel 1f0c2d3e")]
    Cancel {
        /// The item's id, or its first eight digits or more
        id: String,
    },
    /// Watch the queue: what waits, what is in work, what was finished last, how long it takes
    #[command(
        after_help = "At a terminal the view is redrawn in place until q or Ctrl-C; elsewhere each change is a line, and \
                      with --json each look.\n\
                      Example: scribe queue watch --interval 5"
    )]
    Watch {
        /// Seconds between two looks, 1 to 3600
        #[arg(long, value_name = "SECONDS", default_value_t = 2, value_parser = clap::value_parser!(u64).range(1..=3600))]
        interval: u64,
    },
    /// Begin no further recipient on this machine until `queue resume`, restarts included
    #[command(after_help = "Example: scribe queue pause")]
    Pause,
    /// Go on after `queue pause`
    #[command(after_help = "Example: scribe queue resume")]
    Resume,
}

#[derive(Debug, Args)]
pub struct AddRequest {
    /// The sender's e-mail address
    #[arg(long)]
    pub user: String,
    /// The recipient's full name
    #[arg(long)]
    pub name: String,
    /// What the recipient works on
    #[arg(long)]
    pub interest: String,
    /// The recipient's e-mail address, for `email export`
    #[arg(long)]
    pub email: Option<String>,
    /// File with the e-mail and its placeholders [default: the user's own template]
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub struct ImportRequest {
    /// The CSV file, or - for standard input
    pub file: PathBuf,
    /// The sender's e-mail address
    #[arg(long)]
    pub user: String,
    /// File with the e-mail and its placeholders [default: the user's own template]
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Check everything, show the first three, and queue nothing
    #[arg(long)]
    pub dry_run: bool,
    /// Also queue those who wait already or were written to
    #[arg(long)]
    pub again: bool,
}
