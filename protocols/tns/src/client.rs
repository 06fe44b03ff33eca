//! What packets of the client do to a connection.

use packetbeat_core::cx::Cx;
use packetbeat_core::stream::{Finish, WireError};

use crate::call::{self, Along, Said};
use crate::config::Config;
use crate::conn::{Conn, Packet};
use crate::function::Kind;
use crate::limits::CALL_BYTES;
use crate::wire::{self, data_flags};

impl Conn {
    /// A packet of the client; how the connection ends for its reader, if it does.
    pub(crate) fn client_packet(
        &mut self,
        packet: Packet<'_>,
        config: &Config,
        cx: &mut Cx<'_>,
    ) -> Option<Finish> {
        match packet.header.kind {
            wire::Kind::Connect => match wire::connect(packet.bytes) {
                Ok(connect) => self.connects(connect, packet, config, cx),
                Err(error) => return Some(Finish::Malformed(error)),
            },
            wire::Kind::Data => self.client_data(packet, config, cx),
            wire::Kind::Accept | wire::Kind::Refuse | wire::Kind::Redirect | wire::Kind::Resend => {
                return Some(Finish::Malformed(WireError::new("a server's packet", 4)));
            }
            // Interruptions and what holds the connection alive.
            _ => {}
        }
        None
    }

    fn connects(&mut self, connect: wire::Connect<'_>, packet: Packet<'_>, config: &Config, cx: &mut Cx<'_>) {
        self.session.version = connect.version;
        if !connect.descriptor.is_empty() {
            self.session.describe(connect.descriptor);
        }
        self.awaits_descriptor = connect.follows;
        if let Some(asked) = self.pending.oldest_mut()
            && asked.kind == Kind::Connect
        {
            // The server asked for it again.
            asked.half.bytes = asked.half.bytes.saturating_add(packet.half.bytes);
            return;
        }
        let request = self.push(config, cx);
        (request.kind, request.half) = (Kind::Connect, packet.half);
        self.watch(config, cx);
    }

    fn client_data(&mut self, packet: Packet<'_>, config: &Config, cx: &mut Cx<'_>) {
        let (flags, payload) = packet.data();
        if std::mem::take(&mut self.awaits_descriptor) && payload.trim_ascii_start().starts_with(b"(") {
            self.session.describe(payload);
            if let Some(request) = self.pending.newest_mut() {
                request.half.bytes = request.half.bytes.saturating_add(packet.half.bytes);
            }
            return;
        }
        let payload = self.without_checksum(payload);
        if payload.is_empty() {
            return;
        }
        // While a call is being said, only what follows it by its number is another one.
        let is_open = !self.pending.is_empty() && self.reply.half.is_none();
        if !call::begins(payload, if is_open { self.last } else { None }) {
            return self.client_goes_on(payload, packet.half.bytes);
        }
        if self.reply.half.is_some() {
            // Nobody asks again before the answer is there: it ended in a way that is not known.
            self.answered(config, cx);
        }
        self.calls(payload, flags, packet, config, cx);
    }

    fn calls(&mut self, payload: &[u8], flags: u16, packet: Packet<'_>, config: &Config, cx: &mut Cx<'_>) {
        self.look_at_whole_call();
        let form = self.session.form();
        let Self { session, cursors, .. } = self;
        let said = call::read(payload, form, |along| match along {
            Along::Close(cursor) => {
                cursors.remove(&cursor.to_le_bytes());
            }
            Along::Attribute(name, value) => session.attribute(name, value),
        });
        let Said::Call(call) = said else { return };
        match call.kind {
            Kind::DataTypes => self.session.client_offers(call::field_version(payload)),
            Kind::FastLogin => self.session.client_offers(call::field_version(payload)),
            _ => {}
        }
        if let Some(user) = call.user {
            self.session.login(user);
        }
        if call.kind.has_statement() || call.user.is_some() {
            self.session.numbers = Some(call.numbers);
        }
        self.last = call.number;
        let request = self.push(config, cx);
        request.kind = call.kind;
        request.function = call.function;
        request.number = call.number;
        request.numbers = call.numbers;
        request.half = packet.half;
        request.cursor = call.cursor;
        request.unfinished = call.unfinished;
        request.ended = flags & data_flags::END_OF_REQUEST != 0;
        if let Some(found) = call.statement {
            request.statement.set(found.chunks, found.whole);
            if call.unfinished {
                self.call.clear();
                self.call.extend_from_slice(payload.get(..CALL_BYTES).unwrap_or(payload));
                self.look_again = found.end.max(payload.len() + 1);
            }
        } else if call.cursor != 0 {
            let Self { pending, cursors, .. } = self;
            if let Some(request) = pending.newest_mut() {
                cursors.with(&call.cursor.to_le_bytes(), |known| request.statement.copy(known));
            }
        }
        self.watch(config, cx);
    }

    /// A payload that goes on with the call before.
    pub(crate) fn client_goes_on(&mut self, payload: &[u8], bytes: u64) {
        if self.reply.half.is_some() {
            return;
        }
        let Some(request) = self.pending.newest_mut() else { return };
        request.half.bytes = request.half.bytes.saturating_add(bytes);
        if !request.unfinished || self.call.is_empty() {
            return;
        }
        let room = CALL_BYTES.saturating_sub(self.call.len());
        self.call.extend_from_slice(payload.get(..room).unwrap_or(payload));
        if self.call.len() >= self.look_again {
            // A statement in chunks does not tell its length: looked at again only once it has doubled, or at the answer.
            self.look_again = self.call.len().saturating_mul(2);
            self.look_at_call();
        }
    }

    /// Before the call is paired or given up: what there is of its statement.
    pub(crate) fn look_at_whole_call(&mut self) {
        if !self.call.is_empty() {
            self.look_at_call();
            self.call.clear();
        }
    }

    fn look_at_call(&mut self) {
        let payload = std::mem::take(&mut self.call);
        if let Said::Call(call) = call::read(&payload, self.session.form(), |_| ())
            && let (Some(found), Some(request)) = (call.statement, self.pending.newest_mut())
            && request.unfinished
        {
            request.statement.set(found.chunks, found.whole);
            request.unfinished = !found.whole;
        }
        self.call = payload;
    }

    /// A payload without the checksum that was agreed on.
    pub(crate) fn without_checksum<'p>(&self, payload: &'p [u8]) -> &'p [u8] {
        payload.get(..payload.len().saturating_sub(self.session.security.trailer)).unwrap_or_default()
    }
}
