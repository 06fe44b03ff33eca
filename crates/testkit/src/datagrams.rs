//! The checks of a protocol over UDP.

mod loss;
mod memory;
mod run;

use std::sync::Arc;

use packetbeat_core::options::{Common, Defaults};
use packetbeat_core::parser::UdpParser;
use packetbeat_core::plugin::{Parsers, Protocol};
use packetbeat_core::session::UdpPlugin;

use crate::allocation;
use crate::conversation::Conversation;
use crate::failure::Failure;
use crate::options::Options;
use run::Runner;

/// The kit for a protocol over UDP: give it conversations, then [`UdpKit::check`].
#[must_use = "nothing is checked before `check`"]
pub struct UdpKit {
    plugin: Arc<dyn UdpPlugin>,
    name: &'static str,
    options: Options,
    conversations: Vec<Conversation>,
}

/// The kit for the UDP parser of `P` as it is without any configuration.
///
/// # Panics
/// If `P` has no parser for UDP.
#[expect(clippy::expect_used, reason = "the caller is a test, and this is its mistake")]
pub fn udp<P: Protocol>(options: Options) -> UdpKit {
    let mut parsers = Parsers::default();
    P::configure(&Common::default(), &mut Defaults(P::OPTIONS)).parsers(&mut parsers);
    UdpKit::new(P::NAME, parsers.udp.expect("the protocol has no parser for UDP"), options)
}

/// The kit for a parser that was configured by hand. `name` is the `type` of its events.
pub fn udp_parser<P: UdpParser>(name: &'static str, parser: P, options: Options) -> UdpKit {
    UdpKit::new(name, Arc::new(parser), options)
}

impl UdpKit {
    fn new(name: &'static str, plugin: Arc<dyn UdpPlugin>, options: Options) -> Self {
        Self { plugin, name, options, conversations: Vec::new() }
    }

    /// Adds a conversation: each piece is a datagram.
    pub fn conversation(mut self, conversation: Conversation) -> Self {
        self.conversations.push(conversation);
        self
    }

    /// Adds conversations.
    pub fn conversations(mut self, conversations: impl IntoIterator<Item = Conversation>) -> Self {
        self.conversations.extend(conversations);
        self
    }

    /// Runs all checks.
    ///
    /// # Panics
    /// With the name of the first check that fails, and how to see it again.
    pub fn check(self) {
        let _alone = allocation::alone();
        if let Err(failure) = self.run() {
            failure.fail();
        }
    }

    fn run(&self) -> Result<(), Failure> {
        if self.conversations.iter().all(Conversation::is_empty) {
            return Err(Failure::new("conversation", "no conversation to check with"));
        }
        let mut runner = Runner::new(Arc::clone(&self.plugin), self.name);
        let options = self.options.shared_by(self.conversations.len());
        loss::check_probe(&runner, &self.conversations, &options)?;
        for conversation in &self.conversations {
            let checks: [(&str, Check); 3] =
                [("datagrams", loss::check), ("ends", loss::check_cut), ("hostile", loss::check_hostile)];
            for (name, check) in checks {
                check(&mut runner, conversation, &options).map_err(|failure| {
                    failure.with(format!("in `{name}` of conversation `{}`", conversation.name))
                })?;
            }
        }
        memory::check_bounded(&self.plugin, self.name, &self.conversations, &options)?;
        memory::check_allocations(&self.plugin, self.name, &self.conversations, &options)
    }
}

/// A check of one conversation.
type Check = fn(&mut Runner, &Conversation, &Options) -> Result<(), Failure>;
