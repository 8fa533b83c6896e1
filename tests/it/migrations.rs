//! Migrations there and back: whole or not at all, one at a time, and nothing of ours is left behind.
use std::thread;

use scribe::database::migrate::{self, DowngradeTarget, MigrateError, UpgradeTarget};

use crate::support::{TestDatabase, golden};

const BASE: DowngradeTarget = DowngradeTarget::Version(0);
const HEAD: UpgradeTarget = UpgradeTarget::Head;

/// To renew the texts after a new migration: `RENEW_GOLDEN=1 cargo test --test it golden`, and read the difference.
#[test]
fn the_schema_at_each_version_is_that_of_the_golden_text() {
    let database = TestDatabase::empty();
    for version in 1..=migrate::head() {
        migrate::upgrade(&database.open(), UpgradeTarget::Version(version)).unwrap();
        golden(version).assert(&database.catalog());
    }
}

#[test]
fn what_supabases_roles_get_is_that_of_the_golden_text() {
    let database = TestDatabase::supabase();
    migrate::upgrade(&database.open(), HEAD).unwrap();
    // From a database and not from its text, which the test above may be about to renew.
    let elsewhere = TestDatabase::migrated().catalog();
    let is_besides = |line: &&str| line.starts_with("table ") || !elsewhere.lines().any(|l| l == *line);
    let besides: String =
        database.catalog().lines().filter(is_besides).map(|line| format!("{line}\n")).collect();
    golden("supabase").assert(&besides);
}

#[test]
fn there_and_back_and_there_again_leaves_the_same_catalog_at_every_version() {
    let database = TestDatabase::empty();
    let open = database.open();
    let mut on_the_way_up = vec![String::new()];
    for version in 1..=migrate::head() {
        migrate::upgrade(&open, UpgradeTarget::Version(version)).unwrap();
        on_the_way_up.push(database.catalog());
    }
    for version in (1..migrate::head()).rev() {
        let steps = migrate::downgrade(&open, DowngradeTarget::Steps(1)).unwrap();
        assert_eq!((steps.len(), steps[0].from, steps[0].to), (1, version + 1, version));
        let expected = &on_the_way_up[usize::try_from(version).unwrap()];
        assert_eq!(&database.catalog(), expected, "at version {version}");
    }
    migrate::downgrade(&open, BASE).unwrap();
    assert_eq!((database.tables(), database.version()), (0, 0));
    assert_eq!(database.catalog().matches("table ").count(), 1, "only the history table is left");
    migrate::upgrade(&open, HEAD).unwrap();
    assert_eq!(Some(&database.catalog()), on_the_way_up.last());
}

#[test]
fn a_downgrade_goes_as_far_as_it_is_told_and_never_up_or_below_base() {
    let database = TestDatabase::migrated();
    let downgrade = |target| migrate::downgrade(&database.open(), target);
    let steps = downgrade(DowngradeTarget::Version(3)).unwrap();
    let steps: Vec<_> = steps.iter().map(|step| (step.from, step.to)).collect();
    assert_eq!(steps, (3..migrate::head()).rev().map(|to| (to + 1, to)).collect::<Vec<_>>());
    assert_eq!(downgrade(DowngradeTarget::Version(4)).unwrap(), []);
    assert_eq!(database.version(), 3);
    let before = database.schema();
    assert!(matches!(downgrade(DowngradeTarget::Steps(4)), Err(MigrateError::NoSuchTarget(-1))));
    assert!(matches!(downgrade(DowngradeTarget::Version(99)), Err(MigrateError::NoSuchTarget(99))));
    assert_eq!(database.schema(), before);
}

#[test]
fn an_upgrade_that_fails_in_its_middle_leaves_nothing() {
    let database = TestDatabase::empty();
    database.query("CREATE TABLE mine AS SELECT 1 AS ix_queue_items_claim", &[]);
    database.query("CREATE INDEX ix_queue_items_claim ON mine (ix_queue_items_claim)", &[]);
    let before = database.catalog();
    assert!(matches!(migrate::upgrade(&database.open(), HEAD), Err(MigrateError::Database(_))));
    assert_eq!(database.catalog(), before);
    database.query("DROP TABLE mine", &[]);
    let steps = migrate::upgrade(&database.open(), HEAD).unwrap();
    assert_eq!(i32::try_from(steps.len()), Ok(migrate::head()));
}

#[test]
fn a_downgrade_or_reset_that_fails_in_its_middle_leaves_everything() {
    let database = TestDatabase::migrated();
    database.queue(database.user(), "Dear {{name}}", &[("Ada Marlowe", "tides")]);
    // It stands in the way of the last step only.
    database.query("CREATE VIEW mine AS SELECT email FROM users", &[]);
    let before = database.schema();
    assert!(matches!(migrate::downgrade(&database.open(), BASE), Err(MigrateError::Database(_))));
    assert!(matches!(migrate::reset(&database.open()), Err(MigrateError::Database(_))));
    assert_eq!(database.schema(), before);
    assert_eq!(database.items().len(), 1);
}

