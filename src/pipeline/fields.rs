//! What the sender's file gives for placeholders, by the names of its columns. These are the sender's own words: they are
//! put in as they stand, and need no research and no source.
use std::collections::BTreeMap;

use serde::Serialize;

use super::{
    slot::{self, Kind},
    template::Template,
};
use crate::{model::SlotKind, text::words::fold};

/// Longest value, in characters.
const MAX_VALUE: usize = 2_000;

/// Values of one recipient by the names of their columns. One that is empty is left to research or the fall-back text.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize)]
pub struct Fields(BTreeMap<String, String>);

/// A column that a template asks for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WantedColumn {
    /// Its place among the names that were asked about.
    pub column: usize,
    /// The first placeholder that it fills, brackets and all.
    pub placeholder: String,
    /// Nothing else could fill it: every recipient needs a value.
    pub is_needed: bool,
}

impl Fields {
    /// What the database holds; whatever is no text under a name is none of it.
    pub fn from_json(json: &str) -> Fields {
        let values: BTreeMap<String, serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
        values.into_iter().filter_map(|(name, value)| Some((name, value.as_str()?.to_owned()))).collect()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Names and values.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, value)| (name.as_str(), value.as_str()))
    }

    /// The value for a placeholder of this name; empty where its column is there and says nothing.
    pub(super) fn value_of(&self, name: &str) -> Option<&str> {
        let names: Vec<&str> = self.0.keys().map(String::as_str).collect();
        let at = column_for(name, &names)?;
        self.0.get(names[at]).map(|value| value.trim())
    }

    /// What a placeholder of this name asks for, from a sender who gives these values.
    pub(super) fn kind_of(&self, name: &str) -> Option<Kind> {
        match self.value_of(name) {
            Some("") => slot::kind_of(name).or(Some(Kind::Given)),
            Some(_) => Some(Kind::Given),
            None => slot::kind_of(name),
        }
    }
}

impl FromIterator<(String, String)> for Fields {
    fn from_iter<T: IntoIterator<Item = (String, String)>>(values: T) -> Self {
        Fields(values.into_iter().collect())
    }
}

/// The column that a placeholder asks for: by its very name, else by what both mean where that can be one thing only.
fn column_for(name: &str, columns: &[&str]) -> Option<usize> {
    let folded = fold(name);
    if folded.is_empty() {
        return None;
    }
    let same = columns.iter().position(|column| fold(column) == folded);
    let meant =
        |kind| matches!(kind, Kind::FirstName | Kind::LastName | Kind::Evidence(SlotKind::Institution));
    same.or_else(|| {
        let kind = slot::kind_of(name).filter(|kind| meant(*kind))?;
        columns.iter().position(|column| slot::kind_of(column) == Some(kind))
    })
}

/// Which of these columns a template asks for. The error says what is wrong with the template.
pub fn wanted_columns(template: &str, columns: &[&str]) -> Result<Vec<WantedColumn>, String> {
    let filled: Fields = columns.iter().map(|column| ((*column).to_owned(), "-".to_owned())).collect();
    let parsed = Template::parse_with(template, &filled).map_err(|error| error.to_string())?;
    let mut wanted: Vec<WantedColumn> = Vec::new();
    for placeholder in parsed.placeholders().filter(|placeholder| placeholder.kind == Kind::Given) {
        let Some(column) = column_for(placeholder.name, columns) else { continue };
        let is_needed = placeholder.fallback.is_none() && slot::kind_of(placeholder.name).is_none();
        match wanted.iter_mut().find(|wanted| wanted.column == column) {
            Some(wanted) => wanted.is_needed |= is_needed,
            None => wanted.push(WantedColumn { column, placeholder: placeholder.raw.to_owned(), is_needed }),
        }
    }
    Ok(wanted)
}

/// The columns that only a file can have, which a template asks for in braces: nothing else fills them. The error says
/// what is wrong with the template.
pub fn needed_columns(template: &str) -> Result<Vec<String>, String> {
    let mut columns: Vec<String> = Vec::new();
    loop {
        let filled: Fields = columns.iter().map(|column| (column.clone(), "-".to_owned())).collect();
        let Err(error) = Template::parse_with(template, &filled) else {
            return Ok(columns);
        };
        // One that stays unknown with its column there has no name that a column could have.
        match error.unknown_name().filter(|name| !columns.iter().any(|column| column == name)) {
            Some(name) => columns.push(name.to_owned()),
            None => return Err(error.to_string()),
        }
    }
}

