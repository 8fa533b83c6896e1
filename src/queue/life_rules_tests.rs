//! Each rule at its edges; what they come to together is in `life_tests.rs`.
use super::*;

const NOW: Duration = Duration::from_secs(1_000_000);
const TICK: Duration = Duration::from_micros(1);

fn claimed(run: RunId) -> (Item, ClaimToken) {
    let (mut item, token) = (Item::queued(NOW), ClaimToken::fresh(run));
    assert!(item.claim(run, token.clone(), NOW));
    (item, token)
}

#[test]
fn a_lease_keeps_others_away_to_its_end_unless_a_clock_was_ahead_when_it_was_written() {
    let (mut item, _) = claimed(RunId::fresh());
    let other = RunId::fresh();
    let end = NOW + LEASE;
    assert_eq!(item.lease_until, Some(end));
    assert!(!item.is_claimable(other, end) && item.is_claimable(other, end + TICK));
    item.lease_until = Some(NOW + LONGEST_LEASE);
    assert!(!item.is_claimable(other, NOW) && item.is_claimable(other, NOW - TICK));
    item.lease_until = None;
    assert!(item.is_claimable(other, NOW) && !item.is_claimable_leaving_others(other, NOW));
}

#[test]
fn what_was_put_off_waits_for_its_time_unless_a_clock_was_ahead_when_it_was_put_off() {
    let (mut item, token) = claimed(RunId::fresh());
    let (other, end) = (RunId::fresh(), NOW + LONGEST_PUT_OFF);
    assert!(item.retry_later(&token, end));
    assert!(item.is_claimable(other, end) && !item.is_claimable(other, end - TICK));
    assert!(!item.is_claimable(other, NOW) && item.is_claimable(other, NOW - TICK));
    // Somebody wants it sent then.
    let scheduled = Item { available_at: end, ..Item::queued(NOW) };
    assert!(!scheduled.is_claimable(other, NOW - TICK));
}

#[test]
fn what_is_given_back_may_be_claimed_at_once_whatever_the_clock_says_now() {
    let run = RunId::fresh();
    let early = NOW - Duration::from_secs(86_400);
    let ((mut back, token), (mut taken, _)) = (claimed(run), claimed(run));
    assert!(back.put_back(&token, early) && taken.take_back(run, true, early));
    assert_eq!((back, taken), (Item::queued(early), Item::queued(early)));
}

#[test]
fn a_claim_counts_as_an_attempt_unless_the_same_run_made_it_and_never_heard_of_it() {
    let run = RunId::fresh();
    let (mut item, _) = claimed(run);
    assert_eq!(item.attempts, 1);
    assert!(item.claim(run, ClaimToken::fresh(run), NOW));
    assert_eq!(item.attempts, 1);
    let other = RunId::fresh();
    assert!(item.claim(other, ClaimToken::fresh(other), NOW + LEASE + TICK));
    assert_eq!(item.attempts, 2);
}

#[test]
fn a_step_renews_the_lease_of_who_holds_the_item_and_of_nobody_else() {
    let run = RunId::fresh();
    let (mut item, token) = claimed(run);
    let before = item.clone();
    assert!(!item.note_step(&ClaimToken::fresh(run), NOW + TICK));
    assert_eq!(item, before);
    assert!(item.note_step(&token, NOW + TICK));
    assert_eq!(item.lease_until, Some(NOW + TICK + LEASE));
}

#[test]
fn an_end_whose_answer_was_lost_is_ones_own_when_it_is_told_again_and_nobody_elses() {
    let run = RunId::fresh();
    let ((settled, token), email) = (claimed(run), Uuid::new_v4());
    let mut failed = settled.clone();
    let (mut settled, other) = (settled, ClaimToken::fresh(run));

    assert!(!settled.settle(&other, email) && !failed.fail(&other));
    assert!(settled.settle(&token, email) && failed.fail(&token));
    let before = (settled.clone(), failed.clone());
    assert!(settled.settle(&token, email) && failed.fail(&token));
    assert!(!settled.settle(&token, Uuid::new_v4()) && !failed.fail(&other));
    // Nor is one end the other.
    assert!(!settled.fail(&token) && !failed.settle(&token, email));
    assert_eq!((settled, failed), before);
}

#[test]
fn the_claim_that_finds_an_item_tried_too_often_is_no_attempt() {
    let (mut item, token) = claimed(RunId::fresh());
    item.attempts = MOST_ATTEMPTS + 1;
    assert!(item.fail(&token));
    assert_eq!(item.attempts, MOST_ATTEMPTS);
}

#[test]
fn what_is_put_back_says_whether_it_waits() {
    let (mut item, token) = claimed(RunId::fresh());
    assert!(!item.put_back(&ClaimToken::fresh(RunId::fresh()), NOW));
    assert!(item.put_back(&token, NOW) && item.put_back(&token, NOW));
    assert_eq!(item, Item::queued(NOW));
}

#[test]
fn only_what_that_earlier_run_left_behind_is_taken_back() {
    let run = RunId::fresh();
    let (mut item, _) = claimed(run);
    assert!(!item.take_back(RunId::fresh(), true, NOW));
    assert!(item.take_back(run, true, NOW) && !item.take_back(run, true, NOW));
    assert_eq!(item, Item::queued(NOW));
}

#[test]
fn an_order_to_retry_leaves_alone_what_somebody_works_on() {
    let (mut item, _) = claimed(RunId::fresh());
    let before = item.clone();
    item.order_retry(NOW + LEASE);
    assert_eq!(item, before);
    let late = NOW + LEASE + TICK;
    item.order_retry(late);
    assert_eq!(item, Item::queued(late));
}

#[test]
fn only_what_waits_may_be_cancelled() {
    let (mut item, token) = claimed(RunId::fresh());
    assert!(Item::queued(NOW).may_be_cancelled() && !item.may_be_cancelled());
    assert!(item.fail(&token));
    assert!(!item.may_be_cancelled());
}
