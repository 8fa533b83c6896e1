//! Scribes with their cards, over a queue, in any order of steps, lost answers, crashes, power cuts, copies of cards and
//! stalls. A scribe here follows the worker's protocol: write down what is outstanding, take back, remember, claim.
use proptest::{prelude::*, sample::Index};

use super::*;
use crate::queue::Claim;

const ITEMS: usize = 4;
const MACHINES: usize = 3;

/// What becomes of one call to the database.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Answer {
    Comes,
    IsLostAfterwards,
    IsLostBefore,
}

/// How an item ends, for now.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Email(Uuid),
    Fail,
    Later,
    PutBack,
}

#[derive(Debug, Clone)]
enum Event {
    Step { machine: usize, answer: Answer, work: Option<End>, disk_is_full: bool },
    Start { machine: usize },
    Crash { machine: usize },
    PowerCut { machine: usize },
    Stop { machine: usize, answer: Answer },
    CopyCard { from: usize, to: usize },
    Wait { minutes: u64 },
}

/// What is on a machine's card.
#[derive(Debug, Clone, Default)]
struct Card {
    saved: Option<Saved>,
    spool: Option<(Claim, Uuid)>,
}

#[derive(Debug, Clone, Copy)]
struct Saved {
    run: RunId,
    machine: usize,
    boot: u32,
    ended: bool,
}

#[derive(Debug)]
struct Process {
    run: RunId,
    earlier: Option<(RunId, bool)>,
    is_remembered: bool,
    hand: Option<Claim>,
    outstanding: Option<(Claim, End)>,
}

#[derive(Debug, Default)]
struct Machine {
    boot: u32,
    card: Card,
    process: Option<Process>,
}

#[derive(Debug)]
struct World {
    now: Duration,
    items: Vec<Item>,
    /// Per item, what may have cost it an attempt.
    charges: Vec<i32>,
    /// The e-mails, each with its item.
    emails: Vec<(usize, Uuid)>,
    generation_count: usize,
    machines: Vec<Machine>,
    /// Whose runs there were.
    runs: Vec<(RunId, usize)>,
}

fn name(item: usize) -> Uuid {
    Uuid::from_u128(item as u128)
}

impl World {
    fn new() -> World {
        World {
            now: Duration::from_secs(1_000_000),
            items: vec![Item::queued(Duration::ZERO); ITEMS],
            charges: vec![0; ITEMS],
            emails: Vec::new(),
            generation_count: 0,
            machines: (0..MACHINES).map(|_| Machine::default()).collect(),
            runs: Vec::new(),
        }
    }

    fn apply(&mut self, event: &Event) {
        match *event {
            Event::Step { machine, answer, work, disk_is_full } => {
                let Some(mut process) = self.machines[machine].process.take() else { return };
                self.step(machine, &mut process, answer, work, disk_is_full);
                self.machines[machine].process = Some(process);
            }
            Event::Start { machine } => self.start(machine),
            Event::Crash { machine } => {
                let Some(process) = self.machines[machine].process.take() else { return };
                for (item, charges) in self.items.iter().zip(&mut self.charges) {
                    *charges += i32::from(item.status == Status::Processing && item.is_of(process.run));
                }
            }
            Event::PowerCut { machine } => {
                self.machines[machine].process = None;
                self.machines[machine].boot += 1;
            }
            Event::Stop { machine, answer } => self.stop(machine, answer),
            Event::CopyCard { from, to } => {
                if from != to && self.machines[to].process.is_none() {
                    self.machines[to].card = self.machines[from].card.clone();
                }
            }
            Event::Wait { minutes } => self.now += Duration::from_secs(minutes * 60),
        }
    }

    fn start(&mut self, machine: usize) {
        let it = &mut self.machines[machine];
        if it.process.is_some() {
            return; // the lock on the state directory
        }
        let run = RunId::fresh();
        let earlier = it.card.saved.and_then(|saved| {
            let same_boot = saved.machine == machine && saved.boot == it.boot;
            (same_boot || saved.machine == machine).then_some((saved.run, !same_boot || saved.ended))
        });
        let outstanding = it.card.spool.clone().map(|(claim, email)| (claim, End::Email(email)));
        it.process = Some(Process { run, earlier, is_remembered: false, hand: None, outstanding });
        self.runs.push((run, machine));
    }

    fn stop(&mut self, machine: usize, answer: Answer) {
        let Some(process) = self.machines[machine].process.take() else { return };
        let is_kept = self.machines[machine].card.spool.is_some();
        let unfinished = process.outstanding.map(|(claim, _)| claim).or(process.hand).filter(|_| !is_kept);
        if let Some(claim) = unfinished
            && answer != Answer::IsLostBefore
        {
            self.item(&claim).put_back(&claim.token);
        }
        if let Some(saved) = self.machines[machine].card.saved.as_mut().filter(|it| it.run == process.run) {
            saved.ended = true;
        }
    }

    fn item(&mut self, claim: &Claim) -> &mut Item {
        &mut self.items[claim.item.as_u128() as usize]
    }

