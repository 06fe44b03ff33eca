//! What must hold for all packets.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::*;
use packetbeat_core::packet::{LinkType, Packet};
use packetbeat_decoder::{Decoder, Limits, Outcome, fuzz};
use proptest::prelude::*;

/// A frame that is nearly or wholly the common case: some layers, some bytes changed, cut or padded.
fn frame() -> impl Strategy<Value = Vec<u8>> {
    let transport = prop_oneof![
        Just(udp(5000, 53, PAYLOAD)),
        (any::<u16>(), proptest::sample::select(vec![53u16, 4789, 2152, 3544, 6081, 4754])).prop_map(
            |(src, dst)| udp(src, dst, &cat(&[&[8, 0, 0, 0, 0, 0, 1, 0], &ethernet(0x0800, &udp4())]))
        ),
        Just(tcp4()[20..].to_vec()),
    ];
    let network = (transport, any::<bool>(), prop_oneof![Just(17u8), Just(6), any::<u8>()]).prop_map(
        |(data, v6, protocol)| {
            if v6 { (0x86dd, ipv6(protocol, &data)) } else { (0x0800, ipv4(protocol, 1, 0, &data)) }
        },
    );
    let tags =
        prop::collection::vec((prop_oneof![Just(0x8100u16), Just(0x88a8), Just(0x9100)], any::<u16>()), 0..4);
    let changes = prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 0..3);
    (network, tags, changes, -3isize..6).prop_map(|((kind, data), tags, changes, resize)| {
        let (kind, data) = tags.into_iter().fold((kind, data), |(kind, data), (tag, control)| {
            (tag, cat(&[&control.to_be_bytes(), &kind.to_be_bytes(), &data]))
        });
        let mut frame = ethernet(kind, &data);
        for (index, byte) in changes {
            let at = index.index(frame.len());
            frame[at] = byte;
        }
        frame.resize(frame.len().checked_add_signed(resize).unwrap(), 0xee);
        frame
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(2000))]

    #[test]
    fn the_short_cut_changes_nothing(frame in frame(), beyond in 0u32..3) {
        let packet = Packet { wire_len: frame.len() as u32 + beyond, ..packet(LinkType::ETHERNET, &frame) };
        let (mut quick, mut plain) = (Decoder::new(Limits::default()), Decoder::new(Limits::default()));
        prop_assert_eq!(quick.decode(&packet), plain.decode_without_shortcut(&packet));
    }

    #[test]
    fn arbitrary_captures_add_up(input in prop::collection::vec(any::<u8>(), 0..600)) {
        prop_assert_eq!(fuzz::run(&input), Ok(()));
    }

    #[test]
    fn changed_captures_add_up(
        frames in prop::collection::vec((frame(), any::<u8>(), 0u8..20), 0..8),
        fragments in prop::collection::vec((0u16..3, 0u16..8, any::<bool>(), 0usize..5), 0..40),
    ) {
        let mut input = Vec::new();
        for (frame, pause, _) in &frames {
            input.extend(cat(&[&[1, *pause], &be(frame.len()), frame]));
        }
        for (id, offset, more, words) in fragments {
            let data = ipv4(17, id, offset | if more { 0x2000 } else { 0 }, &vec![id as u8; words * 8]);
            input.extend(cat(&[&[7, 0], &be(data.len()), &data]));
        }
        prop_assert_eq!(fuzz::run(&input), Ok(()));
    }

    /// However a datagram is cut into fragments, with whatever overlaps of equal bytes, it comes out once.
    #[test]
    fn fragments_give_the_datagram(
        len in 9usize..2000,
        cuts in prop::collection::vec((0usize..250, 1usize..60), 0..20),
        v6 in any::<bool>(),
        seed in any::<u64>(),
    ) {
        let whole = udp(5000, 53, &(0..len).map(|at| (at * 7) as u8).collect::<Vec<_>>());
        let end = whole.len();
        let mut parts: Vec<_> = (0..end).step_by(64).map(|from| (from, (from + 64).min(end))).collect();
        parts.extend(cuts.iter().filter_map(|&(from, words)| {
            let to = ((from + words) * 8).min(end);
            (from * 8 < to && (to == end || to % 8 == 0)).then_some((from * 8, to))
        }));
        let count = parts.len() as u64;
        let mut state = seed;
        for at in (1..parts.len()).rev() {
            state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            parts.swap(at, (state >> 33) as usize % (at + 1));
        }
        let mut decoder = Decoder::new(Limits::default());
        let (mut whole_ones, mut told) = (0, 0);
        for (from, to) in parts {
            let more = to < end;
            let data = if v6 {
                let field = from as u16 | u16::from(more);
                ipv6(44, &cat(&[&[17, 0], &field.to_be_bytes(), &[0, 0, 0, 9], &whole[from..to]]))
            } else {
                ipv4(17, 9, (from / 8) as u16 | if more { 0x2000 } else { 0 }, &whole[from..to])
            };
            match decoder.decode(&packet(LinkType::RAW, &data)) {
                Outcome::Udp(datagram) => {
                    prop_assert_eq!(datagram.payload, &whole[8..]);
                    whole_ones += 1;
                    told += u64::from(datagram.fragments.max(1));
                }
                Outcome::Held => {}
                other => prop_assert!(false, "{:?}", other),
            }
        }
        decoder.finish();
        prop_assert!(whole_ones >= 1);
        prop_assert_eq!(told + decoder.take_dropped().total(), count);
    }
}
