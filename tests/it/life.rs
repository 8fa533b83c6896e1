//! The database does to a row what the state machine does to an item: the same random events happen to both, and after
//! each the two are the same.
use std::time::{Duration, Instant};

use proptest::{prelude::*, sample::Index};
use scribe::{
    database::{
        Database,
        queue_items::{self, Email, Reach, Settled},
        queue_orders,
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
    Claim {
        run: usize,
        leaving_others: bool,
    },
    Note {
        claim: Index,
    },
    Settle {
        claim: Index,
        email: usize,
    },
    Fail {
        claim: Index,
    },
    Later {
        claim: Index,
    },
    Aside {
        claim: Index,
    },
    PutBack {
        claim: Index,
    },
    TakeBack {
        run: usize,
        refund: bool,
    },
    /// A user wants it once more.
    Retry {
        item: Index,
    },
    /// A user wants it no more.
    Cancel {
        item: Index,
    },
    /// The database's clock was ahead by a year when the row was last written.
    YearAhead {
        item: Index,
    },
    Wait {
        minutes: u64,
    },
}

/// The items, and the rows that should be like them.
struct Both {
    database: TestDatabase,
    open: Database,
    started: Instant,
    waited: Duration,
    items: Vec<(Uuid, Item)>,
    runs: [RunId; 2],
    emails: [Email; 5],
    /// The ids of those that were stored.
    stored: Vec<Uuid>,
    user: Uuid,
    claims: Vec<Claim>,
}

impl Both {
    fn new() -> Both {
        let database = TestDatabase::migrated();
        let recipients: Vec<(String, &str)> = (0..ITEMS).map(|i| (format!("Name {i}"), "tides")).collect();
        let recipients: Vec<(&str, &str)> =
            recipients.iter().map(|(name, interest)| (&**name, *interest)).collect();
        let user = database.user();
        database.queue(user, "Dear {{name}}", &recipients);
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
            emails: [(); 5].map(|()| email()),
            stored: Vec::new(),
            user,
            // One that no claim has ever had.
            claims: vec![Claim { item: items[0].get(0), token: ClaimToken::fresh(RunId::fresh()) }],
        }
    }

    #[expect(clippy::too_many_lines, reason = "one arm for each event")]
    fn apply(&mut self, event: &Event) {
        let now = self.now();
        match event {
            Event::Claim { run, leaving_others } => self.claim(self.runs[*run], *leaving_others),
            Event::Note { claim } => {
                let claim = claim.get(&self.claims).clone();
                let done = queue_items::note_step(&self.open, &claim, Step::WebScraper).unwrap();
                assert_eq!(done, self.item(&claim).note_step(&claim.token, now));
            }
            Event::Settle { claim, email } => {
                let (claim, email) = (claim.get(&self.claims).clone(), self.emails[*email].clone());
                // An e-mail belongs to one item, and to one life of it.
                let is_new = |(id, item): &(Uuid, Item)| *id == claim.item && item.email == Some(email.id);
                if self.stored.contains(&email.id) && !self.items.iter().any(is_new) {
                    return;
                }
                let done = queue_items::settle(&self.open, &claim, &email).unwrap() == Settled::Stored;
                assert_eq!(done, self.item(&claim).settle(&claim.token, email.id));
                if done && !self.stored.contains(&email.id) {
                    self.stored.push(email.id);
                }
            }
            Event::Fail { claim } => {
                let claim = claim.get(&self.claims).clone();
                let done = queue_items::fail(&self.open, &claim, "no").unwrap();
                assert_eq!(done, self.item(&claim).fail(&claim.token));
            }
            Event::Later { claim } => {
                let claim = claim.get(&self.claims).clone();
                let pause = Duration::from_secs(600);
                let before = self.item(&claim).clone();
                let done = queue_items::retry_later(&self.open, &claim, pause, "busy").unwrap();
                assert_eq!(done, self.item(&claim).retry_later(&claim.token, now + pause));
                if *self.item(&claim) != before {
                    self.forget_chance(claim.item, pause);
                }
            }
            Event::Aside { claim } => {
                let claim = claim.get(&self.claims).clone();
                let pause = Duration::from_secs(600);
                let before = self.item(&claim).clone();
                let done = queue_items::put_aside(&self.open, &claim, pause, "away").unwrap();
                assert_eq!(done, self.item(&claim).put_aside(&claim.token, now + pause));
                if *self.item(&claim) != before {
                    self.forget_chance(claim.item, pause);
                }
            }
            Event::Retry { item } => {
                let (id, item) = item.get_mut(&mut self.items);
                queue_orders::retry(&self.open, &id.to_string(), true).unwrap();
                item.order_retry(now);
            }
            Event::Cancel { item } => {
                let (id, item) = item.get_mut(&mut self.items);
                queue_orders::cancel(&self.open, &id.to_string()).unwrap();
                if item.may_be_cancelled() {
                    // In its place comes another one.
                    self.database.queue(self.user, "Dear {{name}}", &[("Name N", "tides")]);
                    let (old, id) = (*id, self.newest());
                    self.items.retain(|(item, _)| *item != old);
                    self.claims.retain(|claim| claim.item != old);
                    self.claims.push(Claim { item: id, token: ClaimToken::fresh(self.runs[0]) });
                    self.items.push((id, Item::queued(now)));
                }
            }
            Event::PutBack { claim } => {
                let claim = claim.get(&self.claims).clone();
                let done = queue_items::put_back(&self.open, &claim).unwrap();
                assert_eq!(done, self.item(&claim).put_back(&claim.token, now));
            }
            Event::TakeBack { run, refund } => {
                let run = self.runs[*run];
                let done = queue_items::take_back(&self.open, run, *refund).unwrap();
                let expected = self
                    .items
                    .iter_mut()
                    .filter_map(|(_, item)| item.take_back(run, *refund, now).then_some(()));
                assert_eq!(done, expected.count());
            }
            Event::YearAhead { item } => {
                let (id, item) = item.get_mut(&mut self.items);
                let year = Duration::from_secs(365 * 86_400);
                item.lease_until = item.lease_until.map(|until| until + year);
                item.available_at += year;
                self.database.query(
                    "UPDATE queue_items SET lease_expires_at = lease_expires_at + make_interval(days => 365),
                                            available_at = available_at + make_interval(days => 365)
                     WHERE id = $1",
                    &[id],
                );
            }
            Event::Wait { minutes } => self.wait(Duration::from_secs(minutes * 60)),
        }
    }

    fn claim(&mut self, run: RunId, leaving_others: bool) {
        let now = self.now();
        let reach = Reach { leaves_others: leaving_others, ..Reach::default() };
        let claimed = queue_items::claim_within(&self.open, run, reach).unwrap().item;
        let expected = self.items.iter_mut().find(|(_, item)| match leaving_others {
            true => item.is_claimable_leaving_others(run, now),
            false => item.is_claimable(run, now),
        });
        assert_eq!(claimed.as_ref().map(|it| it.claim.item), expected.as_ref().map(|(id, _)| *id));
        if let (Some(claimed), Some((_, item))) = (claimed, expected) {
            assert!(item.claim(run, claimed.claim.token.clone(), now));
            assert_eq!(claimed.attempts, item.attempts);
            self.claims.push(claimed.claim);
        }
    }

    fn newest(&self) -> Uuid {
        self.database.query("SELECT id FROM queue_items ORDER BY seq DESC LIMIT 1", &[])[0].get(0)
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
        let stored = i64::try_from(self.stored.len()).unwrap();
        let number = |sql| self.database.number(sql);
        assert_eq!(number("SELECT count(*) FROM emails"), stored);
        assert_eq!(number("SELECT coalesce(sum(generation_count), 0)::bigint FROM users"), stored);
    }
}

fn event() -> impl Strategy<Value = Event> {
    let claim = any::<Index>;
    prop_oneof![
        6 => (0..2_usize, prop::bool::weighted(0.2))
            .prop_map(|(run, leaving_others)| Event::Claim { run, leaving_others }),
        2 => claim().prop_map(|claim| Event::Note { claim }),
        2 => (claim(), 0..5_usize).prop_map(|(claim, email)| Event::Settle { claim, email }),
        1 => claim().prop_map(|claim| Event::Fail { claim }),
        2 => claim().prop_map(|claim| Event::Later { claim }),
        1 => claim().prop_map(|claim| Event::Aside { claim }),
        2 => claim().prop_map(|claim| Event::PutBack { claim }),
        1 => claim().prop_map(|item| Event::Retry { item }),
        1 => claim().prop_map(|item| Event::Cancel { item }),
        1 => (0..2_usize, any::<bool>()).prop_map(|(run, refund)| Event::TakeBack { run, refund }),
        1 => claim().prop_map(|item| Event::YearAhead { item }),
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
