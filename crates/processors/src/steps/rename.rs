//! `rename`: a field that is there must not be overwritten.

use packetbeat_config::Section;

use crate::build::{from_to, lenience};
use crate::event::Event;
use crate::fault::{Done, Fault, Lenience, Processor, put};

pub(crate) struct Rename {
    fields: Vec<(String, String)>,
    lenience: Lenience,
}

impl Rename {
    pub(crate) fn read(options: &Section) -> Self {
        Self { fields: from_to(options, "fields"), lenience: lenience(options) }
    }
}

impl Processor for Rename {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        self.lenience.each(event, &self.fields, |event, (from, to)| {
            let Some(value) = event.get(from).cloned() else { return self.lenience.missing(from) };
            // `a` may become `a.b`: it goes before it comes back.
            if event.get(to).is_some() {
                return Err(Fault::new(to, "there already"));
            }
            if event.delete(from).is_none() {
                return Err(Fault::new(from, "cannot be renamed"));
            }
            put(event, to, value.clone()).inspect_err(|_| {
                let _ = event.put(from, value);
            })
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn fields_move() {
        assert_eq!(
            run("[{rename: {fields: [{from: a.b, to: c.d}]}}]", r#"{"a":{"b":1}}"#),
            r#"{"a":{},"c":{"d":1}}"#
        );
        assert_eq!(run("[{rename: {fields: [{from: a, to: a.b}]}}]", r#"{"a":1}"#), r#"{"a":{"b":1}}"#);
    }

    #[test]
    fn an_error_undoes_everything_unless_told() {
        let fields = "fields: [{from: a, to: b}, {from: x, to: y}, {from: c, to: d}]";
        let event = r#"{"a":1,"c":2}"#;
        assert_eq!(
            run(&format!("[{{rename: {{{fields}}}}}]"), event),
            r#"{"a":1,"c":2,"error":{"message":"rename: x: not there"}}"#
        );
        assert_eq!(
            run(&format!("[{{rename: {{{fields}, fail_on_error: false}}}}]"), event),
            r#"{"b":1,"d":2}"#
        );
        assert_eq!(
            run(&format!("[{{rename: {{{fields}, ignore_missing: true}}}}]"), event),
            r#"{"b":1,"d":2}"#
        );
        assert_eq!(
            run("[{rename: {fields: [{from: a, to: c}]}}]", event),
            r#"{"a":1,"c":2,"error":{"message":"rename: c: there already"}}"#
        );
        assert!(
            run("[{rename: {fields: [{from: type, to: c}]}}]", r#"{"type":"x"}"#)
                .contains("cannot be renamed")
        );
    }
}
