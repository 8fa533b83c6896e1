//! The bytes of a body as UTF-8, while they arrive: which encoding a page is in, and how much of it is read.
use std::{
    io::{self, Read},
    ops::ControlFlow,
};

use chardetng::{EncodingDetector, Iso2022JpDetection, Utf8Detection};
use encoding_rs::{Decoder, Encoding, UTF_8};

/// The most bytes of one page that are read, after decompression.
pub(super) const MOST_BYTES: u64 = 2 * 1024 * 1024;
/// What is read at a time; also how far a page is searched for a declaration of its encoding.
const CHUNK: u64 = 16 * 1024;

/// Reads the body in pieces and hands them on as UTF-8 until the end, the limit, or the sink's break. Returns
/// warnings for people.
///
/// A byte order mark decides; then the charset of the content type; then the page's own `<meta>`; else what the first
/// bytes beyond ASCII look like, wherever they stand. This is the order of the HTML standard (§ 13.2.3.2), shortened.
///
/// # Errors
/// Only those of the reader.
pub(super) fn read_as_utf8(
    body: impl Read,
    content_type: Option<&str>,
    mut sink: impl FnMut(&str) -> ControlFlow<()>,
) -> io::Result<Vec<String>> {
    let mut body = body.take(MOST_BYTES);
    let mut warnings = Vec::new();
    let mut piece = Vec::new();
    body.by_ref().take(CHUNK).read_to_end(&mut piece)?;
    let mut decoder = declared(&piece, content_type, &mut warnings).map(Encoding::new_decoder);
    let mut at_start = true;
    let mut text = String::new();
    loop {
        let last = piece.is_empty();
        if decoder.is_none() && !says_nothing(&piece) {
            // more to judge by, and no character cut in two
            body.by_ref().take(CHUNK).read_to_end(&mut piece)?;
            let encoding = guess(&piece);
            decoder = Some(match at_start {
                true => encoding.new_decoder(),
                false => encoding.new_decoder_without_bom_handling(),
            });
        }
        text.clear();
        match &mut decoder {
            Some(decoder) => decode(decoder, &piece, last, &mut text),
            None => text.push_str(&String::from_utf8_lossy(&piece)),
        }
        if sink(&text).is_break() || last {
            break;
        }
        at_start = false;
        piece.clear();
        body.by_ref().take(CHUNK).read_to_end(&mut piece)?;
    }
    if body.limit() == 0 && matches!(body.into_inner().read(&mut [0]), Ok(1)) {
        warnings.push("only the first 2 MB were read".to_owned());
    }
    Ok(warnings)
}

fn decode(decoder: &mut Decoder, piece: &[u8], last: bool, text: &mut String) {
    // Without room for the worst case, `decode_to_string` would stop early instead of growing the string.
    text.reserve(decoder.max_utf8_buffer_length(piece.len()).unwrap_or_default());
    let _ = decoder.decode_to_string(piece, text, last);
}

/// Whether the bytes mean the same in every encoding: ASCII without the escapes of ISO-2022.
fn says_nothing(piece: &[u8]) -> bool {
    piece.is_ascii() && !piece.contains(&0x1b)
}

fn declared(
    head: &[u8],
    content_type: Option<&str>,
    warnings: &mut Vec<String>,
) -> Option<&'static Encoding> {
    let labels = [content_type.and_then(charset_of_type), charset_of_meta(head)];
    let known = labels.iter().flatten().find_map(|label| Encoding::for_label(label.as_bytes()));
    if known.is_none() && labels.iter().any(Option::is_some) {
        warnings.push("the page names an unknown character encoding; it was guessed".to_owned());
    }
    // A page that declares UTF-16 in ASCII is lying, as the standard notes; a true one has a byte order mark.
    known.map(Encoding::output_encoding)
}

/// UTF-8 where nearly everything beyond ASCII is; else what browsers would guess.
fn guess(bytes: &[u8]) -> &'static Encoding {
    let text = String::from_utf8_lossy(bytes);
    let (wrong, all) = text
        .chars()
        .filter(|c| !c.is_ascii())
        .fold((0, 0), |(wrong, all), c| (wrong + usize::from(c == char::REPLACEMENT_CHARACTER), all + 1));
    if all > 0 && wrong * 10 <= all {
        return UTF_8;
    }
    let mut detector = EncodingDetector::new(Iso2022JpDetection::Allow);
    detector.feed(bytes, true);
    detector.guess(None, Utf8Detection::Deny)
}

/// The charset parameter of a content type.
fn charset_of_type(content_type: &str) -> Option<String> {
    content_type.split(';').skip(1).find_map(|parameter| {
        let (name, value) = parameter.split_once('=')?;
        name.trim().eq_ignore_ascii_case("charset").then(|| value.trim().trim_matches('"').to_owned())
    })
}

/// The charset that a `<meta>` near the beginning declares, in either of its two forms.
fn charset_of_meta(head: &[u8]) -> Option<String> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let mut rest = head.as_str();
    while let Some(at) = rest.find('<') {
        rest = &rest[at + 1..];
        // what is not markup ends with this
        let end = match rest {
            _ if rest.starts_with("!--") => "-->",
            _ if rest.starts_with("script") => "</script",
            _ if rest.starts_with("style") => "</style",
            _ if rest.starts_with("title") => "</title",
            _ => ">",
        };
        let (tag, after) = rest.split_once(end)?;
        if let Some(label) = tag.strip_prefix("meta").and_then(charset_of_tag) {
            return Some(label);
        }
        rest = after;
    }
    None
}

