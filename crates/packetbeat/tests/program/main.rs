//! The program as its users run it: arguments and files in; output, log, ledger and exit status out.
// Tests are allowed to fail loudly.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing)]

mod cassandra;
mod cli;
mod commands;
mod common;
mod detection;
mod determinism;
mod elasticsearch;
mod endpoint;
mod export;
mod hostile;
mod keystore;
mod ledger;
mod live;
mod logging;
mod memcache;
mod memory;
mod mongodb;
mod mysql;
mod output;
mod pgsql;
mod processors;
mod reading;
mod recorded;
mod redis;
mod secrets;
mod tns;
