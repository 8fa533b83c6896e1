//! A door between scribe and the server that a test opens and closes: the database is there, or away.
use std::{
    io,
    net::{Shutdown, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use super::{listen, server};

pub struct Gate {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    open: bool,
    knocks: usize,
    connections: Vec<TcpStream>,
}

impl Gate {
    /// Listens from now on, and lets nobody through.
    pub fn closed() -> Gate {
        let state = Arc::new(Mutex::new(State::default()));
        let port = listen({
            let state = state.clone();
            move |client| {
                let mut state = state.lock().unwrap();
                state.knocks += 1;
                if state.open {
                    let server = server();
                    state.connections.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                    hand_through(client.try_clone().unwrap(), server.try_clone().unwrap());
                    hand_through(server, client);
                }
            }
        });
        Gate { port, state }
    }

    /// How many connections were opened so far, or tried.
    pub fn knocks(&self) -> usize {
        self.state.lock().unwrap().knocks
    }

    /// Lets everybody through from now on.
    pub fn open(&self) {
        self.state.lock().unwrap().open = true;
    }

    /// Breaks every connection and lets nobody through from now on.
    pub fn close(&self) {
        let mut state = self.state.lock().unwrap();
        state.open = false;
        for connection in state.connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

fn hand_through(mut from: TcpStream, mut to: TcpStream) {
    thread::spawn(move || {
        let _ = io::copy(&mut from, &mut to);
        let _ = to.shutdown(Shutdown::Write);
    });
}
