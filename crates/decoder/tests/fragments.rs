//! Fragments: in every order, with overlaps, beyond every limit. Packets in and packets out always agree.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::*;
use packetbeat_core::packet::{LinkType, Packet};
use packetbeat_decoder::{Cause, Decoder, Limits, Outcome};

const SECOND: i64 = 1_000_000_000;
const MORE: u16 = 0x2000;

/// The payload of a UDP datagram of `len` bytes in all, and its bytes.
fn datagram(len: usize) -> Vec<u8> {
    udp(5000, 53, &(0..len - 8).map(|at| (at % 251) as u8).collect::<Vec<_>>())
}

/// A fragment of `whole` in IPv4 or IPv6.
fn piece(v6: bool, id: u16, whole: &[u8], from: usize, to: usize) -> Vec<u8> {
    let more = to < whole.len();
    if v6 {
        let field = (from as u16) | u16::from(more);
        let header = cat(&[&[17, 0], &field.to_be_bytes(), &[0, 0], &id.to_be_bytes()]);
        ipv6(44, &cat(&[&header, &whole[from..to]]))
    } else {
        ipv4(17, id, (from / 8) as u16 | if more { MORE } else { 0 }, &whole[from..to])
    }
}

/// Decodes raw IP at a time; gives "held", the cause, or the payload and the number of fragments.
fn feed(decoder: &mut Decoder, nanos: i64, data: &[u8]) -> Result<(Vec<u8>, u32), String> {
    match decoder.decode(&Packet { nanos, ..packet(LinkType::RAW, data) }) {
        Outcome::Udp(datagram) => {
            assert_eq!((datagram.src_port, datagram.dst_port), (5000, 53));
            Ok((datagram.payload.to_vec(), datagram.fragments))
        }
        Outcome::Held => Err("held".into()),
        Outcome::Dropped(cause) => Err(cause.name().into()),
        other => panic!("{other:?}"),
    }
}

fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    if items.is_empty() {
        return vec![Vec::new()];
    }
    let mut all = Vec::new();
    for (index, &item) in items.iter().enumerate() {
        let mut rest = items.to_vec();
        rest.remove(index);
        for mut tail in permutations(&rest) {
            tail.insert(0, item);
            all.push(tail);
        }
    }
    all
}

#[test]
fn every_order_gives_the_datagram() {
    let whole = datagram(100);
    let bounds = [0, 8, 40, 48, 96, 100];
    for v6 in [false, true] {
        for order in permutations(&[0, 1, 2, 3, 4]) {
            let mut decoder = Decoder::new(Limits::default());
            for (count, &index) in order.iter().enumerate() {
                let frame = piece(v6, 7, &whole, bounds[index], bounds[index + 1]);
                let got = feed(&mut decoder, 0, &frame);
                if count == 4 {
                    assert_eq!(got, Ok((whole[8..].to_vec(), 5)), "{order:?}");
                } else {
                    assert_eq!(got, Err("held".into()), "{order:?}");
                }
            }
            decoder.finish();
            assert!(!decoder.has_dropped());
        }
    }
}

#[test]
fn duplicates_are_counted_and_the_first_bytes_win() {
    let whole = datagram(64);
    let mut other = whole.clone();
    other[16..].fill(0xee);
    let mut decoder = Decoder::new(Limits::default());
    let held = Err("held".to_owned());
    assert_eq!(feed(&mut decoder, 0, &piece(false, 7, &whole, 16, 24)), held);
    assert_eq!(feed(&mut decoder, 0, &piece(false, 7, &whole, 16, 24)), held);
    assert_eq!(feed(&mut decoder, 0, &piece(false, 7, &whole, 32, 40)), held);
    // Around, between and behind what is there.
    assert_eq!(feed(&mut decoder, 0, &piece(false, 7, &other, 8, 48)), held);
    assert_eq!(feed(&mut decoder, 0, &piece(false, 7, &whole, 40, 64)), held);
    let mut expected = whole.clone();
    expected[24..32].fill(0xee);
    expected[40..48].fill(0xee);
    assert_eq!(feed(&mut decoder, 0, &piece(false, 7, &whole, 0, 16)), Ok((expected[8..].to_vec(), 6)));
}

