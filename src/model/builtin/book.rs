//! Titles of the person's own books. Most books that a page names beside somebody are by others: read, praised,
//! translated. So only a few ways of saying whose book it is count.
use super::subject::is_about;
use crate::text::{
    name::{Mention, PersonName, people::names_other},
    words::{fold, is_stop_word},
};

/// Longest title of a book, in characters.
const MAX_TITLE: usize = 150;

const BOOKS: &[&str] = &["book", "books", "monograph", "novel", "textbook"];
const OWNERS: &[&str] = &["her", "his", "my", "their"];
const WRITES: &[&str] = &["authored", "published", "wrote", "written"];
/// What may stand between these words without changing whose book it is.
const BETWEEN: &[&str] = &[
    "a",
    "acclaimed",
    "an",
    "and",
    "award",
    "best",
    "bestselling",
    "called",
    "debut",
    "entitled",
    "first",
    "is",
    "last",
    "latest",
    "new",
    "newest",
    "popular",
    "recent",
    "second",
    "selling",
    "the",
    "third",
    "titled",
    "winning",
];
/// What may stand before “her book”, besides her name: “burned” and “was inspired by” tell of any book.
const BEFORE_OWNER: &[&str] = &[
    "",
    "a",
    "also",
    "and",
    "author",
    "finished",
    "for",
    "from",
    "has",
    "have",
    "in",
    "is",
    "just",
    "launched",
    "of",
    "presented",
    "presents",
    "published",
    "recently",
    "she",
    "he",
    "i",
    "since",
    "the",
    "they",
    "with",
    "wrote",
    "written",
];
/// Words that make it somebody else's book, or none.
const OTHERS: &[&str] = &[
    "adapted",
    "calls",
    "chapter",
    "criticised",
    "criticized",
    "discusses",
    "edited",
    "favourite",
    "favorite",
    "foreword",
    "gave",
    "illustrated",
    "keeps",
    "likes",
    "loves",
    "never",
    "no",
    "not",
    "praised",
    "praises",
    "quotes",
    "read",
    "reads",
    "recommends",
    "review",
    "reviewed",
    "reviews",
    "translated",
    "translates",
    "unfinished",
];
/// Folded ends of what publishes a book.
const PUBLISHERS: &[&str] =
    &["press", "publishing", "publishers", "verlag", "books", "publications", "editions"];

/// The title of a book that the fact says is the person's.
pub(super) fn book<'f>(fact: &'f str, name: &PersonName) -> Option<&'f str> {
    let (lead, title, after) = quoted_title(fact)?;
    let folded = fold(&with_pronouns(lead, name));
    let words: Vec<&str> = folded.split(' ').collect();
    let is_about_owner =
        name.mention(lead) == Mention::None && words.iter().any(|word| OWNERS.contains(word));
    let is_others = words.iter().any(|word| OTHERS.contains(word))
        || names_other(lead, name)
        || is_by_other(after, name)
        || lead.trim_end().ends_with(':');
    let is_own = is_owned(&words, name) || is_authored(&words, after) || is_written(&words);
    (is_own && !is_others && (is_about_owner || is_about(fact, name))).then_some(title)
}

/// Whether the text is such a title; it may stand without quotation marks if it is whole and in large words.
pub(super) fn is_book(fact: &str, text: &str, name: &PersonName) -> bool {
    if book(fact, name) == Some(text) {
        return true;
    }
    let Some(at) = fact.find(text).filter(|_| quoted_title(fact).is_none() && is_in_large_words(text)) else {
        return false;
    };
    let after = &fact[at + text.len()..];
    // “Tides” of “Tides for Everyone” is none
    let says_something = |word: &&str| !is_stop_word(&fold(word));
    let is_large = |word: Option<&str>| word.is_some_and(|word| word.starts_with(char::is_uppercase));
    let is_cut = is_large(fact[..at].split_whitespace().rev().find(says_something))
        || after.starts_with(' ') && is_large(after.split_whitespace().find(says_something));
    let quoted = format!("{}“{text}”{after}", &fact[..at]);
    !is_cut && book(&quoted, name) == Some(text)
}

