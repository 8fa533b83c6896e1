//! Settings from real files in a directory of each test's own.
use std::{collections::HashMap, ffi::OsString, fs, os::unix::ffi::OsStringExt, path::PathBuf};

use super::*;

/// A configuration file, its secrets and an environment.
struct Fixture {
    directory: PathBuf,
    environment: HashMap<String, OsString>,
}

impl Fixture {
    fn new(toml: &str) -> Fixture {
        let directory = std::env::temp_dir().join(format!("scribe-config-{}", uuid::Uuid::new_v4()));
        fs::create_dir_all(directory.join("secrets")).unwrap();
        fs::write(directory.join("scribe.toml"), toml).unwrap();
        Fixture { directory, environment: HashMap::new() }
    }

    fn env(mut self, name: &str, value: impl Into<OsString>) -> Self {
        self.environment.insert(name.into(), value.into());
        self
    }

    fn secret(self, name: &str, value: &str) -> Self {
        fs::write(self.directory.join("secrets").join(name), value).unwrap();
        self
    }

    fn load(&self) -> Result<Settings, Vec<ConfigError>> {
        let environment = |name: &str| self.environment.get(name).cloned();
        Settings::load(Some(&self.directory.join("scribe.toml")), &environment)
    }

    /// Every mistake with its remedy, a line each.
    fn error(&self) -> String {
        let mistakes = self.load().expect_err("these settings are wrong");
        let lines: Vec<String> = mistakes.iter().map(|it| format!("{it}; {}", it.remedy())).collect();
        lines.join("\n").replace(&self.directory.display().to_string(), "DIR")
    }

    /// With one more environment variable, which makes it wrong.
    fn error_with(&self, name: &str, value: &str) -> String {
        let environment =
            |n: &str| if n == name { Some(value.into()) } else { self.environment.get(n).cloned() };
        let mistakes = Settings::load(Some(&self.directory.join("scribe.toml")), &environment).unwrap_err();
        mistakes.iter().map(|it| format!("{it}; {}\n", it.remedy())).collect()
    }
}

impl Drop for Fixture {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.directory);
    }
}

const DATABASE: &str = "db_host = \"db.example\"\ndb_user = \"scribe\"\n";

#[test]
fn environment_beats_secret_file_beats_toml_beats_default() {
    let fixture = Fixture::new("port = 8001\nlog_level = \"warn\"\n").env("PORT", "8002");
    let settings = fixture.load().unwrap();
    assert_eq!(settings.health.port(), 8002);
    assert_eq!(settings.log_level, log::LevelFilter::Warn);
    assert_eq!(settings.poll_interval, Duration::from_secs(5));

    let fixture = Fixture::new(DATABASE).secret("db_password", "from-file\n");
    assert_eq!(fixture.load().unwrap().database.unwrap().password.expose(), "from-file");
    let fixture = fixture.env("DB_PASSWORD", "from-environment");
    assert_eq!(fixture.load().unwrap().database.unwrap().password.expose(), "from-environment");
}

