//! Spellings of placeholders that other programs use and this one does not: they stay in the e-mail as they are, and
//! the sender should know.
use super::slot::kind_of;

/// Brackets that mean nothing here.
const BRACKETS: &[(char, char)] = &[('<', '>'), ('［', '］'), ('【', '】')];
/// Longest name that is looked for, in bytes.
const MAX_NAME: usize = 80;

/// `<university>`, `$name`, `［Name］` and `【Name】`, where the name is one that `{{…}}` would know.
pub(crate) fn lookalikes(text: &str) -> impl Iterator<Item = &str> {
    text.char_indices().filter_map(|(at, open)| {
        let rest = &text[at..];
        if open == '$' {
            let is_part = |c: char| c.is_ascii_alphanumeric() || c == '_';
            let name = &rest[1..1 + rest[1..].find(|c| !is_part(c)).unwrap_or(rest.len() - 1)];
            return is_known(name).then(|| &rest[..1 + name.len()]);
        }
        let (_, close) = BRACKETS.iter().find(|(mark, _)| *mark == open)?;
        let inner = &rest[open.len_utf8()..];
        let end = inner.char_indices().take_while(|(at, _)| *at <= MAX_NAME).find(|(_, c)| c == close)?.0;
        is_known(&inner[..end]).then(|| &rest[..open.len_utf8() + end + close.len_utf8()])
    })
}

fn is_known(name: &str) -> bool {
    name.len() <= MAX_NAME && !name.trim().is_empty() && kind_of(name).is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn placeholders_of_other_programs_are_seen_and_other_text_is_not() {
        let text =
            "<university> $name ［Name］ 【 Paper 】 <b>bold</b> $5 a<b 【1】 $ <name@host.example> $name";
        let found: Vec<_> = lookalikes(text).collect();
        assert_eq!(found, ["<university>", "$name", "［Name］", "【 Paper 】", "$name"]);
    }
}
