//! The bytes of an exported table as text. Excel writes UTF-8 with a mark, UTF-16, or the code page of its country.
use std::borrow::Cow;

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Encoding, UTF_16BE, UTF_16LE};

/// How much of a file shows whether it is UTF-16 without a mark, in bytes.
const HEAD: usize = 1024;

/// A text, and what is odd about it.
#[derive(Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The text.
    pub text: String,
    /// How it was read, where that is a guess.
    pub note: Option<String>,
}

/// Reads bytes in whatever encoding they are. The error says which line is none of any.
pub fn decode(bytes: &[u8]) -> Result<Decoded, String> {
    let (text, note) = match Encoding::for_bom(bytes) {
        Some((encoding, mark)) => (strictly(encoding, &bytes[mark..])?, None),
        None => match utf_16(bytes) {
            Some(encoding) => (strictly(encoding, bytes)?, None),
            None => without_mark(bytes)?,
        },
    };
    match text.find('\0') {
        Some(at) => Err(format!("line {} holds a NUL character", line_of(text.as_bytes(), at))),
        None => Ok(Decoded { text: text.into_owned(), note }),
    }
}

fn without_mark(bytes: &[u8]) -> Result<(Cow<'_, str>, Option<String>), String> {
    let wrong = match std::str::from_utf8(bytes) {
        Ok(text) => return Ok((text.into(), None)),
        Err(error) => error.valid_up_to(),
    };
    let line = line_of(bytes, wrong);
    // A file in UTF-8 with damage, or two files in one: a guess would spoil what is right.
    if !bytes[..wrong].is_ascii() {
        return Err(format!("line {line} is not UTF-8, and the lines before are"));
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Deny);
    detector.feed(bytes, true);
    let encoding = detector.guess(None, Utf8Detection::Deny);
    let text = strictly(encoding, bytes)?;
    let is_odd = |word: &&str| !word.is_ascii();
    let sample =
        text.split(|c: char| c.is_whitespace() || ",;\"".contains(c)).find(is_odd).unwrap_or_default();
    let note = format!(
        "it is not UTF-8 and was read as {}: line {line} says “{sample}”; if that is wrong, save it as CSV UTF-8",
        encoding.name()
    );
    Ok((text, Some(note)))
}

/// UTF-16 without a mark: every other byte of what is ASCII is zero.
fn utf_16(bytes: &[u8]) -> Option<&'static Encoding> {
    let head = &bytes[..bytes.len().min(HEAD)];
    let zeros = |from: usize| head.iter().skip(from).step_by(2).filter(|byte| **byte == 0).count();
    let (even, odd, half) = (zeros(0), zeros(1), head.len() / 4);
    match () {
        () if odd > half && even == 0 => Some(UTF_16LE),
        () if even > half && odd == 0 => Some(UTF_16BE),
        () => None,
    }
}

fn strictly<'a>(encoding: &'static Encoding, bytes: &'a [u8]) -> Result<Cow<'a, str>, String> {
    let text = encoding.decode_without_bom_handling_and_without_replacement(bytes);
    text.ok_or_else(|| format!("it is not all {}", encoding.name()))
}

fn line_of(bytes: &[u8], at: usize) -> usize {
    1 + bytes[..at].iter().filter(|byte| **byte == b'\n').count()
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "name,interest\r\nZoë Ångström,\"tides; λ\"\r\n李明,水\r\n";

    fn plain(bytes: &[u8]) -> String {
        let decoded = decode(bytes).unwrap();
        assert_eq!(decoded.note, None);
        decoded.text
    }

    #[test]
    fn unicode_is_read_with_and_without_a_mark() {
        let (little, big): (Vec<u8>, Vec<u8>) =
            TEXT.encode_utf16().map(|unit| (unit.to_le_bytes(), unit.to_be_bytes())).unzip_bytes();
        assert_eq!(plain(TEXT.as_bytes()), TEXT);
        assert_eq!(plain(&[b"\xef\xbb\xbf", TEXT.as_bytes()].concat()), TEXT);
        assert_eq!(plain(&[b"\xff\xfe", &little[..]].concat()), TEXT);
        assert_eq!(plain(&[b"\xfe\xff", &big[..]].concat()), TEXT);
        assert_eq!((plain(&little), plain(&big)), (TEXT.to_owned(), TEXT.to_owned()));
        assert_eq!(plain(b""), "");
    }

    trait UnzipBytes {
        fn unzip_bytes(self) -> (Vec<u8>, Vec<u8>);
    }

    impl<I: Iterator<Item = ([u8; 2], [u8; 2])>> UnzipBytes for I {
        fn unzip_bytes(self) -> (Vec<u8>, Vec<u8>) {
            let (left, right): (Vec<_>, Vec<_>) = self.unzip();
            (left.concat(), right.concat())
        }
    }

    #[test]
    fn western_europes_code_page_is_read_and_told_with_an_example() {
        for (bytes, word) in [
            (&b"name,interest\nJos\xe9 Quintarrelo,soil\n"[..], "José"),
            (b"name;interest\nS\xf8ren Krogildahl;whale song\n", "Søren"),
            (b"name;interest\nAda;tides\nJ\xfcrgen M\xfcller;Str\xf6mung\n", "Jürgen"),
            (b"name,interest\nAda,\"\x93tides\x94 \x96 waves\"\n", "“tides”"),
        ] {
            let decoded = decode(bytes).unwrap();
            assert!(decoded.text.contains(word), "{decoded:?}");
            let note = decoded.note.unwrap();
            assert!(note.contains("windows-1252") && note.contains(&format!("“{word}”")), "{note}");
        }
    }

    #[test]
    fn damage_is_an_error_that_names_the_line() {
        let damaged = [TEXT.as_bytes(), b"Jos\xe9,soil\n"].concat();
        assert_eq!(decode(&damaged), Err("line 4 is not UTF-8, and the lines before are".to_owned()));
        assert_eq!(decode(b"name,interest\nAda\0,x\n"), Err("line 2 holds a NUL character".to_owned()));
        assert!(decode(b"\xff\xfea\0b").is_err(), "half a character");
    }
}
