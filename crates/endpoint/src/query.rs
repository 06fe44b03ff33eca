//! The part of a URL behind its question mark.

/// The value of a parameter; empty if it has none (`?pretty`). Nothing is decoded: values that are asked for here have
/// nothing to encode.
pub(crate) fn parameter<'a>(query: Option<&'a str>, name: &str) -> Option<&'a str> {
    query?.split('&').find_map(|pair| match pair.split_once('=') {
        Some((key, value)) => (key == name).then_some(value),
        None => (pair == name).then_some(""),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_parameter_needs_no_value() {
        assert_eq!(parameter(Some("pretty"), "pretty"), Some(""));
        assert_eq!(parameter(Some("a=1&pretty&seconds=5"), "seconds"), Some("5"));
        assert_eq!(parameter(Some("a=1&seconds=5&seconds=6"), "seconds"), Some("5"));
        assert_eq!(parameter(Some("prettyx"), "pretty"), None);
        assert_eq!(parameter(None, "pretty"), None);
    }
}
