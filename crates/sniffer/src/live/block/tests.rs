use proptest::prelude::*;

use super::*;

/// A record as the kernel writes it, Ethernet, 4 bytes of room.
#[derive(Clone)]
struct Written {
    seconds: u32,
    nanos: u32,
    len: u32,
    status: u32,
    vlan: (u32, u16),
    protocol: u16,
    hatype: u16,
    direction: u8,
    link_len: usize,
    data: Vec<u8>,
}

impl Default for Written {
    fn default() -> Self {
        let data: Vec<u8> = (0..60).collect();
        Self {
            seconds: 1_700_000_000,
            nanos: 5,
            len: 60,
            status: 1,
            vlan: (0, 0),
            protocol: TYPE_IPV4,
            hatype: ETHERNET,
            direction: 0,
            link_len: 14,
            data,
        }
    }
}

impl Written {
    fn bytes(&self) -> Vec<u8> {
        let net = (RECORD_HEADER + 16).next_multiple_of(16) + 4;
        let mac = net - self.link_len;
        let mut bytes = vec![0xee; mac];
        let words =
            [0, self.seconds, self.nanos, self.data.len() as u32, self.len, self.status, 0, 0, self.vlan.0];
        for (at, word) in words.iter().enumerate() {
            bytes[at * 4..at * 4 + 4].copy_from_slice(&word.to_ne_bytes());
        }
        bytes[24..26].copy_from_slice(&(mac as u16).to_ne_bytes());
        bytes[26..28].copy_from_slice(&(net as u16).to_ne_bytes());
        bytes[36..38].copy_from_slice(&self.vlan.1.to_ne_bytes());
        bytes[50..52].copy_from_slice(&self.protocol.to_be_bytes());
        bytes[56..58].copy_from_slice(&self.hatype.to_ne_bytes());
        bytes[58] = self.direction;
        bytes.extend(&self.data);
        bytes.resize(bytes.len().next_multiple_of(16), 0xee);
        bytes
    }
}

fn block(records: &[Written]) -> Vec<u8> {
    let mut block = vec![0; BLOCK_HEADER];
    block[12..16].copy_from_slice(&(records.len() as u32).to_ne_bytes());
    block[16..20].copy_from_slice(&(BLOCK_HEADER as u32).to_ne_bytes());
    for (at, record) in records.iter().enumerate() {
        let mut bytes = record.bytes();
        let next = if at + 1 < records.len() { bytes.len() as u32 } else { 0 };
        bytes[..4].copy_from_slice(&next.to_ne_bytes());
        block.extend(bytes);
    }
    block
}

/// Time, link layer, length on the wire, bytes.
type Read = (i64, LinkType, u32, Vec<u8>);

fn read(block: &mut [u8]) -> (Vec<Read>, Walked) {
    let mut frames = Vec::new();
    let walked = walk(block, |f| frames.push((f.nanos, f.link, f.wire_len, f.data.to_vec())));
    (frames, walked)
}

#[test]
fn records_are_read_in_their_order() {
    let records: Vec<Written> = (0..3)
        .map(|nanos| Written { nanos, data: vec![nanos as u8; 20 + nanos as usize], ..Written::default() })
        .collect();
    let (frames, walked) = read(&mut block(&records));
    assert_eq!(walked, Walked::default());
    assert_eq!(frames.len(), 3);
    for (frame, record) in frames.iter().zip(&records) {
        let time = 1_700_000_000_000_000_000 + i64::from(record.nanos);
        assert_eq!(*frame, (time, LinkType::ETHERNET, 60, record.data.clone()));
    }
    assert_eq!(read(&mut block(&[])).0, []);
}

