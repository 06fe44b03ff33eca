//! An event's text without its `@metadata`, which is for outputs and not for the index.
//!
//! Events begin `{"@timestamp":"…","@metadata":{…},`, unless a processor moved things. Two ends are looked for in that beginning, and
//! nothing behind it is read; only where it looks different are the members gone through.

use memchr::{memchr, memchr2};

/// An event in the parts that are needed of it: `front` and `back` together are the event without `@metadata`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Cut<'e> {
    pub(crate) front: &'e [u8],
    pub(crate) back: &'e [u8],
    /// The object `@metadata`, braces included; empty if there is none.
    pub(crate) metadata: &'e [u8],
    /// What `@timestamp` holds, if it is a text.
    pub(crate) time: &'e [u8],
}

impl<'e> Cut<'e> {
    /// Takes an event apart; `None` for what is no JSON object.
    pub(crate) fn of(line: &'e [u8]) -> Option<Self> {
        usual(line).or_else(|| any(line))
    }
}

/// The beginning that events have.
fn usual(line: &[u8]) -> Option<Cut<'_>> {
    const TIME: &[u8] = b"{\"@timestamp\":\"";
    const METADATA: &[u8] = b",\"@metadata\":";
    let text = line.strip_prefix(TIME)?;
    let time = text.get(..memchr(b'"', text)?)?;
    let at = TIME.len() + time.len() + 1;
    let (front, rest) = line.split_at_checked(at)?;
    let object = rest.strip_prefix(METADATA).filter(|object| object.first() == Some(&b'{'))?;
    let end = value(object)?;
    let (metadata, back) = object.split_at_checked(end)?;
    matches!(back.first(), Some(b',' | b'}')).then_some(Cut { front, back, metadata, time })
}

/// Any object: its members are gone through until both are found.
fn any(line: &[u8]) -> Option<Cut<'_>> {
    let mut cut = Cut { front: line, back: &[], metadata: &[], time: &[] };
    let mut at = blank(line, 0);
    if line.get(at) != Some(&b'{') {
        return None;
    }
    at = blank(line, at + 1);
    let mut first = true;
    while line.get(at) == Some(&b'"') {
        let begin = at;
        let name = line.get(at..at + value(line.get(at..)?)?)?;
        at = blank(line, at + name.len());
        if line.get(at) != Some(&b':') {
            return None;
        }
        at = blank(line, at + 1);
        let held = line.get(at..at + value(line.get(at..)?)?)?;
        at = blank(line, at + held.len());
        let comma = line.get(at) == Some(&b',');
        match name {
            b"\"@timestamp\"" => {
                cut.time = held.strip_prefix(b"\"").and_then(|text| text.strip_suffix(b"\"")).unwrap_or(&[]);
            }
            b"\"@metadata\"" => {
                cut.metadata = if held.first() == Some(&b'{') { held } else { &[] };
                // With the comma in front of it, or else with the one behind it.
                let (from, to) = match (first, comma) {
                    (true, true) => (begin, at + 1),
                    (true, false) => (begin, at),
                    (false, _) => (line.get(..begin)?.iter().rposition(|&byte| byte == b',')?, at),
                };
                cut.front = line.get(..from)?;
                cut.back = line.get(to..)?;
            }
            _ => {}
        }
        first = false;
        if !comma {
            break;
        }
        at = blank(line, at + 1);
    }
    (line.get(at) == Some(&b'}') && blank(line, at + 1) == line.len()).then_some(cut)
}

/// Behind the blanks that stand at `at`.
fn blank(line: &[u8], at: usize) -> usize {
    let rest = line.get(at..).unwrap_or_default();
    at + rest.iter().take_while(|byte| matches!(byte, b' ' | b'\t' | b'\r')).count()
}

/// The length of the JSON value that `text` begins with. What is within it is believed to be sound.
fn value(text: &[u8]) -> Option<usize> {
    match text.first()? {
        b'"' => string(text),
        b'{' | b'[' => {
            let mut depth = 0usize;
            let mut at = 0;
            loop {
                match text.get(at)? {
                    b'"' => at += string(text.get(at..)?)?,
                    b'{' | b'[' => {
                        depth += 1;
                        at += 1;
                    }
                    b'}' | b']' => {
                        depth -= 1;
                        at += 1;
                        if depth == 0 {
                            return Some(at);
                        }
                    }
                    _ => at += 1,
                }
            }
        }
        _ => Some(text.iter().position(|byte| b",}] \t\r".contains(byte)).unwrap_or(text.len())),
    }
}

/// The length of a string, quotes included.
fn string(text: &[u8]) -> Option<usize> {
    let mut at = 1;
    loop {
        let rest = text.get(at..)?;
        let found = memchr2(b'"', b'\\', rest)?;
        match rest.get(found)? {
            b'"' => return Some(at + found + 1),
            _ => at += found + 2,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The event without metadata, the metadata, the time.
    fn cut(line: &str) -> Option<(String, &str, &str)> {
        let cut = Cut::of(line.as_bytes())?;
        let text = |bytes| std::str::from_utf8(bytes).unwrap();
        let whole = format!("{}{}", text(cut.front), text(cut.back));
        Some((whole, text(cut.metadata), text(cut.time)))
    }

    #[test]
    fn the_usual_beginning() {
        let line = r#"{"@timestamp":"T","@metadata":{"beat":"p","x":["}",{"y":"\"}"}]},"a":{"@metadata":1}}"#;
        let (event, metadata, time) = cut(line).unwrap();
        assert_eq!(event, r#"{"@timestamp":"T","a":{"@metadata":1}}"#);
        assert_eq!((metadata, time), (r#"{"beat":"p","x":["}",{"y":"\"}"}]}"#, "T"));
        assert_eq!(usual(line.as_bytes()), any(line.as_bytes()).map(|cut| Cut { time: b"T", ..cut }));
        assert_eq!(cut(r#"{"@timestamp":"T","@metadata":{}}"#).unwrap().0, r#"{"@timestamp":"T"}"#);
    }

    #[test]
    fn other_beginnings() {
        for (line, event, metadata) in [
            (r#"{"@metadata":{"a":1},"b":2}"#, r#"{"b":2}"#, r#"{"a":1}"#),
            (r#"{"@metadata":{}}"#, "{}", "{}"),
            (
                r#"{"b":[1,{"@metadata":{}}],"@metadata":{},"@timestamp":"T"}"#,
                r#"{"b":[1,{"@metadata":{}}],"@timestamp":"T"}"#,
                "{}",
            ),
            (r#"{ "b" : "," , "@metadata" : {"x":1} }"#, r#"{ "b" : "," }"#, r#"{"x":1}"#),
            (r#"{"@timestamp":"T","@metadata":"odd","c":-1.5e3}"#, r#"{"@timestamp":"T","c":-1.5e3}"#, ""),
            (r#"{"a":1}"#, r#"{"a":1}"#, ""),
            ("{}", "{}", ""),
        ] {
            let (found, meta, _) = cut(line).unwrap_or_else(|| panic!("{line}"));
            assert_eq!((found.as_str(), meta), (event, metadata), "{line}");
        }
    }

    #[test]
    fn what_is_no_object_is_refused() {
        for line in [
            "",
            "[]",
            "null",
            "{",
            r#"{"a""#,
            r#"{"a":"#,
            r#"{"a":1"#,
            r#"{"a":1}}"#,
            r#"{"a":"\"}"#,
            r#"{"a":1,}x"#,
        ] {
            assert_eq!(Cut::of(line.as_bytes()), None, "{line}");
        }
    }
}
