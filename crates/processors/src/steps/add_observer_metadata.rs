//! `add_observer_metadata`: what the observing host is. It is read once, when the program starts.

use packetbeat_config::Section;

use crate::build::object;
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict};
use crate::host;
use crate::value::{Object, Value};

pub(crate) struct AddObserverMetadata {
    observer: Object,
    overwrite: bool,
}

impl AddObserverMetadata {
    pub(crate) fn read(options: &Section) -> Self {
        let mut observer = Object::default();
        observer.insert("hostname", host::name().into());
        observer.insert("type", "packetbeat".into());
        if options.bool("netinfo.enabled") {
            observer.merge(&host::addresses(), true);
        }
        let geo = object(options, "geo");
        if !geo.is_empty() {
            observer.insert("geo", Value::Object(geo));
        }
        Self { observer, overwrite: options.bool("overwrite") }
    }
}

impl Processor for AddObserverMetadata {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        if !self.overwrite && event.get("observer").is_some() {
            return Ok(Verdict::Keep);
        }
        let merged = event.merge("observer", &self.observer, true);
        merged.map(|()| Verdict::Keep).map_err(|refused| Fault::refused("observer", refused))
    }

    fn roots(&self) -> Option<Vec<&str>> {
        Some(vec!["observer"])
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn an_observer_that_is_there_stays() {
        assert!(
            run("[{add_observer_metadata: {netinfo.enabled: false}}]", "{}")
                .contains(r#""type":"packetbeat""#)
        );
        let there = r#"{"observer":{"type":"tap"}}"#;
        assert_eq!(run("[{add_observer_metadata: ~}]", there), there);
    }
}
