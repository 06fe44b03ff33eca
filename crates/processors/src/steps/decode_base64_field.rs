//! `decode_base64_field`: padding may be missing; what is no UTF-8 gets replacement characters.

use base64::Engine as _;
use base64::alphabet::STANDARD;
use base64::engine::{DecodePaddingMode, GeneralPurpose, GeneralPurposeConfig};
use packetbeat_config::Section;

use crate::build::{from_to, lenience};
use crate::event::Event;
use crate::fault::{Done, Fault, Lenience, Processor, put};

const LENIENT: GeneralPurpose = GeneralPurpose::new(
    &STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::Indifferent)
        .with_decode_allow_trailing_bits(true),
);

pub(crate) struct DecodeBase64Field {
    field: Vec<(String, String)>,
    lenience: Lenience,
}

impl DecodeBase64Field {
    pub(crate) fn read(options: &Section) -> Self {
        Self { field: from_to(options, "field"), lenience: lenience(options) }
    }
}

impl Processor for DecodeBase64Field {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        self.lenience.each(event, &self.field, |event, (from, to)| {
            let Some(value) = event.get(from) else { return self.lenience.missing(from) };
            let text = value.as_text().ok_or(Fault::new(from, "no text"))?;
            let bytes = LENIENT.decode(text.trim()).map_err(|_| Fault::new(from, "no base64"))?;
            put(event, to, String::from_utf8_lossy(&bytes).into_owned().into())
        })
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn texts() {
        let event = r#"{"a":"SGVsbG8"}"#;
        assert_eq!(run("[{decode_base64_field: {field: {from: a}}}]", event), r#"{"a":"Hello"}"#);
        assert_eq!(
            run("[{decode_base64_field: {field: {from: a, to: b}}}]", event),
            r#"{"a":"SGVsbG8","b":"Hello"}"#
        );
        assert!(
            run("[{decode_base64_field: {field: {from: a}}}]", r#"{"a":"***"}"#).contains("a: no base64")
        );
    }
}
