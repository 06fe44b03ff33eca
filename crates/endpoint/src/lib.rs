//! The HTTP endpoint that shows the state of the program (`http.enabled`).
//!
//! ```text
//!             a thread of its own: hyper on a tokio runtime
//!           ┌────────────────────────────────────────────────┐
//! client ──▶│ listener ─▶ room? ─▶ connection ─▶ Host? ─▶ page │──▶ Source (the program)
//!           │              503                    403         │──▶ CpuProfiler, if http.pprof.enabled
//!           └────────────────────────────────────────────────┘
//! ```
//!
//! [`Endpoint::start`] binds before it returns, so what is wrong is told to the caller; [`Endpoint::stop`] and dropping
//! it close everything within a second. Pages are made of what a [`Source`] says at that moment: nothing is counted or
//! kept here. `docs/endpoint.md` describes the pages.
//!
//! # Limits
//!
//! They stand in [`limits`]. A client that is slow, silent or sends nonsense holds one of 64 places for 10 seconds at
//! most, one that reads slowly for 70; whoever comes when all are taken gets 503. Requests have no bodies.
//!
//! # Security
//!
//! There is no password and no TLS: whoever can connect sees the pages. They change nothing, and hold counters, names
//! and versions, no traffic. A Unix socket is for its owner alone (mode 0600). On a loopback address a request whose
//! Host header names anything but this machine is refused, so that a web page somewhere cannot read the pages through
//! the browser of somebody at this machine (DNS rebinding).
//!
//! # Left out
//!
//! HTTP/2 and TLS: put a proxy in front. Named pipes: they belong to Windows. pprof's pages of Go's runtime answer 501.
//!
//! # Example
//!
//! ```
//! use std::sync::Arc;
//!
//! use packetbeat_endpoint::{Endpoint, Listen, Options, Source};
//! use packetbeat_metrics::Snapshot;
//! use serde_json::{Value, json};
//!
//! struct Program;
//!
//! impl Source for Program {
//!     fn info(&self) -> Value {
//!         json!({"beat": "packetbeat", "version": "0.1.0"})
//!     }
//!     fn stats(&self) -> Snapshot {
//!         Snapshot::new()
//!     }
//!     fn state(&self) -> Value {
//!         json!({})
//!     }
//! }
//!
//! // `http.host` and `http.port`; port 0 takes any that is free.
//! let listen = Listen::parse("localhost", 0)?;
//! let endpoint = Endpoint::start(&Options { listen, pprof: false }, Arc::new(Program))?;
//! assert!(endpoint.addresses().iter().all(|address| address.ip().is_loopback()));
//! endpoint.stop();
//! # Ok::<(), packetbeat_endpoint::Error>(())
//! ```
#![forbid(unsafe_code)]

mod answer;
mod bind;
mod connection;
mod endpoint;
mod error;
mod guard;
pub mod limits;
mod listen;
mod pages;
mod pprof;
mod query;
mod server;
mod source;

pub use endpoint::{Endpoint, Options};
pub use error::Error;
pub use listen::Listen;
pub use source::Source;
