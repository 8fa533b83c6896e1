//! Ways to lead a reader elsewhere: addresses of the web and of mail, phone numbers, numbers of documents.
use super::plain;
use crate::text::words::fold;

/// Ends of host names that give away an address, whatever stands before them.
const ENDINGS: &[&str] = &[
    "agency", "ai", "app", "biz", "blog", "cash", "ch", "click", "cloud", "club", "cn", "co", "com", "de",
    "dev", "edu", "eu", "example", "fr", "gov", "info", "invalid", "io", "link", "live", "loan", "ly", "mov",
    "net", "onion", "online", "org", "page", "ru", "shop", "site", "store", "tech", "test", "tk", "top",
    "uk", "win", "xyz", "zip",
];
/// Those that no word of a sentence is spelt like, so that they show an address even after a space.
const UNMISTAKABLE: &[&str] =
    &["biz", "cn", "com", "edu", "gov", "net", "onion", "org", "ru", "tk", "uk", "xyz"];
/// So many digits are the number of a phone, a card or an account.
const LONG: usize = 12;
/// Dots that are things.
const DOTS: &[&str] = &["carbon", "polka", "quantum", "the"];

/// Endings that are no host's: names of files and of packages.
const FILE_ENDINGS: &[&str] =
    &["cpp", "csv", "exe", "hs", "ipynb", "jl", "js", "md", "pdf", "py", "rs", "tex", "tiff", "txt", "xlsx"];
/// Labels that are shortened words, as in “Prof.dr.”.
const SHORTENED: &[&str] = &[
    "al", "approx", "assoc", "asst", "cf", "chem", "dept", "dipl", "dr", "drs", "eds", "eng", "etc", "fig",
    "gen", "habil", "inc", "ing", "inst", "ir", "mag", "math", "med", "mr", "mrs", "ms", "mult", "nat", "no",
    "nr", "phil", "phys", "pp", "prof", "rer", "sc", "sp", "spp", "st", "univ", "vol", "vs",
];

/// A URL, or a host name as people type it: any word with a full stop inside that is no known shortening.
pub(crate) fn holds_url(text: &str) -> bool {
    let shown = plain(text);
    holds_certain_url(&shown)
        || shown.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-').any(may_be_host)
}

/// A URL, or a host name by a well-known ending: what is none even in a title.
pub(crate) fn holds_certain_url(text: &str) -> bool {
    let shown = plain(text);
    let lower = shown.to_lowercase();
    let folded = fold(&lower);
    let words: Vec<&str> = folded.split(' ').collect();
    let is_spoken =
        |run: &[&str]| matches!(run, [before, "dot", end] if ENDINGS.contains(end) && !DOTS.contains(before));
    lower.contains("://")
        || lower.contains("www.")
        || ["mailto:", "javascript:", "data:"].iter().any(|scheme| lower.contains(scheme))
        || words.windows(3).any(is_spoken)
        || is_spaced_host(&shown)
        || lower.split(|c: char| !c.is_alphanumeric() && c != '.' && c != '-').any(is_host)
}

/// A name in a network, or of a wallet.
pub(crate) fn holds_handle(text: &str) -> bool {
    plain(text).split(|c: char| !c.is_alphanumeric() && c != '_').any(is_handle)
}

/// “soap1tides”, “soap_tides”, “bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh”.
/// Genes, compounds and programmes have fewer letters around their digits.
fn is_handle(word: &str) -> bool {
    let is_letter = |c: char| c.is_alphabetic();
    let runs: Vec<&str> = word.split(|c: char| c.is_ascii_digit()).filter(|run| !run.is_empty()).collect();
    let is_plain = word.chars().all(char::is_alphanumeric);
    let turns = word.as_bytes().windows(2).filter(|w| w[0].is_ascii_digit() != w[1].is_ascii_digit()).count();
    let is_name_with_number =
        runs.len() > 1 && word.chars().count() >= 8 && runs.iter().all(|run| run.chars().count() >= 3);
    let is_wallet = word.len() >= 20 && turns >= 4;
    let is_joined = word.split('_').filter(|part| part.chars().any(is_letter)).count() > 1;
    (is_plain && (is_name_with_number || is_wallet)) || is_joined
}

/// “soap . com” and “soap. com”; a new sentence begins with a capital.
fn is_spaced_host(text: &str) -> bool {
    text.split('.').skip(1).any(|after| {
        let ending = after.trim_start().split(|c: char| !c.is_alphanumeric()).next().unwrap_or_default();
        after.starts_with(char::is_whitespace) && UNMISTAKABLE.contains(&ending)
    })
}

