//! Where a person works now. A sentence counts if it has the shape “Ada Example is professor of … at …”; a bare line
//! counts if nothing in it speaks of the past or of others. Anything else may be true and gives no institution.
use super::{
    institution::{Found, institutions, is_organisation},
    post::{doubts, is_post, is_role, names_bystander},
    subject::{Subject, subject_of},
};
use crate::text::{
    name::{Mention, PersonName, people::names_other},
    words::{fold, is_stop_word},
};

/// What somebody does at a place of work.
const ACTS: &[&str] = &["chairs", "directs", "heads", "leads", "serves", "teaches", "works"];
const OWN_ACTS: &[&str] = &["chair", "direct", "head", "lead", "teach", "work"];
/// What somebody has at a place of work.
const GROUPS: &[&str] = &["group", "lab", "laboratory", "team"];
/// Parts of an institution that somebody leads or works in.
const UNITS: &[&str] = &[
    "center",
    "centre",
    "college",
    "department",
    "division",
    "faculty",
    "group",
    "institute",
    "lab",
    "laboratory",
    "library",
    "museum",
    "observatory",
    "programme",
    "school",
    "section",
    "team",
    "unit",
];
/// Posts over something.
const LEADERS: &[&str] = &["chair", "director", "founder", "head", "member"];
/// What may stand before the name of a place of work.
const BEFORE_PLACE: &[&str] = &["at", "for", "from", "in", "of"];
/// Words after which an institution is not, or no longer, the one where the person works.
const ELSEWHERE: &[&str] = &[
    "advisory",
    "after",
    "alumna",
    "alumni",
    "alumnus",
    "applied",
    "award",
    "awarded",
    "before",
    "board",
    "born",
    "collaborates",
    "collaboration",
    "collaborations",
    "collaborator",
    "collaborators",
    "colleague",
    "colleagues",
    "conference",
    "courtesy",
    "declined",
    "degree",
    "diploma",
    "doctorate",
    "educated",
    "education",
    "emerita",
    "emeritus",
    "ex",
    "examiner",
    "external",
    "former",
    "formerly",
    "funded",
    "graduated",
    "guest",
    "held",
    "honorary",
    "host",
    "hosted",
    "hosts",
    "incoming",
    "joint",
    "keynote",
    "lecture",
    "left",
    "married",
    "moved",
    "never",
    "not",
    "obtained",
    "organised",
    "organized",
    "partner",
    "partners",
    "past",
    "photo",
    "powered",
    "previous",
    "previously",
    "prize",
    "published",
    "received",
    "rejected",
    "retired",
    "reviewer",
    "seminar",
    "served",
    "speaker",
    "speakers",
    "spent",
    "sponsor",
    "sponsored",
    "sponsors",
    "studied",
    "suing",
    "supervised",
    "supervisor",
    "supervisors",
    "support",
    "supported",
    "talk",
    "thanks",
    "thesis",
    "trained",
    "used",
    "venue",
    "visit",
    "visited",
    "visiting",
    "visitor",
    "was",
    "welcome",
    "who",
    "whose",
    "with",
    "worked",
    "workshop",
];
const DEGREES: &[&str] = &[
    "ba", "bachelor", "bsc", "doctor", "dphil", "dsc", "ma", "master", "masters", "mba", "md", "mphil",
    "msc", "phd",
];
/// After these, a degree is one that is being worked for.
const LEARNERS: &[&str] = &["candidate", "researcher", "student"];

/// An institution, and how it was said.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Workplace<'a> {
    /// The name as it stands in the fact.
    pub name: &'a str,
    /// False for a sentence about the person, true for a bare line.
    pub is_line: bool,
    /// 0 for universities, 1 for the rest.
    pub rank: usize,
}

/// Where the fact says that the person works.
pub(super) fn workplace<'f>(fact: &'f str, name: &PersonName) -> Option<Workplace<'f>> {
    if let Some(found) = stated(fact, name) {
        return Some(Workplace { name: found.name, is_line: false, rank: found.rank });
    }
    let is_line = is_affiliation(fact, name);
    let found = institutions(fact).into_iter().next().filter(|_| is_line)?;
    Some(Workplace { name: found.name, is_line, rank: found.rank })
}

