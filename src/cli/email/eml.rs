//! An e-mail as a file that mail programs open: RFC 5322, with names and subjects beyond ASCII as RFC 2047 has them, and
//! the text quoted-printable (RFC 2045 § 6.7). `X-Unsent` lets Outlook open it to be edited and sent. In such a file stands
//! nothing but printable ASCII and line ends.
use super::letter::{Letter, Mailbox};

/// The longest line of a quoted-printable text, with the sign that it goes on.
const LONGEST_LINE: usize = 76;
/// The longest piece of an encoded header, so that the line stays within 76 with the longest name of a header before it.
const LONGEST_PIECE: usize = 60;
/// The longest header that goes into one line as it is.
const LONGEST_PLAIN: usize = 60;
const MONTHS: [&str; 12] =
    ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];

/// The whole file.
pub fn eml(letter: &Letter<'_>) -> String {
    let mut file = String::with_capacity(letter.body.len() * 5 / 4 + 512);
    let mut header = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            file.extend([name, ": ", &value, "\r\n"]);
        }
    };
    header("Date", letter.written.and_then(date));
    header("From", letter.from.as_ref().map(mailbox));
    header("To", letter.to.as_ref().map(mailbox));
    header("Subject", letter.subject.as_deref().map(unstructured));
    header("X-Unsent", Some("1".to_owned()));
    header("MIME-Version", Some("1.0".to_owned()));
    header("Content-Type", Some("text/plain; charset=utf-8".to_owned()));
    header("Content-Transfer-Encoding", Some("quoted-printable".to_owned()));
    file.push_str("\r\n");
    quoted_printable(letter.body, &mut file);
    file
}

/// `2026-11-26T02:22:34Z` as a header has it; `None` for years that it cannot hold.
fn date(iso: &str) -> Option<String> {
    let (day, time) = iso.strip_suffix('Z')?.split_once('T')?;
    let mut parts = day.split('-');
    let (year, month, day) = (parts.next()?, parts.next()?.parse::<usize>().ok()?, parts.next()?);
    let is_plain =
        |text: &str, length| text.len() == length && text.bytes().all(|b| b.is_ascii_digit() || b == b':');
    let month = MONTHS.get(month.checked_sub(1)?)?;
    let is_sound = is_plain(year, 4) && year >= "1900" && is_plain(day, 2) && is_plain(time, 8);
    is_sound.then(|| format!("{day} {month} {year} {time} +0000"))
}

fn mailbox(mailbox: &Mailbox) -> String {
    let Mailbox { name, address } = mailbox;
    match name.as_str() {
        "" => address.clone(),
        name if is_plain(name) => {
            let quoted: String = name.chars().flat_map(escaped).collect();
            format!("\"{quoted}\" <{address}>")
        }
        // An address of any length has a line of its own.
        name => format!("{}\r\n <{address}>", encoded(name)),
    }
}

/// What ends a quoted string, or escapes that, is escaped.
fn escaped(c: char) -> impl Iterator<Item = char> {
    matches!(c, '"' | '\\').then_some('\\').into_iter().chain([c])
}

fn unstructured(text: &str) -> String {
    if is_plain(text) { text.to_owned() } else { encoded(text) }
}

/// Fits into a header as it is, and cannot be taken for an encoded word.
fn is_plain(text: &str) -> bool {
    text.len() <= LONGEST_PLAIN && text.bytes().all(|b| (b' '..=b'~').contains(&b)) && !text.contains("=?")
}

/// A text in encoded words, each on a line of its own; no character is cut in two.
fn encoded(text: &str) -> String {
    const BEGIN: &str = "=?utf-8?Q?";
    const END: &str = "?=";
    let mut words = vec![BEGIN.to_owned()];
    for c in text.chars() {
        let mut bytes = [0; 4];
        let piece: String = match c {
            ' ' => "_".to_owned(),
            c if c.is_ascii_alphanumeric() => c.to_string(),
            c => c.encode_utf8(&mut bytes).bytes().map(|byte| format!("={byte:02X}")).collect(),
        };
        if words.last().is_some_and(|word| word.len() + piece.len() + END.len() > LONGEST_PIECE) {
            words.push(BEGIN.to_owned());
        }
        words.last_mut().into_iter().for_each(|word| word.push_str(&piece));
    }
    words.iter().map(|word| format!("{word}{END}")).collect::<Vec<_>>().join("\r\n ")
}

fn quoted_printable(text: &str, file: &mut String) {
    for line in text.replace("\r\n", "\n").trim_end_matches('\n').split('\n') {
        let mut length = 0;
        let bytes = line.as_bytes();
        for (at, byte) in bytes.iter().enumerate() {
            let is_last = at + 1 == bytes.len();
            let is_literal = match byte {
                b'=' => false,
                // Spaces at a line's end get lost on the way.
                b' ' | b'\t' => !is_last,
                // Mailboxes of old take such a line for the next e-mail.
                b'F' => at > 0 || !line.starts_with("From "),
                byte => (b'!'..=b'~').contains(byte),
            };
            let width = if is_literal { 1 } else { 3 };
            if length + width > LONGEST_LINE - usize::from(!is_last) {
                file.push_str("=\r\n");
                length = 0;
            }
            match is_literal {
                true => file.push(char::from(*byte)),
                false => file.push_str(&format!("={byte:02X}")),
            }
            length += width;
        }
        file.push_str("\r\n");
    }
}

#[cfg(test)]
#[path = "eml_tests.rs"]
mod tests;
