//! The block format.
//!
//! ```text
//! block    type(4) length(4) | body, padded to 4 | length(4)
//! section  type 0a0d0d0a; body: byte-order magic(4) major(2) minor(2) section length(8) options
//! interface  1: link(2) reserved(2) snaplen(4) options
//! packet     6: interface(4) time high(4) time low(4) captured(4) on-the-wire(4) | bytes, options
//! obsolete   2: interface(2) drops(2), the rest as 6
//! simple     3: on-the-wire(4) | bytes
//! secrets   10: type(4) length(4) | bytes, options
//! ```
//!
//! Source: `draft-ietf-opsawg-pcapng`. Sections may differ in byte order; interfaces are numbered per section.

use packetbeat_core::packet::LinkType;

use crate::step::{Damage, Span, Step};
use crate::timestamp::Clock;
use crate::{MAX_BLOCK, MAX_INTERFACES, MAX_PACKET};

/// Type of a section header block: the same in both byte orders.
pub(crate) const SECTION: [u8; 4] = [0x0a, 0x0d, 0x0d, 0x0a];
/// Bytes of the smallest section header.
pub(crate) const SMALLEST_SECTION: usize = 28;

const INTERFACE: u32 = 1;
const OBSOLETE_PACKET: u32 = 2;
const SIMPLE_PACKET: u32 = 3;
const PACKET: u32 = 6;
const SECRETS: u32 = 10;

/// Type and length before a block's body and the length after it.
const FRAME: u32 = 12;
/// From the start of a packet block to its bytes.
const PACKET_HEADER: usize = 28;
/// From the start of a simple packet block to its bytes.
const SIMPLE_HEADER: usize = 12;
/// From the start of a secrets block to its bytes.
const SECRETS_HEADER: usize = 16;

const OPTION_END: u16 = 0;
const IF_TSRESOL: u16 = 9;
const IF_TSOFFSET: u16 = 14;

/// What the sections and interfaces read so far say of the packets that follow.
#[derive(Clone, Debug, Default)]
pub(crate) struct PcapNg {
    /// Byte order of the section; `None` before the first.
    order: Option<Order>,
    interfaces: Vec<Interface>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Order {
    Little,
    Big,
}

#[derive(Clone, Copy, Debug)]
struct Interface {
    link: LinkType,
    /// Zero: no limit.
    snaplen: u32,
    clock: Clock,
}

impl PcapNg {
    /// Looks at the block at the start of `tail`.
    #[inline]
    pub(crate) fn step(&mut self, tail: &[u8]) -> Step {
        match self.enhanced(tail) {
            Some(step) => step,
            None => self.other(tail),
        }
    }

    /// Looks at the block at the start of `tail` if it is an enhanced packet block.
    #[inline]
    pub(crate) fn enhanced(&self, tail: &[u8]) -> Option<Step> {
        let header = tail.first_chunk::<PACKET_HEADER>()?;
        let order = self.order?;
        (order.u32(header, 0) == PACKET).then(|| self.packet(order, tail, header, order.u32(header, 8)))
    }

    /// An enhanced or obsolete packet block: they differ in how the interface is written.
    #[inline]
    fn packet(&self, order: Order, tail: &[u8], header: &[u8; PACKET_HEADER], interface: u32) -> Step {
        let block = match whole(order, tail, PACKET_HEADER as u32 + 4) {
            Ok(block) => block,
            Err(step) => return step,
        };
        let captured = order.u32(header, 20);
        let room = block - PACKET_HEADER - 4;
        if captured > MAX_PACKET {
            return Step::Damage(Damage::PacketTooLong(captured));
        }
        if captured as usize > room {
            return Step::Damage(Damage::PacketBeyondBlock { claimed: captured, room: room as u32 });
        }
        let Some(found) = self.interfaces.get(interface as usize) else {
            return Step::Damage(Damage::UnknownInterface(interface));
        };
        let units = u64::from(order.u32(header, 12)) << 32 | u64::from(order.u32(header, 16));
        Step::Packet {
            span: Span {
                start: PACKET_HEADER,
                len: captured as usize,
                nanos: Some(found.clock.nanos(units)),
                wire_len: order.u32(header, 24).max(captured),
                link: found.link,
            },
            advance: block,
        }
    }

    fn other(&mut self, tail: &[u8]) -> Step {
        let Some(frame) = tail.first_chunk::<12>() else { return Step::Need(FRAME as usize) };
        if frame.first_chunk() == Some(&SECTION) {
            return self.section(tail, frame);
        }
        let Some(order) = self.order else {
            return Step::Damage(Damage::NoSection(Order::Little.u32(frame, 0)));
        };
        match order.u32(frame, 0) {
            INTERFACE => self.interface(order, tail),
            PACKET => cut(order, tail),
            OBSOLETE_PACKET => match tail.first_chunk() {
                Some(header) => self.packet(order, tail, header, u32::from(order.u16(header, 8))),
                None => cut(order, tail),
            },
            SIMPLE_PACKET => self.simple(order, tail),
            SECRETS => secrets(order, tail),
            _ => match padded(order.u32(frame, 4)) {
                len if len < u64::from(FRAME) => Step::Damage(Damage::BlockLength(order.u32(frame, 4))),
                len => Step::Skip(len),
            },
        }
    }

    fn section(&mut self, tail: &[u8], frame: &[u8; 12]) -> Step {
        let order = match Order::Little.u32(frame, 8) {
            0x1a2b_3c4d => Order::Little,
            0x4d3c_2b1a => Order::Big,
            magic => return Step::Damage(Damage::ByteOrder(magic)),
        };
        let block = match whole(order, tail, SMALLEST_SECTION as u32) {
            Ok(block) => block,
            Err(step) => return step,
        };
        let (major, minor) = (order.u16(tail, 12), order.u16(tail, 14));
        if major != 1 {
            return Step::Damage(Damage::SectionVersion(major, minor));
        }
        self.order = Some(order);
        self.interfaces.clear();
        Step::Advance(block)
    }

