//! The faults under which the Python Scribe was measured, each in the middle of a batch of twenty.
use std::time::{Duration, Instant};

use postgres::Client;

use crate::{
    Plan,
    books::Tally,
    network::{Mood, Network},
    support::{Daemon, Program, SampleWeb, TempDir, TestDatabase, eventually, pair, route},
};

/// How long everything may take after a fault: several pauses of the longest kind.
const RECOVERY: Duration = Duration::from_secs(150);

const BATCH: i64 = 20;
const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}}. [Your Name]";

/// The recipient at whom faults are aimed.
const AIM: &str = "Ada Marlowe";

/// A batch under way, with networks of its own to the pooler and to the internet.
struct Batch {
    database: TestDatabase,
    pooler: Network,
    internet: Network,
    program: Program,
    hold: std::path::PathBuf,
    _web: SampleWeb,
    _directory: TempDir,
}

impl Batch {
    fn new() -> Batch {
        let (database, directory) = (TestDatabase::migrated(), TempDir::new());
        let hold = directory.path().join("hold");
        let web = SampleWeb::start(&["--hold-while", hold.to_str().unwrap()]);
        let pooler = Network::to(pair().fact(route()).parse().unwrap());
        let internet = Network::to(web.url.rsplit(':').next().unwrap().parse().unwrap());
        let internet_url = format!("http://127.0.0.1:{}", internet.port);
        let program = Program::new()
            .database(&database)
            .web(&web)
            .env("DB_PORT", &pooler.port.to_string())
            .env("DB_CONNECT_TIMEOUT", "5")
            .env("DB_STATEMENT_TIMEOUT", "20000")
            .env("SEARXNG_URL", &internet_url)
            .env("ARXIV_BASE_URL", &internet_url);
        let names: Vec<String> = (1..BATCH).map(|number| format!("Nobody Number{number}")).collect();
        let mut recipients: Vec<(&str, &str)> = names.iter().map(|name| (name.as_str(), "nothing")).collect();
        recipients.insert(5, (AIM, "tidal energy"));
        database.queue(database.user(), TEMPLATE, &recipients);
        Batch { database, pooler, internet, program, hold, _web: web, _directory: directory }
    }

    fn emails(&self) -> i64 {
        self.database.number("SELECT count(*) FROM emails")
    }

    /// Starts scribe and waits until the batch is well under way.
    fn begin(&self) -> Daemon {
        let daemon = self.program.start(&[]);
        eventually("some e-mails", || self.emails() >= 3);
        daemon
    }

    /// Starts scribe and waits until it is in the middle of an item.
    fn begin_in_mid_item(&self) -> Daemon {
        let daemon = self.begin();
        std::fs::write(&self.hold, "").unwrap();
        eventually("an item in arXiv's hands", || {
            self.database.number("SELECT count(*) FROM queue_items WHERE current_step = 'arxiv_helper'") == 1
        });
        daemon
    }

    /// Starts scribe and waits until the COMMIT of an e-mail is under way, which ends when the client that is returned
    /// gives its lock back.
    fn begin_in_mid_commit(&self) -> (Daemon, Client) {
        let mut holder = self.database.admin();
        holder
            .batch_execute(&format!(
                "CREATE FUNCTION slow() RETURNS trigger LANGUAGE plpgsql AS $$
                     BEGIN PERFORM pg_advisory_xact_lock(1); RETURN NULL; END $$;
                 CREATE CONSTRAINT TRIGGER slow AFTER INSERT ON emails DEFERRABLE INITIALLY DEFERRED FOR EACH ROW
                 WHEN (NEW.recipient_name = '{AIM}') EXECUTE FUNCTION slow();
                 SELECT pg_advisory_lock(1)"
            ))
            .unwrap();
        let daemon = self.program.start(&[]);
        eventually("the COMMIT is under way", || {
            let waiting = "SELECT count(*) FROM pg_stat_activity
                           WHERE datname = current_database() AND query = 'COMMIT' AND wait_event = 'advisory'";
            holder.query_one(waiting, &[]).unwrap().get::<_, i64>(0) == 1
        });
        (daemon, holder)
    }

    /// Lets the COMMIT end, of which nobody hears.
    fn commit(&self, mut holder: Client) {
        holder.batch_execute("SELECT pg_advisory_unlock(1)").unwrap();
        let stored = format!("SELECT count(*) FROM emails WHERE recipient_name = '{AIM}'");
        eventually("it is committed all the same", || self.database.number(&stored) == 1);
    }

    /// Waits until everything is done, and sets the predecessor beside it.
    fn end(&self, daemon: Daemon, began: Instant, fault: &str, predecessor: &str) -> Tally {
        self.end_after_crashes(0, daemon, began, fault, predecessor)
    }

