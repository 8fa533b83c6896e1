//! Which database it is: asked for until it answers.
use std::num::NonZeroU16;

use super::{
    super::{ask, failure::Failure, output::Output},
    answers::{Answers, MODELS, SEARCH, TRUST},
};
use crate::{
    config::{DatabaseSettings, Settings, TlsMode, database_url},
    database::{
        Database,
        migrate::{self, Schema},
    },
};

/// Asks, and tries each answer.
pub fn ask(answers: &mut Answers, output: &mut Output<'_>) -> Result<(), Failure> {
    ask::say("Database");
    let mut is_again = false;
    loop {
        ask_once(answers, is_again)?;
        is_again = true;
        let tried = untrusted(answers).and_then(|settings| {
            ask_for_certificates(answers, &settings)?;
            check(answers, output)
        });
        match tried {
            Ok(_) => return Ok(()),
            Err(Failure::Told(report)) => ask::say_failed(&report),
            Err(broken) => return Err(broken),
        }
    }
}

/// Tries what is answered: connects, and looks whose tables are there.
pub fn check(answers: &Answers, output: &mut Output<'_>) -> Result<(Database, Schema), Failure> {
    let settings = settings(answers)?;
    let DatabaseSettings { host, port, .. } = settings.database()?;
    // A misspelt parameter, for one, which would be skipped.
    settings.warnings.iter().try_for_each(|warning| output.line(format!("Note: {warning}")))?;
    output.line(format!("Connecting to {host}, port {port} ..."))?;
    let database = Database::new(settings.database()?)?;
    let schema = migrate::current(&database)?;
    match &schema.misfit {
        Some(misfit) if !misfit.is_open() => Err(misfit.clone().into()),
        _ => {
            output.line("Connected!")?;
            Ok((database, schema))
        }
    }
}

fn settings(answers: &Answers) -> Result<Settings, Failure> {
    Ok(answers.settings(&[MODELS, SEARCH])?)
}

/// The same, whatever was said of certificates.
fn untrusted(answers: &Answers) -> Result<Settings, Failure> {
    Ok(answers.settings(&[MODELS, SEARCH, TRUST])?)
}

/// Again: any part of it may have been wrong.
fn ask_once(answers: &mut Answers, is_again: bool) -> Result<(), Failure> {
    let known = settings(answers).or_else(|_| untrusted(answers)).ok();
    let now = known.and_then(|it| it.database.map(|database| database.to_string()));
    match &now {
        Some(now) => ask::say(&format!("  now {now}")),
        None => {
            ask::say(
                "  Supabase: Connect, transaction pooler (port 6543). Paste its string as it is, with or without the \
                 password. Elsewhere: postgresql://user@host:port/name, or Enter to answer one by one.",
            );
        }
    }
    match ask::secret("  Connection string", now.is_some())? {
        Some(pasted) => take_string(answers, &pasted),
        None if now.is_some() && is_again => ask_for_another_password(answers),
        None if now.is_some() => Ok(()),
        None => ask_for_parts(answers),
    }
}

fn take_string(answers: &mut Answers, pasted: &str) -> Result<(), Failure> {
    let (string, lacks_password) = database_url::as_pasted(pasted);
    let mut parts = vec![("DATABASE_URL", string)];
    if lacks_password {
        parts.extend(ask_for_password(answers)?);
    }
    answers.set_database(&parts);
    Ok(())
}

fn ask_for_parts(answers: &mut Answers) -> Result<(), Failure> {
    let mut parts = Vec::new();
    for (name, label) in
        [("DB_HOST", "Host"), ("DB_PORT", "Port"), ("DB_NAME", "Database"), ("DB_USER", "User")]
    {
        let label = format!("  {label}");
        let value = loop {
            let value = ask::text(&label, answers.get(name))?;
            let is_port = name == "DB_PORT";
            if ask::is_right(value.as_deref().filter(|_| is_port).map_or(Ok(()), check_port))? {
                break value;
            }
        };
        parts.extend(value.map(|value| (name, value)));
    }
    parts.extend(ask_for_password(answers)?);
    answers.set_database(&parts);
    Ok(())
}

fn check_port(port: &str) -> Result<(), Failure> {
    let wrong = |error| {
        Failure::because(
            "this is no port",
            format!("{port:?}: {error}"),
            "give a number from 1 to 65535; Supabase's transaction pooler is on 6543",
        )
    };
    port.parse::<NonZeroU16>().map(drop).map_err(wrong)
}

/// What else the string says may be right.
fn ask_for_another_password(answers: &mut Answers) -> Result<(), Failure> {
    let Some(password) = ask::secret("  Password", true)? else { return Ok(()) };
    if let Some(url) = answers.get("DATABASE_URL").map(database_url::without_password) {
        answers.set("DATABASE_URL", url);
    }
    answers.set("DB_PASSWORD", password);
    Ok(())
}

/// The one that is there stays if nothing is typed.
fn ask_for_password(answers: &Answers) -> Result<Option<(&'static str, String)>, Failure> {
    let now = answers.get("DB_PASSWORD").map(String::from);
    let password = ask::secret("  Password", now.is_some())?.or(now);
    Ok(password.map(|password| ("DB_PASSWORD", password)))
}

/// Without them anybody in between could answer in the database's place.
fn ask_for_certificates(answers: &mut Answers, settings: &Settings) -> Result<(), Failure> {
    let is_plain =
        settings.database()?.tls == TlsMode::Disable || answers.get("DB_SSLMODE") == Some("disable");
    if is_plain {
        return Ok(());
    }
    let now = answers.get("DB_SSLROOTCERT").map(String::from);
    if now.is_none() {
        ask::say("  With its CA file (Supabase: database settings, SSL) nobody else can pose as it.");
    }
    let label = if now.is_some() { "  CA file (- for none)" } else { "  CA file (Enter goes on without)" };
    loop {
        let before = answers.so_far();
        match ask::text(label, now.as_deref())? {
            Some(none) if none == "-" => {
                answers.unset("DB_SSLROOTCERT");
                answers.unset("DB_SSLMODE");
            }
            Some(file) if Some(&file) != now.as_ref() => {
                answers.set("DB_SSLROOTCERT", file);
                answers.set("DB_SSLMODE", TlsMode::VerifyFull.as_str());
            }
            _ => (),
        }
        if ask::is_right(answers.mistake("DB_SSLROOTCERT").map_or(Ok(()), Err))? {
            return Ok(());
        }
        answers.forget_since(before);
    }
}
