//! Whether a source says what is claimed. Without knowing the language only words can be compared: which ones, in which
//! order, and what turns them round. It cannot prove a claim; it catches what was made up or put together.
mod parts;

use super::words::{PEOPLE_OF_SOMEBODY, alike, fold, is_stop_word, may_mean_the_same};

/// Words that claim nothing by themselves, besides the stop words.
const SMALL: &[&str] = &[
    "across",
    "between",
    "both",
    "did",
    "does",
    "each",
    "include",
    "includes",
    "including",
    "there",
    "through",
    "via",
    "way",
    "within",
];
/// Words that frame what is said to somebody about their work: “your paper on …”.
const FRAME: &[&str] = &[
    "article",
    "articles",
    "field",
    "interest",
    "interests",
    "paper",
    "papers",
    "publication",
    "publications",
    "research",
    "studies",
    "study",
    "topic",
    "topics",
    "work",
    "works",
];
/// Words that say that something is not so. All of them count as “not”.
const NEGATIONS: &[&str] = &[
    "arent", "barely", "cannot", "cant", "couldnt", "didnt", "doesnt", "dont", "hadnt", "hardly", "hasnt",
    "havent", "isnt", "kein", "keine", "keinen", "neither", "never", "nicht", "nie", "no", "nobody", "none",
    "nor", "not", "nothing", "shouldnt", "wasnt", "werent", "without", "wont", "wouldnt",
];
/// Words that make a statement another one if they are left out: it failed, is over, is not sure, or is about somebody
/// else's work or prize.
const TURNS: &[&str] = &[
    "against",
    "alleged",
    "allegedly",
    "almost",
    "anti",
    "asks",
    "aspired",
    "aspires",
    "attempted",
    "attempts",
    "believe",
    "believed",
    "believes",
    "beside",
    "bogus",
    "cancelled",
    "candidate",
    "claimed",
    "claims",
    "committee",
    "could",
    "criticised",
    "criticises",
    "criticized",
    "criticizes",
    "debunked",
    "declined",
    "denied",
    "denies",
    "disowned",
    "disproved",
    "disproves",
    "disputed",
    "disputes",
    "doubted",
    "doubts",
    "dreamed",
    "dreams",
    "dreamt",
    "ex",
    "except",
    "fail",
    "failed",
    "fails",
    "fictional",
    "finalist",
    "former",
    "formerly",
    "gossip",
    "hate",
    "hated",
    "hates",
    "hoped",
    "hopes",
    "imagined",
    "imagines",
    "instead",
    "intended",
    "intends",
    "joked",
    "jokes",
    "jury",
    "lack",
    "lacked",
    "lacks",
    "lost",
    "might",
    "missed",
    "nearly",
    "nominated",
    "nomination",
    "nominee",
    "non",
    "opposed",
    "opposes",
    "planned",
    "pretended",
    "pretends",
    "pseudo",
    "purported",
    "refused",
    "refuses",
    "refuted",
    "refutes",
    "rejected",
    "rejects",
    "reportedly",
    "resigned",
    "retracted",
    "rumored",
    "rumoured",
    "runner",
    "said",
    "says",
    "seeks",
    "shortlisted",
    "sought",
    "stopped",
    "suppose",
    "supposedly",
    "supposes",
    "suspended",
    "thinks",
    "thought",
    "tried",
    "tries",
    "unable",
    "unlike",
    "unsuccessful",
    "unsuccessfully",
    "until",
    "wanted",
    "wants",
    "watched",
    "whether",
    "why",
    "will",
    "wished",
    "wishes",
    "withdrawn",
    "withdrew",
    "would",
    "wrongly",
];
/// “with her students” and “and colleagues” keep somebody company.
const COMPANIONS: &[&str] = &["assistants", "colleagues", "friends", "postdocs", "students"];

/// A text as claims are judged by it.
#[derive(Debug, Clone, Default)]
pub(crate) struct Said {
    /// The folded words in order.
    words: Vec<String>,
    /// What makes it another statement if it is left out, sorted.
    turns: Vec<String>,
    is_past: bool,
    is_present: bool,
}

/// A word that a claim needs its source for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct KeyWord {
    /// The folded word.
    pub text: String,
    /// A number or a name, of which there are no other forms.
    is_exact: bool,
}

