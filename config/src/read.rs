//! One value as a type: what it is, or what was wanted and found.

use crate::address;
use crate::format::Format;
use crate::limits::MAX_REGEXP_BYTES;
use crate::nearest::nearest;
use crate::network::Network;
use crate::node::{Node, Value};
use crate::units;
use packetbeat_core::setting::Type;
use std::time::Duration;

/// What is wrong with a value.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Wrong {
    /// `expected …, found …`.
    pub(crate) what: String,
    /// What to write instead, where `what` does not say it.
    pub(crate) hint: Option<String>,
}

/// `true` or `false`; `yes`, `on`, `no` and `off` too, which were booleans in YAML 1.1.
pub(crate) fn bool(node: &Node) -> Option<bool> {
    let text = node.text()?;
    let is = |words: [&str; 3]| words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if is(["true", "yes", "on"]) { Some(true) } else { is(["false", "no", "off"]).then_some(false) }
}

/// A whole number, also when it is written as text (variables in quotes are).
pub(crate) fn whole(node: &Node) -> Option<i64> {
    match &node.value {
        Value::Int(number) => Some(*number),
        _ => node.text()?.parse().ok(),
    }
}

/// A port, 1 to 65535.
pub(crate) fn port(node: &Node) -> Option<u16> {
    whole(node).and_then(|port| u16::try_from(port).ok()).filter(|port| *port != 0)
}

/// Bytes.
pub(crate) fn bytes(node: &Node) -> Option<u64> {
    node.text().and_then(units::size)
}

/// A length of time; `None` inside where it is negative, which is never.
pub(crate) fn duration(node: &Node) -> Option<Option<Duration>> {
    let signed = node.text().and_then(units::duration)?;
    Some((!signed.negative || signed.length.is_zero()).then_some(signed.length))
}

/// Permission bits: octal with a leading 0 (`0600`), otherwise decimal, as YAML 1.1 reads them.
pub(crate) fn permissions(node: &Node) -> Option<u32> {
    let text = node.text()?;
    let digits = text.strip_prefix("0o").or_else(|| text.strip_prefix('0').filter(|rest| !rest.is_empty()));
    let bits = match digits {
        Some(octal) => u32::from_str_radix(octal, 8),
        None => text.parse(),
    };
    bits.ok().filter(|bits| *bits <= 0o777)
}

/// The place of a word, in any case.
pub(crate) fn word(node: &Node, words: &[&str]) -> Option<usize> {
    let text = node.text()?;
    words.iter().position(|word| word.eq_ignore_ascii_case(text))
}

/// Whether a value says nothing: null, or an empty text where that can be no value, as Packetbeat's reference writes
/// defaults.
pub(crate) fn is_unset(kind: Type, node: &Node) -> bool {
    let no_text = matches!(
        kind,
        Type::Word(_)
            | Type::Url
            | Type::Host
            | Type::Path
            | Type::Format
            | Type::Regexp
            | Type::Filter
            | Type::Secret
    );
    node.is_null() || no_text && matches!(&node.value, Value::Str(text) if text.is_empty())
}

