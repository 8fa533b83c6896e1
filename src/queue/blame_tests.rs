//! Items of every kind before services of every kind, one failure at a time; and many of them, for hours, by chance.
use std::time::Instant;

use proptest::prelude::*;

use super::*;
use crate::{
    condition::{ARXIV_AWAY, Condition, MODEL_FAILING, MODEL_KEY_REFUSED, SEARCH_UNAVAILABLE},
    pipeline::Service,
    queue::{
        ClaimToken, RunId,
        failure::MOST_ATTEMPTS,
        life::{Item, Status},
        turns::Turns,
    },
};

fn lasting(condition: &'static Condition) -> Error {
    Error::Surroundings { condition, detail: "no".into(), retry_after: None }
}

fn passing(condition: &'static Condition, has_just_answered: bool) -> Error {
    let service = Some(Service { condition, has_just_answered });
    Error::Transient { message: "busy".into(), retry_after: None, service }
}

fn item(number: u128) -> Uuid {
    Uuid::from_u128(number)
}

/// What becomes of an item: spared (at once, or after others), or charged.
fn next(blame: &mut Blame, number: u128, error: &Error) -> &'static str {
    match blame.after_failure(item(number), error, 1) {
        (Next::PutBack, Some(_)) => "back",
        (Next::Aside { .. }, Some(_)) => "aside",
        (Next::Later { .. }, None) => "charged",
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_fault_of_the_item_fails_it_at_once_with_a_message_of_a_thousand_characters_at_most() {
    let (next, shown) = Blame::default().after_failure(item(1), &Error::Item("é".repeat(2000)), 1);
    assert!(matches!(next, Next::Fail(message) if message.chars().count() == 1000));
    assert_eq!(shown, None);
}

#[test]
fn a_stop_costs_nothing_even_at_the_last_attempt() {
    let (next, shown) = Blame::default().after_failure(item(1), &Error::Stopped, MOST_ATTEMPTS);
    assert_eq!((next, shown), (Next::PutBack, None));
}

#[test]
fn what_fails_in_passing_without_a_service_behind_it_is_the_items_own() {
    let error = Error::Transient { message: "busy".into(), retry_after: None, service: None };
    let (next, shown) = Blame::default().after_failure(item(1), &error, 1);
    assert!(matches!(next, Next::Later { pause, .. } if pause.as_secs() == 30));
    assert_eq!(shown, None);
}

#[test]
fn an_outage_costs_no_item_anything_and_lets_each_have_a_try() {
    let mut blame = Blame::default();
    let error = lasting(&MODEL_KEY_REFUSED);
    let tries: Vec<_> = [1, 1, 1, 2, 3, 4].map(|number| next(&mut blame, number, &error)).into();
    assert_eq!(tries, ["back", "back", "aside", "aside", "aside", "aside"]);
}

#[test]
fn an_item_that_fails_while_another_gets_through_is_charged_once_for_each() {
    let mut blame = Blame::default();
    let error = lasting(&SEARCH_UNAVAILABLE);
    for expected in ["back", "back", "aside"] {
        assert_eq!(next(&mut blame, 1, &error), expected);
    }
    for other in 2..2 + MOST_ATTEMPTS {
        blame.succeeded(item(other as u128), |subject| subject == "search");
        let (next, shown) = blame.after_failure(item(1), &error, other - 1);
        assert_eq!((matches!(next, Next::Fail(_)), shown), (other - 1 == MOST_ATTEMPTS, None), "{next:?}");
    }
    assert_eq!(next(&mut blame, 1, &error), "back", "nobody has got through since");
}

#[test]
fn what_gets_through_another_service_or_fails_as_well_is_no_witness() {
    let mut blame = Blame::default();
    let error = lasting(&SEARCH_UNAVAILABLE);
    assert_eq!(next(&mut blame, 1, &error), "back");
    blame.succeeded(item(2), |subject| subject == "model");
    assert_eq!(next(&mut blame, 1, &error), "back");
    blame.succeeded(item(2), |_| true);
    assert_eq!(next(&mut blame, 3, &error), "back");
    assert_eq!(next(&mut blame, 1, &error), "back", "another one failed after it");
}

#[test]
fn all_is_clear_once_each_service_that_an_item_failed_by_has_let_one_through() {
    let mut blame = Blame::default();
    assert!(blame.is_clear());
    assert_eq!(next(&mut blame, 1, &lasting(&ARXIV_AWAY)), "aside");
    assert_eq!(next(&mut blame, 2, &lasting(&MODEL_KEY_REFUSED)), "back");
    blame.succeeded(item(3), |subject| subject == "model");
    assert!(!blame.is_clear());
    blame.succeeded(item(3), |subject| subject == "arxiv");
    assert!(blame.is_clear());
}

#[test]
fn three_items_in_a_row_that_fail_in_passing_are_an_outage_whatever_a_small_question_says() {
    for has_just_answered in [false, true] {
        let mut blame = Blame::default();
        let error = passing(&MODEL_FAILING, has_just_answered);
        let tries = [1, 2, 3, 4, 1].map(|number| next(&mut blame, number, &error));
        assert_eq!(tries, ["charged", "charged", "back", "back", "back"]);
        blame.succeeded(item(3), |_| true);
        assert_eq!(next(&mut blame, 4, &error), "charged");
    }
}

#[test]
fn one_item_alone_is_charged_twice_in_passing_unless_the_service_answers_others() {
    let error = |has_just_answered| passing(&MODEL_FAILING, has_just_answered);
    let mut blame = Blame::default();
    let tries = [(); 4].map(|()| next(&mut blame, 1, &error(false)));
    assert_eq!(tries, ["charged", "charged", "back", "back"]);
    let mut blame = Blame::default();
    let tries = [(); 4].map(|()| next(&mut blame, 1, &error(true)));
    assert_eq!(tries, ["charged"; 4]);
}

#[test]
fn an_item_is_given_up_only_if_the_service_has_just_answered_or_let_another_one_through() {
    let last = |blame: &mut Blame, has_just_answered| {
        blame.after_failure(item(1), &passing(&MODEL_FAILING, has_just_answered), MOST_ATTEMPTS).0
    };
    // As many scribes, or starts of one, as an outage may see.
    assert_eq!([(); 10].map(|()| last(&mut Blame::default(), false)), [(); 10].map(|()| Next::PutBack));
    assert!(matches!(last(&mut Blame::default(), true), Next::Fail(_)));
    let mut blame = Blame::default();
    assert_eq!(last(&mut blame, false), Next::PutBack);
    blame.succeeded(item(2), |_| true);
    assert!(matches!(last(&mut blame, false), Next::Fail(_)));
}

#[test]
fn failures_by_different_services_are_not_failures_alike() {
    let mut blame = Blame::default();
    let (search, model) = (passing(&SEARCH_UNAVAILABLE, false), passing(&MODEL_FAILING, false));
    for error in [&search, &model, &search, &model] {
        assert_eq!(next(&mut blame, 1, error), "charged");
    }
    // They are counted from the change on.
    assert_eq!([(); 2].map(|()| next(&mut blame, 1, &model)), ["charged", "back"]);
    // Nor does what failed by another service last add to the many.
    assert_eq!([2, 3].map(|number| next(&mut blame, number, &search)), ["charged"; 2]);
}

#[test]
fn whoever_waits_is_told_what_fails_and_how() {
    let mut blame = Blame::default();
    let error = lasting(&MODEL_KEY_REFUSED);
    let mut message = || match blame.after_failure(item(1), &error, 1).0 {
        Next::Aside { message, .. } => message,
        other => format!("{other:?}"),
    };
    let third = [message(), message(), message()][2].clone();
    assert_eq!(third, format!("{}: no", MODEL_KEY_REFUSED.title));
}

#[test]
fn who_needs_a_service_that_others_can_do_without_is_put_aside_and_they_are_not_kept_waiting() {
    let mut blame = Blame::default();
    assert_eq!(next(&mut blame, 1, &lasting(&ARXIV_AWAY)), "aside");
    assert_eq!(next(&mut blame, 1, &lasting(&ARXIV_AWAY)), "aside");
    assert_eq!(next(&mut blame, 2, &lasting(&MODEL_KEY_REFUSED)), "back");
}

#[test]
fn a_wish_for_when_to_come_back_is_kept_within_reason() {
    let pause = |seconds| {
        let retry_after = Some(Duration::from_secs(seconds));
        let error = Error::Surroundings { condition: &ARXIV_AWAY, detail: String::new(), retry_after };
        match Blame::default().after_failure(item(1), &error, 1) {
            (Next::Aside { pause, .. }, Some(shown)) if shown.retry_after == retry_after => pause.as_secs(),
            other => panic!("{other:?}"),
        }
    };
    assert_eq!([pause(1), pause(7200), pause(u64::MAX)], [120, 7200, 24 * 3600]);
}

#[test]
fn the_memory_is_bounded() {
    let mut blame = Blame::default();
    for number in 0..1000 {
        next(&mut blame, number, &lasting(&ARXIV_AWAY));
    }
    assert_eq!(blame.traces.len(), MOST_TRACES);
}

#[test]
fn two_refused_emails_fail_their_items_and_the_third_in_a_row_shows_that_all_are_refused() {
    let mut refusals = Refusals::default();
    assert_eq!([1, 2].map(|number| refusals.refused(item(number))), [Refused::Item; 2]);
    let tries: Vec<_> = (0..Refusals::MOST_TRIES).map(|_| refusals.refused(item(3))).collect();
    let (last, before) = tries.split_last().unwrap();
    assert!(before.iter().all(|verdict| *verdict == Refused::All) && *last == Refused::AllForLong);
    assert_eq!(refusals.refused(item(4)), Refused::All, "the next one gets its tries, and does not fail");
    refusals.accepted();
    assert_eq!(refusals.refused(item(5)), Refused::Item);
}

#[test]
fn an_item_that_fails_by_one_service_and_another_in_turn_is_put_aside_as_well() {
    let mut blame = Blame::default();
    let failures = [lasting(&MODEL_KEY_REFUSED), lasting(&SEARCH_UNAVAILABLE)];
    let ends: Vec<_> = failures.iter().cycle().take(4).map(|error| next(&mut blame, 1, error)).collect();
    assert_eq!(ends, ["back", "back", "aside", "aside"]);
    assert_eq!(next(&mut blame, 2, &failures[1]), "aside", "each of the others gets one try");
}

/// How something fails.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Way {
    /// In passing, and a small question fails, too.
    Passing,
    /// In passing, and a small question is answered.
    PassingLarge,
    /// For good; a small question fails, too.
    Lasting,
}