impl Said {
    /// The words of a text.
    pub fn of(text: &str) -> Said {
        let words: Vec<String> = text.split_whitespace().flat_map(bare_words).collect();
        let mut turns: Vec<String> =
            (0..words.len()).filter_map(|at| turn_at(&words, at)).map(str::to_owned).collect();
        turns.sort_unstable();
        let holds = |wanted: &[&str]| words.iter().any(|word| wanted.contains(&word.as_str()));
        Said {
            turns,
            is_past: holds(&["was", "were", "had"]),
            is_present: holds(&["am", "are", "is"]),
            words,
        }
    }

    /// The folded words in order.
    pub fn words(&self) -> &[String] {
        &self.words
    }

    /// True if the claim leaves out nothing that turns the source round, and puts no past into the present.
    pub fn agrees_with(&self, claim: &Said) -> bool {
        let is_updated = claim.is_present && !claim.is_past && self.is_past && !self.is_present;
        self.turns == claim.turns && !is_updated
    }

    /// True if nothing is turned round here.
    pub fn is_straight(&self) -> bool {
        self.turns.is_empty()
    }

    /// The claim's words that the source has in no form.
    pub fn lacks<'k>(&self, keys: &'k [KeyWord]) -> Vec<&'k str> {
        let is_missing = |key: &&KeyWord| !self.words.iter().any(|word| key.is_form_of(word));
        keys.iter().filter(is_missing).map(|key| key.text.as_str()).collect()
    }
}

fn in_order<'k>(words: &[String], mut keys: impl Iterator<Item = &'k KeyWord>) -> bool {
    let mut rest = words.iter();
    keys.all(|key| rest.any(|word| key.is_form_of(word)))
}

/// True if the sources, read one after the other, have all the words, and in that order.
pub(crate) fn have_in_order<'k>(
    sources: impl Iterator<Item = &'k Said>,
    mut keys: impl Iterator<Item = &'k KeyWord>,
) -> bool {
    let mut rest = sources.flat_map(|said| &said.words);
    keys.all(|key| rest.any(|word| key.is_form_of(word)))
}

impl KeyWord {
    /// True if the folded word is this one or another form of it, which begins with the same letter.
    pub fn is_form_of(&self, word: &str) -> bool {
        let (own, other) = (self.text.as_str(), word);
        let is_alike = || {
            alike(own, other)
                || alike(stem(own), other)
                || alike(own, stem(other))
                || stem(own) == stem(other)
        };
        // forms of one word begin alike, and most words do not
        let may_be_alike =
            !self.is_exact && own.chars().next() == other.chars().next() && may_mean_the_same(own, other);
        own == other || (may_be_alike && is_alike())
    }
}

/// The words of a claim that its source must have: all but those that claim nothing.
pub(crate) fn key_words(claim: &str) -> Vec<KeyWord> {
    let mut keys = Vec::new();
    for (position, raw) in claim.split_whitespace().enumerate() {
        let begins_large =
            raw.trim_start_matches(|c: char| !c.is_alphanumeric()).starts_with(char::is_uppercase);
        for text in bare_words(raw) {
            let is_number = text.contains(|c: char| c.is_numeric());
            let is_small = text.chars().nth(1).is_none() && !is_number && text.is_ascii();
            let is_empty = [NEGATIONS, SMALL].iter().any(|table| table.contains(&text.as_str()));
            if is_small || is_empty || is_stop_word(&text) {
                continue;
            }
            keys.push(KeyWord { text, is_exact: is_number || (begins_large && position > 0) });
        }
    }
    keys
}

/// True for words such as “your *paper* on”; the word is folded.
pub(crate) fn is_frame(word: &str) -> bool {
    FRAME.contains(&word)
}

/// What the word turns round, if it does.
fn turn_at(words: &[String], at: usize) -> Option<&str> {
    let word = words[at].as_str();
    let before = |back: usize| at.checked_sub(back).map_or("", |before| words[before].as_str());
    if NEGATIONS.contains(&word) {
        let is_more = words.get(at + 1).is_some_and(|next| matches!(&**next, "just" | "least" | "only"));
        return (!is_more).then_some("not");
    }
    let next = words.get(at + 1).map_or("", String::as_str);
    if matches!((word, next), ("used", "to") | ("applied", "for")) {
        return Some(word);
    }
    let is_company = COMPANIONS.contains(&word)
        && (matches!(before(1), "and" | "with")
            || matches!(before(1), "her" | "his" | "my" | "our" | "their")
                && matches!(before(2), "and" | "with"));
    let counts = TURNS.contains(&word) || (PEOPLE_OF_SOMEBODY.contains(&word) && !is_company);
    counts.then_some(word)
}

