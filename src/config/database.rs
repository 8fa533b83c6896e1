//! How the database is reached: an address in one piece, or host, user and the rest of it.
use std::{net::IpAddr, num::NonZeroU16, path::PathBuf};

use super::{
    ConfigError, DatabaseSettings, Origin, Stage, TlsMode,
    database_url::{self, UrlParts},
    fields::Fields,
    values::{host_name, milliseconds, number, path, readable, seconds, secret, sslmode},
};

/// What a connection string without a port means everywhere.
const POSTGRESQL_PORT: u16 = 5432;

/// The database, from its address in one piece or in several; `None` where neither is set.
pub(super) fn database(
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
