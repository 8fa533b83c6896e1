//! What a test's database looks like, as text.
use scribe::database::migrate::{self, Version};

use super::TestDatabase;

/// The text that the catalog at head is held against.
pub const GOLDEN_SCHEMA: &str = "tests/golden/schema.txt";

impl TestDatabase {
    /// Everything about the schema that a migration decides.
    pub fn catalog(&self) -> String {
        let rows = self.query(include_str!("catalog.sql"), &[]);
        rows.iter().map(|row| row.get::<_, String>(0) + "\n").collect()
    }

    /// The catalog, and what the history says of it.
    pub fn schema(&self) -> (String, Vec<Version>) {
        (self.catalog(), migrate::versions(&self.open()).unwrap())
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
