//! `extract_field`: one part of a text that a separator splits.

use packetbeat_config::Section;

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Fault, Processor, Verdict, put};

pub(crate) struct ExtractField {
    field: String,
    separator: String,
    index: usize,
    target: String,
}

impl ExtractField {
    pub(crate) fn read(options: &Section) -> Self {
        Self {
            field: text(options, "field"),
            separator: text(options, "separator"),
            index: usize::try_from(options.u64("index")).unwrap_or(usize::MAX),
            target: text(options, "target"),
        }
    }
}

impl Processor for ExtractField {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        let value = event.get(&self.field).ok_or(Fault::missing(&self.field))?;
        let text = value.as_text().ok_or(Fault::new(&self.field, "no text"))?;
        let part = text.split(self.separator.as_str()).nth(self.index);
        let part = part.ok_or(Fault::new(&self.field, "has fewer parts"))?.to_owned();
        put(event, &self.target, part.into())?;
        Ok(Verdict::Keep)
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn parts() {
        let event = r#"{"p":"/a/b"}"#;
        assert_eq!(
            run("[{extract_field: {field: p, separator: /, index: 2, target: q}}]", event),
            r#"{"p":"/a/b","q":"b"}"#
        );
        assert!(
            run("[{extract_field: {field: p, separator: /, index: 3, target: q}}]", event)
                .contains("fewer parts")
        );
    }
}
