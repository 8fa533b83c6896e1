//! `scribe user`, as it is typed.
use clap::Subcommand;
use uuid::Uuid;

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
