//! A pooler that gives its one back end to each new client as the client before has left it. PgBouncer puts right what
//! PostgreSQL reports of a session (encoding, time zone and such); other poolers do not.
use std::{
    io::{Read, Write},
    net::TcpStream,
    sync::{Arc, Mutex},
    thread,
};

use super::{listen, pair};

/// The first client logs in at PostgreSQL, in plain text; those after it are let in without a word. Returns the port.
pub fn careless_pooler() -> u16 {
    let mut back_end = TcpStream::connect(format!("127.0.0.1:{}", pair().fact("DIRECT_PORT"))).unwrap();
    let client: Arc<Mutex<Option<TcpStream>>> = Arc::default();
    thread::spawn({
        let (client, mut back_end) = (client.clone(), back_end.try_clone().unwrap());
        move || {
            let mut bytes = [0; 8192];
            while let Ok(length @ 1..) = back_end.read(&mut bytes) {
                // A client that is gone reads no answers.
                let _ = client.lock().unwrap().as_mut().map(|client| client.write_all(&bytes[..length]));
            }
        }
    });
    listen(move |mut stream| {
        if client.lock().unwrap().replace(stream.try_clone().unwrap()).is_some() {
            let mut length = [0; 4];
            stream.read_exact(&mut length).unwrap();
            stream.read_exact(&mut vec![0; u32::from_be_bytes(length) as usize - 4]).unwrap();
            stream.write_all(WELCOME).unwrap();
        }
        let mut bytes = [0; 8192];
        while let Ok(length @ 1..) = stream.read(&mut bytes)
            && bytes[..length] != *GOODBYE
        {
            back_end.write_all(&bytes[..length]).unwrap();
        }
    })
}

/// AuthenticationOk and ReadyForQuery. Source: PostgreSQL documentation, "Message Formats".
const WELCOME: &[u8] = b"R\0\0\0\x08\0\0\0\0Z\0\0\0\x05I";

/// Terminate. Source: the same.
const GOODBYE: &[u8] = b"X\0\0\0\x04";
