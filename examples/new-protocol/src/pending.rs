//! What is kept of a request until its answer comes.

use packetbeat_core::flow::Flow;
use packetbeat_core::pairing::Pending;
use packetbeat_core::record::Half;

use crate::wire::{Request, Verb};

/// A request that waits. At most a line; cleared and used again.
#[derive(Debug, Default)]
pub(crate) struct Asked {
    pub(crate) verb: Verb,
    pub(crate) key: Vec<u8>,
    pub(crate) value: Vec<u8>,
    pub(crate) half: Half,
    /// Whose it is, over UDP: the state is that of all conversations.
    pub(crate) flow: Option<Flow>,
}

impl Asked {
    /// Keeps a request.
    pub(crate) fn fill(&mut self, request: &Request<'_>, half: Half) {
        self.verb = request.verb;
        self.key.extend_from_slice(request.key);
        self.value.extend_from_slice(request.value);
        self.half = half;
    }
}

impl Pending for Asked {
    fn clear(&mut self) {
        self.key.clear();
        self.value.clear();
        self.flow = None;
    }

    fn heap_bytes(&self) -> usize {
        self.key.capacity() + self.value.capacity()
    }
}
