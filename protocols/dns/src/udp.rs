//! Messages in datagrams, one in each.

use std::sync::Arc;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::ledger::Reason;
use packetbeat_core::parser::UdpParser;
use packetbeat_core::probe::{Role, Verdict};
use packetbeat_core::record::Half;
use packetbeat_core::stream::WireError;

use crate::config::Settings;
use crate::conn::Exchanges;
use crate::limits::PENDING;
use crate::probe;

/// DNS over UDP (RFC 1035, 4.2.1).
pub(crate) struct Datagrams {
    pub(crate) settings: Arc<Settings>,
}

impl UdpParser for Datagrams {
    type State = Exchanges;

    fn probe(&self, datagram: &[u8]) -> Verdict {
        probe::datagram(datagram)
    }

    /// The QR bit tells.
    fn sender(&self, datagram: &[u8]) -> Role {
        match datagram.get(2) {
            Some(flags) if flags & 0x80 != 0 => Role::Server,
            Some(_) => Role::Client,
            None => Role::Unknown,
        }
    }

    fn state(&self) -> Exchanges {
        Exchanges::new(PENDING, Some(self.settings.udp_timeout))
    }

    fn datagram(
        &self,
        state: &mut Exchanges,
        dir: Dir,
        bytes: &[u8],
        cx: &mut Cx<'_>,
    ) -> Result<(), WireError> {
        let half = Half { at: cx.now(), bytes: bytes.len() as u64 };
        state.message(&self.settings, bytes, dir, half, cx)
    }

    fn wake(&self, state: &mut Exchanges, cx: &mut Cx<'_>) {
        state.wake(&self.settings, cx.now(), cx);
    }

    fn close(&self, state: Exchanges, cx: &mut Cx<'_>) {
        state.close(&self.settings, Reason::CaptureEnd, cx);
    }
}
