//! `add_host_metadata`: what this host is. It is read once, when the program starts.

use packetbeat_config::Section;

use crate::build::object;
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict};
use crate::host;
use crate::value::{Object, Value};

pub(crate) struct AddHostMetadata {
    host: Object,
    replace: bool,
}

impl AddHostMetadata {
    pub(crate) fn read(options: &Section) -> Self {
        let mut host = host::host();
        if options.bool("netinfo.enabled") {
            host.merge(&host::addresses(), true);
        }
        let geo = object(options, "geo");
        if !geo.is_empty() {
            host.insert("geo", Value::Object(geo));
        }
        Self { host, replace: options.bool("replace_fields") }
    }
}

impl Processor for AddHostMetadata {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        // Every event has `host.name`: more than that was put there by somebody.
        if !self.replace
            && let Some(Value::Object(there)) = event.get("host")
            && there.iter().any(|(name, _)| name != "name")
        {
            return Ok(Verdict::Keep);
        }
        let merged = event.merge("host", &self.host, true);
        merged.map(|()| Verdict::Keep).map_err(|refused| Fault::refused("host", refused))
    }

    fn roots(&self) -> Option<Vec<&str>> {
        Some(vec!["host"])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{event, processors, run};

    #[test]
    fn the_host_is_told() {
        let mut one = event(r#"{"host":{"name":"x","mine":1}}"#);
        processors("[{add_host_metadata: {geo.name: lab, netinfo.enabled: false}}]").run(&mut one);
        assert_eq!(one.text("host.os.type"), Some(std::env::consts::OS));
        assert_eq!((one.text("host.geo.name"), one.get("host.mine").is_some()), (Some("lab"), true));
        assert!(one.get("host.ip").is_none() && one.text("host.name").is_some());
    }

    #[test]
    fn what_is_there_stays_if_told() {
        let there = r#"{"host":{"name":"x","id":"y"}}"#;
        assert_eq!(run("[{add_host_metadata: {replace_fields: false}}]", there), there);
        assert!(
            run("[{add_host_metadata: {replace_fields: false}}]", r#"{"host":{"name":"x"}}"#)
                .contains("architecture")
        );
    }
}
