//! The way to the database step by step, for people: name, TCP, certificate. What is found is told and not judged, and
//! nothing is sent but the request for TLS and a handshake.
use std::{
    io::{self, Read, Write},
    net::{IpAddr, SocketAddr, TcpStream},
    sync::mpsc,
    time::{Duration, Instant},
};

use openssl::{
    asn1::Asn1Time,
    nid::Nid,
    ssl::{HandshakeError, SslConnector, SslMethod, SslStream, SslVerifyMode},
    x509::{X509, X509NameRef, X509Ref, store::X509StoreBuilder},
};

use super::{
    Cause, DatabaseError, Phase,
    deadline::SSL_REQUEST,
    error::TlsNotOffered,
    resolve::{Resolver, share},
};
use crate::config::DatabaseSettings;

const UNIT: &str = "doctor";

/// More authorities than these are not named.
const LONGEST_CHAIN: usize = 5;

/// The addresses of the host, at least one.
pub fn addresses(settings: &DatabaseSettings) -> Result<Vec<IpAddr>, DatabaseError> {
    let deadline = Instant::now() + settings.connect_timeout;
    let failed = |cause| DatabaseError { unit: UNIT, phase: Phase::Resolving, cause };
    Resolver::new(&settings.host).resolve(deadline).map_err(failed)
}

/// A TCP connection.
pub struct Dialled {
    /// Open, and nothing was sent on it.
    pub stream: TcpStream,
    /// Where it leads.
    pub address: SocketAddr,
    /// How long it took to open.
    pub took: Duration,
    /// The addresses that were tried before, and why they did not do.
    pub in_vain: Vec<(SocketAddr, String)>,
}

/// Opens a connection to the first address that answers.
pub fn dial(settings: &DatabaseSettings, addresses: &[IpAddr]) -> Result<Dialled, DatabaseError> {
    let each = share(settings.connect_timeout, addresses.len());
    let mut in_vain = Vec::new();
    let mut last = Cause::Timeout(each);
    for address in addresses {
        let address = SocketAddr::new(*address, settings.port);
        let started = Instant::now();
        match TcpStream::connect_timeout(&address, each) {
            Ok(stream) => return Ok(Dialled { stream, address, took: started.elapsed(), in_vain }),
            Err(error) => {
                last = cause(&error, started);
                in_vain.push((address, error.to_string()));
            }
        }
    }
    Err(DatabaseError { unit: UNIT, phase: Phase::Connecting, cause: last })
}

/// What a server shows in a TLS handshake.
#[derive(Debug)]
pub struct Handshake {
    /// E.g. `TLSv1.3`.
    pub protocol: &'static str,
    /// Whom the certificate was issued for.
    pub subject: String,
    /// Who issued it, who issued that one's certificate, and so on, as far as the chain goes.
    pub issuers: Vec<String>,
    /// Days until the certificate expires; negative when it has.
    pub days_left: i32,
    /// Days from the certificate's issue to its expiry.
    pub life: i32,
    /// The authority's certificate that expires before this one, where there is one: whose, and in how many days.
    pub sooner: Option<(String, i32)>,
    /// What verification in full finds wrong, in OpenSSL's words; empty where nothing is.
    pub complaints: Vec<String>,
}

/// Asks for TLS and looks at the certificate, whatever it is worth.
pub fn certificate(settings: &DatabaseSettings, stream: TcpStream) -> Result<Handshake, DatabaseError> {
    let started = Instant::now();
    let mut stream = Bounded { stream, deadline: started + settings.connect_timeout };
    let failed = |phase| move |cause| DatabaseError { unit: UNIT, phase, cause };
    let mut answer = [0];
    let asked = stream.write_all(&SSL_REQUEST).and_then(|()| stream.read_exact(&mut answer));
    asked.map_err(|error| cause(&error, started)).map_err(failed(Phase::AskingForTls))?;
    TlsNotOffered::judge(answer[0])
        .map_err(|refusal| failed(Phase::AskingForTls)(Cause::Tls(refusal.to_string())))?;
    let (complain, complaints) = mpsc::channel();
    let mut stream = shake_hands(settings, stream, complain, started).map_err(failed(Phase::Handshaking))?;
    let mut complaints: Vec<String> = complaints.try_iter().collect();
    complaints.dedup();
    let shown =
        shown(&stream, complaints).ok_or_else(|| Cause::Tls("the server shows no certificate".into()));
    // A courtesy to the server's log; whether it arrives does not matter.
    let _ = stream.shutdown();
    shown.map_err(failed(Phase::Handshaking))
}

