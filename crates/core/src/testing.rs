//! Surroundings for the tests of this crate.

use std::net::Ipv4Addr;

use crate::cx::Cx;
use crate::event::{Origin, ProtocolId};
use crate::flow::{Direction, Endpoint, Flow, Transport};
use crate::ledger::Tally;
use crate::record::{AnyRecord, Sink};
use crate::time::Stamp;

struct Nowhere;

impl Sink for Nowhere {
    fn accept(&mut self, _: &Origin<'_>, _: &dyn AnyRecord) {}
}

/// Calls `what` with surroundings that keep no events.
pub(crate) fn with_cx<R>(what: impl FnOnce(&mut Cx<'_>) -> R) -> R {
    with_tally(&mut Tally::default(), what)
}

/// The same, counting into a tally.
pub(crate) fn with_tally<R>(tally: &mut Tally, what: impl FnOnce(&mut Cx<'_>) -> R) -> R {
    let end = |port| Endpoint { ip: Ipv4Addr::LOCALHOST.into(), port };
    let flow = Flow::new(Transport::Tcp, end(1024), end(80), Direction::Unknown);
    what(&mut Cx::new(&flow, ProtocolId(0), Stamp { packet: 1, nanos: 0 }, None, tally, &mut Nowhere))
}
