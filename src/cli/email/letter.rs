//! An e-mail in the parts that its export needs.
use crate::{
    database::emails::Email,
    text::{address::is_address, one_line},
};

/// The longest subject, in characters; what is longer is no subject but a text that happens to begin so.
const LONGEST_SUBJECT: usize = 500;

/// A person with an address. Both are fit for a header.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Mailbox {
    /// In one line; may be empty.
    pub name: String,
    /// Plain ASCII, `name@host`.
    pub address: String,
}

impl Mailbox {
    /// `None` without an address that can stand in a header as it is.
    fn new(name: Option<&str>, address: Option<&str>) -> Option<Mailbox> {
        let address = address.map(str::trim).filter(|address| is_address(address))?;
        Some(Mailbox { name: one_line(name.unwrap_or_default()), address: address.to_owned() })
    }
}

/// What is exported.
#[derive(Debug, PartialEq, Eq)]
pub struct Letter<'a> {
    /// Whom it is for, if the address is known.
    pub to: Option<Mailbox>,
    /// Whose it is.
    pub from: Option<Mailbox>,
    /// The template's first line, if that is `Subject: …`; in one line.
    pub subject: Option<String>,
    /// What is to be sent.
    pub body: &'a str,
    /// When it was written, UTC, ISO 8601.
    pub written: Option<&'a str>,
}

impl<'a> Letter<'a> {
    /// Takes an e-mail apart.
    pub fn new(email: &'a Email) -> Letter<'a> {
        let (subject, body) = split_subject(&email.email_message);
        Letter {
            to: Mailbox::new(Some(&email.recipient_name), email.recipient_email.as_deref()),
            from: Mailbox::new(email.user_name.as_deref(), email.user_email.as_deref()),
            subject,
            body,
            written: email.created_at.as_deref(),
        }
    }
}

fn split_subject(message: &str) -> (Option<String>, &str) {
    let whole = (None, message);
    let text = message.trim_start_matches(['\n', '\r', '\u{feff}']);
    let (line, rest) = text.split_once('\n').unwrap_or((text, ""));
    let Some((head, subject)) = line.split_once(':') else { return whole };
    let subject = one_line(subject);
    let is_subject = head.trim().eq_ignore_ascii_case("subject");
    if !is_subject || subject.is_empty() || subject.chars().count() > LONGEST_SUBJECT {
        return whole;
    }
    (Some(subject), rest.trim_start_matches(['\n', '\r']))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_first_line_that_says_so_is_the_subject() {
        let split = |text| split_subject(text);
        assert_eq!(split("Subject: Your work\n\nDear Ada"), (Some("Your work".into()), "Dear Ada"));
        assert_eq!(split("\r\nSUBJECT :  a \u{200b} b\r\n\r\n\r\nDear"), (Some("a b".into()), "Dear"));
        assert_eq!(split("Subject: only"), (Some("only".into()), ""));
        for whole in ["Dear Ada,\nSubject: no", "Subject:\nDear", "My subject: x\nDear", "", "Subject"] {
            assert_eq!(split(whole), (None, whole));
        }
        let long = format!("Subject: {}", "x".repeat(501));
        assert_eq!(split(&long), (None, long.as_str()));
    }

    #[test]
    fn only_an_address_that_can_stand_in_a_header_is_one() {
        let to = Mailbox::new(Some("Ada\r\nBcc: x@example.org"), Some(" ada@example.org ")).unwrap();
        assert_eq!((to.name.as_str(), to.address.as_str()), ("Ada Bcc: x@example.org", "ada@example.org"));
        assert_eq!(Mailbox::new(Some("Ada"), Some("ada@example.org\r\nBcc: x@example.org")), None);
        assert_eq!(Mailbox::new(Some("Ada"), None), None);
    }
}
