//! `drop_fields`: removes fields, by name or by an expression for names. A field that is not there is no error in any case.

use packetbeat_config::Section;

use crate::event::Event;
use crate::fault::{Done, Processor, Verdict};
use crate::pattern::Pattern;

pub(crate) struct DropFields {
    fields: Vec<Pattern>,
}

impl DropFields {
    pub(crate) fn read(options: &mut Section) -> Self {
        // What is missing is what was wanted.
        let _ = options.bool("ignore_missing");
        Self { fields: Pattern::list(options, "fields") }
    }
}

impl Processor for DropFields {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        for field in &self.fields {
            match field {
                Pattern::Name(name) => drop(event.delete(name)),
                Pattern::Matching(expression) => {
                    let mut names = Vec::new();
                    event.root().walk(&mut |name, _| {
                        if expression.is_match(name) {
                            names.push(name.to_owned());
                        }
                    });
                    names.iter().for_each(|name| drop(event.delete(name)));
                }
            }
        }
        Ok(Verdict::Keep)
    }

    fn roots(&self) -> Option<Vec<&str>> {
        self.fields.iter().map(Pattern::root).collect()
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn by_name_and_by_expression() {
        let event = r#"{"@timestamp":"t","type":"x","a":{"bc":1,"bd":2,"e":3},"bx":4,"f":5}"#;
        assert_eq!(
            run("[{drop_fields: {fields: ['@timestamp', type, f, nothing, a.e]}}]", event),
            r#"{"@timestamp":"t","type":"x","a":{"bc":1,"bd":2},"bx":4}"#
        );
        assert_eq!(
            run("[{drop_fields: {fields: ['/^b/', '/^a\\.b/', '/^[@t]/']}}]", event),
            r#"{"@timestamp":"t","type":"x","a":{"e":3},"f":5}"#
        );
    }
}
