//! Finished events on their way to an output: JSON lines in the order of the capture.

/// A run of whole lines within one block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Piece {
    /// Number of the block in [`Lines::blocks`].
    pub block: u32,
    /// First byte.
    pub start: u32,
    /// Behind the last byte.
    pub end: u32,
}

/// Blocks of JSON lines and the order in which their pieces are to be written: merging workers' events copies nothing.
#[derive(Debug, Default)]
pub struct Lines {
    /// The blocks; given back for reuse once they are written.
    pub blocks: Vec<crate::json::Json>,
    /// What to write, in this order.
    pub pieces: Vec<Piece>,
    /// Number of events.
    pub events: u64,
}

impl Lines {
    /// The bytes to write, in order.
    pub fn chunks(&self) -> impl Iterator<Item = &[u8]> {
        self.pieces.iter().map(|piece| {
            let block = self.blocks.get(piece.block as usize).map_or(&[][..], crate::json::Json::bytes);
            block.get(piece.start as usize..piece.end as usize).unwrap_or_default()
        })
    }

    /// Bytes to write in all.
    #[must_use]
    pub fn bytes(&self) -> usize {
        self.pieces.iter().map(|piece| (piece.end - piece.start) as usize).sum()
    }
}
