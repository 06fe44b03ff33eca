//! Batches of several workers in the order in which one worker would have given their events.

use packetbeat_core::lines::{Lines, Piece};

use crate::collector::Batch;

/// Packets between two batches. Batches end at the same packet numbers for every worker.
pub const BATCH_PACKETS: u64 = 128;

/// The events of one batch of every worker as one run of lines; nothing is copied. Emptied batches come back with the blocks
/// that `reuse` has to give.
#[must_use]
pub fn merge(batches: &mut [Batch], mut reuse: Lines) -> Lines {
    reuse.pieces.clear();
    reuse.events = 0;
    let mut heads: Vec<(usize, u32)> = vec![(0, 0); batches.len()];
    loop {
        let next =
            batches.iter().zip(&heads).enumerate().filter_map(|(worker, (batch, (at, _)))| {
                batch.ends.get(*at).map(|event| (event.key, worker))
            });
        let Some((_, worker)) = next.min() else { break };
        let (Some(batch), Some((at, start))) = (batches.get(worker), heads.get_mut(worker)) else { break };
        let Some(event) = batch.ends.get(*at) else { break };
        match reuse.pieces.last_mut() {
            Some(piece) if piece.block as usize == worker && piece.end == *start => piece.end = event.end,
            _ => reuse.pieces.push(Piece { block: worker as u32, start: *start, end: event.end }),
        }
        reuse.events += 1;
        (*at, *start) = (*at + 1, event.end);
    }
    reuse.blocks.resize_with(batches.len(), Default::default);
    for (batch, block) in batches.iter_mut().zip(&mut reuse.blocks) {
        block.clear();
        std::mem::swap(&mut batch.json, block);
        batch.ends.clear();
    }
    reuse
}
