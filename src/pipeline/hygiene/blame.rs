//! What nobody wants to be reminded of, or called.
use crate::text::words::{alike, fold};

/// Folded beginnings of words with which nobody wants to be reminded of themselves.
const BLAME: &[&str] = &[
    "accused",
    "arrested",
    "bribe",
    "convicted",
    "crook",
    "disgraced",
    "disgusting",
    "dismissed",
    "fake",
    "fired",
    "fraud",
    "guilty",
    "harass",
    "idiot",
    "illness",
    "incompetent",
    "indicted",
    "jailed",
    "lawsuit",
    "liar",
    "misconduct",
    "moron",
    "notorious",
    "pathetic",
    "plagiar",
    "racist",
    "rejected",
    "retract",
    "scandal",
    "sexist",
    "stupid",
    "sued",
    "suing",
    "thief",
    "worthless",
];

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
    says(BLAME) || (says(&["cancer"]) && says(SUFFERS))
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
        ] {
            assert!(holds_blame(text, "ocean eddies"), "{text}");
        }
        assert!(!holds_blame("She detects frauds early.", "fraud detection"));
        assert!(!holds_blame("She is professor of cancer biology.", "tumour immunology"));
    }
}
