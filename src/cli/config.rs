//! `scribe config show`.
use std::path::Path;

use serde::Serialize;

use super::{failure::Failure, output::Output};
use crate::config::{Environment, SETTINGS, Settings, sources};

#[derive(Serialize)]
struct Shown {
    name: &'static str,
    value: Option<String>,
    from: Option<String>,
    about: &'static str,
}

/// Prints every setting with its origin, then says what is wrong with them, if anything is.
pub fn show(
    file: Option<&Path>,
    environment: Environment<'_>,
    output: &mut Output<'_>,
) -> Result<(), Failure> {
    let raw = sources::gather(file, environment)?;
    let shown: Vec<Shown> = SETTINGS
        .iter()
        .map(|setting| {
            let raw = raw.get(setting.name);
            // A connection string or an address with a password may stand where none belongs.
            let is_secret = |value: &str| setting.secret || value.contains('@');
            let value = raw.map(|raw| if is_secret(&raw.value) { "***".into() } else { raw.value.clone() });
            let from = raw.map(|raw| raw.origin.to_string());
            Shown { name: setting.name, value, from, about: setting.help }
        })
        .collect();
    if output.json {
        output.value(&shown)?;
    } else {
        let rows: Vec<Vec<String>> = shown
            .iter()
            .map(|s| {
                vec![
                    s.name.into(),
                    s.value.clone().unwrap_or("-".into()),
                    s.from.clone().unwrap_or("-".into()),
                ]
            })
            .collect();
        output.table(&["SETTING", "VALUE", "FROM"], &rows)?;
    }
    for warning in Settings::load(file, environment)?.warnings {
        eprintln!("Note: {warning}");
    }
    Ok(())
}
