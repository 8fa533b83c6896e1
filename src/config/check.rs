//! From texts to [`Settings`]. Of each value its own file knows the rules; here is what becomes of mistakes.
use std::net::SocketAddr;

use super::{
    ConfigError, Origin, Settings,
    database::database,
    fields::Fields,
    models,
    sources::{Gathered, Raw, RawSettings},
    values::{ip_address, log_level, number, path, seconds, stage, temperature},
    web::web,
};

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
