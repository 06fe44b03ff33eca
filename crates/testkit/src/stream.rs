//! The checks of a protocol over TCP.

mod cuts;
mod ends;
mod holes;
mod hostile;
mod memory;
mod order;
mod probes;
mod run;

use std::sync::Arc;

use packetbeat_core::options::{Common, Defaults};
use packetbeat_core::parser::TcpParser;
use packetbeat_core::plugin::{Parsers, Protocol};
use packetbeat_core::session::TcpPlugin;

use crate::allocation;
use crate::conversation::Conversation;
use crate::failure::Failure;
use crate::options::Options;
use run::Runner;

pub(crate) use hostile::mutated;
pub(crate) use run::{of_panic, places};

/// The kit for a protocol over TCP: give it conversations, then [`TcpKit::check`].
#[must_use = "nothing is checked before `check`"]
pub struct TcpKit {
    plugin: Arc<dyn TcpPlugin>,
    name: &'static str,
    options: Options,
    conversations: Vec<Conversation>,
    steady: Option<(Conversation, Conversation)>,
}

/// The kit for the TCP parser of `P` as it is without any configuration.
///
/// # Panics
/// If `P` has no parser for TCP.
#[expect(clippy::expect_used, reason = "the caller is a test, and this is its mistake")]
pub fn tcp<P: Protocol>(options: Options) -> TcpKit {
    let mut parsers = Parsers::default();
    P::configure(&Common::default(), &mut Defaults(P::OPTIONS)).parsers(&mut parsers);
    TcpKit::new(P::NAME, parsers.tcp.expect("the protocol has no parser for TCP"), options)
}

/// The kit for a parser that was configured by hand. `name` is the `type` of its events.
pub fn tcp_parser<P: TcpParser>(name: &'static str, parser: P, options: Options) -> TcpKit {
    TcpKit::new(name, Arc::new(parser), options)
}

impl TcpKit {
    fn new(name: &'static str, plugin: Arc<dyn TcpPlugin>, options: Options) -> Self {
        Self { plugin, name, options, conversations: Vec::new(), steady: None }
    }

    /// Adds a conversation from its first byte on. Short ones (below 2 KB) are tried at every byte.
    pub fn conversation(mut self, conversation: Conversation) -> Self {
        self.conversations.push(conversation);
        self
    }

    /// Adds conversations.
    pub fn conversations(mut self, conversations: impl IntoIterator<Item = Conversation>) -> Self {
        self.conversations.extend(conversations);
        self
    }

    /// What the `allocations` check says: `opening` once, then `repeated` again and again on the same connection. Without it
    /// the first conversation that a parser stays with when it is repeated is taken.
    pub fn steady(mut self, opening: Conversation, repeated: Conversation) -> Self {
        self.steady = Some((opening, repeated));
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
        let all = &self.conversations;
        probes::check_recognised(&runner, all, &options)?;
        for conversation in &self.conversations {
            let checks: [(&str, Check); 8] = [
                ("probe", probes::check),
                ("cuts", cuts::check),
                ("ends", ends::check),
                ("holes", holes::check),
                ("midstream", holes::check_midstream),
                ("order", order::check),
                ("swapped", ends::check_swapped),
                ("hostile", hostile::check),
            ];
            for (name, check) in checks {
                check(&mut runner, conversation, &options).map_err(|failure| {
                    failure.with(format!("in `{name}` of conversation `{}`", conversation.name))
                })?;
            }
        }
        memory::check_bounded(&self.plugin, self.name, all, &options)?;
        memory::check_allocations(&self.plugin, self.name, self.steady.as_ref(), all, &options)
    }
}

/// A check of one conversation.
type Check = fn(&mut Runner, &Conversation, &Options) -> Result<(), Failure>;
