//! On Supabase: what its public roles may do with scribe's tables, users from `auth.users`, and the documented trigger.
use postgres::{Client, error::SqlState};
use scribe::database::{
    Database, hints, inspect,
    migrate::{self, UpgradeTarget},
    queue_items,
    users::{self, Synced},
};
use scribe::queue::RunId;
use uuid::Uuid;

use crate::support::{Program, TestDatabase, pair, repository};

const TABLES: [&str; 5] = ["users", "emails", "queue_items", "model_days", "refinery_schema_history"];

fn migrated() -> TestDatabase {
    let database = TestDatabase::supabase();
    migrate::upgrade(&database.open(), UpgradeTarget::Head).unwrap();
    database
}

/// A request as Supabase's API makes it: with a role, and with a user's id where somebody has signed in.
fn request(database: &TestDatabase, role: &str, user: Option<Uuid>) -> Client {
    let mut client = database.admin();
    let subject = user.map(|id| id.to_string()).unwrap_or_default();
    client.execute("SELECT set_config('request.jwt.claim.sub', $1, false)", &[&subject]).unwrap();
    client.batch_execute(&format!("SET ROLE {role}")).unwrap();
    client
}

/// The SQLSTATE that a statement must fail with is that of a missing permission, or of a policy's veto.
fn assert_refused(client: &mut Client, sql: &str) {
    let error = client.simple_query(sql).map(|_| ()).expect_err(sql);
    assert_eq!(error.code().map(SqlState::code), Some("42501"), "{sql}: {error:?}");
}

/// Two users, each with one finished item and its e-mail.
fn two_users(database: &TestDatabase) -> [Uuid; 2] {
    [(); 2].map(|()| {
        let user = database.user();
        database.queue(user, "Dear {{name}}", &[("Ada Marlowe", "tides")]);
        database.query(
            "WITH email AS (
                 INSERT INTO emails (user_id, recipient_name, recipient_interest, email_message)
                 VALUES ($1, 'Ada Marlowe', 'tides', 'Dear Ada') RETURNING id)
             UPDATE queue_items SET status = 'COMPLETED', email_id = email.id FROM email WHERE user_id = $1",
            &[&user],
        );
        user
    })
}

#[test]
fn old_default_grants_are_taken_back_from_tables_and_sequence() {
    let database = TestDatabase::supabase();
    let open_to_anon = |what: &str| {
        database.number(&format!(
            "SELECT count(*) FROM pg_class c, unnest(ARRAY['anon', 'authenticated']) role
             WHERE relnamespace = 'public'::regnamespace AND {what}"
        ))
    };
    let table = "relkind = 'r' AND has_table_privilege(role, c.oid, 'SELECT, INSERT, UPDATE, DELETE, TRUNCATE, REFERENCES, TRIGGER')";
    let sequence = "relkind = 'S' AND has_sequence_privilege(role, c.oid, 'USAGE, SELECT, UPDATE')";
    migrate::upgrade(&database.open(), UpgradeTarget::Version(4)).unwrap();
    assert_eq!(
        (open_to_anon(table), open_to_anon(sequence)),
        (8, 2),
        "four tables and a sequence, two roles"
    );
    migrate::upgrade(&database.open(), UpgradeTarget::Head).unwrap();
    assert_eq!((open_to_anon(table), open_to_anon(sequence)), (0, 0));
}

#[test]
fn a_stop_at_any_version_opens_no_row_to_strangers() {
    let database = TestDatabase::supabase();
    for version in 1..migrate::head() {
        migrate::upgrade(&database.open(), UpgradeTarget::Version(version)).unwrap();
        let tables = database.query(
            "SELECT relname::text FROM pg_class WHERE relnamespace = 'public'::regnamespace AND relkind = 'r'",
            &[],
        );
        database.user();
        for role in ["anon", "authenticated"] {
            let mut stranger = request(&database, role, Some(Uuid::new_v4()));
            for table in tables.iter().map(|row| row.get::<_, String>(0)) {
                // Up to V4 the old default grants hold, and no policy lets a row through; V5 takes most of them back.
                match stranger.query(&format!("SELECT FROM {table}"), &[]) {
                    Ok(seen) => assert!(seen.is_empty(), "{role} sees {table} at version {version}"),
                    Err(error) => assert_eq!(error.code().map(SqlState::code), Some("42501"), "{error}"),
                }
            }
            let insert = "INSERT INTO users (id, email) VALUES (gen_random_uuid(), 'x@example.org')";
            assert_refused(&mut stranger, insert);
            assert_refused(&mut stranger, "INSERT INTO refinery_schema_history (version) VALUES (99)");
        }
    }
}

