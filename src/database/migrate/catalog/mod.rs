//! The schema as text: what each version makes, what a database has, and how the two differ.
//!
//! The texts are written by the tests from real databases (`RENEW_GOLDEN=1`), so that tests and program hold a database
//! against the same lines.
mod item;

use std::collections::BTreeMap;

use self::item::Item;
use super::HISTORY;
use crate::database::{DatabaseError, Transaction};

const SQL: &str = include_str!("catalog.sql");

/// What the catalog is at each version, the first at 1.
const VERSIONS: &[&str] = &[
    include_str!("1.txt"),
    include_str!("2.txt"),
    include_str!("3.txt"),
    include_str!("4.txt"),
    include_str!("5.txt"),
    include_str!("6.txt"),
    include_str!("7.txt"),
];

/// The version that closes the tables, and opens their own rows to whoever has signed in.
const ROW_SECURITY: i32 = 5;

/// What head has besides where Supabase's roles exist; all of it is V5's.
const SUPABASE: &str = include_str!("supabase.txt");

/// What V5 grants there to whoever has signed in: table, privilege, column.
pub(in crate::database) fn column_grants() -> impl Iterator<Item = (&'static str, &'static str, &'static str)>
{
    let mut table = "";
    SUPABASE.lines().filter_map(move |line| {
        if let Some(rest) = line.strip_prefix("table ") {
            table = rest.split(',').next().unwrap_or_default();
        }
        let grant = line.trim_start().strip_prefix("grant ")?.strip_suffix(" to authenticated")?;
        let (privilege, column) = grant.split_once(" on column ")?;
        Some((table, privilege, column))
    })
}

/// Where V5 and the text above make a difference.
const IS_SUPABASE: &str = "SELECT EXISTS (SELECT FROM pg_roles WHERE rolname = 'authenticated') AND EXISTS (
    SELECT FROM pg_proc p JOIN pg_namespace n ON n.oid = pronamespace
    WHERE nspname = 'auth' AND proname = 'uid' AND pronargs = 0)";

/// The tables of a schema with what belongs to each, and the names that are taken by something else.
#[derive(Debug, Default)]
pub(super) struct Catalog {
    tables: BTreeMap<String, Vec<Item>>,
    /// Views, sequences and types, by name, each with PostgreSQL's letter for what it is.
    others: BTreeMap<String, String>,
}

/// How a database differs from what is expected, in words for people.
#[derive(Debug, Default)]
pub(super) struct Differences {
    /// What is missing, or is not as expected.
    pub missing: Vec<String>,
    /// What somebody added to scribe's tables.
    pub additional: Vec<String>,
}

/// What a database has in `public`.
pub(super) struct Live {
    /// All of it, whosever it is.
    pub catalog: Catalog,
    /// Whether V5 makes its policies and grants here.
    is_supabase: bool,
}

/// Reads the catalog, without changing anything.
pub(super) fn read(tx: &mut Transaction<'_>) -> Result<Live, DatabaseError> {
    let lines: Vec<String> = tx.read(SQL, &[], |row| row.try_get(0))?;
    let is_supabase = tx.read_one(IS_SUPABASE, &[], |row| row.try_get(0))?;
    Ok(Live { catalog: Catalog::parse(lines.iter().map(String::as_str)), is_supabase })
}

/// What a database must have to be adopted at a version; without the history, which a stamp makes, and below V5 without
/// row level security, which V5 makes up for.
pub(super) fn without_history(version: i32, live: &Live) -> Catalog {
    let mut expected = at(version, live);
    expected.tables.remove(HISTORY);
    if version < ROW_SECURITY {
        expected.tables.values_mut().for_each(|items| items.retain(|item| !item.is_protection()));
    }
    expected
}

/// What a database has at a version of this binary.
pub(super) fn at(version: i32, live: &Live) -> Catalog {
    let index = usize::try_from(version).ok().and_then(|version| version.checked_sub(1));
    let text = index.and_then(|index| VERSIONS.get(index)).copied().unwrap_or_default();
    let mut catalog = Catalog::parse(text.lines());
    if live.is_supabase && version >= ROW_SECURITY {
        let besides = Catalog::parse(SUPABASE.lines());
        for (table, items) in besides.tables {
            if let Some(known) = catalog.tables.get_mut(&table) {
                known.extend(items.into_iter().filter(|item| !item.is_protection()));
            }
        }
    }
    catalog
}

