//! What an item costs, and what a thousand of them leave behind.
use crate::{
    Bench,
    figures::{Figure, Unit},
    support::{Fault, Plan, Process, Proxy, SampleWeb, TestDatabase},
    wait_for_emails,
};

const TEMPLATE: &str =
    "Dear {{name}}, I read {{paper|your work}} and liked {{detail|what you do}}. [Your Name]";

/// Who stands in the sample web, in `examples/recipients.csv`.
const RECIPIENTS: &str = include_str!("../../examples/recipients.csv");

/// So many recipients, of whom the web knows each or only every second.
fn recipients(count: usize, are_known: bool) -> Vec<(String, String)> {
    let known = RECIPIENTS.lines().skip(1).map(|line| line.split_once(',').unwrap()).cycle();
    let owned = |(name, interest): (&str, &str)| (name.to_owned(), interest.to_owned());
    let stranger = |n: usize| (format!("Nobody Number{n}"), format!("subject number {n}"));
    let one = |(n, known)| if are_known || n % 2 == 0 { owned(known) } else { stranger(n) };
    known.take(count).enumerate().map(one).collect()
}

pub fn queue(database: &TestDatabase, template: &str, count: usize, are_known: bool) {
    let recipients = recipients(count, are_known);
    let rows: Vec<(&str, &str)> =
        recipients.iter().map(|(name, interest)| (&name[..], &interest[..])).collect();
    database.queue(database.user(), template, &rows);
}

pub fn figures(bench: &Bench) -> Vec<Figure> {
    let mut figures = traffic(bench);
    figures.extend(leftovers(bench));
    figures
}

/// Connections and round trips of an item: the difference that ten more make.
fn traffic(bench: &Bench) -> Vec<Figure> {
    let counted = |items: usize| {
        let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
        let proxy = Proxy::start(Plan { fault: Fault::None, flight: 0 });
        queue(&database, TEMPLATE, items, true);
        let program = bench.program(&database).web(&web).env("DB_PORT", &proxy.port.to_string());
        program.ok(&["run", "--until-empty"]);
        database.assert_one_email_per_finished_item(items as i64);
        proxy.traffic()
    };
    let (few, many) = (counted(10), counted(20));
    // Opening the TCP connection is a round trip, and each flight is one but the goodbye: nobody waits for its answer.
    vec![
        Figure::new("item: database connections", (many.0 - few.0) as f64 / 10.0, Unit::Count),
        Figure::new("item: database round trips", (many.1 - few.1) as f64 / 10.0, Unit::Count).at_most(37.0),
    ]
}

/// Memory and descriptors after a thousand items against those after ten, and the processor time of each in between.
fn leftovers(bench: &Bench) -> Vec<Figure> {
    let (database, web) = (TestDatabase::migrated(), SampleWeb::start(&[]));
    let daemon = bench.program(&database).web(&web).start(&[]);
    let scribe = Process(daemon.id());
    let after = |items: usize| {
        wait_for_emails(&database, items);
        // The last connection, and all that an item takes, is gone then.
        scribe.wait_until_quiet();
    };
    queue(&database, TEMPLATE, 10, false);
    after(10);
    let (memory, descriptors, cpu) = (scribe.anonymous_kib(), scribe.descriptors(), scribe.cpu_ms());
    let items = bench.times(1000, 120);
    queue(&database, TEMPLATE, items, false);
    after(10 + items);
    database.assert_one_email_per_finished_item(10 + items as i64);
    let items = items as f64;
    vec![
        Figure::new("item: processor, pages and all", (scribe.cpu_ms() - cpu) / items, Unit::CpuMs)
            .at_most(15.0),
        Figure::new("many items: added to anonymous memory", scribe.anonymous_kib() - memory, Unit::Kib)
            .at_most(512.0),
        Figure::new("many items: added descriptors", scribe.descriptors() - descriptors, Unit::Count)
            .at_most(0.0),
        Figure::new("many items: peak resident memory", scribe.peak_kib(), Unit::Kib).at_most(20_000.0),
    ]
}
