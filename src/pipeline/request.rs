//! What a request must be before any work is spent on it: the border between what people type and the pipeline.
use super::{
    Fields, Request, check_fields,
    slot::Kind,
    template::{Placeholder, Template, holds_placeholder},
};
use crate::text::is_deceptive;

/// Largest template, in bytes.
pub const MAX_TEMPLATE_BYTES: usize = 64 * 1024;

/// Longest name and interest, in characters: the widths of their columns.
const MAX_NAME: usize = 255;
const MAX_INTEREST: usize = 500;

/// Checks a request. The error says what is wrong and what to do; the answer is what is odd and not wrong.
pub(super) fn check_request(request: &Request) -> Result<Vec<String>, String> {
    check_recipient(&request.recipient_name, &request.recipient_interest)?;
    check_fields(&request.fields)?;
    check_template(&request.template, request.sender_name.as_deref(), &request.fields)
}

/// Checks a recipient. The error says what is wrong and what to do.
pub fn check_recipient(name: &str, interest: &str) -> Result<(), String> {
    check_line("recipient's name", name, MAX_NAME)?;
    if name.contains(';') {
        return Err("the recipient's name holds a semicolon; give one person per row".to_owned());
    }
    if !name.contains(char::is_alphabetic) {
        return Err("the recipient's name holds no letter; give the name of a person".to_owned());
    }
    check_line("recipient's interest", interest, MAX_INTEREST)
}

/// Checks a template for a sender whose own name is known or not, and whose file gives these values. The error says what is wrong and what to do; the
/// answer is what is odd and not wrong.
pub fn check_template(
    template: &str,
    sender_name: Option<&str>,
    fields: &Fields,
) -> Result<Vec<String>, String> {
    if template.trim().is_empty() {
        return Err("the template is empty; write the e-mail with placeholders such as {{name}}".to_owned());
    }
    if template.len() > MAX_TEMPLATE_BYTES {
        let size = template.len();
        return Err(format!(
            "the template has {size} bytes, at most {MAX_TEMPLATE_BYTES} are allowed; shorten it"
        ));
    }
    if template.contains('\0') {
        return Err("the template holds a NUL character; save it as plain UTF-8 text".to_owned());
    }
    let parsed = Template::parse_with(template, fields).map_err(|error| error.to_string())?;
    if parsed.placeholders().next().is_none() {
        return Err("the template has no placeholder, so every e-mail would be the same; add one such as {{name}} or \
                    {{paper|your recent work}}"
            .to_owned());
    }
    check_sender(&parsed, sender_name)?;
    check_given(&parsed, fields)?;
    Ok(parsed.kept_brackets().map(|kept| format!("{kept} is no placeholder and stays as it is")).collect())
}

/// What only the sender's file can fill must stand there.
fn check_given(template: &Template<'_>, fields: &Fields) -> Result<(), String> {
    let is_empty = |placeholder: &&Placeholder<'_>| {
        let value = fields.value_of(placeholder.name).unwrap_or_default();
        placeholder.kind == Kind::Given && placeholder.fallback.is_none() && value.is_empty()
    };
    match template.placeholders().find(is_empty) {
        None => Ok(()),
        Some(Placeholder { raw, name, .. }) => Err(format!(
            "nothing is given for {raw}; fill in that column, or write {{{{{name}|…}}}} with a fall-back text"
        )),
    }
}

/// A sender without a name cannot sign.
fn check_sender(template: &Template<'_>, sender_name: Option<&str>) -> Result<(), String> {
    if let Some(name) = sender_name.filter(|name| !name.trim().is_empty()) {
        return check_line("sender's name", name, MAX_NAME);
    }
    match template.placeholders().find(|p| p.kind == Kind::SenderName && p.fallback.is_none()) {
        None => Ok(()),
        Some(placeholder) => Err(format!(
            "{} needs the sender's name, which is not known: set it with `scribe user add EMAIL --name NAME` (or \
             `scribe compose --sender NAME`), or write it into the template",
            placeholder.raw
        )),
    }
}

