//! Step 4: a value for every placeholder, and the e-mail.
//!
//! A model proposes values for the placeholders that need evidence; the validator judges them; code puts them in. Where
//! nothing holds, the sender's fall-back text is used, or for a detail a phrase that claims nothing, or there is no
//! e-mail.
use super::{
    Error, Request, Service, ValueOrigin, ValueSource,
    arxiv_helper::Papers,
    choosing::{Choice, choose},
    slot::{self, Kind},
    sources::Outage,
    template::{Placeholder, Template},
    template_parser::{Brief, person},
    validator::Evidence,
    web_scraper::Findings,
};
use crate::{
    model::{Model, Slot, SlotKind, Value},
    text::words::fold,
};

/// The e-mail with where its values come from: the last step's result.
#[derive(Debug)]
pub(crate) struct Letter {
    /// The whole e-mail.
    pub message: String,
    /// False where a placeholder was filled with a phrase that claims nothing.
    pub is_confident: bool,
    /// One per distinct placeholder.
    pub sources: Vec<ValueSource>,
    /// What was left out.
    pub warnings: Vec<String>,
    /// Why nobody should be sure of it.
    pub doubts: Vec<String>,
}

/// What the steps before found.
#[derive(Clone, Copy)]
pub(crate) struct Research<'a> {
    pub findings: &'a Findings,
    pub papers: &'a Papers,
}

/// Writes the e-mail.
pub(crate) fn run(
    request: &Request,
    brief: &Brief<'_>,
    research: Research<'_>,
    composer: &dyn Model,
) -> Result<Letter, Error> {
    let slots = slots(&brief.template);
    let refs = research.papers.refs();
    let fixed_text = brief.template.fixed_text();
    let facts = &research.findings.facts;
    let evidence = Evidence { person: person(request), fixed_text: &fixed_text, facts, papers: &refs };
    let Choice { values: chosen, mut warnings, doubts } =
        choose(composer, &request.template, &slots, evidence)?;
    let mut filled: Vec<ValueSource> = Vec::new();
    let mut missing: Vec<&Placeholder<'_>> = Vec::new();
    for placeholder in brief.template.placeholders() {
        let is_done = filled.iter().any(|source| source.placeholder == placeholder.raw)
            || missing.iter().any(|other| other.raw == placeholder.raw);
        if is_done {
            continue;
        }
        let value = slots.iter().position(|slot| wants(placeholder, slot)).and_then(|at| chosen[at].as_ref());
        match sourced(placeholder, request, value, research)
            .or_else(|| unsourced(placeholder, request, &mut warnings))
        {
            Some(source) => filled.push(source),
            None => missing.push(placeholder),
        }
    }
    if !missing.is_empty() {
        return Err(cannot_fill(&missing, research));
    }
    Ok(Letter {
        message: brief.template.fill(|placeholder| value_of(&filled, placeholder)),
        is_confident: filled.iter().all(|source| source.from != ValueOrigin::Neutral),
        sources: filled,
        warnings,
        doubts,
    })
}

/// The distinct things to find evidence for: `{{paper}}` and `{{Paper|your work}}` are one.
fn slots(template: &Template<'_>) -> Vec<Slot> {
    let mut slots: Vec<Slot> = Vec::new();
    for placeholder in template.placeholders() {
        if let Kind::Evidence(kind) = placeholder.kind
            && !slots.iter().any(|slot| wants(placeholder, slot))
        {
            slots.push(Slot { name: placeholder.name.to_owned(), kind });
        }
    }
    slots
}

fn wants(placeholder: &Placeholder<'_>, slot: &Slot) -> bool {
    placeholder.kind == Kind::Evidence(slot.kind) && fold(placeholder.name) == fold(&slot.name)
}

fn value_of<'s>(filled: &'s [ValueSource], placeholder: &Placeholder<'_>) -> &'s str {
    // every placeholder is in the list, or there would be no letter
    filled
        .iter()
        .find(|source| source.placeholder == placeholder.raw)
        .map_or("", |source| source.value.as_str())
}

