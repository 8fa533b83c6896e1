//! Finding a person in a text. A longer name that holds this one (“Ada Example-Sample”, “Example College”), or a word
//! that only looks like the surname, is somebody or something else.
use super::{GENERATIONS, PersonName, SHORT_TITLES, SUFFIXES, TITLES, names_agree};
use crate::text::words::{fold, is_stop_word};

/// How a text speaks of a person. Ordered by certainty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Mention {
    /// Not at all, or of somebody else with that surname.
    None,
    /// By surname, perhaps with an initial, and nothing says that it is somebody else.
    Surname,
    /// By given name and surname.
    Full,
}

/// Where a text speaks of a person.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    /// How; never [`Mention::None`].
    pub mention: Mention,
    /// Where the name begins, in bytes; titles stand before it.
    pub start: usize,
    /// Where it ends, without the ending of an owner.
    pub end: usize,
    /// “Example's”.
    pub is_owner: bool,
}

/// Capital words that may stand beside a name without being part of it, mostly where a page loses its layout.
const BESIDE: &[&str] = &[
    "contact",
    "cv",
    "department",
    "director",
    "faculty",
    "group",
    "head",
    "home",
    "homepage",
    "lab",
    "lecturer",
    "meet",
    "page",
    "profile",
    "publications",
    "reader",
    "research",
    "researcher",
    "school",
    "scientist",
    "senior",
    "website",
];
/// Past tenses that do not end in “ed”, and small words, that may follow a surname and hardly a noun.
const AFTER_SURNAME: &[&str] = &[
    "also", "at", "became", "began", "brought", "built", "came", "drew", "et", "found", "from", "gave",
    "grew", "had", "has", "held", "in", "is", "kept", "led", "made", "met", "now", "of", "on", "ran", "said",
    "saw", "sent", "showed", "spent", "spoke", "taught", "then", "thought", "told", "took", "was", "went",
    "who", "will", "won", "wrote",
];

/// With one of these alone, a surname is anybody's of the family.
const FAMILY_TITLES: &[&str] = &["dame", "lady", "lord", "mr", "mrs", "sir"];
/// “Example is a village”: what is called like the person and is none.
const THINGS: &[&str] = &[
    "boat",
    "city",
    "hamlet",
    "horse",
    "racehorse",
    "river",
    "ship",
    "street",
    "town",
    "vessel",
    "village",
    "yacht",
];

/// What the words around a surname say about whose it is.
enum Verdict {
    Person(Place),
    /// Somebody else's, by another given name.
    Namesake,
    Nothing,
}

impl PersonName {
    /// How the text, best a single sentence, speaks of this person.
    pub fn mention(&self, text: &str) -> Mention {
        self.places(text).iter().map(|place| place.mention).max().unwrap_or(Mention::None)
    }

    /// Where the text speaks of this person, in order.
    pub fn places(&self, text: &str) -> Vec<Place> {
        let person = |verdict| if let Verdict::Person(place) = verdict { Some(place) } else { None };
        self.verdicts(text).into_iter().filter_map(person).collect()
    }

    /// True if the text speaks of somebody else with this surname.
    pub fn has_namesake(&self, text: &str) -> bool {
        self.verdicts(text).iter().any(|verdict| matches!(verdict, Verdict::Namesake))
    }

    fn verdicts(&self, text: &str) -> Vec<Verdict> {
        let tokens = tokens(text);
        let length = self.surname.len();
        if length == 0 || tokens.len() < length {
            return Vec::new();
        }
        (0..=tokens.len() - length)
            .filter(|&at| {
                let found = &tokens[at..at + length];
                found[length - 1].is_capital
                    && found.iter().zip(&self.surname).all(|(token, name)| token.word == *name)
            })
            .map(|at| self.judge(&tokens, at))
            .collect()
    }

