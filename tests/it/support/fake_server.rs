//! A server that speaks PostgreSQL's protocol in plain text, and says what a test wants it to say.
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    sync::Arc,
    thread,
};

/// A message as it goes over the wire.
pub fn message(kind: u8, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
    [&[kind], &length[..], body].concat()
}

/// A request for authentication.
pub fn authentication(code: u32, rest: &[u8]) -> Vec<u8> {
    message(b'R', &[&code.to_be_bytes(), rest].concat())
}

/// An error.
pub fn error(sqlstate: &str, text: &str) -> Vec<u8> {
    message(b'E', format!("SERROR\0VERROR\0C{sqlstate}\0M{text}\0\0").as_bytes())
}

/// The description of rows: columns of these types.
pub fn description(types: &[u32]) -> Vec<u8> {
    let mut body = u16::try_from(types.len()).unwrap().to_be_bytes().to_vec();
    for oid in types {
        body.extend(b"column\0\0\0\0\0\0\0");
        body.extend(oid.to_be_bytes());
        // Length and modifier unknown, binary.
        body.extend(b"\xff\xff\xff\xff\xff\xff\0\x01");
    }
    message(b'T', &body)
}

/// A row.
pub fn row(values: &[Option<&[u8]>]) -> Vec<u8> {
    let mut body = u16::try_from(values.len()).unwrap().to_be_bytes().to_vec();
    for value in values {
        body.extend(value.map_or(-1, |value| i32::try_from(value.len()).unwrap()).to_be_bytes());
        body.extend(value.unwrap_or_default());
    }
    message(b'D', &body)
}

/// What ends an answer: the statement is done, and the next may come.
pub fn done() -> Vec<u8> {
    [message(b'C', b"DONE\0"), message(b'Z', b"I")].concat()
}

/// A client of the fake server.
pub struct Client(TcpStream);

impl Client {
    /// Reads the start-up message.
    pub fn start_up(&mut self) {
        let mut length = [0; 4];
        if self.0.read_exact(&mut length).is_ok() {
            self.read(u32::from_be_bytes(length) as usize - 4);
        }
    }

    /// Lets the client in, without a password.
    pub fn let_in(&mut self) {
        self.start_up();
        self.say(&[authentication(0, b""), message(b'Z', b"I")].concat());
    }

    /// The type of the next message; `None` when the client is gone.
    pub fn next(&mut self) -> Option<u8> {
        let mut head = [0; 5];
        self.0.read_exact(&mut head).ok()?;
        self.read(u32::from_be_bytes(head[1..].try_into().unwrap()) as usize - 4);
        Some(head[0])
    }

    fn read(&mut self, length: usize) {
        let _ = self.0.read_exact(&mut vec![0; length]);
    }

    /// Says something. Whether the client is still there does not matter.
    pub fn say(&mut self, bytes: &[u8]) {
        let _ = self.0.write_all(bytes);
    }

    /// Says the same again and again until the client is gone, and returns how many bytes got through.
    #[allow(dead_code, reason = "of use in tests/floods.rs")]
    pub fn flood(&mut self, unit: &[u8]) -> usize {
        let chunk = unit.repeat((1 << 16) / unit.len() + 1);
        let mut sent = 0;
        while self.0.write_all(&chunk).is_ok() {
            sent += chunk.len();
        }
        sent
    }
}

/// Listens on a free port, and meets each client in a thread of its own.
pub fn fake_server(meet: impl Fn(Client) + Send + Sync + 'static) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let port = listener.local_addr().unwrap().port();
    let meet = Arc::new(meet);
    thread::spawn(move || {
        for stream in listener.incoming().map_while(Result::ok) {
            let meet = meet.clone();
            thread::spawn(move || meet(Client(stream)));
        }
    });
    port
}
