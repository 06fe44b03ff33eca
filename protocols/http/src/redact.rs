//! What is hidden, and how: the one place for it.
//!
//! - Credentials: every byte behind the header's colon becomes an asterisk in the raw text; the header's value is `*`.
//! - Parameters named by `hide_keywords`: in the head (target, Referer, Location, Content-Location) every byte of the value
//!   becomes an `x`, so that all positions stay; in `url.query` and in a form's body the value becomes `xxxxx`. A form that
//!   cannot be read from end to end (a hole in it, an unknown coding) is not shown at all then.
//!
//! Not looked into: cookies, and bodies that are no `application/x-www-form-urlencoded` form.

use packetbeat_core::text::Text;

use crate::config::Config;
use crate::message::Message;
use crate::target;
use crate::wire::Span;

/// A part of a head that is to be overwritten.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Secret {
    /// Credentials: all of it.
    Credentials(Span),
    /// A URL or a part of one: values of hidden parameters.
    Url(Span),
}

/// Names of headers that carry credentials, lower case.
const CREDENTIALS: [&[u8]; 2] = [b"authorization", b"proxy-authorization"];

/// Whether this header (a lower-case name) carries credentials that are to be hidden.
#[must_use]
pub fn hides(config: &Config, name: &[u8]) -> bool {
    config.redact_authorization && CREDENTIALS.contains(&name)
}

/// Overwrites what is secret in the kept head.
pub fn conceal(message: &mut Message, config: &Config) {
    let Message { secrets, head, .. } = message;
    for secret in secrets.drain(..) {
        match secret {
            Secret::Credentials(span) => span.of_mut(head).fill(b'*'),
            Secret::Url(span) => conceal_url(span.of_mut(head), &config.hide_keywords),
        }
    }
}

/// Overwrites values of hidden parameters behind the first `?` or `#`.
fn conceal_url(url: &mut [u8], words: &[String]) {
    let Some(mark) = memchr::memchr2(b'?', b'#', url) else { return };
    let parameters = url.get_mut(mark + 1..).unwrap_or_default();
    for pair in parameters.split_mut(|byte| matches!(byte, b'&' | b'#')) {
        let Some(equals) = memchr::memchr(b'=', pair) else { continue };
        if let Some((name, value)) = pair.split_at_mut_checked(equals)
            && hides_encoded(words, name)
        {
            value.get_mut(1..).unwrap_or_default().fill(b'x');
        }
    }
}

/// Copies a form with [`HIDDEN_PARAMETER`] for the values of hidden parameters.
pub fn conceal_form(form: &[u8], words: &[String], to: &mut Vec<u8>) {
    for (at, pair) in form.split(|byte| *byte == b'&').enumerate() {
        if at > 0 {
            to.push(b'&');
        }
        let equals = memchr::memchr(b'=', pair).unwrap_or(pair.len());
        match pair.split_at_checked(equals) {
            Some((name, [mark, _, ..])) if hides_encoded(words, name) => {
                to.extend_from_slice(name);
                to.push(*mark);
                to.extend_from_slice(HIDDEN_PARAMETER);
            }
            _ => to.extend_from_slice(pair),
        }
    }
}

/// What the event says of a header's value.
#[must_use]
pub fn shown<'v>(config: &Config, name: &[u8], value: &'v [u8]) -> Text<'v> {
    if hides(config, name) {
        Text::from("*")
    } else if config.redact_headers.iter().any(|other| other.as_bytes() == name) {
        Text::from("REDACTED")
    } else {
        Text::from(value)
    }
}

/// What stands for the value of a hidden parameter.
pub const HIDDEN_PARAMETER: &[u8] = b"xxxxx";

/// Whether a parameter's value is to be hidden: its lower-cased name is compared, so a word with capitals hides nothing.
#[must_use]
pub fn hides_parameter(words: &[String], name: &[u8]) -> bool {
    words.iter().any(|word| {
        word.as_bytes().eq_ignore_ascii_case(name) && !word.bytes().any(|byte| byte.is_ascii_uppercase())
    })
}

/// The same for a name as it is sent, with escapes.
fn hides_encoded(words: &[String], name: &[u8]) -> bool {
    words
        .iter()
        .any(|word| target::decoded(name, true).map(|byte| byte.to_ascii_lowercase()).eq(word.bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn words() -> Vec<String> {
        vec!["pass".to_owned(), "a b".to_owned(), "Key".to_owned()]
    }

    #[test]
    fn urls() {
        let conceal = |url: &str| {
            let mut url = url.as_bytes().to_vec();
            conceal_url(&mut url, &words());
            String::from_utf8(url).unwrap()
        };
        assert_eq!(conceal("/a?user=me&pass=geheim&x"), "/a?user=me&pass=xxxxxx&x");
        assert_eq!(conceal("/?P%61SS=g%20h?&A+b=1#pass=2"), "/?P%61SS=xxxxxx&A+b=x#pass=x");
        for same in ["/pass=1", "/?passes=1&key=2&pass&pass=", "", "?"] {
            assert_eq!(conceal(same), same);
        }
    }

    #[test]
    fn forms() {
        let conceal = |form: &str| {
            let mut to = Vec::new();
            conceal_form(form.as_bytes(), &words(), &mut to);
            String::from_utf8(to).unwrap()
        };
        assert_eq!(conceal("pass=g&user=me&%70ass=h=i&&"), "pass=xxxxx&user=me&%70ass=xxxxx&&");
        for same in ["", "pass", "user=pass=1", "pass="] {
            assert_eq!(conceal(same), same);
        }
    }
}
