//! Whether a value rests on what it cites. Each check passes for the kinds of value it is not about.
use super::Claim;
use crate::{
    model::{Builtin, SlotKind},
    pipeline::passages::{Who, principals, subject},
    text::{
        claim::{KeyWord, Said, is_frame, key_words},
        language::language,
        name::people::others,
        words::{alike, fold, occurs},
    },
};

/// Most words that a complaint repeats.
const MAX_NAMED: usize = 5;
/// Words for a published text.
const PAPERS: &[&str] = &["article", "manuscript", "paper", "preprint", "publication"];

pub(super) fn is_title_of_its_paper(claim: &Claim<'_>) -> bool {
    claim.kind != SlotKind::PaperTitle || matches!(claim.papers[..], [paper] if paper.title == claim.text)
}

pub(super) fn is_its_year(claim: &Claim<'_>) -> bool {
    if claim.kind != SlotKind::PaperYear {
        return true;
    }
    let [paper] = claim.papers[..] else { return false };
    claim.text == paper.year.to_string() && claim.titled.is_none_or(|titled| titled == Some(paper))
}

/// “your recent paper” without one is anybody's.
pub(super) fn knows_its_paper(claim: &Claim<'_>) -> bool {
    let names = |text: &str| {
        let folded = fold(text);
        let is_paper = |word: &str| PAPERS.iter().any(|paper| alike(paper, word));
        folded.split(' ').any(is_paper)
    };
    claim.kind != SlotKind::Detail
        || !claim.papers.is_empty()
        || !names(claim.text)
        || claim.facts.iter().any(|fact| names(fact))
}

pub(super) fn is_institution(claim: &Claim<'_>) -> bool {
    let says = |fact: &&str| Builtin.may_be_workplace(fact, claim.text, &claim.name);
    claim.kind != SlotKind::Institution || claim.facts.iter().any(says)
}

pub(super) fn is_book(claim: &Claim<'_>) -> bool {
    let says = |fact: &&str| Builtin.is_book(fact, claim.text, &claim.name);
    claim.kind != SlotKind::Book || claim.facts.iter().any(says)
}

/// Each quotation stands in a source, and leaves out nothing that would make it say something else.
pub(super) fn is_quoted_truly(claim: &Claim<'_>) -> bool {
    let whole = Said::of(claim.text);
    quotations(claim.text).0.into_iter().all(|quoted| {
        let said = Said::of(quoted);
        claim.sources().any(|source| {
            let from = Said::of(source);
            occurs(source, quoted) && (from.agrees_with(&said) || from.agrees_with(&whole))
        })
    })
}

/// Whoever is named stands in a source, the value is not about them, and does not take from them what a source gives.
pub(super) fn is_own(claim: &Claim<'_>) -> bool {
    let is_known = |name: &str| claim.sources().any(|source| occurs(source, name));
    let all_known = others(claim.text, &claim.name).into_iter().all(|place| is_known(&claim.text[place]));
    let (quoted, rest) = quotations(claim.text);
    let said = if fold(&rest).is_empty() { quoted.join(" ") } else { rest };
    let is_addressed = fold(&said).split(' ').any(|word| matches!(word, "you" | "your"));
    let keeps =
        |fact: &&str| principals(fact, &claim.name).into_iter().all(|other| occurs(claim.text, other));
    let is_theirs = !is_addressed && subject(&said, &claim.name) == Who::Other;
    all_known && (claim.kind != SlotKind::Detail || (!is_theirs && claim.facts.iter().all(keeps)))
}

/// One source says everything that stands outside quotation marks, and in its order, but for what the sender said and the
/// frame.
pub(super) fn is_supported(claim: &Claim<'_>) -> bool {
    if claim.kind != SlotKind::Detail {
        return true;
    }
    let (rest, whole) = (Said::of(&quotations(claim.text).1), Said::of(claim.text));
    let keys = keys(claim);
    let agrees = |source: &Said| source.agrees_with(&rest) || source.agrees_with(&whole);
    // what only frames a quotation has no turn of its own to agree with
    let is_frame = keys.is_empty() && Said::default().agrees_with(&rest);
    let is_own = |word: &str| claim.name.holds_word(word);
    let said = key_words(&quotations(claim.text).1);
    let tells = |source: &Said| {
        // what needs no source must not stand in another order than there, either
        let ordered: Vec<KeyWord> =
            said.iter().filter(|key| source.lacks(std::slice::from_ref(*key)).is_empty()).cloned().collect();
        source.lacks(&keys).is_empty()
            && source.tells(&ordered, is_own)
            && source.tells_of_subject(&keys, &rest, is_own)
            && source.keeps_together(&rest)
            && source.keeps_phrases(&rest, |word| is_given(claim, word))
    };
    is_frame || sources(claim).iter().any(|source| tells(source) && agrees(source))
}

