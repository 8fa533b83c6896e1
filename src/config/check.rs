//! From texts to [`Settings`]: every rule about a single value, and the few that tie values together.
use std::{
    fs::File,
    io::ErrorKind,
    net::{IpAddr, Ipv6Addr, SocketAddr},
    num::NonZeroU16,
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use url::Url;

use super::{
    ConfigError, DatabaseSettings, KEYED_PROVIDERS, KeyedProvider, KeyedService, Origin, SearchProvider,
    Secret, Settings, Stage, TlsMode, WebSettings,
    database_url::{self, UrlParts},
    models,
    sources::{Gathered, Raw, RawSettings},
};

/// arXiv's terms of use: no more than one request every three seconds.
const ARXIV_LEAST_INTERVAL: Duration = Duration::from_secs(3);
/// The longest time between two requests to arXiv that can be set.
pub(crate) const MOST_ARXIV_INTERVAL: Duration = Duration::from_secs(60);

/// What a connection string without a port means everywhere.
const POSTGRESQL_PORT: u16 = 5432;

/// Checks everything. A value that is wrong is noted and taken out, until nothing is wrong with the rest.
pub fn check(gathered: &Gathered) -> Result<Settings, Vec<ConfigError>> {
    let mut values = gathered.values.clone();
    let mut mistakes = gathered.mistakes.clone();
    loop {
        match checked(&values) {
            Ok(settings) if mistakes.is_empty() => return Ok(completed(settings, gathered)),
            Ok(_) => return Err(mistakes),
            Err(mistake) => {
                let is_known = mistakes.iter().any(|m| m.setting() == mistake.setting());
                let name = mistake.setting().filter(|_| !is_known);
                if !is_known {
                    let unusable = name.filter(|name| !values.contains_key(name));
                    let cause = unusable.and_then(|name| gathered.unusable.get(name)).cloned();
                    mistakes.push(cause.unwrap_or(mistake));
                }
                let Some(name) = name else { return Err(mistakes) };
                take_out(name, &mut values);
            }
        }
    }
}

/// Back to its default; one that is missing is made up.
fn take_out(name: &'static str, values: &mut RawSettings) {
    let default = super::table::setting(name).and_then(|setting| setting.default);
    let made_up = (!values.contains_key(name)).then_some("0");
    match default.or(made_up) {
        Some(value) => drop(values.insert(name, Raw { value: value.into(), origin: Origin::Default })),
        None => drop(values.remove(name)),
    }
    // What else is set belongs to another database.
    if name == "DATABASE_URL" {
        values.remove("DB_HOST");
    }
}

/// With what the sources had to say.
fn completed(mut settings: Settings, gathered: &Gathered) -> Settings {
    settings.warnings.extend(gathered.warnings.iter().cloned());
    match gathered.unusable.get("DATABASE_URL") {
        Some(error) if settings.database.is_some() => settings.warnings.push(error.to_string()),
        Some(error) => settings.no_database = error.clone(),
        None => (),
    }
    settings
}

fn checked(raw: &RawSettings) -> Result<Settings, ConfigError> {
    let fields = Fields(raw);
    let mut warnings = Vec::new();
    let stage = fields.parse("ENVIRONMENT", stage)?;
    let temperature = fields.optional("EMAIL_COMPOSER_TEMPERATURE", temperature)?;
    // Reading is no matter of taste.
    let template_parser_model = models::choice(&fields, "TEMPLATE_PARSER_MODEL", Some(0.0))?;
    let web_scraper_model =
        models::choice_or(&fields, "WEB_SCRAPER_MODEL", Some(0.0), &template_parser_model)?;
    let email_composer_model = models::choice(&fields, "EMAIL_COMPOSER_MODEL", temperature)?;
    let budget =
        models::budget(&fields, &[&template_parser_model, &web_scraper_model, &email_composer_model])?;
    Ok(Settings {
        stage,
        health: SocketAddr::new(fields.parse("HOST", ip_address)?, fields.parse("PORT", number::<u16>)?),
        log_level: fields.parse("LOG_LEVEL", log_level)?,
        template_parser_model,
        web_scraper_model,
        email_composer_model,
        budget,
        web: web(&fields)?,
        poll_interval: fields.parse("POLL_INTERVAL", |v| seconds(v, 0.05, 30.0))?,
        retry_interval: fields.parse("RETRY_INTERVAL", |v| seconds(v, 1.0, 300.0))?,
        stop_grace: fields.parse("STOP_GRACE", |v| seconds(v, 0.0, 60.0))?,
        state_directory: fields.parse("STATE_DIRECTORY", path)?,
        // What is missing here is told last: it may be why nothing else can be said of the database.
        database: database(&fields, stage, &mut warnings)?,
        warnings,
        no_database: ConfigError::Missing { name: "DB_HOST" },
    })
}

/// The gathered texts, looked up by name.
pub(super) struct Fields<'a>(&'a RawSettings);