#[test]
fn a_tag_is_put_back() {
    let tagged = |status, kind| Written { status, vlan: (0x2064, kind), ..Written::default() };
    for (status, kind, written) in
        [(VLAN_VALID, 0xffff, 0x81_00_u16), (VLAN_VALID | VLAN_TYPE_VALID, 0x88a8, 0x88a8)]
    {
        let (frames, _) = read(&mut block(&[tagged(status, kind), Written::default()]));
        let plain: Vec<u8> = (0..60).collect();
        let want = [&plain[..12], &written.to_be_bytes(), &[0x20, 0x64], &plain[12..]].concat();
        assert_eq!(frames[0].3, want);
        assert_eq!((frames[0].2, frames[1].2, &frames[1].3), (64, 60, &plain));
    }
    // Cut within the addresses: nowhere to put it.
    let (frames, _) = read(&mut block(&[Written { data: vec![1; 11], ..tagged(VLAN_VALID, 0) }]));
    assert_eq!((frames[0].2, frames[0].3.len()), (60, 11));
    let (frames, _) = read(&mut block(&[Written { data: vec![1; 12], ..tagged(VLAN_VALID, 0) }]));
    assert_eq!((frames[0].2, &frames[0].3[12..]), (64, &[0x81, 0, 0x20, 0x64][..]));
}

#[test]
fn link_layers() {
    let of = |hatype, direction, protocol| {
        let (frames, walked) =
            read(&mut block(&[Written { hatype, direction, protocol, link_len: 6, ..Written::default() }]));
        (frames.first().map(|frame| (frame.1, frame.2, frame.3.len())), walked)
    };
    assert_eq!(of(LOOPBACK, 0, 0x806).0, Some((LinkType::ETHERNET, 60, 60)));
    assert_eq!(of(ETHERNET, OUTGOING, 0x806).0, Some((LinkType::ETHERNET, 60, 60)));
    assert_eq!(of(LOOPBACK, OUTGOING, TYPE_IPV4), (None, Walked { outgoing_copies: 1, ..Walked::default() }));
    assert_eq!(of(WIFI_RADIOTAP, 0, 0x19).0, Some((LinkType::IEEE802_11_RADIOTAP, 60, 60)));
    // A tunnel without link layer, and one of an unknown kind: raw IP, from where the kernel says it begins.
    assert_eq!(of(0xfffe, 0, TYPE_IPV6).0, Some((LinkType::RAW, 54, 54)));
    assert_eq!(of(778, OUTGOING, TYPE_IPV4).0, Some((LinkType::RAW, 54, 54)));
    let skipped = Walked { unknown: 1, unknown_hatype: Some(280), ..Walked::default() };
    assert_eq!(of(280, 0, 0xc), (None, skipped));
}

#[test]
fn what_leads_out_of_the_block_ends_it() {
    let good = block(&[Written::default(), Written::default()]);
    let second = good.len() - Written::default().bytes().len();
    let with = |at: usize, bytes: &[u8]| {
        let mut block = good.clone();
        block[at..at + bytes.len()].copy_from_slice(bytes);
        let (frames, walked) = read(&mut block);
        (frames.len(), walked.malformed)
    };
    let word = u32::to_ne_bytes;
    assert_eq!(with(16, &word(48)), (2, 0));
    assert_eq!(with(16, &word(u32::MAX)), (0, 1));
    // More packets than there are: the last says that it is the last.
    assert_eq!(with(12, &word(u32::MAX)), (2, 0));
    assert_eq!(with(48, &word(67)), (0, 1));
    assert_eq!(with(48, &word(u32::MAX)), (1, 1));
    assert_eq!(with(second + 12, &word(61)), (2, 0)); // padding of the block
    assert_eq!(with(second + 12, &word(1 << 20)), (1, 1));
    assert_eq!(with(second + 12, &word(u32::MAX)), (1, 1));
    assert_eq!(with(second + 24, &[0, 0]), (1, 1));
    assert_eq!(with(48 + 12, &word(200)), (0, 1));
    for len in 0..good.len() {
        let mut cut = good[..len].to_vec();
        assert!(read(&mut cut).0.len() < 2 || len + 16 > good.len());
    }
}

proptest! {
    #[test]
    fn whatever_it_holds(
        mut noise in prop::collection::vec(any::<u8>(), 0..600),
        damage in prop::collection::vec((0_usize..400, any::<u8>()), 0..12),
        count in 0..6_usize,
    ) {
        read(&mut noise);
        let mut block = block(&vec![Written { status: VLAN_VALID, ..Written::default() }; count]);
        for (at, byte) in damage {
            if let Some(place) = block.get_mut(at) {
                *place = byte;
            }
        }
        let (frames, walked) = read(&mut block);
        prop_assert!(frames.len() <= count && walked.malformed <= 1);
    }
}