#[test]
fn tables_with_their_policies_are_adopted_at_any_version_that_has_them_and_without_them_at_none() {
    for version in 5..=migrate::head() {
        let database = TestDatabase::supabase();
        migrate::upgrade(&database.open(), UpgradeTarget::Version(version)).unwrap();
        database.query("DROP TABLE refinery_schema_history", &[]);
        database.query("DROP POLICY emails_read_own ON emails", &[]);
        migrate::stamp(&database.open(), version).unwrap_err();
        let policy = "CREATE POLICY emails_read_own ON emails FOR SELECT TO authenticated
                      USING (user_id = (SELECT auth.uid()))";
        database.query(policy, &[]);
        migrate::stamp(&database.open(), version).unwrap();
        migrate::upgrade(&database.open(), UpgradeTarget::Head).unwrap();
        assert_eq!(migrate::drift(&database.open()).unwrap().missing, [""; 0]);
    }
}

#[test]
fn a_sequence_that_has_taken_the_usual_name_hides_none_from_the_migration_or_doctor() {
    let database = TestDatabase::supabase();
    migrate::upgrade(&database.open(), UpgradeTarget::Version(3)).unwrap();
    database.pooled().batch_execute("CREATE SEQUENCE queue_items_seq_seq").unwrap();
    migrate::upgrade(&database.open(), UpgradeTarget::Head).unwrap();
    let open = "SELECT count(*) FROM unnest(ARRAY['anon', 'authenticated']) role
                WHERE has_sequence_privilege(role, pg_get_serial_sequence('queue_items', 'seq'), 'USAGE, SELECT, UPDATE')";
    assert_eq!(database.number(open), 0);
    let excess = || inspect::access(&database.open()).unwrap().1;
    assert_eq!(excess(), []);
    database.pooled().batch_execute("GRANT USAGE ON SEQUENCE queue_items_seq_seq1 TO anon").unwrap();
    let [found] = &excess()[..] else { panic!("{:?}", excess()) };
    assert_eq!(
        (found.object.as_str(), found.privileges.as_str()),
        ("SEQUENCE queue_items_seq_seq1", "USAGE")
    );
}

#[test]
fn whoever_has_not_signed_in_can_do_nothing_with_any_table() {
    let database = migrated();
    let user = two_users(&database)[0];
    // Even with somebody's id: without the role it opens nothing.
    let mut anon = request(&database, "anon", Some(user));
    for table in TABLES {
        assert_refused(&mut anon, &format!("SELECT * FROM {table}"));
        assert_refused(&mut anon, &format!("SELECT count(*) FROM {table}"));
        assert_refused(&mut anon, &format!("DELETE FROM {table}"));
        assert_refused(&mut anon, &format!("TRUNCATE {table} CASCADE"));
        assert_refused(&mut anon, &format!("INSERT INTO {table} DEFAULT VALUES"));
    }
    assert_refused(&mut anon, "UPDATE users SET email = 'x'");
    assert_refused(&mut anon, "UPDATE emails SET email_message = 'x'");
    assert_refused(&mut anon, "UPDATE queue_items SET email_template_text = 'x'");
    assert_refused(&mut anon, "UPDATE refinery_schema_history SET checksum = '1'");
    assert_refused(&mut anon, "SELECT nextval('queue_items_seq_seq')");
}

