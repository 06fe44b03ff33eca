//! `add_fields` and `add_labels`: the same fields into every event.

use packetbeat_config::Section;

use crate::build::{object, text};
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict};
use crate::value::{Object, Value};

/// Fields, and the object that they go to; the root if it is empty. What is there is replaced.
pub(crate) struct AddFields {
    target: String,
    fields: Object,
}

impl AddFields {
    pub(crate) fn read(options: &Section) -> Self {
        Self { target: text(options, "target"), fields: object(options, "fields") }
    }

    /// Labels are flat: what is nested gets names with dots.
    pub(crate) fn labels(options: &Section) -> Self {
        let mut fields = Object::default();
        object(options, "labels").walk(&mut |name, value| {
            if !matches!(value, Value::Object(_)) {
                fields.insert(name, value.clone());
            }
        });
        Self { target: "labels".to_owned(), fields }
    }
}

impl Processor for AddFields {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let merged = event.merge(&self.target, &self.fields, true);
        merged.map(|()| Verdict::Keep).map_err(|refused| Fault::refused(&self.target, refused))
    }

    fn roots(&self) -> Option<Vec<&str>> {
        Some(match self.target.split('.').next().unwrap_or_default() {
            "" => self.fields.iter().map(|(name, _)| name).collect(),
            root => vec![root],
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn fields_go_where_they_are_told() {
        assert_eq!(
            run("[{add_fields: {fields: {a.b: 1, c: [x]}}}]", "{}"),
            r#"{"fields":{"a":{"b":1},"c":["x"]}}"#
        );
        assert_eq!(
            run(
                "[{add_fields: {target: '', fields: {a: {b: 2}, '@timestamp': x}}}]",
                r#"{"@timestamp":"t","a":{"b":1,"c":1}}"#
            ),
            r#"{"@timestamp":"t","a":{"b":2,"c":1}}"#
        );
        assert_eq!(run("[{add_fields: {target: x.y, fields: {a: 1}}}]", "{}"), r#"{"x":{"y":{"a":1}}}"#);
    }

    #[test]
    fn labels_are_flat() {
        assert_eq!(
            run("[{add_labels: {labels: {a: {b: 1}, c.d: e}}}]", "{}"),
            r#"{"labels":{"a.b":1,"c.d":"e"}}"#
        );
    }
}
