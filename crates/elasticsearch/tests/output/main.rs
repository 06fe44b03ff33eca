//! The output against a server that the tests script.
// Tests may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod bulk;
mod connecting;
mod drive;
mod standin;
