//! Several scribes, many items, and an adversary who picks faults by the seed until it has done enough of them. Then it
//! leaves, everything is given back, and the books must be right. Or one kind of harm after the other, each alone.
mod fault;
mod ledger;
mod scribe;

use std::{
    cell::RefCell,
    thread,
    time::{Duration, Instant},
};

use ::scribe::queue::failure::poisonous;
use fault::Kind;
use ledger::Charges;
use postgres::{Client, Row, types::ToSql};
use scribe::Scribe;
use uuid::Uuid;

use crate::{
    Plan,
    books::Tally,
    network::{Mood, Network},
    random::Random,
    support::{SampleWeb, TestDatabase, eventually, pair, route},
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
    charges: Charges,
    outages: Outages,
}

/// How long outages last.
struct Outages {
    usual: Duration,
    /// One in four is longer than a unit of work may take, up to this.
    longest: Duration,
}

/// Does the faults of the plan.
pub fn run(plan: Plan) -> Tally {
    let mut random = Random::new(plan.seed, "storm");
    let scribes = 2 + random.below(if plan.thorough { 7 } else { 2 });
    let longest = Duration::from_secs(if plan.thorough { 15 } else { 5 });
    let mut storm = Storm::new(random, scribes, Outages { usual: Duration::from_millis(1500), longest });
    let mut recipients = Random::new(plan.seed, "recipients");
    let mut kinds = Tally::default();
    let (mut struck, mut missed) = (0, 0);
    while struck < plan.faults {
        storm.feed(&mut recipients);
        let done = storm.finished();
        match storm.random.one_of(fault::WEIGHTED).strike(&mut storm) {
            Some(kind) => {
                kinds.fault(&format!("storm: {kind:?}"));
                struck += 1;
            }
            None => missed += 1,
        }
        storm.wait(BREATH, |storm| storm.finished() > done);
    }
    kinds.remarks.push(format!("storm: {missed} more faults met nobody and do not count"));
    let mut tally = storm.end("storm", plan);
    tally.add(kinds);
    tally
}

/// Between the scribes and the pooler's back ends.
pub fn alone_on_the_way(plan: Plan) -> Tally {
    alone("way", plan, fault::ON_THE_WAY)
}

/// To the servers.
pub fn alone_at_the_servers(plan: Plan) -> Tally {
    alone("servers", plan, fault::TO_THE_SERVERS)
}

/// Each harm alone, once, longer than a unit of work may take. Work must go on after each.
fn alone(part: &str, plan: Plan, harms: &[Kind]) -> Tally {
    let length = Duration::from_secs(if plan.thorough { 12 } else { 5 });
    let outages = Outages { usual: length, longest: length };
    let mut storm = Storm::new(Random::new(plan.seed, part), 3, outages);
    let mut recipients = Random::new(plan.seed, "recipients");
    let mut found = Tally::default();
    for harm in harms {
        storm.feed(&mut recipients);
        storm.goes_on();
        let (timeouts, began) = (storm.timeouts(), Instant::now());
        match harm.strike(&mut storm) {
            Some(kind) => found.fault(&format!("alone: {kind:?}")),
            None => found.wrong.push(format!("{harm:?}, alone, met nobody")),
        }
        let (lasted, mended) = (began.elapsed().as_secs_f64(), Instant::now());
        storm.feed(&mut recipients);
        let goes_on = storm.goes_on();
        let timeouts = storm.timeouts() - timeouts;
        found.remarks.push(format!(
            "{harm:?} alone for {lasted:.1} s: work went on {:.1} s later; {timeouts} scribes saw a unit run out of time",
            mended.elapsed().as_secs_f64()
        ));
        if !goes_on {
            found.wrong.push(format!("no work went on after {harm:?}"));
        }
        let silences = [Kind::NetworkSilent, Kind::PoolerFrozen, Kind::PoolExhausted];
        if silences.contains(harm) && timeouts == 0 {
            found.wrong.push(format!("{harm:?} let no unit run out of time"));
        }
    }
    let mut tally = storm.end(part, plan);
    tally.add(found);
    tally
}

