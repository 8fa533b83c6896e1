//! `scribe run`: two threads. The main one answers `/health`, `/metrics`, signals and systemd; the worker does everything
//! else. While they have something to say, a third one writes it (`log`).
//!
//! All that can be wrong with this machine (settings, state directory, port) is found before READY. The database is
//! not among it: a Pi boots faster than its network, and must not give up for that.
mod day_budget;
pub(crate) mod event;
mod finish;
mod health;
mod in_hand;
mod log;
pub(crate) mod metrics;
pub mod neighbour;
mod obstacle;
mod own_clock;
pub mod pause;
mod run_file;
mod runs;
mod signals;
mod spool;
mod state_directory;
mod status;
mod stop;
mod tally;
mod watchdog;
mod work;
mod worker;

use std::{fmt, io, net::SocketAddr, sync::Arc, thread, time::Duration};

use ::log::{error, info, warn};
use sd_notify::NotifyState;
use tokio::{net::TcpListener, sync::oneshot, task::spawn_blocking, time::sleep};

pub(crate) use self::signals::ignored as ignored_signals;
pub use self::state_directory::{Outlook, StateDirectory};
use self::{
    day_budget::DayBudget,
    event::{CONDITION_BEGUN, LISTENING, PUT_BACK, STOPPING},
    finish::{Outstanding, tell_kept},
    health::Memory,
    in_hand::{Hand, InHand},
    obstacle::Seen,
    runs::{DISK_PAUSE, Runs, tell_disk_refused},
    signals::Signals,
    state_directory::StateError,
    status::Status,
    stop::Stop,
    watchdog::Watchdog,
    worker::{End, Worker},
};
use crate::{
    condition::{self, Obstacle},
    config::{ConfigError, Settings},
    database::{Database, DatabaseError, queue_items},
    liveness::Liveness,
    model::Purse,
    pipeline::Pipeline,
    queue::{
        RunId,
        blame::{Blame, Refusals},
        turns::Turns,
    },
};

/// An e-mail that could not be stored for so long is written to disk, although there is no answer yet: the power may go.
const SILENCE: Duration = Duration::from_secs(5);

/// How often that is looked for, while there is an e-mail.
const LOOK: Duration = Duration::from_secs(2);

/// How long the connection may take that puts an item back at a hurried stop; a statement may take half of it. All of it
/// together stays under five seconds.
const HURRY: Duration = Duration::from_secs(2);

/// Why the daemon did not start, or ended by itself.
#[derive(Debug)]
pub enum DaemonError {
    /// A setting that is needed.
    Config(ConfigError),
    /// The database cannot even be tried.
    Database(DatabaseError),
    /// The state directory.
    State(StateError),
    /// The port for `/health`.
    Port(SocketAddr, io::Error),
    /// Threads, signals, sockets: the machine is out of something.
    System(io::Error),
    /// `--until-empty` met a pause.
    Paused,
    /// `--until-empty` met a condition.
    Obstacle(Obstacle),
    /// The worker thread broke.
    WorkerDied,
}

impl fmt::Display for DaemonError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            DaemonError::Config(error) => error.fmt(f),
            DaemonError::Database(error) => error.fmt(f),
            DaemonError::State(error) => error.fmt(f),
            DaemonError::Port(address, error) => write!(f, "cannot listen on {address}: {error}"),
            DaemonError::System(error) => error.fmt(f),
            DaemonError::Paused => f.write_str("claiming is paused on this machine"),
            DaemonError::Obstacle(obstacle) => obstacle.fmt(f),
            DaemonError::WorkerDied => f.write_str("the worker ended unexpectedly"),
        }
    }
}

impl std::error::Error for DaemonError {}

macro_rules! from {
    ($($error:ty => $variant:ident),*) => {
        $(impl From<$error> for DaemonError {
            fn from(error: $error) -> Self {
                DaemonError::$variant(error)
            }
        })*
    };
}

from!(ConfigError => Config, DatabaseError => Database, StateError => State, io::Error => System);

/// Runs until a signal, or with `until_empty` until nothing is left to do.
pub fn run(settings: &Settings, until_empty: bool) -> Result<(), DaemonError> {
    let _logging = log::init(settings.log_level);
    let database_settings = settings.database()?;
    for warning in &settings.warnings {
        warn!("{warning}");
    }
    let warnings = condition::standing(settings);
    for warning in &warnings {
        warn!(
            MESSAGE_ID = CONDITION_BEGUN, ERROR_KIND = warning.code;
            "{}; {}", warning.title, warning.remedy
        );
    }
    let state = Arc::new(StateDirectory::open(&settings.state_directory)?);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let signals = {
        let _context = runtime.enter();
        Signals::new()?
    };
    let listener = bind(settings.health)?;
    let status = Arc::new(Status::new(settings.stage, &warnings));
    let stop = Arc::new(Stop::default());
    let database = Database::new(database_settings)?;
    let hurried = database.hurried(HURRY, HURRY / 2);
    let day_budget = settings.budget.day.map(|cap| Arc::new(DayBudget::new(&database, cap)));
    let kept = state.kept();
    let in_hand = InHand::new(RunId::fresh(), kept.clone());
    let worker = Worker {
        database,
        pipeline: Pipeline::new(settings, day_budget.clone().map(|purse| purse as Arc<dyn Purse>)),
        day_budget,
        has_right_schema: false,
        runs: Runs::default(),
        outstanding: kept.map(Outstanding::from),
        state: state.clone(),
        status: status.clone(),
        stop: stop.clone(),
        in_hand: in_hand.clone(),
        blame: Blame::default(),
        turns: Turns::default(),
        refusals: Refusals::default(),
        seen: Seen::default(),
        poll_interval: settings.poll_interval,
        retry_interval: settings.retry_interval,
        until_empty,
    };
    let end = runtime.block_on(supervise(listener, signals, worker, settings.stop_grace))?;
    // It would wait for a disk that does not.
    runtime.shutdown_background();
    let run = in_hand.run();
    leave(&hurried, &state, &in_hand);
    if let Err(error) = state.save_end(run) {
        error!("{error}");
    }
    match end {
        Some(End::Stopped | End::Empty) | None => Ok(()),
        Some(End::Paused) => Err(DaemonError::Paused),
        Some(End::GaveUp(obstacle)) => Err(DaemonError::Obstacle(obstacle)),
    }
}

