//! What the configuration's processors do to the events of a run.
//!
//! Without processors no event is looked at again. What does not depend on the event is done once, upon the members that all
//! events of a protocol have alike. For the rest, an event is read back into a tree, unless its bytes show that nothing of it
//! is meant:
//!
//! ```text
//! analysis, tags, fields ─▶ the protocol's processors ─▶ agent, ecs, host ─▶ the general processors ─▶ output
//! ```

use std::sync::Arc;

use packetbeat_core::event::{Envelope, ProtocolId};
use packetbeat_core::plugin::Kind;
use packetbeat_engine::{Fate, Registry};
use packetbeat_processors::{Event, Object, Outcome, Plan, Processors, Rewritten};
use serde_json::{Map, Value};

use crate::custom::{Custom, is_root_of};
use crate::identity::Identity;

/// The processors of a run.
pub(crate) struct Processing {
    global: Processors,
    /// By number of the protocol.
    chains: Vec<Chain>,
}

/// What is done to the events of one protocol.
enum Chain {
    /// Nothing, or nothing that was not done already.
    Nothing,
    /// What is left of the general processors.
    Global(Plan),
    /// The protocol's own, then these members, then the general ones.
    Own { own: Processors, builtins: Object },
}

impl Processing {
    /// With the general processors.
    pub(crate) const fn new(global: Processors) -> Self {
        Self { global, chains: Vec::new() }
    }

    /// Adds the next protocol of the run, with the processors of its own.
    pub(crate) fn envelope(
        &mut self,
        kind: &Kind,
        identity: &Identity,
        custom: &Custom,
        own: Processors,
    ) -> Envelope {
        let head = Identity::head(custom.index.as_deref());
        let mut tail;
        let chain = if own.is_empty() {
            tail = members(&custom.upon(identity.builtins()));
            self.general(kind, &mut tail)
        } else {
            tail = members(&custom.upon(Map::new()));
            Chain::Own { own, builtins: members(&identity.builtins()) }
        };
        self.chains.push(chain);
        Envelope { head, name: kind.name.to_owned(), tail: inside(&tail) }
    }

    /// The general processors alone: what is the same for all events of the protocol is done here and now.
    fn general(&self, kind: &Kind, tail: &mut Object) -> Chain {
        let plan = self.global.plan(tail, &|root| is_root_of(kind, root));
        if plan.is_empty() { Chain::Nothing } else { Chain::Global(plan) }
    }

    /// Has all events shown to the processors, if there is anything to do.
    pub(crate) fn install(self: &Arc<Self>, registry: &mut Registry) {
        if self.chains.iter().any(|chain| !matches!(chain, Chain::Nothing)) {
            let this = Arc::clone(self);
            registry.rewrite(Box::new(move |protocol, nanos, line, to| this.run(protocol, nanos, line, to)));
        }
    }

    fn run(&self, protocol: ProtocolId, nanos: i64, line: &[u8], to: &mut Vec<u8>) -> Fate {
        let (own, builtins) = match self.chains.get(usize::from(protocol.0)) {
            None | Some(Chain::Nothing) => return Fate::Keep,
            Some(Chain::Global(plan)) => {
                return match self.global.rewrite(plan, nanos, line, to) {
                    Rewritten::Same => Fate::Keep,
                    Rewritten::Written => Fate::Replace,
                    Rewritten::Dropped(cause) => Fate::Drop(cause),
                };
            }
            Some(Chain::Own { own, builtins }) => (own, builtins),
        };
        // Events are JSON: the encoder is tested for it.
        let Some(mut event) = Event::parse(line, nanos) else { return Fate::Keep };
        if let Outcome::Drop(cause) = self.work(own, builtins, &mut event) {
            return Fate::Drop(cause);
        }
        if !event.is_changed() {
            return Fate::Keep;
        }
        event.write(to);
        Fate::Replace
    }

    fn work(&self, own: &Processors, builtins: &Object, event: &mut Event) -> Outcome {
        if let drop @ Outcome::Drop(_) = own.run(event) {
            return drop;
        }
        // Upon the root nothing is refused.
        let _ = event.merge("", builtins, false);
        self.global.run(event)
    }

    /// Does the order of events matter to what becomes of them?
    pub(crate) fn is_ordered(&self) -> bool {
        let own = |chain: &Chain| matches!(chain, Chain::Own { own, .. } if own.is_ordered());
        self.global.is_ordered() || self.chains.iter().any(own)
    }

    /// How often processors have failed, by their names.
    pub(crate) fn failures(&self) -> Vec<(&'static str, u64)> {
        let mut found = self.global.failures();
        for chain in &self.chains {
            if let Chain::Own { own, .. } = chain {
                found.extend(own.failures());
            }
        }
        found
    }
}

/// The same members as a tree of events.
fn members(map: &Map<String, Value>) -> Object {
    serde_json::to_string(map).ok().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default()
}

/// Members without the braces around them, with a comma behind the last.
fn inside(object: &Object) -> Vec<u8> {
    let text = serde_json::to_string(object).unwrap_or_default();
    let inner = text.strip_prefix('{').and_then(|text| text.strip_suffix('}')).unwrap_or_default();
    let comma = if inner.is_empty() { "" } else { "," };
    format!("{inner}{comma}").into_bytes()
}