#[test]
fn an_atomic_fragment_is_whole() {
    let whole = datagram(40);
    let mut decoder = Decoder::new(Limits::default());
    assert_eq!(feed(&mut decoder, 0, &piece(true, 7, &whole, 0, 40)), Ok((whole[8..].to_vec(), 0)));
}

#[test]
fn datagrams_are_told_apart() {
    let (a, b) = (datagram(64), datagram(72));
    let mut decoder = Decoder::new(Limits::default());
    let mut tagged = |vlan: u8, data: &[u8]| {
        let frame = ethernet(0x8100, &cat(&[&[0, vlan, 8, 0], data]));
        match decoder.decode(&packet(LinkType::ETHERNET, &frame)) {
            Outcome::Udp(datagram) => Some((datagram.payload.len(), datagram.path.vlans.as_slice().to_vec())),
            Outcome::Held => None,
            other => panic!("{other:?}"),
        }
    };
    assert_eq!(tagged(1, &piece(false, 7, &a, 0, 32)), None);
    assert_eq!(tagged(2, &piece(false, 7, &b, 0, 32)), None);
    assert_eq!(tagged(1, &piece(false, 8, &b, 32, 72)), None);
    assert_eq!(tagged(2, &piece(false, 7, &b, 32, 72)), Some((64, vec![2])));
    assert_eq!(tagged(1, &piece(false, 7, &a, 32, 64)), Some((56, vec![1])));
}

#[test]
fn time_is_up_by_packet_time() {
    let whole = datagram(64);
    for (v6, hold) in [(false, 30), (true, 60)] {
        let mut decoder = Decoder::new(Limits::default());
        assert_eq!(feed(&mut decoder, 5 * SECOND, &piece(v6, 7, &whole, 0, 32)), Err("held".into()));
        // A clock that runs backwards ends nothing, and does not lengthen the hold.
        assert_eq!(feed(&mut decoder, 0, &piece(v6, 7, &whole, 0, 32)), Err("held".into()));
        assert_eq!(feed(&mut decoder, (5 + hold) * SECOND - 1, &udp4()).unwrap().1, 0);
        assert!(!decoder.has_dropped());
        feed(&mut decoder, (5 + hold) * SECOND, &udp4()).unwrap();
        let dropped = decoder.take_dropped();
        assert_eq!(dropped.iter().collect::<Vec<_>>(), [(Cause::FragmentTimeout, 2)]);
        assert!(decoder.take_dropped().is_empty());
        assert_eq!(feed(&mut decoder, 0, &piece(v6, 7, &whole, 32, 64)), Err("held".into()));
        decoder.finish();
        assert_eq!(decoder.take_dropped().get(Cause::FragmentIncomplete), 1);
    }
}

#[test]
fn what_contradicts_itself_is_dropped_by_name() {
    let whole = datagram(64);
    let mut decoder = Decoder::new(Limits::default());
    let malformed = Err("fragment_malformed".to_owned());
    assert_eq!(feed(&mut decoder, 0, &ipv4(17, 7, MORE, &whole[..31])), malformed);
    assert_eq!(feed(&mut decoder, 0, &ipv4(17, 7, MORE, &[])), malformed);
    assert_eq!(feed(&mut decoder, 0, &ipv4(17, 7, 0x1fff, &[0; 8])), Err("fragment_overflow".into()));
    assert_eq!(feed(&mut decoder, 0, &piece(false, 7, &whole, 32, 64)), Err("held".into()));
    assert_eq!(feed(&mut decoder, 0, &ipv4(17, 7, 8 | MORE, &[0; 8])), malformed, "behind the end");
    assert_eq!(feed(&mut decoder, 0, &ipv4(17, 7, 2, &[0; 8])), malformed, "another end");
    assert_eq!(feed(&mut decoder, 0, &piece(false, 7, &whole, 0, 32)), Ok((whole[8..].to_vec(), 2)));
    let fragment = piece(false, 7, &whole, 0, 32);
    let cut = Packet { wire_len: fragment.len() as u32, ..packet(LinkType::RAW, &fragment[..40]) };
    assert_eq!(decoder.decode(&cut), Outcome::Dropped(Cause::FragmentCut));
    decoder.finish();
    assert!(!decoder.has_dropped());
}

