//! DNS over UDP and TCP (RFC 1035 and its followers), with mDNS (RFC 6762) and LLMNR (RFC 4795) recognised.
//!
//! ```text
//!  client                                   server
//!    │  id 4711, QR 0, question ──────────▶  │        one event: source = client, destination = server,
//!    │  ◀────────── id 4711, QR 1, question, │        dns.type answer, dns.answers, dns.resolved_ip
//!    │              answers, authorities, …  │
//! ```
//!
//! Over TCP each message follows its length in two octets; answers may come in another order than the queries.
//!
//! *Pairing.* An answer belongs to the query between the same endpoints with the same id, type and name (without regard to
//! case); one without a question to any with the same id. A query that is sent again while it waits is not an event of its own,
//! nor is an answer that comes twice, nor are the later messages of a zone transfer (RFC 5936): the event shows the first.
//! Who asks is told by the QR bit, not by ports.
//!
//! *Multicast.* A query to a multicast address wants no answer in particular: it is an event at once, and so is every answer
//! from port 5353 or 5355 that no query waits for. `network.protocol` is then `mdns` or `llmnr`.
//!
//! *Damage.* A message is kept as far as it can be read; the event says so. Counts are those of the records found.
//!
//! *Names* are written without the dot at their end, the root as `.`; special bytes as in zone files (`\.`, `\ `, `\195`).
//! Types without a name are `TYPE65280` (RFC 3597), their data is `\# 4 0A0B0C0D`.
//!
//! ```
//! use packetbeat_core::options::{Common, Defaults};
//! use packetbeat_core::plugin::{Parsers, Protocol};
//! use packetbeat_core::probe::{Role, Verdict};
//! use packetbeat_dns::Dns;
//!
//! let mut parsers = Parsers::default();
//! Dns::configure(&Common::default(), &mut Defaults(Dns::OPTIONS)).parsers(&mut parsers);
//! let query = b"\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x03www\x07example\x03org\0\0\x01\0\x01";
//! let verdict = parsers.udp.map(|udp| udp.probe(query));
//! assert_eq!(verdict, Some(Verdict::Match { sender: Role::Client }));
//! ```
//!
//! *Limits* are in the module of that name: 127 pointers a name, 256 KiB of names an event, 512 bytes kept of a query, 4,096
//! waiting queries a shard, 256 addresses an event.
//!
//! *Left out*: DNS over TLS and HTTPS (encrypted), NetBIOS names (another protocol in the same format), the options of EDNS,
//! stateful operations (RFC 8490), the data of APL, IPSECKEY, HIP, TKEY and TSIG (hexadecimal).
#![forbid(unsafe_code)]

#[cfg(test)]
mod captures;
mod codes;
mod config;
mod conn;
mod domain;
mod event;
#[cfg(test)]
mod hostile;
mod limits;
mod name;
mod notes;
mod present;
mod probe;
mod rdata;
#[cfg(test)]
mod samples;
#[cfg(test)]
mod scenarios;
#[cfg(test)]
mod stage;
mod svcb;
mod tcp;
mod text;
mod udp;
mod usual;
mod wire;

use std::sync::Arc;

use packetbeat_core::flow::Transport;
use packetbeat_core::options::{Common, Options};
use packetbeat_core::plugin::{Parsers, Protocol};
use packetbeat_core::setting::Setting;

use crate::config::Settings;
use crate::tcp::Streams;
use crate::udp::Datagrams;

/// The protocol, configured.
pub struct Dns {
    settings: Arc<Settings>,
}

impl Protocol for Dns {
    const NAME: &'static str = "dns";
    const PORTS: &'static [u16] = &[53];
    const TRANSPORTS: &'static [Transport] = &[Transport::Udp, Transport::Tcp];
    const FIELDS: &'static str = include_str!("../fields.yml");
    const OPTIONS: &'static [Setting] = config::OPTIONS;

    fn configure(common: &Common, options: &mut dyn Options) -> Self {
        Self { settings: Arc::new(Settings::read(common, options)) }
    }

    fn parsers(self, to: &mut Parsers) {
        to.tcp(Streams { settings: Arc::clone(&self.settings) });
        to.udp(Datagrams { settings: self.settings });
    }
}
