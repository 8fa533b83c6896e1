//! The arguments as they are typed.
use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};
use uuid::Uuid;

use crate::database::migrate::UpgradeTarget;

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
    /// Look at the settings
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Check and upgrade the database
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
    /// Write one e-mail without a database: a preview
    #[command(
        after_help = "Example: scribe compose --name 'Ada Marlowe' --interest 'tidal energy' --sender 'Sam Student' --template mail.txt"
    )]
    Compose(ComposeRequest),
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
    #[command(after_help = "Example: scribe db check")]
    Check,
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
    /// Print the version of the schema, e.g. "5 (head)"
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
}

#[derive(Debug, Subcommand)]
pub enum EmailCommand {
    /// List all e-mails, oldest first
    #[command(after_help = "Example: scribe email list")]
    List,
    /// Print an e-mail, its sources and its papers
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

fn upgrade_target(text: &str) -> Result<UpgradeTarget, String> {
    let wrong = || format!("{text:?} is none of head, +N, or a version");
    match text.strip_prefix('+') {
        _ if text == "head" => Ok(UpgradeTarget::Head),
        Some(steps) => steps.parse().ok().filter(|n| *n > 0).map(UpgradeTarget::Steps).ok_or_else(wrong),
        None => text.parse().ok().filter(|n| *n >= 0).map(UpgradeTarget::Version).ok_or_else(wrong),
    }
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
        for wrong in ["", "+", "+0", "-1", "tail", "+x"] {
            assert!(upgrade_target(wrong).is_err(), "{wrong}");
        }
    }
}