#[derive(Debug, Clone)]
struct Outage {
    /// Minutes between the one before and this one, and how long it is.
    after: u64,
    lasts: u64,
    way: Way,
}

/// A scribe before one service, with its clock.
struct World {
    started: Instant,
    now: Duration,
    blame: Blame,
    turns: Turns,
    items: Vec<(Item, Option<Way>)>,
    outages: Vec<(Duration, Duration, Way)>,
    is_suspect: bool,
}

impl World {
    fn new(items: &[Option<Way>], outages: &[Outage]) -> World {
        let mut at = 0;
        let outages = outages.iter().map(|outage| {
            let from = at + outage.after * 60;
            at = from + outage.lasts * 60;
            (Duration::from_secs(from), Duration::from_secs(at), outage.way)
        });
        World {
            started: Instant::now(),
            now: Duration::ZERO,
            blame: Blame::default(),
            turns: Turns::default(),
            outages: outages.collect(),
            items: items.iter().map(|poison| (Item::queued(Duration::ZERO), *poison)).collect(),
            is_suspect: false,
        }
    }

    /// Claims the oldest, works, and writes down what becomes of it.
    fn round(&mut self, run: RunId) {
        let waits_since = self.now - self.turns.least_wait(self.started + self.now);
        let Some(place) = self.items.iter().position(|(item, _)| item.is_claimable(run, waits_since)) else {
            if !self.turns.end() {
                self.now += Duration::from_secs(30);
            }
            return;
        };
        let token = ClaimToken::fresh(run);
        assert!(self.items[place].0.claim(run, token.clone(), self.now));
        self.now += Duration::from_secs(10);
        let id = item(place as u128);
        let outcome = self.work(self.items[place].1);
        self.is_suspect = outcome.is_err();
        let (row, _) = &mut self.items[place];
        let Err(error) = outcome else {
            self.blame.succeeded(id, |_| true);
            assert!(row.settle(&token, id));
            if self.blame.is_clear() {
                self.turns.end();
            }
            return;
        };
        let (next, shown) = self.blame.after_failure(id, &error, row.attempts);
        assert!(match next {
            Next::Fail(_) => row.fail(&token),
            Next::Later { pause, .. } => row.retry_later(&token, self.now + pause),
            Next::Aside { pause, .. } => {
                self.turns.put_aside(self.started + self.now);
                row.put_aside(&token, self.now + pause)
            }
            Next::PutBack => row.put_back(&token, self.now),
        });
        self.now += shown.map_or(Duration::ZERO, |shown| shown.condition.retry.pause());
    }

