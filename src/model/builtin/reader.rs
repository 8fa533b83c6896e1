//! Which sentences of a page are about the person. Copies them whole; guesses nothing.
use super::workplace::{is_affiliation, speaks_of_elsewhere};
use crate::{
    model::{FactsTask, LONGEST_FACT, PageFacts},
    text::{
        name::{
            Mention, PersonName,
            people::{brings_another, names_other},
        },
        sentences::{is_first_person, sentences, starts_with_pronoun},
        words::{field_words, fold, overlap},
    },
};

/// Shortest and longest sentence worth keeping, in words and characters.
const MIN_WORDS: usize = 5;
const MAX_LENGTH: usize = LONGEST_FACT;
/// How many lines below the name an affiliation still belongs to it.
const NEAR: usize = 2;
/// Longest heading, in words.
const MAX_HEADING: usize = 5;
/// Headings over what somebody did before.
const PAST_HEADINGS: &[&str] =
    &["background", "career", "curriculum vitae", "cv", "experience", "studies", "training"];
/// Folded phrases of the frame around a page's text.
const BOILERPLATE: &[&str] = &[
    "cookie",
    "cookies",
    "copyright",
    "all rights reserved",
    "click here",
    "log in",
    "subscribe",
    "privacy policy",
];

/// Reads one page, or a part of one.
pub(super) fn page_facts(task: &FactsTask<'_>) -> PageFacts {
    let name = PersonName::parse(task.person.name);
    let field = field_words(task.person.interest);
    let best = best_mention(task, &name);
    let mut reader = Reader {
        is_own_page: is_own_page(task.title, &name),
        // where two people share a surname, only the whole name tells which
        needed: if task.text.lines().any(|line| name.has_namesake(line)) {
            Mention::Full
        } else {
            Mention::Surname
        },
        lines_since: usize::MAX,
        is_closed: false,
        facts: Vec::new(),
        name: &name,
        field: &field,
    };
    // a surname alone is anybody's
    if best == Mention::Full {
        task.text.lines().for_each(|line| reader.line(line));
    }
    PageFacts { about_person: about_person(task, &name, best), facts: reader.facts }
}

/// How sure it is that the page is about the person, 0 to 1.
pub(super) fn certainty(task: &FactsTask<'_>) -> f64 {
    let name = PersonName::parse(task.person.name);
    about_person(task, &name, best_mention(task, &name))
}

fn best_mention(task: &FactsTask<'_>, name: &PersonName) -> Mention {
    let lines = [task.title].into_iter().chain(task.text.lines());
    lines.map(|line| name.mention(line)).max().unwrap_or(Mention::None)
}

struct Reader<'a> {
    name: &'a PersonName,
    field: &'a [String],
    is_own_page: bool,
    /// The least mention that counts.
    needed: Mention,
    /// How many lines ago the person was named.
    lines_since: usize,
    /// A heading or another person's name came, so that a bare affiliation is no longer the person's.
    is_closed: bool,
    facts: Vec<String>,
}

impl Reader<'_> {
    fn line(&mut self, line: &str) {
        self.lines_since = self.lines_since.saturating_add(1);
        let mut was_about = false;
        for sentence in sentences(line) {
            let is_named = self.name.mention(sentence) >= self.needed;
            let is_about = is_named || (was_about && starts_with_pronoun(sentence));
            if is_named {
                self.lines_since = 0;
                self.is_closed &= self.is_own_page;
            } else if self.ends_affiliations(sentence) {
                self.is_closed = true;
            }
            // whose place of work stands under two names, nobody knows
            self.is_closed |= is_named && !sentence.ends_with('.') && names_other(sentence, self.name);
            let is_own = is_about || (self.is_own_page && is_first_person(sentence));
            let belongs = !self.is_closed && (self.is_own_page || self.lines_since <= NEAR);
            if is_own && is_specific(sentence, self.name, self.field)
                || belongs && !is_boilerplate(sentence) && is_affiliation(sentence, self.name)
            {
                self.facts.push(sentence.to_owned());
            }
            was_about = is_about && !names_other(sentence, self.name) && !brings_another(sentence, self.name);
        }
    }

    /// “Education”, “Sponsored by”, “Bo Sample”: what follows is of another time or person.
    fn ends_affiliations(&self, line: &str) -> bool {
        let is_heading = line.split_whitespace().count() <= MAX_HEADING && !line.ends_with(['.', '!', '?']);
        (is_heading && (speaks_of_elsewhere(line) || PAST_HEADINGS.contains(&fold(line).as_str())))
            || names_other(line, self.name)
    }
}

/// True if the title begins with the person's name or has it for a part: a page of theirs, not one about them.
pub(super) fn is_own_page(title: &str, name: &PersonName) -> bool {
    let parts = title.split(['|', '–', '—', ':', '·']).flat_map(|part| part.split(" - "));
    let is_name = |part: &str| {
        name.places(part).first().is_some_and(|place| {
            let lead = fold(&part[..place.start]);
            let is_lead = |word: &str| {
                matches!(word, "" | "about" | "home" | "homepage" | "of" | "page" | "profile")
                    || PersonName::is_title(word)
            };
            place.mention == Mention::Full && lead.split(' ').all(is_lead)
        })
    };
    parts.into_iter().any(is_name) && !names_other(title, name)
}