/// Whether the text is the name of an institution by its shape, after a post or a group and before anything of the past
/// or of others; or stands where [`workplace`] would find an institution and names an organisation.
pub(super) fn may_be_workplace(fact: &str, text: &str, name: &PersonName) -> bool {
    if workplace(fact, name).is_some_and(|found| found.name == text) {
        return true;
    }
    let open = present(fact);
    if ends(fact) || institutions(fact).iter().any(|found| found.name != text && found.name.contains(text)) {
        return false;
    }
    let is_led_to = |found: &Found<'_>| {
        let before = &fact[..found.start];
        found.name == text
            && fold(before).split(' ').any(|word| ties(word) || is_role(word))
            && !names_bystander(before)
            && is_of_unit(before)
            && leads_unit(before)
            && !has_idiom(before)
    };
    if !doubts(fact) && !names_other(fact, name) && institutions(open).iter().any(is_led_to) {
        return true;
    }
    let Some(at) = fact.find(text).filter(|_| is_organisation(text)) else { return false };
    // cut out of a longer name, it is none
    let is_large = |word: Option<&str>| word.is_some_and(|word| word.starts_with(char::is_uppercase));
    let (before, after) = (&fact[..at], &fact[at + text.len()..]);
    let goes_on = after.starts_with(' ') && is_large(after.split_whitespace().next());
    let is_whole = !goes_on && !is_large(before.split_whitespace().next_back());
    let as_university = format!("{before}Nordland University{after}");
    is_whole && workplace(&as_university, name).is_some_and(|found| found.name == "Nordland University")
}

/// True for a short line that is not a sentence and names an institution: “Department of Physics, University of X”.
/// Years, degrees and other people make it a line of a career, or of somebody else's.
pub(super) fn is_affiliation(line: &str, name: &PersonName) -> bool {
    let is_short = line.chars().count() <= 120 && line.split_whitespace().count() <= 14;
    is_short
        && !line.ends_with(['.', '!', '?'])
        && !line.contains('©')
        && !institutions(line).is_empty()
        && name.mention(line) == Mention::None
        && !speaks_of_elsewhere(line)
        && years(line).is_empty()
        && !is_event(line)
        && !names_other(line, name)
}

/// “Where: Nordland University, Room 2” is where a talk is.
fn is_event(line: &str) -> bool {
    fold(line).split(' ').any(|word| matches!(word, "room" | "when" | "where"))
}

/// True if a word of the text speaks of the past, of others, or of a degree.
pub(super) fn speaks_of_elsewhere(text: &str) -> bool {
    present(text).len() < text.len()
}

/// The institution in “PERSON is|works|… … POST … at|of|in INSTITUTION”.
fn stated<'f>(fact: &'f str, name: &PersonName) -> Option<Found<'f>> {
    let (subject, end) = subject_of(fact, name)?;
    if ends(fact) || doubts(fact) {
        return None;
    }
    let from = end + degrees_after(&fact[end..]);
    let open = &fact[..from + present(&fact[from..]).len()];
    institutions(open).into_iter().find(|found| {
        let between = fact.get(from..found.start).unwrap_or_default();
        found.start >= from
            && belongs(subject, between)
            && is_of_unit(between)
            && leads_unit(between)
            && !has_idiom(between)
            && !names_other(between, name)
            && !names_bystander(between)
            && !is_over(&fact[found.start + found.name.len()..])
    })
}

/// How far the degrees reach that follow a name directly: “Ada Example, PhD, is …”.
fn degrees_after(rest: &str) -> usize {
    let mut end = 0;
    for (at, word) in placed_words(rest).filter(|(_, word)| !word.is_empty()) {
        if !DEGREES.contains(&word.replace(' ', "").as_str()) {
            break;
        }
        end = at + rest[at..].find(char::is_whitespace).unwrap_or(rest.len() - at);
    }
    // a degree and a place, and no post, is where the degree comes from
    if placed_words(&rest[end..]).any(|(_, word)| is_role(&word)) { end } else { 0 }
}

/// What stands between the subject and the institution says that the one works at the other.
fn belongs(subject: Subject, between: &str) -> bool {
    let folded = fold(between);
    let mut words: Vec<&str> = folded.split(' ').filter(|word| !word.is_empty()).collect();
    let is_apart = between.trim_start().starts_with([',', '(', '–', '—', '-', '|', ':']);
    let by_name = subject == Subject::Name;
    if words.iter().all(|word| BEFORE_PLACE.contains(word) || *word == "the") {
        return by_name && (is_apart || !words.is_empty());
    }
    while let [first, ..] = words[..]
        && is_adverb(first)
    {
        words.remove(0);
    }
    let leads_there = leads_to_place(&words, between);
    // the words as they stand, from the first that is left
    let raw: Vec<&str> = between.split_whitespace().filter(|word| !fold(word).is_empty()).collect();
    let raw = |from: usize| raw.get(raw.len().saturating_sub(words.len()) + from..).unwrap_or_default();
    match words[..] {
        _ if is_apart => by_name && leads_there && is_post(raw(0)),
        ["am", ..] if subject == Subject::I => leads_there && is_post(raw(1)),
        ["have", "been", ..] if subject == Subject::I => leads_there && is_post(raw(2)),
        ["is", ..] if subject != Subject::I => leads_there && is_post(raw(1)),
        ["has", "been", ..] if subject != Subject::I => leads_there && is_post(raw(2)),
        ["holds" | "hold", ..] => leads_there && is_post(raw(1)),
        [act, ..] => {
            let acts = if subject == Subject::I { OWN_ACTS } else { ACTS };
            acts.contains(&act)
                && (is_at_work(&words, raw(1)) || words.len() <= 2 && words.last() == Some(&"the"))
                && (leads_there || words.last() == Some(&"the"))
        }
        [] => false,
    }
}

