//! What every part of a worker needs while a packet or tick is worked on.

use packetbeat_core::cx::{Cx, Wishes};
use packetbeat_core::direction::Both;
use packetbeat_core::event::ProtocolId;
use packetbeat_core::flow::Flow;
use packetbeat_core::ledger::Tally;
use packetbeat_core::stamps::Stamps;
use packetbeat_core::time::Stamp;

use crate::registry::Registry;
use crate::summary::{Connections, StreamBytes};
use packetbeat_core::record::Sink;

/// The surroundings of a call into a protocol.
pub(crate) struct Env<'w> {
    pub(crate) registry: &'w Registry,
    pub(crate) collector: &'w mut dyn Sink,
    pub(crate) tallies: &'w mut [Tally],
    pub(crate) bytes: &'w mut StreamBytes,
    pub(crate) connections: &'w mut Connections,
    /// The packet or tick, with the clock's time.
    pub(crate) now: Stamp,
}

impl Env<'_> {
    /// Calls a protocol; what it wished for. A protocol without a tally (there is none) is not called.
    pub(crate) fn call<R>(
        &mut self,
        protocol: ProtocolId,
        flow: &Flow,
        stamps: Option<Both<&Stamps>>,
        what: impl FnOnce(&mut Cx<'_>) -> R,
    ) -> Option<(R, Wishes)> {
        let tally = self.tallies.get_mut(usize::from(protocol.0))?;
        let mut cx = Cx::new(flow, protocol, self.now, stamps, tally, self.collector);
        let result = what(&mut cx);
        Some((result, cx.into_wishes()))
    }

    pub(crate) fn tally(&mut self, protocol: ProtocolId) -> Option<&mut Tally> {
        self.tallies.get_mut(usize::from(protocol.0))
    }
}
