//! Names of loggers, and which of them write debug lines.

use std::borrow::Cow;

/// Which loggers' debug lines are wanted.
#[derive(Debug)]
pub(crate) struct Selectors {
    /// Empty: all.
    names: Vec<String>,
}

impl Selectors {
    /// From the configured words; each may be a list with commas, as on the command line.
    pub(crate) fn new(words: &[String]) -> Self {
        let names: Vec<String> = words
            .iter()
            .flat_map(|word| word.split(','))
            .map(|word| word.trim().to_owned())
            .filter(|word| !word.is_empty())
            .collect();
        if names.iter().any(|name| name == "*") { Self { names: Vec::new() } } else { Self { names } }
    }

    /// Whether a logger is wanted.
    pub(crate) fn select(&self, logger: &str) -> bool {
        self.names.is_empty()
            || self.names.iter().any(|name| {
                logger
                    .strip_prefix(name.as_str())
                    .is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            })
    }
}

/// The logger's name for a target of `tracing`: what the code named it, or else the path of its module with dots and without
/// our own prefix: `packetbeat_publisher::file` is `publisher.file`.
pub(crate) fn logger(target: &str) -> Cow<'_, str> {
    let name =
        target.strip_prefix("packetbeat_").or_else(|| target.strip_prefix("packetbeat::")).unwrap_or(target);
    if name.contains("::") { Cow::Owned(name.replace("::", ".")) } else { Cow::Borrowed(name) }
}

#[cfg(test)]
mod tests {
    use super::{Selectors, logger};

    fn selectors(words: &[&str]) -> Selectors {
        Selectors::new(&words.iter().map(|&word| word.to_owned()).collect::<Vec<_>>())
    }

    #[test]
    fn none_and_the_star_are_all() {
        for all in [selectors(&[]), selectors(&["http", "*"]), selectors(&["http, *"]), selectors(&[" "])] {
            assert!(all.select("publisher.file"));
        }
    }

    #[test]
    fn names_select_themselves_and_what_is_below() {
        let some = selectors(&["http,dns", " publisher "]);
        for (name, wanted) in [
            ("http", true),
            ("dns", true),
            ("publisher", true),
            ("publisher.file", true),
            ("publishers", false),
            ("httpdetailed", false),
            ("ht", false),
            ("", false),
        ] {
            assert_eq!(some.select(name), wanted, "{name}");
        }
    }

    #[test]
    fn names_of_loggers() {
        for (target, name) in [
            ("http", "http"),
            ("packetbeat_publisher::file", "publisher.file"),
            ("packetbeat_publisher", "publisher"),
            ("packetbeat::command::run", "command.run"),
            ("packetbeat", "packetbeat"),
            ("other::thing", "other.thing"),
        ] {
            assert_eq!(logger(target), name);
        }
    }
}
