//! An answer as it came.

use serde_json::Value;

use crate::error::{Error, Kind};
use crate::limits::{MAX_REASON_BYTES, MAX_START_BYTES};

/// What a server answered.
#[derive(Clone, Debug)]
pub struct Answer {
    /// The status of HTTP, 100 to 599.
    pub status: u16,
    /// The body, decompressed.
    pub body: Vec<u8>,
    /// The header field `X-elastic-product`: `Elasticsearch` says so from 7.14 on.
    pub product: Option<String>,
    /// The header field `Content-Type`.
    pub media_type: Option<String>,
    /// Who answered: the address without credentials.
    pub host: String,
}

impl Answer {
    /// Did it work (2xx)?
    #[must_use]
    pub const fn ok(&self) -> bool {
        matches!(self.status, 200..300)
    }

    /// The body as JSON.
    ///
    /// # Errors
    /// It is none: the error quotes its beginning.
    pub fn json(&self) -> Result<Value, Error> {
        serde_json::from_slice(&self.body).map_err(|error| {
            let what =
                format!("status {} with a body that is no JSON ({error}): {}", self.status, self.start());
            Error::new(Kind::Answer, &self.host, what)
        })
    }

    /// Why it did not work, in the server's words: `status 400, parsing_exception: Unknown key …`.
    #[must_use]
    pub fn reason(&self) -> String {
        let json: Option<Value> = serde_json::from_slice(&self.body).ok();
        let words = json.as_ref().and_then(|json| match json.get("error")? {
            Value::String(text) => Some(text.clone()),
            error => {
                let root = error.get("root_cause").and_then(|causes| causes.get(0)).unwrap_or(error);
                let kind = error.get("type").or_else(|| root.get("type"))?.as_str()?;
                let reason = error.get("reason").or_else(|| root.get("reason")).and_then(Value::as_str);
                Some(format!("{kind}: {}", reason.unwrap_or_default()))
            }
        });
        let words = words.map_or_else(|| self.start(), |words| one_line(&words, MAX_REASON_BYTES));
        if words.is_empty() {
            format!("status {}", self.status)
        } else {
            format!("status {}, {words}", self.status)
        }
    }

    /// How the body begins, on one line.
    fn start(&self) -> String {
        one_line(&String::from_utf8_lossy(&self.body), MAX_START_BYTES)
    }
}

/// A server's words in a message of ours: the first bytes, without what would begin a new line or colour a terminal.
pub(crate) fn one_line(text: &str, limit: usize) -> String {
    let line: String = excerpt(text, limit).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    line.trim().to_owned()
}

/// The first bytes of a text, cut between characters.
pub(crate) fn excerpt(text: &str, limit: usize) -> &str {
    if text.len() <= limit {
        return text;
    }
    let end = (0..=limit).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0);
    text.get(..end).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reasons_are_one_line() {
        let reason = |status, body: &[u8]| {
            let (product, media_type, host) = (None, None, String::new());
            Answer { status, body: body.to_vec(), product, media_type, host }.reason()
        };
        assert_eq!(
            reason(400, br#"{"error":{"type":"a","reason":"b\n\u001b[31mc"}}"#),
            "status 400, a: b  [31mc"
        );
        assert_eq!(reason(400, br#"{"error":"a\r\nb\n"}"#), "status 400, a  b");
        assert_eq!(reason(502, b"<html>\n<body>\n"), "status 502, <html> <body>");
        assert_eq!(reason(503, b" \n"), "status 503");
        let long = "é".repeat(MAX_REASON_BYTES);
        let body = format!("{{\"error\":\"x{long}\"}}");
        assert_eq!(reason(500, body.as_bytes()).len(), "status 500, x".len() + MAX_REASON_BYTES - 2);
    }
}
