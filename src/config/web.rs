//! The web side: who is searched with, and how fast whom may be asked.
use std::time::Duration;

use super::{
    ConfigError, KEYED_PROVIDERS, KeyedProvider, KeyedService, SearchProvider, WebSettings,
    fields::Fields,
    values::{base_url, contact, key_text, seconds},
};

/// arXiv's terms of use: no more than one request every three seconds.
const ARXIV_LEAST_INTERVAL: Duration = Duration::from_secs(3);
/// The longest time between two requests to arXiv that can be set.
pub(crate) const MOST_ARXIV_INTERVAL: Duration = Duration::from_secs(60);

/// Search, arXiv and how pages are asked for.
pub(super) fn web(fields: &Fields<'_>) -> Result<WebSettings, ConfigError> {
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