impl Catalog {
    /// Lines as `catalog.sql` yields them. A line that it does not yield is passed over.
    fn parse<'a>(lines: impl Iterator<Item = &'a str>) -> Catalog {
        let mut catalog = Catalog::default();
        let mut table = None;
        for line in lines {
            if let Some(text) = line.strip_prefix("    ") {
                let items = table.as_ref().and_then(|table| catalog.tables.get_mut(table));
                items.into_iter().for_each(|items| items.extend(Item::parse(text)));
                continue;
            }
            table = None;
            if let Some((name, protection)) =
                line.strip_prefix("table ").and_then(|l| l.rsplit_once(Item::PROTECTION))
            {
                catalog.tables.insert(name.into(), vec![Item::protection(protection)]);
                table = Some(name.to_string());
            } else if let Some((name, kind)) = line
                .strip_prefix("other relation ")
                .or_else(|| line.strip_prefix("type "))
                .and_then(|line| line.rsplit_once(" of kind "))
            {
                catalog.others.insert(name.into(), kind.into());
            }
        }
        catalog
    }

    /// The names of the tables.
    pub fn tables(&self) -> impl Iterator<Item = &str> {
        self.tables.keys().map(String::as_str)
    }

    /// Whether there is a table of that name.
    pub fn has_table(&self, name: &str) -> bool {
        self.tables.contains_key(name)
    }

    /// Whether a table could not be created under that name.
    pub fn is_taken(&self, name: &str) -> bool {
        self.has_table(name) || self.others.contains_key(name)
    }

    /// Whether there is an enumeration of that name.
    pub fn has_enum(&self, name: &str) -> bool {
        self.others.get(name).is_some_and(|kind| kind == "e")
    }

    /// Whether a table has a column.
    pub fn has_column(&self, table: &str, column: &str) -> bool {
        self.tables.get(table).is_some_and(|items| items.iter().any(|item| item.is_column(column)))
    }

    /// How a database differs from this. What it has besides these tables is nobody's business.
    pub fn compare(&self, live: &Catalog) -> Differences {
        let mut found = Differences::default();
        for (table, expected) in &self.tables {
            match live.tables.get(table) {
                None if live.is_taken(table) => found.missing.push(format!("{table} is not a table")),
                None => found.missing.push(format!("the table {table} is missing")),
                Some(seen) => item::compare(table, expected, seen, &mut found),
            }
        }
        found
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::database::migrate;

    const LIVE: &str = "table things, row level security off
    column id uuid NOT NULL
    column email character varying(255) NOT NULL
    constraint things_pkey PRIMARY KEY (id)
    index CREATE UNIQUE INDEX things_pkey ON public.things USING btree (id)
other relation seen of kind v
function f(text)
    column stray text
type mood of kind e
";

    fn differences(old: &str, new: &str) -> (Vec<String>, Vec<String>) {
        assert!(LIVE.contains(old));
        let expected = Catalog::parse(LIVE.lines());
        let found = expected.compare(&Catalog::parse(LIVE.replace(old, new).lines()));
        (found.missing, found.additional)
    }

    #[test]
    fn there_is_a_text_for_every_version() {
        assert_eq!(VERSIONS.len(), usize::try_from(migrate::head()).unwrap());
        assert!(VERSIONS.iter().chain([&SUPABASE]).all(|text| text.contains("\n    ")));
    }

    #[test]
    fn what_belongs_to_no_table_is_nobodys_business_and_its_name_is_taken() {
        let catalog = Catalog::parse(LIVE.lines());
        assert_eq!(catalog.tables().collect::<Vec<_>>(), ["things"]);
        assert_eq!(catalog.tables["things"].len(), 5);
        assert!(catalog.is_taken("seen") && catalog.is_taken("things") && !catalog.is_taken("f"));
        assert!(catalog.has_enum("mood") && !catalog.has_enum("seen"));
        assert!(catalog.has_column("things", "id") && !catalog.has_column("things", "stray"));
    }

    #[test]
    fn a_difference_is_told_with_its_table_and_both_sides() {
        let missing = |old, new: &str| {
            let (missing, additional) = differences(old, new);
            assert_eq!((missing.len(), additional.len()), (1, 0), "{missing:?} {additional:?}");
            missing[0].clone()
        };
        assert_eq!(
            missing("varying(255)", "varying(100)"),
            "things.email is character varying(100) NOT NULL, and should be character varying(255) NOT NULL"
        );
        assert_eq!(
            missing("    index CREATE UNIQUE INDEX things_pkey ON public.things USING btree (id)\n", ""),
            "things lacks the index things_pkey: CREATE UNIQUE INDEX things_pkey ON public.things USING btree (id)"
        );
        assert_eq!(
            missing("PRIMARY KEY (id)", "UNIQUE (id)"),
            "things: the constraint things_pkey is UNIQUE (id), and should be PRIMARY KEY (id)"
        );
        assert_eq!(
            missing("security off", "security forced"),
            "things: the row level security is forced, and should be off"
        );
        assert_eq!(
            missing("table things,", "table others,"),
            "the table things is missing",
            "and others is not ours"
        );
    }

    #[test]
    fn what_was_added_is_harmless_unless_no_row_fits_any_more() {
        let add = |line: &str| differences("    index", &format!("    {line}\n    index"));
        for (line, words) in [
            ("column note text", "things also has the column note: text"),
            ("column note text NOT NULL DEFAULT ''::text", "things also has the column note"),
            ("grant SELECT to reporting", "things also has the grant SELECT to reporting"),
            ("index CREATE INDEX mine ON public.things USING btree (email)", "the index mine: CREATE INDEX"),
            ("trigger CREATE TRIGGER t AFTER INSERT ON public.things", "the trigger t: CREATE"),
        ] {
            let (missing, additional) = add(line);
            assert_eq!((missing.len(), additional.len()), (0, 1), "{line}: {missing:?}");
            assert!(additional[0].contains(words), "{additional:?}");
        }
        let (missing, _) = add("column tenant text NOT NULL");
        assert!(missing[0].contains("things.tenant") && missing[0].contains("no row"), "{missing:?}");
        assert_eq!(add("grant SELECT to service_role"), (Vec::new(), Vec::new()));
        assert_eq!(
            differences("security off", "security on").1,
            ["things also has the row level security on"]
        );
    }
}
