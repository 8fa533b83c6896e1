//! What a server may ask for at the login.
//!
//! The driver answers whatever it is asked: with the password itself, with an MD5 hash that is as good as the password,
//! or with as many rounds of a hash as the server likes. Only SCRAM keeps the password from whoever asks. So the
//! server's messages are looked at before the driver sees them, up to the end of the login.
use std::{
    fmt, io,
    pin::Pin,
    task::{Context, Poll},
};

use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// The longest message of an authentication that is looked at; SCRAM's have some hundred bytes. Past this, the driver
/// finds a broken exchange by itself.
const MOST: usize = 4096;

/// SCRAM's rounds are usually 4,096. A million take a small Pi some seconds, four thousand million an afternoon.
const MOST_ROUNDS: u64 = 1_000_000;

/// Types of messages, and of requests for authentication. Source: PostgreSQL documentation, "Message Formats".
const AUTHENTICATION: u8 = b'R';
const READY_FOR_QUERY: u8 = b'Z';
const CLEARTEXT: u32 = 3;
const MD5: u32 = 5;
const SASL_CONTINUE: u32 = 11;

/// Why a login was broken off before an answer was given.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Improper(&'static str);

impl fmt::Display for Improper {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

impl std::error::Error for Improper {}

/// Follows the server's messages up to the end of the login.
#[derive(Debug)]
pub struct Login {
    /// Whether the password may be sent: over TLS to a server that has proved who it is, or within this machine.
    is_private: bool,
    is_over: bool,
    /// The beginning of the message that is coming in.
    message: Vec<u8>,
    /// How many bytes of it are still to come once it was looked at.
    rest: usize,
}

impl Login {
    /// From the first message on.
    pub fn new(is_private: bool) -> Login {
        Login { is_private, is_over: false, message: Vec::new(), rest: 0 }
    }

    /// Looks at what has come.
    pub fn judge(&mut self, mut bytes: &[u8]) -> Result<(), Improper> {
        while !self.is_over && !bytes.is_empty() {
            if self.rest > 0 {
                let passed = self.rest.min(bytes.len());
                self.rest -= passed;
                bytes = &bytes[passed..];
                continue;
            }
            self.message.push(bytes[0]);
            bytes = &bytes[1..];
            if let Some(length) = self.length()
                && self.message.len() >= length.min(MOST)
            {
                self.judge_message()?;
                self.rest = length - self.message.len();
                self.message.clear();
            }
        }
        Ok(())
    }

    /// The length of the message with its type, which the length on the wire leaves out.
    fn length(&self) -> Option<usize> {
        let length = u32::from_be_bytes(self.message.get(1..5)?.try_into().ok()?);
        usize::try_from(length).ok()?.max(4).checked_add(1)
    }

    fn judge_message(&mut self) -> Result<(), Improper> {
        self.is_over = self.message[0] == READY_FOR_QUERY;
        if self.message[0] != AUTHENTICATION {
            return Ok(());
        }
        let request = self.message.get(5..9).and_then(|code| code.try_into().ok()).map(u32::from_be_bytes);
        match request {
            Some(CLEARTEXT) if !self.is_private => {
                Err(Improper("the server asks for the password in clear text"))
            }
            Some(MD5) if !self.is_private => Err(Improper("the server asks for the password as an MD5 hash")),
            Some(SASL_CONTINUE) if rounds(&self.message[9..]) > MOST_ROUNDS => {
                Err(Improper("the server asks for more rounds of a hash than any honest one does"))
            }
            _ => Ok(()),
        }
    }
}

/// SCRAM's `i=`. A number that is none is for the driver to refuse.
fn rounds(text: &[u8]) -> u64 {
    let attribute = text.split(|byte| *byte == b',').find_map(|attribute| attribute.strip_prefix(b"i="));
    attribute.and_then(|digits| str::from_utf8(digits).ok()?.parse().ok()).unwrap_or_default()
}

/// What the driver gets: it sees no byte of the login that [`Login`] has not seen.
pub struct Guarded<S> {
    /// The stream below.
    pub stream: S,
    /// What has come so far.
    pub login: Login,
}

impl<S: AsyncRead + Unpin> AsyncRead for Guarded<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.stream).poll_read(cx, buf);
        self.login.judge(&buf.filled()[before..]).map_err(io::Error::other)?;
        poll
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Guarded<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn message(kind: u8, body: &[u8]) -> Vec<u8> {
        let length = u32::try_from(body.len() + 4).unwrap().to_be_bytes();
        [&[kind], &length[..], body].concat()
    }

    fn request(code: u32, rest: &[u8]) -> Vec<u8> {
        message(AUTHENTICATION, &[&code.to_be_bytes(), rest].concat())
    }

    /// In one piece, and byte by byte.
    fn judge(is_private: bool, bytes: &[u8]) -> Result<(), Improper> {
        let whole = Login::new(is_private).judge(bytes);
        let mut login = Login::new(is_private);
        let pieces = bytes.iter().try_for_each(|byte| login.judge(&[*byte]));
        assert_eq!(whole, pieces);
        whole
    }

    #[test]
    fn the_password_and_its_md5_hash_are_for_servers_that_proved_who_they_are() {
        for asked in [request(CLEARTEXT, b""), request(MD5, b"salt")] {
            assert!(judge(false, &asked).is_err());
            assert_eq!(judge(true, &asked), Ok(()));
        }
        assert_eq!(judge(false, &request(10, b"SCRAM-SHA-256\0\0")), Ok(()));
        assert_eq!(judge(false, &request(0, b"")), Ok(()));
    }

    #[test]
    fn a_request_is_found_behind_other_messages_however_long() {
        let notice = message(b'N', &[b'R'; 3 * MOST]);
        assert!(judge(false, &[notice, request(CLEARTEXT, b"")].concat()).is_err());
    }

    #[test]
    fn rounds_are_limited_whoever_asks() {
        let asked = |rounds: &str| request(SASL_CONTINUE, format!("r=abc,s=c2FsdA==,i={rounds}").as_bytes());
        assert_eq!(judge(true, &asked("4096")), Ok(()));
        assert!(judge(true, &asked("4294967295")).is_err());
        assert_eq!(judge(true, &asked("many")), Ok(()));
    }

    #[test]
    fn after_the_login_nothing_is_looked_at() {
        let over = [message(READY_FOR_QUERY, b"I"), request(CLEARTEXT, b"")].concat();
        assert_eq!(judge(false, &over), Ok(()));
    }

    #[test]
    fn lengths_that_lie_do_no_harm() {
        for length in [0, 1, 4, 5, u32::MAX] {
            let mut bytes = vec![AUTHENTICATION];
            bytes.extend(length.to_be_bytes());
            bytes.extend([0; 64]);
            assert_eq!(judge(false, &bytes), Ok(()));
        }
    }
}
