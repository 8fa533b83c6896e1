//! Whether the evidence may be about more than one person. Names are shared; a namesake in the same field passes every
//! rule that looks at one page or paper at a time, so what was used is looked at together.
use super::{ValueSource, arxiv_helper::Papers, email_composer::Research, web_scraper::Findings};
use crate::{
    model::{Builtin, Person},
    text::{name::PersonName, words::content_words},
};

/// Why the e-mail may mix two people, in words for its owner; empty where nothing speaks for it.
pub(crate) fn doubts(values: &[ValueSource], person: Person<'_>, research: Research<'_>) -> Vec<String> {
    let used: Vec<&str> = values.iter().flat_map(|value| &value.urls).map(String::as_str).collect();
    let reasons =
        two_places(&used, person, research.findings).into_iter().chain(in_part(&used, research.papers));
    let several = reasons.map(|reason| format!("the evidence may be about more than one person: {reason}"));
    several.chain(uncertain(&used, research.findings)).collect()
}

/// A page that was used may be about somebody else.
fn uncertain(used: &[&str], findings: &Findings) -> impl Iterator<Item = String> {
    findings.uncertain.iter().filter_map(move |&(page, reason)| {
        let url = findings.urls.get(page).filter(|url| used.contains(&url.as_str()))?;
        Some(format!("{url} may be about somebody else: {reason}"))
    })
}

/// A page that was used and another one about the person name different universities of today.
fn two_places(used: &[&str], person: Person<'_>, findings: &Findings) -> Option<String> {
    let name = PersonName::parse(person.name);
    // what a page says counts whether or not a model noted it
    let read = findings.universities.iter().map(|(page, place)| (*page, place.as_str()));
    let noted =
        findings.facts.iter().filter_map(|fact| Some((fact.page, Builtin.university(&fact.text, &name)?)));
    let stated: Vec<(usize, &str)> = noted.chain(read).collect();
    let url = |page: usize| findings.urls.get(page).map_or("", String::as_str);
    let differ = |a: usize, b: usize| {
        let of = |page: usize| stated.iter().filter(move |(other, _)| *other == page);
        of(a).all(|(_, place)| of(b).all(|(_, other)| !is_same_place(place, other)))
    };
    stated.iter().filter(|(page, _)| used.contains(&url(*page))).find_map(|&(page, place)| {
        let (other, elsewhere) = stated.iter().find(|(other, _)| *other != page && differ(page, *other))?;
        Some(format!("{} says {place}, {} says {elsewhere}", url(page), url(*other)))
    })
}

/// One name holds the words of the other: “University of Nordland” and “Nordland University”.
pub(super) fn is_same_place(a: &str, b: &str) -> bool {
    let (a, b) = (content_words(a), content_words(b));
    a.iter().all(|word| b.contains(word)) || b.iter().all(|word| a.contains(word))
}

/// A paper by “A. Example” is anybody's whose name begins so.
fn in_part(used: &[&str], papers: &Papers) -> Option<String> {
    let url = papers.doubtful.iter().find(|url| used.contains(&url.as_str()))?;
    Some(format!("the author of {url} gives only part of the name, and no page names the paper"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::Fact, pipeline::ValueOrigin};

    const PERSON: Person<'static> = Person { name: "Ada Example", interest: "ocean eddies" };

    fn found(used: &str, pages: &[&str], papers: &Papers) -> Vec<String> {
        let fact = |(page, text): (usize, &&str)| Fact { text: (*text).to_owned(), page };
        let findings = Findings {
            urls: (0..pages.len()).map(|page| format!("page {page}")).collect(),
            facts: pages.iter().enumerate().map(fact).collect(),
            ..Findings::default()
        };
        let value = ValueSource {
            placeholder: "{{detail}}".into(),
            value: String::new(),
            from: ValueOrigin::Page,
            urls: vec![used.into()],
        };
        doubts(&[value], PERSON, Research { findings: &findings, papers })
    }

    #[test]
    fn two_universities_of_today_leave_a_doubt() {
        let nordland = "Ada Example is professor at the University of Nordland.";
        let sample = "Ada Example is professor of physics at Sample University.";
        let doubts = found("page 0", &[nordland, sample], &Papers::default());
        assert_eq!(
            doubts,
            [
                "the evidence may be about more than one person: page 0 says University of Nordland, page 1 says Sample University"
            ]
        );
        for others in
            ["Ada Example is professor at Nordland University.", "Ada Example studied at Sample University."]
        {
            assert!(found("page 0", &[nordland, others], &Papers::default()).is_empty(), "{others}");
        }
        assert!(found("a paper", &[nordland, sample], &Papers::default()).is_empty());
    }

    #[test]
    fn a_paper_that_only_part_of_a_name_ties_to_the_person_leaves_a_doubt() {
        let papers = Papers { doubtful: vec!["a paper".into()], ..Papers::default() };
        assert_eq!(found("a paper", &[], &papers).len(), 1);
        assert!(found("another paper", &[], &papers).is_empty());
    }

    #[test]
    fn a_page_that_may_be_somebody_elses_leaves_a_doubt_if_it_was_used() {
        let findings = Findings {
            urls: vec!["page 0".into(), "page 1".into()],
            uncertain: vec![(1, "the model is not sure")],
            ..Findings::default()
        };
        let doubts_of = |used: &str| {
            let value = ValueSource {
                placeholder: "{{detail}}".into(),
                value: String::new(),
                from: ValueOrigin::Page,
                urls: vec![used.into()],
            };
            doubts(&[value], PERSON, Research { findings: &findings, papers: &Papers::default() })
        };
        assert_eq!(doubts_of("page 1"), ["page 1 may be about somebody else: the model is not sure"]);
        assert!(doubts_of("page 0").is_empty());
    }

    #[test]
    fn what_a_page_says_counts_although_no_model_noted_it() {
        let findings = Findings {
            urls: vec!["page 0".into(), "page 1".into()],
            universities: vec![(0, "University of Nordland".into()), (1, "Sample University".into())],
            ..Findings::default()
        };
        let used = two_places(&["page 0"], PERSON, &findings);
        assert!(used.unwrap().contains("page 1 says Sample University"));
    }
}
