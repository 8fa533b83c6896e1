//! In which language a text is, by its small words: enough to tell a sentence that whoever reads the e-mail may not
//! understand, and that no list of words here was made for.
use super::words::fold;

/// A language, by its ISO 639 code.
type Code = &'static str;

/// Folded words that hold sentences together. Some stand in several languages.
const SMALL_WORDS: &[(Code, &[&str])] = &[
    (
        "en",
        &[
            "and", "at", "by", "for", "from", "has", "have", "he", "her", "his", "how", "i", "is", "it",
            "my", "of", "on", "or", "she", "that", "the", "their", "this", "to", "was", "what", "which",
            "who", "with", "you", "your",
        ],
    ),
    (
        "de",
        &[
            "als", "auf", "aus", "bei", "das", "dem", "den", "der", "des", "die", "durch", "ein", "eine",
            "einem", "einen", "einer", "er", "fur", "hat", "ich", "ihr", "ihre", "im", "in", "ist", "mit",
            "nicht", "sich", "sie", "sind", "und", "von", "war", "wird", "zu", "zum", "zur",
        ],
    ),
    (
        "fr",
        &[
            "a", "au", "aux", "avec", "ce", "cette", "dans", "de", "des", "du", "elle", "en", "est", "et",
            "il", "la", "le", "les", "ne", "nous", "par", "pas", "pour", "qui", "sa", "sont", "son", "sur",
            "un", "une",
        ],
    ),
    (
        "es",
        &[
            "con", "de", "del", "el", "ella", "en", "es", "esta", "ha", "la", "las", "los", "no", "para",
            "por", "que", "se", "sobre", "su", "sus", "un", "una", "y",
        ],
    ),
    (
        "it",
        &[
            "al", "che", "con", "da", "dei", "del", "della", "delle", "di", "e", "gli", "ha", "il", "in",
            "la", "le", "lo", "nel", "non", "per", "si", "sono", "su", "sua", "suo", "un", "una",
        ],
    ),
    (
        "pt",
        &[
            "ao", "as", "com", "da", "das", "de", "do", "dos", "e", "ela", "em", "foi", "na", "nao", "no",
            "os", "para", "por", "que", "se", "seu", "sobre", "sua", "um", "uma",
        ],
    ),
    (
        "nl",
        &[
            "aan", "bij", "de", "een", "en", "haar", "heeft", "het", "hij", "in", "is", "met", "naar",
            "niet", "op", "te", "tot", "van", "voor", "was", "werkt", "zij", "zijn",
        ],
    ),
    (
        "sv",
        &[
            "ar", "att", "av", "den", "det", "en", "ett", "for", "fran", "har", "hon", "i", "inte", "med",
            "och", "om", "pa", "som", "till", "vid",
        ],
    ),
    (
        "da",
        &[
            "af", "at", "den", "det", "en", "er", "et", "for", "fra", "har", "hun", "i", "ikke", "med", "og",
            "om", "pa", "som", "til", "ved",
        ],
    ),
    (
        "pl",
        &[
            "a", "do", "i", "jej", "jest", "na", "nad", "nie", "o", "od", "oraz", "po", "przez", "sie", "w",
            "z", "za", "ze",
        ],
    ),
    ("fi", &["ei", "etta", "han", "ja", "joka", "kanssa", "oli", "on", "ovat", "seka", "tai"]),
    (
        "cs",
        &["a", "do", "jako", "je", "jeho", "jeji", "na", "od", "pro", "s", "se", "v", "ve", "z", "za", "ze"],
    ),
    ("hu", &["a", "az", "es", "egy", "hogy", "is", "meg", "nem", "van", "volt"]),
    (
        "ro",
        &[
            "a", "al", "ale", "care", "cu", "de", "din", "este", "in", "la", "nu", "o", "pe", "pentru", "si",
            "un",
        ],
    ),
    (
        "id",
        &["adalah", "dalam", "dan", "dari", "dengan", "di", "ini", "itu", "pada", "tidak", "untuk", "yang"],
    ),
    ("tr", &["bir", "bu", "da", "de", "degil", "gibi", "icin", "ile", "olan", "ve", "uzerine"]),
];
/// Fewest small words that show a language.
const FEWEST: usize = 2;

/// The language that the text shows to be in, English where it may be.
pub(crate) fn language(text: &str) -> Option<Code> {
    let folded = fold(text);
    let count = |small: &[&str]| folded.split(' ').filter(|word| small.contains(word)).count();
    let mut best = (None, FEWEST - 1);
    for (code, small) in SMALL_WORDS {
        let found = count(small);
        if found > best.1 {
            best = (Some(*code), found);
        }
    }
    best.0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sentence_shows_its_language_and_a_phrase_need_not() {
        for (text, code) in [
            ("Ada Example is professor at the University of Nordland.", "en"),
            ("Ada Example ist eine Betrügerin und arbeitet zu ocean eddies", "de"),
            ("Ada Example est une chercheuse qui travaille sur les marées.", "fr"),
            ("Ada Example es una investigadora de las mareas.", "es"),
            ("Ada Example è una ricercatrice che studia le maree.", "it"),
            ("Ada Example é uma pesquisadora da Universidade do Norte.", "pt"),
            ("Ada Example werkt met het team van de universiteit.", "nl"),
            ("how you measured eddies in the Baltic", "en"),
        ] {
            assert_eq!(language(text), Some(code), "{text}");
        }
        for text in ["ocean eddies", "Max Muster Institut", "El Niño", "12 buoys in Nordland"] {
            assert_eq!(language(text), None, "{text}");
        }
    }
}
