//! What a placeholder asks for, by the name people give it.
use super::{Request, template::Placeholder};
use crate::model::SlotKind;
use crate::text::{name::PersonName, words::fold};

/// What belongs into a placeholder.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// The recipient's name, as the sender gave it.
    Name,
    /// The recipient's first given name.
    FirstName,
    /// The recipient's surname with its particles.
    LastName,
    /// The recipient's interest, as the sender gave it.
    Interest,
    /// The sender's own name.
    SenderName,
    /// What a column of the sender's file says.
    Given,
    /// Something that needs a source.
    Evidence(SlotKind),
}

impl Kind {
    /// True for what only a paper can give.
    pub fn asks_for_paper(self) -> bool {
        matches!(self, Kind::Evidence(SlotKind::PaperTitle | SlotKind::PaperYear))
    }
}

/// One spelling per kind, for error messages.
pub(crate) const KNOWN: &str =
    "name, first_name, last_name, interest, institution, paper, paper_year, book, detail, sender_name";

/// The spellings, folded: lower case, with spaces for `_` and `-`.
const SPELLINGS: &[(Kind, &[&str])] = &[
    (Kind::Name, &["name", "recipient", "recipient name", "professor name", "full name"]),
    (Kind::FirstName, &["first name", "firstname", "given name"]),
    (Kind::LastName, &["last name", "lastname", "surname", "family name"]),
    (
        Kind::Interest,
        &[
            "interest",
            "research interest",
            "research interests",
            "research",
            "field",
            "topic",
            "area",
            "research area",
            "research topic",
            "research field",
        ],
    ),
    (Kind::SenderName, &["sender name", "sender", "my name", "your name", "your full name"]),
    (
        Kind::Evidence(SlotKind::Institution),
        &[
            "institution",
            "university",
            "affiliation",
            "school",
            "organisation",
            "organization",
            "employer",
            "company",
        ],
    ),
    (
        Kind::Evidence(SlotKind::PaperTitle),
        &["paper", "paper title", "title of paper", "publication", "article"],
    ),
    (Kind::Evidence(SlotKind::PaperYear), &["paper year", "year", "publication year", "year of publication"]),
    (Kind::Evidence(SlotKind::Book), &["book", "book title"]),
    (
        Kind::Evidence(SlotKind::Detail),
        &["detail", "details", "fact", "highlight", "specific", "quote", "personal note", "achievement"],
    ),
];

/// Words before (or, `here`, after) a known name that change nothing. `your` is none of them: in a template it is as
/// often the sender who is meant.
const FILLERS: &[&str] = &[
    "a",
    "add",
    "an",
    "dr",
    "enter",
    "her",
    "here",
    "his",
    "insert",
    "latest",
    "most",
    "of",
    "one",
    "prof",
    "professor",
    "professors",
    "put",
    "recent",
    "recipient",
    "recipients",
    "relevant",
    "researcher",
    "researchers",
    "specific",
    "the",
    "their",
];

/// Words that give away an unknown placeholder in square brackets.
const TELLTALES: &[&str] = &[
    "name",
    "paper",
    "title",
    "university",
    "institution",
    "department",
    "school",
    "company",
    "topic",
    "field",
    "research",
    "work",
    "book",
    "date",
    "insert",
    "your",
    "their",
    "recipient",
    "recipients",
    "professor",
    "professors",
    "todo",
    "fill",
    "link",
    "cv",
];

/// The kind that a placeholder's name asks for.
pub(crate) fn kind_of(name: &str) -> Option<Kind> {
    let folded = fold(&name.replace('_', " "));
    let words: Vec<&str> = folded.split(' ').collect();
    if words[0] == "something" && words.iter().any(|w| matches!(*w, "about" | "specific" | "interesting")) {
        return Some(Kind::Evidence(SlotKind::Detail));
    }
    let mut rest = &words[..];
    loop {
        let spelling = rest.join(" ");
        if let Some((kind, _)) = SPELLINGS.iter().find(|(_, all)| all.contains(&spelling.as_str())) {
            return Some(*kind);
        }
        rest = match rest {
            [tail @ .., "here"] | [_, tail @ ..]
                if rest.last() == Some(&"here") || FILLERS.contains(&rest[0]) =>
            {
                tail
            }
            _ => return None,
        };
    }
}

/// True if text in square brackets, not known by [`kind_of`], was plainly meant to be replaced.
pub(crate) fn asks_for_something(text: &str) -> bool {
    let folded = fold(&text.replace('_', " "));
    let mut words = folded.split(' ');
    // “Paper 1”, but not “Jones 2020”
    let is_counted = words.next().is_some_and(|first| TELLTALES.contains(&first));
    let is_plain = |c: char| {
        c.is_alphabetic()
            || c.is_whitespace()
            || "_-'’/.,:;&…".contains(c)
            || (is_counted && (c.is_numeric() || c == '#'))
    };
    text.chars().all(is_plain) && (is_counted || words.any(|word| TELLTALES.contains(&word)))
}

/// What the request itself gives for a placeholder: `None` for evidence, for an unknown sender's name, and for an empty
/// cell of the sender's file.
pub(crate) fn given(placeholder: &Placeholder<'_>, request: &Request) -> Option<String> {
    let name = || PersonName::parse(&request.recipient_name);
    match placeholder.kind {
        Kind::Name => Some(request.recipient_name.trim().to_owned()),
        Kind::FirstName => Some(name().first),
        Kind::LastName => Some(name().last),
        Kind::Interest => Some(request.recipient_interest.trim().to_owned()),
        Kind::SenderName => {
            request.sender_name.as_deref().map(str::trim).filter(|name| !name.is_empty()).map(str::to_owned)
        }
        Kind::Given => {
            request.fields.value_of(placeholder.name).filter(|value| !value.is_empty()).map(str::to_owned)
        }
        Kind::Evidence(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn common_spellings_are_known() {
        for (name, kind) in [
            ("Recipient_Name", Kind::Name),
            ("the professor's name", Kind::Name),
            ("FIRST-NAME", Kind::FirstName),
            ("recipient's last name", Kind::LastName),
            ("Research Area", Kind::Interest),
            ("Your Name", Kind::SenderName),
            ("insert your name here", Kind::SenderName),
            ("their institution", Kind::Evidence(SlotKind::Institution)),
            ("a recent paper", Kind::Evidence(SlotKind::PaperTitle)),
            ("their_paper", Kind::Evidence(SlotKind::PaperTitle)),
            ("year", Kind::Evidence(SlotKind::PaperYear)),
            ("their book", Kind::Evidence(SlotKind::Book)),
            ("something specific about their work", Kind::Evidence(SlotKind::Detail)),
            ("specific", Kind::Evidence(SlotKind::Detail)),
        ] {
            assert_eq!(kind_of(name), Some(kind), "{name}");
        }
        assert!(KNOWN.split(", ").all(|name| kind_of(name).is_some()));
    }

    #[test]
    fn what_belongs_to_the_sender_is_never_taken_for_the_recipients() {
        for name in
            ["your university", "your paper", "my university", "title", "professor", "here", "", "   "]
        {
            assert_eq!(kind_of(name), None, "{name}");
        }
    }

    #[test]
    fn only_text_that_asks_for_something_is_suspicious() {
        assert!(asks_for_something("Your University"));
        assert!(asks_for_something("department/school"));
        assert!(!asks_for_something("email protected"));
        assert!(!asks_for_something("sic"));
        assert!(asks_for_something("paper 12"));
        assert!(!asks_for_something("Sample 2020, a paper"));
    }
}
