//! Changing the terminal for a while, and giving it back as it was: at the end, after an error, a panic, Ctrl-C, a
//! request to end, and while the user has put the program to sleep (Ctrl-Z).
//!
//! A signal that ends the program ends it as ever, only a moment later: the shell sees that it was a signal.
use std::{
    io::{self, IsTerminal, Read},
    os::fd::AsFd,
    panic,
    sync::{Mutex, MutexGuard, Once, PoisonError, mpsc::Sender},
    thread,
};

use rustix::{
    event::{PollFd, PollFlags, Timespec, poll},
    termios::{LocalModes, OptionalActions, Termios, tcgetattr, tcsetattr},
};
use signal_hook::{
    consts::{SIGHUP, SIGINT, SIGQUIT, SIGTERM, SIGTSTP, SIGWINCH},
    iterator::Signals,
    low_level::emulate_default_handler,
};

use crate::daemon::ignored_signals;

const HIDE_CURSOR: &[u8] = b"\x1b[?25l";
const SHOW_CURSOR: &[u8] = b"\x1b[?25h";

/// What happened to the terminal that its holder may want to know.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Event {
    /// It has another size.
    Resized,
    /// The program was put to sleep, and is awake again: others may have written meanwhile.
    Resumed,
    /// Somebody pressed a key.
    Key(u8),
}

/// How the terminal was, and how it is held.
struct Held {
    /// Of standard input, before and while it is held; `None` where that is no terminal.
    modes: Option<(Termios, Termios)>,
    hides_cursor: bool,
    /// Written again after a sleep.
    prompt: String,
    tell: Option<Sender<Event>>,
}

static HELD: Mutex<Option<Held>> = Mutex::new(None);

/// Held while something is done that a signal may not cut in two.
static WHOLE: Mutex<()> = Mutex::new(());

/// The terminal, changed as long as this value lives.
#[derive(Debug)]
#[must_use = "the terminal is given back with it"]
pub struct Hold(());

/// Lets what is typed not be seen, but for the end of its line. `prompt` is on the terminal already.
pub fn hide_input(prompt: &str) -> io::Result<Hold> {
    hold(false, prompt.into(), None, |modes| {
        modes.remove(LocalModes::ECHO);
        modes.insert(LocalModes::ECHONL);
    })
}

/// Takes the terminal for a view: no cursor, keys come one by one and are not seen. Ctrl-C and Ctrl-Z mean what they
/// always do.
pub fn take_screen(tell: Sender<Event>) -> io::Result<Hold> {
    let held = hold(true, String::new(), Some(tell.clone()), |modes| {
        modes.remove(LocalModes::ECHO | LocalModes::ICANON);
    })?;
    if io::stdin().is_terminal() {
        // It ends with the terminal, or with the program.
        let read = move || {
            io::stdin().lock().bytes().map_while(Result::ok).try_for_each(|key| tell.send(Event::Key(key)))
        };
        thread::Builder::new().name("keys".into()).spawn(read)?;
    }
    Ok(held)
}

/// Whether nobody will ever read what is written to standard output.
pub fn is_unread() -> bool {
    let stdout = io::stdout();
    let mut ends = [PollFd::new(&stdout, PollFlags::empty())];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    poll(&mut ends, Some(&at_once)).is_ok() && ends[0].revents().intersects(PollFlags::ERR | PollFlags::HUP)
}

/// Does something that leaves things as they were or as they are to be: a signal that would end the program waits.
pub fn whole<T>(work: impl FnOnce() -> T) -> T {
    guard();
    let _whole = lock(&WHOLE);
    work()
}

fn hold(
    hides_cursor: bool,
    prompt: String,
    tell: Option<Sender<Event>>,
    change: impl FnOnce(&mut LocalModes),
) -> io::Result<Hold> {
    guard();
    let mut modes = None;
    if io::stdin().is_terminal() {
        let before = tcgetattr(io::stdin())?;
        let mut during = before.clone();
        change(&mut during.local_modes);
        modes = Some((before, during));
    }
    let mut held = lock(&HELD);
    if let Some((_, during)) = &modes {
        tcsetattr(io::stdin(), OptionalActions::Now, during)?;
    }
    let now = held.insert(Held { modes, hides_cursor, prompt, tell });
    if now.hides_cursor {
        write(io::stdout(), HIDE_CURSOR);
    }
    Ok(Hold(()))
}

impl Drop for Hold {
    fn drop(&mut self) {
        if let Some(held) = lock(&HELD).take() {
            held.give_back();
        }
    }
}

impl Held {
    fn give_back(&self) {
        // What was typed at a view is not meant for the shell.
        let then = if self.hides_cursor { OptionalActions::Flush } else { OptionalActions::Now };
        if let Some((before, _)) = &self.modes {
            // A terminal that is gone needs nothing.
            let _ = tcsetattr(io::stdin(), then, before);
        }
        if self.hides_cursor {
            write(io::stdout(), SHOW_CURSOR);
        }
    }

    fn take_again(&self) {
        if let Some((_, during)) = &self.modes {
            let _ = tcsetattr(io::stdin(), OptionalActions::Now, during);
        }
        if self.hides_cursor {
            write(io::stdout(), HIDE_CURSOR);
        }
        write(io::stderr(), self.prompt.as_bytes());
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Past the lock of standard output, which whoever is interrupted may have, and never waiting: a terminal that takes
/// nothing must not keep the program from ending.
fn write(to: impl AsFd, text: &[u8]) {
    let mut ready = [PollFd::new(&to, PollFlags::OUT)];
    let at_once = Timespec { tv_sec: 0, tv_nsec: 0 };
    if poll(&mut ready, Some(&at_once)).is_ok_and(|number| number > 0) {
        let _ = rustix::io::write(&to, text);
    }
}

/// From here on signals and panics give the terminal back first.
fn guard() {
    static ONCE: Once = Once::new();
    ONCE.call_once(|| {
        let tell = panic::take_hook();
        panic::set_hook(Box::new(move |info| {
            // Whoever panics may have the lock.
            if let Ok(mut held) = HELD.try_lock()
                && let Some(held) = held.take()
            {
                held.give_back();
            }
            tell(info);
        }));
        let ignored = ignored_signals();
        let of_interest = [SIGINT, SIGTERM, SIGHUP, SIGQUIT, SIGTSTP, SIGWINCH];
        let signals = Signals::new(of_interest.iter().filter(|signal| ignored & (1 << (**signal - 1)) == 0));
        // Without either of them it is as with any program that takes no care.
        if let Ok(mut signals) = signals {
            let listen = move || signals.forever().for_each(meet);
            let _ = thread::Builder::new().name("signals".into()).spawn(listen);
        }
    });
}

fn meet(signal: i32) {
    match signal {
        SIGWINCH => tell(lock(&HELD).as_ref(), Event::Resized),
        SIGTSTP => {
            let held = lock(&HELD);
            held.iter().for_each(Held::give_back);
            // It returns when the program is awake again.
            let _ = emulate_default_handler(SIGTSTP);
            held.iter().for_each(Held::take_again);
            tell(held.as_ref(), Event::Resumed);
        }
        ending => {
            let _whole = lock(&WHOLE);
            // Never let go: nobody takes the terminal again.
            let held = lock(&HELD);
            held.iter().for_each(Held::give_back);
            let _ = emulate_default_handler(ending);
        }
    }
}

fn tell(held: Option<&Held>, event: Event) {
    if let Some(tell) = held.and_then(|held| held.tell.as_ref()) {
        // It is about to end, and no longer listens.
        let _ = tell.send(event);
    }
}
