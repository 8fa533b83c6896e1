//! Gathers settings from where people put them: environment over secret files over the configuration file over
//! defaults. Nothing is interpreted here; every value keeps its origin, so that a mistake is reported at its place.
use std::{
    collections::BTreeMap,
    io::ErrorKind,
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

use super::{
    error::{ConfigError, Origin},
    table::{SETTINGS, Setting},
};

/// Where the package keeps the settings.
pub const DEFAULT_FILE: &str = "/etc/scribe/scribe.toml";

/// A value as it was written, and where.
#[derive(Debug, Clone)]
pub struct Raw {
    /// The text, white space at its ends removed.
    pub value: String,
    /// Where it came from.
    pub origin: Origin,
}

/// Every setting that has a value.
pub type RawSettings = BTreeMap<&'static str, Raw>;

/// Reads an environment variable; a closure, so that tests have an environment of their own.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<String>;

/// Gathers all sources. A named configuration file must exist, the default one need not.
pub fn gather(file: Option<&Path>, environment: Environment<'_>) -> Result<RawSettings, ConfigError> {
    let mut settings = RawSettings::new();
    for setting in SETTINGS {
        if let Some(default) = setting.default {
            settings.insert(setting.name, Raw { value: default.into(), origin: Origin::Default });
        }
    }
    let path = file.unwrap_or(Path::new(DEFAULT_FILE));
    if let Some(text) = read(path, file.is_none())? {
        settings.append(&mut from_toml(path, &text)?);
    }
    let secrets = secrets_directory(path, environment);
    for setting in SETTINGS {
        let name = setting.name.to_lowercase();
        if let Some(raw) = from_secret_file(&secrets.join(name), setting.secret)? {
            settings.insert(setting.name, raw);
        }
        // An empty variable counts as not set, as it does in the .env files that people carry over.
        if let Some(value) = environment(setting.name).filter(|v| !v.trim().is_empty()) {
            settings.insert(setting.name, Raw { value: value.trim().into(), origin: Origin::Environment });
        }
    }
    Ok(settings)
}

/// systemd's copy of the secrets where there is one, else the directory beside the configuration file.
fn secrets_directory(file: &Path, environment: Environment<'_>) -> PathBuf {
    match environment("CREDENTIALS_DIRECTORY") {
        Some(directory) => directory.into(),
        None => file.parent().unwrap_or(Path::new(".")).join("secrets"),
    }
}

fn from_secret_file(path: &Path, is_secret: bool) -> Result<Option<Raw>, ConfigError> {
    if !is_secret {
        return Ok(None);
    }
    let Some(text) = read(path, true)? else { return Ok(None) };
    let value = text.trim().to_string();
    Ok((!value.is_empty()).then(|| Raw { value, origin: Origin::SecretFile(path.into()) }))
}

fn read(path: &Path, may_be_absent: bool) -> Result<Option<String>, ConfigError> {
    match std::fs::read_to_string(path) {
        Ok(text) => Ok(Some(text)),
        Err(e) if may_be_absent && matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(e) => Err(ConfigError::Unreadable { path: path.into(), cause: e.to_string() }),
    }
}

fn from_toml(path: &Path, text: &str) -> Result<RawSettings, ConfigError> {
    let origin = |offset: usize| {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Origin::File {
            path: path.into(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    };
    let document = DeTable::parse(text).map_err(|e| ConfigError::Syntax {
        origin: origin(e.span().map_or(0, |span| span.start)),
        message: e.message().lines().next().unwrap_or("not TOML").into(),
    })?;
    let mut settings = RawSettings::new();
    for (key, value) in document.get_ref() {
        let setting = known(key.get_ref()).ok_or_else(|| ConfigError::UnknownKey {
            origin: origin(key.span().start),
            key: key.get_ref().to_string(),
            nearest: nearest(key.get_ref()),
        })?;
        if setting.secret {
            return Err(ConfigError::SecretInFile { origin: origin(key.span().start), name: setting.name });
        }
        let origin = origin(value.span().start);
        let value = plain_text(value.get_ref()).ok_or_else(|| ConfigError::BadValue {
            origin: origin.clone(),
            name: setting.name,
            why: "neither a text nor a number nor a list of texts".into(),
        })?;
        settings.insert(setting.name, Raw { value, origin });
    }
    Ok(settings)
}

/// A list becomes a comma-separated text, as it stands in the environment.
fn plain_text(value: &DeValue<'_>) -> Option<String> {
    match value {
        DeValue::String(text) => Some(text.trim().into()),
        DeValue::Integer(number) => Some(number.to_string()),
        DeValue::Float(number) => Some(number.to_string()),
        DeValue::Array(values) => {
            values.iter().map(|v| plain_text(v.get_ref())).collect::<Option<Vec<_>>>().map(|v| v.join(","))
        }
        _ => None,
    }
}

fn known(key: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|s| s.name.to_lowercase() == key)
}

/// The known key that shares most with a misspelt one: enough for a swapped, missing or added letter.
fn nearest(key: &str) -> Option<String> {
    let wanted: Vec<char> = key.to_lowercase().chars().collect();
    SETTINGS
        .iter()
        .map(|s| s.name.to_lowercase())
        .map(|name| (distance(&wanted, &name.chars().collect::<Vec<_>>()), name))
        .min()
        .filter(|(distance, _)| *distance <= 3)
        .map(|(_, name)| name)
}

/// Levenshtein's distance.
fn distance(a: &[char], b: &[char]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let substituted = diagonal + usize::from(x != y);
            diagonal = row[j + 1];
            row[j + 1] = substituted.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
