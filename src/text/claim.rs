//! Whether a source says what is claimed. Without knowing the language only words can be compared: which ones, in which
//! order, and what turns them round. It cannot prove a claim; it catches what was made up or put together.
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
    "hate",
    "hated",
    "hates",
    "hoped",
    "hopes",
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
    "seeks",
    "shortlisted",
    "sought",
    "stopped",
    "supposedly",
    "suspended",
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

/// Words with which a part of a statement begins that is about the last one named, and not about its subject.
const OF_ANOTHER: &[&str] = &["when", "where", "whether", "who", "whom", "whose"];
/// Those with which a part begins that has a subject of its own.
const OF_ITS_OWN: &[&str] = &["because", "how", "that", "which", "while", "why"];

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

impl Said {
    /// True if the words stand here in that order, or in it but for some that are put in front, as in “the tides that you
    /// measured”. `is_own` tells the person's names.
    pub fn tells(&self, keys: &[KeyWord], is_own: impl Fn(&str) -> bool) -> bool {
        let first = |at: usize| self.begins(OF_ANOTHER, at, &is_own) || self.begins(OF_ITS_OWN, at, &is_own);
        let main = &self.words[..(0..self.words.len()).find(|&at| first(at)).unwrap_or(self.words.len())];
        let is_fronted = || (1..keys.len()).any(|cut| in_order(main, keys[cut..].iter().chain(&keys[..cut])));
        in_order(&self.words, keys.iter()) || is_fronted()
    }

    /// True if the words do not all stand in a part that is about somebody else, and none of them only in a part of its
    /// own, which the claim does not open with the same word: “how corrupt officials …” is not “your corrupt …”.
    pub fn tells_of_subject(&self, keys: &[KeyWord], claim: &Said, is_own: impl Fn(&str) -> bool) -> bool {
        let find = |table: &[&str]| (0..self.words.len()).find(|&at| self.begins(table, at, &is_own));
        let is_before =
            |key: &KeyWord, part: usize| self.words[..part].iter().any(|word| key.is_form_of(word));
        let is_anothers = find(OF_ANOTHER).is_some_and(|part| {
            !keys.is_empty()
                && in_order(&self.words[part..], keys.iter())
                && !keys.iter().any(|key| is_before(key, part))
        });
        let is_torn = find(OF_ITS_OWN).is_some_and(|part| {
            !claim.words.contains(&self.words[part]) && keys.iter().any(|key| !is_before(key, part))
        });
        !is_anothers && !is_torn
    }

    /// True if a word of this table begins a part of a sentence there.
    fn begins(&self, table: &[&str], at: usize, is_own: &impl Fn(&str) -> bool) -> bool {
        table.contains(&self.words[at].as_str()) && (at == 0 || !is_own(&self.words[at - 1]))
    }

    /// True if the words that the claim strings together after “your” stand near each other here, or were turned round:
    /// “lazy fish near turbines” makes no “lazy turbines”.
    pub fn keeps_together(&self, claim: &Said) -> bool {
        let is_empty = |word: &String| is_stop_word(word) || SMALL.contains(&word.as_str()) || is_frame(word);
        let key = |at: usize| KeyWord { text: claim.words[at].clone(), is_exact: false };
        let places = |key: &KeyWord| -> Vec<usize> {
            (0..self.words.len()).filter(|&at| key.is_form_of(&self.words[at])).collect()
        };
        (1..claim.words.len()).filter(|&at| claim.words[at - 1] == "your").all(|from| {
            let run = claim.words[from..].iter().take_while(|word| !is_empty(word)).count();
            (from + 1..from + run).all(|at| {
                let (befores, afters) = (places(&key(at - 1)), places(&key(at)));
                let is_near = |before: usize, after: usize| {
                    after < before
                        || after - before <= 2 && !self.words[before + 1..after].iter().any(is_empty)
                };
                let are_near =
                    |before: &usize| afters.is_empty() || afters.iter().any(|after| is_near(*before, *after));
                befores.is_empty() || befores.iter().any(are_near)
            })
        })
    }

    /// True if what the claim puts before a frame word, as in “your tidal energy studies”, stands here in one piece and to
    /// its end: “poor pumps” make no “poor studies”. `is_given` tells what needs no source.
    pub fn keeps_phrases(&self, claim: &Said, is_given: impl Fn(&str) -> bool) -> bool {
        let is_empty = |word: &String| is_stop_word(word) || SMALL.contains(&word.as_str()) || is_frame(word);
        let ends_at = |at: usize| self.words.get(at).is_none_or(is_empty);
        (0..claim.words.len()).filter(|&at| is_frame(&claim.words[at])).all(|at| {
            let from = claim.words[..at].iter().rposition(is_empty).map_or(0, |before| before + 1);
            let run: Vec<KeyWord> = claim.words[from..at]
                .iter()
                .map(|word| KeyWord { text: word.clone(), is_exact: false })
                .collect();
            let is_here = |start: usize| {
                run.iter().zip(&self.words[start..]).all(|(key, word)| key.is_form_of(word))
                    && ends_at(start + run.len())
            };
            run.iter().all(|key| is_given(&key.text))
                || (0..(self.words.len() + 1).saturating_sub(run.len())).any(is_here)
        })
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
    fn a_claim_keeps_to_the_order_and_to_the_part_that_is_about_the_person() {
        let tells = |source: &str, claim: &str| {
            let (said, keys) = (Said::of(source), key_words(claim));
            let is_own = |word: &str| matches!(word, "ada" | "example");
            let claim = Said::of(claim);
            said.tells(&keys, is_own)
                && said.tells_of_subject(&keys, &claim, is_own)
                && said.keeps_phrases(&claim, |_| false)
                && said.keeps_together(&claim)
        };
        for (source, claim) in [
            ("Ada measured eddies in the Baltic Sea.", "the eddies in the Baltic Sea that you measured"),
            ("Ada studies how poor care ruins pumps.", "how poor care ruins pumps"),
            ("Ada, who invented the pump, sails.", "the pump that you invented"),
            ("Ada leads the Eddy Laboratory, which keeps buoys.", "the Eddy Laboratory, which keeps buoys"),
            ("Ada leads studies of ocean eddies in Nordland.", "your ocean eddies studies"),
        ] {
            assert!(tells(source, claim), "{source} {claim}");
        }
        for (source, claim) in [
            ("Ada studies how poor care and bad weather ruin pumps.", "your poor and bad studies"),
            ("Ada leads studies of poor pumps.", "your poor studies"),
            ("Ada counts lazy fish near turbines.", "your lazy turbines"),
            ("Ada leads studies of corrupt lords and tides.", "your corrupt tides studies"),
            ("Ada writes of how corrupt lords blocked the tide.", "your corrupt tide"),
            ("Ada leads the Eddy Laboratory, which lost buoys.", "the buoys"),
            ("Ada replaced the man who invented the pump.", "the pump that you invented"),
            (
                "Ada works in the house where the first pump was designed.",
                "the first pump, which you designed",
            ),
            ("Ada shares a lab with Bo, who won the Spoon.", "how you won the Spoon"),
        ] {
            assert!(!tells(source, claim), "{source} {claim}");
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
