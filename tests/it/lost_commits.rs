//! Commands whose answer to COMMIT is lost find out what happened, and say so; where they cannot, they say that.
use std::thread;

use scribe::database::{
    Database, DatabaseError,
    migrate::{self, DowngradeTarget, MigrateError, UpgradeTarget},
    queue_items::{self, Again, NewItem},
    users::{self, Added},
};
use uuid::Uuid;

use crate::{
    faults::upgrade,
    support::{
        Fate, Fault, LostCommit, Plan, Proxy, TestDatabase, eventually, hold_commits,
        sweep::{flights, through},
        waiting,
    },
};

const FATES: [Fate; 3] = [Fate::Lost, Fate::Done, Fate::Late];

fn enqueued(database: &Database, user: Uuid) -> Result<usize, DatabaseError> {
    let done = queue_items::enqueue(database, user, "Dear {{name}}", &items(), Again::LeaveOut, &mut |_| ())?;
    assert_eq!(done.known, [], "what the first try queued is not known to the second");
    Ok(done.count)
}

fn items() -> Vec<NewItem> {
    ["Ada Marlowe", "Zhou Minglan"]
        .map(|name| NewItem { name: name.into(), interest: "tides".into(), ..NewItem::default() })
        .into()
}

#[test]
fn recipients_are_queued_once_whatever_became_of_the_first_commit() {
    for fate in FATES {
        let database = TestDatabase::migrated();
        let user = database.user();
        let broken = LostCommit::first(fate).open(&database);
        assert_eq!(enqueued(&broken, user), Ok(2), "{fate:?}");
        assert_eq!(database.items().len(), 2, "{fate:?}");
        let first =
            queue_items::claim(&database.open(), scribe::queue::RunId::fresh()).unwrap().item.unwrap();
        assert_eq!(first.request.unwrap().recipient_name, "Ada Marlowe", "{fate:?}");
    }
}

#[test]
fn whoever_queues_the_same_between_a_lost_commit_and_the_second_try_is_seen_by_that() {
    let database = TestDatabase::migrated();
    let user = database.user();
    let broken = LostCommit::first(Fate::Lost).open(&database);
    thread::scope(|scope| {
        let mut other = None;
        let mut progress = |_| {
            other.get_or_insert_with(|| {
                let other = scope.spawn(|| enqueued(&database.open(), user));
                eventually("the other waits for the first try", || waiting(&database) == 1);
                other
            });
        };
        let template = "Dear {{name}}";
        let done =
            queue_items::enqueue(&broken, user, template, &items(), Again::LeaveOut, &mut progress).unwrap();
        assert_eq!((done.count, done.known.len()), (0, 2));
        assert_eq!(other.unwrap().join().unwrap(), Ok(2));
    });
    assert_eq!(database.items().len(), 2);
}

#[test]
fn a_user_is_added_once_whatever_became_of_the_first_commit() {
    for fate in FATES {
        let database = TestDatabase::migrated();
        let broken = LostCommit::first(fate).open(&database);
        let id = Uuid::new_v4();
        let added = users::add(&broken, id, "ada@example.org", Some("Ada")).unwrap();
        assert!(matches!(&added, Added::New(user) if user.id == id), "{fate:?}: {added:?}");
        assert_eq!(users::list(&database.open()).unwrap().len(), 1, "{fate:?}");
    }
}

#[test]
fn where_it_cannot_be_found_out_the_command_says_where_to_look() {
    for fate in FATES {
        let database = TestDatabase::migrated();
        database.query("INSERT INTO users (id, email) VALUES (gen_random_uuid(), 'ada@example.org')", &[]);
        let run = |number, arguments: &[&str]| {
            let run = LostCommit::last(fate, number).program(&database).run(arguments);
            assert_eq!(run.code, 1, "{arguments:?}: {}", run.stdout);
            run.stderr
        };
        let told = run(1, &["user", "add", "zoe@example.org"]);
        assert!(told.contains("may have been done, or not") && told.contains("scribe user list"), "{told}");
        let template = database.directory.file("template.txt", "Dear {{name}}, hello");
        let add =
            ["queue", "add", "--user", "ada@example.org", "--name", "Ada Marlowe", "--interest", "tides"];
        let add = [&add[..], &["--template", template.to_str().unwrap()]].concat();
        // The first COMMIT is that of looking the user up, which changes nothing.
        let told = run(1, &add);
        assert!(!told.contains("may have been done"), "{told}");
        let told = run(2, &add);
        assert!(told.contains("may have been done, or not") && told.contains("scribe queue list"), "{told}");
        let told = run(1, &["db", "downgrade", "-1"]);
        assert!(told.contains("scribe db current") && !told.contains("nothing was changed"), "{told}");
    }
}

