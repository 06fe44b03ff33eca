//! Captures that are cut or damaged: what came before is read, and a warning says where it ends.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub,
    dead_code,
    reason = "a test stops at the first surprise; not every test uses all of the support module"
)]

mod support;

use packetbeat_sniffer::{Damage, Input, Reader, WarningKind};
use support::*;

/// A capture, and the offset at which each of its records ends, the file header first.
fn with_ends(head: Vec<u8>, records: impl IntoIterator<Item = Vec<u8>>) -> (Vec<u8>, Vec<usize>) {
    let mut file = head;
    let mut ends = vec![file.len()];
    for record in records {
        file.extend(record);
        ends.push(file.len());
    }
    (file, ends)
}

fn pcap_with_ends(packets: &[Owned]) -> (Vec<u8>, Vec<usize>) {
    let order = Endian::Big;
    with_ends(pcap(order, NANOS, 0, &[]), packets.iter().map(|packet| pcap_record(order, NANOS, packet)))
}

fn pcapng_with_ends(packets: &[Owned]) -> (Vec<u8>, Vec<usize>) {
    let order = Endian::Little;
    let head = [section(order), interface(order, 1, 0, &[])].concat();
    with_ends(head, packets.iter().map(|packet| enhanced(order, 0, packet.nanos as u64 / 1_000, packet)))
}

#[test]
fn cut_at_every_byte() {
    let packets = sample(9, 1);
    for (file, ends) in [pcap_with_ends(&packets), pcapng_with_ends(&packets)] {
        for len in ends[0]..=file.len() {
            let whole = ends.iter().filter(|end| **end <= len).count() - 1;
            let (read_packets, warnings) = read(&mut Reader::from_bytes(&file[..len]).unwrap());
            assert_eq!(read_packets, packets[..whole], "{len}");
            if ends.contains(&len) {
                assert_eq!(warnings, [], "{len}");
                continue;
            }
            let [warning] = &warnings[..] else { panic!("{len}: {warnings:?}") };
            let WarningKind::CutShort { missing } = warning.kind else { panic!("{len}: {warning}") };
            assert_eq!((warning.offset, warning.packet), (ends[whole] as u64, whole as u64), "{len}");
            assert!(missing > 0 && len as u64 + missing <= ends[whole + 1] as u64, "{len}: {missing}");
            if len - ends[whole] >= 16 {
                assert_eq!(len as u64 + missing, ends[whole + 1] as u64, "{len}");
            }
        }
        for len in 0..ends[0] {
            // Within the header: no capture, or one without a packet.
            if let Ok(mut reader) = Reader::from_bytes(&file[..len]) {
                assert_eq!(read(&mut reader).0, [], "{len}");
            }
        }
    }
}

#[test]
fn mapped_and_cut_at_every_byte() {
    let packets = sample(3, 1);
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("cut");
    for (file, ends) in [pcap_with_ends(&packets), pcapng_with_ends(&packets)] {
        for len in ends[0]..=file.len() {
            std::fs::write(&path, &file[..len]).unwrap();
            let mut reader = Input::open(std::slice::from_ref(&path)).unwrap().reader().unwrap();
            let (mapped, mapped_warnings) = read(&mut reader);
            assert_eq!(reader.position(), len as u64);
            let (streamed, streamed_warnings) = read(&mut Reader::from_bytes(&file[..len]).unwrap());
            assert_eq!(mapped, streamed, "{len}");
            let kinds = |warnings: &[packetbeat_sniffer::Warning]| {
                warnings.iter().map(|w| (w.offset, w.packet, w.kind.clone())).collect::<Vec<_>>()
            };
            assert_eq!(kinds(&mapped_warnings), kinds(&streamed_warnings), "{len}");
        }
    }
}

#[test]
fn compressed_and_cut_at_every_byte() {
    let packets = sample(60, 1);
    let (file, _) = pcap_with_ends(&packets);
    for pack in [gzip, zstd, lz4] {
        let packed = pack(&file);
        for len in 0..packed.len() {
            let Ok(mut reader) = Reader::from_bytes(&packed[..len]) else { continue };
            let (read_packets, warnings) = read(&mut reader);
            assert!(packets.starts_with(&read_packets), "{len}");
            assert_eq!(warnings.len(), 1, "{len}");
            assert!(matches!(warnings[0].kind, WarningKind::Packed { .. }), "{len}: {}", warnings[0]);
        }
    }
}

#[test]
fn compressed_and_cut_loses_only_the_rest() {
    // Noise, so that the compressed file is long and its blocks are many.
    let mut seed = 7;
    let packets: Vec<Owned> = sample(4_000, 1)
        .into_iter()
        .map(|mut packet| {
            packet.data.iter_mut().for_each(|byte| *byte = random(&mut seed) as u8);
            packet
        })
        .collect();
    let (file, _) = pcap_with_ends(&packets);
    for pack in [gzip, zstd, lz4] {
        let packed = pack(&file);
        let (read_packets, warnings) = read(&mut Reader::from_bytes(&packed[..packed.len() - 9]).unwrap());
        assert!(packets.starts_with(&read_packets) && read_packets.len() > 1_000, "{}", read_packets.len());
        assert!(warnings[0].to_string().contains("of the decompressed data: the "), "{}", warnings[0]);
    }
}

