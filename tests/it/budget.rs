//! What models may cost: a bound for each recipient, and one a day that no crash and no second scribe gets past.
use std::thread;

use scribe::{
    config::MicroUsd,
    database::model_days::{self, reserve},
};
use serde_json::Value;

use crate::support::{Gate, ModelServer, Mood, Program, SampleWeb, TestDatabase, eventually};

const MODEL: &str = "anthropic:claude-haiku-4-5";
/// Dear, so that a few calls are worth a dollar.
const PRICES: &str = "anthropic:claude-haiku-4-5=10/50";
const TEMPLATE: &str = "Dear {{name}}, I read {{paper|your work}} and learned: {{detail}}. [Your Name]";
const PEOPLE: [(&str, &str); 4] = [
    ("Ada Marlowe", "tidal energy"),
    ("Zhou Minglan", "solid-state batteries"),
    ("Ada Marlowe", "tides"),
    ("Zhou Minglan", "batteries"),
];

/// A database, the web and a model, and a program that may spend so much a day.
struct Spender {
    database: TestDatabase,
    web: SampleWeb,
    server: ModelServer,
}

impl Spender {
    fn new(mood: Mood, recipients: &[(&str, &str)]) -> Spender {
        let spender = Spender {
            database: TestDatabase::migrated(),
            web: SampleWeb::start(&[]),
            server: ModelServer::start(mood),
        };
        spender.database.queue(spender.database.user(), TEMPLATE, recipients);
        spender
    }

    fn program(&self) -> Program {
        let program = Program::new().database(&self.database).web(&self.web).env("MODEL_PRICES", PRICES);
        self.server.environment(MODEL).iter().fold(program, |program, (name, value)| program.env(name, value))
    }

    /// In millionths of a dollar, on all days.
    fn spent(&self) -> i64 {
        self.database.number("SELECT coalesce(sum(spent_micro_usd), 0)::bigint FROM model_days")
    }

    /// What the e-mails say that they cost, in millionths.
    fn told(&self) -> i64 {
        self.database.number(
            "SELECT coalesce(sum(round((metadata -> 'usage' ->> 'cost_usd')::numeric * 1000000)), 0)::bigint FROM emails",
        )
    }

    fn asked(&self) -> usize {
        self.server.requests().len()
    }

    /// From now on more than this is an error of the database, even for a moment.
    fn guard(&self, most: i64) {
        let check = format!("ALTER TABLE model_days ADD CHECK (spent_micro_usd <= {most})");
        self.database.query(&check, &[]);
    }

    /// Every item that is not finished waits as if nobody had ever claimed it.
    fn assert_nobody_lost_anything(&self) {
        for (status, step, attempts, message) in self.database.items() {
            let is_untouched = (status.as_str(), step, attempts, message) == ("PENDING", None, 0, None);
            assert!(status == "COMPLETED" || is_untouched, "{:?}", self.database.items());
        }
    }

    fn finished(&self) -> i64 {
        self.database.number("SELECT count(*) FROM queue_items WHERE status = 'COMPLETED'")
    }
}

/// What the most of the first call of an item is: nothing else was spent.
fn first_call(spender: &Spender) -> i64 {
    eventually("the model is asked", || spender.asked() == 1);
    let most = spender.spent();
    assert!(most > 500 * 50, "set aside before the call, with the whole limit of its answer: {most}");
    most
}

#[test]
fn the_day_holds_exactly_what_the_emails_say_they_cost() {
    let spender = Spender::new(Mood::Obeys, &PEOPLE[..2]);
    spender.program().env("MODEL_DAY_BUDGET", "5").ok(&["run", "--until-empty"]);
    spender.database.assert_one_email_per_finished_item(2);
    assert!(spender.told() > 0);
    assert_eq!(spender.spent(), spender.told());
}

#[test]
fn without_a_bound_for_the_day_its_table_is_not_even_looked_at() {
    let spender = Spender::new(Mood::Obeys, &PEOPLE[..1]);
    spender.program().env("MODEL_ITEM_BUDGET", "5").ok(&["run", "--until-empty"]);
    assert_eq!((spender.finished(), spender.spent()), (1, 0));
    let asks = || spender.database.log().iter().any(|line| line.contains("INSERT INTO model_days"));
    assert!(!asks());
    spender.database.queue(spender.database.user(), TEMPLATE, &PEOPLE[1..2]);
    spender.program().env("MODEL_DAY_BUDGET", "5").ok(&["run", "--until-empty"]);
    assert!(asks(), "it would have been seen");
}

