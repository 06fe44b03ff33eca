//! The `http` section of `packetbeat.yml`.

use std::time::Duration;

use packetbeat_core::options::{Common, Options};
use packetbeat_core::setting::Setting;

use crate::wire::{Letters, contains_ignoring_case};

/// What HTTP can be told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Config {
    /// `send_all_headers`: every header goes into the event.
    pub send_all_headers: bool,
    /// `send_headers`: names of headers that go into the event, lower case.
    pub send_headers: Vec<String>,
    /// `split_cookie`: cookies become objects.
    pub split_cookie: bool,
    /// `real_ip_header`: name of the header with the client's address, lower case; empty for none.
    pub real_ip_header: String,
    /// `include_body_for`, `include_request_body_for`: content types whose request bodies go into the event.
    pub request_body_for: Vec<String>,
    /// `include_body_for`, `include_response_body_for`: the same for responses.
    pub response_body_for: Vec<String>,
    /// `hide_keywords`: parameters whose values are hidden; compared with the lower-cased name.
    pub hide_keywords: Vec<String>,
    /// `redact_authorization`: hides Authorization and Proxy-Authorization.
    pub redact_authorization: bool,
    /// `redact_headers`: headers whose values are replaced, lower case.
    pub redact_headers: Vec<String>,
    /// `decode_body`: bodies are decompressed before they go into the event.
    pub decode_body: bool,
    /// `max_message_size`: bytes of a message that are kept at most, decompressed or not.
    pub max_message_size: usize,
    /// `send_request`: the request's text goes into the event.
    pub send_request: bool,
    /// `send_response`: the response's text goes into the event.
    pub send_response: bool,
    /// `transaction_timeout`: how long a request waits; as long as its connection lives, where it is not set.
    pub timeout: Option<Duration>,
    /// First letters of the headers to look at; narrowed by [`Config::narrowed`].
    pub letters: Letters,
}

/// Headers that mean something whatever the configuration says.
const SPECIAL: [&str; 9] = [
    "host",
    "expect",
    "referer",
    "user-agent",
    "connection",
    "content-type",
    "content-length",
    "content-encoding",
    "transfer-encoding",
];

/// Default of `max_message_size`.
const MESSAGE_BYTES: u64 = 10 << 20;

/// The options of HTTP.
pub const OPTIONS: &[Setting] = &[
    Setting::list("send_headers", &[], "Names of headers that go into the event.")
        .example("[User-Agent, Cookie, Set-Cookie]"),
    Setting::bool("send_all_headers", false, "All headers go into the event."),
    Setting::bool("split_cookie", false, "`Cookie` and `Set-Cookie` become objects."),
    Setting::text(
        "real_ip_header",
        "",
        "Header with the client's address: the first address in it is `network.forwarded_ip`.",
    )
    .example("X-Forwarded-For"),
    Setting::list(
        "include_body_for",
        &[],
        "Content types, or parts of them, whose bodies go into the event, of requests and responses.",
    )
    .example("[application/json, text/plain]"),
    Setting::list("include_request_body_for", &[], "The same for bodies of requests alone."),
    Setting::list("include_response_body_for", &[], "The same for bodies of responses alone."),
    Setting::bool("decode_body", true, "Kept bodies are decompressed (gzip, deflate)."),
    Setting::bytes(
        "max_message_size",
        MESSAGE_BYTES,
        0..=1 << 30,
        "Bytes that are kept of a message, compressed or not; the rest is counted.",
    ),
    Setting::list(
        "hide_keywords",
        &[],
        "Names of parameters, in lower case, whose values are hidden: `xxxxx` in `url.query` and in forms, one `x` for each \
         byte in the text of the head (target, Referer, Location). A form that cannot be read from end to end is not shown \
         then. Cookies and other bodies are not looked into.",
    )
    .example("[pass, password, passwd, secret, token]"),
    Setting::bool(
        "redact_authorization",
        false,
        "`Authorization` and `Proxy-Authorization` become `*`, also in `request`; `user.name` is not written then.",
    ),
    Setting::list(
        "redact_headers",
        &[],
        "Headers whose values are written as `REDACTED`; the text in `request` is not changed.",
    ),
];

impl Config {
    /// Reads the section.
    #[must_use]
    pub fn read(common: &Common, options: &mut dyn Options) -> Self {
        let both = options.list("include_body_for");
        let joined = |own: Vec<String>| both.iter().cloned().chain(own).collect();
        Self {
            send_all_headers: options.bool("send_all_headers"),
            send_headers: lower(options.list("send_headers")),
            split_cookie: options.bool("split_cookie"),
            real_ip_header: options.text("real_ip_header").unwrap_or_default().to_ascii_lowercase(),
            request_body_for: joined(options.list("include_request_body_for")),
            response_body_for: joined(options.list("include_response_body_for")),
            hide_keywords: options.list("hide_keywords"),
            redact_authorization: options.bool("redact_authorization"),
            redact_headers: lower(options.list("redact_headers")),
            decode_body: options.bool("decode_body"),
            max_message_size: usize::try_from(options.bytes("max_message_size")).unwrap_or(usize::MAX),
            send_request: common.send_request.unwrap_or(false),
            send_response: common.send_response.unwrap_or(false),
            timeout: common.transaction_timeout,
            letters: Letters::ALL,
        }
    }

    /// The same, with an eye for those headers alone that mean something here.
    #[must_use]
    pub fn narrowed(mut self) -> Self {
        self.letters = if self.captures_headers() { Letters::ALL } else { self.first_letters() };
        self
    }

    fn first_letters(&self) -> Letters {
        Letters::of(
            SPECIAL.into_iter().chain([self.real_ip_header.as_str()]).chain(
                // Credentials are only looked for to be hidden.
                self.redact_authorization
                    .then_some(["authorization", "proxy-authorization"])
                    .into_iter()
                    .flatten()
                    // Addresses of pages, for the parameters in them.
                    .chain((!self.hide_keywords.is_empty()).then_some("location")),
            ),
        )
    }

    /// Whether any header is to be captured.
    #[must_use]
    pub const fn captures_headers(&self) -> bool {
        self.send_all_headers || !self.send_headers.is_empty()
    }

    /// Whether the header of this lower-case name is to be captured.
    #[must_use]
    pub fn captures(&self, name: &[u8]) -> bool {
        self.send_all_headers || self.send_headers.iter().any(|other| other.as_bytes() == name)
    }

    /// Whether a body of this content type goes into the event.
    #[must_use]
    pub fn includes_body(&self, request: bool, content_type: &[u8]) -> bool {
        let wanted = if request { &self.request_body_for } else { &self.response_body_for };
        wanted.iter().any(|kind| contains_ignoring_case(content_type, kind.as_bytes()))
    }
}

/// Names in lower case. `false` alone is what the reference configuration writes for an empty list.
fn lower(names: Vec<String>) -> Vec<String> {
    let names: Vec<_> = names.into_iter().map(|name| name.to_ascii_lowercase()).collect();
    if names == ["false"] { Vec::new() } else { names }
}

#[cfg(test)]
mod tests {
    use super::*;
    use packetbeat_core::options::Defaults;

    #[test]
    fn defaults_are_those_of_the_reference_configuration() {
        let config = Config::read(&Common::default(), &mut Defaults(OPTIONS));
        assert!(!config.captures_headers() && config.decode_body && !config.split_cookie);
        assert_eq!(config.max_message_size, 10_485_760);
        assert!(!config.includes_body(true, b"text/html"));
        assert!(lower(vec!["false".to_owned()]).is_empty());
    }
}
