//! What the adversary can do.
use std::time::Duration;

use super::Storm;
use crate::{
    network::Mood,
    shim::{Class, Errno, Fault, Strike},
    support::pair,
};

/// So many clients hold every back end of the pool (`default_pool_size` in scripts/pair).
const POOL: usize = 5;

/// How long a zombie's item may take to find somebody else.
const TAKE_OVER: Duration = Duration::from_secs(2);

/// A kind of fault.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// SIGKILL, and started again.
    Killed,
    /// SIGKILL, and the machine starts anew.
    PowerCut,
    /// SIGKILL; the machine never comes back, and its lease runs out.
    DeadForGood,
    /// SIGTERM, and started again.
    Stopped,
    /// SIGTERM twice, and started again.
    StoppedAtOnce,
    /// SIGSTOP in the middle of an item whose lease then runs out; awake when somebody else has it.
    Zombie,
    /// A copy of the state directory at work on another machine.
    Cloned,
    /// SIGKILL, and started again with no room in the state directory from its n-th call on.
    DiskFull,
    /// SIGKILL, and started again to be killed at its n-th call on the database.
    KilledAtACall,
    /// One connection stays silent from its n-th call on.
    Stalled,
    /// Every connection under way breaks.
    ConnectionsCut,
    /// Every back end is terminated.
    BackEndsTerminated,
    /// No new connection comes about for a while.
    NetworkGone,
    /// Nothing arrives for a while.
    NetworkSilent,
    /// SIGSTOP for a while.
    PoolerFrozen,
    /// SIGKILL, and started again after a while.
    PoolerKilled,
    /// Others hold all back ends for a while.
    PoolExhausted,
    /// PostgreSQL stops at once and is started again after a while.
    PostgresqlCrashed,
}

/// How often each is picked: those that stop everybody are rarer.
pub const WEIGHTED: &[Kind] = &[
    Kind::Killed,
    Kind::Killed,
    Kind::Killed,
    Kind::Killed,
    Kind::PowerCut,
    Kind::PowerCut,
    Kind::PowerCut,
    Kind::DeadForGood,
    Kind::Stopped,
    Kind::Stopped,
    Kind::Stopped,
    Kind::StoppedAtOnce,
    Kind::StoppedAtOnce,
    Kind::StoppedAtOnce,
    Kind::Zombie,
    Kind::Zombie,
    Kind::Zombie,
    Kind::Cloned,
    Kind::Cloned,
    Kind::DiskFull,
    Kind::DiskFull,
    Kind::KilledAtACall,
    Kind::KilledAtACall,
    Kind::KilledAtACall,
    Kind::KilledAtACall,
    Kind::Stalled,
    Kind::ConnectionsCut,
    Kind::ConnectionsCut,
    Kind::ConnectionsCut,
    Kind::BackEndsTerminated,
    Kind::BackEndsTerminated,
    Kind::BackEndsTerminated,
    Kind::NetworkGone,
    Kind::NetworkSilent,
    Kind::PoolerFrozen,
    Kind::PoolerKilled,
    Kind::PoolExhausted,
    Kind::PostgresqlCrashed,
];

impl Kind {
    /// Does it to one of the scribes, or to all.
    pub fn strike(self, storm: &mut Storm) {
        let victim = storm.random.below(storm.scribes.len());
        match self {
            Kind::Killed => {
                storm.scribes[victim].kill();
                storm.scribes[victim].start();
            }
            Kind::PowerCut => {
                storm.scribes[victim].kill();
                storm.scribes[victim].boot();
            }
            Kind::DeadForGood => {
                if let Some(run) = storm.scribes[victim].replace() {
                    storm.expire(&run);
                }
            }
            Kind::Stopped => {
                storm.scribes[victim].stop();
                storm.scribes[victim].start();
            }
            Kind::StoppedAtOnce => {
                storm.scribes[victim].stop_at_once();
                storm.scribes[victim].start();
            }
            Kind::Zombie => zombie(storm, victim),
            Kind::Cloned => {
                let life = Duration::from_millis(200 + storm.random.below(1000) as u64);
                storm.scribes[victim].clone_for(life);
            }
            Kind::DiskFull => at_a_call(storm, victim, Class::Disk, Fault::FailOn(Errno::Enospc), 16),
            Kind::KilledAtACall => at_a_call(storm, victim, Class::Database, Fault::KillBefore, 150),
            Kind::Stalled => at_a_call(storm, victim, Class::Database, Fault::Stall, 150),
            Kind::ConnectionsCut => storm.network.cut(),
            Kind::BackEndsTerminated => {
                storm.ask(
                    "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE usename = $1",
                    &[&pair().fact("USER")],
                );
            }
            Kind::NetworkGone => network(storm, Mood::Refusing),
            Kind::NetworkSilent => network(storm, Mood::Silent),
            Kind::PoolerFrozen => between(storm, "signal STOP pgbouncer", "signal CONT pgbouncer"),
            Kind::PoolerKilled => between(storm, "end KILL pgbouncer", "start pgbouncer"),
            Kind::PoolExhausted => exhausted(storm),
            Kind::PostgresqlCrashed => between(storm, "end QUIT postgresql", "start postgresql"),
        }
    }
}

/// Kills a scribe and starts it with a strike waiting for it.
fn at_a_call(storm: &mut Storm, victim: usize, class: Class, fault: Fault, calls: usize) {
    let call = 1 + storm.random.below(calls);
    let scribe = &mut storm.scribes[victim];
    scribe.kill();
    scribe.suffer(Strike { class, fault, call, after: None }, Duration::from_secs(3));
}

fn zombie(storm: &mut Storm, victim: usize) {
    let Some(run) = storm.scribes[victim].run() else { return };
    let mine = format!("scribe:{run}:%");
    let in_hand = |storm: &Storm| -> Option<String> {
        let sql =
            "SELECT celery_task_id FROM queue_items WHERE status = 'PROCESSING' AND celery_task_id LIKE $1";
        storm.ask(sql, &[&mine]).first().map(|row| row.get(0))
    };
    storm.wait(TAKE_OVER, |storm| in_hand(storm).is_some());
    storm.scribes[victim].signal("STOP");
    if storm.expire(&run) > 0 {
        storm.wait(TAKE_OVER, |storm| in_hand(storm).is_none());
    }
    storm.scribes[victim].signal("CONT");
}

fn network(storm: &mut Storm, mood: Mood) {
    storm.network.set(mood);
    storm.outage();
    storm.network.set(Mood::Open);
}

fn between(storm: &mut Storm, harm: &str, mend: &str) {
    pair().ask(harm);
    storm.outage();
    pair().ask(mend);
}

fn exhausted(storm: &mut Storm) {
    let mut clients: Vec<_> = (0..POOL).map(|_| storm.database.pooled()).collect();
    for client in &mut clients {
        // One that finds no place in time has none to hold.
        let _ = client.batch_execute("BEGIN");
    }
    storm.outage();
}