#[test]
fn systemds_copy_of_the_secrets_comes_first() {
    let fixture = Fixture::new(DATABASE).secret("db_password", "beside the file");
    let credentials = fixture.directory.join("credentials");
    fs::create_dir(&credentials).unwrap();
    // As systemd 252 names them; "secrets" alone is the unit's answer to a directory that is missing.
    for (name, content) in
        [("secrets_db_password", "from systemd"), ("secrets_db_pasword", "x"), ("secrets", "none")]
    {
        fs::write(credentials.join(name), content).unwrap();
    }
    let fixture = fixture.env("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap());
    let settings = fixture.load().unwrap();
    assert_eq!(settings.database.unwrap().password.expose(), "from systemd");
    let strange: Vec<_> = settings.warnings.iter().filter(|w| w.contains("read by nothing")).collect();
    assert!(matches!(strange[..], [w] if w.contains("credentials/secrets_db_pasword is")), "{strange:?}");
}

#[test]
fn the_credentials_of_another_service_that_a_shell_inherited_are_not_ours() {
    let fixture = Fixture::new(DATABASE).secret("db_password", "beside the file");
    let credentials = fixture.directory.join("credentials");
    let fixture = fixture.env("CREDENTIALS_DIRECTORY", credentials.to_str().unwrap());
    let password = || fixture.load().unwrap().database.unwrap().password.expose().to_owned();
    assert_eq!(password(), "beside the file", "there is no such directory");
    fs::create_dir(&credentials).unwrap();
    fs::write(credentials.join("login.issue"), "x").unwrap();
    assert_eq!(password(), "beside the file");
    fs::write(credentials.join("secrets"), "none").unwrap();
    assert!(fixture.error().contains("DB_PASSWORD is not set"), "the unit's own, without any file");
}

#[test]
fn a_secret_that_systemd_would_not_hand_to_the_service_is_not_read_on_the_command_line_either() {
    use rustix::fs::{CWD, FileType, Mode, mknodat};
    let fixture = Fixture::new(DATABASE).secret("elsewhere", "from elsewhere");
    let secret = fixture.directory.join("secrets/db_password");
    let link = || std::os::unix::fs::symlink("elsewhere", &secret).unwrap();
    let pipe = || mknodat(CWD, &secret, FileType::Fifo, Mode::RWXU, 0).unwrap();
    for make in [&link as &dyn Fn(), &pipe] {
        make();
        let error = fixture.error();
        assert!(error.contains("secrets/db_password is no file") && error.contains("itself"), "{error}");
        fs::remove_file(&secret).unwrap();
    }
}

#[test]
fn a_mistake_names_file_line_and_column_and_the_remedy() {
    let cases = [
        ("a = [\n", "DIR/scribe.toml:1:"),
        ("port = 8000\nprot = 1\n", "DIR/scribe.toml:2:1: there is no setting \"prot\"; did you mean port?"),
        ("port = 80000\n", "PORT (DIR/scribe.toml:1:8): \"80000\" is not a number that fits"),
        ("db_password = \"x\"\n", "DIR/scribe.toml:1:1: DB_PASSWORD is a secret"),
        ("# é\nlog_level = \"loud\"\n", "LOG_LEVEL (DIR/scribe.toml:2:13): \"loud\" is no level"),
        ("port = { a = 1 }\n", "PORT (DIR/scribe.toml:1:8): neither a text nor a number"),
        ("poll_interval = 31\n", "31 is not between 0.05 and 30 seconds"),
        ("email_composer_model = \"oracle:9\"\n", "there is no model \"oracle:9\""),
        ("arxiv_interval = 1\n", "arXiv allows one request every 3 seconds"),
        ("search_provider = \"askjeeves\"\n", "\"askjeeves\" is none of open, searxng, exa, brave, none"),
        ("search_provider = \"exa\"\n", "EXA_API_KEY is not set; set EXA_API_KEY"),
        ("search_provider = \"searxng\"\n", "SEARXNG_URL is not set"),
        ("exa_api_key = \"x\"\n", "EXA_API_KEY is a secret"),
        ("contact = \"me\"\n", "\"me\" is neither an e-mail address nor a web address"),
        ("contact = \"a@b.example) evil\"\n", "neither an e-mail address"),
    ];
    for (toml, expected) in cases {
        let error = Fixture::new(toml).error();
        assert!(error.contains(expected), "{toml:?} gave {error:?}");
    }
}

#[test]
fn plain_text_to_a_database_is_refused_except_to_loopback_in_development() {
    let disabled = format!("{DATABASE}db_sslmode = \"disable\"\n");
    let fixture = Fixture::new(&disabled).env("DB_PASSWORD", "x");
    assert!(fixture.error().contains("plain text"));
    let fixture = fixture.env("DB_HOST", "127.0.0.1");
    assert_eq!(fixture.load().unwrap().database.unwrap().tls, TlsMode::Disable);
    let fixture = fixture.env("ENVIRONMENT", "production");
    assert!(fixture.error().contains("plain text"));
    let url = Fixture::new("").env("DATABASE_URL", "postgres://u:hunter2@db.example/d?sslmode=disable");
    assert!(url.error().contains("plain text") && !url.error().contains("hunter2"));
}

#[test]
fn a_database_url_replaces_all_parts() {
    let fixture = Fixture::new(&format!("{DATABASE}db_name = \"other\"\ndb_port = 1\n"))
        .env("DATABASE_URL", "postgresql://me:pw@pooler.example:6543?sslmode=verify-full&pgbouncer=true");
    let settings = fixture.load().unwrap();
    let database = settings.database.unwrap();
    assert_eq!(database.to_string(), "postgresql://me:***@pooler.example:6543/postgres?sslmode=verify-full");
    assert!(settings.warnings.iter().any(|w| w.contains("pgbouncer")), "{:?}", settings.warnings);
    let split = Fixture::new("").env("DATABASE_URL", "postgresql://me@db.example/d").env("DB_PASSWORD", "pw");
    assert_eq!(split.load().unwrap().database.unwrap().password.expose(), "pw");
    let portless = fixture.env("DATABASE_URL", "postgresql://me:pw@db.example/d").load().unwrap();
    assert_eq!(portless.database.unwrap().port, 5432);
}

#[test]
fn no_secret_shows_in_debug_output() {
    let fixture = Fixture::new(DATABASE).env("DB_PASSWORD", "hunter2");
    assert!(!format!("{:?}", fixture.load().unwrap()).contains("hunter2"));
}

#[test]
fn a_connection_string_in_the_wrong_place_is_not_repeated() {
    for name in ["DB_HOST", "SEARXNG_URL"] {
        let error = Fixture::new("").env(name, "http://u:hunter2@h.example:6543/d").error();
        assert!(!error.contains("hunter2"), "{error}");
    }
}

#[test]
fn the_search_provider_is_named_or_follows_from_a_searxng_server() {
    use SearchProvider as P;
    let search = |fixture: Fixture| fixture.load().unwrap().web.search;
    assert!(matches!(search(Fixture::new("")), P::Open { openalex_key: None, .. }));
    let searxng = "searxng_url = \"http://192.168.1.10:8888\"\n";
    assert!(matches!(search(Fixture::new(searxng)), P::Searxng(_)));
    assert!(matches!(search(Fixture::new(searxng).env("SEARCH_PROVIDER", "open")), P::Open { .. }));
    assert!(matches!(search(Fixture::new(searxng).env("SEARCH_PROVIDER", "none")), P::None));
    let exa = Fixture::new("search_provider = \"exa\"\n").secret("exa_api_key", "key-4711\n");
    let search = exa.load().unwrap().web.search;
    assert!(matches!(&search, P::Keyed("exa", service) if service.key.expose() == "key-4711"));
    assert!(!format!("{search:?}").contains("4711"));
    let odd = Fixture::new("search_provider = \"brave\"\n").env("BRAVE_API_KEY", "hunter2 x");
    assert!(odd.error().contains("this is no key") && !odd.error().contains("hunter2"));
}

#[test]
fn require_with_a_ca_file_verifies_as_libpq_does() {
    let fixture = Fixture::new(DATABASE).env("DB_PASSWORD", "x");
    assert_eq!(fixture.load().unwrap().database.unwrap().tls, TlsMode::Require);
    let ca = fixture.directory.join("ca.pem").display().to_string();
    let fixture = fixture.env("DB_SSLROOTCERT", &ca);
    assert!(fixture.error().contains("there is no file DIR/ca.pem"));
    fs::write(&ca, "").unwrap();
    assert_eq!(fixture.load().unwrap().database.unwrap().tls, TlsMode::VerifyCa);
}

#[test]
fn without_a_database_the_error_says_how_to_configure_one() {
    let settings = Fixture::new("").load().unwrap();
    let error = settings.database().unwrap_err();
    assert!(error.remedy().contains("DATABASE_URL"));
}

#[test]
fn a_file_without_an_end_is_not_read_to_it() {
    let fixture = Fixture::new(DATABASE).secret("db_password", &"x".repeat(2 << 20));
    assert!(fixture.error().contains("DIR/secrets/db_password: it has more than a megabyte"));
    let mistakes = Settings::load(Some("/dev/zero".as_ref()), &|_| None).unwrap_err();
    assert!(mistakes[0].to_string().contains("/dev/zero: it has more than a megabyte"), "{mistakes:?}");
}

#[test]
fn a_named_configuration_file_must_exist() {
    let errors = Settings::load(Some(Path::new("/nonexistent/scribe.toml")), &|_| None).unwrap_err();
    let error = errors[0].to_string();
    assert!(error.contains("cannot read /nonexistent/scribe.toml"), "{error}");
}

#[test]
fn every_mistake_is_told_at_once_and_no_other() {
    let toml = format!(
        "prot = 1\ndb_passwrod = \"x\"\nport = \"x\"\n{DATABASE}db_port = 70000\npoll_interval = 99\n"
    );
    let error = Fixture::new(&toml).error();
    assert_eq!(error.lines().count(), 6, "{error}");
    for words in
        ["\"prot\"", "\"db_passwrod\"", "PORT (DIR", "DB_PORT (DIR", "99 is not", "DB_PASSWORD is not set"]
    {
        assert!(error.contains(words), "{words}: {error}");
    }
    // What is left beside a wrong URL belongs to another database.
    let error = Fixture::new("db_host = \"db.example\"\n").error_with("DATABASE_URL", "hunter2");
    assert!(error.lines().count() == 1 && !error.contains("DB_USER"), "{error}");
}

#[test]
fn what_is_not_utf_8_in_the_environment_is_a_mistake_and_not_shown() {
    let fixture = || Fixture::new(DATABASE).env("DB_PASSWORD", "x");
    let bytes = || OsString::from_vec(b"1\xff".to_vec());
    assert!(fixture().load().is_ok());
    for name in ["MODEL_DAY_BUDGET", "DB_SSLMODE", "DB_PASSWORD", "DB_HOST", "DATABASE_URL", "ENVIRONMENT"] {
        let error = fixture().env(name, bytes()).error();
        assert!(
            error.starts_with(&format!("{name} (environment): holds bytes that are not UTF-8")),
            "{error}"
        );
        assert_eq!(error.lines().count(), 1, "{error}");
    }
}

#[test]
fn what_people_get_wrong_about_the_database_has_its_own_words_and_a_remedy() {
    let fixture = Fixture::new(DATABASE).env("DB_PASSWORD", "x");
    let directory = fixture.directory.display().to_string();
    for (name, value, words, remedy) in [
        (
            "DATABASE_URL",
            "postgresql://u:[YOUR-PASSWORD]@h:6543/d",
            "[YOUR-PASSWORD] still",
            "put the password in",
        ),
        ("DB_PASSWORD", "[YOUR-PASSWORD]", "[YOUR-PASSWORD] still", "put the password of"),
        ("DATABASE_URL", "'postgresql://u:p@h/d'", "in quotes", "without quotes"),
        ("DATABASE_URL", "mysql://u:p@h/d", "begins with mysql:", "postgresql://"),
        ("DATABASE_URL", "postgresql://u:p%ff@h/d", "percent signs", "%25 for %"),
        ("DATABASE_URL", "postgresql://u:p@h:0/d", "not of the form", "host:port"),
        ("DATABASE_URL", "postgresql://u:p@h/d?sslmode=prefer", "in DATABASE_URL: \"prefer\"", "verify-full"),
        ("DB_HOST", "db.example:6543", "the port belongs in DB_PORT", "bare name"),
        ("DB_PORT", "0", "not a number that fits", "1 to 65535"),
        ("DB_SSLMODE", "verify", "none of require", "set it to require"),
        ("DB_SSLROOTCERT", "~/ca.crt", "only a shell knows ~", "whole path"),
        ("DB_SSLROOTCERT", &directory, "is a directory", "whole path"),
        ("DB_SSLROOTCERT", "/nonexistent.crt", "there is no file", "dashboard"),
    ] {
        let error = fixture.error_with(name, value);
        assert!(error.contains(words) && error.contains(remedy), "{name}={value} gave {error}");
    }
}

#[test]
fn the_stricter_of_url_and_sslmode_is_in_force_and_both_are_named() {
    let url =
        |mode: &str| Fixture::new("").env("DATABASE_URL", format!("postgresql://u:p@127.0.0.1/d{mode}"));
    for (in_url, set, mode) in [
        ("?sslmode=require", "verify-full", TlsMode::VerifyFull),
        ("?sslmode=verify-full", "require", TlsMode::VerifyFull),
        ("?sslmode=disable", "require", TlsMode::Require),
        ("", "verify-full", TlsMode::VerifyFull),
    ] {
        let settings = url(in_url).env("DB_SSLMODE", set).load().unwrap();
        assert_eq!(settings.database.unwrap().tls, mode, "{in_url} {set}");
        let both =
            settings.warnings.iter().any(|w| w.contains(set) && w.contains("DATABASE_URL says sslmode="));
        assert_eq!(both, !in_url.is_empty(), "{:?}", settings.warnings);
    }
    assert_eq!(url("?sslmode=disable").load().unwrap().database.unwrap().tls, TlsMode::Disable);
    let portless = Fixture::new("").env("DATABASE_URL", "postgresql://u:p@aws-1.pooler.supabase.com/d");
    assert!(portless.load().unwrap().warnings.iter().any(|w| w.contains("5432") && w.contains("6543")));
}

#[test]
fn secret_files_that_give_nothing_matter_where_they_are_needed_and_strange_ones_are_pointed_out() {
    let empty = Fixture::new(DATABASE).secret("db_password", "\n").secret("db_pasword", "x");
    assert!(empty.error().contains("secrets/db_password is empty; put the secret"), "{}", empty.error());
    let settings = empty.env("DB_PASSWORD", "x").load().unwrap();
    let strange =
        settings.warnings.iter().filter(|w| w.contains("secrets/db_pasword is read by nothing")).count();
    assert_eq!((strange, settings.warnings.len()), (1, 1), "{:?}", settings.warnings);
    let fixture = Fixture::new("");
    fs::create_dir(fixture.directory.join("secrets/database_url")).unwrap();
    let settings = fixture.load().unwrap();
    let needed = settings.database().unwrap_err().to_string();
    assert!(needed.contains("is no file") && needed.contains("secrets/database_url"), "{needed}");
}

#[test]
fn a_model_comes_with_its_service_key_and_price() {
    let settings = Fixture::new("email_composer_model = \"anthropic:claude-haiku-4-5\"\nemail_composer_temperature = 0.3\n\
                                 model_prices = [\"anthropic:claude-haiku-4-5=1/5\"]\n\
                                 template_parser_model = \"openai:llama3.2:3b\"\nopenai_base_url = \"http://127.0.0.1:11434/v1\"\n")
        .secret("anthropic_api_key", "sk-ant-hunter2\n")
        .load()
        .unwrap();
    let (ModelChoice::Remote(composer), ModelChoice::Remote(parser)) =
        (&settings.email_composer_model, &settings.template_parser_model)
    else {
        panic!("{settings:?}")
    };
    assert_eq!(composer.to_string(), "anthropic:claude-haiku-4-5");
    assert_eq!(composer.base_url.as_str(), "https://api.anthropic.com/");
    assert_eq!(composer.key.as_ref().unwrap().expose(), "sk-ant-hunter2");
    assert_eq!(
        (composer.temperature, composer.prices),
        (Some(0.3), Some(Prices { input: 1.0, output: 5.0 }))
    );
    assert_eq!((parser.model.as_str(), &parser.key, parser.prices), ("llama3.2:3b", &None, None));
    assert!(!format!("{settings:?}").contains("hunter2"));
}

#[test]
#[expect(clippy::too_many_lines, reason = "a table")]
fn a_model_that_cannot_work_is_a_mistake_in_the_settings() {
    let anthropic = "email_composer_model = \"anthropic:claude-haiku-4-5\"\n";
    let openai = "template_parser_model = \"openai:some\"\n";
    type Variables = &'static [(&'static str, &'static str)];
    let cases: [(&str, Variables, &str); 14] = [
        (
            anthropic,
            &[],
            "DIR/scribe.toml:1:24): anthropic:claude-haiku-4-5 needs a key, and ANTHROPIC_API_KEY is not set; put the key alone into the file secrets/anthropic_api_key",
        ),
        (openai, &[], "needs a key, and OPENAI_API_KEY is not set"),
        (
            openai,
            &[("OPENAI_BASE_URL", "http://models.example/v1"), ("OPENAI_API_KEY", "hunter2")],
            "plain text; use https",
        ),
        (openai, &[("OPENAI_BASE_URL", "https://x.example/v1?key=hunter2")], "cannot be used"),
        (openai, &[("OPENAI_API_KEY", "hunter2 \u{e9}")], "OPENAI_API_KEY (environment): a key is one word"),
        (
            anthropic,
            &[("ANTHROPIC_API_KEY", "hunter2"), ("EMAIL_COMPOSER_TEMPERATURE", "1.5")],
            "Anthropic's models take 0 to 1",
        ),
        ("", &[("EMAIL_COMPOSER_TEMPERATURE", "3")], "not between 0 and 2"),
        (
            "",
            &[("EMAIL_COMPOSER_MODEL", "claude-haiku-4-5")],
            "there is no model \"claude-haiku-4-5\"; write provider:model",
        ),
        ("", &[("EMAIL_COMPOSER_MODEL", "openai:")], "there is no model \"openai:\""),
        (anthropic, &[("ANTHROPIC_API_KEY", "hunter2"), ("MODEL_PRICES", "claude=1/5")], "not of the form"),
        (anthropic, &[("ANTHROPIC_API_KEY", "hunter2"), ("MODEL_TIMEOUT", "301")], "not between 1 and 300"),
        (
            anthropic,
            &[("ANTHROPIC_API_KEY", "hunter2"), ("MODEL_DAY_BUDGET", "2")],
            "in MODEL_PRICES, so nobody knows",
        ),
        (
            "",
            &[
                ("WEB_SCRAPER_MODEL", "openai:a"),
                ("OPENAI_BASE_URL", "http://localhost"),
                ("MODEL_ITEM_BUDGET", "2"),
            ],
            "openai:a has no price",
        ),
        ("", &[("MODEL_DAY_BUDGET", "2 USD")], "no amount in USD"),
    ];
    for (toml, environment, expected) in cases {
        let fixture =
            environment.iter().fold(Fixture::new(toml), |fixture, (name, value)| fixture.env(name, value));
        let error = fixture.error();
        assert!(
            error.contains(expected) && !error.contains("hunter2"),
            "{toml} {environment:?} gave {error:?}"
        );
    }
    // A server of one's own, on one's own network, may do without.
    for address in
        ["http://192.168.1.5:8080/v1", "http://pi:8080/v1", "http://[::1]:1234/v1", "https://x.example/v1"]
    {
        Fixture::new(openai).env("OPENAI_BASE_URL", address).env("OPENAI_API_KEY", "x").load().unwrap();
    }
}

#[test]
fn the_timeouts_of_the_database_are_seconds_and_milliseconds() {
    let database = |fixture: Fixture| fixture.load().unwrap().database.unwrap();
    let set = database(
        Fixture::new(DATABASE)
            .env("DB_PASSWORD", "hunter2")
            .env("DB_CONNECT_TIMEOUT", "0.5")
            .env("DB_STATEMENT_TIMEOUT", "250"),
    );
    assert_eq!(set.connect_timeout, Duration::from_millis(500));
    assert_eq!(set.statement_timeout, Duration::from_millis(250));
    let url = "postgresql://scribe:hunter2@db.example/scribe?connect_timeout=7";
    let set = database(Fixture::new("").env("DATABASE_URL", url).env("DB_CONNECT_TIMEOUT", "0.5"));
    assert_eq!(set.connect_timeout, Duration::from_secs(7), "the URL's, as libpq has it");
    assert_eq!(set.statement_timeout, Duration::from_secs(30));
}
