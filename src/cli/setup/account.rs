//! Who sends: known from Supabase, or asked for. First it is found out, then, when all is answered, written.
use std::path::PathBuf;

use super::super::{args::SetupRequest, ask, failure::Failure, files::read_text, note, output::Output, user};
use crate::{
    database::{
        Database,
        users::{self, Known, User},
    },
    pipeline::{self, Fields},
};

/// Whoever sends, as answered.
pub struct Sender {
    email: String,
    name: Option<String>,
    template: Option<(PathBuf, String)>,
}

/// Finds out who sends, and writes nothing.
pub fn decide(request: &SetupRequest, asks: bool, database: &Database) -> Result<Sender, Failure> {
    let known = users::look(database).map_err(user::unsynced)?;
    if asks {
        ask::say("");
        ask::say("You");
    }
    let (email, name) = match (&request.user, &known.users[..]) {
        (None, _) if asks => ask_who(request, &known)?,
        (Some(email), _) => (given(email, &known)?, request.name.clone()),
        (None, [only]) => (only.email.clone(), request.name.clone()),
        (None, []) => {
            return Err(Failure::because(
                "nobody is there to send e-mails; nothing was changed",
                "the database has no user yet",
                "run this again with --user EMAIL and --name NAME",
            ));
        }
        (None, [..]) => {
            return Err(Failure::because(
                "nobody is named to send e-mails; nothing was changed",
                "the database has several users",
                "run this again with --user EMAIL of the one who sends",
            ));
        }
    };
    name.as_deref().map_or(Ok(()), user::check_name)?;
    let there = find(&email, &known);
    let name = name.or_else(|| there.and_then(|user| user.display_name.clone()));
    let template = match &request.template {
        Some(file) if asks => ask_for_template(Some(file.clone()), name.as_deref(), there)?,
        Some(file) => Some(checked(file.clone(), name.as_deref())?),
        None if asks => ask_for_template(None, name.as_deref(), there)?,
        None => None,
    };
    Ok(Sender { email, name, template })
}

/// Writes who sends into the tables, which must be there. Returns them, and the file whose template was stored.
pub fn provide(
    sender: Sender,
    database: &Database,
    output: &mut Output<'_>,
) -> Result<(User, Option<PathBuf>), Failure> {
    if let Some(synced) = user::synced(database)? {
        user::print_synced(synced, output)?;
    }
    let (verb, user) = user::added(database, &sender.email, None, sender.name.as_deref())?;
    output.line(format!("{verb} {}", user.email))?;
    let Some((file, text)) = sender.template else { return Ok((user, None)) };
    users::set_template(database, user.id, &text)?;
    output.line(format!("Stored the template of {}", user.email))?;
    Ok((User { email_template: Some(text), ..user }, Some(file)))
}

fn find<'a>(email: &str, known: &'a Known) -> Option<&'a User> {
    known.users.iter().find(|it| it.email.eq_ignore_ascii_case(email.trim()))
}

/// The address and the name.
fn ask_who(request: &SetupRequest, known: &Known) -> Result<(String, Option<String>), Failure> {
    let only = match &known.users[..] {
        [only] => Some(only.email.as_str()),
        _ => None,
    };
    let email = loop {
        let Some(email) = ask::text("  Your e-mail address", only)? else { continue };
        if !ask::is_right(user::check_email(&email))? {
            continue;
        }
        let is_strange = known.has_accounts && find(&email, known).is_none();
        if !is_strange || ask::agree("  Nobody in auth.users has that address. Add it all the same?", false)?
        {
            break email;
        }
    };
    let now = request.name.as_deref();
    let now = now.or_else(|| find(&email, known)?.display_name.as_deref());
    loop {
        let name = ask::text("  Your name, as you sign", now)?;
        match &name {
            Some(given) if ask::is_right(user::check_name(given))? => return Ok((email, name)),
            Some(_) => (),
            None => {
                ask::say("  A template with [Your Name] needs it; all examples have that.");
                if ask::agree("  Go on without a name?", false)? {
                    return Ok((email, None));
                }
            }
        }
    }
}

/// On Supabase a user who is added here could never sign in there, and whoever signs up later would be another one.
fn given(email: &str, known: &Known) -> Result<String, Failure> {
    user::check_email(email)?;
    if known.has_accounts && find(email, known).is_none() {
        return Err(Failure::because(
            "this user is not added; nothing was changed",
            format!("nobody in auth.users has the address {email}"),
            format!(
                "sign up in the project first, or add somebody who cannot sign in there: `scribe user add {email}`"
            ),
        ));
    }
    Ok(email.trim().into())
}

/// Asks until one can be used, or none is wanted.
fn ask_for_template(
    mut file: Option<PathBuf>,
    name: Option<&str>,
    there: Option<&User>,
) -> Result<Option<(PathBuf, String)>, Failure> {
    let label = match there.and_then(|user| user.email_template.as_ref()) {
        Some(_) => "  File with your template (Enter keeps the one that is there)",
        None => "  File with your template (Enter for none yet)",
    };
    loop {
        let given = match file.take() {
            Some(file) => Some(file),
            None => ask::text(label, None)?.map(PathBuf::from),
        };
        let Some(given) = given else { return Ok(None) };
        match checked(given, name) {
            Err(Failure::Told(report)) => ask::say_failed(&report),
            checked => return checked.map(Some),
        }
    }
}

/// A file and the template in it. Tells what is odd about it.
fn checked(file: PathBuf, name: Option<&str>) -> Result<(PathBuf, String), Failure> {
    let text = read_text(&file)?;
    let refused = |why: String| {
        Failure::because("this template cannot be stored", why, "change the file, or name another one")
    };
    let columns = pipeline::needed_columns(&text).map_err(refused)?;
    let filled: Fields = columns.iter().map(|column| (column.clone(), "-".to_owned())).collect();
    let odd = pipeline::check_template(&text, name, &filled).map_err(refused)?;
    odd.iter().for_each(|odd| note(odd));
    for column in columns {
        note(&format!(
            "scribe does not find {{{{{column}}}}} itself: what you import needs a column “{column}”, and \
             `scribe compose` a --field {column}=…"
        ));
    }
    Ok((file, text))
}
