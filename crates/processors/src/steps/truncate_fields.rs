//! `truncate_fields`: long texts are cut, never within a character; `log.flags` then has `truncated`.

use packetbeat_config::Section;

use super::dissect::flag;
use crate::build::lenience;
use crate::event::Event;
use crate::fault::{Done, Fault, Lenience, Processor, put};

pub(crate) struct TruncateFields {
    fields: Vec<String>,
    bytes: usize,
    characters: usize,
    lenience: Lenience,
}

impl TruncateFields {
    pub(crate) fn read(options: &mut Section) -> Self {
        let most = |key: &str| options.number(key).and_then(|most| usize::try_from(most).ok());
        let (bytes, characters) = (most("max_bytes"), most("max_characters"));
        if bytes.is_none() && characters.is_none() {
            options.reject("", "neither max_bytes nor max_characters is told");
        }
        Self {
            fields: options.list("fields"),
            bytes: bytes.unwrap_or(usize::MAX),
            characters: characters.unwrap_or(usize::MAX),
            lenience: lenience(options),
        }
    }

    /// Where the text ends, if it is too long.
    fn end(&self, text: &str) -> Option<usize> {
        let characters = text.char_indices().nth(self.characters).map_or(text.len(), |(at, _)| at);
        let mut end = characters.min(self.bytes);
        while end > 0 && !text.is_char_boundary(end) {
            end -= 1;
        }
        (end < text.len()).then_some(end)
    }
}

impl Processor for TruncateFields {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        self.lenience.each(event, &self.fields, |event, field| {
            let Some(value) = event.get(field) else { return self.lenience.missing(field) };
            let text = value.as_text().ok_or(Fault::new(field, "no text"))?;
            if let Some(short) = self.end(text).and_then(|end| text.get(..end)).map(str::to_owned) {
                put(event, field, short.into())?;
                flag(event, "truncated");
            }
            Ok(())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::{errors, run};

    #[test]
    fn texts_are_cut() {
        let flags = r#","log":{"flags":["truncated"]}"#;
        assert_eq!(
            run("[{truncate_fields: {fields: [a], max_bytes: 3}}]", r#"{"a":"aäbc"}"#),
            format!(r#"{{"a":"aä"{flags}}}"#)
        );
        assert_eq!(
            run("[{truncate_fields: {fields: [a], max_bytes: 2}}]", r#"{"a":"aäbc"}"#),
            format!(r#"{{"a":"a"{flags}}}"#)
        );
        assert_eq!(
            run("[{truncate_fields: {fields: [a], max_characters: 3}}]", r#"{"a":"aäbc"}"#),
            format!(r#"{{"a":"aäb"{flags}}}"#)
        );
        assert_eq!(
            run("[{truncate_fields: {fields: [a], max_characters: 4}}]", r#"{"a":"aäbc"}"#),
            r#"{"a":"aäbc"}"#
        );
        assert!(
            errors("[{truncate_fields: {fields: [a]}}]").contains("neither max_bytes nor max_characters")
        );
    }
}
