//! `copy_fields`: a field that is there must not be overwritten.

use packetbeat_config::Section;

use crate::build::{from_to, lenience};
use crate::event::Event;
use crate::fault::{Done, Fault, Lenience, Processor, put};

pub(crate) struct CopyFields {
    fields: Vec<(String, String)>,
    lenience: Lenience,
}

impl CopyFields {
    pub(crate) fn read(options: &Section) -> Self {
        Self { fields: from_to(options, "fields"), lenience: lenience(options) }
    }
}

impl Processor for CopyFields {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        self.lenience.each(event, &self.fields, |event, (from, to)| {
            let Some(value) = event.get(from).cloned() else { return self.lenience.missing(from) };
            if event.get(to).is_some() {
                return Err(Fault::new(to, "there already"));
            }
            put(event, to, value)
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn fields_are_there_twice() {
        let event = r#"{"a":{"b":1}}"#;
        assert_eq!(
            run("[{copy_fields: {fields: [{from: a, to: c}]}}]", event),
            r#"{"a":{"b":1},"c":{"b":1}}"#
        );
        assert!(run("[{copy_fields: {fields: [{from: a, to: a.b}]}}]", event).contains("there already"));
        assert_eq!(run("[{copy_fields: {fields: {from: x, to: c}, ignore_missing: true}}]", event), event);
    }
}
