//! The bytes of a body as UTF-8, while they arrive: which encoding a page is in, and how much of it is read.
use std::{
    io::{self, Read},
    ops::ControlFlow,
};

use encoding_rs::{Encoding, UTF_8, WINDOWS_1252};

/// The most bytes of one page that are read, after decompression.
pub(super) const MOST_BYTES: u64 = 2 * 1024 * 1024;
/// What is read at a time; also how far a page is searched for a declaration of its encoding.
const CHUNK: u64 = 16 * 1024;

/// Reads the body in pieces and hands them on as UTF-8 until the end, the limit, or the sink's break. Returns
/// warnings for people.
///
/// A byte order mark decides; then the charset of the content type; then the page's own `<meta>`; else UTF-8, and
/// windows-1252 where the beginning cannot be UTF-8. This is the order of the HTML standard (§ 13.2.3.2), shortened.
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
    let mut decoder = encoding_of(&piece, content_type, &mut warnings).new_decoder();
    let mut text = String::new();
    loop {
        let last = piece.is_empty();
        text.clear();
        // Without room for the worst case, `decode_to_string` would stop early instead of growing the string.
        text.reserve(decoder.max_utf8_buffer_length(piece.len()).unwrap_or_default());
        let _ = decoder.decode_to_string(&piece, &mut text, last);
        if sink(&text).is_break() || last {
            break;
        }
        piece.clear();
        body.by_ref().take(CHUNK).read_to_end(&mut piece)?;
    }
    if body.limit() == 0 && matches!(body.into_inner().read(&mut [0]), Ok(1)) {
        warnings.push("only the first 2 MB were read".to_owned());
    }
    Ok(warnings)
}

fn encoding_of(head: &[u8], content_type: Option<&str>, warnings: &mut Vec<String>) -> &'static Encoding {
    let Some(label) = content_type.and_then(charset_of_type).or_else(|| charset_of_meta(head)) else {
        // A character cut in two by the end of the piece is no proof against UTF-8.
        let readable = std::str::from_utf8(head).map_or_else(|e| e.error_len().is_none(), |_| true);
        return if readable { UTF_8 } else { WINDOWS_1252 };
    };
    match Encoding::for_label(label.as_bytes()) {
        // A page that declares UTF-16 in ASCII is lying, as the standard notes; a true one has a byte order mark.
        Some(encoding) => encoding.output_encoding(),
        None => {
            warnings.push("the page names an unknown character encoding; it was read as UTF-8".to_owned());
            UTF_8
        }
    }
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
    head.split("<meta").skip(1).find_map(|tag| {
        let (_, value) = tag.split('>').next()?.split_once("charset")?;
        let value = value.trim_start().strip_prefix('=')?.trim_start().trim_start_matches(['"', '\'']);
        let end = value.find(|c: char| c.is_whitespace() || "\"'/;".contains(c)).unwrap_or(value.len());
        (end > 0).then(|| value[..end].to_owned())
    })
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
    fn an_unknown_label_is_read_as_utf8_with_a_warning() {
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
