//! A proxy between scribe and the server that breaks each connection at one of its flights.
//!
//! A flight is what the client sends before it waits for the server: the request for TLS is the first, then come the
//! handshake, the login and each statement; the goodbye is the last.
use std::{
    io::{Read, Write},
    net::{Shutdown, TcpStream},
    sync::{
        Arc, Mutex, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    thread,
    time::{Duration, Instant},
};

use super::{eventually, listen, server};

/// What happens at the flight. A stall swallows everything that follows, in both directions, and keeps the connection
/// open; a cut ends it. Parts are in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    None,
    /// The flight never arrives.
    StallBefore,
    /// A part of the flight arrives.
    StallWithin(usize),
    /// The flight arrives, and its answer does not.
    StallAfter,
    /// The flight arrives, and a part of its answer.
    StallWithinAnswer(usize),
    /// The flight never arrives.
    CutBefore,
    /// A part of the flight arrives.
    CutWithin(usize),
    /// The flight arrives, and nobody waits for what the server makes of it.
    CutWhile,
    /// The flight arrives, and a part of its answer.
    CutWithinAnswer(usize),
    /// The flight arrives, and the server has answered.
    CutAfter,
    /// This flight and those after it arrive so much later.
    Delay(Duration),
    /// From this flight on bytes arrive one by one, with this pause between them, in both directions.
    Drip(Duration),
}

impl Fault {
    fn upon_flight(self) -> Verdict {
        match self {
            Fault::StallBefore => Verdict::Stall(0),
            Fault::StallWithin(part) => Verdict::Stall(part),
            Fault::CutBefore => Verdict::Cut(0),
            Fault::CutWithin(part) => Verdict::Cut(part),
            Fault::CutWhile => Verdict::Cut(100),
            Fault::Delay(by) => Verdict::Late(by),
            Fault::Drip(pause) => Verdict::Drip(pause),
            Fault::None
            | Fault::StallAfter
            | Fault::StallWithinAnswer(_)
            | Fault::CutWithinAnswer(_)
            | Fault::CutAfter => Verdict::Pass,
        }
    }

    fn upon_answer(self) -> Verdict {
        match self {
            Fault::StallAfter => Verdict::Stall(0),
            Fault::StallWithinAnswer(part) => Verdict::Stall(part),
            Fault::CutWithinAnswer(part) => Verdict::Cut(part),
            Fault::CutAfter => Verdict::Cut(0),
            Fault::Drip(pause) => Verdict::Drip(pause),
            _ => Verdict::Pass,
        }
    }

    /// Whether the connection stays open and says nothing more.
    pub fn is_stall(self) -> bool {
        matches!(
            self,
            Fault::StallBefore | Fault::StallWithin(_) | Fault::StallAfter | Fault::StallWithinAnswer(_)
        )
    }

    fn goes_on(self) -> bool {
        matches!(self, Fault::Delay(_) | Fault::Drip(_))
    }
}

/// What to do with some bytes. Parts are in percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Verdict {
    Pass,
    Late(Duration),
    Drip(Duration),
    /// A part is passed, and nothing after it.
    Stall(usize),
    /// A part is passed, and the connection breaks.
    Cut(usize),
}

/// When and how to break. Flights are counted from 1.
#[derive(Debug, Clone, Copy)]
pub struct Plan {
    pub fault: Fault,
    pub flight: usize,
}

pub struct Proxy {
    pub port: u16,
    seen: Arc<Seen>,
}

/// What was seen on the connections so far.
#[derive(Default)]
struct Seen {
    /// Directions of connections that are still open.
    open: AtomicUsize,
    flights: AtomicUsize,
    /// On all connections together.
    all_flights: AtomicUsize,
    connections: AtomicUsize,
    struck: OnceLock<Instant>,
    strikes: AtomicUsize,
}

impl Proxy {
    /// Listens, and treats each connection by the plan.
    pub fn start(plan: Plan) -> Proxy {
        Proxy::with(move |_| plan)
    }

