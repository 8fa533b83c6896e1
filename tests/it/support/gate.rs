//! A door between scribe and the pooler that a test opens and closes: the database is there, or away.
use std::{
    io,
    net::{Shutdown, TcpListener, TcpStream},
    sync::{Arc, Mutex},
    thread,
};

use super::pair;

pub struct Gate {
    pub port: u16,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    open: bool,
    connections: Vec<TcpStream>,
}

impl Gate {
    /// Listens from now on, and lets nobody through.
    pub fn closed() -> Gate {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let state = Arc::new(Mutex::new(State::default()));
        let target = format!("127.0.0.1:{}", pair().fact("PORT"));
        thread::spawn({
            let state = state.clone();
            move || {
                for client in listener.incoming().map_while(Result::ok) {
                    let mut state = state.lock().unwrap();
                    if state.open {
                        let server = TcpStream::connect(&target).unwrap();
                        state.connections.extend([client.try_clone().unwrap(), server.try_clone().unwrap()]);
                        hand_through(client.try_clone().unwrap(), server.try_clone().unwrap());
                        hand_through(server, client);
                    }
                }
            }
        });
        Gate { port, state }
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
