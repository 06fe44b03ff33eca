//! Joins the fragments of IPv4 (RFC 791 section 3.2) and IPv6 (RFC 8200 section 4.5) datagrams.
//!
//! Fragments may come in any order and more than once. Where two overlap, **the bytes that came first win** (the
//! "first" policy of Novak's "Target-Based Fragmentation Reassembly", 2005); RFC 8200 and current Linux discard such
//! datagrams, but what an analyzer does not show is where an attacker hides. The first "last fragment"
//! tells the end. Fragments on different VLANs or in different tunnels are never joined.
//!
//! Everything is ordered by key and deadline in trees: no hash is flooded, and the same packets give the same
//! result in every worker.

use std::collections::{BTreeMap, BTreeSet};

use crate::ip::Fragment;
use crate::path::Vlans;
use crate::{Cause, Dropped, Ip, Limits};

/// The largest payload: that of a packet of 65,535 bytes.
const MAX_BYTES: usize = 65_535;
/// What a datagram and a fragment are charged beside their payload.
const SET_OVERHEAD: usize = 256;
const PIECE_OVERHEAD: usize = 32;

/// What fragments of one datagram have in common.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Key {
    pub(crate) ip: Ip,
    pub(crate) id: u32,
    /// IPv4 only (RFC 791); 0 for IPv6, where the first fragment tells it.
    pub(crate) protocol: u8,
    pub(crate) vlans: Vlans,
    pub(crate) outer: Option<Ip>,
}

/// What became of a fragment.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Held,
    /// The datagram is whole: its protocol and its packets. Its bytes are in the caller's buffer.
    Whole {
        protocol: u8,
        packets: u32,
    },
    Dropped(Cause),
}

/// A fragment as the table takes it.
pub(crate) struct Piece<'a> {
    pub(crate) key: Key,
    pub(crate) place: Fragment,
    pub(crate) data: &'a [u8],
    /// Packets that this fragment was itself joined from; 1 for an ordinary one.
    pub(crate) packets: u32,
}

/// The incomplete datagrams.
#[derive(Debug)]
pub(crate) struct Table {
    limits: Limits,
    sets: BTreeMap<Key, Set>,
    /// Deadlines in nanoseconds of packet time, a serial number to tell equal ones apart.
    deadlines: BTreeSet<(i64, u64, Key)>,
    serial: u64,
    bytes: usize,
}

#[derive(Debug)]
struct Set {
    deadline: i64,
    serial: u64,
    /// Payload in order of arrival.
    bytes: Vec<u8>,
    /// Parts of `bytes`, sorted by offset, without overlap.
    parts: Vec<Part>,
    /// Length of the payload, once the last fragment came.
    end: Option<usize>,
    /// Told by the fragment at offset 0.
    protocol: Option<u8>,
    fragments: u32,
    packets: u32,
}

#[derive(Clone, Copy, Debug)]
struct Part {
    offset: usize,
    len: usize,
    /// Place in `Set::bytes`.
    at: usize,
}

impl Table {
    pub(crate) fn new(limits: Limits) -> Self {
        Self { limits, sets: BTreeMap::new(), deadlines: BTreeSet::new(), serial: 0, bytes: 0 }
    }

    /// The packet time at which something is to be given up.
    pub(crate) fn next_deadline(&self) -> i64 {
        self.deadlines.first().map_or(i64::MAX, |&(deadline, _, _)| deadline)
    }

    /// Takes a fragment at packet time `now`; `joined` gets the payload when it is whole.
    pub(crate) fn accept(
        &mut self,
        now: i64,
        piece: &Piece<'_>,
        joined: &mut Vec<u8>,
        dropped: &mut Dropped,
    ) -> Verdict {
        let end = piece.place.offset + piece.data.len();
        if end + piece.place.header > MAX_BYTES {
            return Verdict::Dropped(Cause::FragmentOverflow);
        }
        if piece.data.is_empty() || (piece.place.more && !piece.data.len().is_multiple_of(8)) {
            return Verdict::Dropped(Cause::FragmentMalformed);
        }
        let limits = self.limits;
        let set = match self.sets.get_mut(&piece.key) {
            Some(set) => set,
            None => self.open(now, piece.key),
        };
        if set.fragments >= limits.fragments_per_set {
            self.give_up(piece.key, Cause::FragmentLimit, dropped);
            return Verdict::Dropped(Cause::FragmentLimit);
        }
        if !set.fits(end, piece.place.more) {
            return Verdict::Dropped(Cause::FragmentMalformed);
        }
        let before = set.charge();
        set.insert(piece);
        let after = set.charge();
        if set.is_whole() {
            let (protocol, packets) = (set.protocol.unwrap_or(piece.place.protocol), set.packets);
            set.join(joined);
            self.bytes -= before;
            self.remove(piece.key);
            return Verdict::Whole { protocol, packets };
        }
        self.bytes += after - before;
        self.shrink(piece, dropped)
    }

