//! The migrations where Supabase's roles do not exist. A process of its own, because roles belong to a whole server, and
//! the other tests make them.
use scribe::database::migrate::{self, DowngradeTarget, UpgradeTarget};

use self::support::{TestDatabase, golden};

#[allow(dead_code, unused_imports, reason = "the other tests use the rest")]
#[path = "it/support/mod.rs"]
mod support;

#[test]
fn without_supabases_roles_the_migrations_make_the_same_schema_and_take_it_back() {
    let database = TestDatabase::empty();
    let roles = "SELECT count(*) FROM pg_roles WHERE rolname IN ('anon', 'authenticated', 'service_role')";
    assert_eq!(database.number(roles), 0);
    let open = database.open();
    for _ in 0..2 {
        for version in 1..=migrate::head() {
            migrate::upgrade(&open, UpgradeTarget::Version(version)).unwrap();
            assert_eq!(database.catalog(), golden(version).text(), "at version {version}");
        }
        let steps = migrate::downgrade(&open, DowngradeTarget::Version(0)).unwrap();
        assert_eq!(steps.len(), usize::try_from(migrate::head()).unwrap());
        assert_eq!((database.tables(), database.version()), (0, 0));
    }
    assert_eq!(database.number(roles), 0);
}