#[test]
fn a_call_that_a_kill_cuts_off_stays_spent() {
    let spender = Spender::new(Mood::Stalls, &PEOPLE[..1]);
    let program = spender.program().env("MODEL_DAY_BUDGET", "5");
    let daemon = program.start(&[]);
    let most = first_call(&spender);
    daemon.kill_9();
    assert_eq!(spender.spent(), most);
    spender.server.becomes(Mood::Obeys);
    program.ok(&["run", "--until-empty"]);
    assert_eq!((spender.finished(), spender.spent()), (1, most + spender.told()));
}

#[test]
fn a_call_that_nobody_answers_stays_spent_and_one_that_is_refused_costs_nothing() {
    let spender = Spender::new(Mood::Stalls, &PEOPLE[..1]);
    let program = spender.program().env("MODEL_DAY_BUDGET", "5").env("MODEL_TIMEOUT", "2");
    let daemon = program.start(&[]);
    let most = first_call(&spender);
    let line = daemon.wait_for("without an e-mail, the models used 1 call");
    assert!(line.contains("cost unknown"), "{line}");
    daemon.wait_for("again in about");
    // It is logged before it is written.
    eventually("the item waits", || spender.database.items()[0].0 == "PENDING");
    assert_eq!(spender.spent(), most);
    spender.server.becomes(Mood::Overloaded);
    spender.database.query("UPDATE queue_items SET available_at = now()", &[]);
    // A small question fails as well, so the second attempt costs nothing.
    daemon.wait_for("put back");
    assert!(spender.asked() > 1 && spender.spent() == most, "{} calls, {}", spender.asked(), spender.spent());
}

#[test]
fn what_a_failed_recipient_used_counts_and_is_told() {
    let spender = Spender::new(Mood::Obeys, &[]);
    spender.database.queue(
        spender.database.user(),
        "I read {{paper}}. [Your Name]",
        &[("Nobody Atall", "nothing")],
    );
    let run = spender.program().env("MODEL_DAY_BUDGET", "5").run(&["run", "--until-empty"]);
    assert_eq!(run.code, 0, "{}", run.stderr);
    let (status, _, _, message) = spender.database.items().remove(0);
    let message = message.unwrap();
    assert_eq!(status, "FAILED");
    assert!(
        message.contains("{{paper}}") && message.contains("(models: ") && message.contains(" USD)"),
        "{message}"
    );
    assert!(run.stderr.contains("without an e-mail, the models used"), "{}", run.stderr);
    assert!(spender.spent() > 0);
}

#[test]
fn a_day_that_is_spent_pauses_work_fails_nobody_and_the_next_day_goes_on_by_itself() {
    let spender = Spender::new(Mood::Obeys, &PEOPLE);
    let cap = 220_000;
    spender.guard(cap);
    let program = spender.program().env("MODEL_DAY_BUDGET", "0.22");
    let daemon = program.start(&[]);
    let answer = daemon.wait_for_health("budget-spent");
    assert!(answer.starts_with("HTTP/1.1 503 ") && answer.contains("MODEL_DAY_BUDGET"), "{answer}");
    eventually("the item in hand is back", || {
        spender.database.items().iter().all(|item| item.0 != "PROCESSING")
    });
    spender.assert_nobody_lost_anything();
    let (finished, asked) = (spender.finished(), spender.asked());
    assert!((1..4).contains(&finished), "{finished} e-mails for {} of {cap}", spender.spent());

    // Whoever starts on such a day looks before it claims.
    let until_empty = spender.program().env("MODEL_DAY_BUDGET", "0.22");
    spender.database.query("UPDATE model_days SET spent_micro_usd = 220000", &[]);
    let run = until_empty.run(&["run", "--until-empty"]);
    assert!(run.code == 1 && run.stderr.contains("0.22 USD of 0.22 USD are spent"), "{}", run.stderr);
    assert!(!run.stderr.contains("attempt 1"), "{}", run.stderr);
    assert_eq!(spender.asked(), asked, "nobody is asked on a day that is spent");
    assert!(until_empty.run(&["doctor"]).stdout.contains("a day is spent: 0.22 USD of 0.22 USD"));

    for day in 1..4 {
        let (before, pauses) = (spender.finished(), daemon.log().matches("over after").count());
        if before == 4 {
            break;
        }
        spender.database.query("UPDATE model_days SET day = day - 1", &[]);
        eventually("work goes on", || daemon.log().matches("over after").count() > pauses);
        eventually("as far as this day goes", || {
            spender.finished() == 4 || daemon.http("GET", "/health").contains("budget-spent")
        });
        assert!(spender.finished() > before, "day {day}");
    }
    spender.database.assert_one_email_per_finished_item(4);
    assert!(spender.database.items().iter().all(|item| item.2 == 1), "every recipient took one attempt");
}

