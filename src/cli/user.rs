//! `scribe user`.
use std::io;

use uuid::Uuid;

use super::{args::UserCommand, ask::confirm, database, failure::Failure, output::Output};
use crate::{
    condition::DATABASE_PERMISSION,
    config::Settings,
    database::{
        Database, DatabaseError, hints,
        users::{self, Added, Belongings, Synced, User},
    },
    text::address::is_address,
};

/// Dispatches.
pub fn run(command: &UserCommand, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    match command {
        UserCommand::Add { email, id, name } => add(settings, email, *id, name.as_deref(), output),
        UserCommand::List => list(settings, output),
        UserCommand::Sync => sync(settings, output),
        UserCommand::Delete { email, yes } => delete(settings, email, *yes, output),
    }
}

fn add(
    settings: &Settings,
    email: &str,
    id: Option<Uuid>,
    name: Option<&str>,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let (verb, user) = added(&database(settings)?, email, id, name)?;
    if output.json {
        return Ok(output.value(&user)?);
    }
    Ok(output.line(format!("{verb} {} ({})", user.email, user.id))?)
}

/// Whether mail can go to it.
pub fn check_email(email: &str) -> Result<(), Failure> {
    match is_address(email.trim()) {
        true => Ok(()),
        false => Err(Failure::new(format!("{email:?} is no e-mail address"), "give it as name@example.org")),
    }
}

/// Whether e-mails can be signed with it.
pub fn check_name(name: &str) -> Result<(), Failure> {
    match name.chars().count() > 255 || name.trim().is_empty() {
        false => Ok(()),
        true => {
            Err(Failure::new("the name is empty or longer than 255 characters", "give the name to sign with"))
        }
    }
}

/// Adds a user, or gives one who is there a new name, and tells which of the two it was.
pub fn added(
    database: &Database,
    email: &str,
    id: Option<Uuid>,
    name: Option<&str>,
) -> Result<(&'static str, User), Failure> {
    let email = email.trim();
    check_email(email)?;
    name.map_or(Ok(()), check_name)?;
    // Whether the name is a new one is only told.
    let before = match name {
        Some(_) => users::find(database, email)?.and_then(|user| user.display_name),
        None => None,
    };
    match users::add(database, id.unwrap_or_else(Uuid::new_v4), email, name)? {
        Added::New(user) => Ok(("Added", user)),
        Added::Known(user) if id.is_none_or(|id| id == user.id) => {
            let is_renamed = name.is_some() && user.display_name != before;
            Ok((if is_renamed { "Changed the name of" } else { "Already there:" }, user))
        }
        Added::Known(user) => Err(Failure::new(
            format!("{} is already there with the id {}", user.email, user.id),
            "an id cannot be changed, since e-mails belong to it; leave --id out, or use another address",
        )),
        Added::IdTaken(user) => Err(Failure::new(
            format!("the id {} belongs to {}", user.id, user.email),
            "give each user the id of their own",
        )),
    }
}

fn list(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let users = users::list(&database(settings)?.for_lists())?;
    if output.json {
        return Ok(output.value(&users)?);
    }
    let rows: Vec<Vec<String>> = users
        .into_iter()
        .map(|user| {
            let name = user.display_name.unwrap_or_else(|| "-".into());
            vec![user.email, name, user.generation_count.to_string(), user.id.to_string()]
        })
        .collect();
    if rows.is_empty() && output.is_terminal() {
        return Ok(output.line("No user is there; `scribe user add` adds one")?);
    }
    Ok(output.table(&["EMAIL", "NAME", "E-MAILS", "ID"], &rows)?)
}

fn sync(settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    let Some(synced) = synced(&database(settings)?)? else {
        return Err(Failure::new(
            "this database has no table auth.users to copy from",
            "only Supabase has one; elsewhere add each user with `scribe user add`",
        ));
    };
    if output.json {
        return Ok(output.value(&synced)?);
    }
    Ok(print_synced(synced, output)?)
}

/// Copies from Supabase whoever is missing; `None` where this is no Supabase.
pub fn synced(database: &Database) -> Result<Option<Synced>, Failure> {
    users::sync(database).map_err(unsynced)
}

/// What to do where users cannot be copied from Supabase, or looked at there.
pub fn unsynced(error: DatabaseError) -> Failure {
    if hints::condition(&error) != &DATABASE_PERMISSION {
        return error.into();
    }
    Failure::because(
        "the database role may not copy from auth.users to scribe's own table users",
        &error,
        "use the role postgres of the project, or as that one: GRANT USAGE ON SCHEMA auth TO …; GRANT SELECT ON \
         auth.users TO …; and for scribe's own table GRANT SELECT, INSERT ON users TO … (the role of DB_USER)",
    )
}

/// How many came, and how many did not.
pub fn print_synced(synced: Synced, output: &mut Output<'_>) -> io::Result<()> {
    let Synced { added, without_email, address_taken } = synced;
    output.line(format!("Users added from auth.users: {added}"))?;
    if without_email > 0 {
        output.line(format!("Left out, since they have no usable e-mail address: {without_email}"))?;
    }
    if address_taken > 0 {
        output.line(format!(
            "Left out, since their address belongs to a user with another id: {address_taken}"
        ))?;
    }
    Ok(())
}

/// The user with this address.
pub fn find_user(database: &Database, email: &str) -> Result<User, Failure> {
    users::find(database, email.trim())?.ok_or_else(|| {
        Failure::new(
            format!("there is no user {email}"),
            format!("`scribe user add {email}` adds one, `scribe user list` shows all"),
        )
    })
}

fn delete(settings: &Settings, email: &str, yes: bool, output: &mut Output<'_>) -> Result<(), Failure> {
    let database = database(settings)?;
    let user = find_user(&database, email)?;
    let loss = listed(users::belongings(&database, user.id)?);
    confirm(&format!("This deletes {} for good, and with them {loss}", user.email), yes)?;
    let Some(gone) = users::delete(&database, user.id)? else {
        return Err(Failure::new(
            format!("{} is not there any more", user.email),
            "nothing: somebody else has deleted them",
        ));
    };
    if output.json {
        return Ok(output.value(&gone)?);
    }
    output.line(format!("Deleted {}, and with them {}", user.email, listed(gone)))?;
    Ok(output.line("On Supabase they come back with `scribe user sync` as long as they are in auth.users")?)
}

fn listed(Belongings { emails, unfinished, finished }: Belongings) -> String {
    format!(
        "{emails} e-mail(s), {unfinished} recipient(s) who wait or are being written to, and {finished} who are \
         finished or failed"
    )
}
