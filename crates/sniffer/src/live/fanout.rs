//! Which ring a packet goes to: a program that the kernel runs for each.
//!
//! ```text
//!  where it begins ─▶ up to two VLAN tags ─▶ IPv4, IPv6: TCP, not a fragment ─▶ hash of addresses and ports
//!                                          │            anything else ─▶ hash of the addresses
//!                                          └ no IP ─▶ the first ring
//! ```
//!
//! The hash is symmetric, so that both directions of a flow meet. UDP goes by its addresses alone: a fragment behind the
//! first has no ports, and the ports of tunnels (VXLAN, Geneve) differ between the directions of one inner flow. The
//! kernel's own hash (`PACKET_FANOUT_HASH`) takes the ports of both. The price: what two hosts say to each other over UDP
//! is one worker's work.
//!
//! The kernel joins IPv4 fragments before it asks (`PACKET_FANOUT_FLAG_DEFRAG`), so that a TCP segment which a router cut
//! meets its connection. Not so with IPv6, where TCP is not cut in practice: such fragments go by their addresses, and
//! so does TCP behind extension headers.
//!
//! Where a packet begins hangs on its direction: one that was received begins with its network layer, one that is sent
//! with its link layer, if it has one. Loads relative to the network layer (`SKF_NET_OFF`) would spare us the difference, but
//! they see the first part of a packet's memory only, which for packets that a program sent through a ring of its own
//! (tcpreplay does) ends behind the Ethernet header; the loads used here see all of it.

use super::assembly::{Assembly, Known};
use crate::bpf::Instruction;

// Codes of classic BPF (`linux/filter.h`).
const LD_IMM: u16 = 0x00;
const LDH_ABS: u16 = 0x28;
const LD_IND: u16 = 0x40;
const LDH_IND: u16 = 0x48;
const LDB_IND: u16 = 0x50;
const LD_MEM: u16 = 0x60;
const LDX_IMM: u16 = 0x01;
const LDX_MEM: u16 = 0x61;
const ST: u16 = 0x02;
const ADD: u16 = 0x04;
const ADD_X: u16 = 0x0c;
const MUL: u16 = 0x24;
const AND: u16 = 0x54;
const LSH: u16 = 0x64;
const RSH: u16 = 0x74;
const XOR_X: u16 = 0xac;
const TAX: u16 = 0x07;
const TXA: u16 = 0x87;
const RET: u16 = 0x06;
const RET_A: u16 = 0x16;

// Scratch memory.
const SPARE: u32 = 0;
const SOURCE: u32 = 1;
const DESTINATION: u32 = 2;
const PORTS: u32 = 3;

/// Odd numbers without pattern, for multiplication to spread bits: fractions of the golden ratio, √2 and √3.
const SPREAD: [u32; 3] = [0x9e37_79b1, 0x6a09_e667, 0xbb67_ae85];

const ETHERNET_HEADER: u32 = 14;
const TCP: u32 = 6;

/// The program. The kernel takes what it returns modulo the number of rings.
pub(crate) fn program() -> Option<Vec<Instruction>> {
    let mut code = Assembly::default();
    let [sent, ethernet, received, typed] = [(); 4].map(|()| code.label());
    code.load_known(Known::Direction);
    code.if_equal(4, sent);
    code.jump(received);
    code.place(sent);
    code.load_known(Known::Hatype);
    code.if_equal(1, ethernet);
    code.if_equal(772, ethernet);
    code.jump(received);
    code.place(ethernet);
    code.op(LDX_IMM, ETHERNET_HEADER);
    code.op(LDH_ABS, 12);
    code.jump(typed);
    code.place(received);
    code.op(LDX_IMM, 0);
    code.load_known(Known::Protocol);
    code.place(typed);
    choose(&mut code);
    code.finish()
}