    /// Treats the first connection by the plan, and lets the others pass.
    pub fn once(plan: Plan) -> Proxy {
        let undisturbed = Plan { fault: Fault::None, flight: 0 };
        Proxy::with(move |number| if number == 0 { plan } else { undisturbed })
    }

    fn with(plan: impl Fn(usize) -> Plan + Send + 'static) -> Proxy {
        let seen = Arc::new(Seen::default());
        let mut connections = 0;
        let port = listen({
            let seen = seen.clone();
            move |client| {
                let (server, plan) = (server(), plan(connections));
                connections += 1;
                seen.open.fetch_add(2, Ordering::SeqCst);
                seen.connections.fetch_add(1, Ordering::SeqCst);
                let connection = Arc::new(Connection { plan, seen: seen.clone(), state: Mutex::default() });
                let up = Way::new(&client, &server, &connection);
                let down = Way::new(&server, &client, &connection);
                thread::spawn(move || up.run(true));
                thread::spawn(move || down.run(false));
            }
        });
        Proxy { port, seen }
    }

    /// The most flights that a connection had, once all of them are over.
    pub fn flights(&self) -> usize {
        eventually("the connections end", || self.seen.open.load(Ordering::SeqCst) == 0);
        self.seen.flights.load(Ordering::SeqCst)
    }

    /// How many connections there were, and how many flights they had together, once all of them are over.
    pub fn traffic(&self) -> (usize, usize) {
        eventually("the connections end", || self.seen.open.load(Ordering::SeqCst) == 0);
        (self.seen.connections.load(Ordering::SeqCst), self.seen.all_flights.load(Ordering::SeqCst))
    }

    /// Whether the flight of the plan was reached.
    pub fn has_struck(&self) -> bool {
        self.struck_at().is_some()
    }

    /// When the flight of the plan was reached first.
    pub fn struck_at(&self) -> Option<Instant> {
        self.seen.struck.get().copied()
    }

    /// How many connections were broken.
    #[allow(dead_code, reason = "of use in tests/leaks.rs")]
    pub fn strikes(&self) -> usize {
        self.seen.strikes.load(Ordering::SeqCst)
    }
}

/// What both directions of a connection share.
struct Connection {
    plan: Plan,
    seen: Arc<Seen>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    flights: usize,
    client_spoke_last: bool,
    /// Nothing passes any more.
    broken: bool,
}

impl Connection {
    /// No bytes are the end of the server's side: the answer to a goodbye.
    fn judge(&self, from_client: bool, bytes: &[u8]) -> Verdict {
        let mut state = self.state.lock().unwrap();
        // The end of TLS follows the goodbye, and the server may have ended it in between.
        if from_client && !state.client_spoke_last && bytes.len() != ALERT {
            state.flights += 1;
            self.seen.flights.fetch_max(state.flights, Ordering::SeqCst);
            self.seen.all_flights.fetch_add(1, Ordering::SeqCst);
        }
        state.client_spoke_last = from_client;
        if state.broken {
            return Verdict::Stall(0);
        }
        let Plan { fault, flight } = self.plan;
        let is_struck = state.flights == flight || fault.goes_on() && state.flights > flight;
        let verdict = match (is_struck, from_client) {
            (false, _) => Verdict::Pass,
            (true, true) => fault.upon_flight(),
            (true, false) => fault.upon_answer(),
        };
        state.broken = matches!(verdict, Verdict::Stall(_) | Verdict::Cut(_));
        if verdict != Verdict::Pass {
            self.seen.struck.get_or_init(Instant::now);
        }
        self.seen.strikes.fetch_add(usize::from(state.broken), Ordering::SeqCst);
        verdict
    }
}

/// One direction of a connection.
struct Way {
    from: TcpStream,
    to: TcpStream,
    connection: Arc<Connection>,
}

