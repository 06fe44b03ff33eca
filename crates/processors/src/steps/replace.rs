//! `replace`: what a regular expression matches in a text. `$1` in the replacement is what its first group matched.

use packetbeat_config::{Node, Section};
use regex::Regex;

use crate::build::{lenience, sections};
use crate::event::Event;
use crate::fault::{Done, Fault, Lenience, Processor, put};
use crate::limits::MAX_MADE_BYTES;

pub(crate) struct Replace {
    fields: Vec<Field>,
    lenience: Lenience,
}

struct Field {
    name: String,
    pattern: Regex,
    replacement: String,
}

impl Replace {
    pub(crate) fn read(options: &Section) -> Self {
        let field = |node: &Node| {
            let text = |key| node.at_path(key).and_then(Node::text);
            Some(Field {
                name: text("field")?.to_owned(),
                // The check has compiled it.
                pattern: Regex::new(text("pattern")?).ok()?,
                replacement: text("replacement").unwrap_or_default().to_owned(),
            })
        };
        Self {
            fields: sections(options, "fields").iter().filter_map(field).collect(),
            lenience: lenience(options),
        }
    }
}

impl Field {
    /// `None` when it grows beyond the limit.
    fn replaced(&self, text: &str) -> Option<String> {
        let mut made = String::with_capacity(text.len());
        let mut end = 0;
        for found in self.pattern.captures_iter(text) {
            let whole = found.get(0)?;
            made.push_str(text.get(end..whole.start())?);
            found.expand(&self.replacement, &mut made);
            end = whole.end();
            if made.len() > MAX_MADE_BYTES {
                return None;
            }
        }
        made.push_str(text.get(end..)?);
        Some(made)
    }
}

impl Processor for Replace {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        self.lenience.each(event, &self.fields, |event, field| {
            let Some(value) = event.get(&field.name) else { return self.lenience.missing(&field.name) };
            let text = value.as_text().ok_or(Fault::new(&field.name, "no text"))?;
            let made = field.replaced(text).ok_or(Fault::new(&field.name, "becomes too long"))?;
            put(event, &field.name, made.into())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn texts() {
        let event = r#"{"p":"/usr/bin/usr","n":1}"#;
        assert_eq!(
            run(
                "[{replace: {fields: [{field: p, pattern: '^/usr/(\\w+)', replacement: '/opt/$1/x'}]}}]",
                event
            ),
            r#"{"p":"/opt/bin/x/usr","n":1}"#
        );
        assert_eq!(
            run("[{replace: {fields: [{field: p, pattern: usr, replacement: ''}]}}]", event),
            r#"{"p":"//bin/","n":1}"#
        );
        assert!(
            run("[{replace: {fields: [{field: n, pattern: a, replacement: b}]}}]", event)
                .contains("n: no text")
        );
    }

    #[test]
    fn what_grows_too_far_is_refused() {
        let event = format!(r#"{{"p":"{}"}}"#, "a".repeat(1 << 15));
        let yaml = format!(
            "[{{replace: {{fields: [{{field: p, pattern: a, replacement: {}}}]}}}}]",
            "b".repeat(1024)
        );
        assert!(run(&yaml, &event).contains("p: becomes too long"));
    }
}
