//! An e-mail with its sources as Markdown. Whatever it says, it is shown as it is: no markup, no pictures, no HTML.
use std::fmt::Write as _;

use super::{super::draft::DraftView, letter::Letter, metadata};
use crate::{
    database::emails::Email,
    text::{one_line, printable_lines},
};

/// The whole file.
pub fn markdown(email: &Email) -> String {
    let (letter, metadata) = (Letter::new(email), metadata(email));
    let is_confident = email.is_confident.unwrap_or(true);
    let reasons = DraftView { message: &email.email_message, is_confident, metadata: &metadata }.reasons();
    let mut file = format!("# {}\n\n", plain(&email.recipient_name));
    let mut item = |name: &str, value: Option<String>| {
        if let Some(value) = value {
            // A String takes everything.
            let _ = writeln!(file, "- {name}: {value}");
        }
    };
    item("To", letter.to.map(|to| plain(&to.address)));
    item("Interest", Some(plain(&email.recipient_interest)));
    item("Subject", letter.subject.as_deref().map(plain));
    item("Written", letter.written.map(plain));
    item("Id", Some(email.id.to_string()));
    let verdict = match reasons.is_empty() {
        true => "sure".to_owned(),
        false => format!("look at it: {}", plain(&reasons.join("; "))),
    };
    item("Evidence", Some(verdict));
    let text = printable_lines(letter.body.trim_end());
    let fence = "`".repeat(longest_run(&text, '`').max(2) + 1);
    let _ = writeln!(file, "\n{fence}text\n{text}\n{fence}");
    if !metadata.sources.is_empty() {
        file.push_str("\n## Sources\n\n");
    }
    for source in &metadata.sources {
        let (placeholder, value) = (plain(&source.placeholder), plain(&source.value));
        let from = match source.urls.is_empty() {
            true => source.from.as_str().to_owned(),
            false => source.urls.iter().map(|url| link(url)).collect::<Vec<_>>().join(" "),
        };
        let _ = writeln!(file, "- {placeholder} = {value}: {from}");
    }
    file
}

/// A text in one line in which nothing means anything to Markdown.
fn plain(text: &str) -> String {
    let mut plain = String::with_capacity(text.len());
    for c in one_line(text).chars() {
        if c.is_ascii_punctuation() {
            plain.push('\\');
        }
        plain.push(c);
    }
    plain
}

/// An address that can be clicked, if it is one of the web and nothing else.
fn link(url: &str) -> String {
    let is_web = url.starts_with("https://") || url.starts_with("http://");
    let is_plain = url.bytes().all(|b| (b'!'..=b'~').contains(&b) && !matches!(b, b'<' | b'>'));
    if is_web && is_plain { format!("<{url}>") } else { plain(url) }
}

fn longest_run(text: &str, sign: char) -> usize {
    text.split(|c| c != sign).map(str::len).max().unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use serde_json::json;
    use uuid::Uuid;

    use super::*;
    use crate::text::is_deceptive;

    fn email(name: &str, message: &str, metadata: serde_json::Value) -> Email {
        Email {
            id: Uuid::nil(),
            recipient_name: name.into(),
            recipient_interest: "tides".into(),
            recipient_email: Some("ada@example.org".into()),
            email_message: message.into(),
            template_type: None,
            is_confident: Some(true),
            displayed: true,
            created_at: Some("2026-11-26T02:22:34Z".into()),
            user_email: None,
            user_name: None,
            metadata: Some(metadata),
        }
    }

    #[test]
    fn text_and_sources_are_all_there() {
        let source = json!({"placeholder": "{{paper}}", "value": "Tides", "from": "paper",
                            "urls": ["https://arxiv.org/abs/1"]});
        let mut metadata = serde_json::to_value(crate::pipeline::Metadata::default()).unwrap();
        metadata["sources"] = json!([source]);
        let expected = "# Ada Marlowe\n\n- To: ada\\@example\\.org\n- Interest: tides\n- Subject: Hi\n\
                        - Written: 2026\\-11\\-26T02\\:22\\:34Z\n- Id: 00000000-0000-0000-0000-000000000000\n\
                        - Evidence: sure\n\n```text\nDear Ada,\n\nyours\n```\n\n## Sources\n\n\
                        - \\{\\{paper\\}\\} = Tides: <https://arxiv.org/abs/1>\n";
        assert_eq!(
            markdown(&email("Ada Marlowe", "Subject: Hi\n\nDear Ada,\n\nyours\n", metadata)),
            expected
        );
    }

    #[test]
    fn nothing_from_elsewhere_is_markup_or_steers_a_terminal() {
        let name = "<img src=x>\n# Ada ![x](http://evil.example) \u{202e}\u{1b}[2J";
        let file = markdown(&email(name, "```\n<script>\u{1b}[31m\u{200b}\n````", json!({"sources": 1})));
        assert!(!file.chars().any(|c| c != '\n' && is_deceptive(c)), "{file:?}");
        assert!(
            file.starts_with("# \\<img src\\=x\\> \\# Ada \\!\\[x\\]\\(http\\:\\/\\/evil\\.example\\)"),
            "{file}"
        );
        assert!(file.contains("\n`````text\n```\n<script>") && file.ends_with("\n````\n`````\n"), "{file}");
        assert_eq!(link("javascript:x"), "javascript\\:x");
        assert_eq!(link("https://a.example/>x"), "https\\:\\/\\/a\\.example\\/\\>x");
    }
}
