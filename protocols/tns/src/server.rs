//! What packets of the server do to a connection.

use packetbeat_core::cx::Cx;
use packetbeat_core::stream::{Finish, WireError};

use crate::answer;
use crate::config::Config;
use crate::conn::{Conn, Packet};
use crate::function::Kind;
use crate::limits::DESCRIPTOR_BYTES;
use crate::security;
use crate::wire::{self, data_flags};

/// Payload that is a message 9.
const STATUS: u8 = 9;

impl Conn {
    /// A packet of the server; how the connection ends for its reader, if it does.
    pub(crate) fn server_packet(
        &mut self,
        packet: Packet<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Option<Finish> {
        match packet.header.kind {
            wire::Kind::Accept => {
                let version = wire::accept(packet.bytes).unwrap_or_default();
                if version >= wire::LARGE_LENGTHS {
                    self.set_large();
                }
                self.connected(packet, |conn| conn.session.version = version, config, cx);
            }
            wire::Kind::Refuse => {
                let text = wire::refuse(packet.bytes);
                let error = wire::number(text, "ERR=").or_else(|| wire::number(text, "CODE="));
                self.connected(packet, |conn| conn.reply.error = error.unwrap_or(12564), config, cx);
            }
            wire::Kind::Redirect => {
                let address = wire::redirect(packet.bytes);
                self.connected(packet, |conn| conn.reply.address.push(address, DESCRIPTOR_BYTES), config, cx);
            }
            wire::Kind::Data => return self.server_data(packet, config, cx),
            wire::Kind::Connect => {
                return Some(Finish::Malformed(WireError::new("a client's packet", 4)));
            }
            // RESEND: the client says CONNECT again. Markers: what it asked for is interrupted, the error follows.
            _ => {}
        }
        None
    }

    /// CONNECT has its answer.
    fn connected(
        &mut self,
        packet: Packet<'_>,
        with: impl FnOnce(&mut Self),
        config: &Config,
        cx: &mut Cx<'_>,
    ) {
        if self.pending.oldest().is_none_or(|request| request.kind != Kind::Connect) {
            cx.unmatched_response();
            return;
        }
        self.reply.half = Some(packet.half);
        self.reply.packet = Some(packet.header.kind);
        with(self);
        self.answered(config, cx);
    }

    fn server_data(&mut self, packet: Packet<'_>, config: &Config, cx: &mut Cx<'_>) -> Option<Finish> {
        let (flags, payload) = packet.data();
        let payload = self.without_checksum(payload);
        if payload.is_empty() {
            return None;
        }
        let Some(request) = self.pending.oldest() else {
            let numbers = self.session.numbers.unwrap_or_default();
            if answer::end(payload, None, numbers, false).is_some() {
                cx.unmatched_response();
            }
            return None;
        };
        let kind = request.kind;
        if kind == Kind::Connect {
            return None;
        }
        match &mut self.reply.half {
            Some(half) => half.bytes = half.bytes.saturating_add(packet.half.bytes),
            None => {
                self.reply.half = Some(packet.half);
                self.reply.packet = Some(packet.header.kind);
                self.look_at_whole_call();
            }
        }
        match kind {
            Kind::Security => {
                self.session.security = security::agreed(payload).unwrap_or_default();
                self.answered(config, cx);
                return self.session.security.encryption.map(|_| Finish::Opaque);
            }
            Kind::Protocol => {
                self.session.server_offers(answer::field_version(payload));
                self.answered(config, cx);
                return None;
            }
            Kind::DataTypes => {
                self.answered(config, cx);
                return None;
            }
            Kind::FastLogin => {
                if let Some(version) = answer::field_version(payload) {
                    self.session.server_offers(Some(version));
                }
            }
            _ => {}
        }
        self.server_goes_on(payload, flags, config, cx);
        None
    }

    /// A further part of the answer to the oldest call.
    pub(crate) fn server_goes_on(&mut self, payload: &[u8], flags: u16, config: &Config, cx: &mut Cx<'_>) {
        let Some(request) = self.pending.oldest() else { return };
        let (number, numbers) = (request.number, request.numbers);
        let with_status = !request.kind.has_statement() || payload.first() == Some(&STATUS);
        let is_first = self.reply.tail.is_empty();
        let mut found = false;
        if let Some(end) = answer::end(payload, number, numbers, with_status) {
            self.reply.finish(end);
            found = true;
        } else if number.is_some() && answer::ends_another(payload, numbers) {
            // The late answer to a call that was given up.
            cx.unmatched_response();
            self.reply.clear();
            return;
        } else if !is_first || flags & data_flags::END_OF_RESPONSE == 0 {
            self.reply.keep(payload);
            if !is_first {
                // It may have begun in the packet before.
                let tail = std::mem::take(&mut self.reply.tail);
                if let Some(end) = answer::end(&tail, number, numbers, with_status) {
                    self.reply.finish(end);
                    found = true;
                }
                self.reply.tail = tail;
            }
        }
        if found || flags & data_flags::END_OF_RESPONSE != 0 {
            self.answered(config, cx);
        }
    }
}
