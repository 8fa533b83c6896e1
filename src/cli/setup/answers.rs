//! Settings in the making: what is in force already, and what was answered on top of it.
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs, io,
    path::{Path, PathBuf},
};

use super::{
    super::{failure::Failure, files, hold},
    settings_file, store,
};
use crate::config::{self, ConfigError, Environment, Gathered, Origin, Settings, sources, sources::Raw};

/// Beside the settings: a certificate in somebody's home is out of the service's sight.
const CERTIFICATES: &str = "database-ca.pem";

/// Settings that are asked about together.
pub type Topic = &'static [&'static str];

/// Which database it is. They belong together: those of another one are no use.
pub const DATABASE: Topic = &["DATABASE_URL", "DB_USER", "DB_PASSWORD", "DB_HOST", "DB_PORT", "DB_NAME"];
/// How its server is known.
pub const TRUST: Topic = &["DB_SSLMODE", "DB_SSLROOTCERT"];
/// Who reads and writes.
pub const MODELS: Topic = &[
    "TEMPLATE_PARSER_MODEL",
    "WEB_SCRAPER_MODEL",
    "EMAIL_COMPOSER_MODEL",
    "ANTHROPIC_API_KEY",
    "OPENAI_API_KEY",
    "OPENAI_BASE_URL",
    "MODEL_ITEM_BUDGET",
    "MODEL_DAY_BUDGET",
];
/// Who is searched.
pub const SEARCH: Topic =
    &["SEARCH_PROVIDER", "SEARXNG_URL", "EXA_API_KEY", "BRAVE_API_KEY", "OPENALEX_API_KEY", "CONTACT"];

/// What is there, and what is to change. Nothing is written before [`Answers::save`].
pub struct Answers {
    /// The configuration file.
    pub file: PathBuf,
    before: Gathered,
    /// `None`: the setting goes.
    changes: Changes,
    /// What was taken back, and may be meant again.
    offered: BTreeMap<&'static str, String>,
}

/// Answers by their settings, to come back to.
pub type Changes = BTreeMap<&'static str, Option<String>>;

impl Answers {
    /// What is in force. What comes from the environment counts as answered: whoever starts the service will not have it.
    pub fn open(file: &Path, environment: Environment<'_>) -> Result<Answers, Failure> {
        // Those are copies of what a service was given, and no place to write to.
        let environment = |name: &str| -> Option<OsString> {
            environment(name).filter(|_| name != "CREDENTIALS_DIRECTORY")
        };
        let before = sources::gather_at(file, true, &environment);
        if !before.mistakes.is_empty() {
            return Err(before.mistakes.into());
        }
        let from_environment = |raw: &&Raw| raw.origin == Origin::Environment;
        let changes = before
            .values
            .iter()
            .filter(|(_, raw)| from_environment(raw))
            .map(|(name, raw)| (*name, Some(raw.value.clone())))
            .collect();
        Ok(Answers { file: file.into(), before, changes, offered: BTreeMap::new() })
    }

