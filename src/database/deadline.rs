//! One deadline over everything that happens on a connection, and one measure of what may come over it.
//!
//! The driver's own `connect_timeout` covers TCP only; a server that accepts and then stays silent would hang it for
//! ever. So the byte stream itself carries the deadline: [`Watched`] wraps TCP below TLS, and every read and write on
//! it fails once [`Progress`] says that time is up, or that the server has sent more than it may: a server that never
//! falls silent could otherwise hold a unit for ever and fill the memory. The driver is told to negotiate TLS "directly", which makes it hand
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

use super::{
    error::{Phase, TlsNotOffered, TooMuch},
    login::{Guarded, Login},
};

/// The wire form of SSLRequest: length 8, code 80877103.
/// Source: PostgreSQL documentation, "Message Formats".
pub const SSL_REQUEST: [u8; 8] = [0, 0, 0, 8, 0x04, 0xd2, 0x16, 0x2f];

type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// What a server may send until the login is done, in bytes. A long chain of certificates has a tenth of it.
const MOST_BEFORE_LOGIN: usize = 1 << 20;

/// How far a unit of work has come, until when it may run, and what it may still read; shared by the unit and its
/// stream.
#[derive(Debug)]
pub struct Progress(Mutex<State>);

#[derive(Debug)]
struct State {
    phase: Phase,
    deadline: Instant,
    /// How many bytes the server may send, and how many of them are left.
    most: usize,
    left: usize,
}

impl Progress {
    /// Starts a unit that may connect until `deadline`.
    pub fn new(deadline: Instant) -> Arc<Progress> {
        let (most, left) = (MOST_BEFORE_LOGIN, MOST_BEFORE_LOGIN);
        Arc::new(Progress(Mutex::new(State { phase: Phase::Preparing, deadline, most, left })))
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Notes that a phase begins.
    pub fn enter(&self, phase: Phase) {
        self.state().phase = phase;
    }

    /// The phase that began last.
    pub fn phase(&self) -> Phase {
        self.state().phase
    }

    /// Moves the deadline.
    pub fn set_deadline(&self, deadline: Instant) {
        self.state().deadline = deadline;
    }

    /// When reads and writes begin to fail.
    pub fn deadline(&self) -> Instant {
        self.state().deadline
    }

    /// The server may send so many bytes from here on.
    pub fn allow(&self, most: usize) {
        let mut state = self.state();
        (state.most, state.left) = (most, most);
    }

    /// Notes that bytes have come.
    fn take(&self, bytes: usize) -> io::Result<()> {
        let mut state = self.state();
        state.left = state.left.checked_sub(bytes).ok_or_else(|| io::Error::other(TooMuch(state.most)))?;
        Ok(())
    }
}

/// Makes connections whose every byte stands under the deadline.
#[derive(Clone)]
pub struct MakeWatched {
    /// `None` sends plain text, which the settings allow to loopback addresses only.
    pub tls: Option<MakeTlsConnector>,
    /// Whether nobody in between can read what is sent; see [`Login`].
    pub is_private: bool,
    /// The unit that connects.
    pub progress: Arc<Progress>,
}

/// Connects once; see [`MakeWatched`].
pub struct ConnectWatched {
    tls: Option<postgres_native_tls::TlsConnector>,
    is_private: bool,
    progress: Arc<Progress>,
}

impl<S> MakeTlsConnect<S> for MakeWatched
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Guarded<MaybeTls<S>>;
    type TlsConnect = ConnectWatched;
    type Error = native_tls::Error;

    fn make_tls_connect(&mut self, domain: &str) -> Result<ConnectWatched, native_tls::Error> {
        let tls = match &mut self.tls {
            Some(tls) => Some(MakeTlsConnect::<Watched<S>>::make_tls_connect(tls, domain)?),
            None => None,
        };
        Ok(ConnectWatched { tls, is_private: self.is_private, progress: self.progress.clone() })
    }
}