    /// How many of those that nothing is wrong with have come so far.
    fn sound(&self, is_so: impl Fn(Status) -> bool) -> usize {
        self.items.iter().filter(|(item, poison)| poison.is_none() && is_so(item.status)).count()
    }

    /// What is remembered is gone.
    fn restart(&mut self) {
        (self.blame, self.turns, self.is_suspect) = (Blame::default(), Turns::default(), false);
    }

    fn outage(&self) -> Option<Way> {
        let outage = self.outages.iter().find(|(from, until, _)| (*from..*until).contains(&self.now));
        outage.map(|(_, _, way)| *way)
    }

    fn work(&self, poison: Option<Way>) -> Result<(), Error> {
        let outage = self.outage();
        if self.is_suspect && matches!(outage, Some(Way::Passing | Way::Lasting)) {
            return Err(lasting(&MODEL_FAILING));
        }
        match outage.or(poison) {
            None => Ok(()),
            Some(Way::Lasting) => Err(lasting(&MODEL_KEY_REFUSED)),
            Some(Way::Passing | Way::PassingLarge) => Err(passing(&MODEL_FAILING, self.is_suspect)),
        }
    }
}

fn way() -> impl Strategy<Value = Way> {
    prop::sample::select(vec![Way::Passing, Way::PassingLarge, Way::Lasting])
}