/// What the request gives, or what the model found.
fn sourced(
    placeholder: &Placeholder<'_>,
    request: &Request,
    value: Option<&Value>,
    research: Research<'_>,
) -> Option<ValueSource> {
    if let Some(given) = slot::given(placeholder, request) {
        let from = if placeholder.kind == Kind::Given { ValueOrigin::File } else { ValueOrigin::Sender };
        return Some(source(placeholder, given, from));
    }
    let value = value?;
    let page = |&fact: &usize| research.findings.urls.get(research.findings.facts.get(fact)?.page).cloned();
    let paper = |&paper: &usize| Some(research.papers.list.get(paper)?.url.clone());
    let mut urls: Vec<String> = value.facts.iter().filter_map(page).collect();
    urls.extend(value.papers.iter().filter_map(paper));
    let mut seen = Vec::new();
    urls.retain(|url| {
        !seen.contains(url) && {
            seen.push(url.clone());
            true
        }
    });
    let is_paper = placeholder.kind.asks_for_paper() || value.facts.is_empty();
    let from = if is_paper { ValueOrigin::Paper } else { ValueOrigin::Page };
    Some(ValueSource { urls, ..source(placeholder, value.text.trim().to_owned(), from) })
}

/// The sender's fall-back text, or a phrase that claims nothing.
fn unsourced(
    placeholder: &Placeholder<'_>,
    request: &Request,
    warnings: &mut Vec<String>,
) -> Option<ValueSource> {
    if let Some(text) = placeholder.fallback {
        warnings.push(format!("nothing was found for {}, so its fall-back text was used", placeholder.raw));
        return Some(source(placeholder, text.to_owned(), ValueOrigin::Fallback));
    }
    if placeholder.kind != Kind::Evidence(SlotKind::Detail) {
        return None;
    }
    warnings
        .push(format!("nothing was found for {}, so a phrase that claims nothing was used", placeholder.raw));
    let phrase = format!("your work on {}", request.recipient_interest.trim());
    Some(source(placeholder, phrase, ValueOrigin::Neutral))
}

fn source(placeholder: &Placeholder<'_>, value: String, from: ValueOrigin) -> ValueSource {
    ValueSource { placeholder: placeholder.raw.to_owned(), value, from, urls: Vec::new() }
}

/// Without evidence there is no e-mail. If it may be there and the source was away, later; else the owner must act.
fn cannot_fill(missing: &[&Placeholder<'_>], research: Research<'_>) -> Error {
    let outage = |placeholder: &&Placeholder<'_>| outage_behind(placeholder.kind, research);
    if let Some(outages) = missing.iter().map(outage).collect::<Option<Vec<_>>>()
        && let Some(outage) = outages.first()
    {
        let message =
            format!("nothing was found for {} while a source was away: {}", missing[0].raw, outage.message);
        let service = outage.service.map(Service::from);
        return Error::Transient { message, retry_after: outage.retry_after, service };
    }
    let names: Vec<&str> = missing.iter().map(|placeholder| placeholder.raw).collect();
    let first = missing[0];
    let mut message = format!(
        "nothing that a source supports was found for {}; give a fall-back text in the template, such as {}",
        names.join(", "),
        with_fallback(first)
    );
    let needs_pages = missing.iter().any(|p| !p.kind.asks_for_paper());
    if needs_pages && !research.findings.searched {
        message.push_str("; no page was read, because SEARCH_PROVIDER is none");
    }
    Error::Item(message)
}

fn outage_behind(kind: Kind, research: Research<'_>) -> Option<&Outage> {
    if kind.asks_for_paper() { research.papers.outage.as_ref() } else { research.findings.outage.as_ref() }
}

fn with_fallback(placeholder: &Placeholder<'_>) -> String {
    let text = match placeholder.kind {
        Kind::Evidence(SlotKind::PaperTitle) => "your recent work",
        Kind::Evidence(SlotKind::PaperYear) => "recently",
        Kind::Evidence(SlotKind::Book) => "your books",
        Kind::Evidence(SlotKind::Institution) => "your institution",
        _ => "your work",
    };
    format!("{{{{{}|{text}}}}}", placeholder.name)
}

#[cfg(test)]
#[path = "email_composer_tests.rs"]
mod tests;
