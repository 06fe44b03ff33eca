//! `convert`: types of fields. A field may move to another one on the way, which may be there already.

use std::net::IpAddr;

use packetbeat_config::{Node, Section};

use crate::build::{lenience, sections};
use crate::event::Event;
use crate::fault::{Done, Fault, Lenience, Processor, put};
use crate::value::Value;

pub(crate) struct Convert {
    fields: Vec<Field>,
    rename: bool,
    lenience: Lenience,
}

struct Field {
    from: String,
    to: String,
    kind: Option<Kind>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    Integer,
    Long,
    Float,
    Double,
    Text,
    Bool,
    Ip,
}

impl Convert {
    pub(crate) fn read(options: &Section) -> Self {
        let field = |node: &Node| {
            let text = |key| node.at_path(key).and_then(Node::text);
            let from = text("from")?;
            let to = text("to").unwrap_or(from).to_owned();
            Some(Field { from: from.to_owned(), to, kind: text("type").and_then(Kind::read) })
        };
        Self {
            fields: sections(options, "fields").iter().filter_map(field).collect(),
            rename: options.word("mode") == "rename",
            lenience: lenience(options),
        }
    }
}

impl Processor for Convert {
    fn run<'p>(&'p self, event: &mut Event) -> Done<'p> {
        self.lenience.each(event, &self.fields, |event, Field { from, to, kind }| {
            let Some(value) = event.get(from) else { return self.lenience.missing(from) };
            let value = match kind {
                Some(kind) => kind.of(value).ok_or(Fault::new(from, kind.fault()))?,
                None => value.clone(),
            };
            put(event, to, value)?;
            if self.rename && from != to {
                event.delete(from);
            }
            Ok(())
        })
    }
}

impl Kind {
    fn read(word: &str) -> Option<Self> {
        Some(match word.to_ascii_lowercase().as_str() {
            "integer" => Self::Integer,
            "long" => Self::Long,
            "float" => Self::Float,
            "double" => Self::Double,
            "string" => Self::Text,
            "boolean" => Self::Bool,
            "ip" => Self::Ip,
            _ => return None,
        })
    }

    const fn fault(self) -> &'static str {
        match self {
            Self::Integer => "no whole number of 32 bits",
            Self::Long => "no whole number of 64 bits",
            Self::Float | Self::Double => "no number",
            Self::Text => "no scalar",
            Self::Bool => "neither true nor false",
            Self::Ip => "no address",
        }
    }

    fn of(self, value: &Value) -> Option<Value> {
        Some(match self {
            Self::Integer => i64::from(i32::try_from(whole(value)?).ok()?).into(),
            Self::Long => whole(value)?.into(),
            Self::Float => {
                // To the precision of 32 bits, as its digits say it.
                let short = number(value)? as f32;
                short.to_string().parse::<f64>().ok().filter(|number| number.is_finite())?.into()
            }
            Self::Double => number(value)?.into(),
            Self::Text => value.to_text()?.into(),
            Self::Bool => match value {
                Value::Bool(value) => (*value).into(),
                Value::Text(text) => match text.as_str() {
                    "1" | "t" | "T" | "true" | "TRUE" | "True" => true.into(),
                    "0" | "f" | "F" | "false" | "FALSE" | "False" => false.into(),
                    _ => return None,
                },
                _ => return None,
            },
            Self::Ip => {
                let text = value.as_text()?;
                text.parse::<IpAddr>().ok()?;
                text.into()
            }
        })
    }
}

/// A whole number; fractions are cut off, and text may be hexadecimal behind `0x`.
fn whole(value: &Value) -> Option<i64> {
    match value {
        Value::Text(text) => match text.strip_prefix("0x").or_else(|| text.strip_prefix("0X")) {
            Some(digits) => i64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        },
        Value::Number(_) => value.as_i64().or_else(|| {
            const END: f64 = 9_223_372_036_854_775_808.0; // 2^63
            value.as_f64().filter(|number| (-END..END).contains(number)).map(|number| number as i64)
        }),
        _ => None,
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Text(text) => text.parse().ok().filter(|number: &f64| number.is_finite()),
        other => other.as_f64(),
    }
}

#[cfg(test)]
mod tests {
    use crate::testing::run;

    fn convert(kind: &str, value: &str) -> String {
        let made = run(
            &format!("[{{convert: {{fields: [{{from: a, type: {kind}}}]}}}}]"),
            &format!(r#"{{"a":{value}}}"#),
        );
        made.strip_prefix(r#"{"a":"#).and_then(|text| text.strip_suffix('}')).unwrap_or(&made).to_owned()
    }

    #[test]
    fn values() {
        for (kind, value, made) in [
            ("integer", r#""12""#, "12"),
            ("integer", r#""0x1F""#, "31"),
            ("long", "1.9", "1"),
            ("long", r#""-9223372036854775808""#, "-9223372036854775808"),
            ("float", r#""0.1""#, "0.1"),
            ("double", "3", "3.0"),
            ("string", "3", r#""3""#),
            ("string", "true", r#""true""#),
            ("boolean", r#""T""#, "true"),
            ("ip", r#""::1""#, r#""::1""#),
        ] {
            assert_eq!(convert(kind, value), made, "{kind} {value}");
        }
        for (kind, value) in [
            ("integer", "4294967296"),
            ("long", r#""many""#),
            ("double", r#""NaN""#),
            ("string", "{}"),
            ("boolean", "1"),
            ("ip", r#""x""#),
        ] {
            assert!(convert(kind, value).contains("convert: a: n"), "{kind} {value}");
        }
    }

    #[test]
    fn fields_may_move() {
        let event = r#"{"a":"1","b":2}"#;
        assert_eq!(run("[{convert: {fields: [{from: a, to: b, type: long}]}}]", event), r#"{"a":"1","b":1}"#);
        assert_eq!(
            run("[{convert: {fields: {from: a, to: c.d, type: long}, mode: rename}}]", event),
            r#"{"b":2,"c":{"d":1}}"#
        );
        assert_eq!(
            run(
                "[{convert: {fields: [{from: x, type: ip}, {from: a, type: ip}], fail_on_error: false}}]",
                event
            ),
            event
        );
    }
}