/// “soap.com”, “192.0.2.1”.
fn is_host(word: &str) -> bool {
    let word = word.trim_matches('.');
    let Some((host, ending)) = word.rsplit_once('.') else { return false };
    let is_number = |part: &str| (1..=3).contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit());
    let is_ipv4 = word.split('.').count() == 4 && word.split('.').all(is_number);
    !host.is_empty() && (ENDINGS.contains(&ending) || ending.starts_with("xn--") || is_ipv4)
}

/// “soap.anything”; but not “U.S.”, “e.g.”, “Yu.Petrov” or “Node.js”.
fn may_be_host(word: &str) -> bool {
    let word = word.trim_matches('.');
    let Some((host, ending)) = word.rsplit_once('.') else { return false };
    let label = host.rsplit('.').next().unwrap_or_default();
    let letters = label.chars().filter(|c| c.is_alphabetic()).count();
    let is_ending = ending.chars().count() >= 2 && ending.chars().all(char::is_alphabetic);
    let is_initial = letters <= 3 && ending.starts_with(char::is_uppercase);
    let is_shortened = FILE_ENDINGS.contains(&ending.to_lowercase().as_str())
        || host.split('.').any(|label| SHORTENED.contains(&label.to_lowercase().as_str()));
    letters >= 2 && is_ending && !is_initial && !is_shortened
}

/// An e-mail address, or a disguised one.
pub(crate) fn holds_email(text: &str) -> bool {
    let lower = plain(text).to_lowercase();
    lower.contains('@') || ["(at)", "[at]", "{at}"].iter().any(|at| lower.contains(at))
}

/// Seven digits or more that are parted as those of a phone number are, or announced as one; and numbers of accounts
/// and cards.
pub(crate) fn holds_phone(text: &str) -> bool {
    let text = plain(text);
    let is_inner = |c: char| c.is_numeric() || matches!(c, ' ' | '-' | '–' | '.' | '(' | ')' | '/' | '+');
    if text.split(|c: char| !c.is_ascii_alphanumeric()).any(is_iban) {
        return true;
    }
    let mut from = 0;
    while let Some(offset) = text[from..].find(|c: char| c.is_numeric() || matches!(c, '+' | '(')) {
        let start = from + offset;
        let end = text[start..].find(|c| !is_inner(c)).map_or(text.len(), |length| start + length);
        if is_phone(&text[start..end], &text[..start]) {
            return true;
        }
        from = text[start..].chars().next().map_or(end, |first| end.max(start + first.len_utf8()));
    }
    false
}

/// “GB33BUKB20201555555555”; in groups of four its digits are enough.
fn is_iban(word: &str) -> bool {
    let bytes = word.as_bytes();
    (15..=34).contains(&bytes.len())
        && bytes[..2].iter().all(u8::is_ascii_alphabetic)
        && bytes[2..4].iter().all(u8::is_ascii_digit)
        && bytes.iter().filter(|b| b.is_ascii_digit()).count() >= 10
}

fn is_phone(number: &str, before: &str) -> bool {
    let groups: Vec<&str> =
        number.split(|c: char| !c.is_numeric()).filter(|group| !group.is_empty()).collect();
    let digits = number.chars().filter(|c| c.is_numeric()).count();
    let last = before.split_whitespace().next_back().unwrap_or_default();
    let is_announced =
        digits >= 3 && ["call", "fax", "mobile", "phone", "tel", "telephone"].contains(&&*fold(last));
    let is_short_code = (4..=6).contains(&digits) && is_text_to(before);
    // “PSR J0737-3039”, “WISE 0855-0714”
    let is_star = before.ends_with(char::is_alphanumeric)
        || (last.len() >= 2 && last.bytes().all(|b| b.is_ascii_uppercase() || b.is_ascii_digit()));
    let is_parted = digits >= 7 && (groups.len() > 1 || number.starts_with(['+', '0']));
    let is_long = digits >= LONG || (is_parted && !is_star);
    is_announced || is_short_code || (is_long && !is_other_number(number, &groups))
}

/// “text SOAP to 78787”.
fn is_text_to(before: &str) -> bool {
    let folded = fold(before);
    let words: Vec<&str> = folded.rsplit(' ').take(5).collect();
    let texts = |word: &&str| matches!(*word, "message" | "send" | "sms" | "text");
    words.first() == Some(&"to") && words.iter().any(texts) && !words.contains(&"from")
}

/// A date, years, a decimal or a large number.
fn is_other_number(number: &str, groups: &[&str]) -> bool {
    let is_year = |group: &str| group.len() == 4 && (group.starts_with("19") || group.starts_with("20"));
    // “2011-05-03”, “2001–2007 2009”
    let is_date = groups.iter().any(|group| is_year(group))
        && groups.iter().all(|group| is_year(group) || group.len() <= 2);
    // “12345.678”
    let is_decimal = groups.len() == 2 && number.contains(&groups.join("."));
    // “10 000 000”
    let is_thousands = groups.len() > 1
        && groups[0].len() <= 3
        && groups[1..].iter().all(|group| group.len() == 3)
        && !number.starts_with('0')
        && !number.contains(['-', '/', '(', '+']);
    is_date || is_decimal || is_thousands
}

