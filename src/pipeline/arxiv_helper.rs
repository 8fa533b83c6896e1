//! Step 3: the person's papers. Names are shared by many, so a paper counts only if its author's name fits and its
//! subject touches the interest the sender gave: rather none than a namesake's.
mod candidate;
mod namesakes;

use std::{cmp::Reverse, time::Duration};

use candidate::{Candidate, Wanted, tells};

use super::{
    PaperRecord, TemplateType,
    hygiene::is_clean_title,
    sources::{Outage, Sources},
};
use crate::{
    condition::ARXIV_AWAY,
    model::{Fact, PaperRef, Person},
    text::{
        name::{Agreement, PersonName},
        words::{field_words, fold},
    },
    web::{LONGEST_PAPER_SEARCH, Paper, PaperQuery, WebError},
};

/// Most papers that are kept.
const MAX_PAPERS: usize = 5;
/// Longest title, in characters: the most that a value may have.
const MAX_TITLE: usize = 300;
/// The most time that this step takes: it asks twice.
pub(crate) const LONGEST: Duration = LONGEST_PAPER_SEARCH.saturating_mul(2);

/// The person's papers, best first: the third step's result.
#[derive(Debug, Default)]
pub(crate) struct Papers {
    /// At most five.
    pub list: Vec<Paper>,
    /// Why each of them was taken for the person's.
    pub matched_by: Vec<Vec<String>>,
    /// The addresses of those whose author's name agrees only in part, and that no page names.
    pub doubtful: Vec<String>,
    /// Why there may be none.
    pub warnings: Vec<String>,
    /// Set where arXiv could not be asked.
    pub outage: Option<Outage>,
}

/// Looks for papers, if the template is of the kind that needs them. A failure is remembered and fails nothing.
///
/// The newest papers of everybody with the name come first. Where none of them fits, the name may be a common one, or
/// stand there with initials: then it is asked for in all its forms together with the interest.
pub(crate) fn run(
    sources: &dyn Sources,
    person: Person<'_>,
    template_type: TemplateType,
    facts: &[Fact],
) -> Papers {
    if template_type != TemplateType::Research {
        return Papers::default();
    }
    let name = PersonName::parse(person.name);
    let wanted = Wanted { name: &name, interest: field_words(person.interest), facts };
    let mut spellings = name.spellings();
    let newest = match sources.papers(PaperQuery { spellings: &spellings, about: &[] }) {
        Ok(newest) => newest,
        Err(error) => return failed(&error),
    };
    let mut some_found = !newest.is_empty();
    let mut withdrawn = 0;
    let mut candidates = fitting(newest, &wanted, &mut withdrawn);
    let about = subject(&wanted.interest);
    if !candidates.is_empty() || about.is_empty() {
        return chosen(candidates, &wanted, some_found).without(withdrawn);
    }
    spellings.extend(name.short_spellings());
    match sources.papers(PaperQuery { spellings: &spellings, about: &about }) {
        Ok(relevant) => {
            some_found |= !relevant.is_empty();
            candidates = fitting(relevant, &wanted, &mut withdrawn);
            chosen(candidates, &wanted, some_found).without(withdrawn)
        }
        Err(error) => failed(&error),
    }
}

fn failed(error: &WebError) -> Papers {
    let warnings = vec![format!("the papers could not be looked up: {error}")];
    Papers { warnings, outage: Outage::behind(error, Some(&ARXIV_AWAY)), ..Papers::default() }
}

/// The words by which a paper on the subject can be found.
fn subject(interest: &[String]) -> Vec<String> {
    let telling: Vec<String> = interest.iter().filter(|word| tells(word)).cloned().collect();
    if telling.is_empty() { interest.to_vec() } else { telling }
}

/// The papers that can be the person's; those that were withdrawn are counted only.
fn fitting(found: Vec<Paper>, wanted: &Wanted<'_>, withdrawn: &mut usize) -> Vec<Candidate> {
    let usable = found.into_iter().filter(|paper| is_usable(&paper.title));
    let mut fitting: Vec<_> = usable.filter_map(|paper| wanted.candidate(paper)).collect();
    let all = fitting.len();
    fitting.retain(|candidate| !candidate.paper.is_withdrawn);
    *withdrawn = (*withdrawn).max(all - fitting.len());
    fitting
}

fn is_usable(title: &str) -> bool {
    title.chars().count() <= MAX_TITLE && is_clean_title(title)
}

/// The papers of one person: those that a page names first, and among equals the newest first.
fn chosen(fitting: Vec<Candidate>, wanted: &Wanted<'_>, some_found: bool) -> Papers {
    let mut papers = Papers::default();
    if fitting.is_empty() && some_found {
        papers.warnings.push(
            "arXiv has papers under this name, but none that fits the name and the interest".to_owned(),
        );
    }
    let (mut candidates, warning) = namesakes::of_one_person(fitting, wanted);
    papers.warnings.extend(warning);
    candidates.sort_by_cached_key(|c| Reverse((c.is_named, c.paper.published.clone())));
    let mut titles = Vec::new();
    for candidate in candidates {
        let title = fold(&candidate.paper.title);
        if !titles.contains(&title) && papers.list.len() < MAX_PAPERS {
            titles.push(title);
            papers.keep(candidate);
        }
    }
    papers
}

impl Papers {
    /// Tells of those that were left out because they were withdrawn.
    fn without(mut self, withdrawn: usize) -> Papers {
        if withdrawn > 0 {
            let papers = if withdrawn == 1 { "paper that was" } else { "papers that were" };
            self.warnings.push(format!("left out {withdrawn} {papers} withdrawn or retracted on arXiv"));
        }
        self
    }

    fn keep(&mut self, candidate: Candidate) {
        if candidate.agreement < Agreement::Full && !candidate.is_named {
            self.doubtful.push(candidate.paper.url.clone());
        }
        self.matched_by.push(candidate.matched_by);
        self.list.push(candidate.paper);
    }

    /// As the composer sees them.
    pub fn refs(&self) -> Vec<PaperRef> {
        self.list.iter().map(|paper| PaperRef { title: paper.title.clone(), year: paper.year }).collect()
    }

    /// As the metadata keeps them.
    pub fn records(&self) -> Vec<PaperRecord> {
        let record = |(paper, matched_by): (&Paper, &Vec<String>)| PaperRecord {
            title: paper.title.clone(),
            arxiv_url: paper.url.clone(),
            year: paper.year,
            matched_by: matched_by.clone(),
        };
        self.list.iter().zip(&self.matched_by).map(record).collect()
    }
}

#[cfg(test)]
mod tests;
