//! Gathers settings from where people put them: environment over secret files over the configuration file over
//! defaults. Nothing is interpreted here; every value keeps its origin, so that a mistake is reported at its place.
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs::{self, File},
    io::{ErrorKind, Read},
    path::{Path, PathBuf},
};

use toml::de::{DeTable, DeValue};

use super::{
    error::{ConfigError, Origin},
    table::{SETTINGS, Setting},
};

/// Where the package keeps the settings.
pub const DEFAULT_FILE: &str = "/etc/scribe/scribe.toml";

/// The largest file of settings, and of a secret: a device has no end.
const MOST_BYTES: u64 = 1024 * 1024;

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

/// What the sources hold.
#[derive(Debug, Default)]
pub struct Gathered {
    /// The values.
    pub values: RawSettings,
    /// What is wrong with the configuration file and the environment.
    pub mistakes: Vec<ConfigError>,
    /// Secrets that nothing but a file could give, and why it did not. That matters only where they are needed.
    pub unusable: BTreeMap<&'static str, ConfigError>,
    /// What is odd and not wrong, for people.
    pub warnings: Vec<String>,
}

/// Reads an environment variable; a closure, so that tests have an environment of their own.
pub type Environment<'a> = &'a dyn Fn(&str) -> Option<OsString>;

/// Gathers all sources. A named configuration file must exist, the default one need not.
pub fn gather(file: Option<&Path>, environment: Environment<'_>) -> Gathered {
    gather_at(file.unwrap_or(Path::new(DEFAULT_FILE)), file.is_none(), environment)
}

/// The same with a file of that path, whether it must exist or not.
pub fn gather_at(path: &Path, may_be_absent: bool, environment: Environment<'_>) -> Gathered {
    let mut gathered = Gathered::default();
    for setting in SETTINGS {
        if let Some(default) = setting.default {
            gathered.values.insert(setting.name, Raw { value: default.into(), origin: Origin::Default });
        }
    }
    match read(path, may_be_absent) {
        Ok(Some(text)) => from_toml(path, &text, &mut gathered),
        Ok(None) => (),
        Err(error) => gathered.mistakes.push(error),
    }
    let secrets = SecretFiles::find(path, environment);
    for setting in SETTINGS {
        let variable = from_environment(setting.name, environment).unwrap_or_else(|mistake| {
            gathered.mistakes.push(mistake);
            None
        });
        let raw = match variable {
            Some(raw) => Ok(Some(raw)),
            None if setting.secret => from_secret_file(&secrets.path_of(setting)),
            None => Ok(None),
        };
        match raw {
            Ok(Some(raw)) => drop(gathered.values.insert(setting.name, raw)),
            Ok(None) => (),
            Err(error) => drop(gathered.unusable.insert(setting.name, error)),
        }
    }
    gathered.warnings = secrets.strange();
    gathered
}

fn from_environment(name: &'static str, environment: Environment<'_>) -> Result<Option<Raw>, ConfigError> {
    let origin = Origin::Environment;
    let Some(value) = environment(name) else { return Ok(None) };
    // Somebody meant something by it: to go on without a bound or a TLS mode would be worse than not to start.
    let Some(value) = value.to_str() else {
        return Err(ConfigError::BadValue { origin, name, why: "holds bytes that are not UTF-8".into() });
    };
    // An empty variable counts as not set, as it does in the .env files that people carry over.
    let value = value.trim();
    Ok((!value.is_empty()).then(|| Raw { value: value.into(), origin }))
}

/// Where the secrets are, one file each.
struct SecretFiles {
    directory: PathBuf,
    /// What stands before the setting's name in lower case.
    prefix: &'static str,
}

impl SecretFiles {
    /// systemd's copy where there is one, else the directory beside the configuration file. The unit loads that directory
    /// as the credential "secrets", which names each copy after both (systemd.exec(5), `LoadCredential=`), and has a
    /// credential of that very name where there is no such directory.
    fn find(file: &Path, environment: Environment<'_>) -> SecretFiles {
        // A shell may have inherited the directory of the service that started it, as of a login's.
        let is_ours = |directory: &PathBuf| {
            let files = fs::read_dir(directory).into_iter().flatten().flatten();
            files.map(|file| file.file_name()).any(|name| name.as_encoded_bytes().starts_with(b"secrets"))
        };
        match environment("CREDENTIALS_DIRECTORY").map(PathBuf::from).filter(is_ours) {
            Some(directory) => SecretFiles { directory, prefix: "secrets_" },
            None => SecretFiles { directory: secrets_beside(file), prefix: "" },
        }
    }

