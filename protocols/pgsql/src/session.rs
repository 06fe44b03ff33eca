//! What a session says about every statement in it.

use packetbeat_core::excerpt::Excerpt;
use packetbeat_core::sql::Dialect;

use crate::limits::NAME_BYTES;

/// A session.
#[derive(Debug, Default)]
pub(crate) struct Session {
    /// Who logged in.
    pub(crate) user: Excerpt,
    /// The database.
    pub(crate) database: Excerpt,
    /// By whose rules statements are read.
    backslash: bool,
}

impl Session {
    /// The server let the user in.
    pub(crate) fn let_in(&mut self, user: &[u8], database: &[u8]) {
        for (kept, said) in [(&mut self.user, user), (&mut self.database, database)] {
            kept.clear();
            kept.push(said, NAME_BYTES);
        }
    }

    /// The server told the value of a setting.
    pub(crate) fn setting(&mut self, name: &[u8], value: &[u8]) {
        if name == b"standard_conforming_strings" {
            self.backslash = value == b"off";
        }
    }

    /// By whose rules statements are read.
    pub(crate) const fn dialect(&self) -> Dialect {
        if self.backslash { Dialect::PostgreSqlBackslash } else { Dialect::PostgreSql }
    }
}
