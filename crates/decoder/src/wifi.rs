//! IEEE 802.11 data frames, and the radiotap header before them (<https://www.radiotap.org>).
//!
//! ```text
//!  0        2          4          10         16         22       24
//! +--------+----------+----------+----------+----------+--------+-------------+-------+---------+------
//! | frame  | duration | address  | address  | address  | seq.   | address 4   | QoS   | HT      | LLC
//! | control|          | 1        | 2        | 3        | ctl.   | (to+from DS)| (QoS) | (order) |
//! +--------+----------+----------+----------+----------+--------+-------------+-------+---------+------
//! ```

use crate::view::View;
use crate::walk::{Next, Step, Trail};
use crate::{Cause, Mac};

const TO_DS: u8 = 0x01;
const FROM_DS: u8 = 0x02;
const MORE_FRAGMENTS: u8 = 0x04;
const PROTECTED: u8 = 0x40;
const ORDER: u8 = 0x80;

/// Bits of the subtype in the first byte of a data frame.
const NULL: u8 = 0x40;
const QOS: u8 = 0x80;

/// Reads a frame.
pub(crate) fn frame<'a>(view: View<'a>, trail: &mut Trail<'a>) -> Step<'a> {
    let &[kind, flags] = view.peek::<2>().ok_or(Cause::TruncatedLink)?;
    if kind & 0x03 != 0 {
        return Err(Cause::MalformedLink);
    }
    // Management and control frames, and data frames without data.
    if kind & 0x0c != 0x08 || kind & NULL != 0 {
        return Err(Cause::NotIp);
    }
    let (header, mut rest) = view.take::<24>().ok_or(Cause::TruncatedLink)?;
    let (a1, a2, a3) = (mac(header, 4), mac(header, 10), mac(header, 16));
    let mut a4 = a2;
    if flags & (TO_DS | FROM_DS) == TO_DS | FROM_DS {
        let (address, behind) = rest.take::<6>().ok_or(Cause::TruncatedLink)?;
        (a4, rest) = (Some(address), behind);
    }
    let mut aggregate = false;
    if kind & QOS != 0 {
        let (&[qos, _], behind) = rest.take::<2>().ok_or(Cause::TruncatedLink)?;
        aggregate = qos & 0x80 != 0;
        rest = behind;
        if flags & ORDER != 0 {
            rest = rest.skip(4).ok_or(Cause::TruncatedLink)?;
        }
    }
    let &[.., sequence, _] = header;
    if flags & MORE_FRAGMENTS != 0 || sequence & 0x0f != 0 {
        return Err(Cause::LinkFragment);
    }
    if flags & PROTECTED != 0 {
        return Err(Cause::EncryptedLink);
    }
    (trail.dst_mac, trail.src_mac) = match flags & (TO_DS | FROM_DS) {
        0 => (a1, a2),
        TO_DS => (a3, a2),
        FROM_DS => (a1, a3),
        _ => (a3, a4),
    };
    if aggregate { only_subframe(rest, trail) } else { Ok((Next::Llc, rest)) }
}

/// An A-MSDU with one packet inside: destination, source, length, LLC.
fn only_subframe<'a>(view: View<'a>, trail: &mut Trail<'a>) -> Step<'a> {
    let (header, rest) = view.take::<14>().ok_or(Cause::TruncatedLink)?;
    let &[.., l0, l1] = header;
    let length = usize::from(u16::from_be_bytes([l0, l1]));
    if length > rest.wire_len() {
        return Err(Cause::MalformedLink);
    }
    // Another subframe has a header of 14 bytes; less is padding or a check sequence.
    if rest.wire_len() - length >= 14 {
        return Err(Cause::LinkAggregate);
    }
    (trail.dst_mac, trail.src_mac) = (mac(header, 0), mac(header, 6));
    Ok((Next::Llc, rest.limit(length)))
}

fn mac(bytes: &[u8], at: usize) -> Option<&Mac> {
    bytes.get(at..)?.first_chunk()
}

/// Skips the radiotap header: version 0, padding, length and presence bits in little-endian order, fields. Of the
/// fields, the flags tell whether a check sequence ends the frame and whether padding follows the 802.11 header.
pub(crate) fn radiotap(view: View<'_>) -> Step<'_> {
    let &[version, _, l0, l1] = view.peek::<4>().ok_or(Cause::TruncatedLink)?;
    let length = usize::from(u16::from_le_bytes([l0, l1]));
    if version != 0 || length < 8 {
        return Err(Cause::MalformedLink);
    }
    let header = view.data.get(..length).ok_or(Cause::TruncatedLink)?;
    let rest = view.skip(length).ok_or(Cause::TruncatedLink)?;
    let flags = radiotap_flags(header).unwrap_or(0);
    const CHECK_SEQUENCE: u8 = 0x10;
    const HEADER_PADDED: u8 = 0x20;
    if flags & HEADER_PADDED != 0 {
        // Some cards align the frame's body; that is so rare that the frame is not worth the bookkeeping.
        return Err(Cause::UnsupportedLinkType);
    }
    let rest = match rest.wire_len().checked_sub(4) {
        Some(without) if flags & CHECK_SEQUENCE != 0 => rest.limit(without),
        _ => rest,
    };
    Ok((Next::Wifi, rest))
}

/// The field "flags" (bit 1), which only "TSFT" (bit 0, 8 bytes, aligned to 8) can precede.
fn radiotap_flags(header: &[u8]) -> Option<u8> {
    let words = header.get(4..)?.as_chunks::<4>().0;
    let present = u32::from_le_bytes(*words.first()?);
    if present & 2 == 0 {
        return None;
    }
    let extended = words.iter().take_while(|word| u32::from_le_bytes(**word) >> 31 != 0).count();
    let mut at = 4 + 4 * (extended + 1);
    if present & 1 != 0 {
        at = at.next_multiple_of(8) + 8;
    }
    header.get(at).copied()
}