/// Verifies as `verify-full` does, only that every complaint is noted and none ends the handshake.
fn shake_hands(
    settings: &DatabaseSettings,
    stream: Bounded,
    complain: mpsc::Sender<String>,
    started: Instant,
) -> Result<SslStream<Bounded>, Cause> {
    let set_up = || -> Result<_, Box<dyn std::error::Error>> {
        let mut builder = SslConnector::builder(SslMethod::tls())?;
        if let Some(path) = &settings.root_certificates {
            let mut store = X509StoreBuilder::new()?;
            for certificate in X509::stack_from_pem(&std::fs::read(path)?)? {
                store.add_cert(certificate)?;
            }
            builder.set_cert_store(store.build());
        }
        builder.set_verify_callback(SslVerifyMode::NONE, move |fine, context| {
            if !fine {
                // The receiver lives as long as the handshake.
                let _ = complain.send(context.error().error_string().to_string());
            }
            true
        });
        Ok(builder.build().configure()?)
    };
    let configuration = set_up().map_err(|error| Cause::Tls(error.to_string()))?;
    configuration.connect(&settings.host, stream).map_err(|error| match error {
        HandshakeError::Failure(broken) | HandshakeError::WouldBlock(broken) => {
            match broken.error().io_error() {
                Some(error) => cause(error, started),
                None => Cause::Tls(broken.error().to_string()),
            }
        }
        HandshakeError::SetupFailure(error) => Cause::Tls(error.to_string()),
    })
}

fn shown(stream: &SslStream<Bounded>, complaints: Vec<String>) -> Option<Handshake> {
    let ssl = stream.ssl();
    let leaf = ssl.peer_certificate()?;
    let days_left = days_left(&leaf)?;
    // The chain as it was built here, up to an authority of ours, or at least what the server sent of it.
    let chain = ssl.verified_chain().or(ssl.peer_cert_chain())?;
    let names = |it: &X509Ref| (name(it.subject_name()), name(it.issuer_name()));
    // A root's issuer is itself.
    let issuers =
        chain.iter().map(names).filter(|(subject, issuer)| subject != issuer).map(|(_, issuer)| issuer);
    let sooner = chain
        .iter()
        .filter_map(|certificate| Some((name(certificate.subject_name()), self::days_left(certificate)?)))
        .min_by_key(|(_, days)| *days)
        .filter(|(_, days)| *days < days_left);
    Some(Handshake {
        protocol: ssl.version_str(),
        subject: subject(&leaf),
        issuers: issuers.take(LONGEST_CHAIN).collect(),
        days_left,
        life: leaf.not_before().diff(leaf.not_after()).ok()?.days,
        sooner,
        complaints,
    })
}

fn days_left(certificate: &X509Ref) -> Option<i32> {
    let now = Asn1Time::days_from_now(0).ok()?;
    Some(now.diff(certificate.not_after()).ok()?.days)
}

/// The host names of a certificate, or the name of its subject.
fn subject(certificate: &X509Ref) -> String {
    let names: Vec<String> = certificate
        .subject_alt_names()
        .iter()
        .flatten()
        .filter_map(|name| name.dnsname().map(String::from))
        .take(5)
        .collect();
    if names.is_empty() { name(certificate.subject_name()) } else { names.join(", ") }
}

/// The common name, or the organisation where there is none.
fn name(name: &X509NameRef) -> String {
    [Nid::COMMONNAME, Nid::ORGANIZATIONNAME]
        .into_iter()
        .flat_map(|nid| name.entries_by_nid(nid))
        .find_map(|entry| entry.data().to_string().ok())
        .unwrap_or_else(|| "nobody".into())
}

fn cause(error: &io::Error, started: Instant) -> Cause {
    match error.kind() {
        io::ErrorKind::TimedOut => Cause::Timeout(started.elapsed()),
        io::ErrorKind::ConnectionRefused => Cause::Closed(error.to_string()),
        _ => Cause::Broken(error.to_string()),
    }
}

/// A stream on which reading and writing fail once the deadline has passed.
#[derive(Debug)]
struct Bounded {
    stream: TcpStream,
    deadline: Instant,
}

impl Bounded {
    fn remaining(&self) -> io::Result<Option<Duration>> {
        let remaining = self.deadline.saturating_duration_since(Instant::now());
        if remaining.is_zero() { Err(io::ErrorKind::TimedOut.into()) } else { Ok(Some(remaining)) }
    }
}

/// The system says that the stream would block when its time-out is over.
fn too_late(error: io::Error) -> io::Error {
    if error.kind() == io::ErrorKind::WouldBlock { io::ErrorKind::TimedOut.into() } else { error }
}

impl Read for Bounded {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.stream.set_read_timeout(self.remaining()?)?;
        self.stream.read(buffer).map_err(too_late)
    }
}

impl Write for Bounded {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        self.stream.set_write_timeout(self.remaining()?)?;
        self.stream.write(buffer).map_err(too_late)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.stream.flush()
    }
}
