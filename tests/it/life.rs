//! The database does to a row what the state machine does to an item: the same random events happen to both, and after
//! each the two are the same.
use std::time::{Duration, Instant};

use proptest::{prelude::*, sample::Index};
use scribe::{
    database::{
        Database,
        queue_items::{self, Email, Settled},
    },
    pipeline::Step,
    queue::{Claim, ClaimToken, RunId, life::Item},
};
use uuid::Uuid;

use crate::support::TestDatabase;

const ITEMS: usize = 3;

/// What happens; runs, claims and e-mails are picked from those that there were.
#[derive(Debug, Clone)]
enum Event {
    Claim { run: usize },
    Note { claim: Index },
    Settle { claim: Index, email: usize },
    Fail { claim: Index },
    Later { claim: Index },
    PutBack { claim: Index },
    TakeBack { run: usize, refund: bool },
    Wait { minutes: u64 },
}

/// The items, and the rows that should be like them.
struct Both {
    database: TestDatabase,
    open: Database,
    started: Instant,
    waited: Duration,
    items: Vec<(Uuid, Item)>,
    runs: [RunId; 2],
    emails: [Email; 2],
    claims: Vec<Claim>,
}

impl Both {
    fn new() -> Both {
        let database = TestDatabase::migrated();
        let recipients: Vec<(String, &str)> = (0..ITEMS).map(|i| (format!("Name {i}"), "tides")).collect();
        let recipients: Vec<(&str, &str)> =
            recipients.iter().map(|(name, interest)| (&**name, *interest)).collect();
        database.queue(database.user(), "Dear {{name}}", &recipients);
        let items = database.query("SELECT id FROM queue_items ORDER BY seq", &[]);
        let email = || Email {
            id: Uuid::new_v4(),
            message: "Dear Ada".into(),
            template_type: "GENERAL".into(),
            metadata: serde_json::json!({}),
            is_confident: true,
        };
        Both {
            open: database.open(),
            database,
            started: Instant::now(),
            waited: Duration::ZERO,
            items: items.iter().map(|row| (row.get(0), Item::queued(Duration::ZERO))).collect(),
            runs: [RunId::fresh(), RunId::fresh()],
            emails: [email(), email()],
            // One that no claim has ever had.
            claims: vec![Claim { item: items[0].get(0), token: ClaimToken::fresh(RunId::fresh()) }],
        }
    }

    fn apply(&mut self, event: &Event) {
        let now = self.now();
        match event {
            Event::Claim { run } => self.claim(self.runs[*run]),
            Event::Note { claim } => {
                let claim = claim.get(&self.claims).clone();
                let done = queue_items::note_step(&self.open, &claim, Step::WebScraper).unwrap();
                assert_eq!(done, self.item(&claim).note_step(&claim.token, now));
            }
            Event::Settle { claim, email } => {
                let (claim, email) = (claim.get(&self.claims).clone(), self.emails[*email].clone());
                // An e-mail belongs to one item.
                if self.items.iter().any(|(id, item)| item.email == Some(email.id) && *id != claim.item) {
                    return;
                }
                let done = queue_items::settle(&self.open, &claim, &email).unwrap() == Settled::Stored;
                assert_eq!(done, self.item(&claim).settle(&claim.token, email.id));
            }
            Event::Fail { claim } => {
                let claim = claim.get(&self.claims).clone();
                let done = queue_items::fail(&self.open, &claim, "no").unwrap();
                assert_eq!(done, self.item(&claim).fail(&claim.token));
            }
            Event::Later { claim } => {
                let claim = claim.get(&self.claims).clone();
                let pause = Duration::from_secs(600);
                let done = queue_items::retry_later(&self.open, &claim, pause, "busy").unwrap();
                assert_eq!(done, self.item(&claim).retry_later(&claim.token, now + pause));
                if done {
                    self.forget_chance(claim.item, pause);
                }
            }
            Event::PutBack { claim } => {
                let claim = claim.get(&self.claims).clone();
                let done = queue_items::put_back(&self.open, &claim).unwrap();
                assert_eq!(done, self.item(&claim).put_back(&claim.token));
            }
            Event::TakeBack { run, refund } => {
                let run = self.runs[*run];
                let done = queue_items::take_back(&self.open, run, *refund).unwrap();
                let expected =
                    self.items.iter_mut().filter_map(|(_, item)| item.take_back(run, *refund).then_some(()));
                assert_eq!(done, expected.count());
            }
            Event::Wait { minutes } => self.wait(Duration::from_secs(minutes * 60)),
        }
    }