impl<S> TlsConnect<S> for ConnectWatched
where
    S: AsyncRead + AsyncWrite + Unpin + Send + 'static,
{
    type Stream = Guarded<MaybeTls<S>>;
    type Error = BoxError;
    type Future = Pin<Box<dyn Future<Output = Result<Self::Stream, BoxError>> + Send>>;

    fn connect(self, stream: S) -> Self::Future {
        Box::pin(async move {
            let (progress, login) = (self.progress, Login::new(self.is_private));
            let sleep = Box::pin(sleep_until(progress.deadline()));
            let mut stream = Watched { inner: stream, sleep, progress: progress.clone() };
            let Some(tls) = self.tls else {
                progress.enter(Phase::LoggingIn);
                return Ok(Guarded { stream: MaybeTls::Plain(stream), login });
            };
            progress.enter(Phase::AskingForTls);
            stream.write_all(&SSL_REQUEST).await?;
            stream.flush().await?;
            // Exactly one byte: whatever a man in the middle sent along in plain text is never read as if it were ours.
            TlsNotOffered::judge(stream.read_u8().await?)?;
            progress.enter(Phase::Handshaking);
            let stream = tls.connect(stream).await?;
            progress.enter(Phase::LoggingIn);
            Ok(Guarded { stream: MaybeTls::Tls(stream), login })
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
        let deadline = self.progress.deadline();
        if poll.is_ready() {
            // The clock itself: a server that always has something ready would keep the timer from being asked.
            return if Instant::now() < deadline { poll } else { Poll::Ready(Err(too_late())) };
        }
        if self.sleep.deadline() != deadline {
            self.sleep.as_mut().reset(deadline);
        }
        match self.sleep.as_mut().poll(cx) {
            Poll::Ready(()) => Poll::Ready(Err(too_late())),
            Poll::Pending => Poll::Pending,
        }
    }
}

fn too_late() -> io::Error {
    io::ErrorKind::TimedOut.into()
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buf: &mut ReadBuf<'_>,
    ) -> Poll<io::Result<()>> {
        let before = buf.filled().len();
        let poll = Pin::new(&mut self.inner).poll_read(cx, buf);
        self.progress.take(buf.filled().len() - before)?;
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

impl<S: AsyncRead + AsyncWrite + Unpin> TlsStream for Guarded<MaybeTls<S>> {
    fn channel_binding(&self) -> ChannelBinding {
        match &self.stream {
            MaybeTls::Plain(_) => ChannelBinding::none(),
            MaybeTls::Tls(stream) => stream.channel_binding(),
        }
    }
}

#[cfg(test)]
mod tests {
    use std::{task::Waker, time::Duration};

    use super::*;
    use crate::database::error::TooMuch;

    /// Always has something ready.
    struct Endless;

    impl AsyncRead for Endless {
        fn poll_read(
            self: Pin<&mut Self>,
            _: &mut Context<'_>,
            buf: &mut ReadBuf<'_>,
        ) -> Poll<io::Result<()>> {
            buf.put_slice(&[0; 100]);
            Poll::Ready(Ok(()))
        }
    }

    /// Reads a hundred bytes from a server that never falls silent.
    fn read(progress: &Arc<Progress>) -> io::Result<()> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let _inside = runtime.enter();
        let sleep = Box::pin(sleep_until(progress.deadline()));
        let mut stream = Watched { inner: Endless, sleep, progress: progress.clone() };
        let mut bytes = [0; 100];
        let mut context = Context::from_waker(Waker::noop());
        match Pin::new(&mut stream).poll_read(&mut context, &mut ReadBuf::new(&mut bytes)) {
            Poll::Ready(result) => result,
            Poll::Pending => panic!("nothing was ready"),
        }
    }

    #[test]
    fn the_deadline_holds_although_there_is_always_something_to_read() {
        let progress = Progress::new(Instant::now() + Duration::from_secs(60));
        assert!(read(&progress).is_ok());
        progress.set_deadline(Instant::now());
        assert_eq!(read(&progress).unwrap_err().kind(), io::ErrorKind::TimedOut);
    }

    #[test]
    fn no_more_is_read_than_is_allowed() {
        let progress = Progress::new(Instant::now() + Duration::from_secs(60));
        progress.allow(250);
        assert!(read(&progress).is_ok() && read(&progress).is_ok());
        let refused = read(&progress).unwrap_err();
        assert!(matches!(refused.get_ref().and_then(|e| e.downcast_ref()), Some(TooMuch(250))), "{refused}");
        progress.allow(100);
        assert!(read(&progress).is_ok());
    }
}
