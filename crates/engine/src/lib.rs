//! Workers: decoder, flows, TCP and sessions; the ledger; the same events for any number of workers.
#![forbid(unsafe_code)]
