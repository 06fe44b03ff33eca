//! What is accepted and refused of a server's certificate, and what the refusal says, against a real server.
// Tests stop at the first surprise.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    missing_docs,
    unreachable_pub
)]

mod common;

use base64::Engine;
use common::{Authority, Identity, SECTION, Server, certificates, connect, named, self_signed, trusting};
use packetbeat_tls::{Options, PemSource, Verification};
use rcgen::{BasicConstraints, ExtendedKeyUsagePurpose, IsCa, date_time_ymd};
use sha2::{Digest, Sha256};

fn sha256_hex(pem: &str) -> String {
    Sha256::digest(&certificates(pem)[0]).iter().map(|byte| format!("{byte:02X}")).collect()
}

fn plain(identity: &Identity, options: &Options, host: &str) -> Result<String, String> {
    connect(identity, &Server::default(), options, host)
}

#[track_caller]
fn assert_says(outcome: Result<String, String>, parts: &[&str]) {
    let text = outcome.unwrap_err();
    for part in parts {
        assert!(text.contains(part), "{part:?} is missing in {text:?}");
    }
}

#[test]
fn a_trusted_certificate_for_the_name_is_accepted() {
    let ca = Authority::new("my-ca");
    let node = ca.issue(&named("node1", &["node1", "*.example.org", "127.0.0.1"]));
    for verification in [Verification::Full, Verification::Strict] {
        for host in ["node1", "es.example.org", "127.0.0.1"] {
            let options = Options { verification, ..trusting(&ca.pem) };
            assert_eq!(plain(&node, &options, host).as_deref(), Ok("hello"), "{verification:?} {host}");
        }
    }
    let old = Server { tls12_only: true, ..Server::default() };
    assert_eq!(connect(&node, &old, &trusting(&ca.pem), "node1").as_deref(), Ok("hello"));
}

#[test]
fn another_name_is_refused_with_those_it_has() {
    let ca = Authority::new("my-ca");
    let node = ca.issue(&named("node1", &["node1", "localhost", "10.0.0.7"]));
    assert_says(
        plain(&node, &trusting(&ca.pem), "es1"),
        &[
            "the certificate of es1 (CN=node1, issued by CN=my-ca, serial ",
            "is valid for node1, localhost, 10.0.0.7, not for es1: connect by one of these names, or set \
             output.elasticsearch.ssl.verification_mode: certificate",
        ],
    );
    let options = Options { verification: Verification::Certificate, ..trusting(&ca.pem) };
    assert_eq!(plain(&node, &options, "es1").as_deref(), Ok("hello"));
    let options = Options { server_name: Some("node1".to_owned()), ..trusting(&ca.pem) };
    assert_eq!(plain(&node, &options, "es1").as_deref(), Ok("hello"));
}

#[test]
fn the_common_name_counts_without_alternative_names_unless_strict() {
    let ca = Authority::new("my-ca");
    let node = ca.issue(&named("node1", &[]));
    assert_eq!(plain(&node, &trusting(&ca.pem), "node1").as_deref(), Ok("hello"));
    let strict = Options { verification: Verification::Strict, ..trusting(&ca.pem) };
    assert_says(plain(&node, &strict, "node1"), &["has no subjectAltName", "verification_mode: full"]);
    assert_says(plain(&node, &trusting(&ca.pem), "node2"), &["is valid for node1, not for node2"]);
    let other = ca.issue(&named("node1", &["node2"]));
    assert_says(plain(&other, &trusting(&ca.pem), "node1"), &["is valid for node2, not for node1"]);
}

#[test]
fn an_unknown_authority_is_named_with_its_fingerprint_if_it_was_sent() {
    let (ca, other) = (Authority::new("my-ca"), Authority::new("other-ca"));
    let node = ca.issue(&named("node1", &["node1"]));
    let refused = plain(&node, &trusting(&other.pem), "node1");
    assert!(!refused.clone().unwrap_err().contains("ca_trusted_fingerprint"));
    assert_says(
        refused,
        &[
            "is signed by CN=my-ca, which is not trusted: set output.elasticsearch.ssl.certificate_authorities to its certificate",
        ],
    );

    let sent = Identity { chain: format!("{}{}", node.chain, ca.pem), ..node };
    let fingerprint = sha256_hex(&ca.pem);
    assert_says(
        plain(&sent, &trusting(&other.pem), "node1"),
        &[&format!("output.elasticsearch.ssl.ca_trusted_fingerprint: \"{fingerprint}\"")],
    );
    for value in [fingerprint.clone(), fingerprint.to_lowercase()] {
        let options = Options { ca_trusted_fingerprint: Some(value), ..Options::new(SECTION) };
        assert_eq!(plain(&sent, &options, "node1").as_deref(), Ok("hello"));
        assert_says(plain(&sent, &options, "es1"), &["not for es1"]);
    }
}

