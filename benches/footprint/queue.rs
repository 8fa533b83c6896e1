//! What stays as it is, however much waits and however many work on it.
use scribe::{database::queue_items, queue::RunId};

use crate::{
    Bench,
    figures::{Figure, Unit},
    items,
    support::{Process, SampleWeb, TestDatabase},
    wait_for_emails,
};

pub fn figures(bench: &Bench) -> Vec<Figure> {
    let mut figures = vec![
        Figure::new("queue of 1,000: pages read by a claim", pages(1000), Unit::Count),
        Figure::new("queue of 100,000: pages read by a claim", pages(100_000), Unit::Count),
        templates(bench),
    ];
    figures.extend(fleets(bench));
    figures
}

/// Pages of the database that a claim looks at, where so much waits and as much is done.
fn pages(waiting: usize) -> f64 {
    let database = TestDatabase::migrated();
    database.log_plans();
    database.queue_many(waiting);
    queue_items::claim(&database.open(), RunId::fresh()).unwrap().item.expect("an item");
    database.last_plan("WITH next AS").pages() as f64
}

/// The peak where a hundred users queue ten megabytes of templates.
fn templates(bench: &Bench) -> Figure {
    let database = TestDatabase::migrated();
    let length = 64 * 1024 - 100;
    let template = format!("Dear {{{{name}}}}, {}", "all the tides of the ocean. ".repeat(length / 28));
    let items = bench.times(160, 40);
    let users: Vec<_> = (0..items.min(100)).map(|_| database.user()).collect();
    users.iter().cycle().take(items).for_each(|user| {
        database.queue(*user, &template, &[("Nobody Atall", "nothing")]);
    });
    let daemon = bench.program(&database).start(&[]);
    wait_for_emails(&database, items);
    Figure::new("10 MB of templates: peak resident memory", Process(daemon.id()).peak_kib(), Unit::Kib)
        .at_most(20_000.0)
}

/// Connections for an e-mail where several work on one queue. What each opens at its start and its end is among them.
fn fleets(bench: &Bench) -> Vec<Figure> {
    let web = SampleWeb::start(&[]);
    let fleet = |(name, workers): (&'static str, usize)| {
        let (database, items) = (TestDatabase::migrated(), bench.times(160, 48));
        items::queue(&database, "Dear {{name}}, {{paper|hello}} [Your Name]", items, true);
        let start = |_| bench.program(&database).web(&web).start(&["--until-empty"]);
        let mut fleet: Vec<_> = (0..workers).map(start).collect();
        wait_for_emails(&database, items);
        fleet.iter_mut().for_each(|scribe| assert_eq!(scribe.wait(), 0, "{}", scribe.log()));
        database.assert_one_email_per_finished_item(items as i64);
        Figure::new(name, database.units() as f64 / items as f64, Unit::Count)
    };
    [
        ("fleet of 2: connections for an e-mail", 2),
        ("fleet of 4: connections for an e-mail", 4),
        ("fleet of 8: connections for an e-mail", 8),
    ]
    .map(fleet)
    .into()
}
