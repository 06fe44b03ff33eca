//! One run of a parser over datagrams, as a shard drives it.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use packetbeat_core::cx::{Cx, Wishes};
use packetbeat_core::direction::Dir;
use packetbeat_core::event::ProtocolId;
use packetbeat_core::flow::{Flow, Transport};
use packetbeat_core::ledger::Tally;
use packetbeat_core::record::Sink;
use packetbeat_core::session::{UdpPlugin, UdpSession};
use packetbeat_core::time::{SECOND, Stamp};

use crate::conversation::Piece;
use crate::events::{Events, valid};
use crate::failure::Failure;
use crate::rig::{closes, flow};
use crate::stream::of_panic;

/// One shard's state.
pub(crate) struct Rig<'s> {
    session: Box<dyn UdpSession>,
    now: Stamp,
    wake_at: Option<i64>,
    sink: &'s mut dyn Sink,
    pub(crate) tally: Tally,
}

impl<'s> Rig<'s> {
    pub(crate) fn new(session: Box<dyn UdpSession>, sink: &'s mut dyn Sink) -> Self {
        Self { session, now: Stamp::default(), wake_at: None, sink, tally: Tally::default() }
    }

    /// One datagram.
    pub(crate) fn datagram(&mut self, flow: &Flow, dir: Dir, bytes: &[u8], nanos: i64) {
        self.now = Stamp { packet: self.now.packet + 1, nanos: self.now.nanos.max(nanos) };
        if self.wake_at.is_some_and(|at| at <= self.now.nanos) {
            self.wake_at = None;
            self.call(flow, |session, cx| session.wake(cx));
        }
        if self.call(flow, |session, cx| session.datagram(dir, bytes, cx)).is_err() {
            self.tally.malformed();
        }
    }

    /// The capture is over.
    pub(crate) fn close(self) -> Tally {
        let Self { session, now, sink, mut tally, .. } = self;
        let flow = flow(Transport::Udp, 0);
        session.close(&mut Cx::new(&flow, ProtocolId(0), now, None, &mut tally, sink));
        tally
    }

    fn call<R>(&mut self, flow: &Flow, what: impl FnOnce(&mut dyn UdpSession, &mut Cx<'_>) -> R) -> R {
        let mut cx = Cx::new(flow, ProtocolId(0), self.now, None, &mut self.tally, self.sink);
        let result = what(&mut *self.session, &mut cx);
        let Wishes { wake_at, .. } = cx.into_wishes();
        if wake_at.is_some() {
            self.wake_at = wake_at;
        }
        result
    }
}

/// Runs a parser again and again.
pub(crate) struct Runner {
    pub(crate) plugin: Arc<dyn UdpPlugin>,
    events: Events,
}

impl Runner {
    pub(crate) fn new(plugin: Arc<dyn UdpPlugin>, name: &str) -> Self {
        Self { plugin, events: Events::new(name) }
    }

    /// A whole life of a shard with one conversation: its events. Checks what holds of every run: no panic, the ledger, the
    /// JSON.
    pub(crate) fn run(&mut self, datagrams: &[Piece]) -> Result<Vec<String>, Failure> {
        let bytes: usize = datagrams.iter().map(|piece| piece.bytes.len()).sum();
        self.events.restart(bytes + 1024);
        let Self { plugin, events } = self;
        let session = Arc::clone(plugin).state();
        let caught = catch_unwind(AssertUnwindSafe(|| {
            let flow = flow(Transport::Udp, 0);
            let mut rig = Rig::new(session, events);
            for Piece { dir, bytes, nanos, .. } in datagrams {
                rig.datagram(&flow, *dir, bytes, *nanos);
            }
            // Timeouts come before the capture ends.
            let nanos = rig.now.nanos.saturating_add(3600 * SECOND);
            if rig.wake_at.is_some_and(|at| at <= nanos) {
                rig.now.nanos = nanos;
                rig.call(&flow, |session, cx| session.wake(cx));
            }
            rig.close()
        }));
        let tally = caught.map_err(|panic| of_panic(&*panic))?;
        closes(&tally).map_err(|what| Failure::new("ledger", what))?;
        let lines = std::mem::take(&mut self.events.lines);
        for line in &lines {
            valid(line).map_err(|what| Failure::new("json", what))?;
        }
        Ok(lines)
    }
}