    fn claim(&mut self, run: RunId) {
        let now = self.now();
        let claimed = queue_items::claim(&self.open, run).unwrap();
        let expected = self.items.iter_mut().find(|(_, item)| item.is_claimable(run, now));
        assert_eq!(claimed.as_ref().map(|it| it.claim.item), expected.as_ref().map(|(id, _)| *id));
        if let (Some(claimed), Some((_, item))) = (claimed, expected) {
            assert!(item.claim(run, claimed.claim.token.clone(), now));
            assert_eq!(claimed.attempts, item.attempts);
            self.claims.push(claimed.claim);
        }
    }

    fn now(&self) -> Duration {
        self.started.elapsed() + self.waited
    }

    fn item(&mut self, claim: &Claim) -> &mut Item {
        &mut self.items.iter_mut().find(|(id, _)| *id == claim.item).unwrap().1
    }

    /// A pause is stretched by chance; from here on it is not.
    fn forget_chance(&self, item: Uuid, pause: Duration) {
        let exact =
            "UPDATE queue_items q SET available_at = now() + make_interval(secs => $2) FROM queue_items old
                     WHERE q.id = $1 AND old.id = q.id
                     RETURNING extract(epoch FROM old.available_at - now())::float8 / $2";
        let stretch: f64 = self.database.query(exact, &[&item, &pause.as_secs_f64()])[0].get(0);
        assert!((0.8..=1.5).contains(&stretch), "{stretch}"); // on a busy machine some of it is over
    }

    /// Time passes: for the rows, everything moves into the past.
    fn wait(&mut self, time: Duration) {
        self.waited += time;
        let seconds = time.as_secs_f64();
        self.database.query(
            "UPDATE queue_items SET lease_expires_at = lease_expires_at - make_interval(secs => $1),
                                    available_at = available_at - make_interval(secs => $1)",
            &[&seconds],
        );
    }

    fn assert_same(&self) {
        let rows = self.database.query(
            "SELECT id, status, attempts, celery_task_id, email_id,
                    extract(epoch FROM lease_expires_at - now())::float8,
                    extract(epoch FROM available_at - now())::float8
             FROM queue_items ORDER BY seq",
            &[],
        );
        for (row, (id, item)) in rows.iter().zip(&self.items) {
            assert_eq!(row.get::<_, Uuid>(0), *id);
            let status = format!("{:?}", item.status).to_uppercase();
            let token = item.token.as_ref().map(ClaimToken::as_str);
            assert_eq!((row.get::<_, &str>(1), row.get::<_, i32>(2)), (&*status, item.attempts));
            assert_eq!((row.get::<_, Option<&str>>(3), row.get::<_, Option<Uuid>>(4)), (token, item.email));
            let from_now = |time: Duration| time.as_secs_f64() - self.now().as_secs_f64();
            let lease: Option<f64> = row.get(5);
            assert_eq!(lease.is_some(), item.lease_until.is_some());
            if let (Some(lease), Some(until)) = (lease, item.lease_until) {
                assert!((lease - from_now(until)).abs() < 60.0, "{lease} and {item:?}");
            }
            let available: f64 = row.get(6);
            assert!((available - from_now(item.available_at)).abs() < 60.0, "{available} and {item:?}");
        }
        let stored = self.items.iter().filter(|(_, item)| item.email.is_some()).count();
        self.database.assert_one_email_per_finished_item(i64::try_from(stored).unwrap());
    }
}

fn event() -> impl Strategy<Value = Event> {
    let claim = any::<Index>;
    prop_oneof![
        6 => (0..2_usize).prop_map(|run| Event::Claim { run }),
        2 => claim().prop_map(|claim| Event::Note { claim }),
        2 => (claim(), 0..2_usize).prop_map(|(claim, email)| Event::Settle { claim, email }),
        1 => claim().prop_map(|claim| Event::Fail { claim }),
        2 => claim().prop_map(|claim| Event::Later { claim }),
        2 => claim().prop_map(|claim| Event::PutBack { claim }),
        1 => (0..2_usize, any::<bool>()).prop_map(|(run, refund)| Event::TakeBack { run, refund }),
        // So that no lease and no pause ends within seconds of a claim.
        2 => prop::sample::select(vec![4_u64, 20]).prop_map(|minutes| Event::Wait { minutes }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::with_cases(3) })]

    #[test]
    fn the_database_does_to_a_row_what_the_state_machine_does_to_an_item(
        events in prop::collection::vec(event(), 25..50),
    ) {
        let mut both = Both::new();
        for event in &events {
            both.apply(event);
            both.assert_same();
        }
    }
}