#[test]
fn a_reset_that_fails_on_its_way_up_leaves_everything() {
    let database = TestDatabase::migrated();
    database.queue(database.user(), "Dear {{name}}", &[("Ada Marlowe", "tides")]);
    // Vetoes what only the way up does.
    database
        .admin()
        .batch_execute(
            "CREATE FUNCTION veto() RETURNS event_trigger LANGUAGE plpgsql AS $$ BEGIN RAISE 'vetoed'; END $$;
             CREATE EVENT TRIGGER veto ON ddl_command_start WHEN TAG IN ('CREATE INDEX') EXECUTE FUNCTION veto()",
        )
        .unwrap();
    let before = database.schema();
    let error = migrate::reset(&database.open()).unwrap_err();
    assert!(error.to_string().contains("vetoed"), "{error}");
    assert_eq!(database.schema(), before);
    assert_eq!(database.items().len(), 1);
}

#[test]
fn four_downgrades_by_one_step_at_once_take_four_different_steps() {
    let database = TestDatabase::migrated();
    let mut steps: Vec<(i32, i32)> = thread::scope(|scope| {
        let downgrade = || migrate::downgrade(&database.open(), DowngradeTarget::Steps(1)).unwrap();
        let running: Vec<_> = (0..4).map(|_| scope.spawn(downgrade)).collect();
        running.into_iter().flat_map(|r| r.join().unwrap()).map(|step| (step.from, step.to)).collect()
    });
    steps.sort_unstable();
    let reached = migrate::head() - 4;
    assert_eq!(steps, (reached..migrate::head()).map(|to| (to + 1, to)).collect::<Vec<_>>());
    assert_eq!(database.version(), reached);
    assert_eq!(database.catalog(), golden(reached).text());
}

#[test]
fn upgrades_downgrades_and_resets_at_once_all_succeed_and_end_whole() {
    let database = TestDatabase::migrated();
    let head = database.catalog();
    thread::scope(|scope| {
        for _ in 0..2 {
            scope.spawn(|| migrate::upgrade(&database.open(), HEAD).unwrap());
            scope.spawn(|| migrate::downgrade(&database.open(), BASE).unwrap());
            scope.spawn(|| migrate::reset(&database.open()).unwrap());
        }
    });
    match database.version() {
        0 => assert_eq!(database.tables(), 0),
        version => assert_eq!((version, database.catalog()), (migrate::head(), head)),
    }
}

#[test]
fn the_time_of_a_migration_is_the_databases_in_utc() {
    let database = TestDatabase::migrated();
    migrate::stamp(&database.open(), 3).unwrap();
    migrate::stamp(&database.open(), migrate::head()).unwrap();
    let odd = "SELECT count(*) FROM refinery_schema_history WHERE applied_on !~ '^[0-9-]{10}T[0-9:]{8}Z$'
               OR applied_on::timestamptz NOT BETWEEN now() - interval '1 hour' AND now()";
    assert_eq!(database.number(odd), 0);
}

#[test]
fn the_way_back_leaves_no_policy_and_no_grant_to_supabases_roles() {
    let database = TestDatabase::supabase();
    let open = database.open();
    let strangers = || {
        let lines = database.catalog();
        lines.lines().filter(|l| l.contains(" policy ") || l.contains(" grant ")).count()
    };
    migrate::upgrade(&open, HEAD).unwrap();
    let head = database.catalog();
    assert_eq!(head.matches(" policy ").count(), 4, "{head}");
    assert!(head.contains("grant INSERT on column"), "{head}");
    migrate::downgrade(&open, DowngradeTarget::Version(4)).unwrap();
    assert_eq!(strangers(), 0, "{}", database.catalog());
    migrate::upgrade(&open, HEAD).unwrap();
    assert_eq!(database.catalog(), head);
}

#[test]
fn policies_and_grants_of_supabase_are_drift_only_when_they_are_changed() {
    let database = TestDatabase::supabase();
    migrate::upgrade(&database.open(), HEAD).unwrap();
    let drift = |sql: &str| {
        database.admin().batch_execute(sql).unwrap();
        let drift = migrate::drift(&database.open()).unwrap();
        (drift.missing, drift.additional)
    };
    // As Supabase's default privileges leave every table.
    let service_role = "DO $$ BEGIN CREATE ROLE service_role NOLOGIN;
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$;
        GRANT ALL ON users, emails, queue_items TO service_role";
    assert_eq!(drift(service_role), (Vec::new(), Vec::new()));
    let (missing, additional) =
        drift("GRANT SELECT ON users TO anon; CREATE POLICY open ON users USING (true)");
    assert_eq!(missing, Vec::<String>::new());
    assert_eq!(
        additional,
        [
            "users also has the policy open: for ALL to {public} using true",
            "users also has the grant SELECT to anon"
        ]
    );
    let (missing, _) = drift(
        "DROP POLICY users_read_own ON users; REVOKE INSERT (status) ON queue_items FROM authenticated",
    );
    assert_eq!(missing.len(), 2, "{missing:?}");
    assert_eq!(missing[0], "queue_items lacks the grant INSERT on column status to authenticated");
    assert!(missing[1].starts_with("users lacks the policy users_read_own: for SELECT"), "{missing:?}");
    let (missing, _) =
        drift("CREATE POLICY users_read_own ON users FOR SELECT TO authenticated USING (true)");
    assert!(
        missing[1]
            .starts_with("users: the policy users_read_own is for SELECT to {authenticated} using true, and")
    );
}