    fn judge(&self, tokens: &[Token<'_>], at: usize) -> Verdict {
        let last = at + self.surname.len() - 1;
        if self.goes_on(tokens, last) || is_called(&tokens[last + 1..]) {
            return Verdict::Nothing;
        }
        let place = |mention, from: usize| {
            let (start, end) = (tokens[from].start, tokens[last].end);
            Verdict::Person(Place { mention, start, end, is_owner: tokens[last].is_owner })
        };
        let Some(first) = self.given.first() else { return place(Mention::Full, at) };
        let begun = at.saturating_sub(self.given.len());
        // Who writes only initials is found by exactly these.
        let is_exact = tokens[begun..at].iter().map(|token| &token.word).eq(&self.given);
        if let Some(from) = if is_exact { Some(begun) } else { self.given_before(tokens, at) } {
            let is_written_out = is_exact || tokens[from].word.len() > 1;
            if is_thing(tokens, from, last) {
                return Verdict::Nothing;
            }
            return match self.begins_earlier(tokens, from) {
                true => Verdict::Namesake,
                false => place(if is_written_out { Mention::Full } else { Mention::Surname }, from),
            };
        }
        let is_turned = tokens.get(last + 1).is_some_and(|next| next.word.len() > 1 && next.word == *first);
        match at.checked_sub(1).map(|before| &tokens[before]) {
            Some(before) if tokens[at].follows(before) && before.is_name_like() => Verdict::Namesake,
            // “Example, B.”
            _ if is_other_initial(tokens, last, first) => Verdict::Namesake,
            Some(before) if FAMILY_TITLES.contains(&before.word.as_str()) => Verdict::Nothing,
            // “Example, Ada”
            _ if is_turned => place(Mention::Full, at),
            before => {
                let is_titled = before.is_some_and(|token| is_title(&token.word));
                let is_thing = before.is_some_and(|token| matches!(&*token.word, "the" | "a" | "an"));
                let is_bare = !is_thing && (is_titled || tokens[last].is_owner || acts(&tokens[last + 1..]));
                if is_bare { place(Mention::Surname, at) } else { Verdict::Nothing }
            }
        }
    }

    /// Where the given name begins that stands before the surname, within three words.
    fn given_before(&self, tokens: &[Token<'_>], at: usize) -> Option<usize> {
        let first = self.given.first().filter(|_| !tokens[at].has_hyphen())?;
        (at.saturating_sub(3)..at)
            .rev()
            .take_while(|&before| tokens[before + 1].is_joined() && tokens[before].is_capital)
            .find(|&before| names_agree(&tokens[before].word, first))
    }

    /// “Mary Ada Example” is somebody else, unless the sender says so.
    fn begins_earlier(&self, tokens: &[Token<'_>], from: usize) -> bool {
        let before = from.checked_sub(1).map(|before| &tokens[before]);
        before.is_some_and(|before| {
            tokens[from].follows(before)
                && before.is_name_like()
                && !before.is_owner
                && !before.word.ends_with("ist")
                && !before.word.ends_with("ly")
                && !before.word.ends_with("grapher")
                && !self.given.contains(&before.word)
        })
    }

    /// True where the words after the surname belong to a longer name: “Example-Sample”, “Example Sample”,
    /// “Example Prize”, “Example Jr.”.
    fn goes_on(&self, tokens: &[Token<'_>], last: usize) -> bool {
        let Some(next) = tokens.get(last + 1) else { return false };
        if next.has_hyphen() {
            return true;
        }
        if GENERATIONS.contains(&next.word.as_str()) && matches!(next.gap.trim(), "" | ",") {
            return next.is_capital && self.generation.as_ref() != Some(&next.word);
        }
        let is_turned = next.word.len() > 1 && self.given.first() == Some(&next.word);
        let is_shouted = next.is_acronym && (tokens[last].is_acronym || next.word.len() <= 4);
        !tokens[last].is_owner
            && next.gap.chars().all(char::is_whitespace)
            && next.is_name_like()
            && !SUFFIXES.contains(&next.word.as_str())
            && !is_turned
            && !is_shouted
    }
}

/// “is a village”, “is a tidal energy ship”.
fn is_called(after: &[Token<'_>]) -> bool {
    matches!(after, [is, a, ..] if matches!(&*is.word, "is" | "was") && matches!(&*a.word, "a" | "an" | "the"))
        && after[2..]
            .iter()
            .take(4)
            .take_while(|token| token.is_joined())
            .any(|token| THINGS.contains(&token.word.as_str()))
}

/// “The Ada Example”, which is a ship, but not “the Ada Example group”.
fn is_thing(tokens: &[Token<'_>], from: usize, last: usize) -> bool {
    let has_article = from.checked_sub(1).is_some_and(|before| {
        matches!(&*tokens[before].word, "the" | "a" | "an") && tokens[from].is_joined()
    });
    let acts = tokens.get(last + 1).is_some_and(|next| AFTER_SURNAME.contains(&next.word.as_str()));
    has_article && acts
}

/// “Example, B. is …” speaks of another than “Ada Example”.
fn is_other_initial(tokens: &[Token<'_>], last: usize, first: &str) -> bool {
    tokens.get(last + 1).is_some_and(|next| {
        let is_initial = next.is_large && next.word.chars().count() == 1;
        is_initial && next.gap.trim() == "," && !first.starts_with(next.word.as_str())
    })
}

/// Whether a surname without anything before it acts as one does: “Young sails”, not “Young people sail”.
fn acts(after: &[Token<'_>]) -> bool {
    let Some(next) = after.first() else { return true };
    if !next.gap.chars().all(char::is_whitespace) || next.is_capital || !next.starts_with_letter() {
        return true;
    }
    let word = next.word.as_str();
    if word == "and" {
        let company = ["colleagues", "coworkers", "her", "his", "others", "their"];
        return after.get(1).is_some_and(|company_of| company.contains(&company_of.word.as_str()));
    }
    AFTER_SURNAME.contains(&word) || ["s", "ed", "ly"].iter().any(|ending| word.ends_with(ending))
}

pub(super) fn is_title(word: &str) -> bool {
    TITLES.contains(&word) || SHORT_TITLES.contains(&word)
}

/// A word with what stands between it and the one before.
pub(super) struct Token<'a> {
    pub word: String,
    pub gap: &'a str,
    pub start: usize,
    pub end: usize,
    /// Begins with a letter that is not small; the letters of many scripts are neither.
    pub is_capital: bool,
    /// Begins with a large letter.
    pub is_large: bool,
    /// Two or more letters, all large.
    pub is_acronym: bool,
    pub is_owner: bool,
}

impl Token<'_> {
    /// Nothing but spaces, full stops and hyphens between this word and the one before.
    pub fn is_joined(&self) -> bool {
        self.gap.chars().all(|c| c.is_whitespace() || matches!(c, '.' | '-' | '‐' | '‑'))
    }

    /// Like [`Token::is_joined`], with a full stop only after an initial: “B. Example”, not “Bergen. Example”.
    fn follows(&self, before: &Token<'_>) -> bool {
        self.is_joined() && (!self.gap.contains('.') || before.word.chars().count() == 1)
    }

    fn has_hyphen(&self) -> bool {
        matches!(self.gap, "-" | "‐" | "‑")
    }

    fn starts_with_letter(&self) -> bool {
        self.word.starts_with(char::is_alphabetic)
    }

    /// A large word that may be part of a name.
    fn is_name_like(&self) -> bool {
        self.is_large
            && !is_title(&self.word)
            && !is_stop_word(&self.word)
            && !BESIDE.contains(&self.word.as_str())
    }
}

pub(super) fn tokens(text: &str) -> Vec<Token<'_>> {
    let is_inner = |c: char| c.is_alphanumeric() || matches!(c, '\'' | '’' | 'ʼ' | '\u{300}'..='\u{36f}');
    let mut tokens = Vec::new();
    let (mut from, mut gap_from) = (0, 0);
    while let Some(offset) = text[from..].find(is_inner) {
        let start = from + offset;
        let end = text[start..].find(|c| !is_inner(c)).map_or(text.len(), |length| start + length);
        let raw = &text[start..end];
        let core = raw.strip_suffix("'s").or_else(|| raw.strip_suffix("’s")).unwrap_or(raw);
        let word = fold(core);
        from = end;
        if word.is_empty() {
            continue;
        }
        let first = core.chars().next();
        tokens.push(Token {
            word,
            gap: &text[gap_from..start],
            start,
            end: start + core.len(),
            is_capital: first.is_some_and(|c| c.is_alphabetic() && !c.is_lowercase()),
            is_large: first.is_some_and(char::is_uppercase),
            is_acronym: core.chars().nth(1).is_some() && core.chars().all(char::is_uppercase),
            is_owner: core.len() < raw.len(),
        });
        gap_from = end;
    }
    tokens
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn who_writes_only_initials_is_found_by_exactly_these() {
        let name = PersonName::parse("R. K. Example");
        assert_eq!(name.mention("Prof. R. K. Example sails."), Mention::Full);
        assert_eq!(name.mention("R. Example sails."), Mention::Surname);
        assert_eq!(name.mention("S. K. Example sails."), Mention::None);
    }

    #[test]
    fn a_mention_of_somebody_else_with_the_surname_is_none() {
        let name = PersonName::parse("Prof. Ada Example");
        for (text, mention) in [
            ("Ada Example studies eddies.", Mention::Full),
            ("ADA EXAMPLE STUDIES EDDIES", Mention::Full),
            ("Example, Ada (2020)", Mention::Full),
            ("Ada M. Example’s boat", Mention::Full),
            ("In Example's view it sank.", Mention::Surname),
            ("Dr. Example sails.", Mention::Surname),
            ("A. Example sails.", Mention::Surname),
            ("Example also sails.", Mention::Surname),
            ("Example and her students sail.", Mention::Surname),
            ("Oceanographer Ada Example MSc sails.", Mention::Full),
            ("It rains in Nordland. Ada Example sails.", Mention::Full),
            ("Bo Example sails.", Mention::None),
            ("By Ada Sample, Bo Example", Mention::None),
            ("This is an example of a boat.", Mention::None),
            ("Nobody", Mention::None),
        ] {
            assert_eq!(name.mention(text), mention, "{text}");
        }
    }

    #[test]
    fn a_longer_name_that_holds_the_name_is_no_mention() {
        let name = PersonName::parse("Ada Example");
        for text in [
            "Ada Example-Sample sails.",
            "Ada Sample-Example sails.",
            "Ada Example Sample sails.",
            "Mary Ada Example sails.",
            "Ada Example Jr. sails.",
            "Ada Example, Jr., sails.",
            "Example College opens.",
            "The Example Foundation sails.",
            "the Ada Example Award",
            "Ada Example Hall is old.",
        ] {
            assert_eq!(name.mention(text), Mention::None, "{text}");
        }
        let asked = PersonName::parse("Mary Ada Example Jr.");
        assert_eq!(asked.mention("Mary Ada Example Jr. sails."), Mention::Full);
    }

    #[test]
    fn a_surname_that_is_a_word_counts_only_where_it_acts() {
        for (name, text) in [
            ("Max Young", "Young people study eddies."),
            ("Ada Baltic", "Baltic ocean eddies grew."),
            ("Grace Hill", "Hill and valley shape eddies."),
        ] {
            assert_eq!(PersonName::parse(name).mention(text), Mention::None, "{text}");
        }
        assert_eq!(PersonName::parse("Max Young").mention("Young tracked eddies."), Mention::Surname);
    }

    #[test]
    fn a_name_in_eastern_order_is_found_as_given() {
        let name = PersonName::parse("Zhou Minglan");
        for text in ["Zhou Minglan is a professor.", "ZHOU Minglan (周明岚)", "Zhou Minglan 周明岚"] {
            assert_eq!(name.mention(text), Mention::Full, "{text}");
        }
    }

    #[test]
    fn a_namesake_by_another_given_name_is_noticed() {
        let name = PersonName::parse("Ada Example");
        assert!(name.has_namesake("Bo Example sails."));
        assert!(!name.has_namesake("Ada Example and Dr. Example sail in Nordland. Example swims."));
    }
}