impl Fields<'_> {
    fn get(&self, name: &'static str) -> Option<&str> {
        self.0.get(name).map(|raw| raw.value.as_str())
    }

    pub(super) fn origin(&self, name: &'static str) -> Origin {
        self.0.get(name).map_or(Origin::Default, |raw| raw.origin.clone())
    }

    pub(super) fn bad(&self, name: &'static str, why: String) -> ConfigError {
        ConfigError::BadValue { origin: self.origin(name), name, why }
    }

    pub(super) fn optional<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<Option<T>, ConfigError> {
        self.get(name).map(|value| parse(value).map_err(|why| self.bad(name, why))).transpose()
    }

    pub(super) fn parse<T>(
        &self,
        name: &'static str,
        parse: impl Fn(&str) -> Result<T, String>,
    ) -> Result<T, ConfigError> {
        self.optional(name, parse)?.ok_or(ConfigError::Missing { name })
    }
}

fn database(
    fields: &Fields<'_>,
    stage: Stage,
    warnings: &mut Vec<String>,
) -> Result<Option<DatabaseSettings>, ConfigError> {
    let url = fields.optional("DATABASE_URL", database_url::parse)?;
    if url.is_none() && fields.get("DB_HOST").is_none() {
        return Ok(None);
    }
    let from_url = url.is_some();
    let url = url.unwrap_or_default();
    if !url.skipped.is_empty() {
        warnings.push(format!("DATABASE_URL: unknown parameters skipped: {}", url.skipped.join(", ")));
    }
    if from_url && fields.get("DB_HOST").is_some() {
        warnings.push("DATABASE_URL is set, so DB_HOST and its companions are not used".into());
    }
    // With a URL, what it leaves out comes from the defaults, never from parts that belong to another database.
    let part = |value: Option<String>, name: &'static str| match value {
        None if !from_url => fields.get(name).map(String::from),
        value => value,
    };
    fields.optional("DB_HOST", host_name)?;
    let host = part(url.host.clone(), "DB_HOST").ok_or(ConfigError::Missing { name: "DB_HOST" })?;
    if from_url && url.port.is_none() && host.ends_with(".pooler.supabase.com") {
        warnings.push(format!(
            "DATABASE_URL names no port, which means {POSTGRESQL_PORT}, the session pooler; the transaction pooler is on 6543"
        ));
    }
    let tls = tls_mode(fields, &url, &host, stage, warnings)?;
    let root_certificates = root_certificates(fields, &url)?;
    Ok(Some(DatabaseSettings {
        port: match url.port {
            Some(port) => port,
            None if from_url => POSTGRESQL_PORT,
            None => fields.parse("DB_PORT", number::<NonZeroU16>)?.get(),
        },
        name: part(url.name.clone(), "DB_NAME").unwrap_or_else(|| "postgres".into()),
        user: match part(url.user.clone(), "DB_USER") {
            Some(user) => user,
            None if from_url => return Err(fields.bad("DATABASE_URL", "it names no user".into())),
            None => return Err(ConfigError::Missing { name: "DB_USER" }),
        },
        // A URL without a password may stand where everybody reads it, with the password in its secret file.
        password: match &url.password {
            Some(password) => secret(password).map_err(|why| fields.bad("DATABASE_URL", why))?,
            None => fields.parse("DB_PASSWORD", secret)?,
        },
        // As in libpq: `require` with a CA file at hand verifies the certificate's origin.
        tls: if tls == TlsMode::Require && root_certificates.is_some() { TlsMode::VerifyCa } else { tls },
        root_certificates,
        connect_timeout: match &url.connect_timeout {
            Some(value) => seconds(value, 0.05, 60.0).map_err(|why| fields.bad("DATABASE_URL", why))?,
            None => fields.parse("DB_CONNECT_TIMEOUT", |v| seconds(v, 0.05, 60.0))?,
        },
        statement_timeout: fields.parse("DB_STATEMENT_TIMEOUT", milliseconds)?,
        host,
    }))
}