#[test]
fn whoever_has_signed_in_sees_their_own_rows_and_changes_none() {
    let database = migrated();
    let [own, _other] = two_users(&database);
    let mut client = request(&database, "authenticated", Some(own));
    for (table, owner) in [("users", "id"), ("emails", "user_id"), ("queue_items", "user_id")] {
        let rows = client.query(&format!("SELECT {owner} FROM {table}"), &[]).unwrap();
        assert_eq!(rows.iter().map(|row| row.get(0)).collect::<Vec<Uuid>>(), [own], "{table}");
        assert_refused(&mut client, &format!("UPDATE {table} SET {owner} = {owner}"));
        assert_refused(&mut client, &format!("DELETE FROM {table}"));
        assert_refused(&mut client, &format!("TRUNCATE {table} CASCADE"));
    }
    assert_refused(&mut client, "SELECT celery_task_id FROM queue_items");
    assert_refused(&mut client, "SELECT * FROM refinery_schema_history");
    for sql in ["SELECT day FROM", "DELETE FROM", "TRUNCATE"] {
        assert_refused(&mut client, &format!("{sql} model_days"));
    }
    assert_refused(&mut client, "INSERT INTO model_days VALUES (current_date, -1000000)");
    assert_refused(&mut client, "UPDATE model_days SET spent_micro_usd = 0");
    assert_refused(&mut client, "INSERT INTO users (id, email) VALUES (gen_random_uuid(), 'x@example.org')");
    assert_refused(&mut client, &format!("INSERT INTO emails (user_id) VALUES ('{own}')"));

    let mut nobody = request(&database, "authenticated", None);
    for table in ["users", "emails", "queue_items"] {
        assert!(nobody.query(&format!("SELECT id FROM {table}"), &[]).unwrap().is_empty(), "{table}");
    }
}

#[test]
fn whoever_has_signed_in_can_queue_for_themselves_and_only_what_waits() {
    let database = migrated();
    let [own, other] = two_users(&database);
    let mut client = request(&database, "authenticated", Some(own));
    let insert = |columns: &str, user: Uuid, status: &str, values: &str| {
        format!(
            "INSERT INTO queue_items (user_id, recipient_name, recipient_interest, email_template_text, status{columns})
             VALUES ('{user}', 'Zhou Minglan', 'batteries', 'Dear {{{{name}}}}', '{status}'{values})"
        )
    };
    assert_refused(&mut client, &insert("", other, "PENDING", ""));
    for status in ["PROCESSING", "COMPLETED", "FAILED", "pending"] {
        assert_refused(&mut client, &insert("", own, status, ""));
    }
    let uuid = ", gen_random_uuid()";
    for (column, value) in [
        (", id", uuid),
        (", email_id", uuid),
        (", celery_task_id", ", 'scribe:x'"),
        (", seq", ", 0"),
        (", attempts", ", -100"),
        (", available_at", ", '-infinity'"),
        (", lease_expires_at", ", 'infinity'"),
        (", created_at", ", '-infinity'"),
        (", error_message", ", 'x'"),
    ] {
        assert_refused(&mut client, &insert(column, own, "PENDING", value));
    }
    assert_eq!(database.number("SELECT count(*) FROM queue_items"), 2, "nothing of it was stored");

    client.batch_execute(&insert("", own, "PENDING", "")).unwrap();
    let item = queue_items::claim(&database.open(), RunId::fresh()).unwrap().item.unwrap();
    assert_eq!(item.request.unwrap().recipient_name, "Zhou Minglan");
}

#[test]
fn scribes_own_role_sees_everything() {
    let database = migrated();
    two_users(&database);
    let mut own = database.pooled();
    let versions = i64::from(migrate::head());
    for (table, rows) in
        [("users", 2), ("emails", 2), ("queue_items", 2), ("refinery_schema_history", versions)]
    {
        let count =
            own.query_typed(&format!("SELECT count(*) FROM {table}"), &[]).unwrap()[0].get::<_, i64>(0);
        assert_eq!(count, rows, "{table}");
    }
}

