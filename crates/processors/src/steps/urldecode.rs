//! `urldecode`: `%20` and `+`. What is no UTF-8 gets replacement characters.

use packetbeat_config::Section;

use crate::build::{from_to, lenience};
use crate::event::Event;
use crate::fault::{Done, Fault, Lenience, Processor, put};

pub(crate) struct UrlDecode {
    fields: Vec<(String, String)>,
    lenience: Lenience,
}

impl UrlDecode {
    pub(crate) fn read(options: &Section) -> Self {
        Self { fields: from_to(options, "fields"), lenience: lenience(options) }
    }
}

impl Processor for UrlDecode {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        self.lenience.each(event, &self.fields, |event, (from, to)| {
            let Some(value) = event.get(from) else { return self.lenience.missing(from) };
            let text = value.as_text().ok_or(Fault::new(from, "no text"))?;
            let made = decoded(text).ok_or(Fault::new(from, "a % without two hexadecimal digits"))?;
            put(event, to, made.into())
        })
    }
}

fn decoded(text: &str) -> Option<String> {
    let mut bytes = text.bytes();
    let mut made = Vec::with_capacity(text.len());
    while let Some(byte) = bytes.next() {
        made.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || char::from(bytes.next()?).to_digit(16);
                let (high, low) = (digit()?, digit()?);
                u8::try_from(high << 4 | low).ok()?
            }
            other => other,
        });
    }
    Some(String::from_utf8_lossy(&made).into_owned())
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    #[test]
    fn texts() {
        let event = r#"{"a":"x%20y+%C3%A4%ff"}"#;
        assert_eq!(
            run("[{urldecode: {fields: [{from: a, to: b}]}}]", event),
            "{\"a\":\"x%20y+%C3%A4%ff\",\"b\":\"x y ä\u{fffd}\"}"
        );
        assert!(run("[{urldecode: {fields: [{from: a}]}}]", r#"{"a":"50%"}"#).contains("a: a % without"));
    }
}
