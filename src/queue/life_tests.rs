//! Scribes with their cards, over a queue, in any order of steps, lost and late answers, crashes, power cuts, copies of
//! cards, stalls, disks that refuse, clocks that are set and lost, and orders of users. A scribe here follows the worker's
//! protocol: write down what is outstanding, take back, remember, claim; at a stop, its main thread's.
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
    /// The call is done only after everybody has given it up.
    IsLate,
}

/// How an item ends, for now.
#[derive(Debug, Clone, Copy, PartialEq)]
enum End {
    Email(Uuid),
    Fail,
    Later,
    Aside,
    PutBack,
}

#[derive(Debug, Clone)]
enum Event {
    Step {
        machine: usize,
        answer: Answer,
        work: Option<End>,
        disk_is_full: bool,
    },
    Start {
        machine: usize,
    },
    Crash {
        machine: usize,
    },
    PowerCut {
        machine: usize,
    },
    Stop {
        machine: usize,
        answer: Answer,
        disk_is_full: bool,
    },
    CopyCard {
        from: usize,
        to: usize,
    },
    SetOrLoseClock {
        machine: usize,
    },
    Arrive,
    Retry {
        item: usize,
    },
    Cancel {
        item: usize,
    },
    /// The database's clock was ahead by a year when the lease was written.
    LeaseForAYear {
        item: usize,
    },
    Wait {
        minutes: u64,
    },
}

/// What is on a machine's card.
#[derive(Debug, Clone, Default)]
struct Card {
    /// Newest first, three at most.
    saved: Vec<Saved>,
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
    earlier: Vec<(RunId, bool)>,
    /// To be looked at once more before this one is idle.
    late: Vec<RunId>,
    /// What the disk knows, where it takes nothing new.
    on_disk: Option<RunId>,
    is_remembered: bool,
    is_claiming: bool,
    hand: Option<Claim>,
    outstanding: Option<(Claim, End)>,
}

#[derive(Debug, Default)]
struct Machine {
    boot: u32,
    clock_is_lost: bool,
    card: Card,
    process: Option<Process>,
}

#[derive(Debug)]
struct Row {
    id: Uuid,
    item: Item,
    /// What may have cost it an attempt.
    charges: i32,
    /// How many lives ended with an e-mail before this one.
    lives: usize,
    /// Its e-mails, this life's last.
    emails: Vec<Uuid>,
}

#[derive(Debug)]
struct World {
    now: Duration,
    rows: Vec<Row>,
    generation_count: usize,
    /// E-mails of rows that are gone.
    orphans: usize,
    machines: Vec<Machine>,
    /// Claims that are still on their way.
    late: Vec<RunId>,
    /// Whose runs there were.
    runs: Vec<(RunId, usize)>,
}

fn row(now: Duration) -> Row {
    Row { id: Uuid::new_v4(), item: Item::queued(now), charges: 0, lives: 0, emails: Vec::new() }
}

