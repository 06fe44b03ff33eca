//! Requests and their answers. No protocol writes its own pairing: it chooses one.
//!
//! A pending request is an owned value that is cleared and used again. Each carries its [`Ticket`](crate::ledger::Ticket), so a
//! request that entered leaves under exactly one name.

mod by_key;
mod in_order;

pub use by_key::ByKey;
pub use in_order::InOrder;

/// A request kept until its answer: cleared, not dropped, so that its buffers serve again.
pub trait Pending: Default {
    /// Forgets everything and keeps the memory.
    fn clear(&mut self);
    /// Bytes of memory held beyond its own size.
    fn heap_bytes(&self) -> usize;
}
