//! What a part came to: faults done, and whether items and e-mails still agree.
use std::collections::BTreeMap;

use crate::{Plan, kills::Kills, support::TestDatabase};

/// What one part did and found.
#[derive(Debug, Default)]
pub struct Tally {
    pub name: &'static str,
    pub seconds: u64,
    /// How often each kind of fault was done.
    pub faults: BTreeMap<String, usize>,
    /// Where SIGKILL struck, and what became of the items.
    pub kills: Kills,
    pub items: i64,
    pub completed: i64,
    pub failed: i64,
    pub emails: i64,
    /// Items that are gone, wait although nobody is left to wait for, or are COMPLETED without an e-mail of their own.
    pub lost: i64,
    /// E-mails that no COMPLETED item carries, and counts that no e-mail stands for.
    pub doubled: i64,
    /// Items in PROCESSING although everybody is idle.
    pub stuck: i64,
    /// Attempts that the items were charged, and how many were allowed: one for each item, and one for each time that
    /// scribe crashed, or its lease ran out, with the item in hand.
    pub attempts: i64,
    pub allowed: i64,
    /// What a part compares, as lines of one table: the fault, the predecessor, scribe.
    pub compared: Vec<[String; 3]>,
    /// Everything that should not be, in words.
    pub wrong: Vec<String>,
    /// Lines to print below the table.
    pub remarks: Vec<String>,
}

impl Tally {
    /// Something that should not be.
    pub fn wrong(what: String) -> Tally {
        Tally { wrong: vec![what], ..Tally::default() }
    }

    /// Notes a fault.
    pub fn fault(&mut self, kind: &str) {
        *self.faults.entry(kind.into()).or_default() += 1;
    }

    /// Adds what another one counted.
    pub fn add(&mut self, other: Tally) {
        for (kind, count) in other.faults {
            *self.faults.entry(kind).or_default() += count;
        }
        self.kills.add(other.kills);
        self.items += other.items;
        self.completed += other.completed;
        self.failed += other.failed;
        self.emails += other.emails;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.stuck += other.stuck;
        self.attempts += other.attempts;
        self.allowed += other.allowed;
        self.compared.extend(other.compared);
        self.wrong.extend(other.wrong);
        self.remarks.extend(other.remarks);
    }

    /// Looks at a database in which everything that was queued should be finished. Beyond its first, so many attempts may
    /// have been charged for crashes and leases that ran out.
    pub fn audit(database: &TestDatabase, queued: i64, charged: i64) -> Tally {
        let row = &database.query(
            "SELECT count(*), count(*) FILTER (WHERE status = 'COMPLETED'), count(*) FILTER (WHERE status = 'FAILED'),
                    count(*) FILTER (WHERE status = 'PENDING'), count(*) FILTER (WHERE status = 'PROCESSING'),
                    count(DISTINCT e.id) FILTER (WHERE status = 'COMPLETED'),
                    (SELECT count(*) FROM emails), (SELECT coalesce(sum(generation_count), 0)::bigint FROM users),
                    coalesce(sum(attempts), 0)::bigint
             FROM queue_items q LEFT JOIN emails e ON e.id = q.email_id AND e.recipient_name = q.recipient_name",
            &[],
        )[0];
        let [items, completed, failed, pending, stuck, own, emails, counted, attempts] =
            std::array::from_fn(|column| row.get::<_, i64>(column));
        let (lost, doubled) =
            (queued - items + pending + completed - own, (emails - own) + (counted - emails).abs());
        let allowed = items + charged;
        let mut tally = Tally {
            items,
            completed,
            failed,
            emails,
            lost,
            doubled,
            stuck,
            attempts,
            allowed,
            ..Tally::default()
        };
        if attempts > allowed {
            tally.wrong.push(format!("{attempts} attempts for {items} items, {charged} more allowed"));
        }
        if lost != 0 || doubled != 0 || stuck != 0 {
            tally.wrong.push(format!(
                "{queued} queued: {items} items, {completed} COMPLETED, {failed} FAILED, {pending} PENDING, {stuck} \
                 PROCESSING, {emails} e-mails, {own} of them with an item, counters {counted}"
            ));
        }
        tally
    }

    /// Its line of the table.
    pub fn row(&self) -> String {
        let faults = self.faults.values().sum::<usize>().to_string();
        let numbers = [
            self.items,
            self.emails,
            self.failed,
            self.lost,
            self.doubled,
            self.stuck,
            self.attempts,
            self.allowed,
        ];
        let numbers = numbers.iter().map(ToString::to_string);
        line(self.name, [faults].into_iter().chain(numbers).chain([self.seconds.to_string()]))
    }
}

fn line(name: &str, columns: impl Iterator<Item = String>) -> String {
    columns.fold(format!("{name:<42}"), |line, column| format!("{line}{column:>10}"))
}

/// The head of the table.
pub fn head(plan: Plan) -> String {
    let name = format!("chaos: seed {}, {}", plan.seed, if plan.thorough { "thorough" } else { "a slice" });
    let columns = [
        "faults", "items", "e-mails", "FAILED", "lost", "doubled", "stuck", "attempts", "allowed", "seconds",
    ];
    line(&name, columns.iter().map(ToString::to_string))
}

/// Prints everything that was done and found. False: something is wrong.
pub fn print(plan: Plan, tallies: Vec<Tally>) -> bool {
    let mut sum = Tally { name: "together", ..Tally::default() };
    println!("\n{}", head(plan));
    for mut tally in tallies {
        println!("{}", tally.row());
        sum.seconds += tally.seconds;
        let name = tally.name;
        tally.wrong.iter_mut().for_each(|what| *what = format!("{name}: {what}"));
        sum.add(tally);
    }
    println!("{}", sum.row());
    println!("\nfaults that struck, by kind:");
    sum.faults.iter().for_each(|(kind, count)| println!("{count:>7}  {kind}"));
    println!("\n{}", sum.kills);
    if !sum.compared.is_empty() {
        println!("{:<42}{:<48}scribe", "fault, in a batch of twenty", "predecessor");
    }
    sum.compared.iter().for_each(|[fault, before, now]| println!("{fault:<42}{before:<48}{now}"));
    println!();
    sum.remarks.iter().for_each(|remark| println!("{remark}"));
    sum.wrong.iter().for_each(|what| println!("\nWRONG: {what}"));
    sum.wrong.is_empty()
}
