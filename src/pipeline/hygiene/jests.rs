//! Pages that say of themselves that they are not meant seriously.
use crate::text::words::fold;

/// Folded phrases of such pages. Satire and fiction alone are fields of research.
const JESTS: &[&str] = &[
    "any resemblance",
    "april fool",
    "april fools",
    "entirely fictional",
    "just kidding",
    "lorem ipsum",
    "only joking",
    "parody page",
    "placeholder text",
    "purely fictional",
    "satire page",
    "satirical page",
    "this is a joke",
    "this is a parody",
    "this is fiction",
    "this is satire",
    "this page is fictional",
    "this page is satire",
];

/// True if the page says that it is a joke or a sample.
pub(crate) fn is_in_jest(text: &str) -> bool {
    let padded = format!(" {} ", fold(text));
    JESTS.iter().any(|phrase| padded.contains(&format!(" {phrase} ")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_page_may_say_that_it_is_a_joke() {
        for text in ["April fool! Ada Example won a prize.", "Lorem ipsum dolor", "This is satire."] {
            assert!(is_in_jest(text), "{text}");
        }
        assert!(!is_in_jest("Ada Example studies satire, parody and fictional seas since April."));
    }
}
