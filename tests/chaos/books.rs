//! What a part came to: faults done, and whether items and e-mails still agree.
use std::collections::{BTreeMap, BTreeSet};

use crate::{Plan, support::TestDatabase};

/// What one part did and found.
#[derive(Debug, Default)]
pub struct Tally {
    pub name: &'static str,
    pub seconds: u64,
    /// How often each kind of fault was done.
    pub faults: BTreeMap<String, usize>,
    /// The points at which scribe died or was hurt.
    pub points: BTreeSet<String>,
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
        self.points.extend(other.points);
        self.items += other.items;
        self.completed += other.completed;
        self.failed += other.failed;
        self.emails += other.emails;
        self.lost += other.lost;
        self.doubled += other.doubled;
        self.stuck += other.stuck;
        self.wrong.extend(other.wrong);
        self.remarks.extend(other.remarks);
    }

    /// Looks at a database in which everything that was queued should be finished.
    pub fn audit(database: &TestDatabase, queued: i64) -> Tally {
        let row = &database.query(
            "SELECT count(*), count(*) FILTER (WHERE status = 'COMPLETED'), count(*) FILTER (WHERE status = 'FAILED'),
                    count(*) FILTER (WHERE status = 'PENDING'), count(*) FILTER (WHERE status = 'PROCESSING'),
                    count(DISTINCT e.id) FILTER (WHERE status = 'COMPLETED'),
                    (SELECT count(*) FROM emails), (SELECT coalesce(sum(generation_count), 0)::bigint FROM users)
             FROM queue_items q LEFT JOIN emails e ON e.id = q.email_id AND e.recipient_name = q.recipient_name",
            &[],
        )[0];
        let [items, completed, failed, pending, stuck, own, emails, counted] =
            std::array::from_fn(|column| row.get::<_, i64>(column));
        let (lost, doubled) =
            (queued - items + pending + completed - own, (emails - own) + (counted - emails).abs());
        let mut tally = Tally { items, completed, failed, emails, lost, doubled, stuck, ..Tally::default() };
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
        format!(
            "{:<42}{:>7}{:>7}{:>8}{:>7}{:>6}{:>8}{:>6}{:>8}",
            self.name,
            self.faults.values().sum::<usize>(),
            self.items,
            self.emails,
            self.failed,
            self.lost,
            self.doubled,
            self.stuck,
            self.seconds
        )
    }
}

/// The head of the table.
pub fn head(plan: Plan) -> String {
    format!(
        "chaos: {:<35}{:>7}{:>7}{:>8}{:>7}{:>6}{:>8}{:>6}{:>8}",
        format!("seed {}, {}", plan.seed, if plan.thorough { "thorough" } else { "a slice" }),
        "faults",
        "items",
        "e-mails",
        "FAILED",
        "lost",
        "doubled",
        "stuck",
        "seconds"
    )
}

/// Prints everything that was done and found. False: something is wrong.
pub fn print(plan: Plan, tallies: &[Tally]) -> bool {
    let mut sum = Tally { name: "together", ..Tally::default() };
    println!("\n{}", head(plan));
    for tally in tallies {
        println!("{}", tally.row());
        sum.seconds += tally.seconds;
        sum.add(Tally {
            faults: tally.faults.clone(),
            points: tally.points.clone(),
            wrong: tally.wrong.iter().map(|what| format!("{}: {what}", tally.name)).collect(),
            remarks: tally.remarks.clone(),
            ..*tally
        });
    }
    println!("{}", sum.row());
    println!("\nfaults by kind:");
    sum.faults.iter().for_each(|(kind, count)| println!("{count:>7}  {kind}"));
    println!("{} named points of the life × states of the items", sum.points.len());
    sum.points.iter().filter(|_| plan.thorough).for_each(|point| println!("         {point}"));
    sum.remarks.iter().for_each(|remark| println!("{remark}"));
    sum.wrong.iter().for_each(|what| println!("\nWRONG: {what}"));
    sum.wrong.is_empty()
}
