//! Whether a claim takes the words of a source from where they may be taken: in their order, from the part that is about
//! the subject, and with their neighbours.
use super::{KeyWord, SMALL, Said, in_order, is_frame};
use crate::text::words::is_stop_word;

/// Words with which a part of a statement begins that is about the last one named, and not about its subject.
const OF_ANOTHER: &[&str] = &["when", "where", "whether", "who", "whom", "whose"];
/// Those with which a part begins that has a subject of its own.
const OF_ITS_OWN: &[&str] = &["because", "how", "that", "which", "while", "why"];

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
                        || after - before <= 2
                            && !self.words[before + 1..after].iter().any(|word| is_empty(word))
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
        let ends_at = |at: usize| self.words.get(at).is_none_or(|word| is_empty(word));
        (0..claim.words.len()).filter(|&at| is_frame(&claim.words[at])).all(|at| {
            let from =
                claim.words[..at].iter().rposition(|word| is_empty(word)).map_or(0, |before| before + 1);
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

/// True for a word that parts one phrase from the next.
fn is_empty(word: &str) -> bool {
    is_stop_word(word) || SMALL.contains(&word) || is_frame(word)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::claim::key_words;

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
}
