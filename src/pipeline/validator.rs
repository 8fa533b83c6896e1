//! The rules for a model's values. A value that breaks one is not put in; the model is told which, and asked again.
//!
//! The rules trust neither the model nor what it read: a value must rest on facts or papers from the lists, and say
//! what they say.
use super::hygiene::{
    holds_email, holds_invisible, holds_leftover, holds_mixed_scripts, holds_order, holds_url, is_imperative,
};
use crate::{
    model::{Fact, PaperRef, Person, Slot, SlotKind, Value},
    text::words::{fold, occurs, supported},
};

/// Longest value, in characters.
const MAX_VALUE: usize = 300;

/// Folded answers that say that there is none.
const NON_ANSWERS: &[&str] = &[
    "",
    "unknown",
    "none",
    "null",
    "n a",
    "na",
    "not found",
    "not available",
    "not specified",
    "not provided",
    "unspecified",
    "tbd",
    "no information",
    "no evidence",
];
/// Folded beginnings and phrases of a model that talks about its answer.
const CHATTY_BEGINNINGS: &[&str] = &[
    "here is",
    "here are",
    "heres",
    "sure",
    "certainly",
    "of course",
    "im sorry",
    "i am sorry",
    "sorry",
    "i cannot",
    "i cant",
    "i could not",
    "i couldnt",
    "i found",
    "based on the",
    "according to the",
    "as requested",
    "value",
    "answer",
    "output",
];
const CHATTY_PHRASES: &[&str] = &[
    "provided facts",
    "the facts above",
    "the given facts",
    "the placeholder",
    "this placeholder",
    "let me know",
    "hope this helps",
    "no relevant facts",
    "not mentioned in",
];

/// What values may rest on.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Evidence<'a> {
    /// Whom the e-mail is for.
    pub person: Person<'a>,
    /// What pages say.
    pub facts: &'a [Fact],
    /// The person's papers.
    pub papers: &'a [PaperRef],
}

/// A value with what it rests on looked up.
struct Claim<'a> {
    kind: SlotKind,
    text: &'a str,
    person: Person<'a>,
    facts: Vec<&'a str>,
    papers: Vec<&'a PaperRef>,
    /// An index that leads nowhere.
    dangling: bool,
    /// Where the template asks for a title, too: the paper whose title is used, if one is.
    titled: Option<Option<&'a PaperRef>>,
}

struct Rule {
    /// Short and stable.
    name: &'static str,
    /// What is demanded, in words for the model.
    demand: &'static str,
    holds: fn(&Claim<'_>) -> bool,
}

const RULES: &[Rule] = &[
    Rule { name: "length", demand: "must have 1 to 300 characters", holds: |c| fits(c.text) },
    Rule {
        name: "visible",
        demand: "must be one line without control characters, invisible characters or letters in disguise",
        holds: |c| !holds_invisible(c.text) && !holds_mixed_scripts(c.text),
    },
    Rule { name: "no-url", demand: "must not contain a web address", holds: |c| !holds_url(c.text) },
    Rule { name: "no-email", demand: "must not contain an e-mail address", holds: |c| !holds_email(c.text) },
    Rule {
        name: "no-placeholder",
        demand: "must not contain a placeholder or markup",
        holds: |c| !holds_leftover(c.text),
    },
    Rule {
        name: "no-order",
        demand: "must not contain text that is addressed to an assistant",
        holds: |c| !holds_order(c.text) && (c.kind == SlotKind::PaperTitle || !is_imperative(c.text)),
    },
    Rule {
        name: "no-chatter",
        demand: "must be the bare text to put in, without comments; leave the slot out where nothing fits",
        holds: |c| c.kind == SlotKind::PaperTitle || !is_chatter(c.text),
    },
    Rule {
        name: "cited",
        demand: "must cite at least one fact or paper, and only ones from the lists",
        holds: |c| !c.dangling && c.sources().next().is_some(),
    },
    Rule {
        name: "paper-title",
        demand: "must be the exact title of the one paper that it cites",
        holds: |c| c.kind != SlotKind::PaperTitle || matches!(c.papers[..], [paper] if paper.title == c.text),
    },
    Rule {
        name: "paper-year",
        demand: "must be the year of the very paper whose title is used, and cite that one paper",
        holds: |c| c.kind != SlotKind::PaperYear || is_its_year(c),
    },
    Rule {
        name: "stands-in-fact",
        demand: "must stand word for word in a fact that it cites",
        holds: |c| {
            !matches!(c.kind, SlotKind::Institution | SlotKind::Book)
                || c.facts.iter().any(|fact| occurs(fact, c.text))
        },
    },
    Rule {
        name: "proper-name",
        demand: "must be a name or title by itself, and not the person's own name",
        holds: |c| !matches!(c.kind, SlotKind::Institution | SlotKind::Book) || is_proper_name(c),
    },
    Rule {
        name: "quotations",
        demand: "must quote only what stands word for word in a fact or paper title that it cites",
        holds: |c| quotations(c.text).iter().all(|quoted| c.sources().any(|source| occurs(source, quoted))),
    },
    Rule {
        name: "supported",
        demand: "must say nothing that the cited facts and papers do not say",
        holds: |c| c.kind != SlotKind::Detail || supported(c.text, &c.background()),
    },
];

impl<'a> Claim<'a> {
    fn new(
        value: &'a Value,
        kind: SlotKind,
        evidence: Evidence<'a>,
        titled: Option<Option<&'a PaperRef>>,
    ) -> Self {
        let facts: Vec<_> =
            value.facts.iter().filter_map(|&i| evidence.facts.get(i)).map(|f| f.text.as_str()).collect();
        let papers: Vec<_> = value.papers.iter().filter_map(|&i| evidence.papers.get(i)).collect();
        let dangling = facts.len() < value.facts.len() || papers.len() < value.papers.len();
        Claim { kind, text: &value.text, person: evidence.person, facts, papers, dangling, titled }
    }

