//! What a session tells about every mail in it, and what is left to tell of one without a mail.

use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::record::Half;
use packetbeat_core::time::Stamp;

use crate::auth::{Login, Stage};
use crate::limits::{HELO_BYTES, REPLY_BYTES};

/// A session.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// The name that the client gave itself.
    pub(crate) helo: Excerpt,
    /// The login.
    pub(crate) login: Login,
    /// Whether TLS was agreed on.
    pub(crate) tls: bool,
    /// Whether it is LMTP (RFC 2033).
    pub(crate) lmtp: bool,
    /// Mails begun.
    pub(crate) mails: u32,
    /// The client's part.
    pub(crate) request: Option<Half>,
    /// The server's part: the packet of the newest reply, the bytes of all.
    pub(crate) response: Option<Half>,
    /// The newest reply's digits; 0 if there was none.
    pub(crate) code: u16,
    /// Its text.
    pub(crate) text: Excerpt,
    /// Whether a part of it was not captured.
    pub(crate) partial: bool,
    /// Whether a command or a reply was understood.
    pub(crate) understood: bool,
}

impl Session {
    /// The name in `HELO`.
    pub(crate) fn set_helo(&mut self, name: &[u8], lmtp: bool) {
        self.lmtp = lmtp;
        if !name.is_empty() {
            self.helo.clear();
            self.helo.push(name, HELO_BYTES);
        }
    }

    /// Bytes of the client.
    pub(crate) fn sent(&mut self, at: impl FnOnce() -> Stamp, bytes: usize) {
        let request = self.request.get_or_insert_with(|| Half { at: at(), bytes: 0 });
        request.bytes = request.bytes.saturating_add(bytes as u64);
    }

    /// Bytes of the server, from the packet `at`.
    pub(crate) fn received(&mut self, at: Stamp, bytes: usize) {
        let before = self.response.map_or(0, |response| response.bytes);
        self.response = Some(Half { at, bytes: before.saturating_add(bytes as u64) });
    }

    /// A whole reply.
    pub(crate) fn replied(&mut self, code: u16, text: &[u8]) {
        self.code = code;
        self.text.clear();
        self.text.push(text, REPLY_BYTES);
        self.understood = true;
    }

    /// The user, unless the login was refused.
    pub(crate) fn user_of_mails(&self) -> &[u8] {
        if self.login.stage == Stage::Refused { &[] } else { self.login.user.bytes() }
    }

    pub(crate) const fn heap_bytes(&self) -> usize {
        self.helo.heap_bytes() + self.text.heap_bytes() + self.login.heap_bytes()
    }
}
