//! A setting's default and example as YAML, and what it may hold in words.

use std::time::Duration;

use packetbeat_core::setting::{Default, Setting, Type};

/// The default as YAML; `None` where there is none.
pub(crate) fn default_yaml(setting: &Setting) -> Option<String> {
    Some(match setting.default {
        Default::Unset => return None,
        Default::Bool(value) => value.to_string(),
        Default::Whole(number) => match setting.kind {
            Type::Permissions => format!("{number:04o}"),
            Type::Bytes { .. } => bytes(number),
            _ => number.to_string(),
        },
        Default::Duration(length) => duration(length),
        Default::Never => "-1s".to_owned(),
        Default::Text(text) => scalar(text),
        Default::Word(place) => match setting.kind {
            Type::Word(words) => scalar(words.get(place)?),
            _ => return None,
        },
        Default::List(items) => {
            let items: Vec<String> = items.iter().map(|item| scalar(item)).collect();
            format!("[{}]", items.join(", "))
        }
    })
}

/// What the reference shows: the example, or else the default.
pub(crate) fn shown_yaml(setting: &Setting) -> Option<String> {
    setting.example.map(str::to_owned).or_else(|| default_yaml(setting))
}

/// What it may hold besides what its type's name says: words, ranges.
pub(crate) fn limits(kind: Type) -> Option<String> {
    match kind {
        Type::Word(words) | Type::List(&Type::Word(words)) if words.len() > 1 => {
            let words: Vec<String> = words.iter().map(|word| format!("`{word}`")).collect();
            Some(format!("One of {}.", words.join(", ")))
        }
        Type::Whole { least, most } if most < 1 << 20 => Some(format!("From {least} to {most}.")),
        Type::Whole { least, .. } if least > 0 => Some(format!("At least {least}.")),
        Type::Bytes { least, .. } if least > 1 => {
            Some(format!("At least {}.", bytes(i64::try_from(least).unwrap_or(i64::MAX))))
        }
        Type::Duration { least: Duration::ZERO, or_never: true } => {
            Some("A negative one is for ever.".to_owned())
        }
        Type::Duration { least, or_never: true } => Some(format!("At least {}, or `-1s`.", duration(least))),
        Type::Duration { least, .. } if !least.is_zero() => Some(format!("At least {}.", duration(least))),
        _ => None,
    }
}

/// A length of time in the largest unit that has it whole.
pub(crate) fn duration(length: Duration) -> String {
    let (seconds, nanos) = (length.as_secs(), length.subsec_nanos());
    match () {
        () if nanos != 0 => format!("{}ms", length.as_millis()),
        () if seconds != 0 && seconds % 3600 == 0 => format!("{}h", seconds / 3600),
        () if seconds != 0 && seconds % 60 == 0 => format!("{}m", seconds / 60),
        () => format!("{seconds}s"),
    }
}

/// Bytes in the largest unit that has them whole.
fn bytes(number: i64) -> String {
    let units = [(1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"), (1_000_000, "MB")];
    units
        .iter()
        .find(|(size, _)| number != 0 && number % size == 0)
        .map_or_else(|| number.to_string(), |(size, unit)| format!("{}{unit}", number / size))
}

/// A text as YAML, quoted where it would be something else otherwise. It may stand in `[]` and `{}`.
pub(crate) fn scalar(text: &str) -> String {
    let first = text.chars().next();
    let plain = first
        .is_some_and(|first| first.is_ascii_alphabetic() || first == '/' || first == '.' || first == '_')
        && text.chars().all(|c| c.is_ascii_alphanumeric() || "/._-:+*".contains(c))
        && !text.ends_with(':')
        && !["true", "false", "null", "yes", "no", "on", "off"].contains(&text.to_ascii_lowercase().as_str())
        && text != ".";
    if plain { text.to_owned() } else { format!("\"{}\"", text.escape_default()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_quoted_where_they_must_be() {
        for plain in
            ["packetbeat", "localhost:5601", "unix:///var/run/docker.sock", ".kibana", "/", "TLSv1.2"]
        {
            assert_eq!(scalar(plain), plain);
        }
        for (text, quoted) in
            [("", "\"\""), (",", "\",\""), ("true", "\"true\""), ("%{[a]}", "\"%{[a]}\""), ("7", "\"7\"")]
        {
            assert_eq!(scalar(text), quoted);
        }
    }

    #[test]
    fn numbers_have_units() {
        assert_eq!(duration(Duration::from_secs(90)), "90s");
        assert_eq!(duration(Duration::from_secs(60)), "1m");
        assert_eq!(duration(Duration::from_millis(250)), "250ms");
        assert_eq!(duration(Duration::ZERO), "0s");
        assert_eq!(bytes(10 << 20), "10MiB");
        assert_eq!((bytes(0), bytes(1000)), ("0".to_owned(), "1000".to_owned()));
    }
}
