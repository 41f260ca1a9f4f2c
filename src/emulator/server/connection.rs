//! Connections that can be reset while a request on them is under way.

use std::io;
use std::net::SocketAddr;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::task::{Context, Poll};

use axum::extract::connect_info::Connected;
use axum::serve::{IncomingStream, Listener};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};
use tokio::net::{TcpListener, TcpStream};

use crate::emulator::tls::TlsListener;

/// A TCP connection that [`Line::reset`] ends at once, whatever speaks over it.
pub(in crate::emulator) struct Connection {
    stream: TcpStream,
    line: Line,
}

/// The handle of a connection, for whoever answers a request on it.
#[derive(Debug, Clone, Default)]
pub(in crate::emulator) struct Line(Arc<AtomicBool>);

impl Line {
    /// Resets the connection: nothing more is read or written, and its peer gets a TCP RST in place of an end.
    ///
    /// Over HTTP/2 every request under way on the connection loses its answer, as when a real one breaks.
    pub(super) fn reset(&self) {
        self.0.store(true, Ordering::Release);
    }

    fn is_reset(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}

impl Connection {
    pub(in crate::emulator) fn new(stream: TcpStream) -> Self {
        // Without it a small answer may wait for an acknowledgement. Should it fail, answers are only slower.
        let _ = stream.set_nodelay(true);
        Self { stream, line: Line::default() }
    }

    pub(in crate::emulator) fn line(&self) -> Line {
        self.line.clone()
    }

    /// An error once the connection was reset: whoever polls it lets go of it then.
    fn check(&self) -> io::Result<()> {
        if self.line.is_reset() { Err(io::ErrorKind::ConnectionReset.into()) } else { Ok(()) }
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if self.line.is_reset() {
            // To close with data unsent and no time to linger is what makes the system send RST.
            let _ = self.stream.set_zero_linger();
        }
    }
}

impl AsyncRead for Connection {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_read(cx, buf)
    }
}

impl AsyncWrite for Connection {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buf: &[u8]) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write(cx, buf)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        bufs: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_write_vectored(cx, bufs)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        self.check()?;
        Pin::new(&mut self.stream).poll_flush(cx)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        // A shutdown would send the orderly end that a reset is not.
        self.check()?;
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }
}

/// Accepts connections without TLS.
pub(super) struct PlainListener(pub(super) TcpListener);

impl Listener for PlainListener {
    type Io = Connection;
    type Addr = SocketAddr;

    async fn accept(&mut self) -> (Self::Io, Self::Addr) {
        // axum's accept waits out errors of the system such as too many open files.
        let (stream, peer) = Listener::accept(&mut self.0).await;
        (Connection::new(stream), peer)
    }

    fn local_addr(&self) -> io::Result<Self::Addr> {
        self.0.local_addr()
    }
}

/// What a request's handler knows of its connection.
#[derive(Debug, Clone)]
pub(super) struct Peer {
    pub(super) address: SocketAddr,
    pub(super) line: Line,
}

impl Connected<IncomingStream<'_, PlainListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, PlainListener>) -> Self {
        Self { address: *stream.remote_addr(), line: stream.io().line() }
    }
}

impl Connected<IncomingStream<'_, TlsListener>> for Peer {
    fn connect_info(stream: IncomingStream<'_, TlsListener>) -> Self {
        Self { address: *stream.remote_addr(), line: stream.io().get_ref().0.line() }
    }
}