#[test]
fn a_higher_bound_goes_on_with_the_same_day() {
    let spender = Spender::new(Mood::Obeys, &PEOPLE[..1]);
    let bounded = |usd| spender.program().env("MODEL_DAY_BUDGET", usd);
    let run = bounded("0.01").run(&["run", "--until-empty"]);
    assert!(run.code == 1 && run.stderr.contains("is more than 0.01 USD a day"), "{}", run.stderr);
    assert_eq!((spender.asked(), spender.spent()), (0, 0), "not even one call fits, so none was made");
    spender.assert_nobody_lost_anything();
    bounded("5").ok(&["run", "--until-empty"]);
    spender.database.assert_one_email_per_finished_item(1);
}

#[test]
fn a_day_that_others_have_spent_holds_nobody_whose_models_are_free() {
    let spender = Spender::new(Mood::Obeys, &PEOPLE[..1]);
    spender.database.query("INSERT INTO model_days VALUES ((now() AT TIME ZONE 'UTC')::date, 9000000)", &[]);
    let bounded = spender.program().env("MODEL_DAY_BUDGET", "5");
    assert_eq!(bounded.run(&["run", "--until-empty"]).code, 1);
    bounded.env("MODEL_PRICES", &format!("{MODEL}=0/0")).ok(&["run", "--until-empty"]);
    spender.database.assert_one_email_per_finished_item(1);
    assert_eq!(spender.spent(), 9_000_000);
}

#[test]
fn two_daemons_never_spend_more_than_the_day_has() {
    let spender = Spender::new(Mood::Obeys, &[PEOPLE, PEOPLE].concat());
    // What would be more, if only for a moment, is refused by the database and would be a condition of its own.
    spender.guard(350_000);
    let mut daemons = [(); 2].map(|()| spender.program().env("MODEL_DAY_BUDGET", "0.35").start(&[]));
    eventually("the day is spent for both", || {
        daemons.iter().all(|daemon| daemon.http("GET", "/health").contains("budget-spent"))
    });
    for daemon in &mut daemons {
        daemon.signal("TERM");
        assert_eq!(daemon.wait(), 0, "{}", daemon.log());
        assert!(!daemon.log().contains("database"), "{}", daemon.log());
    }
    spender.assert_nobody_lost_anything();
    assert!(spender.told() <= spender.spent() && spender.spent() <= 350_000, "{}", spender.spent());
    assert!((1..8).contains(&spender.finished()));
}

#[test]
fn of_many_at_once_exactly_as_many_get_something_as_the_day_has_room_for() {
    let database = TestDatabase::migrated();
    let taken: Vec<bool> = thread::scope(|scope| {
        let one = || reserve(&database.open(), MicroUsd(30), MicroUsd(200)).unwrap().is_some();
        let all: Vec<_> = (0..16).map(|_| scope.spawn(one)).collect();
        all.into_iter().map(|one| one.join().unwrap()).collect()
    });
    assert_eq!(taken.iter().filter(|taken| **taken).count(), 6);
    assert_eq!(model_days::spent_today(&database.open()), Ok(MicroUsd(180)));
}

#[test]
fn a_reservation_is_of_the_databases_day_and_no_number_bursts_the_row() {
    let database = TestDatabase::migrated();
    let open = database.open();
    let day = reserve(&open, MicroUsd(30), MicroUsd(200)).unwrap().unwrap();
    let today = "SELECT ((now() AT TIME ZONE 'UTC')::date - DATE '1970-01-01')::bigint";
    assert_eq!(i64::from(day.0), database.number(today));
    model_days::correct(&open, day, MicroUsd(30), MicroUsd(u64::MAX)).unwrap();
    model_days::correct(&open, day, MicroUsd(0), MicroUsd(u64::MAX)).unwrap();
    assert_eq!(reserve(&open, MicroUsd(1), MicroUsd(u64::MAX)), Ok(None));
    model_days::correct(&open, day, MicroUsd(u64::MAX), MicroUsd(0)).unwrap();
    model_days::correct(&open, day, MicroUsd(30), MicroUsd(0)).unwrap();
    assert_eq!(model_days::spent_today(&open), Ok(MicroUsd(0)), "and never below nothing");
    // The day has turned between the call and its answer: the old day is put right.
    reserve(&open, MicroUsd(30), MicroUsd(200)).unwrap().unwrap();
    database.query("UPDATE model_days SET day = day - 1", &[]);
    model_days::correct(&open, scribe::model::Day(day.0 - 1), MicroUsd(30), MicroUsd(7)).unwrap();
    assert_eq!(database.number("SELECT spent_micro_usd FROM model_days"), 7);
    assert_eq!(model_days::spent_today(&open), Ok(MicroUsd(0)));
}

