//! Who sends: copied from Supabase, or asked for.
use std::path::PathBuf;

use super::super::{args::SetupRequest, ask, failure::Failure, files::read_text, note, output::Output, user};
use crate::{
    database::{
        Database,
        users::{self, User},
    },
    pipeline::{self, Fields},
};

/// Makes sure that somebody is there to send e-mails. Returns whom the next commands are for, and the file whose template
/// was stored.
pub fn provide(
    request: &SetupRequest,
    asks: bool,
    database: &Database,
    output: &mut Output<'_>,
) -> Result<(User, Option<PathBuf>), Failure> {
    let synced = user::synced(database)?;
    synced.map_or(Ok(()), |synced| user::print_synced(synced, output))?;
    let has_accounts = synced.is_some();
    let there = users::list(database)?;
    if asks {
        ask::say("");
        ask::say("You");
    }
    let user = match (&request.user, &there[..]) {
        (None, _) if asks => ask_who(request, &there, has_accounts, database, output)?,
        (Some(email), _) => {
            find_or_add(email, request.name.as_deref(), &there, has_accounts, database, output)?
        }
        (None, [only]) => only.clone(),
        (None, []) => {
            return Err(Failure::new(
                "nobody is there to send e-mails",
                "run this again with --user EMAIL and --name NAME",
            ));
        }
        (None, [..]) => {
            return Err(Failure::new(
                "several users are there",
                "run this again with --user EMAIL of the one who sends",
            ));
        }
    };
    let template = match &request.template {
        Some(file) => Some(file.clone()),
        None if asks => ask_for_template(&user)?,
        None => None,
    };
    let stored = match template {
        Some(file) => set_template(&user, file, asks, database, output)?,
        None => None,
    };
    Ok((user, stored))
}

fn ask_who(
    request: &SetupRequest,
    there: &[User],
    has_accounts: bool,
    database: &Database,
    output: &mut Output<'_>,
) -> Result<User, Failure> {
    let only = match there {
        [only] => Some(only.email.as_str()),
        _ => None,
    };
    loop {
        let Some(email) = ask::text("  Your e-mail address", only)? else { continue };
        let known = there.iter().find(|it| it.email.eq_ignore_ascii_case(&email));
        let is_strange = has_accounts && known.is_none();
        if is_strange && !ask::agree("  Nobody in auth.users has that address. Add it all the same?", false)?
        {
            continue;
        }
        let now = request.name.as_deref().or(known.and_then(|it| it.display_name.as_deref()));
        let name = ask::text("  Your name, as you sign", now)?;
        match add(database, &email, name.as_deref(), output) {
            Ok(user) => return Ok(user),
            Err(Failure::Told(report)) => ask::say_failed(&report),
            Err(broken) => return Err(broken),
        }
    }
}

/// On Supabase a user who is added here could never sign in there, and whoever signs up later would be another one.
fn find_or_add(
    email: &str,
    name: Option<&str>,
    there: &[User],
    has_accounts: bool,
    database: &Database,
    output: &mut Output<'_>,
) -> Result<User, Failure> {
    let is_known = there.iter().any(|it| it.email.eq_ignore_ascii_case(email.trim()));
    if has_accounts && !is_known {
        return Err(Failure::new(
            format!("nobody in auth.users has the address {email}"),
            format!(
                "sign up in the project first, or add somebody who cannot sign in there: `scribe user add {email}`"
            ),
        ));
    }
    add(database, email, name, output)
}

fn add(
    database: &Database,
    email: &str,
    name: Option<&str>,
    output: &mut Output<'_>,
) -> Result<User, Failure> {
    let (verb, user) = user::added(database, email, None, name)?;
    output.line(format!("{verb} {}", user.email))?;
    Ok(user)
}

fn ask_for_template(user: &User) -> Result<Option<PathBuf>, Failure> {
    let label = match user.email_template {
        Some(_) => "  File with your template (Enter keeps the one that is there)",
        None => "  File with your template (Enter for none yet)",
    };
    Ok(ask::text(label, None)?.map(Into::into))
}

/// Tells what is odd about it, and asks for another file if it cannot be used. Returns the one that was stored.
fn set_template(
    user: &User,
    file: PathBuf,
    asks: bool,
    database: &Database,
    output: &mut Output<'_>,
) -> Result<Option<PathBuf>, Failure> {
    let checked = read_text(&file).and_then(|text| {
        let odd = pipeline::check_template(&text, user.display_name.as_deref(), &Fields::default()).map_err(
            |why| Failure::because("the template is not stored", why, "change it, and run this again"),
        )?;
        Ok((text, odd))
    });
    let (text, odd) = match checked {
        Err(Failure::Told(report)) if asks => {
            ask::say_failed(&report);
            return match ask_for_template(user)? {
                Some(other) => set_template(user, other, asks, database, output),
                None => Ok(None),
            };
        }
        checked => checked?,
    };
    odd.iter().for_each(|odd| note(odd));
    users::set_template(database, user.id, &text)?;
    output.line(format!("Stored the template of {}", user.email))?;
    Ok(Some(file))
}
