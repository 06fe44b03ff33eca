//! What a session says about every command in it.

use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::sql::Dialect;

use crate::limits::NAME_BYTES;
use crate::wire::{Login, caps, status};

/// A session.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// Capabilities of the login; `None` if it was not seen.
    pub(crate) capabilities: Option<u32>,
    /// The server's; all of them if its greeting was not seen.
    pub(crate) offered: Option<u32>,
    /// The server is a MariaDB.
    pub(crate) mariadb: bool,
    /// Who logged in.
    pub(crate) user: Excerpt,
    /// Flags of the newest OK or EOF packet; `None` before the first.
    pub(crate) status: Option<u16>,
    /// Whether EOF packets are sent; `None` until that is known.
    pub(crate) sends_eof: Option<bool>,
    /// The statement that was prepared last.
    pub(crate) last_prepared: Option<u32>,
}

impl Session {
    /// A login was sent.
    pub(crate) fn login(&mut self, login: &Login<'_>) {
        let agreed = login.capabilities & self.offered.unwrap_or(u32::MAX);
        self.capabilities = Some(agreed);
        self.sends_eof = Some(agreed & caps::DEPRECATE_EOF == 0);
    }

    /// The server let the user in.
    pub(crate) fn let_in(&mut self, user: &[u8]) {
        self.user.clear();
        self.user.push(user, NAME_BYTES);
    }

    /// Whether a capability was agreed on, as far as is known.
    pub(crate) fn has(&self, capability: u32) -> bool {
        self.capabilities.is_some_and(|known| known & capability != 0)
    }

    /// By whose rules the next statement is read; `None` if the server did not tell.
    pub(crate) fn dialect(&self) -> Option<Dialect> {
        self.status.map(|flags| {
            if flags & status::NO_BACKSLASH_ESCAPES == 0 { Dialect::MySql } else { Dialect::MySqlNoBackslash }
        })
    }
}