    /// What the environment alone says.
    pub fn of_environment(&self) -> Vec<&'static str> {
        let values = self.before.values.iter().filter(|(_, raw)| raw.origin == Origin::Environment);
        values.map(|(name, _)| *name).collect()
    }

    /// What is in force for a setting.
    pub fn get(&self, name: &'static str) -> Option<&str> {
        match self.changes.get(name) {
            Some(change) => change.as_deref(),
            None => self.before.values.get(name).map(|raw| raw.value.as_str()),
        }
    }

    /// What to offer for a setting: what was answered last, else what is in force.
    pub fn offer(&self, name: &'static str) -> Option<&str> {
        self.offered.get(name).map(String::as_str).or_else(|| self.get(name))
    }

    /// What is answered so far.
    pub fn so_far(&self) -> Changes {
        self.changes.clone()
    }

    /// Forgets what was answered since.
    pub fn forget_since(&mut self, then: Changes) {
        self.changes = then;
    }

    /// The same, but offers it again.
    pub fn take_back_since(&mut self, then: Changes) {
        for (name, change) in &self.changes {
            if let Some(value) = change.as_ref().filter(|_| then.get(name) != Some(change)) {
                self.offered.insert(name, value.clone());
            }
        }
        self.changes = then;
    }

    /// What is wrong with the value of a setting, whatever else is wrong.
    pub fn mistake(&self, name: &'static str) -> Option<Failure> {
        let mistakes = self.settings(&[]).err()?;
        mistakes.into_iter().find_map(|mistake| match mistake {
            ConfigError::BadValue { name: other, why, .. } if other == name => {
                let help = config::setting(name).map_or("another value", |setting| setting.help);
                Some(Failure::because("this answer does not fit", why, format!("give {help}")))
            }
            _ => None,
        })
    }

    /// Whether somebody has set it, be it to its default.
    pub fn is_set(&self, name: &'static str) -> bool {
        match self.changes.get(name) {
            Some(change) => change.is_some(),
            None => self.before.values.get(name).is_some_and(|raw| raw.origin != Origin::Default),
        }
    }

    /// Answers one.
    pub fn set(&mut self, name: &'static str, value: impl Into<String>) {
        let value = value.into();
        if value.trim().is_empty() {
            return self.unset(name);
        }
        self.changes.insert(name, Some(value.trim().into()));
    }

    /// Takes one out.
    pub fn unset(&mut self, name: &'static str) {
        self.changes.insert(name, None);
    }

    /// Answers which database it is, in place of all that said so before.
    pub fn set_database(&mut self, parts: &[(&'static str, String)]) {
        for name in DATABASE {
            if self.is_set(name) {
                self.unset(name);
            }
        }
        parts.iter().for_each(|(name, value)| self.set(name, value));
    }

    /// Answers everything that a file says. One that names a database names all of it.
    pub fn take(&mut self, values: Vec<(&'static str, String)>) {
        let names_database = |(name, _): &(&str, String)| matches!(*name, "DATABASE_URL" | "DB_HOST");
        if values.iter().any(names_database) {
            self.set_database(&[]);
        }
        values.into_iter().for_each(|(name, value)| self.set(name, value));
    }

    /// The settings as they would be; those of the topics that are still to be asked about are left out.
    pub fn settings(&self, without: &[Topic]) -> Result<Settings, Vec<ConfigError>> {
        let mut values = self.before.values.clone();
        let answer = |value: &String| Raw { value: value.clone(), origin: Origin::Answer };
        let changes = self.changes.iter().map(|(name, change)| (*name, change.as_ref().map(answer)));
        let left_out = without.iter().flat_map(|topic| topic.iter()).map(|name| (*name, None));
        for (name, change) in changes.chain(left_out).collect::<Vec<_>>() {
            let default = config::setting(name).and_then(|it| it.default);
            let default = default.map(|value| Raw { value: value.into(), origin: Origin::Default });
            match change.or(default) {
                Some(raw) => drop(values.insert(name, raw)),
                None => drop(values.remove(name)),
            }
        }
        let is_asked = |name: &&str| !self.changes.contains_key(*name);
        let unusable = self.before.unusable.iter().filter(|(name, _)| is_asked(name));
        let unusable = unusable.map(|(name, error)| (*name, error.clone())).collect();
        Settings::check(&Gathered { values, unusable, ..Gathered::default() })
    }

    /// Writes what has changed, and returns the files. Each is the old or the new one at any moment, and Ctrl-C waits
    /// until all are the new ones.
    pub fn save(&mut self) -> Result<Vec<PathBuf>, Failure> {
        let copied = self.bring_certificates()?;
        let text = match fs::read_to_string(&self.file) {
            Err(error) if error.kind() == io::ErrorKind::NotFound => String::new(),
            text => text.map_err(|error| unwritable(&self.file, error))?,
        };
        let (secrets, plain): (Vec<_>, Vec<_>) =
            self.changed().into_iter().partition(|(name, _)| is_secret(name));
        let edited = settings_file::edit(&text, &plain).ok_or_else(|| {
            Failure::new(format!("{} is no longer TOML", self.file.display()), "mend it, and run this again")
        })?;
        let directory = sources::secrets_beside(&self.file);
        let mut written = Vec::new();
        hold::whole(|| -> Result<(), Failure> {
            let mut write = |path: PathBuf, done: io::Result<()>| match done {
                Ok(()) => {
                    written.push(path);
                    Ok(())
                }
                Err(error) => Err(unwritable(&path, error)),
            };
            if let Some((path, content)) = copied {
                let done = store::plain(&path, &content);
                write(path, done)?;
            }
            for (name, value) in secrets {
                let name = name.to_lowercase();
                let done = match value {
                    Some(value) => store::secret(&directory, &name, value),
                    None => store::forget(&directory, &name),
                };
                write(directory.join(name), done)?;
            }
            if edited != text {
                write(self.file.clone(), store::plain(&self.file, edited.as_bytes()))?;
            }
            Ok(())
        })?;
        Ok(written)
    }

    /// Changes that change something.
    fn changed(&self) -> Vec<(&'static str, Option<&str>)> {
        let differs = |name: &&'static str, change: &Option<String>| {
            let before = self.before.values.get(name);
            let stands =
                before.filter(|raw| matches!(raw.origin, Origin::File { .. } | Origin::SecretFile(_)));
            // What the environment says today may hide what stands in the files.
            let is_hidden = before.is_some_and(|raw| raw.origin == Origin::Environment);
            is_hidden
                || stands.map(|raw| &raw.value) != change.as_ref()
                || self.before.unusable.contains_key(name)
        };
        let changed = self.changes.iter().filter(|(name, change)| differs(name, change));
        changed.map(|(name, change)| (*name, change.as_deref())).collect()
    }

    /// Has the certificates of an answer copied to beside the settings.
    fn bring_certificates(&mut self) -> Result<Option<(PathBuf, Vec<u8>)>, Failure> {
        let Some(Some(given)) = self.changes.get("DB_SSLROOTCERT") else { return Ok(None) };
        let given = PathBuf::from(given);
        if given.as_os_str() == "system" {
            return Ok(None);
        }
        let target = directory_of(&self.file).join(CERTIFICATES);
        let target = std::path::absolute(&target).unwrap_or(target);
        if fs::canonicalize(&given).ok().is_some_and(|it| Some(it) == fs::canonicalize(&target).ok()) {
            return Ok(None);
        }
        let content = files::read_text(&given)?;
        self.set("DB_SSLROOTCERT", target.display().to_string());
        Ok(Some((target, content.into_bytes())))
    }
}

/// Where a file stands.
pub fn directory_of(file: &Path) -> &Path {
    file.parent().filter(|it| !it.as_os_str().is_empty()).unwrap_or(Path::new("."))
}

fn is_secret(name: &str) -> bool {
    config::setting(name).is_some_and(|setting| setting.secret)
}

/// What to do about a file that cannot be written.
pub fn unwritable(path: &Path, error: io::Error) -> Failure {
    let what = format!("cannot write {}", path.display());
    match error.kind() {
        io::ErrorKind::PermissionDenied => {
            Failure::because(what, error, "run this with sudo, or name a file of your own with --config")
        }
        _ => {
            Failure::because(what, error, "mend what the text names, and run this again; each file is whole")
        }
    }
}
