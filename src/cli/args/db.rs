//! `scribe db`, as it is typed.
use clap::Subcommand;

use super::targets::{downgrade_target, stamp_target, upgrade_target};
use crate::database::migrate::{DowngradeTarget, UpgradeTarget};

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
    /// Print the version of the schema, e.g. "7 (head)"
    #[command(after_help = "Example: scribe db current")]
    Current,
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
}