fn bind(address: SocketAddr) -> Result<std::net::TcpListener, DaemonError> {
    let listener = std::net::TcpListener::bind(address).map_err(|e| DaemonError::Port(address, e))?;
    listener.set_nonblocking(true)?;
    info!(MESSAGE_ID = LISTENING; "health on http://{}/health", listener.local_addr()?);
    Ok(listener)
}

/// Serves until the worker ends. `None`: it was asked to stop and did not within the grace period.
async fn supervise(
    listener: std::net::TcpListener,
    mut signals: Signals,
    worker: Worker,
    grace: Duration,
) -> Result<Option<End>, DaemonError> {
    let (status, stop) = (worker.status.clone(), worker.stop.clone());
    let memory = Memory { status: status.clone(), meter: worker.pipeline.meter() };
    tokio::spawn(health::serve(TcpListener::from_std(listener)?, memory));
    tokio::spawn(keep_what_waits(worker.in_hand.clone(), worker.state.clone(), status.clone()));
    let watchdog = Watchdog::wanted();
    let liveness = watchdog.as_ref().map(Watchdog::worker);
    let (ended, mut worker_end) = oneshot::channel();
    thread::Builder::new().name("worker".into()).spawn(move || {
        liveness.into_iter().for_each(Liveness::watch_this_thread);
        // The receiver is gone only when the process is ending anyway.
        let _ = ended.send(worker.run());
    })?;
    tell_systemd(NotifyState::Ready);
    watchdog.into_iter().for_each(|watchdog| drop(tokio::spawn(watchdog.feed())));
    tokio::select! {
        end = &mut worker_end => return end.map(Some).map_err(|_| DaemonError::WorkerDied),
        () = signals.next() => {}
    }
    status.stopping();
    stop.request();
    info!(MESSAGE_ID = STOPPING; "stopping; an item in hand has {} s to finish", grace.as_secs_f64());
    tell_systemd(NotifyState::Stopping);
    tokio::select! {
        end = worker_end => end.map(Some).map_err(|_| DaemonError::WorkerDied),
        () = sleep(grace) => Ok(None),
        () = signals.next() => Ok(None),
    }
}

fn tell_systemd(state: NotifyState<'_>) {
    if let Err(error) = sd_notify::notify(&[state]) {
        warn!("systemd cannot be told: {error}");
    }
}

/// Writes an e-mail to disk that waits for a database which says neither yes nor no.
async fn keep_what_waits(in_hand: InHand, state: Arc<StateDirectory>, status: Arc<Status>) {
    loop {
        // No clock runs while nothing is finished: an idle scribe is woken by its worker's polls alone.
        in_hand.holds_an_email().await;
        sleep(LOOK).await;
        if !in_hand.waits_for_disk(SILENCE) {
            continue;
        }
        // A thread of its own: a card that stalls must not keep `/health` and signals waiting.
        let kept = spawn_blocking({
            let (in_hand, state) = (in_hand.clone(), state.clone());
            move || in_hand.keep(&state, SILENCE)
        });
        // Fails only where a panic ended it, or the runtime is ending.
        match kept.await.ok().flatten() {
            None => {}
            Some(Ok(item)) => tell_kept(item),
            Some(Err(error)) => {
                tell_disk_refused(&status, &error);
                sleep(DISK_PAUSE).await;
            }
        }
    }
}

/// Leaves behind nothing that could be lost or stuck. Whatever the worker may still do meanwhile, only one of the two can
/// win: both are fenced with the same claim token.
fn leave(database: &Database, state: &StateDirectory, in_hand: &InHand) {
    if let Some(Err(error)) = in_hand.keep(state, Duration::ZERO) {
        error!("{error}");
    }
    let claim = match in_hand.take() {
        Hand::Empty | Hand::Finished { is_kept: true, .. } => return,
        Hand::Claiming => None,
        Hand::Item(claim) => Some(claim),
        Hand::Finished { finished, .. } => Some(finished.claim),
    };
    let put_back = match &claim {
        None => queue_items::take_back(database, in_hand.run(), true).map(|count| count > 0),
        Some(claim) => {
            event::item(claim.item);
            queue_items::put_back(database, claim)
        }
    };
    match put_back {
        Ok(true) => info!(MESSAGE_ID = PUT_BACK, ERROR_KIND = "stopped"; "the unfinished item was put back"),
        Ok(false) => {}
        Err(error) => error!("the unfinished item is taken back at the next start: {error}"),
    }
}