#[test]
fn a_row_that_somebody_has_edited_counts_as_nothing_at_least_and_stops_no_work() {
    let database = TestDatabase::migrated();
    let open = database.open();
    let day = reserve(&open, MicroUsd(30), MicroUsd(200)).unwrap().unwrap();
    let edit = |number: i64| database.query("UPDATE model_days SET spent_micro_usd = $1", &[&number]);
    let row = || database.number("SELECT spent_micro_usd FROM model_days");
    for below in [-5_000_000, i64::MIN] {
        edit(below);
        assert_eq!(model_days::spent_today(&open), Ok(MicroUsd(0)));
        assert_eq!(reserve(&open, MicroUsd(201), MicroUsd(200)), Ok(None));
        assert_eq!(reserve(&open, MicroUsd(150), MicroUsd(200)), Ok(Some(day)));
        assert_eq!(reserve(&open, MicroUsd(51), MicroUsd(200)), Ok(None), "the bound still holds");
        assert_eq!(row(), 150);
        edit(below);
        model_days::correct(&open, day, MicroUsd(30), MicroUsd(40)).unwrap();
        assert_eq!(row(), 10);
    }
    edit(i64::MAX);
    assert_eq!(reserve(&open, MicroUsd(1), MicroUsd(200)), Ok(None));
    model_days::correct(&open, day, MicroUsd(30), MicroUsd(40)).unwrap();
    assert_eq!(reserve(&open, MicroUsd(1), MicroUsd(200)), Ok(None));
}

#[test]
fn a_recipient_that_would_cost_more_is_finished_by_the_builtin_and_says_so() {
    let spender = Spender::new(Mood::Obeys, &PEOPLE[..1]);
    spender.program().env("MODEL_ITEM_BUDGET", "0.15").ok(&["run", "--until-empty"]);
    spender.database.assert_one_email_per_finished_item(1);
    let metadata: Value = spender.database.query("SELECT metadata FROM emails", &[])[0].get(0);
    let warnings = metadata["warnings"].to_string();
    assert!(warnings.contains("0.15 USD (MODEL_ITEM_BUDGET)"), "{warnings}");
    assert!((1..=150_000).contains(&spender.told()), "{}", spender.told());
}

#[test]
fn what_nobody_counted_is_unknown_in_the_email_and_not_free_for_the_day() {
    let spender = Spender::new(Mood::Uncounted, &PEOPLE[..1]);
    spender.program().env("MODEL_DAY_BUDGET", "5").ok(&["run", "--until-empty"]);
    let metadata: Value = spender.database.query("SELECT metadata FROM emails", &[])[0].get(0);
    let usage = &metadata["usage"];
    assert_eq!((&usage["cost_usd"], &usage["calls"]), (&"unknown".into(), &usage["uncounted_calls"]));
    let calls = usage["calls"].as_i64().unwrap();
    assert!(calls >= 3 && spender.spent() > calls * 500 * 50, "{usage}: {}", spender.spent());
}

#[test]
fn a_database_that_is_away_when_money_is_asked_for_holds_the_call_and_costs_no_attempt() {
    let (spender, gate) = (Spender::new(Mood::Waits, &PEOPLE[..1]), Gate::closed());
    gate.open();
    let program = spender.program().env("MODEL_DAY_BUDGET", "5").env("DB_PORT", &gate.port.to_string());
    let daemon = program.start(&[]);
    let most = first_call(&spender);
    gate.close();
    spender.server.becomes(Mood::Obeys);
    daemon.wait_for("stays set aside");
    // Not even the next step could be noted; the item goes on until the next call wants money.
    daemon.wait_for("without an e-mail, the models used 1 call");
    daemon.wait_for_health("database-unreachable");
    assert_eq!(spender.asked(), 1, "no call is made that cannot be put down");
    gate.open();
    eventually("the item is finished", || spender.finished() == 1);
    assert_eq!(spender.database.items()[0].2, 1, "one attempt");
    assert_eq!(spender.spent(), most + spender.told(), "what could not be put right stays as it was");
}

#[test]
fn a_bound_without_a_price_is_a_wrong_setting() {
    for name in ["MODEL_ITEM_BUDGET", "MODEL_DAY_BUDGET"] {
        let spender = Spender::new(Mood::Obeys, &[]);
        let run = spender.program().env("MODEL_PRICES", "openai:other=1/1").env(name, "1").run(&["run"]);
        assert_eq!(run.code, 78, "{}", run.stderr);
        for words in [name, "MODEL_PRICES", MODEL] {
            assert!(run.stderr.contains(words), "no {words} in {}", run.stderr);
        }
    }
}