#[test]
fn damage_in_the_middle_ends_the_file_where_it_stands() {
    let packets = sample(9, 1);
    let (mut file, ends) = pcap_with_ends(&packets);
    file[ends[4] + 8] = 0xff;
    let (read_packets, warnings) = read(&mut Reader::from_bytes(&file).unwrap());
    assert_eq!(read_packets, packets[..4]);
    assert_eq!((warnings[0].offset, warnings[0].packet), (ends[4] as u64, 4));
    assert!(matches!(warnings[0].kind, WarningKind::Damaged(Damage::PacketTooLong(_))));
    assert!(warnings[0].to_string().starts_with(&format!("bytes: byte {}: damaged: ", ends[4])));

    let (file, ends) = pcap_with_ends(&packets);
    let file = [&file[..ends[6]], &[0; 500]].concat();
    let (read_packets, warnings) = read(&mut Reader::from_bytes(&file).unwrap());
    assert_eq!(read_packets, packets[..6]);
    assert_eq!(warnings[0].kind, WarningKind::Damaged(Damage::Zeros));

    let (file, _) = pcap_with_ends(&packets);
    let (read_packets, warnings) = read(&mut Reader::from_bytes(&file.repeat(2)).unwrap());
    assert_eq!(read_packets, packets);
    assert_eq!(
        (warnings[0].offset, &warnings[0].kind),
        (file.len() as u64, &WarningKind::Damaged(Damage::SecondFile))
    );
}

#[test]
fn damaged_blocks() {
    let order = Endian::Little;
    let packet = &sample(3, 1)[2];
    let good = [section(order), interface(order, 1, 0, &[]), enhanced(order, 0, 5, packet)].concat();
    let spoil = |at: usize, value: u32| {
        let mut block = enhanced(order, 0, 6, packet);
        block[at..at + 4].copy_from_slice(&order.u32(value));
        block
    };
    let last = spoil(0, 6).len() - 4;
    for (block, damage) in [
        (spoil(4, 0), Damage::BlockLength(0)),
        (spoil(4, 31), Damage::BlockLength(31)),
        (spoil(4, u32::MAX), Damage::BlockLength(u32::MAX)),
        (spoil(8, 1), Damage::UnknownInterface(1)),
        (spoil(20, 999), Damage::PacketBeyondBlock { claimed: 999, room: last as u32 - 28 }),
        (spoil(20, u32::MAX), Damage::PacketTooLong(u32::MAX)),
        (spoil(last, 7), Damage::BlockLengths { first: last as u32 + 4, last: 7 }),
        (block(order, 0x0a0d_0d0a, &[0; 16]), Damage::ByteOrder(0)),
        (
            block(order, 99, b"").iter().map(|byte| if *byte == 12 { 8 } else { *byte }).collect(),
            Damage::BlockLength(8),
        ),
    ] {
        let file = [&good[..], &block, &good].concat();
        let (packets, warnings) = read(&mut Reader::from_bytes(&file).unwrap());
        assert_eq!(packets.len(), 1, "{damage}");
        assert_eq!(
            (warnings[0].offset, &warnings[0].kind),
            (good.len() as u64, &WarningKind::Damaged(damage))
        );
    }
}

#[test]
fn skipped_block_beyond_the_end() {
    let order = Endian::Little;
    let mut file = section(order);
    file.extend(order.u32(99));
    file.extend(order.u32(u32::MAX - 3));
    file.extend(order.u32(0));
    let (_, warnings) = read(&mut Reader::from_bytes(&file).unwrap());
    assert_eq!(warnings[0].kind, WarningKind::CutShort { missing: u64::from(u32::MAX) - 3 - 12 });
}

#[test]
fn too_many_interfaces() {
    let order = Endian::Little;
    let file = [section(order), interface(order, 1, 0, &[]).repeat(65_537)].concat();
    let (_, warnings) = read(&mut Reader::from_bytes(&file).unwrap());
    assert_eq!(warnings[0].kind, WarningKind::Damaged(Damage::TooManyInterfaces));
}

/// Any bytes end, mapped and streamed alike, and what is read lies within the limits.
#[test]
fn mutated_captures() {
    let packets = sample(12, 1);
    let order = Endian::Big;
    let mut mixed = [section(order), interface(order, 1, 96, &[(9, vec![0x8a]), (14, vec![1; 8])])].concat();
    for packet in &packets {
        mixed.extend(simple(order, packet));
        mixed.extend(obsolete(order, 0, 77, packet));
        mixed.extend(block(order, 10, &[0; 24]));
        mixed.extend(enhanced(order, 0, u64::MAX, packet));
    }
    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mutated");
    let mut seed = 1;
    let plain = [pcap_with_ends(&packets).0, pcapng_with_ends(&packets).0, mixed];
    for round in 0..600 {
        let original = &plain[round % plain.len()];
        let mut file = original.clone();
        for _ in 0..=random(&mut seed) % 4 {
            let at = random(&mut seed) as usize % file.len();
            file[at] = [0, 0xff, 0x80, random(&mut seed) as u8][random(&mut seed) as usize % 4];
        }
        let streamed = Reader::from_bytes(&file).ok().map(|mut reader| read(&mut reader).0);
        std::fs::write(&path, &file).unwrap();
        let mapped =
            Input::open(std::slice::from_ref(&path)).ok().map(|input| read(&mut input.reader().unwrap()).0);
        assert_eq!(streamed, mapped, "round {round}");
        for pack in [gzip, zstd, lz4] {
            let mut packed = pack(original);
            let at = random(&mut seed) as usize % packed.len();
            packed[at] ^= 1 << (random(&mut seed) % 8);
            if let Ok(mut reader) = Reader::from_bytes(&packed) {
                read(&mut reader);
            }
        }
    }
}

/// The multiplier and increment are Knuth's; seeded, so that a failure comes back.
fn random(seed: &mut u64) -> u32 {
    *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
    (*seed >> 33) as u32
}