#[test]
fn an_authority_of_the_same_name_with_another_key_is_told() {
    let (old, new) = (Authority::new("my-ca"), Authority::new("my-ca"));
    let node = new.issue(&named("node1", &["node1"]));
    assert_says(plain(&node, &trusting(&old.pem), "node1"), &["CN=my-ca signed it", "with another key"]);
}

#[test]
fn an_intermediate_may_be_sent_and_is_missed_by_name() {
    let root = Authority::new("root-ca");
    let middle = root.below("middle-ca");
    let node = middle.issue(&named("node1", &["node1"]));
    assert_says(
        plain(&node, &trusting(&root.pem), "node1"),
        &["is signed by CN=middle-ca, which is not trusted"],
    );
    let sent = Identity { chain: format!("{}{}", node.chain, middle.pem), ..node };
    assert_eq!(plain(&sent, &trusting(&root.pem), "node1").as_deref(), Ok("hello"));
    let stranger = Authority::new("stranger");
    assert_says(
        plain(&sent, &trusting(&stranger.pem), "node1"),
        &["is signed by CN=root-ca, which is not trusted"],
    );
}

#[test]
fn dates_are_told() {
    let ca = Authority::new("my-ca");
    let mut params = named("node1", &["node1"]);
    (params.not_before, params.not_after) = (date_time_ymd(2020, 1, 1), date_time_ymd(2021, 2, 3));
    assert_says(
        plain(&ca.issue(&params), &trusting(&ca.pem), "node1"),
        &["CN=node1", "expired on 2021-02-03T00:00:00Z (valid from 2020-01-01T00:00:00Z", "clock"],
    );
    (params.not_before, params.not_after) = (date_time_ymd(3020, 1, 1), date_time_ymd(3021, 2, 3));
    assert_says(
        plain(&ca.issue(&params), &trusting(&ca.pem), "node1"),
        &["is not valid before 3020-01-01T00:00:00Z"],
    );
}

#[test]
fn a_certificate_that_signs_itself_can_be_trusted_by_itself() {
    let mut params = named("node1", &["node1"]);
    for is_ca in [IsCa::NoCa, IsCa::ExplicitNoCa, IsCa::Ca(BasicConstraints::Unconstrained)] {
        params.is_ca = is_ca;
        let node = self_signed(&params);
        assert_eq!(plain(&node, &trusting(&node.chain), "node1").as_deref(), Ok("hello"), "{is_ca:?}");
        assert_says(plain(&node, &trusting(&node.chain), "es1"), &["is valid for node1, not for es1"]);
        let other = Authority::new("other");
        assert_says(
            plain(&node, &trusting(&other.pem), "node1"),
            &[
                "(CN=node1, issued by itself, ",
                "not trusted: set output.elasticsearch.ssl.certificate_authorities to it",
            ],
        );
        let options =
            Options { ca_trusted_fingerprint: Some(sha256_hex(&node.chain)), ..Options::new(SECTION) };
        let by_fingerprint = plain(&node, &options, "node1");
        if matches!(is_ca, IsCa::Ca(_)) {
            assert_eq!(by_fingerprint.as_deref(), Ok("hello"));
        } else {
            assert_says(by_fingerprint, &["ca_trusted_fingerprint; it sent no authority's at all"]);
        }
    }
    // What trusts itself expires too.
    params.not_after = date_time_ymd(2021, 2, 3);
    let node = self_signed(&params);
    assert_says(plain(&node, &trusting(&node.chain), "node1"), &["expired on 2021-02-03"]);
}

#[test]
fn a_fingerprint_of_nothing_that_was_sent_is_told_with_what_was() {
    let ca = Authority::new("my-ca");
    let node = ca.issue(&named("node1", &["node1"]));
    let sent = Identity { chain: format!("{}{}", node.chain, ca.pem), ..node };
    let options = Options { ca_trusted_fingerprint: Some("00".repeat(32)), ..Options::new(SECTION) };
    assert_says(
        plain(&sent, &options, "node1"),
        &["ca_trusted_fingerprint", "CN=my-ca", &sha256_hex(&ca.pem)],
    );
}

