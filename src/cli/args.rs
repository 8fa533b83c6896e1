//! The arguments as they are typed.
mod field;
mod narrow;
mod targets;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use uuid::Uuid;

pub use self::narrow::Narrow;
use self::{
    field::field,
    targets::{downgrade_target, stamp_target, upgrade_target},
};
use crate::database::migrate::{DowngradeTarget, UpgradeTarget};

/// Writes personalised e-mails to researchers from a PostgreSQL queue.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "Settings come from the environment, secret files and the configuration file, in this order; \
                        `scribe config show` lists them.\n\
                        Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration, 130 ended with Ctrl-C."
)]
pub struct Arguments {
    /// Configuration file [default: /etc/scribe/scribe.toml]
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// Print JSON where something is listed or shown
    #[arg(long, global = true)]
    pub json: bool,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Work on the queue until stopped
    #[command(after_help = "Example: scribe run --until-empty")]
    Run {
        /// Stop when nothing is left to do
        #[arg(long)]
        until_empty: bool,
    },
    /// Set scribe up: ask for what it needs, try each answer, write settings, make tables and a user, start it
    #[command(
        after_help = "It can be run again: it offers what is there. Without a terminal it asks nothing, takes --env, the \
                      flags and the environment, and says what is missing.\n\
                      A .env file may hold secrets; a flag never does.\n\
                      Example: scribe setup --env .env --user sam@example.org --name 'Sam Student' --template mail.txt"
    )]
    Setup(SetupRequest),
    /// Check everything that scribe needs, each with its remedy; changes nothing
    #[command(after_help = "Its one small question to each model is not counted in MODEL_DAY_BUDGET.\n\
                            Example: scribe doctor --json")]
    Doctor,
    /// Look at the settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Check the database, and change its schema
    Db {
        #[command(subcommand)]
        command: DbCommand,
    },
    /// Add, list and delete users
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Queue recipients and see what became of them
    Queue {
        #[command(subcommand)]
        command: QueueCommand,
    },
    /// Review finished e-mails and their sources, and export them
    Email {
        #[command(subcommand)]
        command: EmailCommand,
    },
    /// Write one e-mail without a database: a preview, with whether to look closer and why, its sources and what it took
    #[command(
        after_help = "MODEL_ITEM_BUDGET holds; the day of MODEL_DAY_BUDGET is kept in the database, and not touched.\n\
                      Example: scribe compose --name 'Ada Marlowe' --interest 'tidal energy' --sender 'Sam Student' --template mail.txt"
    )]
    Compose(ComposeRequest),
    /// Print what research would read of a page: its title and its text
    #[command(after_help = "Example: scribe read https://www.example.org/people/ada-marlowe")]
    Read {
        /// The page's address, or a file that holds it
        #[arg(value_name = "URL|FILE")]
        what: String,
    },
}

#[derive(Debug, Subcommand)]
pub enum ConfigCommand {
    /// Print every setting, where it came from, secrets masked
    #[command(after_help = "Example: scribe config show --json")]
    Show,
}