    /// Gives up what was not whole in time.
    pub(crate) fn expire(&mut self, now: i64, dropped: &mut Dropped) {
        while let Some(&(deadline, _, key)) = self.deadlines.first()
            && deadline <= now
        {
            self.give_up(key, Cause::FragmentTimeout, dropped);
        }
    }

    /// Gives up everything: the capture is over.
    pub(crate) fn finish(&mut self, dropped: &mut Dropped) {
        while let Some(&(_, _, key)) = self.deadlines.first() {
            self.give_up(key, Cause::FragmentIncomplete, dropped);
        }
    }

    fn open(&mut self, now: i64, key: Key) -> &mut Set {
        let hold =
            if key.ip.src.is_ipv4() { self.limits.fragment_hold_v4 } else { self.limits.fragment_hold_v6 };
        let deadline = now.saturating_add(i64::try_from(hold.as_nanos()).unwrap_or(i64::MAX));
        self.serial += 1;
        self.deadlines.insert((deadline, self.serial, key));
        self.bytes += SET_OVERHEAD;
        self.sets.entry(key).or_insert(Set {
            deadline,
            serial: self.serial,
            bytes: Vec::new(),
            parts: Vec::new(),
            end: None,
            protocol: None,
            fragments: 0,
            packets: 0,
        })
    }

    /// Makes room after a fragment was kept. What is nearest to its deadline waited longest, in vain so far.
    fn shrink(&mut self, piece: &Piece<'_>, dropped: &mut Dropped) -> Verdict {
        let mut verdict = Verdict::Held;
        while self.sets.len() > self.limits.fragment_sets.max(1) || self.bytes > self.limits.fragment_bytes {
            let Some(&(_, _, key)) = self.deadlines.first() else { break };
            if key == piece.key {
                // This packet is not held any more: it has its own outcome.
                self.forget(key, piece.packets, Cause::FragmentLimit, dropped);
                verdict = Verdict::Dropped(Cause::FragmentLimit);
            } else {
                self.give_up(key, Cause::FragmentLimit, dropped);
            }
        }
        verdict
    }

    fn give_up(&mut self, key: Key, cause: Cause, dropped: &mut Dropped) {
        self.forget(key, 0, cause, dropped);
    }

    /// Removes a set and counts its packets but `except`.
    fn forget(&mut self, key: Key, except: u32, cause: Cause, dropped: &mut Dropped) {
        if let Some(set) = self.remove(key) {
            self.bytes -= set.charge();
            dropped.add(cause, set.packets.saturating_sub(except));
        }
    }

    fn remove(&mut self, key: Key) -> Option<Set> {
        let set = self.sets.remove(&key)?;
        self.deadlines.remove(&(set.deadline, set.serial, key));
        Some(set)
    }
}

impl Set {
    /// Bytes for the limit.
    fn charge(&self) -> usize {
        SET_OVERHEAD + self.bytes.capacity() + self.parts.len() * PIECE_OVERHEAD
    }

    /// False when the fragment contradicts the end that is known, or claims one before what came already.
    fn fits(&self, end: usize, more: bool) -> bool {
        let furthest = self.parts.last().map_or(0, |part| part.offset + part.len);
        match self.end {
            Some(known) => end <= known && (more || end == known),
            None => more || end >= furthest,
        }
    }

    /// Keeps those bytes of a fragment that are new.
    fn insert(&mut self, piece: &Piece<'_>) {
        self.fragments += 1;
        self.packets = self.packets.saturating_add(piece.packets);
        if piece.place.offset == 0 {
            self.protocol.get_or_insert(piece.place.protocol);
        }
        let (mut from, end) = (piece.place.offset, piece.place.offset + piece.data.len());
        if !piece.place.more {
            self.end = Some(end);
        }
        let mut index = self.parts.partition_point(|part| part.offset + part.len <= from);
        while from < end {
            let (gap_end, next) = match self.parts.get(index) {
                Some(part) if part.offset < end => (part.offset, part.offset + part.len),
                _ => (end, end),
            };
            if from < gap_end {
                let start = from - piece.place.offset;
                let Some(new) = piece.data.get(start..start + (gap_end - from)) else { return };
                let at = self.bytes.len();
                self.bytes.extend_from_slice(new);
                self.parts.insert(index, Part { offset: from, len: new.len(), at });
                index += 1;
            }
            from = next;
            index += 1;
        }
    }

    fn is_whole(&self) -> bool {
        // Parts do not overlap and none lies behind the end, so that their bytes suffice when there are enough.
        self.end == Some(self.bytes.len())
    }

    fn join(&self, joined: &mut Vec<u8>) {
        joined.clear();
        joined.reserve(self.bytes.len());
        for part in &self.parts {
            joined.extend_from_slice(self.bytes.get(part.at..part.at + part.len).unwrap_or_default());
        }
    }
}
