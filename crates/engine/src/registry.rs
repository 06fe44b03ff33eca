//! The protocols of a run and who owns which port.

use std::net::IpAddr;
use std::sync::Arc;

use packetbeat_core::event::{Envelope, Precision, ProtocolId};
use packetbeat_core::flow::Direction;
use packetbeat_core::plugin::Parsers;
use packetbeat_core::session::{TcpPlugin, UdpPlugin};

/// One protocol of a run.
#[derive(Clone)]
pub struct Configured {
    /// Its parsers.
    pub parsers: Parsers,
    /// The ports that it owns. The configuration saw to it that no port has two owners.
    pub ports: Vec<u16>,
    /// The constant parts of its events.
    pub envelope: Envelope,
}

/// Knows which way a conversation crosses the border of this host or its networks, from source to destination.
pub type Locality = Box<dyn Fn(IpAddr, IpAddr) -> Direction + Send + Sync>;

/// Is shown each finished event: its protocol, the packet that completed it, its JSON.
pub type Watcher = Box<dyn Fn(ProtocolId, u64, &[u8]) + Send + Sync>;

/// What becomes of a finished event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It goes on as it is.
    Keep,
    /// It goes on as it was written into the buffer.
    Replace,
    /// It is left out, under this name.
    Drop(&'static str),
}

/// Decides on each finished event: its protocol, the packet time that completed it in nanoseconds since 1970, its JSON with
/// the line end, and an empty buffer for another line in its place.
pub type Rewriter = Box<dyn Fn(ProtocolId, i64, &[u8], &mut Vec<u8>) -> Fate + Send + Sync>;

/// What holds for all protocols of a run.
#[derive(Clone, Copy, Debug)]
pub struct Settings {
    /// Recognise protocols by content on any port.
    pub detect: bool,
    /// Emit requests that still wait when the capture ends.
    pub flush_pending_at_eof: bool,
    /// Leave out events of conversations that leave this host.
    pub ignore_outgoing: bool,
    /// Digits of times.
    pub precision: Precision,
}

/// The protocols of a run, shared by all workers.
pub struct Registry {
    protocols: Vec<Configured>,
    names: Vec<(String, ProtocolId)>,
    tcp_ports: Ports,
    udp_ports: Ports,
    locality: Locality,
    watcher: Option<Watcher>,
    rewriter: Option<Rewriter>,
    /// What holds for all of them.
    pub settings: Settings,
}

/// At most so many protocols fit a run: detection keeps a bit for each.
const MAX_PROTOCOLS: usize = 64;

/// The owner of each port.
struct Ports {
    /// A bit for each port that has one. Most packets have a port without an owner, any of 64 thousand: bits of 8 KB stay close.
    owned: Vec<u64>,
    /// As number + 1; 0 for nobody.
    owners: Vec<u8>,
}

impl Ports {
    fn new<'p>(protocols: impl Iterator<Item = (usize, &'p [u16])>) -> Self {
        let mut ports = Self { owned: vec![0; 1 << 10], owners: vec![0; 1 << 16] };
        for (id, owned) in protocols {
            for port in owned {
                if let (Some(bits), Some(owner)) =
                    (ports.owned.get_mut(usize::from(port / 64)), ports.owners.get_mut(usize::from(*port)))
                {
                    *bits |= 1 << (port % 64);
                    *owner = id as u8 + 1; // below MAX_PROTOCOLS
                }
            }
        }
        ports
    }

    #[inline]
    fn owner(&self, port: u16) -> Option<ProtocolId> {
        if self.owned.get(usize::from(port / 64))? & 1 << (port % 64) == 0 {
            return None;
        }
        self.owners.get(usize::from(port))?.checked_sub(1).map(ProtocolId)
    }
}

impl Registry {
    /// The protocols in the order of their configuration: detection asks them in this order.
    ///
    /// More than 64 are not taken.
    #[must_use]
    pub fn new(mut protocols: Vec<Configured>, locality: Locality, settings: Settings) -> Self {
        protocols.truncate(MAX_PROTOCOLS);
        let ports = |wanted: fn(&Parsers) -> bool| {
            let owners = protocols.iter().enumerate().filter(|(_, one)| wanted(&one.parsers));
            Ports::new(owners.map(|(id, one)| (id, &one.ports[..])))
        };
        let (tcp_ports, udp_ports) =
            (ports(|parsers| parsers.tcp.is_some()), ports(|parsers| parsers.udp.is_some()));
        let names =
            protocols.iter().enumerate().map(|(id, one)| (one.envelope.name.clone(), ProtocolId(id as u8)));
        let names = names.collect();
        Self { names, tcp_ports, udp_ports, protocols, locality, watcher: None, rewriter: None, settings }
    }

    /// Lets `rewriter` decide on every event, before the watcher sees it. Workers call it at the same time.
    pub fn rewrite(&mut self, rewriter: Rewriter) {
        self.rewriter = Some(rewriter);
    }

    pub(crate) fn rewriter(&self) -> Option<&Rewriter> {
        self.rewriter.as_ref()
    }

    /// Shows every finished event to `watcher`, for debugging.
    pub fn watch(&mut self, watcher: Watcher) {
        self.watcher = Some(watcher);
    }

    pub(crate) fn watcher(&self) -> Option<&Watcher> {
        self.watcher.as_ref()
    }

    /// How many there are.
    #[must_use]
    pub fn len(&self) -> usize {
        self.protocols.len()
    }

    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.protocols.is_empty()
    }

    /// Their names, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.names.iter().map(|(name, _)| name.as_str())
    }

    /// The constant parts of their events, in order.
    #[must_use]
    pub fn envelopes(&self) -> Vec<Envelope> {
        self.protocols.iter().map(|one| one.envelope.clone()).collect()
    }

    pub(crate) fn named(&self, name: &str) -> Option<ProtocolId> {
        self.names.iter().find(|(known, _)| known == name).map(|(_, id)| *id)
    }

    #[inline]
    pub(crate) fn tcp_owner(&self, port: u16) -> Option<ProtocolId> {
        self.tcp_ports.owner(port)
    }

    #[inline]
    pub(crate) fn udp_owner(&self, port: u16) -> Option<ProtocolId> {
        self.udp_ports.owner(port)
    }

    #[inline]
    pub(crate) fn tcp(&self, id: ProtocolId) -> Option<&Arc<dyn TcpPlugin>> {
        self.protocols.get(usize::from(id.0))?.parsers.tcp.as_ref()
    }

    #[inline]
    pub(crate) fn udp(&self, id: ProtocolId) -> Option<&Arc<dyn UdpPlugin>> {
        self.protocols.get(usize::from(id.0))?.parsers.udp.as_ref()
    }

    /// A bit for each protocol that owns no port.
    pub(crate) fn without_ports(&self) -> u64 {
        let none = self.protocols.iter().enumerate().filter(|(_, one)| one.ports.is_empty());
        none.fold(0, |bits, (id, _)| bits | 1 << id)
    }

    pub(crate) fn ids(&self) -> impl Iterator<Item = ProtocolId> + use<> {
        (0..self.protocols.len()).map(|id| ProtocolId(id as u8))
    }

    #[inline]
    pub(crate) fn direction(&self, source: IpAddr, destination: IpAddr) -> Direction {
        (self.locality)(source, destination)
    }
}