    /// One round of the worker.
    fn step(
        &mut self,
        machine: usize,
        process: &mut Process,
        answer: Answer,
        work: Option<End>,
        disk_is_full: bool,
    ) {
        let arrives = answer != Answer::IsLostBefore;
        let is_known = answer == Answer::Comes;
        if let Some((claim, end)) = process.outstanding.clone() {
            if arrives {
                self.write_down(&claim, end);
            }
            if is_known {
                (process.outstanding, self.machines[machine].card.spool) = (None, None);
            } else if let (End::Email(email), false) = (end, disk_is_full) {
                self.machines[machine].card.spool = Some((claim, email));
            }
        } else if let Some((earlier, refund)) = process.earlier {
            if arrives {
                self.take_back(machine, earlier, refund);
            }
            process.earlier = process.earlier.filter(|_| !is_known);
        } else if !process.is_remembered && !disk_is_full {
            let boot = self.machines[machine].boot;
            self.machines[machine].card.saved = Some(Saved { run: process.run, machine, boot, ended: false });
            process.is_remembered = true;
        } else if let Some(claim) = process.hand.clone() {
            match work {
                Some(end) => (process.hand, process.outstanding) = (None, Some((claim, end))),
                None if arrives => {
                    let now = self.now;
                    let is_ours = self.item(&claim).note_step(&claim.token, now);
                    process.hand = process.hand.take().filter(|_| is_ours || !is_known);
                }
                None => {}
            }
        } else if arrives {
            let claim = self.claim(process.run);
            process.hand = claim.filter(|_| is_known);
        }
    }

    fn claim(&mut self, run: RunId) -> Option<Claim> {
        let now = self.now;
        let place = self.items.iter().position(|item| item.is_claimable(run, now))?;
        let item = &mut self.items[place];
        self.charges[place] += i32::from(item.status == Status::Processing && !item.is_of(run));
        let token = ClaimToken::fresh(run);
        assert!(item.claim(run, token.clone(), now));
        Some(Claim { item: name(place), token })
    }

    fn take_back(&mut self, machine: usize, earlier: RunId, refund: bool) {
        for item in &mut self.items {
            if item.take_back(earlier, refund) {
                assert!(self.runs.contains(&(earlier, machine)), "took what another machine holds");
            }
        }
    }

    fn write_down(&mut self, claim: &Claim, end: End) {
        let place = claim.item.as_u128() as usize;
        let later = self.now + Duration::from_secs(30);
        let item = &mut self.items[place];
        match end {
            End::Email(email) => {
                let is_new = item.is_held_by(&claim.token);
                if item.settle(&claim.token, email) && is_new {
                    self.emails.push((place, email));
                    self.generation_count += 1;
                }
                if is_new {
                    assert_eq!(self.items[place].email, Some(email), "work that was ours to store was lost");
                }
            }
            End::Fail => _ = item.fail(&claim.token),
            End::Later => self.charges[place] += i32::from(item.retry_later(&claim.token, later)),
            End::PutBack => _ = item.put_back(&claim.token),
        }
    }

    fn assert_sound(&self) {
        for (place, item) in self.items.iter().enumerate() {
            let emails: Vec<Uuid> =
                self.emails.iter().filter(|(of, _)| *of == place).map(|(_, id)| *id).collect();
            let expected: Vec<Uuid> = item.email.into_iter().collect();
            assert_eq!(emails, expected, "item {place}: {item:?}");
            assert_eq!(item.status == Status::Completed, item.email.is_some());
            let is_held = item.status == Status::Processing;
            assert!(
                !is_held || item.token.is_some() && item.lease_until.is_some(),
                "held by nobody: {item:?}"
            );
            let most = self.charges[place] + 1;
            assert!((0..=most).contains(&item.attempts), "charged for nothing: {item:?}, at most {most}");
        }
        assert_eq!(self.generation_count, self.emails.len());
    }

    /// From here on nothing goes wrong: every item comes to its end.
    fn drain(&mut self) {
        (0..MACHINES).for_each(|machine| self.apply(&Event::PowerCut { machine }));
        for round in 0..ITEMS * 8 + 8 {
            self.now += LEASE;
            for machine in 0..MACHINES {
                self.start(machine);
                for step in 0..6 {
                    let email =
                        End::Email(Uuid::from_u128((1 << 100) + (round * 64 + machine * 8 + step) as u128));
                    let work = Some(email);
                    let step = Event::Step { machine, answer: Answer::Comes, work, disk_is_full: false };
                    self.apply(&step);
                    self.assert_sound();
                }
            }
        }
        let is_over = |item: &Item| matches!(item.status, Status::Completed | Status::Failed);
        assert!(self.items.iter().all(is_over), "stuck: {:#?}", self.items);
    }
}

fn event() -> impl Strategy<Value = Event> {
    let machine = || 0..MACHINES;
    let answer = || prop_oneof![5 => Just(Answer::Comes), 1 => Just(Answer::IsLostAfterwards), 1 => Just(Answer::IsLostBefore)];
    let end = prop_oneof![
        4 => any::<u64>().prop_map(|id| End::Email(Uuid::from_u128(id.into()))),
        1 => Just(End::Fail),
        1 => Just(End::Later),
        1 => Just(End::PutBack),
    ];
    let step = (machine(), answer(), prop::option::of(end), any::<Index>()).prop_map(
        |(machine, answer, work, disk)| Event::Step {
            machine,
            answer,
            work,
            disk_is_full: disk.index(8) == 0,
        },
    );
    prop_oneof![
        24 => step,
        4 => machine().prop_map(|machine| Event::Start { machine }),
        1 => machine().prop_map(|machine| Event::Crash { machine }),
        1 => machine().prop_map(|machine| Event::PowerCut { machine }),
        1 => (machine(), answer()).prop_map(|(machine, answer)| Event::Stop { machine, answer }),
        1 => (machine(), machine()).prop_map(|(from, to)| Event::CopyCard { from, to }),
        2 => (1..20_u64).prop_map(|minutes| Event::Wait { minutes }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn in_any_order_of_events_no_item_is_lost_doubled_stuck_or_charged_for_nothing(
        events in prop::collection::vec(event(), 1..200),
    ) {
        let mut world = World::new();
        for event in &events {
            world.apply(event);
            world.assert_sound();
        }
        world.drain();
    }
}