/// “sailed”, “sails” and “sailing” share one.
fn stem(word: &str) -> &str {
    ["ing", "ed", "es", "s", "e"]
        .iter()
        .find_map(|ending| word.strip_suffix(ending).filter(|stem| stem.len() >= 3))
        .unwrap_or(word)
}

/// The folded words in what stands between two spaces, without the ending of an owner.
fn bare_words(raw: &str) -> Vec<String> {
    let core = raw.trim_matches(|c: char| !c.is_alphanumeric());
    let core = core.strip_suffix("'s").or_else(|| core.strip_suffix("’s")).unwrap_or(core);
    fold(core).split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn unsaid(source: &str, claim: &str) -> Vec<String> {
        Said::of(source).lacks(&key_words(claim)).into_iter().map(str::to_owned).collect()
    }

    #[test]
    fn every_word_that_claims_something_needs_one_in_the_source() {
        let source = "Ada Example measured ocean eddies in the Baltic Sea with 12 buoys.";
        for claim in [
            "your measurements of eddies in the Baltic Sea",
            "the way you measure an ocean eddy with 12 buoys",
            "the way that Ada Example’s eddies did",
        ] {
            assert_eq!(unsaid(source, claim), Vec::<String>::new(), "{claim}");
        }
        assert_eq!(unsaid(source, "your fraudulent measured ocean eddies in the Baltic Sea"), ["fraudulent"]);
        assert_eq!(unsaid(source, "your 40 eddies of the Pacific"), ["40", "pacific"]);
        assert_eq!(unsaid("She is professor of law.", "Professor of science"), ["science"]);
        assert_eq!(unsaid("Ada sailed.", "Ada sails"), Vec::<String>::new());
        assert_eq!(unsaid("It has 3 masts.", "4 masts"), ["4"]);
        assert_eq!(unsaid("a terrific pump", "your terrible pump"), ["terrible"]);
    }

    #[test]
    fn a_name_or_number_has_one_form_only() {
        assert_eq!(unsaid("It ran in Nordland in 1999.", "how it ran in Nordlands"), ["nordlands"]);
        assert_eq!(unsaid("It took 19990 steps.", "of 1999"), ["1999"]);
    }

    #[test]
    fn what_turns_a_statement_round_must_not_be_left_out_or_put_in() {
        let agrees = |source: &str, claim: &str| Said::of(source).agrees_with(&Said::of(claim));
        for (source, claim) in [
            ("Ada found no eddies.", "Ada found eddies."),
            ("Ada found eddies.", "Ada never found eddies."),
            ("Ada didn't find eddies.", "Ada found eddies"),
            ("Ada failed to find eddies.", "Ada finds eddies."),
            ("Ada was rumoured to win a prize.", "Ada wins a prize."),
            ("Kim thinks Ada won a prize.", "Ada won a prize."),
            ("Ada builds non-toxic pumps.", "toxic pumps"),
            ("Ada applied for a prize.", "Ada, a prize"),
            ("Ada used to lead a lab.", "Ada leads a lab."),
            ("Ada hat nicht gewonnen.", "Ada hat gewonnen"),
            ("Ada asks why pumps kill seals.", "pumps kill seals"),
            ("Ada is ex-head of a lab.", "Ada, head of a lab"),
            ("Ada's team-mate won a prize.", "Ada won a prize."),
            ("Ada's student won a prize.", "Ada won a prize."),
            ("Ada's postdocs won a prize.", "Ada won a prize."),
            ("Ada sat on the jury of the prize.", "Ada, the prize"),
            ("Ada refuted the theory of tides.", "your theory of tides"),
            ("Ada was professor until 2007.", "Ada was professor."),
            ("Ada was professor at Nordland.", "Ada is professor at Nordland."),
        ] {
            assert!(!agrees(source, claim), "{claim}");
        }
        for (source, claim) in [
            ("Ada found no eddies.", "that you didn’t find eddies"),
            ("Ada found not only eddies but tides.", "Ada found eddies and tides."),
            ("Ada and her students found eddies.", "Ada found eddies."),
            ("Ada found eddies with her postdocs.", "Ada found eddies."),
            ("Ada was born in Nordland and is professor.", "Ada is professor."),
            ("Professor of physics", "Ada is professor of physics."),
        ] {
            assert!(agrees(source, claim), "{claim}");
        }
    }

    #[test]
    fn who_did_what_is_told_by_the_order() {
        let source = Said::of("Bo won the Golden Spoon, which Ada had wanted.");
        let says = |claim| have_in_order([&source].into_iter(), key_words(claim).iter());
        assert!(says("Bo won the Golden Spoon."));
        assert!(!says("Ada won the Golden Spoon."));
    }
}
