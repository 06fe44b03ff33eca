//! Bytes that nobody honest would send.

use packetbeat_core::direction::Dir;
use proptest::prelude::*;

use crate::probe;
use crate::samples::{self, ANSWER, QUERY};
use crate::stage::Stage;

/// Messages of every kind that is looked into.
fn seeds() -> Vec<Vec<u8>> {
    let svcb = b"\x00\x01\x00\x00\x01\x00\x06\x02h2\x02h3\x00\x04\x00\x04\xc0\x00\x02\x19".as_slice();
    let nsec3 = b"\x01\x00\x00\x0a\x02\xab\xcd\x02\xff\xff\x00\x01\x40".as_slice();
    let rrsig =
        b"\x00\x01\x0d\x03\x00\x00\x00\x3c\x65\x92\x00\x80\x65\xe0\x79\xf0\x05\x39\xc0\x0c\xff".as_slice();
    let loc = b"\x00\x12\x16\x13\x8b\x44\xb3\x80\x82\xe0\xe4\xd0\x00\x98\x9d\x68".as_slice();
    let soa = [b"\x02ns\xc0\x0c\x04root\xc0\x0c".as_slice(), &[1; 20]].concat();
    let naptr = b"\x00\x64\x00\x0a\x01u\x07E2U+sip\x00\xc0\x0c".as_slice();
    let records = [
        (64, svcb),
        (50, nsec3),
        (46, rrsig),
        (29, loc),
        (6, &soa),
        (35, naptr),
        (16, b"\x03one\x04t\"\\\xff"),
    ];
    let mut seeds =
        vec![QUERY.to_vec(), ANSWER.to_vec(), samples::message(0x8580, &[("example.org", 255)], &records)];
    seeds.extend(
        records.map(|(kind, data)| samples::message(0x8180, &[("www.example.org", kind)], &[(kind, data)])),
    );
    seeds
}

/// Runs bytes through everything that reads them; events must be JSON and the ledger must close, or this panics.
fn feed(bytes: &[u8]) {
    let _ = probe::datagram(bytes);
    let _ = probe::stream(bytes);
    let all = |settings: &mut crate::config::Settings| {
        settings.include_authorities = true;
        settings.include_additionals = true;
        settings.send_request = true;
        settings.send_response = true;
    };
    Stage::udp().with(all).query(QUERY).query(bytes).answer(bytes).answer(ANSWER).events();
    let framed = [&(bytes.len() as u16).to_be_bytes(), bytes].concat();
    Stage::tcp().with(all).bytes(Dir::ToServer, &framed, 13).bytes(Dir::ToClient, &framed, 50).events();
    Stage::tcp().with(all).bytes(Dir::ToClient, bytes, 100).events();
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 400, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn random_bytes(bytes in proptest::collection::vec(any::<u8>(), 0..200)) {
        feed(&bytes);
    }

    #[test]
    fn changed_messages(
        which in any::<prop::sample::Index>(),
        changes in proptest::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in any::<prop::sample::Index>(),
        is_cut in any::<bool>(),
    ) {
        let seeds = seeds();
        let mut bytes = which.get(&seeds).clone();
        for (at, value) in changes {
            let at = at.index(bytes.len());
            bytes[at] = value;
        }
        if is_cut {
            bytes.truncate(cut.index(bytes.len()));
        }
        feed(&bytes);
    }
}

#[test]
fn every_byte_of_every_seed_changed_to_what_hurts() {
    for seed in seeds() {
        for at in 0..seed.len() {
            for value in [0, 1, 0x3f, 0x40, 0xc0, 0xff, seed[at] ^ 0x80] {
                let mut bytes = seed.clone();
                bytes[at] = value;
                feed(&bytes);
            }
        }
    }
}

#[test]
fn seeds_are_read_whole() {
    for seed in seeds() {
        let event = Stage::udp().answer(&seed).event();
        assert!(!event.to_string().contains("\\\\# "), "{event}");
    }
}
