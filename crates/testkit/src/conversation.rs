//! What both sides said, in the order of the capture.

use packetbeat_core::direction::Dir;
use packetbeat_core::time::MILLISECOND;

/// The bytes of one packet.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Who sent them.
    pub dir: Dir,
    /// The payload; may be empty if `fin`.
    pub bytes: Vec<u8>,
    /// Nanoseconds since the Unix epoch.
    pub nanos: i64,
    /// Whether the direction ends behind them.
    pub fin: bool,
}

/// What both sides said, in the order of the capture. Over UDP each piece is a datagram.
#[derive(Clone, Debug, Default)]
pub struct Conversation {
    /// Its name in messages.
    pub name: String,
    /// The packets.
    pub pieces: Vec<Piece>,
}

/// Time of the first packet of conversations that are not from a capture.
const BEGINNING: i64 = 1_700_000_000_000 * MILLISECOND;

impl Conversation {
    /// Without any bytes yet; [`Conversation::client`] and [`Conversation::server`] add them.
    #[must_use]
    pub fn new(name: &str) -> Self {
        Self { name: name.to_owned(), pieces: Vec::new() }
    }

    /// Adds a packet of the client, a millisecond after the last one.
    #[must_use]
    pub fn client(self, bytes: impl AsRef<[u8]>) -> Self {
        self.says(Dir::ToServer, bytes.as_ref())
    }

    /// Adds a packet of the server, a millisecond after the last one.
    #[must_use]
    pub fn server(self, bytes: impl AsRef<[u8]>) -> Self {
        self.says(Dir::ToClient, bytes.as_ref())
    }

    fn says(mut self, dir: Dir, bytes: &[u8]) -> Self {
        let nanos = self.pieces.last().map_or(BEGINNING, |piece| piece.nanos + MILLISECOND);
        self.pieces.push(Piece { dir, bytes: bytes.to_vec(), nanos, fin: false });
        self
    }

    /// Payload bytes of both directions.
    #[must_use]
    pub fn len(&self) -> usize {
        self.pieces.iter().map(|piece| piece.bytes.len()).sum()
    }

    /// Whether nobody said anything.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// All bytes of one direction.
    #[must_use]
    pub fn stream(&self, dir: Dir) -> Vec<u8> {
        let pieces = self.pieces.iter().filter(|piece| piece.dir == dir);
        pieces.flat_map(|piece| piece.bytes.iter().copied()).collect()
    }
}
