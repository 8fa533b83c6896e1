//! Rows that the database cannot hand out: damaged on its disk, in another encoding, dates out of range. None of them
//! holds up the others, and each is told.
use scribe::{
    database::{
        DatabaseError,
        queue_items::{self, Claimed},
        queue_orders::{self, Found, State},
    },
    queue::RunId,
};

use crate::{
    doctor::{doctor, program},
    support::TestDatabase,
};

const TEMPLATE: &str = "Dear {{name}}, hello. [Your Name]";
const PEOPLE: [(&str, &str); 3] =
    [("Ada Marlowe", "tidal energy"), ("Zhou Minglan", "batteries"), ("Ivo Brandt", "glaciers")];

fn claim(database: &TestDatabase, run: RunId) -> Result<Option<Claimed>, DatabaseError> {
    queue_items::claim(&database.open(), run).map(|polled| polled.item)
}

fn first_id(database: &TestDatabase) -> String {
    database.query("SELECT id::text FROM queue_items ORDER BY created_at, seq LIMIT 1", &[])[0].get(0)
}

#[test]
fn no_date_is_too_far_away_for_a_claim_an_order_or_doctor() {
    for set in [
        "started_at = '294276-12-31 23:59:59'",
        "started_at = '4713-01-01 BC'",
        "started_at = 'infinity'",
        "started_at = NULL, created_at = '294276-12-31 23:59:59'",
        "lease_expires_at = '294276-12-31 23:59:59'",
        "lease_expires_at = 'infinity'",
        "lease_expires_at = '-infinity'",
        "lease_expires_at = now() + interval '1 year'",
    ] {
        let database = TestDatabase::migrated();
        database.queue(database.user(), TEMPLATE, &PEOPLE[..1]);
        database.query(&format!("UPDATE queue_items SET status = 'PROCESSING', {set}"), &[]);
        doctor(&program(&database)).says("queue", "warning", &["1 stuck"]);
        match queue_orders::cancel(&database.open(), &first_id(&database)).unwrap() {
            Found::One(item) => assert_eq!(item.state, State::Abandoned, "{set}"),
            other => panic!("{set}: {other:?}"),
        }
        assert!(claim(&database, RunId::fresh()).unwrap().is_some(), "{set}");
    }
}