/// The rest. A is the Ethernet type, X where its packet begins.
fn choose(code: &mut Assembly) {
    let [ipv4, ipv6, ports, pair, mix] = [(); 5].map(|()| code.label());
    for _ in 0..2 {
        vlan(code);
    }
    code.if_equal(0x0800, ipv4);
    code.if_equal(0x86dd, ipv6);
    code.op(RET, 0);

    code.place(ipv4);
    code.op(LD_IND, 12);
    code.op(ST, SOURCE);
    code.op(LD_IND, 16);
    code.op(ST, DESTINATION);
    code.op(LDH_IND, 6);
    code.if_any_bit(0x3fff, pair); // more fragments, or an offset
    let tcp = code.label();
    code.op(LDB_IND, 9);
    code.if_equal(TCP, tcp);
    code.jump(pair);
    code.place(tcp);
    code.op(LDB_IND, 0);
    code.op(AND, 0xf);
    code.op(LSH, 2);
    code.op(ADD_X, 0);
    code.op(TAX, 0);
    code.jump(ports);

    code.place(ipv6);
    address_of_ipv6(code, 8);
    code.op(ST, SOURCE);
    address_of_ipv6(code, 24);
    code.op(ST, DESTINATION);
    let tcp = code.label();
    code.op(LDB_IND, 6);
    code.if_equal(TCP, tcp);
    code.jump(pair);
    code.place(tcp);
    move_on(code, 40);

    code.place(ports);
    code.op(LDH_IND, 0);
    code.op(ST, SPARE);
    code.op(LDH_IND, 2);
    code.op(LDX_MEM, SPARE);
    code.op(ADD_X, 0);
    code.op(MUL, SPREAD[0]);
    code.op(ST, PORTS);
    code.jump(mix);
    code.place(pair);
    code.op(LD_IMM, 0);
    code.op(ST, PORTS);

    code.place(mix);
    finish(code);
}

/// Passes over a VLAN tag, if there is one.
fn vlan(code: &mut Assembly) {
    let [tag, none] = [(); 2].map(|()| code.label());
    for kind in [0x8100, 0x88a8, 0x9100] {
        code.if_equal(kind, tag);
    }
    code.jump(none);
    code.place(tag);
    code.op(LDH_IND, 2);
    code.op(ST, SPARE);
    move_on(code, 4);
    code.op(LD_MEM, SPARE);
    code.place(none);
}

/// Adds to X; A is lost.
fn move_on(code: &mut Assembly, by: u32) {
    code.op(TXA, 0);
    code.op(ADD, by);
    code.op(TAX, 0);
}

/// Folds an address into A. X stays.
fn address_of_ipv6(code: &mut Assembly, at: u32) {
    code.op(LD_IND, at);
    for word in 1..4 {
        code.op(ST, SPARE);
        code.op(LD_IND, at + 4 * word);
        // X is the place of the header, so that A is added from memory by way of PORTS.
        code.op(ST, PORTS);
        fold(code);
    }
}

/// A = M[SPARE] ^ M[PORTS], and X as it was.
fn fold(code: &mut Assembly) {
    const PLACE: u32 = 4;
    code.op(TXA, 0);
    code.op(ST, PLACE);
    code.op(LD_MEM, SPARE);
    code.op(LDX_MEM, PORTS);
    code.op(XOR_X, 0);
    code.op(LDX_MEM, PLACE);
}

/// Mixes what was found, alike for both directions: sum and difference in bits of the addresses, and the ports' sum.
fn finish(code: &mut Assembly) {
    code.op(LD_MEM, SOURCE);
    code.op(LDX_MEM, DESTINATION);
    code.op(XOR_X, 0);
    code.op(MUL, SPREAD[1]);
    code.op(ST, SPARE);
    code.op(LD_MEM, SOURCE);
    code.op(ADD_X, 0);
    code.op(MUL, SPREAD[2]);
    code.op(LDX_MEM, SPARE);
    code.op(ADD_X, 0);
    code.op(LDX_MEM, PORTS);
    code.op(ADD_X, 0);
    code.op(ST, SPARE);
    // The low bits of a product know nothing of the high ones of its factor.
    code.op(RSH, 15);
    code.op(LDX_MEM, SPARE);
    code.op(XOR_X, 0);
    code.op(MUL, SPREAD[0]);
    code.op(RSH, 16);
    code.op(RET_A, 0);
}

#[cfg(test)]
mod tests;
