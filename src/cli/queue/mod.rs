//! `scribe queue`: one recipient is added, orders about one are given, and the queue is held and released. A whole file is
//! in [`import`], what people look at in [`list`].
mod import;
mod list;

use std::{io, path::Path, time::Duration};

use serde_json::json;

use super::{
    args::{AddRequest, QueueCommand},
    database,
    failure::Failure,
    files::read_text,
    ids::{ITEM, short},
    note,
    output::Output,
    user::find_user,
    watch,
};
use crate::{
    config::Settings,
    daemon::pause,
    database::{
        Database, DatabaseError,
        queue_items::{self, Again, NewItem},
        queue_orders::{self, Found, Holder, Item, State},
        users::User,
    },
    pipeline::{self, Fields},
    text::{address::is_address, composed},
};

/// Dispatches.
pub fn run(command: &QueueCommand, settings: &Settings, output: &mut Output<'_>) -> Result<(), Failure> {
    match command {
        QueueCommand::Add(request) => add(settings, request, output),
        QueueCommand::Import(request) => import::run(settings, request, output),
        QueueCommand::List { failed, narrow } => list::list(settings, *failed, narrow, output),
        QueueCommand::Show { id } => list::show(settings, id, output),
        QueueCommand::Watch { interval } => watch::run(settings, Duration::from_secs(*interval), output),
        QueueCommand::Retry { id, again } => retry(settings, id, *again, output),
        QueueCommand::Cancel { id } => cancel(settings, id, output),
        QueueCommand::Pause => pause(&settings.state_directory, output),
        QueueCommand::Resume => resume(&settings.state_directory, output),
    }
}

/// Whoever asks for one recipient by name means it, so one who is known is queued all the same, and pointed out.
fn add(settings: &Settings, request: &AddRequest, output: &mut Output<'_>) -> Result<(), Failure> {
    let email = request.email.as_deref().map(str::trim).filter(|email| !email.is_empty());
    if let Some(email) = email.filter(|email| !is_address(email)) {
        return Err(Failure::new(format!("{email:?} is no e-mail address"), "give it as name@example.org"));
    }
    let [name, interest] = [&request.name, &request.interest].map(|text| composed(text.trim()));
    let database = database(settings)?;
    let user = find_user(&database, &request.user)?;
    let template = template(request.template.as_deref(), &user)?;
    check_template(&template, &user, &Fields::default())?;
    pipeline::check_recipient(&name, &interest)
        .map_err(|why| Failure::because("nothing was queued", why, "mend this and try again"))?;
    let item =
        NewItem { name: name.clone(), interest, email: email.map(str::to_owned), fields: Fields::default() };
    let queued = queue_items::enqueue(&database, user.id, &template, &[item], Again::Queue, &mut |_| ())?;
    for known in &queued.known {
        note(&format!("{name} {}; now once more", import::before(known)));
    }
    if output.json {
        return Ok(output.value(&json!({ "queued": queued.count }))?);
    }
    Ok(output.line(format!("Queued {} recipient(s)", queued.count))?)
}

/// The template that is named, or the user's own.
fn template(path: Option<&Path>, user: &User) -> Result<String, Failure> {
    match path {
        Some(path) => read_text(path),
        None => user.email_template.clone().ok_or_else(|| {
            Failure::new(
                format!("{} has no template of their own", user.email),
                "name one with --template FILE",
            )
        }),
    }
}

/// Checks a template before anything is queued, and tells what is odd about it.
fn check_template(template: &str, user: &User, fields: &Fields) -> Result<(), Failure> {
    let odd = pipeline::check_template(template, user.display_name.as_deref(), fields)
        .map_err(|why| Failure::because("nothing was queued", why, "mend that, and try again"))?;
    odd.iter().for_each(|odd| note(odd));
    Ok(())
}

fn retry(settings: &Settings, id: &str, again: bool, output: &mut Output<'_>) -> Result<(), Failure> {
    let item = order(settings, id, |database, id| queue_orders::retry(database, id, again))?;
    let done = match &item.state {
        State::Failed if item.is_elsewhere && !again => {
            return Err(Failure::because(
                "nothing was changed",
                format!("{} was queued apart from this, too, and would get two e-mails", named(&item)),
                "`scribe queue list` and `scribe email list` show what there is; `--again` queues this one all the same",
            ));
        }
        State::Failed | State::Abandoned => "is queued again",
        State::Completed => {
            "is queued again; the e-mail that is there stays, and another one will be written (a cancel now would take \
             the recipient out of the queue)"
        }
        State::Postponed => "is tried again at once",
        State::Waiting => "waits already",
        State::Working(holder) => return Err(in_work(&item, holder)),
        State::Odd(status) => return Err(odd(&item, status)),
    };
    told(&item, "queued", done, output)
}

