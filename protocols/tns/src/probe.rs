//! What TNS looks like at its first bytes.
//!
//! A CONNECT is certain by its header, its versions and its descriptor; so are the listener's answers. In the middle of a session a
//! call that is known by its function, and an answer by its end.

use packetbeat_core::probe::{Role, Verdict};

use crate::answer;
use crate::call;
use crate::statement;
use crate::ttc::Numbers;
use crate::wire::{self, DATA_HEADER, HEADER, Header, Kind, data_flags};

/// Bytes of a call in which its statement must be recognised.
const CALL_HEAD: usize = 384;

const CLIENT: Verdict = Verdict::Match { sender: Role::Client };
const SERVER: Verdict = Verdict::Match { sender: Role::Server };

/// Looks at the head of one direction.
pub(crate) fn probe(head: &[u8]) -> Verdict {
    let Some(first) = head.first_chunk::<HEADER>() else { return short(head) };
    let Ok(header) = Header::read(*first, false) else { return Verdict::Reject };
    match header.kind {
        Kind::Connect if !header.large => connect(head, header),
        Kind::Accept if !header.large => accept(head, header),
        Kind::Refuse | Kind::Redirect if !header.large => listener(head, header),
        Kind::Resend if !header.large && header.len == HEADER => SERVER,
        Kind::Data => data(head, header),
        _ => Verdict::Reject,
    }
}

/// Fewer bytes than a header: as far as they go.
fn short(head: &[u8]) -> Verdict {
    let is_large = head.starts_with(&[0, 0]);
    let may_be = match head {
        // The length has two bytes, and a checksum follows that is always zero.
        [_, _, check @ (1..=255), ..] | [_, _, _, check @ (1..=255), ..] if !is_large => *check == 0,
        [_, _, _, _, code, ..] => *code == 6 || (!is_large && matches!(code, 1 | 2 | 4 | 5 | 11)),
        _ => true,
    };
    if may_be { Verdict::NeedMore } else { Verdict::Reject }
}

fn connect(head: &[u8], header: Header) -> Verdict {
    /// Offset, options and the like, then perhaps a descriptor.
    const LENGTHS: std::ops::RangeInclusive<usize> = 28..=8192;
    const OFFSETS: std::ops::RangeInclusive<usize> = 26..=128;
    if !LENGTHS.contains(&header.len) {
        return Verdict::Reject;
    }
    let Some(fixed) = head.get(..28) else { return Verdict::NeedMore };
    let (Ok(connect), Some([len_high, len_low, high, low])) = (wire::connect(fixed), fixed.get(24..28))
    else {
        return Verdict::Reject;
    };
    let len = usize::from(u16::from_be_bytes([*len_high, *len_low]));
    let offset = usize::from(u16::from_be_bytes([*high, *low]));
    if !(300..=400).contains(&connect.version) || !OFFSETS.contains(&offset) || offset > header.len {
        return Verdict::Reject;
    }
    if len == 0 || offset == header.len {
        return CLIENT;
    }
    match head.get(offset) {
        Some(b'(') => CLIENT,
        Some(_) => Verdict::Reject,
        None => Verdict::NeedMore,
    }
}

fn accept(head: &[u8], header: Header) -> Verdict {
    let Some(fixed) = head.get(..24) else { return Verdict::NeedMore };
    let version = wire::accept(fixed).unwrap_or_default();
    let place = fixed.get(18..22);
    let data = matches!(place, Some([_, _, high, low]) if usize::from(u16::from_be_bytes([*high, *low])) <= header.len);
    if (300..=400).contains(&version) && data && header.len <= 512 { SERVER } else { Verdict::Reject }
}

/// REFUSE, REDIRECT: a text in parentheses behind its length.
fn listener(head: &[u8], header: Header) -> Verdict {
    let at = if header.kind == Kind::Refuse { 12 } else { 10 };
    if header.len <= at || header.len > 4096 {
        return Verdict::Reject;
    }
    match head.get(at..) {
        Some([b'(', rest @ ..]) if rest.first().is_none_or(u8::is_ascii_uppercase) => {
            if rest.is_empty() {
                Verdict::NeedMore
            } else {
                SERVER
            }
        }
        Some([_, ..]) => Verdict::Reject,
        _ => Verdict::NeedMore,
    }
}

/// In the middle of a session: a call with a statement or a cursor, an answer with its end.
fn data(head: &[u8], header: Header) -> Verdict {
    let Some([high, low]) = head.get(HEADER..DATA_HEADER) else { return Verdict::NeedMore };
    if u16::from_be_bytes([*high, *low]) & !data_flags::KNOWN != 0 {
        return Verdict::Reject;
    }
    match head.get(DATA_HEADER) {
        None => return if header.len > DATA_HEADER { Verdict::NeedMore } else { Verdict::Reject },
        Some(3 | 17 | 4 | 6 | 7 | 8 | 16) => {}
        Some(_) => return Verdict::Reject,
    }
    let whole = head.get(DATA_HEADER..header.len);
    let payload = whole.or_else(|| head.get(DATA_HEADER..)).unwrap_or_default();
    let wait = if whole.is_some() { Verdict::Reject } else { Verdict::NeedMore };
    match payload.first() {
        Some(3 | 17) => {
            if payload.len() < 3 {
                return wait;
            }
            if !call::begins(payload, None) {
                return Verdict::Reject;
            }
            let last = payload.len().min(CALL_HEAD);
            match statement::tells(payload.get(..last).unwrap_or_default()) {
                Some(true) => CLIENT,
                None if last < CALL_HEAD => wait,
                _ => Verdict::Reject,
            }
        }
        _ => {
            let ends = [Numbers::Counted, Numbers::Native]
                .into_iter()
                .any(|numbers| whole.is_some_and(|whole| answer::end(whole, None, numbers, false).is_some()));
            if ends { SERVER } else { wait }
        }
    }
}

