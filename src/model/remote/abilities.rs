//! What a model and its server take: known from a table, or learnt from refusals and kept for the life of the process.
use crate::config::{Provider, RemoteModel};

/// Thoughts count towards the limit of an answer.
const ROOM_TO_THINK: u32 = 8000;

/// How the form of the answer is asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    /// By its schema, which the server enforces.
    Schema,
    /// As some JSON object; the schema stands in the text.
    Object,
    /// In words alone.
    Words,
}

/// What may be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Abilities {
    pub format: Format,
    pub temperature: bool,
    /// The `thinking.type` that keeps a model from thinking, where there is one.
    pub no_thinking: Option<&'static str>,
    /// Whether it thinks, so that its answer needs room for thoughts.
    pub thinks: bool,
    /// `max_completion_tokens` instead of `max_tokens`.
    pub new_limit: bool,
}

const fn row(
    prefix: &'static str,
    temperature: bool,
    no_thinking: Option<&'static str>,
    thinks: bool,
) -> (&'static str, Abilities) {
    (prefix, Abilities { format: Format::Schema, temperature, no_thinking, thinks, new_limit: false })
}

/// Anthropic's models by the begin of their name; the first that fits counts.
const ANTHROPIC: &[(&str, Abilities)] = &[
    row("claude-haiku-4-5", true, None, false),
    row("claude-sonnet-4-5", true, None, false),
    row("claude-opus-4-5", true, None, false),
    row("claude-sonnet-4-6", true, None, false),
    row("claude-opus-4-6", true, None, false),
    row("claude-opus-4-7", false, None, false),
    row("claude-opus-4-8", false, None, false),
    row("claude-haiku-5-5", false, Some("disabled"), false),
    row("claude-sonnet-5-5", false, Some("between_tools"), false),
];

/// What is not known behaves like the newest: nothing optional, and room to think.
const ANTHROPIC_UNKNOWN: Abilities = row("", false, None, true).1;

/// OpenAI's own models that think; their servers refuse a temperature.
const OPENAI_THINKING: &[&str] = &["o1", "o3", "o4", "gpt-5"];

impl Abilities {
    /// What is known beforehand.
    pub fn of(model: &RemoteModel) -> Abilities {
        match model.provider {
            Provider::Anthropic => {
                let known = ANTHROPIC.iter().find(|(prefix, _)| model.model.starts_with(prefix));
                known.map_or(ANTHROPIC_UNKNOWN, |(_, abilities)| *abilities)
            }
            Provider::OpenAi => {
                let is_vendor = model.base_url.host_str() == Some("api.openai.com");
                let thinks =
                    is_vendor && OPENAI_THINKING.iter().any(|prefix| model.model.starts_with(prefix));
                Abilities {
                    format: Format::Schema,
                    temperature: !thinks,
                    no_thinking: None,
                    thinks,
                    new_limit: is_vendor,
                }
            }
        }
    }

    /// The limit for an answer of so many tokens.
    pub fn limit(self, tokens: u32) -> u32 {
        if self.thinks { tokens + ROOM_TO_THINK } else { tokens }
    }

    /// What to try after a refusal (400) with this text, if anything is left. Each answer asks for less, so that trying
    /// ends.
    pub fn after(self, refusal: &str, provider: Provider, first: Abilities) -> Option<Abilities> {
        let refusal = refusal.to_lowercase();
        let says = |words: &[&str]| words.iter().any(|word| refusal.contains(word));
        if self.temperature && says(&["temperature"]) {
            return Some(Abilities { temperature: false, ..self });
        }
        if self.no_thinking.is_some() && says(&["thinking"]) {
            return Some(Abilities { no_thinking: None, thinks: true, ..self });
        }
        let may_swap = provider == Provider::OpenAi && self.new_limit == first.new_limit;
        if may_swap && says(&["max_tokens", "max_completion_tokens"]) {
            return Some(Abilities { new_limit: !self.new_limit, ..self });
        }
        let format = match (self.format, provider) {
            (Format::Schema, Provider::OpenAi) => Format::Object,
            (Format::Schema, Provider::Anthropic) | (Format::Object, _) => Format::Words,
            (Format::Words, _) => return None,
        };
        Some(Abilities { format, ..self })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::remote::testing::model;

    fn of(name: &str) -> Abilities {
        Abilities::of(&model(Provider::Anthropic, name, "https://api.anthropic.com"))
    }

    #[test]
    fn newer_models_are_sent_no_temperature() {
        assert!(of("claude-haiku-4-5").temperature && of("claude-haiku-4-5-20251001").temperature);
        assert!(of("claude-sonnet-4-6").temperature && !of("claude-opus-4-7").temperature);
        for newer in
            ["claude-haiku-5-5", "claude-sonnet-5-5", "claude-opus-5-5", "claude-fable-5-1", "claude-next"]
        {
            assert!(!of(newer).temperature, "{newer}");
        }
    }

    #[test]
    fn who_thinks_is_told_not_to_or_given_room() {
        assert_eq!(of("claude-haiku-5-5").no_thinking, Some("disabled"));
        assert_eq!(of("claude-sonnet-5-5").no_thinking, Some("between_tools"));
        assert!(of("claude-opus-5-5").thinks && of("claude-next").thinks && !of("claude-opus-4-7").thinks);
    }

    #[test]
    fn openais_own_servers_get_the_new_name_of_the_limit() {
        let of = |name, base| Abilities::of(&model(Provider::OpenAi, name, base));
        assert!(of("gpt-4.1", "https://api.openai.com/v1").new_limit);
        assert!(!of("gpt-5-mini", "https://api.openai.com/v1").temperature);
        assert!(!of("gpt-oss:20b", "http://127.0.0.1:11434/v1").new_limit);
    }

    #[test]
    fn each_refusal_leads_to_less_and_trying_ends() {
        for refusal in [
            "`temperature` is deprecated for this model.",
            "Unsupported parameter: 'max_tokens' is not supported with this model. Use 'max_completion_tokens' instead.",
            "Either \"json_schema\" or \"grammar\" can be specified, but not both",
            "thinking: unknown",
            "no",
        ] {
            for first in [of("claude-haiku-5-5"), Abilities::of(&model(Provider::OpenAi, "x", "http://a/v1"))]
            {
                for provider in [Provider::Anthropic, Provider::OpenAi] {
                    let mut seen = vec![first];
                    while let Some(next) = seen[seen.len() - 1].after(refusal, provider, first) {
                        assert!(!seen.contains(&next), "{refusal}: {seen:?}");
                        seen.push(next);
                    }
                    assert!(seen.len() <= 5, "{refusal}: {seen:?}");
                }
            }
        }
        let openai = Abilities::of(&model(Provider::OpenAi, "x", "http://a/v1"));
        let swapped = openai.after("use 'max_completion_tokens' instead", Provider::OpenAi, openai).unwrap();
        assert_eq!(swapped, Abilities { new_limit: true, ..openai });
    }
}
