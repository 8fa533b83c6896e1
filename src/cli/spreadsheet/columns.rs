//! Which column is what, by the names that people give them.
use crate::text::words::fold;

const NAME: &[&str] = &[
    "name",
    "full name",
    "fullname",
    "recipient name",
    "recipient",
    "professor name",
    "professor",
    "researcher name",
    "researcher",
    "contact name",
    "contact",
    "person",
];
const FIRST: &[&str] = &["first name", "firstname", "given name", "given names", "forename", "first"];
const LAST: &[&str] = &["last name", "lastname", "surname", "family name", "last"];
const INTEREST: &[&str] = &[
    "interest",
    "interests",
    "research interest",
    "research interests",
    "recipient interest",
    "recipient interests",
    "research area",
    "research areas",
    "area of research",
    "research topic",
    "research topics",
    "research field",
    "field of research",
    "research",
    "topic",
    "topics",
    "field",
    "fields",
    "area",
    "areas",
    "speciality",
    "specialty",
];
const EMAIL: &[&str] = &[
    "e mail",
    "email",
    "mail",
    "e mail address",
    "email address",
    "mail address",
    "recipient email",
    "recipient e mail",
    "professor email",
    "contact email",
];

/// Where what stands, by the places of the columns.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Columns {
    /// The recipient's name.
    pub name: NameColumns,
    /// What they work on.
    pub interest: usize,
    /// Their address.
    pub email: Option<usize>,
    /// All others that have a name, those of a name in two parts included: placeholders may ask for them.
    pub others: Vec<usize>,
}

/// A name stands in one column or in two.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NameColumns {
    /// In one.
    Whole(usize),
    /// Given names and surname.
    Parts(usize, usize),
}

impl NameColumns {
    /// In the order in which they make a name.
    pub fn places(self) -> impl Iterator<Item = usize> {
        let (first, second) = match self {
            NameColumns::Whole(at) => (at, None),
            NameColumns::Parts(first, last) => (first, Some(last)),
        };
        std::iter::once(first).chain(second)
    }
}

/// Finds the columns. The error says what is missing.
pub fn find(head: &[String]) -> Result<Columns, String> {
    let folded: Vec<String> = head.iter().map(|name| fold(name)).collect();
    let column = |names: &[&str]| -> Result<Option<usize>, String> {
        let Some(name) = names.iter().find(|name| folded.iter().any(|column| column == *name)) else {
            return Ok(None);
        };
        let mut places = (0..folded.len()).filter(|&at| folded[at] == *name);
        match (places.next(), places.next()) {
            (Some(_), Some(_)) => Err(format!("there are two columns {name:?}")),
            (first, _) => Ok(first),
        }
    };
    let missing = |what: &str| format!("there is no column {what:?} among: {}", head.join(", "));
    let name = match (column(NAME)?, column(FIRST)?, column(LAST)?) {
        // “First name, name” is how some write “first name, surname”.
        (Some(last), Some(first), None) if folded[last] == "name" => NameColumns::Parts(first, last),
        (Some(whole), ..) => NameColumns::Whole(whole),
        (None, Some(first), Some(last)) => NameColumns::Parts(first, last),
        _ => return Err(missing("name")),
    };
    let interest = column(INTEREST)?.ok_or_else(|| missing("interest"))?;
    let email = column(EMAIL)?;
    let is_other = |at: &usize| {
        !folded[*at].is_empty() && name != NameColumns::Whole(*at) && interest != *at && email != Some(*at)
    };
    Ok(Columns { name, interest, email, others: (0..head.len()).filter(is_other).collect() })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn found(head: &str) -> Result<Columns, String> {
        find(&head.split(',').map(str::to_owned).collect::<Vec<_>>())
    }

    #[test]
    fn columns_are_found_by_their_usual_names_in_any_case_and_order() {
        for head in [
            "Name,Interest,E-Mail",
            "full_name,RESEARCH INTERESTS,email",
            "Professor,Topic,Mail",
            "Recipient Name,field,E-mail address",
            " NAME ,Research Area,Email Address",
        ] {
            let expected =
                Columns { name: NameColumns::Whole(0), interest: 1, email: Some(2), others: vec![] };
            assert_eq!(found(head), Ok(expected), "{head}");
        }
        let columns = found("No,Topic,Course,Name,,Phone").unwrap();
        assert_eq!((columns.name, columns.interest), (NameColumns::Whole(3), 1));
        assert_eq!((columns.email, columns.others), (None, vec![0, 2, 5]));
    }

    #[test]
    fn a_name_may_stand_in_two_columns() {
        for head in ["Last Name,First Name,Topic", "surname,given_name,topic", "Name,First name,Field"] {
            let columns = found(head).unwrap();
            assert_eq!(columns.name, NameColumns::Parts(1, 0), "{head}");
            assert_eq!(columns.others, [0, 1], "for {{{{first_name}}}}: {head}");
        }
        assert_eq!(found("First name,Last name,Name,Topic").unwrap().name, NameColumns::Whole(2));
    }

    #[test]
    fn the_usual_name_wins_and_two_of_it_are_one_too_many() {
        let columns = found("Field,Name,Interest").unwrap();
        assert_eq!((columns.interest, columns.others), (2, vec![0]));
        assert!(found("name,Name,interest").unwrap_err().contains("two columns \"name\""));
        assert!(found("name,topic,Topic").unwrap_err().contains("two columns \"topic\""));
    }

    #[test]
    fn what_is_missing_is_named_with_what_there_is() {
        assert_eq!(found("who,what"), Err("there is no column \"name\" among: who, what".into()));
        assert_eq!(found("name,what"), Err("there is no column \"interest\" among: name, what".into()));
        assert!(found("first name,topic").unwrap_err().contains("no column \"name\""));
    }
}
