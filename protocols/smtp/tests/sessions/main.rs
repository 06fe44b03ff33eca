//! Whole sessions: by hand and recorded.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)] // tests stop at the first surprise

mod cuts;
mod dialogues;
mod driver;
mod holes;
mod recorded;