    fn interface(&mut self, order: Order, tail: &[u8]) -> Step {
        let block = match whole(order, tail, 20) {
            Ok(block) => block,
            Err(step) => return step,
        };
        if self.interfaces.len() >= MAX_INTERFACES {
            return Step::Damage(Damage::TooManyInterfaces);
        }
        let mut clock = Clock::MICROSECONDS;
        for (code, value) in options(order, tail.get(16..block - 4).unwrap_or_default()) {
            match (code, value) {
                (IF_TSRESOL, [resolution]) => clock.set_resolution(*resolution),
                (IF_TSOFFSET, value) => {
                    if let Ok(offset) = value.try_into() {
                        clock.set_offset(order.i64(offset));
                    }
                }
                _ => {}
            }
        }
        self.interfaces.push(Interface {
            link: LinkType(order.u16(tail, 8)),
            snaplen: order.u32(tail, 12),
            clock,
        });
        Step::Advance(block)
    }

    fn simple(&self, order: Order, tail: &[u8]) -> Step {
        let block = match whole(order, tail, 16) {
            Ok(block) => block,
            Err(step) => return step,
        };
        // A simple packet belongs to the first interface of its section.
        let Some(interface) = self.interfaces.first() else {
            return Step::Damage(Damage::UnknownInterface(0));
        };
        let wire_len = order.u32(tail, 8);
        let room = block - SIMPLE_HEADER - 4;
        let mut captured = wire_len;
        if interface.snaplen != 0 {
            captured = captured.min(interface.snaplen);
        }
        // The captured length is not written down: some writers cut without saying so in the snap length.
        let captured = (captured as usize).min(room);
        if captured > MAX_PACKET as usize {
            return Step::Damage(Damage::PacketTooLong(captured as u32));
        }
        let span = Span { start: SIMPLE_HEADER, len: captured, nanos: None, wire_len, link: interface.link };
        Step::Packet { span, advance: block }
    }
}

/// What is needed of a packet block whose header is not all there, but its length is.
fn cut(order: Order, tail: &[u8]) -> Step {
    match whole(order, tail, PACKET_HEADER as u32 + 4) {
        Err(step) => step,
        Ok(block) => Step::Need(block),
    }
}

fn secrets(order: Order, tail: &[u8]) -> Step {
    let Some(frame) = tail.first_chunk::<12>() else { return Step::Need(FRAME as usize) };
    let len = order.u32(frame, 4);
    if len > MAX_BLOCK {
        return Step::Skip(padded(len));
    }
    let block = match whole(order, tail, 20) {
        Ok(block) => block,
        Err(step) => return step,
    };
    let room = block - SECRETS_HEADER - 4;
    let len = (order.u32(tail, 12) as usize).min(room);
    Step::Secrets { kind: order.u32(tail, 8), start: SECRETS_HEADER, len, advance: block }
}

/// Length of the block at the start of `tail`, padded, once all of it is there and both its lengths agree.
#[inline]
fn whole(order: Order, tail: &[u8], smallest: u32) -> Result<usize, Step> {
    let len = order.u32(tail, 4);
    if !(smallest..=MAX_BLOCK).contains(&len) {
        return Err(Step::Damage(Damage::BlockLength(len)));
    }
    // Not more than MAX_BLOCK + 3: fits `usize`.
    let block = padded(len) as usize;
    let Some(last) = tail.get(..block).and_then(|block| block.last_chunk::<4>()) else {
        return Err(Step::Need(block));
    };
    let last = order.u32(last, 0);
    if last != len && u64::from(last) != padded(len) {
        return Err(Step::Damage(Damage::BlockLengths { first: len, last }));
    }
    Ok(block)
}

/// Some writers leave the padding out of a block's length.
#[inline]
fn padded(len: u32) -> u64 {
    u64::from(len).next_multiple_of(4)
}

/// The options of a block, as far as they are whole.
fn options(order: Order, mut rest: &[u8]) -> impl Iterator<Item = (u16, &[u8])> {
    std::iter::from_fn(move || {
        let ([a, b, c, d], after) = rest.split_first_chunk()?;
        let (code, len) = (order.u16(&[*a, *b], 0), usize::from(order.u16(&[*c, *d], 0)));
        let value = after.get(..len)?;
        rest = after.get(len.next_multiple_of(4)..).unwrap_or_default();
        (code != OPTION_END).then_some((code, value))
    })
}

impl Order {
    /// The number at `at`; zero beyond the end, which callers exclude by looking at the length first.
    #[inline]
    fn u32(self, bytes: &[u8], at: usize) -> u32 {
        let bytes = bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default();
        match self {
            Self::Little => u32::from_le_bytes(bytes),
            Self::Big => u32::from_be_bytes(bytes),
        }
    }

    /// As [`Order::u32`].
    #[inline]
    fn u16(self, bytes: &[u8], at: usize) -> u16 {
        let bytes = bytes.get(at..).and_then(|bytes| bytes.first_chunk()).copied().unwrap_or_default();
        match self {
            Self::Little => u16::from_le_bytes(bytes),
            Self::Big => u16::from_be_bytes(bytes),
        }
    }

    fn i64(self, bytes: [u8; 8]) -> i64 {
        match self {
            Self::Little => i64::from_le_bytes(bytes),
            Self::Big => i64::from_be_bytes(bytes),
        }
    }
}
