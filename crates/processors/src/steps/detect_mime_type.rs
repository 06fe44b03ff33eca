//! `detect_mime_type`: the type of content, from its beginning. Where it says nothing, nothing is written.
//!
//! Content in events is text, in which bytes that are no UTF-8 were replaced: signatures of such bytes are seldom whole.

use packetbeat_config::Section;

use crate::build::text;
use crate::event::Event;
use crate::fault::{Done, Processor, Verdict, put};

/// Bytes that are looked at: the beginning says it, or nothing does.
const LOOKED_AT: usize = 8192;

pub(crate) struct DetectMimeType {
    field: String,
    target: String,
}

impl DetectMimeType {
    pub(crate) fn read(options: &Section) -> Self {
        Self { field: text(options, "field"), target: text(options, "target") }
    }
}

impl Processor for DetectMimeType {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        if let Some(found) = event.text(&self.field).and_then(detect) {
            put(event, &self.target, found.into())?;
        }
        Ok(Verdict::Keep)
    }

    fn needs(&self) -> Option<&str> {
        Some(&self.field)
    }
}

fn detect(content: &str) -> Option<&'static str> {
    let bytes = content.as_bytes();
    let head = bytes.get(..LOOKED_AT).unwrap_or(bytes);
    if head.is_empty() {
        return None;
    }
    if let Some(kind) = infer::get(head).filter(|kind| kind.matcher_type() != infer::MatcherType::Text) {
        return Some(kind.mime_type());
    }
    let start = content.trim_start();
    let begins = |word: &str| start.get(..word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word));
    if ["<!doctype html", "<html", "<head", "<body", "<script", "<iframe", "<!--"]
        .iter()
        .any(|word| begins(word))
    {
        return Some("text/html; charset=utf-8");
    }
    if begins("<?xml") {
        return Some("text/xml; charset=utf-8");
    }
    if (begins("{") || begins("[")) && serde_json::from_str::<serde::de::IgnoredAny>(start).is_ok() {
        return Some("application/json");
    }
    // Control characters that text does not have: <https://mimesniff.spec.whatwg.org/#binary-data-byte>.
    let binary = |byte: &u8| matches!(byte, 0..=8 | 0x0b | 0x0e..=0x1a | 0x1c..=0x1f);
    let replaced = head.windows(3).any(|three| three == "\u{fffd}".as_bytes());
    (!replaced && !head.iter().any(binary)).then_some("text/plain; charset=utf-8")
}

#[cfg(test)]
mod tests {
    use super::detect;

    #[test]
    fn beginnings() {
        for (content, kind) in [
            ("%PDF-1.7 ...", Some("application/pdf")),
            ("GIF89a....", Some("image/gif")),
            ("PK\u{3}\u{4}................................", Some("application/zip")),
            ("  <!DOCTYPE HTML><p>", Some("text/html; charset=utf-8")),
            ("<?xml version=\"1.0\"?><a/>", Some("text/xml; charset=utf-8")),
            ("{\"a\": [1]}", Some("application/json")),
            ("{\"a\": [1}", Some("text/plain; charset=utf-8")),
            ("a=1&b=2", Some("text/plain; charset=utf-8")),
            ("\u{fffd}\u{1}", None),
            ("", None),
        ] {
            assert_eq!(detect(content), kind, "{content:?}");
        }
    }
}
