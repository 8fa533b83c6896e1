//! Whether two names can be one person's. Submitters write accents or none, initials or whole names, particles or none,
//! one of two surnames, either order; whatever makes two names equal only in part is never a full agreement.
use super::{PARTICLES, PersonName, is_initial_of};
use crate::text::words::{fold, fold_umlauts};

/// How two names agree, from weak to strong.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Agreement {
    /// Not.
    None,
    /// By given name and part of the surname: without its particles, or by the first of two surnames.
    Part,
    /// By surname and initial: true of many.
    Initial,
    /// By surname and a given name that both write out, or in every word, whatever their order.
    Full,
}

impl PersonName {
    /// Whether the two names can be the same person's.
    pub fn agreement(&self, other: &PersonName) -> Agreement {
        let (one, other) = (&Words::of(self), &Words::of(other));
        if is_same_list(&one.all(), &other.all()) || one.is_turned(other) || other.is_turned(one) {
            Agreement::Full
        } else {
            one.by_surname(other).max(one.word_for_word(other)).max(one.in_part(other))
        }
    }
}

/// A folded word of a name, in two spellings: “muller” and “mueller”.
#[derive(Debug, Clone)]
struct Word {
    plain: String,
    spelt: String,
}

impl Word {
    fn is_same(&self, other: &Word) -> bool {
        self.plain == other.plain || self.spelt == other.plain || self.plain == other.spelt
    }

    fn agrees(&self, other: &Word) -> bool {
        let initial = |a: &Word, b: &Word| is_initial_of(&a.plain, &b.plain);
        self.is_same(other) || initial(self, other) || initial(other, self)
    }

    fn is_initial(&self) -> bool {
        self.plain.chars().count() == 1
    }
}

/// The folded words of a name; hyphens part words.
#[derive(Debug)]
struct Words {
    given: Vec<Word>,
    surname: Vec<Word>,
}

impl Words {
    fn of(name: &PersonName) -> Words {
        // The surname is what the whole name ends with.
        let given = name.full.strip_suffix(&name.last).unwrap_or_default();
        Words { given: words(given), surname: words(&name.last) }
    }

    fn all(&self) -> Vec<Word> {
        [&self.given[..], &self.surname[..]].concat()
    }

    /// “Wang Xiao-Ming” and “Xiaoming Wang”: this one begins with the other's surname.
    fn is_turned(&self, other: &Words) -> bool {
        let all = self.all();
        let [first, rest @ ..] = &all[..] else { return false };
        let is_written_out = rest.iter().chain(&other.given).all(|word| !word.is_initial());
        is_written_out
            && !rest.is_empty()
            && first.is_same(&joined(&other.surname))
            && joined(rest).is_same(&joined(&other.given))
    }

    /// The same surname, and given names that agree as far as both have them, or when written as one: “Xiao-Ming” and
    /// “Xiaoming”.
    fn by_surname(&self, other: &Words) -> Agreement {
        let is_same = !self.surname.is_empty() && joined(&self.surname).is_same(&joined(&other.surname));
        match is_same && self.given.is_empty() == other.given.is_empty() {
            true => self.by_given(other),
            false => Agreement::None,
        }
    }

    fn by_given(&self, other: &Words) -> Agreement {
        let is_initial = |words: &Words| words.given.first().is_some_and(Word::is_initial);
        let agree = self.given.iter().zip(&other.given).all(|(one, other)| one.agrees(other));
        if !agree && !joined(&self.given).is_same(&joined(&other.given)) {
            Agreement::None
        } else if is_initial(self) || is_initial(other) {
            Agreement::Initial
        } else {
            Agreement::Full
        }
    }

    /// “A. Pérez-Muster” and “Ada Pérez Muster”, who part their names at different places.
    fn word_for_word(&self, other: &Words) -> Agreement {
        let (one, other) = (self.all(), other.all());
        let agree = one.len() == other.len() && one.iter().zip(&other).all(|(one, other)| one.agrees(other));
        let is_same = |(one, other): (&Word, &Word)| !one.is_initial() && one.is_same(other);
        match agree && one.len() >= 2 && one.last().zip(other.last()).is_some_and(is_same) {
            true => Agreement::Initial,
            false => Agreement::None,
        }
    }

    /// By part of the surname; the given name must be written out, since two doubts are too many.
    fn in_part(&self, other: &Words) -> Agreement {
        let is_written_out = match (self.given.first(), other.given.first()) {
            (Some(one), Some(other)) => !one.is_initial() && one.is_same(other),
            _ => false,
        };
        let is_bare = joined(self.bare_surname()).is_same(&joined(other.bare_surname()))
            && self.by_given(other) == Agreement::Full;
        match is_written_out && (is_bare || self.lacks_last_of(other) || other.lacks_last_of(self)) {
            true => Agreement::Part,
            false => Agreement::None,
        }
    }

    /// The surname without “van der”.
    fn bare_surname(&self) -> &[Word] {
        let last = self.surname.len().saturating_sub(1);
        let is_particle = |word: &&Word| PARTICLES.contains(&&*word.plain);
        &self.surname[self.surname[..last].iter().take_while(is_particle).count()..]
    }

    /// “José Quintarrelo” and “José Quintarrelo Ibarzábal”: all but the last of the other's surnames.
    fn lacks_last_of(&self, other: &Words) -> bool {
        let (own, other) = (self.all(), other.all());
        let is_same = |one: &Word, other: &Word| !one.is_initial() && one.is_same(other);
        own.len() >= 2
            && own.len() + 1 == other.len()
            && own.iter().zip(&other).all(|(own, other)| own.agrees(other))
            && is_same(&own[own.len() - 1], &other[own.len() - 1])
            && !other[own.len()].is_initial()
    }
}

