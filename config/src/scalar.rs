//! What an unquoted scalar means: the core schema of YAML 1.2, section 10.3.2.

use crate::mark::Mark;
use crate::node::{Node, Value};

/// The node of an unquoted scalar.
pub(crate) fn plain(text: &str, at: Mark) -> Node {
    let value = resolve(text);
    // References are expanded later, and the outcome of an unquoted scalar is looked at again.
    let spelled = !matches!(value, Value::Str(_) | Value::Null) || text.contains("${");
    Node { value, at, spelling: spelled.then(|| text.into()), reference: None }
}

fn resolve(text: &str) -> Value {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => Value::Null,
        "true" | "True" | "TRUE" => Value::Bool(true),
        "false" | "False" | "FALSE" => Value::Bool(false),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => Value::Float(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => Value::Float(f64::NEG_INFINITY),
        ".nan" | ".NaN" | ".NAN" => Value::Float(f64::NAN),
        _ => number(text).unwrap_or_else(|| Value::Str(text.to_owned())),
    }
}

fn number(text: &str) -> Option<Value> {
    if let Some(digits) = text.strip_prefix("0x") {
        return radix(digits, 16);
    }
    if let Some(digits) = text.strip_prefix("0o") {
        return radix(digits, 8);
    }
    let unsigned = text.strip_prefix(['-', '+']).unwrap_or(text);
    // The schema's float is [0-9]* or [0-9]+ around one point, then an exponent; Rust's parser alone
    // would also take "inf", "nan" and "infinity".
    let shaped = unsigned.bytes().any(|byte| byte.is_ascii_digit())
        && unsigned.starts_with(|c: char| c.is_ascii_digit() || c == '.')
        && unsigned.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'.' | b'e' | b'E' | b'+' | b'-'));
    if !shaped {
        return None;
    }
    if unsigned.bytes().all(|byte| byte.is_ascii_digit())
        && let Ok(int) = text.parse()
    {
        return Some(Value::Int(int));
    }
    text.parse().ok().map(Value::Float)
}

fn radix(digits: &str, base: u32) -> Option<Value> {
    // from_str_radix would take a sign.
    if digits.starts_with(['-', '+']) {
        return None;
    }
    i64::from_str_radix(digits, base).ok().map(Value::Int)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn core_schema() {
        let cases = [
            ("", Value::Null),
            ("~", Value::Null),
            ("null", Value::Null),
            ("nULL", Value::Str("nULL".into())),
            ("True", Value::Bool(true)),
            ("yes", Value::Str("yes".into())),
            ("0", Value::Int(0)),
            ("-17", Value::Int(-17)),
            ("+3", Value::Int(3)),
            ("0x1F", Value::Int(31)),
            ("0o17", Value::Int(15)),
            ("0600", Value::Int(600)),
            ("0x-1", Value::Str("0x-1".into())),
            ("1.5", Value::Float(1.5)),
            ("1e3", Value::Float(1000.0)),
            (".5", Value::Float(0.5)),
            ("99999999999999999999", Value::Float(1e20)),
            ("1.2.3", Value::Str("1.2.3".into())),
            ("10s", Value::Str("10s".into())),
            ("inf", Value::Str("inf".into())),
            ("-", Value::Str("-".into())),
            (".", Value::Str(".".into())),
            ("2024-01-01", Value::Str("2024-01-01".into())),
        ];
        for (text, value) in cases {
            assert_eq!(resolve(text), value, "{text}");
        }
    }

    #[test]
    fn spelling_is_kept() {
        assert_eq!(plain("0600", Mark::DEFAULT).text(), Some("0600"));
        assert_eq!(plain("1.10", Mark::DEFAULT).text(), Some("1.10"));
        assert_eq!(plain("x", Mark::DEFAULT).text(), Some("x"));
        assert_eq!(plain("~", Mark::DEFAULT).text(), None);
    }
}
