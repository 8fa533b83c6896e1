//! `scribe email`, as it is typed.
use std::path::PathBuf;

use clap::{Args, Subcommand, ValueEnum};

use super::Narrow;

#[derive(Debug, Subcommand)]
pub enum EmailCommand {
    /// List e-mails, oldest first
    #[command(after_help = "Example: scribe email list --unsure --since 7d")]
    List {
        /// Only those that somebody should look at
        #[arg(long)]
        unsure: bool,
        /// Those that were hidden, too
        #[arg(long)]
        hidden: bool,
        #[command(flatten)]
        narrow: Narrow,
    },
    /// Print an e-mail, then whether to look closer and why, its sources and papers, and what it took
    #[command(after_help = "Example: scribe email show 1f0c2d3e")]
    Show {
        /// The e-mail's id, or its first digits
        id: String,
    },
    /// Write e-mails into a directory, as drafts that a mail program opens; hidden ones are left out
    #[command(
        after_help = "A first line “Subject: …” of the template becomes the subject. Files that are there stay as they are.\n\
                            Example: scribe email export drafts --since 7d"
    )]
    Export(ExportRequest),
    /// Take an e-mail out of sight: lists and exports leave it out
    #[command(after_help = "Example: scribe email hide 1f0c2d3e")]
    Hide {
        /// The e-mail's id, or its first eight digits or more
        id: String,
        /// Show it again
        #[arg(long)]
        undo: bool,
    },
    /// Delete an e-mail for good, with its sources
    #[command(after_help = "Example: scribe email delete 1f0c2d3e --yes")]
    Delete {
        /// The e-mail's id, or its first eight digits or more
        id: String,
        /// Delete without asking
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Debug, Args)]
pub struct ExportRequest {
    /// The directory; it is made if it is not there
    #[arg(value_name = "DIR")]
    pub directory: PathBuf,
    /// What the files are
    #[arg(long, value_enum, default_value_t = Format::Eml)]
    pub format: Format,
    /// Only those that somebody should look at
    #[arg(long)]
    pub unsure: bool,
    #[command(flatten)]
    pub narrow: Narrow,
}

/// What `email export` writes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Drafts for a mail program, the address filled in where it is known
    Eml,
    /// Text with its sources, to read and to copy from
    Markdown,
}
