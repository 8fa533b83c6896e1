//! The arguments as they are typed; those of a command group are in the file of its name.
mod db;
mod email;
mod field;
mod narrow;
mod queue;
mod targets;
mod user;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand};

pub use self::{
    db::DbCommand,
    email::{EmailCommand, ExportRequest, Format},
    narrow::Narrow,
    queue::{AddRequest, ImportRequest, QueueCommand},
    user::UserCommand,
};

use self::field::field;

/// Writes personalised e-mails to researchers from a PostgreSQL queue.
#[derive(Debug, Parser)]
#[command(version, about, propagate_version = true, arg_required_else_help = true)]
#[command(
    after_help = "Settings come from the environment, secret files and the configuration file, in this order; \
                        `scribe config show` lists them.\n\
                        Exit codes: 0 done, 1 failed, 2 wrong usage, 78 wrong configuration, 130 ended with Ctrl-C.\n\
                        Example: scribe doctor"
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
    #[command(after_help = "Example: scribe config show")]
    Config {
        #[command(subcommand)]
        command: ConfigCommand,
    },
    /// Check the database, and change its schema
    #[command(after_help = "Example: scribe db check")]
    Db {
        #[command(subcommand)]
        command: DbCommand,
    },
    /// Add, list and delete users
    #[command(after_help = "Example: scribe user add sam@example.org --name 'Sam Student'")]
    User {
        #[command(subcommand)]
        command: UserCommand,
    },
    /// Queue recipients and see what became of them
    #[command(after_help = "Example: scribe queue list")]
    Queue {
        #[command(subcommand)]
        command: QueueCommand,
    },
    /// Review finished e-mails and their sources, and export them
    #[command(after_help = "Example: scribe email list")]
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
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            if !help.contains("Example: scribe ") {
                without.push(command.get_name().into());
            }
            command.get_subcommands().for_each(|c| visit(c, without));
        }
        let mut without = Vec::new();
        visit(&Arguments::command(), &mut without);
        assert!(without.is_empty(), "{without:?}");
    }
}
