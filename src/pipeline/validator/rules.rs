//! The table of rules. What an e-mail must not hold is either a rule here or cannot happen; the tests say which.
use super::{
    Claim,
    grounds::{
        is_book, is_in_known_language, is_institution, is_its_year, is_own, is_quoted_truly, is_specific,
        is_supported, is_title_of_its_paper, is_work, knows_its_paper, unsupported_words,
    },
    manner::{fits, has_no_foreign_words, is_chatter, is_in_script_of},
};
use crate::{
    model::{SlotKind, leaks_instructions},
    pipeline::hygiene::{
        holds_appeal, holds_blame, holds_certain_url, holds_email, holds_encoded, holds_handle,
        holds_identifier, holds_invisible, holds_leftover, holds_markup, holds_mixed_scripts, holds_order,
        holds_phone, holds_request, holds_symbols, holds_url, is_imperative,
    },
};

/// What follows from a broken rule.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Severity {
    /// The value is not put in.
    Error,
    /// The value is put in, and somebody should look.
    Warning,
}

pub(super) struct Rule {
    /// Short and stable.
    pub name: &'static str,
    pub severity: Severity,
    /// What is demanded, in words for the model; of a warning, what is odd.
    pub demand: &'static str,
    pub holds: fn(&Claim<'_>) -> bool,
    /// The words of the value that break it, where that helps.
    pub culprits: fn(&Claim<'_>) -> Vec<String>,
}

const fn error(name: &'static str, demand: &'static str, holds: fn(&Claim<'_>) -> bool) -> Rule {
    Rule { name, severity: Severity::Error, demand, holds, culprits: |_| Vec::new() }
}

const fn warning(name: &'static str, demand: &'static str, holds: fn(&Claim<'_>) -> bool) -> Rule {
    Rule { name, severity: Severity::Warning, demand, holds, culprits: |_| Vec::new() }
}

/// A title is copied letter by letter from the index of papers, so it may look like anything.
fn is_title(claim: &Claim<'_>) -> bool {
    claim.kind == SlotKind::PaperTitle
}

/// In the order in which they are tried.
pub(super) const RULES: &[Rule] = &[
    error("length", "must neither be empty nor longer than was asked for", |c| fits(c.kind, c.text)),
    error(
        "visible",
        "must be one line without control characters, invisible characters or letters in disguise",
        |c| !holds_invisible(c.text) && !holds_mixed_scripts(c.text),
    ),
    error("no-url", "must not contain a web address", |c| {
        !holds_certain_url(c.text) && (is_title(c) || !holds_url(c.text))
    }),
    error("no-email", "must not contain an e-mail address", |c| !holds_email(c.text)),
    error("no-phone", "must not contain a phone number", |c| is_title(c) || !holds_phone(c.text)),
    error("no-identifier", "must not contain a DOI or a number of arXiv", |c| {
        is_title(c) || !holds_identifier(c.text)
    }),
    error("no-placeholder", "must not contain a placeholder", |c| !holds_leftover(c.text)),
    error("no-markup", "must be plain text without brackets, Markdown, HTML, JSON or pictures", |c| {
        is_title(c) || (!holds_markup(c.text) && !holds_symbols(c.text))
    }),
    error("no-order", "must not contain text that is addressed to an assistant", |c| {
        !holds_order(c.text) && (is_title(c) || !(is_imperative(c.text) || holds_request(c.text)))
    }),
    error("no-code", "must not contain encoded text", |c| !holds_encoded(c.text)),
    error("no-handle", "must not contain a name in a network or of a wallet", |c| {
        is_title(c) || !holds_handle(c.text)
    }),
    error("no-leak", "must not repeat what you were told", |c| !leaks_instructions(c.text)),
    error(
        "no-chatter",
        "must be the bare text to put in, without greeting or comments; leave the slot out where nothing fits",
        |c| is_title(c) || !is_chatter(c.text),
    ),
    error("no-appeal", "must neither ask anything of anybody nor advertise anything", |c| {
        is_title(c) || !holds_appeal(c.text, c.person.interest)
    }),
    error("no-blame", "must hold nothing that accuses or hurts", |c| {
        is_title(c) || !holds_blame(c.text, c.person.interest)
    }),
    error("cited", "must cite at least one fact or paper, and only ones from the lists", |c| {
        !c.dangling && c.sources().next().is_some()
    }),
    error("paper-title", "must be the exact title of the one paper that it cites", is_title_of_its_paper),
    error(
        "paper-year",
        "must be the year of the very paper whose title is used, and cite that one paper",
        is_its_year,
    ),
    error("paper-known", "must speak of a paper only if it cites one from the list", knows_its_paper),
    error(
        "institution",
        "must be the whole name of the institution where a fact that it cites says that the person works now",
        is_institution,
    ),
    error(
        "book",
        "must be the whole title of a book that a fact that it cites says is the person's",
        is_book,
    ),
    error(
        "quotations",
        "must quote only what stands word for word in a fact or paper title that it cites",
        is_quoted_truly,
    ),
    error(
        "one-person",
        "must be about the person, and name the others of the facts that it cites, and nobody else",
        is_own,
    ),
    Rule {
        name: "supported",
        severity: Severity::Error,
        demand: "must say nothing that one of the cited facts and papers does not say",
        holds: is_supported,
        culprits: unsupported_words,
    },
    error("specific", "must say something that only fits this person", is_specific),
    error(
        "language",
        "must be in English or the language of the template, and in its letters but for names",
        |c| {
            c.kind != SlotKind::Detail
                || (has_no_foreign_words(c.text, c.fixed_text, |word| c.name.holds_word(word))
                    && is_in_known_language(c))
        },
    ),
    error("work", "must cite only facts that tell what the person does at work", is_work),
    warning("script", "is in another script than the template", |c| is_in_script_of(c.text, c.fixed_text)),
];
