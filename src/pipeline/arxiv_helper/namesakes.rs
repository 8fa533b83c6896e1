//! Papers of several people with one name. Fields that no cross-listing and no co-author connects may be those of
//! several people; then only what something ties to the person counts.
use super::candidate::{Candidate, Wanted};
use crate::{
    model::Builtin,
    pipeline::doubts::is_same_place,
    text::{name::Agreement, words::fold},
};

/// The papers that one person wrote, and what was left out, for people.
pub(super) fn of_one_person(
    candidates: Vec<Candidate>,
    wanted: &Wanted<'_>,
) -> (Vec<Candidate>, Option<String>) {
    let all = groups(candidates);
    let fields = fields(&all);
    let (strong, weak): (Vec<_>, Vec<_>) = all.into_iter().partition(|group| is_strong(group, wanted));
    // Beside a whole name, an initial in another field is somebody else's.
    let left = if strong.is_empty() { weak } else { strong };
    if left.len() < 2 {
        return (left.into_iter().flatten().collect(), None);
    }
    let (tied, untied): (Vec<_>, Vec<_>) = left.into_iter().partition(|group| is_tied(group, wanted));
    let warning = match (tied.is_empty(), untied.is_empty()) {
        (true, _) => Some(format!(
            "arXiv has papers under this name in fields that nothing connects ({fields}), and nothing tells which are \
             the recipient's: none is used"
        )),
        (false, false) => Some(format!(
            "arXiv has papers under this name in fields that nothing connects ({fields}): those that nothing ties to \
             the recipient are left out"
        )),
        (false, true) => None,
    };
    (tied.into_iter().flatten().collect(), warning)
}

/// The papers in groups, each connected within itself and to no other.
fn groups(candidates: Vec<Candidate>) -> Vec<Vec<Candidate>> {
    let mut groups: Vec<Vec<Candidate>> = Vec::new();
    for candidate in candidates {
        let connects = |group: &Vec<Candidate>| group.iter().any(|other| are_connected(&candidate, other));
        let (near, far): (Vec<_>, Vec<_>) = groups.into_iter().partition(connects);
        groups = far;
        groups.push(near.into_iter().flatten().chain([candidate]).collect());
    }
    groups
}

/// By an archive that both are listed in, or a co-author.
fn are_connected(one: &Candidate, other: &Candidate) -> bool {
    let share = |one: &[String], other: &[String]| one.iter().any(|text| other.contains(text));
    share(&archives(one), &archives(other)) || share(&co_authors(one), &co_authors(other))
}

/// `physics` for `physics.flu-dyn`; the parts of high energy and nuclear physics are one each. Classes of other systems,
/// such as MSC's `76-10`, are no archives.
fn archives(candidate: &Candidate) -> Vec<String> {
    let categories = candidate.paper.categories.iter();
    let archive = |category: &String| {
        let archive = category.split('.').next().unwrap_or_default();
        let family = ["hep", "nucl"].into_iter().find(|family| archive.starts_with(&format!("{family}-")));
        family.unwrap_or(archive).to_owned()
    };
    categories
        .filter(|category| category.starts_with(|c: char| c.is_ascii_lowercase()))
        .map(archive)
        .collect()
}

/// The others whose name says who they are: “X. Wang” is many people.
fn co_authors(candidate: &Candidate) -> Vec<String> {
    let others = candidate.paper.authors.iter().enumerate().filter(|(at, _)| *at != candidate.author);
    let is_telling = |name: &String| {
        let words: Vec<&str> = name.split(' ').collect();
        words.len() > 2 || (words.len() == 2 && words.iter().all(|word| word.chars().count() > 1))
    };
    others.map(|(_, author)| fold(&author.name)).filter(is_telling).collect()
}

/// The archives of all, for people.
fn fields(groups: &[Vec<Candidate>]) -> String {
    let mut names: Vec<String> = groups.iter().flatten().flat_map(archives).collect();
    names.sort_unstable();
    names.dedup();
    names.join(", ")
}

/// True where one of the papers gives the whole name, or is tied to the person.
fn is_strong(group: &[Candidate], wanted: &Wanted<'_>) -> bool {
    group.iter().any(|candidate| candidate.agreement == Agreement::Full) || is_tied(group, wanted)
}

/// True where a page names one of the papers, or one gives the institution that a page does.
fn is_tied(group: &[Candidate], wanted: &Wanted<'_>) -> bool {
    let is_at = |affiliation: &str| {
        let stated = wanted.facts.iter().filter_map(|fact| Builtin.university(&fact.text, wanted.name));
        !affiliation.is_empty() && stated.into_iter().any(|place| is_same_place(affiliation, place))
    };
    group
        .iter()
        .any(|candidate| candidate.is_named || is_at(&candidate.paper.authors[candidate.author].affiliation))
}