/// “Tides for Everyone”: a large first word, and no small one but those that bind.
fn is_in_large_words(text: &str) -> bool {
    let is_large = |word: &str| word.starts_with(|c: char| c.is_uppercase() || c.is_numeric());
    let mut words = text.split_whitespace();
    words.next().is_some_and(is_large) && words.all(|word| is_large(word) || is_stop_word(&fold(word)))
}

/// The text with “her” where it says “Ada Example's”.
fn with_pronouns(text: &str, name: &PersonName) -> String {
    let mut plain = String::new();
    let mut from = 0;
    for place in name.places(text).into_iter().filter(|place| place.is_owner) {
        plain.push_str(&text[from..place.start]);
        plain.push_str("her");
        let rest = &text[place.end..];
        from = place.end + rest.find('s').map_or(0, |s| s + 1);
    }
    plain + &text[from..]
}

/// “her first book (is) “…””.
fn is_owned(words: &[&str], name: &PersonName) -> bool {
    let owner = |book: usize| words[..book].iter().rposition(|word| !BETWEEN.contains(word));
    let leads = |word: &&str| {
        BEFORE_OWNER.contains(word)
            || name.holds_word(word)
            || PersonName::is_title(word)
            || word.bytes().all(|b| b.is_ascii_digit())
    };
    near_end(words)
        .and_then(owner)
        .is_some_and(|owner| OWNERS.contains(&words[owner]) && words[..owner].iter().all(leads))
}

/// “author of (the book) “…””; a year and a name in brackets behind the title cite a paper.
fn is_authored(words: &[&str], after: &str) -> bool {
    let Some(at) = words.windows(2).rposition(|pair| pair == ["author", "of"]) else { return false };
    let rest = &words[at + 2..];
    let says_book = rest.iter().any(|word| BOOKS.contains(word));
    let citation = after.trim_start().strip_prefix('(').and_then(|inner| inner.split_once(')'));
    let is_paper = citation.is_some_and(|(source, _)| {
        let source = fold(source);
        let is_published = source.split(' ').any(|word| PUBLISHERS.contains(&word));
        source.contains(char::is_alphabetic) && !is_published
    });
    rest.iter().all(|word| BOOKS.contains(word) || BETWEEN.contains(word)) && (says_book || !is_paper)
}

/// “wrote the book “…””.
fn is_written(words: &[&str]) -> bool {
    let Some(book) = near_end(words) else { return false };
    let verb = words[..book].iter().rposition(|word| !BETWEEN.contains(word) && !OWNERS.contains(word));
    verb.is_some_and(|verb| WRITES.contains(&words[verb]))
}

/// Where the last four words say “book”.
fn near_end(words: &[&str]) -> Option<usize> {
    let from = words.len().saturating_sub(4);
    words[from..].iter().rposition(|word| BOOKS.contains(word)).map(|book| from + book)
}

/// “by Bo Sample”, but not “by Nordland University Press”.
fn is_by_other(after: &str, name: &PersonName) -> bool {
    let words: Vec<&str> = after.split_whitespace().collect();
    words.iter().enumerate().filter(|(_, word)| fold(word) == "by").any(|(at, _)| {
        let run: Vec<&str> =
            words[at + 1..].iter().copied().take_while(|word| word.starts_with(char::is_uppercase)).collect();
        let is_publisher = run.iter().any(|word| PUBLISHERS.contains(&fold(word).as_str()))
            || (run.len() == 1 && at > 0 && fold(words[at - 1]) == "published");
        !run.is_empty() && !is_publisher && name.mention(&run.join(" ")) == Mention::None
    })
}

