//! Gathered texts by name, and what is wrong with one, at its place.
use super::{ConfigError, Origin, sources::RawSettings};

/// The gathered texts, looked up by name.
pub(super) struct Fields<'a>(pub(super) &'a RawSettings);

impl Fields<'_> {
    pub(super) fn get(&self, name: &'static str) -> Option<&str> {
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