#[derive(Debug, Subcommand)]
pub enum DbCommand {
    /// Try to connect: "Connected!" or "Failed: …" with its remedy
    #[command(after_help = "Example: scribe db check --schema")]
    Check {
        /// Also tell how the tables differ from what the migrations make
        #[arg(long)]
        schema: bool,
    },
    /// Print how the database is reached and what it is
    #[command(after_help = "Example: scribe db info --json")]
    Info,
    /// Apply pending migrations, all of them or none
    #[command(after_help = "Example: scribe db upgrade")]
    Upgrade {
        /// head, +N for N steps, or a version
        #[arg(default_value = "head", value_parser = upgrade_target)]
        target: UpgradeTarget,
    },
    /// Take migrations back, newest first, with the data that stood in their tables; all of them or none
    #[command(after_help = "Example: scribe db downgrade -1")]
    Downgrade {
        /// -N for N steps, the version that is to stay, or base
        #[arg(allow_negative_numbers = true, value_parser = downgrade_target)]
        target: DowngradeTarget,
        /// The database's name, to agree to the loss; needed in production
        #[arg(long, value_name = "NAME")]
        yes: Option<String>,
    },
    /// List all versions, newest first, and which are applied
    #[command(after_help = "Example: scribe db history --verbose")]
    History {
        /// Tell when each was applied
        #[arg(long)]
        verbose: bool,
    },
    /// Record a version without running anything, for tables that are right already
    #[command(after_help = "Example: scribe db stamp head")]
    Stamp {
        /// A version, head, or base
        #[arg(value_parser = stamp_target)]
        target: i32,
    },
    /// Write the next migration's two files, in a checkout of scribe's source
    #[command(after_help = "Example: scribe db revision -m 'Add a column'")]
    Revision {
        /// What the migration does
        #[arg(short, long)]
        message: String,
    },
    /// Empty the database and create its tables anew; in development only
    #[command(after_help = "Example: scribe db reset --yes scribe")]
    Reset {
        /// The database's name, instead of being asked for it
        #[arg(long, value_name = "NAME")]
        yes: Option<String>,
    },
    /// Print the version of the schema, e.g. "7 (head)"
    #[command(after_help = "Example: scribe db current")]
    Current,
}

#[derive(Debug, Subcommand)]
pub enum UserCommand {
    /// Add a user, or give one who is there a new name
    #[command(after_help = "Example: scribe user add sam@example.org --name 'Sam Student'")]
    Add {
        /// The user's e-mail address
        email: String,
        /// The user's id, on Supabase that of auth.users [default: a new one]
        #[arg(long)]
        id: Option<Uuid>,
        /// The name that e-mails are signed with
        #[arg(long)]
        name: Option<String>,
    },
    /// List all users
    #[command(after_help = "Example: scribe user list")]
    List,
    /// Copy the users that are missing from Supabase's table auth.users; nobody who is there is changed
    #[command(after_help = "Example: scribe user sync")]
    Sync,
    /// Delete a user for good, with their e-mails and their recipients in the queue
    #[command(after_help = "Example: scribe user delete sam@example.org --yes")]
    Delete {
        /// The user's e-mail address
        email: String,
        /// Delete without asking
        #[arg(long)]
        yes: bool,
    },
}

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

#[derive(Debug, Args)]
pub struct ComposeRequest {
    /// The recipient's full name
    #[arg(long)]
    pub name: String,
    /// What the recipient works on
    #[arg(long)]
    pub interest: String,
    /// File with the e-mail and its placeholders
    #[arg(long, value_name = "FILE")]
    pub template: PathBuf,
    /// The sender's own name, for placeholders like [Your Name]
    #[arg(long)]
    pub sender: Option<String>,
    /// What a column of a spreadsheet would give: course='Marine Physics' fills {{course}}; can be repeated
    #[arg(long = "field", value_name = "NAME=VALUE", value_parser = field)]
    pub fields: Vec<(String, String)>,
}

#[derive(Debug, Args)]
pub struct SetupRequest {
    /// File of NAME=value lines, such as the .env of the Python Scribe; - for standard input
    #[arg(long, value_name = "FILE")]
    pub env: Option<PathBuf>,
    /// The sender's e-mail address
    #[arg(long, value_name = "EMAIL")]
    pub user: Option<String>,
    /// The name that e-mails are signed with
    #[arg(long)]
    pub name: Option<String>,
    /// File with the sender's own template, which is stored
    #[arg(long, value_name = "FILE")]
    pub template: Option<PathBuf>,
    /// Start the service without asking
    #[arg(long)]
    pub start: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::CommandFactory;

    #[test]
    fn the_table_of_arguments_is_consistent() {
        Arguments::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example_in_its_help() {
        fn visit(command: &clap::Command, without: &mut Vec<String>) {
            if !command.has_subcommands() && command.get_after_help().is_none() {
                without.push(command.get_name().into());
            }
            command.get_subcommands().for_each(|c| visit(c, without));
        }
        let mut without = Vec::new();
        visit(&Arguments::command(), &mut without);
        assert!(without.is_empty(), "{without:?}");
    }
}
