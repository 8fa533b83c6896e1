//! Faults swept by number: the first, second, third … call of a class is scribe's last, or fails, until a run passes
//! untouched. Then scribe is started once more, with nothing in its way, and the books must be right.
mod scene;

use std::{
    collections::{BTreeMap, BTreeSet},
    sync::{
        Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use scene::{Lacking, Lane, SCENES, STAYED, Scene, to_its_end};

use crate::{
    Plan,
    books::Tally,
    kills::{after, is_most_wanted, missing},
    random::Random,
    shim::{
        self, Class, Errno,
        Fault::{self, Fail, FailOn, KillAfter, KillBefore, Pass, Stall},
        Strike,
    },
};

/// What happens to the calls of a class in a scene. Kills of the database's and the disk's calls are swept in every one.
const SWEEPS: &[(Scene, Class, &[Fault])] = &[
    (Scene::FirstStart, Class::Database, &[KillBefore, KillAfter, Fail(Errno::Econnreset), Stall]),
    (Scene::AfterACrash, Class::Database, &[KillBefore, KillAfter, Fail(Errno::Etimedout)]),
    (Scene::Stop, Class::Database, &[KillBefore, KillAfter, Fail(Errno::Econnreset), Stall]),
    (Scene::SpoolAtStart, Class::Database, KILL_OR_CUT),
    (Scene::SpoolWritten, Class::Database, KILL_OR_CUT),
    (Scene::ForeignLease, Class::Database, KILL_OR_CUT),
    (Scene::PutOff, Class::Database, KILL_OR_CUT),
    (Scene::Surroundings, Class::Database, KILL_OR_CUT),
    (Scene::Paused, Class::Database, KILL_OR_CUT),
    (Scene::FirstStart, Class::Web, &[KillBefore, KillAfter, Fail(Errno::Econnreset), Stall]),
    (Scene::FirstStart, Class::Disk, DISK),
    (Scene::AfterACrash, Class::Disk, DISK),
    (Scene::Stop, Class::Disk, DISK),
    (Scene::SpoolAtStart, Class::Disk, DISK),
    (Scene::SpoolWritten, Class::Disk, DISK),
    (Scene::ForeignLease, Class::Disk, KILL_AROUND),
    (Scene::PutOff, Class::Disk, KILL_AROUND),
    (Scene::Surroundings, Class::Disk, KILL_AROUND),
    (Scene::Paused, Class::Disk, KILL_AROUND),
];
const DISK: &[Fault] = &[KillBefore, KillAfter, Fail(Errno::Eio), FailOn(Errno::Enospc)];
const KILL_AROUND: &[Fault] = &[KillBefore, KillAfter];
const KILL_OR_CUT: &[Fault] = &[KillBefore, KillAfter, Fail(Errno::Econnreset)];

/// The time that the slice may take; on a busy machine some of the sample is then left.
const LONGEST_SLICE: Duration = Duration::from_secs(10 * 60);

/// Trials at the same time: most of each is waiting. Beside the slice others are at work.
const LANES: usize = 10;
const LANES_OF_THE_SLICE: usize = 6;

/// How many points of different names the slice takes: for a kill at the database's calls, and for other faults.
const KILLS: usize = 3;
const OTHERS: usize = 1;

/// Sweeps everything, or a sample of it.
pub fn run(plan: Plan) -> Tally {
    let started = Instant::now();
    let lacking = Lacking::start();
    let lanes = if plan.thorough { LANES } else { LANES_OF_THE_SLICE };
    let total = Mutex::new(Tally::default());
    let trial = |lane: &Lane<'_>, scene: Scene, strike: &Strike| {
        let (found, log) = trial(lane, scene, strike);
        // At once too: a long run may be ended before its table.
        found.wrong.iter().for_each(|what| println!("WRONG: {what}"));
        total.lock().unwrap().add(found);
        log
    };
    let points = in_lanes(lanes, &lacking, SWEEPS, |lane, (scene, class, _)| {
        shim::points(&trial(lane, *scene, &Strike::new(*scene, *class, Pass, 0)))
    });
    let mut random = Random::new(plan.seed, "sweep");
    let jobs = choose(plan, &mut random, &points);
    let longest = if plan.thorough { plan.longest_sweep } else { Some(LONGEST_SLICE) };
    let met = in_lanes(lanes, &lacking, &jobs, |lane, (scene, strike)| {
        let is_in_time = longest.is_none_or(|longest| started.elapsed() < longest);
        is_in_time.then(|| shim::struck(&trial(lane, *scene, strike)).is_some())
    });
    let mut total = total.into_inner().unwrap();
    tell_how_far(&jobs, &met, &mut total);
    describe(&points, &mut total);
    let scenes = SCENES.iter().map(|scene| format!("{scene:?}"));
    // Whoever bounds a sweep gets what is left told, and need not meet every point.
    let is_complete = plan.thorough && met.iter().all(Option::is_some);
    total.wrong.extend(total.kills.gaps(scenes, is_complete));
    total
}

/// The strikes, by the points that each sweep's untouched run came to.
fn choose(plan: Plan, random: &mut Random, points: &[Vec<String>]) -> Vec<(Scene, Strike)> {
    let mut jobs = Vec::new();
    for ((scene, class, faults), points) in SWEEPS.iter().zip(points) {
        for fault in *faults {
            let calls =
                (1..=points.len()).filter(|call| strikes(*class, *fault, &points[call - 1])).collect();
            let chosen = match (plan.thorough, *fault) {
                // It takes as long as scribe waits for a silent server, so once at each name is enough.
                (true, Stall) => sample(random, points, calls, usize::MAX),
                (true, _) => calls,
                (false, KillBefore) if *class == Class::Database => sample(random, points, calls, KILLS),
                (false, _) => sample(random, points, calls, OTHERS),
            };
            let job = |call| (*scene, Strike::new(*scene, *class, *fault, call), points[call - 1].as_str());
            jobs.extend(chosen.into_iter().map(job));
        }
    }
    jobs.sort_by_cached_key(|_| random.below(usize::MAX));
    // What matters most comes first, and each name before any comes again: time may run out.
    let mut met = BTreeSet::new();
    let rank = |(scene, mut strike, point): (Scene, Strike, &str)| {
        let is_new = met.insert(format!("{scene:?} {:?} {:?} {point}", strike.class, strike.fault));
        let struck = if strike.fault == KillAfter { after(point) } else { None };
        let point = struck.unwrap_or_else(|| point.to_owned());
        let is_wanted = strike.kills() && is_most_wanted(&point);
        // The n-th call is not the same in every run: the first strike at a name goes by the name.
        if is_new {
            (strike.call, strike.point) = (1, Some(point));
        }
        ((!is_new, !is_wanted), (scene, strike))
    };
    let mut ranked: Vec<_> = jobs.into_iter().map(rank).collect();
    ranked.sort_by_key(|(rank, _)| *rank);
    ranked.into_iter().map(|(_, job)| job).collect()
}

/// How many strikes were swept and how many met a call, and of which sweeps some are left for lack of time.
fn tell_how_far(jobs: &[(Scene, Strike)], met: &[Option<bool>], total: &mut Tally) {
    let (done, struck) = (met.iter().flatten().count(), met.iter().flatten().filter(|met| **met).count());
    let unmet = done - struck;
    total
        .remarks
        .push(format!("{done:>7}  strikes swept; {unmet} of them were passed untouched, having fewer calls"));
    let mut left: BTreeMap<String, usize> = BTreeMap::new();
    for ((scene, strike), _) in jobs.iter().zip(met).filter(|(_, met)| met.is_none()) {
        *left.entry(format!("{:?}, {scene:?}: {:?}", strike.class, strike.fault)).or_default() += 1;
    }
    for (sweep, count) in left {
        total.remarks.push(format!("{count:>7}  NOT SWEPT for lack of time: {sweep}"));
    }
}

/// How many calls there were, and which points should have been among them.
fn describe(points: &[Vec<String>], total: &mut Tally) {
    for ((scene, class, _), points) in SWEEPS.iter().zip(points) {
        let (calls, named) = (points.len(), points.iter().collect::<BTreeSet<_>>().len());
        total.remarks.push(format!("{calls:>7}  calls at {named} named points: {class:?}, {scene:?}"));
        if calls == 0 {
            total.wrong.push(format!("nothing to sweep: {class:?}, {scene:?}"));
        }
    }
    let before = points.iter().flatten();
    let after: Vec<String> = before.clone().filter_map(|point| after(point)).collect();
    let missing = missing(before.chain(&after).map(String::as_str));
    total.wrong.extend(missing.iter().map(|point| format!("no run comes to \"{point}\"")));
}

/// Whether a fault is swept at a point. On a connection, right after a call is right before the next, but for a statement
/// or a request that is on its way.
fn strikes(class: Class, fault: Fault, point: &str) -> bool {
    let is_statement = || {
        let prelude = ["database,", "web,", "login,", "goodbye,", "BEGIN,"];
        point.ends_with(": not sent yet") && !prelude.iter().any(|begin| point.starts_with(begin))
    };
    class == Class::Disk || fault != KillAfter || is_statement()
}

/// So many of the calls at most, each at a point of another name.
fn sample(random: &mut Random, points: &[String], calls: Vec<usize>, most: usize) -> Vec<usize> {
    let mut named: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
    for call in calls {
        named.entry(&points[call - 1]).or_default().push(call);
    }
    let mut named: Vec<Vec<usize>> = named.into_values().collect();
    (0..most.min(named.len()))
        .map(|_| {
            let calls = named.swap_remove(random.below(named.len()));
            random.one_of(&calls)
        })
        .collect()
}

/// Does all jobs, several at the same time, and returns what each came to.
fn in_lanes<J: Sync, R: Send>(
    lanes: usize,
    lacking: &Lacking,
    jobs: &[J],
    work: impl Fn(&Lane<'_>, &J) -> R + Sync,
) -> Vec<R> {
    let next = AtomicUsize::new(0);
    let in_one = || {
        let lane = Lane::new(lacking);
        let mut done = Vec::new();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let Some(job) = jobs.get(number) else { return done };
            done.push((number, work(&lane, job)));
        }
    };
    let mut done: Vec<(usize, R)> = thread::scope(|scope| {
        let lanes: Vec<_> = (0..lanes).map(|_| scope.spawn(in_one)).collect();
        lanes.into_iter().flat_map(|lane| lane.join().unwrap()).collect()
    });
    done.sort_by_key(|(number, _)| *number);
    done.into_iter().map(|(_, result)| result).collect()
}

impl Strike {
    fn new(scene: Scene, class: Class, fault: Fault, call: usize) -> Strike {
        Strike { class, fault, call, after: scene.counts_after(), point: None }
    }

    fn kills(&self) -> bool {
        matches!(self.fault, KillBefore | KillAfter)
    }
}

/// One strike and one clean run after it. Returns the log of the run that was struck, too.
fn trial(lane: &Lane<'_>, scene: Scene, strike: &Strike) -> (Tally, String) {
    let program = lane.prepare(scene);
    let log = lane.struck(scene, strike, &program);
    let (point, state) = (shim::struck(&log), lane.statuses());
    lane.database.query("UPDATE queue_items SET available_at = now() WHERE status = 'PENDING'", &[]);
    let (code, last) = to_its_end(&program);
    let died = point.is_some() && strike.kills();
    // A source that is away puts an item off, at the price of an attempt.
    let put_off = i64::try_from(log.matches(": again in about").count()).unwrap();
    let mut tally = Tally::audit(&lane.database, 2, scene.charged() + put_off + i64::from(died));
    if let Some(point) = &point {
        tally.fault(&format!("{:?} call: {:?}", strike.class, strike.fault));
        if died {
            tally.kills.note(&format!("{scene:?}"), point, &state, &lane.ends());
        }
    }
    if log.contains(STAYED) {
        tally.wrong.push(STAYED.into());
    }
    if code != Some(0) {
        tally.wrong.push(format!("the clean run ended with {code:?}"));
    }
    if (tally.completed, tally.failed) != (1, 1) {
        tally.wrong.push(format!("{} COMPLETED, {} FAILED", tally.completed, tally.failed));
    }
    if !tally.wrong.is_empty() {
        let name = format!("{:?} call {}: {:?}, {scene:?}", strike.class, strike.call, strike.fault);
        let (wrong, ends) = (tally.wrong.join("; "), lane.ends());
        tally.wrong = vec![format!("{name}, {point:?}: {wrong}; {ends}\n-- struck:\n{log}-- then:\n{last}")];
    }
    (tally, log)
}