impl Way {
    fn new(from: &TcpStream, to: &TcpStream, connection: &Arc<Connection>) -> Way {
        to.set_nodelay(true).unwrap();
        let [from, to] = [from, to].map(|stream| stream.try_clone().unwrap());
        Way { from, to, connection: connection.clone() }
    }

    fn run(mut self, from_client: bool) {
        let mut records = Records::default();
        let mut waiting = Vec::new();
        let mut bytes = vec![0; 64 * 1024];
        // What the client ends is over in any case.
        let mut is_cut = from_client;
        while let Ok(length @ 1..) = self.from.read(&mut bytes) {
            waiting.extend(&bytes[..length]);
            if from_client && !records.end_a_flight(&waiting) {
                continue;
            }
            let verdict = self.connection.judge(from_client, &waiting);
            if self.pass(&waiting, verdict).is_err() || matches!(verdict, Verdict::Cut(_)) {
                is_cut = true;
                break;
            }
            waiting.clear();
        }
        // What was stalled stays open until the client has had enough.
        if is_cut || !matches!(self.connection.judge(false, &[]), Verdict::Stall(_)) {
            let _ = self.to.shutdown(Shutdown::Both);
            let _ = self.from.shutdown(Shutdown::Both);
        }
        self.connection.seen.open.fetch_sub(1, Ordering::SeqCst);
    }

    fn pass(&mut self, bytes: &[u8], verdict: Verdict) -> std::io::Result<()> {
        match verdict {
            Verdict::Pass | Verdict::Cut(100) => self.to.write_all(bytes),
            Verdict::Stall(part) | Verdict::Cut(part) => {
                self.to.write_all(&bytes[..share(part, bytes.len())])
            }
            Verdict::Late(by) => {
                thread::sleep(by);
                self.to.write_all(bytes)
            }
            Verdict::Drip(pause) => bytes.iter().try_for_each(|byte| {
                thread::sleep(pause);
                self.to.write_all(&[*byte])
            }),
        }
    }
}

/// So many percent, but neither nothing nor all, where there is something in between.
fn share(percent: usize, length: usize) -> usize {
    if percent == 0 { 0 } else { (length * percent / 100).max(1).min(length.saturating_sub(1)) }
}

/// What the client has sent, in TLS 1.3's records, by which belongs together what it sends without waiting.
#[derive(Default)]
struct Records {
    had_encrypted: bool,
}

impl Records {
    /// Whether these bytes, which follow the last flight, are a whole one.
    fn end_a_flight(&mut self, bytes: &[u8]) -> bool {
        if bytes.starts_with(&[0]) {
            return bytes.len() == SSL_REQUEST_LENGTH;
        }
        let (mut rest, mut kind, mut length) = (bytes, 0, 0);
        while let [first, _, _, high, low, after @ ..] = rest {
            (kind, length) = (*first, usize::from(u16::from_be_bytes([*high, *low])));
            let Some(next) = after.get(length..) else { return false };
            rest = next;
        }
        // The start-up message follows the end of the handshake at once.
        let ends_handshake = kind == CHANGE_CIPHER_SPEC || !self.had_encrypted && FINISHED.contains(&length);
        let is_whole = rest.is_empty() && !ends_handshake;
        self.had_encrypted |= is_whole && kind == ENCRYPTED;
        is_whole
    }
}

/// Source: PostgreSQL documentation, "Message Formats".
const SSL_REQUEST_LENGTH: usize = 8;

/// Content types of records. Source: RFC 8446, section 5.1.
const CHANGE_CIPHER_SPEC: u8 = 20;
const ENCRYPTED: u8 = 23;

/// What encryption adds to a record's content: its type and a tag. Source: the same, section 5.2.
const ADDED: usize = 1 + 16;

/// The sizes of encrypted Finished messages, with SHA-256 and SHA-384. Source: the same, section 4.4.4.
const FINISHED: [usize; 2] = [4 + 32 + ADDED, 4 + 48 + ADDED];

/// The size of an encrypted alert with its header.
const ALERT: usize = 5 + 2 + ADDED;