impl World {
    fn new() -> World {
        World {
            now: Duration::from_secs(1_000_000),
            rows: (0..ITEMS).map(|_| row(Duration::ZERO)).collect(),
            generation_count: 0,
            orphans: 0,
            machines: (0..MACHINES).map(|_| Machine::default()).collect(),
            late: Vec::new(),
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
                for row in &mut self.rows {
                    row.charges +=
                        i32::from(row.item.status == Status::Processing && row.item.is_of(process.run));
                }
            }
            Event::PowerCut { machine } => {
                let it = &mut self.machines[machine];
                (it.process, it.clock_is_lost) = (None, true);
                it.boot += 1;
            }
            Event::Stop { machine, answer, disk_is_full } => self.stop(machine, answer, disk_is_full),
            Event::CopyCard { from, to } => {
                if from != to && self.machines[to].process.is_none() {
                    // A card is changed in a machine that is off. What an older copy does not know (an orderly end, an
                    // e-mail on disk) then costs nothing.
                    self.machines[to].boot += 1;
                    self.machines[to].card = self.machines[from].card.clone();
                }
            }
            Event::SetOrLoseClock { machine } => self.machines[machine].clock_is_lost ^= true,
            Event::Arrive => {
                if let Some(run) = self.late.pop() {
                    // Whoever sent it may have died since.
                    let claim = self.claim(run);
                    if let Some(place) = claim.and_then(|claim| self.place(&claim)) {
                        self.rows[place].charges += 1;
                    }
                }
            }
            Event::Retry { item } => {
                let (row, now) = (&mut self.rows[item], self.now);
                let is_new_life = row.item.status != Status::Pending;
                let had_email = row.item.email.is_some();
                row.item.order_retry(now);
                row.lives += usize::from(had_email);
                if is_new_life && row.item.status == Status::Pending {
                    row.charges = 0;
                }
            }
            Event::Cancel { item } => {
                if self.rows[item].item.may_be_cancelled() {
                    let gone = std::mem::replace(&mut self.rows[item], row(self.now));
                    self.orphans += gone.emails.len();
                }
            }
            Event::LeaseForAYear { item } => {
                let number = self.rows.len();
                let item = &mut self.rows[item % number].item;
                item.lease_until = item.lease_until.map(|until| until + Duration::from_secs(365 * 86_400));
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
        let ours = it.card.saved.iter().filter(|saved| saved.machine == machine);
        let earlier: Vec<_> = ours.map(|saved| (saved.run, saved.boot != it.boot || saved.ended)).collect();
        let older = earlier.iter().skip(1).map(|(run, _)| (*run, true));
        let earlier: Vec<_> = earlier.iter().take(1).copied().chain(older).collect();
        let outstanding = it.card.spool.clone().map(|(claim, email)| (claim, End::Email(email)));
        it.process = Some(Process {
            run,
            late: earlier.iter().map(|(run, _)| *run).collect(),
            on_disk: earlier.first().map(|(run, _)| *run),
            earlier,
            is_remembered: false,
            is_claiming: false,
            hand: None,
            outstanding,
        });
        self.runs.push((run, machine));
    }

    fn stop(&mut self, machine: usize, answer: Answer, disk_is_full: bool) {
        let Some(process) = self.machines[machine].process.take() else { return };
        let arrives = matches!(answer, Answer::Comes | Answer::IsLostAfterwards);
        let card = &mut self.machines[machine].card;
        if let Some((claim, End::Email(email))) = &process.outstanding
            && !disk_is_full
        {
            card.spool = Some((claim.clone(), *email));
        }
        let is_kept = card.spool.is_some();
        if let Some(saved) = card.saved.iter_mut().find(|it| it.run == process.run) {
            saved.ended |= !disk_is_full;
            // The disk did not take the news.
            let charges = i32::from(disk_is_full);
            self.rows
                .iter_mut()
                .filter(|row| row.item.is_of(process.run))
                .for_each(|row| row.charges += charges);
        }
        if process.is_claiming && arrives {
            self.take_back(machine, process.run, true);
        }
        let unfinished = process.outstanding.map(|(claim, _)| claim).or(process.hand).filter(|_| !is_kept);
        if let Some(place) = unfinished.as_ref().and_then(|claim| self.place(claim))
            && let Some(claim) = unfinished
            && arrives
        {
            self.rows[place].item.put_back(&claim.token, self.now);
        }
    }

    /// Nowhere: the row was cancelled.
    fn place(&self, claim: &Claim) -> Option<usize> {
        self.rows.iter().position(|row| row.id == claim.item)
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
        let arrives = matches!(answer, Answer::Comes | Answer::IsLostAfterwards);
        let is_known = answer == Answer::Comes;
        if let Some((claim, end)) = process.outstanding.clone() {
            if arrives {
                self.write_down(&claim, end);
            }
            let card = &mut self.machines[machine].card;
            if is_known {
                (process.outstanding, card.spool) = (None, None);
            } else if let (End::Email(email), false) = (end, disk_is_full) {
                card.spool = Some((claim, email));
            }
        } else if let Some(&(earlier, refund)) = process.earlier.first() {
            if arrives {
                self.take_back(machine, earlier, refund);
            }
            if is_known {
                process.earlier.remove(0);
            }
        } else if !process.is_remembered && !disk_is_full {
            self.remember(machine, process);
        } else if let Some(claim) = process.hand.clone() {
            match work {
                Some(end) => (process.hand, process.outstanding) = (None, Some((claim, end))),
                None if arrives => {
                    let now = self.now;
                    let place = self.place(&claim);
                    let is_ours =
                        place.is_some_and(|place| self.rows[place].item.note_step(&claim.token, now));
                    process.hand = process.hand.take().filter(|_| is_ours || !is_known);
                }
                None => {}
            }
        } else if !self.machines[machine].clock_is_lost {
            // What the disk does not know goes by the name that it knows.
            if !process.is_remembered {
                process.run = process.on_disk.take().unwrap_or(process.run);
            }
            self.ask_for_work(machine, process, answer);
        }
    }

    fn remember(&mut self, machine: usize, process: &mut Process) {
        let it = &mut self.machines[machine];
        it.card.saved.retain(|saved| saved.run != process.run);
        it.card.saved.insert(0, Saved { run: process.run, machine, boot: it.boot, ended: false });
        it.card.saved.truncate(3);
        (process.is_remembered, process.on_disk) = (true, None);
    }

    fn ask_for_work(&mut self, machine: usize, process: &mut Process, answer: Answer) {
        process.is_claiming = answer != Answer::Comes;
        match answer {
            Answer::Comes => process.hand = self.claim(process.run),
            Answer::IsLostAfterwards => _ = self.claim(process.run),
            Answer::IsLostBefore => {}
            Answer::IsLate => self.late.push(process.run),
        }
        if answer == Answer::Comes && process.hand.is_none() {
            std::mem::take(&mut process.late).into_iter().for_each(|run| self.take_back(machine, run, true));
        }
    }

    fn claim(&mut self, run: RunId) -> Option<Claim> {
        let now = self.now;
        let row = self.rows.iter_mut().find(|row| row.item.is_claimable(run, now))?;
        row.charges += i32::from(row.item.status == Status::Processing && !row.item.is_of(run));
        let token = ClaimToken::fresh(run);
        assert!(row.item.claim(run, token.clone(), now));
        Some(Claim { item: row.id, token })
    }

    fn take_back(&mut self, machine: usize, earlier: RunId, refund: bool) {
        for row in &mut self.rows {
            if row.item.take_back(earlier, refund, self.now) {
                assert!(self.runs.contains(&(earlier, machine)), "took what another machine holds");
            }
        }
    }

    fn write_down(&mut self, claim: &Claim, end: End) {
        let later = self.now + Duration::from_secs(30);
        let Some(place) = self.place(claim) else { return };
        let row = &mut self.rows[place];
        let is_held = row.item.is_held_by(&claim.token);
        let is_done = match end {
            End::Email(email) => {
                let is_done = row.item.settle(&claim.token, email);
                if is_held {
                    row.emails.push(email);
                    self.generation_count += 1;
                }
                is_done
            }
            End::Fail => row.item.fail(&claim.token),
            End::Later => {
                row.charges += i32::from(is_held);
                row.item.retry_later(&claim.token, later)
            }
            End::Aside => row.item.put_aside(&claim.token, later),
            End::PutBack => row.item.put_back(&claim.token, self.now),
        };
        assert!(is_done || !is_held, "what was ours to write was lost");
    }

    fn assert_sound(&self) {
        for Row { item, charges, lives, emails, .. } in &self.rows {
            assert_eq!(emails.len(), lives + usize::from(item.status == Status::Completed), "{item:?}");
            assert!(item.email.is_none() || item.email.as_ref() == emails.last(), "{item:?}");
            assert_eq!(item.status == Status::Completed, item.email.is_some());
            let is_held = item.status == Status::Processing;
            assert!(
                !is_held || item.token.is_some() && item.lease_until.is_some(),
                "held by nobody: {item:?}"
            );
            let most = charges + 1;
            assert!((0..=most).contains(&item.attempts), "charged for nothing: {item:?}, at most {most}");
        }
        let emails: usize = self.rows.iter().map(|row| row.emails.len()).sum();
        assert_eq!(self.generation_count, emails + self.orphans);
    }

    /// From here on nothing goes wrong: every item comes to its end, with one e-mail more at most.
    fn drain(&mut self) {
        while !self.late.is_empty() {
            self.apply(&Event::Arrive);
        }
        (0..MACHINES).for_each(|machine| self.apply(&Event::PowerCut { machine }));
        let before: Vec<usize> = self.rows.iter().map(|row| row.emails.len()).collect();
        for round in 0..ITEMS * 8 + 8 {
            self.now += LEASE;
            for machine in 0..MACHINES {
                self.machines[machine].clock_is_lost = false;
                self.start(machine);
                for step in 0..8 {
                    let email =
                        End::Email(Uuid::from_u128((1 << 100) + (round * 64 + machine * 8 + step) as u128));
                    let work = Some(email);
                    let step = Event::Step { machine, answer: Answer::Comes, work, disk_is_full: false };
                    self.apply(&step);
                    self.assert_sound();
                }
            }
        }
        let is_over = |row: &Row| matches!(row.item.status, Status::Completed | Status::Failed);
        assert!(self.rows.iter().all(is_over), "stuck: {:#?}", self.rows);
        assert!(self.rows.iter().zip(before).all(|(row, before)| row.emails.len() <= before + 1));
    }
}

fn event() -> impl Strategy<Value = Event> {
    let machine = || 0..MACHINES;
    let is_full = || any::<Index>().prop_map(|disk| disk.index(8) == 0);
    let answer = || {
        prop_oneof![
            6 => Just(Answer::Comes),
            1 => Just(Answer::IsLostAfterwards),
            1 => Just(Answer::IsLostBefore),
            1 => Just(Answer::IsLate),
        ]
    };
    let end = prop_oneof![
        4 => any::<u64>().prop_map(|id| End::Email(Uuid::from_u128(id.into()))),
        1 => Just(End::Fail),
        1 => Just(End::Later),
        1 => Just(End::Aside),
        1 => Just(End::PutBack),
    ];
    let step = (machine(), answer(), prop::option::of(end), is_full()).prop_map(
        |(machine, answer, work, disk_is_full)| Event::Step { machine, answer, work, disk_is_full },
    );
    let stop = (machine(), answer(), is_full()).prop_map(|(machine, answer, disk_is_full)| Event::Stop {
        machine,
        answer,
        disk_is_full,
    });
    prop_oneof![
        24 => step,
        4 => machine().prop_map(|machine| Event::Start { machine }),
        1 => machine().prop_map(|machine| Event::Crash { machine }),
        1 => machine().prop_map(|machine| Event::PowerCut { machine }),
        1 => stop,
        1 => (machine(), machine()).prop_map(|(from, to)| Event::CopyCard { from, to }),
        2 => machine().prop_map(|machine| Event::SetOrLoseClock { machine }),
        1 => Just(Event::Arrive),
        1 => (0..ITEMS).prop_map(|item| Event::Retry { item }),
        1 => (0..ITEMS).prop_map(|item| Event::Cancel { item }),
        1 => any::<usize>().prop_map(|item| Event::LeaseForAYear { item }),
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
