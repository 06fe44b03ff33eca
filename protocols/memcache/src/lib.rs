//! Memcache over TCP and UDP: which commands were sent, for which keys, and what came of them.
//!
//! ```text
//!  client                            server
//!    │  set k 0 60 5␍␊hello␍␊ ────────▶ │
//!    │  ◀────────────────── STORED␍␊    │   a command and its reply: one event
//!    │  get k other␍␊ ────────────────▶ │
//!    │  ◀── VALUE k 0 5␍␊hello␍␊END␍␊   │
//! ```
//!
//! memcached, `doc/protocol.txt` (text protocol, meta commands, UDP) and BinaryProtocolRevamped (binary protocol, with SASL). Which of
//! the two a connection speaks is seen in each message's first byte.
//!
//! **Pairing.** Replies of the text protocol come in the order of the commands. Replies of the binary protocol have the opcode and
//! the number (`opaque`) of their request, and of meta commands its key or opaque token where it asked for them. A quiet command is
//! over as soon as a later one is answered; one with `noreply` at once. Over UDP both have a request id; a reply may come in
//! several datagrams, in any order.
//!
//! **Values** are counted and passed over, unless `maxvalues` asks for them. Secrets are never kept: of a login the user's name is (SASL
//! PLAIN), and the value of a connection's first `set` is left out where it looks like a user and a password.
//!
//! **After a hole** what waits is given up, unless it is within a value. Then each side is taken up at the next line or header in which
//! everything is as the protocol says, and a reply that fits no command is passed over.
//!
//! ```
//! use packetbeat_core::options::{Common, Defaults};
//! use packetbeat_core::plugin::{Parsers, Protocol};
//! use packetbeat_core::probe::{Role, Verdict};
//! use packetbeat_memcache::Memcache;
//!
//! let mut parsers = Parsers::default();
//! Memcache::configure(&Common::default(), &mut Defaults(Memcache::OPTIONS)).parsers(&mut parsers);
//! let tcp = parsers.tcp.expect("memcache runs over TCP");
//! assert_eq!(tcp.probe(b"get k1 k2\r\n"), Verdict::Match { sender: Role::Client });
//! assert_eq!(tcp.probe(b"get k1 k2\n"), Verdict::Reject);
//! ```
//!
//! *Limits* are in the module of that name. *Left out*: what `watch` logs, lists of items (`lru_crawler metadump`, `stats
//! cachedump`) beyond their size, TLS.
#![forbid(unsafe_code)]
mod assembly;
mod binary;
mod body;
mod command;
mod config;
mod conn;
mod event;
mod frame;
mod head;
mod limits;
mod list;
mod message;
mod probe;
mod reply;
mod request;
mod tcp;
mod udp;
mod waiting;

use packetbeat_core::flow::Transport;
use packetbeat_core::options::{Common, Options};
use packetbeat_core::plugin::{Parsers, Protocol};
use packetbeat_core::setting::Setting;

use crate::config::Config;
use crate::tcp::Streams;
use crate::udp::Datagrams;

/// The protocol memcache, configured.
#[derive(Clone, Copy, Debug)]
pub struct Memcache {
    config: Config,
}

impl Protocol for Memcache {
    const NAME: &'static str = "memcache";
    const PORTS: &'static [u16] = &[11211];
    const TRANSPORTS: &'static [Transport] = &[Transport::Tcp, Transport::Udp];
    const FIELDS: &'static str = include_str!("../fields.yml");
    const OPTIONS: &'static [Setting] = config::OPTIONS;

    fn configure(common: &Common, options: &mut dyn Options) -> Self {
        Self { config: Config::read(common, options) }
    }

    fn parsers(self, to: &mut Parsers) {
        to.tcp(Streams { config: self.config });
        to.udp(Datagrams { config: self.config });
    }
}
