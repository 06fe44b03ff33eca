//! Quote over UDP.

use std::sync::Arc;

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::flow::Endpoint;
use packetbeat_core::ledger::Reason;
use packetbeat_core::pairing::ByKey;
use packetbeat_core::parser::UdpParser;
use packetbeat_core::probe::Verdict;
use packetbeat_core::record::Half;
use packetbeat_core::stream::WireError;

use crate::config::Config;
use crate::event::Event;
use crate::limits::WAITING;
use crate::pending::Asked;
use crate::{probe, wire};

/// The parser of datagrams.
pub(crate) struct Datagrams {
    config: Arc<Config>,
}

/// What one shard remembers.
pub(crate) struct State {
    waiting: ByKey<Key, Asked>,
}

/// What an answer and its request have in common.
#[derive(Clone, Copy, PartialEq, Eq, Hash)]
struct Key {
    client: Endpoint,
    server: Endpoint,
    id: u32,
}

impl Datagrams {
    pub(crate) const fn new(config: Arc<Config>) -> Self {
        Self { config }
    }

    fn alone(&self, asked: &Asked, reason: Reason, cx: &mut Cx<'_>) {
        let flow = asked.flow.as_ref().unwrap_or(cx.flow());
        cx.emit_in(flow, &Event::unmatched(&self.config, asked, reason));
    }
}

impl UdpParser for Datagrams {
    type State = State;

    fn probe(&self, datagram: &[u8]) -> Verdict {
        probe::datagram(datagram)
    }

    fn state(&self) -> State {
        State { waiting: ByKey::new(WAITING) }
    }

    fn datagram(&self, state: &mut State, dir: Dir, bytes: &[u8], cx: &mut Cx<'_>) -> Result<(), WireError> {
        let (id, line) = wire::numbered(bytes)?;
        let (flow, now) = (cx.flow(), cx.now());
        let key = Key { client: flow.client, server: flow.server, id };
        let half = Half { at: now, bytes: bytes.len() as u64 };
        match dir {
            Dir::ToServer => {
                let request = wire::request(line)?;
                let timeout = i64::try_from(self.config.timeout.as_nanos()).unwrap_or(i64::MAX);
                let fill = |asked: &mut Asked| {
                    asked.fill(&request, half);
                    asked.flow = Some(flow.clone());
                };
                state.waiting.insert(
                    key,
                    now.nanos.saturating_add(timeout),
                    cx,
                    fill,
                    |asked, reason, cx| {
                        self.alone(asked, reason, cx);
                    },
                );
                if let Some(deadline) = state.waiting.next_deadline() {
                    cx.wake_at(deadline);
                }
            }
            Dir::ToClient => {
                let answer = wire::answer(line)?;
                let pair = |asked: &Asked, cx: &mut Cx<'_>| {
                    cx.emit(&Event::pair(&self.config, asked, half, answer));
                };
                if !state.waiting.answer(&key, cx, pair) {
                    cx.unmatched_response();
                }
            }
        }
        Ok(())
    }

    fn wake(&self, state: &mut State, cx: &mut Cx<'_>) {
        let now = cx.now().nanos;
        let next = state.waiting.expire(now, cx, |asked, reason, cx| self.alone(asked, reason, cx));
        if let Some(deadline) = next {
            cx.wake_at(deadline);
        }
    }

    fn close(&self, mut state: State, cx: &mut Cx<'_>) {
        state.waiting.give_up_all(Reason::CaptureEnd, cx, |asked, reason, cx| self.alone(asked, reason, cx));
    }
}