/// The stricter of what the URL and DB_SSLMODE ask for; a default asks for nothing.
fn tls_mode(
    fields: &Fields<'_>,
    url: &UrlParts,
    host: &str,
    stage: Stage,
    warnings: &mut Vec<String>,
) -> Result<TlsMode, ConfigError> {
    let set = fields.parse("DB_SSLMODE", sslmode)?;
    let is_set = fields.origin("DB_SSLMODE") != Origin::Default;
    let in_url = url.sslmode.as_deref().map(sslmode).transpose();
    let in_url = in_url.map_err(|why| fields.bad("DB_SSLMODE", format!("in DATABASE_URL: {why}")))?;
    let mode = match in_url {
        None => set,
        Some(mode) if !is_set => mode,
        Some(mode) => {
            let stricter = mode.max(set);
            if mode != set {
                warnings.push(format!(
                    "DATABASE_URL says sslmode={} and DB_SSLMODE says {}: the stricter, {}, is in force",
                    mode.as_str(),
                    set.as_str(),
                    stricter.as_str()
                ));
            }
            stricter
        }
    };
    let loopback = host == "localhost" || host.parse::<IpAddr>().is_ok_and(|a| a.is_loopback());
    if mode == TlsMode::Disable && !(loopback && stage == Stage::Development) {
        let why = "disable sends password and e-mails in plain text; it is allowed to a loopback address in \
                   development only";
        return Err(fields.bad("DB_SSLMODE", why.into()));
    }
    Ok(mode)
}

fn root_certificates(fields: &Fields<'_>, url: &UrlParts) -> Result<Option<PathBuf>, ConfigError> {
    let file = match &url.sslrootcert {
        Some(file) => Some(PathBuf::from(file)),
        None => fields.optional("DB_SSLROOTCERT", path)?,
    };
    match file {
        // libpq's word for the system's own store.
        Some(file) if file.as_os_str() == "system" => Ok(None),
        Some(file) => match readable(&file) {
            Ok(()) => Ok(Some(file)),
            Err(why) => Err(fields.bad("DB_SSLROOTCERT", why)),
        },
        None => Ok(None),
    }
}

/// Whether a file can be read at all; what is in it shows later.
fn readable(path: &Path) -> Result<(), String> {
    let shown = path.display();
    match File::open(path) {
        Ok(_) if path.is_dir() => Err(format!("{shown} is a directory, and not the file in it")),
        Ok(_) => Ok(()),
        Err(_) if path.starts_with("~") => {
            Err(format!("{shown}: only a shell knows ~; write the whole path"))
        }
        Err(error) if error.kind() == ErrorKind::NotFound => Err(format!("there is no file {shown}")),
        Err(error) => Err(format!("{shown} cannot be read by this user: {error}")),
    }
}

/// A password, and no placeholder for one; the text is not repeated.
fn secret(value: &str) -> Result<Secret, String> {
    match database_url::placeholder(value) {
        Some(placeholder) => Err(format!("{placeholder} still stands where the password belongs")),
        None => Ok(Secret::new(value)),
    }
}

fn web(fields: &Fields<'_>) -> Result<WebSettings, ConfigError> {
    let arxiv_base_url = fields.parse("ARXIV_BASE_URL", base_url)?;
    let arxiv_interval =
        fields.parse("ARXIV_INTERVAL", |v| seconds(v, 0.0, MOST_ARXIV_INTERVAL.as_secs_f64()))?;
    let is_arxiv = arxiv_base_url.host_str().is_some_and(|h| h == "arxiv.org" || h.ends_with(".arxiv.org"));
    if is_arxiv && arxiv_interval < ARXIV_LEAST_INTERVAL {
        return Err(fields.bad("ARXIV_INTERVAL", "arXiv allows one request every 3 seconds".into()));
    }
    let allow_private_hosts = |v: &str| v.split(',').map(|block| block.trim().parse()).collect();
    Ok(WebSettings {
        search: search(fields)?,
        contact: fields.optional("CONTACT", contact)?,
        host_interval: fields.parse("HOST_INTERVAL", |v| seconds(v, 0.0, 60.0))?,
        arxiv_base_url,
        arxiv_interval,
        allow_private_hosts: fields.optional("ALLOW_PRIVATE_HOSTS", allow_private_hosts)?.unwrap_or_default(),
    })
}

/// Without a name, a SearXNG server that is set is meant; else the one that needs nothing.
fn search(fields: &Fields<'_>) -> Result<SearchProvider, ConfigError> {
    let searxng = fields.optional("SEARXNG_URL", base_url)?;
    let default = if searxng.is_some() { "searxng" } else { "open" };
    match fields.get("SEARCH_PROVIDER").unwrap_or(default) {
        "none" => Ok(SearchProvider::None),
        "open" => Ok(SearchProvider::Open {
            openalex: fields.parse("OPENALEX_BASE_URL", base_url)?,
            openalex_key: fields.optional("OPENALEX_API_KEY", key_text)?,
            crossref: fields.parse("CROSSREF_BASE_URL", base_url)?,
            wikipedia: fields.parse("WIKIPEDIA_BASE_URL", base_url)?,
        }),
        "searxng" => searxng.map(SearchProvider::Searxng).ok_or(ConfigError::Missing { name: "SEARXNG_URL" }),
        name => match KEYED_PROVIDERS.iter().find(|provider| provider.name == name) {
            Some(KeyedProvider { name, base_url: base, key }) => Ok(SearchProvider::Keyed(
                name,
                KeyedService { base: fields.parse(base, base_url)?, key: fields.parse(key, key_text)? },
            )),
            None => {
                let keyed: Vec<&str> = KEYED_PROVIDERS.iter().map(|provider| provider.name).collect();
                let why = format!("{name:?} is none of open, searxng, {}, none", keyed.join(", "));
                Err(fields.bad("SEARCH_PROVIDER", why))
            }
        },
    }
}

