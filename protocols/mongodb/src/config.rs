//! The `mongodb` section of `packetbeat.yml`.

use std::time::Duration;

use packetbeat_core::options::{Common, Options};
use packetbeat_core::setting::Setting;

/// The options of MongoDB.
pub(crate) const OPTIONS: &[Setting] = &[
    Setting::whole(
        "max_docs",
        10,
        0..=1 << 20,
        "Documents of a reply, and of a cursor's batch in it, that go into `response`; 0 is all of them.",
    ),
    Setting::bytes(
        "max_doc_length",
        5000,
        0..=1 << 30,
        "Bytes of a document, as JSON, that go into `response`; 0 is all of them. All documents together have 1 MiB.",
    ),
    Setting::bool(
        "mask_literals",
        false,
        "No value leaves the machine: in documents every value becomes `?`, names stay; replies and the texts of errors are left \
         out.",
    ),
    Setting::bool(
        "name_commands",
        false,
        "Commands in OP_MSG have their own `method`, `resource` and `query` (`find`, `shop.orders`, `shop.orders.find({…})`) and not \
         Packetbeat's (`msg`, none, `.msg({…})`).",
    ),
];

/// What the parser was told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Config {
    /// `max_docs`; `None` is all of them.
    pub(crate) max_docs: Option<usize>,
    /// `max_doc_length`, in bytes; `None` is all of them.
    pub(crate) max_doc_length: Option<usize>,
    /// `mask_literals`.
    pub(crate) mask: bool,
    /// `name_commands`.
    pub(crate) name_commands: bool,
    /// `send_request`: the request with all its documents.
    pub(crate) send_request: bool,
    /// `send_response`: the documents of the reply.
    pub(crate) send_response: bool,
    /// `transaction_timeout`, in nanoseconds: how long a request waits for its reply. Without it, as long as the connection lives.
    pub(crate) timeout: Option<i64>,
}

impl Config {
    /// Reads the section.
    pub(crate) fn read(common: &Common, options: &mut dyn Options) -> Self {
        let nanos = |length: Duration| i64::try_from(length.as_nanos()).unwrap_or(i64::MAX);
        let unless_zero = |number: u64| usize::try_from(number).ok().filter(|number| *number > 0);
        Self {
            max_docs: unless_zero(options.u64("max_docs")),
            max_doc_length: unless_zero(options.bytes("max_doc_length")),
            mask: options.bool("mask_literals"),
            name_commands: options.bool("name_commands"),
            send_request: common.send_request.unwrap_or(false),
            send_response: common.send_response.unwrap_or(false),
            timeout: common.transaction_timeout.map(nanos),
        }
    }
}
