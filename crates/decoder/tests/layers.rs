//! Every layer around the same message: it must come out, and no truncation of the frame may panic.
// A test may stop at the first surprise.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, clippy::indexing_slicing, missing_docs)]

mod common;

use common::*;
use packetbeat_core::packet::{LinkType, Packet};
use packetbeat_decoder::{Cause, Decoder, Limits, Outcome, TcpFlags};

/// Decodes, and decodes every truncation, where the message must be the same or be told as cut.
fn outcome<R>(link: LinkType, frame: &[u8], check: impl Fn(&Outcome<'_>) -> R) -> R {
    for len in 0..frame.len() {
        for wire_len in [len, frame.len()] {
            let cut = Packet { wire_len: wire_len.try_into().unwrap(), ..packet(link, &frame[..len]) };
            let mut decoder = Decoder::new(Limits::default());
            let quick = format!("{:?}", decoder.decode(&cut));
            let mut decoder = Decoder::new(Limits::default());
            assert_eq!(quick, format!("{:?}", decoder.decode_without_shortcut(&cut)), "cut to {len}");
        }
    }
    let whole = packet(link, frame);
    let mut plain = Decoder::new(Limits::default());
    let slow = plain.decode_without_shortcut(&whole);
    let mut decoder = Decoder::new(Limits::default());
    let quick = decoder.decode(&whole);
    assert_eq!(quick, slow);
    check(&quick)
}

/// The frame holds the UDP message of `udp4` or `udp6`, behind `tunnels` other IP headers.
#[track_caller]
fn holds_message(link: LinkType, frame: &[u8], tunnels: usize) {
    outcome(link, frame, |outcome| {
        let Outcome::Udp(datagram) = outcome else { panic!("{outcome:?}") };
        assert_eq!((datagram.src_port, datagram.dst_port), (5000, 53));
        assert_eq!(datagram.payload, PAYLOAD);
        assert_eq!((datagram.cut, datagram.fragments), (0, 0));
        assert_eq!(datagram.path.outer().len(), tunnels);
    });
}

#[track_caller]
fn is_dropped(link: LinkType, frame: &[u8], cause: Cause) {
    outcome(link, frame, |outcome| assert_eq!(*outcome, Outcome::Dropped(cause)));
}

/// What is seen when a frame is not the tunnel that its port says: the outer datagram.
#[track_caller]
fn is_plain(frame: &[u8], port: u16) {
    outcome(LinkType::RAW, frame, |outcome| {
        let Outcome::Udp(datagram) = outcome else { panic!("{outcome:?}") };
        assert_eq!((datagram.dst_port, datagram.path.outer().len()), (port, 0));
    });
}

#[test]
fn link_types() {
    let (v4, v6) = (udp4(), udp6());
    holds_message(LinkType::ETHERNET, &ethernet(0x0800, &v4), 0);
    holds_message(LinkType::ETHERNET, &ethernet(0x86dd, &v6), 0);
    for link in [LinkType::RAW, LinkType::RAW_12, LinkType::RAW_14] {
        holds_message(link, &v4, 0);
        holds_message(link, &v6, 0);
    }
    holds_message(LinkType::IPV4, &v4, 0);
    holds_message(LinkType::IPV6, &v6, 0);
    is_dropped(LinkType::IPV6, &v4, Cause::MalformedNetwork);
    is_dropped(LinkType(147), &v4, Cause::UnsupportedLinkType);
    holds_message(LinkType::NULL, &cat(&[&2u32.to_be_bytes(), &v4]), 0);
    holds_message(LinkType::NULL, &cat(&[&30u32.to_le_bytes(), &v6]), 0);
    holds_message(LinkType::LOOP, &cat(&[&24u32.to_be_bytes(), &v6]), 0);
    is_dropped(LinkType::LOOP, &cat(&[&2u32.to_le_bytes(), &v4]), Cause::NotIp);
    holds_message(LinkType::PPP, &cat(&[&[0xff, 3, 0, 0x21], &v4]), 0);
    holds_message(LinkType::PPP, &cat(&[&[0x21], &v4]), 0);
    holds_message(LinkType::PPP_HDLC, &cat(&[&[0xff, 3, 0, 0x57], &v6]), 0);
    holds_message(LinkType::PPP_HDLC, &cat(&[&[0x0f, 0, 8, 0], &v4]), 0);
    is_dropped(LinkType::PPP, &cat(&[&[0xff, 3, 0xc0, 0x21], &v4]), Cause::NotIp);
    let cooked = cat(&[&[0, 0, 0, 1, 0, 6], &SRC_MAC, &[0, 0, 8, 0], &v4]);
    holds_message(LinkType::LINUX_SLL, &cooked, 0);
    let cooked = cat(&[&[0x86, 0xdd, 0, 0, 0, 0, 0, 1, 0, 1, 4, 6], &SRC_MAC, &[0, 0], &v6]);
    holds_message(LinkType::LINUX_SLL2, &cooked, 0);
    outcome(LinkType::LINUX_SLL2, &cooked, |outcome| {
        let Outcome::Udp(datagram) = outcome else { panic!("{outcome:?}") };
        assert_eq!((datagram.path.src_mac, datagram.path.dst_mac), (Some(&SRC_MAC), None));
    });
    holds_message(LinkType(104), &cat(&[&[0x0f, 0, 0x86, 0xdd], &v6]), 0);
    holds_message(LinkType(10), &cat(&[&[0x50], &DST_MAC, &SRC_MAC, &SNAP, &[8, 0], &v4]), 0);
    let log =
        cat(&[&[2, 0, 0, 0], &[6, 0, 1, 0, 0, 0, 0, 0], &(4 + v4.len() as u16).to_le_bytes(), &[9, 0], &v4]);
    holds_message(LinkType(239), &log, 0);
}

const SNAP: [u8; 6] = [0xaa, 0xaa, 3, 0, 0, 0];

#[test]
fn layers_between_ethernet_and_ip() {
    let (v4, v6) = (udp4(), udp6());
    let tag = |kind: u16, id: u16, next: u16, inner: &[u8]| {
        ethernet(kind, &cat(&[&id.to_be_bytes(), &next.to_be_bytes(), inner]))
    };
    for kind in [0x8100, 0x88a8, 0x9100] {
        holds_message(LinkType::ETHERNET, &tag(kind, 5, 0x0800, &v4), 0);
    }
    let stacked = tag(0x88a8, 0x6005, 0x8100, &cat(&[&[0, 7, 0x86, 0xdd], &v6]));
    holds_message(LinkType::ETHERNET, &stacked, 0);
    outcome(LinkType::ETHERNET, &stacked, |outcome| {
        let Outcome::Udp(datagram) = outcome else { panic!("{outcome:?}") };
        assert_eq!(datagram.path.vlans.as_slice(), [5, 7]);
        assert_eq!((datagram.path.src_mac, datagram.path.dst_mac), (Some(&SRC_MAC), Some(&DST_MAC)));
    });
    let llc = cat(&[&SNAP, &[8, 0], &v4]);
    holds_message(LinkType::ETHERNET, &cat(&[&ethernet(llc.len() as u16, &llc), &[0xee; 9]]), 0);
    is_dropped(LinkType::ETHERNET, &ethernet(3, &[0x42, 0x42, 3]), Cause::NotIp);
    is_dropped(LinkType::ETHERNET, &ethernet(0x0806, &[0; 28]), Cause::NotIp);
    holds_message(LinkType::ETHERNET, &ethernet(0x8847, &cat(&[&[0, 1, 0, 64, 0, 1, 1, 64], &v4])), 0);
    holds_message(LinkType::ETHERNET, &ethernet(0x8848, &cat(&[&[0, 1, 1, 64], &v6])), 0);
    let wire = cat(&[&[0, 1, 1, 64], &[0; 4], &ethernet(0x0800, &v4)]);
    holds_message(LinkType::ETHERNET, &ethernet(0x8847, &wire), 0);
    let wire = cat(&[&[0, 1, 1, 64], &ethernet(0x0800, &v4)]);
    holds_message(LinkType::ETHERNET, &ethernet(0x8847, &wire), 0);
    let session = cat(&[&[0x11, 0, 0, 9], &be(2 + v4.len()), &[0, 0x21], &v4, &[0xee; 7]]);
    holds_message(LinkType::ETHERNET, &ethernet(0x8864, &session), 0);
    let service = cat(&[&[0, 2, 2, 1, 0, 0, 1, 0xff], &v4]);
    holds_message(LinkType::ETHERNET, &ethernet(0x894f, &service), 0);
    holds_message(LinkType::ETHERNET, &ethernet(0x893f, &cat(&[&[0; 6], &[8, 0], &v4])), 0);
    let clear = cat(&[&[0x20, 0], &[0; 4], &[1; 8], &[8, 0], &v4]);
    holds_message(LinkType::ETHERNET, &ethernet(0x88e5, &clear), 0);
    is_dropped(LinkType::ETHERNET, &ethernet(0x88e5, &[0x0c; 40]), Cause::EncryptedLink);
}

#[test]
fn wireless() {
    let v4 = cat(&[&SNAP, &[8, 0], &udp4()]);
    let frame = |kind: u8, flags: u8, between: &[u8]| {
        cat(&[&[kind, flags, 0, 0], &[1; 6], &[2; 6], &[3; 6], &[0x10, 0], between, &v4])
    };
    let wifi = LinkType::IEEE802_11;
    let macs = |frame: &[u8]| {
        outcome(wifi, frame, |outcome| {
            let Outcome::Udp(datagram) = outcome else { panic!("{outcome:?}") };
            (datagram.path.src_mac.unwrap()[0], datagram.path.dst_mac.unwrap()[0])
        })
    };
    for (flags, between, expected) in
        [(0, &[][..], (2, 1)), (1, &[], (2, 3)), (2, &[], (3, 1)), (3, &[4; 6], (4, 3))]
    {
        assert_eq!(macs(&frame(0x08, flags, between)), expected, "flags {flags}");
        assert_eq!(macs(&frame(0x88, flags, &cat(&[between, &[0, 0]]))), expected, "QoS, flags {flags}");
        assert_eq!(
            macs(&frame(0x88, flags | 0x80, &cat(&[between, &[0; 6]]))),
            expected,
            "HT, flags {flags}"
        );
    }
    is_dropped(wifi, &frame(0x08, 0x40, &[]), Cause::EncryptedLink);
    is_dropped(wifi, &frame(0x08, 0x04, &[]), Cause::LinkFragment);
    is_dropped(wifi, &frame(0x80, 0, &[]), Cause::NotIp);
    let part = cat(&[&[5; 6], &[6; 6], &be(v4.len())]);
    assert_eq!(macs(&frame(0x88, 0, &cat(&[&[0x80, 0], &part]))), (6, 5));
    is_dropped(
        wifi,
        &cat(&[&frame(0x88, 0, &cat(&[&[0x80, 0], &part])), &[0; 2], &part, &v4]),
        Cause::LinkAggregate,
    );
    let tap = [0, 0, 18, 0, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x10, 0];
    holds_message(LinkType::IEEE802_11_RADIOTAP, &cat(&[&tap, &frame(0x08, 0, &[]), &[0xee; 4]]), 0);
}

#[test]
fn ip_headers() {
    let inner = udp(5000, 53, PAYLOAD);
    let mut options = ipv4(17, 1, 0x4000, &cat(&[&[1; 8], &inner]));
    options[0] = 0x47;
    holds_message(LinkType::RAW, &options, 0);
    holds_message(LinkType::ETHERNET, &cat(&[&ethernet(0x0800, &ipv4(17, 1, 0, &inner)), &[0xee; 10]]), 0);
    let mut offload = ipv4(17, 1, 0, &inner);
    offload[2..4].fill(0);
    holds_message(LinkType::RAW, &offload, 0);
    let mut offload = ipv6(17, &inner);
    offload[4..6].fill(0);
    holds_message(LinkType::RAW, &offload, 0);
    let extensions = cat(&[
        &[43, 0, 1, 4, 0, 0, 0, 0],
        &[60, 0, 0, 0, 0, 0, 0, 0],
        &[44, 0, 1, 4, 0, 0, 0, 0],
        &[51, 0, 0, 0, 0, 0, 0, 9],
        &[135, 1, 0, 0, 0, 0, 0, 1, 0, 0, 0, 2],
        &[17, 0, 5, 0, 0, 0, 0, 0],
        &inner,
    ]);
    holds_message(LinkType::RAW, &ipv6(0, &extensions), 0);
    let endless = cat(&[&[60, 0, 1, 4, 0, 0, 0, 0].repeat(17), &inner]);
    is_dropped(LinkType::RAW, &ipv6(60, &endless), Cause::TooManyExtensions);
    is_dropped(LinkType::RAW, &ipv6(59, &[]), Cause::NoPayload);
    is_dropped(LinkType::RAW, &ipv4(50, 1, 0, &[0; 20]), Cause::EncryptedNetwork);
    is_dropped(LinkType::RAW, &ipv4(132, 1, 0, &[0; 20]), Cause::UnsupportedTransport);
    let mut long = ipv4(17, 1, 0, &inner);
    long[0] = 0x44;
    is_dropped(LinkType::RAW, &long, Cause::MalformedNetwork);
}

#[test]
fn tunnels_in_ip() {
    let (v4, v6) = (udp4(), udp6());
    let gre = |flags: u16, protocol: u16, rest: &[u8]| {
        ipv4(47, 1, 0, &cat(&[&flags.to_be_bytes(), &protocol.to_be_bytes(), rest]))
    };
    holds_message(LinkType::RAW, &ipv4(4, 1, 0, &v4), 1);
    holds_message(LinkType::RAW, &ipv4(41, 1, 0, &v6), 1);
    holds_message(LinkType::RAW, &ipv6(4, &v4), 1);
    holds_message(LinkType::RAW, &ipv6(41, &ipv6(41, &v6)), 2);
    holds_message(LinkType::RAW, &gre(0, 0x0800, &v4), 1);
    holds_message(LinkType::RAW, &gre(0xb000, 0x86dd, &cat(&[&[0; 12], &v6])), 1);
    holds_message(
        LinkType::RAW,
        &gre(0x4000, 0x0800, &cat(&[&[0; 4], &[0, 2, 0, 4, 9, 9, 9, 9], &[0; 4], &v4])),
        1,
    );
    holds_message(LinkType::RAW, &gre(0x2000, 0x6558, &cat(&[&[0; 4], &ethernet(0x0800, &v4)])), 1);
    holds_message(LinkType::RAW, &gre(0, 0x88be, &ethernet(0x0800, &v4)), 1);
    holds_message(LinkType::RAW, &gre(0x1000, 0x88be, &cat(&[&[0; 12], &ethernet(0x0800, &v4)])), 1);
    holds_message(LinkType::RAW, &gre(0x1000, 0x22eb, &cat(&[&[0; 16], &ethernet(0x0800, &v4)])), 1);
    let platform = cat(&[&[0; 4], &[0; 11], &[1], &[0; 8], &ethernet(0x0800, &v4)]);
    holds_message(LinkType::RAW, &gre(0x1000, 0x22eb, &platform), 1);
    holds_message(LinkType::RAW, &gre(0, 0x883e, &cat(&[&[0; 4], &v4])), 1);
    holds_message(LinkType::RAW, &gre(0, 0x883e, &v4), 1);
    let call = cat(&[&be(4 + v4.len()), &[0, 1], &[0; 8], &[0xff, 3, 0, 0x21], &v4]);
    holds_message(LinkType::RAW, &gre(0x3081, 0x880b, &call), 1);
    is_dropped(LinkType::RAW, &gre(0x2081, 0x880b, &[0; 8]), Cause::NoPayload);
    is_dropped(LinkType::RAW, &gre(0, 0x0000, &[0; 8]), Cause::UnsupportedTunnel);
    is_dropped(LinkType::RAW, &gre(5, 0x0800, &v4), Cause::MalformedTunnel);
    holds_message(LinkType::RAW, &ipv4(137, 1, 0, &cat(&[&[0, 1, 1, 64], &v4])), 1);
    holds_message(LinkType::RAW, &ipv4(97, 1, 0, &cat(&[&[0x30, 0], &ethernet(0x0800, &v4)])), 1);
    let four = (0..4).fold(v4.clone(), |inner, _| ipv4(4, 1, 0, &inner));
    holds_message(LinkType::RAW, &four, 4);
    is_dropped(LinkType::RAW, &ipv4(4, 1, 0, &four), Cause::TunnelTooDeep);
    let tags = [0, 1, 0x81, 0].repeat(40);
    is_dropped(LinkType::ETHERNET, &ethernet(0x8100, &tags), Cause::TooManyLayers);
}

#[test]
fn tunnels_in_udp() {
    let (v4, v6) = (udp4(), udp6());
    let frame = ethernet(0x0800, &v4);
    let vxlan = cat(&[&[8, 0, 0, 0, 0, 0, 9, 0], &frame]);
    holds_message(LinkType::RAW, &in_udp(4789, &vxlan), 1);
    holds_message(LinkType::RAW, &in_udp(8472, &vxlan), 1);
    holds_message(LinkType::RAW, &in_udp(4789, &cat(&[&[0x88, 0, 1, 2, 0, 0, 9, 0], &frame])), 1);
    holds_message(LinkType::RAW, &in_udp(4790, &cat(&[&[0xc, 0, 0, 2, 0, 0, 9, 0], &v6])), 1);
    is_plain(&in_udp(4789, &cat(&[&[0, 0, 0, 0, 0, 0, 9, 0], &frame])), 4789);
    is_plain(&in_udp(4789, &cat(&[&[8, 0, 0, 0, 0, 0, 9, 1], &frame])), 4789);
    is_plain(&in_udp(4789, &cat(&[&[8, 0, 0, 0, 0, 0, 9, 0], &[0xff; 30]])), 4789);
    holds_message(LinkType::RAW, &in_udp(6081, &cat(&[&[1, 0, 0x65, 0x58, 0, 0, 9, 0], &[0; 4], &frame])), 1);
    holds_message(LinkType::RAW, &in_udp(6081, &cat(&[&[0, 0, 0x86, 0xdd, 0, 0, 9, 0], &v6])), 1);
    is_plain(&in_udp(6081, &cat(&[&[0x41, 0, 0x65, 0x58, 0, 0, 9, 0], &[0; 4], &frame])), 6081);
    let user = |flags: u8, between: &[u8]| {
        in_udp(2152, &cat(&[&[flags, 0xff], &be(between.len() + v4.len()), &[0, 0, 0, 1], between, &v4]))
    };
    holds_message(LinkType::RAW, &user(0x30, &[]), 1);
    holds_message(LinkType::RAW, &user(0x32, &[0, 1, 0, 0]), 1);
    holds_message(LinkType::RAW, &user(0x34, &[0, 0, 0, 0x85, 1, 0x10, 9, 0x40, 1, 0, 0, 0]), 1);
    is_plain(&user(0x10, &[]), 2152);
    // An extension of length 0 must not spin.
    is_plain(&user(0x34, &[0, 0, 0, 0x85, 0, 0x10, 9, 0x40]), 2152);
    is_plain(&in_udp(2152, &[0x30, 1, 0, 4, 0, 0, 0, 0, 0, 0, 0, 0]), 2152);
    holds_message(LinkType::RAW, &in_udp(3544, &v6), 1);
    holds_message(LinkType::RAW, &in_udp(3544, &cat(&[&[0, 0, 1, 2, 3, 4, 5, 6], &v6])), 1);
    let authenticated = cat(&[&[0, 1, 2, 1], &[7; 3], &[0; 9], &[0, 0, 1, 2, 3, 4, 5, 6], &v6]);
    holds_message(LinkType::RAW, &in_udp(3544, &authenticated), 1);
    is_plain(&in_udp(3544, &v4), 3544);
    holds_message(LinkType::RAW, &in_udp(4754, &cat(&[&[0, 0, 8, 0], &v4])), 1);
    is_plain(&in_udp(4754, &cat(&[&[0, 0, 8, 0], &[0xff; 40]])), 4754);
}

#[test]
fn tcp_and_what_the_snap_length_leaves_of_it() {
    let frame = ethernet(0x0800, &tcp4());
    let mut decoder = Decoder::new(Limits::default());
    let cut =
        |len: usize| Packet { wire_len: frame.len() as u32, ..packet(LinkType::ETHERNET, &frame[..len]) };
    for (missing, payload, told) in
        [(0, PAYLOAD.len(), 0), (4, PAYLOAD.len() - 4, 4), (16, 0, 14), (18, 0, 14)]
    {
        let packet = cut(frame.len() - missing);
        let Outcome::Tcp(segment) = decoder.decode(&packet) else { panic!("cut by {missing}") };
        assert_eq!((segment.src_port, segment.dst_port, segment.window), (5000, 80, 512));
        assert_eq!((segment.seq, segment.ack), (0x0102_0304, 0x0506_0708));
        assert_eq!(segment.flags, TcpFlags::ACK | TcpFlags::PSH);
        assert!(segment.flags.ack() && !segment.flags.syn() && !segment.flags.fin() && !segment.flags.rst());
        assert_eq!((segment.payload.len(), segment.cut), (payload, told), "cut by {missing}");
    }
    let packet = cut(14 + 20 + 19);
    assert_eq!(decoder.decode(&packet), Outcome::Dropped(Cause::TruncatedTransport));
    let mut short = frame.clone();
    short[14 + 20 + 12] = 0x40;
    is_dropped(LinkType::ETHERNET, &short, Cause::MalformedTransport);
    short[14 + 20 + 12] = 0xf0;
    is_dropped(LinkType::ETHERNET, &short, Cause::MalformedTransport);
}

#[test]
fn udp_lengths() {
    let mut zero = udp(5000, 53, PAYLOAD);
    zero[4..6].fill(0);
    holds_message(LinkType::RAW, &ipv4(17, 1, 0, &zero), 0);
    let mut long = udp(5000, 53, PAYLOAD);
    long[4] = 0xff;
    holds_message(LinkType::RAW, &ipv4(17, 1, 0, &long), 0);
    holds_message(LinkType::RAW, &ipv4(17, 1, 0, &cat(&[&udp(5000, 53, PAYLOAD), &[0xee; 3]])), 0);
    let mut short = udp(5000, 53, PAYLOAD);
    short[5] = 7;
    is_dropped(LinkType::RAW, &ipv4(17, 1, 0, &short), Cause::MalformedTransport);
}

#[test]
fn icmp_and_what_it_quotes() {
    let unreachable = ipv4(1, 1, 0, &cat(&[&[3, 3, 0, 0, 0, 0, 0, 0], &udp4()]));
    outcome(LinkType::RAW, &unreachable, |outcome| {
        let Outcome::Icmp(message) = outcome else { panic!("{outcome:?}") };
        assert_eq!((message.kind, message.code, message.is_v6()), (3, 3, false));
        let quoted = message.quoted().unwrap();
        assert_eq!((quoted.protocol, quoted.ports), (17, Some((5000, 53))));
        assert_eq!(quoted.ip.src.to_string(), "192.0.2.1");
    });
    let too_big = ipv6(
        58,
        &cat(&[&[2, 0, 0, 0, 0, 0, 5, 0], &ipv6(60, &cat(&[&[6, 0, 1, 4, 0, 0, 0, 0], &[1, 2, 3, 4]]))]),
    );
    outcome(LinkType::RAW, &too_big, |outcome| {
        let Outcome::Icmp(message) = outcome else { panic!("{outcome:?}") };
        assert!(message.is_v6() && message.is_error());
        assert_eq!(message.quoted().unwrap().ports, Some((0x0102, 0x0304)));
    });
    outcome(LinkType::RAW, &ipv4(1, 1, 0, &[8, 0, 0, 0, 0, 1, 0, 2, 7]), |outcome| {
        let Outcome::Icmp(message) = outcome else { panic!("{outcome:?}") };
        assert_eq!((message.body, message.quoted()), (&[0, 1, 0, 2, 7][..], None));
    });
    is_dropped(LinkType::RAW, &ipv4(58, 1, 0, &[128, 0, 0, 0]), Cause::UnsupportedTransport);
}

/// The short cut counts layers and tunnels as the general path does, up to the last that is allowed.
#[test]
fn limits_are_met_at_the_same_depth() {
    let results: Vec<_> = (24..34)
        .map(|tags| {
            let inner = cat(&[&[0, 1, 0x81, 0].repeat(tags), &[0, 1, 8, 0], &udp4()]);
            outcome(LinkType::ETHERNET, &ethernet(0x8100, &inner), |outcome| match outcome {
                Outcome::Udp(datagram) => datagram.path.vlans.as_slice().len(),
                Outcome::Dropped(Cause::TooManyLayers) => 0,
                other => panic!("{other:?}"),
            })
        })
        .collect();
    assert_eq!(results, [4, 4, 4, 4, 0, 0, 0, 0, 0, 0]);
    let mut frame = ethernet(0x0800, &udp4());
    for depth in 1..6 {
        frame = ethernet(0x0800, &in_udp(4789, &cat(&[&[8, 0, 0, 0, 0, 0, 9, 0], &frame])));
        if depth <= 4 {
            holds_message(LinkType::ETHERNET, &frame, depth);
        } else {
            is_dropped(LinkType::ETHERNET, &frame, Cause::TunnelTooDeep);
        }
    }
}
