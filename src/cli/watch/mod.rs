//! `scribe queue watch`: looks at the queue again and again, and shows what it saw until it is told to stop.
//!
//! A thread looks, each time by one unit of work on a connection of its own; the main thread draws, and hears keys and
//! signals. A database that is away is shown, and looked for as rarely as the daemon would.
mod screen;
mod view;

use std::{
    io::{self, IsTerminal},
    sync::mpsc::{self, Receiver, RecvTimeoutError, Sender},
    thread,
    time::{Duration, Instant},
};

use serde::Serialize;

use self::{screen::Screen, view::View};
use super::{
    database,
    failure::Failure,
    hold::{self, Event},
    output::Output,
    terminal,
};
use crate::{
    condition::{self, Condition, Severity},
    config::Settings,
    daemon::{
        neighbour::{self, NeighbourCondition},
        pause,
    },
    database::{
        Database, DatabaseError,
        glance::{Glance, glance},
        hints,
    },
};

/// Looking may take a twentieth of the time, no more: a long queue is counted less often.
const SHARE: u32 = 20;

/// The view's seconds go on between two looks.
const TICK: Duration = Duration::from_secs(1);

/// What a look saw.
#[derive(Debug, Clone, Default, Serialize)]
pub struct Seen {
    /// The queue, as long as the database answers.
    #[serde(flatten)]
    pub glance: Option<Glance>,
    /// Why it does not.
    pub trouble: Option<Trouble>,
    /// Claiming is held on this machine.
    pub is_paused: bool,
    /// What the scribe on this machine has to say.
    pub conditions: Vec<NeighbourCondition>,
}

/// A database that does not answer.
#[derive(Debug, Clone, Serialize)]
pub struct Trouble {
    /// Its stable name.
    pub code: &'static str,
    /// What is wrong.
    pub title: &'static str,
    /// In the words of whoever refused.
    pub detail: String,
    /// What to do about it.
    pub remedy: &'static str,
    /// It is looked for again in so many seconds.
    pub again_in_seconds: u64,
}

/// What the main thread hears.
enum Heard {
    Seen(Box<Seen>),
    Event(Event),
}

/// Watches until somebody has seen enough.
pub fn run(settings: &Settings, interval: Duration, output: &mut Output<'_>) -> Result<(), Failure> {
    let (tell, heard) = mpsc::channel();
    let watcher = Watcher { settings: settings.clone(), database: database(settings)?, interval };
    let sees = tell.clone();
    thread::Builder::new().name("watch".into()).spawn(move || watcher.look_for_ever(&sees))?;
    if output.json {
        tell_all(&heard, output)
    } else if io::stdout().is_terminal() && !terminal::is_dumb() {
        show(tell, &heard)
    } else {
        tell_changes(&heard, output)
    }
}

struct Watcher {
    settings: Settings,
    database: Database,
    interval: Duration,
}

impl Watcher {
    /// Until nobody listens.
    fn look_for_ever(&self, tell: &Sender<Heard>) {
        loop {
            let started = Instant::now();
            let result = glance(&self.database);
            let pause = match &result {
                Ok(_) => self.interval.max(started.elapsed() * SHARE),
                Err(error) => self.interval.max(hints::condition(error).retry.pause()),
            };
            if tell.send(Heard::Seen(Box::new(self.seen(result, pause)))).is_err() {
                return;
            }
            #[expect(clippy::disallowed_methods, reason = "nobody waits for its thread")]
            thread::sleep(pause);
        }
    }

    fn seen(&self, result: Result<Glance, DatabaseError>, pause: Duration) -> Seen {
        let (glance, trouble) = match result {
            Ok(glance) => (Some(glance), None),
            Err(error) => (None, Some(trouble(&error, pause))),
        };
        // Of other machines nothing is known but what they write into the queue.
        let is_paused = pause::is_paused(&self.settings.state_directory).unwrap_or(false);
        let neighbour = neighbour::ask(self.settings.health);
        let standing = || condition::standing(&self.settings).into_iter().map(told).collect();
        Seen { glance, trouble, is_paused, conditions: neighbour.map_or_else(standing, |it| it.conditions) }
    }
}

fn trouble(error: &DatabaseError, pause: Duration) -> Trouble {
    let &Condition { code, title, remedy, .. } = hints::condition(error);
    Trouble { code, title, detail: error.to_string(), remedy, again_in_seconds: pause.as_secs() }
}

/// What these settings alone will bring about, where no scribe runs to say so.
fn told(&Condition { code, title, remedy, severity, .. }: &Condition) -> NeighbourCondition {
    debug_assert_eq!(severity, Severity::Warning);
    NeighbourCondition { code: code.into(), title: title.into(), remedy: remedy.into() }
}

/// For programs: each look is a line.
fn tell_all(heard: &Receiver<Heard>, output: &mut Output<'_>) -> Result<(), Failure> {
    listen(heard, |seen| Ok(output.value_line(seen)?))
}

/// For files and pipes: each change is a line.
fn tell_changes(heard: &Receiver<Heard>, output: &mut Output<'_>) -> Result<(), Failure> {
    let mut last = String::new();
    listen(heard, |seen| {
        let line = view::summary(seen);
        if line != last {
            output.line_at_once(&line)?;
            last = line;
        }
        Ok(())
    })
}

/// Until nobody reads any more.
fn listen(
    heard: &Receiver<Heard>,
    mut tell: impl FnMut(&Seen) -> Result<(), Failure>,
) -> Result<(), Failure> {
    while !hold::is_unread() {
        match heard.recv_timeout(TICK) {
            Ok(Heard::Seen(seen)) => tell(&seen)?,
            Ok(Heard::Event(_)) | Err(RecvTimeoutError::Timeout) => (),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    Ok(())
}

/// For people: one view, redrawn in place. What it showed last stays on the terminal.
fn show(tell: Sender<Heard>, heard: &Receiver<Heard>) -> Result<(), Failure> {
    let (happens, happened) = mpsc::channel();
    let _held = hold::take_screen(happens)?;
    thread::Builder::new()
        .name("events".into())
        .spawn(move || happened.iter().try_for_each(|event| tell.send(Heard::Event(event))))?;
    let mut screen = Screen::new(io::stdout());
    let (mut seen, mut since) = (None::<Seen>, Instant::now());
    loop {
        let view = View { seen: seen.as_ref(), age: since.elapsed(), has_colours: terminal::has_colours() };
        screen.draw(terminal::size(&io::stdout()).unwrap_or(terminal::USUAL), |size| view.lines(size))?;
        match heard.recv_timeout(TICK) {
            Ok(Heard::Seen(fresh)) => {
                // What was seen last is still the best that is known while the database is away.
                let glance = fresh.glance.clone().or_else(|| seen.and_then(|seen| seen.glance));
                if fresh.glance.is_some() {
                    since = Instant::now();
                }
                seen = Some(Seen { glance, ..*fresh });
            }
            Ok(Heard::Event(Event::Key(b'q' | b'Q'))) => return Ok(()),
            Ok(Heard::Event(Event::Resumed)) => screen.forget(),
            Ok(Heard::Event(Event::Resized | Event::Key(_))) | Err(RecvTimeoutError::Timeout) => (),
            Err(RecvTimeoutError::Disconnected) => return Ok(()),
        }
    }
}