/// Checks the values of one recipient. The error says what is wrong and what to do.
pub fn check_fields(fields: &Fields) -> Result<(), String> {
    for (name, value) in fields.iter() {
        let length = value.chars().count();
        if length > MAX_VALUE {
            return Err(format!(
                "“{name}” has {length} characters, at most {MAX_VALUE} are allowed; shorten it"
            ));
        }
        if value.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t')) {
            return Err(format!("“{name}” holds a control character; take it out"));
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(values: &[(&str, &str)]) -> Fields {
        values.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn a_placeholder_finds_its_column_however_both_are_written() {
        let given =
            fields(&[("Course Title", " Fluids "), ("University", "Nordland"), ("Surname", "Etxeandia")]);
        for name in ["course title", "COURSE_TITLE", "course-title"] {
            assert_eq!(given.value_of(name), Some("Fluids"), "{name}");
            assert_eq!(given.kind_of(name), Some(Kind::Given), "{name}");
        }
        assert_eq!(given.value_of("their institution"), Some("Nordland"), "what both mean");
        assert_eq!(given.value_of("last_name"), Some("Etxeandia"));
        for name in ["course", "paper", "name", "", "!"] {
            assert_eq!(given.value_of(name), None, "{name}");
        }
    }

    #[test]
    fn a_year_in_the_file_is_not_taken_for_that_of_a_paper() {
        assert_eq!(fields(&[("Year", "3rd")]).value_of("paper_year"), None);
        assert_eq!(fields(&[("Year", "3rd")]).value_of("year"), Some("3rd"));
    }

    #[test]
    fn an_empty_cell_leaves_the_placeholder_to_research() {
        let given = fields(&[("University", " "), ("Course", "")]);
        assert_eq!(given.kind_of("university"), Some(Kind::Evidence(SlotKind::Institution)));
        assert_eq!(given.kind_of("course"), Some(Kind::Given), "known all the same");
    }

    #[test]
    fn what_a_template_wants_of_a_file_is_told_and_what_every_row_must_have() {
        let template = "{{name}} {{course}} {{course|it}} {{room|my office}} {{affiliation}} {{paper}}";
        let wanted = wanted_columns(template, &["Phone", "Room", "Course", "University"]).unwrap();
        let told: Vec<_> = wanted.iter().map(|w| (w.column, w.placeholder.as_str(), w.is_needed)).collect();
        let expected =
            [(2, "{{course}}", true), (1, "{{room|my office}}", false), (3, "{{affiliation}}", false)];
        assert_eq!(told, expected);
        assert!(wanted_columns("{{course}}", &["Phone"]).unwrap_err().contains("nobody knows"));
    }

    #[test]
    fn what_only_a_file_can_fill_is_named_once_and_what_is_wrong_stays_wrong() {
        let template = "{{name}} {{course|a course}} {{ Room }} {{course}} [Your Name]";
        assert_eq!(needed_columns(template), Ok(vec!["course".to_owned(), "Room".to_owned()]));
        assert_eq!(needed_columns("{{paper}}"), Ok(vec![]));
        let long = format!("{{{{{}}}}}", "x".repeat(61));
        for wrong in [&long, "{{!}}", "{{course", "[Insert course]", "{{course}} {{}}"] {
            assert!(needed_columns(wrong).unwrap_err().contains("line 1"), "{wrong}");
        }
    }

    #[test]
    fn only_texts_are_read_from_the_database() {
        assert_eq!(Fields::from_json(r#"{"a": "b", "c": 1, "d": null, "e": ["f"]}"#), fields(&[("a", "b")]));
        assert!(["", "[]", "\"x\"", "null", "{"].iter().all(|json| Fields::from_json(json).is_empty()));
    }

    #[test]
    fn a_value_may_have_lines_and_no_other_control_characters() {
        assert_eq!(check_fields(&fields(&[("a", "one\n\ttwo {{name}} ❤️")])), Ok(()));
        assert!(check_fields(&fields(&[("a", "\u{1b}[2J")])).unwrap_err().contains("“a” holds a control"));
        assert!(check_fields(&fields(&[("a", &"x".repeat(2_001))])).unwrap_err().contains("2001 characters"));
    }
}
