//! The datagram checks pass a good parser and find what is wrong with each bad one, by the name of the check.
// Tests stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

use packetbeat_core::cx::Cx;
use packetbeat_core::direction::Dir;
use packetbeat_core::fields::Fields;
use packetbeat_core::flow::Endpoint;
use packetbeat_core::key;
use packetbeat_core::ledger::{Reason, Ticket};
use packetbeat_core::pairing::{ByKey, Pending};
use packetbeat_core::parser::UdpParser;
use packetbeat_core::probe::{Role, Verdict};
use packetbeat_core::record::{Half, Record, Shared};
use packetbeat_core::stream::WireError;
use packetbeat_core::time::SECOND;
use packetbeat_testkit::{Conversation, Options, udp_parser};

packetbeat_testkit::count_allocations!();

/// What is wrong with the parser.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Flaw {
    None,
    /// Pairs by id alone, whatever the name.
    Careless,
    /// Remembers every request for ever.
    Grows,
    /// Drops requests that wait when the capture ends.
    Forgets,
    /// Copies each name.
    Copies,
    /// Reads the id of a datagram without one.
    Panics,
}

/// `Q`, an id byte, a name; the answer repeats them behind an `A`.
struct Small(Flaw);

#[derive(Default)]
struct Asked {
    half: Half,
    name: Vec<u8>,
}

impl Pending for Asked {
    fn clear(&mut self) {
        self.name.clear();
    }
    fn heap_bytes(&self) -> usize {
        self.name.capacity()
    }
}

struct State {
    pending: ByKey<(Endpoint, u8), Asked>,
    kept: Vec<Vec<u8>>,
    copy: Vec<u8>,
    forgotten: Vec<Ticket>,
}

struct Event<'e> {
    asked: &'e Asked,
    answer: Option<Half>,
    unmatched: Option<Reason>,
}

impl Record for Event<'_> {
    fn shared(&self) -> Shared<'_> {
        Shared {
            request: Some(self.asked.half),
            response: self.answer,
            unmatched: self.unmatched,
            ..Shared::default()
        }
    }
    fn fields<F: Fields>(&self, to: &mut F) {
        to.open(key!("small"));
        to.text(key!("name"), &self.asked.name);
        to.close();
    }
}

fn unmatched(asked: &Asked, reason: Reason, cx: &mut Cx<'_>) {
    cx.emit(&Event { asked, answer: None, unmatched: Some(reason) });
}

impl UdpParser for Small {
    type State = State;

    fn probe(&self, datagram: &[u8]) -> Verdict {
        match datagram {
            [b'Q', _, _, ..] => Verdict::Match { sender: Role::Client },
            [b'A', _, _, ..] => Verdict::Match { sender: Role::Server },
            _ => Verdict::Reject,
        }
    }

    fn state(&self) -> State {
        State { pending: ByKey::new(1000), kept: Vec::new(), copy: Vec::new(), forgotten: Vec::new() }
    }

    fn datagram(&self, state: &mut State, dir: Dir, bytes: &[u8], cx: &mut Cx<'_>) -> Result<(), WireError> {
        if self.0 == Flaw::Panics && bytes.first() == Some(&b'Q') {
            std::hint::black_box(bytes[1]);
        }
        let [kind, id, name @ ..] = bytes else { return Err(WireError::new("short", 0)) };
        let half = Half { at: cx.now(), bytes: bytes.len() as u64 };
        let key = (cx.flow().client, *id);
        match (kind, dir) {
            (b'Q', Dir::ToServer) => {
                let deadline = cx.now().nanos + 10 * SECOND;
                let fill = |asked: &mut Asked| {
                    asked.half = half;
                    asked.name.extend_from_slice(name);
                };
                state.pending.insert(key, deadline, cx, fill, unmatched);
                if let Some(at) = state.pending.next_deadline() {
                    cx.wake_at(at);
                }
                match self.0 {
                    Flaw::Grows => state.kept.push(name.repeat(64)),
                    Flaw::Forgets => state.forgotten.push(cx.ask()),
                    Flaw::Copies => state.copy = name.to_vec(),
                    _ => {}
                }
                Ok(())
            }
            (b'A', Dir::ToClient) => {
                let same = state.pending.get(&key).is_some_and(|asked| asked.name == name);
                let emit = |asked: &Asked, cx: &mut Cx<'_>| {
                    cx.emit(&Event { asked, answer: Some(half), unmatched: None });
                };
                if !(same || self.0 == Flaw::Careless) || !state.pending.answer(&key, cx, emit) {
                    cx.unmatched_response();
                }
                Ok(())
            }
            _ => Err(WireError::new("kind", 0)),
        }
    }

    fn wake(&self, state: &mut State, cx: &mut Cx<'_>) {
        if let Some(at) = state.pending.expire(cx.now().nanos, cx, unmatched) {
            cx.wake_at(at);
        }
    }

    fn close(&self, mut state: State, cx: &mut Cx<'_>) {
        state.pending.give_up_all(Reason::CaptureEnd, cx, unmatched);
    }
}

/// The id is used again, for another name.
fn talk() -> Conversation {
    Conversation::new("four datagrams")
        .client("Q1one")
        .server("A1one")
        .client("Q2two")
        .client("Q3three")
        .server("A3three")
        .server("A2two")
        .client("Q1four")
        .server("A1four")
}

fn with(flaw: Flaw) {
    let quick = Options { effort: 100_000, rounds: 300, ..Options::default() };
    udp_parser("small", Small(flaw), quick).conversation(talk()).check();
}

#[test]
fn a_good_parser_passes() {
    udp_parser("small", Small(Flaw::None), Options::default()).conversation(talk()).check();
}

#[test]
#[should_panic(expected = "check `datagrams`: an event that did not happen looks whole")]
fn answers_to_another_question() {
    with(Flaw::Careless);
}

#[test]
#[should_panic(expected = "check `bounded`")]
fn state_without_limit() {
    with(Flaw::Grows);
}

#[test]
#[should_panic(expected = "check `ledger`")]
fn a_forgotten_request() {
    with(Flaw::Forgets);
}

#[test]
#[should_panic(expected = "check `allocations`")]
fn an_allocation_a_message() {
    with(Flaw::Copies);
}

#[test]
#[should_panic(expected = "check `panic`: index out of bounds")]
fn a_panic() {
    with(Flaw::Panics);
}
