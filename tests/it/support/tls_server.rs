//! Servers that speak just enough of PostgreSQL's start to see what scribe makes of their certificate, and the
//! certificates for them.
use std::{
    io::{Read, Write},
    net::{TcpListener, TcpStream},
    thread::{self, JoinHandle},
};

use native_tls::{Identity, TlsAcceptor};
use openssl::{
    asn1::Asn1Time,
    bn::BigNum,
    hash::MessageDigest,
    pkey::{PKey, Private},
    rsa::Rsa,
    x509::{
        X509, X509Builder, X509Name,
        extension::{BasicConstraints, SubjectAlternativeName},
    },
};

use super::PATIENCE;

/// In seconds.
const DAY: i64 = 24 * 60 * 60;

/// A certificate with its key.
pub struct Certified {
    certificate: X509,
    key: PKey<Private>,
}

/// What is wrong with a certificate, if anything.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Flaw {
    None,
    WrongName,
    Expired,
    NotYetValid,
}

impl Certified {
    /// An authority of its own, valid for years around now.
    pub fn authority() -> Certified {
        Certified::signing("Test Authority", None)
    }

    /// An authority between another and its servers.
    pub fn intermediate(authority: &Certified) -> Certified {
        Certified::signing("Test Intermediate", Some(authority))
    }

    fn signing(name: &str, issuer: Option<&Certified>) -> Certified {
        sign(name, issuer, (-1000, 1000), |builder| {
            builder.append_extension(BasicConstraints::new().critical().ca().build().unwrap()).unwrap();
        })
    }

    /// A server's certificate, issued by an authority, or by itself.
    pub fn server(authority: Option<&Certified>, flaw: Flaw) -> Certified {
        let days = match flaw {
            Flaw::Expired => (-20, -10),
            Flaw::NotYetValid => (10, 20),
            Flaw::None | Flaw::WrongName => (-10, 10),
        };
        let name = if flaw == Flaw::WrongName { "elsewhere.example.org" } else { "localhost" };
        sign(name, authority, days, |builder| {
            let names = SubjectAlternativeName::new().dns(name).build(&builder.x509v3_context(None, None));
            builder.append_extension(names.unwrap()).unwrap();
        })
    }

    /// As a file for `DB_SSLROOTCERT`.
    pub fn pem(&self) -> Vec<u8> {
        self.certificate.to_pem().unwrap()
    }

    /// As a server presents it, with its authority's certificate where one is given.
    pub fn identity(&self, authority: Option<&Certified>) -> Identity {
        let mut chain = self.pem();
        chain.extend(authority.map(Certified::pem).unwrap_or_default());
        Identity::from_pkcs8(&chain, &self.key.private_key_to_pem_pkcs8().unwrap()).unwrap()
    }
}

/// `days`: from when until when it is valid, counted from now.
fn sign(
    name: &str,
    issuer: Option<&Certified>,
    days: (i64, i64),
    extend: impl Fn(&mut X509Builder),
) -> Certified {
    let now = std::time::UNIX_EPOCH.elapsed().unwrap().as_secs().cast_signed();
    let time = |days| Asn1Time::from_unix(now + days * DAY).unwrap();
    let key = PKey::from_rsa(Rsa::generate(2048).unwrap()).unwrap();
    let mut subject = X509Name::builder().unwrap();
    subject.append_entry_by_text("CN", name).unwrap();
    let subject = subject.build();
    let mut serial = BigNum::new().unwrap();
    serial.pseudo_rand(64, openssl::bn::MsbOption::ONE, false).unwrap();

    let mut builder = X509::builder().unwrap();
    builder.set_version(2).unwrap();
    builder.set_serial_number(&serial.to_asn1_integer().unwrap()).unwrap();
    builder.set_subject_name(&subject).unwrap();
    builder.set_issuer_name(issuer.map_or(&subject, |issuer| issuer.certificate.subject_name())).unwrap();
    builder.set_not_before(&time(days.0)).unwrap();
    builder.set_not_after(&time(days.1)).unwrap();
    builder.set_pubkey(&key).unwrap();
    extend(&mut builder);
    builder.sign(issuer.map_or(&key, |issuer| &issuer.key), MessageDigest::sha256()).unwrap();
    Certified { certificate: builder.build(), key }
}

/// What a server saw of one connection.
#[derive(Debug, PartialEq, Eq)]
pub struct Seen {
    /// In plain text.
    pub plain: Vec<u8>,
    /// Inside TLS.
    pub inside: Vec<u8>,
}

/// A server for one connection.
pub struct TlsServer {
    pub port: u16,
    thread: JoinHandle<Seen>,
}

impl TlsServer {
    /// Answers the request for TLS with yes and shows its certificate, with its authority's where one is given.
    pub fn showing(server: &Certified, authority: Option<&Certified>) -> TlsServer {
        let acceptor = TlsAcceptor::new(server.identity(authority)).unwrap();
        TlsServer::start(move |mut stream| {
            let mut plain = vec![0; 8];
            stream.read_exact(&mut plain).unwrap();
            stream.write_all(b"S").unwrap();
            let mut inside = Vec::new();
            if let Ok(mut stream) = acceptor.accept(stream) {
                // The start-up message begins with its length; whatever comes first is enough.
                let mut bytes = [0; 1024];
                let length = stream.read(&mut bytes).unwrap_or(0);
                inside.extend(&bytes[..length]);
            }
            Seen { plain, inside }
        })
    }

    /// After the handshake it hears a flight of the client's, and says the first of these, and so on.
    pub fn saying(server: &Certified, sayings: Vec<Vec<u8>>) -> TlsServer {
        let acceptor = TlsAcceptor::new(server.identity(None)).unwrap();
        TlsServer::start(move |mut stream| {
            let mut plain = vec![0; 8];
            stream.read_exact(&mut plain).unwrap();
            stream.write_all(b"S").unwrap();
            let mut inside = Vec::new();
            let mut stream = acceptor.accept(stream).unwrap();
            let mut bytes = [0; 1024];
            for saying in sayings {
                let Ok(length @ 1..) = stream.read(&mut bytes) else { break };
                inside.extend(&bytes[..length]);
                // A client that is gone has heard enough.
                let _ = stream.write_all(&saying);
            }
            Seen { plain, inside }
        })
    }

    /// Gives this answer to the request for TLS and then listens to the end.
    pub fn answering(answer: &'static [u8]) -> TlsServer {
        TlsServer::start(move |mut stream| {
            let mut plain = vec![0; 8];
            stream.read_exact(&mut plain).unwrap();
            stream.write_all(answer).unwrap();
            // A client that is gone may show as an error; what was read stands all the same.
            let _ = stream.read_to_end(&mut plain);
            Seen { plain, inside: Vec::new() }
        })
    }

    fn start(serve: impl FnOnce(TcpStream) -> Seen + Send + 'static) -> TlsServer {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let thread = thread::spawn(move || {
            let (stream, _) = listener.accept().unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            serve(stream)
        });
        TlsServer { port, thread }
    }

    /// What it saw.
    pub fn seen(self) -> Seen {
        self.thread.join().unwrap()
    }
}
