//! One protocol, as far as its section of `packetbeat.yml` goes.

use packetbeat_core::flow::Transport;
use packetbeat_core::plugin::Kind;
use packetbeat_core::setting::Setting;

/// A protocol's name, usual ports and own options.
#[derive(Clone, Copy, Debug)]
pub struct ProtocolTable {
    /// `type` of its section.
    pub name: &'static str,
    /// The ports it is usually served on; a protocol without ports has none.
    pub ports: &'static [u16],
    /// What it travels on; nothing where it travels on IP itself.
    pub transports: &'static [Transport],
    /// What it can be told besides [`crate::COMMON`]; a row that is called as one of those says its own default.
    pub options: &'static [Setting],
    /// The program knows its section and does not analyse it yet.
    pub later: bool,
}

impl From<&Kind> for ProtocolTable {
    fn from(kind: &Kind) -> Self {
        Self {
            name: kind.name,
            ports: kind.ports,
            transports: kind.transports,
            options: kind.options,
            later: false,
        }
    }
}
