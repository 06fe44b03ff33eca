//! A protocol through the whole engine: segments or datagrams in, events out.

use std::any::TypeId;
use std::cell::RefCell;
use std::collections::HashMap;

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::flow::Transport;
use packetbeat_core::plugin::Protocol;
use packetbeat_core::time::{MILLISECOND, SECOND};
use packetbeat_engine::Registry;

use crate::lab;
use crate::script::{self, Step, What};
use crate::wire::{self, ACK, End, FIN, LARGEST, RST, SYN};

/// Mode bit: options other than the defaults.
const ALL_OPTIONS: u8 = 1;
/// Mode bit: a port that nobody owns.
const OTHER_PORT: u8 = 2;
/// Mode bit: the connection began before the capture.
const MIDSTREAM: u8 = 4;
/// Mode bit: datagrams, where the protocol has them.
const DATAGRAMS: u8 = 8;

const BEGINNING: i64 = 1_700_000_000 * SECOND;

/// Input: a mode and what both sides say, see the comment at the top of `script.rs`.
///
/// # Panics
/// If an event is no JSON, the ledger does not close, or, nothing being lost, the events depend on how the bytes came in
/// segments.
pub fn run<P: Protocol + 'static>(input: &[u8]) {
    let (mode, steps) = script::read(input);
    with_registry::<P, _>(mode & ALL_OPTIONS != 0, |registry| {
        let port = if mode & OTHER_PORT != 0 { 4000 } else { P::PORTS[0] };
        if mode & DATAGRAMS != 0 && P::TRANSPORTS.contains(&Transport::Udp) {
            lab::analyse(registry, &datagrams(&steps, port));
            return;
        }
        let as_told = lab::analyse(registry, &segments(&steps, port, mode & MIDSTREAM != 0, Cuts::AsTold));
        if steps.iter().all(|step| !matches!(step.what, What::Lost | What::Reset | What::Pause))
            && mode & MIDSTREAM == 0
        {
            let other = lab::analyse(registry, &segments(&steps, port, false, Cuts::Otherwise));
            assert!(
                as_told == other,
                "other events when cut otherwise\nas told:\n{}otherwise:\n{}",
                as_told.concat(),
                other.concat()
            );
        }
    });
}

/// Registries are costly and the same for every input.
fn with_registry<P: Protocol + 'static, R>(all: bool, what: impl FnOnce(&Registry) -> R) -> R {
    thread_local! {
        static KNOWN: RefCell<HashMap<(TypeId, bool), &'static Registry>> = RefCell::default();
    }
    let registry = KNOWN.with_borrow_mut(|known| {
        *known.entry((TypeId::of::<P>(), all)).or_insert_with(|| Box::leak(Box::new(lab::registry::<P>(all))))
    });
    what(registry)
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Cuts {
    AsTold,
    Otherwise,
}

/// A connection under way, as its packets.
struct Wire {
    ends: Both<End>,
    /// Sequence number of the next byte.
    next: Both<u32>,
    now: i64,
    packets: Vec<(i64, Vec<u8>)>,
}

impl Wire {
    fn send(&mut self, dir: Dir, seq: u32, flags: u8, payload: &[u8]) {
        let (from, to) = (self.ends[dir], self.ends[dir.peer()]);
        self.packets.push((self.now, wire::tcp(from, to, seq, self.next[dir.peer()], flags, payload)));
    }

    /// Bytes in segments of `size`.
    fn say(&mut self, dir: Dir, bytes: &[u8], size: usize) {
        for piece in bytes.chunks(size.clamp(1, LARGEST)) {
            self.send(dir, self.next[dir], ACK, piece);
            self.next[dir] = self.next[dir].wrapping_add(piece.len() as u32);
        }
    }
}

fn ends(port: u16, client_port: u16) -> Both<End> {
    // The sender of each direction.
    Both {
        to_server: End { ip: [192, 0, 2, 1], port: client_port },
        to_client: End { ip: [198, 51, 100, 2], port },
    }
}

