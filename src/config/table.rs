//! The one table of settings: what exists, what it defaults to, and what it means.

/// One setting. Its name is that of the environment variable; in `scribe.toml` and as a secret file it is the same in
/// lower case.
#[derive(Debug)]
pub struct Setting {
    /// The environment variable.
    pub name: &'static str,
    /// Whether it may only stand in a secret file or the environment, and is never shown.
    pub secret: bool,
    /// What holds when nobody sets it.
    pub default: Option<&'static str>,
    /// One line for people. It begins with the unit of what is a quantity.
    pub help: &'static str,
}

#[cfg(test)]
impl Setting {
    /// What its number counts, if it is a quantity.
    pub fn unit(&self) -> Option<&'static str> {
        let word = self.help.split(' ').next()?;
        ["seconds", "milliseconds", "USD"].into_iter().find(|unit| *unit == word)
    }
}

const fn plain(name: &'static str, default: Option<&'static str>, help: &'static str) -> Setting {
    Setting { name, secret: false, default, help }
}

const fn secret(name: &'static str, help: &'static str) -> Setting {
    Setting { name, secret: true, default: None, help }
}

/// A search provider that needs a key and nothing else.
#[derive(Debug)]
pub struct KeyedProvider {
    /// What SEARCH_PROVIDER calls it.
    pub name: &'static str,
    /// The setting of its base URL.
    pub base_url: &'static str,
    /// The setting of its key.
    pub key: &'static str,
}

/// Each of them. Its two settings stand in [`SETTINGS`] too, with their defaults.
pub static KEYED_PROVIDERS: &[KeyedProvider] = &[
    KeyedProvider { name: "exa", base_url: "EXA_BASE_URL", key: "EXA_API_KEY" },
    KeyedProvider { name: "brave", base_url: "BRAVE_BASE_URL", key: "BRAVE_API_KEY" },
];

