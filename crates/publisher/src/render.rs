//! Another text of finished events: indented, or with HTML's characters escaped. It works on bytes; no tree is built.

use crate::options::Format;

/// Deeper levels stand as far right as this one: otherwise a line of brackets would grow by the square of its length.
const MAX_INDENT: usize = 64;

/// Appends one event to `out`, ended by a line feed. `line` is compact JSON, with or without its line feed.
pub(crate) fn render(format: Format, line: &[u8], out: &mut Vec<u8>) {
    let line = line.strip_suffix(b"\n").unwrap_or(line);
    if format.pretty {
        pretty(line, format.escape_html, out);
    } else {
        text(line, format.escape_html, out);
    }
    out.push(b'\n');
}

fn pretty(mut rest: &[u8], escape_html: bool, out: &mut Vec<u8>) {
    let mut depth = 0_usize;
    while let Some((&first, tail)) = rest.split_first() {
        match first {
            b'"' => {
                let (string, behind) = rest.split_at_checked(string_end(rest)).unwrap_or((rest, &[]));
                text(string, escape_html, out);
                rest = behind;
                continue;
            }
            b'{' | b'[' => {
                out.push(first);
                if let Some((&close @ (b'}' | b']'), behind)) = tail.split_first() {
                    out.push(close);
                    rest = behind;
                    continue;
                }
                depth += 1;
                new_line(depth, out);
            }
            b'}' | b']' => {
                depth = depth.saturating_sub(1);
                new_line(depth, out);
                out.push(first);
            }
            b',' => {
                out.push(first);
                new_line(depth, out);
            }
            b':' => out.extend_from_slice(b": "),
            _ => {
                let (scalar, behind) = rest.split_at_checked(scalar_end(rest)).unwrap_or((rest, &[]));
                out.extend_from_slice(scalar);
                rest = behind;
                continue;
            }
        }
        rest = tail;
    }
}

fn new_line(depth: usize, out: &mut Vec<u8>) {
    // One line feed and as many spaces as the deepest line has.
    const LINE: &[u8; 1 + 2 * MAX_INDENT] = &{
        let mut line = [b' '; 1 + 2 * MAX_INDENT];
        line[0] = b'\n';
        line
    };
    out.extend_from_slice(LINE.get(..=2 * depth.min(MAX_INDENT)).unwrap_or(LINE));
}

/// Behind the number or word that `rest` begins with.
fn scalar_end(rest: &[u8]) -> usize {
    let structural = |byte: &u8| matches!(byte, b'"' | b'{' | b'}' | b'[' | b']' | b',' | b':');
    rest.iter().position(structural).unwrap_or(rest.len())
}

/// Behind the closing quote of the string that `rest` begins with.
fn string_end(rest: &[u8]) -> usize {
    let mut at = 1;
    while let Some(found) = rest.get(at..).and_then(|tail| memchr::memchr2(b'"', b'\\', tail)) {
        at += found;
        match rest.get(at) {
            Some(b'"') => return at + 1,
            _ => at += 2,
        }
    }
    rest.len()
}

/// Copies text. HTML's characters stand within strings only: JSON's own structure has none of them.
fn text(mut rest: &[u8], escape_html: bool, out: &mut Vec<u8>) {
    while let Some(at) = escape_html.then(|| memchr::memchr3(b'<', b'>', b'&', rest)).flatten() {
        let Some((head, [found, tail @ ..])) = rest.split_at_checked(at) else { break };
        out.extend_from_slice(head);
        out.extend_from_slice(match found {
            b'<' => br"\u003c",
            b'>' => br"\u003e",
            _ => br"\u0026",
        });
        rest = tail;
    }
    out.extend_from_slice(rest);
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::Value;

    use super::{MAX_INDENT, render};
    use crate::options::Format;

    const PRETTY: Format = Format { pretty: true, escape_html: false };

    fn rendered(format: Format, line: &str) -> String {
        let mut out = Vec::new();
        render(format, line.as_bytes(), &mut out);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn pretty_is_what_serde_json_writes() {
        for line in [
            r#"{}"#,
            r#"[]"#,
            r#"{"a":[]}"#,
            r#"{"a":{},"b":[{},[]]}"#,
            r#"{"a":1,"b":-2.5e3,"c":null,"d":[true,false]}"#,
            r#"{"a":"x:{,}[\"\\","b\"":["\\\\","\\\""]}"#,
            r#"{"a":{"b":{"c":[[1,[2]],{"d":"ü 漢"}]}}}"#,
            r#""only""#,
        ] {
            let value: Value = serde_json::from_str(line).unwrap();
            let compact = format!("{}\n", serde_json::to_string(&value).unwrap());
            let wanted = format!("{}\n", serde_json::to_string_pretty(&value).unwrap());
            assert_eq!(rendered(PRETTY, &compact), wanted);
        }
    }

    /// Any JSON value, as deep as events are and deeper.
    fn value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
            r#"[<>&"\\{}:,\[\]]{0,8}"#.prop_map(Value::from),
        ];
        leaf.prop_recursive(6, 64, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..6)
                    .prop_map(|map| Value::Object(map.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn any_value_is_rendered_as_serde_json_does(value in value()) {
            let wanted = serde_json::to_string_pretty(&value).unwrap() + "\n";
            prop_assert_eq!(rendered(PRETTY, &value.to_string()), &wanted[..]);
            // These three stand in strings only, so that replacing them in the whole text is the same.
            let wanted = wanted.replace('<', r"\u003c").replace('>', r"\u003e").replace('&', r"\u0026");
            prop_assert_eq!(rendered(Format { pretty: true, escape_html: true }, &value.to_string()), wanted);
        }

        #[test]
        fn any_bytes_are_survived(line in prop::collection::vec(any::<u8>(), 0..200)) {
            render(Format { pretty: true, escape_html: true }, &line, &mut Vec::new());
        }
    }

    #[test]
    fn html_is_escaped_and_says_the_same() {
        let line = r#"{"a<b":"<script>&amp;</script>","c":["&"]}"#;
        let value: Value = serde_json::from_str(line).unwrap();
        for pretty in [false, true] {
            let text = rendered(Format { pretty, escape_html: true }, line);
            assert!(!text.contains(['<', '>', '&']), "{text}");
            assert!(text.contains(r"\u003cscript\u003e\u0026amp;"), "{text}");
            assert_eq!(serde_json::from_str::<Value>(&text).unwrap(), value);
        }
    }

    #[test]
    fn indentation_is_bounded() {
        let deep = 10_000;
        let line = "[".repeat(deep) + "1" + &"]".repeat(deep);
        let text = rendered(PRETTY, &line);
        assert!(text.len() < deep * 2 * (2 * MAX_INDENT + 3));
        assert_eq!(text.lines().map(|line| line.len() - line.trim_start().len()).max(), Some(2 * MAX_INDENT));
    }

    #[test]
    fn broken_text_neither_panics_nor_spins() {
        for line in ["", "\"", "\"\\", "{\"a", "}}}]", "{\"a\":\"\\", "\n\n"] {
            for format in [PRETTY, Format { pretty: true, escape_html: true }] {
                rendered(format, line);
            }
        }
    }
}
