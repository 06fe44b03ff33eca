//! The conformance kit, on conversations by hand.
#![allow(missing_docs, clippy::unwrap_used)] // a test

mod talk;

use packetbeat_memcache::Memcache;
use packetbeat_testkit::{Conversation, Options, tcp, tcp_conversations, udp};
use talk::packet;

packetbeat_testkit::count_allocations!();

fn text() -> Conversation {
    Conversation::new("text")
        .client("set k1 0 0 5\r\nhello\r\n")
        .server("STORED\r\n")
        .client("get x k1 y\r\n")
        .server("VALUE k1 0 5\r\nhello\r\nEND\r\n")
        .client("add k2 7 60 2 noreply\r\nab\r\ngets k2 k1\r\n")
        .server("VALUE k2 7 2 31\r\nab\r\nVALUE k1 0 5 30\r\nhello\r\nEND\r\n")
        .client("incr n 5\r\n")
        .server("17\r\n")
        .client("decr none 5\r\ntouch k1 100\r\n")
        .server("NOT_FOUND\r\nTOUCHED\r\n")
        .client("cas k1 0 0 3 99\r\nabc\r\n")
        .server("EXISTS\r\n")
        .client("delete k1\r\n")
        .server("DELETED\r\n")
        .client("get k1\r\n")
        .server("END\r\n")
        .client("stats slabs\r\n")
        .server("STAT active_slabs 0\r\nSTAT total_malloced 0\r\nEND\r\n")
        .client("set\r\n")
        .server("ERROR\r\n")
        .client("version\r\n")
        .server("VERSION 1.6.18\r\n")
        .client("set k 0 0 -1\r\n")
        .server("CLIENT_ERROR bad data chunk\r\n")
        .client("lru_crawler metadump all\r\n")
        .server("key=k1 exp=-1 la=1 cas=2 fetch=no cls=1 size=64\r\nEND\r\n")
        .client("flush_all\r\n")
        .server("OK\r\n")
        .client("quit\r\n")
}

fn meta() -> Conversation {
    Conversation::new("meta")
        .client("ms k1 5 T90\r\nhello\r\n")
        .server("HD\r\n")
        .client("mg k1 v t k\r\n")
        .server("VA 5 t90 kk1\r\nhello\r\n")
        .client("mg none v q\r\nmg k1 v q k\r\nms k2 2 q\r\nab\r\nmn\r\n")
        .server("VA 5 kk1\r\nhello\r\nMN\r\n")
        .client("ma n N0 J5 v\r\n")
        .server("VA 1\r\n5\r\n")
        .client("md k1 q\r\nmn\r\n")
        .server("MN\r\n")
        .client("me k2\r\n")
        .server("ME k2 exp=-1 la=3 cas=5 fetch=no cls=1 size=66\r\n")
        .client("mg gone\r\n")
        .server("EN\r\n")
}

fn binary() -> Conversation {
    let quiet = [
        packet(0x0d, 21).key(b"none").request(),
        packet(0x0d, 22).key(b"key").request(),
        packet(0x11, 23).key(b"q").extras([0; 8]).value("v").request(),
        packet(0x0a, 24).request(),
    ];
    let hit = packet(0x0d, 22).key(b"key").extras([0; 4]).value("abc").reply();
    let counter = [1_u64.to_be_bytes(), 5_u64.to_be_bytes()].concat();
    Conversation::new("binary")
        .client(packet(0x20, 9).request())
        .server(packet(0x20, 9).value("PLAIN").reply())
        .client(packet(0x21, 10).key(b"PLAIN").value("\0ann\0secret").request())
        .server(packet(0x21, 10).value("Authenticated").reply())
        .client(packet(1, 11).key(b"key").extras([0; 8]).value("abc").request())
        .server(packet(1, 11).reply())
        .client(packet(0, 12).key(b"key").request())
        .server(packet(0, 12).extras([0; 4]).value("abc").reply())
        .client(packet(0, 13).key(b"none").request())
        .server(packet(0, 13).status(1).value("Not found").reply())
        .client(packet(5, 14).key(b"n").extras([counter, vec![0; 4]].concat()).request())
        .server(packet(5, 14).value(5_u64.to_be_bytes()).reply())
        .client(quiet.concat())
        .server([hit, packet(0x0a, 24).reply()].concat())
        .client(packet(0x10, 31).request())
        .server(packet(0x10, 31).key(b"pid").value("1").reply())
        .server(packet(0x10, 31).key(b"version").value("1.6.18").reply())
        .server(packet(0x10, 31).reply())
        .client(packet(7, 40).request())
        .server(packet(7, 40).reply())
}

fn datagram(id: u16, number: u16, count: u16, bytes: impl AsRef<[u8]>) -> Vec<u8> {
    let mut datagram: Vec<u8> = [id, number, count, 0].into_iter().flat_map(u16::to_be_bytes).collect();
    datagram.extend_from_slice(bytes.as_ref());
    datagram
}

fn text_datagrams() -> Conversation {
    let long = format!("VALUE big 0 3000\r\n{}\r\nEND\r\n", "x".repeat(3000));
    let (first, rest) = long.as_bytes().split_at(1400);
    let (second, third) = rest.split_at(1400);
    Conversation::new("text datagrams")
        .client(datagram(1, 0, 1, "get k1\r\n"))
        .server(datagram(1, 0, 1, "VALUE k1 0 5\r\nhello\r\nEND\r\n"))
        .client(datagram(2, 0, 1, "set k1 0 0 2 noreply\r\nab\r\n"))
        .client(datagram(3, 0, 1, "get big\r\n"))
        .server(datagram(3, 0, 3, first))
        .server(datagram(3, 2, 3, third))
        .server(datagram(3, 1, 3, second))
        .client(datagram(4, 0, 1, "stats\r\n"))
        .client(datagram(5, 0, 1, "incr n 1\r\n"))
        .server(datagram(5, 0, 1, "5\r\n"))
        .server(datagram(4, 0, 2, "STAT pid 1\r\nSTAT upt"))
        .server(datagram(4, 1, 2, "ime 5\r\nEND\r\n"))
}

fn binary_datagrams() -> Conversation {
    Conversation::new("binary datagrams")
        .client(datagram(1, 0, 1, packet(0, 7).key(b"key").request()))
        .server(datagram(1, 0, 1, packet(0, 7).extras([0; 4]).value("abc").reply()))
        .client(datagram(2, 0, 1, packet(0x14, 8).key(b"key").request()))
}

#[test]
fn streams_conform() {
    let talks = [text(), meta(), binary()];
    let repeated = Conversation::new("repeated")
        .client("get k1 k2\r\n")
        .server("VALUE k1 0 5\r\nhello\r\nVALUE k2 0 2\r\nab\r\nEND\r\n")
        .client("set k1 0 0 5\r\nhello\r\n")
        .server("STORED\r\n");
    tcp::<Memcache>(Options::default())
        .conversations(talks)
        .steady(Conversation::new("none"), repeated)
        .check();
}

#[test]
fn recorded_sessions_conform() {
    // All of them take minutes: a part of the usual effort.
    let options = Options { effort: 64 << 10, rounds: 50, ..Options::default() };
    let captures = ["memcache", "memcache-meta", "memcache-binary"];
    let talks = captures
        .map(|name| tcp_conversations(format!("../../tests/pcaps/{name}.pcap"), &[11211, 11212]).unwrap());
    tcp::<Memcache>(options).conversations(talks.into_iter().flatten()).check();
}

#[test]
fn datagrams_conform() {
    udp::<Memcache>(Options::default()).conversations([text_datagrams(), binary_datagrams()]).check();
}
