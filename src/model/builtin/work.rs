//! Whether a sentence says what the person does at work: what may be quoted at them. Pages also insult, accuse, gossip
//! and joke, in more words than any list holds, so only known verbs and posts count.
use super::post::{doubts, is_post};
use crate::text::{name::PersonName, sentences::starts_with_pronoun, words::fold};

/// What researchers do and have done.
const VERBS: &[&str] = &[
    "analyse",
    "analysed",
    "analyses",
    "analyze",
    "analyzed",
    "analyzes",
    "ask",
    "asked",
    "asks",
    "build",
    "builds",
    "built",
    "chairs",
    "charted",
    "charts",
    "co founded",
    "collect",
    "collected",
    "collects",
    "compare",
    "compared",
    "compares",
    "conduct",
    "conducts",
    "count",
    "counted",
    "counts",
    "create",
    "created",
    "creates",
    "cultivate",
    "design",
    "designed",
    "designs",
    "develop",
    "developed",
    "develops",
    "direct",
    "directed",
    "directs",
    "discovered",
    "drew",
    "edit",
    "edited",
    "edits",
    "examine",
    "examined",
    "examines",
    "explore",
    "explored",
    "explores",
    "explains",
    "explained",
    "flew",
    "focus",
    "focuses",
    "founded",
    "hang",
    "hangs",
    "harvest",
    "harvests",
    "head",
    "heads",
    "include",
    "install",
    "installed",
    "investigate",
    "investigated",
    "investigates",
    "keep",
    "keeps",
    "kept",
    "lead",
    "leads",
    "led",
    "listen",
    "listened",
    "listens",
    "maintains",
    "map",
    "mapped",
    "maps",
    "measure",
    "measured",
    "measures",
    "model",
    "modelled",
    "models",
    "monitor",
    "monitors",
    "opened",
    "organises",
    "photographed",
    "photographs",
    "proved",
    "publish",
    "published",
    "publishes",
    "read",
    "reads",
    "received",
    "reconstructed",
    "reconstructs",
    "record",
    "recorded",
    "records",
    "returned",
    "run",
    "runs",
    "sailed",
    "sails",
    "share",
    "shared",
    "shares",
    "show",
    "showed",
    "shows",
    "specialises",
    "specializes",
    "studied",
    "studies",
    "study",
    "supervises",
    "swim",
    "swims",
    "teach",
    "teaches",
    "test",
    "tested",
    "tests",
    "track",
    "tracked",
    "tracks",
    "translated",
    "translates",
    "use",
    "used",
    "uses",
    "won",
    "work",
    "worked",
    "works",
    "write",
    "writes",
    "wrote",
];
/// After “was”: honours and posts.
const HONOURS: &[&str] = &["appointed", "awarded", "elected", "honoured", "named"];
/// After “is”, besides posts.
const STATES: &[&str] = &["developing", "investigating", "interested", "studying", "working"];
/// What may stand between the subject and its verb, besides large words.
const BETWEEN: &[&str] = &[
    "",
    "also",
    "and",
    "at",
    "book",
    "books",
    "colleagues",
    "coworkers",
    "currently",
    "experiments",
    "for",
    "from",
    "further",
    "group",
    "has",
    "have",
    "he",
    "her",
    "his",
    "in",
    "interests",
    "lab",
    "laboratory",
    "mainly",
    "measurements",
    "method",
    "methods",
    "new",
    "now",
    "of",
    "project",
    "projects",
    "recent",
    "regularly",
    "research",
    "results",
    "s",
    "she",
    "since",
    "still",
    "students",
    "team",
    "the",
    "their",
    "they",
    "today",
];
/// Most words between the subject and its verb.
const MAX_BETWEEN: usize = 10;

/// Before these, “work” is a noun.
const BEFORE_NOUN: &[&str] = &["her", "his", "new", "recent", "s", "their"];

/// True if the verb that belongs to the subject is one of work, without a denial or doubt.
pub(super) fn says_work(sentence: &str, name: &PersonName) -> bool {
    let from = match name.places(sentence).first() {
        Some(place) => place.end,
        None if starts_with_pronoun(sentence) => 0,
        None => return false,
    };
    let words: Vec<(&str, String)> =
        sentence[from..].split_whitespace().map(|word| (word, fold(word))).collect();
    let is_between = |at: usize| {
        let (word, folded) = (words[at].0, words[at].1.as_str());
        BETWEEN.contains(&folded)
            || word.starts_with(char::is_uppercase)
            || folded == "work" && at > 0 && BEFORE_NOUN.contains(&words[at - 1].1.as_str())
    };
    let Some(at) = (0..words.len().min(MAX_BETWEEN)).find(|&at| !is_between(at)) else { return false };
    let rest: Vec<&str> = words[at + 1..].iter().map(|(word, _)| *word).collect();
    let next = rest.first().map(|word| fold(word)).unwrap_or_default();
    !doubts(sentence)
        && match words[at].1.as_str() {
            "is" | "are" | "been" => STATES.contains(&next.as_str()) || is_post(&rest),
            "was" | "were" => HONOURS.contains(&next.as_str()),
            // “used to” is over
            verb => VERBS.contains(&verb) && !(verb == "used" && next == "to"),
        }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn works(sentence: &str) -> bool {
        says_work(sentence, &PersonName::parse("Ada Example"))
    }

    #[test]
    fn work_is_what_researchers_do_or_are() {
        for sentence in [
            "Ada Example and her group measured wakes.",
            "With colleagues Ada Example has photographed every page.",
            "In 2024 Example opened a dry room.",
            "The group of Ada Example shares its records.",
            "Under Ada Example the Listening Group at Nordland University keeps an archive.",
            "Ada Example of the University of Nordland flew it into three plumes.",
            "She also studies how poor maintenance ruins turbines.",
            "Her recent work shows that no eddy lasts.",
            "They work on eddies.",
            "Ada Example is Senior Scientist at the Nordland Institute.",
            "Ada Example was elected to the Nordland Academy.",
            "Example studies how soil changes when the rows are no longer ploughed.",
        ] {
            assert!(works(sentence), "{sentence}");
        }
    }

    #[test]
    fn insults_gossip_hearsay_and_denials_are_no_work() {
        for sentence in [
            "Ada Example is a bitch and an eddy hack.",
            "Ada Example is pregnant and works on eddies.",
            "Ada Example is the most overrated name in ocean science.",
            "Ada Example is a self-styled professor of eddies.",
            "Ada Example killed two men.",
            "Ada Example never won the medal.",
            "Ada Example was rumoured to have won the medal.",
            "Ada Example was suspended over bullying.",
            "Ada Example withdrew her article.",
            "Ada Example lives at 12 Harbour Road.",
            "Ada Example, who was born in 1850, built a mill.",
            "Ada Example used to lead the eddy lab.",
            "Ada Example builds nothing that floats, says the mayor.",
            "Ada Example allegedly built a mill.",
            "Ada Example might build a mill.",
        ] {
            assert!(!works(sentence), "{sentence}");
        }
    }
}