fn segments(steps: &[Step], port: u16, midstream: bool, cuts: Cuts) -> Vec<(i64, Vec<u8>)> {
    let next = Both { to_server: u32::MAX - 20, to_client: 1000 };
    let mut wire = Wire { ends: ends(port, 40_000), next, now: BEGINNING, packets: Vec::new() };
    if !midstream {
        wire.send(Dir::ToServer, next.to_server.wrapping_sub(1), SYN, &[]);
        wire.send(Dir::ToClient, next.to_client.wrapping_sub(1), SYN | ACK, &[]);
    }
    for step in steps {
        let Step { dir, what, amount, ref bytes } = *step;
        wire.now += MILLISECOND;
        // Few packets in all, however long the input.
        let small = (bytes.len() / 200).max(1 + usize::from(amount));
        let middle = bytes.len() / 2;
        match what {
            What::Pause => {
                wire.now += i64::from(amount) * i64::from(amount) * SECOND;
                wire.say(dir, bytes, LARGEST);
            }
            What::Lost => {
                wire.next[dir] = wire.next[dir].wrapping_add(bytes.len() as u32);
                if amount & 1 == 0 {
                    wire.send(dir.peer(), wire.next[dir.peer()], ACK, &[]);
                    wire.now += SECOND;
                }
            }
            What::Swapped | What::Twice if cuts == Cuts::Otherwise => wire.say(dir, bytes, LARGEST),
            What::Swapped => {
                let first = wire.next[dir];
                for (at, piece) in [(middle, &bytes[middle..]), (0, &bytes[..middle])] {
                    for (nth, part) in piece.chunks(LARGEST).enumerate() {
                        let seq = first.wrapping_add((at + nth * LARGEST) as u32);
                        wire.send(dir, seq, ACK, part);
                    }
                }
                wire.next[dir] = first.wrapping_add(bytes.len() as u32);
            }
            What::Twice => {
                let first = wire.next[dir];
                wire.say(dir, bytes, LARGEST);
                let behind = wire.next[dir];
                wire.next[dir] = first.wrapping_add(usize::from(amount).min(bytes.len()) as u32);
                wire.say(dir, &bytes[usize::from(amount).min(bytes.len())..], LARGEST);
                wire.next[dir] = behind;
            }
            What::Whole | What::Pieces | What::Fin | What::Reset => {
                let in_pieces = (what == What::Pieces) != (cuts == Cuts::Otherwise);
                wire.say(dir, bytes, if in_pieces { small } else { LARGEST });
            }
        }
        match what {
            What::Fin => {
                wire.send(dir, wire.next[dir], FIN | ACK, &[]);
                wire.next[dir] = wire.next[dir].wrapping_add(1);
            }
            What::Reset => wire.send(dir, wire.next[dir], RST | ACK, &[]),
            _ => {}
        }
    }
    wire.packets
}

fn datagrams(steps: &[Step], port: u16) -> Vec<(i64, Vec<u8>)> {
    let mut packets = Vec::new();
    let mut now = BEGINNING;
    for step in steps {
        let Step { dir, what, amount, ref bytes } = *step;
        now += if what == What::Pause { i64::from(amount) * SECOND } else { MILLISECOND };
        let client_port = if what == What::Pieces { 40_000 + u16::from(amount) } else { 40_000 };
        let mut ends = ends(port, client_port);
        if what == What::Swapped {
            // To the group of multicast DNS (RFC 6762).
            ends = Both {
                to_server: End { port: 5353, ..ends.to_server },
                to_client: End { ip: [224, 0, 0, 251], port: 5353 },
            };
        }
        let copies = match what {
            What::Lost => 0,
            What::Twice => 2,
            _ => 1,
        };
        for _ in 0..copies {
            let payload = &bytes[..bytes.len().min(LARGEST)];
            packets.push((now, wire::udp(ends[dir], ends[dir.peer()], payload)));
        }
    }
    packets
}
