//! A door between scribe and a server that a test opens and closes: the server is there, away, or silent.
use std::{
    io::{Read, Write},
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
    way: Way,
    knocks: usize,
    connections: Vec<TcpStream>,
}

#[derive(Default, Clone, Copy, PartialEq)]
enum Way {
    #[default]
    Closed,
    Open,
    /// Whatever is said is swallowed.
    Silent,
}

impl Gate {
    /// Before the pooler. Listens from now on, and lets nobody through.
    pub fn closed() -> Gate {
        Gate::before(server)
    }

    /// Before something on this machine, `http://127.0.0.1:PORT`; open.
    pub fn before_url(url: &str) -> Gate {
        let address = url.strip_prefix("http://").unwrap().to_owned();
        let gate = Gate::before(move || TcpStream::connect(&address).unwrap());
        gate.open();
        gate
    }

    fn before(server: impl Fn() -> TcpStream + Send + 'static) -> Gate {
        let state = Arc::new(Mutex::new(State::default()));
        let port = listen({
            let shared = state.clone();
            move |client| {
                let mut state = shared.lock().unwrap();
                state.knocks += 1;
                if state.way == Way::Closed {
                    return;
                }
                let server = server();
                state.connections.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                hand_through(client.try_clone().unwrap(), server.try_clone().unwrap(), shared.clone());
                hand_through(server, client, shared.clone());
            }
        });
        Gate { port, state }
    }

    /// Where one comes to it.
    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// How many connections were opened so far, or tried.
    pub fn knocks(&self) -> usize {
        self.state.lock().unwrap().knocks
    }

    /// Lets everybody through from now on.
    pub fn open(&self) {
        self.state.lock().unwrap().way = Way::Open;
    }

    /// Keeps every connection, takes new ones, and lets nothing through any more.
    pub fn silence(&self) {
        self.state.lock().unwrap().way = Way::Silent;
    }

    /// Breaks every connection and lets nobody through from now on.
    pub fn close(&self) {
        let mut state = self.state.lock().unwrap();
        state.way = Way::Closed;
        for connection in state.connections.drain(..) {
            let _ = connection.shutdown(Shutdown::Both);
        }
    }
}

/// What was swallowed once cannot be followed by more.
fn hand_through(mut from: TcpStream, mut to: TcpStream, state: Arc<Mutex<State>>) {
    thread::spawn(move || {
        let mut bytes = vec![0; 64 * 1024];
        let mut is_broken = false;
        while let Ok(length @ 1..) = from.read(&mut bytes) {
            is_broken |= state.lock().unwrap().way == Way::Silent;
            if !is_broken && to.write_all(&bytes[..length]).is_err() {
                break;
            }
        }
        if !is_broken {
            let _ = to.shutdown(Shutdown::Write);
        }
    });
}
