use super::*;
use crate::bpf::Program;

/// The ring of four that a frame goes to, as received (from its network layer on) and as sent (from its link layer).
fn rings(frame: &[u8]) -> [u32; 2] {
    let kind = u32::from(u16::from_be_bytes([frame[12], frame[13]]));
    let run = |start: u32, data: &[u8]| {
        let mut code = Assembly::default();
        code.op(LDX_IMM, start);
        code.op(LD_IMM, kind);
        choose(&mut code);
        let program = Program::new(&code.finish().unwrap()).unwrap();
        program.value(data, data.len() as u32).unwrap_or(0) % 4
    };
    [run(0, &frame[14..]), run(14, frame)]
}

fn ring(frame: &[u8]) -> u32 {
    let [received, sent] = rings(frame);
    assert_eq!(received, sent);
    received
}

/// An IPv4 packet; `fragment`: flags and offset.
fn ipv4(ends: [[u8; 4]; 2], protocol: u8, fragment: u16, words: usize, payload: &[u8]) -> Vec<u8> {
    let mut frame = [vec![2; 12], vec![8, 0, 0x40 | words as u8, 0, 0, 99, 0, 7]].concat();
    frame.extend(fragment.to_be_bytes());
    frame.extend([64, protocol, 0, 0]);
    frame.extend(ends.concat());
    frame.resize(14 + words * 4, 1);
    frame.extend(payload);
    frame
}

fn ipv6(ends: [[u8; 16]; 2], next: u8, payload: &[u8]) -> Vec<u8> {
    let mut frame = [vec![2; 12], vec![0x86, 0xdd, 0x60, 0, 0, 0, 0, 99, next, 64]].concat();
    frame.extend(ends.concat());
    frame.extend(payload);
    frame
}

fn ports(source: u16, destination: u16) -> [u8; 4] {
    let ([a, b], [c, d]) = (source.to_be_bytes(), destination.to_be_bytes());
    [a, b, c, d]
}

const A: [u8; 4] = [10, 1, 2, 3];
const B: [u8; 4] = [192, 168, 77, 5];

fn six(last: u8) -> [u8; 16] {
    let mut address = [0x20; 16];
    address[15] = last;
    address
}

#[test]
fn the_whole_program_fits_the_kernel() {
    let program = program().unwrap();
    assert!(program.len() < 200, "{}", program.len());
}

#[test]
fn both_directions_meet() {
    for client in 0..500_u16 {
        let port = 30_000 + client;
        let there = ipv4([A, B], 6, 0x4000, 5, &ports(port, 443));
        let back = ipv4([B, A], 6, 0x4000, 7, &ports(443, port));
        assert_eq!(ring(&there), ring(&back));
        let (c, s) = (six(client as u8), six(9));
        assert_eq!(ring(&ipv6([c, s], 6, &ports(port, 443))), ring(&ipv6([s, c], 6, &ports(443, port))));
    }
}

#[test]
fn udp_fragments_tunnels_and_icmp_go_by_addresses() {
    let of = |protocol, fragment, payload: &[u8]| ring(&ipv4([A, B], protocol, fragment, 5, payload));
    let all = of(17, 0, &ports(53, 9));
    for protocol in [1, 4, 17, 41, 47, 50, 132] {
        for port in [1, 2, 3, 4_789] {
            assert_eq!(of(protocol, 0, &ports(port, 4_789)), all);
        }
    }
    assert_eq!((of(17, 0x2000, &[]), of(17, 100, &[]), of(6, 0x2000, &[1; 4])), (all, all, all));
    let of = |next, payload: &[u8]| ring(&ipv6([six(1), six(2)], next, payload));
    assert_eq!(of(17, &ports(1, 2)), of(44, &[17, 0, 0, 1]));
}

#[test]
fn tags_are_passed_over() {
    let plain = ipv4([A, B], 6, 0, 5, &ports(1_000, 443));
    let mut tagged = plain.clone();
    for kind in [[0x81, 0], [0x88, 0xa8]] {
        tagged.splice(12..12, [kind[0], kind[1], 0, 5]);
        assert_eq!(ring(&tagged), ring(&plain));
    }
    tagged.splice(12..12, [0x91, 0, 0, 5]);
    assert_eq!(ring(&tagged), 0);
}

#[test]
fn what_is_no_ip_or_cut_goes_to_the_first() {
    assert_eq!(ring(&[&[2; 12][..], &[8, 6], &[0; 28]].concat()), 0);
    let whole = ipv4([A, B], 6, 0, 5, &ports(1, 2));
    for len in 14..whole.len() - 1 {
        assert_eq!(ring(&whole[..len]), 0, "{len}");
    }
}

#[test]
fn all_rings_get_their_share() {
    let spread = |frame: &dyn Fn(u16) -> Vec<u8>| {
        let mut counts = [0; 4];
        for flow in 0..4_000 {
            counts[ring(&frame(flow)) as usize] += 1;
        }
        assert!(counts.iter().all(|count| (700..1_300).contains(count)), "{counts:?}");
    };
    // One client with many connections, many clients of a network, of many networks, of IPv6.
    spread(&|n| ipv4([A, B], 6, 0, 5, &ports(32_768 + n, 443)));
    spread(&|n| ipv4([[10, 0, (n >> 8) as u8, n as u8], B], 17, 0, 5, &ports(5_000, 53)));
    spread(&|n| ipv4([[(n >> 8) as u8, n as u8, 7, 7], B], 17, 0, 5, &ports(5_000, 53)));
    spread(&|n| {
        let mut client = six(1);
        client[6..8].copy_from_slice(&n.to_be_bytes());
        ipv6([client, six(2)], 17, &[])
    });
}