/// What comes before the first title in quotation marks, the title, and what follows it.
fn quoted_title(text: &str) -> Option<(&str, &str, &str)> {
    let open = text.find(['“', '„', '«', '"'])?;
    let (lead, inner) = text.split_at(open);
    let inner = &inner[inner.chars().next()?.len_utf8()..];
    let end = inner.find(['”', '“', '»', '"'])?;
    let title = inner[..end].trim().trim_end_matches([',', '.']);
    let is_title = title.starts_with(|c: char| c.is_uppercase() || c.is_numeric());
    let after = inner[end..].trim_start_matches(['”', '“', '»', '"']);
    (is_title && (3..=MAX_TITLE).contains(&title.chars().count())).then_some((lead, title, after))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_book_is_a_quoted_title_of_the_persons_own() {
        for fact in [
            "Ada Example is the author of “Tides for Everyone” and sails.",
            "Ada Example is the author of “Tides for Everyone” (Nordland University Press, 2003).",
            "Her book \"Tides for Everyone,\" came out in 2003.",
            "Her first book, “Tides for Everyone”, was published by Nordland University Press.",
            "Ada Example's book “Tides for Everyone” came out in 2003.",
            "In her book “Tides for Everyone” Ada Example sails.",
            "My book “Tides for Everyone” came out in 2003.",
            "Ada Example wrote the monograph „Tides for Everyone“.",
            "Ada Example has published her second novel, “Tides for Everyone”.",
        ] {
            assert_eq!(book(fact, &PersonName::parse("Ada Example")), Some("Tides for Everyone"), "{fact}");
        }
    }

    #[test]
    fn a_book_of_somebody_else_or_no_book_is_none() {
        for fact in [
            "Ada Example reviewed the book “Tides for Everyone”.",
            "Ada Example loves the book “Tides for Everyone” by Bo Sample.",
            "Ada Example wrote a book about tides.",
            "Ada Example wrote the song “Tides for Everyone”.",
            "Bo Sample wrote the book “Tides for Everyone” long after meeting Ada Example.",
            "Ada Example calls the book “Tides for Everyone” a delight.",
            "Ada Example discusses a book about tides, “Tides for Everyone”, written by Bo Sample in 2001.",
            "Ada Example translated the book “Tides for Everyone” in 2003.",
            "Ada Example keeps the book “Tides for Everyone” on her desk.",
            "Her favourite book is “Tides for Everyone” and she likes ships.",
            "Ada Example never finished her book “Tides for Everyone”.",
            "Ada Example said about her book: “It is not my best work”.",
            "Ada Example criticised Bo Sample’s book “Tides for Everyone”.",
            "Ada Example burned her book “Tides for Everyone”.",
            "Ada Example was inspired by her first book, “Tides for Everyone”, which she got at ten.",
            "Bo gave Ada Example his book “Tides for Everyone”.",
            "Ada Example is the author of “Tides for Everyone” (Nature, 2003).",
            "Ada Example wrote about the book “Tides for Everyone”.",
        ] {
            assert_eq!(book(fact, &PersonName::parse("Ada Example")), None, "{fact}");
        }
    }

    #[test]
    fn a_title_without_quotation_marks_must_be_whole_and_in_large_words() {
        let is = |fact: &str, text: &str| is_book(fact, text, &PersonName::parse("Ada Example"));
        let fact = "Ada Example wrote the book Tides for Everyone in 2003.";
        assert!(is(fact, "Tides for Everyone"));
        for text in ["Tides", "Tides for", "the book", "Everyone in 2003", "Ada Example"] {
            assert!(!is(fact, text), "{text}");
        }
        assert!(!is("Ada Example reviewed the book Tides for Everyone.", "Tides for Everyone"));
        assert!(!is("Bo Sample wrote the book Tides for Everyone.", "Tides for Everyone"));
        assert!(!is("Her book “Tides for Everyone” came out.", "Tides"));
    }
}
