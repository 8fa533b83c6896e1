//! What can be wrong with the settings, each with its place and its remedy.
use std::{fmt, path::PathBuf};

/// Where the value of a setting came from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Origin {
    /// Nobody set it.
    Default,
    /// The configuration file.
    File {
        /// Its path.
        path: PathBuf,
        /// Line, from 1.
        line: usize,
        /// Column in characters, from 1.
        column: usize,
    },
    /// A secret file.
    SecretFile(PathBuf),
    /// An environment variable.
    Environment,
    /// What was answered to `scribe setup`, and is not saved yet.
    Answer,
}

impl fmt::Display for Origin {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Origin::Default => f.write_str("default"),
            Origin::File { path, line, column } => write!(f, "{}:{line}:{column}", path.display()),
            Origin::SecretFile(path) => write!(f, "{}", path.display()),
            Origin::Environment => f.write_str("environment"),
            Origin::Answer => f.write_str("your answer"),
        }
    }
}

/// A mistake in the settings. `Display` says what and where; [`ConfigError::remedy`] what to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ConfigError {
    /// A file that cannot be read.
    Unreadable {
        /// Which.
        path: PathBuf,
        /// Why.
        cause: String,
    },
    /// A secret file with nothing in it.
    EmptySecret(PathBuf),
    /// A link or the like where a secret file should be.
    OddSecret(PathBuf),
    /// The configuration file is not TOML.
    Syntax {
        /// Where.
        origin: Origin,
        /// What the parser says.
        message: String,
    },
    /// A key that no setting has.
    UnknownKey {
        /// Where.
        origin: Origin,
        /// The key as written.
        key: String,
        /// The nearest known key.
        nearest: Option<String>,
    },
    /// A secret in the configuration file, which everybody may read.
    SecretInFile {
        /// Where.
        origin: Origin,
        /// The setting.
        name: &'static str,
    },
    /// A value that does not fit.
    BadValue {
        /// Where it came from.
        origin: Origin,
        /// The setting.
        name: &'static str,
        /// What is wrong with it; never the value of a secret.
        why: String,
    },
    /// A setting that is needed and not there.
    Missing {
        /// The setting.
        name: &'static str,
    },
    /// A model whose service takes nobody without a key.
    KeyMissing {
        /// Where the model was chosen.
        origin: Origin,
        /// The setting that chose it.
        name: &'static str,
        /// The model.
        model: String,
        /// The setting that has its key.
        key: &'static str,
    },
    /// A bound for what models cost, and a model whose price nobody knows.
    PriceMissing {
        /// Where the bound was set.
        origin: Origin,
        /// The setting that bounds.
        name: &'static str,
        /// The model.
        model: String,
    },
}

impl ConfigError {
    /// The setting whose value is wrong or missing.
    pub(super) fn setting(&self) -> Option<&'static str> {
        match self {
            ConfigError::BadValue { name, .. }
            | ConfigError::Missing { name }
            | ConfigError::PriceMissing { name, .. } => Some(name),
            _ => None,
        }
    }

    /// What to do about it, in one sentence.
    pub fn remedy(&self) -> String {
        match self {
            ConfigError::Unreadable { .. } => {
                "check the path and its permissions; settings of the service are read with sudo".into()
            }
            ConfigError::Syntax { .. } => {
                "write one `name = value` a line, texts in double quotes, comments behind #".into()
            }
            ConfigError::UnknownKey { nearest: Some(nearest), .. } => format!("did you mean {nearest}?"),
            ConfigError::UnknownKey { nearest: None, .. } => "`scribe config show` lists every setting".into(),
            ConfigError::SecretInFile { name, .. } => {
                let file = name.to_lowercase();
                format!("put it alone into the file secrets/{file} beside the configuration, mode 0600")
            }
            ConfigError::OddSecret(_) => "put the secret itself into a file of that name".into(),
            ConfigError::EmptySecret(_) => "put the secret alone into that file, or take the file away".into(),
            ConfigError::BadValue { name, .. } => super::table::remedy(name),
            ConfigError::Missing { name: "DB_HOST" } => {
                "run `scribe setup`, or set DATABASE_URL, or DB_HOST, DB_USER and DB_PASSWORD (Supabase: Connect, transaction pooler)".into()
            }
            ConfigError::Missing { name } => format!("set {name}"),
            ConfigError::KeyMissing { name, key, .. } => {
                let file = key.to_lowercase();
                format!(
                    "put the key alone into the file secrets/{file} beside the configuration, mode 0600 (or into the \
                     environment), or set {name} to builtin, which needs none"
                )
            }
            ConfigError::PriceMissing { name, model, .. } => format!(
                "add the model to MODEL_PRICES with its price per million tokens (MODEL_PRICES='{model}=1/5'; a server of \
                 your own: 0/0), or take {name} out"
            ),
        }
    }
}

impl fmt::Display for ConfigError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ConfigError::Unreadable { path, cause } => write!(f, "cannot read {}: {cause}", path.display()),
            ConfigError::OddSecret(path) => {
                write!(f, "{} is no file: systemd would not hand it to the service", path.display())
            }
            ConfigError::EmptySecret(path) => write!(f, "the secret file {} is empty", path.display()),
            ConfigError::Syntax { origin, message } => write!(f, "{origin}: {message}"),
            ConfigError::UnknownKey { origin, key, .. } => write!(f, "{origin}: there is no setting {key:?}"),
            ConfigError::SecretInFile { origin, name } => {
                write!(f, "{origin}: {name} is a secret, and everybody may read this file")
            }
            ConfigError::BadValue { origin, name, why } => write!(f, "{name} ({origin}): {why}"),
            ConfigError::Missing { name: "DB_HOST" } => f.write_str("no database is configured"),
            ConfigError::Missing { name } => write!(f, "{name} is not set"),
            ConfigError::KeyMissing { origin, name, model, key } => {
                write!(f, "{name} ({origin}): {model} needs a key, and {key} is not set")
            }
            ConfigError::PriceMissing { origin, name, model } => {
                write!(
                    f,
                    "{name} ({origin}): {model} has no price in MODEL_PRICES, so nobody knows what it costs"
                )
            }
        }
    }
}

impl std::error::Error for ConfigError {}