/// Where a packet begins in the middle of a stream: one that is plausible, and behind which nothing or another one stands.
pub(crate) fn boundary(bytes: &[u8]) -> Option<usize> {
    (0..bytes.len().saturating_sub(DATA_HEADER)).find(|at| begins_packet(bytes, *at))
}

fn begins_packet(bytes: &[u8], at: usize) -> bool {
    let Some(here) = bytes.get(at..) else { return false };
    let Some(header) = Header::guess(here) else { return false };
    if header.kind == Kind::Data {
        let Some([high, low, first]) = here.get(HEADER..DATA_HEADER + 1) else { return false };
        let known = u16::from_be_bytes([*high, *low]) & !data_flags::KNOWN == 0;
        let message = matches!(first, 1..=34) || *first == 0xde;
        if !known || (header.len > DATA_HEADER && !message) {
            return false;
        }
    }
    match here.get(header.len..) {
        None => header.kind == Kind::Data && starts_message(here),
        Some([]) => true,
        Some(next) => next.len() < HEADER || Header::guess(next).is_some(),
    }
}

/// A packet whose end is not there yet must be certain by its beginning.
fn starts_message(packet: &[u8]) -> bool {
    match packet.get(DATA_HEADER..) {
        Some([3 | 17, function, ..]) => crate::function::name(*function).is_some(),
        Some([first, ..]) => matches!(first, 4 | 6 | 7 | 8 | 16),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn connect_packet() -> Vec<u8> {
        let descriptor = b"(DESCRIPTION=(CONNECT_DATA=(SID=x)))";
        let mut packet =
            vec![0, 58 + descriptor.len() as u8, 0, 0, 1, 0, 0, 0, 1, 0x34, 1, 0x2c, 0, 0, 8, 0, 0x7f, 0xff];
        packet.resize(24, 0);
        packet.extend([0, descriptor.len() as u8, 0, 58]);
        packet.resize(58, 0);
        packet.extend(descriptor);
        packet
    }

    fn data_packet(payload: &[u8]) -> Vec<u8> {
        let mut packet = vec![0, 0, 0, 10 + payload.len() as u8, 6, 0, 0, 0, 0, 0];
        packet.extend(payload);
        packet
    }

    #[test]
    fn tns_is_recognised() {
        assert_eq!(probe(&connect_packet()), CLIENT);
        assert_eq!(probe(&[0, 8, 0, 0, 11, 0, 0, 0]), SERVER);
        assert_eq!(probe(b"\0\x1e\0\0\x04\0\0\0\x22\0\0\x12(DESCRIPTION=(ERR=1))"), SERVER);
        assert_eq!(probe(b"\0\x1e\0\0\x05\0\0\0\0\x14(ADDRESS=(PORT=1024))"), SERVER);
        assert_eq!(probe(&data_packet(b"\x03\x4a\x05\x01\x12select 1 from dual\0")), CLIENT);
    }

    #[test]
    fn what_is_short_waits_and_what_was_said_stays() {
        for whole in [connect_packet(), data_packet(b"\x03\x4a\x05\x01\x12select 1 from dual\0")] {
            let last = probe(&whole);
            for len in 0..whole.len() {
                let verdict = probe(&whole[..len]);
                assert!(verdict == Verdict::NeedMore || verdict == last, "{len} of {whole:?}");
            }
        }
    }

    #[test]
    fn what_almost_is_tns_is_not() {
        for head in [
            &b"\0\x1e\x12\x34\x01\0\0\x01\0\0\0\0\0\0\x07example"[..],
            b"\0\x1e\0\0\x01\0\0\x01\0\0\0\0\0\0\x07example\x03com\0\0\x01\0\x01",
            b"\0\0\0\x23\xffSMBr\0\0\0\0\x08\x01\xc8",
            b"\0\0\0\x08\x04\xd2\x16\x2f",
            b"\0\0\0\x2a\x06\0\0\0\0\0\0\0\0\0",
            b"\0\x3a\0\0\x01\0\0\0\x01\x34\x01\x2c\0\0\x08\0\x7f\xff\0\0\0\0\0\0\0\x20\0\x0a\0\0",
            b"\0\x08\0\0\x0b\0\0\x01",
            b"\x16\x03\x01\x02\0\x01\0\x01\xfc\x03\x03",
            b"GET / HTTP/1.1\r\n",
            b"\x04\x01\0\x50\0\0\0\0",
            b"\x4a\0\0\0\x0a8.0.36\0",
            b"\0\x30\0\0\x02\0\0\0\x99\x99\0\0\0\0\0\0\0\0\0\0\0\0\0\0",
            b"\0\0\0\x0e\x06\0\0\0\0\0\x03\x4a\x05\x01",
            b"\0\0\0\x14\x06\0\0\0\0\0\x04\0\0\0\0\0\0\0\0\0",
        ] {
            assert_eq!(probe(head), Verdict::Reject, "{head:?}");
        }
    }
}