    fn sources(&self) -> impl Iterator<Item = &'a str> {
        self.facts.iter().copied().chain(self.papers.iter().map(|paper| paper.title.as_str()))
    }

    /// The sources, and what the sender said.
    fn background(&self) -> Vec<&'a str> {
        self.sources().chain([self.person.name, self.person.interest]).collect()
    }
}

/// Takes over the values that keep every rule, and returns what is wrong with the slots that got none because of one.
pub(crate) fn admit(
    mut values: Vec<Value>,
    slots: &[Slot],
    evidence: Evidence<'_>,
    chosen: &mut [Option<Value>],
) -> Vec<String> {
    // a year is judged by the title it stands beside, so titles come first
    values.sort_by_key(|value| slots.get(value.slot).is_none_or(|slot| slot.kind != SlotKind::PaperTitle));
    let mut complaints: Vec<(usize, String)> = Vec::new();
    for value in values {
        let Some(slot) = slots.get(value.slot) else {
            continue;
        };
        if chosen[value.slot].is_some() {
            continue;
        }
        let titled = used_title(slots, chosen, evidence.papers);
        match broken_rule(&Claim::new(&value, slot.kind, evidence, titled)) {
            Some(Rule { name, demand, .. }) => {
                complaints
                    .push((value.slot, format!("the value for “{}” {demand} (rule {name})", slot.name)));
            }
            None => {
                let slot = value.slot;
                chosen[slot] = Some(value);
            }
        }
    }
    complaints
        .into_iter()
        .filter(|(slot, _)| chosen[*slot].is_none())
        .map(|(_, complaint)| complaint)
        .collect()
}

fn broken_rule(claim: &Claim<'_>) -> Option<&'static Rule> {
    RULES.iter().find(|rule| !(rule.holds)(claim))
}

/// The paper behind the first title slot that has a value; the outer `None` where no slot wants a title.
fn used_title<'a>(
    slots: &[Slot],
    chosen: &[Option<Value>],
    papers: &'a [PaperRef],
) -> Option<Option<&'a PaperRef>> {
    let mut titles =
        slots.iter().zip(chosen).filter(|(slot, _)| slot.kind == SlotKind::PaperTitle).peekable();
    titles.peek()?;
    Some(titles.find_map(|(_, value)| papers.get(*value.as_ref()?.papers.first()?)))
}

fn fits(text: &str) -> bool {
    !text.trim().is_empty() && text.chars().count() <= MAX_VALUE
}

/// “professor of physics” stands in a fact, too, and is no institution.
fn is_proper_name(claim: &Claim<'_>) -> bool {
    let own = format!(" {} ", fold(claim.person.name));
    let is_own = own.contains(&format!(" {} ", fold(claim.text)));
    !is_own && claim.text.starts_with(|c: char| c.is_numeric() || (c.is_alphabetic() && !c.is_lowercase()))
}

fn is_its_year(claim: &Claim<'_>) -> bool {
    let [paper] = claim.papers[..] else { return false };
    claim.text == paper.year.to_string() && claim.titled.is_none_or(|titled| titled == Some(paper))
}

/// A model talking about its answer instead of giving it.
fn is_chatter(text: &str) -> bool {
    let folded = fold(text);
    let begins = |phrase: &&str| {
        folded.strip_prefix(*phrase).is_some_and(|rest| rest.is_empty() || rest.starts_with(' '))
    };
    NON_ANSWERS.contains(&folded.as_str())
        || CHATTY_BEGINNINGS.iter().any(begins)
        || CHATTY_PHRASES.iter().any(|phrase| format!(" {folded} ").contains(&format!(" {phrase} ")))
        || text.to_lowercase().starts_with("note:")
}

/// What stands between quotation marks. A mark that is never closed quotes the rest.
fn quotations(text: &str) -> Vec<&str> {
    const MARKS: &[(char, &[char])] = &[('“', &['”']), ('„', &['“', '”']), ('«', &['»']), ('"', &['"'])];
    let mut found = Vec::new();
    let mut rest = text;
    while let Some((at, open)) = rest.char_indices().find(|(_, c)| MARKS.iter().any(|(open, _)| open == c)) {
        let closing = MARKS.iter().find(|(mark, _)| *mark == open).map_or(&[][..], |(_, closing)| closing);
        let inner = &rest[at + open.len_utf8()..];
        let end = inner.find(closing).unwrap_or(inner.len());
        found.push(inner[..end].trim().trim_end_matches(['.', ',']));
        rest = inner[end..].strip_prefix(closing).unwrap_or("");
    }
    found
}

#[cfg(test)]
#[path = "validator_tests.rs"]
mod tests;