#[test]
fn pins_are_of_any_key_of_the_chain() {
    let ca = Authority::new("my-ca");
    let node = ca.issue(&named("node1", &["node1"]));
    let pin = |pem: &str| {
        let certificate = certificates(pem);
        let (_, rest) = x509_spki(&certificate[0]);
        base64::engine::general_purpose::STANDARD.encode(Sha256::digest(rest))
    };
    for pem in [&ca.pem, &node.chain] {
        let options = Options { ca_sha256: vec![pin(pem)], ..trusting(&ca.pem) };
        assert_eq!(plain(&node, &options, "node1").as_deref(), Ok("hello"));
    }
    let other = pin(&Authority::new("other").pem);
    let options = Options { ca_sha256: vec![other], ..trusting(&ca.pem) };
    assert_says(
        plain(&node, &options, "node1"),
        &["public key of output.elasticsearch.ssl.ca_sha256", &pin(&node.chain)],
    );
}

/// The `SubjectPublicKeyInfo` of rcgen's P-256 keys has 91 bytes and this beginning.
fn x509_spki(der: &[u8]) -> (usize, Vec<u8>) {
    let head = [0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01];
    let at = der.windows(head.len()).position(|window| window == head).unwrap();
    (at, der[at..at + 91].to_vec())
}

#[test]
fn a_certificate_for_clients_is_not_one_for_servers() {
    let ca = Authority::new("my-ca");
    let mut params = named("node1", &["node1"]);
    params.extended_key_usages = vec![ExtendedKeyUsagePurpose::ClientAuth];
    assert_says(
        plain(&ca.issue(&params), &trusting(&ca.pem), "node1"),
        &["not meant for servers", "serverAuth"],
    );
}

#[test]
fn none_accepts_everything() {
    let mut params = named("nobody", &["nobody"]);
    params.not_after = date_time_ymd(2021, 2, 3);
    let options = Options { verification: Verification::None, ..Options::new(SECTION) };
    for tls12_only in [false, true] {
        let server = Server { tls12_only, ..Server::default() };
        assert_eq!(connect(&self_signed(&params), &server, &options, "es1").as_deref(), Ok("hello"));
    }
}

#[test]
fn names_of_a_hostile_certificate_are_cut_and_cannot_move_the_cursor() {
    let mut params = named(&format!("evil\u{1b}[2J{}", "x".repeat(5000)), &["node2"]);
    params.is_ca = IsCa::NoCa;
    let ca = Authority::new("ca");
    let text = plain(&ca.issue(&params), &trusting(&ca.pem), "node1").unwrap_err();
    assert!(text.len() < 1500 && !text.contains('\u{1b}'), "{text:?}");
    assert!(text.contains("CN=evil"), "{text}");
}

#[test]
fn a_server_without_tls_and_one_without_a_common_version_are_told() {
    let ca = Authority::new("my-ca");
    let node = ca.issue(&named("node1", &["node1"]));
    let server = Server { no_tls: true, ..Server::default() };
    assert_says(connect(&node, &server, &trusting(&ca.pem), "node1"), &["does not speak TLS on this port"]);
    let server = Server { tls12_only: true, ..Server::default() };
    let options = Options { versions: vec!["TLSv1.3".to_owned()], ..trusting(&ca.pem) };
    assert_says(
        connect(&node, &server, &options, "node1"),
        &["output.elasticsearch.ssl.supported_protocols"],
    );
}

#[test]
fn a_certificate_of_ours_is_shown_and_its_absence_told() {
    let ca = Authority::new("my-ca");
    let node = ca.issue(&named("node1", &["node1"]));
    let beat = ca.issue(&named("beat", &["beat"]));
    for tls12_only in [false, true] {
        let server = Server { wants: Some(ca.pem.clone()), tls12_only, ..Server::default() };
        let with = |identity: &Identity| Options {
            certificate: Some(PemSource::of(&identity.chain)),
            key: Some(PemSource::of(&identity.key)),
            ..trusting(&ca.pem)
        };
        assert_eq!(connect(&node, &server, &with(&beat), "node1").as_deref(), Ok("hello"));
        assert_says(
            connect(&node, &server, &trusting(&ca.pem), "node1"),
            &["output.elasticsearch.ssl.certificate"],
        );
        let stranger = Authority::new("stranger").issue(&named("beat", &["beat"]));
        assert_says(
            connect(&node, &server, &with(&stranger), "node1"),
            &["server", "output.elasticsearch.ssl.certificate"],
        );
    }
}
