//! What the adversary can do.
use std::{process::Command, time::Duration};

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

/// A strike that has not come by then does not come.
const STRIKES_WITHIN: Duration = Duration::from_secs(3);

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
    /// SIGKILL, and started again for a while with no room in the state directory from its n-th call on.
    DiskFull,
    /// SIGKILL, and started again to be killed at its n-th call on the database.
    KilledAtACall,
    /// One connection stays silent from its n-th call on.
    Stalled,
    /// Every connection under way breaks.
    ConnectionsCut,
    /// Every back end is terminated by `pg_terminate_backend`.
    BackEndsTerminated,
    /// SIGKILL to one back end, whereupon PostgreSQL throws all others out and recovers.
    BackEndKilled,
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
    /// PostgreSQL is stopped ("fast", SIGINT) and started again after a while.
    PostgresqlStopped,
    /// The same without goodbye ("immediate", SIGQUIT).
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
    Kind::BackEndKilled,
    Kind::PostgresqlStopped,
    Kind::PostgresqlCrashed,
];

/// What happens between the scribes and the pooler's back ends, and to the servers.
pub const ON_THE_WAY: &[Kind] = &[
    Kind::ConnectionsCut,
    Kind::BackEndsTerminated,
    Kind::NetworkGone,
    Kind::NetworkSilent,
    Kind::PoolExhausted,
];
pub const TO_THE_SERVERS: &[Kind] = &[
    Kind::PoolerFrozen,
    Kind::PoolerKilled,
    Kind::BackEndKilled,
    Kind::PostgresqlStopped,
    Kind::PostgresqlCrashed,
];

impl Kind {
    /// Does it to one of the scribes, or to all, and returns what it came to. `None`: nobody noticed.
    pub fn strike(self, storm: &mut Storm) -> Option<Kind> {
        let victim = storm.random.below(storm.scribes.len());
        let noticed = match self {
            Kind::Killed => {
                storm.crash(victim);
                storm.scribes[victim].start();
                true
            }
            Kind::PowerCut => {
                storm.scribes[victim].kill();
                storm.scribes[victim].boot();
                true
            }
            Kind::DeadForGood => {
                let runs = storm.scribes[victim].replace();
                for run in runs {
                    storm.expire(&run);
                }
                true
            }
            Kind::Stopped => {
                storm.scribes[victim].stop();
                storm.scribes[victim].start();
                true
            }
            Kind::StoppedAtOnce => {
                storm.scribes[victim].stop_at_once();
                storm.scribes[victim].start();
                true
            }
            Kind::Zombie => zombie(storm, victim),
            Kind::Cloned => {
                let life = Duration::from_millis(200 + storm.random.below(1000) as u64);
                storm.scribes[victim].clone_for(life);
                true
            }
            Kind::DiskFull => {
                return at_a_call(self, storm, victim, Class::Disk, Fault::FailOn(Errno::Enospc), 12);
            }
            Kind::KilledAtACall => {
                return at_a_call(self, storm, victim, Class::Database, Fault::KillBefore, 150);
            }
            Kind::Stalled => return at_a_call(self, storm, victim, Class::Database, Fault::Stall, 150),
            Kind::ConnectionsCut => harms(storm, |storm| storm.network.cut()),
            Kind::BackEndsTerminated => {
                let sql = "SELECT pg_terminate_backend(pid) FROM pg_stat_activity
                           WHERE usename = $1 AND datname = current_database()";
                !storm.ask(sql, &[&pair().fact("USER")]).is_empty()
            }
            Kind::BackEndKilled => back_end_killed(storm),
            Kind::NetworkGone => harms(storm, |storm| network(storm, Mood::Refusing)),
            Kind::NetworkSilent => harms(storm, |storm| network(storm, Mood::Silent)),
            Kind::PoolerFrozen => between(storm, "signal STOP pgbouncer", "signal CONT pgbouncer"),
            Kind::PoolerKilled => between(storm, "end KILL pgbouncer", "start pgbouncer"),
            Kind::PoolExhausted => exhausted(storm),
            Kind::PostgresqlStopped => between(storm, "end INT postgresql", "start postgresql"),
            Kind::PostgresqlCrashed => between(storm, "end QUIT postgresql", "start postgresql"),
        };
        noticed.then_some(self)
    }
}