fn charset_of_tag(tag: &str) -> Option<String> {
    // a description may speak of charsets
    if tag.contains("name=") || tag.contains("property=") {
        return None;
    }
    let (_, value) = tag.split_once("charset")?;
    let value = value.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
    let end = value.find(|c: char| c.is_whitespace() || "\"'/;".contains(c)).unwrap_or(value.len());
    (end > 0).then(|| value[..end].to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(body: &[u8], content_type: Option<&str>) -> (String, Vec<String>) {
        let mut text = String::new();
        let warnings = read_as_utf8(body, content_type, |piece| {
            text.push_str(piece);
            ControlFlow::Continue(())
        });
        (text, warnings.unwrap())
    }

    #[test]
    fn a_byte_order_mark_goes_before_every_declaration() {
        assert_eq!(read(b"\xef\xbb\xbfZo\xc3\xab", Some("text/html; charset=latin1")).0, "Zoë");
        assert_eq!(read(b"\xff\xfeZ\0\xeb\0", Some("text/html; charset=utf-8")).0, "Zë");
    }

    #[test]
    fn the_content_type_goes_before_the_page() {
        let page = b"<meta charset=utf-8>Zo\xeb";
        assert!(read(page, Some("text/html;Charset=\"ISO-8859-1\"")).0.ends_with("Zoë"));
    }

    #[test]
    fn both_forms_of_meta_are_understood() {
        assert!(read(b"<title>Zo\xeb</title><META CHARSET = 'windows-1252' />", None).0.contains("Zoë"));
        let old = b"<meta http-equiv=Content-Type content=\"text/html; charset=koi8-r\">\xf0";
        assert!(read(old, Some("text/html")).0.ends_with('П'));
    }

    #[test]
    fn without_a_declaration_it_is_utf8_unless_it_cannot_be() {
        assert_eq!(read("Zoë".as_bytes(), None).0, "Zoë");
        assert_eq!(read(b"Zo\xeb Example", None).0, "Zoë Example");
    }

    #[test]
    fn a_declaration_in_a_comment_a_script_or_a_description_declares_nothing() {
        for page in [
            "<!-- <meta charset=koi8-r> --><p>Zoë",
            "<script>var s = '<meta charset=koi8-r>';</script>Zoë",
            "<title><meta charset=koi8-r></title>Zoë",
            "<meta name=description content='how charset=koi8-r came to be'>Zoë",
        ] {
            assert!(read(page.as_bytes(), None).0.ends_with("Zoë"), "{page}");
        }
        assert!(read(b"<!-- > --><title>a</title><meta charset=koi8-r>\xf0", None).0.ends_with('П'));
    }

    #[test]
    fn what_is_beyond_ascii_may_come_late() {
        let ascii = "x".repeat(3 * CHUNK as usize - 1);
        assert!(read(format!("{ascii}Zoë Ångström").as_bytes(), None).0.ends_with("Zoë Ångström"));
        let latin1 = [ascii.as_bytes(), b" Zo\xeb f\xe4hrt nach M\xfcnchen"].concat();
        assert!(read(&latin1, None).0.ends_with("Zoë fährt nach München"));
    }

    #[test]
    fn an_undeclared_encoding_is_guessed_and_one_wrong_byte_makes_no_other() {
        let (japanese, _, _) = encoding_rs::SHIFT_JIS.encode("深海のクラゲの発光を研究しています。");
        assert!(read(&japanese, None).0.contains("クラゲの発光"));
        let mail = b"\x1b$B?<3$\x1b(B"; // ISO-2022-JP
        assert_eq!(read(mail, None).0, "深海");
        let torn = ["Zoë Ångström, ".repeat(9).as_bytes(), b"\xff"].concat();
        assert!(read(&torn, None).0.starts_with("Zoë Ångström"));
    }

    #[test]
    fn after_an_unknown_label_the_page_decides_and_else_a_guess_with_a_warning() {
        let (text, warnings) = read(b"<meta charset=koi8-r>\xf0", Some("text/html; charset=martian"));
        assert!(text.ends_with('П') && warnings.is_empty());

        let (text, warnings) = read("Zoë".as_bytes(), Some("text/html; charset=martian"));
        assert_eq!(text, "Zoë");
        assert_eq!(warnings.len(), 1);
    }

    #[test]
    fn a_character_cut_by_the_border_of_two_pieces_stays_whole() {
        let body = "ä".repeat(CHUNK as usize);
        let (text, _) = read(format!("x{body}").as_bytes(), Some("text/html; charset=utf-8"));
        assert_eq!(text, format!("x{body}"));
    }

    #[test]
    fn reading_stops_at_the_limit_with_a_warning() {
        let exact = vec![b'a'; MOST_BYTES as usize];
        assert!(read(&exact, None).1.is_empty());
        let more = vec![b'a'; MOST_BYTES as usize + 1];
        let (text, warnings) = read(&more, None);
        assert_eq!(text.len() as u64, MOST_BYTES);
        assert_eq!(warnings, ["only the first 2 MB were read"]);
    }
}
