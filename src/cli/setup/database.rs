//! Which database it is: asked for until it answers.
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
    loop {
        ask_once(answers)?;
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

fn ask_once(answers: &mut Answers) -> Result<(), Failure> {
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
        parts.extend(ask::text(&format!("  {label}"), answers.get(name))?.map(|value| (name, value)));
    }
    parts.extend(ask_for_password(answers)?);
    answers.set_database(&parts);
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
    Ok(())
}
