//! Posts in the words around them. Anybody can be called anything at a university; so only known posts count, only known
//! words before them, and only their field after them.
use crate::text::words::{PEOPLE_OF_SOMEBODY, fold};

/// Posts; “biologist”, “physicist” and the like are known by their endings.
const ROLES: &[&str] = &[
    "assistant",
    "associate",
    "astronomer",
    "based",
    "chair",
    "chemist",
    "director",
    "ecologist",
    "economist",
    "editor",
    "engineer",
    "ethicist",
    "faculty",
    "fellow",
    "founder",
    "geneticist",
    "head",
    "historian",
    "lecturer",
    "linguist",
    "mathematician",
    "member",
    "philosopher",
    "postdoc",
    "postdoctoral",
    "professor",
    "reader",
    "researcher",
    "scholar",
    "statistician",
    "student",
];
/// They end like a science and are none.
const NO_SCIENCE: &[&str] = &["apologist", "pseudoscientist", "scientologist"];
/// What may stand before a post, besides other posts and large words.
const BEFORE_ROLE: &[&str] = &[
    "",
    "a",
    "also",
    "an",
    "applied",
    "assistant",
    "associate",
    "atmospheric",
    "chief",
    "civil",
    "clinical",
    "co",
    "coastal",
    "cognitive",
    "computational",
    "computer",
    "currently",
    "data",
    "deputy",
    "distinguished",
    "endowed",
    "environmental",
    "experimental",
    "founding",
    "full",
    "group",
    "junior",
    "lead",
    "leading",
    "marine",
    "materials",
    "medical",
    "molecular",
    "now",
    "nuclear",
    "ocean",
    "one",
    "permanent",
    "phd",
    "physical",
    "planetary",
    "political",
    "polar",
    "principal",
    "quantum",
    "research",
    "royal",
    "scientific",
    "senior",
    "social",
    "soil",
    "staff",
    "still",
    "structural",
    "teaching",
    "tenured",
    "the",
    "theoretical",
    "university",
    "vice",
    "world",
];
/// What may follow a post directly.
const AFTER_ROLE: &[&str] = &["and", "at", "for", "from", "in", "of", "on"];
/// With one of these, a statement is a denial, a doubt or hearsay.
const DOUBTS: &[&str] = &[
    "alleged",
    "allegedly",
    "almost",
    "apparently",
    "aspiring",
    "bogus",
    "boycott",
    "claimed",
    "claims",
    "could",
    "failed",
    "fails",
    "fake",
    "fictional",
    "fictitious",
    "hardly",
    "imaginary",
    "might",
    "must",
    "nearly",
    "never",
    "not",
    "nothing",
    "please",
    "pretend",
    "pretended",
    "pretends",
    "reportedly",
    "rumored",
    "rumoured",
    "said",
    "say",
    "says",
    "should",
    "supposed",
    "supposedly",
    "suspended",
    "wannabe",
    "would",
    "wrongly",
];
const DOUBT_PHRASES: &[&str] = &[
    " according to ",
    " fight against ",
    " all people ",
    " in the film ",
    " in the novel ",
    " in the series ",
    " self styled ",
    " so called ",
    " was closed ",
];
/// What belongs to a place and is no part of its research.
const BYSTANDERS: &[&str] = &[
    "against",
    "banned",
    "beside",
    "boycott",
    "café",
    "campaign",
    "critic",
    "fight",
    "gate",
    "near",
    "neighbor",
    "neighbour",
    "opposite",
    "opposition",
    "plan",
    "plans",
    "protest",
    "relative",
    "strike",
    "widow",
    "widower",
];

pub(super) fn is_role(word: &str) -> bool {
    let is_science = ["ologist", "physicist", "scientist", "grapher"].iter().any(|end| word.ends_with(end));
    ROLES.contains(&word) || (is_science && !NO_SCIENCE.contains(&word))
}

/// True if the statement denies or doubts what it says, or tells what others say.
pub(super) fn doubts(statement: &str) -> bool {
    let folded = format!(" {} ", fold(statement));
    let says = |word: &str| DOUBTS.contains(&word);
    folded.split(' ').any(says) || DOUBT_PHRASES.iter().any(|phrase| folded.contains(phrase))
}

/// True for words that stand for somebody or something near a place and not for its own people.
pub(super) fn names_bystander(words: &str) -> bool {
    let is_student = |word: &str| word == "student" || word.starts_with("assistant") || word == "postdoc";
    let is_bystander = |word: &str| {
        BYSTANDERS.iter().any(|bystander| fold(bystander) == word)
            || (PEOPLE_OF_SOMEBODY.contains(&word) && !is_student(word))
    };
    fold(words).split(' ').any(is_bystander)
}

/// “(a) (full) professor (and head) of …”: a post, nothing before it that makes it somebody else's or none, and after it
/// the field, the place or another post.
pub(super) fn is_post(words: &[&str]) -> bool {
    let Some(first) = role_at(words) else { return false };
    let mut last = first;
    while let Some(next) = words.get(last + 1).filter(|word| is_role(&fold(word))).map(|_| last + 1) {
        last = next;
    }
    // to belong to an academy is an honour and no place of work
    let next = words.get(last + 1).map(|word| fold(word));
    let is_broken = words[last].ends_with([',', '.', ';', '(', ')', ':', '–', '—']);
    let role = fold(words[last]);
    match next.as_deref() {
        Some("of") if matches!(role.as_str(), "fellow" | "member") => false,
        Some("and") => is_post(&words[last + 2..]),
        None | Some("") => true,
        Some(next) => is_broken || AFTER_ROLE.contains(&next),
    }
}

/// Where the first post is, if only known words lead to it.
fn role_at(words: &[&str]) -> Option<usize> {
    let role = words.iter().position(|word| fold(word).split(' ').next_back().is_some_and(is_role))?;
    let is_known = |word: &&str| {
        let folded = fold(word);
        word.starts_with(char::is_uppercase) || folded.split(' ').all(|part| BEFORE_ROLE.contains(&part))
    };
    let own = fold(words[role]);
    let is_own_known = own
        .rsplit_once(' ')
        .is_none_or(|(lead, _)| lead.split(' ').all(|part| BEFORE_ROLE.contains(&part) || is_role(part)));
    (is_own_known && words[..role].iter().all(is_known)).then_some(role)
}
