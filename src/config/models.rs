//! Which models are used, and what reaching them takes.
use std::{fmt, net::IpAddr, time::Duration};

use url::{Host, Url};

use super::{
    ConfigError, MicroUsd, Secret,
    fields::Fields,
    values::{base_url, number, seconds},
};

/// A model, by its provider.
#[derive(Debug, Clone, PartialEq)]
pub enum ModelChoice {
    /// Rules; no key, no network.
    Builtin,
    /// A service that answers over HTTP.
    Remote(RemoteModel),
}

/// A model behind a service.
#[derive(Debug, Clone, PartialEq)]
pub struct RemoteModel {
    /// Whose wire format the service speaks.
    pub provider: Provider,
    /// The model, as the service names it.
    pub model: String,
    /// The service's base address; may be on a private network.
    pub base_url: Url,
    /// The key; a server of one's own may need none.
    pub key: Option<Secret>,
    /// What the sampling is asked for, where the model takes it.
    pub temperature: Option<f64>,
    /// The longest wait for one answer, further tries included.
    pub timeout: Duration,
    /// What tokens cost, where that is set.
    pub prices: Option<Prices>,
}

/// A wire format.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Provider {
    /// Anthropic's Messages API.
    Anthropic,
    /// OpenAI's chat completions, which many servers speak.
    OpenAi,
}

/// What models may cost; without a bound nothing is refused.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Budget {
    /// For one recipient, each attempt by itself.
    pub item: Option<MicroUsd>,
    /// On one day, UTC, by all scribes on the same database together.
    pub day: Option<MicroUsd>,
}

/// Prices in USD per million tokens.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prices {
    /// Of what is sent.
    pub input: f64,
    /// Of what comes back.
    pub output: f64,
}

impl Prices {
    /// What so many tokens cost. A price per million in USD is one per token in millionths.
    #[expect(clippy::cast_precision_loss, reason = "nobody uses 2^53 tokens")]
    pub fn cost(self, input: u64, output: u64) -> MicroUsd {
        MicroUsd::rounded_up(input as f64 * self.input + output as f64 * self.output)
    }
}

impl Provider {
    const ALL: [Provider; 2] = [Provider::Anthropic, Provider::OpenAi];

    /// The word before the colon.
    pub fn as_str(self) -> &'static str {
        match self {
            Provider::Anthropic => "anthropic",
            Provider::OpenAi => "openai",
        }
    }

    fn key_name(self) -> &'static str {
        match self {
            Provider::Anthropic => "ANTHROPIC_API_KEY",
            Provider::OpenAi => "OPENAI_API_KEY",
        }
    }

    fn base_url_name(self) -> &'static str {
        match self {
            Provider::Anthropic => "ANTHROPIC_BASE_URL",
            Provider::OpenAi => "OPENAI_BASE_URL",
        }
    }

    /// The vendors' own services refuse who has no key; what stands elsewhere may need none.
    fn needs_key(self, base_url: &Url) -> bool {
        self == Provider::Anthropic || base_url.host_str() == Some("api.openai.com")
    }
}

impl fmt::Display for ModelChoice {
    /// As it is written in the settings and in the metadata.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ModelChoice::Builtin => f.write_str("builtin"),
            ModelChoice::Remote(remote) => remote.fmt(f),
        }
    }
}

impl fmt::Display for RemoteModel {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}:{}", self.provider.as_str(), self.model)
    }
}

/// The bounds, which only models with prices can keep to. Where all models are free, nothing is bounded.
pub(super) fn budget(fields: &Fields<'_>, models: &[&ModelChoice]) -> Result<Budget, ConfigError> {
    let remote = models.iter().filter_map(|model| match model {
        ModelChoice::Remote(remote) => Some(remote),
        ModelChoice::Builtin => None,
    });
    let unpriced = remote.clone().find(|model| model.prices.is_none());
    let bound = |name| match (fields.optional(name, MicroUsd::budget)?, unpriced) {
        (Some(_), Some(model)) => {
            Err(ConfigError::PriceMissing { origin: fields.origin(name), name, model: model.to_string() })
        }
        (bound, _) => Ok(bound),
    };
    let budget = Budget { item: bound("MODEL_ITEM_BUDGET")?, day: bound("MODEL_DAY_BUDGET")? };
    let costs = remote.filter_map(|model| model.prices).any(|it| it.input > 0.0 || it.output > 0.0);
    Ok(if costs { budget } else { Budget::default() })
}

/// The model of the setting of that name; another's where it is not set.
pub(super) fn choice_or(
    fields: &Fields<'_>,
    name: &'static str,
    temperature: Option<f64>,
    other: &ModelChoice,
) -> Result<ModelChoice, ConfigError> {
    match fields.optional(name, parts)? {
        Some(_) => choice(fields, name, temperature),
        None => Ok(other.clone()),
    }
}

