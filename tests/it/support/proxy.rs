//! A proxy between scribe and the server that breaks one connection at one flight.
//!
//! A flight is what the client sends before it waits for the server: the request for TLS is the first, then come the
//! handshake, the login, and each statement. The proxy sees only bytes, so it counts changes of direction.
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use super::{listen, server};

/// What happens at the flight.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// The flight is swallowed, and from then on everything else; the connection stays open.
    StallBefore,
    /// The flight arrives, and its answer and everything after it is swallowed; the connection stays open.
    StallAfter,
    /// The connection breaks, and the flight never arrives.
    CutBefore,
    /// The flight arrives, and the connection breaks when the server has answered.
    CutAfter,
}

/// When and how to break.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub fault: Fault,
    pub flight: usize,
}

pub struct Proxy {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    flights: usize,
    client_spoke_last: bool,
    broken: bool,
}

impl Proxy {
    /// Listens, and treats its first connection by the plan; later ones count on.
    pub fn start(plan: Plan) -> Proxy {
        let state = Arc::new(Mutex::new(State::default()));
        let port = listen({
            let state = state.clone();
            move |client| {
                let server = server();
                let (up, down) =
                    (Way::new(&client, &server, plan, &state), Way::new(&server, &client, plan, &state));
                thread::spawn(move || up.run(true));
                thread::spawn(move || down.run(false));
            }
        });
        Proxy { port, state }
    }

    /// Whether the flight of the plan was reached.
    pub fn has_struck(&self) -> bool {
        self.state.lock().unwrap().broken
    }
}

/// One direction of a connection.
struct Way {
    from: TcpStream,
    to: TcpStream,
    plan: Plan,
    state: Arc<Mutex<State>>,
}

/// What to do with some bytes.
enum Verdict {
    Pass,
    Swallow,
    Break,
}

impl Way {
    fn new(from: &TcpStream, to: &TcpStream, plan: Plan, state: &Arc<Mutex<State>>) -> Way {
        Way { from: from.try_clone().unwrap(), to: to.try_clone().unwrap(), plan, state: state.clone() }
    }

    fn run(mut self, from_client: bool) {
        let mut bytes = vec![0; 64 * 1024];
        while let Ok(length @ 1..) = self.from.read(&mut bytes) {
            let length = if from_client { length + self.read_on(&mut bytes[length..]) } else { length };
            let verdict = if from_client { self.judge_client() } else { self.judge_server() };
            match verdict {
                Verdict::Pass if self.to.write_all(&bytes[..length]).is_ok() => {}
                Verdict::Swallow => {}
                Verdict::Pass | Verdict::Break => break,
            }
        }
        let _ = self.to.shutdown(Shutdown::Both);
        let _ = self.from.shutdown(Shutdown::Both);
    }

    /// Reads what belongs to the same flight: the client sends it without waiting for the server.
    fn read_on(&mut self, rest: &mut [u8]) -> usize {
        self.from.set_read_timeout(Some(Duration::from_millis(20))).unwrap();
        let mut length = 0;
        while let Ok(more @ 1..) = self.from.read(&mut rest[length..]) {
            length += more;
        }
        self.from.set_read_timeout(None).unwrap();
        length
    }

    fn judge_client(&self) -> Verdict {
        let mut state = self.state.lock().unwrap();
        if state.broken {
            return Verdict::Swallow;
        }
        if !std::mem::replace(&mut state.client_spoke_last, true) {
            state.flights += 1;
        }
        if state.flights != self.plan.flight {
            return Verdict::Pass;
        }
        state.broken = true;
        match self.plan.fault {
            Fault::StallBefore => Verdict::Swallow,
            Fault::CutBefore => Verdict::Break,
            Fault::StallAfter | Fault::CutAfter => Verdict::Pass,
        }
    }

    fn judge_server(&self) -> Verdict {
        let mut state = self.state.lock().unwrap();
        state.client_spoke_last = false;
        match self.plan.fault {
            _ if !state.broken => Verdict::Pass,
            Fault::CutAfter => Verdict::Break,
            _ => Verdict::Swallow,
        }
    }
}
