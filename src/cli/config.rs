//! `scribe config show`.
use std::path::Path;

use serde::Serialize;

use super::{failure::Failure, note, output::Output};
use crate::config::{DatabaseSettings, Environment, SETTINGS, Settings, sources};

#[derive(Serialize)]
struct SettingRow {
    name: &'static str,
    value: Option<String>,
    from: Option<String>,
    /// What holds instead of the value, where that is not in force.
    in_force: Option<String>,
    about: &'static str,
}

/// Prints every setting with its origin, then says what is wrong with them, if anything is.
pub fn show(
    file: Option<&Path>,
    environment: Environment<'_>,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let gathered = sources::gather(file, environment);
    let settings = Settings::check(&gathered);
    let database = settings.as_ref().ok().and_then(|settings| settings.database.as_ref());
    let shown: Vec<SettingRow> = SETTINGS
        .iter()
        .map(|setting| {
            let raw = gathered.values.get(setting.name);
            // A connection string or an address with a password may stand where none belongs.
            let is_secret = |value: &str| setting.secret || value.contains('@');
            let value = raw.map(|raw| if is_secret(&raw.value) { "***".into() } else { raw.value.clone() });
            let in_force = database.and_then(|database| in_force(database, setting.name));
            SettingRow {
                name: setting.name,
                in_force: in_force.filter(|it| Some(it) != value.as_ref()),
                value,
                from: raw.map(|raw| raw.origin.to_string()),
                about: setting.help,
            }
        })
        .collect();
    if output.json {
        output.value(&shown)?;
    } else {
        output.table(&["SETTING", "VALUE", "FROM"], &shown.iter().map(row).collect::<Vec<_>>())?;
    }
    settings?.warnings.iter().for_each(|warning| note(warning));
    Ok(())
}

/// What the parts of DATABASE_URL, and the rules that tie settings together, make of a setting.
fn in_force(database: &DatabaseSettings, name: &str) -> Option<String> {
    match name {
        "DB_USER" => Some(database.user.clone()),
        "DB_HOST" => Some(database.host.clone()),
        "DB_PORT" => Some(database.port.to_string()),
        "DB_NAME" => Some(database.name.clone()),
        "DB_SSLMODE" => Some(database.tls.as_str().into()),
        "DB_SSLROOTCERT" => Some(database.root_certificates.as_ref()?.display().to_string()),
        _ => None,
    }
}

fn row(shown: &SettingRow) -> Vec<String> {
    let or_none = |text: &Option<String>| text.clone().unwrap_or("-".into());
    let (value, from) = match (&shown.in_force, &shown.value) {
        (None, _) => (or_none(&shown.value), or_none(&shown.from)),
        (Some(in_force), None) => (in_force.clone(), "DATABASE_URL".into()),
        (Some(in_force), Some(value)) => {
            (in_force.clone(), format!("in force instead of {value} ({})", or_none(&shown.from)))
        }
    };
    vec![shown.name.into(), value, from]
}
