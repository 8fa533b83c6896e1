//! Whether one paper can be the person's, and why.
use crate::{
    model::Fact,
    text::{
        name::{Agreement, PersonName},
        words::{content_words, is_generic, overlap},
    },
    web::{Author, Paper},
};

/// Fewest words of a title by which a page can be said to name the paper.
const MIN_TITLE_WORDS: usize = 3;
/// Whole disciplines, which many namesakes share; one of these alone says nothing.
const DISCIPLINES: &[&str] = &[
    "art",
    "biology",
    "chemistry",
    "computer",
    "computing",
    "data",
    "economics",
    "engineering",
    "history",
    "language",
    "law",
    "learning",
    "literature",
    "mathematics",
    "maths",
    "medicine",
    "philosophy",
    "physics",
    "psychology",
    "statistics",
];

/// What is known about the person whose papers are wanted.
pub(super) struct Wanted<'a> {
    /// The person's name.
    pub(super) name: &'a PersonName,
    /// The words of the interest that tell a field.
    pub(super) interest: Vec<String>,
    /// What pages say about the person.
    pub(super) facts: &'a [Fact],
}

/// A paper that can be the person's.
#[derive(Debug)]
pub(super) struct Candidate {
    pub(super) paper: Paper,
    /// Whether a page names it.
    pub(super) is_named: bool,
    /// How the author's name agrees.
    pub(super) agreement: Agreement,
    /// Which of the authors that is.
    pub(super) author: usize,
    /// Why it can be the person's, for people.
    pub(super) matched_by: Vec<String>,
}

impl Wanted<'_> {
    /// The paper, if author and subject fit, or a page names it.
    pub(super) fn candidate(&self, paper: Paper) -> Option<Candidate> {
        let (author, agreement) = self.author(&paper)?;
        let is_named = self.is_named(&paper.title);
        if !is_named && !self.touches(&paper, agreement) {
            return None;
        }
        let matched_by = self.reasons(&paper, &paper.authors[author].name, agreement, is_named);
        Some(Candidate { paper, is_named, agreement, author, matched_by })
    }

    /// The author whose name agrees best.
    fn author(&self, paper: &Paper) -> Option<(usize, Agreement)> {
        let agree = |author: &Author| self.name.agreement(&PersonName::parse(&author.name));
        let all = paper.authors.iter().map(agree).enumerate();
        // Of several that agree equally, the first.
        all.rev().max_by_key(|(_, agreement)| *agreement).filter(|(_, best)| *best > Agreement::None)
    }

    /// True if one statement of a page holds every word of the title.
    fn is_named(&self, title: &str) -> bool {
        let words = content_words(title);
        words.len() >= MIN_TITLE_WORDS
            && self.facts.iter().any(|fact| overlap(&words, &fact.text) == words.len())
    }

    /// More than half of the interest's words, or all of them where the author's name agrees only in part.
    fn touches(&self, paper: &Paper, agreement: Agreement) -> bool {
        let Paper { title, summary, categories, .. } = paper;
        let text = format!("{title} {summary} {}", categories.join(" "));
        let interest = &self.interest;
        let telling: Vec<String> = interest.iter().filter(|word| tells(word)).cloned().collect();
        let touched = overlap(interest, &text);
        let enough = if agreement == Agreement::Full {
            touched * 2 > interest.len()
        } else {
            touched == interest.len()
        };
        let is_told = interest.len() > 1 || !telling.is_empty();
        enough && is_told && touches_one(interest, &telling, &text)
    }

    fn reasons(&self, paper: &Paper, author: &str, agreement: Agreement, is_named: bool) -> Vec<String> {
        let how = match agreement {
            Agreement::Full => "full name",
            Agreement::Initial => "initial",
            Agreement::Part | Agreement::None => "part of the name",
        };
        let mut reasons = vec![format!("author {author} ({how})")];
        if is_named {
            reasons.push("named by a page".to_owned());
        }
        let mut rest = self.interest.clone();
        let categories = paper.categories.join(" ");
        for (text, place) in
            [(&paper.title, "title"), (&paper.summary, "abstract"), (&categories, "categories")]
        {
            let (found, missing): (Vec<String>, _) =
                rest.into_iter().partition(|word| overlap(std::slice::from_ref(word), text) > 0);
            if !found.is_empty() {
                reasons.push(format!("{} in the {place}", found.join(", ")));
            }
            rest = missing;
        }
        reasons
    }
}

/// True if a telling word stands in the text; where there is none, all the others have to.
fn touches_one(interest: &[String], telling: &[String], text: &str) -> bool {
    if telling.is_empty() { overlap(interest, text) == interest.len() } else { overlap(telling, text) > 0 }
}

/// True for a word that tells a field from others.
pub(super) fn tells(word: &str) -> bool {
    word.chars().count() > 1 && !is_generic(word) && !DISCIPLINES.contains(&word)
}
