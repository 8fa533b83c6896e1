//! Systemd's end of the notification socket: what a service tells it, and for how long it says nothing.
use std::{io::ErrorKind, os::unix::net::UnixDatagram, time::Duration};

use super::{PATIENCE, Program, TempDir};

/// The socket, in a directory of its own.
pub struct Systemd {
    socket: UnixDatagram,
    directory: TempDir,
}

impl Systemd {
    pub fn new() -> Systemd {
        let directory = TempDir::new();
        let socket = UnixDatagram::bind(directory.path().join("notify")).unwrap();
        Systemd { socket, directory }
    }

    /// The program as its service.
    pub fn of(&self, program: Program) -> Program {
        program.env("NOTIFY_SOCKET", self.directory.path().join("notify").to_str().unwrap())
    }

    /// The next message; one must come.
    pub fn next(&self) -> String {
        self.next_within(PATIENCE).expect("a message to systemd")
    }

    /// The next message, if one comes within this time.
    pub fn next_within(&self, time: Duration) -> Option<String> {
        self.socket.set_read_timeout(Some(time)).unwrap();
        let mut message = [0; 200];
        match self.socket.recv(&mut message) {
            Ok(length) => Some(String::from_utf8_lossy(&message[..length]).into_owned()),
            Err(error) if error.kind() == ErrorKind::WouldBlock => None,
            Err(error) => panic!("{error}"),
        }
    }
}