fn words(text: &str) -> Vec<Word> {
    // Both foldings part words at the same places.
    let (plain, spelt) = (fold(text), fold_umlauts(text));
    let pairs = plain.split(' ').zip(spelt.split(' ')).filter(|(plain, _)| !plain.is_empty());
    pairs.map(|(plain, spelt)| Word { plain: plain.to_owned(), spelt: spelt.to_owned() }).collect()
}

fn joined(words: &[Word]) -> Word {
    Word {
        plain: words.iter().map(|word| &*word.plain).collect(),
        spelt: words.iter().map(|word| &*word.spelt).collect(),
    }
}

fn is_same_list(one: &[Word], other: &[Word]) -> bool {
    let is_same = |(one, other): (&Word, &Word)| one.is_same(other);
    !one.is_empty() && one.len() == other.len() && one.iter().zip(other).all(is_same)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn assert_agree(table: &[(&str, &str, Agreement)]) {
        for (one, other, expected) in table {
            let (a, b) = (PersonName::parse(one), PersonName::parse(other));
            assert_eq!(a.agreement(&b), *expected, "{one}, {other}");
            assert_eq!(b.agreement(&a), *expected, "{other}, {one}");
        }
    }

    #[test]
    fn names_match_across_accents_titles_middle_names_and_order() {
        assert_agree(&[
            ("Jürgen Example", "Juergen Example", Agreement::Full),
            ("Søren Müßter", "Soeren Muesster", Agreement::Full),
            ("Søren Müßter", "Soren Musster", Agreement::Full),
            ("Łucja Kowal", "Lucja Kowal", Agreement::Full),
            ("Dr. Ada Example", "Ada B. Example", Agreement::Full),
            ("Ada Pérez Muster", "Ada Perez-Muster", Agreement::Full),
            ("R. K. Example", "R. K. Example", Agreement::Full),
            ("Wang Xiaoming", "Xiaoming Wang", Agreement::Full),
            ("Muster, Ada", "Ada Muster", Agreement::Full),
            ("van der Wolkenveld, Pieter", "Pieter van der Wolkenveld", Agreement::Full),
        ]);
    }

    #[test]
    fn syllables_of_a_given_name_may_be_written_as_one() {
        assert_agree(&[
            ("Xiao-Ming Wang", "Xiaoming Wang", Agreement::Full),
            ("Xiao Ming Wang", "Xiaoming Wang", Agreement::Full),
            ("Xiao-Ming Wang", "Xiao Ming Wang", Agreement::Full),
            ("Wang Xiao-Ming", "Xiaoming Wang", Agreement::Full),
            ("Xiao-Ming Wang", "X.-M. Wang", Agreement::Initial),
            ("Xiaohong Wang", "Xiao-Ming Wang", Agreement::None),
        ]);
    }

    #[test]
    fn an_initial_agrees_with_a_name_as_an_initial_only() {
        assert_agree(&[
            ("Ada Müßter", "A. Muesster", Agreement::Initial),
            ("Ada Pérez Muster", "A. Pérez-Muster", Agreement::Initial),
            ("Ada Maria Example", "A. M. Example", Agreement::Initial),
            ("Xiaoming Wang", "X. Wang", Agreement::Initial),
            ("Wang Xiaoming", "X. Wang", Agreement::None),
            ("Ada Maria Example", "A. B. Example", Agreement::None),
        ]);
    }

    #[test]
    fn part_of_a_surname_is_a_weak_agreement_and_with_an_initial_none() {
        assert_agree(&[
            ("Pieter van der Wolkenveld", "Pieter Wolkenveld", Agreement::Part),
            ("Pieter van der Wolkenveld", "Pieter J. Wolkenveld", Agreement::Part),
            ("José Quintarrelo Ibarzábal", "Jose Quintarrelo", Agreement::Part),
            ("José M. Quintarrelo Ibarzábal", "José Maria Quintarrelo", Agreement::Part),
            ("Ada Muster-Example", "Ada Muster", Agreement::Part),
            ("Pieter van der Wolkenveld", "P. Wolkenveld", Agreement::None),
            ("José Quintarrelo Ibarzábal", "J. Quintarrelo", Agreement::None),
        ]);
    }

    #[test]
    fn other_names_do_not_agree() {
        assert_agree(&[
            ("Ada Example", "Bo Example", Agreement::None),
            ("Ada Example", "Ada Exampleson", Agreement::None),
            ("Ada Maria Example", "Ada B. Example", Agreement::None),
            ("Plato", "Ada Plato", Agreement::None),
            ("Pieter van der Wolkenveld", "Maartje Wolkenveld", Agreement::None),
            ("Ada Example", "", Agreement::None),
            ("--", "", Agreement::None),
        ]);
    }

    proptest! {
        #[test]
        fn either_name_may_come_first_and_every_name_agrees_with_itself(
            one in "([A-C]\\.|[A-C][aoüßł-]{1,3}|van|der| |,){1,6}",
            other in "([A-C]\\.|[A-C][aoüßł-]{1,3}|van|der| |,){1,6}",
        ) {
            let (a, b) = (PersonName::parse(&one), PersonName::parse(&other));
            prop_assert_eq!(a.agreement(&b), b.agreement(&a));
            let itself = if a.full.contains(char::is_alphanumeric) { Agreement::Full } else { Agreement::None };
            prop_assert_eq!(a.agreement(&a), itself);
        }
    }
}