fn cancel(settings: &Settings, id: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    let item = order(settings, id, queue_orders::cancel)?;
    let refuse = |why: &str, remedy: &str| {
        Err(Failure::because("nothing was cancelled", format!("{} {why}", named(&item)), remedy))
    };
    match &item.state {
        State::Waiting | State::Postponed => told(
            &item,
            "cancelled",
            "is cancelled and gone from the queue; an e-mail of before stays",
            output,
        ),
        State::Working(holder) => Err(in_work(&item, holder)),
        State::Abandoned => refuse(
            "was begun by a scribe that is gone",
            "let it wait again with `scribe queue retry`, then cancel it; any running scribe takes it otherwise",
        ),
        State::Completed => {
            refuse("is finished", "nothing: no work is left to cancel; `scribe email list` shows its e-mail")
        }
        State::Failed => {
            refuse("has failed", "nothing: it is not tried again, unless `scribe queue retry` orders it")
        }
        State::Odd(status) => Err(odd(&item, status)),
    }
}

/// What was done with an item.
fn told(item: &Item, what: &str, done: &str, output: &mut Output<'_>) -> Result<(), Failure> {
    if output.json {
        let Item { id, recipient_name, .. } = item;
        return Ok(output.value(&json!({ "id": id, "recipient_name": recipient_name, what: true }))?);
    }
    Ok(output.line(format!("{} {done}", named(item)))?)
}

/// Has an order carried out on the one item that is meant.
fn order(
    settings: &Settings,
    id: &str,
    carry_out: impl Fn(&Database, &str) -> Result<Found, DatabaseError>,
) -> Result<Item, Failure> {
    let id = ITEM.to_change(id)?;
    match carry_out(&database(settings)?, id)? {
        Found::One(item) => Ok(item),
        Found::Several => Err(ITEM.several(id)),
        Found::None => Err(ITEM.none(id)),
    }
}

fn named(item: &Item) -> String {
    let name = item.recipient_name.as_deref().unwrap_or("an item whose name cannot be read");
    format!("{name} ({})", short(item.id))
}

fn in_work(item: &Item, Holder { token, step, lease_seconds }: &Holder) -> Failure {
    let who = match token.strip_prefix("scribe:") {
        Some(run) => format!("scribe's run {run:.8}"),
        None if token.is_empty() => "somebody".into(),
        None => token.clone(),
    };
    let step = step.as_ref().map_or(String::new(), |step| format!(" (step {step})"));
    let minutes = ((lease_seconds + 59) / 60).max(1);
    Failure::because(
        "nothing was changed",
        format!("{} is being worked on by {who}{step}", named(item)),
        format!(
            "wait until it is done; if whoever works on it is gone, it comes back by itself when the lease is over, \
             in {minutes} min at the latest"
        ),
    )
}

fn odd(item: &Item, status: &str) -> Failure {
    Failure::because(
        "nothing was changed",
        format!("{} has the status {status}, which no scribe claims", named(item)),
        "set it to PENDING, PROCESSING, COMPLETED or FAILED, in capitals",
    )
}

fn pause(directory: &Path, output: &mut Output<'_>) -> Result<(), Failure> {
    let is_new = pause::pause(directory).map_err(|error| unusable(directory, error))?;
    if output.json {
        return Ok(output.value(&json!({ "paused": true, "changed": is_new }))?);
    }
    let done = match is_new {
        true => {
            "Paused: the item in hand is finished, and no other is begun on this machine until `scribe queue resume`"
        }
        false => "Paused already; `scribe queue resume` releases it",
    };
    Ok(output.line(format!("{done} ({})", directory.display()))?)
}

fn resume(directory: &Path, output: &mut Output<'_>) -> Result<(), Failure> {
    let was_paused = pause::resume(directory).map_err(|error| unusable(directory, error))?;
    if output.json {
        return Ok(output.value(&json!({ "paused": false, "changed": was_paused }))?);
    }
    let done = match was_paused {
        true => "Resumed: a running scribe goes on within seconds",
        false => "Not paused: there is nothing to resume",
    };
    Ok(output.line(format!("{done} ({})", directory.display()))?)
}

/// A directory that is not there is not made: it may well be that the running scribe has another one.
fn unusable(directory: &Path, error: io::Error) -> Failure {
    let directory = directory.display();
    match error.kind() {
        io::ErrorKind::NotFound => Failure::new(
            format!("there is no state directory {directory}"),
            "give STATE_DIRECTORY as the daemon has it; if scribe never ran here, start it once",
        ),
        io::ErrorKind::PermissionDenied => Failure::because(
            format!("the state directory {directory} may not be changed"),
            error,
            "run this as root or as the user that scribe runs as",
        ),
        _ => Failure::because(
            format!("the state directory {directory} cannot be changed"),
            error,
            "mend what the text names; `scribe doctor` looks at the directory",
        ),
    }
}
