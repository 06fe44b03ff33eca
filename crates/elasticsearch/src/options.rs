//! What the output is told to do.

use std::fmt;
use std::sync::Arc;

use packetbeat_publisher::Trouble;

use crate::client::Client;
use crate::connection::Connection;
use crate::identity::Idempotent;
use crate::selector::Selector;

/// What is done once in a run, when a server is first reached: templates and policies are loaded here.
pub type OnConnect = Arc<dyn Fn(&Client) -> Result<(), Trouble> + Send + Sync>;

/// The output, ready to be started.
#[derive(Clone)]
pub struct Options {
    /// The servers and how to reach them.
    pub connection: Connection,
    /// Connections to each host with [`Options::load_balance`], else in all.
    pub workers: usize,
    /// Every host has connections of its own; else each connection goes to the first host that answers.
    pub load_balance: bool,
    /// Events of a request; `None`: as many as come.
    pub bulk_max_size: Option<usize>,
    /// Bytes of a request before it is compressed. An event that is larger goes alone.
    pub bulk_max_bytes: usize,
    /// How often an event is tried again that a server failed to take (5xx); `None`: until it does.
    pub max_retries: Option<u32>,
    /// `<`, `>` and `&` as escapes of JSON.
    pub escape_html: bool,
    /// Where events go.
    pub index: Selector,
    /// Which ingest pipeline they go through, if any.
    pub pipeline: Selector,
    /// What is done with events that a server refuses for good.
    pub non_indexable: NonIndexable,
    /// Ids that do not change when an event is sent again.
    pub idempotent: Option<Idempotent>,
    /// Servers older than what is known to work are used all the same.
    pub allow_older_versions: bool,
    /// Called before the first event is sent.
    pub on_connect: Option<OnConnect>,
}

/// What is done with events that a server refuses for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum NonIndexable {
    /// They are counted as `refused`.
    Drop,
    /// They go to this index, as text.
    DeadLetter(String),
}

impl Options {
    /// Everything to the index `packetbeat`, with the defaults of Packetbeat.
    #[must_use]
    pub fn new(connection: Connection) -> Self {
        Self {
            connection,
            workers: 1,
            load_balance: true,
            bulk_max_size: Some(1600),
            bulk_max_bytes: 10 << 20,
            max_retries: Some(3),
            escape_html: false,
            index: Selector::constant("packetbeat"),
            pipeline: Selector::default(),
            non_indexable: NonIndexable::Drop,
            idempotent: None,
            allow_older_versions: false,
            on_connect: None,
        }
    }
}

impl fmt::Debug for Options {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Options")
            .field("connection", &self.connection)
            .field("workers", &self.workers)
            .finish_non_exhaustive()
    }
}
