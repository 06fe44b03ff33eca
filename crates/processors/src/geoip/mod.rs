//! What files of databases say of addresses: where they are, and whose network they are in.
//!
//! ```text
//!  files ──read whole, checked──▶ Databases ──one lock a look-up──▶ Record ──▶ geo, as
//!    ▲                               ▲
//!    └── looked at every `reload` ───┘  a thread of its own; the packet path never waits for a file
//! ```
//!
//! Files are read into memory, not mapped: whoever writes a file in place, or cuts it, disturbs nobody. The price is the
//! size of each file, and twice that while a new one is read.

mod cache;
mod databases;
mod places;
mod raw;
mod record;

pub(crate) use cache::Cache;
pub(crate) use databases::{Databases, Open};
pub(crate) use places::{Place, Wanted, find};
pub(crate) use record::{Properties, Record, object, write};