    /// The same where scribe itself crashed so often in the middle of an item.
    fn end_after_crashes(
        &self,
        crashes: i64,
        mut daemon: Daemon,
        began: Instant,
        fault: &str,
        predecessor: &str,
    ) -> Tally {
        let unfinished = "SELECT count(*) FROM queue_items WHERE status IN ('PENDING', 'PROCESSING')";
        while self.database.number(unfinished) > 0 && began.elapsed() < RECOVERY {
            std::thread::sleep(Duration::from_millis(100));
        }
        let seconds = began.elapsed().as_secs_f64();
        daemon.signal("TERM");
        daemon.wait();
        let mut tally = Tally::audit(&self.database, BATCH, crashes);
        if tally.failed > 0 || !tally.wrong.is_empty() {
            tally.wrong.push(daemon.log());
        }
        tally.fault(fault);
        let scribe = format!(
            "{} of {BATCH} done, {} lost, {} doubled, in {seconds:.0} s",
            tally.completed, tally.lost, tally.doubled
        );
        tally.compared.push([fault.into(), predecessor.into(), scribe]);
        tally
    }

    fn release(&self) {
        std::fs::remove_file(&self.hold).unwrap();
    }
}

/// How long things are away: as long as in the predecessor's measurements where there is time.
fn outage(plan: Plan) -> Duration {
    Duration::from_secs(if plan.thorough { 20 } else { 3 })
}

pub fn kill_in_mid_item(_: Plan) -> Tally {
    let batch = Batch::new();
    let daemon = batch.begin_in_mid_item();
    let began = Instant::now();
    daemon.kill_9();
    batch.release();
    let daemon = batch.program.start(&[]);
    batch.end_after_crashes(1, daemon, began, "kill -9 in mid-item", "item \"processing\" for an hour")
}

pub fn kill_after_the_commit(_: Plan) -> Tally {
    let batch = Batch::new();
    let (daemon, holder) = batch.begin_in_mid_commit();
    let began = Instant::now();
    daemon.kill_9();
    batch.commit(holder);
    let daemon = batch.program.start(&[]);
    batch.end_after_crashes(1, daemon, began, "kill -9 after the commit", "a second e-mail an hour later")
}

pub fn pooler_refuses(plan: Plan) -> Tally {
    let batch = Batch::new();
    let daemon = batch.begin();
    let began = Instant::now();
    batch.pooler.set(Mood::Refusing);
    std::thread::sleep(outage(plan));
    batch.pooler.set(Mood::Open);
    batch.end(daemon, began, "pooler refuses", "7–8 of 20 lost for ever")
}

pub fn pooler_and_internet_away(plan: Plan) -> Tally {
    let batch = Batch::new();
    let daemon = batch.begin();
    let began = Instant::now();
    batch.internet.set(Mood::Refusing);
    batch.pooler.set(Mood::Refusing);
    std::thread::sleep(outage(plan));
    batch.internet.set(Mood::Open);
    batch.pooler.set(Mood::Open);
    batch.end(daemon, began, "pooler and internet away", "14 of 20 lost for ever")
}

pub fn pooler_away_after_a_commit(_: Plan) -> Tally {
    let batch = Batch::new();
    let (daemon, holder) = batch.begin_in_mid_commit();
    let began = Instant::now();
    batch.pooler.set(Mood::Refusing);
    batch.commit(holder);
    std::thread::sleep(Duration::from_secs(2));
    batch.pooler.set(Mood::Open);
    batch.end(daemon, began, "pooler away 2 s after a commit", "e-mail exists, item not linked to it")
}

pub fn sigterm(_: Plan) -> Tally {
    let batch = Batch::new();
    let mut daemon = batch.begin_in_mid_item();
    let began = Instant::now();
    daemon.signal("TERM");
    daemon.wait_for("stopping");
    batch.release();
    daemon.wait();
    batch.end(batch.program.start(&[]), began, "SIGTERM", "clean")
}

pub fn postgresql_stopped(plan: Plan) -> Tally {
    let batch = Batch::new();
    let daemon = batch.begin();
    let began = Instant::now();
    pair().ask("end QUIT postgresql");
    std::thread::sleep(outage(plan));
    pair().ask("start postgresql");
    batch.end(daemon, began, "PostgreSQL crashed behind a live pooler", "0 lost, it waits")
}

pub fn pooler_frozen(plan: Plan) -> Tally {
    let batch = Batch::new();
    let daemon = batch.begin();
    let began = Instant::now();
    pair().ask("signal STOP pgbouncer");
    std::thread::sleep(outage(plan));
    pair().ask("signal CONT pgbouncer");
    batch.end(daemon, began, "pooler frozen", "0 lost, it waits")
}
