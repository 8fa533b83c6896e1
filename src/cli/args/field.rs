//! A field of `compose`, as it is typed.
use crate::text::words::fold;

/// A field and its value, as a column of a spreadsheet would give them.
pub fn field(text: &str) -> Result<(String, String), String> {
    match text.split_once('=') {
        Some((name, value)) if !fold(name).is_empty() => Ok((name.trim().into(), value.trim().into())),
        _ => Err("write it as NAME=VALUE".into()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_field_has_a_name_and_whatever_value() {
        assert_eq!(field("Course = Marine = Physics"), Ok(("Course".into(), "Marine = Physics".into())));
        assert_eq!(field("course="), Ok(("course".into(), String::new())), "as an empty cell");
        assert!(["", "course", "=x", "!=x"].iter().all(|wrong| field(wrong).is_err()));
    }
}
