//! Several scribes, many items, and an adversary who picks faults by the seed until it has done enough of them. Then it
//! leaves, everything is given back, and the books must be right.
mod fault;
mod scribe;

use std::{
    cell::RefCell,
    thread,
    time::{Duration, Instant},
};

use postgres::{Client, Row, types::ToSql};
use scribe::Scribe;
use uuid::Uuid;

use crate::{
    Plan,
    books::Tally,
    network::{Mood, Network},
    random::Random,
    support::{SampleWeb, TestDatabase, pair, route},
};

/// So many items wait at least, so that every fault meets work.
const WAITING: i64 = 10;

/// How long the adversary waits after a fault for work to go on before it does the next.
const BREATH: Duration = Duration::from_millis(1200);

/// How long everything may take when the adversary is gone: several pauses of the longest kind.
const CALM: Duration = Duration::from_secs(150);

const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}}. {{detail|Hello}} [Your Name]";

/// Names of the sample web's people and of nobody, so that items take different ways.
const PEOPLE: &[(&str, &str)] = &[
    ("Ada Marlowe", "tidal energy"),
    ("Zhou Minglan", "solid-state batteries"),
    ("Nobody Number", "nothing"),
];

pub struct Storm {
    random: Random,
    database: TestDatabase,
    /// Kept, because a connection costs more than what it is asked.
    admin: RefCell<Client>,
    network: Network,
    _web: SampleWeb,
    scribes: Vec<Scribe>,
    user: Uuid,
    queued: i64,
    /// The longest that an outage lasts, in milliseconds.
    longest: usize,
}

/// Does the faults of the plan.
pub fn run(plan: Plan) -> Tally {
    let mut storm = Storm::new(plan);
    let mut recipients = Random::new(plan.seed, "recipients");
    let mut kinds = Tally::default();
    for _ in 0..plan.faults {
        storm.feed(&mut recipients);
        let done = storm.finished();
        let kind = storm.random.one_of(fault::WEIGHTED);
        kind.strike(&mut storm);
        kinds.fault(&format!("storm: {kind:?}"));
        storm.wait(BREATH, |storm| storm.finished() > done);
    }
    let mut tally = storm.end(plan);
    tally.add(kinds);
    tally
}

impl Storm {
    fn new(plan: Plan) -> Storm {
        let mut random = Random::new(plan.seed, "storm");
        let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
        let network = Network::to(pair().fact(route()).parse().unwrap());
        let scribes = 2 + random.below(if plan.thorough { 7 } else { 2 });
        let scribes = (0..scribes).map(|number| Scribe::new(number, &database, &web, &network)).collect();
        let user = database.user();
        let longest = if plan.thorough { 4000 } else { 1500 };
        let admin = RefCell::new(database.admin());
        let mut storm =
            Storm { random, database, admin, network, _web: web, scribes, user, queued: 0, longest };
        storm.scribes.iter_mut().for_each(Scribe::start);
        storm
    }

    /// Queues more where little waits.
    fn feed(&mut self, recipients: &mut Random) {
        let waiting = "SELECT count(*) FROM queue_items WHERE status = 'PENDING'";
        if self.number(waiting) < WAITING {
            let batch: Vec<_> = (0..WAITING).map(|_| recipients.one_of(PEOPLE)).collect();
            self.database.queue(self.user, TEMPLATE, &batch);
            self.queued += WAITING;
        }
    }

    /// Asks the database, on a new connection where the old one is gone.
    fn ask(&self, sql: &str, parameters: &[&(dyn ToSql + Sync)]) -> Vec<Row> {
        let mut admin = self.admin.borrow_mut();
        if let Ok(rows) = admin.query(sql, parameters) {
            return rows;
        }
        *admin = self.database.admin();
        admin.query(sql, parameters).unwrap()
    }

    fn number(&self, sql: &str) -> i64 {
        self.ask(sql, &[])[0].get(0)
    }

    fn finished(&self) -> i64 {
        self.number("SELECT count(*) FROM queue_items WHERE status IN ('COMPLETED', 'FAILED')")
    }

    fn is_done(&self) -> bool {
        self.finished() == self.queued
    }

    /// Waits for something, but not for ever.
    fn wait(&self, patience: Duration, until: impl Fn(&Storm) -> bool) -> bool {
        let started = Instant::now();
        loop {
            if until(self) {
                return true;
            }
            if started.elapsed() > patience {
                return false;
            }
            thread::sleep(Duration::from_millis(40));
        }
    }

    /// An outage of a length by the seed.
    fn outage(&mut self) {
        thread::sleep(Duration::from_millis(100 + self.random.below(self.longest) as u64));
    }

    /// The leases of a run are over, as they are after a quarter of an hour.
    fn expire(&self, run: &str) -> usize {
        let sql = "UPDATE queue_items SET lease_expires_at = now() - interval '1 second'
                   WHERE status = 'PROCESSING' AND celery_task_id LIKE $1 RETURNING 1";
        self.ask(sql, &[&format!("scribe:{run}:%")]).len()
    }

    /// Gives everything back, waits until all is done, and looks at the books.
    fn end(mut self, plan: Plan) -> Tally {
        self.network.set(Mood::Open);
        let began = Instant::now();
        self.wait(CALM, Storm::is_done);
        let seconds = began.elapsed().as_secs();
        self.scribes.iter_mut().for_each(Scribe::stop);
        let mut tally = Tally::audit(&self.database, self.queued, 0);
        let overtaken = "SELECT coalesce(max(done - place), 0) FROM (
            SELECT rank() OVER (ORDER BY completed_at) AS done, rank() OVER (ORDER BY created_at, seq) AS place FROM queue_items) r";
        tally.remarks.push(format!(
            "storm: {} scribes; all done {seconds} s after the last fault; no item was overtaken by more than {} younger ones",
            self.scribes.len(),
            self.number(overtaken)
        ));
        for (message, count) in self.reasons() {
            tally.remarks.push(format!("storm: {count} FAILED: {message}"));
            if !message.contains("scribe ended 5 times") {
                tally.wrong.push(format!("{count} FAILED: {message}"));
            }
        }
        for scribe in &self.scribes {
            tally.wrong.extend(scribe.panics());
        }
        if !tally.wrong.is_empty() {
            tally.wrong.push(scribe::keep_logs(plan.seed, &self.scribes, &self.unfinished()));
        }
        tally
    }

    fn reasons(&self) -> Vec<(String, i64)> {
        let sql = "SELECT coalesce(error_message, 'no reason'), count(*) FROM queue_items WHERE status = 'FAILED' GROUP BY 1";
        self.ask(sql, &[]).iter().map(|row| (row.get(0), row.get(1))).collect()
    }

    fn unfinished(&self) -> String {
        let sql = "SELECT q::text FROM queue_items q WHERE status IN ('PENDING', 'PROCESSING')";
        self.ask(sql, &[]).iter().map(|row| row.get::<_, String>(0) + "\n").collect()
    }
}
