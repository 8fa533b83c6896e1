//! One deadline over everything that happens on a connection.
//!
//! The driver's own `connect_timeout` covers TCP only; a server that accepts and then stays silent would hang it for
//! ever. So the byte stream itself carries the deadline: [`Watched`] wraps TCP below TLS, and every read and write on
//! it fails once [`Progress`] says that time is up. The driver is told to negotiate TLS "directly", which makes it hand
//! over the stream right after TCP; the classic request for TLS is then sent here, inside the deadline.
use std::{
    future::Future,
    io,
    pin::Pin,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    task::{Context, Poll},
};

use postgres::tls::{ChannelBinding, MakeTlsConnect, TlsConnect, TlsStream};
use postgres_native_tls::{MakeTlsConnector, TlsStream as NativeTlsStream};
use tokio::{
    io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt, ReadBuf},
    time::{Instant, Sleep, sleep_until},
};

use super::error::{Phase, TlsNotOffered};

/// The wire form of SSLRequest: length 8, code 80877103.
/// Source: PostgreSQL documentation, "Message Formats".
pub const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// How far a unit of work has come and until when it may run; shared by the unit and its stream.
#[derive(Debug)]
pub struct Progress(Mutex<(Phase, Instant)>);

impl Progress {
    /// Starts a unit that may connect until `deadline`.
    pub fn new(deadline: Instant) -> Arc<Progress> {
        Arc::new(Progress(Mutex::new((Phase::Preparing, deadline))))
    }

    fn state(&self) -> MutexGuard<'_, (Phase, Instant)> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a phase begins.
    pub fn enter(&self, phase: Phase) {
        self.state().0 = phase;
    }

    /// The phase that began last.
    pub fn phase(&self) -> Phase {
        self.state().0
    }

    /// Moves the deadline.
    pub fn set_deadline(&self, deadline: Instant) {
        self.state().1 = deadline;
    }

    /// When reads and writes begin to fail.
    pub fn deadline(&self) -> Instant {
        self.state().1
    }
}

/// Makes connections whose every byte stands under the deadline.
#[derive(Clone)]
pub struct MakeWatched {
    /// `None` sends plain text, which the settings allow to loopback addresses only.
    pub tls: Option<MakeTlsConnector>,
    /// The unit that connects.
    pub progress: Arc<Progress>,
}

/// Connects once; see [`MakeWatched`].
pub struct ConnectWatched {
    tls: Option<postgres_native_tls::TlsConnector>,
    progress: Arc<Progress>,
}

impl<S> MakeTlsConnect<S> for MakeWatched
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = MaybeTls<S>;
    type TlsConnect = ConnectWatched;
    type Error = native_tls::Error;

    fn make_tls_connect(&mut self, domain: &str) -> Result<ConnectWatched, native_tls::Error> {
        let tls = match &mut self.tls {
            Some(tls) => Some(MakeTlsConnect::<Watched<S>>::make_tls_connect(tls, domain)?),
            None => None,
        };
        Ok(ConnectWatched { tls, progress: self.progress.clone() })
    }
}

impl<S> TlsConnect<S> for ConnectWatched
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = MaybeTls<S>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<MaybeTls<S>, BoxError>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let progress = self.progress;
            let sleep = Box::pin(sleep_until(progress.deadline()));
            let mut stream = Watched { inner: stream, sleep, progress: progress.clone() };
            let Some(tls) = self.tls else {
                progress.enter(Phase::LoggingIn);
                return Ok(MaybeTls::Plain(stream));
            };
            progress.enter(Phase::AskingForTls);
            stream.write_all(&SSL_REQUEST).await?;
            stream.flush().await?;
            // Exactly one byte: whatever a man in the middle sent along in plain text is never read as if it were ours.
            TlsNotOffered::judge(stream.read_u8().await?)?;
            progress.enter(Phase::Handshaking);
            let stream = tls.connect(stream).await?;
            progress.enter(Phase::LoggingIn);
            Ok(MaybeTls::Tls(stream))
        })
    }
}

/// A stream whose reads and writes fail once the deadline has passed.
pub struct Watched<S> {
    inner: S,
    sleep: Pin<Box<Sleep>>,
    progress: Arc<Progress>,
}

impl<S> Watched<S> {
    /// What is ready is handed on; what is not is refused when it is too late.
    fn or_too_late<T>(&mut self, cx: &mut Context<'_>, poll: Poll<io::Result<T>>) -> Poll<io::Result<T>> {
        if poll.is_ready() {
            return poll;
        }
        let deadline = self.progress.deadline();
        if self.sleep.deadline() != deadline {
            self.sleep.as_mut().reset(deadline);
        }
        match self.sleep.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(io::ErrorKind::TimedOut.into())),
            Poll::Pending => Poll::Pending,
        }
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_read(cx, buf);
        self.or_too_late(cx, poll)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        let poll = Pin::new(&mut self.inner).poll_write(cx, buf);
        self.or_too_late(cx, poll)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_flush(cx);
        self.or_too_late(cx, poll)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let poll = Pin::new(&mut self.inner).poll_shutdown(cx);
        self.or_too_late(cx, poll)
    }
}

/// TLS, or plain text to a loopback address.
pub enum MaybeTls<S> {
    /// Plain text under the deadline.
    Plain(Watched<S>),
    /// TLS over a stream under the deadline.
    Tls(NativeTlsStream<Watched<S>>),
}

/// Calls the same method on whichever stream there is.
macro_rules! either {
    ($self:ident, $stream:ident => $call:expr) => {
        match $self.get_mut() {
            MaybeTls::Plain($stream) => $call,
            MaybeTls::Tls($stream) => $call,
        }
    };
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncRead for MaybeTls<S> {
    fn poll_read(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        either!(self, s => Pin::new(s).poll_read(cx, buf))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> AsyncWrite for MaybeTls<S> {
    fn poll_write(self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        either!(self, s => Pin::new(s).poll_write(cx, buf))
    }

    fn poll_flush(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, s => Pin::new(s).poll_flush(cx))
    }

    fn poll_shutdown(self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        either!(self, s => Pin::new(s).poll_shutdown(cx))
    }
}

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for MaybeTls<S> {
    fn channel_binding(&self) -> ChannelBinding {
        match self {
            MaybeTls::Plain(_) => ChannelBinding::none(),
            MaybeTls::Tls(stream) => stream.channel_binding(),
        }
    }
}