    fn path_of(&self, setting: &Setting) -> PathBuf {
        self.directory.join(format!("{}{}", self.prefix, setting.name.to_lowercase()))
    }

    /// Files that no setting reads. Credentials of another name are not ours.
    fn strange(&self) -> Vec<String> {
        // A directory that cannot be listed may still have files that can be read.
        let files = fs::read_dir(&self.directory).into_iter().flatten().flatten();
        let names = files.map(|file| file.file_name().to_string_lossy().into_owned());
        let mut strange: Vec<String> = names
            .filter_map(|name| Some(name.strip_prefix(self.prefix)?.to_owned()))
            .filter(|name| !name.starts_with('.') && !known(name).is_some_and(|setting| setting.secret))
            .collect();
        strange.sort_unstable();
        let known: Vec<String> =
            SETTINGS.iter().filter(|s| s.secret).map(|s| s.name.to_lowercase()).collect();
        let known = known.join(", ");
        let warning = |name| {
            let shown = self.directory.join(format!("{}{name}", self.prefix));
            format!("{} is read by nothing; secret files are called {known}", shown.display())
        };
        strange.into_iter().map(warning).collect()
    }
}

/// Where the secrets of a configuration file are.
pub fn secrets_beside(file: &Path) -> PathBuf {
    file.parent().unwrap_or(Path::new(".")).join("secrets")
}

fn from_secret_file(path: &Path) -> Result<Option<Raw>, ConfigError> {
    // systemd takes files alone, and what the service does not see nobody else shall.
    if fs::symlink_metadata(path).is_ok_and(|it| !it.is_file()) {
        return Err(ConfigError::OddSecret(path.into()));
    }
    let Some(text) = read(path, true)? else { return Ok(None) };
    match text.trim() {
        "" => Err(ConfigError::EmptySecret(path.into())),
        value => Ok(Some(Raw { value: value.into(), origin: Origin::SecretFile(path.into()) })),
    }
}

fn read(path: &Path, may_be_absent: bool) -> Result<Option<String>, ConfigError> {
    let mut text = String::new();
    let size = File::open(path).and_then(|file| file.take(MOST_BYTES + 1).read_to_string(&mut text));
    match size {
        Ok(size) if size as u64 > MOST_BYTES => {
            Err(ConfigError::Unreadable { path: path.into(), cause: "it has more than a megabyte".into() })
        }
        Ok(_) => Ok(Some(text)),
        Err(e) if may_be_absent && matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            Ok(None)
        }
        Err(e) => Err(ConfigError::Unreadable { path: path.into(), cause: e.to_string() }),
    }
}

fn from_toml(path: &Path, text: &str, gathered: &mut Gathered) {
    let origin = |offset: usize| {
        let before = &text[..text.floor_char_boundary(offset)];
        let line_start = before.rfind('\n').map_or(0, |at| at + 1);
        Origin::File {
            path: path.into(),
            line: before.matches('\n').count() + 1,
            column: before[line_start..].chars().count() + 1,
        }
    };
    let document = match DeTable::parse(text) {
        Ok(document) => document,
        Err(e) => {
            let origin = origin(e.span().map_or(0, |span| span.start));
            let message = e.message().lines().next().unwrap_or("not TOML").into();
            return gathered.mistakes.push(ConfigError::Syntax { origin, message });
        }
    };
    for (key, value) in document.get_ref() {
        let place = origin(key.span().start);
        match from_line(key.get_ref(), value.get_ref(), place, origin(value.span().start)) {
            Ok((name, raw)) => drop(gathered.values.insert(name, raw)),
            Err(mistake) => gathered.mistakes.push(mistake),
        }
    }
}

fn from_line(
    key: &str,
    value: &DeValue<'_>,
    place: Origin,
    origin: Origin,
) -> Result<(&'static str, Raw), ConfigError> {
    let Some(setting) = known(key) else {
        return Err(ConfigError::UnknownKey { origin: place, key: key.into(), nearest: nearest(key) });
    };
    let name = setting.name;
    if setting.secret {
        return Err(ConfigError::SecretInFile { origin: place, name });
    }
    match plain_text(value) {
        Some(value) => Ok((name, Raw { value, origin })),
        None => {
            let why = "neither a text nor a number nor a list of texts".into();
            Err(ConfigError::BadValue { origin, name, why })
        }
    }
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