/// A number of arXiv or a DOI, which stands for a paper that may be anybody's.
pub(crate) fn holds_identifier(text: &str) -> bool {
    let lower = plain(text).to_lowercase();
    let is_digits = |part: &str, lengths: std::ops::RangeInclusive<usize>| {
        lengths.contains(&part.len()) && part.bytes().all(|b| b.is_ascii_digit())
    };
    lower.split(|c: char| c.is_whitespace() || ",;()[]“”\"".contains(c)).any(|word| {
        let word = word.trim_end_matches('.');
        let bare = word.rsplit(':').next().unwrap_or(word);
        let is_doi = bare
            .strip_prefix("10.")
            .and_then(|rest| rest.split_once('/'))
            .is_some_and(|(registrant, name)| is_digits(registrant, 4..=9) && !name.is_empty());
        let is_arxiv = bare.split_once('.').is_some_and(|(month, rest)| {
            is_digits(month, 4..=4) && is_digits(rest.split('v').next().unwrap_or(rest), 4..=5)
        });
        let is_old_arxiv = bare.split_once('/').is_some_and(|(archive, rest)| {
            is_digits(rest.split('v').next().unwrap_or(rest), 7..=7)
                && archive.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'-' | b'.'))
        });
        is_doi || is_arxiv || is_old_arxiv || word.starts_with("doi:") || word.starts_with("arxiv:")
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_are_seen_with_and_without_scheme() {
        for text in [
            "see https://a.example/x",
            "see www.a",
            "at soap.com/now",
            "buy at soap.xyz.",
            "MAILTO:x",
            "soap․com",
            "soap。org",
            "ｓｏａｐ．ｃｏｍ",
            "soap dot com",
            "evil.tk and",
            "evil.me/x",
            "at 10.1.2.3:8080",
            "soap.store",
            "on soap.мойсайт daily",
            "soap.anything",
            "soap·com",
            "soap . com",
            "on soap. com daily",
            "soap dot de",
        ] {
            assert!(holds_url(text), "{text}");
        }
        for text in [
            "e.g. the U.S. programme, version 2.0 of Node.js",
            "Prof.dr.ir. Example, Ph.D. (St.Olaf)",
            "a dot",
            "Tidal.jl by Yu.Petrov and A.B.Smith, Dr.rer.nat.",
            "the quantum dot example of the col·legi",
            "Physics · Nordland. Com is a place. So... and so",
        ] {
            assert!(!holds_url(text), "{text}");
        }
        assert!(holds_email("ada@host") && holds_email("ada (at) host") && holds_email("ada＠host"));
    }

    #[test]
    fn phone_numbers_are_seen_and_years_and_counts_are_none() {
        for text in [
            "call +49 30 1234567",
            "at (555) 123-4567 now",
            "0301234567",
            "It is 030 1234567. ",
            "030 123 4567",
            "Tel. 12 34 56 78",
            "phone: 5551",
            "at 4111 1111 1111 1111",
            "GB33BUKB20201555555555",
            "on ٠٤٤٢٠٧٩٤٦٠٩٩٩",
            "text SOAP to 78787",
        ] {
            assert!(holds_phone(text), "{text}");
        }
        for text in [
            "from 2001-2007 and 2009",
            "on 2011-05-03",
            "on 03.05.2011",
            "10 000 000 buoys",
            "12345678 buoys",
            "with 12 buoys (2019) and 3.5 m",
            "1,000,000 eddies",
            "PSR J0737-3039 and WISE 0855-0714",
            "12345.678 m of 2610.01234",
            "from text to 20000 images and 3.14159265358979",
        ] {
            assert!(!holds_phone(text), "{text}");
        }
    }

    #[test]
    fn names_in_networks_are_seen_and_those_of_nature_are_none() {
        for text in ["under soap1tides", "as soap_tides", "bc1qxy2kgdygjrsqtzq2n0yrf2493p83kkfjhx0wlh"] {
            assert!(holds_handle(text), "{text}");
        }
        assert!(!holds_handle("interleukin6 and BRCA1 in H2020, COVID19, Cu2ZnSnS4, 100km, x_1 and C60"));
    }

    #[test]
    fn numbers_of_documents_are_seen() {
        for text in ["in 2610.01234v2.", "arXiv:2610.1", "doi 10.1234/abc.5", "(hep-th/9901001)", "DOI:x"] {
            assert!(holds_identifier(text), "{text}");
        }
        for text in ["in 2019.", "of 10.5 m and 3/4 of 1024.5", "and/or 24/7"] {
            assert!(!holds_identifier(text), "{text}");
        }
    }
}