#[test]
fn however_many_broken_items_come_first_and_however_soon_they_are_back_each_sound_one_has_its_turn() {
    for ways in [vec![Way::Lasting], vec![Way::Lasting, Way::Passing, Way::PassingLarge]] {
        let broken = ways.iter().cycle().map(|way| Some(*way)).take(60);
        let mut world = World::new(&broken.chain([None; 3]).collect::<Vec<_>>(), &[]);
        let run = RunId::fresh();
        while world.sound(|status| status == Status::Completed) < 3 {
            world.round(run);
            assert!(world.now < Duration::from_secs(4 * 3600), "{ways:?}: {:?}", world.items);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn whatever_fails_for_how_long_no_sound_item_fails_and_none_is_held_up_by_the_others(
        poison in prop::collection::vec(prop_oneof![1 => Just(None), 1 => way().prop_map(Some)], 3..60),
        outages in prop::collection::vec(
            (0..20_u64, 1..120_u64, way()).prop_map(|(after, lasts, way)| Outage { after, lasts, way }), 0..3),
        minutes_of_a_life in prop::option::of(5..60_u64),
    ) {
        let mut world = World::new(&poison, &outages);
        let run = RunId::fresh();
        let life = minutes_of_a_life.map(|minutes| Duration::from_secs(minutes * 60));
        let mut born = Duration::ZERO;
        let mut can_be_compared = true;
        let end = world.outages.last().map_or(Duration::ZERO, |outage| outage.1);
        while world.now < end + Duration::from_secs(8 * 3600) {
            let is_new = life.is_some_and(|life| world.now >= born + life);
            if is_new {
                born = world.now;
                world.restart();
            }
            // Where a service takes small questions and nothing else, nobody can be compared with anybody once fewer
            // than three need it, or the others are forgotten.
            let are_few = world.sound(|status| status != Status::Completed) < 3;
            can_be_compared &= world.outage() != Some(Way::PassingLarge) || !are_few && !is_new;
            world.round(run);
            let failed = world.sound(|status| status == Status::Failed);
            prop_assert!(failed == 0 || !can_be_compared, "{:?}", world.items);
        }
        let waits = world.sound(|status| !matches!(status, Status::Completed | Status::Failed));
        // Whose turn it is, is forgotten as well.
        prop_assert!(waits == 0 || life.is_some(), "{waits}: {:?}", world.items);
    }
}
