//! DATABASE_URL: the connection string that dashboards show, taken apart.
use percent_encoding::percent_decode_str;
use url::Url;

/// What a connection string says; what it leaves out is `None`.
#[derive(Default)]
pub struct UrlParts {
    pub user: Option<String>,
    pub password: Option<String>,
    pub host: Option<String>,
    pub port: Option<u16>,
    pub name: Option<String>,
    pub sslmode: Option<String>,
    pub sslrootcert: Option<String>,
    pub connect_timeout: Option<String>,
    /// Parameters that scribe does not know; named to the user and skipped.
    pub skipped: Vec<String>,
}

/// What people paste instead; any other beginning may be a piece of a password.
const OTHERS: [&str; 6] = ["mysql", "mariadb", "mongodb", "redis", "http", "https"];

/// Takes a connection string apart. An error never repeats any of it, since it holds the password.
pub fn parse(text: &str) -> Result<UrlParts, String> {
    const SHAPE: &str = "not of the form postgresql://user:password@host:port/name \
                         (characters like @ : / # ? % in the password must be percent-encoded)";
    if text.starts_with(['"', '\'', '`']) {
        return Err("it stands in quotes, which only a shell would take away".into());
    }
    let url = Url::parse(text).map_err(|_| SHAPE.to_string())?;
    // SQLAlchemy puts the driver behind a plus: postgresql+psycopg2.
    let scheme = url.scheme().split('+').next().unwrap_or_default();
    // An @ behind the host means that the password was not encoded, and that the "host" is a piece of it.
    let is_cut = url.fragment().is_some()
        || url.path().contains('@')
        || url.query().is_some_and(|query| query.contains('@'));
    if let Some(other) = OTHERS.iter().find(|other| **other == scheme) {
        return Err(format!("it begins with {other}:, and scribe needs PostgreSQL"));
    }
    if !matches!(scheme, "postgres" | "postgresql")
        || url.port() == Some(0)
        || is_cut
        || url.host_str().is_none()
    {
        return Err(SHAPE.to_string());
    }
    let mut parts = UrlParts {
        user: decoded(url.username())?,
        password: decoded(url.password().unwrap_or_default())?,
        host: decoded(url.host_str().unwrap_or_default().trim_matches(['[', ']']))?,
        port: url.port(),
        name: decoded(url.path().trim_start_matches('/'))?,
        ..UrlParts::default()
    };
    for (key, value) in url.query_pairs() {
        let value = value.into_owned();
        match &*key {
            "sslmode" => parts.sslmode = Some(value),
            "sslrootcert" => parts.sslrootcert = Some(value),
            "connect_timeout" => parts.connect_timeout = Some(value),
            other => parts.skipped.push(other.chars().filter(char::is_ascii_graphic).take(40).collect()),
        }
    }
    Ok(parts)
}

/// What dashboards and READMEs write where the password belongs.
const PLACEHOLDERS: [&str; 4] = ["[YOUR-PASSWORD]", "[YOUR_PASSWORD]", "<password>", "YOUR-PASSWORD"];

/// The placeholder that stands where a password belongs.
pub fn placeholder(password: &str) -> Option<&'static str> {
    PLACEHOLDERS.into_iter().find(|placeholder| password.eq_ignore_ascii_case(placeholder))
}

/// A connection string as it is copied from a dashboard, ready for its password to be given apart: without what people
/// copy around it, and without a placeholder. True: it lacks the password.
pub fn as_pasted(text: &str) -> (String, bool) {
    let text = text.trim();
    let text = text.strip_prefix("DATABASE_URL=").unwrap_or(text).trim_matches(['"', '\'', '`', ' ']);
    let Ok(url) = Url::parse(text) else { return (text.into(), false) };
    let password = decoded(url.password().unwrap_or_default()).ok().flatten().unwrap_or_default();
    if password.is_empty() || placeholder(&password).is_some() {
        return (without_password(text), true);
    }
    (text.into(), false)
}

/// The same connection string for another password, which is given apart.
pub fn without_password(text: &str) -> String {
    let Ok(mut url) = Url::parse(text) else { return text.into() };
    // An address that can have no password has no host either, which is told of all such.
    let _ = url.set_password(None);
    url.into()
}

fn decoded(text: &str) -> Result<Option<String>, String> {
    let text = percent_decode_str(text)
        .decode_utf8()
        .map_err(|_| "what its percent signs stand for is not UTF-8")?;
    Ok((!text.is_empty()).then(|| text.into_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_supabase_string_in_sqlalchemy_spelling_is_understood() {
        let parts = parse(
            "postgresql+psycopg2://postgres.abc:p%40ss%2Fword@aws-1.pooler.example:6543/postgres?pgbouncer=true&sslmode=require",
        )
        .unwrap();
        assert_eq!(parts.user.as_deref(), Some("postgres.abc"));
        assert_eq!(parts.password.as_deref(), Some("p@ss/word"));
        assert_eq!(parts.host.as_deref(), Some("aws-1.pooler.example"));
        assert_eq!((parts.port, parts.name.as_deref()), (Some(6543), Some("postgres")));
        assert_eq!(parts.sslmode.as_deref(), Some("require"));
        assert_eq!(parts.skipped, ["pgbouncer"]);
    }

    #[test]
    fn an_error_never_repeats_the_password() {
        for text in [
            "postgresql://u:hunter2#x@h/d",
            "mysql://u:hunter2@h/d",
            "hunter2",
            "postgresql:///hunter2",
            "postgresql://u:x@hunter2?x@h/d",
            "postgresql://u:x@hunter2/x@h/d",
        ] {
            let error = parse(text).err().expect(text);
            assert!(!error.contains("hunter2"), "{error}");
        }
    }

    #[test]
    fn a_string_from_the_dashboard_loses_its_wrapping_and_its_placeholder() {
        for pasted in [
            "postgresql://postgres.abc:[YOUR-PASSWORD]@aws-1.pooler.example:6543/postgres",
            " DATABASE_URL=\"postgresql://postgres.abc:[your-password]@aws-1.pooler.example:6543/postgres\"\n",
            "postgresql://postgres.abc:@aws-1.pooler.example:6543/postgres",
            "postgresql://postgres.abc@aws-1.pooler.example:6543/postgres",
        ] {
            let bare = "postgresql://postgres.abc@aws-1.pooler.example:6543/postgres";
            assert_eq!(as_pasted(pasted), (bare.into(), true), "{pasted}");
        }
        let whole =
            "postgresql+psycopg2://postgres.abc:p%40ss@aws-1.pooler.example:6543/postgres?pgbouncer=true";
        assert_eq!(as_pasted(&format!("'{whole}'")), (whole.into(), false));
        assert_eq!(as_pasted("hunter2"), ("hunter2".into(), false));
    }

    #[test]
    fn an_ipv6_host_loses_its_brackets() {
        assert_eq!(parse("postgres://u:p@[::1]:5432/d").unwrap().host.as_deref(), Some("::1"));
    }
}
