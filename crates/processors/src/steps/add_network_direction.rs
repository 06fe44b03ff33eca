//! `add_network_direction`: where a connection goes, seen from some networks. Without both addresses nothing is written.

use std::net::IpAddr;

use packetbeat_config::{Network, Section};

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Processor, Verdict, put};

pub(crate) struct AddNetworkDirection {
    source: String,
    destination: String,
    target: String,
    internal: Vec<Network>,
}

impl AddNetworkDirection {
    pub(crate) fn read(options: &Section) -> Self {
        let networks = options.list("internal_networks");
        Self {
            source: text(options, "source"),
            destination: text(options, "destination"),
            target: text(options, "target"),
            internal: networks.iter().filter_map(|network| network.parse().ok()).collect(),
        }
    }

    fn is_internal(&self, event: &Event, field: &str) -> Option<bool> {
        let ip: IpAddr = event.text(field)?.parse().ok()?;
        Some(self.internal.iter().any(|network| network.contains(ip)))
    }
}

impl Processor for AddNetworkDirection {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let (source, destination) =
            (self.is_internal(event, &self.source), self.is_internal(event, &self.destination));
        if let (Some(source), Some(destination)) = (source, destination) {
            let direction = match (source, destination) {
                (true, true) => "internal",
                (true, false) => "outbound",
                (false, true) => "inbound",
                (false, false) => "external",
            };
            put(event, &self.target, direction.into())?;
        }
        Ok(Verdict::Keep)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn four_ways() {
        let yaml =
            "[{add_network_direction: {source: s, destination: d, target: t, internal_networks: [private]}}]";
        for (from, to, way) in [
            ("10.0.0.1", "10.0.0.2", "internal"),
            ("10.0.0.1", "8.8.8.8", "outbound"),
            ("8.8.8.8", "10.0.0.1", "inbound"),
            ("8.8.8.8", "1.1.1.1", "external"),
        ] {
            let event = format!(r#"{{"s":"{from}","d":"{to}"}}"#);
            assert_eq!(run(yaml, &event), format!(r#"{{"s":"{from}","d":"{to}","t":"{way}"}}"#));
        }
        assert_eq!(run(yaml, r#"{"s":"10.0.0.1"}"#), r#"{"s":"10.0.0.1"}"#);
    }
}