fn check_line(what: &str, text: &str, max: usize) -> Result<(), String> {
    if text.trim().is_empty() {
        return Err(format!("the {what} is empty; give one"));
    }
    let length = text.chars().count();
    if length > max {
        return Err(format!("the {what} has {length} characters, at most {max} are allowed; shorten it"));
    }
    if text.trim().contains(is_deceptive) {
        return Err(format!(
            "the {what} holds a character that does not show, such as NUL, a line break or a zero-width space; take it out"
        ));
    }
    if holds_placeholder(text) {
        return Err(format!("the {what} holds a placeholder, which nobody would fill in; write it out"));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn request() -> Request {
        Request {
            recipient_name: "Ada Example".into(),
            recipient_interest: "ocean eddies".into(),
            template: "Dear {{name}}".into(),
            sender_name: None,
            fields: Fields::default(),
        }
    }

    fn complaint(change: impl FnOnce(&mut Request)) -> String {
        let mut request = request();
        change(&mut request);
        check_request(&request).unwrap_err()
    }

    #[test]
    fn a_sound_request_passes_at_the_very_limits() {
        let mut request = request();
        request.recipient_name = "ä".repeat(MAX_NAME);
        request.recipient_interest = "ö".repeat(MAX_INTEREST);
        request.template = format!("{{{{name}}}}{}", "x".repeat(MAX_TEMPLATE_BYTES - 8));
        assert_eq!(check_request(&request), Ok(Vec::new()));
    }

    #[test]
    fn a_missing_sender_name_is_noticed_before_any_research() {
        let message = complaint(|r| r.template = "{{name}} [Your Name]".into());
        assert!(message.contains("[Your Name]") && message.contains("scribe user add"), "{message}");
        assert!(check_template("{{name}} {{your_name|A student}}", None, &Fields::default()).is_ok());
        assert!(check_template("{{name}} [Your Name]", Some("Sam"), &Fields::default()).is_ok());
    }

    #[test]
    fn text_in_brackets_that_stays_is_pointed_out() {
        let text = "{{name}} [why I admire you so] [sic] [1] [a link](https://x.example)";
        let odd = check_template(text, None, &Fields::default());
        assert_eq!(odd, Ok(vec!["[why I admire you so] is no placeholder and stays as it is".to_owned()]));
    }

    #[test]
    fn every_complaint_says_what_is_wrong() {
        assert!(complaint(|r| r.recipient_name = " ".into()).contains("name is empty"));
        assert!(complaint(|r| r.recipient_interest = "\n".into()).contains("interest is empty"));
        assert!(complaint(|r| r.recipient_name = "a".repeat(256)).contains("256 characters, at most 255"));
        assert!(complaint(|r| r.recipient_interest = "a".repeat(501)).contains("at most 500"));
        assert!(complaint(|r| r.recipient_name = "A\0B".into()).contains("NUL"));
        assert!(complaint(|r| r.recipient_name = "Ada\u{202e}Example".into()).contains("does not show"));
        assert!(
            complaint(|r| r.recipient_interest = "ocean\u{200b} eddies".into()).contains("does not show")
        );
        assert!(complaint(|r| r.recipient_name = "Ada Example; Bo Sample".into()).contains("semicolon"));
        assert!(complaint(|r| r.recipient_name = "{{paper}} Smith".into()).contains("holds a placeholder"));
        assert!(complaint(|r| r.recipient_interest = "tides and [topic]".into()).contains("a placeholder"));
        assert!(complaint(|r| r.sender_name = Some("[Your Name]".into())).contains("a placeholder"));
        assert!(complaint(|r| r.recipient_name = ", ,".into()).contains("no letter"));
        assert!(complaint(|r| r.sender_name = Some("Sam\nBcc: x".into())).contains("sender's name"));
        assert!(complaint(|r| r.sender_name = Some("a".repeat(256))).contains("at most 255"));
        assert!(complaint(|r| r.template = "{{name}}\0".into()).contains("NUL"));
        assert!(complaint(|r| r.template = " \n".into()).contains("template is empty"));
        assert!(complaint(|r| r.template = "x".repeat(MAX_TEMPLATE_BYTES + 1)).contains("at most 65536"));
        assert!(complaint(|r| r.template = "Dear all".into()).contains("no placeholder"));
        assert!(complaint(|r| r.template = "Dear {{name".into()).contains("line 1"));
    }
}
