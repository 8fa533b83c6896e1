//! Who reads, writes and is searched: asked for until each answers, or is to be taken all the same.
use super::{
    super::{ask, doctor::print, failure::Failure, output::Output},
    answers::{Answers, SEARCH, Topic},
};
use crate::{
    config::{KEYED_PROVIDERS, Settings},
    doctor::{self, Finding, Verdict},
};

/// One of doctor's checks.
type Examine = fn(&Settings, &mut dyn FnMut(Finding));

/// The models, while the search is still open.
pub const MODELS: Service =
    Service { examine: doctor::examine_models, still_open: &[SEARCH], ask: ask_for_model };

/// The search, which is asked about last.
pub const SEARCHES: Service =
    Service { examine: doctor::examine_search, still_open: &[], ask: ask_for_search };

/// What is asked for, and how it is tried.
pub struct Service {
    examine: Examine,
    still_open: &'static [Topic],
    ask: fn(&mut Answers) -> Result<(), Failure>,
}

impl Service {
    /// Asks, and tries each answer.
    pub fn ask(&self, answers: &mut Answers, output: &mut Output<'_>) -> Result<(), Failure> {
        let before = answers.so_far();
        loop {
            (self.ask)(answers)?;
            match self.check(answers, output) {
                Ok(()) => return Ok(()),
                Err(Failure::Told(report)) => ask::say_failed(&report),
                Err(broken) => return Err(broken),
            }
            // What cannot even be tried would keep scribe from starting.
            if answers.settings(self.still_open).is_ok() && ask::agree("  Take it all the same?", false)? {
                return Ok(());
            }
            // Only what is taken in the end is to be written.
            answers.take_back_since(before.clone());
        }
    }

    /// Tries what is answered.
    pub fn check(&self, answers: &Answers, output: &mut Output<'_>) -> Result<(), Failure> {
        let settings = answers.settings(self.still_open)?;
        let mut printed = Ok(());
        let mut failed = None;
        (self.examine)(&settings, &mut |finding| match finding.verdict {
            Verdict::Failed => failed = Some(finding),
            _ if printed.is_ok() => printed = print(&finding, output),
            _ => (),
        });
        printed?;
        match failed {
            None => Ok(()),
            Some(Finding { check, fact, remedy, .. }) => {
                let what = format!("{} cannot be used", check.as_str());
                Err(Failure::because(what, fact, remedy.unwrap_or_default()))
            }
        }
    }
}

fn ask_for_model(answers: &mut Answers) -> Result<(), Failure> {
    ask::say("Model: reads pages, and words what it found");
    ask::say(
        "  builtin (by rules: no key, no cost), anthropic:MODEL, openai:MODEL (also Ollama and every other server of \
         that kind), e.g. anthropic:claude-haiku-5-5",
    );
    let composer = answers.get("EMAIL_COMPOSER_MODEL").unwrap_or("builtin").to_owned();
    let offered = answers.offer("EMAIL_COMPOSER_MODEL").unwrap_or("builtin").to_owned();
    let others =
        ["TEMPLATE_PARSER_MODEL", "WEB_SCRAPER_MODEL"].map(|name| answers.get(name).map(String::from));
    let differs = others.iter().flatten().any(|other| *other != composer);
    if differs {
        let [templates, pages] = &others;
        let templates = templates.as_deref().unwrap_or("builtin");
        let pages = pages.as_deref().unwrap_or(templates);
        ask::say(&format!("  now {templates} for templates, {pages} for pages, {composer} for e-mails"));
        if ask::agree("  Keep these?", true)? {
            return ask_for_keys(answers);
        }
    }
    let model = ask_until_right(answers, "EMAIL_COMPOSER_MODEL", "  Model", &offered)?;
    if differs || model != composer {
        answers.set("TEMPLATE_PARSER_MODEL", &*model);
        if answers.is_set("WEB_SCRAPER_MODEL") {
            answers.unset("WEB_SCRAPER_MODEL");
        }
    }
    ask_for_keys(answers)
}

/// What the models that are chosen need.
fn ask_for_keys(answers: &mut Answers) -> Result<(), Failure> {
    let names = ["EMAIL_COMPOSER_MODEL", "TEMPLATE_PARSER_MODEL", "WEB_SCRAPER_MODEL"];
    let uses = |answers: &Answers, provider: &str| {
        names.iter().any(|name| answers.get(name).is_some_and(|model| model.starts_with(provider)))
    };
    if uses(answers, "anthropic:") {
        ask_for_key(answers, "ANTHROPIC_API_KEY", "  Anthropic's key")?;
    }
    if uses(answers, "openai:") {
        ask_for_plain(answers, "OPENAI_BASE_URL", "  Address of the server")?;
        ask_for_key(answers, "OPENAI_API_KEY", "  Its key, if it wants one")?;
    }
    Ok(())
}

fn ask_for_search(answers: &mut Answers) -> Result<(), Failure> {
    ask::say("Search: where people and their pages are found");
    ask::say(
        "  open (OpenAlex, Crossref, Wikipedia: no key), searxng (a server of yours), exa or brave (the whole web, \
         with a key), none",
    );
    let default = if answers.is_set("SEARXNG_URL") { "searxng" } else { "open" };
    let now = answers.get("SEARCH_PROVIDER").map(String::from);
    let offered = answers.offer("SEARCH_PROVIDER").unwrap_or(default).to_owned();
    let provider = ask_until_right(answers, "SEARCH_PROVIDER", "  Search", &offered)?;
    if now.is_none() && provider == default {
        answers.unset("SEARCH_PROVIDER");
    }
    if provider == "searxng" {
        ask_for_plain(answers, "SEARXNG_URL", "  Address of the server")?;
    }
    if let Some(keyed) = KEYED_PROVIDERS.iter().find(|keyed| keyed.name == provider) {
        ask_for_key(answers, keyed.key, "  Its key")?;
    }
    if provider != "none" {
        ask::say("  The sites that are asked want to know whom to write to if something is wrong.");
        ask_for_plain(answers, "CONTACT", "  Your e-mail or web address")?;
    }
    Ok(())
}

fn ask_for_key(answers: &mut Answers, name: &'static str, label: &str) -> Result<(), Failure> {
    let offered = answers.offer(name).map(String::from);
    if let Some(key) = ask::secret(label, offered.is_some())?.or(offered) {
        set(answers, name, &key);
    }
    Ok(())
}

fn ask_for_plain(answers: &mut Answers, name: &'static str, label: &str) -> Result<(), Failure> {
    let offered = answers.offer(name).unwrap_or_default().to_owned();
    ask_until_right(answers, name, label, &offered).map(drop)
}

/// Asks until the answer can be a value of that setting. Nothing is offered where that is empty.
fn ask_until_right(
    answers: &mut Answers,
    name: &'static str,
    label: &str,
    offered: &str,
) -> Result<String, Failure> {
    let offered = Some(offered).filter(|offered| !offered.is_empty());
    loop {
        let before = answers.so_far();
        let Some(answer) = ask::text(label, offered)? else { return Ok(String::new()) };
        set(answers, name, &answer);
        if ask::is_right(answers.mistake(name).map_or(Ok(()), Err))? {
            return Ok(answer);
        }
        answers.forget_since(before);
    }
}

/// What is in force already need not be written.
fn set(answers: &mut Answers, name: &'static str, value: &str) {
    if answers.get(name) != Some(value) {
        answers.set(name, value);
    }
}