/// What is wrong with a single value of this type; collections are looked at elsewhere.
pub(crate) fn wrong(kind: Type, node: &Node) -> Option<Wrong> {
    let expected = |good: bool, wanted: &str| (!good).then(|| no(kind, node, wanted));
    let text = node.text();
    match kind {
        Type::Bool => expected(bool(node).is_some(), "true or false"),
        Type::Whole { least, most } => {
            let good = whole(node).is_some_and(|number| least <= number && number <= most);
            let wanted = match (least, most) {
                (i64::MIN, i64::MAX) => "a whole number".to_owned(),
                (least, i64::MAX) => format!("a whole number, {least} or more"),
                (least, most) => format!("a whole number from {least} to {most}"),
            };
            expected(good, &wanted)
        }
        Type::Number => {
            let number = matches!(node.value, Value::Int(_) | Value::Float(_));
            expected(number || text.is_some_and(|text| text.parse::<f64>().is_ok()), "a number")
        }
        Type::Bytes { least, most } => match bytes(node) {
            None => expected(false, "a size such as 10485760, 10MiB or 1MB"),
            Some(size) if size < least => expected(false, &format!("at least {}", units::show_size(least))),
            Some(size) => expected(size <= most, &format!("at most {}", units::show_size(most))),
        },
        Type::Duration { least, or_never } => match duration(node) {
            Some(None) if or_never => None,
            Some(Some(length)) if length < least => {
                let never = if or_never { ", or -1s for never" } else { "" };
                expected(false, &format!("at least {}{never}", units::show_duration(least)))
            }
            Some(Some(_)) => None,
            _ if or_never => expected(false, "a duration such as 10s or 1h30m, or -1s for never"),
            _ => expected(false, "a duration such as 10s, 400ms or 1h30m"),
        },
        Type::Text | Type::Secret | Type::Filter => expected(text.is_some(), "text"),
        Type::Path => expected(text.is_some_and(|text| !text.contains('\0')), "the name of a file or folder"),
        Type::Url => expected(text.is_some_and(address::is_url), "an address such as https://proxy:3128"),
        Type::Host => expected(
            text.is_some_and(address::is_host),
            "a server such as localhost:9200 or https://example.com",
        ),
        Type::Word(words) => word(node, words).is_none().then(|| {
            let wrong = no(kind, node, &format!("one of {}", words.join(", ")));
            match text.and_then(|text| nearest(text, words.iter().copied())) {
                Some(near) => Wrong { hint: Some(format!("did you mean {near}?")), ..wrong },
                None => wrong,
            }
        }),
        Type::Port => expected(port(node).is_some(), "a port from 1 to 65535"),
        Type::Network => {
            let good = text.is_some_and(|text| text.parse::<Network>().is_ok());
            (!good).then(|| network(node))
        }
        Type::Regexp => match text {
            Some(text) => regexp(text).map(|what| Wrong { what, hint: None }),
            None => expected(false, "a regular expression"),
        },
        Type::Format => match text.map(str::parse::<Format>) {
            Some(Ok(_)) => None,
            Some(Err(error)) => {
                let what = format!("expected a format, found {}: {error}", found(kind, node));
                Some(Wrong {
                    what,
                    hint: Some("such as packetbeat-%{[agent.version]}-%{+yyyy.MM.dd}".to_owned()),
                })
            }
            None => expected(false, "a text that may hold %{[field]} and %{+yyyy.MM.dd}"),
        },
        Type::Permissions => {
            expected(permissions(node).is_some(), "permission bits in octal with a leading 0, such as 0600")
        }
        Type::List(_)
        | Type::Section(_)
        | Type::Map(_)
        | Type::Any
        | Type::Protocols
        | Type::Processors
        | Type::Condition => None,
    }
}

/// `expected …, found …`.
pub(crate) fn no(kind: Type, node: &Node, wanted: &str) -> Wrong {
    Wrong { what: format!("expected {wanted}, found {}", found(kind, node)), hint: None }
}

fn network(node: &Node) -> Wrong {
    let wrong = no(Type::Network, node, "a network such as 10.0.0.0/8 or a range's name");
    let near = node.text().and_then(|text| nearest(text, Network::names()));
    let hint = match near {
        Some(name) => format!("did you mean {name}?"),
        None => format!("names: {}", Network::names().collect::<Vec<_>>().join(", ")),
    };
    Wrong { hint: Some(hint), ..wrong }
}

/// What is wrong with a regular expression, with the place in it.
fn regexp(text: &str) -> Option<String> {
    if let Err(error) = regex_syntax::parse(text) {
        let (what, place) = match &error {
            regex_syntax::Error::Parse(error) => (error.kind().to_string(), error.span().start.column),
            regex_syntax::Error::Translate(error) => (error.kind().to_string(), error.span().start.column),
            _ => ("not valid".to_owned(), 1),
        };
        return Some(format!("not a regular expression: {what}, at character {place}"));
    }
    let compiled = regex::RegexBuilder::new(text).size_limit(MAX_REGEXP_BYTES).build();
    compiled.err().map(|_| {
        format!("not a usable regular expression: larger than {MAX_REGEXP_BYTES} bytes when compiled")
    })
}

/// The value in the words of an error message: never a secret, and cut, so that a whole file in quotes stays readable.
pub(crate) fn found(kind: Type, node: &Node) -> String {
    const SHOWN: usize = 40;
    if let Some(reference) = node.reference() {
        return format!("the value of {}", reference.escape_debug());
    }
    let Some(text) = node.text() else { return node.kind().to_owned() };
    let text = match kind {
        Type::Secret => return "a secret".to_owned(),
        Type::Url | Type::Host => address::without_password(text),
        _ => text.into(),
    };
    if text.chars().count() > SHOWN {
        format!("\"{}…\"", text.chars().take(SHOWN).collect::<String>().escape_debug())
    } else if matches!(node.value, Value::Str(_)) {
        format!("\"{}\"", text.escape_debug())
    } else {
        text.into_owned()
    }
}
