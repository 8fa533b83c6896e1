//! The network between some scribes and a server, which a test takes away and gives back.
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::{Arc, Mutex},
    thread,
    time::Duration,
};

use crate::support::listen;

/// How often a silent network looks whether it may go on.
const LOOK: Duration = Duration::from_millis(10);

/// What the network does.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mood {
    /// It carries.
    Open,
    /// Connections break, and no new one comes about.
    Refusing,
    /// Nothing arrives any more; what was under way arrives when it is open again.
    Silent,
}

pub struct Network {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

struct State {
    mood: Mood,
    connections: Vec<TcpStream>,
    /// How many connections and messages met anything but an open network.
    harmed: usize,
}

impl Network {
    /// Carries to a port of this machine.
    pub fn to(server: u16) -> Network {
        let state = Arc::new(Mutex::new(State { mood: Mood::Open, connections: Vec::new(), harmed: 0 }));
        let port = listen({
            let state = state.clone();
            move |client| {
                let state = state.clone();
                thread::spawn(move || carry(client, server, &state));
            }
        });
        Network { port, state }
    }

    /// Changes what it does from now on.
    pub fn set(&self, mood: Mood) {
        let mut state = self.state.lock().unwrap();
        state.mood = mood;
        if mood == Mood::Refusing {
            state.cut();
        }
    }

    /// Breaks every connection that there is now.
    pub fn cut(&self) {
        self.state.lock().unwrap().cut();
    }

    /// How much harm it has done so far.
    pub fn harmed(&self) -> usize {
        self.state.lock().unwrap().harmed
    }
}

impl State {
    fn cut(&mut self) {
        for connection in self.connections.drain(..) {
            // An error: it had ended before.
            self.harmed += usize::from(connection.shutdown(Shutdown::Both).is_ok());
        }
    }
}

/// Waits out a silence. False: the connection is refused.
fn may_pass(state: &Mutex<State>) -> bool {
    let mood = || state.lock().unwrap().mood;
    if mood() != Mood::Open {
        state.lock().unwrap().harmed += 1;
    }
    loop {
        match mood() {
            Mood::Open => return true,
            Mood::Refusing => return false,
            Mood::Silent => thread::sleep(LOOK),
        }
    }
}

fn carry(client: TcpStream, server: u16, state: &Arc<Mutex<State>>) {
    if !may_pass(state) {
        return;
    }
    let Ok(server) = TcpStream::connect(("127.0.0.1", server)) else { return };
    let copy = |stream: &TcpStream| stream.try_clone().unwrap();
    {
        let mut state = state.lock().unwrap();
        // Those that have ended are forgotten.
        state.connections.retain(|connection| connection.peer_addr().is_ok());
        state.connections.extend([copy(&client), copy(&server)]);
    }
    let (from, to, with) = (copy(&server), copy(&client), state.clone());
    thread::spawn(move || hand_on(from, to, &with));
    hand_on(client, server, state);
}

fn hand_on(mut from: TcpStream, mut to: TcpStream, state: &Mutex<State>) {
    let mut bytes = vec![0; 16 * 1024];
    while let Ok(length @ 1..) = from.read(&mut bytes) {
        if !may_pass(state) || to.write_all(&bytes[..length]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Both);
    let _ = from.shutdown(Shutdown::Both);
}
