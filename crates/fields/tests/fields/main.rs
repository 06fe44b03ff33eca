//! Fields as their users have them: files in; templates, documents and dashboards out.
// Tests are allowed to fail loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;
mod dashboards;
mod faults;
mod generated;
mod reading;
mod template;
