//! One thing that belongs to a table, and how two tables differ in such things.
use std::fmt;

use super::Differences;

/// The kind of item that says whether row level security is on.
const PROTECTION: &str = "row level security";

/// A column, constraint, index, trigger, policy or grant.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Item {
    kind: String,
    /// Two items of a table with the same kind and name cannot both exist.
    name: String,
    /// The rest of it; may be empty.
    definition: String,
}

impl Item {
    /// What stands between a table's name and how it is protected.
    pub const PROTECTION: &str = ", row level security ";

    /// Whether row level security is `on`, `off` or `forced`.
    pub fn protection(state: &str) -> Item {
        Item { kind: PROTECTION.into(), name: String::new(), definition: state.into() }
    }

    /// A line without its indentation.
    pub fn parse(line: &str) -> Option<Item> {
        let (kind, rest) = line.split_once(' ')?;
        let first_word = |text: &str| text.split(' ').next().unwrap_or_default().to_string();
        let after = |word: &str| rest.split_once(word).map(|(_, rest)| first_word(rest)).unwrap_or_default();
        let (name, definition) = match kind {
            "index" => (after("INDEX "), rest),
            "trigger" => (after("TRIGGER "), rest),
            "grant" => (rest.to_string(), ""),
            _ => rest.split_once(' ').map_or((rest.into(), ""), |(name, rest)| (name.into(), rest)),
        };
        Some(Item { kind: kind.into(), name, definition: definition.into() })
    }

    /// Whether it says how the table is protected.
    pub fn is_protection(&self) -> bool {
        self.kind == PROTECTION
    }

    /// Whether it is the column of that name.
    pub fn is_column(&self, name: &str) -> bool {
        self.kind == "column" && self.name == name
    }

    fn is_same_thing(&self, other: &Item) -> bool {
        (&self.kind, &self.name) == (&other.kind, &other.name)
    }

    /// More protection than was asked for; scribe's role owns the tables.
    fn is_stricter(&self, expected: &Item) -> bool {
        self.is_protection() && (self.definition.as_str(), expected.definition.as_str()) == ("on", "off")
    }

    /// Supabase's default privileges give its secret role everything, in every project.
    fn is_supabases_own(&self) -> bool {
        self.kind == "grant" && self.name.ends_with(" to service_role")
    }

    /// A column that scribe does not know and that must be given a value.
    fn lets_no_row_in(&self) -> bool {
        let has = |text: &str| self.definition.contains(text);
        self.kind == "column" && has(" NOT NULL") && !has(" DEFAULT ") && !has(" IDENTITY ")
    }
}

impl fmt::Display for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Item { kind, name, definition } = self;
        match (name.as_str(), definition.as_str()) {
            ("", definition) => write!(f, "{kind} {definition}"),
            (name, "") => write!(f, "{kind} {name}"),
            (name, definition) => write!(f, "{kind} {name}: {definition}"),
        }
    }
}

/// Adds how a table differs from what is expected of it.
pub(super) fn compare(table: &str, expected: &[Item], seen: &[Item], found: &mut Differences) {
    for item in expected {
        match seen.iter().find(|s| s.is_same_thing(item)) {
            None => found.missing.push(format!("{table} lacks the {item}")),
            Some(seen) if seen == item => (),
            Some(seen) if seen.is_stricter(item) => {
                found.additional.push(format!("{table} also has the {seen}"));
            }
            Some(seen) => found.missing.push(differs(table, item, seen)),
        }
    }
    let is_unknown = |seen: &&Item| !expected.iter().any(|item| item.is_same_thing(seen));
    for item in seen.iter().filter(is_unknown) {
        if item.lets_no_row_in() {
            let (name, definition) = (&item.name, &item.definition);
            found.missing.push(format!(
                "{table}.{name} ({definition}) is not scribe's and has no default, so scribe can add no row"
            ));
        } else if !item.is_supabases_own() {
            found.additional.push(format!("{table} also has the {item}"));
        }
    }
}

fn differs(table: &str, expected: &Item, seen: &Item) -> String {
    let Item { kind, name, definition } = expected;
    let what = match kind.as_str() {
        "column" => format!("{table}.{name}"),
        PROTECTION => format!("{table}: the {kind}"),
        _ => format!("{table}: the {kind} {name}"),
    };
    format!("{what} is {}, and should be {definition}", seen.definition)
}
