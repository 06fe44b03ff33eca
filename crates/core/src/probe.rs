//! Recognising a protocol by its first bytes.

/// Who sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// The sender of the bytes is the client.
    Client,
    /// The sender of the bytes is the server.
    Server,
    /// The bytes do not tell.
    Unknown,
}

/// What a probe thinks of the first bytes of one direction.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// This is the protocol, and this is who sent the bytes.
    Match {
        /// The sender's role.
        sender: Role,
    },
    /// Too short to tell.
    NeedMore,
    /// This is not the protocol.
    Reject,
}