/// Every setting there is, in the order in which people read them.
pub static SETTINGS: &[Setting] = &[
    secret("DATABASE_URL", "postgresql://user:password@host:port/name, instead of the DB_ parts"),
    plain("DB_USER", None, "database user; on Supabase's pooler postgres.<project>"),
    secret("DB_PASSWORD", "database password"),
    plain("DB_HOST", None, "database host"),
    plain(
        "DB_PORT",
        Some("6543"),
        "database port; 6543 is Supabase's transaction pooler (in DATABASE_URL, no port means 5432)",
    ),
    plain("DB_NAME", Some("postgres"), "database name"),
    plain(
        "DB_SSLMODE",
        Some("require"),
        "require (verify-ca where DB_SSLROOTCERT is set), verify-ca, verify-full; disable: loopback in development",
    ),
    plain("DB_SSLROOTCERT", None, "file of CA certificates (PEM) to verify the database with"),
    plain("DB_CONNECT_TIMEOUT", Some("30"), "seconds until a connection must stand, name to login"),
    plain("DB_STATEMENT_TIMEOUT", Some("30000"), "milliseconds that one statement may take"),
    plain("ENVIRONMENT", Some("development"), "development or production"),
    plain("HOST", Some("0.0.0.0"), "address on which /health answers"),
    plain("PORT", Some("8000"), "port on which /health answers; 0 takes any free one"),
    plain("LOG_LEVEL", Some("info"), "error, warn, info, debug or trace"),
    plain(
        "TEMPLATE_PARSER_MODEL",
        Some("builtin"),
        "who reads templates: builtin, anthropic:MODEL or openai:MODEL",
    ),
    plain(
        "WEB_SCRAPER_MODEL",
        None,
        "who reads pages: builtin, anthropic:MODEL or openai:MODEL; unset, as TEMPLATE_PARSER_MODEL",
    ),
    plain(
        "EMAIL_COMPOSER_MODEL",
        Some("builtin"),
        "who chooses the values: builtin, anthropic:MODEL or openai:MODEL",
    ),
    plain(
        "EMAIL_COMPOSER_TEMPERATURE",
        None,
        "0 to 1 (Anthropic) or 2 (OpenAI), for composers that take one; unset leaves it to them",
    ),
    secret("ANTHROPIC_API_KEY", "key for models named anthropic:…"),
    plain("ANTHROPIC_BASE_URL", Some("https://api.anthropic.com"), "where models named anthropic:… answer"),
    secret("OPENAI_API_KEY", "key for models named openai:…; a server of your own may need none"),
    plain(
        "OPENAI_BASE_URL",
        Some("https://api.openai.com/v1"),
        "where models named openai:… answer; any compatible server, e.g. http://127.0.0.1:11434/v1 for Ollama",
    ),
    plain("MODEL_TIMEOUT", Some("180"), "seconds until a model's answer must be there, 1 to 300"),
    plain(
        "MODEL_PRICES",
        None,
        "USD per million tokens, in and out, per model: anthropic:MODEL=1/5, openai:MODEL=0.1/0.4",
    ),
    plain(
        "MODEL_ITEM_BUDGET",
        None,
        "USD that models may cost for one recipient; the rest is done by builtin",
    ),
    plain(
        "MODEL_DAY_BUDGET",
        None,
        "USD that models may cost a day (UTC), all scribes on the database together; then work pauses",
    ),
    plain("CONTACT", None, "your e-mail or web address; every site that scribe asks is told it"),
    plain("SEARCH_PROVIDER", None, "open (no key; the default), searxng, exa, brave or none"),
    plain("SEARXNG_URL", None, "base address of a SearXNG server; set alone, it selects searxng"),
    secret("EXA_API_KEY", "key for exa"),
    secret("BRAVE_API_KEY", "key for brave"),
    secret("OPENALEX_API_KEY", "key for OpenAlex, which open asks; without one it answers less a day"),
    plain("OPENALEX_BASE_URL", Some("https://api.openalex.org"), "the OpenAlex API"),
    plain("CROSSREF_BASE_URL", Some("https://api.crossref.org"), "the Crossref API"),
    plain("WIKIPEDIA_BASE_URL", Some("https://en.wikipedia.org"), "the Wikipedia to ask"),
    plain("EXA_BASE_URL", Some("https://api.exa.ai"), "the Exa API"),
    plain("BRAVE_BASE_URL", Some("https://api.search.brave.com"), "the Brave Search API"),
    plain("HOST_INTERVAL", Some("1"), "seconds between two requests to one host, pages and searches"),
    plain("ARXIV_BASE_URL", Some("https://export.arxiv.org"), "the arXiv API"),
    plain("ARXIV_INTERVAL", Some("3"), "seconds between two requests to arXiv, at least 3 for arXiv itself"),
    plain("POLL_INTERVAL", Some("5"), "seconds between two looks at an empty queue, at most 30"),
    plain(
        "RETRY_INTERVAL",
        Some("300"),
        "seconds until what failed on the web (models, search, arXiv) is tried again, at most; 1 to 300",
    ),
    plain(
        "STOP_GRACE",
        Some("10"),
        "seconds to finish the recipient in hand after a request to stop, 0 to 60",
    ),
    plain("STATE_DIRECTORY", Some("/var/lib/scribe"), "where scribe remembers its run across restarts"),
    plain("ALLOW_PRIVATE_HOSTS", None, "private addresses or blocks that pages may be read from, for tests"),
];

/// What to do about a value that does not fit, in one sentence.
pub fn remedy(name: &str) -> String {
    match name {
        "DATABASE_URL" => "copy the string anew (Supabase: Connect, transaction pooler), postgresql://user:password@host:port/name, \
                           without quotes, and put the password in, with @ : / # ? % in it percent-encoded (%40 for @, %25 for %)"
            .into(),
        "DB_PASSWORD" => "put the password of the database there".into(),
        "DB_HOST" => "give the bare name, e.g. db.example.org; the port belongs in DB_PORT, a whole connection string in \
                      DATABASE_URL"
            .into(),
        "DB_PORT" => "give a number from 1 to 65535; Supabase's transaction pooler is on 6543".into(),
        "DB_SSLMODE" => "set it to require or, with the CA file in DB_SSLROOTCERT, to verify-full".into(),
        "DB_SSLROOTCERT" => "give the whole path of a CA file in PEM form (Supabase: from the dashboard, under the \
                             database's settings)"
            .into(),
        _ => match setting(name) {
            Some(setting) => format!("set {name} to what fits: {}", setting.help),
            None => "`scribe config show` lists every setting".into(),
        },
    }
}

/// The setting of that name, as it is written in the environment.
pub fn setting(name: &str) -> Option<&'static Setting> {
    SETTINGS.iter().find(|s| s.name == name)
}