/// A page that names the person but shares no word with the interest is more likely about a namesake.
fn about_person(task: &FactsTask<'_>, name: &PersonName, best: Mention) -> f64 {
    let field = field_words(task.person.interest);
    let in_title = name.mention(task.title) == Mention::Full;
    let shared = overlap(&field, &format!("{} {}", task.title, task.text));
    let bonus = if shared * 2 > field.len() { 0.1 } else { 0.0 };
    match best {
        Mention::None => 0.0,
        Mention::Surname => 0.3,
        Mention::Full if shared == 0 => 0.4,
        Mention::Full if in_title => 0.9 + bonus,
        Mention::Full => 0.7 + bonus,
    }
}

/// True if a sentence says something that does not fit everybody: it touches the interest, or holds a number or a name
/// that is not the person's.
fn is_specific(sentence: &str, name: &PersonName, field: &[String]) -> bool {
    let own = fold(&name.full);
    let is_name = |word: &str| word.starts_with(char::is_uppercase) && !own.contains(&fold(word));
    let words: Vec<&str> = sentence.split_whitespace().collect();
    words.len() >= MIN_WORDS
        && sentence.chars().count() <= MAX_LENGTH
        && !is_boilerplate(sentence)
        && (overlap(field, sentence) > 0
            || sentence.contains(|c: char| c.is_ascii_digit())
            || words[1..].iter().any(|word| is_name(word)))
}

fn is_boilerplate(sentence: &str) -> bool {
    let folded = format!(" {} ", fold(sentence));
    sentence.contains('©') || BOILERPLATE.iter().any(|phrase| folded.contains(&format!(" {phrase} ")))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Person;

    fn page(title: &str, text: &str) -> PageFacts {
        page_facts(&FactsTask {
            person: Person { name: "Dr. Ada Example", interest: "ocean eddies" },
            title,
            text,
        })
    }

    #[test]
    fn a_page_counts_as_hers_by_title_text_and_field() {
        assert_eq!(page("Ada Example", "She sails on ocean currents.").about_person, 0.9);
        assert_eq!(page("Ada Example", "Eddies in the ocean.").about_person, 1.0);
        assert_eq!(page("News", "Ada Example sails. The ocean is blue.").about_person, 0.7);
        assert_eq!(page("News", "Ada Example bakes bread.").about_person, 0.4);
        assert_eq!(page("Ada Example, baker", "Ada Example bakes bread.").about_person, 0.4);
        assert_eq!(page("Ocean eddies", "Dr. Example spoke.").about_person, 0.3);
        assert_eq!(page("Ocean eddies", "Bo Example spoke.").about_person, 0.0);
    }

    #[test]
    fn facts_are_the_sentences_about_her_word_for_word() {
        let text = "Welcome to our site, which uses cookies and 3 trackers.\n\
                    Ada Example studies eddies with 12 buoys. She built them at home in Nordland. It rained in 2019.\n\
                    She is somebody else in this line since 1999.\n\
                    Bo Sample studies eddies with 3 buoys. Ada Example is very nice.";
        let expected = ["Ada Example studies eddies with 12 buoys.", "She built them at home in Nordland."];
        assert_eq!(page("News of the ocean", text).facts, expected);
    }

    #[test]
    fn an_affiliation_counts_on_her_own_page_or_near_her_name() {
        let line = "Department of Physics, University of Nordland";
        assert_eq!(page("Ada Example", &format!("Home\n{line}")).facts, [line]);
        assert_eq!(page("Staff", &format!("Ada Example\nReader\n{line}")).facts, [line]);
        assert!(page("Staff", &format!("Ada Example\na\nb\nc\nd\n{line}")).facts.is_empty());
        assert!(page("Staff", line).facts.is_empty());
    }

    #[test]
    fn an_affiliation_stops_at_the_next_person_and_at_other_headings() {
        let line = "Nordland University";
        for text in [
            "Ada Example\nBo Sample\nNordland University",
            "Ada Example\nHost: Bo Sample\nNordland University",
        ] {
            assert!(page("Staff", text).facts.is_empty(), "{text}");
        }
        assert!(page("Staff", "Ada Example | Reader\nKim Sample | Nordland University").facts.is_empty());
        assert!(page("Ada Example", &format!("Education\n{line}")).facts.is_empty());
        assert!(page("Ada Example", &format!("Sponsored by\n{line}")).facts.is_empty());
    }

    #[test]
    fn a_pronoun_after_another_persons_name_is_not_hers() {
        let text = "Ada Example hired Bo Sample in 2015. She counted 12 eddies.";
        assert_eq!(page("News of the ocean", text).facts, ["Ada Example hired Bo Sample in 2015."]);
    }

    #[test]
    fn a_bare_surname_counts_only_where_it_can_be_nobody_else() {
        let text = "Example counted 12 ocean eddies.";
        assert_eq!(page("Ada Example", text).facts, [text]);
        assert!(page("News", text).facts.is_empty());
        assert!(page("Ada Example", &format!("Bo Example opened it.\n{text}")).facts.is_empty());
    }

    #[test]
    fn a_page_about_her_by_somebody_else_is_not_her_own() {
        let text = "I study ocean eddies with 12 buoys.";
        for title in
            ["Interview with Ada Example", "Why Ada Example is wrong", "Ada Example – Bo Sample’s blog"]
        {
            assert!(page(title, text).facts.is_empty(), "{title}");
        }
    }

    #[test]
    fn first_person_counts_only_on_her_own_page() {
        let text = "I study ocean eddies with 12 buoys.";
        assert_eq!(page("Ada Example", text).facts, [text]);
        assert!(page("Blog", &format!("{text}\nAda Example")).facts.is_empty());
    }
}
