//! Settings: gathered from their sources, checked once, and from then on plain data that cannot be wrong.
//!
//! [`sources`] finds texts and remembers where each stood; `check` turns them into [`Settings`].
mod check;
mod database;
pub(crate) mod database_url;
mod error;
mod fields;
mod ip_block;
mod models;
mod money;
mod secret;
pub mod sources;
mod table;
mod values;
mod web;

use std::{
    fmt,
    net::SocketAddr,
    path::{Path, PathBuf},
    time::Duration,
};

pub use error::{ConfigError, Origin};
pub use ip_block::IpBlock;
pub use models::{Budget, ModelChoice, Prices, Provider, RemoteModel};
pub use money::MicroUsd;
pub use secret::{Secret, keep_out_of_core_dumps};
pub use sources::{Environment, Gathered};
pub use table::{KEYED_PROVIDERS, KeyedProvider, SETTINGS, Setting, setting};
use url::Url;
pub(crate) use web::MOST_ARXIV_INTERVAL;

/// Everything that can be set.
#[derive(Debug, Clone)]
pub struct Settings {
    /// The database; `None` where none is configured, which `compose` does not mind.
    pub database: Option<DatabaseSettings>,
    /// Development or production.
    pub stage: Stage,
    /// Where `/health` answers.
    pub health: SocketAddr,
    /// The least important log line that is written.
    pub log_level: log::LevelFilter,
    /// Who reads templates.
    pub template_parser_model: ModelChoice,
    /// Who reads pages.
    pub web_scraper_model: ModelChoice,
    /// Who chooses the values.
    pub email_composer_model: ModelChoice,
    /// What they may cost.
    pub budget: Budget,
    /// The web side.
    pub web: WebSettings,
    /// The longest pause between two looks at an empty queue.
    pub poll_interval: Duration,
    /// The longest pause of our own before what failed on the web is tried again.
    pub retry_interval: Duration,
    /// How long the item in hand may take to finish after a request to stop.
    pub stop_grace: Duration,
    /// Where the daemon remembers its run.
    pub state_directory: PathBuf,
    /// What is odd and not wrong, for people.
    pub warnings: Vec<String>,
    /// Why there is no database, where there is none.
    no_database: ConfigError,
}

/// How to reach the database.
#[derive(Debug, Clone)]
pub struct DatabaseSettings {
    /// Name or address.
    pub host: String,
    /// TCP port.
    pub port: u16,
    /// Database name.
    pub name: String,
    /// Role; on Supavisor `role.project`.
    pub user: String,
    /// Its password.
    pub password: Secret,
    /// How the connection is protected.
    pub tls: TlsMode,
    /// CA certificates to verify with, instead of the system's.
    pub root_certificates: Option<PathBuf>,
    /// From the name look-up to the end of the login.
    pub connect_timeout: Duration,
    /// One statement, enforced by the server; scribe's own deadline is a little longer.
    pub statement_timeout: Duration,
}

/// How a connection to the database is protected, in the words of `sslmode`, the stricter the greater.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsMode {
    /// Plain text; only to a loopback address, only in development.
    Disable,
    /// Encrypted, but open to an interceptor: nothing is verified.
    Require,
    /// Encrypted, and the certificate comes from a trusted CA.
    VerifyCa,
    /// Encrypted, and the certificate comes from a trusted CA and names the host.
    VerifyFull,
}

impl TlsMode {
    /// The word of `sslmode`.
    pub fn as_str(self) -> &'static str {
        match self {
            TlsMode::Disable => "disable",
            TlsMode::Require => "require",
            TlsMode::VerifyCa => "verify-ca",
            TlsMode::VerifyFull => "verify-full",
        }
    }
}

impl fmt::Display for DatabaseSettings {
    /// The connection string with its password masked.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let DatabaseSettings { user, host, port, name, tls, .. } = self;
        let host = if host.contains(':') { format!("[{host}]") } else { host.clone() };
        write!(f, "postgresql://{user}:***@{host}:{port}/{name}?sslmode={}", tls.as_str())
    }
}

/// Where scribe runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stage {
    /// A person's own machine.
    Development,
    /// A Pi that nobody watches.
    Production,
}

impl Stage {
    /// As it is written in ENVIRONMENT and shown in `/health`.
    pub fn as_str(self) -> &'static str {
        match self {
            Stage::Development => "development",
            Stage::Production => "production",
        }
    }
}

/// What the web side needs to know.
#[derive(Debug, Clone)]
pub struct WebSettings {
    /// Where searches go.
    pub search: SearchProvider,
    /// Whom to write to about this scribe: an e-mail or web address, plain ASCII. Every site is told.
    pub contact: Option<String>,
    /// The least time between two requests to one host.
    pub host_interval: Duration,
    /// The arXiv API, without `/api/query`.
    pub arxiv_base_url: Url,
    /// The least time between two requests to arXiv.
    pub arxiv_interval: Duration,
    /// Addresses in private ranges that pages may be read from; for tests.
    pub allow_private_hosts: Vec<IpBlock>,
}

/// A search provider and what it needs.
#[derive(Debug, Clone)]
pub enum SearchProvider {
    /// Nothing is searched.
    None,
    /// The open indexes OpenAlex, Crossref and Wikipedia, by their base URLs.
    Open {
        /// OpenAlex.
        openalex: Url,
        /// A key raises what OpenAlex answers a day.
        openalex_key: Option<Secret>,
        /// Crossref.
        crossref: Url,
        /// Wikipedia, of one language.
        wikipedia: Url,
    },
    /// A SearXNG server, by its base URL.
    Searxng(Url),
    /// One of the [`KEYED_PROVIDERS`], by its name there.
    Keyed(&'static str, KeyedService),
}

/// A service that wants a key.
#[derive(Debug, Clone)]
pub struct KeyedService {
    /// Its base URL.
    pub base: Url,
    /// The key.
    pub key: Secret,
}

impl Settings {
    /// Gathers and checks all settings. The error has every mistake.
    pub fn load(file: Option<&Path>, environment: Environment<'_>) -> Result<Settings, Vec<ConfigError>> {
        Settings::check(&sources::gather(file, environment))
    }

    /// Checks what was gathered. The error has every mistake.
    pub fn check(gathered: &Gathered) -> Result<Settings, Vec<ConfigError>> {
        check::check(gathered)
    }

    /// The database, or the error that says how to configure one.
    pub fn database(&self) -> Result<&DatabaseSettings, ConfigError> {
        self.database.as_ref().ok_or_else(|| self.no_database.clone())
    }
}

#[cfg(test)]
mod tests;