/// Fit for a header and an address; the text is not repeated.
fn key_text(value: &str) -> Result<Secret, String> {
    match value.bytes().all(|b| b.is_ascii_graphic()) && value.len() <= 500 {
        true => Ok(Secret::new(value)),
        false => {
            Err("this is no key: it has spaces, letters outside ASCII, or more than 500 characters".into())
        }
    }
}

/// Fit for the User-Agent, where brackets would end the comment that it stands in.
fn contact(value: &str) -> Result<String, String> {
    let is_address = value.contains('@') || value.starts_with("https://") || value.starts_with("http://");
    let is_plain = value.bytes().all(|b| b.is_ascii_graphic() && !b"()\\<>\"".contains(&b));
    match is_address && is_plain && value.len() <= 100 {
        true => Ok(value.into()),
        false => Err(format!("{value:?} is neither an e-mail address nor a web address")),
    }
}

/// People put the whole connection string here, with the password in it; so the text is not repeated.
fn host_name(value: &str) -> Result<(), String> {
    if value.contains(['/', '@', ' ']) {
        return Err("this is no host name; a whole connection string belongs into DATABASE_URL".into());
    }
    match value.contains(':') && value.parse::<Ipv6Addr>().is_err() {
        true => Err("this is no host name alone; the port belongs in DB_PORT".into()),
        false => Ok(()),
    }
}

fn stage(value: &str) -> Result<Stage, String> {
    match value {
        "development" => Ok(Stage::Development),
        "production" => Ok(Stage::Production),
        other => Err(format!("{other:?} is neither development nor production")),
    }
}

fn sslmode(value: &str) -> Result<TlsMode, String> {
    [TlsMode::Disable, TlsMode::Require, TlsMode::VerifyCa, TlsMode::VerifyFull]
        .into_iter()
        .find(|mode| mode.as_str() == value)
        .ok_or_else(|| format!("{value:?} is none of require, verify-ca, verify-full, disable"))
}

fn temperature(value: &str) -> Result<f64, String> {
    let temperature: f64 = number(value)?;
    match (0.0..=2.0).contains(&temperature) {
        true => Ok(temperature),
        false => Err(format!("{value} is not between 0 and 2")),
    }
}

fn log_level(value: &str) -> Result<log::LevelFilter, String> {
    value.to_lowercase().parse().map_err(|_| format!("{value:?} is no level"))
}

fn ip_address(value: &str) -> Result<IpAddr, String> {
    let value = if value == "localhost" { "127.0.0.1" } else { value };
    value.parse().map_err(|_| format!("{value:?} is not an IP address; 0.0.0.0 means every interface"))
}

pub(super) fn base_url(value: &str) -> Result<Url, String> {
    match Url::parse(value) {
        Ok(url) if !url.username().is_empty() || url.password().is_some() => {
            Err("a user name or password in the address is not supported".into())
        }
        Ok(url) if matches!(url.scheme(), "http" | "https") && url.host_str().is_some() => Ok(url),
        Ok(_) | Err(url::ParseError::RelativeUrlWithoutBase) => {
            Err(format!("{value:?} does not begin with http:// or https://"))
        }
        Err(e) => Err(format!("{value:?} is not an address: {e}")),
    }
}

fn path(value: &str) -> Result<PathBuf, String> {
    Ok(PathBuf::from(value))
}

pub(super) fn number<T: FromStr>(value: &str) -> Result<T, String> {
    value.parse().map_err(|_| format!("{value:?} is not a number that fits"))
}

pub(super) fn seconds(value: &str, least: f64, most: f64) -> Result<Duration, String> {
    let seconds: f64 = number(value)?;
    if !(least..=most).contains(&seconds) {
        return Err(format!("{value} is not between {least} and {most} seconds"));
    }
    Ok(Duration::from_secs_f64(seconds))
}

fn milliseconds(value: &str) -> Result<Duration, String> {
    let milliseconds: u64 = number(value)?;
    if !(10..=120_000).contains(&milliseconds) {
        return Err(format!("{value} is not between 10 and 120000 milliseconds"));
    }
    Ok(Duration::from_millis(milliseconds))
}
