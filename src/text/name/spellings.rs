//! The ways in which an index may hold a name, for an index that compares letter by letter.
use super::{PARTICLES, PersonName};
use crate::text::words::{fold, fold_umlauts};

/// Fewest characters of a surname that is asked for alone.
const LEAST_SURNAME: usize = 6;

impl PersonName {
    /// The name written out: as given, without middle names, without particles, turned, with the syllables of the given
    /// name in one; and each of them without accents.
    pub fn spellings(&self) -> Vec<String> {
        let mut forms = vec![self.full.clone()];
        let given: Vec<&str> = self.given_text().split_whitespace().collect();
        if let [first, .., _] = given[..] {
            forms.push(format!("{first} {}", self.last));
        }
        if !given.is_empty() {
            forms.extend(self.bare_surname().map(|bare| format!("{} {bare}", given.join(" "))));
            forms.push(format!("{} {}", self.last, given.join(" ")));
        }
        if let [one, other] = &self.given[..]
            && one.len() > 1
            && other.len() > 1
        {
            forms.push(format!("{one}{other} {}", self.last));
        }
        with_plain_letters(forms)
    }

    /// The forms that many people share: with initials, with the first of two surnames, and the surname alone, which also
    /// finds particles that were left out; the short ones are the names of thousands.
    pub fn short_spellings(&self) -> Vec<String> {
        let initial = |word: &String| word.chars().next().map(|first| first.to_uppercase().to_string());
        let initials: Vec<String> = self.given.iter().filter_map(initial).collect();
        let mut forms = Vec::new();
        if let [first, rest @ ..] = &initials[..] {
            forms.push(format!("{first} {}", self.last));
            if !rest.is_empty() {
                forms.push(format!("{} {}", initials.join(" "), self.last));
            }
        }
        let words: Vec<&str> = self.full.split_whitespace().collect();
        if let [first @ .., surname, _] = &words[..]
            && !first.is_empty()
            && fold(surname).len() > 1
            && !PARTICLES.contains(surname)
        {
            forms.push(words[..words.len() - 1].join(" "));
        }
        let surname = self.bare_surname().unwrap_or_else(|| self.last.clone());
        if !self.given.is_empty() && surname.chars().count() >= LEAST_SURNAME {
            forms.push(surname);
        }
        with_plain_letters(forms)
    }

    fn given_text(&self) -> &str {
        self.full.strip_suffix(&self.last).unwrap_or_default()
    }

    /// “Wolkenveld” of “van der Wolkenveld”.
    fn bare_surname(&self) -> Option<String> {
        let words: Vec<&str> = self.last.split_whitespace().collect();
        let is_particle = |word: &&&str| PARTICLES.contains(&&*fold(word));
        let particles = words[..words.len().saturating_sub(1)].iter().take_while(is_particle).count();
        (particles > 0).then(|| words[particles..].join(" "))
    }
}

/// The forms, each followed by itself without accents (“muller”, “mueller”) where it has some.
fn with_plain_letters(forms: Vec<String>) -> Vec<String> {
    let mut spellings: Vec<String> = Vec::new();
    for form in forms {
        let folded = if form.is_ascii() { None } else { Some([fold(&form), fold_umlauts(&form)]) };
        for spelling in std::iter::once(form).chain(folded.into_iter().flatten()) {
            if !spelling.is_empty() && !spellings.contains(&spelling) {
                spellings.push(spelling);
            }
        }
    }
    spellings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn assert_spellings(name: &str, written_out: &[&str], short: &[&str]) {
        let name = PersonName::parse(name);
        assert_eq!(name.spellings(), written_out);
        assert_eq!(name.short_spellings(), short);
    }

    #[test]
    fn a_name_is_asked_for_in_all_its_forms() {
        assert_spellings("Dr. Ada Example", &["Ada Example", "Example Ada"], &["A Example", "Example"]);
        assert_spellings(
            "Ada M. Example",
            &["Ada M. Example", "Ada Example", "Example Ada M."],
            &["A Example", "A M Example", "Example"],
        );
        assert_spellings(
            "Pieter van der Wolkenveld",
            &["Pieter van der Wolkenveld", "Pieter Wolkenveld", "van der Wolkenveld Pieter"],
            &["P van der Wolkenveld", "Wolkenveld"],
        );
        assert_spellings("Plato", &["Plato"], &[]);
    }

    #[test]
    fn accents_are_left_out_in_both_ways() {
        assert_spellings(
            "Søren Krogildahl",
            &[
                "Søren Krogildahl",
                "soren krogildahl",
                "soeren krogildahl",
                "Krogildahl Søren",
                "krogildahl soren",
                "krogildahl soeren",
            ],
            &["S Krogildahl", "Krogildahl"],
        );
    }

    #[test]
    fn syllables_and_second_surnames_may_be_missing() {
        assert_spellings(
            "Xiao-Ming Wang",
            &["Xiao-Ming Wang", "Wang Xiao-Ming", "xiaoming Wang"],
            &["X Wang", "X M Wang"],
        );
        let name = PersonName::parse("José Quintarrelo Ibarzábal");
        assert!(name.short_spellings().contains(&"jose quintarrelo".to_owned()));
    }
}