/// The model of the setting of that name.
pub(super) fn choice(
    fields: &Fields<'_>,
    name: &'static str,
    temperature: Option<f64>,
) -> Result<ModelChoice, ConfigError> {
    let Some((provider, model)) = fields.parse(name, parts)? else { return Ok(ModelChoice::Builtin) };
    if provider == Provider::Anthropic && temperature.is_some_and(|temperature| temperature > 1.0) {
        let why = "Anthropic's models take 0 to 1".to_owned();
        return Err(fields.bad("EMAIL_COMPOSER_TEMPERATURE", why));
    }
    let base_url = fields.parse(provider.base_url_name(), service)?;
    let key = fields.optional(provider.key_name(), key)?;
    if key.is_none() && provider.needs_key(&base_url) {
        let model = format!("{}:{model}", provider.as_str());
        return Err(ConfigError::KeyMissing {
            origin: fields.origin(name),
            name,
            model,
            key: provider.key_name(),
        });
    }
    if key.is_some() && base_url.scheme() == "http" && !is_near(&base_url) {
        let why = format!("http would send {} in plain text; use https", provider.key_name());
        return Err(fields.bad(provider.base_url_name(), why));
    }
    let prices = fields.optional("MODEL_PRICES", prices)?.unwrap_or_default();
    let full_name = format!("{}:{model}", provider.as_str());
    Ok(ModelChoice::Remote(RemoteModel {
        prices: prices.into_iter().find(|(name, _)| *name == full_name).map(|(_, prices)| prices),
        timeout: fields.parse("MODEL_TIMEOUT", |v| seconds(v, 1.0, 300.0))?,
        provider,
        model,
        base_url,
        key,
        temperature,
    }))
}

/// `None` for the builtin.
fn parts(value: &str) -> Result<Option<(Provider, String)>, String> {
    if value == "builtin" {
        return Ok(None);
    }
    let unknown =
        || format!("there is no model {value:?}; write provider:model, e.g. anthropic:claude-haiku-5-5");
    let (provider, model) = value.split_once(':').ok_or_else(unknown)?;
    let provider = Provider::ALL.into_iter().find(|p| p.as_str() == provider).ok_or_else(unknown)?;
    let is_name = !model.is_empty() && model.len() <= 200 && model.chars().all(|c| c.is_ascii_graphic());
    if is_name { Ok(Some((provider, model.to_owned()))) } else { Err(unknown()) }
}

/// A key in the wrong place must not be repeated by an error or a log.
fn service(value: &str) -> Result<Url, String> {
    let url = base_url(value)?;
    match url.query().or(url.fragment()) {
        Some(_) => Err("an address with ? or # cannot be used; keys have files of their own".into()),
        None => Ok(url),
    }
}

fn key(value: &str) -> Result<Secret, String> {
    match value.chars().all(|c| c.is_ascii_graphic()) {
        true => Ok(Secret::new(value)),
        false => Err("a key is one word of letters, digits and signs; copy it again".into()),
    }
}

/// Whether an address is on this machine or on a private network, as far as the name alone tells.
fn is_near(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => {
            !name.contains('.')
                || [".local", ".lan", ".internal", ".localhost"].iter().any(|end| name.ends_with(end))
        }
        Some(Host::Ipv4(ip)) => ip.is_loopback() || ip.is_private() || ip.is_link_local(),
        Some(Host::Ipv6(ip)) => {
            IpAddr::V6(ip).is_loopback() || ip.is_unique_local() || ip.is_unicast_link_local()
        }
        None => false,
    }
}

/// `anthropic:claude-haiku-4-5=1/5, openai:other=0.1/0.4`
fn prices(value: &str) -> Result<Vec<(String, Prices)>, String> {
    value.split(',').map(str::trim).filter(|entry| !entry.is_empty()).map(price).collect()
}

fn price(entry: &str) -> Result<(String, Prices), String> {
    let shape =
        || format!("{entry:?} is not of the form provider:model=INPUT/OUTPUT (USD per million tokens)");
    let (name, prices) = entry.rsplit_once('=').ok_or_else(shape)?;
    let (input, output) = prices.split_once('/').ok_or_else(shape)?;
    let amount = |text: &str| number::<f64>(text.trim()).ok().filter(|n| (0.0..=10_000.0).contains(n));
    let (Some(input), Some(output)) = (amount(input), amount(output)) else { return Err(shape()) };
    match parts(name.trim()) {
        Ok(Some(_)) => Ok((name.trim().to_owned(), Prices { input, output })),
        _ => Err(shape()),
    }
}
