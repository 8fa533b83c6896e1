//! What a single value may be: from its text to its type, or why not.
use std::{
    fs::File,
    io::ErrorKind,
    net::{IpAddr, Ipv6Addr},
    path::{Path, PathBuf},
    str::FromStr,
    time::Duration,
};

use url::Url;

use super::{Secret, Stage, TlsMode, database_url};

/// Whether a file can be read at all; what is in it shows later.
pub(super) fn readable(path: &Path) -> Result<(), String> {
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
pub(super) fn secret(value: &str) -> Result<Secret, String> {
    match database_url::placeholder(value) {
        Some(placeholder) => Err(format!("{placeholder} still stands where the password belongs")),
        None => Ok(Secret::new(value)),
    }
}

/// Fit for a header and an address; the text is not repeated.
pub(super) fn key_text(value: &str) -> Result<Secret, String> {
    match value.bytes().all(|b| b.is_ascii_graphic()) && value.len() <= 500 {
        true => Ok(Secret::new(value)),
        false => {
            Err("this is no key: it has spaces, letters outside ASCII, or more than 500 characters".into())
        }
    }
}

/// Fit for the User-Agent, where brackets would end the comment that it stands in.
pub(super) fn contact(value: &str) -> Result<String, String> {
    let is_address = value.contains('@') || value.starts_with("https://") || value.starts_with("http://");
    let is_plain = value.bytes().all(|b| b.is_ascii_graphic() && !b"()\\<>\"".contains(&b));
    match is_address && is_plain && value.len() <= 100 {
        true => Ok(value.into()),
        false => Err(format!("{value:?} is neither an e-mail address nor a web address")),
    }
}

/// People put the whole connection string here, with the password in it; so the text is not repeated.
pub(super) fn host_name(value: &str) -> Result<(), String> {
    if value.contains(['/', '@', ' ']) {
        return Err("this is no host name; a whole connection string belongs into DATABASE_URL".into());
    }
    match value.contains(':') && value.parse::<Ipv6Addr>().is_err() {
        true => Err("this is no host name alone; the port belongs in DB_PORT".into()),
        false => Ok(()),
    }
}

pub(super) fn stage(value: &str) -> Result<Stage, String> {
    match value {
        "development" => Ok(Stage::Development),
        "production" => Ok(Stage::Production),
        other => Err(format!("{other:?} is neither development nor production")),
    }
}

pub(super) fn sslmode(value: &str) -> Result<TlsMode, String> {
    [TlsMode::Disable, TlsMode::Require, TlsMode::VerifyCa, TlsMode::VerifyFull]
        .into_iter()
        .find(|mode| mode.as_str() == value)
        .ok_or_else(|| format!("{value:?} is none of require, verify-ca, verify-full, disable"))
}

pub(super) fn temperature(value: &str) -> Result<f64, String> {
    let temperature: f64 = number(value)?;
    match (0.0..=2.0).contains(&temperature) {
        true => Ok(temperature),
        false => Err(format!("{value} is not between 0 and 2")),
    }
}

pub(super) fn log_level(value: &str) -> Result<log::LevelFilter, String> {
    value.to_lowercase().parse().map_err(|_| format!("{value:?} is no level"))
}

pub(super) fn ip_address(value: &str) -> Result<IpAddr, String> {
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

pub(super) fn path(value: &str) -> Result<PathBuf, String> {
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

pub(super) fn milliseconds(value: &str) -> Result<Duration, String> {
    let milliseconds: u64 = number(value)?;
    if !(10..=120_000).contains(&milliseconds) {
        return Err(format!("{value} is not between 10 and 120000 milliseconds"));
    }
    Ok(Duration::from_millis(milliseconds))
}
