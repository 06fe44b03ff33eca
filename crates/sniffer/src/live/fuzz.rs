//! What a fuzz target calls: arbitrary bytes as a block of a ring.

use packetbeat_core::packet::LinkType;

use super::block;

/// One packet of a block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Frame<'b> {
    /// Since the Unix epoch.
    pub nanos: i64,
    /// What the bytes begin with.
    pub link: LinkType,
    /// Length on the wire, bytes.
    pub wire_len: u32,
    /// What was captured, tags put back.
    pub data: &'b [u8],
}

/// Goes through a block as a capture does. Gives back how many records were passed over (copies of outgoing packets, then link
/// layers that are not known) and how many made no sense.
pub fn walk(block: &mut [u8], mut each: impl FnMut(Frame<'_>)) -> [u64; 3] {
    let walked = block::walk(block, |block::Frame { nanos, link, wire_len, data }| {
        each(Frame { nanos, link, wire_len, data });
    });
    [walked.outgoing_copies, walked.unknown, walked.malformed]
}