/// The last words before the institution: a preposition, or nothing but a comma or bracket.
fn leads_to_place(words: &[&str], between: &str) -> bool {
    let last = match words {
        [.., before, "the"] => before,
        [.., last] => last,
        [] => return false,
    };
    BEFORE_PLACE.contains(last) || between.trim_end().ends_with([',', '(', '–', '—', '|', ':'])
}

/// “works at”, “leads a group of”, “serves as dean of”, but not “leads the boycott of”.
fn is_at_work(words: &[&str], after: &[&str]) -> bool {
    let last = words.iter().rev().find(|word| **word != "the");
    let is_direct = words.len() <= 2 || (words.len() == 3 && words[2] == "the");
    let is_named = words.iter().any(|word| UNITS.contains(word) || is_role(word));
    let serves = after.first() == Some(&"as") && is_post(&after[1..]);
    last == Some(&"at") || is_direct || is_named || serves
}

/// False where somebody is “head of the picket at” a place: what is led there must be a unit of it, or have a name.
fn leads_unit(before: &str) -> bool {
    let words: Vec<&str> = before.split_whitespace().collect();
    let leads = |pair: &[&str]| LEADERS.contains(&&*fold(pair[0])) && fold(pair[1]) == "of";
    let Some(role) = words.windows(2).rposition(leads) else { return true };
    let led = &words[role + 2..];
    let is_small = |word: &&&str| matches!(&*fold(word), "" | "at" | "for" | "from" | "in" | "of" | "the");
    led.iter().rev().find(|word| !is_small(word)).is_none_or(|last| {
        last.starts_with(char::is_uppercase) || UNITS.contains(&&*fold(last)) || is_role(&fold(last))
    })
}

/// “at heart”, “at work”: where somebody works has a large word or an article.
fn has_idiom(before: &str) -> bool {
    let words: Vec<&str> = before.split_whitespace().collect();
    words.windows(2).any(|pair| {
        fold(pair[0]) == "at" && pair[1].starts_with(char::is_lowercase) && !is_stop_word(&fold(pair[1]))
    })
}

/// True unless the place is what something else is of: “professor of” and “group in physics of”, but not “boycott of”.
fn is_of_unit(before: &str) -> bool {
    let folded = fold(before);
    let mut words = folded.rsplit(' ').skip_while(|word| matches!(*word, "the" | ""));
    let Some("of" | "for" | "from") = words.next() else { return true };
    words.next().is_none_or(|word| UNITS.contains(&word) || is_role(word) || GROUPS.contains(&word))
}

/// “…, which was closed in 2012”.
fn is_over(after: &str) -> bool {
    let folded = fold(after);
    ["which was", "which were", "closed", "defunct", "now closed"].iter().any(|lead| folded.starts_with(lead))
}

/// What ties somebody to the place that is named after it.
fn ties(word: &str) -> bool {
    ACTS.contains(&word) || OWN_ACTS.contains(&word) || GROUPS.contains(&word)
}

fn is_adverb(word: &str) -> bool {
    matches!(word, "also" | "currently" | "now" | "today" | "still") || word.ends_with("ally")
}

/// True for a post with an end: “until 2007”, “2001–2007”, “no longer”.
fn ends(fact: &str) -> bool {
    let folded = format!(" {} ", fold(fact));
    [" until ", " no longer ", " any longer ", " not any more "].iter().any(|phrase| folded.contains(phrase))
        || years(fact).len() > 1
}

/// Numbers that look like years.
fn years(text: &str) -> Vec<&str> {
    let is_year = |word: &&str| word.len() == 4 && (word.starts_with("19") || word.starts_with("20"));
    text.split(|c: char| !c.is_ascii_digit()).filter(is_year).collect()
}

/// The part of a text before it speaks of the past, of others, or of a degree.
fn present(text: &str) -> &str {
    let words: Vec<(usize, String)> = placed_words(text).collect();
    let is_degree = |at: usize| {
        let is_learner = words.get(at + 1).is_some_and(|(_, next)| LEARNERS.contains(&next.as_str()));
        DEGREES.contains(&words[at].1.replace(' ', "").as_str()) && !is_learner
    };
    let is_elsewhere = |at: usize| words[at].1.split(' ').any(|word| ELSEWHERE.contains(&word));
    (0..words.len()).find(|&at| is_elsewhere(at) || is_degree(at)).map_or(text, |at| &text[..words[at].0])
}

/// The folded words with where they begin; “ex-professor” stays one.
fn placed_words(text: &str) -> impl Iterator<Item = (usize, String)> {
    let mut from = 0;
    text.split_whitespace().map(move |word| {
        let at = from + text[from..].find(word).unwrap_or(0);
        from = at + word.len();
        (at, fold(word))
    })
}

#[cfg(test)]
#[path = "workplace_tests.rs"]
mod tests;
