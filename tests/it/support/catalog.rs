//! What a test's database looks like, as text.
use std::{fmt::Display, fs, path::PathBuf};

use scribe::database::migrate::{self, Version};

use super::{TestDatabase, repository};

/// The text that the catalog at a version is held against, and by the program in its search for drift.
pub fn golden(version: impl Display) -> Golden {
    Golden(repository(&format!("src/database/migrate/catalog/{version}.txt")))
}

/// A text beside the program's `catalog.sql`.
pub struct Golden(PathBuf);

impl Golden {
    /// The text as it stands.
    pub fn text(&self) -> String {
        fs::read_to_string(&self.0).unwrap_or_default()
    }

    /// Holds what was seen against it, or renews it (`RENEW_GOLDEN=1`).
    pub fn assert(&self, seen: &str) {
        if std::env::var_os("RENEW_GOLDEN").is_some() {
            fs::write(&self.0, seen).unwrap();
        }
        let path = self.0.display();
        assert!(
            seen == self.text(),
            "the schema is not that of {path} (renew it with RENEW_GOLDEN=1):\n{seen}"
        );
    }
}

impl TestDatabase {
    /// Everything about the schema that a migration decides.
    pub fn catalog(&self) -> String {
        let rows = self.query(include_str!("../../../src/database/migrate/catalog/catalog.sql"), &[]);
        rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect()
    }

    /// The catalog, and what the history says of it.
    pub fn schema(&self) -> (String, Vec<Version>) {
        (self.catalog(), migrate::history(&self.open()).unwrap().0)
    }

    /// The version that the history says.
    pub fn version(&self) -> i32 {
        migrate::current(&self.open()).unwrap().applied
    }

    /// How many tables there are but for the history.
    pub fn tables(&self) -> i64 {
        self.number(
            "SELECT count(*) FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'
             AND relname <> 'refinery_schema_history'",
        )
    }
}