impl Storm {
    fn new(random: Random, scribes: usize, outages: Outages) -> Storm {
        let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
        let network = Network::to(pair().fact(route()).parse().unwrap());
        let scribes = (0..scribes).map(|number| Scribe::new(number, &database, &web, &network)).collect();
        let (user, admin) = (database.user(), RefCell::new(database.admin()));
        let (queued, charges) = (0, Charges::default());
        let mut storm =
            Storm { random, database, admin, network, _web: web, scribes, user, queued, charges, outages };
        storm.keep_ledger();
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
        eventually("PostgreSQL lets its administrator in", || {
            self.database.admin_if_up().map(|client| *admin = client).is_some()
        });
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

    /// Whether several more items are finished in time.
    fn goes_on(&self) -> bool {
        let done = self.finished();
        self.wait(CALM, |storm| storm.finished() >= done + 3)
    }

    /// Waits until PostgreSQL has thrown everybody out, and then until it lets them in again.
    fn recovers(&self) -> bool {
        let is_alive = |client: &mut Client| client.simple_query("SELECT 1").is_ok();
        let thrown_out = self.wait(CALM, |storm| !is_alive(&mut storm.admin.borrow_mut()));
        thrown_out && self.wait(CALM, |storm| storm.database.admin_if_up().is_some())
    }

    /// An outage of a length by the seed.
    fn outage(&mut self) {
        let is_long = self.random.below(4) == 0;
        let most = if is_long { self.outages.longest } else { self.outages.usual };
        let most = usize::try_from(most.as_millis()).unwrap();
        let least = if self.outages.usual == self.outages.longest { most } else { most / 4 };
        let length = least + self.random.below(most - least + 1);
        thread::sleep(Duration::from_millis(length as u64));
    }

    /// Scribe ends without a word, and the machine does not. What its runs had in hand may be charged an attempt.
    fn crash(&mut self, victim: usize) {
        self.scribes[victim].kill();
        self.charge_crash(victim);
    }

    fn charge_crash(&mut self, victim: usize) {
        for run in self.scribes[victim].runs() {
            *self.charges.crashes.entry(run).or_default() += 1;
        }
    }

    /// The leases of a run are over, as they are after a quarter of an hour.
    fn expire(&mut self, run: &str) -> usize {
        let sql = "UPDATE queue_items SET lease_expires_at = now() - interval '1 second'
                   WHERE status = 'PROCESSING' AND celery_task_id LIKE $1 RETURNING 1";
        let expired = self.ask(sql, &[&format!("scribe:{run}:%")]).len();
        if expired > 0 {
            *self.charges.leases.entry(run.into()).or_default() += 1;
        }
        expired
    }

    fn timeouts(&self) -> usize {
        self.scribes.iter().map(Scribe::timeouts).sum()
    }

    /// Gives everything back, waits until all is done, and looks at the books.
    fn end(mut self, part: &str, plan: Plan) -> Tally {
        self.network.set(Mood::Open);
        let began = Instant::now();
        self.wait(CALM, Storm::is_done);
        let seconds = began.elapsed().as_secs();
        self.scribes.iter_mut().for_each(Scribe::stop);
        let judgement = self.judge();
        let mut tally = Tally::audit(&self.database, self.queued, judgement.charged);
        tally.wrong.extend(judgement.wrong);
        tally.remarks.push(format!(
            "{part}: {} scribes; all done {seconds} s after the last fault; {} outages were met by a unit that ran out of time",
            self.scribes.len(),
            self.timeouts()
        ));
        tally.remarks.push(format!(
            "{part}: {} attempts for {} items: {} crashes and {} leases that were over explain the rest; a claim passed \
             over {} older items at most",
            tally.attempts,
            tally.items,
            self.charges.crashes.values().sum::<i64>(),
            self.charges.leases.values().sum::<i64>(),
            judgement.passed_over
        ));
        // Nobody here is tried so often but for what ends scribe each time.
        let poisonous = poisonous(i32::MAX);
        for (message, count) in self.reasons() {
            tally.remarks.push(format!("{part}: {count} FAILED: {message}"));
            if Some(&message) != poisonous.as_ref() {
                tally.wrong.push(format!("{count} FAILED: {message}"));
            }
        }
        for scribe in &self.scribes {
            tally.wrong.extend(scribe.panics());
        }
        if !tally.wrong.is_empty() {
            tally.wrong.push(scribe::keep_logs(part, plan.seed, &self.scribes, &self.unfinished()));
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
