//! Quote, a key and value protocol made up to show how a protocol is added. `docs/new-protocol.md` builds it step by step.
//!
//! ```text
//!  client                       server
//!    │  PUT color blue\n ────────▶ │
//!    │  ◀──────────────────── OK\n │      over TCP: a line each, answers in the order of the requests
//!    │  GET color\n ─────────────▶ │
//!    │  ◀─────────────── OK blue\n │      one event: source = client, destination = server
//!    │
//!    │  17 GET color ────────────▶ │      over UDP: the line without its end, behind a number that
//!    │  ◀────────────── 17 OK blue │      the answer repeats
//! ```
//!
//! Requests are `GET key`, `PUT key value` and `DEL key`; answers are `OK`, `OK value` and `ERR text`. A key has no space.
//! Lines end with LF or CR LF.
//!
//! *Limits*: [`limits`]. *Left out*: nothing.
#![forbid(unsafe_code)]

mod config;
mod datagram;
mod event;
pub mod limits;
mod pending;
mod probe;
mod stream;
mod wire;

use std::sync::Arc;

use packetbeat_core::flow::Transport;
use packetbeat_core::options::{Common, Options};
use packetbeat_core::plugin::{Parsers, Protocol};
use packetbeat_core::setting::Setting;

use crate::config::Config;
use crate::datagram::Datagrams;
use crate::stream::Stream;

/// The protocol, configured.
pub struct Quote {
    config: Arc<Config>,
}

impl Protocol for Quote {
    const NAME: &'static str = "quote";
    const PORTS: &'static [u16] = &[7117];
    const TRANSPORTS: &'static [Transport] = &[Transport::Tcp, Transport::Udp];
    const FIELDS: &'static str = include_str!("../fields.yml");
    const OPTIONS: &'static [Setting] = config::OPTIONS;

    fn configure(common: &Common, options: &mut dyn Options) -> Self {
        Self { config: Arc::new(Config::read(common, options)) }
    }

    fn parsers(self, to: &mut Parsers) {
        to.tcp(Stream::new(Arc::clone(&self.config)));
        to.udp(Datagrams::new(self.config));
    }
}
