//! How a protocol is named, configured and added to a program.

use std::sync::Arc;

use crate::flow::Transport;
use crate::options::{Common, Options};
use crate::parser::{TcpParser, UdpParser};
use crate::session::{TcpPlugin, UdpPlugin};
use crate::setting::Setting;

/// A protocol: what a program needs to offer it.
pub trait Protocol: Sized {
    /// Its name: `type` of its section and of its events.
    const NAME: &'static str;
    /// The ports it is usually served on.
    const PORTS: &'static [u16];
    /// What it travels on.
    const TRANSPORTS: &'static [Transport];
    /// The text of its `fields.yml`: every field it can emit.
    const FIELDS: &'static str;
    /// What it can be told besides what all protocols can. A row that is called as one of theirs says its own default.
    const OPTIONS: &'static [Setting] = &[];

    /// Reads its section.
    fn configure(common: &Common, options: &mut dyn Options) -> Self;

    /// Gives its parsers.
    fn parsers(self, to: &mut Parsers);
}

/// The parsers of one configured protocol.
#[derive(Clone, Default)]
pub struct Parsers {
    /// For TCP.
    pub tcp: Option<Arc<dyn TcpPlugin>>,
    /// For UDP.
    pub udp: Option<Arc<dyn UdpPlugin>>,
}

impl Parsers {
    /// Adds the parser for TCP.
    pub fn tcp<P: TcpParser>(&mut self, parser: P) {
        self.tcp = Some(Arc::new(parser));
    }

    /// Adds the parser for UDP.
    pub fn udp<P: UdpParser>(&mut self, parser: P) {
        self.udp = Some(Arc::new(parser));
    }
}

/// A protocol that a program was built with.
#[derive(Clone, Copy)]
pub struct Kind {
    /// See [`Protocol::NAME`].
    pub name: &'static str,
    /// See [`Protocol::PORTS`].
    pub ports: &'static [u16],
    /// See [`Protocol::TRANSPORTS`].
    pub transports: &'static [Transport],
    /// See [`Protocol::FIELDS`].
    pub fields: &'static str,
    /// See [`Protocol::OPTIONS`].
    pub options: &'static [Setting],
    /// Configures it.
    pub make: fn(&Common, &mut dyn Options) -> Parsers,
}

impl Kind {
    /// The kind of `P`.
    #[must_use]
    pub const fn of<P: Protocol>() -> Self {
        Self {
            name: P::NAME,
            ports: P::PORTS,
            transports: P::TRANSPORTS,
            fields: P::FIELDS,
            options: P::OPTIONS,
            make: |common, options| {
                let mut parsers = Parsers::default();
                P::configure(common, options).parsers(&mut parsers);
                parsers
            },
        }
    }
}
