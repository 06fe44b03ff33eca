//! Every format, in every way that bytes can come.
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

use std::io::Cursor;

use packetbeat_sniffer::{Input, Reader, Secrets};
use support::*;

/// Reads a capture mapped, streamed, byte by byte and compressed: all must give the same.
fn read_every_way(file: &[u8]) -> Vec<Owned> {
    let (packets, warnings) = read(&mut Reader::from_bytes(file).unwrap());
    assert_eq!(warnings, []);

    let dir = tempfile::tempdir().unwrap();
    let path = dir.path().join("mapped");
    std::fs::write(&path, file).unwrap();
    let input = Input::open(&[path]).unwrap();
    assert!(input.can_map());
    let mut reader = input.reader().unwrap();
    assert_eq!(read(&mut reader), (packets.clone(), vec![]), "mapped");
    assert_eq!(reader.position(), file.len() as u64);

    let trickle = Trickle(Cursor::new(file.to_vec()));
    assert_eq!(read(&mut Reader::from_read("t", trickle).unwrap()), (packets.clone(), vec![]), "trickle");

    for (name, packed) in [("gzip", gzip(file)), ("zstd", zstd(file)), ("lz4", lz4(file))] {
        let path = dir.path().join(name);
        std::fs::write(&path, &packed).unwrap();
        let input = Input::open(&[path]).unwrap();
        assert!(!input.can_map(), "{name}");
        assert_eq!(input.total_bytes(), Some(packed.len() as u64));
        let mut reader = input.reader().unwrap();
        assert_eq!(read(&mut reader), (packets.clone(), vec![]), "{name}");
        assert_eq!(reader.position(), packed.len() as u64, "{name}");
        let trickle = Trickle(Cursor::new(packed));
        assert_eq!(read(&mut Reader::from_read("t", trickle).unwrap()), (packets.clone(), vec![]), "{name}");
    }
    packets
}

#[test]
fn pcap_in_both_orders_and_all_magics() {
    let packets = sample(40, 113);
    for order in [Endian::Little, Endian::Big] {
        for magic in [MICROS, NANOS, MODIFIED] {
            for snaplen in [262_144, 0, u32::MAX, 1] {
                assert_eq!(read_every_way(&pcap(order, magic, snaplen, &packets)), packets);
            }
        }
    }
}

#[test]
fn pcap_without_a_packet() {
    assert_eq!(read_every_way(&pcap(Endian::Little, MICROS, 65_535, &[])), []);
}

#[test]
fn pcap_packet_of_the_greatest_length() {
    let mut packets = sample(3, 1);
    packets[1].data = vec![0xab; 262_144];
    packets[1].wire_len = 262_144;
    assert_eq!(read_every_way(&pcap(Endian::Little, MICROS, 0, &packets)), packets);
    assert_eq!(read_every_way(&pcapng(Endian::Big, &packets)), packets);
}

#[test]
fn pcapng_in_both_orders() {
    let packets = sample(40, 1);
    for order in [Endian::Little, Endian::Big] {
        assert_eq!(read_every_way(&pcapng(order, &packets)), packets);
    }
}

#[test]
fn pcapng_sections_interfaces_and_packet_blocks() {
    let mut file = Vec::new();
    let mut expected = Vec::new();
    for (at, order) in [Endian::Little, Endian::Big, Endian::Little].into_iter().enumerate() {
        file.extend(section(order));
        let packet = |nanos, link, data: &[u8]| Owned {
            nanos,
            link,
            wire_len: data.len() as u32,
            data: data.to_vec(),
        };
        // Nanoseconds; 2^-20 seconds; milliseconds with an offset of 100 s. Interfaces may come late.
        file.extend(interface(order, 1, 4, &[(2, b"eth0".to_vec()), (9, vec![9])]));
        file.extend(block(order, 5, &[0; 20]));
        expected.push(packet(at as i64 + 123_456_789, 1, b"enhanced"));
        file.extend(enhanced(order, 0, at as u64 + 123_456_789, expected.last().unwrap()));
        file.extend(interface(order, 101, 0, &[(9, vec![0x80 | 20])]));
        file.extend(interface(order, 276, 0, &[(9, vec![3]), (14, order.u64(100).to_vec())]));
        expected.push(packet(1_500_000_000, 101, b"E"));
        file.extend(enhanced(order, 1, 3 << 19, expected.last().unwrap()));
        // A custom block, name resolution, and one that nobody knows.
        file.extend(block(order, 0x0bad, &[1; 33]));
        file.extend(block(order, 4, &[0; 8]));
        file.extend(block(order, 0x7fff_0001, &vec![9; 100_000]));
        expected.push(packet(100_250_000_000, 276, b"obsolete"));
        file.extend(obsolete(order, 2, 250, expected.last().unwrap()));
        // The snap length of the first interface cuts; the time is that of the packet before.
        let mut simple_packet = packet(100_250_000_000, 1, b"simp");
        simple_packet.wire_len = 6;
        file.extend(simple(order, &simple_packet));
        expected.push(simple_packet);
    }
    assert_eq!(read_every_way(&file), expected);
}

#[test]
fn pcapng_secrets_are_kept() {
    let order = Endian::Big;
    let mut body = order.u32(0x544c_534b).to_vec();
    body.extend(order.u32(5));
    body.extend(b"CLIEN");
    let mut file = section(order);
    file.extend(block(order, 10, &body));
    let mut reader = Reader::from_bytes(&file).unwrap();
    assert_eq!(read(&mut reader), (vec![], vec![]));
    assert_eq!(reader.secrets(), [Secrets { kind: 0x544c_534b, data: b"CLIEN".to_vec() }]);
    assert_eq!(reader.secrets(), []);
}

#[test]
fn times_beyond_what_can_be_said() {
    let order = Endian::Little;
    let mut file = section(order);
    file.extend(interface(order, 1, 0, &[(9, vec![0])]));
    file.extend(interface(order, 1, 0, &[(9, vec![6]), (14, order.u64(i64::MIN as u64).to_vec())]));
    let packet = &sample(1, 1)[0];
    file.extend(enhanced(order, 0, u64::MAX, packet));
    file.extend(enhanced(order, 1, 0, packet));
    let nanos: Vec<i64> = read_every_way(&file).iter().map(|packet| packet.nanos).collect();
    assert_eq!(nanos, [i64::MAX, i64::MIN]);
}

#[test]
fn several_members_and_frames() {
    let packets = sample(40, 1);
    let file = pcap(Endian::Little, MICROS, 0, &packets);
    let (a, b) = file.split_at(1_000);
    for pack in [gzip, zstd, lz4] {
        let packed = [pack(a), pack(b), pack(b"")].concat();
        assert_eq!(read(&mut Reader::from_bytes(&packed).unwrap()), (packets.clone(), vec![]));
    }
}
