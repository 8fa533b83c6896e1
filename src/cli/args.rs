//! The arguments as they are typed.
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use uuid::Uuid;

use crate::database::migrate::{DowngradeTarget, UpgradeTarget, head};

/// Writes personalised e-mails to researchers from a PostgreSQL queue.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "Settings come from the environment, secret files and the configuration file, in this order; \
                        `scribe config show` lists them.\n\
                        Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration."
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
    /// Add and list users
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Queue recipients and see what became of them
    Queue {
        #[command(subcommand)]
        command: QueueCommand,
    },
    /// Read finished e-mails and their sources
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
    /// Print the version of the schema, e.g. "6 (head)"
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
}

#[derive(Debug, Subcommand)]
pub enum QueueCommand {
    /// Queue one recipient
    #[command(
        after_help = "Example: scribe queue add --user sam@example.org --name 'Ada Marlowe' --interest 'tidal energy' --template mail.txt"
    )]
    Add {
        /// The sender's e-mail address
        #[arg(long)]
        user: String,
        /// The recipient's full name
        #[arg(long)]
        name: String,
        /// What the recipient works on
        #[arg(long)]
        interest: String,
        /// File with the e-mail and its placeholders [default: the user's own template]
        #[arg(long, value_name = "FILE")]
        template: Option<PathBuf>,
    },
    /// Queue every row of a CSV file with the columns name and interest, all or none
    #[command(
        after_help = "Example: scribe queue import recipients.csv --user sam@example.org --template mail.txt"
    )]
    Import {
        /// The CSV file
        file: PathBuf,
        /// The sender's e-mail address
        #[arg(long)]
        user: String,
        /// File with the e-mail and its placeholders [default: the user's own template]
        #[arg(long, value_name = "FILE")]
        template: Option<PathBuf>,
        /// Check everything and queue nothing
        #[arg(long)]
        dry_run: bool,
    },
    /// List the queue, oldest first
    #[command(after_help = "Example: scribe queue list")]
    List,
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
    /// List all e-mails, oldest first
    #[command(after_help = "Example: scribe email list")]
    List,
    /// Print whether to look closer at an e-mail and why, the e-mail, its sources and papers, and what it took
    #[command(after_help = "Example: scribe email show 1f0c2d3e")]
    Show {
        /// The e-mail's id, or its first digits
        id: String,
    },
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

fn upgrade_target(text: &str) -> Result<UpgradeTarget, String> {
    let target = match text.strip_prefix('+') {
        _ if text == "head" => Some(UpgradeTarget::Head),
        Some(steps) => number(steps).filter(|n| *n > 0).map(UpgradeTarget::Steps),
        None => number(text).map(UpgradeTarget::Version),
    };
    target.ok_or_else(|| format!("{text:?} is none of head, +N, or a version"))
}

fn downgrade_target(text: &str) -> Result<DowngradeTarget, String> {
    let target = match text.strip_prefix('-') {
        _ if text == "base" => Some(DowngradeTarget::Version(0)),
        Some(steps) => number(steps).filter(|n| *n > 0).map(DowngradeTarget::Steps),
        None => number(text).map(DowngradeTarget::Version),
    };
    target.ok_or_else(|| format!("{text:?} is none of -N, a version, or base"))
}

fn stamp_target(text: &str) -> Result<i32, String> {
    let target = match text {
        "head" => Some(head()),
        "base" => Some(0),
        version => number(version),
    };
    target.ok_or_else(|| format!("{text:?} is none of a version, head, or base"))
}

/// Digits only: `parse` alone would take a sign, which means something else here.
fn number(text: &str) -> Option<i32> {
    text.parse().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()))
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

    #[test]
    fn an_upgrade_target_is_head_or_steps_or_a_version() {
        assert_eq!(upgrade_target("head"), Ok(UpgradeTarget::Head));
        assert_eq!(upgrade_target("+2"), Ok(UpgradeTarget::Steps(2)));
        assert_eq!(upgrade_target("3"), Ok(UpgradeTarget::Version(3)));
        for wrong in ["", "+", "+0", "++1", "-1", "tail", "+x"] {
            assert!(upgrade_target(wrong).is_err(), "{wrong}");
        }
    }

    #[test]
    fn a_downgrade_target_is_steps_or_a_version_or_base() {
        let parsed = |target| match Arguments::try_parse_from(["scribe", "db", "downgrade", target]) {
            Ok(Arguments {
                command: Command::Db { command: DbCommand::Downgrade { target, .. } }, ..
            }) => Some(target),
            _ => None,
        };
        assert_eq!(parsed("base"), Some(DowngradeTarget::Version(0)));
        assert_eq!(parsed("-2"), Some(DowngradeTarget::Steps(2)));
        assert_eq!(parsed("3"), Some(DowngradeTarget::Version(3)));
        for wrong in ["", "-", "-0", "--1", "+1", "head", "-x"] {
            assert_eq!(parsed(wrong), None, "{wrong}");
        }
    }

    #[test]
    fn a_stamp_target_is_a_version_or_head_or_base() {
        assert_eq!(["base", "3", "head"].map(stamp_target), [Ok(0), Ok(3), Ok(head())]);
        for wrong in ["", "-1", "tail", "99999999999"] {
            assert!(stamp_target(wrong).is_err(), "{wrong}");
        }
    }
}