#[test]
fn limits_give_up_what_waited_longest() {
    let whole = datagram(64);
    let limits = Limits { fragment_sets: 2, ..Limits::default() };
    let mut decoder = Decoder::new(limits);
    for id in 0..3 {
        assert_eq!(feed(&mut decoder, 0, &piece(false, id, &whole, 0, 32)), Err("held".into()));
    }
    assert_eq!(decoder.take_dropped().get(Cause::FragmentLimit), 1);
    assert!(feed(&mut decoder, 0, &piece(false, 1, &whole, 32, 64)).is_ok());

    let mut decoder = Decoder::new(Limits { fragments_per_set: 2, ..Limits::default() });
    for _ in 0..2 {
        assert_eq!(feed(&mut decoder, 0, &piece(false, 0, &whole, 0, 32)), Err("held".into()));
    }
    assert_eq!(feed(&mut decoder, 0, &piece(false, 0, &whole, 0, 32)), Err("fragment_limit".into()));
    assert_eq!(decoder.take_dropped().get(Cause::FragmentLimit), 2);

    let large = datagram(4008);
    let mut decoder = Decoder::new(Limits { fragment_bytes: 6000, ..Limits::default() });
    assert_eq!(feed(&mut decoder, 0, &piece(false, 0, &large, 0, 4000)), Err("held".into()));
    assert_eq!(feed(&mut decoder, 1, &piece(false, 1, &large, 0, 4000)), Err("held".into()));
    assert_eq!(decoder.take_dropped().get(Cause::FragmentLimit), 1);
    assert!(feed(&mut decoder, 1, &piece(false, 1, &large, 4000, 4008)).is_ok());
    let mut decoder = Decoder::new(Limits { fragment_bytes: 3000, ..Limits::default() });
    assert_eq!(feed(&mut decoder, 0, &piece(false, 0, &large, 0, 4000)), Err("fragment_limit".into()));
    decoder.finish();
    assert!(!decoder.has_dropped());
}

#[test]
fn joined_packets_that_give_no_message_are_counted() {
    let mut decoder = Decoder::new(Limits::default());
    let held = Err("held".to_owned());
    assert_eq!(feed(&mut decoder, 0, &ipv4(132, 7, MORE, &[0; 16])), held);
    assert_eq!(feed(&mut decoder, 0, &ipv4(132, 7, MORE | 2, &[0; 16])), held);
    assert_eq!(feed(&mut decoder, 0, &ipv4(132, 7, 4, &[0; 16])), Err("unsupported_transport".into()));
    assert_eq!(decoder.take_dropped().get(Cause::UnsupportedTransport), 2);
}

#[test]
fn fragments_inside_of_fragments() {
    let whole = datagram(64);
    let inner = [piece(true, 1, &whole, 0, 32), piece(true, 1, &whole, 32, 64)];
    let outer = |id, part: &[u8]| [ipv4(41, id, MORE, &part[..40]), ipv4(41, id, 5, &part[40..])];
    let frames: Vec<_> = inner.iter().enumerate().flat_map(|(id, part)| outer(id as u16, part)).collect();
    let mut decoder = Decoder::new(Limits::default());
    for frame in &frames[..3] {
        assert_eq!(feed(&mut decoder, 0, frame), Err("held".into()));
    }
    assert_eq!(feed(&mut decoder, 0, &frames[3]), Ok((whole[8..].to_vec(), 4)));

    let mut decoder = Decoder::new(Limits { joins: 1, ..Limits::default() });
    let outcomes: Vec<_> = frames.iter().map(|frame| feed(&mut decoder, 0, frame).unwrap_err()).collect();
    assert_eq!(outcomes, ["held", "fragment_too_deep", "held", "fragment_too_deep"]);
    assert_eq!(decoder.take_dropped().get(Cause::FragmentTooDeep), 2);
}
