//! What a mail program makes of the files. A reader of its own here; Python's is asked in `tests/it/email_export.rs`.
use proptest::prelude::*;

use super::*;

fn mailbox_of(name: &str, address: &str) -> Option<Mailbox> {
    Some(Mailbox { name: name.into(), address: address.into() })
}

fn letter<'a>(name: &str, subject: &str, body: &'a str) -> Letter<'a> {
    Letter {
        to: mailbox_of(name, "ada@example.org"),
        from: mailbox_of("Sam Student", "sam@example.org"),
        subject: Some(subject.into()),
        body,
        written: Some("2026-11-26T02:22:34Z"),
    }
}

#[test]
fn a_plain_letter_is_a_plain_file() {
    let file = eml(&letter("Ada \"Tide\" Marlowe", "Your work", "Dear Ada,\n\nFrom me = you \nSam\n"));
    let expected = "Date: 26 Nov 2026 02:22:34 +0000\r\nFrom: \"Sam Student\" <sam@example.org>\r\n\
                    To: \"Ada \\\"Tide\\\" Marlowe\" <ada@example.org>\r\nSubject: Your work\r\nX-Unsent: 1\r\n\
                    MIME-Version: 1.0\r\nContent-Type: text/plain; charset=utf-8\r\n\
                    Content-Transfer-Encoding: quoted-printable\r\n\r\nDear Ada,\r\n\r\n=46rom me =3D you=20\r\nSam\r\n";
    assert_eq!(file, expected);
}

#[test]
fn what_is_not_known_has_no_header() {
    let file = eml(&Letter { to: None, from: None, subject: None, written: None, ..letter("", "", "x") });
    assert!(file.starts_with("X-Unsent: 1\r\nMIME-Version"), "{file}");
    for odd in ["infinity", "", "12026-01-01T00:00:00Z", "0001-01-01T00:00:00Z", "2026-13-01T00:00:00Z"] {
        assert_eq!(date(odd), None, "{odd}");
    }
}

#[test]
fn names_beyond_ascii_are_encoded_within_the_length_of_a_line() {
    let name = "Zoë Ångström-李明 ".repeat(12);
    let file = eml(&letter(name.trim(), &name, ""));
    assert!(file.lines().all(|line| line.len() <= 76), "{file}");
    assert_eq!(header(&file, "Subject").unwrap(), name);
}

/// The value of a header, unfolded and decoded.
fn header(file: &str, name: &str) -> Option<String> {
    let (head, _) = file.split_once("\r\n\r\n").unwrap();
    let unfolded = head.replace("\r\n ", " ");
    let found: Vec<_> =
        unfolded.split("\r\n").filter_map(|line| line.strip_prefix(&format!("{name}: "))).collect();
    assert!(found.len() <= 1, "{name} stands there {} times: {file}", found.len());
    Some(decoded(found.first()?))
}

fn decoded(value: &str) -> String {
    if !value.contains("=?utf-8?Q?") {
        return value.to_owned();
    }
    let words = value.split(' ').map(|word| match word.strip_prefix("=?utf-8?Q?") {
        Some(word) => word.strip_suffix("?=").unwrap().replace('_', " "),
        None => format!(" {word}"),
    });
    hex(&words.collect::<String>())
}

/// `=41` is an A.
fn hex(text: &str) -> String {
    let mut bytes = Vec::new();
    let mut rest = text.bytes();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'=' => {
                let digits = [rest.next().unwrap(), rest.next().unwrap()];
                u8::from_str_radix(std::str::from_utf8(&digits).unwrap(), 16).unwrap()
            }
            byte => byte,
        });
    }
    String::from_utf8(bytes).unwrap()
}

proptest! {
    /// Whatever stands in the database: the headers are those that were meant, nothing in the file steers a terminal,
    /// no line is too long, and what was put in comes out.
    #[test]
    fn nothing_in_a_letter_makes_another_header(
        name in "(\\PC|[\\r\\n\\x1b\u{202e}\"\\\\<>,;:@=?]){0,80}",
        subject in "(\\PC|[\\r\\n\\x1b=?_]){1,200}",
        body in "(\\PC|[\\r\\n\\t =.\\x00\\x1b]){0,400}",
    ) {
        // As `Letter` makes them.
        let (name, subject) = (crate::text::one_line(&name), crate::text::one_line(&subject));
        prop_assume!(!subject.is_empty());
        let file = eml(&letter(&name, &subject, &body));
        prop_assert!(file.bytes().all(|b| (b' '..=b'~').contains(&b) || matches!(b, b'\r' | b'\n' | b'\t')));
        prop_assert!(!file.replace("\r\n", "").contains(['\r', '\n']), "every line ends in both");
        prop_assert!(file.split("\r\n").all(|line| line.len() <= 320 && !line.ends_with([' ', '\t'])));
        let (head, text) = file.split_once("\r\n\r\n").unwrap();
        let names: Vec<_> = head.split("\r\n").filter(|line| !line.starts_with(' '))
            .map(|line| line.split(':').next().unwrap()).collect();
        prop_assert_eq!(names, ["Date", "From", "To", "Subject", "X-Unsent", "MIME-Version", "Content-Type",
                                "Content-Transfer-Encoding"]);
        prop_assert_eq!(header(&file, "Subject").unwrap(), subject);
        let to = header(&file, "To").unwrap();
        prop_assert!(to.ends_with("ada@example.org>") || name.is_empty(), "{}", to);
        prop_assert!(text.split("\r\n").all(|line| line.len() <= 76));
        let plain = hex(&text.replace("=\r\n", "").replace("\r\n", "\n"));
        let sent = body.replace("\r\n", "\n");
        prop_assert_eq!(plain.trim_end_matches('\n'), sent.trim_end_matches('\n'));
    }
}
