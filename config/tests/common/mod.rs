//! The protocols of a program that these tests stand for.

use packetbeat_core::flow::Transport;
use packetbeat_core::plugin::{Kind, Parsers};
use packetbeat_core::setting::{Setting, Type};
use packetbeat_settings::LATER_PROTOCOLS;
use std::time::Duration;

/// Those of Packetbeat that the tables do not hold any more since crates of their own have them: as far as the tests go.
const STAND_INS: &[(&str, &[u16], &[Setting])] = &[
    (
        "amqp",
        &[5672],
        &[Setting::bytes("max_body_length", 1000, 0..=1 << 30, ""), Setting::bool("parse_headers", true, "")],
    ),
    (
        "cassandra",
        &[9042],
        &[Setting::unset("compressor", Type::Word(&["snappy"]), ""), Setting::list("ignored_ops", &[], "")],
    ),
    ("dhcpv4", &[67, 68], &[]),
    ("icmp", &[], &[]),
    (
        "memcache",
        &[11211],
        &[
            Setting::duration("udptransactiontimeout", Duration::from_secs(10), ""),
            Setting::bool("parseunknown", false, ""),
        ],
    ),
    (
        "mongodb",
        &[27017],
        &[
            Setting::whole("max_docs", 10, 0..=1 << 20, ""),
            Setting::bytes("max_doc_length", 5000, 0..=1 << 30, ""),
        ],
    ),
    (
        "mysql",
        &[3306, 3307],
        &[
            Setting::whole("max_rows", 10, 0..=1 << 20, ""),
            Setting::duration("statement_timeout", Duration::from_secs(3600), ""),
        ],
    ),
    ("nfs", &[2049], &[]),
    (
        "pgsql",
        &[5432],
        &[
            Setting::whole("max_rows", 10, 0..=1 << 20, ""),
            Setting::bytes("max_row_length", 1024, 0..=1 << 30, ""),
        ],
    ),
    (
        "redis",
        &[6379],
        &[
            Setting::bytes("queue_max_bytes", 1 << 20, 0..=1 << 30, ""),
            Setting::whole("queue_max_messages", 20_000, 0..=1 << 30, ""),
        ],
    ),
    (
        "sip",
        &[5060],
        &[Setting::bool("parse_body", true, ""), Setting::word("transport_protocol", &["udp", "tcp"], 0, "")],
    ),
    (
        "thrift",
        &[9090],
        &[Setting::word("transport_type", &["socket", "framed"], 0, ""), Setting::list("idl_files", &[], "")],
    ),
    (
        "tls",
        &[443],
        &[
            Setting::list_of("fingerprints", &Type::Word(&["md5", "sha1", "sha256"]), &["sha1"], ""),
            Setting::bool("send_certificates", true, ""),
        ],
    ),
    ("tns", &[1521], &[]),
];

/// DNS, HTTP and SMTP, and stand-ins for what is in no table of the settings any more.
pub(crate) fn kinds() -> Vec<Kind> {
    let mut kinds = vec![
        Kind::of::<packetbeat_dns::Dns>(),
        Kind::of::<packetbeat_http::Http>(),
        Kind::of::<packetbeat_smtp::Smtp>(),
    ];
    let gone = STAND_INS.iter().filter(|(name, ..)| !LATER_PROTOCOLS.iter().any(|table| table.name == *name));
    kinds.extend(gone.map(|&(name, ports, options)| Kind {
        name,
        ports,
        transports: &[Transport::Tcp],
        fields: "",
        options,
        make: |_, _| Parsers::default(),
    }));
    kinds
}
