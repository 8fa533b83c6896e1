//! What nobody wants to be reminded of, or called.
use crate::text::words::{alike, fold};

/// Folded beginnings of words with which nobody wants to be reminded of themselves.
const BLAME: &[&str] = &[
    "accused",
    "arrested",
    "awful",
    "bankrupt",
    "bitch",
    "bribe",
    "bullied",
    "bully",
    "charlatan",
    "clueless",
    "convicted",
    "crook",
    "debunk",
    "disgraced",
    "disgusting",
    "dismissed",
    "drunk",
    "dull",
    "embezzl",
    "fake",
    "felon",
    "fired",
    "fraud",
    "guilty",
    "harass",
    "hoax",
    "idiot",
    "illness",
    "incompetent",
    "indicted",
    "jailed",
    "laughable",
    "lawsuit",
    "liar",
    "mediocre",
    "misconduct",
    "molest",
    "moron",
    "murder",
    "nazi",
    "notorious",
    "overrated",
    "pathetic",
    "plagiar",
    "racist",
    "rapist",
    "rejected",
    "retract",
    "ridicul",
    "scam",
    "scandal",
    "sentenced",
    "sexist",
    "shoddy",
    "sloppy",
    "slut",
    "stupid",
    "sued",
    "suing",
    "swindl",
    "thief",
    "ugly",
    "useless",
    "whore",
    "worthless",
];

/// The same in German, Dutch, French, Spanish, Portuguese and Italian, for templates in these languages.
const BLAME_ELSEWHERE: &[&str] = &[
    "bedrieg",
    "betrug",
    "bugiard",
    "dummkopf",
    "embuster",
    "escroc",
    "estafador",
    "farsante",
    "gauner",
    "gefalscht",
    "hochstapl",
    "imbroglion",
    "impost",
    "ladron",
    "leugenaar",
    "lugner",
    "menteu",
    "mentiros",
    "oplichter",
    "schwindler",
    "tricheu",
    "truffat",
    "vigarist",
    "voleu",
];

/// What is nobody's business: family, health, home. Folded phrases, for the words alone may be somebody's research.
const PRIVATE: &[&str] = &[
    "a miscarriage",
    "affair with",
    "died by suicide",
    "divorced",
    "for rehab",
    "her abortion",
    "her divorce",
    "her miscarriage",
    "her pregnancy",
    "her suicide",
    "his divorce",
    "his suicide",
    "in rehab",
    "is pregnant",
    "is single",
    "lives alone",
    "lives at",
    "suicide attempt",
    "tax evasion",
    "was pregnant",
];

/// Folded beginnings of what many people study and some suffer from.
const ILLNESSES: &[&str] = &["cancer", "disease", "tumor", "tumour"];
/// With one of these, “cancer” is somebody's illness and not a subject of research.
const SUFFERS: &[&str] = &["battle", "diagnosed", "dying", "fight", "fought", "suffer", "surviv", "terminal"];

/// Something that would hurt to be quoted, unless it is what the person works on.
pub(crate) fn holds_blame(text: &str, interest: &str) -> bool {
    let (text, interest) = (fold(text), fold(interest));
    let is_field = |word: &str| interest.split(' ').any(|own| alike(own, word));
    let says = |beginnings: &[&str]| {
        let begins = |word: &str| beginnings.iter().any(|beginning| word.starts_with(beginning));
        text.split(' ').any(|word| begins(word) && !is_field(word))
    };
    let padded = format!(" {text} ");
    let tells = |phrase: &&str| padded.contains(&format!(" {phrase} "));
    says(BLAME) || says(BLAME_ELSEWHERE) || PRIVATE.iter().any(tells) || (says(ILLNESSES) && says(SUFFERS))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn blame_is_no_compliment_unless_it_is_the_persons_field() {
        for text in [
            "Her data were retracted.",
            "an incompetent liar",
            "a notorious plagiarist",
            "She was fired.",
            "battles cancer",
            "She bullied her staff.",
            "She is pregnant and works on eddies.",
            "She lives at 12 Harbour Road.",
            "diagnosed with a disease",
            "eine Betrügerin",
            "une menteuse",
        ] {
            assert!(holds_blame(text, "ocean eddies"), "{text}");
        }
        assert!(!holds_blame("She detects frauds early.", "fraud detection"));
        assert!(!holds_blame("She is professor of cancer biology.", "tumour immunology"));
    }
}
