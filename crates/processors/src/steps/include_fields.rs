//! `include_fields`: keeps the named fields, `@timestamp`, `type` and `@metadata`.

use packetbeat_config::Section;

use crate::event::{self, Event};
use crate::fault::{Done, Processor, Verdict};
use crate::pattern::Pattern;
use crate::value::Object;

pub(crate) struct IncludeFields {
    fields: Vec<Pattern>,
}

impl IncludeFields {
    pub(crate) fn read(options: &mut Section) -> Self {
        Self { fields: Pattern::list(options, "fields") }
    }
}

impl Processor for IncludeFields {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let all = event.take_fields();
        let root = event.root_mut();
        for field in &self.fields {
            match field {
                Pattern::Name(name) => keep(&all, name, root),
                Pattern::Matching(expression) => all.walk(&mut |name, _| {
                    if expression.is_match(name) {
                        keep(&all, name, root);
                    }
                }),
            }
        }
        Ok(Verdict::Keep)
    }
}

fn keep(all: &Object, name: &str, root: &mut Object) {
    if name == "@timestamp" || name == "@metadata" || name.starts_with("@metadata.") {
        return;
    }
    if all.get(name).is_some() {
        // A name with dots at the root stays one.
        all.get(name).into_iter().for_each(|value| root.insert(name, value.clone()));
    } else if let Some(value) = event::find(all, name) {
        // A part of what is kept already: refused, or put where it is.
        let _ = event::put(root, name, value.clone());
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn the_rest_goes() {
        let event =
            r#"{"@timestamp":"t","@metadata":{"m":1},"type":"x","a":{"bc":1,"e":3},"bx":4,"user.name":5}"#;
        assert_eq!(
            run("[{include_fields: {fields: [a.e, user.name, nothing]}}]", event),
            r#"{"@timestamp":"t","@metadata":{"m":1},"type":"x","a":{"e":3},"user.name":5}"#
        );
        assert_eq!(
            run("[{include_fields: {fields: ['/^(a\\.)?b/']}}]", event),
            r#"{"@timestamp":"t","@metadata":{"m":1},"type":"x","a":{"bc":1},"bx":4}"#
        );
        assert_eq!(
            run("[{include_fields: {fields: []}}]", event),
            r#"{"@timestamp":"t","@metadata":{"m":1},"type":"x"}"#
        );
    }
}