/// Kills a scribe and starts it with a strike waiting for it. Where none comes, it is killed once more, and that was it.
fn at_a_call(
    kind: Kind,
    storm: &mut Storm,
    victim: usize,
    class: Class,
    fault: Fault,
    calls: usize,
) -> Option<Kind> {
    let call = 1 + storm.random.below(calls);
    storm.crash(victim);
    let strike = Strike { class, fault, call, after: None, point: None };
    let struck = storm.scribes[victim].suffer(&strike, STRIKES_WITHIN);
    match fault {
        _ if !struck => {
            storm.crash(victim);
            storm.scribes[victim].start();
            return Some(Kind::Killed);
        }
        Fault::KillBefore => {
            storm.scribes[victim].buried();
            storm.charge_crash(victim);
            storm.scribes[victim].start();
        }
        Fault::FailOn(_) => {
            storm.outage();
            if storm.scribes[victim].has_ended() {
                storm.scribes[victim].buried();
            } else {
                storm.scribes[victim].stop();
            }
            storm.scribes[victim].start();
        }
        // It has one silent connection, and goes on.
        _ => {}
    }
    Some(kind)
}

fn zombie(storm: &mut Storm, victim: usize) -> bool {
    let runs = storm.scribes[victim].runs();
    let mine: Vec<String> = runs.iter().map(|run| format!("scribe:{run}:%")).collect();
    let has_item = |storm: &Storm| {
        let sql = "SELECT 1 FROM queue_items WHERE status = 'PROCESSING' AND celery_task_id LIKE ANY ($1)";
        !storm.ask(sql, &[&mine]).is_empty()
    };
    if !storm.wait(TAKE_OVER, has_item) {
        return false;
    }
    storm.scribes[victim].signal("STOP");
    let expired: usize = runs.iter().map(|run| storm.expire(run)).sum();
    let is_taken = expired > 0 && storm.wait(TAKE_OVER, |storm| !has_item(storm));
    storm.scribes[victim].signal("CONT");
    is_taken
}

/// Whether the network harmed anybody meanwhile.
fn harms(storm: &mut Storm, harm: impl FnOnce(&mut Storm)) -> bool {
    let before = storm.network.harmed();
    harm(storm);
    storm.network.harmed() > before
}

fn network(storm: &mut Storm, mood: Mood) {
    storm.network.set(mood);
    storm.outage();
    storm.network.set(Mood::Open);
}

/// Everybody connects several times within the shortest outage, so everybody notices.
fn between(storm: &mut Storm, harm: &str, mend: &str) -> bool {
    pair().ask(harm);
    storm.outage();
    pair().ask(mend);
    true
}

/// Whether all back ends were held.
fn exhausted(storm: &mut Storm) -> bool {
    let mut clients: Vec<_> = (0..POOL).map(|_| storm.database.pooled()).collect();
    // One that finds no place in time has none to hold.
    let held = clients.iter_mut().filter_map(|client| client.batch_execute("BEGIN").ok()).count();
    storm.outage();
    held == POOL
}

/// Waits until PostgreSQL has thrown everybody out and lets them in again.
fn back_end_killed(storm: &mut Storm) -> bool {
    let sql = "SELECT pid FROM pg_stat_activity WHERE usename = $1 AND datname = current_database() LIMIT 1";
    let Some(pid) = storm.ask(sql, &[&pair().fact("USER")]).first().map(|row| row.get::<_, i32>(0)) else {
        return false;
    };
    let killed = Command::new("kill").args(["-s", "KILL", &pid.to_string()]).status().unwrap().success();
    killed && storm.recovers()
}
