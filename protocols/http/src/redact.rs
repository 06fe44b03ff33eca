//! What is hidden, and how: the one place for it.

use packetbeat_core::text::Text;

use crate::config::Config;
use crate::message::Message;

/// Names of headers that carry credentials, lower case.
const CREDENTIALS: [&[u8]; 2] = [b"authorization", b"proxy-authorization"];

/// Whether this header (a lower-case name) carries credentials that are to be hidden.
#[must_use]
pub fn hides(config: &Config, name: &[u8]) -> bool {
    config.redact_authorization && CREDENTIALS.contains(&name)
}

/// Overwrites credentials in the kept head: every byte behind the colon becomes an asterisk.
pub fn conceal(message: &mut Message, config: &Config) {
    if !config.redact_authorization {
        return;
    }
    for (colon, end) in std::mem::take(&mut message.secrets) {
        if let Some(secret) = message.head.get_mut(colon + 1..end) {
            secret.fill(b'*');
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
