//! Packetbeat's protocols that the program does not analyse yet: their sections are checked all the same.

use std::time::Duration;

use packetbeat_core::flow::Transport;
use packetbeat_core::setting::{Setting, Type};

use crate::protocol::ProtocolTable;

/// Packetbeat's protocols that are not there yet, sorted by name. A protocol's row goes away when it lands.
///
/// `icmp` has no ports.
pub const LATER_PROTOCOLS: &[ProtocolTable] = &[
    later("amqp", &[5672], TCP, AMQP),
    later("dhcpv4", &[67, 68], UDP, &[]),
    later("icmp", &[], &[], &[]),
    later("nfs", &[2049], TCP, NFS),
    later("sip", &[5060], BOTH, SIP),
    later("thrift", &[9090], TCP, THRIFT),
    later("tls", &[443, 993, 995, 5223, 8443, 8883, 9243], TCP, TLS),
];

/// The protocols of a program and those that come later, without one that is there by now.
pub(crate) fn with_later(protocols: &[ProtocolTable]) -> impl Iterator<Item = &ProtocolTable> {
    let there = |table: &&ProtocolTable| protocols.iter().any(|other| other.name == table.name);
    protocols.iter().chain(LATER_PROTOCOLS.iter().filter(move |table| !there(table)))
}

const TCP: &[Transport] = &[Transport::Tcp];
const UDP: &[Transport] = &[Transport::Udp];
const BOTH: &[Transport] = &[Transport::Tcp, Transport::Udp];

const fn later(
    name: &'static str,
    ports: &'static [u16],
    transports: &'static [Transport],
    options: &'static [Setting],
) -> ProtocolTable {
    ProtocolTable { name, ports, transports, options, later: true }
}

const AMQP: &[Setting] = &[
    Setting::bytes("max_body_length", 1000, 0..=1 << 30, "Bytes of a message's body that go into the event."),
    // The reference configuration shows `false` for these two; the program's own default is `true`.
    Setting::bool("parse_headers", true, "The headers of a message become fields."),
    Setting::bool("parse_arguments", true, "The arguments of a method become fields."),
    Setting::bool(
        "hide_connection_information",
        true,
        "No events for what opens and closes connections and channels.",
    ),
];

const NFS: &[Setting] = &[Setting::duration(
    "transaction_timeout",
    Duration::from_secs(60),
    "Packet time after which a call without a reply is given up.",
)];

const SIP: &[Setting] = &[
    Setting::bool("parse_authorization", true, "The parts of `Authorization` become fields."),
    Setting::bool("parse_body", true, "The description of the session (SDP) becomes fields."),
    Setting::bool("keep_original", true, "The message goes into the event as `event.original`."),
    Setting::word("transport_protocol", &["udp", "tcp"], 0, "What it travels on."),
];

const THRIFT: &[Setting] = &[
    Setting::word(
        "transport_type",
        &["socket", "framed"],
        0,
        "Whether messages come in frames with their lengths.",
    ),
    Setting::word("protocol_type", &["binary"], 0, "How values are encoded."),
    Setting::list_of(
        "idl_files",
        &Type::Path,
        &[],
        "Files that describe the services, for the names of parameters.",
    )
    .example("[tutorial.thrift]"),
    Setting::bytes("string_max_size", 200, 0..=1 << 30, "Bytes of a text that go into the event."),
    Setting::whole(
        "collection_max_size",
        15,
        0..=1 << 20,
        "Items of a list, set or map that go into the event.",
    ),
    Setting::whole("drop_after_n_struct_fields", 500, 0..=1 << 20, "A structure of more fields is not read."),
    Setting::bool("capture_reply", true, "Replies are read."),
    Setting::bool("obfuscate_strings", false, "Texts are hidden: `*`."),
];

const TLS: &[Setting] = &[
    Setting::bool("send_certificates", true, "What is in the certificates goes into the event."),
    Setting::bool("include_raw_certificates", false, "The certificates go into the event as PEM."),
    Setting::bool("include_detailed_fields", true, "The event has `tls.detailed`."),
    Setting::list_of(
        "fingerprints",
        &Type::Word(&["md5", "sha1", "sha256"]),
        &["sha1"],
        "Hashes of certificates that go into the event.",
    ),
];
