//! A connection driven by hand, and what it told.

use std::num::NonZeroU64;

use packetbeat_core::direction::{Both, Dir};
use packetbeat_core::time::Stamp;
use packetbeat_tcp::{Arrival, Connection, Receiver};

pub const C: Dir = Dir::ToServer;
pub const S: Dir = Dir::ToClient;

/// What was told, one line each; neighbouring bytes of a direction joined.
#[derive(Default, Debug)]
pub struct Told {
    pub lines: Vec<Line>,
    pub sum: u64,
    pub bytes: Both<Vec<u8>>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Line {
    Bytes(Dir, Vec<u8>),
    Lost(Dir, u64),
    End(Dir),
}

impl Receiver for Told {
    fn bytes(&mut self, dir: Dir, bytes: &[u8], _: Stamp) {
        assert!(!bytes.is_empty());
        self.sum += bytes.len() as u64;
        self.bytes[dir].extend(bytes);
        match self.lines.last_mut() {
            Some(Line::Bytes(last, all)) if *last == dir => all.extend(bytes),
            _ => self.lines.push(Line::Bytes(dir, bytes.to_vec())),
        }
    }

    fn lost(&mut self, dir: Dir, count: NonZeroU64, _: Stamp) {
        self.sum += count.get();
        match self.lines.last_mut() {
            Some(Line::Lost(last, sum)) if *last == dir => *sum += count.get(),
            _ => self.lines.push(Line::Lost(dir, count.get())),
        }
    }

    fn end(&mut self, dir: Dir, _: Stamp) {
        assert!(!self.lines.contains(&Line::End(dir)), "ended twice");
        self.lines.push(Line::End(dir));
    }
}

/// Sequence numbers of the first bytes.
pub const FIRST: Both<u32> = Both { to_server: 1001, to_client: 5001 };

/// Segments are given as offsets from the first bytes.
#[derive(Default)]
pub struct Rig {
    pub tcp: Connection,
    pub told: Told,
    pub now: Stamp,
}

impl Rig {
    /// After a handshake.
    pub fn new() -> Self {
        let mut rig = Self::default();
        rig.syn(C);
        rig.syn_ack(S);
        rig.empty(C, 0, 0);
        rig
    }

    pub fn arrive(&mut self, dir: Dir, arrival: Arrival<'_>) {
        self.now.packet += 1;
        self.tcp.segment(dir, &Arrival { stamp: self.now, ..arrival }, &mut self.told);
        let _ = self.tcp.deadline(self.now.nanos);
        assert_eq!(self.told.sum, self.tcp.told());
    }

    pub fn syn(&mut self, dir: Dir) {
        self.arrive(dir, Arrival { syn: true, ..raw(FIRST[dir].wrapping_sub(1), None, b"") });
    }

    pub fn syn_ack(&mut self, dir: Dir) {
        let ack = Some(FIRST[dir.peer()]);
        self.arrive(dir, Arrival { syn: true, ..raw(FIRST[dir].wrapping_sub(1), ack, b"") });
    }

    pub fn data(&mut self, dir: Dir, at: i64, ack: i64, payload: &[u8]) {
        self.arrive(dir, segment(dir, at, ack, payload));
    }

    pub fn empty(&mut self, dir: Dir, at: i64, ack: i64) {
        self.data(dir, at, ack, b"");
    }

    pub fn fin(&mut self, dir: Dir, at: i64, ack: i64, payload: &[u8]) {
        self.arrive(dir, Arrival { fin: true, ..segment(dir, at, ack, payload) });
    }

    pub fn cut(&mut self, dir: Dir, at: i64, ack: i64, payload: &[u8], cut: u32) {
        self.arrive(dir, Arrival { cut, ..segment(dir, at, ack, payload) });
    }

    pub fn wait(&mut self, nanos: i64) {
        self.now.nanos += nanos;
        self.tcp.expire(self.now, &mut self.told);
        assert_eq!(self.told.sum, self.tcp.told());
    }

    pub fn flush(&mut self) {
        self.tcp.flush(self.now, &mut self.told);
        assert_eq!(self.told.sum, self.tcp.told());
        assert!(!self.tcp.is_waiting());
        assert_eq!(self.tcp.held_bytes(), 0);
        assert_eq!(self.tcp.deadline(self.now.nanos), None);
    }

    /// What was told since the last time this was asked.
    pub fn take(&mut self) -> Vec<Line> {
        std::mem::take(&mut self.told.lines)
    }

    pub fn nothing_waits(&mut self) {
        assert!(!self.tcp.is_waiting());
        assert_eq!(self.tcp.deadline(self.now.nanos), None);
    }
}

pub fn raw(seq: u32, ack: Option<u32>, payload: &[u8]) -> Arrival<'_> {
    Arrival { seq, ack, syn: false, fin: false, payload, cut: 0, stamp: Stamp::default() }
}

pub fn segment(dir: Dir, at: i64, ack: i64, payload: &[u8]) -> Arrival<'_> {
    raw(number(dir, at), Some(number(dir.peer(), ack)), payload)
}

pub fn number(dir: Dir, at: i64) -> u32 {
    FIRST[dir].wrapping_add(at as u32)
}

pub fn bytes(dir: Dir, bytes: &[u8]) -> Line {
    Line::Bytes(dir, bytes.to_vec())
}
