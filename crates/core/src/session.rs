//! A plugin and one of its connections behind one virtual call: what the engine stores.

use std::num::NonZeroU64;
use std::sync::Arc;

use crate::cx::Cx;
use crate::direction::Dir;
use crate::parser::{Start, TcpParser, UdpParser};
use crate::probe::{Role, Verdict};
use crate::stream::{AfterGap, Boundary, Close, Progress, Skipped, Window, WireError};

/// A TCP protocol whose connection type is hidden.
pub trait TcpPlugin: Send + Sync {
    /// See [`TcpParser::probe`].
    fn probe(&self, head: &[u8]) -> Verdict;
    /// See [`TcpParser::open`].
    fn open(self: Arc<Self>, start: Start) -> Box<dyn Session>;
}

impl<P: TcpParser> TcpPlugin for P {
    fn probe(&self, head: &[u8]) -> Verdict {
        TcpParser::probe(self, head)
    }

    fn open(self: Arc<Self>, start: Start) -> Box<dyn Session> {
        let conn = TcpParser::open(&*self, start);
        Box::new(Fused { plugin: self, conn })
    }
}

/// One connection of some TCP protocol. The methods are those of [`TcpParser`].
pub trait Session: Send {
    /// See [`TcpParser::data`].
    fn data(&mut self, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress;
    /// See [`TcpParser::skipped`].
    fn skipped(&mut self, dir: Dir, done: Skipped, cx: &mut Cx<'_>);
    /// See [`TcpParser::gap`].
    fn gap(&mut self, dir: Dir, lost: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap;
    /// See [`TcpParser::boundary`].
    fn boundary(&self, dir: Dir, bytes: &[u8]) -> Boundary;
    /// See [`TcpParser::end`].
    fn end(&mut self, dir: Dir, unread: &[u8], cx: &mut Cx<'_>);
    /// See [`TcpParser::wake`].
    fn wake(&mut self, cx: &mut Cx<'_>);
    /// See [`TcpParser::close`].
    fn close(self: Box<Self>, why: Close, cx: &mut Cx<'_>);
}

struct Fused<P: TcpParser> {
    plugin: Arc<P>,
    conn: P::Conn,
}

impl<P: TcpParser> Session for Fused<P> {
    fn data(&mut self, dir: Dir, window: Window<'_>, cx: &mut Cx<'_>) -> Progress {
        self.plugin.data(&mut self.conn, dir, window, cx)
    }

    fn skipped(&mut self, dir: Dir, done: Skipped, cx: &mut Cx<'_>) {
        self.plugin.skipped(&mut self.conn, dir, done, cx);
    }

    fn gap(&mut self, dir: Dir, lost: NonZeroU64, cx: &mut Cx<'_>) -> AfterGap {
        self.plugin.gap(&mut self.conn, dir, lost, cx)
    }

    fn boundary(&self, dir: Dir, bytes: &[u8]) -> Boundary {
        self.plugin.boundary(&self.conn, dir, bytes)
    }

    fn end(&mut self, dir: Dir, unread: &[u8], cx: &mut Cx<'_>) {
        self.plugin.end(&mut self.conn, dir, unread, cx);
    }

    fn wake(&mut self, cx: &mut Cx<'_>) {
        self.plugin.wake(&mut self.conn, cx);
    }

    fn close(self: Box<Self>, why: Close, cx: &mut Cx<'_>) {
        let Self { plugin, conn } = *self;
        plugin.close(conn, why, cx);
    }
}

/// A UDP protocol whose state type is hidden.
pub trait UdpPlugin: Send + Sync {
    /// See [`UdpParser::probe`].
    fn probe(&self, datagram: &[u8]) -> Verdict;
    /// See [`UdpParser::sender`].
    fn sender(&self, datagram: &[u8]) -> Role;
    /// See [`UdpParser::state`].
    fn state(self: Arc<Self>) -> Box<dyn UdpSession>;
}

impl<P: UdpParser> UdpPlugin for P {
    fn probe(&self, datagram: &[u8]) -> Verdict {
        UdpParser::probe(self, datagram)
    }

    fn sender(&self, datagram: &[u8]) -> Role {
        UdpParser::sender(self, datagram)
    }

    fn state(self: Arc<Self>) -> Box<dyn UdpSession> {
        let state = UdpParser::state(&*self);
        Box::new(FusedUdp { plugin: self, state })
    }
}

/// The state of some UDP protocol in one shard. The methods are those of [`UdpParser`].
pub trait UdpSession: Send {
    /// See [`UdpParser::datagram`].
    ///
    /// # Errors
    /// As there.
    fn datagram(&mut self, dir: Dir, bytes: &[u8], cx: &mut Cx<'_>) -> Result<(), WireError>;
    /// See [`UdpParser::wake`].
    fn wake(&mut self, cx: &mut Cx<'_>);
    /// See [`UdpParser::close`].
    fn close(self: Box<Self>, cx: &mut Cx<'_>);
}

struct FusedUdp<P: UdpParser> {
    plugin: Arc<P>,
    state: P::State,
}

impl<P: UdpParser> UdpSession for FusedUdp<P> {
    fn datagram(&mut self, dir: Dir, bytes: &[u8], cx: &mut Cx<'_>) -> Result<(), WireError> {
        self.plugin.datagram(&mut self.state, dir, bytes, cx)
    }

    fn wake(&mut self, cx: &mut Cx<'_>) {
        self.plugin.wake(&mut self.state, cx);
    }

    fn close(self: Box<Self>, cx: &mut Cx<'_>) {
        let Self { plugin, state } = *self;
        plugin.close(state, cx);
    }
}
