//! `community_id`: version 1 of the hash of a flow (<https://github.com/corelight/community-id-spec>).

use std::net::IpAddr;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use packetbeat_config::Section;
use sha1::{Digest as _, Sha1};

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Processor, Verdict, put};
use crate::value::Value;

const ICMP: u8 = 1;
const ICMP6: u8 = 58;

/// Protocols with ports, and ICMP, by name.
const NUMBERS: [(&str, u8); 12] = [
    ("icmp", ICMP),
    ("igmp", 2),
    ("tcp", 6),
    ("egp", 8),
    ("udp", 17),
    ("gre", 47),
    ("esp", 50),
    ("icmpv6", ICMP6),
    ("icmp6", ICMP6),
    ("ipv6-icmp", ICMP6),
    ("eigrp", 88),
    ("sctp", 132),
];
/// Types of messages that ask, and of those that answer.
const PAIRS: [(u16, u16); 8] = [(8, 0), (10, 9), (13, 14), (15, 16), (17, 18), (33, 34), (35, 36), (37, 38)];
const PAIRS6: [(u16, u16); 6] = [(128, 129), (130, 131), (133, 134), (135, 136), (139, 140), (144, 145)];

pub(crate) struct CommunityId {
    source_ip: String,
    source_port: String,
    destination_ip: String,
    destination_port: String,
    iana_number: String,
    transport: String,
    icmp_type: String,
    icmp_code: String,
    target: String,
    seed: u16,
}

/// What is hashed.
struct Tuple {
    source: (IpAddr, u16),
    destination: (IpAddr, u16),
    number: u8,
    /// The answer to it looks the same with its ends exchanged.
    both_ways: bool,
}

impl CommunityId {
    pub(crate) fn read(options: &Section) -> Self {
        let field = |name: &str| text(options, &format!("fields.{name}"));
        Self {
            source_ip: field("source_ip"),
            source_port: field("source_port"),
            destination_ip: field("destination_ip"),
            destination_port: field("destination_port"),
            iana_number: field("iana_number"),
            transport: field("transport"),
            icmp_type: field("icmp_type"),
            icmp_code: field("icmp_code"),
            target: text(options, "target"),
            seed: options.u16("seed").unwrap_or(0),
        }
    }

    /// `None` where a field is missing: then nothing is written.
    fn tuple(&self, event: &Event) -> Option<Tuple> {
        let ip = |field: &str| event.text(field)?.parse::<IpAddr>().ok().map(|ip| ip.to_canonical());
        let (source, destination) = (ip(&self.source_ip)?, ip(&self.destination_ip)?);
        let number = match number(event, &self.iana_number).and_then(|number| u8::try_from(number).ok()) {
            Some(number) => number,
            None => {
                let name = event.text(&self.transport)?;
                NUMBERS.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))?.1
            }
        };
        if number == ICMP || number == ICMP6 {
            let kind = number16(event, &self.icmp_type)?;
            let pairs: &[(u16, u16)] = if number == ICMP { &PAIRS } else { &PAIRS6 };
            let other = pairs.iter().find_map(|&(one, other)| match kind {
                _ if kind == one => Some(other),
                _ if kind == other => Some(one),
                _ => None,
            });
            let (second, both_ways) = match other {
                Some(other) => (other, true),
                None => (number16(event, &self.icmp_code)?, false),
            };
            return Some(Tuple {
                source: (source, kind),
                destination: (destination, second),
                number,
                both_ways,
            });
        }
        // Protocols without ports have none.
        let port = |field: &str| match number {
            6 | 17 | 132 => number16(event, field).filter(|port| *port > 0),
            _ => Some(number16(event, field).unwrap_or(0)),
        };
        let (source, destination) =
            ((source, port(&self.source_port)?), (destination, port(&self.destination_port)?));
        Some(Tuple { source, destination, number, both_ways: true })
    }
}

impl Processor for CommunityId {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        if let Some(tuple) = self.tuple(event) {
            put(event, &self.target, hash(&tuple, self.seed).into())?;
        }
        Ok(Verdict::Keep)
    }
}

fn hash(tuple: &Tuple, seed: u16) -> String {
    let Tuple { mut source, mut destination, number, both_ways } = *tuple;
    if both_ways && destination < source {
        std::mem::swap(&mut source, &mut destination);
    }
    let mut sha = Sha1::new();
    sha.update(seed.to_be_bytes());
    for ip in [source.0, destination.0] {
        match ip {
            IpAddr::V4(ip) => sha.update(ip.octets()),
            IpAddr::V6(ip) => sha.update(ip.octets()),
        }
    }
    sha.update([number, 0]);
    if source.1 != 0 || destination.1 != 0 || matches!(number, ICMP | ICMP6) {
        sha.update(source.1.to_be_bytes());
        sha.update(destination.1.to_be_bytes());
    }
    format!("1:{}", STANDARD.encode(sha.finalize()))
}

/// A number, also as text.
fn number(event: &Event, field: &str) -> Option<i64> {
    match event.get(field)? {
        Value::Text(text) => text.parse().ok(),
        other => other.as_i64(),
    }
}

fn number16(event: &Event, field: &str) -> Option<u16> {
    u16::try_from(number(event, field)?).ok()
}

#[cfg(test)]
mod tests {
    use crate::testing::{event, processors};

    fn id(json: &str, seed: u16) -> Option<String> {
        let mut event = event(json);
        processors(&format!("[{{community_id: {{seed: {seed}}}}}]")).run(&mut event);
        event.text("network.community_id").map(str::to_owned)
    }

    fn of(source: (&str, u16), destination: (&str, u16), transport: &str, seed: u16) -> String {
        let json = format!(
            r#"{{"source":{{"ip":"{}","port":{}}},"destination":{{"ip":"{}","port":{}}},"network":{{"transport":"{transport}"}}}}"#,
            source.0, source.1, destination.0, destination.1
        );
        id(&json, seed).unwrap()
    }

    /// Values of the specification's own baselines.
    #[test]
    fn values_of_the_specification() {
        let (one, other) = (("128.232.110.120", 34855), ("66.35.250.204", 80));
        assert_eq!(of(one, other, "tcp", 0), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(of(other, one, "tcp", 0), "1:LQU9qZlK+B5F3KDmev6m5PMibrg=");
        assert_eq!(of(one, other, "tcp", 1), "1:3V71V58M3Ksw/yuFALMcW0LAHvc=");
        assert_eq!(of(("192.168.1.52", 54585), ("8.8.8.8", 53), "udp", 0), "1:d/FP5EW3wiY1vCndhwleRRKHowQ=");
    }

    #[test]
    fn icmp() {
        let event = |from: &str, to: &str, kind: u16, code: u16| {
            let icmp = format!(r#""icmp":{{"type":{kind},"code":{code}}},"network":{{"transport":"icmp"}}"#);
            id(&format!(r#"{{"source":{{"ip":"{from}"}},"destination":{{"ip":"{to}"}},{icmp}}}"#), 0).unwrap()
        };
        assert_eq!(event("192.168.0.89", "192.168.0.1", 8, 0), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
        assert_eq!(event("192.168.0.1", "192.168.0.89", 0, 0), "1:X0snYXpgwiv9TZtqg64sgzUn6Dk=");
        assert_eq!(event("192.168.0.89", "192.168.0.1", 20, 0), "1:3o2RFccXzUgjl7zDpqmY7yJi8rI=");
    }

    #[test]
    fn without_ports_there_is_none() {
        assert_eq!(id(r#"{"source":{"ip":"1.1.1.1"},"network":{"transport":"tcp"}}"#, 0), None);
    }
}