/// Every fact is a sentence with the person for its subject that says what researchers do.
pub(super) fn is_work(claim: &Claim<'_>) -> bool {
    claim.kind != SlotKind::Detail || claim.facts.iter().all(|fact| Builtin.says_work(fact, &claim.name))
}

/// What no source says; of several sources, that which says most.
pub(super) fn unsupported_words(claim: &Claim<'_>) -> Vec<String> {
    let keys = keys(claim);
    let lacking = sources(claim).iter().map(|source| source.lacks(&keys)).min_by_key(Vec::len);
    lacking.unwrap_or_default().into_iter().take(MAX_NAMED).map(|word| format!("“{word}”")).collect()
}

/// Neither the value nor a quotation or fact behind it is in a language other than English and that of the template: no
/// rule knows what hurts in it. The title of a paper is quoted whatever it says.
pub(super) fn is_in_known_language(claim: &Claim<'_>) -> bool {
    let untitled =
        claim.papers.iter().fold(claim.text.to_owned(), |text, paper| text.replace(&paper.title, " "));
    let (quoted, rest) = quotations(&untitled);
    let template = language(claim.fixed_text);
    let is_known = |text: &str| language(text).is_none_or(|code| code == "en" || Some(code) == template);
    is_known(&rest) && quoted.iter().chain(&claim.facts).all(|text| is_known(text))
}

/// There is a word that is neither frame nor what the sender said, or a quotation.
pub(super) fn is_specific(claim: &Claim<'_>) -> bool {
    claim.kind != SlotKind::Detail || !quotations(claim.text).0.is_empty() || !keys(claim).is_empty()
}

/// What the claim's words outside quotation marks add to what the sender said.
fn keys(claim: &Claim<'_>) -> Vec<KeyWord> {
    let words = key_words(&quotations(claim.text).1);
    words.into_iter().filter(|key| !is_frame(&key.text) && !is_given(claim, &key.text)).collect()
}

/// True for a word of the name and the interest, which the sender gave.
fn is_given(claim: &Claim<'_>, word: &str) -> bool {
    claim.name.holds_word(word) || fold(claim.person.interest).split(' ').any(|own| alike(own, word))
}

/// Facts and titles; a title comes with its year.
fn sources(claim: &Claim<'_>) -> Vec<Said> {
    let papers = claim.papers.iter().map(|paper| Said::of(&format!("{} {}", paper.title, paper.year)));
    claim.facts.iter().map(|fact| Said::of(fact)).chain(papers).collect()
}

/// What stands between quotation marks, and the rest. A mark that is never closed quotes all that follows.
fn quotations(text: &str) -> (Vec<&str>, String) {
    const MARKS: &[(char, &[char])] = &[('“', &['”']), ('„', &['“', '”']), ('«', &['»']), ('"', &['"'])];
    let mut found = Vec::new();
    let mut outside = String::new();
    let mut rest = text;
    while let Some((at, open)) = rest.char_indices().find(|(_, c)| MARKS.iter().any(|(open, _)| open == c)) {
        let closing = MARKS.iter().find(|(mark, _)| *mark == open).map_or(&[][..], |(_, closing)| closing);
        outside.push_str(&rest[..at]);
        outside.push(' ');
        let inner = &rest[at + open.len_utf8()..];
        let end = inner.find(closing).unwrap_or(inner.len());
        found.push(inner[..end].trim().trim_end_matches(['.', ',']));
        rest = inner[end..].strip_prefix(closing).unwrap_or("");
    }
    outside.push_str(rest);
    (found, outside)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quotation_marks_of_several_languages_are_read() {
        let (quoted, rest) = quotations("a “b.” „c“ «d» \"e\" “f");
        assert_eq!((quoted, fold(&rest).as_str()), (vec!["b", "c", "d", "e", "f"], "a"));
        assert!(quotations("Ada's 'eddies'").0.is_empty());
    }
}