#[test]
fn a_role_from_which_the_rows_are_hidden_gets_a_condition_and_not_an_empty_queue() {
    let database = migrated();
    two_users(&database);
    let owner = pair().fact("USER");
    // As if another role had migrated: ours may do everything, and sees nothing.
    let mut admin = database.admin();
    for table in ["users", "emails", "queue_items"] {
        let sql = format!("ALTER TABLE {table} OWNER TO CURRENT_USER; GRANT ALL ON {table} TO {owner}");
        admin.batch_execute(&sql).unwrap();
    }
    let seen = database.pooled().query_typed("SELECT count(*) FROM queue_items", &[]).unwrap();
    assert_eq!(seen[0].get::<_, i64>(0), 0, "without a word");
    let open = database.open();
    let claim = queue_items::claim(&open, RunId::fresh()).map(|_| ());
    let take_back = queue_items::take_back(&open, RunId::fresh(), true).map(|_| ());
    for error in [claim.unwrap_err(), take_back.unwrap_err()] {
        assert_eq!(hints::condition(&error).code, "database-rows-hidden", "{error}");
    }

    let run = Program::new().database(&database).run(&["run", "--until-empty"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("hides the queue") && run.stderr.contains("BYPASSRLS"), "{}", run.stderr);
}

fn sign_up(database: &TestDatabase, email: Option<&str>, metadata: &str) -> Uuid {
    sign_up_within(database, "20s", email, metadata)
}

/// With the statement timeout that the role has which signs people up.
fn sign_up_within(database: &TestDatabase, timeout: &str, email: Option<&str>, metadata: &str) -> Uuid {
    let id = Uuid::new_v4();
    let mut client = request(database, "supabase_auth_admin", None);
    client.batch_execute(&format!("SET statement_timeout = '{timeout}'")).unwrap();
    client
        .execute("INSERT INTO auth.users VALUES ($1, $2, $3::text::jsonb)", &[&id, &email, &metadata])
        .unwrap();
    id
}

fn name_of(database: &Database, email: &str) -> Option<String> {
    users::find(database, email).unwrap().unwrap_or_else(|| panic!("no user {email}")).display_name
}

#[test]
fn user_sync_adds_who_is_missing_and_changes_nobody() {
    let database = migrated();
    let open = database.open();
    let known = sign_up(&database, Some("known@example.org"), r#"{"full_name": "New Name"}"#);
    users::add(&open, known, "known@example.org", Some("Own Name")).unwrap();
    users::add(&open, Uuid::new_v4(), "Taken@example.org", Some("First Comer")).unwrap();
    let ada = sign_up(&database, Some("ada@example.org"), r#"{"full_name": " Ada Marlowe ", "name": "ada"}"#);
    sign_up(&database, Some("zhou@example.org"), r#"{"full_name": " ", "name": "Zhou Minglan"}"#);
    sign_up(&database, Some("bare@example.org"), "null");
    sign_up(&database, Some("taken@example.org"), "{}");
    sign_up(&database, None, "{}");
    sign_up(&database, Some(""), "{}");

    let program = Program::new().database(&database);
    let told = program.ok(&["user", "sync"]);
    assert!(told.contains("added from auth.users: 3"), "{told}");
    assert!(told.contains("no usable e-mail address: 2") && told.contains("another id: 1"), "{told}");
    assert_eq!(name_of(&open, "known@example.org").as_deref(), Some("Own Name"));
    assert_eq!(name_of(&open, "taken@example.org").as_deref(), Some("First Comer"));
    assert_eq!(name_of(&open, "ada@example.org").as_deref(), Some("Ada Marlowe"));
    assert_eq!(name_of(&open, "zhou@example.org").as_deref(), Some("Zhou Minglan"));
    assert_eq!(name_of(&open, "bare@example.org"), None);
    assert_eq!(users::find(&open, "ada@example.org").unwrap().unwrap().id, ada);

    let again = users::sync(&open).unwrap();
    assert_eq!(again, Some(Synced { added: 0, without_email: 2, address_taken: 1 }));
}

#[test]
fn user_sync_without_a_right_to_auth_users_says_what_to_grant() {
    let database = migrated();
    // Another test may give scribe's role the right to read everything, so it is the owner of a view who lacks it.
    database
        .admin()
        .batch_execute(
            "ALTER TABLE auth.users RENAME TO closed; REVOKE ALL ON auth.closed FROM supabase_auth_admin;
             CREATE VIEW auth.users AS SELECT * FROM auth.closed; GRANT SELECT ON auth.users TO PUBLIC;
             ALTER VIEW auth.users OWNER TO supabase_auth_admin",
        )
        .unwrap();
    let run = Program::new().database(&database).run(&["user", "sync"]);
    let says = |words: &str| run.stderr.contains(words);
    assert!(run.code == 1 && says("from auth.users") && says("GRANT SELECT ON auth.users"), "{}", run.stderr);
}

#[test]
fn user_sync_elsewhere_says_what_to_do_instead() {
    let run = Program::new().database(&TestDatabase::migrated()).run(&["user", "sync"]);
    assert_eq!(run.code, 1);
    assert!(run.stderr.contains("no table auth.users") && run.stderr.contains("user add"), "{}", run.stderr);
}

/// The SQL that `docs/supabase.md` gives, word for word.
fn trigger() -> String {
    let page = std::fs::read_to_string(repository("docs/supabase.md")).unwrap();
    let mut blocks = page.split("```sql\n").skip(1).map(|rest| rest.split("```").next().unwrap());
    let found = blocks.find(|sql| sql.contains("CREATE TRIGGER")).expect("a trigger in the page");
    found.into()
}

/// A migrated database with the documented trigger, made by scribe's own role as on Supabase.
fn with_trigger() -> TestDatabase {
    let database = migrated();
    database.pooled().batch_execute(&trigger()).unwrap();
    database
}

#[test]
fn the_documented_trigger_adds_whoever_signs_up() {
    let database = with_trigger();
    let id = sign_up(&database, Some("ada@example.org"), r#"{"full_name": "Ada Marlowe"}"#);
    let user = users::find(&database.open(), "ada@example.org").unwrap().unwrap();
    assert_eq!((user.id, user.display_name.as_deref()), (id, Some("Ada Marlowe")));
    assert_eq!(
        users::sync(&database.open()).unwrap().map(|synced| synced.added),
        Some(0),
        "nobody is missing"
    );
}

#[test]
fn the_documented_trigger_never_blocks_a_sign_up() {
    let database = with_trigger();
    users::add(&database.open(), Uuid::new_v4(), "taken@example.org", None).unwrap();
    sign_up(&database, Some("taken@example.org"), "{}");
    sign_up(&database, None, "{}");
    sign_up(&database, Some("odd@example.org"), r#"["no", "object"]"#);
    let long = format!(r#"{{"full_name": "{}"}}"#, "x".repeat(10_000));
    sign_up(&database, Some("long@example.org"), &long);

    // A migration, or an upgrade gone wrong, has the table.
    let mut admin = database.admin();
    let mut lock = admin.transaction().unwrap();
    lock.batch_execute("LOCK TABLE users IN ACCESS EXCLUSIVE MODE").unwrap();
    sign_up_within(&database, "600ms", Some("locked@example.org"), "{}");
    lock.rollback().unwrap();
    // Whatever else takes its time: here a trigger of somebody's on our table.
    database
        .admin()
        .batch_execute(
            "CREATE FUNCTION dawdle() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN PERFORM pg_sleep(30); RETURN NEW; END';
             CREATE TRIGGER dawdle BEFORE INSERT ON users FOR EACH ROW EXECUTE FUNCTION dawdle()",
        )
        .unwrap();
    sign_up_within(&database, "600ms", Some("slow@example.org"), "{}");
    database.admin().batch_execute("DROP TRIGGER dawdle ON users; DROP FUNCTION dawdle()").unwrap();
    database.query("ALTER TABLE users RENAME TO elsewhere", &[]);
    sign_up(&database, Some("renamed@example.org"), "{}");
    database.query("ALTER TABLE elsewhere RENAME TO users", &[]);

    let signed_up = database.number("SELECT count(*) FROM auth.users");
    assert_eq!(signed_up, 7);
    assert_eq!(
        users::sync(&database.open()).unwrap().map(|synced| synced.added),
        Some(3),
        "caught up afterwards"
    );
}

#[test]
fn nobody_can_call_the_documented_trigger_function_or_lead_it_astray() {
    let database = with_trigger();
    let callable = database.number(
        "SELECT count(*) FROM pg_proc p, unnest(ARRAY['anon', 'authenticated', 'supabase_auth_admin']) role
         WHERE pronamespace = 'public'::regnamespace AND has_function_privilege(role, p.oid, 'EXECUTE')",
    );
    assert_eq!(callable, 0);
    // A search path of the caller's own leads nowhere: the function has a fixed one.
    let mut client = request(&database, "supabase_auth_admin", None);
    client
        .batch_execute(
            "CREATE TEMPORARY TABLE users (id UUID, email TEXT, display_name TEXT);
             SET search_path = pg_temp;
             INSERT INTO auth.users VALUES (gen_random_uuid(), 'ada@example.org', '{}')",
        )
        .unwrap();
    assert_eq!(name_of(&database.open(), "ada@example.org"), None);
}