#[test]
fn an_upgrade_says_what_became_of_it() {
    let head = migrate::head();
    for fate in FATES {
        let database = TestDatabase::empty();
        let answer = migrate::upgrade(&LostCommit::first(fate).open(&database), UpgradeTarget::Head);
        let answer = answer.map(|steps| assert_eq!(i32::try_from(steps.len()), Ok(head)));
        check(fate, answer, (database.version(), 0, head));
    }
}

#[test]
fn an_upgrade_that_is_cut_off_while_the_server_commits_it_waits_for_the_end_and_knows_it() {
    let head = migrate::head();
    let one_below = || {
        let database = TestDatabase::migrated();
        migrate::downgrade(&database.open(), DowngradeTarget::Steps(1)).unwrap();
        database
    };
    let flights = flights(&one_below(), upgrade);
    // A server that looks whether its client is there ends the COMMIT, and one that does not goes on with it.
    for (looks, version) in [(true, head - 1), (false, head)] {
        let database = one_below();
        let held = hold_commits(&database, "INSERT ON refinery_schema_history", looks);
        // The last flight but the goodbye.
        let proxy = Proxy::once(Plan { fault: Fault::CutWhile, flight: flights - 1 });
        let answer = thread::scope(|scope| {
            let upgrade = scope.spawn(|| upgrade(&through(&proxy, &database)));
            if looks {
                let answer = upgrade.join().unwrap();
                drop(held);
                return answer;
            }
            eventually("it waits for the end of its own COMMIT", || waiting(&database) == 2);
            drop(held);
            upgrade.join().unwrap()
        });
        assert!(proxy.has_struck());
        assert_eq!((answer.is_ok(), database.version()), (version == head, version), "{answer:?}");
        assert_eq!(database.number("SELECT last_value FROM commits"), 1, "it was tried once");
    }
}

#[test]
fn a_downgrade_by_one_step_takes_one_step_or_none_and_says_which() {
    let head = migrate::head();
    for fate in FATES {
        let database = TestDatabase::migrated();
        let answer = migrate::downgrade(&LostCommit::first(fate).open(&database), DowngradeTarget::Steps(1));
        check(fate, answer.map(|steps| assert_eq!(steps.len(), 1)), (database.version(), head, head - 1));
    }
}

#[test]
fn a_reset_says_what_became_of_it_although_the_version_is_the_same() {
    for fate in FATES {
        let database = TestDatabase::migrated();
        database.user();
        let answer = migrate::reset(&LostCommit::first(fate).open(&database));
        let users = i32::try_from(database.number("SELECT count(*) FROM users")).unwrap();
        check(fate, answer.map(|_| ()), (users, 1, 0));
    }
}

#[test]
fn a_stamp_says_what_became_of_it() {
    let head = migrate::head();
    for fate in FATES {
        let database = TestDatabase::migrated();
        let answer = migrate::stamp(&LostCommit::first(fate).open(&database), 3);
        check(fate, answer.map(|before| assert_eq!(before, head)), (database.version(), head, 3));
    }
}

/// `seen` is what there is now, what there was, and what there is if the change was made.
fn check(fate: Fate, answer: Result<(), MigrateError>, (seen, before, after): (i32, i32, i32)) {
    match (fate, answer) {
        (Fate::Lost, Err(MigrateError::Database(_))) => assert_eq!(seen, before, "{fate:?}"),
        (Fate::Done | Fate::Late, Ok(())) => assert_eq!(seen, after, "{fate:?}"),
        (_, answer) => panic!("{fate:?}: {answer:?}"),
    }
}
