//! What the scribe on this machine says of itself, for whoever looks from the outside.
use std::{
    io::{Read, Write},
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr, TcpStream},
    time::Duration,
};

use serde::{Deserialize, Serialize};

/// It answers from memory; whoever does not is somebody else, or busy.
const PATIENCE: Duration = Duration::from_millis(300);

/// Its longest answer, in bytes.
const MOST_BYTES: u64 = 64 * 1024;

/// What `/health` says, as far as it matters here. Any program may listen on that port: the texts are a stranger's.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Neighbour {
    service: String,
    /// What holds there.
    pub conditions: Vec<NeighbourCondition>,
}

/// One thing that is wrong there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct NeighbourCondition {
    /// Its stable name.
    pub code: String,
    /// What is wrong.
    pub title: String,
    /// What to do about it.
    pub remedy: String,
}

/// Asks. `None`: nobody answers there, or it is no scribe.
pub fn ask(health: SocketAddr) -> Option<Neighbour> {
    let ip = match health.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    let address = SocketAddr::new(ip, health.port());
    let mut stream = TcpStream::connect_timeout(&address, PATIENCE).ok()?;
    stream.set_read_timeout(Some(PATIENCE)).ok()?;
    stream.set_write_timeout(Some(PATIENCE)).ok()?;
    stream.write_all(format!("GET /health HTTP/1.0\r\nHost: {address}\r\n\r\n").as_bytes()).ok()?;
    let mut answer = Vec::new();
    stream.take(MOST_BYTES).read_to_end(&mut answer).ok()?;
    let body = answer.windows(4).position(|it| it == b"\r\n\r\n")? + 4;
    let neighbour: Neighbour = serde_json::from_slice(&answer[body..]).ok()?;
    (neighbour.service == super::status::SERVICE).then_some(neighbour)
}

#[cfg(test)]
mod tests {
    use std::{net::TcpListener, thread};

    use super::*;

    fn answering(answer: &'static str) -> SocketAddr {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = listener.local_addr().unwrap();
        thread::spawn(move || {
            let (mut stream, _) = listener.accept().unwrap();
            let _ = stream.read(&mut [0; 1024]);
            let _ = stream.write_all(answer.as_bytes());
        });
        address
    }

    #[test]
    fn a_scribe_is_understood_and_nobody_else() {
        let scribe = "HTTP/1.0 200 OK\r\n\r\n{\"service\":\"scribe-api\",\"conditions\":[],\"more\":1}";
        assert_eq!(ask(answering(scribe)).map(|it| it.conditions.len()), Some(0));
        for other in
            ["", "HTTP/1.0 200 OK\r\n\r\n{\"service\":\"other\",\"conditions\":[]}", "HTTP/1.0 404\r\n\r\nno"]
        {
            assert_eq!(ask(answering(other)), None, "{other}");
        }
    }

    #[test]
    fn who_does_not_answer_is_not_waited_for() {
        let silent = TcpListener::bind("127.0.0.1:0").unwrap();
        assert_eq!(ask(silent.local_addr().unwrap()), None);
    }
}
